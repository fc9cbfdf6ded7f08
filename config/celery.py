"""Celery's entry point; every periodic task of the platform is listed here."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("yangguang")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["core"])
app.conf.beat_schedule = {
    "resend overdue jobs": {"task": "core.resend_overdue", "schedule": 30.0},
}
