"""Who may come in: what views put before themselves, and what verbs ask of an actor."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts import queries, sessions
from accounts.names import Proof
from core.actors import Actor
from core.errors import NotYours, Refused
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http.response import HttpResponseBase

    from accounts.models import Membership, Organisation, User
    from accounts.names import Role

P = ParamSpec("P")
R = TypeVar("R", bound="Request")

# Whoever has not signed in, where a verb or an entry of the log needs an actor.
PUBLIC = Actor(person="", name="", role="PUBLIC", organisation="")


class Request(HttpRequest):
    """A request after ``ActorMiddleware``: for annotations; nothing is ever made of this class."""

    user: User  # anonymous where no decorator of this module stands
    at: datetime
    actor: Actor | None
    membership: Membership | None
    seats: tuple[Membership, ...]
    inbox_unread: object
    was_signed_out: bool


class SignedRequest(Request):
    """A request that came through :func:`requires_sign_in`: somebody is there, perhaps without a seat."""

    actor: Actor


class SeatedRequest(SignedRequest):
    """A request that came through :func:`requires`: somebody acts, in a seat."""

    membership: Membership


def requires_sign_in(
    view: Callable[Concatenate[SignedRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let in whoever has signed in, with or without a seat (then ``membership`` is None)."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if cast("Request", request).actor is None:
            return _show_the_door(request)
        return view(cast("SignedRequest", request), *args, **kwargs)

    return guarded


def requires(
    *roles: Role,
) -> Callable[
    [Callable[Concatenate[SeatedRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Let in whoever sits in one of ``roles`` (none named: in any seat).

    Anonymous: reading is sent to the sign-in page and back, anything else is 403. Another role: 404.
    """

    def decorate(
        view: Callable[Concatenate[SeatedRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person = cast("Request", request)
            if person.actor is None:
                return _show_the_door(request)
            if person.membership is None or (roles and person.membership.role not in roles):
                raise NotYours(request.path)
            return view(cast("SeatedRequest", request), *args, **kwargs)

        return guarded

    return decorate


def requires_step_up(
    view: Callable[Concatenate[R, P], HttpResponseBase],
) -> Callable[Concatenate[R, P], HttpResponseBase]:
    """Ask for a proof when the last one is more than five minutes old; stands below ``requires``.

    The proof is a passkey of the person, or the password where the person has no passkey. The person returns to the
    page on which the action was: nothing that was posted is kept or repeated. A script that asks for JSON gets 403
    with the address of the question.
    """
    return _proven(view, accepts=frozenset())


def requires_entrance_proof(
    view: Callable[Concatenate[R, P], HttpResponseBase],
) -> Callable[Concatenate[R, P], HttpResponseBase]:
    """Ask for a proof as :func:`requires_step_up` does, and take a recovery code for one: to replace what is lost."""
    return _proven(view, accepts=frozenset({Proof.CODE}))


def _proven(
    view: Callable[Concatenate[R, P], HttpResponseBase], *, accepts: frozenset[Proof]
) -> Callable[Concatenate[R, P], HttpResponseBase]:
    @wraps(view)
    def guarded(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if sessions.is_proven(request.session, request.user, at=request.at, accepts=accepts):
            return view(request, *args, **kwargs)
        address = with_next(reverse("accounts:step-up"), _page_of(request))
        if request.accepts("text/html"):
            return redirect(address)
        said = _("Prove again that it is you: open {address}, then try again.").format(address=address)
        return JsonResponse({"reasons": [said], "step_up": address}, status=403)

    return guarded


def acting(request: HttpRequest) -> Membership:
    """Return the seat in use; raise NotYours when there is none."""
    seat = cast("Request", request).membership
    if seat is None:
        raise NotYours(request.path)
    return seat


def actor_without_seat(user: User) -> Actor:
    return Actor(person=user.number, name=user.name, role="", organisation="")


def seat_of(actor: Actor, *roles: Role) -> Membership:
    """Return the seat in force from which ``actor`` acts, in one of ``roles`` if any are named; else NotYours.

    Verbs ask this again inside their transaction: a seat that ended since the page was loaded does not act.
    """
    seat = (
        queries.seats_in_force()
        .filter(user__number=actor.person, organisation__number=actor.organisation, role=actor.role)
        .first()
    )
    if seat is None or (roles and seat.role not in roles):
        raise NotYours(actor.as_text())
    return seat


def approving_seat(actor: Actor, organisation: Organisation | None = None, *roles: Role) -> Membership:
    """Return the seat of an actor who may approve (for ``organisation``); else NotYours or Refused."""
    seat = seat_of(actor, *roles)
    if organisation is not None and seat.organisation_id != organisation.pk:
        raise NotYours(actor.as_text())
    if not seat.may_approve:
        raise Refused(reason("Only somebody who may approve for the organisation may do this."))
    return seat


def own_page(request: HttpRequest, address: str | None, *, default: str) -> str:
    """Return ``address`` if it is a page of this platform, else ``default``: nobody is sent elsewhere."""
    hosts = {request.get_host()}
    good = address and url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure())
    return address if good and address else default


def with_next(address: str, page: str) -> str:
    return f"{address}?{urlencode({'next': page})}"


def _show_the_door(request: HttpRequest) -> HttpResponseBase:
    if request.method not in {"GET", "HEAD"}:
        raise PermissionDenied
    return redirect(with_next(reverse("accounts:sign-in"), request.get_full_path()))


def _page_of(request: HttpRequest) -> str:
    """Return the page to go back to: the one asked for, or the one on which the button was."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if urlsplit(referer).netloc == request.get_host() and own_page(request, referer, default=""):
        parts = urlsplit(referer)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return request.path
