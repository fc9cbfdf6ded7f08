"""Paper of bidding: the opening record and the bidder's receipt, from the same data as their pages."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from accounts.spoken import unpacked
from bidding.names import STATUS_LABELS, DepositForm, Outcome, Seat, label
from bidding.rules.receipt import read_receipt
from core.blocks import MOST_IN_A_CODE
from core.canonical import digest, parse_time
from core.checkpoints import read_proof
from core.money import Money
from core.pages import Paper
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from bidding.models import Receipt
    from trading.models import Notice

_NONE = "—"


def opening_record_pdf(notice: Notice, *, url: str, language: str = "zh-hans") -> bytes:
    """Return the opening record as it was published: ``notice`` is the OPENING notice, ``url`` its public page."""
    record: dict[str, Any] = notice.data
    paper = Paper(
        reason("Opening record"),
        number=notice.number,
        url=url,
        digest=notice.digest,
        made_at=notice.published_at,
        language=language,
    )
    paper.facts(
        [
            (reason("Project"), record["title"]),
            (reason("Lot"), f"{record['lot']} {record['lot_title']}"),
            (reason("Tenderee"), record["owner"]["name"]),
            (reason("Deadline for bids"), _instant(record["deadline"])),
            (reason("Bid box closed"), _instant(record["closed_at"])),
            (reason("Bids received"), record["received"]),
            (reason("Opened"), _instant(record["opened_at"])),
            (reason("Ceiling price"), _amount(record, record["ceiling"])),
            (reason("Owner's estimate"), _amount(record, record["owner_estimate"])),
            (reason("Deposit required"), _amount(record, record["deposit_required"])),
        ]
    )
    _add_bids(paper, record)
    _add_objections(paper, record)
    _add_faults(paper, record)
    paper.heading(reason("Key holders whose signed releases opened the bids"))
    paper.signatures(
        [
            (label(Seat(row["seat"])), row["organisation"], parse_time(row["released_at"]))
            for row in record["signatures"]
            if row["released_at"]
        ]
    )
    return paper.render()


def _add_bids(paper: Paper, record: dict[str, Any]) -> None:
    paper.heading(reason("Bids as they were read out"))
    paper.table(
        [
            ("", "number"),
            reason("Bidder"),
            reason("Received"),
            reason("Result"),
            (reason("Price"), "number"),
            reason("Duration"),
            reason("Quality"),
            reason("Project manager"),
            (reason("Deposit"), "number"),
            reason("Form of the deposit"),
        ],
        [
            [
                row["ordinal"],
                row["bidder"],
                _instant(row["received_at"]),
                _result(row),
                _amount(record, row["price"]),
                row["duration"] or _NONE,
                row["quality"] or _NONE,
                row["manager"] or _NONE,
                _amount(record, row["deposit"]),
                label(DepositForm(form)) if (form := row.get("deposit_form")) else _NONE,
            ]
            for row in record["bids"]
        ],
        widths=[4, 16, 13, 12, 15, 9, 8, 9, 13, 9],
    )
    for row in record["bids"]:
        for problem in row["problems"]:
            paper.paragraph(
                reason("{bidder}: {problem}", bidder=row["bidder"], problem=unpacked(problem)), is_small=True
            )
    absent = ", ".join(row["bidder"] for row in record["bids"] if row["outcome"] == "valid" and not row["confirmed_at"])
    if absent:
        paper.paragraph(
            reason("Did not take part and is deemed to accept what was read out: {names}.", names=absent),
            is_small=True,
        )


def _add_objections(paper: Paper, record: dict[str, Any]) -> None:
    paper.heading(reason("Objections on the spot"))
    if not record["objections"]:
        paper.paragraph(reason("None."))
    for row in record["objections"]:
        paper.facts(
            [
                (reason("Objection"), f"{row['by']}: {row['body']}"),
                (reason("Answer"), row["answer"] or _NONE),
            ]
        )


def _add_faults(paper: Paper, record: dict[str, Any]) -> None:
    if not record["faults"]:
        return
    names = {row["seal"]: row["bidder"] for row in record["bids"]}
    paper.heading(reason("Faults found by recomputing every share"))
    for fault in record["faults"]:
        for key, msgid in _FAULTS.items():
            for kid in fault[key]:
                paper.paragraph(Reason(msgid.msgid, bidder=names.get(fault["seal"], _NONE), kid=kid))


_FAULTS = {
    "malformed_for": reason("{bidder}: the bidder dealt no proper share to “{kid}”.", bidder="", kid=""),
    "false_shares": reason("{bidder}: the key holder “{kid}” released a false share.", bidder="", kid=""),
    "false_nulls": reason("{bidder}: the key holder “{kid}” claimed that its share does not open.", bidder="", kid=""),
}


def receipt_pdf(receipt: Receipt, *, url: str, language: str = "zh-hans") -> bytes:
    """Return the receipt for the bidder's files; ``url`` is its page. Entry and code together are the whole proof."""
    document = read_receipt(bytes(receipt.document))
    proof, seal = read_proof(document.proof), receipt.seal
    is_withdrawal = receipt.entry_id != seal.entry_id
    paper = Paper(
        reason("Receipt of a withdrawal") if is_withdrawal else reason("Receipt of a sealed bid"),
        number=receipt.number,
        url=url,
        digest=digest(document.data),
        made_at=receipt.made_at,
        language=language,
    )
    paper.facts(
        [
            (reason("Tender"), document.tender),
            (reason("Bidder"), seal.bidder.name),
            (reason("Received"), seal.received_at),
            *([(reason("Taken back at"), receipt.entry.at)] if is_withdrawal else []),
            (reason("Digest of the seal"), document.seal),
            (reason("Replaces"), seal.replaces_id or _NONE),
            (reason("Place in the log"), str(proof.index)),
        ]
    )
    paper.paragraph(_TAKEN_BACK if is_withdrawal else _TAKEN)
    paper.heading(reason("Entry of the log"))
    paper.paragraph(document.entry, is_small=True)
    paper.heading(reason("Proof that the log holds the entry"))
    paper.paragraph(document.proof, is_small=True)
    if len(document.proof.encode()) <= MOST_IN_A_CODE:
        paper.qr_code(document.proof)
        paper.paragraph(reason("The code holds the proof above, letter by letter."), is_small=True)
    paper.heading(reason("Signature of the platform"))
    paper.paragraph(receipt.note, is_small=True)
    return paper.render()


_TAKEN = reason(
    "The platform has received this seal, and its log holds the entry of it. "
    "It cannot read the bid: the key holders open it together after the deadline."
)
_TAKEN_BACK = reason("The bid was taken back at the time above, and the log holds the entry of that. Nobody opens it.")


def _result(row: dict[str, Any]) -> Reason:
    status = STATUS_LABELS[row["decrypt_result"]]
    if row["outcome"] == Outcome.VALID:
        return status
    return reason("{outcome}: {status}", outcome=label(Outcome(row["outcome"])), status=status)


def _instant(text: str | None) -> object:
    return parse_time(text) if text else _NONE


def _amount(record: dict[str, Any], text: str | None) -> object:
    return Money(Decimal(text), record["currency"]) if text else _NONE
