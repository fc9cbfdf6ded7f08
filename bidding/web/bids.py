"""A bidder's pages: what a tender asks, its own bid and nobody else's, sealing, withdrawing, receipts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SeatedRequest, requires, requires_step_up
from accounts.names import KeyKind, Role
from accounts.queries import key_in_force
from accounts.web.passkey_words import with_passkey
from bidding import access, attending, checking, queries, receipting, submitting
from bidding.deposit_terms import withdrawal_deadline
from bidding.forms import BecauseForm, OfferForm
from bidding.models import Ceremony, KeyHolder, Receipt, Seal
from bidding.names import ENVELOPE, DepositState, label
from bidding.web import bid_facts, receipts, words
from bidding.web.answers import page, sealing_page
from bidding.web.lots import lot_of_bidder, own_seal
from core.canonical import format_time
from core.errors import NotYours, Refused
from core.reasons import Reason, reason
from trading import binding
from trading.models import Lot, Participation
from trading.names import Category, Move, Side, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from django.http.response import HttpResponseBase

    from accounts.models import Membership


@never_cache
@requires(Role.BIDDER)
@require_safe
def bids(request: SeatedRequest) -> HttpResponseBase:
    """List the lots in which the organisation takes part: its own, and of nobody else."""
    organisation = request.membership.organisation
    own = Participation.objects.filter(organisation=organisation, side=Side.BIDDING).values("project")
    lots = list(Lot.objects.select_related("project").filter(project__in=own).order_by("-closes_at", "number"))
    seals = {seal.lot_id: seal for seal in Seal.in_box.filter(bidder=organisation, lot__in=lots, state=Seal.LIVE)}
    rows = [(lot, bid_facts.stage_word(lot), seals.get(lot.pk)) for lot in lots]
    return page(request, "bids", rows=rows)


@never_cache
@requires(Role.BIDDER)
@require_safe
def bid(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show what the tender asks, how to bid, and how one's own bid stands."""
    lot, seat = lot_of_bidder(request, number)
    mine = own_seal(request, lot)
    opened = queries.bid_of(lot, seat.organisation)
    deposit = queries.deposits_of(lot).filter(organisation=seat.organisation).first()
    return page(
        request,
        "bid",
        lot=lot,
        stage=bid_facts.stage_word(lot),
        next=bid_facts.next_for_bidder(lot, mine, opened, at=request.at),
        asks=bid_facts.what_is_asked(lot),
        bill=lot.bill,
        documents=bid_facts.documents_of(lot),
        steps=_steps(lot, seat, mine),
        seal=mine,
        receipt=receipting.newest(mine, mine.entry, at=request.at) if mine else None,
        history=[_EarlierSeal.of(row, at=request.at) for row in access.own_seals(request.actor, lot) if row != mine],
        why_not=_why_not_seal(lot, seat, at=request.at),
        why_not_withdraw=_why_not_withdraw(lot, seat, mine, at=request.at),
        opened=opened,
        deposit=deposit,
        deposit_state=label(DepositState(deposit.state)) if deposit else "",
    )


