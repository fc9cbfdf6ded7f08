"""Every request learns once what time it is, who acts, and in which seat."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject

from accounts import access, queries, sessions
from core import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class ActorMiddleware:
    """Set ``request.at``, ``.actor``, ``.membership``, ``.seats`` and ``.inbox_unread``; end what is over.

    Anonymous: actor and membership are None. Signed in without a seat in force: an actor without role.
    ``was_signed_out`` says that the session that came with the request has ended.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = cast("access.Request", request)
        person.at = clock.now()
        person.actor, person.membership, person.seats = None, None, ()
        person.inbox_unread, person.was_signed_out = 0, False
        if request.user.is_authenticated:
            _recognise(person)
        return self.get_response(request)


def _recognise(request: access.Request) -> None:
    user = request.user
    seats = tuple(queries.seats_of(user))
    seat = sessions.seat_in_use(request.session, seats)
    if sessions.is_over(request.session, user, seat, at=request.at):
        request.session.flush()
        request.user = AnonymousUser()  # type: ignore[assignment]  # nobody any more
        request.was_signed_out = True
        return
    sessions.touch(request.session, at=request.at)
    request.seats, request.membership = seats, seat
    request.actor = seat.actor() if seat else access.actor_without_seat(user)
    request.inbox_unread = SimpleLazyObject(lambda: queries.messages_for(user, seat).filter(read_at=None).count())
