"""Sheets of what is announced and changed: tender notice, plan, amendment, hold, failure, answer to an objection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.reasons import Reason, reason
from disclosure.sheets import (
    NOT_STATED,
    Digest,
    Facts,
    Part,
    Reader,
    Words,
    facts,
    instant,
    money,
    named,
    organisation,
    said,
)
from disclosure.sheets import table as table_of
from evaluation.rules.criteria import Group
from evaluation.rules.methods import METHODS
from trading.names import Category, FailureGround, FundsType, HoldGround, Kind, Method, Move, TerminationGround, TieRule
from trading.names import label as trading_label
from trading.procedures.clauses import CONSTRUCTION_CLAUSES, PROCUREMENT_CLAUSES
from trading.procedures.mandatory import SCHEME_NAMES
from trading.regions import region_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import StrEnum

    from disclosure.sheets import Data, Table


def _names(*words: type[StrEnum]) -> dict[str, Reason]:
    return {word.value: trading_label(word) for kind in words for word in kind}


KINDS, CATEGORIES, FUNDS = _names(Kind), _names(Category), _names(FundsType)
METHOD_NAMES, TIE_NAMES, HOLD_NAMES = _names(Method), _names(TieRule), _names(HoldGround)
ENDS = _names(Move) | _names(FailureGround, TerminationGround)
GROUPS = {
    Group.QUALIFICATION.value: reason("qualification"),
    Group.RESPONSIVENESS.value: reason("responsiveness"),
    Group.TECHNICAL.value: reason("technical"),
    Group.COMMERCIAL.value: reason("commercial"),
    Group.PRICE.value: reason("price"),
}
_DECLARED = {
    "is_whole": reason("The project is declared whole, not split"),
    "state_funds_dominate": reason("State funds dominate"),
    "is_complex": reason("Complex in technique or special in content"),
    "is_standard": reason("Goods or services of a uniform standard"),
    "deposit_cash_only": reason("The bid security must be paid in cash"),
    "performance_security_percent": reason("Performance security, percent of the contract"),
    "filed_at": reason("Documents filed with the supervising department at"),
    "planned_at": reason("Tender plan published at"),
    "approved_extent": reason("Scope of the tender as approved"),
    "approved_access": reason("Method of tender as approved"),
    "approved_organisation": reason("Organisation form as approved"),
    "tender_extent": reason("Scope of this tender"),
    "investment": reason("Total investment"),
    "budget_funds": reason("Budget funds in it"),
    "connected_value": reason("Value of connected purchases outside this project"),
    "exemption": reason("Ground on which no tender is needed"),
    "exemption_because": reason("What shows that ground"),
}
_SCHEME = {word.value: name for word, name in SCHEME_NAMES.items()}
_CLAUSES = {item.key: item.name for item in (*CONSTRUCTION_CLAUSES, *PROCUREMENT_CLAUSES)}
SUBJECTS = {"documents": reason("the tender documents"), "result": reason("the result")}
BASICS = reason("Basics")


def basics(read: Reader) -> Facts:
    """Return which project and lot a notice belongs to, and who stands behind it."""
    round_number = read.data.get("round")
    read.known("code", "number", "round")
    return facts(
        BASICS,
        [
            (reason("Project"), read.text("title")),
            (reason("Project number"), read.text("project")),
            (reason("Lot"), read.text("lot_title")),
            (reason("Lot number"), read.text("lot")),
            (reason("Kind of procedure"), named(read.text("kind"), KINDS)),
            (reason("Rule edition"), read.text("edition")),
            (reason("Round"), round_number if isinstance(round_number, int) and round_number > 1 else None),
            (reason("Owner"), organisation(read.mapping("owner"))),
            (reason("Procurement agent"), organisation(read.mapping("agent"))),
            (reason("On display at least until"), read.instant("display_until")),
        ],
    )


def tender_notice(read: Reader) -> Iterator[Part]:
    """Yield a tender notice or a plan: what 10号令 5 and 87号令 13 ask, in their order."""
    approval = read.mapping("approval")
    yield facts(
        reason("What is tendered"),
        [
            (reason("Content"), read.words("content")),
            (reason("Scope"), read.words("scope")),
            (reason("Scale"), read.words("scale")),
            (reason("Category"), named(read.text("category"), CATEGORIES)),
            (reason("Source of funds"), named(read.text("funds_type"), FUNDS)),
            (reason("Funding in detail"), read.words("funds_detail")),
            (reason("Approval"), " · ".join(str(value) for value in approval.values() if value)),
            (reason("Region"), region_name(read.text("region")) if read.has("region") else None),
            (reason("Currency"), read.text("currency")),
        ],
    )
    yield from _lots(read)
    yield facts(
        reason("Who may bid"),
        [
            (reason("Qualification"), read.words("qualification")),
            (reason("Consortia are accepted"), read.flag("accepts_consortia")),
            (reason("Procurement policies"), read.text("sme_policy")),
        ],
    )
    yield facts(
        reason("Documents and bids"),
        [
            (reason("How to get the documents"), read.words("document_access")),
            (reason("Documents from"), read.instant("documents_from")),
            (reason("Documents until"), read.instant("documents_until")),
            (reason("How to submit bids"), read.words("submission")),
            (reason("Place of the opening"), read.text("opening_place")),
            (reason("Bids stay valid for"), _days(read.data.get("bid_validity_days"))),
        ],
    )
    read.known("bid_validity_days")
    yield facts(reason("Declarations"), [(label, _declared(read, key)) for key, label in _DECLARED.items()])
    if checked := read.items("clauses_checked"):
        clauses = [(named(str(key), _CLAUSES), reason("none in the documents")) for key in checked]
        yield facts(reason("Clause check"), clauses)
    yield from _evaluation(read)
    yield facts(
        reason("Contact"),
        [
            (reason("Contact person"), read.words("contact_name")),
            (reason("Telephone"), read.text("contact_phone")),
            (reason("Address of the owner"), _of(read.data.get("owner"), "address")),
            (reason("Address of the agent"), _of(read.data.get("agent"), "address")),
            (reason("Where to object"), read.text("objection_channel")),
            (reason("Platform"), read.text("platform")),
            (reason("Intention waived because"), read.text("intention_waived_because")),
        ],
    )
    yield from documents(read)
    if read.has("source"):
        yield facts(reason("Source"), [(key, value) for key, value in read.mapping("source").items()])


def _lots(read: Reader) -> Iterator[Part]:
    currency, lots = str(read.data.get("currency") or "CNY"), read.rows("lots")
    for lot in lots:
        amounts = [
            (reason("Estimated value"), "estimated_value"),
            (reason("Ceiling price"), "ceiling_price"),
            (reason("Budget"), "budget"),
            (reason("Bid security"), "deposit_amount"),
        ]
        yield facts(
            reason("Lot {ordinal}: {title}", ordinal=lot.get("ordinal", ""), title=lot.get("title", "")),
            [
                (reason("Lot number"), lot.get("number")),
                (reason("Description"), lot.get("description")),
                (reason("Deadline for bids"), instant(lot.get("closes_at")) or NOT_STATED),
                *((label, money(lot.get(key), currency)) for label, key in amounts),
                (reason("Duration"), lot.get("duration")),
                (reason("Quality"), lot.get("quality")),
                *((key, value) for key, value in (lot.get("source") or {}).items()),
            ],
        )
        if lot.get("bill"):
            yield _bill(lot)


def _bill(lot: Data) -> Table:
    rows = [(row.get("item", ""), row.get("unit", ""), str(row.get("quantity", ""))) for row in lot["bill"]]
    heads = (reason("Item"), reason("Unit"), (reason("Quantity"), "number"))
    return table_of(reason("Bill of lot {ordinal}", ordinal=lot.get("ordinal", "")), heads, rows, widths=(60, 16, 24))


def _evaluation(read: Reader) -> Iterator[Part]:
    method = read.text("method")
    names = {
        parameter.name: parameter.title for known in METHODS if known.name == method for parameter in known.parameters
    }
    parameters = {key: value for key, value in read.mapping("method_parameters").items() if key != "criteria"}
    yield facts(
        reason("Evaluation"),
        [
            (reason("Method"), named(method, METHOD_NAMES)),
            (reason("Ties"), named(read.text("tie_rule"), TIE_NAMES)),
            *((names.get(key, key), said(value)) for key, value in parameters.items() if value not in (None, "")),
        ],
    )
    criteria = read.mapping("criteria").get("criteria")
    if isinstance(criteria, list) and criteria:
        rows = [(named(row.get("group"), GROUPS), row.get("title", ""), _weight(row)) for row in criteria]
        heads = (reason("Part"), reason("Criterion"), (reason("Points or weight"), "number"))
        yield table_of(reason("Criteria"), heads, rows, widths=(20, 58, 22))


def _weight(row: Data) -> object:
    steps = row.get("steps")
    if steps:
        return " / ".join(str(step) for step in steps)
    return row.get("weight") or row.get("maximum") or reason("pass or fail")


def documents(read: Reader) -> Iterator[Part]:
    """Yield the documents that a notice names, by title and digest."""
    if rows := read.rows("documents"):
        heads = (reason("Document"), reason("Digest (SHA-256)"))
        yield table_of(
            reason("Documents"),
            heads,
            [(row.get("title", ""), Digest(row.get("sha256", ""))) for row in rows],
            widths=(40, 60),
        )


def amendment(read: Reader) -> Iterator[Part]:
    """Yield an amendment: what changes, and what it does to the deadline."""
    ordinal = read.data.get("ordinal")
    read.known("ordinal")
    yield facts(
        reason("Amendment"),
        [
            (reason("Number"), read.text("amendment")),
            (reason("Ordinal"), ordinal),
            (reason("May affect bids"), read.flag("affects_bids")),
            (reason("Deadline before"), read.instant("old_closes_at")),
            (reason("Deadline now"), read.instant("closes_at")),
        ],
    )
    yield Words(reason("What changes"), read.text("body"))
    yield from documents(read)


def hold(read: Reader) -> Iterator[Part]:
    """Yield a hold that was placed or lifted."""
    yield facts(
        reason("Hold"),
        [
            (reason("Number"), read.text("hold")),
            (reason("Ground"), named(read.text("ground"), HOLD_NAMES) if read.has("ground") else None),
            (reason("Written order"), read.text("order")),
            (reason("Reason"), read.text("because")),
            (reason("Deadline for bids"), read.instant("closes_at")),
        ],
    )


def end(read: Reader) -> Iterator[Part]:
    """Yield how a run ended that failed or was terminated, with its ground."""
    failure = read.mapping("failure")
    yield facts(
        reason("End of the run"),
        [
            (reason("Ground"), named(failure.get("ground"), ENDS) if failure else None),
            (reason("Reason"), failure.get("text") or read.text("because")),
        ],
    )
    read.known("because")


def answer(read: Reader) -> Iterator[Part]:
    """Yield the answer to an objection; who objected is not said."""
    yield facts(
        reason("Objection"),
        [
            (reason("Number"), read.text("objection")),
            (reason("Concerning"), named(read.text("subject"), SUBJECTS)),
            (reason("The objection is upheld"), read.flag("upheld")),
        ],
    )
    yield Words(reason("Answer"), read.text("answer"))


def _declared(read: Reader, key: str) -> object:
    """Return a declaration as it reads best: an instant, yes or no, or its text."""
    value = read.data.get(key)
    if value in _SCHEME:
        return named(read.text(key), _SCHEME)
    return read.instant(key) or (value if isinstance(value, bool) else read.text(key))


def _days(value: Any) -> Reason | None:
    return reason("{n} days", n=value) if value not in (None, "") else None


def _of(row: object, key: str) -> object:
    return row.get(key) if isinstance(row, dict) else None
