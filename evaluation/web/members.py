"""Pages of a member: the declaration, before which nothing is visible; the votes; the opened files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from bidding.queries import opened_bids, opened_files
from core import storage
from core.errors import NotYours, Refused
from evaluation import access, convening, queries, reviewing
from evaluation.forms import PASSED, DeclarationForm, VerdictForm
from evaluation.names import RejectionGround, Step, label
from evaluation.web import showing
from evaluation.web.answers import (
    BUYING,
    SITTING,
    all_valid,
    attached,
    lot_at_work,
    lot_numbered,
    lot_of_member,
    page,
    room,
)
from trading import access as trading_access
from trading.names import Stage

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from bidding.models import OpenedBid
    from core.reasons import Reason
    from evaluation.models import Member, Review
    from trading.models import Lot

    Reviews = dict[tuple[int, str], Review]
    Forms = dict[tuple[int, str], VerdictForm]


@never_cache
@requires(*SITTING)
@require_http_methods(["GET", "HEAD", "POST"])
def declaration(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Declare a conflict of interest or none; the page names nobody and leads to what was read out in public."""
    lot, member = lot_of_member(request, number)
    rules = convening.declaring_rules(member, at=request.at)
    form = DeclarationForm(request.POST or None, asks_standing=rules.asks_standing)
    context: dict[str, Any] = {"lot": lot, "member": member, "recusal_years": rules.recusal_years}
    if member.declared_at or request.method != "POST" or not form.is_valid():
        return page(request, "declaration", form=None if member.declared_at else form, **context)
    try:
        convening.declare(
            lot.pk,
            has_conflict=form.cleaned_data["has_conflict"],
            text=form.cleaned_data["text"],
            years=form.cleaned_data.get("years"),
            has_title=form.cleaned_data.get("has_title", False),
            actor=request.actor,
            at=request.at,
        )
    except Refused as refusal:
        return page(request, "declaration", form=form, reasons=refusal.reasons, **context)
    if form.cleaned_data["has_conflict"]:
        messages.success(request, _("You have given up the seat. The buying side was told to name somebody else."))
        return redirect("trading:desk")
    messages.success(request, _("Your declaration is on record."))
    return redirect(room(lot))


@never_cache
@requires(*SITTING)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Vote on every step of every bid on one page; what is left open stays open."""
    lot, member = lot_at_work(request, number)
    bids, reviews = list(opened_bids(lot)), queries.reviews_of(lot)
    forms = _forms(request, lot, member, bids, reviews)
    reasons: tuple[Reason, ...] = ()
    is_wrong = False
    if request.method == "POST":
        is_wrong = not all_valid(forms.values())
        if not is_wrong:
            try:
                return _vote(request, lot, forms)
            except Refused as refusal:
                reasons = refusal.reasons
    template = queries.template_of(lot)
    return page(
        request,
        "review",
        lot=lot,
        rows=[_row(lot, bid, reviews, forms, member) for bid in bids],
        steps=[(label(step), showing.criteria_of(template, step)) for step in Step],
        wrong=[(form, field, errors) for form in forms.values() for field, errors in form.errors.items()],
        is_open=bool(forms),
        is_wrong=is_wrong,
        reasons=reasons,
    )


def _forms(request: SeatedRequest, lot: Lot, member: Member, bids: list[OpenedBid], reviews: Reviews) -> Forms:
    """Return a form for each step that waits for votes, filled with one's own vote so far."""
    if Stage(lot.stage) is not Stage.EVALUATING or queries.report_of(lot) is not None:
        return {}
    in_play = {bid.pk for bid in queries.bids_in_play(lot)}
    found: Forms = {}
    for bid in bids:
        for step in Step:
            row = reviews.get((bid.pk, step.value))
            if bid.pk not in in_play or (row is not None and row.passed is not None):
                continue
            own = (row.votes if row else {}).get(member.user.number)
            initial = {} if own is None else own | {"verdict": PASSED if own["passed"] else "failed"}
            data = request.POST if request.method == "POST" else None
            found[bid.pk, step.value] = VerdictForm(data, prefix=f"{bid.bidder.number}-{step.value}", initial=initial)
    return found


def _vote(request: SeatedRequest, lot: Lot, forms: Forms) -> HttpResponseBase:
    votes = [
        reviewing.Vote(
            bid_id=bid_id,
            step=Step(step),
            passed=form.cleaned_data["verdict"] == PASSED,
            because=form.cleaned_data["because"],
            ground=RejectionGround(form.cleaned_data["ground"]) if form.cleaned_data["ground"] else None,
            evidence=form.cleaned_data["evidence"],
        )
        for (bid_id, step), form in forms.items()
        if form.cleaned_data["verdict"]
    ]
    changed = reviewing.vote(lot.pk, votes=votes, actor=request.actor, at=request.at)
    messages.success(request, _("Your votes are on record: {n}.").format(n=len(changed)))
    return redirect("evaluation:review", number=lot.number)


def _row(lot: Lot, bid: OpenedBid, reviews: Reviews, forms: Forms, member: Member) -> dict[str, Any]:
    size = len(queries.members_of(lot))
    steps = []
    for step in Step:
        row = reviews.get((bid.pk, step.value))
        steps.append(
            {
                "name": label(step),
                "form": forms.get((bid.pk, step.value)),
                "voted": len(row.votes) if row else 0,
                "size": size,
                "by_buyer": row is not None and row.passed is not None and not row.votes,
                "own": (row.votes if row else {}).get(member.user.number),
                **showing.verdict_of(row),
            }
        )
    return {
        "bid": bid,
        "is_valid": bid.outcome == "valid",
        "facts": showing.facts_of(bid),
        "files": showing.files_of(lot, bid),
        "steps": steps,
    }


@never_cache
@requires(*SITTING, Role.AGENT)
@require_safe
def file(request: SeatedRequest, number: str, bidder: str, name: str) -> HttpResponseBase:
    """Hand out an opened file: to members who declared, and to the buying side where it reviews qualification."""
    lot = lot_numbered(number)
    if not _reviews(request, lot):
        access.declared_seat(request.actor, lot)
    bid = queries.bid_in(lot, bidder)
    found = opened_files(bid).filter(name=name).first() if bid else None
    if found is None:
        raise NotYours(name)
    return attached(storage.open_file(found.file_id), name=found.name)


def _reviews(request: SeatedRequest, lot: Lot) -> bool:
    """Say whether the seat in use reviews qualification for the buying side, in the stage made for it."""
    if Stage(lot.stage) is not Stage.QUALIFICATION:
        return False
    try:
        trading_access.side_of(request.actor, lot.project, *BUYING)
    except NotYours:
        return False
    return True
