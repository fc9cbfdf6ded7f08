"""Tenders with their outcome in OCDS, run as government procurement open tenders, lowest price.

The form is that of Prozorro's release with ``tender``, ``bids.details``, ``awards`` and ``contracts``; one lot a
tender. Each runs on a lawful timeline of its own, in a profile that opens with one bid, as below-threshold
purchases there do. An ``unsuccessful`` award is a rejection in the qualification review, before any ranking.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bidding import announcing, closing, opening
from bidding.queries import opened_bids
from config.rehearsal import sealing
from config.rehearsal.committees import evaluate, name_and_declare
from config.rehearsal.containing import contained
from config.rehearsal.people import hire, seat_holders
from config.rehearsal.source import NOT_STATED, form_faults, offer_form
from core import clock
from core.canonical import format_time
from core.errors import Refused
from core.reasons import Reason, reason
from evaluation import awarding, queries, reviewing
from evaluation.models import Review
from evaluation.names import RejectionGround, Step
from trading import contracting, drafting
from trading.models import Award, Contract, Lot, RegionParameter
from trading.names import Kind, Stage
from trading.procedures.clauses import PROCUREMENT_CLAUSES

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from config.rehearsal.people import Cast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REGION = "one-bidder"
CRITERIA = {
    "basis": "none",
    "total_points": "100",
    "criteria": [
        {"code": "qualified", "title": "Qualification", "group": "qualification", "kind": "pass_fail"},
        {"code": "responsive", "title": "Responsiveness", "group": "responsiveness", "kind": "pass_fail"},
    ],
}


@dataclass(frozen=True)
class Tender:
    """One tender as the source has it: offers by supplier name, and how it ended."""

    number: str
    title: str
    buyer: str
    currency: str
    value: Decimal
    bids: tuple[tuple[str, str, Decimal], ...]  # supplier's id, name, amount
    rejected: tuple[str, ...]
    winner: str
    contract_amount: Decimal | None
    is_complete: bool
    tenderers: int
    lots: int = 1


def read_tenders(path: Path) -> list[Tender]:
    """Return the tenders of a file; Refused with everything that is wrong with it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (ValueError, OSError) as fault:
        raise Refused(reason("{file} cannot be read: {why}", file=path.name, why=str(fault))) from fault
    releases = data.get("releases", [data]) if isinstance(data, dict) else data
    if not isinstance(releases, list):
        raise Refused(reason("{file} is no release and no list of releases", file=path.name))
    found: list[Tender] = []
    reasons: list[Reason] = []
    for place, release in enumerate(releases, start=1):
        try:
            tender = _tender(release)
        except (KeyError, TypeError, AttributeError, IndexError, ValueError, ArithmeticError) as fault:
            why = Reason(f"{type(fault).__name__} {fault}")
            reasons.append(reason("{file} tender no. {n}: {why}", file=path.name, n=place, why=why))
            continue
        found.append(tender)
        reasons += [reason("{file} tender no. {n}: {why}", file=path.name, n=place, why=why) for why in _faults(tender)]
    if not found and not reasons:
        reasons.append(reason("{file} has no tender", file=path.name))
    if reasons:
        raise Refused(*reasons)
    return found


def _faults(tender: Tender) -> list[Reason]:
    """Return what is wrong with a tender before anything runs."""
    faults: list[Reason] = []
    if tender.lots > 1:
        faults.append(reason("tender {number} has several lots; this form takes one", number=tender.number))
    codes = [code for code, _, _ in tender.bids]
    faults += [
        reason("supplier {code} bids twice", code=code) for code in dict.fromkeys(codes) if codes.count(code) > 1
    ]
    for amount in (tender.value, *(amount for _, _, amount in tender.bids)):
        if not amount.is_finite() or amount <= 0:
            faults.append(reason("an amount of {amount} is not above zero", amount=str(amount)))
        else:
            faults += form_faults(offer_form(amount, currency=tender.currency))
    return list(dict.fromkeys(faults))


