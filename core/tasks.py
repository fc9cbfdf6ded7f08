"""Celery's entrance: thin, the work is elsewhere."""

from __future__ import annotations

from celery import shared_task

from core import clock, jobs


@shared_task(name="core.run_job")  # type: ignore[untyped-decorator]  # celery ships no types
def run_job(job_id: int) -> None:
    jobs.run(job_id)


@shared_task(name="core.resend_overdue")  # type: ignore[untyped-decorator]  # celery ships no types
def resend_overdue() -> None:
    jobs.resend_overdue(at=clock.now())
