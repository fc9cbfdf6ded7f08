from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from accounts.names import Role
from core import clock, storage
from core.errors import NotYours, Refused
from tests.stories import trading as story
from tests.trading.reading import reasons
from trading import access, drafting
from trading.models import Participation, Project
from trading.names import Kind, Side, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast

EVERYBODY = ("owner.drafter", "agent.drafter", "supervisor", "center", "audit", "acme", "buyer.drafter", "expert.one")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.stands_at(story.ANNOUNCED):
        yield


def knows(cast: Cast, project: Project) -> set[str]:
    names = {name for name in EVERYBODY if access.visible(cast.actor(name)).filter(pk=project.pk).exists()}
    return names | ({"public"} if access.visible(None).filter(pk=project.pk).exists() else set())


def test_a_draft_is_known_to_its_sides_and_the_auditor(cast: Cast) -> None:
    project = story.drafted(cast)
    assert knows(cast, project) == {"owner.drafter", "agent.drafter", "supervisor", "center", "audit"}
    with pytest.raises(NotYours):
        access.project_seen_by(cast.actor("acme"), project.number)
    with pytest.raises(NotYours):
        access.lot_seen_by(None, project.lots.get().number)
    assert access.project_seen_by(cast.actor("owner.drafter"), project.number) == project


def test_an_announced_project_and_a_published_intention_are_public(cast: Cast) -> None:
    everybody = {*EVERYBODY, "public"}
    assert knows(cast, story.announced(cast)) == everybody
    intended = story.drafted(cast, Kind.GP_OPEN)
    drafting.intend(intended.pk, actor=cast.actor("buyer.approver"), at=story.ANNOUNCED)
    assert knows(cast, intended) == everybody
    assert access.lot_seen_by(None, intended.lots.get().number).project == intended


def test_a_number_that_does_not_exist_is_answered_like_one_that_is_not_yours(cast: Cast) -> None:
    for find in (access.project_seen_by, access.lot_seen_by, access.notice_seen_by):
        with pytest.raises(NotYours):
            find(cast.actor("owner.drafter"), "CT-2026-999999-XXXX")


def test_bidding_for_a_project_does_not_show_its_drafts(cast: Cast) -> None:
    project = story.drafted(cast)
    access.take_side(project, cast["acme"], Side.BIDDING, since=story.ANNOUNCED)
    assert "acme" not in knows(cast, project)


def test_a_letter_is_for_its_addressee_its_sender_and_the_auditor(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.CONTRACTING)
    letter = lot.notices.get(code="AWARD_LETTER")
    for name in ("acme", "owner.rep", "agent.rep", "audit"):
        assert access.notice_seen_by(cast.actor(name), letter.number) == letter
    for name in ("bolt", "supervisor", "center", "buyer.drafter"):
        with pytest.raises(NotYours):
            access.notice_seen_by(cast.actor(name), letter.number)
    with pytest.raises(NotYours):
        access.notice_seen_by(None, letter.number)
    announcement = lot.notices.get(code="AWARD")
    assert access.notice_seen_by(None, announcement.number) == announcement


def test_documents_are_public_from_the_announcement_on(cast: Cast) -> None:
    project = story.drafted(cast)
    drafting.attach_document(
        project.pk, actor=cast.actor("owner.drafter"), at=story.ANNOUNCED, title="招标文件", media="application/pdf",
        file=storage.keep_bytes(b"%PDF", at=story.ANNOUNCED),
    )  # fmt: skip
    counts = {
        name: access.documents_seen_by(cast.actor(name), project).count() for name in ("owner.rep", "agent.rep", "acme")
    }
    assert counts == {"owner.rep": 1, "agent.rep": 1, "acme": 0}
    assert access.documents_seen_by(None, project).count() == 0
    project.documents.update(published_at=story.ANNOUNCED)
    assert access.documents_seen_by(None, project).count() == 1


def test_an_organisation_stands_on_one_side_for_good(cast: Cast) -> None:
    project = story.announced(cast)
    access.take_side(project, cast["acme"], Side.BIDDING, since=story.ANNOUNCED)
    access.take_side(project, cast["acme"], Side.BIDDING, since=story.ANNOUNCED)
    for name in ("owner", "agent", "supervisor", "center"):
        with pytest.raises(Refused) as refused:
            access.take_side(project, cast[name], Side.BIDDING, since=story.ANNOUNCED)
        assert reasons(refused) == ["the organisation already takes part in this project on another side"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Participation.objects.create(
            project=project, organisation=cast["acme"], side=Side.BUYING, since=story.ANNOUNCED
        )


def test_a_role_counts_only_on_the_side_where_the_organisation_stands(cast: Cast) -> None:
    project = story.announced(cast)
    assert access.side_of(cast.actor("supervisor"), project).organisation == cast["supervisor"]
    assert access.side_of(cast.actor("center"), project, Role.CENTER).role == Role.CENTER
    for name, roles in (("acme", ()), ("buyer.drafter", ()), ("audit", ()), ("supervisor", (Role.CENTER,))):
        with pytest.raises(NotYours):
            access.side_of(cast.actor(name), project, *roles)


def test_a_seat_that_has_ended_does_not_act(cast: Cast) -> None:
    project, actor = story.announced(cast), cast.actor("owner.approver")
    seat = cast.seats["owner.approver"]
    seat.until = story.ANNOUNCED
    seat.save(update_fields=["until"])
    with pytest.raises(NotYours):
        access.buyer(actor, project)


def test_only_who_bids_loses_its_name(cast: Cast) -> None:
    bidder = access.unnamed(cast.actor("acme"))
    assert (bidder.person, bidder.name, bidder.role, bidder.organisation) == ("", "", "BIDDER", "")
    assert access.unnamed(cast.actor("supervisor")) == cast.actor("supervisor")
