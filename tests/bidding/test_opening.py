from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bidding.models import OpenedBid
from bidding.queries import opened_bids
from tests.stories import bidding as story

if TYPE_CHECKING:
    from tests.cast import Cast


def test_every_price_is_read_out_as_it_was_sealed(cast: Cast) -> None:
    tender = story.opened(cast)
    read = {bid.bidder.number: bid.price for bid in opened_bids(tender.lot)}
    assert read == {
        "OR-acme": Decimal("970000.00"),
        "OR-bolt": Decimal("985000.00"),
        "OR-cedar": Decimal("1010000.00"),
    }
    assert OpenedBid.objects.count() == 3
