"""The people and organisations that every story is about. Rows are made directly: admission has tests of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from accounts.models import Membership, Organisation, User
from accounts.names import Role
from core.models import Installation

if TYPE_CHECKING:
    from core.actors import Actor

BEGINNING = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Beijing

# name → (code under CN-USCI, roles, seats: person → (role, may approve))
ORGANISATIONS: dict[str, tuple[str, str, tuple[Role, ...]]] = {
    "owner": ("滨江市城市建设投资有限公司", "91530100MA6K0000X1", (Role.OWNER,)),
    "buyer": ("滨江市财政局采购中心", "91530100MA6K0001X2", (Role.OWNER,)),
    "agent": ("云岭招标代理有限公司", "91530100MA6K0002X3", (Role.AGENT,)),
    "supervisor": ("滨江市住房和城乡建设局", "11530100MB100003X4", (Role.SUPERVISOR,)),
    "center": ("滨江市公共资源交易中心", "12530100MB100004X5", (Role.CENTER,)),
    "audit": ("滨江市审计局", "11530100MB100005X6", (Role.AUDIT,)),
    "pool": ("云岭省评标专家库", "12530000MB100006X7", (Role.EXPERT,)),
    "acme": ("甲建工集团有限公司", "91530100MA6K0011A1", (Role.BIDDER,)),
    "bolt": ("乙路桥有限公司", "91530100MA6K0012B2", (Role.BIDDER,)),
    "cedar": ("丙市政工程有限公司", "91530100MA6K0013C3", (Role.BIDDER,)),
    "delta": ("丁建设股份有限公司", "91530100MA6K0014D4", (Role.BIDDER,)),
    "elm": ("戊水利工程有限公司", "91530100MA6K0015E5", (Role.BIDDER,)),
}
_TWO_PEOPLE = ("owner", "buyer", "agent")
_EXPERTS = ("one", "two", "three", "four", "five", "six", "seven")


@dataclass
class Cast:
    """Organisations by short name, actors by ``organisation.person``."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    seats: dict[str, Membership] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Organisation:
        return self.organisations[name]

    def actor(self, name: str) -> Actor:
        """Return the actor of ``owner.drafter``, ``owner.approver``, ``acme`` (its only person), ``expert.one``…"""
        return self.seats[name].actor()

    def user(self, name: str) -> User:
        return self.seats[name].user


def make_cast() -> Cast:
    """Make everybody; the database counts as a rehearsal, so the clock may stand in tests."""
    Installation.objects.get_or_create(id=1, defaults={"made_for": "rehearsal", "made_at": BEGINNING})
    cast = Cast()
    for key, (name, code, roles) in ORGANISATIONS.items():
        cast.organisations[key] = Organisation.objects.create(
            number=f"OR-{key}", scheme="TEST", code=code, name=name, address="滨江市人民路1号", contact="0871-1234567",
            roles=[role.value for role in roles], registered_at=BEGINNING, admitted_at=BEGINNING,
        )  # fmt: skip
    for key, (_, _, roles) in ORGANISATIONS.items():
        _seat_people(cast, key, roles[0])
    return cast


def _seat_people(cast: Cast, key: str, role: Role) -> None:
    if key == "pool":
        for nth in _EXPERTS:
            _seat(cast, f"expert.{nth}", key, role, approves=True)
        return
    if key in _TWO_PEOPLE:
        _seat(cast, f"{key}.drafter", key, role, approves=False)
        _seat(cast, f"{key}.approver", key, role, approves=True)
        _seat(cast, f"{key}.rep", key, role, approves=False)
    else:
        _seat(cast, key, key, role, approves=True)
    if key in ("owner", "buyer", "agent", "supervisor", "center"):
        _seat(cast, f"{key}.holder", key, Role.KEY_HOLDER, approves=False)


def _seat(cast: Cast, name: str, organisation: str, role: Role, *, approves: bool) -> None:
    username = name.replace(".", "-")
    user = User.objects.create(number=f"PE-{username}", username=username, name=name, registered_at=BEGINNING)
    cast.seats[name] = Membership.objects.create(
        user=user, organisation=cast[organisation], role=role, since=BEGINNING, may_draft=True, may_approve=approves
    )
