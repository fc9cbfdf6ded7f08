"""What an owner states for an evaluation method: its parameters and the score sheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trading.forms.fields import plain_number, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trading.checking import MethodParameter


class ParametersForm(forms.Form):
    """The numbers and words that a method wants stated, one field each."""

    def __init__(self, parameters: Sequence[MethodParameter], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parameters = parameters
        for parameter in parameters:
            self.fields[parameter.name] = _field_of(parameter)

    def stated(self) -> dict[str, Any]:
        """Return what was stated, numbers as text; what was left out is left out."""
        found = {parameter.name: self._value(parameter) for parameter in self.parameters}
        return {name: value for name, value in found.items() if value not in ("", None, [])}

    def _value(self, parameter: MethodParameter) -> Any:
        value = self.cleaned_data[parameter.name]
        if parameter.shape == "texts":
            return [line.strip() for line in str(value).splitlines() if line.strip()]
        return value


def parameter_initial(parameters: Sequence[MethodParameter], stated: dict[str, Any]) -> dict[str, Any]:
    """Return stated values as the form shows them."""
    found = {parameter.name: stated.get(parameter.name, "") for parameter in parameters}
    return {name: "\n".join(value) if isinstance(value, list) else value for name, value in found.items()}


def _field_of(parameter: MethodParameter) -> forms.Field:
    name, required = _(parameter.title), parameter.is_required
    hints = [
        parameter.source,
        gettext("if empty: {value}").format(value=parameter.default) if parameter.default else "",
    ]
    hint = " · ".join(part for part in hints if part)
    if parameter.shape == "word":
        empty = [] if required else [("", parameter.default or "—")]
        words = [*empty, *((word, word) for word in parameter.words)]
        return forms.ChoiceField(label=name, required=required, help_text=hint, choices=words)
    if parameter.shape == "whole":
        return forms.IntegerField(label=name, required=required, help_text=hint, min_value=0)
    if parameter.shape == "texts":
        return text(name, rows=3, hint=_("One a line."), required=required)
    if parameter.shape == "number":
        return forms.CharField(
            label=name, required=required, help_text=hint, max_length=30, validators=[plain_number],
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        )  # fmt: skip
    return text(name, hint=hint, longest=200, required=required)


GROUPS = [
    ("qualification", _("Qualification")),
    ("responsiveness", _("Responsiveness")),
    ("technical", _("Technical")),
    ("commercial", _("Commercial")),
    ("price", _("Price")),
]
KINDS = [
    ("pass_fail", _("Passed or failed")),
    ("range", _("Points up to a maximum")),
    ("fixed_steps", _("One of fixed steps")),
    ("formula", _("By the method's formula")),
]


class CriterionForm(forms.Form):
    """One line of the score sheet."""

    title = forms.CharField(label=_("Criterion"), max_length=200, required=False)
    group = forms.ChoiceField(label=_("Group of criteria"), choices=GROUPS)
    kind = forms.ChoiceField(label=_("Answered by"), choices=KINDS)
    maximum = forms.CharField(label=_("Maximum points"), max_length=20, required=False, validators=[plain_number])
    weight = forms.CharField(label=_("Weight"), max_length=20, required=False, validators=[plain_number])
    steps = forms.CharField(label=_("Allowed points"), max_length=200, required=False)
    code = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,39}$", label=_("Code"), max_length=40, required=False, widget=forms.HiddenInput
    )

    def criterion(self, ordinal: int) -> dict[str, Any] | None:
        """Return the line as the template holds it; None for an empty one."""
        data = self.cleaned_data
        if not data.get("title"):
            return None
        row: dict[str, Any] = {
            "code": data["code"] or f"c{ordinal}",
            "title": data["title"],
            "group": data["group"],
            "kind": data["kind"],
        }
        row |= {name: data[name] for name in ("maximum", "weight") if data[name]}
        if steps := [part for part in re.split(r"[,;\uff0c\uff1b\s]+", data["steps"]) if part]:
            row["steps"] = steps
        return row


CriterionFormSet = forms.formset_factory(CriterionForm, extra=3, max_num=100, validate_max=True)


class TotalForm(forms.Form):
    total_points = forms.CharField(
        label=_("Points of the price and all criteria together"),
        max_length=20,
        initial="100",
        validators=[plain_number],
    )
