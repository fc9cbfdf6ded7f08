"""Real input: a folder of sealed tenders as a market published them, with the outcome it printed.

The form: ``lots.csv`` (lot_id, letting_date, call_order, official_contract_id, work_type, county, route, location,
contract_period), ``bids.csv`` (lot_id, vendor_code, bidder_name, bid_total, withdrawn), ``expected_ranking.csv``
(lot_id, rank, vendor_code, bid_total, percent_of_low) and ``expected_awards.csv`` (lot_id, bid_count,
awarded_vendor_code, awarded_amount, letting_status). Everything that is wrong is said at once, with file and line.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bidding.rules.form import OfferForm, read_form, write_form
from config.rehearsal.tables import Row, read_table
from core.errors import Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NOT_STATED = "not stated in the source"

_COLUMNS = {
    "lots.csv": ("lot_id", "letting_date", "official_contract_id", "work_type", "county", "route", "location"),
    "bids.csv": ("lot_id", "vendor_code", "bidder_name", "bid_total", "withdrawn"),
    "expected_ranking.csv": ("lot_id", "rank", "vendor_code", "bid_total", "percent_of_low"),
    "expected_awards.csv": ("lot_id", "bid_count", "awarded_vendor_code", "awarded_amount", "letting_status"),
}
_ANY = "XXX"  # the currency is not the row's: it is asked about once
_SIGNED, _AWARDED = "SIGNED CONTRACT", "AWARDED"


@dataclass(frozen=True)
class SourceBid:
    """One offer: who, how much, and whether it was withdrawn after the opening."""

    vendor: str
    name: str
    total: Decimal
    is_withdrawn: bool


@dataclass(frozen=True)
class Printed:
    """What the publisher printed about the outcome of a lot."""

    bid_count: int
    ranking: tuple[tuple[str, int, Decimal], ...]  # vendor, rank, percent of the lowest
    winner: str
    amount: Decimal
    has_contract: bool


@dataclass(frozen=True)
class SourceLot:
    """One lot of a letting with its offers and the printed outcome."""

    lot_id: str
    letting: str
    contract_id: str
    title: str
    description: str
    duration: str
    bids: tuple[SourceBid, ...]
    printed: Printed


@dataclass(frozen=True)
class Letting:
    """The lots that were opened on one day: one tender with many lots."""

    date: str
    lots: tuple[SourceLot, ...]


def read_folder(folder: Path, *, most: int | None = None) -> list[Letting]:
    """Return the lettings of the first ``most`` lots in the order of ``lots.csv``; Refused with everything wrong."""
    faults: list[Reason] = []
    tables = {name: read_table(folder / name, columns, faults) for name, columns in _COLUMNS.items()}
    if not tables["lots.csv"] and not faults:
        faults.append(reason("{file} has no lot", file="lots.csv"))
    if faults and not all(tables.values()):
        raise Refused(*faults)
    by_lot: dict[str, defaultdict[str, list[Row]]] = {name: defaultdict(list) for name in tables}
    for name, rows in tables.items():
        for row in rows:
            by_lot[name][row["lot_id"]].append(row)
    _find_strays(by_lot)
    lots = [_lot(row, by_lot) for row in tables["lots.csv"][:most]]
    if faults:
        raise Refused(*faults)
    lettings: dict[str, list[SourceLot]] = {}
    for lot in lots:
        lettings.setdefault(lot.letting, []).append(lot)
    return [Letting(date=date, lots=tuple(found)) for date, found in lettings.items()]


def offer_form(price: Decimal, *, currency: str, duration: str = NOT_STATED) -> OfferForm:
    """Return the form that a bid of a source becomes."""
    return OfferForm(
        currency=currency,
        price=price,
        duration=duration,
        quality=NOT_STATED,
        manager=NOT_STATED,
        manager_certificates=NOT_STATED,
    )


def form_faults(form: OfferForm) -> tuple[Reason, ...]:
    """Return everything for which the platform could not read a form, so that it is said before anything runs."""
    try:
        read_form(write_form(form))
    except Refused as refusal:
        return refusal.reasons
    return ()


def _find_strays(by_lot: Mapping[str, Mapping[str, list[Row]]]) -> None:
    known = by_lot["lots.csv"]
    for lot_id, rows in known.items():
        for row in rows[1:]:
            row.is_faulty(reason("lot {lot} is there twice", lot=lot_id))
    for grouped in by_lot.values():
        for row in (row for lot_id, rows in grouped.items() if lot_id not in known for row in rows):
            row.is_faulty(reason("lot {lot} is not in lots.csv", lot=row["lot_id"]))


def _lot(row: Row, by_lot: Mapping[str, Mapping[str, list[Row]]]) -> SourceLot:
    lot_id = row.text("lot_id")
    duration = row.fields.get("contract_period", "") or NOT_STATED
    bids: dict[str, SourceBid] = {}
    for each in by_lot["bids.csv"].get(lot_id, []):
        bid = _bid(each, duration)
        if bid.vendor in bids:
            each.is_faulty(reason("vendor {vendor} bids twice for the lot", vendor=bid.vendor))
        bids[bid.vendor] = bid
    return SourceLot(
        lot_id=lot_id,
        letting=row.text("letting_date"),
        contract_id=row["official_contract_id"],
        title=f"{row['official_contract_id']} {row['work_type']}".strip(),
        description=", ".join(part for part in (row["county"], row["route"], row["location"]) if part),
        duration=duration,
        bids=tuple(bids.values()),
        printed=_printed(row, by_lot),
    )


def _bid(row: Row, duration: str) -> SourceBid:
    withdrawn = row["withdrawn"].strip().lower()
    if withdrawn not in ("true", "false"):
        row.is_faulty(reason("withdrawn is true or false, not {value}", value=repr(row["withdrawn"])))
    before = len(row.faults)
    total = row.number("bid_total")
    if len(row.faults) == before and total <= 0:
        row.is_faulty(reason("a bid of {total} is not above zero", total=str(total)))
    if len(row.faults) == before:
        for why in form_faults(offer_form(total, currency=_ANY, duration=duration)):
            row.is_faulty(why)
    return SourceBid(
        vendor=row.text("vendor_code"),
        name=row.text("bidder_name"),
        total=total,
        is_withdrawn=withdrawn == "true",
    )


def _printed(row: Row, by_lot: Mapping[str, Mapping[str, list[Row]]]) -> Printed:
    lot_id = row["lot_id"]
    awards = by_lot["expected_awards.csv"].get(lot_id, [])
    if len(awards) != 1:
        row.is_faulty(
            reason("one row in expected_awards.csv is needed for lot {lot}, there are {n}", lot=lot_id, n=len(awards))
        )
        return Printed(bid_count=0, ranking=(), winner="", amount=Decimal(0), has_contract=False)
    award = awards[0]
    status = award["letting_status"]
    if status not in (_SIGNED, _AWARDED):
        award.is_faulty(reason("status {status} is not known", status=repr(status)))
    return Printed(
        bid_count=award.whole("bid_count"),
        ranking=tuple(
            (each.text("vendor_code"), each.whole("rank"), each.number("percent_of_low"))
            for each in by_lot["expected_ranking.csv"].get(lot_id, [])
        ),
        winner=award.text("awarded_vendor_code"),
        amount=award.number("awarded_amount"),
        has_contract=status == _SIGNED,
    )
