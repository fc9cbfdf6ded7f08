"""Named querysets of people, organisations, seats, keys and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Case, Count, Exists, F, OuterRef, Q, When

from accounts.models import (
    InboxMessage,
    LockedPassphrase,
    Membership,
    Organisation,
    Passkey,
    PersonSignature,
    RecoveryCode,
    RecoveryRequest,
    SigningKey,
    User,
)
from accounts.names import OrganisationState, RecoveryKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from accounts.names import KeyKind, Role

_IN_FORCE = Q(organisation__admitted_at__isnull=False, organisation__suspended_at=None)
_STATES = {
    OrganisationState.WAITING: Q(admitted_at=None, refused_at=None),
    OrganisationState.REFUSED: Q(refused_at__isnull=False),
    OrganisationState.ADMITTED: Q(admitted_at__isnull=False, suspended_at=None),
    OrganisationState.SUSPENDED: Q(suspended_at__isnull=False),
}

_HAS_PASSKEY = Exists(Passkey.objects.filter(user=OuterRef("pk"), removed_at=None, flagged_at=None))
_WAITING_FIRST = Case(When(_STATES[OrganisationState.WAITING], then=0), default=1)


def seats_of(user: User) -> QuerySet[Membership]:
    """Return the seats in which ``user`` may act now, oldest first."""
    living = Membership.objects.filter(_IN_FORCE, user=user, until=None)
    return living.select_related("user", "organisation").order_by("since", "pk")


def seats_in_force() -> QuerySet[Membership]:
    return Membership.objects.filter(_IN_FORCE, until=None, user__is_active=True).select_related("user", "organisation")


def organisations_of(user: User) -> QuerySet[Organisation]:
    """Return the organisations, in whatever state, in which ``user`` has a living seat."""
    return Organisation.objects.filter(memberships__user=user, memberships__until=None).distinct().order_by("pk")


def organisations(state: OrganisationState | None = None, *, words: str = "") -> QuerySet[Organisation]:
    """Return the organisations, those that wait first, each with ``people``: its living members counted."""
    found = Organisation.objects.filter(_STATES[state]) if state else Organisation.objects.all()
    for word in words.split():
        found = found.filter(Q(name__icontains=word) | Q(code__icontains=word) | Q(number__icontains=word))
    people = Count("memberships__user", filter=Q(memberships__until=None), distinct=True)
    return found.annotate(people=people).order_by(_WAITING_FIRST, "-registered_at", "-pk")


def admitted(roles: Iterable[Role]) -> list[Organisation]:
    """Return the organisations in force that may seat somebody in one of ``roles``, by name."""
    wanted = {role.value for role in roles}
    found = Organisation.objects.filter(_STATES[OrganisationState.ADMITTED]).order_by("name", "pk")
    return [organisation for organisation in found if not wanted.isdisjoint(organisation.roles)]


def members_of(organisation: Organisation) -> QuerySet[Membership]:
    living = Membership.objects.filter(organisation=organisation, until=None).select_related("user")
    return living.order_by("user__name", "user_id", "role")


def approvers_of(organisation: Organisation) -> QuerySet[User]:
    """Return the people who may approve for ``organisation`` and can sign in."""
    return (
        User.objects.filter(
            is_active=True,
            memberships__organisation=organisation,
            memberships__until=None,
            memberships__may_approve=True,
        )
        .filter(~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) | _HAS_PASSKEY)
        .distinct()
        .order_by("pk")
    )


def passkeys_of(user: User) -> QuerySet[Passkey]:
    """Return the passkeys that ``user`` has not removed, oldest first; those that were set aside among them."""
    return Passkey.objects.filter(user=user, removed_at=None).order_by("registered_at", "pk")


def usable_passkeys(user: User) -> QuerySet[Passkey]:
    return passkeys_of(user).filter(flagged_at=None)


def usable_passkeys_of(person: str) -> QuerySet[Passkey]:
    """Return what the person with this public number may prove and sign with."""
    return Passkey.objects.filter(user__number=person, removed_at=None, flagged_at=None)


def signatures_of(user: User) -> QuerySet[PersonSignature]:
    """Return what ``user`` signed with a passkey, the newest first."""
    return PersonSignature.objects.filter(user=user).order_by("-signed_at", "-pk")


def locked_passphrases(user: User) -> QuerySet[LockedPassphrase]:
    """Return the passphrases of key files that the passkeys of ``user`` open."""
    own = LockedPassphrase.objects.filter(passkey__user=user, passkey__removed_at=None, passkey__flagged_at=None)
    return own.select_related("passkey").order_by("pk")


def unused_codes(user: User) -> QuerySet[RecoveryCode]:
    return RecoveryCode.objects.filter(user=user, used_at=None, voided_at=None)


def signs_with_own_key(user: User) -> bool:
    """Say whether ``user`` made a key in force with which an organisation signs or opens."""
    return SigningKey.objects.filter(user=user, retired_at=None).exists()


def keys_of(organisation: Organisation) -> QuerySet[SigningKey]:
    """Return all keys of ``organisation``, those in force first, then the newest."""
    keys = SigningKey.objects.filter(organisation=organisation).select_related("user")
    return keys.order_by(F("retired_at").desc(nulls_first=True), "-enrolled_at", "-pk")


def key_in_force(organisation: Organisation, kind: KeyKind) -> SigningKey | None:
    """Return the key with which ``organisation`` signs as ``kind`` now."""
    keys = SigningKey.objects.filter(organisation=organisation, kind=kind.value, retired_at=None)
    return keys.order_by("-enrolled_at", "-pk").first()


def messages_for(user: User, seat: Membership | None) -> QuerySet[InboxMessage]:
    """Return what ``user`` may read: his own messages and, in ``seat``, its organisation's for its role or all."""
    own = Q(user=user)
    if seat is not None:
        own |= Q(organisation=seat.organisation_id, role__in=["", seat.role])
    return InboxMessage.objects.filter(own).order_by("-sent_at", "-pk")


def open_recoveries(organisation: Organisation, *, at: datetime) -> QuerySet[RecoveryRequest]:
    """Return the requests, neither used nor over, of people with a living seat in ``organisation``."""
    seated = Membership.objects.filter(organisation=organisation, until=None).values("user")
    return (
        RecoveryRequest.objects.filter(user__in=seated, user__is_active=True, kind=RecoveryKind.RECOVERY.value)
        .filter(used_at=None, cancelled_at=None, expires_at__gt=at)
        .select_related("user")
        .order_by("pk")
    )


def usable_recovery(token_digest: str, *, at: datetime) -> RecoveryRequest | None:
    """Return the request with this link if every organisation of its person has confirmed it, and it is not over."""
    found = (
        RecoveryRequest.objects.filter(token_digest=token_digest, used_at=None, cancelled_at=None, expires_at__gt=at)
        .filter(user__is_active=True)
        .select_related("user")
        .first()
    )
    if found is None:
        return None
    confirmed = set(found.confirmations.values_list("organisation_id", flat=True))
    needed = set(organisations_of(found.user).filter(refused_at=None).values_list("pk", flat=True))
    return found if confirmed and needed <= confirmed else None
