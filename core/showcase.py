"""Made-up values for the page that shows every component once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import Money
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import QueryDict

_DIGEST = "9f2c41d07be35a86e1d4c0b7a95f3e2816dd40c9be7735f1a02c68e4d7b91f30"
_NUMBER = "CT-2026-000123-QK7M"


class SampleForm(forms.Form):
    """One field of each sort."""

    title = forms.CharField(
        label=gettext_lazy("Title of the project"), help_text=gettext_lazy("As it was approved; up to 100 characters.")
    )
    ceiling = forms.DecimalField(label=gettext_lazy("Ceiling price"), max_digits=18, decimal_places=2)
    closes_at = forms.DateTimeField(
        label=gettext_lazy("Deadline for bids"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        choices=[("works", gettext_lazy("Works")), ("goods", gettext_lazy("Goods"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea)
    plan = forms.FileField(label=gettext_lazy("Document"), required=False)
    agreed = forms.BooleanField(label=gettext_lazy("I have read what will be published"))


class SampleFilter(forms.Form):
    """What a list may be narrowed by."""

    is_filter = True
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        required=False,
        choices=[("", gettext_lazy("All")), ("works", gettext_lazy("Works")), ("goods", gettext_lazy("Goods"))],
    )
    since = forms.DateField(label=gettext_lazy("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


def everything(at: datetime, *, query: QueryDict) -> dict[str, Any]:
    """Return the values of ``core/style.html`` as of ``at``."""
    return {
        "number": _NUMBER,
        "digest": _DIGEST,
        "deadline": at + timedelta(days=2, hours=3, minutes=20),
        "soon": at + timedelta(minutes=14, seconds=30),
        "now": at,
        "steps": _steps(at),
        "hall": _hall(),
        "facts": _facts(),
        "head_row": [(_("Rank"), "number"), _("Bidder"), (_("Price"), "number"), (_("Days"), "number")],
        "rows": _rows(),
        "exports": [("CSV", "#"), ("XLSX", "#")],
        "reasons": _reasons(),
        "form": SampleForm({"title": "", "ceiling": "12,00", "category": "boats"}),
        "filter_form": SampleFilter(query or None),
        "page": Paginator(range(1, 3001), 20).page(7),
        "documents": _documents(at),
        "events": _events(at),
        "tabs": _tabs(),
        "items": _items(),
        "tasks": _tasks(at),
        "figures": _figures(),
    }


def _steps(at: datetime) -> list[dict[str, Any]]:
    return [
        {"label": _("Draft"), "state": "done", "at": at - timedelta(days=34)},
        {"label": _("Published"), "state": "done", "at": at - timedelta(days=30)},
        {"label": _("Bidding"), "state": "now", "at": at - timedelta(days=28), "until": at + timedelta(days=2)},
        {"label": _("Opening"), "state": "next"},
        {"label": _("Evaluation"), "state": "next"},
        {"label": _("Publicity of candidates"), "state": "next", "note": _("at least 3 days")},
        {"label": _("Award"), "state": "next"},
        {"label": _("Contract"), "state": "next"},
    ]


def _hall() -> list[dict[str, Any]]:
    return [
        {"label": _("Box closed"), "state": "done"},
        {"label": _("Key shares arriving"), "state": "now"},
        {"label": _("Unsealing"), "state": "next"},
        {"label": _("Read-out"), "state": "next"},
        {"label": _("Record signed"), "state": "next"},
    ]


def _facts() -> list[Any]:
    return [
        (_("Owner"), "滨江区城市建设投资有限公司"),
        {
            "label": _("Ceiling price"),
            "value": Money.of("48650000.00"),
            "note": Money.of("48650000.00").in_words(),
            "url": "#facts",
            "action": _("Change"),
        },
        {"label": _("Number"), "value": _NUMBER},
        {"label": _("Source of funds"), "value": None},
    ]


def _rows() -> list[list[Any]]:
    names = ["滨江建工集团有限公司", "华东路桥工程有限公司", "远山建设股份有限公司", "青禾市政工程有限公司"]
    prices = ["46120000.00", "46980000.50", "47215300.00", "48001999.99"]
    return [[n, name, Money.of(price), 540] for n, (name, price) in enumerate(zip(names, prices, strict=True), 1)]


def _reasons() -> list[str]:
    return [
        reason("{n} valid bids, {minimum} needed", n=2, minimum=3),
        reason("on hold: objection {number}", number="OB-2026-000014-7HTX"),
    ]


def _documents(at: datetime) -> list[dict[str, Any]]:
    return [
        {"name": "招标文件.pdf", "url": "#", "size": 4_816_233, "digest": _DIGEST, "at": at, "kind": _("Documents")},
        {"name": "工程量清单.xlsx", "url": "#", "size": 812_004, "digest": _DIGEST[::-1], "at": at, "kind": ""},
    ]


def _events(at: datetime) -> list[dict[str, Any]]:
    return [
        {"at": at, "title": _("Objection answered"), "by": _("Owner"), "text": "", "tone": "green", "url": "#"},
        {
            "at": at - timedelta(hours=20),
            "title": _("Objection lodged"),
            "by": _("Bidder"),
            "text": reason("on hold: objection {number}", number="OB-2026-000014-7HTX"),
            "tone": "red",
        },
        {"at": at - timedelta(days=3), "title": _("Candidates published"), "by": _("Platform")},
    ]


def _tabs() -> list[dict[str, Any]]:
    return [
        {"label": _("Overview"), "url": "#", "is_current": True},
        {"label": _("Notices"), "url": "#", "count": 4},
        {"label": _("Questions"), "url": "#", "count": 12},
        {"label": _("Opening record"), "url": "#"},
        {"label": _("Evidence"), "url": "#", "count": 87},
    ]


def _items() -> list[dict[str, Any]]:
    return [
        {"label": _("Source of funds is named"), "is_done": True},
        {
            "label": _("Key holders have signed"),
            "is_done": False,
            "reason": reason("{n} of {total} key holders have signed", n=2, total=4),
            "url": "#",
        },
    ]


def _tasks(at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "title": _("Answer an objection"),
            "url": "#",
            "due": at + timedelta(hours=5),
            "tone": "red",
            "word": _("urgent"),
            "number": _NUMBER,
            "note": "滨江路道路改造工程施工",
        },
        {
            "title": _("Release your key share"),
            "url": "#",
            "due": at + timedelta(days=2),
            "tone": "yellow",
            "word": _("soon"),
            "number": _NUMBER,
        },
        {
            "title": _("Sign the contract"),
            "url": "#",
            "due": at + timedelta(days=20),
            "tone": "green",
            "word": _("in time"),
        },
    ]


def _figures() -> list[dict[str, Any]]:
    return [
        {"label": _("Announced this year"), "value": "1,284"},
        {"label": _("Traded this year"), "value": "936", "url": "#"},
        {"label": _("Amount traded"), "value": Money.of("8234567890.12").in_wan()},
        {"label": _("Saved"), "value": "6.42%", "note": _("against the ceiling price")},
    ]
