"""The one page that only a demonstration has: what to try, the keys' passphrase, the key holders at a button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.demonstration import holding, keys, people
from core.errors import NotYours, Refused
from core.reasons import reason
from trading.models import Lot
from trading.names import Stage, label

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TO_TRY = (
    ("owner-approver", reason("Approve a notice and announce it")),
    ("owner-drafter", reason("Fill in a draft; answer a question; publish candidates")),
    ("bidder-3", reason("Seal an offer in your browser before the deadline; object to candidates")),
    ("key-owner", reason("Release a share after the deadline, with the passphrase below")),
    ("expert-2", reason("Score the bids of an evaluation")),
    ("buyer-drafter", reason("Finish a qualification review")),
    ("buyer-approver", reason("Confirm the winner, or stay silent")),
    ("bidder-4", reason("Sign a contract that was won")),
    ("supervisor", reason("Watch a project and suspend it")),
    ("centre", reason("Admit organisations")),
    ("auditor", reason("Read the evidence")),
)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show what is there to try and which lots wait for their key holders."""
    next_deadline = Lot.objects.filter(stage=Stage.BIDDING).select_related("project").order_by("closes_at").first()
    return render(request, "config/demonstration.html", _context() | {"next_deadline": next_deadline})


@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Act for the key holders of a lot, as any visitor may ask here, and lead to its hall."""
    lot = Lot.objects.filter(number=number).first()
    if lot is None:
        raise NotYours(number)
    try:
        acted = holding.act_for_holders(lot.pk)
    except Refused as refusal:
        context = _context() | {"reasons": refusal.reasons}
        return render(request, "config/demonstration.html", context, status=422)
    messages.success(request, _("%(n)d key holders have acted.") % {"n": acted})
    return redirect("bidding:hall", number=lot.number)


def _context() -> dict[str, object]:
    names = {person.username: person.name for house in (people.CENTRE, *people.HOUSES) for person in house.people}
    waiting = [
        {"lot": lot, "stage": label(Stage(lot.stage)), "is_opening": lot.stage == Stage.OPENING}
        for lot in holding.awaiting()
    ]
    return {
        "to_try": [(username, names[username], what) for username, what in TO_TRY],
        "password": people.PASSWORD,
        "passphrase": keys.PASSPHRASE,
        "waiting": waiting,
    }
