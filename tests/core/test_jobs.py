from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from core import clock, jobs
from core.models import Job
from core.tasks import resend_overdue, run_job

AT = datetime(2026, 3, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _standing():
    with clock.stands_at(AT):
        yield


@pytest.fixture
def done(monkeypatch) -> list[dict]:
    """What the job “test.note” was called with."""
    calls: list[dict] = []
    monkeypatch.setattr(jobs, "_registry", dict(jobs._registry))
    jobs.job("test.note")(lambda **arguments: calls.append(arguments))
    return calls


@pytest.fixture
def sent(monkeypatch) -> list[int]:
    """What went to the broker, which is slow today."""
    calls: list[int] = []
    monkeypatch.setattr(run_job, "delay", calls.append)
    return calls


@transaction.atomic(durable=True)
def ask(task: str = "test.note", **arguments: object) -> Job:
    return jobs.ask(task, at=AT, **arguments)


def test_a_job_is_promised_with_the_verb_and_sent_after_it(sent):
    with transaction.atomic(durable=True):
        row = jobs.ask("test.note", at=AT, lot_id=7)
        assert sent == []
    assert sent == [row.pk]
    assert Job.objects.values("task", "arguments", "asked_at", "done_at", "attempts").get() == {
        "task": "test.note",
        "arguments": {"lot_id": 7},
        "asked_at": AT,
        "done_at": None,
        "attempts": 0,
    }
    assert str(row) == f"test.note {row.pk}"


@transaction.atomic(durable=True)
def ask_and_fail() -> None:
    jobs.ask("test.note", at=AT)
    raise ZeroDivisionError


def test_a_verb_that_fails_promises_nothing(sent):
    with pytest.raises(ZeroDivisionError):
        ask_and_fail()
    assert (sent, Job.objects.count()) == ([], 0)


def test_a_job_does_its_work_once(done, sent):
    row = ask(lot_id=7)
    run_job(row.pk)
    run_job(row.pk)
    assert done == [{"lot_id": 7}]
    assert Job.objects.values("done_at", "attempts", "error").get() == {"done_at": AT, "attempts": 1, "error": ""}


def test_a_job_that_nobody_knows_of_is_left_alone(done):
    run_job(999)
    assert done == []


def test_a_promise_outlives_the_process_that_made_it(done, sent, monkeypatch):
    """The process died between its commit and the broker: the sweep sends what nobody sent."""
    row = ask(lot_id=7)
    sent.clear()
    jobs.resend_overdue(at=AT + 30 * SECOND)
    assert sent == []
    assert jobs.resend_overdue(at=AT + 31 * SECOND) == 1
    assert sent == [row.pk]
    run_job(row.pk)
    assert done == [{"lot_id": 7}]
    assert jobs.resend_overdue(at=AT + 3600 * SECOND) == 0


def test_a_broker_that_is_down_fails_no_verb(monkeypatch):
    def down(_job_id):
        raise ConnectionRefusedError

    monkeypatch.setattr(run_job, "delay", down)
    ask()
    assert Job.objects.filter(done_at=None).count() == 1


def failing(monkeypatch, times: int = 10**6) -> list[int]:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        if len(tries) <= times:
            raise LookupError("the file is not there yet")

    monkeypatch.setattr(jobs, "_registry", {"test.fails": work})
    return tries


def attempt(row: Job) -> None:
    with pytest.raises(LookupError):
        run_job(row.pk)


def test_a_job_that_fails_is_recorded_and_told(monkeypatch, sent, caplog):
    failing(monkeypatch)
    row = ask("test.fails")
    attempt(row)
    found = Job.objects.get()
    assert (found.done_at, found.attempts, found.sent_at) == (None, 1, AT)
    assert found.error == "LookupError: the file is not there yet"
    assert [record.message for record in caplog.records] == [f"job test.fails {row.pk} failed"]


def test_a_job_that_fails_is_tried_again_ever_later(monkeypatch, sent, caplog):
    caplog.set_level(logging.CRITICAL)
    failing(monkeypatch)
    row = ask("test.fails")
    attempt(row)
    sent.clear()
    assert [jobs.resend_overdue(at=AT + n * SECOND) for n in (31, 60, 61)] == [0, 0, 1]
    clock.move_to(AT + 61 * SECOND)
    attempt(row)
    assert [jobs.resend_overdue(at=AT + n * SECOND) for n in (61 + 90, 61 + 91)] == [0, 1]


def test_a_job_that_succeeds_at_last_has_no_error(monkeypatch, sent, caplog):
    caplog.set_level(logging.CRITICAL)
    failing(monkeypatch, times=1)
    row = ask("test.fails")
    attempt(row)
    run_job(row.pk)
    assert Job.objects.values("done_at", "attempts", "error").get() == {"done_at": AT, "attempts": 2, "error": ""}


def test_after_twenty_attempts_a_person_has_to_look(monkeypatch, sent, caplog):
    caplog.set_level(logging.CRITICAL)
    tries = failing(monkeypatch)
    row = ask("test.fails")
    for _ in range(jobs.ATTEMPTS):
        attempt(row)
    assert len(tries) == 20
    assert jobs.resend_overdue(at=AT + timedelta(days=365)) == 0
    assert Job.objects.get().error == "LookupError: the file is not there yet"


def test_a_long_error_is_cut(monkeypatch, sent, caplog):
    caplog.set_level(logging.CRITICAL)

    def work() -> None:
        raise ValueError("x" * 5000)

    monkeypatch.setattr(jobs, "_registry", {"test.fails": work})
    with pytest.raises(ValueError, match="xxx"):
        run_job(ask("test.fails").pk)
    assert len(Job.objects.get().error) == 2000


def test_a_job_of_an_unknown_name_is_an_error_of_its_own(sent, caplog):
    caplog.set_level(logging.CRITICAL)
    with pytest.raises(KeyError):
        run_job(ask("test.unknown").pk)
    assert Job.objects.get().error == "KeyError: 'test.unknown'"


def test_the_sweep_of_the_schedule_asks_the_clock(done, sent):
    ask()
    sent.clear()
    resend_overdue()
    clock.move_to(AT + 31 * SECOND)
    resend_overdue()
    assert len(sent) == 1
