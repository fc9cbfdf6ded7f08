"""The bundle of a lot from the database: the verifier accepts it, and nothing is in it that is not public."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import Organisation, User
from bidding import opening, releasing
from bidding.anchors import anchors
from core import clock, waiting
from core.canonical import digest, dumps, loads
from core.errors import Refused
from core.notes import sign_statement
from disclosure import bundles, evidence, shelf
from tests.remembering import remembered
from tests.stories import bidding as stories
from tests.stories.trading import ANNOUNCED
from trading.models import Lot
from verifier.container import Files
from verifier.trust import read_trust
from verifier.verifying import verify

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from tests.cast import Cast
    from tests.stories.bidding import Tender
    from verifier.report import Report

pytestmark = pytest.mark.django_db


def zipped(lot: Lot, target: Path, *, with_files: bool = False) -> Path:
    with target.open("wb") as file:
        bundles.write(bundles.of(lot, with_files=with_files), file)
    return target


def judged(path: Path, *, is_public: bool = True) -> Report:
    trust = read_trust(json.dumps(anchors()).encode())
    with Files(path) as files:
        return verify(files, trust, is_public=is_public)


def lot_of(tender: Tender) -> Lot:
    return Lot.objects.select_related("project").get(pk=tender.lot.pk)


@remembered
def taken(cast: Cast) -> Tender:
    """Three bids, one of them replaced, one withdrawn and made anew; the bidders' keys were enrolled before."""
    tender = stories.bidding(cast)
    for bidder in stories.PRICES:
        stories.enrolled(tender, bidder, at=ANNOUNCED + 2 * stories.MINUTE)
    for bidder, price in stories.PRICES.items():
        stories.submitted(tender, bidder, price)
    stories.submitted(tender, "acme", "960000.00")
    stories.withdrawn(tender, "cedar")
    stories.submitted(tender, "cedar", "1000000.00")
    return tender


@remembered
def finished(cast: Cast) -> Tender:
    tender = taken(cast)
    stories.close(tender)
    for kid in sorted(tender.holders)[: tender.ceremony.k]:
        stories.release(tender, kid)
    opening.unseal(tender.lot.pk, at=tender.deadline + 2 * stories.MINUTE)
    opening.finish(tender.lot.pk, actor=cast.actor("owner.approver"), at=tender.deadline + 30 * stories.MINUTE)
    waiting.nudge()
    return tender


def test_the_bundle_of_an_opened_lot_verifies(cast: Cast, tmp_path: Path) -> None:
    tender = finished(cast)
    report = judged(zipped(lot_of(tender), tmp_path / "public.zip"))
    assert report.fault is None, (report.number, str(report.fault))
    whole = judged(zipped(lot_of(tender), tmp_path / "whole.zip", with_files=True), is_public=False)
    assert whole.fault is None, (whole.number, str(whole.fault))
    assert {one.bidder for one in whole.identities} == {cast[name].number for name in stories.PRICES}


# -- who gets it, and what is in it ----------------------------------------------------------------------------


def test_there_is_no_bundle_before_the_opening_record(cast: Cast, client: Client) -> None:
    tender = taken(cast)
    stories.close(tender)
    address = reverse("disclosure:bundle", args=[tender.lot.number])
    assert client.get(address).status_code == 404
    with pytest.raises(Refused, match="no bundle before the opening record"):
        bundles.of(lot_of(tender))
    page = client.get(reverse("disclosure:lot", args=[tender.lot.number])).content.decode()
    assert address not in page


def test_everybody_downloads_the_same_bundle_from_the_lots_page(cast: Cast, client: Client, tmp_path: Path) -> None:
    tender = finished(cast)
    address = reverse("disclosure:bundle", args=[tender.lot.number])
    assert address in client.get(reverse("disclosure:lot", args=[tender.lot.number])).content.decode()
    answers = [client.get(address) for _ in range(2)]
    assert [answer.headers["Content-Type"] for answer in answers] == ["application/zip"] * 2
    first, second = (b"".join(answer.streaming_content) for answer in answers)
    assert first == second
    (tmp_path / "got.zip").write_bytes(first)
    assert judged(tmp_path / "got.zip").fault is None
    assert client.get(reverse("disclosure:bundle", args=["CT-2026-000009-XXXX-1"])).status_code == 404