def _tender(release: dict[str, Any]) -> Tender:
    tender = release["tender"]
    awards = release.get("awards") or []
    winners = [award for award in awards if award["status"] == "active"]
    contracts = [contract for contract in release.get("contracts") or [] if contract["status"] == "active"]
    return Tender(
        number=str(tender["tenderID"]),
        title=str(tender["title"]),
        buyer=str(release["buyer"]["name"]),
        currency=str(tender["value"]["currency"]),
        value=Decimal(str(tender["value"]["amount"])),
        bids=tuple(_bid(bid) for bid in release["bids"]["details"]),
        rejected=tuple(str(award["suppliers"][0]["name"]) for award in awards if award["status"] == "unsuccessful"),
        winner=str(winners[0]["suppliers"][0]["name"]) if winners else "",
        contract_amount=Decimal(str(contracts[0]["value"]["amount"])) if contracts else None,
        is_complete=tender["status"] == "complete",
        tenderers=int(tender.get("numberOfTenderers") or 0),
        lots=len(tender.get("lots") or []),
    )


def _bid(bid: dict[str, Any]) -> tuple[str, str, Decimal]:
    supplier = bid["tenderers"][0]
    return str(supplier["id"]), str(supplier["name"]), Decimal(str(bid["value"]["amount"]))


def allow_one_bidder(*, at: datetime) -> None:
    """Write the profile in which one bid is enough: only a rehearsal may weaken what the law fixes."""
    RegionParameter.objects.get_or_create(
        region=REGION,
        key="gp.min_bidders",
        effective_from=at.date(),
        defaults={"value": "1", "source": "rehearsal", "entered_at": at, "entered_by": "rehearsal"},
    )


def run_tender(tender: Tender, *, scheme: str, edition: str) -> list[str]:
    """Run one tender from its intention to its contract; return every point in which the end differs.

    No bid, or none that qualifies: the lot fails, as the rule-sheet has it. Where the platform refuses to go on, the
    reasons are the difference.
    """
    found: list[str] = []
    with contained() as fault:
        cast = hire(scheme, tender.buyer, at=clock.now(), prefix=tender.number)
        lot = _bid_for(cast, tender, edition=edition)
        closing.close(lot.pk)
        for step in (_opened, _qualified, _evaluated_and_awarded):
            lot = Lot.objects.select_related("project").get(pk=lot.pk)
            if lot.stage != Stage.FAILED:
                step(cast, tender, lot)
        found = _differences(tender, Lot.objects.get(pk=lot.pk))
    return fault or found


def _bid_for(cast: Cast, tender: Tender, *, edition: str) -> Lot:
    start = clock.now()
    announced = start + 40 * DAY  # 30 days of intention, rolled over the longest holidays
    deadline = announced + 25 * DAY
    project = drafting.create_project(
        actor=cast.actor("owner.drafter"),
        at=start,
        kind=Kind.GP_OPEN,
        edition=edition,
        title=tender.title,
        owner=cast.organisations["owner"],
        agent=cast.organisations["agent"],
        supervisor=cast.organisations["supervisor"],
        center=cast.organisations["center"],
        region=REGION,
        category="goods",
        funds_type="budget",
        funds_detail=NOT_STATED,
        content=tender.title,
        scope=NOT_STATED,
        scale=NOT_STATED,
        qualification=NOT_STATED,
        is_mandatory_tender=False,
        currency=tender.currency,
        method="lowest_price",
        tie_rule="price_technical_owner",
        criteria=CRITERIA,
        terms={
            "document_access": NOT_STATED,
            "documents_from": format_time(announced),
            "documents_until": format_time(deadline),
            "submission": "sealed, on this platform",
            "contact_name": NOT_STATED,
            "contact_phone": NOT_STATED,
            "opening_place": "on this platform",
            "bid_validity_days": 120,
            "is_whole": True,
            "clauses_checked": [item.key for item in PROCUREMENT_CLAUSES],
            "sme_policy": NOT_STATED,
        },
        source={"tender": tender.number},
    )
    lot = drafting.add_lot(
        project.pk,
        actor=cast.actor("owner.drafter"),
        at=start,
        title=tender.title,
        budget=tender.value,
        ceiling_price=tender.value,
        closes_at=deadline,
        duration=NOT_STATED,
        quality=NOT_STATED,
    )
    drafting.intend(project.pk, actor=cast.actor("owner.approver"), at=start)
    keys = seat_holders(cast, project, at=start + HOUR)
    cast.holder_keys = keys
    sealing.sign_ceremonies([lot], keys, at=start + 2 * HOUR)
    clock.move_to(announced)
    drafting.submit_notice(project.pk, actor=cast.actor("owner.drafter"), at=clock.now())
    announcing.announce(project.pk, actor=cast.actor("owner.approver"), at=clock.now())
    sealing.rehearse_keys([lot], keys, at=clock.now() + HOUR)
    clock.move_to(deadline - DAY)
    for code, name, amount in tender.bids:
        seat = cast.bidder(code, name, at=clock.now())
        form = offer_form(amount, currency=tender.currency)
        sealing.submit_offer(lot, form, actor=seat.actor(), key=cast.bidder_keys[code], at=clock.now())
    clock.move_to(deadline)
    return lot


