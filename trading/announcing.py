"""The announcement: binds the edition in force and the region's parameters, and makes the documents public."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db import transaction

from core import audit
from trading import access, binding, drafting, moves
from trading.models import Project
from trading.names import Move

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.actors import Actor
    from trading.procedures.facts import Known


@transaction.atomic(savepoint=False)
def announce(
    project_id: int, *, actor: Actor, at: datetime, known: Mapping[int, tuple[Known, ...]] | None = None
) -> Project:
    """Announce all lots of a project; the caller knows the state of the key ceremonies (lot id → facts)."""
    project = Project.objects.select_for_update(of=("self",)).select_related("owner", "agent").get(pk=project_id)
    access.buyer(actor, project, approves=True)
    procedure = binding.procedure_of(project, at=at)
    project.parameters = cast("dict[str, object]", binding.parameters_of(project, at=at).snapshot())
    project.edition, project.announced_at = procedure.edition, at
    project.approved_by = actor.person
    moves.advance_project(
        project,
        Move.ANNOUNCE,
        actor=actor,
        at=at,
        known=_together(project, known or {}),
        approved_by=actor.person,
    )
    project.save(update_fields=["parameters", "edition", "announced_at", "approved_by"])
    project.documents.filter(published_at=None).update(published_at=at)
    audit.append(
        "trading.project.announced",
        tender=project.number,
        data={"project": project.number, "edition": project.edition, "rules": procedure.digest()},
        actor=actor,
        at=at,
    )
    return project


def _together(project: Project, known: Mapping[int, tuple[Known, ...]]) -> dict[int, tuple[Known, ...]]:
    intention = drafting.intention_of(project)
    lots = project.lots.values_list("pk", flat=True)
    return {pk: (*known.get(pk, ()), *intention.get(pk, ())) for pk in lots}
