"""Verbs: who sits where. Somebody who may approve seats others; nobody raises his own rights.

Inviting makes an account that nobody can use until its person has chosen a password through the link. The centre
may appoint a second person who may approve where an organisation has fewer than two: without it an organisation
of one could never recover a lost password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts import access, pairs, queries, tickets
from accounts.models import Membership, Organisation, User
from accounts.names import ROLE_NAMES, RecoveryKind, Role, role_name
from accounts.recovering import record_confirmation, write_request
from accounts.registering import username_taken
from accounts.telling import tell
from accounts.veils import veiled
from core import audit, numbering
from core.canonical import digest
from core.errors import NotYours, Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.identity import Newcomer
    from accounts.tickets import Ticket
    from core.actors import Actor

ENOUGH_APPROVERS = 2

_LAST = reason("An organisation keeps at least one person who may approve and can sign in.")
_OWN = reason("Nobody changes his own rights: another person of the organisation must do it.")
_MEANWHILE = reason("Somebody did the same at the same moment: look again.")


def invite(
    number: str, *, newcomer: Newcomer, role: str, may_draft: bool, may_approve: bool, actor: Actor, at: datetime
) -> Ticket:
    """Make an account for a new colleague, seat it, and return the ticket to hand over."""
    access.approving_seat(actor)
    reasons = newcomer.objections()
    draft = newcomer.as_user(number="", encoded=make_password(None), at=at)
    if User.objects.filter(username=draft.username).exists():
        reasons.append(username_taken(draft.username))
    if reasons:
        raise Refused(*reasons)
    ticket = tickets.draw(RecoveryKind.INVITATION, at=at)
    try:
        _invite(number, draft, ticket, role, may_draft=may_draft, may_approve=may_approve, actor=actor, at=at)
    except IntegrityError:
        raise Refused(_MEANWHILE) from None
    return ticket


@transaction.atomic(durable=True)
def _invite(
    number: str,
    user: User,
    ticket: Ticket,
    role: str,
    *,
    may_draft: bool,
    may_approve: bool,
    actor: Actor,
    at: datetime,
) -> None:
    organisation, seat = _locked(number, actor=actor)
    _check(_against_seat(organisation, role))
    user.number = numbering.take("PE", at=at)
    user.save()
    sit(organisation, user, role, may_draft=may_draft, may_approve=may_approve, actor=actor, at=at)
    request = write_request(user, ticket, at=at)
    record_confirmation(request, organisation=organisation, by=seat.user, at=at)


@transaction.atomic(durable=True)
def add_member(
    number: str, *, person: str, role: str, may_draft: bool, may_approve: bool, actor: Actor, at: datetime
) -> Membership:
    """Seat a person who has an account, known by the public number that the person gave."""
    organisation, _ = _locked(number, actor=actor)
    user = User.objects.filter(number=person.strip().upper(), is_active=True).first()
    reasons = _against_seat(organisation, role)
    if user is None:
        reasons.append(reason("No person has the number {number}.", number=person.strip().upper()[:32]))
    elif user.number == actor.person:
        reasons.append(_OWN)
    elif organisation.memberships.filter(user=user, role=role, until=None).exists():
        reasons.append(reason("{name} has this seat already.", name=user.name))
    else:
        reasons += pairs.objections(user, [role])
    if reasons or user is None:
        raise Refused(*reasons)
    return sit(organisation, user, role, may_draft=may_draft, may_approve=may_approve, actor=actor, at=at)


@transaction.atomic(durable=True)
def change_rights(
    number: str, *, person: str, role: str, may_draft: bool, may_approve: bool, actor: Actor, at: datetime
) -> Membership:
    """Change what the person in a seat may do."""
    organisation, _ = _locked(number, actor=actor)
    seat = _seat(organisation, person, role)
    reasons = [_OWN] if person == actor.person else []
    if seat.may_approve and not may_approve:
        reasons += _against_losing(organisation, seat)
    _check(reasons)
    seat.may_draft, seat.may_approve = may_draft, may_approve
    seat.save(update_fields=["may_draft", "may_approve"])
    _record("changed", seat, actor=actor, at=at)
    return seat


@transaction.atomic(durable=True)
def end_membership(number: str, *, person: str, role: str, actor: Actor, at: datetime) -> None:
    """End a seat; whoever sits in it acts no more from the next request on. One may leave one's own."""
    organisation, _ = _locked(number, actor=actor)
    seat = _seat(organisation, person, role)
    _check(_against_losing(organisation, seat) if seat.may_approve else [])
    seat.until = at
    seat.save(update_fields=["until"])
    _record("ended", seat, actor=actor, at=at)
    if person != actor.person:
        title = reason("Your seat as {role} of {name} has ended", role=role_name(role), name=organisation.name)
        tell(seat.user, kind="accounts.membership.ended", title=title, at=at)


