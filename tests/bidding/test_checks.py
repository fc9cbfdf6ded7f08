from __future__ import annotations

from typing import Any

import pytest

from bidding.checks import deadline_rule_holds

POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "ATOMIC_REQUESTS": False}
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {"transaction_mode": "IMMEDIATE"}}


def test_the_platforms_own_settings_hold() -> None:
    assert deadline_rule_holds() == []


@pytest.mark.parametrize(
    ("database", "found"),
    [
        (POSTGRESQL, []),
        (POSTGRESQL | {"OPTIONS": {"isolation_level": 1}}, []),
        (POSTGRESQL | {"OPTIONS": {"isolation_level": 3}}, ["bidding.E2"]),
        (POSTGRESQL | {"ATOMIC_REQUESTS": True}, ["bidding.E1"]),
        (SQLITE, []),
        (SQLITE | {"OPTIONS": {}}, ["bidding.E3"]),
    ],
)
def test_settings_under_which_the_deadline_rule_would_not_hold_are_refused(
    database: dict[str, Any], found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bidding.checks.settings", type("Settings", (), {"DATABASES": {"default": database}}))
    assert [error.id for error in deadline_rule_holds()] == found
