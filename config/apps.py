from __future__ import annotations

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """Wires what no app may know of the others; its commands run the whole platform."""

    name = "config"
    verbose_name = "Platform"

    def ready(self) -> None:
        from config import celery  # noqa: F401, PLC0415  (tasks find their broker through the app made there)
