from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from accounts.models import Organisation
from core import storage
from core.errors import NotYours, Refused
from core.models import Installation
from tests.cast import BEGINNING
from tests.stories import trading as story
from tests.trading.reading import entries, events, last_entry, reasons
from trading import drafting, notice_data
from trading.models import Document, Lot, Participation, Project
from trading.names import Kind, Side
from trading.procedures.clauses import CONSTRUCTION_CLAUSES, unchecked

if TYPE_CHECKING:
    from tests.cast import Cast

AT = story.ANNOUNCED - 40 * story.DAY


def create(cast: Cast, *, by: str = "owner.drafter", **changed: object) -> Project:
    fields: dict = {
        "kind": Kind.CT,
        "title": "滨江大道改造工程",
        "owner": cast["owner"],
        "agent": cast["agent"],
        "supervisor": cast["supervisor"],
        "center": cast["center"],
        "category": "works",
        "funds_type": "budget",
    }
    return drafting.create_project(actor=cast.actor(by), at=AT, **(fields | changed))


def test_a_project_begins_with_its_four_sides(cast: Cast) -> None:
    project = create(cast)
    sides = Participation.objects.filter(project=project).order_by("pk").values_list("organisation__number", "side")
    assert list(sides) == [
        ("OR-owner", Side.BUYING),
        ("OR-agent", Side.BUYING),
        ("OR-supervisor", Side.OVERSEEING),
        ("OR-center", Side.OPERATING),
    ]
    assert (project.round_number, project.edition, project.drafted_by) == (1, "", "")
    assert entries("trading.project.created") == [
        {
            "kind": "CT",
            "round": 1,
            "project": project.number,
            "actor": entries("trading.project.created")[0]["actor"],
        }
    ]


def test_a_draft_that_serves_people_names_no_edition(cast: Cast) -> None:
    Installation.objects.update_or_create(id=1, defaults={"made_for": Installation.USE, "made_at": AT})
    with pytest.raises(Refused) as refusal:
        create(cast, edition="2026")
    assert refusal.value.reasons == ("only a rehearsal names its edition; the announcement binds the one in force",)


def test_a_rehearsal_binds_its_draft_to_an_edition_that_there_is(cast: Cast) -> None:
    Installation.objects.update_or_create(id=1, defaults={"made_for": Installation.REHEARSAL, "made_at": AT})
    assert create(cast, edition="2026").edition == "2026"
    with pytest.raises(Refused) as refusal:
        create(cast, edition="1999")
    assert refusal.value.reasons == ("there is no edition 1999 of CT",)


def test_the_agent_may_begin_a_project_for_its_owner(cast: Cast) -> None:
    assert create(cast, by="agent.drafter").owner == cast["owner"]


def test_an_owner_cannot_begin_a_project_of_another_owner(cast: Cast) -> None:
    with pytest.raises(NotYours):
        create(cast, by="buyer.drafter")


def test_an_agent_that_is_not_named_cannot_begin_a_project(cast: Cast) -> None:
    with pytest.raises(NotYours):
        create(cast, by="agent.drafter", agent=None)


def test_a_bidder_cannot_begin_a_project(cast: Cast) -> None:
    with pytest.raises(NotYours):
        create(cast, by="acme")


def test_every_organisation_that_does_not_fit_its_place_is_named(cast: Cast) -> None:
    cast["center"].suspended_at = BEGINNING
    with pytest.raises(Refused) as refused:
        create(cast, supervisor=cast["acme"])
    assert reasons(refused) == [
        "甲建工集团有限公司 is not admitted as Supervising department",
        "滨江市公共资源交易中心 is not admitted as Trading centre",
    ]
    assert Project.objects.count() == 0


