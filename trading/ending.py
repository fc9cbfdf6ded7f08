"""A run that ends early: terminated for good, or failed because its documents break the law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.access import seat_of
from accounts.names import Role
from accounts.telling import tell
from core.reasons import reason
from trading import access, moves
from trading.models import Obtained, Project
from trading.names import FailureGround, Move, TerminationGround
from trading.procedures.facts import FailureState, TerminationState

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor


@transaction.atomic(durable=True)
def terminate(project_id: int, *, actor: Actor, at: datetime, ground: TerminationGround, because: str) -> Project:
    """Stop a project for good: by the buying side with its reason, or by the supervisor's order."""
    project = _locked(project_id)
    if seat_of(actor).role == Role.SUPERVISOR:
        access.side_of(actor, project, Role.SUPERVISOR)
    else:
        access.buyer(actor, project, approves=True)
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
    obtained = Obtained.objects.filter(project=project).select_related("organisation")
    for organisation in {row.organisation for row in obtained}:
        tell(
            organisation,
            kind="trading.project.ended",
            title=reason("{project} has ended early: read the notice", project=project.title),
            at=at,
            role=Role.BIDDER,
            project=project.number,
            link=f"/projects/{project.number}",
        )
