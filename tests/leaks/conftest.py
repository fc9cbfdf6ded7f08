from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.hashers import make_password

from accounts.models import User
from tests.accounts.people import PASSWORD
from tests.cast import make_cast

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from tests.cast import Cast


@pytest.fixture
def storage(tmp_path: Path, settings: SettingsWrapper) -> Path:
    settings.STORAGE_ROOT = tmp_path / "files"
    return tmp_path


@pytest.fixture
def served_cast(transactional_db: None, storage: Path) -> Cast:
    """Everybody, with a password, in a database that really commits."""
    made = make_cast()
    User.objects.update(password=make_password(PASSWORD))
    return made