def test_one_organisation_does_not_stand_in_two_places(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        create(cast, center=cast["supervisor"])
    assert reasons(refused) == [
        "owner, agent, supervisor and trading centre are different organisations",
        "滨江市住房和城乡建设局 is not admitted as Trading centre",
    ]


def test_a_field_that_is_not_for_writing_is_a_mistake_of_the_caller(cast: Cast) -> None:
    with pytest.raises(ValueError, match="parameters"):
        create(cast, parameters={})
    project = create(cast)
    with pytest.raises(ValueError, match="number"):
        drafting.edit_project(project.pk, actor=cast.actor("owner.drafter"), at=AT, number="X")
    with pytest.raises(ValueError, match="stage"):
        drafting.add_lot(project.pk, actor=cast.actor("owner.drafter"), at=AT, title="1", stage="awarded")


def test_lots_carry_the_number_of_their_project(cast: Cast) -> None:
    project = story.drafted(cast, lots=2)
    assert [lot.number for lot in project.lots.all()] == [f"{project.number}-1", f"{project.number}-2"]
    assert [lot.stage for lot in project.lots.all()] == ["draft", "draft"]


def test_a_procurement_begins_with_its_intention(cast: Cast) -> None:
    assert [lot.stage for lot in story.drafted(cast, Kind.GP_OPEN).lots.all()] == ["intention"]


def test_a_lot_is_edited_and_removed_while_the_project_is_a_draft(cast: Cast) -> None:
    project = story.drafted(cast, lots=2)
    first, second = project.lots.all()
    drafting.edit_lot(first.pk, actor=cast.actor("owner.drafter"), at=AT, ceiling_price=Decimal(27000000))
    drafting.remove_lot(second.pk, actor=cast.actor("owner.drafter"), at=AT)
    assert list(project.lots.values_list("ceiling_price", flat=True)) == [Decimal(27_000_000)]
    assert events()[-2:] == ["trading.lot.edited", "trading.lot.removed"]


def test_a_lot_with_a_history_is_not_removed(cast: Cast) -> None:
    project = story.submitted(cast)
    drafting.return_notice(project.pk, actor=cast.actor("owner.approver"), at=story.ANNOUNCED, because="漏项")
    with pytest.raises(Refused) as refused:
        drafting.remove_lot(project.lots.get().pk, actor=cast.actor("owner.drafter"), at=story.ANNOUNCED)
    assert reasons(refused) == ["a lot with a history is not removed; leave it out by terminating the project"]


@pytest.mark.parametrize("kind", Kind)
def test_silence_about_splitting_does_not_declare_the_project_whole(cast: Cast, kind: Kind) -> None:
    silent = {key: value for key, value in story.terms().items() if key != "is_whole"}
    with pytest.raises(Refused) as refused:
        story.submitted(cast, kind, terms=silent)
    assert reasons(refused) == ["the owner has not declared that the project was not split to stay below a threshold"]


def test_what_was_handed_in_is_no_longer_edited(cast: Cast) -> None:
    project = story.submitted(cast)
    before = last_entry()
    with pytest.raises(Refused) as refused:
        drafting.edit_project(project.pk, actor=cast.actor("owner.drafter"), at=story.ANNOUNCED, title="另一个")
    assert reasons(refused) == ["the project can no longer be edited: it is in “Notice ready for approval”"]
    assert events(after=before) == []


def test_somebody_else_finds_no_project_to_edit(cast: Cast) -> None:
    project = story.drafted(cast)
    for name in ("buyer.drafter", "acme", "supervisor", "center", "owner.holder"):
        with pytest.raises(NotYours):
            drafting.edit_project(project.pk, actor=cast.actor(name), at=AT, title="x")


def test_a_seat_without_rights_does_not_draft(cast: Cast) -> None:
    project = story.drafted(cast)
    seat = cast.seats["owner.rep"]
    seat.may_draft = False
    seat.save(update_fields=["may_draft"])
    with pytest.raises(Refused) as refused:
        drafting.edit_project(project.pk, actor=seat.actor(), at=AT, title="x")
    assert reasons(refused) == ["this needs somebody who may draft for the organisation"]


def test_documents_are_attached_and_removed_by_digest(cast: Cast) -> None:
    project = story.drafted(cast)
    file = storage.keep_bytes(b"%PDF-1.7", at=AT)
    document = drafting.attach_document(
        project.pk, actor=cast.actor("owner.drafter"), at=AT, title="招标文件", media="application/pdf", file=file
    )
    assert entries("trading.document.attached")[0]["sha256"] == file.digest
    drafting.remove_document(document.pk, actor=cast.actor("owner.drafter"), at=AT)
    assert Document.objects.count() == 0
    assert events()[-1] == "trading.document.removed"


def test_everything_that_is_missing_is_said_at_once(cast: Cast) -> None:
    project = create(cast, agent=None)
    with pytest.raises(Refused) as refused:
        drafting.submit_notice(project.pk, actor=cast.actor("owner.drafter"), at=AT)
    assert reasons(refused) == ["the project has no lot that “Submit the notice for approval” could move"]
    drafting.add_lot(
        project.pk, actor=cast.actor("owner.drafter"), at=AT, title="1标段", deposit_amount=Decimal(900_000),
        estimated_value=Decimal(50_000_000),
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        drafting.submit_notice(project.pk, actor=cast.actor("owner.drafter"), at=AT)
    assert reasons(refused) == [
        "the approval of the project is not on record",
        "not on record as the approver fixed it: scope of the tender",
        "not on record as the approver fixed it: method of tender",
        "not on record as the approver fixed it: organisation form",
        "the owner has not declared that the project was not split to stay below a threshold",
        "not stated: content of the tender",
        "not stated: scope",
        "not stated: scale",
        "not stated: qualification required of bidders",
        "not stated: how and when to get the documents",
        "not stated: deadline for bids",
        "not stated: how to submit bids",
        "not stated: contact person and telephone",
        *unchecked(CONSTRUCTION_CLAUSES, ()),
        "no evaluation method is chosen",
        "the documents do not say what decides between equal bids",
        "a deposit of ¥900,000.00 is asked, at most ¥800,000.00 is allowed",
        "the deadline for bids is not set",
    ]


@pytest.mark.parametrize("lacking", ["address", "telephone"])
def test_a_name_without_its_address_or_telephone_is_not_stated(cast: Cast, lacking: str) -> None:
    project = story.drafted(cast)
    if lacking == "address":
        Organisation.objects.filter(pk=project.owner_id).update(address=" ")
    else:
        Project.objects.filter(pk=project.pk).update(terms=story.terms() | {"contact_phone": ""})
    with pytest.raises(Refused) as refused:
        drafting.submit_notice(project.pk, actor=cast.actor("owner.drafter"), at=AT)
    item = {"address": "name and address of the owner", "telephone": "contact person and telephone"}[lacking]
    assert reasons(refused) == [f"not stated: {item}"]


def test_an_owner_without_a_registered_address_states_one_in_the_notice(cast: Cast) -> None:
    project = story.drafted(cast, terms=story.terms() | {"address": "滨江市解放路2号"})
    Organisation.objects.filter(pk=project.owner_id).update(address="")
    project = Project.objects.get(pk=project.pk)
    assert notice_data.announcement(project, at=AT)["owner"]["address"] == "滨江市解放路2号"


def test_whoever_hands_in_is_on_record_and_the_lots_move_together(cast: Cast) -> None:
    project = story.submitted(cast, lots=3)
    assert project.drafted_by == cast.user("owner.drafter").number
    assert [lot.stage for lot in project.lots.all()] == ["notice_ready"] * 3


def test_a_notice_goes_back_with_a_reason_by_somebody_who_approves(cast: Cast) -> None:
    project = story.submitted(cast)
    with pytest.raises(Refused) as refused:
        drafting.return_notice(project.pk, actor=cast.actor("owner.drafter"), at=story.ANNOUNCED, because="漏项")
    assert reasons(refused) == ["this needs somebody who may approve for the organisation"]
    with pytest.raises(Refused) as refused:
        drafting.return_notice(project.pk, actor=cast.actor("owner.approver"), at=story.ANNOUNCED, because=" ")
    assert reasons(refused) == ["say why the notice goes back to its author"]
    drafting.return_notice(project.pk, actor=cast.actor("owner.approver"), at=story.ANNOUNCED, because="漏项")
    change = project.lots.get().changes.last()
    assert change is not None
    assert (change.move, change.to, change.because) == ("return_notice", "draft", "漏项")


def test_an_intention_is_published_by_the_purchaser(cast: Cast) -> None:
    project = story.drafted(cast, Kind.GP_OPEN)
    with pytest.raises(Refused) as refused:
        drafting.intend(project.pk, actor=cast.actor("buyer.drafter"), at=AT)
    assert reasons(refused) == ["this needs somebody who may approve for the organisation"]
    with pytest.raises(Refused) as refused:
        drafting.intend(project.pk, actor=cast.actor("agent.approver"), at=AT)
    assert reasons(refused) == ["“Publish the intention” is not taken by Procurement agent"]
    drafting.intend(project.pk, actor=cast.actor("buyer.approver"), at=AT)
    assert [notice.code for notice in project.notices.all()] == ["PLAN"]


def test_an_intention_is_waived_only_with_its_reason_on_record(cast: Cast) -> None:
    project = story.drafted(cast, Kind.GP_OPEN)
    drafting.intend(project.pk, actor=cast.actor("buyer.approver"), at=AT, waived_because="应急抢险")
    project.refresh_from_db()
    assert (project.intended_at, project.terms["intention_waived_because"]) == (None, "应急抢险")
    (known,) = drafting.intention_of(project)[project.lots.get().pk]
    assert known.waived_because == "应急抢险"


def test_a_construction_project_knows_no_intention(cast: Cast) -> None:
    project = story.drafted(cast)
    assert drafting.intention_of(project) == {}
    with pytest.raises(Refused) as refused:
        drafting.intend(project.pk, actor=cast.actor("owner.approver"), at=AT)
    assert reasons(refused) == ["“Publish the intention” is not possible in the stage “Draft”"]


def test_nothing_stays_of_a_verb_whose_entry_cannot_be_written(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    project = story.drafted(cast)

    def full_disk(*_args: object, **_more: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("core.audit.append", full_disk)
    with pytest.raises(OSError, match="no space"):
        drafting.add_lot(project.pk, actor=cast.actor("owner.drafter"), at=AT, title="2标段")
    assert Lot.objects.count() == 1
