from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "Evaluation"

    def ready(self) -> None:
        """Let no notice go out whose score sheet could not be calculated with; bring the desk its rows."""
        from evaluation.checking import objections_to_method  # noqa: PLC0415  (apps are loaded before models)
        from trading.checking import document_check  # noqa: PLC0415

        document_check(objections_to_method)
        for registering in (
            "evaluation.drawing",
            "evaluation.settling",
            "evaluation.web.desk_rows",
            "evaluation.web.doors",
        ):
            import_module(registering)
