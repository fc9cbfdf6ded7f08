"""Pages of a member: the score sheets, document on the left, criteria on the right."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import vouching
from accounts.access import SeatedRequest, requires
from accounts.names import SignedKind
from accounts.web.passkey_words import posted_answer, signing
from core.errors import NotYours, Refused
from evaluation import queries, scoring
from evaluation.forms import SheetForm
from evaluation.rules.exact import added, read_number, round_half_up, written
from evaluation.rules.methods.comprehensive_scoring import FULL_MARKS
from evaluation.web import showing
from evaluation.web.answers import SITTING, lot_at_work, page
from trading.names import Stage

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from bidding.models import OpenedBid
    from core.reasons import Reason
    from evaluation.models import Member, ScoreSheet
    from evaluation.rules.criteria import Criterion, Template
    from trading.models import Lot


@never_cache
@requires(*SITTING)
@require_http_methods(["GET", "HEAD", "POST"])
def scores(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show one's own sheets, what they still lack, and hand them in together."""
    lot, member = lot_at_work(request, number)
    template = _scored(lot)
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST":
        try:
            signed = vouching.vouched(request, posted_answer(request), at=request.at)
            scoring.hand_in(lot.pk, actor=request.actor, at=request.at, signed=signed)
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            messages.success(request, _("Your sheets are handed in."))
            return redirect("evaluation:scores", number=lot.number)
    own = queries.own_sheets(member)
    is_done = scoring.has_handed_in(lot, member)
    missing = () if is_done else scoring.missing_in(lot, member)
    return page(
        request,
        "scores",
        lot=lot,
        rows=[_row(lot, bid, own.get(bid.pk), template) for bid in queries.bids_in_play(lot)],
        maximum=_maximum(template),
        is_done=is_done,
        missing=missing,
        signing=None if is_done or missing else _signing(request, lot, member),
        reasons=reasons,
    )


@never_cache
@requires(*SITTING)
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: SeatedRequest, number: str, bidder: str) -> HttpResponseBase:
    """Score one bid: a draft is kept as it is, however unfinished."""
    lot, member = lot_at_work(request, number)
    template, bid = _scored(lot), _bid(lot, bidder)
    own = queries.own_sheets(member).get(bid.pk)
    form = SheetForm(template.criteria, request.POST or None, initial=_initial(own))
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            scoring.save(bid.pk, scores=form.scores(), comments=form.comments(), actor=request.actor, at=request.at)
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            messages.success(request, _("The draft is saved."))
            return redirect(_after(request, lot, bid))
    bids = queries.bids_in_play(lot)
    return page(
        request,
        "sheet",
        form=form,
        reasons=reasons,
        lot=lot,
        bid=bid,
        facts=showing.facts_of(bid),
        files=showing.files_of(lot, bid),
        fields=_fields(form, template),
        is_final=own is not None and own.state != "draft",
        why_not=_why_not(lot, member, own),
        tabs=[
            {
                "label": other.bidder.name,
                "url": reverse("evaluation:sheet", args=[lot.number, other.bidder.number]),
                "is_current": other.pk == bid.pk,
            }
            for other in bids
        ],
    )


def _signing(request: SeatedRequest, lot: Lot, member: Member) -> dict[str, Any] | None:
    document = scoring.to_sign(lot, member)
    return signing(request, kind=SignedKind.SHEETS, tender=lot.number, document=document)


def _scored(lot: Lot) -> Template:
    template = queries.scored_template(lot)
    if not template.criteria:
        raise NotYours(lot.number)
    return template


def _bid(lot: Lot, bidder: str) -> OpenedBid:
    bid = next((bid for bid in queries.bids_in_play(lot) if bid.bidder.number == bidder), None)
    if bid is None:
        raise NotYours(bidder)
    return bid


def _initial(own: ScoreSheet | None) -> dict[str, str]:
    if own is None:
        return {}
    return {f"p-{code}": value for code, value in own.scores.items()} | {
        f"c-{code}": value for code, value in own.comments.items()
    }


def _fields(form: SheetForm, template: Template) -> list[dict[str, Any]]:
    return [
        {
            "points": form[f"p-{criterion.code}"],
            "comment": form[f"c-{criterion.code}"],
        }
        for criterion in template.criteria
    ]


def _why_not(lot: Lot, member: Member, own: ScoreSheet | None) -> list[str]:
    if own is not None and own.state != "draft":
        return [_("the sheet is handed in and stays as it is")]
    if Stage(lot.stage) is not Stage.EVALUATING or member.recused_at:
        return [_("the committee is not at work on this lot now")]
    return []


def _after(request: SeatedRequest, lot: Lot, bid: OpenedBid) -> str:
    """Return the next sheet where the member asked for it, else this one again."""
    if "next" in request.POST:
        numbers = [each.bidder.number for each in queries.bids_in_play(lot)]
        place = numbers.index(bid.bidder.number) + 1
        if place < len(numbers):
            return reverse("evaluation:sheet", args=[lot.number, numbers[place]])
        return reverse("evaluation:scores", args=[lot.number])
    return request.path


def _row(lot: Lot, bid: OpenedBid, own: ScoreSheet | None, template: Template) -> dict[str, Any]:
    given = [read_number(own.scores.get(criterion.code, "")) if own else None for criterion in template.criteria]
    pairs = zip(template.criteria, given, strict=True)
    points = [_counted(criterion, number) for criterion, number in pairs if number is not None]
    state = _("handed in") if own and own.state != "draft" else _("draft") if own else _("not begun")
    return {
        "bid": bid,
        "url": reverse("evaluation:sheet", args=[lot.number, bid.bidder.number]),
        "state": state,
        "tone": "green" if own and own.state != "draft" else "yellow" if own else "grey",
        "answered": _("{n} of {all}").format(n=len(points), all=len(given)),
        "sum": written(added(points)) if points else "",
    }


def _maximum(template: Template) -> str:
    return written(added(_counted(criterion, criterion.maximum or Decimal(0)) for criterion in template.criteria))


def _counted(criterion: Criterion, points: Decimal) -> Decimal:
    """Return what points on one criterion count: they themselves, or their share of the criterion's weight."""
    if criterion.weight is None:
        return points
    share = Fraction(points) / Fraction(criterion.maximum or 1)
    return round_half_up(share * FULL_MARKS * Fraction(criterion.weight), places=2)
