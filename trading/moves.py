"""The only writer of a lot's stage: lock, ask the rule-sheet, move, record, publish, tell.

The rule-sheet says which arrow exists, who may take it and what must hold; facts that trading does not own are
handed in by the caller (``known``). A refusal names every reason at once and undoes the whole verb.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from accounts.names import Role
from core import audit
from core.canonical import digest_of
from core.errors import Refused
from core.reasons import reason
from trading import binding, notice_data, noticing
from trading.facts import bound_of, facts_of
from trading.models import Lot, StageChange
from trading.names import Code, Move, Stage, label
from trading.procedures.facts import FailureState, TerminationState
from trading.signals import stage_changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.actors import Actor
    from core.reasons import Reason
    from trading.models import Project
    from trading.noticing import Draft
    from trading.procedures.definition import Step
    from trading.procedures.facts import Facts, Known

log = logging.getLogger(__name__)
_LATER = timedelta(seconds=30)


class Due(NamedTuple):
    """What the platform takes itself next, and when."""

    at: datetime
    move: Move


@transaction.atomic(savepoint=False)
def advance(
    lot_id: int,
    move: Move,
    *,
    actor: Actor,
    at: datetime,
    known: Iterable[Known] = (),
    because: str = "",
    notices: Sequence[Draft] = (),
) -> StageChange:
    """Take ``move`` for one lot and publish what its step emits; Refused with every reason otherwise."""
    lot = lock(lot_id)
    facts = facts_of(lot, at=at, known=known)
    step = _allowed(lot, move, facts, actor=actor)
    change = _take(lot, step, facts, actor=actor, because=because)
    _emit(lot.project, lot, step, notices, actor=actor, facts=facts)
    return change


@transaction.atomic(savepoint=False)
def advance_project(
    project: Project,
    move: Move,
    *,
    actor: Actor,
    at: datetime,
    known: Mapping[int, Iterable[Known]] | None = None,
    because: str = "",
    notices: Sequence[Draft] = (),
    drafted_by: str = "",
    approved_by: str = "",
    only: Iterable[int] | None = None,
) -> list[StageChange]:
    """Take ``move`` for all lots of a project that have not ended, together or not at all; notices once.

    ``only`` names the lots (by id) that it concerns, where that is not all of them.

    ``drafted_by`` and ``approved_by`` name the people behind what is published, where that is not the notice.
    """
    lots = list(
        Lot.objects.select_for_update(of=("self",))
        .select_related("project__owner", "project__agent")
        .prefetch_related("changes", "holds")
        .filter(project=project)
        .filter(**({} if only is None else {"pk__in": list(only)}))
        .exclude(stage__in=[stage.value for stage in Stage if stage.is_end])
        .order_by("pk")
    )
    if not lots:
        raise Refused(reason("the project has no lot that “{move}” could move", move=label(move)))
    bound = bound_of(lots[0].project, at=at)
    taken: list[tuple[Lot, Step, Facts]] = []
    reasons: list[Reason] = []
    for lot in lots:
        facts = facts_of(
            lot,
            at=at,
            known=(known or {}).get(lot.pk, ()),
            drafted_by=drafted_by,
            approved_by=approved_by,
            bound=bound,
        )
        try:
            taken.append((lot, _allowed(lot, move, facts, actor=actor), facts))
        except Refused as refusal:
            reasons += refusal.reasons
    if reasons:
        raise Refused(*dict.fromkeys(reasons))
    changes = [_take(lot, step, facts, actor=actor, because=because) for lot, step, facts in taken]
    _emit(project, None, taken[0][1], notices, actor=actor, facts=taken[0][2])
    return changes


def lock(lot_id: int) -> Lot:
    """Return the lot with its row locked until the transaction ends."""
    return Lot.objects.select_for_update(of=("self",)).select_related("project__owner", "project__agent").get(pk=lot_id)


def missing_for(
    lot: Lot,
    move: Move,
    *,
    at: datetime,
    known: Iterable[Known] = (),
    drafted_by: str = "",
    approved_by: str = "",
) -> tuple[Reason, ...]:
    """Return every reason why ``move`` cannot be taken now; empty if it can. For pages.

    ``drafted_by`` and ``approved_by`` as in :func:`trading.facts.facts_of`: who would be behind it.
    """
    facts = facts_of(lot, at=at, known=known, drafted_by=drafted_by, approved_by=approved_by)
    return binding.procedure_of(lot.project, at=at).missing(move, facts)


def step_of(lot: Lot, move: Move, *, at: datetime) -> Step | None:
    """Return the arrow for a move in the lot's stage, or None. For pages."""
    return binding.procedure_of(lot.project, at=at).step(Stage(lot.stage), move)


def due_of(lot: Lot, *, at: datetime) -> Due | None:
    """Return what the platform itself takes next for ``lot``."""
    found = binding.procedure_of(lot.project, at=at).due(Stage(lot.stage), facts_of(lot, at=at))
    return Due(*found) if found else None


