"""Before the deadline: who obtained the documents, questions and answers, amendments.

Nobody sees who asked or who obtained. An answer is for everybody. An amendment is drafted by one person and
published by another; one that may affect bids needs its distance from the deadline, or moves the deadline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from accounts.access import seat_of
from accounts.names import Role
from accounts.telling import tell
from core import audit, numbering
from core.canonical import digest_of
from core.errors import NotYours, Refused
from core.reasons import reason
from core.working_days import day_of, start_of
from trading import access, bid_box, binding, holding, moves, noticing
from trading.models import Amendment, Document, Lot, Obtained, Participation, Project, Question
from trading.names import Code, Move, Side, Stage
from trading.procedures.facts import AmendmentState
from trading.procedures.wording import moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import Organisation
    from core.actors import Actor
    from core.models import StoredFile
    from core.reasons import Reason

_OPEN = frozenset({Stage.PUBLISHED, Stage.BIDDING})
_CLOSED = reason("the deadline has passed: questions and amendments are no longer possible")


@transaction.atomic(durable=True)
def obtain(project_id: int, *, actor: Actor, at: datetime) -> None:
    """Remember, for nobody's eyes, that a bidder obtained the documents, so that amendments reach it."""
    seat = seat_of(actor, Role.BIDDER)
    project = Project.objects.get(pk=project_id)
    if project.announced_at is None:
        raise NotYours(project.number)
    remember(project.pk, seat.organisation, at=at)


def remember(project_id: int, organisation: Organisation, *, at: datetime) -> None:
    """Write down once that an organisation has the documents: one statement, without a savepoint."""
    Obtained.objects.bulk_create(
        [Obtained(project_id=project_id, organisation=organisation, at=at)], ignore_conflicts=True
    )


@transaction.atomic(durable=True)
def ask(project_id: int, *, actor: Actor, at: datetime, body: str) -> Question:
    """Ask about the documents before the deadline; the buying side is told, not who asks."""
    seat = seat_of(actor, Role.BIDDER)
    project = _open_project(project_id, at=at)
    if not body.strip():
        raise Refused(reason("write the question"))
    if (
        Participation.objects.filter(project=project, organisation=seat.organisation)
        .exclude(side=Side.BIDDING)
        .exists()
    ):
        raise Refused(reason("the organisation already takes part in this project on another side"))
    question = Question.objects.create(
        number=numbering.take("QU", at=at), project=project, asker=seat.organisation, body=body.strip(), asked_at=at
    )
    data = {"question": question.number, "body": digest_of(question.body)}
    audit.append("trading.question.asked", tender=project.number, data=data, actor=access.unnamed(actor), at=at)
    _tell_buyers(project, at, "trading.question.asked", question.number)
    return question


@transaction.atomic(durable=True)
def answer(question_id: int, *, actor: Actor, at: datetime, text: str) -> Question:
    """Answer a question in public, once; the asker and all who obtained the documents are told."""
    question = Question.objects.select_for_update(of=("self",)).select_related("project", "asker").get(pk=question_id)
    project = question.project
    access.buyer(actor, project)
    reasons = [] if text.strip() else [reason("write the answer")]
    if question.answered_at is not None:
        reasons.append(reason("the question is answered; a correction is an amendment"))
    if reasons:
        raise Refused(*reasons)
    question.answer, question.answered_at, question.answered_by = text.strip(), at, actor.as_text()
    question.save(update_fields=["answer", "answered_at", "answered_by"])
    data = {"question": question.number, "answer": digest_of(question.answer)}
    audit.append("trading.question.answered", tender=project.number, data=data, actor=actor, at=at)
    for organisation in {question.asker, *_obtainers(project)}:
        tell(
            organisation,
            kind="trading.question.answered",
            title=reason("Question {number} on {project} was answered", number=question.number, project=project.title),
            at=at,
            role=Role.BIDDER,
            project=project.number,
            link=f"/projects/{project.number}",
        )
    return question


