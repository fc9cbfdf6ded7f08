"""The people of these tests, and how they come in."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.models import Membership, Organisation, User
from accounts.sessions import SEAT
from core.models import OutboxEntry

PASSWORD = "three green lanterns"
CENTRE_CODE = "91350100M000100Y43"


@dataclass(frozen=True)
class Cast:
    centre: Organisation
    owner: Organisation
    acme: Organisation
    clerk: Membership
    drafter: Membership
    approver: Membership
    signer: Membership
    colleague: Membership


def person(username: str, *, password: str | None = PASSWORD) -> User:
    from core import clock

    return User.objects.create(
        number=f"PE-{username.upper()}",
        username=username,
        name=username.title(),
        password=make_password(password),
        registered_at=clock.now(),
    )


def seat(
    organisation: Organisation, username: str, role: str, *, may_approve: bool = True, may_draft: bool = True
) -> Membership:
    user = User.objects.filter(username=username).first() or person(username)
    return Membership.objects.create(
        user=user,
        organisation=organisation,
        role=role,
        may_draft=may_draft,
        may_approve=may_approve,
        since=organisation.registered_at,
    )


def signed_in(membership: Membership, *, proven: bool = True, language: str = "en") -> Client:
    """A browser in which the person sits in this seat; with ``proven`` the password was just given."""
    client = speaking(language)
    client.force_login(membership.user)
    session = client.session
    session[SEAT] = membership.pk
    if not proven:
        session.pop("proven_at")
    session.save()
    return client


def speaking(language: str = "en") -> Client:
    return Client(headers={"accept-language": language})


def entries(event: str = "") -> list[tuple[str, dict]]:
    """The entries of the log: event and data."""
    rows = OutboxEntry.objects.order_by("seq")
    found = [(row.event, json.loads(bytes(row.entry))["data"]) for row in rows]
    return [(name, data) for name, data in found if not event or name == event]


def events() -> list[str]:
    return [name for name, _ in entries()]
