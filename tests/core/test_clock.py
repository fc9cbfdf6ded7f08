from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection, transaction

from core import clock
from core.models import ClockGuard, Installation

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)


def ask() -> datetime:
    with transaction.atomic(durable=True):
        return clock.after_lock()


@pytest.fixture
def rehearsal(transactional_db: None) -> None:
    Installation.objects.create(made_for=Installation.REHEARSAL, made_at=NOON)


# -- now -----------------------------------------------------------------------------------------------


def test_now_is_the_time_in_utc():
    before = datetime.now(UTC)
    found = clock.now()
    assert before - SECOND <= found <= datetime.now(UTC) + SECOND
    assert found.tzinfo is UTC


def test_now_stands_where_it_was_put_and_goes_on_afterwards():
    with clock.stands_at(NOON):
        assert (clock.now(), clock.now()) == (NOON, NOON)
    assert clock.now() > NOON


def test_standing_clocks_nest():
    with clock.stands_at(NOON):
        with clock.stands_at(NOON - SECOND):
            assert clock.now() == NOON - SECOND
        assert clock.now() == NOON


def test_the_clock_goes_on_after_an_error():
    with pytest.raises(ZeroDivisionError), clock.stands_at(NOON):
        raise ZeroDivisionError
    assert clock.now() > NOON


def test_a_standing_clock_speaks_utc():
    with clock.stands_at(NOON.astimezone(timezone(timedelta(hours=8)))):
        assert (clock.now(), clock.now().tzinfo) == (NOON, UTC)


def test_an_instant_without_a_zone_is_no_instant():
    with pytest.raises(ValueError, match="time zone"), clock.stands_at(NOON.replace(tzinfo=None)):
        pass


def test_a_standing_clock_moves_forward_only():
    with clock.stands_at(NOON):
        clock.move_to(NOON + SECOND)
        clock.move_to(NOON + SECOND)
        with pytest.raises(ValueError, match="does not go back"):
            clock.move_to(NOON + SECOND - MICROSECOND)
        assert clock.now() == NOON + SECOND


def test_only_the_innermost_clock_is_moved():
    with clock.stands_at(NOON):
        with clock.stands_at(NOON):
            clock.move_to(NOON + SECOND)
        assert clock.now() == NOON


def test_the_real_clock_cannot_be_moved():
    with pytest.raises(RuntimeError, match="standing clock"):
        clock.move_to(NOON)


# -- after the lock ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_deciding_time_is_asked_inside_the_transaction_that_holds_the_lock():
    with pytest.raises(RuntimeError, match="inside the transaction"):
        clock.after_lock()


@pytest.mark.django_db(transaction=True)
def test_the_deciding_time_is_now_and_does_not_go_back():
    before = datetime.now(UTC)
    found = [ask() for _ in range(5)]
    assert before - SECOND <= found[0]
    assert found[-1] <= datetime.now(UTC) + SECOND
    assert found == sorted(found)
    assert {at.utcoffset() for at in found} == {timedelta(0)}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_the_databases_clock_decides_and_runs_within_a_transaction(monkeypatch):
    monkeypatch.setattr(clock, "_system", lambda: NOON - timedelta(days=365))
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (began,) = cursor.fetchone()
        cursor.execute("SELECT pg_sleep(0.01)")
        found = clock.after_lock()
        cursor.execute("SELECT clock_timestamp()")
        (ended,) = cursor.fetchone()
    assert began + timedelta(milliseconds=10) <= found <= ended


@pytest.fixture
def sqlite(transactional_db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the guard row is SQLite's: PostgreSQL has a clock of its own")


def put(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr(clock, "_system", lambda: at)


@pytest.mark.usefixtures("sqlite")
def test_on_sqlite_a_clock_that_steps_back_by_more_than_a_second_stops_what_races_a_deadline(monkeypatch):
    put(monkeypatch, NOON)
    assert ask() == NOON
    put(monkeypatch, NOON - SECOND - MICROSECOND)
    with pytest.raises(clock.ClockAlarm):
        ask()
    put(monkeypatch, NOON + MICROSECOND)
    assert ask() == NOON + MICROSECOND


@pytest.mark.usefixtures("sqlite")
def test_on_sqlite_a_step_of_a_second_is_borne_and_does_not_add_up(monkeypatch):
    put(monkeypatch, NOON)
    ask()
    put(monkeypatch, NOON - SECOND)
    assert ask() == NOON - SECOND
    put(monkeypatch, NOON - SECOND - MICROSECOND)
    with pytest.raises(clock.ClockAlarm):
        ask()


@transaction.atomic(durable=True)
def ask_and_fail() -> None:
    clock.after_lock()
    raise ZeroDivisionError


@pytest.mark.usefixtures("sqlite")
def test_on_sqlite_what_is_rolled_back_does_not_move_the_guard(monkeypatch):
    put(monkeypatch, NOON)
    with pytest.raises(ZeroDivisionError):
        ask_and_fail()
    assert str(ClockGuard.objects.get()) == "0"


@pytest.mark.usefixtures("sqlite")
def test_on_sqlite_without_its_guard_row_nothing_is_decided():
    ClockGuard.objects.all().delete()
    with pytest.raises(clock.ClockAlarm):
        ask()


# -- rehearsals ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("rehearsal")
def test_a_rehearsal_decides_by_its_standing_clock():
    with clock.stands_at(NOON):
        assert ask() == NOON


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("made_for", [None, Installation.USE])
def test_in_a_database_that_serves_people_the_clock_cannot_stand(made_for):
    if made_for:
        Installation.objects.create(made_for=made_for, made_at=NOON)
    with clock.stands_at(NOON), pytest.raises(clock.NotARehearsal):
        ask()
