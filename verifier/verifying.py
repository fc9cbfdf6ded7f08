"""All steps of a bundle, in the order in which each can build on those before; and one receipt by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verifier import canonical, signed, steps_of_draws, steps_of_opening, steps_until_close
from verifier.case import Case
from verifier.documents import read_receipt
from verifier.entries import read_entry
from verifier.log import check_inclusion, check_quorum, leaf_hash, read_checkpoint, read_proof
from verifier.report import Report
from verifier.words import Fault, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verifier.container import Files
    from verifier.entries import Entry
    from verifier.log import Checkpoint
    from verifier.trust import Trust

_STEPS = (
    steps_until_close.check_files,
    steps_until_close.check_log,
    steps_until_close.check_ceremony,
    steps_until_close.check_deadline,
    steps_until_close.check_keys,
    steps_until_close.replay,
    steps_until_close.check_close,
    steps_of_opening.find_opened,
    steps_of_opening.check_bidder_keys,
    steps_of_opening.check_releases,
    steps_of_opening.check_rescues,
    steps_of_opening.check_openings,
    steps_of_opening.check_payloads,
    steps_of_draws.check_draws,
)


def verify(
    files: Files, trust: Trust, *, is_public: bool = False, receipts: Sequence[tuple[bytes, bytes]] = ()
) -> Report:
    """Return the report on a bundle; ``is_public``: the files of bids need not be in it.

    ``receipts`` (documents and notes) are the reader's own: the bundle must hold their entries.
    """
    report = Report()
    case = Case(files, trust, report, is_public=is_public)
    try:
        for step in _STEPS:
            step(case)
        _check_rest(case)
        _check_receipts(case, receipts)
    except Fault as fault:
        report.fault = fault
    except Exception as error:  # noqa: BLE001  (whatever a hostile bundle does, it is a failure with a name)
        report.fault, report.is_internal = Fault("the verifier itself failed: {why}", why=repr(error)), True
    return report


def _check_rest(case: Case) -> None:
    """(20) No file was left unread; what the bundle does not contain is said."""
    case.report.at(20)
    for path in sorted(set(case.files.sizes) - case.files.used - {"bundle.json", "bundle.sig"}):
        raise Fault("no step asks for the file {path}", path=path)
    case.report.count()
    if case.log.withheld:
        said = say("entries of the log: {count}; one of them could belong to this tender", count=case.log.withheld)
        case.report.not_contained.insert(0, said)


def _check_receipts(case: Case, receipts: Sequence[tuple[bytes, bytes]]) -> None:
    """(20) A reader's own receipts: the log of the bundle holds their entries where they say, or it was forked."""
    tree = case.log.tree
    for data, note in receipts:
        proven = verify_receipt(data, note, case.trust)
        head = proven.checkpoint
        index = proven.index
        case.report.hold(proven.entry.tender == case.tender, "the receipt is of another tender")
        case.report.hold(index < tree.size, "the log is shorter than when your receipt was made", index=index)
        is_same = tree.leaf(index) == leaf_hash(proven.entry.text)
        is_same = is_same and (head.size > tree.size or tree.root(head.size) == head.root)
        case.report.hold(is_same, "the log is another one than your receipt proves: it was forked", index=index)


@dataclass(frozen=True)
class Proven:
    """What a receipt proves: the entry of a seal, its place, and the checkpoint that holds it."""

    seal: str
    entry: Entry
    index: int
    checkpoint: Checkpoint


def verify_receipt(data: bytes, note: bytes, trust: Trust) -> Proven:
    """Return what a receipt proves: of a seal, or of a withdrawal; raises Fault."""
    receipt = read_receipt(data)
    signed.check_statement(note, of="receipt", digest=canonical.digest(data), key=trust.platform)
    entry = read_entry(receipt.entry.encode(), 0)
    is_of_a_bid = entry.event in ("bid.sealed", "bid.withdrawn")
    if not is_of_a_bid or entry.tender != receipt.tender or entry.data["seal"].raw != receipt.seal:
        raise Fault("the receipt and its entry do not agree")
    proof = read_proof(receipt.proof)
    checkpoint = read_checkpoint(proof.note, trust)
    check_inclusion(leaf_hash(entry.text), index=proof.index, checkpoint=checkpoint, hashes=proof.hashes)
    check_quorum(checkpoint, trust.quorum)
    return Proven(receipt.seal, entry, proof.index, checkpoint)
