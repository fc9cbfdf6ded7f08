"""Pages of the buying side in procurement: it reviews qualification itself, in a stage of its own (87号令 44)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import SeatedRequest, requires
from bidding.queries import valid_bids
from core.errors import NotYours, Refused
from core.reasons import reason
from evaluation import queries, reviewing
from evaluation.forms import PASSED, VerdictForm
from evaluation.names import RejectionGround, Step
from evaluation.web import doors, showing
from evaluation.web.answers import BUYING, lot_of_buyer, page, room
from trading.names import Stage

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from bidding.models import OpenedBid
    from core.reasons import Reason
    from evaluation.models import Review
    from trading.models import Lot


@never_cache
@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def qualification(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Decide the qualification of one supplier after the other; every verdict may be changed until the review ends."""
    lot = _in_review(request, number)
    bids, reviews = list(valid_bids(lot)), queries.reviews_of(lot)
    posted = request.POST.get("bidder", "")
    form = VerdictForm(request.POST, prefix=posted) if request.method == "POST" else None
    reasons: tuple[Reason, ...] = ()
    if form is not None and form.is_valid():
        try:
            _decide(request, lot, posted, form)
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            messages.success(request, _("The verdict is on record."))
            return redirect("evaluation:qualification", number=lot.number)
    rows = [
        {
            "bid": bid,
            "facts": showing.facts_of(bid),
            "files": showing.files_of(lot, bid),
            "verdict": showing.verdict_of(_own(reviews, bid)),
            "form": form if bid.bidder.number == posted and form else _form(_own(reviews, bid), bid),
        }
        for bid in bids
    ]
    is_wrong = form is not None
    return page(
        request, "qualification", lot=lot, rows=rows, wrong=form, is_wrong=is_wrong, reasons=reasons,
        criteria=showing.criteria_of(queries.template_of(lot), Step.QUALIFICATION),
        undecided=len(queries.undecided(lot, Step.QUALIFICATION)),
        why_not=doors.against_qualifying(request, lot),
        fails=reviewing.fails_by_qualification(lot, at=request.at),
    )  # fmt: skip


@never_cache
@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def qualify(request: SeatedRequest, number: str) -> HttpResponseBase:
    """End the review: check what follows, then confirm."""
    lot = _in_review(request, number)
    fails = reviewing.fails_by_qualification(lot, at=request.at)
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST":
        try:
            reviewing.qualify(lot.pk, actor=request.actor, at=request.at)
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            messages.success(request, _("The tender has failed.") if fails else _("The committee has begun."))
            return redirect(room(lot))
    reviews = queries.reviews_of(lot)
    rows = [{"label": bid.bidder.name, "value": _line(_own(reviews, bid))} for bid in valid_bids(lot)]
    return page(
        request, "check", lot=lot, title=_("End the qualification review"), rows=rows, hidden=[], danger=fails,
        confirm=_("End the review: the tender fails") if fails else _("End the review: the committee begins"),
        warning=_("Too few suppliers qualify: nothing is evaluated, and the failure is published with its reasons.")
        if fails
        else _("Verdicts cannot be changed after this."),
        back=room(lot), why_not=doors.against_qualifying(request, lot), is_wrong=bool(reasons), refused=reasons,
    )  # fmt: skip


def _in_review(request: SeatedRequest, number: str) -> Lot:
    lot = lot_of_buyer(request, number)
    if Stage(lot.stage) is not Stage.QUALIFICATION:
        raise NotYours(number)
    return lot


def _own(reviews: dict[tuple[int, str], Review], bid: OpenedBid) -> Review | None:
    return reviews.get((bid.pk, Step.QUALIFICATION.value))


def _form(row: Review | None, bid: OpenedBid) -> VerdictForm:
    if row is None or row.passed is None:
        return VerdictForm(prefix=bid.bidder.number)
    verdict = PASSED if row.passed else "failed"
    initial = {"verdict": verdict, "ground": row.ground_code, "because": row.because, "evidence": row.evidence}
    return VerdictForm(prefix=bid.bidder.number, initial=initial)


def _decide(request: SeatedRequest, lot: Lot, bidder: str, form: VerdictForm) -> None:
    bid = queries.bid_in(lot, bidder)
    if bid is None:
        raise NotYours(bidder)
    data = form.cleaned_data
    if not data["verdict"]:
        raise Refused(reason("choose pass or fail"))
    reviewing.review(
        bid.pk,
        step=Step.QUALIFICATION,
        passed=data["verdict"] != "failed",
        because=data["because"],
        ground=RejectionGround(data["ground"]) if data["ground"] else None,
        evidence=data["evidence"],
        actor=request.actor,
        at=request.at,
    )


def _line(row: Review | None) -> str:
    verdict = showing.verdict_of(row)
    return f"{verdict['word']} · {verdict['because']}" if verdict["because"] else str(verdict["word"])
