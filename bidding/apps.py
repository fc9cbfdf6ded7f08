from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class BiddingConfig(AppConfig):
    name = "bidding"
    verbose_name = "Bidding"

    def ready(self) -> None:
        for registering in (
            "bidding.opening",
            "bidding.erasing",
            "bidding.depositing",
            "bidding.web.desk_rows",
            "bidding.web.news",
        ):
            import_module(registering)
