"""The people of the demonstration come in as everybody does: registered, admitted, invited, their keys enrolled."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from accounts import admitting, enrolling, founding, recovering, registering, seating
from accounts.identity import Identity, Newcomer
from accounts.models import Membership, Organisation
from accounts.names import USCC_SCHEME, KeyKind, Role
from config.demonstration import keys
from config.demonstration.people import CENTRE, HOLDERS, HOUSES, PASSWORD
from core import clock, uscc
from core.canonical import b64_encode

if TYPE_CHECKING:
    from config.demonstration.keys import KeyPair
    from config.demonstration.people import House, Person
    from core.actors import Actor

ACCOUNTS = "demo-accounts.json"  # in the data folder; the sign-in page of a demonstration reads it
_NOWHERE = "000000"  # no division of the country has this code, so no real organisation has these


@dataclass
class Cast:
    """Everybody by user name, organisations by short name, signing keys by user name."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    seats: dict[str, Membership] = field(default_factory=dict)
    bidder_keys: dict[str, KeyPair] = field(default_factory=dict)
    holder_seeds: dict[str, bytes] = field(default_factory=dict)

    def actor(self, username: str) -> Actor:
        return self.seats[username].actor()


def hire() -> Cast:
    """Bring everybody in while the clock stands; the trading centre first, which admits the others."""
    cast = Cast()
    _found(cast)
    for house in HOUSES:
        _register(cast, house)
    for username, seat in cast.seats.items():
        if seat.role == Role.BIDDER:
            cast.bidder_keys[username] = _enrol(username, seat)
    cast.holder_seeds = {username: os.urandom(32) for username in HOLDERS}
    return cast


def write_accounts() -> Path:
    """Write the list of accounts that the sign-in page of a demonstration shows."""
    rows = [
        {
            "username": person.username,
            "password": PASSWORD,
            "name": person.name,
            "role": person.role.value,
            "organisation": house.name,
        }
        for house in (CENTRE, *HOUSES)
        for person in house.people
    ]
    path = Path(settings.DATA_DIR) / ACCOUNTS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def code_of(house: House) -> str:
    """Return a code with a right check character that belongs to nobody."""
    first = f"91{_NOWHERE}MAYG{house.serial:05d}"
    return first + uscc.check_character(first)


def _found(cast: Cast) -> None:
    first, *others = CENTRE.people
    cast.organisations[CENTRE.key] = founding.found_centre(
        _identity(CENTRE), newcomer=_newcomer(first), password=PASSWORD, at=clock.now()
    )
    _take_seats(cast, CENTRE)
    for person in others:
        _invite(cast, CENTRE, person)


def _register(cast: Cast, house: House) -> None:
    first, *others = house.people
    organisation = registering.register_organisation(
        _identity(house), roles=[first.role], newcomer=_newcomer(first), password=PASSWORD, at=clock.now()
    )
    admitting.admit(organisation.number, roles=[first.role], actor=cast.actor("centre"), at=clock.now())
    cast.organisations[house.key] = Organisation.objects.get(pk=organisation.pk)
    _take_seats(cast, house)
    for person in others:
        _invite(cast, house, person)


def _invite(cast: Cast, house: House, person: Person) -> None:
    ticket = seating.invite(
        cast.organisations[house.key].number,
        newcomer=_newcomer(person),
        role=person.role,
        may_draft=True,
        may_approve=person.may_approve,
        actor=cast.actor(house.people[0].username),
        at=clock.now(),
    )
    recovering.choose_password(ticket.token, password=PASSWORD, at=clock.now())
    _take_seats(cast, house)


def _take_seats(cast: Cast, house: House) -> None:
    roles = {person.username: person.role for person in house.people}
    rows = cast.organisations[house.key].memberships.select_related("user", "organisation")
    cast.seats |= {row.user.username: row for row in rows if row.role == roles[row.user.username]}


def _enrol(username: str, seat: Membership) -> KeyPair:
    key = keys.bidder_key(seat)
    wrapped = keys.wrap(key)
    enrolling.enrol_key(
        kind=KeyKind.BIDDER,
        vkey=str(key.signing.verify_key),
        wrapped=b64_encode(wrapped),
        actor=seat.actor(),
        at=clock.now(),
    )
    keys.keep(username, wrapped)
    return key


def _identity(house: House) -> Identity:
    return Identity(
        USCC_SCHEME, code_of(house), house.name, f"滨江市人民路{house.serial}号", f"0000-6000{house.serial:04d}"
    )


def _newcomer(person: Person) -> Newcomer:
    return Newcomer(person.username, person.name, email=f"{person.username}@demo.example")
