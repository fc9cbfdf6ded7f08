"""What the apps above know to be wrong with the documents of a project, asked before they go out.

The rule-sheet wants complete documents, but whether a score sheet can be calculated with is known where sheets are
calculated. An app registers its check when it starts; what it finds stands among the reasons of the notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from core.reasons import Reason
    from trading.models import Project

    Check = Callable[[Project, datetime], Iterable[Reason]]
    Catalogue = Callable[[str], Iterable["MethodParameter"]]


@dataclass(frozen=True, kw_only=True)
class MethodParameter:
    """A number or word that the owner states for a method: ``shape`` is number, whole, word, text or texts."""

    name: str
    title: Reason
    shape: str
    is_required: bool = False
    default: str = ""
    words: tuple[str, ...] = ()
    source: str = ""


_checks: list[Check] = []
_catalogues: list[Catalogue] = []


def document_check(check: Check) -> Check:
    """Register ``check``: it answers with every reason against the documents of a project, as they are now."""
    if check not in _checks:
        _checks.append(check)
    return check


def objections(project: Project, *, at: datetime) -> tuple[Reason, ...]:
    """Return every reason that the registered checks find against the documents."""
    return tuple(dict.fromkeys(found for check in _checks for found in check(project, at)))


def method_catalogue(catalogue: Catalogue) -> Catalogue:
    """Register ``catalogue``: it answers with the parameters that an owner states for a method, by its name."""
    if catalogue not in _catalogues:
        _catalogues.append(catalogue)
    return catalogue


def parameters_of_method(method: str) -> tuple[MethodParameter, ...]:
    """Return what is to be stated for a method; nothing for an unknown one."""
    return tuple(parameter for catalogue in _catalogues for parameter in catalogue(method))
