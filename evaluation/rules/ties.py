"""Who stands before whom, and what happens when two are equal.

In construction equal results are settled by the lower bid price, then by the higher technical score, then by the
owner's recorded choice. In procurement equal scores are settled by the lower bid price, and what is still equal is
parallel (并列) until the rule of the documents is recorded (财政部令第87号 56, 57, 68). Nothing is drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.errors import Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from decimal import Decimal


class TieRule(StrEnum):
    """What settles an equal result."""

    LOWER_PRICE = "lower_price"
    HIGHER_TECHNICAL = "higher_technical"
    CHOICE = "choice"

    @property
    def sentence(self) -> Reason:
        """Return the rule as it stands in a worked calculation."""
        return {
            TieRule.LOWER_PRICE: reason("Equal result: placed by the lower bid price"),
            TieRule.HIGHER_TECHNICAL: reason("Equal result: placed by the higher technical score"),
            TieRule.CHOICE: reason("Equal result: placed by the recorded choice of the owner"),
        }[self]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The recorded order of bids that stayed tied, first to last, and the ground on which it was decided."""

    order: tuple[str, ...]
    ground: str

    def as_json(self) -> dict[str, object]:
        """Return the choice as JSON."""
        return {"order": list(self.order), "ground": self.ground}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The result of one bid: scored methods rank by ``score``, the others by ``evaluated_price``.

    ``price`` is the bid, which stays the contract price; ``lines`` are the worked calculation.
    """

    bid: str
    price: Decimal
    evaluated_price: Decimal
    score: Decimal | None = None
    technical: Decimal | None = None
    lines: tuple[Reason, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A place in the ranking: tied bids share a rank, and the next rank counts all bids before it (1, 1, 3).

    ``settled_by`` names the rule that parted it from an equal result; ``tied_with`` those still equal.
    """

    rank: int
    bid: str
    price: Decimal
    evaluated_price: Decimal
    score: Decimal | None
    technical: Decimal | None
    settled_by: TieRule | None = None
    tied_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Group:
    members: tuple[Standing, ...]
    settled_by: TieRule | None

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(standing.bid for standing in self.members)


def rank(
    standings: Iterable[Standing], *, rules: Sequence[TieRule] = (), choices: Sequence[Choice] = ()
) -> tuple[Ranked, ...]:
    """Rank by the highest score, or the lowest evaluated price where nothing is scored; settle ties by ``rules``.

    Raises Refused with every choice that does not order exactly the bids of one remaining tie.
    """
    everybody = sorted(standings, key=lambda standing: standing.bid)
    # (1) By result; (2) within equal results by each rule in turn; (3) within what is left by recorded choices.
    groups = _parted(_Group(tuple(everybody), None), key=_result, rule=None)
    for rule in rules:
        groups = [part for group in groups for part in _settled(group, rule=rule)]
    groups = _chosen(groups, choices=choices)
    ranking: list[Ranked] = []
    for group in groups:
        place = len(ranking) + 1
        ranking += [_placed(standing, place=place, group=group) for standing in group.members]
    return tuple(ranking)


def _result(standing: Standing) -> Decimal:
    return standing.evaluated_price if standing.score is None else -standing.score


def _parted(group: _Group, *, key: Callable[[Standing], Decimal], rule: TieRule | None) -> list[_Group]:
    parts: dict[Decimal, list[Standing]] = {}
    for standing in sorted(group.members, key=key):
        parts.setdefault(key(standing), []).append(standing)
    if len(parts) == 1:
        return [group]
    return [_Group(tuple(members), rule) for members in parts.values()]


def _settled(group: _Group, *, rule: TieRule) -> list[_Group]:
    if rule is TieRule.LOWER_PRICE:
        return _parted(group, key=lambda standing: standing.price, rule=rule)
    known = {standing.bid: standing.technical for standing in group.members if standing.technical is not None}
    if len(known) < len(group.members):  # a missing technical score is neither high nor low
        return [group]
    return _parted(group, key=lambda standing: -known[standing.bid], rule=rule)


def _chosen(groups: list[_Group], *, choices: Sequence[Choice]) -> list[_Group]:
    tied = {group.labels: group for group in groups if len(group.members) > 1}
    orders: dict[frozenset[str], Choice] = {}
    reasons: list[Reason] = []
    for choice in choices:
        names = ", ".join(choice.order)
        labels = frozenset(choice.order)
        if labels not in tied or len(labels) != len(choice.order):
            reasons.append(reason("{bids} are not one tie: there is nothing to choose", bids=names))
        elif labels in orders:
            reasons.append(reason("the tie of {bids} is decided twice", bids=names))
        if not choice.ground.strip():
            reasons.append(reason("the choice among {bids} needs its ground", bids=names))
        orders[labels] = choice
    if reasons:
        raise Refused(*reasons)
    return [part for group in groups for part in _in_order(group, choice=orders.get(group.labels))]


def _in_order(group: _Group, *, choice: Choice | None) -> list[_Group]:
    if choice is None:
        return [group]
    named = {standing.bid: standing for standing in group.members}
    return [_Group((named[bid],), TieRule.CHOICE) for bid in choice.order]


def _placed(standing: Standing, *, place: int, group: _Group) -> Ranked:
    return Ranked(
        rank=place,
        bid=standing.bid,
        price=standing.price,
        evaluated_price=standing.evaluated_price,
        score=standing.score,
        technical=standing.technical,
        settled_by=group.settled_by,
        tied_with=tuple(other.bid for other in group.members if other.bid != standing.bid),
    )
