from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from bidding.models import Deposit
from bidding.names import DepositState, ForfeitGround, Outcome, Seat, label
from bidding.outcomes import read_offer
from bidding.rules.form import OfferForm, write_form
from trading.procedures import EDITIONS

if TYPE_CHECKING:
    from enum import StrEnum


def offer(price: str, *, deposit: str = "1") -> tuple[Decimal | None, tuple[str, ...]]:
    read = read_offer(
        write_form(OfferForm(currency="CNY", price=Decimal(price), deposit=Decimal(deposit))), currency="CNY"
    )
    return read.price, read.problems


@pytest.mark.parametrize("price", ["970000.00", "970000.5", "0", "999999999999999.99"])
def test_a_price_with_two_places_is_read_exactly(price: str) -> None:
    assert offer(price) == (Decimal(price), ())


def test_a_price_with_three_places_is_a_problem_and_no_rounding() -> None:
    assert offer("970000.005") == (None, ("The price has more than two decimal places or is too large.",))


def test_a_deposit_with_three_places_is_a_problem() -> None:
    assert offer("1", deposit="0.001") == (None, ("The deposit has more than two decimal places.",))


def test_every_way_to_lose_an_award_that_forfeits_is_a_ground_to_keep_a_deposit() -> None:
    forfeiting = {fall.ground.value for sheet in EDITIONS.values() for fall in sheet.falls if fall.forfeits}
    assert forfeiting | {"revoked"} == {ground.value for ground in ForfeitGround}


@pytest.mark.parametrize("word", [*Seat, *Outcome, *ForfeitGround])
def test_every_word_has_a_name(word: Seat) -> None:
    assert label(word)


@pytest.mark.parametrize(("column", "words"), [("forfeit_ground", ForfeitGround), ("state", DepositState)])
def test_every_word_of_a_deposit_fits_its_column(column: str, words: type[StrEnum]) -> None:
    """PostgreSQL holds to lengths, SQLite does not."""
    length = Deposit._meta.get_field(column).max_length
    assert [word for word in words if len(word) > length] == []
