from __future__ import annotations

from django.apps import AppConfig


class IntermediariesConfig(AppConfig):
    name = "intermediaries"
    verbose_name = "Intermediaries"
