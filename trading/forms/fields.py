"""The kinds of fields that the forms of trading are made of."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext

from core.reasons import Reason
from trading.names import choices

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

_PLAIN_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?")


def said(words: Iterable[tuple[str, str]]) -> list[tuple[str, Any]]:
    """Return choices whose names are reasons in the reader's language."""
    return [(value, _spoken(name)) for value, name in words]


def _in_the_readers_language(name: str) -> str:
    return name.translated(gettext) if isinstance(name, Reason) else gettext(name)


_spoken = lazy(_in_the_readers_language, str)  # the class of a form is made before anybody reads it


def named(words: type[StrEnum]) -> list[tuple[str, Any]]:
    return said(choices(words))


def text(name: Any, *, hint: Any = "", rows: int = 0, longest: int = 20_000, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=name, help_text=hint, required=required, max_length=longest, widget=widget)


def amount(name: Any, *, hint: Any = "", required: bool = False) -> forms.DecimalField:
    return forms.DecimalField(
        label=name, help_text=hint, required=required, max_digits=18, decimal_places=2, min_value=Decimal("0.01")
    )


def moment(name: Any, *, hint: Any = "", required: bool = False) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=name, help_text=hint, required=required, widget=widget)


def yes(name: Any, *, hint: Any = "", initial: bool = False) -> forms.BooleanField:
    return forms.BooleanField(label=name, help_text=hint, required=False, initial=initial)


def plain_number(text: str) -> None:
    if not _PLAIN_NUMBER.fullmatch(text):
        raise ValidationError(gettext("Write a number in plain digits, with a point before decimals."))
