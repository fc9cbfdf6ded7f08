"""Pages: the calculation with every line worked out, what is entered for it, and the owner's choice between equals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import SeatedRequest, requires, requires_step_up
from core import formats
from core.errors import NotYours, Refused
from core.reasons import reason
from evaluation import calculating, queries, records
from evaluation.checking import low_price_rules, parameters_of
from evaluation.forms import FiguresForm, TieForm
from evaluation.rules.abnormal import low_prices
from evaluation.rules.calculation import Calculation
from evaluation.rules.methods import method_named
from evaluation.rules.policy import PERCENT
from evaluation.web import doors
from evaluation.web.answers import BUYING, SITTING, all_valid, lot_at_work, lot_of_buyer, page, room
from trading.names import Stage
from trading.web.answers import Asking, ask

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from bidding.models import OpenedBid
    from core.reasons import Reason
    from evaluation.models import Calculation as Row
    from trading.models import Lot


@never_cache
@requires(*SITTING)
@require_http_methods(["GET", "HEAD", "POST"])
def calculation(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Enter what the method counts besides the offers, calculate, and read every line."""
    lot, _member = lot_at_work(request, number)
    row, bids = queries.calculation_of(lot), queries.bids_in_play(lot)
    forms = _forms(request, lot, bids, row)
    reasons: tuple[Reason, ...] = ()
    is_wrong = False
    if request.method == "POST":
        is_wrong = not all_valid(forms.values())
        if not is_wrong:
            try:
                return _calculate(request, lot, forms)
            except Refused as refusal:
                reasons = refusal.reasons
    names = {bid.bidder.number: bid.bidder.name for bid in bids}
    method = method_named(lot.project.method)
    return page(
        request,
        "calculation",
        lot=lot,
        method=method,
        result=records.worked(Calculation.from_json(row.document), names) if row else None,
        ties=queries.open_ties(lot),
        low=[(names[bid], found) for bid, found in _low_prices(request, lot, bids).items()],
        entries=[(bid, forms[bid.bidder.number]) for bid in bids if forms[bid.bidder.number].fields],
        why_not=_why_not(lot),
        is_wrong=is_wrong,
        reasons=reasons,
    )


def _low_prices(request: SeatedRequest, lot: Lot, bids: list[OpenedBid]) -> dict[str, tuple[Reason, ...]]:
    """Return which bids' prices the committee has to ask about, and why."""
    prices = {bid.bidder.number: bid.price for bid in bids if bid.price is not None}
    rules = low_price_rules(lot.project, at=request.at)
    return low_prices(prices, ceiling=lot.ceiling_price or lot.budget, rules=rules)


def _why_not(lot: Lot) -> tuple[Reason, ...]:
    if Stage(lot.stage) is not Stage.EVALUATING:
        return (reason("the committee is not at work on this lot now"),)
    return calculating.missing_for_calculation(lot)


def _forms(request: SeatedRequest, lot: Lot, bids: list[OpenedBid], row: Row | None) -> dict[str, FiguresForm]:
    """Return a form for each bid with what the method counts, filled with what was entered last."""
    method = method_named(lot.project.method)
    told = parameters_of(lot.project, lot, method, at=request.at)
    grounds = told.get("grounds") if "adjustments" in method.uses else ()
    deductions = [name for name, percent in PERCENT.items() if "deductions" in method.uses and told.get(percent)]
    data = request.POST if request.method == "POST" else None
    before = _entered(row)
    return {
        bid.bidder.number: FiguresForm(
            data,
            prefix=bid.bidder.number,
            initial=before.get(bid.bidder.number),
            grounds=[str(each) for each in grounds] if isinstance(grounds, list | tuple) else [],
            months=bool(told.get("base_months")),
            deductions=deductions,
        )
        for bid in bids
    }


def _entered(row: Row | None) -> dict[str, dict[str, Any]]:
    if row is None:
        return {}
    found: dict[str, dict[str, Any]] = {}
    for figures in Calculation.from_json(row.document).inputs:
        initial: dict[str, Any] = {"months": figures.months, "deductions": list(figures.deductions)}
        for line, adjustment in enumerate(figures.adjustments):
            initial |= {f"ground-{line}": adjustment.ground, f"amount-{line}": adjustment.amount}
        found[figures.bid] = initial
    return found


def _calculate(request: SeatedRequest, lot: Lot, forms: dict[str, FiguresForm]) -> HttpResponseBase:
    data = {number: form.cleaned_data for number, form in forms.items()}
    calculating.calculate(
        lot.pk,
        adjustments={number: form.adjustments() for number, form in forms.items()},
        months={number: each["months"] for number, each in data.items() if each.get("months") is not None},
        deductions={number: each["deductions"] for number, each in data.items() if each.get("deductions")},
        actor=request.actor,
        at=request.at,
    )
    messages.success(request, _("The ranking is calculated."))
    return redirect("evaluation:calculation", number=lot.number)


@never_cache
@requires(*BUYING)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def tie(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Record the owner's choice between the first bids that are still equal; nothing else of the evaluation shows."""
    lot = lot_of_buyer(request, number)
    ties = queries.open_ties(lot)
    if Stage(lot.stage) is not Stage.EVALUATING or not ties or queries.report_of(lot) is not None:
        raise NotYours(number)
    bids = {bid.bidder.number: bid for bid in queries.bids_in_play(lot)}
    tied = [(number, bids[number].bidder.name) for number in ties[0]]
    form = TieForm(tied, request.POST or None)

    def act(_data: dict[str, Any]) -> str:
        calculating.settle_tie(
            lot.pk,
            order=form.order(),
            because=form.cleaned_data["because"],
            actor=request.actor,
            at=request.at,
        )
        messages.success(request, _("Your choice is on record."))
        return room(lot)

    asking = Asking(
        title=_("Settle a tie"),
        lead=_("These bids are equal by every rule of the documents. The owner records its choice with the reason; it "
               "stands in the report."),
        submit=_("Record the choice"),
        back=room(lot),
        number=lot.number,
        checks=True,
        facts=[(bids[number].bidder.name, _price(bids[number])) for number in ties[0]],
    )  # fmt: skip
    return ask(request, asking, form=form, act=act, reasons=doors.approving(request))


def _price(bid: OpenedBid) -> str:
    return "" if bid.price is None else formats.money(bid.price, currency=bid.currency)
