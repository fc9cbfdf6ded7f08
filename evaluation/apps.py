from __future__ import annotations

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "Evaluation"

    def ready(self) -> None:
        """Let no notice go out whose score sheet or method could not be calculated with."""
        from evaluation.checking import objections_to_method  # noqa: PLC0415  (apps are loaded before models)
        from trading.checking import document_check  # noqa: PLC0415

        document_check(objections_to_method)
