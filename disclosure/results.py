"""Sheets of what came out: opening record, candidates, result, contract, performance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidding.names import STATUS_LABELS, DepositForm, Outcome, Seat
from bidding.names import label as bidding_label
from core.reasons import Reason, reason
from disclosure.announcements import METHOD_NAMES, documents, end
from disclosure.sheets import Digest, Part, Reader, Signatures, Words, facts, instant, money, named, organisation
from disclosure.sheets import table as table_of
from evaluation.names import AwardGround, Step, ground_label
from evaluation.names import label as evaluation_label
from trading.names import Code, PassingGround, RefusalGround
from trading.names import label as trading_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from core.money import Money
    from disclosure.sheets import Data, Table

_OUTCOMES: Mapping[str, Reason] = {
    Outcome.REVOKED.value: reason("revoked"),
    Outcome.WITHDRAWN.value: reason("withdrawn"),
}
_SEATS: Mapping[str, Reason] = {word.value: bidding_label(word) for word in Seat}
_DEPOSIT_FORMS: Mapping[str, Reason] = {word.value: bidding_label(word) for word in DepositForm}
_FALL_GROUNDS: Mapping[str, Reason] = {word.value: trading_label(word) for word in RefusalGround}
AWARD_GROUNDS: Mapping[str, Reason] = {word.value: evaluation_label(word) for word in AwardGround} | {
    word.value: trading_label(word) for words in (RefusalGround, PassingGround) for word in words
}
NUMBER, TIME = "number", "time"


def opening_record(read: Reader) -> Iterator[Part]:
    """Yield the opening record (20号令 29-32): what was received when, what came out of it, who said what."""
    currency = read.text("currency") or "CNY"
    stamp = read.mapping("timestamp")
    received = read.data.get("received")
    read.known("received")
    yield facts(
        reason("Opening"),
        [
            (reason("Deadline"), read.instant("deadline")),
            (reason("Bid box closed at"), read.instant("closed_at")),
            (reason("Bids received"), received),
            (reason("Opened at"), read.instant("opened_at")),
            (reason("Ceiling price"), money(read.text("ceiling"), currency)),
            (reason("Owner's estimate"), money(read.text("owner_estimate"), currency)),
            (reason("Bid security asked"), money(read.text("deposit_required"), currency)),
            (reason("Digest of the close"), Digest(read.text("close"))),
            (reason("Digest of the opening"), Digest(read.text("opening"))),
            (reason("Digest of the key ceremony"), Digest(stamp.get("ceremony") or "")),
            (reason("Evidence entry"), stamp.get("entry")),
        ],
    )
    bids = read.rows("bids")
    yield read_out(bids, currency)
    yield _receipts(bids)
    yield from _faults(read)
    for remark in read.rows("objections"):
        yield facts(
            reason("Remark at the opening"),
            [
                (reason("Raised by"), remark.get("by")),
                (reason("Remark"), remark.get("body")),
                (reason("Made at"), instant(remark.get("made_at"))),
                (reason("Answer"), remark.get("answer")),
                (reason("Answered at"), instant(remark.get("answered_at"))),
            ],
        )
    holders = read.rows("signatures")
    yield Signatures(
        reason("Key holders whose releases opened the bids"),
        tuple((_seat(row), str(row.get("organisation", "")), instant(row.get("released_at"))) for row in holders),
    )


def read_out(bids: list[Data], currency: str) -> Table:
    """Return the table of what was read out."""
    heads = (
        (reason("No."), NUMBER),
        reason("Bidder"),
        (reason("Price"), NUMBER),
        reason("Duration"),
        reason("Quality"),
        reason("Project manager"),
        (reason("Bid security"), NUMBER),
        reason("Form of the deposit"),
        reason("Result of opening"),
    )
    rows = [
        (
            row.get("ordinal"),
            row.get("bidder", ""),
            money(row.get("price"), currency),
            row.get("duration", ""),
            row.get("quality", ""),
            row.get("manager", ""),
            money(row.get("deposit"), currency),
            _DEPOSIT_FORMS.get(str(row.get("deposit_form", "")), ""),
            _result(row),
        )
        for row in bids
    ]
    return table_of(
        reason("Bids as read out"),
        heads,
        rows,
        widths=(5, 20, 15, 10, 8, 9, 13, 8, 12),
        empty=reason("No bid was received."),
    )


def _receipts(bids: list[Data]) -> Table:
    heads = (
        (reason("No."), NUMBER),
        (reason("Received at"), TIME),
        (reason("Opened at"), TIME),
        (reason("Read-out confirmed at"), TIME),
        reason("Digest of the sealed bid"),
    )
    rows = [
        (
            row.get("ordinal"),
            instant(row.get("received_at")),
            instant(row.get("decrypted_at")),
            instant(row.get("confirmed_at")) or reason("absent: deemed to accept"),
            Digest(row.get("seal", "")),
        )
        for row in bids
    ]
    return table_of(reason("Receipt and opening"), heads, rows, widths=(6, 20, 20, 20, 34))


def _faults(read: Reader) -> Iterator[Part]:
    heads = (reason("Sealed bid"), reason("What was wrong with its shares"))
    names = {
        "malformed_for": reason("malformed for {holders}"),
        "false_shares": reason("false shares from {holders}"),
        "false_nulls": reason("share wrongly called missing by {holders}"),
    }
    rows = [
        (Digest(fault.get("seal", "")), reason(name.msgid, holders=", ".join(map(str, fault[key]))))
        for fault in read.rows("faults")
        for key, name in names.items()
        if fault.get(key)
    ]
    if rows:
        yield table_of(reason("Faults named at the opening"), heads, rows, widths=(50, 50))


def _result(row: Data) -> object:
    outcome = str(row.get("outcome", ""))
    status = STATUS_LABELS.get(str(row.get("decrypt_result", "")), row.get("decrypt_result", ""))
    if outcome in ("", Outcome.VALID):
        return status
    return reason("{outcome}: {status}", outcome=_OUTCOMES.get(outcome, outcome), status=status)


def _seat(row: Data) -> str:
    name = named(row.get("seat"), _SEATS)
    return reason("{seat}, key lost", seat=name) if row.get("lost") else name


def candidates(read: Reader) -> Iterator[Part]:
    """Yield the publicity of candidates (招投标条例 54; 10号令 6), with the reasons of rejections."""
    read.known("ranking", "names", "prices", "quality", "duration", "manager", "manager_certificates")
    found, evaluation = read.rows("candidates"), read.mapping("evaluation")
    yield ranking(found)
    yield managers(found)
    yield reviews(read.rows("qualification"))
    if scores := read.rows("scores"):
        heads = (reason("Candidate"), reason("Criterion"), reason("Members' scores, in order of size"))
        body = [(row.get("bidder", ""), row.get("criterion", ""), " / ".join(row.get("scores", []))) for row in scores]
        yield table_of(reason("Scores"), heads, body, widths=(35, 30, 35))
    yield from rejections(read)
    yield facts(
        reason("How the evaluation went"),
        [
            (reason("Method"), named(evaluation.get("method"), METHOD_NAMES)),
            (reason("Bids received"), evaluation.get("received")),
            (reason("Bids that could be opened"), evaluation.get("opened")),
            (reason("Bids rejected"), evaluation.get("rejected")),
            (reason("Bids ranked"), evaluation.get("ranked")),
            (reason("Where to object"), read.words("objection_channel")),
        ],
    )


def ranking(rows: list[Data]) -> Table:
    """Return the table of candidates."""
    heads = (
        (reason("Rank"), NUMBER),
        reason("Candidate"),
        (reason("Price"), NUMBER),
        (reason("Evaluated price"), NUMBER),
        (reason("Score"), NUMBER),
        reason("Duration"),
        reason("Quality"),
        reason("Project manager"),
    )
    body = [
        (
            row.get("rank"),
            _name(row.get("bidder")),
            money(row.get("price"), _currency(row)),
            money(row.get("evaluated_price"), _currency(row)),
            row.get("score"),
            row.get("duration", ""),
            row.get("quality", ""),
            row.get("manager", ""),
        )
        for row in rows
    ]
    return table_of(
        reason("Candidates"), heads, body, widths=(6, 22, 15, 15, 9, 11, 9, 13), empty=reason("There is no candidate.")
    )


def managers(rows: list[Data]) -> Table:
    """Return the table of project managers with their certificates (10号令 6)."""
    heads = (reason("Candidate"), reason("Project manager"), reason("Certificates"))
    body = [(_name(row.get("bidder")), row.get("manager", ""), row.get("manager_certificates", "")) for row in rows]
    return table_of(reason("Project managers"), heads, body, widths=(40, 20, 40))


def reviews(rows: list[Data]) -> Table:
    """Return the table of reviews that each candidate passed (10号令 6)."""
    heads = (reason("Candidate"), *(evaluation_label(step) for step in Step))
    body = [
        (row.get("bidder", ""), *(reason("passed") if step in row.get("passed", []) else "" for step in Step))
        for row in rows
    ]
    return table_of(reason("Reviews"), heads, body, widths=(40, 30, 30))


def rejections(read: Reader) -> Iterator[Part]:
    """Yield the rejected bids, each with ground and reason."""
    if rows := read.rows("rejected"):
        heads = (reason("Bidder"), reason("Ground"), reason("Reason"))
        body = [(_rejected(row), ground_label(str(row.get("ground", ""))), row.get("because", "")) for row in rows]
        yield table_of(reason("Rejected bids"), heads, body, widths=(28, 32, 40))


def award(read: Reader) -> Iterator[Part]:
    """Yield the result: winner, amount, ground, rejections, now also the committee, and the documents (采购条例 43)."""
    amount = read.amount("amount")
    rank = read.data.get("rank")
    read.known("rank", "currency")
    yield facts(
        reason("Result"),
        [
            (reason("Winner"), organisation(read.mapping("winner"))),
            (reason("Address"), read.mapping("winner").get("address")),
            (reason("Amount"), amount),
            (reason("Amount in words"), _in_words(amount)),
            (reason("Rank"), rank),
            (reason("Ground"), named(read.text("ground"), AWARD_GROUNDS)),
            (reason("Reason"), read.text("because")),
        ],
    )
    yield from rejections(read)
    if members := read.items("committee"):
        yield facts(reason("Evaluation committee"), [(reason("Members"), ", ".join(map(str, members)))])
    yield from documents(read)


def fall(read: Reader) -> Iterator[Part]:
    """Yield that an award fell, whose it was, and why (招投标条例 55, 74; 采购条例 49)."""
    rank = read.data.get("rank")
    read.known("rank", "currency")
    yield facts(
        reason("The award that fell"),
        [
            (reason("Winner until then"), organisation(read.mapping("winner"))),
            (reason("Amount"), read.amount("amount")),
            (reason("Rank"), rank),
            (reason("Ground"), named(read.text("ground"), _FALL_GROUNDS)),
            (reason("Reason"), read.text("because")),
        ],
    )


def contract(read: Reader) -> Iterator[Part]:
    """Yield the contract, its change, or how it was performed."""
    amount = read.amount("amount")
    read.known("currency")
    yield facts(
        reason("Contract"),
        [
            (reason("Number"), read.text("contract")),
            (reason("Title"), read.text("contract_title")),
            (reason("Contractor"), organisation(read.mapping("winner"))),
            (reason("Amount"), amount),
            (reason("Amount in words"), _in_words(amount)),
            (reason("Signed at"), read.instant("signed_at")),
            (reason("Digest of the contract"), Digest(read.text("sha256"))),
            (reason("Added by the change"), read.amount("addition")),
            (reason("Reason of the change"), read.text("because")),
        ],
    )
    if summary := read.text("summary"):
        yield Words(reason("Summary"), summary)
    if acceptance := read.text("acceptance"):
        yield Words(reason("Acceptance"), acceptance)


def _in_words(amount: Money | None) -> str:
    return amount.in_words() if amount is not None and amount.currency == "CNY" else ""


def _name(row: object) -> object:
    return row.get("name", "") if isinstance(row, dict) else row


def _rejected(row: Data) -> object:
    return row.get("name") or row.get("bidder", "")


def _currency(row: Data) -> str:
    return str(row.get("currency") or "CNY")


_IN_FULL: Mapping[str, Callable[[Reader], Iterator[Part]]] = {Code.AWARD: award, Code.AWARD_FELL: fall}


def summary_of(code: str, read: Reader) -> list[Part]:
    """Return what a page says of a published result; the notice itself says the rest."""
    match code:
        case Code.OPENING:
            return [read_out(read.rows("bids"), read.text("currency") or "CNY")]
        case Code.CANDIDATE:
            return [ranking(read.rows("candidates")), *rejections(read)]
        case Code.FAIL | Code.TERMINATE:
            return [*end(read), *rejections(read)]
        case Code.PERFORM:
            return [Words(reason("Acceptance"), read.text("acceptance"))]
    return list(_IN_FULL.get(code, contract)(read))
