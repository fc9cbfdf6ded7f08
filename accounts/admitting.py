"""Verbs of the trading centre about an organisation: admit, refuse, suspend, reinstate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts import access
from accounts.models import Membership, Organisation, User
from accounts.names import STATE_NAMES, OrganisationState, Role, role_name
from accounts.telling import tell
from core import audit
from core.canonical import digest
from core.errors import NotYours, Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from core.actors import Actor


@transaction.atomic(durable=True)
def admit(number: str, *, roles: Collection[str], actor: Actor, at: datetime) -> Organisation:
    """Admit an organisation in ``roles``, some or all of those it asked for; other seats end."""
    seat = access.approving_seat(actor, None, Role.CENTER)
    organisation = _locked(number)
    reasons = _unless(organisation, OrganisationState.WAITING) + _against_roles(organisation, roles)
    reasons += _if_own(organisation, seat)
    if reasons:
        raise Refused(*reasons)
    organisation.roles = sorted(set(roles))
    organisation.admitted_at, organisation.admitted_by = at, seat.user
    organisation.save(update_fields=["roles", "admitted_at", "admitted_by"])
    Membership.objects.filter(organisation=organisation, until=None).exclude(role__in=roles).update(until=at)
    data = {"organisation": organisation.number, "roles": organisation.roles}
    audit.append("accounts.organisation.admitted", data=data, actor=actor, at=at)
    _say(organisation, "admitted", reason("{name} is admitted", name=organisation.name), at=at)
    return organisation


@transaction.atomic(durable=True)
def refuse(number: str, *, because: str, actor: Actor, at: datetime) -> Organisation:
    """Refuse a registration with a reason; the code becomes free for whoever it belongs to."""
    access.approving_seat(actor, None, Role.CENTER)
    organisation = _locked(number)
    _check(_unless(organisation, OrganisationState.WAITING) + _if_silent(because))
    organisation.refused_at, organisation.refusal_reason = at, because.strip()
    organisation.save(update_fields=["refused_at", "refusal_reason"])
    _record("refused", organisation, because, actor=actor, at=at)
    title = reason("The registration of {name} was refused", name=organisation.name)
    _say(organisation, "refused", title, because=because, at=at)
    return organisation


@transaction.atomic(durable=True)
def suspend(number: str, *, because: str, actor: Actor, at: datetime) -> Organisation:
    """Suspend an organisation: from its next request on nobody acts for it, until it is reinstated."""
    seat = access.approving_seat(actor, None, Role.CENTER)
    organisation = _locked(number)
    _check(_unless(organisation, OrganisationState.ADMITTED) + _if_silent(because) + _if_own(organisation, seat))
    organisation.suspended_at, organisation.suspension_reason = at, because.strip()
    organisation.save(update_fields=["suspended_at", "suspension_reason"])
    _record("suspended", organisation, because, actor=actor, at=at)
    _say(organisation, "suspended", reason("{name} is suspended", name=organisation.name), because=because, at=at)
    return organisation


@transaction.atomic(durable=True)
def reinstate(number: str, *, because: str, actor: Actor, at: datetime) -> Organisation:
    """Let a suspended organisation act again."""
    access.approving_seat(actor, None, Role.CENTER)
    organisation = _locked(number)
    _check(_unless(organisation, OrganisationState.SUSPENDED) + _if_silent(because))
    organisation.suspended_at, organisation.suspension_reason = None, ""
    organisation.save(update_fields=["suspended_at", "suspension_reason"])
    _record("reinstated", organisation, because, actor=actor, at=at)
    title = reason("{name} may act again", name=organisation.name)
    _say(organisation, "reinstated", title, because=because, at=at)
    return organisation


def _locked(number: str) -> Organisation:
    organisation = Organisation.objects.select_for_update(of=("self",)).filter(number=number).first()
    if organisation is None:
        raise NotYours(number)
    return organisation


def _check(reasons: list[Reason]) -> None:
    if reasons:
        raise Refused(*reasons)


def _unless(organisation: Organisation, state: OrganisationState) -> list[Reason]:
    if organisation.state is state:
        return []
    return [reason("The organisation is in the state “{state}”.", state=STATE_NAMES[organisation.state])]


def _if_silent(because: str) -> list[Reason]:
    return [] if because.strip() else [reason("A reason is needed.")]


def _if_own(organisation: Organisation, seat: Membership) -> list[Reason]:
    if organisation.pk != seat.organisation_id and not organisation.memberships.filter(user=seat.user).exists():
        return []
    return [reason("Nobody decides about an organisation for which he acts himself.")]


def _against_roles(organisation: Organisation, roles: Collection[str]) -> list[Reason]:
    if not roles:
        return [reason("Choose at least one role in which the organisation will act.")]
    strange = sorted(set(roles) - set(organisation.roles))
    return [reason("The organisation did not ask for the role “{role}”.", role=role_name(role)) for role in strange]


def _record(what: str, organisation: Organisation, because: str, *, actor: Actor, at: datetime) -> None:
    data = {"organisation": organisation.number, "because": digest(because.strip().encode())}
    audit.append(f"accounts.organisation.{what}", data=data, actor=actor, at=at)


def _say(organisation: Organisation, what: str, title: Reason, *, at: datetime, because: str = "") -> None:
    """Tell each of its people in person: they may have no seat from which to read the organisation's messages."""
    for user in User.objects.filter(memberships__organisation=organisation, memberships__until=None).distinct():
        tell(
            user,
            kind=f"accounts.organisation.{what}",
            title=title,
            body=Reason(because.strip()),
            link="/account/organisation",
            at=at,
        )
