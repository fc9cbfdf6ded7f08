"""The lock of a bid box on PostgreSQL: together with those who submit, alone for those who close."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, connection, transaction

from tests.cast import make_cast
from tests.stories import trading as story
from trading import bid_box
from trading.names import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from trading.models import Lot

pytestmark = [pytest.mark.postgres, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def elsewhere(task: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            task()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def is_free_for(mode: str, lot: Lot) -> bool:
    """Ask from another connection whether the lock could be had now."""
    found: list[bool] = []

    def ask() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT pg_try_advisory_xact_lock{mode}(hashtextextended('tender:' || %s, 0))", [lot.number]
            )
            found.append(cursor.fetchone()[0])

    elsewhere(ask).join()
    return found[0]


@pytest.fixture
def lot() -> Lot:
    return story.walked(make_cast(), to=Stage.BIDDING, lots=2)


def test_those_who_submit_hold_the_box_together_and_keep_a_closer_out(lot: Lot) -> None:
    with transaction.atomic():
        bid_box.lock_shared(lot)
        assert (is_free_for("_shared", lot), is_free_for("", lot)) == (True, False)
    assert is_free_for("", lot)


def test_who_closes_holds_the_box_alone_but_not_the_box_of_another_lot(lot: Lot) -> None:
    other = lot.project.lots.get(ordinal=2)
    with transaction.atomic():
        bid_box.lock_exclusive(lot)
        assert (is_free_for("_shared", lot), is_free_for("_shared", other)) == (False, True)


def test_a_project_is_locked_with_all_its_lots(lot: Lot) -> None:
    with transaction.atomic():
        bid_box.lock_project(lot.project)
        assert [is_free_for("_shared", each) for each in lot.project.lots.all()] == [False, False]


def test_nobody_waits_for_a_box_for_ever(lot: Lot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bid_box, "_SHARED", "SELECT set_config('lock_timeout', '50ms', true); " + bid_box._SHARED)
    with transaction.atomic():
        bid_box.lock_exclusive(lot)
        failed: list[Exception] = []

        def submit() -> None:
            try:
                with transaction.atomic():
                    bid_box.lock_shared(lot)
            except OperationalError as error:
                failed.append(error)

        elsewhere(submit).join(timeout=10)
    assert [type(error) for error in failed] == [OperationalError]
