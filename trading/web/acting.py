"""What can be done to a project now, by the seat in use: buttons, with every reason beside those that are shut."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from accounts.names import Role
from core.reasons import reason
from trading import concluding, drafting, holding, moves
from trading.names import FailureGround, HoldGround, Move, Stage, TerminationGround, label
from trading.procedures.facts import FailureState, TerminationState

if TYPE_CHECKING:
    from accounts.access import SeatedRequest
    from core.reasons import Reason
    from trading.models import Lot, Project
    from trading.procedures.facts import Known

_OPEN = frozenset({Stage.PUBLISHED, Stage.BIDDING})
_DRAFTS = frozenset({Stage.INTENTION, Stage.DRAFT})
_NOT_APPROVING = reason("Only somebody who may approve for the organisation may do this.")
_NOT_DRAFTING = reason("this needs somebody who may draft for the organisation")
_SELF = reason("who drafted may not approve: a second person is needed")


@dataclass(frozen=True, kw_only=True)
class Act:
    """A button: a page to go to (``method`` get) or something done at once (post)."""

    label: str
    url: str
    reasons: tuple[str, ...] = ()
    kind: str = "plain"
    method: str = "get"


@dataclass
class Acts:
    """The buttons of a project's page: those that carry it on, and those that end it."""

    onward: list[Act] = field(default_factory=list)
    ending: list[Act] = field(default_factory=list)


def acts_of(request: SeatedRequest, project: Project, lots: list[Lot]) -> Acts:
    """Return the buttons for the whole project."""
    role, acts = Role(request.membership.role), Acts()
    if role in (Role.OWNER, Role.AGENT):
        _preparing(request, project, lots, acts)
        _bidding(request, project, lots, acts)
        _after(request, project, lots, acts)
    if role in (Role.OWNER, Role.AGENT, Role.SUPERVISOR):
        _terminating(request, project, lots, acts)
    return acts


def approving(request: SeatedRequest) -> tuple[Reason, ...]:
    """Return why the seat in use may not approve; nothing if it may."""
    return () if request.membership.may_approve else (_NOT_APPROVING,)


def drafting_right(request: SeatedRequest) -> tuple[Reason, ...]:
    """Return why the seat in use may not draft; nothing if it may."""
    seat = request.membership
    return () if seat.may_draft or seat.may_approve else (_NOT_DRAFTING,)


def against(request: SeatedRequest, lots: list[Lot], move: Move, *known: Known) -> tuple[Reason, ...]:
    """Return every reason why the seat in use cannot take a move for these lots together now."""
    found: list[Reason] = []
    running = [lot for lot in lots if not Stage(lot.stage).is_end]
    if not running:
        found.append(reason("the project has no lot that “{move}” could move", move=label(move)))
    for lot in running:
        known_here = (*known, *drafting.intention_of(lot.project).get(lot.pk, ()))
        found += moves.missing_for(lot, move, at=request.at, known=known_here, approved_by=request.actor.person)
    step = next((step for lot in running if (step := moves.step_of(lot, move, at=request.at))), None)
    part = Role(request.membership.role)
    if step is not None and part not in step.by:
        found.append(reason("“{move}” is not taken by {role}", move=label(move), role=label(part)))
    return tuple(dict.fromkeys(found))


def address(name: str, *args: str) -> str:
    """Return an address of another app if it exists, else nothing."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _stages(lots: list[Lot]) -> set[Stage]:
    return {Stage(lot.stage) for lot in lots}


def _preparing(request: SeatedRequest, project: Project, lots: list[Lot], acts: Acts) -> None:
    stages, right = _stages(lots), drafting_right(request)
    if not stages or stages & _DRAFTS:
        edit = reverse("trading:edit", args=[project.number, "subject"])
        acts.onward.append(Act(label=_("Write the notice"), url=edit, reasons=right))
    if Stage.INTENTION in stages:
        why = (*approving(request), *_only_owner(request, Move.INTEND))
        url = reverse("trading:intend", args=[project.number])
        acts.onward.append(Act(label=_("Publish or waive the intention"), url=url, reasons=why, kind="primary"))
    if Stage.DRAFT in stages or not lots:
        why = (*right, *(against(request, lots, Move.SUBMIT_NOTICE) if lots else (reason("the project has no lot"),)))
        url = reverse("trading:submit", args=[project.number])
        acts.onward.append(Act(label=_("Hand in for approval"), url=url, reasons=why, kind="primary", method="post"))
    if Stage.NOTICE_READY in stages:
        url = reverse("trading:return", args=[project.number])
        acts.onward.append(Act(label=_("Return to the author"), url=url, reasons=approving(request)))
        if announce := address("bidding:announce", project.number):
            acts.onward.append(
                Act(label=_("Announce"), url=announce, reasons=_second(request, project), kind="primary")
            )


def _second(request: SeatedRequest, project: Project) -> tuple[Reason, ...]:
    is_self = project.drafted_by == request.actor.person
    return (*approving(request), *((_SELF,) if is_self else ()))


def _only_owner(request: SeatedRequest, move: Move) -> tuple[Reason, ...]:
    if request.membership.role == Role.OWNER:
        return ()
    part = Role(request.membership.role)
    return (reason("“{move}” is not taken by {role}", move=label(move), role=label(part)),)


def _bidding(request: SeatedRequest, project: Project, lots: list[Lot], acts: Acts) -> None:
    if not _stages(lots) & _OPEN:
        return
    amend = reverse("trading:amend", args=[project.number])
    acts.onward.append(Act(label=_("Clarify or amend"), url=amend, reasons=drafting_right(request)))
    known = FailureState(ground=FailureGround.DOCUMENTS_UNLAWFUL, because="-")
    if any(moves.step_of(lot, Move.FAIL_DOCUMENTS, at=request.at) for lot in lots):
        why = (*approving(request), *against(request, lots, Move.FAIL_DOCUMENTS, known))
        url = reverse("trading:fail-documents", args=[project.number])
        acts.ending.append(Act(label=_("Withdraw unlawful documents"), url=url, reasons=why, kind="danger"))


def _after(request: SeatedRequest, project: Project, lots: list[Lot], acts: Acts) -> None:
    if Stage.FAILED not in _stages(lots):
        return
    why = (*drafting_right(request), *concluding.objections_to_deciding(project))
    url = reverse("trading:after-failure", args=[project.number])
    acts.onward.append(Act(label=_("Decide what follows the failure"), url=url, reasons=why, kind="primary"))


def _terminating(request: SeatedRequest, project: Project, lots: list[Lot], acts: Acts) -> None:
    if not lots or all(stage.is_end for stage in _stages(lots)):
        return
    known = TerminationState(ground=TerminationGround.FORCE_MAJEURE, because="-")
    why = (*approving(request), *against(request, lots, Move.TERMINATE, known))
    url = reverse("trading:terminate", args=[project.number])
    acts.ending.append(Act(label=_("Terminate the project"), url=url, reasons=why, kind="danger"))


def grounds_for(request: SeatedRequest, lot: Lot) -> list[HoldGround]:
    """Return the grounds on which the seat in use may order a hold of a lot now."""
    role = Role(request.membership.role)
    found = [ground for ground in HoldGround if role in holding.roles_for(ground)]
    return [ground for ground in found if ground is not HoldGround.REPORT_CONTESTED or lot.stage == Stage.CONFIRMING]
