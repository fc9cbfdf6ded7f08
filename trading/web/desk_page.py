"""The desk: what the reader must do next, what is running, what is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.views.decorators.http import require_safe

from accounts.access import SeatedRequest, SignedRequest, requires_sign_in
from trading import desk
from trading.desk import Colour, State
from trading.web.answers import page

if TYPE_CHECKING:
    from datetime import datetime

    from django.http.response import HttpResponseBase

    from trading.desk import Task


@requires_sign_in
@require_safe
def show(request: SignedRequest) -> HttpResponseBase:
    """Show the desk of the seat in use; without a seat, what to do to get one."""
    if request.membership is None:
        return page(request, "desk", seat=None)
    seated: SeatedRequest = request  # type: ignore[assignment]  # it has a seat
    tasks = desk.tasks_for(seated)
    todo = [task for task in tasks if task.state is State.TODO]
    return page(
        request,
        "desk",
        seat=request.membership,
        todo=[_row(task, request.at) for task in todo],
        running=[_row(task, request.at) for task in tasks if task.state is State.RUNNING],
        done=[_row(task, request.at) for task in tasks if task.state is State.DONE],
        overdue=sum(task.colour_at(request.at) is Colour.RED for task in todo),
        first=todo[0] if todo else None,
    )


def _row(task: Task, at: datetime) -> dict[str, Any]:
    colour = task.colour_at(at)
    is_done = task.state is State.DONE
    return {
        "title": task.title,
        "url": task.link,
        "due": None if is_done else task.due_at,
        "tone": "grey" if is_done or colour is None else colour.value,
        "word": desk.STATE_WORDS[task.state] if is_done else desk.WORDS[colour],
        "number": task.number,
        "note": task.note or task.who,
    }
