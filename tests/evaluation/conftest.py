from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cast import make_cast

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from tests.cast import Cast


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, settings: SettingsWrapper) -> Path:
    """Kept files of one test lie in a folder of their own."""
    settings.STORAGE_ROOT = tmp_path / "files"
    settings.VRF_KEYS_DIR = tmp_path / "vrf"
    return tmp_path / "files"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()
