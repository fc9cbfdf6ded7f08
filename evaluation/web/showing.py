"""What pages show of bids, votes and ranks: rows of words, made once for every page that needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bidding.queries import opened_files
from core import formats
from core.reasons import Reason
from evaluation.names import Step, ground_label, label
from evaluation.rules.criteria import Group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bidding.models import OpenedBid
    from evaluation.models import Review
    from evaluation.rules.criteria import Template
    from trading.models import Lot

GROUPS = {Step.QUALIFICATION: Group.QUALIFICATION, Step.RESPONSIVENESS: Group.RESPONSIVENESS}


def facts_of(bid: OpenedBid) -> list[tuple[str, object]]:
    """Return what was read out of a bid."""
    form = bid.form
    price = "" if bid.price is None else formats.money(bid.price, currency=bid.currency)
    rows: list[tuple[str, object]] = [(_("Price"), price)]
    rows += [
        (name, form[key])
        for key, name in (
            ("price_words", _("Price in words")),
            ("duration", _("Duration")),
            ("quality", _("Quality")),
            ("manager", _("Project manager")),
            ("manager_certificates", _("Certificates of the project manager")),
            ("brand", _("Brand")),
        )
        if form.get(key)
    ]
    if bid.gave_up_at:
        rows.append((_("Gave up after the opening"), bid.gave_up_because or True))
    return rows


def files_of(lot: Lot, bid: OpenedBid) -> list[dict[str, Any]]:
    """Return the opened files of a bid with their addresses."""
    return [
        {
            "name": row.title or row.name,
            "url": reverse("evaluation:file", args=[lot.number, bid.bidder.number, row.name]),
            "size": row.file.size,
            "digest": row.file_id,
        }
        for row in opened_files(bid)
    ]


def criteria_of(template: Template, step: Step) -> list[str]:
    """Return what a step is passed or failed on."""
    return [criterion.title for criterion in template.of(GROUPS[step])]


def verdict_of(row: Review | None) -> dict[str, Any]:
    """Return how a step stands for a bid, in a word, a tone and a reason."""
    if row is None or row.passed is None:
        return {"word": _("open"), "tone": "grey", "because": ""}
    if row.passed:
        return {"word": _("passed"), "tone": "green", "because": ""}
    because = f"{_said(ground_label(row.ground_code))}: {row.because}"
    return {"word": _("rejected"), "tone": "red", "because": because}


def steps_of(reviews: Mapping[tuple[int, str], Review], bid: OpenedBid) -> list[dict[str, Any]]:
    """Return every step of a bid with its name and how it stands."""
    return [{"name": label(step), **verdict_of(reviews.get((bid.pk, step.value)))} for step in Step]


def _said(words: str) -> str:
    return words.translated(_) if isinstance(words, Reason) else words
