"""Celery's entrance: thin, the work is elsewhere."""

from __future__ import annotations

from celery import shared_task

from core import clock, jobs


@shared_task(name="core.run_job")
def run_job(job_id: int) -> None:
    jobs.run(job_id)


@shared_task(name="core.resend_overdue")
def resend_overdue() -> None:
    jobs.resend_overdue(at=clock.now())
