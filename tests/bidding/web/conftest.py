from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core import clock
from tests.bidding.web.boxes import Box
from tests.bidding.web.visitors import Visitors
from tests.stories import bidding as story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast


@pytest.fixture
def visitors(cast: Cast) -> Visitors:
    return Visitors(cast)


@pytest.fixture
def box(cast: Cast, visitors: Visitors) -> Iterator[Box]:
    """An open box, and acme in front of it an hour before the deadline."""
    tender = story.bidding(cast)
    story.enrolled(tender, "acme")
    with clock.stands_at(tender.deadline - 60 * story.MINUTE):
        yield Box(tender, visitors("acme"))
