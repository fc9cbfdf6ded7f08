from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cast import make_cast
from tests.stories import bidding as story

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings


@pytest.fixture
def tender(transactional_db: None, tmp_path: Path, settings: Settings) -> story.Tender:
    """An open bid box in a database whose commits are real."""
    settings.STORAGE_ROOT = tmp_path / "files"
    return story.bidding(make_cast())
