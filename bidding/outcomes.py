"""What becomes of a bid after its status is settled: the law's word for it, and the offer in its form."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from bidding.names import Outcome
from bidding.rules.form import OfferForm, read_form
from bidding.rules.opening import Result, Status
from core.errors import Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLACES, _DIGITS = 2, 18  # of a price that the table of opened bids holds


@dataclass(frozen=True)
class Offer:
    """What the form says. ``problems`` say why it cannot be used; then ``price`` is None."""

    price: Decimal | None = None
    currency: str = ""
    deposit: Decimal | None = None
    fields: dict[str, object] = field(default_factory=dict)
    problems: tuple[Reason, ...] = ()


def read_offer(data: bytes | None, *, currency: str) -> Offer:
    """Return the offer of a form; a form that cannot be read leaves an opened bid without a price.

    ``currency`` is the project's: two currencies are never compared.
    """
    if data is None:
        return Offer(problems=(reason("The bid holds no offer form."),))
    try:
        form = read_form(data)
    except Refused as refusal:
        return Offer(problems=refusal.reasons)
    problems = tuple(_problems(form, currency))
    return Offer(
        price=None if problems else form.price,
        currency=form.currency,
        deposit=form.deposit,
        fields=json.loads(data),
        problems=problems,
    )


def _problems(form: OfferForm, currency: str) -> Iterable[Reason]:
    if form.currency != currency:
        yield reason("The offer is in {found}, the tender asks for {asked}.", found=form.currency, asked=currency)
    if form.price != round(form.price, _PLACES) or form.price >= Decimal(10) ** _DIGITS:
        yield reason("The price has more than two decimal places or is too large.")
    if form.deposit is not None and form.deposit != round(form.deposit, _PLACES):
        yield reason("The deposit has more than two decimal places.")


def faults_of(results: Iterable[Result]) -> list[dict[str, object]]:
    """Return who is named for what, envelope by envelope: faults of bidders and holders are public."""
    return [
        {
            "seal": result.seal,
            "envelope": result.envelope,
            "malformed_for": list(result.malformed_for),
            "false_shares": list(result.false_shares),
            "false_nulls": list(result.false_nulls),
        }
        for result in results
        if result.malformed_for or result.false_shares or result.false_nulls
    ]


def outcome_of(result: Result, *, a_holder_lied: bool) -> Outcome:
    """Return what the law makes of a status (20号令 31; docs/opening.md).

    The bidder's fault revokes the bid. What is not its fault counts as withdrawn, with a claim for damages:
    a file that the platform lost, and an envelope that does not open while a holder was caught with a false
    share or a false null elsewhere in this opening.
    """
    match result.status:
        case Status.OPENED:
            return Outcome.VALID
        case Status.PAYLOAD_MISSING:
            return Outcome.WITHDRAWN
        case Status.UNOPENABLE if a_holder_lied:
            return Outcome.WITHDRAWN
        case _:
            return Outcome.REVOKED