def _opened(cast: Cast, _tender: Tender, lot: Lot) -> None:
    sealing.release_shares(lot, cast.holder_keys, at=clock.now())
    opening.finish(lot.pk, actor=cast.actor("owner.approver"), at=clock.now())
    clock.move_to(clock.now() + HOUR)


def _qualified(cast: Cast, tender: Tender, lot: Lot) -> None:
    for bid in opened_bids(lot).select_related("bidder"):
        out = bid.bidder.name in tender.rejected
        reviewing.review(
            bid.pk,
            step=Step.QUALIFICATION,
            passed=not out,
            because="as in the source, not published" if out else "",
            ground=RejectionGround.NOT_QUALIFIED if out else None,
            actor=cast.actor("owner.drafter"),
            at=clock.now(),
        )
    cast.committee = name_and_declare(cast, lot)
    reviewing.qualify(lot.pk, actor=cast.actor("owner.drafter"), at=clock.now())


def _evaluated_and_awarded(cast: Cast, tender: Tender, lot: Lot) -> None:
    evaluate(lot, cast.committee, owner=cast.actor("owner.approver"), steps=(Step.RESPONSIVENESS,), few_bids_because="")
    clock.move_to(clock.now() + DAY)
    awarding.deliver_report(lot.pk, actor=cast.actor("owner.drafter"), at=clock.now())
    first = queries.candidates_of(lot)[0]
    awarding.award(lot.pk, candidate_id=first.pk, actor=cast.actor("owner.approver"), at=clock.now())
    awarding.notify_award(lot.pk, actor=cast.actor("owner.approver"), at=clock.now())
    clock.move_to(clock.now() + DAY)
    contract = contracting.draft_contract(
        lot.pk, actor=cast.actor("owner.drafter"), at=clock.now(), title=tender.title, summary=NOT_STATED
    )
    contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor("owner.approver"), at=clock.now())
    winner = cast.seats[f"bidder.{first.bid.bidder.code}"].actor()
    contracting.sign(contract.pk, keeps_to_bid=True, actor=winner, at=clock.now())
    contracting.register(contract.pk, actor=cast.actor("owner.drafter"), at=clock.now())


def _differences(tender: Tender, lot: Lot) -> list[str]:
    bids = opened_bids(lot)
    award = Award.objects.filter(lot=lot, fell_at=None).select_related("organisation").first()
    contract = Contract.objects.filter(lot=lot).first()
    rejected = Review.objects.filter(bid__in=bids, passed=False).values_list("bid__bidder__name", flat=True)
    pairs: list[tuple[str, object, object]] = [
        ("tenderers", tender.tenderers, bids.count()),
        ("rejected", sorted(tender.rejected), sorted(rejected)),
        ("winner", tender.winner, award.organisation.name if award else ""),
        ("contract amount", tender.contract_amount, contract.amount if contract else None),
        ("complete", tender.is_complete, lot.stage == Stage.PERFORMING),
    ]
    return [f"{name}: {said} in the source, {came} here" for name, said, came in pairs if said != came]