def test_without_its_witnesses_there_is_none_yet(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    tender = finished(cast)
    monkeypatch.setattr("core.log_reading.is_witnessed", lambda *_, **__: False)
    with pytest.raises(Refused, match="have not signed the log up to here"):
        bundles.of(lot_of(tender))


def test_nothing_is_in_it_that_is_not_public(cast: Cast, tmp_path: Path) -> None:
    """Offers, persons and what others wrote stay out; so does every entry that the public may not read."""
    tender = finished(cast)
    with zipfile.ZipFile(zipped(lot_of(tender), tmp_path / "public.zip")) as archive:
        names = archive.namelist()
        content = b"\n".join(archive.read(name) for name in names)
        lines = archive.read("log/entries.jsonl").splitlines()
    assert [name for name in names if name.startswith("payloads/")] == []
    public = {bytes(row.entry) for row in evidence.public_entries()}
    disclosed = [line for line in lines if line.startswith(b"{")]
    assert set(disclosed) <= public
    assert 0 < len(disclosed) < len(lines)
    persons = [user.name for user in User.objects.all() if "." in user.name]
    assert len(persons) > 3
    for secret in (*persons, *Organisation.objects.values_list("name", flat=True)):
        assert secret.encode() not in content
    for secret in ("王工".encode(), b"970000", b"960000"):
        assert secret not in content


def test_files_of_bids_are_in_it_only_where_they_are_asked_for(cast: Cast, tmp_path: Path) -> None:
    tender = finished(cast)
    plain, whole = bundles.of(lot_of(tender)), bundles.of(lot_of(tender), with_files=True)
    assert (len(plain.stored), len(whole.stored)) == (0, 3)
    assert plain.version != whole.version


def test_the_command_writes_it_and_says_what_is_wrong(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tender = finished(cast)
    target = tmp_path / "court.zip"
    call_command("bundle", tender.lot.number, str(target), "--files")
    assert "court.zip" in capsys.readouterr().out
    assert judged(target, is_public=False).fault is None
    with pytest.raises(CommandError, match="there is no lot"):
        call_command("bundle", "nothing", str(target))


def test_the_command_refuses_before_the_opening(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no bundle before the opening record"):
        call_command("bundle", stories.bidding(cast).lot.number, str(tmp_path / "x.zip"))


def test_what_was_made_long_ago_is_thrown_away(cast: Cast) -> None:
    tender = finished(cast)
    path = shelf.kept(bundles.of(lot_of(tender)))
    now = clock.now()
    assert shelf.tidy(at=now) == 0
    assert (shelf.tidy(at=now + shelf.AGE + timedelta(days=1)), path.exists()) == (1, False)


def test_half_a_bundle_is_not_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made = bundles.of(lot_of(finished(cast)))
    monkeypatch.setattr(bundles, "write", broken)
    with pytest.raises(OSError, match="full"):
        shelf.kept(made)
    assert list(shelf._folder().glob("*")) == []


def broken(*_: object) -> None:
    raise OSError("full")


# -- faults ------------------------------------------------------------------------------------------------


def test_a_lost_file_and_a_lying_holder_are_named_by_the_bundle(cast: Cast, tmp_path: Path) -> None:
    tender = taken(cast)
    stories.close(tender)
    kids = sorted(tender.holders)
    lied(tender, kids[0])
    for kid in kids[1:]:
        stories.release(tender, kid)
    opening.unseal(tender.lot.pk, at=tender.deadline + 2 * stories.MINUTE)
    opening.finish(tender.lot.pk, actor=cast.actor("owner.approver"), at=tender.deadline + 30 * stories.MINUTE)
    waiting.nudge()
    report = judged(zipped(lot_of(tender), tmp_path / "b.zip", with_files=True), is_public=False)
    assert report.fault is None, (report.number, str(report.fault))
    assert {(one.kind, one.who) for one in report.named} == {("false_share", kids[0])}


def lied(tender: Tender, kid: str) -> None:
    """Release false shares under a good signature."""
    document, _ = stories.release_document(tender, kid)
    false = loads(document, limit=1_000_000)
    for share in false["shares"]:
        share["share"] = "A" * 43
    data = dumps(false)
    keys = tender.holders[kid]
    releasing.release(
        tender.lot.pk,
        kid=kid,
        document=data,
        note=sign_statement("release", digest(data), key=keys.signing),
        actor=tender.cast.actor(keys.name),
        at=tender.deadline + stories.MINUTE,
    )


def test_a_run_that_failed_at_the_opening_has_a_bundle_without_an_opening(cast: Cast, tmp_path: Path) -> None:
    tender = taken(cast)
    stories.close(tender)
    for kid in sorted(tender.holders):
        if kid == "agency":
            stories.release(tender, kid)
        else:
            lied(tender, kid)
    opening.unseal(tender.lot.pk, at=tender.deadline + timedelta(seconds=1_801))
    waiting.nudge()
    assert lot_of(tender).stage == "failed"
    report = judged(zipped(lot_of(tender), tmp_path / "b.zip"))
    assert report.fault is None, (report.number, str(report.fault))
    assert [step.number for step in report.steps() if step.outcome == "not applicable"] == [12, 14, 15, 16, 17, 18, 19]
