"""Rows and doors of supervision: objections that wait, and the way to object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.names import Role
from core.reasons import reason
from supervision import objecting, queries
from supervision.names import State, Subject, label
from trading import desk
from trading.desk import Door, Task

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.access import SeatedRequest
    from trading.models import Lot

ROWS = 50
_WAITS = reason("Answer the objection to {lot}")
_OWN = reason("Your objection to {lot} waits for its answer")
_READ = (Role.OWNER, Role.AGENT, Role.BIDDER, Role.SUPERVISOR)


@desk.provider
def rows(request: SeatedRequest) -> Iterable[Task]:
    """Return the open objections that concern the seat in use."""
    role = Role(request.membership.role)
    if role not in _READ:
        return
    is_buying = role in (Role.OWNER, Role.AGENT)
    for row in queries.objections_for(request.membership).filter(state=State.OPEN)[:ROWS]:
        yield Task(
            title=reason((_WAITS if is_buying else _OWN).msgid, lot=row.lot.title),
            link=reverse("supervision:objection", args=[row.number]),
            since=row.made_at,
            due_at=row.answer_by,
            state=desk.State.TODO if is_buying else desk.State.RUNNING,
            number=row.number,
            note=label(Subject(row.subject)),
        )


@desk.doors
def doors(request: SeatedRequest, lot: Lot) -> Iterable[Door]:
    """Return the way to object for a bidder, with every reason why not."""
    if request.membership.role != Role.BIDDER:
        return
    why_not = objecting.objections_to_objecting(lot, request.membership.organisation, at=request.at)
    yield Door(label=reason("Object"), url=reverse("supervision:object", args=[lot.number]), reasons=tuple(why_not))
