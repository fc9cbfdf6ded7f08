"""Projects in every stage with somebody in every role, and what each of these people gets from an address."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.db import transaction
from django.test import Client

from accounts import telling
from accounts.models import Membership, Organisation, Passkey, SigningKey, User
from accounts.names import Role
from accounts.sessions import SEAT
from bidding.models import KeyHolder
from core import clock
from core.reasons import reason
from tests.access.eras import add_projects
from tests.cast import BEGINNING, Cast, make_cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpResponse

    from tests.stories.bidding import Tender
    from tests.stories.evaluation import Case

HOUR = timedelta(hours=1)
LONGEST_WORD = 12  # in an address; what is longer is a number
NOWHERE = "/there/is/nothing/here"

# Everybody who comes to a page: some take part in the projects below, others only sit in the same role elsewhere.
NOBODY = "nobody"
TAKING_PART = (
    "owner.drafter", "owner.approver", "agent.drafter", "acme", "bolt", "expert.one", "supervisor", "center", "owner.holder",
)  # fmt: skip
ELSEWHERE = ("buyer.approver", "broker", "elm", "expert.seven", "bureau", "buyer.holder")
PEOPLE = (NOBODY, *TAKING_PART, *ELSEWHERE, "audit")
READERS_ONLY = ("supervisor", "bureau", "audit")


# Two clients do for everybody: what makes a person is the cookies, and to make a client means to load every middleware.
TRUSTING, CHECKING = (Client(checks, headers={"accept-language": "en"}) for checks in (False, True))


@dataclass
class World:
    """The cast, the objects by the names that the table uses, and the hour at which each of them is looked at."""

    cast: Cast
    objects: dict[str, dict[str, str]] = field(default_factory=dict)  # "late.lot" → {"number": "…"}
    hours: dict[str, datetime] = field(default_factory=dict)  # "late" → instant
    posted: dict[str, Callable[[str], dict[str, object]]] = field(default_factory=dict)  # what a form would send
    tenders: dict[str, Tender] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    browsers: dict[tuple[str, str], Client] = field(default_factory=dict)
    seen_nowhere: dict[tuple[str, str, str], tuple[object, ...]] = field(default_factory=dict)

    def seat_everybody(self) -> None:
        """Sign everybody in at the hour of every era, the password just given."""
        for era, hour in self.hours.items():
            for person in PEOPLE:
                client = Client()
                self.browsers[person, era] = client
                if person != NOBODY:
                    with clock.stands_at(hour):
                        _sit(client, self.cast.seats[person])

    def ask(
        self, person: str, method: str, address: str, era: str, *, wants_token: bool = False, **extra: object
    ) -> Answer:
        """One request at that era's hour; whatever it changes is undone, cookies too."""
        client = CHECKING if wants_token else TRUSTING
        client.cookies.clear()
        client.cookies.update(self.browsers[person, era].cookies.items())
        with clock.stands_at(self.hours[era]):
            return _undone(lambda: _read(getattr(client, method)(address, **extra)))

    def nowhere(self, person: str, method: str, era: str) -> tuple[object, ...]:
        """What the person sees at an address that does not exist; asked once."""
        key = (person, method, era)
        if key not in self.seen_nowhere:
            self.seen_nowhere[key] = seen(self.ask(person, method, NOWHERE, era), NOWHERE)
        return self.seen_nowhere[key]


def _sit(client: Client, seat: Membership) -> None:
    client.force_login(seat.user)
    session = client.session
    session[SEAT] = seat.pk
    session.save()


@dataclass(frozen=True)
class Answer:
    """What came back: enough to tell two answers apart."""

    status: int
    location: str
    headers: tuple[str, ...]
    body: bytes
    template: str


def _read(response: HttpResponse) -> Answer:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    template = next((template.name or "" for template in response.templates or ()), "")
    for close in response._resource_closers:  # closing the response itself would close the database's connection
        close()
    return Answer(response.status_code, response.get("Location", ""), tuple(sorted(response.headers)), body, template)


def _undone(act: Callable[[], Answer]) -> Answer:
    # A savepoint, not an atomic block: verbs insist on being the outermost block of their own transaction.
    before = transaction.savepoint()
    try:
        return act()
    finally:
        transaction.savepoint_rollback(before)


def outcome(answer: Answer) -> str:
    """What came of a request, in one word.

    ``in``: the page, or an answer to what was posted. ``method``: the address is theirs, but not in this way.
    ``door``: sign in first. ``no``: not there, or not for you.
    """
    if answer.location.startswith("/account/sign-in?next="):
        return "door"
    return {403: "no", 404: "no", 405: "method"}.get(answer.status, "in")


def seen(answer: Answer, address: str) -> tuple[object, ...]:
    """What a reader can tell apart, the address itself, its numbers and the token of a form left out."""
    text = re.sub(r'(csrfmiddlewaretoken" value=|data-server-now=)"[^"]*"', r"\1", answer.body.decode())
    location = answer.location
    for form in (address, quote(address, safe=""), *address.split("/")):
        if len(form) > LONGEST_WORD:
            text, location = text.replace(form, "…"), location.replace(form, "…")
    return answer.status, location, answer.headers, text


def make_world() -> World:
    world = World(make_cast())
    _add_strangers(world.cast)
    _add_accounts(world)
    add_projects(world)
    SigningKey.objects.filter(subject="OR-acme", retired_at=None).update(wrapped="YQ==")
    KeyHolder.objects.filter(project=world.tenders["early"].project).update(wrapped="YQ==")
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
    message = telling.tell(
        world.cast["owner"], kind="test.message.sent", title=reason("A message"), at=BEGINNING, role=Role.OWNER
    )
    world.objects["now.message"] = {"number": message.number}
    world.objects["now.person"] = {"number": "PE-acme"}
    world.objects["now.organisation"] = {"number": "OR-acme"}
    world.objects["now.decision"] = {"number": "OR-acme", "decision": "suspend"}
    world.objects["now.edition"] = {"kind": "CT", "edition": "2026"}
    world.objects["now.member"] = {"person": "PE-owner-drafter", "role": "OWNER"}
    world.objects["now.passkey"] = {"number": _set_aside_passkey(world).number}
    world.objects["now.signature"] = {"digest": "e" * 64, "what": "signature.json"}
    world.objects["now.file"] = {"file": "f" * 64}
    world.objects["now.ticket"] = {"token": "r1-" + "A" * 32}


def _set_aside_passkey(world: World) -> Passkey:
    """A passkey of acme's that proves nothing any more, so that acme's password still does."""
    return Passkey.objects.create(
        user=world.cast.seats["acme"].user, number="0123456789abcdef", credential="AAAA", handle="AAAA", cose=b"",
        spki=b"", count=1, aaguid="", name="old key", is_synced=False, has_prf=False, registered_at=BEGINNING,
        flagged_at=BEGINNING,
    )  # fmt: skip