@sealing_page
@never_cache
@requires(Role.BIDDER)
@require_safe
def seal(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show the form whose content is sealed in the browser; no byte of it is ever sent as it is."""
    lot, seat = lot_of_bidder(request, number)
    reasons = _why_not_seal(lot, seat, at=request.at)
    config = {} if reasons else with_passkey(request, _seal_config(request, lot, seat))
    mine = own_seal(request, lot)
    return page(
        request,
        "seal",
        form=_offer_form(lot, at=request.at),
        status=200,
        reasons=reasons,
        lot=lot,
        config=config,
        replaces=mine,
        bill=[row for row in lot.bill if isinstance(row, dict)],
        wrapped=config.get("urls", {}).get("wrapped"),
        most=config.get("most"),
        no_key=NO_KEY in reasons,
    )


@sealing_page
@never_cache
@requires(Role.BIDDER)
@requires_step_up
@require_safe
def withdraw(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show the page on which a bid is taken back before the deadline."""
    lot, seat = lot_of_bidder(request, number)
    mine = own_seal(request, lot)
    reasons = _why_not_withdraw(lot, seat, mine, at=request.at)
    config: dict[str, Any] = {}
    if mine is not None:
        config = {
            "csrf": get_token(request),
            "tender": lot.number,
            "bidder": seat.organisation.number,
            "seal": mine.digest,
            "deadline": format_time(lot.closes_at) if lot.closes_at else None,
            **receipts.log_config(),
            "urls": {"withdraw": reverse("bidding:hand-in-withdrawal", args=[number]), **_wrapped(seat)},
            "messages": words.of_withdrawal(),
        }
        config = with_passkey(request, config)
    refund_by = withdrawal_deadline(lot, at=request.at) if lot.deposit_amount is not None else None
    context: dict[str, Any] = {"lot": lot, "config": config, "seal": mine, "refund_by": refund_by}
    return page(request, "withdraw", status=200, reasons=reasons, **context)


@requires(Role.BIDDER)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Give up an opened bid, with its reason, after one confirmation."""
    lot, seat = lot_of_bidder(request, number)
    opened = queries.bid_of(lot, seat.organisation)
    if opened is None:
        raise NotYours(number)
    form = BecauseForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "give_up", form=form, lot=lot, bid=opened)
    try:
        attending.give_up(opened.pk, **form.cleaned_data, actor=request.actor, at=request.at)
    except Refused as refusal:
        return page(request, "give_up", form=form, lot=lot, bid=opened, reasons=refusal.reasons)
    messages.success(request, _("Your bid is given up; this stands in the record."))
    return redirect("bidding:bid", number=number)


@dataclass(frozen=True)
class _EarlierSeal:
    """A seal that does not count any more, with the receipts that there are of it."""

    seal: Seal
    receipts: tuple[Receipt, ...]

    @classmethod
    def of(cls, seal: Seal, *, at: datetime) -> _EarlierSeal:
        entries = filter(None, (seal.entry, seal.withdrawal_entry))
        return cls(seal, tuple(filter(None, (receipting.newest(seal, entry, at=at) for entry in entries))))


def _seal_config(request: SeatedRequest, lot: Lot, seat: Membership) -> dict[str, Any]:
    """Return what the page's script has to know; all of it is public or the bidder's own."""
    mine = own_seal(request, lot)
    ceremony = Ceremony.objects.get(lot=lot)
    number = lot.number
    return {
        "csrf": get_token(request),
        "tender": number,
        "lot": number,
        "bidder": seat.organisation.number,
        "envelope": ENVELOPE,
        "replaces": mine.digest if mine else None,
        "deadline": format_time(lot.closes_at) if lot.closes_at else None,
        **receipts.log_config(),
        "currency": lot.project.currency,
        "words": "zh" if lot.project.currency == "CNY" else None,
        "trusted": list(KeyHolder.objects.filter(project=lot.project).values_list("vkey", flat=True)),
        "most": ceremony.max_size,
        "urls": {
            "ceremony": reverse("bidding:ceremony", args=[number]),
            "signatures": reverse("bidding:ceremony-signatures", args=[number]),
            "uploads": reverse("bidding:uploads", args=[number]),
            "upload": reverse("bidding:upload", args=["SLOT"]).replace("SLOT", "{slot}"),
            "finish": reverse("bidding:finish-upload", args=["SLOT"]).replace("SLOT", "{slot}"),
            "seals": reverse("bidding:seals", args=[number]),
            **_wrapped(seat),
        },
        "messages": words.of_sealing(),
    }


def _wrapped(seat: Membership) -> dict[str, str]:
    key = key_in_force(seat.organisation, KeyKind.BIDDER)
    return {"wrapped": reverse("accounts:wrapped-key")} if key is not None and key.wrapped else {}


def _offer_form(lot: Lot, *, at: datetime) -> OfferForm:
    """Return the fields of the offer, with what the tender asks as a beginning; what is published is not optional."""
    form = OfferForm(
        initial={
            "duration": lot.duration,
            "quality": lot.quality,
            "deposit": "" if lot.deposit_amount is None else format(lot.deposit_amount, "f"),
        }
    )
    if Category(lot.project.category) is not Category.GOODS:
        del form.fields["brand"]
    if lot.deposit_amount is None:
        del form.fields["deposit_form"]
    for name in form.fields.keys() & _published_of_candidates(lot, at=at):
        form.fields[name].required = True
    return form


def _published_of_candidates(lot: Lot, *, at: datetime) -> set[str]:
    """Return what the notice of candidates states, if the rule-sheet has one: a bid silent on it could hold it up."""
    procedure = binding.procedure_of(lot.project, at=at)
    if not any(step.move is Move.PUBLISH_CANDIDATES for step in procedure.steps):
        return set()
    return {item.key for item in procedure.candidate_checklist}


def _why_not_seal(lot: Lot, seat: Membership, *, at: Any) -> list[Reason]:
    """Return every reason why this person cannot seal a bid for this lot now."""
    found: list[Reason] = []
    if objection := submitting.box_objection(lot, at=at):
        found.append(objection.why)
    if objection := access.side_objection(lot.project, seat.organisation):
        found.append(objection.why)
    if checking.enrolled_key(seat.organisation) is None:
        found.append(NO_KEY)
    if not seat.may_approve:
        found.append(_ONLY_SIGNERS)
    return found


def _why_not_withdraw(lot: Lot, seat: Membership, mine: Seal | None, *, at: Any) -> list[Reason]:
    found: list[Reason] = []
    if mine is None:
        found.append(_NO_BID)
    if objection := submitting.box_objection(lot, at=at):
        found.append(objection.why)
    if not seat.may_approve:
        found.append(_ONLY_SIGNERS)
    return found


def _steps(lot: Lot, seat: Membership, mine: Seal | None) -> list[dict[str, Any]]:
    has_key = checking.enrolled_key(seat.organisation) is not None
    is_open = Stage(lot.stage) is Stage.BIDDING
    return [
        {
            "label": reason("A signing key of your organisation is on record"),
            "is_done": has_key,
            "url": reverse("accounts:bidder-key"),
            "reason": reason("It is made in your browser, once for all tenders."),
        },
        {
            "label": reason("The bid box is open"),
            "is_done": is_open or lot.box_closed_at is not None,
            "reason": reason("It opens when every key holder has shown that its key works."),
        },
        {
            "label": reason("Your bid is sealed, uploaded and acknowledged"),
            "is_done": mine is not None,
            "url": reverse("bidding:seal", args=[lot.number]) if is_open and has_key else "",
            "reason": reason("It is encrypted on your computer; nobody can read it before the opening."),
        },
    ]


NO_KEY = reason("Your organisation has no signing key on record; enrol one first.")
_ONLY_SIGNERS = reason("Only somebody who may approve for the organisation may do this.")
_NO_BID = reason("There is no valid bid of your organisation in this box.")
