"""What the desk shows of objections: to be answered, or waiting for their answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.names import Role
from core.reasons import reason
from supervision import objecting, queries
from supervision.names import State
from trading import desk
from trading.names import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.access import SeatedRequest
    from trading.models import Lot

SHOWN = 100
_ANSWER = reason("Answer the objection {number}: {title}")
_WAIT = reason("Objection {number} waits for its answer: {title}")
_MAY_OBJECT = (Stage.PUBLISHED, Stage.BIDDING, Stage.PUBLICITY)


@desk.provider
def rows(request: SeatedRequest) -> Iterable[desk.Task]:
    """Answer with the open objections of the seat in use, in one query."""
    role = request.membership.role
    if role not in (Role.BIDDER, Role.OWNER, Role.AGENT, Role.SUPERVISOR):
        return []
    answers = role in (Role.OWNER, Role.AGENT)
    words = _ANSWER if answers else _WAIT
    found = queries.objections_for(request.membership).filter(state=State.OPEN)[:SHOWN]
    return [
        desk.Task(
            title=reason(words.msgid, number=row.number, title=f"{row.lot.project.title} {row.lot.title}"),
            link=reverse("supervision:objection", args=[row.number]),
            number=row.lot.number,
            due_at=row.answer_by,
            since=row.made_at,
            state=desk.State.TODO if answers else desk.State.RUNNING,
        )
        for row in found
    ]


@desk.doors
def doors(request: SeatedRequest, lot: Lot) -> Iterable[desk.Door]:
    """Answer with the way to the objections of a lot, for those who answer or oversee them."""
    if request.membership.role not in (Role.OWNER, Role.AGENT, Role.SUPERVISOR):
        return []
    if Stage(lot.stage) not in _MAY_OBJECT or not objecting.knows_objections(lot, at=request.at):
        return []
    return [desk.Door(label=reason("Objections"), url=reverse("supervision:objections"))]
