from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class TradingConfig(AppConfig):
    name = "trading"
    verbose_name = "Trading"

    def ready(self) -> None:
        """Bring trading's own rows to the desk."""
        import_module("trading.web.desk_rows")
