"""Real input: a folder of sealed tenders as a market published them, with the outcome it printed.

The form: ``lots.csv`` (lot_id, letting_date, call_order, official_contract_id, work_type, county, route, location,
contract_period), ``bids.csv`` (lot_id, vendor_code, bidder_name, bid_total, withdrawn), ``expected_ranking.csv``
(lot_id, rank, vendor_code, bid_total, percent_of_low) and ``expected_awards.csv`` (lot_id, bid_count,
awarded_vendor_code, awarded_amount, letting_status).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from core.errors import Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from pathlib import Path

NOT_STATED = "not stated in the source"

_COLUMNS = {
    "lots.csv": ("lot_id", "letting_date", "official_contract_id", "work_type", "county", "route", "location"),
    "bids.csv": ("lot_id", "vendor_code", "bidder_name", "bid_total", "withdrawn"),
    "expected_ranking.csv": ("lot_id", "rank", "vendor_code", "bid_total", "percent_of_low"),
    "expected_awards.csv": ("lot_id", "bid_count", "awarded_vendor_code", "awarded_amount", "letting_status"),
}
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
    tables = _tables(folder)
    by_lot: dict[str, defaultdict[str, list[dict[str, str]]]] = {}
    for name in ("bids.csv", "expected_ranking.csv", "expected_awards.csv"):
        by_lot[name] = defaultdict(list)
        for row in tables[name]:
            by_lot[name][row["lot_id"]].append(row)
    reasons: list[Reason] = []
    lots: list[SourceLot] = []
    for row in tables["lots.csv"][:most]:
        try:
            lots.append(_lot(row, by_lot))
        except _Bad as bad:
            reasons.append(bad.reason)
    if not lots and not reasons:
        reasons.append(reason("{file} has no lot", file="lots.csv"))
    if reasons:
        raise Refused(*reasons)
    lettings: dict[str, list[SourceLot]] = {}
    for lot in lots:
        lettings.setdefault(lot.letting, []).append(lot)
    return [Letting(date=date, lots=tuple(found)) for date, found in lettings.items()]


class _Bad(Exception):  # noqa: N818
    def __init__(self, said: Reason) -> None:
        super().__init__(said)
        self.reason = said


def _tables(folder: Path) -> dict[str, list[dict[str, str]]]:
    reasons: list[Reason] = []
    tables: dict[str, list[dict[str, str]]] = {}
    for name, columns in _COLUMNS.items():
        path = folder / name
        if not path.is_file():
            reasons.append(reason("{file} is missing in {folder}", file=name, folder=str(folder)))
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            absent = [column for column in columns if column not in (reader.fieldnames or ())]
            tables[name] = [] if absent else list(reader)
        reasons += [reason("{file} has no column {column}", file=name, column=column) for column in absent]
    if reasons:
        raise Refused(*reasons)
    return tables


def _lot(row: dict[str, str], by_lot: dict[str, defaultdict[str, list[dict[str, str]]]]) -> SourceLot:
    lot_id = row["lot_id"]
    bids = tuple(_bid(lot_id, each) for each in by_lot["bids.csv"][lot_id])
    awards = by_lot["expected_awards.csv"][lot_id]
    if len(awards) != 1:
        raise _Bad(
            reason("lot {lot}: one row in expected_awards.csv is needed, there are {n}", lot=lot_id, n=len(awards))
        )
    vendors = [bid.vendor for bid in bids]
    if len(set(vendors)) != len(vendors):
        raise _Bad(reason("lot {lot}: a vendor bids twice", lot=lot_id))
    ranking = tuple(
        (
            each["vendor_code"],
            int(_number(lot_id, "rank", each["rank"])),
            _number(lot_id, "percent", each["percent_of_low"]),
        )
        for each in by_lot["expected_ranking.csv"][lot_id]
    )
    award = awards[0]
    status = award["letting_status"]
    if status not in (_SIGNED, _AWARDED):
        raise _Bad(reason("lot {lot}: status {status} is not known", lot=lot_id, status=status))
    return SourceLot(
        lot_id=lot_id,
        letting=row["letting_date"],
        contract_id=row["official_contract_id"],
        title=f"{row['official_contract_id']} {row['work_type']}".strip(),
        description=", ".join(part for part in (row["county"], row["route"], row["location"]) if part),
        duration=row.get("contract_period", "") or NOT_STATED,
        bids=bids,
        printed=Printed(
            bid_count=int(_number(lot_id, "bid_count", award["bid_count"])),
            ranking=ranking,
            winner=award["awarded_vendor_code"],
            amount=_number(lot_id, "awarded_amount", award["awarded_amount"]),
            has_contract=status == _SIGNED,
        ),
    )


def _bid(lot_id: str, row: dict[str, str]) -> SourceBid:
    withdrawn = row["withdrawn"].strip().lower()
    if withdrawn not in ("true", "false"):
        raise _Bad(
            reason("lot {lot}: withdrawn is true or false, not {value}", lot=lot_id, value=repr(row["withdrawn"]))
        )
    total = _number(lot_id, "bid_total", row["bid_total"])
    if total <= 0:
        raise _Bad(reason("lot {lot}: a bid of {total} is not above zero", lot=lot_id, total=str(total)))
    return SourceBid(vendor=row["vendor_code"], name=row["bidder_name"], total=total, is_withdrawn=withdrawn == "true")


def _number(lot_id: str, name: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _Bad(reason("lot {lot}: {name} is no number: {text}", lot=lot_id, name=name, text=repr(text))) from None
    if not number.is_finite():
        raise _Bad(reason("lot {lot}: {name} is no number: {text}", lot=lot_id, name=name, text=repr(text)))
    return number
