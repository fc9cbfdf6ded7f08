from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "supervision"
    verbose_name = "Supervision"

    def ready(self) -> None:
        """Bring the desk its rows."""
        import_module("supervision.web.desk_rows")
