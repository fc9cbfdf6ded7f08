"""Work after a commit that must not be lost: a row in the verb's transaction, carried by Celery, re-sent if overdue.

A job is a function registered under a name; it is idempotent, because it may run twice.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from core import clock
from core.models import Job

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

log = logging.getLogger(__name__)
OVERDUE = timedelta(seconds=30)
ATTEMPTS = 20

_registry: dict[str, Callable[..., None]] = {}


def job(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the decorated function as the job ``name``."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        _registry[name] = function
        return function

    return register


@transaction.atomic(savepoint=False)
def ask(name: str, *, at: datetime, **arguments: object) -> Job:
    """Promise the job ``name`` in the caller's transaction; it is sent when that commits."""
    row = Job.objects.create(task=name, arguments=arguments, asked_at=at)
    transaction.on_commit(lambda: _send(row.pk), robust=True)
    return row


def run(job_id: int) -> None:
    """Do the job of the row, once: a done row is left alone, a failed one is tried again by the sweep."""
    row = Job.objects.filter(pk=job_id, done_at=None).first()
    if row is None:
        return
    Job.objects.filter(pk=job_id).update(attempts=F("attempts") + 1, sent_at=clock.now())
    try:
        _registry[row.task](**row.arguments)
    except Exception as fault:
        Job.objects.filter(pk=job_id).update(error=f"{type(fault).__name__}: {fault}"[:2000])
        log.exception("job %s %s failed", row.task, job_id)
        raise
    Job.objects.filter(pk=job_id).update(done_at=clock.now(), error="")


def resend_overdue(*, at: datetime) -> int:
    """Send again what was promised and not done in time; returns how many."""
    due = Job.objects.filter(done_at=None, attempts__lt=ATTEMPTS, asked_at__lt=at - OVERDUE)
    late = [row for row in due if row.sent_at is None or row.sent_at < at - OVERDUE * (row.attempts + 1)]
    for row in late:
        _send(row.pk)
    return len(late)


def _send(job_id: int) -> None:
    from core.tasks import run_job  # noqa: PLC0415  (tasks are an entrance: they import this module)

    run_job.delay(job_id)
