from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.names import Role
from bidding import closing
from config.due import TAKERS
from core.actors import SYSTEM
from trading.names import Move
from trading.procedures import EDITIONS

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize("edition", EDITIONS.values(), ids=lambda sheet: f"{sheet.kind}-{sheet.edition}")
def test_every_due_move_of_a_sheet_has_its_taker(edition):
    due = {step.move for step in edition.steps if step.due is not None}
    assert due - set(TAKERS) == set()
    assert {step.move for step in edition.steps if step.due is not None and Role.SYSTEM not in step.by} == set()


def test_nobody_waits_for_a_move_that_is_never_due():
    assert set(TAKERS) == {step.move for sheet in EDITIONS.values() for step in sheet.steps if step.due is not None}


def test_the_close_reads_its_time_after_its_lock_and_not_from_the_sweep(monkeypatch):
    seen = []
    monkeypatch.setattr(closing, "close", lambda *given, **named: seen.append((given, named)))
    TAKERS[Move.CLOSE_BIDDING](7, SYSTEM, AT)
    assert seen == [((7,), {"actor": SYSTEM})]