@transaction.atomic(durable=True)
def appoint_approver(number: str, *, person: str, role: str, because: str, actor: Actor, at: datetime) -> Membership:
    """Give an organisation that has fewer than two people who may approve another one, by order of the centre."""
    own = access.approving_seat(actor, None, Role.CENTER)
    organisation = Organisation.objects.select_for_update(of=("self",)).filter(number=number).first()
    if organisation is None:
        raise NotYours(number)
    user = User.objects.filter(number=person.strip().upper(), is_active=True).first()
    reasons = _against_appointing(organisation, user, role, because)
    if user is None:
        reasons.append(reason("No person has the number {number}.", number=person.strip().upper()[:32]))
    elif user.pk == own.user_id or user.memberships.filter(organisation=own.organisation_id, until=None).exists():
        reasons.append(reason("The centre does not appoint its own people."))
    if reasons or user is None:
        raise Refused(*reasons)
    data = {"organisation": organisation.number, "because": digest(because.strip().encode())}
    audit.append("accounts.membership.appointed", data=data | {"subject": veiled(user)}, actor=actor, at=at)
    tell(
        organisation,
        kind="accounts.membership.appointed",
        title=reason("The trading centre has appointed {name} to approve", name=user.name),
        body=Reason(because.strip()),
        at=at,
    )
    return sit(organisation, user, role, may_draft=True, may_approve=True, actor=actor, at=at)


@transaction.atomic(savepoint=False)
def sit(
    organisation: Organisation,
    user: User,
    role: str,
    *,
    may_draft: bool,
    may_approve: bool,
    actor: Actor,
    at: datetime,
) -> Membership:
    """Write a seat, its entry and the message to whoever sits in it."""
    seat = Membership.objects.create(
        user=user, organisation=organisation, role=role, may_draft=may_draft, may_approve=may_approve, since=at
    )
    _record("given", seat, actor=actor, at=at)
    title = reason("You act as {role} of {name} now", role=role_name(role), name=organisation.name)
    tell(user, kind="accounts.membership.given", title=title, link="/account/", at=at)
    return seat


def _record(what: str, seat: Membership, *, actor: Actor, at: datetime) -> None:
    data = {
        "organisation": seat.organisation.number,
        "subject": veiled(seat.user),
        "role": seat.role,
        "may_draft": seat.may_draft,
        "may_approve": seat.may_approve,
    }
    audit.append(f"accounts.membership.{what}", data=data, actor=actor, at=at)


def _locked(number: str, *, actor: Actor) -> tuple[Organisation, Membership]:
    """Lock the organisation, so that of two who leave at the same time one stays."""
    organisation = Organisation.objects.select_for_update(of=("self",)).filter(number=number).first()
    if organisation is None:
        raise NotYours(number)
    return organisation, access.approving_seat(actor, organisation)


def _seat(organisation: Organisation, person: str, role: str) -> Membership:
    seat = (
        organisation.memberships.filter(user__number=person, role=role, until=None)
        .select_related("user", "organisation")
        .first()
    )
    if seat is None:
        raise NotYours(person)
    return seat


def _check(reasons: list[Reason]) -> None:
    if reasons:
        raise Refused(*reasons)


def _against_seat(organisation: Organisation, role: str) -> list[Reason]:
    if role in ROLE_NAMES and organisation.may_seat(role):
        return []
    return [reason("The organisation may not act as “{role}”.", role=role_name(role))]


def _against_losing(organisation: Organisation, seat: Membership) -> list[Reason]:
    """Return the reason against taking the last right to approve away."""
    others = queries.approvers_of(organisation).exclude(pk=seat.user_id).exists()
    other_seats = organisation.memberships.filter(user=seat.user_id, may_approve=True, until=None).exclude(pk=seat.pk)
    return [] if others or other_seats.exists() else [_LAST]


def _against_appointing(organisation: Organisation, user: User | None, role: str, because: str) -> list[Reason]:
    reasons = _against_seat(organisation, role)
    if not organisation.is_in_force:
        reasons.append(reason("The organisation is not admitted."))
    if not because.strip():
        reasons.append(reason("A reason is needed."))
    if queries.approvers_of(organisation).count() >= ENOUGH_APPROVERS:
        reasons.append(reason("The organisation has two people who may approve: it seats others itself."))
    if user is not None and organisation.memberships.filter(user=user, role=role, until=None).exists():
        reasons.append(reason("{name} has this seat already.", name=user.name))
    if user is not None:
        reasons += pairs.objections(user, [role])
    return reasons
