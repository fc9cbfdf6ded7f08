"""The people of a rehearsal: made through rows and the verbs that enrol keys; secrets stay in this process."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.enrolling import enrol_key
from accounts.models import Membership, Organisation, User
from accounts.names import KeyKind, Role
from bidding import keyholding
from bidding.names import Seat
from bidding.rules.wrapping import public_key_of
from config.rehearsal.source import NOT_STATED
from core.canonical import b64u_encode
from core.notes import SigningKey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.actors import Actor
    from trading.models import Project

_SEATS = {"tenderee": "owner", "agency": "agent", "supervisor": "supervisor", "platform": "center"}
EXPERTS = 5


@dataclass
class Cast:
    """Everybody of a rehearsal: organisations and seats by short name, bidders by the source's code."""

    scheme: str
    at: datetime
    organisations: dict[str, Organisation] = field(default_factory=dict)
    seats: dict[str, Membership] = field(default_factory=dict)
    bidder_keys: dict[str, SigningKey] = field(default_factory=dict)
    holder_keys: dict[str, HolderKeys] = field(default_factory=dict)
    committee: list[Actor] = field(default_factory=list)
    prefix: str = "R"
    _made: int = 0

    def actor(self, name: str) -> Actor:
        return self.seats[name].actor()

    def organisation(self, key: str, name: str, role: Role, *, code: str = "") -> Organisation:
        """Return the organisation ``key``, made and admitted the first time it is asked for."""
        if key not in self.organisations:
            self._made += 1
            self.organisations[key] = Organisation.objects.create(
                number=f"OR-{self.prefix}-{self._made:06d}",
                scheme=self.scheme,
                code=code or f"{self.prefix}-{key}",
                name=name[:200],
                address=NOT_STATED,
                roles=[role.value],
                registered_at=self.at,
                admitted_at=self.at,
            )
        return self.organisations[key]

    def seat(self, name: str, organisation: Organisation, role: Role, *, approves: bool) -> Membership:
        """Return the seat ``name``, made with its person the first time it is asked for."""
        if name not in self.seats:
            self._made += 1
            number = f"PE-{self.prefix}-{self._made:06d}"
            user = User.objects.create(
                number=number,
                username=number.lower(),
                name=f"{organisation.name[:60]} / {name[:30]}",
                registered_at=self.at,
            )
            self.seats[name] = Membership.objects.create(
                user=user, organisation=organisation, role=role, since=self.at, may_draft=True, may_approve=approves
            )
        return self.seats[name]

    def bidder(self, code: str, name: str, *, at: datetime) -> Membership:
        """Return the seat of a bidder, with its signing key enrolled before first use."""
        key = f"bidder.{code}"
        if key not in self.seats:
            organisation = self.organisation(key, name, Role.BIDDER, code=code)
            seat = self.seat(key, organisation, Role.BIDDER, approves=True)
            signing = SigningKey(f"{settings.PLATFORM_NAME}/bidder/{organisation.number}", os.urandom(32))
            enrol_key(kind=KeyKind.BIDDER, vkey=str(signing.verify_key), wrapped="", actor=seat.actor(), at=at)
            self.bidder_keys[code] = signing
        return self.seats[key]


def hire(scheme: str, owner_name: str, *, at: datetime, prefix: str = "R") -> Cast:
    """Make the standing people: owner, agent, supervisor, trading centre, their holders, five experts."""
    cast = Cast(scheme=scheme, at=at, prefix=prefix)
    for key, name, role in (
        ("owner", owner_name, Role.OWNER),
        ("agent", "Letting office of the rehearsal", Role.AGENT),
        ("supervisor", "Supervisor of the rehearsal", Role.SUPERVISOR),
        ("center", "Trading centre of the rehearsal", Role.CENTER),
        ("pool", "Expert pool of the rehearsal", Role.EXPERT),
    ):
        organisation = cast.organisation(key, name, role)
        if key == "pool":
            for nth in range(EXPERTS):
                cast.seat(f"expert.{nth}", organisation, role, approves=True)
            continue
        cast.seat(f"{key}.drafter", organisation, role, approves=False)
        cast.seat(f"{key}.approver", organisation, role, approves=True)
        cast.seat(f"{key}.holder", organisation, Role.KEY_HOLDER, approves=False)
    return cast


@dataclass(frozen=True)
class HolderKeys:
    """What one holder keeps to itself."""

    secret: bytes
    signing: SigningKey
    actor: Actor


def seat_holders(cast: Cast, project: Project, *, at: datetime) -> dict[str, HolderKeys]:
    """Appoint the default holders of a project and hand in their keys; return their secrets by kid."""
    users = {Seat(seat): cast.seats[f"{key}.holder"].user for seat, key in _SEATS.items()}
    drafts = keyholding.default_seats(project, users)
    rows = keyholding.appoint(project.pk, drafts, actor=cast.actor("owner.approver"), at=at)
    keys: dict[str, HolderKeys] = {}
    for row in rows:
        actor = cast.actor(f"{_SEATS[row.seat]}.holder")
        secret = os.urandom(32)
        signing = SigningKey(f"{settings.PLATFORM_NAME}/holder/{actor.person}", os.urandom(32))
        keyholding.submit_key(
            row.pk,
            public_key=b64u_encode(public_key_of(secret)),
            vkey=str(signing.verify_key),
            wrapped="",
            actor=actor,
            at=at,
        )
        keys[row.kid] = HolderKeys(secret=secret, signing=signing, actor=actor)
    return keys


def experts(cast: Cast) -> Sequence[Membership]:
    return [cast.seats[f"expert.{nth}"] for nth in range(EXPERTS)]