@transaction.atomic(durable=True)
def draft_amendment(
    project_id: int,
    *,
    actor: Actor,
    at: datetime,
    body: str,
    affects_bids: bool,
    new_closes_at: datetime | None = None,
    changes_object: bool = False,
    changes_qualification: bool = False,
    files: Sequence[tuple[str, str, StoredFile]] = (),
) -> Amendment:
    """Draft an amendment with its files (title, media type, file); a second person publishes it."""
    project = _open_project(project_id, at=at)
    access.buyer(actor, project)
    if reasons := _objections_to_draft(project, body=body, new_closes_at=new_closes_at):
        raise Refused(*reasons)
    ordinal = (project.amendments.aggregate(last=Max("ordinal"))["last"] or 0) + 1
    old = _deadline(project, at=at)
    amendment = Amendment.objects.create(
        number=numbering.take("AM", at=at),
        project=project,
        ordinal=ordinal,
        body=body.strip(),
        affects_bids=affects_bids,
        changes_object=changes_object,
        changes_qualification=changes_qualification,
        old_closes_at=old,
        new_closes_at=new_closes_at,
        drafted_at=at,
        drafted_by=actor.person,
    )
    for title, media, file in files:
        Document.objects.create(
            project=project, title=title, media=media, file=file, added_at=at, added_by=actor.as_text(),
            amendment=amendment,
        )  # fmt: skip
    data = {"amendment": amendment.number, "body": digest_of(amendment.body)}
    audit.append("trading.amendment.drafted", tender=project.number, data=data, actor=actor, at=at)
    return amendment


@transaction.atomic(durable=True)
def publish_amendment(amendment_id: int, *, actor: Actor, at: datetime) -> Amendment:
    """Publish an amendment, move the deadline if it says so, and tell all who obtained the documents."""
    amendment = Amendment.objects.select_for_update(of=("self",)).select_related("project__owner").get(pk=amendment_id)
    project = amendment.project
    access.buyer(actor, project, approves=True)
    if amendment.published_at is not None:
        raise Refused(reason("the amendment is published already"))
    bid_box.lock_project(project)
    lots = _open_lots(project, at=at)
    closes = max((lot.closes_at for lot in lots if lot.closes_at), default=amendment.old_closes_at)
    data: dict[str, object] = {
        "amendment": amendment.number,
        "ordinal": amendment.ordinal,
        "body": amendment.body,
        "affects_bids": amendment.affects_bids,
        "old_closes_at": amendment.old_closes_at,
        "closes_at": max(amendment.new_closes_at or closes, closes),
        "documents": [{"title": row.title, "sha256": row.file_id} for row in amendment.documents.all()],
    }
    moves.advance_project(
        project,
        Move.AMEND,
        actor=actor,
        at=at,
        known={lot.pk: (_state(amendment, lot),) for lot in lots},
        notices=(noticing.Draft(Code.AMEND, data),),
        drafted_by=amendment.drafted_by,
        approved_by=actor.person,
        only=[lot.pk for lot in lots],
    )
    for lot in lots:
        _move_deadline(lot, amendment, actor=actor, at=at)
    amendment.published_at, amendment.published_by = at, actor.person
    amendment.save(update_fields=["published_at", "published_by"])
    amendment.documents.update(published_at=at)
    _tell_obtainers(project, amendment, at)
    return amendment


@transaction.atomic(durable=True)
def drop_amendment(amendment_id: int, *, actor: Actor, at: datetime) -> None:
    """Throw away an amendment that was not published."""
    amendment = Amendment.objects.select_for_update(of=("self",)).select_related("project").get(pk=amendment_id)
    access.buyer(actor, amendment.project)
    if amendment.published_at is not None:
        raise Refused(reason("the amendment is published already"))
    number = amendment.number
    amendment.documents.all().delete()
    amendment.delete()
    data = {"amendment": number}
    audit.append("trading.amendment.dropped", tender=amendment.project.number, data=data, actor=actor, at=at)


def objections_to(amendment: Amendment, *, actor: Actor, at: datetime) -> tuple[Reason, ...]:
    """Return every reason why ``actor`` cannot publish an amendment at ``at``. For pages."""
    lots = _open_lots(amendment.project, at=at)
    found = [
        why
        for lot in lots
        for why in moves.missing_for(
            lot, Move.AMEND, at=at, known=(_state(amendment, lot),), drafted_by=amendment.drafted_by,
            approved_by=actor.person,
        )
    ]  # fmt: skip
    return tuple(dict.fromkeys(found)) if lots else (_CLOSED,)


