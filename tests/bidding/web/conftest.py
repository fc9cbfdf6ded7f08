from __future__ import annotations

import pytest

from tests.bidding.web.visitors import Visitors
from tests.cast import Cast


@pytest.fixture
def visitors(cast: Cast) -> Visitors:
    return Visitors(cast)
