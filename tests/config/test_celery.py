from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connections, transaction

from config.celery import app
from config.serving import start_worker
from core import jobs
from core.models import Job

AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_every_task_of_the_schedule_exists():
    app.loader.import_default_modules()
    assert {each["task"] for each in app.conf.beat_schedule.values()} - set(app.tasks) == set()


def test_tasks_carry_ids_and_keep_no_results():
    assert (app.conf.task_ignore_result, app.conf.worker_hijack_root_logger) == (True, False)


def test_the_broker_in_memory_is_asked_often_and_redis_not_at_all():
    options = {} if settings.REDIS_URL else {"polling_interval": 0.02}
    assert (app.conf.broker_url, app.conf.broker_transport_options) == (settings.CELERY_BROKER_URL, options)


@pytest.mark.django_db(transaction=True)
def test_the_worker_of_the_one_process_does_a_job_soon_after_the_commit(monkeypatch):
    if settings.REDIS_URL:
        pytest.skip("the one-process form has its broker in memory")
    done = threading.Event()

    def work(*, number: int) -> None:
        assert number == 7
        connections.close_all()
        done.set()

    monkeypatch.setattr(jobs, "_registry", {"test.work": work})
    stop = start_worker()
    try:
        with transaction.atomic(durable=True):
            jobs.ask("test.work", at=AT, number=7)
            assert not done.wait(0.2)
        assert done.wait(10)
        ends = time.monotonic() + 10
        while Job.objects.get().done_at is None and time.monotonic() < ends:
            time.sleep(0.02)
        assert Job.objects.get().done_at is not None
    finally:
        stop()
