"""The filters of the public lists: what is typed, parsed; what cannot be parsed filters nothing and is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.names import EVENT_NAMES
from trading.names import Code, Kind, Stage, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

    from core.reasons import Reason

_PRIVATE = (Stage.DRAFT, Stage.NOTICE_READY, Stage.INTENTION)


def _choices(words: Iterable[StrEnum], blank: Any) -> list[tuple[str, Any]]:
    return [("", blank), *((word.value, _said(label(word))) for word in words)]


def _said(text: Reason) -> Any:
    return _(text.msgid)


class _Filter(forms.Form):
    """A filter bar; ``chosen`` is what may be asked of the database."""

    is_filter = True

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, auto_id="filter-%s")

    def chosen(self) -> dict[str, Any]:
        """Return the filters that are set and valid."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class _Days(_Filter):
    since = forms.DateField(label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class ProjectFilter(_Days):
    q = forms.CharField(label=_("Number or title"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=_choices(Kind, _("all kinds")))
    stage = forms.ChoiceField(
        label=_("Stage"),
        required=False,
        choices=_choices([stage for stage in Stage if stage not in _PRIVATE], _("all stages")),
    )
    region = forms.ChoiceField(label=_("Region"), required=False)
    owner = forms.CharField(label=_("Owner"), required=False, max_length=100)

    field_order = ["q", "kind", "stage", "region", "owner", "since", "until"]

    def __init__(self, data: Mapping[str, Any], *, regions: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["region"].choices = [("", _("all regions")), *regions]  # type: ignore[attr-defined]  # a choice field


class NoticeFilter(ProjectFilter):
    code = forms.ChoiceField(
        label=_("Kind of notice"),
        required=False,
        choices=_choices([code for code in Code if not code.is_private and code is not Code.PREQ], _("all notices")),
    )

    field_order = ["q", "kind", "code", "stage", "region", "owner", "since", "until"]


class EvidenceFilter(_Days):
    event = forms.ChoiceField(
        label=_("Event"),
        required=False,
        choices=[("", _("all events")), *((event, _said(name)) for event, name in EVENT_NAMES.items())],
    )
    number = forms.CharField(label=_("Number of a project or lot"), required=False, max_length=80)

    field_order = ["number", "event", "since", "until"]


class AuditorFilter(EvidenceFilter):
    event = forms.CharField(label=_("Event"), required=False, max_length=64)  # type: ignore[assignment]  # also events without a name
    actor = forms.CharField(label=_("Role, organisation or person"), required=False, max_length=80)

    field_order = ["number", "event", "actor", "since", "until"]
