from __future__ import annotations

import pytest

from tests.bidding.web.visitors import Visitors
from tests.cast import Cast


@pytest.fixture(autouse=True)
def _own_pages(settings):
    settings.ROOT_URLCONF = "tests.bidding.web.urls"


@pytest.fixture
def visitors(cast: Cast) -> Visitors:
    return Visitors(cast)
