"""The deposits desk: match arrivals, accept guarantees, bind, give back, keep or convert, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SeatedRequest, requires, requires_step_up
from accounts.names import Role
from bidding import depositing, queries
from bidding.deposit_terms import Late, due_back, late
from bidding.depositing import StatementRow
from bidding.forms import ConvertForm, ForfeitForm, GuaranteeForm, ReleaseForm, StatementForm, StatementRowForm
from bidding.names import DepositState, ForfeitGround, label
from bidding.web.answers import page
from bidding.web.lots import BUYING, lot_of_side
from bidding.web.statements import rows_of
from core.errors import NotYours, Refused
from core.money import Money
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django import forms
    from django.http.response import HttpResponseBase

    from bidding.models import Deposit
    from trading.models import Lot

_ROLES = (*BUYING, Role.CENTER)
_FORMS: dict[str, type[forms.Form]] = {
    "match": StatementRowForm,
    "guarantee": GuaranteeForm,
    "release": ReleaseForm,
    "forfeit": ForfeitForm,
    "convert": ConvertForm,
}
_HELD = (DepositState.PAID, DepositState.GUARANTEED, DepositState.LOCKED)
_ACTIONS = {
    DepositState.DUE: ("match", "guarantee"),
    DepositState.PAID: ("release",),
    DepositState.GUARANTEED: ("release",),
    DepositState.LOCKED: ("release", "forfeit", "convert"),
}
_TITLES = {
    "match": reason("Match with an arrival"),
    "guarantee": reason("Accept a guarantee"),
    "release": reason("Give back"),
    "forfeit": reason("Keep"),
    "convert": reason("Convert"),
}
_TONES = {
    DepositState.DUE: "yellow",
    DepositState.PAID: "blue",
    DepositState.GUARANTEED: "blue",
    DepositState.LOCKED: "green",
    DepositState.FORFEITED: "red",
}


@never_cache
@requires(*_ROLES)
@require_safe
def deposits(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show the deposits of a lot; they come to light with the opening, for they would tell who bids."""
    return _show(request, lot_of_side(request, number, *_ROLES))


@requires(*_ROLES)
@require_POST
def match_statement(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Match a whole statement with the deposits that are due."""
    lot = lot_of_side(request, number, *_ROLES)
    form = StatementForm(request.POST)
    if not form.is_valid():
        return _show(request, lot, form=form)
    try:
        rows = rows_of(form.cleaned_data["statement"], currency=lot.project.currency)
        matched, left = depositing.match_statement(lot.pk, rows, actor=request.actor, at=request.at)
    except Refused as refusal:
        return _show(request, lot, form=form, reasons=refusal.reasons)
    messages.success(request, _("{count} deposits matched.").format(count=len(matched)))
    return _show(request, lot, left=left)


@requires(*_ROLES)
@require_POST
def lock_deposits(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Bind the matched deposits to their bids."""
    lot = lot_of_side(request, number, *_ROLES)
    locked = depositing.lock(lot.pk, actor=request.actor, at=request.at)
    messages.success(request, _("{count} deposits are locked.").format(count=len(locked)))
    return redirect("bidding:deposits", number=number)


@requires(*_ROLES)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def deposit(request: SeatedRequest, number: str, bidder: str, action: str) -> HttpResponseBase:
    """Ask for what one step of one deposit needs, then take it."""
    lot = lot_of_side(request, number, *_ROLES)
    row = queries.deposits_of(lot).filter(organisation__number=bidder).first()
    if row is None or action not in _FORMS:
        raise NotYours(bidder)
    row.lot = lot
    form = _FORMS[action](request.POST or None, initial={"amount": row.required, "account_name": row.organisation.name})
    facts: dict[str, Any] = {
        "lot": lot,
        "deposit": row,
        "title": _TITLES[action],
        "facts": _facts(row, at=request.at),
        "is_grave": action == "forfeit",
    }
    if request.method != "POST" or not form.is_valid():
        return page(request, "deposit", form=form, **facts)
    try:
        _take(action, row, form.cleaned_data, request)
    except Refused as refusal:
        return page(request, "deposit", form=form, reasons=refusal.reasons, **facts)
    messages.success(request, _("Done: {name}").format(name=row.organisation.name))
    return redirect("bidding:deposits", number=number)


def _take(action: str, row: Deposit, given: dict[str, Any], request: SeatedRequest) -> None:
    if action == "match":
        arrival = StatementRow(currency=row.currency, **given)
        depositing.match(row.pk, row=arrival, actor=request.actor, at=request.at)
        return
    verbs: dict[str, Callable[..., Deposit]] = {
        "guarantee": depositing.accept_guarantee,
        "release": depositing.release,
        "forfeit": depositing.forfeit,
        "convert": depositing.convert,
    }
    verbs[action](row.pk, **given, actor=request.actor, at=request.at)


def _show(
    request: SeatedRequest,
    lot: Lot,
    *,
    form: StatementForm | None = None,
    reasons: tuple[Reason, ...] = (),
    left: list[StatementRow] | None = None,
) -> HttpResponseBase:
    rows = list(queries.deposits_of(lot))
    return page(
        request,
        "deposits",
        form=form or StatementForm(),
        reasons=reasons,
        lot=lot,
        rows=[_row(row) for row in rows],
        left=left,
        has_due=any(row.state == DepositState.DUE for row in rows),
        lockable=sum(row.state in (DepositState.PAID, DepositState.GUARANTEED) for row in rows),
        late=sum(row.release_by is not None and row.state in _HELD and row.release_by < request.at for row in rows),
    )


def _row(row: Deposit) -> dict[str, Any]:
    state = DepositState(row.state)
    return {
        "deposit": row,
        "state": label(state),
        "tone": _TONES.get(state, "grey"),
        "is_held": state in _HELD,
        "ground": label(ForfeitGround(row.forfeit_ground)) if row.forfeit_ground else "",
        "actions": [(_TITLES[action], action) for action in _ACTIONS.get(state, ())],
    }


def _facts(row: Deposit, *, at: datetime) -> list[tuple[Reason, object]]:
    return [
        (reason("Bidder"), row.organisation.name),
        (reason("Required"), Money(row.required, row.currency)),
        (reason("State"), label(DepositState(row.state))),
        (reason("Deadline for bids"), row.lot.closes_at),
        (reason("To be given back by"), due_back(row)),
        *_late(late(row, at=at)),
    ]


def _late(found: Late | None) -> list[tuple[Reason, object]]:
    """Return by how much a deposit is late, and what is owed for that if it goes back now (87号令 38)."""
    if found is None:
        return []
    return [(reason("Days late"), found.days), (reason("Interest owed for the delay"), found.interest)]
