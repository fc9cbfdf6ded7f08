"""Nobody opens early, and nobody learns before the close that anybody bids."""

from __future__ import annotations

import ast
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.db import connection

from bidding import access, contents, hall_state, opening, platform_key, queries
from bidding.models import Deposit, OpenedBid, Payload, Receipt, Release, Seal, UploadSlot
from bidding.rules.age import read_payload
from bidding.rules.derivation import payload_secret
from bidding.rules.recovery import recover
from bidding.rules.release import read_release
from bidding.rules.seal_document import read_seal
from core import storage
from core.canonical import Malformed, b64u_decode
from core.errors import NotYours
from core.models import OutboxEntry
from tests.stories import bidding as story

if TYPE_CHECKING:
    from tests.cast import Cast

CANARY = "987654.32"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tender(cast: Cast) -> story.Tender:
    """A box with bids in it, one of them the canary's."""
    return story.sealed(cast, prices={**story.PRICES, "delta": CANARY})


# -- nobody opens early --------------------------------------------------------------------------------


def shares_of(tender: story.Tender, kids: tuple[str, ...]) -> dict[tuple[str, str], bytes | None]:
    """What these holders could do at once if they conspired with the platform: release before the hour."""
    box = contents.of(tender.lot)
    found = {}
    for kid in kids:
        document, _ = story.release_document(tender, kid)
        given = read_release(document, ceremony=box.ceremony, close=box.close, seals=box.seals)
        found |= {(item.seal, kid): item.share for item in given.shares}
    return found


def recovered(tender: story.Tender, kids: tuple[str, ...]) -> list[bytes]:
    box = contents.of(tender.lot)
    shares = shares_of(tender, kids)
    found = [
        recover(
            seal,
            seal.envelopes[0],
            ceremony=box.ceremony,
            shares={kid: shares[seal.digest, kid] for kid in kids},
        )
        for seal in box.seals
    ]
    return [recovery.secret for recovery in found if recovery is not None]


@pytest.mark.parametrize("kids", list(combinations(("agency", "platform", "supervisor", "tenderee"), 2)))
def test_two_holders_with_the_whole_database_recover_nothing(tender: story.Tender, kids: tuple[str, ...]) -> None:
    story.close(tender)
    assert recovered(tender, kids) == []
    for kid in kids:
        story.release(tender, kid)
    opening.unseal(tender.lot.pk, at=tender.opening.rescue_until)
    assert OpenedBid.objects.count() == 0


@pytest.mark.parametrize("kids", list(combinations(("agency", "platform", "supervisor", "tenderee"), 3)))
def test_any_three_holders_recover_every_bid(tender: story.Tender, kids: tuple[str, ...]) -> None:
    story.close(tender)
    assert len(recovered(tender, kids)) == 4


def test_no_key_of_the_server_opens_a_payload(tender: story.Tender) -> None:
    """Try every secret the platform has, and everything in the database that could be one."""
    seal = Seal.in_box.get(bidder=tender.cast["delta"])
    document = read_seal(bytes(seal.document), ceremony=tender.ceremony)
    envelope = document.envelopes[0]
    secrets = [platform_key.signing_key().secret, *server_secrets()]
    assert len(secrets) > 3
    for secret in secrets:
        for candidate in (secret, payload_secret(secret, document.context(envelope))):
            with storage.open_file(envelope.sha256) as source, pytest.raises(Malformed):
                list(read_payload(source, secret=candidate))


def server_secrets() -> list[bytes]:
    """Return every 32 bytes that some column holds, as bytes or as base64url."""
    found = []
    for model in apps.get_models():
        for row in model._base_manager.all():
            for value in vars(row).values():
                if isinstance(value, bytes | memoryview) and len(bytes(value)) == 32:
                    found.append(bytes(value))
                if isinstance(value, str) and len(value) == 43:
                    try:
                        found.append(b64u_decode(value, length=32))
                    except Malformed:
                        continue
    return found


