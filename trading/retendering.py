"""A re-tender is a new run, linked to the one that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from trading import access, concluding, drafting
from trading.models import Project
from trading.names import AfterFailure, Kind, Side

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.actors import Actor
    from trading.models import Lot

_COPIED = (
    "content", "scope", "scale", "category", "funds_type", "funds_detail", "is_mandatory_tender", "currency",
    "approval", "qualification", "accepts_consortia", "terms", "method", "method_parameters", "criteria",
    "tie_rule", "region", "source",
)  # fmt: skip
_ONCE = frozenset({"intention_waived_because", "filed_at", "planned_at", "clauses_checked"})  # of the old run only
_COPIED_LOT = (
    "description", "estimated_value", "ceiling_price", "budget", "deposit_amount", "duration", "quality",
    "bill", "source",
)  # fmt: skip


@transaction.atomic(durable=True)
def retender(
    project_id: int, *, analysis: str, actor: Actor, at: datetime, region: str | None = None, edition: str = ""
) -> Project:
    """Begin a new run of the lots that failed, as a draft with the old data to be looked over.

    ``analysis`` says why the run failed and what is done about it (30号令 38). ``region`` names another region profile
    for the new run; without it the old one stays. ``edition`` is for a rehearsal, as in
    :func:`trading.drafting.create_project`.
    """
    old = Project.objects.select_for_update(of=("self",)).select_related("owner", "agent").get(pk=project_id)
    access.buyer(actor, old)
    concluding.record(old, AfterFailure.TENDER_AGAIN, analysis=analysis, actor=actor, at=at)
    failed = concluding.failed_lots(old)
    fields = {name: getattr(old, name) for name in _COPIED} | ({"region": region} if region else {})
    fields["terms"] = {key: value for key, value in old.terms.items() if key not in _ONCE}
    sides = {row.side: row.organisation for row in old.participations.select_related("organisation")}
    project = drafting.start_run(
        actor=actor,
        at=at,
        kind=Kind(old.kind),
        title=old.title,
        owner=old.owner,
        agent=old.agent,
        supervisor=sides[Side.OVERSEEING],
        center=sides[Side.OPERATING],
        previous=old,
        edition=edition,
        **fields,
    )
    _copy_lots(project, failed, actor=actor, at=at)
    return project


def _copy_lots(project: Project, lots: Iterable[Lot], *, actor: Actor, at: datetime) -> None:
    for lot in lots:
        fields = {name: getattr(lot, name) for name in _COPIED_LOT}
        drafting.append_lot(project, actor=actor, at=at, title=lot.title, **fields)
