from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from core import storage
from core.canonical import dumps, format_time
from core.errors import NotYours, Refused
from core.models import Installation
from core.reasons import reason
from core.working_days import end_of
from tests.cast import BEGINNING
from tests.stories import trading as story
from tests.trading.reading import entries, reasons
from trading import announcing, binding, checking, drafting, moves, procedures
from trading.models import Lot, Project, RegionParameter
from trading.names import Kind, Move, Stage
from trading.procedures import procedure_for
from trading.procedures.facts import CeremonyState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.reasons import Reason
    from tests.cast import Cast
    from trading.procedures.facts import Known

SIGNED = (CeremonyState(signed=4, of=4, rehearsed=0, k=3),)


def announce(
    cast: Cast,
    project: Project,
    *,
    by: str = "owner.approver",
    at: datetime = story.ANNOUNCED,
    known: tuple[Known, ...] = SIGNED,
) -> Project:
    lots = project.lots.values_list("pk", flat=True)
    with transaction.atomic(durable=True):
        return announcing.announce(project.pk, actor=cast.actor(by), at=at, known=dict.fromkeys(lots, known))


def test_a_rehearsal_is_announced_under_the_edition_that_its_draft_named(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer sheet is in force: without the name the announcement would bind that one."""
    newer = replace(procedure_for(Kind.CT, "2026"), edition="2026b", in_force_from=date(2026, 1, 2))
    monkeypatch.setattr(procedures, "EDITIONS", procedures.EDITIONS | {(Kind.CT, "2026b"): newer})
    Installation.objects.update_or_create(
        id=1, defaults={"made_for": Installation.REHEARSAL, "made_at": story.ANNOUNCED}
    )
    named, unnamed = story.submitted(cast, edition="2026"), story.submitted(cast)
    assert [announce(cast, project).edition for project in (named, unnamed)] == ["2026", "2026b"]


def set_parameter(
    region: str, key: str, value: str, *, since: date = date(2026, 1, 1), until: date | None = None
) -> None:
    RegionParameter.objects.create(
        region=region, key=key, value=value, effective_from=since, effective_to=until, source="test",
        entered_at=BEGINNING, entered_by="test",
    )  # fmt: skip


@pytest.mark.parametrize("kind", list(Kind))
def test_an_announcement_moves_every_lot_and_binds_the_rules(cast: Cast, kind: Kind) -> None:
    project = story.announced(cast, kind, lots=2)
    assert [lot.stage for lot in project.lots.all()] == ["published", "published"]
    assert (project.edition, project.announced_at) == ("2026", story.ANNOUNCED)
    assert {project.drafted_by, project.approved_by} == {
        cast.user(f"{'owner' if kind is Kind.CT else 'buyer'}.{who}").number for who in ("drafter", "approver")
    }
    (entry,) = entries("trading.project.announced")
    assert (entry["edition"], entry["rules"]) == ("2026", procedure_for(kind, "2026").digest())


def test_the_notice_is_data_with_its_digest_on_record(cast: Cast) -> None:
    project = story.drafted(cast)
    file = storage.keep_bytes(b"%PDF-1.7", at=story.ANNOUNCED)
    drafting.attach_document(
        project.pk, actor=cast.actor("owner.drafter"), at=story.ANNOUNCED - story.DAY, title="招标文件",
        media="application/pdf", file=file,
    )  # fmt: skip
    drafting.submit_notice(project.pk, actor=cast.actor("owner.drafter"), at=story.ANNOUNCED - story.DAY)
    announce(cast, project)
    (notice,) = project.notices.all()
    assert notice.digest == hashlib.sha256(dumps(notice.data)).hexdigest()
    assert entries("trading.notice.published") == [
        {
            "notice": notice.number,
            "code": "NOTICE",
            "digest": notice.digest,
            "public": True,
            "actor": entries("trading.notice.published")[0]["actor"],
        }
    ]
    assert notice.data["edition"] == "2026"
    assert notice.data["documents"] == [{"title": "招标文件", "media": "application/pdf", "sha256": file.digest}]
    assert notice.data["criteria"] == story.CRITERIA
    assert notice.data["lots"][0]["closes_at"] == format_time(story.DEADLINE)
    assert project.documents.get().published_at == story.ANNOUNCED


def test_who_drafted_does_not_announce(cast: Cast) -> None:
    project = story.drafted(cast)
    drafting.submit_notice(project.pk, actor=cast.actor("owner.approver"), at=story.ANNOUNCED - story.DAY)
    with pytest.raises(Refused) as refused:
        announce(cast, project)
    assert reasons(refused) == ["who drafted may not approve: a second person is needed"]
    announce(cast, project, by="agent.approver")
    assert Project.objects.get().approved_by == cast.user("agent.approver").number


def test_the_database_keeps_the_two_people_apart_as_well(cast: Cast) -> None:
    project = story.submitted(cast)
    project.approved_by = project.drafted_by
    with pytest.raises(IntegrityError), transaction.atomic():
        project.save(update_fields=["approved_by"])


def test_nobody_else_announces(cast: Cast) -> None:
    project = story.submitted(cast)
    for name in ("supervisor", "center", "acme", "buyer.approver", "audit"):
        with pytest.raises(NotYours):
            announce(cast, project, by=name)
    with pytest.raises(Refused) as refused:
        announce(cast, project, by="owner.rep")
    assert reasons(refused) == ["this needs somebody who may approve for the organisation"]


def test_without_a_signed_ceremony_nothing_is_announced(cast: Cast) -> None:
    project = story.submitted(cast)
    with pytest.raises(Refused) as refused:
        announce(cast, project, known=())
    assert reasons(refused) == ["there is no key ceremony yet"]
    with pytest.raises(Refused) as refused:
        announce(cast, project, known=(CeremonyState(signed=3, of=4, rehearsed=0, k=3),))
    assert reasons(refused) == ["3 of 4 key holders have signed the ceremony"]
    project.refresh_from_db()
    assert (project.announced_at, project.edition, project.notices.count()) == (None, "", 0)


def test_bidders_have_their_twenty_days(cast: Cast) -> None:
    project = story.submitted(cast)
    with pytest.raises(Refused) as refused:
        announce(cast, project, at=story.ANNOUNCED + 2 * story.DAY)
    assert reasons(refused) == ["the deadline for bids may not be before 2026-03-25 00:00"]


def test_an_intention_is_public_for_thirty_days(cast: Cast) -> None:
    project = story.drafted(cast, Kind.GP_OPEN)
    intended = story.ANNOUNCED - 20 * story.DAY
    drafting.intend(project.pk, actor=cast.actor("buyer.approver"), at=intended)
    drafting.submit_notice(project.pk, actor=cast.actor("buyer.drafter"), at=intended)
    with pytest.raises(Refused) as refused:
        announce(cast, project, by="buyer.approver")
    assert reasons(refused) == ["the intention is public until 2026-03-13 00:00"]


def test_a_waived_intention_is_waited_for_by_nobody(cast: Cast) -> None:
    project = story.drafted(cast, Kind.GP_OPEN)
    at = story.ANNOUNCED - story.DAY
    drafting.intend(project.pk, actor=cast.actor("buyer.approver"), at=at, waived_because="应急抢险")
    drafting.submit_notice(project.pk, actor=cast.actor("buyer.drafter"), at=at)
    announce(cast, project, by="buyer.approver")
    assert project.lots.get().stage == "published"
    assert project.notices.last() is not None


def test_later_parameters_do_not_reach_an_announced_project(cast: Cast) -> None:
    bound, free = story.announced(cast), story.drafted(cast)
    set_parameter("CN", "ct.candidates_max", "2")
    at = story.ANNOUNCED + story.DAY
    assert binding.parameters_of(bound, at=at).count("ct.candidates_max") == 3
    assert binding.parameters_of(free, at=at).count("ct.candidates_max") == 2


def test_a_region_counts_over_its_law_and_that_over_the_country(cast: Cast) -> None:
    on = date(2026, 3, 2)
    set_parameter("CN", "ct.owner_rep_count_max", "4")
    assert binding.overrides_of("500000", on=on)["ct.owner_rep_count_max"] == "2"
    set_parameter("500000", "ct.owner_rep_count_max", "1")
    assert binding.overrides_of("500000", on=on)["ct.owner_rep_count_max"] == "1"
    assert binding.overrides_of("CN", on=on) == {"ct.owner_rep_count_max": "4"}


def test_a_parameter_counts_between_its_days(cast: Cast) -> None:
    set_parameter("CN", "cal.opening_hour", "10", since=date(2026, 3, 1), until=date(2026, 3, 31))
    found = {on: binding.overrides_of("CN", on=on) for on in (date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 1))}
    assert [bool(each) for each in found.values()] == [False, True, False]


def test_the_plan_and_notice_of_a_procurement_stay_up_for_their_days(cast: Cast) -> None:
    project = story.announced(cast, Kind.GP_OPEN)
    shown = {notice.code: notice.display_until for notice in project.notices.all()}
    assert shown == {"NOTICE": end_of(date(2026, 3, 9)), "PLAN": shown["PLAN"]}
    assert shown["PLAN"] - (story.ANNOUNCED - 39 * story.DAY) >= timedelta(days=30)


def test_the_last_day_of_a_notice_stands_in_its_data(cast: Cast) -> None:
    project = story.announced(cast, Kind.GP_OPEN)
    stated = {notice.code: notice.data["display_until"] for notice in project.notices.all()}
    assert stated == {notice.code: format_time(notice.display_until) for notice in project.notices.all()}
    assert stated["NOTICE"] == format_time(end_of(date(2026, 3, 9)))


@pytest.fixture
def strict_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_checks", [])

    @checking.document_check
    def score_sheet_has_points(project: Project, _at: datetime) -> Iterable[Reason]:
        return () if project.criteria else (reason("the score sheet is empty"),)

    assert checking.document_check(score_sheet_has_points) is score_sheet_has_points
    assert len(checking._checks) == 1  # twice is once


@pytest.mark.usefixtures("strict_check")
def test_what_an_app_above_finds_wrong_with_the_documents_is_a_reason(cast: Cast) -> None:
    project = story.drafted(cast, criteria={})
    assert checking.objections(project, at=story.ANNOUNCED) == ("the score sheet is empty",)
    with pytest.raises(Refused) as refused:
        drafting.submit_notice(project.pk, actor=cast.actor("owner.drafter"), at=story.ANNOUNCED - story.DAY)
    assert reasons(refused) == ["the score sheet is empty"]


def test_pages_ask_for_what_is_missing_without_touching_anything(cast: Cast) -> None:
    lot = story.submitted(cast).lots.get()
    assert moves.missing_for(lot, Move.ANNOUNCE, at=story.ANNOUNCED) == (
        "it is not on record who drafted and who approves",
        "there is no key ceremony yet",
    )
    assert moves.missing_for(lot, Move.ANNOUNCE, at=story.ANNOUNCED, known=SIGNED, approved_by="PE-x") == ()
    assert Lot.objects.get().stage == Stage.NOTICE_READY