def test_the_price_stands_nowhere_before_the_opening(tender: story.Tender, storage: Path) -> None:
    """The canary appears in no column of the database and in no file; after the opening it does."""
    assert everywhere(storage).count(CANARY.encode()) == 0
    story.close(tender)
    for kid in ("agency", "platform", "tenderee"):
        story.release(tender, kid)
    assert everywhere(storage).count(CANARY.encode()) == 0
    opening.unseal(tender.lot.pk, at=tender.deadline + story.MINUTE)
    assert everywhere(storage).count(CANARY.encode()) > 0


def everywhere(folder: Path) -> bytes:
    """Return all that is stored: every column of every table as text, and every file."""
    parts = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                parts += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row]
    return b"\n".join(parts)


def test_a_seal_has_no_column_for_anything_readable() -> None:
    assert sorted(field.name for field in Seal._meta.concrete_fields) == [
        "bidder", "cid", "digest", "document", "entry", "lot", "note", "received_at", "replaces", "state", "withdrawal",
        "withdrawal_entry",
    ]  # fmt: skip
    assert sorted(field.name for field in Payload._meta.concrete_fields) == [
        "envelope", "erased_at", "file", "id", "seal",
    ]  # fmt: skip


# -- nobody lists or counts ----------------------------------------------------------------------------


def test_every_default_manager_hides_what_lies_in_an_open_box(tender: story.Tender) -> None:
    models = (Seal, Payload, Receipt, UploadSlot)
    hidden = {model.__name__: (model.objects.count(), model._default_manager.count()) for model in models}
    there = [model.in_box.count() for model in models]
    assert hidden == {model.__name__: (0, 0) for model in models}
    assert there == [4, 4, 4, 4]
    story.close(tender)
    assert [model.objects.count() for model in models] == [4, 4, 4, 4]


def test_no_relation_leads_to_a_seal_in_an_open_box(tender: story.Tender) -> None:
    seal = Seal.in_box.first()
    assert seal is not None
    assert tender.lot.seals.count() == 0
    assert seal.payloads.count() == 0
    assert list(Deposit.objects.all()) == list(Release.objects.all()) == []


def test_no_query_tells_before_the_close_that_anybody_bids(tender: story.Tender) -> None:
    lot = tender.lot
    assert queries.bids_received(lot) is None
    assert queries.opening_of(lot) is None
    assert queries.bid_of(lot, tender.cast["acme"]) is None
    for read in (
        queries.accepted_seals,
        queries.opened_bids,
        queries.valid_bids,
        queries.releases_of,
        queries.published_releases,
        queries.deposits_of,
    ):
        assert list(read(lot)) == [], read.__name__


def test_the_hall_looks_the_same_with_and_without_bids(cast: Cast) -> None:
    tender = story.bidding(cast)
    at = tender.deadline - story.MINUTE
    empty = hall_state.hall(tender.lot, at=at)
    story.submitted(tender, "acme")
    assert hall_state.hall(tender.lot, at=at) == empty


@pytest.mark.parametrize(
    "name",
    [
        "owner.approver",
        "agent.approver",
        "supervisor",
        "center",
        "audit",
        "expert.one",
        "owner.holder",
        "center.holder",
    ],
)
def test_nobody_else_is_shown_a_seal_before_the_close(tender: story.Tender, name: str) -> None:
    actor, lot = tender.cast.actor(name), tender.lot
    with pytest.raises(NotYours):
        access.own_seals(actor, lot)
    with pytest.raises(NotYours):
        access.lot_for_bidder(actor, lot.number)
    with pytest.raises(NotYours):
        access.seals_for_release(actor, lot)


def test_a_bidder_is_shown_its_own_bids_and_no_others(tender: story.Tender) -> None:
    story.submitted(tender, "acme", "960000.00")
    own = access.own_seals(tender.cast.actor("acme"), tender.lot)
    assert [seal.state for seal in own] == ["live", "replaced"]
    assert {seal.bidder.number for seal in own} == {"OR-acme"}
    assert access.own_seals(tender.cast.actor("elm"), tender.lot) == []
    assert queries.live_seal(tender.lot, tender.cast["elm"]) is None