@transaction.atomic(savepoint=False)
def reschedule(lot: Lot, *, at: datetime) -> None:
    """Write down when the platform must look at ``lot`` next; for whoever changed a deadline or a hold."""
    due = due_of(lot, at=at)
    lot.next_due_at = due.at if due else None
    lot.save(update_fields=["next_due_at"])


@transaction.atomic(durable=True)
def look_again(lot_id: int, *, at: datetime) -> None:
    """Put off what could not be taken: to its due time, or a little later if that has passed."""
    lot = lock(lot_id)
    try:
        due = due_of(lot, at=at)
    except Exception:  # the law cannot answer for this lot now: it is asked again
        log.exception("what is due of %s cannot be said", lot.number)
        lot.next_due_at = at + _LATER
    else:
        lot.next_due_at = None if due is None else max(due.at, at + _LATER)
    lot.save(update_fields=["next_due_at"])


def _allowed(lot: Lot, move: Move, facts: Facts, *, actor: Actor) -> Step:
    procedure = binding.procedure_of(lot.project, at=facts.at)
    reasons = list(procedure.missing(move, facts))
    step = procedure.step(facts.stage, move)
    if step is not None and Role(actor.role) not in step.by:
        reasons.append(reason("“{move}” is not taken by {role}", move=label(move), role=label(Role(actor.role))))
    if reasons or step is None:
        raise Refused(*reasons)
    return step


def _take(lot: Lot, step: Step, facts: Facts, *, actor: Actor, because: str) -> StageChange:
    source, to = facts.stage, step.target(facts.stage)
    fields = ["stage", "next_due_at"]
    lot.enter(to)
    if to is not source:
        lot.entered_at = facts.at
        fields.append("entered_at")
    if to in (Stage.FAILED, Stage.TERMINATED):
        lot.failure = _failure(step, facts, because)
        fields.append("failure")
    entry = audit.append(
        "trading.lot.moved",
        tender=lot.number,
        data={
            "move": step.move.value,
            "from": source.value,
            "to": to.value,
            "because": digest_of(because) if because else "",
        },
        actor=actor,
        at=facts.at,
    )
    change = StageChange.objects.create(
        lot=lot, move=step.move, source=source, to=to, actor=actor.as_text(), at=facts.at, because=because, entry=entry
    )
    found = binding.procedure_of(lot.project, at=facts.at).due(to, _after(facts, to))
    lot.next_due_at = found[0] if found else None
    lot.save(update_fields=fields)
    # A function of its own: Django cannot name a partial in the log when a robust hook fails, and fails itself.
    transaction.on_commit(
        lambda: stage_changed.send(sender=Lot, lot_id=lot.pk, change_id=change.pk, move=step.move), robust=True
    )
    return change


def _after(facts: Facts, to: Stage) -> Facts:
    """Return the facts of a lot that has just moved; what was handed in for the move no longer counts."""
    entered_at = facts.entered_at if to is facts.stage else {**facts.entered_at, to: facts.at}
    return replace(facts, stage=to, entered_at=entered_at, known={})


def _failure(step: Step, facts: Facts, because: str) -> dict[str, object]:
    stated = next((fact for fact in facts.known.values() if isinstance(fact, FailureState | TerminationState)), None)
    if stated is not None:
        return {"move": step.move.value, "ground": stated.ground.value, "text": stated.because}
    return {"move": step.move.value, "ground": step.move.value, "text": because}


def _emit(
    project: Project, lot: Lot | None, step: Step, drafts: Sequence[Draft], *, actor: Actor, facts: Facts
) -> None:
    given = {draft.code: draft for draft in drafts}
    if stray := [code for code in given if code not in step.emits]:
        raise ValueError(f"{step.move} does not publish {', '.join(stray)}")
    for code in step.emits:
        draft = given.get(code) or noticing.Draft(code)
        if code.is_private and draft.addressee is None:
            raise ValueError(f"{code} needs an addressee")
        until = draft.display_until or notice_data.display_until(project, code, at=facts.at)
        shown = {"display_until": notice_data.plain(until)} if until else {}
        noticing.publish(
            project,
            lot,
            code,
            _content(project, lot, code, at=facts.at)
            | {key: notice_data.plain(value) for key, value in draft.data.items()}
            | shown,
            actor=actor,
            at=facts.at,
            addressee=draft.addressee,
            display_until=until,
        )


def _content(project: Project, lot: Lot | None, code: Code, *, at: datetime) -> dict[str, object]:
    if code in (Code.NOTICE, Code.PLAN):
        return notice_data.announcement(project, at=at)
    content = notice_data.standard(project, lot)
    if code in (Code.FAIL, Code.TERMINATE) and lot is not None:
        content["failure"] = notice_data.plain(lot.failure)
    return content


__all__ = [
    "Due",
    "advance",
    "advance_project",
    "due_of",
    "facts_of",
    "lock",
    "look_again",
    "missing_for",
    "reschedule",
    "step_of",
]
