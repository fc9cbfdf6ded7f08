"""Verbs: a person who lost the password asks, people of the organisations confirm, a new password is chosen.

(1) Whoever asks gets a link and a check code, whether or not the name exists: nothing on the page tells.
(2) The person gives the code, by voice, to somebody who may approve for the organisation; the one who knows the
    voice types the code. The code belongs to one link, so nobody can slip in a request of his own.
(3) One such confirmation is needed from every organisation in which the person has a seat: otherwise one of them
    could take the person's place in the others.
(4) The link then lets its holder choose a password, once; every session of the person ends, and all are told. What
    opened the account before opens it no more: passkeys and recovery codes may be in the wrong hands.

An invitation is the same thing with the confirmation of the inviting organisation already given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import access, passkeys, passwords, queries, sessions, throttling, tickets
from accounts.models import RecoveryConfirmation, RecoveryRequest, User
from accounts.models.user import plain_username
from accounts.names import RecoveryKind
from accounts.telling import tell
from accounts.veils import veiled
from core import audit, numbering
from core.errors import NotYours, Refused
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from accounts.models import Membership, Organisation
    from accounts.tickets import Ticket
    from core.actors import Actor

NO_SUCH_CODE = reason("No open request in your organisation has this check code.")


def ask(request: HttpRequest, *, username: str, at: datetime) -> Ticket:
    """Return a ticket for whoever asks; only if the name exists does it ever come to be worth anything."""
    name = plain_username(username)
    throttling.take_attempt(throttling.gate_for(request, purpose="recovery", name=name), at=at)
    ticket = tickets.draw(RecoveryKind.RECOVERY, at=at)
    _note(name, ticket, at=at)
    return ticket


@transaction.atomic(durable=True)
def _note(name: str, ticket: Ticket, *, at: datetime) -> None:
    user = User.objects.filter(username=name, is_active=True).first()
    if user is not None:
        write_request(user, ticket, at=at)
    actor = access.actor_without_seat(user) if user else access.PUBLIC
    audit.append("auth.recovery.asked", data={}, actor=actor, at=at)


@transaction.atomic(savepoint=False)
def write_request(user: User, ticket: Ticket, *, at: datetime) -> RecoveryRequest:
    return RecoveryRequest.objects.create(
        user=user,
        kind=ticket.kind,
        number=numbering.take("RC", at=at),
        token_digest=ticket.digest,
        asked_at=at,
        expires_at=ticket.expires_at,
    )


def request_with_code(code: str, *, seat: Membership, at: datetime) -> RecoveryRequest:
    """Find the open request of a person of the seat's organisation by its check code; Refused if there is none."""
    wanted = tickets.plain_code(code)
    for found in queries.open_recoveries(seat.organisation, at=at):
        if tickets.code_of(found.token_digest) == wanted:
            return found
    raise Refused(NO_SUCH_CODE)


@transaction.atomic(durable=True)
def confirm(code: str, *, actor: Actor, at: datetime) -> RecoveryRequest:
    """Confirm, for the organisation of the actor, that the person who gave the code by voice is the one."""
    seat = access.approving_seat(actor)
    found = request_with_code(code, seat=seat, at=at)
    if found.user_id == seat.user_id:
        raise Refused(reason("A second person confirms: nobody confirms his own request."))
    record_confirmation(found, organisation=seat.organisation, by=seat.user, at=at)
    data = {"organisation": seat.organisation.number, "subject": veiled(found.user)}
    audit.append("auth.recovery.confirmed", data=data, actor=actor, at=at)
    return found


@transaction.atomic(savepoint=False)
def record_confirmation(found: RecoveryRequest, *, organisation: Organisation, by: User, at: datetime) -> None:
    RecoveryConfirmation.objects.get_or_create(request=found, organisation=organisation, defaults={"by": by, "at": at})


def choose_password(token: str, *, password: str, at: datetime) -> User:
    """Set the password for the holder of a confirmed link; NotYours while it is not confirmed, or is over."""
    found = queries.usable_recovery(tickets.digest_of(token), at=at)
    if found is None:
        raise NotYours("recovery")
    if reasons := passwords.objections(password, found.user):
        raise Refused(*reasons)
    return _put_password(found.token_digest, encoded=make_password(password), at=at)


@transaction.atomic(durable=True)
def _put_password(token_digest: str, *, encoded: str, at: datetime) -> User:
    RecoveryRequest.objects.select_for_update(of=("self",)).filter(token_digest=token_digest).first()
    found = queries.usable_recovery(token_digest, at=at)  # again, now that nobody else can use it
    if found is None:
        raise NotYours("recovery")
    user = User.objects.select_for_update(of=("self",)).get(pk=found.user_id)
    found.used_at = at
    found.save(update_fields=["used_at"])
    user.recoveries.filter(used_at=None, cancelled_at=None).update(cancelled_at=at)
    user.password = encoded
    user.save(update_fields=["password"])
    sessions.end_all(user)
    removed = passkeys.begin_anew(user, at=at)
    data = {"kind": found.kind, "subject": veiled(user), "passkeys": removed}
    audit.append("auth.recovery.used", data=data, actor=access.actor_without_seat(user), at=at)
    if found.kind == RecoveryKind.RECOVERY:
        _tell_everybody(found, user, at=at)
    return user


def _tell_everybody(found: RecoveryRequest, user: User, *, at: datetime) -> None:
    """Tell the person, and everybody who acts for the organisations that confirmed, who confirmed it."""
    for confirmation in found.confirmations.select_related("organisation", "by").order_by("pk"):
        for recipient in (user, confirmation.organisation):
            tell(
                recipient,
                kind="auth.recovery.used",
                title=reason("{name} chose a new password", name=user.name),
                body=reason(
                    "The request was confirmed by {by} for {organisation} at {at}. If this was not right, tell the"
                    " trading centre at once.",
                    by=confirmation.by.name,
                    organisation=confirmation.organisation.name,
                    at=confirmation.at,
                ),
                at=at,
            )
