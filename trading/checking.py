"""What the apps above know to be wrong with the documents of a project, asked before they go out.

The rule-sheet wants complete documents, but whether a score sheet can be calculated with is known where sheets are
calculated. An app registers its check when it starts; what it finds stands among the reasons of the notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.reasons import Reason
    from trading.models import Project

    Check = Callable[[Project], Iterable[Reason]]

_checks: list[Check] = []


def document_check(check: Check) -> Check:
    """Register ``check``: it answers with every reason against the documents of a project, as they are now."""
    if check not in _checks:
        _checks.append(check)
    return check


def objections(project: Project) -> tuple[Reason, ...]:
    """Return every reason that the registered checks find against the documents."""
    return tuple(dict.fromkeys(found for check in _checks for found in check(project)))
