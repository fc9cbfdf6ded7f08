"""What is typed about draws and the pool: parsed and cleaned, nothing decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluation.draw_pools import Left
from evaluation.names import Exclusion, Refusal, choices
from trading.forms.fields import said, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from accounts.models import Organisation
    from evaluation.models import PooledExpert

_EMPTY = ("", "—")
_LONGEST = 2000


class PartiesForm(forms.Form):
    """Who contributes to a draw."""

    parties = forms.MultipleChoiceField(
        label=_("Who contributes"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least two organisations. One honest number makes the result unpredictable for all others."),
    )

    def __init__(self, possible: Mapping[str, Organisation], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parties"]
        field.initial = list(possible)
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(party, f"{organisation.name} ({party})") for party, organisation in possible.items()]


class StratumForm(forms.Form):
    """Of which stratum experts are drawn."""

    stratum = forms.ChoiceField(label=_("Stratum"))

    def __init__(self, strata: Sequence[tuple[str, int]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["stratum"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(name, f"{name} ({n})") for name, n in strata]


class ExpertDrawForm(PartiesForm):
    """How many experts of a stratum are drawn, and who is left out, each with a reason."""

    seats = forms.IntegerField(label=_("Experts to be drawn"), min_value=1, max_value=99)

    def __init__(
        self, rows: Iterable[PooledExpert], possible: Mapping[str, Organisation], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(possible, *args, **kwargs)
        self.rows = list(rows)
        for row in self.rows:
            name = row.user.name
            self.fields[f"code-{row.user.number}"] = forms.ChoiceField(
                label=_("{name} is left out because").format(name=name),
                required=False,
                choices=[("", _("stands in the pool")), *said(choices(Exclusion))],
            )
            self.fields[f"because-{row.user.number}"] = text(_("In words"), longest=_LONGEST)
        self.order_fields(["seats", "parties"])

    def left_out(self) -> dict[str, Left]:
        """Return who is left out, by person's number."""
        data = self.cleaned_data
        return {
            row.user.number: Left(data[f"code-{row.user.number}"], data[f"because-{row.user.number}"])
            for row in self.rows
            if data[f"code-{row.user.number}"]
        }

    def bound_rows(self) -> list[tuple[PooledExpert, Any, Any]]:
        """Return each expert with its two fields, as the page draws them."""
        return [(row, self[f"code-{row.user.number}"], self[f"because-{row.user.number}"]) for row in self.rows]


class RefusalForm(forms.Form):
    """Who of the drawn does not serve, and why."""

    handle = forms.ChoiceField(label=_("Who does not serve"))
    code = forms.ChoiceField(label=_("Reason"), choices=said(choices(Refusal)))
    because = text(_("In words"), rows=2, longest=_LONGEST)

    def __init__(self, drawn: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["handle"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [_EMPTY, *drawn]


class SeatForm(forms.Form):
    """Who sits for the owner beside the drawn experts, and who takes the chair."""

    owners = forms.MultipleChoiceField(
        label=_("Representatives of the owner"), required=False, widget=forms.CheckboxSelectMultiple
    )
    chair = forms.ChoiceField(label=_("Chair"), required=False)

    def __init__(
        self, experts: Sequence[tuple[str, str]], owners: Sequence[tuple[str, str]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, options in (("owners", list(owners)), ("chair", [_EMPTY, *experts, *owners])):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = options


class ReserveForm(forms.Form):
    """Why a drawn member leaves; the next reserve takes the seat."""

    code = forms.ChoiceField(label=_("Reason"), choices=said(choices(Refusal)))
    because = text(_("Why the member is replaced"), rows=3, longest=_LONGEST, required=True)


class PoolForm(forms.Form):
    """Which expert enters the pool, and under which stratum."""

    person = forms.CharField(label=_("Number of the expert"), max_length=64)
    stratum = forms.CharField(label=_("Stratum"), max_length=64, help_text=_("For example: civil, water-supply, cost"))
    employer = forms.CharField(
        label=_("Employer"),
        max_length=64,
        required=False,
        help_text=_("Number of the organisation, where it is one of the platform's"),
    )