def test_holders_get_the_accepted_seals_after_the_close_and_others_never(tender: story.Tender) -> None:
    story.close(tender)
    seals = access.seals_for_release(tender.cast.actor("owner.holder"), tender.lot)
    assert [seal.digest for seal in seals] == sorted(seal.digest for seal in seals)
    assert len(seals) == 4
    with pytest.raises(NotYours):
        access.seals_for_release(tender.cast.actor("owner.approver"), tender.lot)


def test_the_log_keeps_bids_to_itself_until_the_opening_even_from_the_auditor(tender: story.Tender) -> None:
    entries = OutboxEntry.objects.filter(tender=tender.lot.number)

    def seen(*, is_auditor: bool) -> set[str]:
        return set(queries.visible_entries(entries, is_auditor=is_auditor).values_list("event", flat=True))

    assert entries.filter(event="bid.sealed").count() == 4
    assert "bid.sealed" not in seen(is_auditor=True) | seen(is_auditor=False)
    story.close(tender)
    story.release(tender, "agency")
    assert seen(is_auditor=True) & {"bid.sealed", "opening.release"} == set()
    for kid in ("platform", "tenderee"):
        story.release(tender, kid)
    opening.unseal(tender.lot.pk, at=tender.deadline + story.MINUTE)
    assert {"bid.sealed", "opening.release"} <= seen(is_auditor=False)


def test_refusals_are_for_the_auditor_and_not_before_the_close(tender: story.Tender) -> None:
    from bidding import submitting
    from bidding.names import SubmissionRefused

    with pytest.raises(SubmissionRefused):
        submitting.submit(tender.lot.pk, document=b"%PDF", note="", actor=tender.cast.actor("acme"))
    entries = OutboxEntry.objects.filter(event="bidding.submission.refused")
    before = queries.visible_entries(entries, is_auditor=True).count()
    story.close(tender)
    assert (before, queries.visible_entries(entries, is_auditor=True).count()) == (0, 1)
    assert queries.visible_entries(entries).count() == 0


def test_there_is_no_site_of_an_administrator_that_could_show_a_row() -> None:
    assert not apps.is_installed("django.contrib.admin")


# Where it is right to look into an open box: taking bids in, counting them at the close, showing a bidder its own.
MAY_LOOK = {
    "bidding/access.py",
    "bidding/receipting.py",
    "bidding/checking.py",
    "bidding/closing.py",
    "bidding/models/seal.py",
    "bidding/models/upload.py",
    "bidding/queries.py",
    "bidding/submitting.py",
    "bidding/uploading.py",
    "bidding/withdrawing.py",
    "config/rehearsal/faults.py",  # plants a fault in a rehearsal's own database
}


def test_only_named_files_look_into_an_open_box() -> None:
    apps_of_ours = ("accounts", "trading", "bidding", "evaluation", "supervision", "disclosure", "config")
    files = [path for app in apps_of_ours for path in sorted((ROOT / app).rglob("*.py"))]
    looking = {
        path.relative_to(ROOT).as_posix()
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in {"in_box", "_base_manager"})
        or (isinstance(node, ast.Name) and node.id == "in_box")
    }
    assert {path for path in looking if not path.startswith("bidding/web/")} == MAY_LOOK


def test_void_files_are_never_opened_and_are_erased_after_the_opening(cast: Cast) -> None:
    from bidding import erasing

    tender = story.sealed(cast)
    first = Payload.in_box.get(seal=tender.live("acme")).file_id
    story.submitted(tender, "acme", "960000.00")
    second = Payload.in_box.get(seal=tender.live("acme")).file_id
    early = erasing.erase_void(tender.lot.pk, at=tender.deadline)
    story.close(tender)
    for kid in ("agency", "platform", "tenderee"):
        story.release(tender, kid)
    opening.unseal(tender.lot.pk, at=tender.deadline + story.MINUTE)
    erased = erasing.erase_void(tender.lot.pk, at=tender.deadline + story.MINUTE)
    assert (early, erased) == (0, 1)
    assert (tender.bid("acme").seal.payloads.get().file_id, storage.path_of(second).exists()) == (second, True)
    assert Payload.objects.get(file_id=first).erased_at is not None
