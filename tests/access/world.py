"""Projects in every stage with somebody in every role, and what each of these people gets from an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.test import Client

from accounts import telling
from accounts.models import Membership, Organisation, SigningKey, User
from accounts.names import KeyKind, Role
from accounts.sessions import SEAT
from core import clock
from core.reasons import reason
from tests.cast import BEGINNING, Cast, make_cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpResponse

HOUR = timedelta(hours=1)

# Everybody who comes to a page: some take part in the projects below, others only sit in the same role elsewhere.
NOBODY = "nobody"
TAKING_PART = (
    "owner.drafter", "owner.approver", "agent.drafter", "acme", "expert.one", "supervisor", "center", "owner.holder",
)  # fmt: skip
ELSEWHERE = ("buyer.approver", "broker", "elm", "expert.seven", "bureau", "buyer.holder")
PEOPLE = (NOBODY, *TAKING_PART, *ELSEWHERE, "audit")
READERS_ONLY = ("supervisor", "bureau", "audit")


@dataclass
class World:
    """The cast, the objects by the names that the table uses, and the hour at which each of them is looked at."""

    cast: Cast
    objects: dict[str, dict[str, str]] = field(default_factory=dict)  # "late.lot" → {"number": "…"}
    hours: dict[str, datetime] = field(default_factory=dict)  # "late" → instant
    posted: dict[str, Callable[[str], dict[str, object]]] = field(default_factory=dict)  # what a form would send
    browsers: dict[tuple[str, str], Client] = field(default_factory=dict)

    def seat_everybody(self) -> None:
        """Sign everybody in at the hour of every era, the password just given."""
        for era, hour in self.hours.items():
            for person in PEOPLE:
                client = Client(headers={"accept-language": "en"})
                self.browsers[person, era] = client
                if person != NOBODY:
                    with clock.stands_at(hour):
                        _sit(client, self.cast.seats[person])

    def ask(
        self, person: str, method: str, address: str, era: str, *, wants_token: bool = False, **extra: object
    ) -> HttpResponse:
        """One request at that era's hour; whatever it changes is undone, cookies too."""
        client = Client(wants_token, headers={"accept-language": "en"})
        client.cookies.update(self.browsers[person, era].cookies.items())
        with clock.stands_at(self.hours[era]):
            return _undone(lambda: getattr(client, method)(address, **extra))


def _sit(client: Client, seat: Membership) -> None:
    client.force_login(seat.user)
    session = client.session
    session[SEAT] = seat.pk
    session.save()


def _undone(act: Callable[[], HttpResponse]) -> HttpResponse:
    # A savepoint, not an atomic block: verbs insist on being the outermost block of their own transaction.
    before = transaction.savepoint()
    try:
        return act()
    finally:
        transaction.savepoint_rollback(before)


def outcome(answer: HttpResponse) -> str:
    """What came of a request, in one word.

    ``in``: the page, or an answer to what was posted. ``method``: the address is theirs, but not in this way.
    ``door``: sign in first. ``no``: not there, or not for you.
    """
    if answer.status_code in {301, 302} and answer["Location"].startswith("/account/sign-in?next="):
        return "door"
    return {403: "no", 404: "no", 405: "method"}.get(answer.status_code, "in")


def make_world() -> World:
    world = World(make_cast())
    _add_strangers(world.cast)
    _add_accounts(world)
    world.seat_everybody()
    return world


def _add_strangers(cast: Cast) -> None:
    """Somebody in every role who takes part in nothing."""
    for name, role in (("broker", Role.AGENT), ("bureau", Role.SUPERVISOR)):
        cast.organisations[name] = Organisation.objects.create(
            number=f"OR-{name}", scheme="TEST", code=f"91530100MA6K{name}", name=name, roles=[role.value],
            registered_at=BEGINNING, admitted_at=BEGINNING,
        )  # fmt: skip
        user = User.objects.create(number=f"PE-{name}", username=name, name=name, registered_at=BEGINNING)
        cast.seats[name] = Membership.objects.create(
            user=user, organisation=cast[name], role=role, since=BEGINNING, may_approve=True
        )


def _add_accounts(world: World) -> None:
    world.hours["now"] = BEGINNING + HOUR
    world.posted["now.own_seat"] = lambda person: {"seat": world.cast.seats[person].pk if person != NOBODY else 0}
    SigningKey.objects.create(
        organisation=world.cast["acme"], user=world.cast.user("acme"), kind=KeyKind.BIDDER, subject="OR-acme",
        vkey="a key", wrapped="YQ==", enrolled_at=BEGINNING,
    )  # fmt: skip
    message = telling.tell(
        world.cast["owner"], kind="test.message.sent", title=reason("A message"), at=BEGINNING, role=Role.OWNER
    )
    world.objects["now.message"] = {"number": message.number}
    world.objects["now.person"] = {"number": "PE-acme"}
    world.objects["now.organisation"] = {"number": "OR-acme"}
    world.objects["now.decision"] = {"number": "OR-acme", "decision": "suspend"}
    world.objects["now.member"] = {"person": "PE-owner-drafter", "role": "OWNER"}
    world.objects["now.ticket"] = {"token": "r1-" + "A" * 32}
