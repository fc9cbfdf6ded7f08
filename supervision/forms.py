"""Forms of supervision: what is objected to, and the answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from trading.forms.fields import text


class ObjectionForm(forms.Form):
    body = text(
        _("Objection"),
        rows=8,
        longest=8000,
        required=True,
    )


class AnswerForm(forms.Form):
    text = text(_("Answer"), rows=8, longest=8000, required=True)
    upheld = forms.ChoiceField(
        label=_("Outcome"),
        choices=[
            ("no", _("Not upheld: the project goes on as it is")),
            ("yes", _("Upheld: what follows is stated above")),
        ],
        widget=forms.RadioSelect,
    )


class NothingForm(forms.Form):
    """Nothing is asked but whether it is meant."""

    confirmed = forms.CharField(widget=forms.HiddenInput, initial="yes")
