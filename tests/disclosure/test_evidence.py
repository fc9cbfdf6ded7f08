from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import OutboxEntry
from disclosure.names import EVENT_NAMES
from evaluation import awarding
from tests.accounts.people import signed_in
from tests.stories import bidding as bids
from tests.stories import disclosure as story
from tests.stories import evaluation as work
from tests.stories import trading as stories
from trading.models import Notice
from trading.names import Code, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.cast import Cast

LIST_QUERIES = 2
SECRET = {"bid.sealed", "bid.withdrawn", "opening.release"}


@pytest.fixture
def auditor(cast: Cast) -> Client:
    return signed_in(cast.seats["audit"])


def events(read: Callable[..., str], query: str = "", client: Client | None = None) -> list[str]:
    lines = read(f"/evidence.jsonl{query}", client=client).splitlines()
    return [json.loads(line)["t"] for line in lines]


def test_the_public_reads_what_is_public_by_now(cast: Cast, read: Callable[..., str]) -> None:
    tender = bids.sealed(cast)
    assert set(events(read, f"?number={tender.project.number}")) == {
        "bidding.ceremony.assembled",
        "bidding.ceremony.signed",
        "bidding.holder.keyed",
        "bidding.holders.appointed",
        "bidding.rehearsal.begun",
        "key.rehearsed",
        "tender.published",
        "trading.lot.moved",
        "trading.notice.published",
        "trading.project.announced",
    }


def test_nothing_of_a_draft_is_public(cast: Cast, read: Callable[..., str]) -> None:
    tender = bids.keyed(cast)
    assert events(read, f"?number={tender.project.number}") == []


def test_bids_show_with_the_opening(cast: Cast, read: Callable[..., str]) -> None:
    tender = bids.closed(cast)
    query = f"?number={tender.lot.number}"
    assert SECRET & set(events(read, query)) == set()
    for kid in sorted(tender.holders)[: tender.ceremony.k]:
        bids.release(tender, kid)
    bids.opening.unseal(tender.lot.pk, at=tender.deadline + 2 * bids.MINUTE)
    bids.opening.finish(tender.lot.pk, actor=cast.actor("owner.approver"), at=tender.deadline + 30 * bids.MINUTE)
    assert (
        sorted(event for event in events(read, query) if event in SECRET)
        == ["bid.sealed"] * 3 + ["opening.release"] * 3
    )


def test_an_auditor_does_not_learn_early_who_bids_either(cast: Cast, read: Callable[..., str], auditor: Client) -> None:
    tender = bids.sealed(cast)
    assert SECRET & set(events(read, f"?number={tender.lot.number}", auditor)) == set()


def test_the_committee_shows_with_the_result_for_everybody(
    cast: Cast, read: Callable[..., str], auditor: Client
) -> None:
    case = story.run(cast, to=Stage.AWARDED)
    query = f"?number={case.lot.number}"
    before = {name: events(read, query, client) for name, client in (("public", None), ("auditor", auditor))}
    assert [name for name, found in before.items() if any(event.startswith("evaluation.") for event in found)] == []
    assert "EXPERT" not in read(f"/evidence.jsonl{query}") + read(f"/evidence.jsonl{query}", client=auditor)
    awarding.notify_award(case.lot.pk, actor=case.drafter, at=work.later(case))
    for client in (None, auditor):
        found = events(read, query, client)
        assert (found.count("evaluation.member.declared"), "evaluation.report.answered" in found) == (5, True)
        assert "EXPERT" in read(f"/evidence.jsonl{query}", client=client)


def test_an_auditor_reads_the_roles_in_its_own_language_beside_the_numbers(
    cast: Cast, read: Callable[..., str]
) -> None:
    story.run(cast)
    page = read("/evidence?size=100", client=signed_in(cast.seats["audit"], language="zh-hans"))
    assert re.findall(r"<td>(Owner|Bidder|Supervis|Procurement)", page) == []
    assert f"<td>招标人（采购人） {cast['owner'].number} " in page


def test_the_auditor_reads_more_than_the_public(cast: Cast, read: Callable[..., str], auditor: Client) -> None:
    case = story.run(cast)
    query = f"?number={case.project.number}"
    more = set(events(read, query, auditor)) - set(events(read, query))
    assert more == {
        "trading.award.decided",
        "trading.contract.drafted",
        "trading.contract.signed_by_owner",
        "trading.contract.signed_by_winner",
        "trading.lot.added",
        "trading.project.created",
    }
    letter = Notice.objects.get(code=Code.AWARD_LETTER).number
    assert (letter in read(f"/evidence.jsonl{query}"), letter in read(f"/evidence.jsonl{query}", client=auditor)) == (
        False,
        True,
    )


