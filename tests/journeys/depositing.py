"""What happens to deposits on the desk of the buying side."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.journeys.visitors import Town


def match_statement(town: Town, lot: str, lines: Iterable[str], *, by: str) -> None:
    visitor = town[by]
    visitor.go(f"/desk/lots/{lot}/deposits", name="deposits-due")
    visitor.fill(statement="\n".join(lines))
    visitor.press("/deposits/statement")
    visitor.look("deposits-matched")


def accept_guarantee(town: Town, lot: str, bidder: str, *, by: str, **fields: str) -> None:
    _step(town, lot, bidder, "guarantee", by=by, **fields)


def lock(town: Town, lot: str, *, by: str) -> None:
    """Bind what has arrived to the bids."""
    visitor = town[by]
    visitor.go(f"/desk/lots/{lot}/deposits")
    visitor.press("/deposits/lock")
    visitor.look("deposits-locked")


def release(town: Town, lot: str, bidder: str, *, by: str, **fields: str) -> None:
    _step(town, lot, bidder, "release", by=by, **fields)


def convert(town: Town, lot: str, bidder: str, *, by: str, because: str) -> None:
    _step(town, lot, bidder, "convert", by=by, because=because)


def _step(town: Town, lot: str, bidder: str, action: str, *, by: str, **fields: str) -> None:
    visitor = town[by]
    visitor.go(f"/desk/lots/{lot}/deposits/OR-{bidder}/{action}", name=f"deposit-{action}")
    visitor.fill(**fields)
    visitor.press()
    visitor.look("deposits")
    assert visitor.path == f"/desk/lots/{lot}/deposits", visitor.text()
