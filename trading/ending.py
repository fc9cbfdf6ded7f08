"""A run that ends early: terminated for good, or failed because its documents break the law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.access import approving_seat
from accounts.names import Role
from core.errors import Refused
from core.reasons import reason
from trading import access, bid_box, informing, moves
from trading.models import Project
from trading.names import FailureGround, Move, TerminationGround, label
from trading.procedures.facts import FailureState, TerminationState

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor

ORDERED = TerminationGround.SUPERVISOR_ORDER


@transaction.atomic(durable=True)
def terminate(project_id: int, *, actor: Actor, at: datetime, ground: TerminationGround, because: str) -> Project:
    """Stop a project for good: by the buying side with its reason, or by the supervisor's order."""
    project = _locked(project_id)
    is_order = actor.role == Role.SUPERVISOR
    if is_order:
        access.side_of(actor, project, Role.SUPERVISOR)
        approving_seat(actor)
    else:
        access.buyer(actor, project, approves=True)
    if is_order != (ground is TerminationGround.SUPERVISOR_ORDER):
        raise Refused(reason("“{ground}” is the ground of the supervising department only", ground=label(ORDERED)))
    bid_box.lock_project(project)
    known = TerminationState(ground=ground, because=because)
    lots = project.lots.values_list("pk", flat=True)
    moves.advance_project(
        project, Move.TERMINATE, actor=actor, at=at, known=dict.fromkeys(lots, (known,)), because=because
    )
    _tell_everybody(project, at)
    return project


@transaction.atomic(durable=True)
def fail_documents(project_id: int, *, actor: Actor, at: datetime, because: str) -> Project:
    """End the run because its documents break the law in something that matters (招投标条例 23)."""
    project = _locked(project_id)
    access.buyer(actor, project, approves=True)
    bid_box.lock_project(project)
    known = FailureState(ground=FailureGround.DOCUMENTS_UNLAWFUL, because=because)
    lots = project.lots.values_list("pk", flat=True)
    moves.advance_project(
        project, Move.FAIL_DOCUMENTS, actor=actor, at=at, known=dict.fromkeys(lots, (known,)), because=because
    )
    _tell_everybody(project, at)
    return project


def _locked(project_id: int) -> Project:
    return Project.objects.select_for_update(of=("self",)).select_related("owner", "agent").get(pk=project_id)


def _tell_everybody(project: Project, at: datetime) -> None:
    title = reason("{project} has ended early: read the notice", project=project.title)
    informing.tell_bidding_side(project, kind="trading.project.ended", title=title, at=at)