def effect_of(project: Project, *, at: datetime, affects_bids: bool) -> datetime | None:
    """Return the earliest deadline that an amendment published at ``at`` leaves; None if it leaves it alone.

    The distance is counted from the day of publication, complete days, and never rolls (招投标条例 21).
    """
    if not affects_bids:
        return None
    step = binding.procedure_of(project, at=at).step(Stage.PUBLISHED, Move.AMEND)
    key = next(key for guard in (step.guards if step else ()) for key in guard.keys.values() if "clarify_before" in key)
    days = binding.parameters_of(project, at=at).days(key)
    needed = binding.calendar_of(project.region).add(day_of(at), days).day
    return start_of(needed) if start_of(needed) > _deadline(project, at=at) else None


def _state(amendment: Amendment, lot: Lot) -> AmendmentState:
    return AmendmentState(
        affects_bids=amendment.affects_bids,
        new_deadline=_later(amendment, lot),
        changes_object=amendment.changes_object,
        changes_qualification=amendment.changes_qualification,
    )


def _move_deadline(lot: Lot, amendment: Amendment, *, actor: Actor, at: datetime) -> None:
    lot = moves.lock(lot.pk)
    if (closes_at := _later(amendment, lot)) is not None:
        holding.extend(lot, closes_at, actor=actor, why=f"amendment {amendment.number}")
    moves.reschedule(lot, at=at)


def _later(amendment: Amendment, lot: Lot) -> datetime | None:
    """Return the deadline that the amendment gives to a lot; None if a hold has moved it that far already."""
    stated = amendment.new_closes_at
    return stated if stated and (lot.closes_at is None or stated > lot.closes_at) else None


def _open_project(project_id: int, *, at: datetime) -> Project:
    project = Project.objects.select_related("owner", "agent").get(pk=project_id)
    if project.announced_at is None:
        raise NotYours(project.number)
    if not _open_lots(project, at=at):
        raise Refused(_CLOSED)
    return project


def _open_lots(project: Project, *, at: datetime) -> list[Lot]:
    lots = project.lots.order_by("pk")
    return [lot for lot in lots if Stage(lot.stage) in _OPEN and lot.closes_at and at < lot.closes_at]


def _deadline(project: Project, *, at: datetime) -> datetime:
    """Return the earliest deadline that is still to come."""
    found = min((lot.closes_at for lot in _open_lots(project, at=at) if lot.closes_at), default=None)
    if found is None:
        raise Refused(_CLOSED)
    return found


def _objections_to_draft(project: Project, *, body: str, new_closes_at: datetime | None) -> list[Reason]:
    reasons = [] if body.strip() else [reason("write what is clarified or changed")]
    if project.amendments.filter(published_at=None).exists():
        reasons.append(reason("an amendment waits for its second person: publish or drop it first"))
    last = max(lot.closes_at for lot in project.lots.all() if lot.closes_at)
    if new_closes_at is not None and new_closes_at <= last:
        reasons.append(reason("the deadline may not be brought forward from {deadline}", deadline=moment(last)))
    return reasons


def _obtainers(project: Project) -> list[Organisation]:
    return [row.organisation for row in Obtained.objects.filter(project=project).select_related("organisation")]


def _tell_buyers(project: Project, at: datetime, kind: str, number: str) -> None:
    for organisation in (project.owner, project.agent):
        if organisation is not None:
            tell(
                organisation,
                kind=kind,
                title=reason(
                    "Question {number} on {project} waits for an answer", number=number, project=project.title
                ),
                at=at,
                project=project.number,
                link=f"/desk/projects/{project.number}/questions",
            )


def _tell_obtainers(project: Project, amendment: Amendment, at: datetime) -> None:
    for organisation in _obtainers(project):
        tell(
            organisation,
            kind="trading.amendment.published",
            title=reason("Amendment {n} of {project} was published", n=amendment.ordinal, project=project.title),
            at=at,
            role=Role.BIDDER,
            project=project.number,
            link=f"/projects/{project.number}",
        )
