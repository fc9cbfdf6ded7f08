"""What is typed around objections: parsed and cleaned, nothing decided."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from supervision.names import State, choices
from trading.forms.fields import said, text

LONGEST = 8000


class ObjectionForm(forms.Form):
    interest = text(
        _("Interest in the result"),
        rows=3,
        longest=2000,
        required=True,
        hint=_("Your organisation did not bid for this lot: say what the result means for it."),
    )
    body = text(
        _("Objection"),
        rows=8,
        longest=LONGEST,
        required=True,
        hint=_("What you object to, the facts, and what you ask for. The answer is published without your name."),
    )

    def __init__(self, *args: Any, states_interest: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not states_interest:
            del self.fields["interest"]


class AnswerForm(forms.Form):
    upheld = forms.TypedChoiceField(
        label=_("Decision"),
        coerce=lambda value: value == "yes",
        choices=[("no", _("The objection is not founded")), ("yes", _("The objection is founded"))],
        widget=forms.RadioSelect,
    )
    text = text(
        _("Answer"),
        rows=8,
        longest=LONGEST,
        required=True,
        hint=_("It is published: do not name who objected."),
    )


class WithdrawForm(forms.Form):
    """Nothing is typed: the page only asks whether it shall be done."""


class ObjectionFilter(forms.Form):
    is_filter = True
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["state"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("all")), *said(choices(State))]


class BoardFilter(forms.Form):
    is_filter = True
    q = forms.CharField(label=_("Number or title"), required=False, max_length=80)
    ended = forms.ChoiceField(label=_("Shown"), required=False, choices=[("", _("running")), ("yes", _("ended"))])