def test_the_auditor_reads_everything_once_a_run_is_over(cast: Cast, read: Callable[..., str], auditor: Client) -> None:
    story.run(cast)
    assert len(events(read, "", auditor)) == OutboxEntry.objects.count()


def test_each_line_of_the_file_is_an_entry_byte_for_byte(cast: Cast, read: Callable[..., str], auditor: Client) -> None:
    stories.announced(cast)
    lines = read("/evidence.jsonl", client=auditor).splitlines()
    assert [line.encode() for line in lines] == [bytes(row.entry) for row in OutboxEntry.objects.order_by("seq")]


def test_an_entry_shows_its_bytes_and_their_digest(cast: Cast, read: Callable[..., str]) -> None:
    stories.announced(cast)
    row = OutboxEntry.objects.get(event="trading.project.announced")
    page = read(f"/evidence/{row.id}")
    assert hashlib.sha256(bytes(row.entry)).hexdigest() in page
    assert bytes(row.entry).decode().replace('"', "&quot;") in page


def test_an_entry_that_is_not_public_is_not_found(cast: Cast, read: Callable[..., str], auditor: Client) -> None:
    stories.drafted(cast)
    row = OutboxEntry.objects.first()
    read(f"/evidence/{row.id}", status=404)
    read(f"/evidence/{row.id}", client=auditor)
    read("/evidence/00000000-0000-0000-0000-000000000000", status=404)


def test_a_sealed_bid_has_no_page_before_the_opening(cast: Cast, read: Callable[..., str], auditor: Client) -> None:
    bids.sealed(cast)
    row = OutboxEntry.objects.filter(event="bid.sealed").first()
    for client in (None, auditor):
        read(f"/evidence/{row.id}", client=client, status=404)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("event=trading.notice", {"trading.notice.published"}),
        ("actor=SYSTEM", set()),
        ("actor=owner.approver", set()),
        ("actor=PE-owner-approver", {"trading.lot.moved", "trading.notice.published", "trading.project.announced"}),
        ("number=CT-0", set()),
        ("until=2026-01-01", set()),
        ("since=2026-03-02&until=2026-03-02&event=trading.project", {"trading.project.announced"}),
    ],
)
def test_the_auditor_filters_by_event_number_actor_and_day(
    cast: Cast, read: Callable[..., str], auditor: Client, query: str, kept: set[str]
) -> None:
    stories.announced(cast)
    assert set(events(read, f"?{query}", auditor)) == kept


def test_the_public_cannot_filter_by_actor(cast: Cast, read: Callable[..., str]) -> None:
    stories.announced(cast)
    assert events(read, "?actor=nobody") == events(read)
    assert "PE-owner-approver" not in read("/evidence")


def test_a_number_finds_the_entries_of_the_project_and_its_lots(cast: Cast, read: Callable[..., str]) -> None:
    project, other = stories.announced(cast, lots=2), stories.announced(cast)
    lines = read(f"/evidence.jsonl?number={project.number}").splitlines()
    assert {json.loads(line)["tender"] for line in lines} == {
        project.number,
        *project.lots.values_list("number", flat=True),
    }
    assert other.number not in "".join(lines)


def test_the_page_claims_no_proof_and_shows_no_running_number(cast: Cast, read: Callable[..., str]) -> None:
    stories.announced(cast)
    page = read("/evidence")
    assert "Proofs of inclusion, signed checkpoints and independent witnesses do not exist yet" in page
    row = OutboxEntry.objects.get(event="trading.project.announced")
    assert f">{row.seq}<" not in page


def test_every_event_of_a_whole_run_has_a_name(cast: Cast) -> None:
    story.run(cast)
    assert set(OutboxEntry.objects.values_list("event", flat=True)) - set(EVENT_NAMES) == set()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_equally_often(cast: Cast, read: Callable[..., str], count: int) -> None:
    for _ in range(count):
        stories.announced(cast)
    with CaptureQueriesContext(connection) as caught:
        read("/evidence")
    assert len(caught) == LIST_QUERIES


def test_the_project_page_shows_its_newest_public_entries(cast: Cast, read: Callable[..., str]) -> None:
    project = stories.announced(cast)
    aside = read(f"/projects/{project.number}").partition('id="evidence"')[2]
    shown = re.findall(r'href="/evidence/([0-9a-f-]{36})"', aside)
    own = [project.number, project.lots.get().number]
    public = OutboxEntry.objects.filter(tender__in=own).exclude(
        event__in=["trading.project.created", "trading.lot.added"]
    )
    assert shown == [str(row.id) for row in public.order_by("-seq")]
