"""Steps 1 to 11: files, log, keys, ceremony, deadline, bids, receipts, withdrawals, close, time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from verifier import canonical, signed, timestamps
from verifier.ceremony import read_ceremony, read_seal
from verifier.container import check_path
from verifier.documents import (
    check_rehearsal,
    check_withdrawal,
    read_bidders,
    read_close,
    read_index,
    read_receipt,
)
from verifier.entries import Log, read_entries, read_lines
from verifier.log import check_inclusion, check_quorum, read_checkpoint, read_proof
from verifier.schema import LARGE, SMALL, Value
from verifier.words import Fault

if TYPE_CHECKING:
    from verifier.case import Case
    from verifier.ceremony import Seal
    from verifier.entries import Entry
    from verifier.log import Checkpoint

CHECKPOINT_LIMIT: Final = 131_072
_INDEX: Final = ("bundle.json", "bundle.sig")
_BIDS: Final = ("bid.sealed", "bid.withdrawn")
_NEED: Final = 2  # authorities of time


def check_files(case: Case) -> None:
    """(1) The index: signed by the platform, complete, every digest as it says."""
    report, files = case.report, case.files
    report.at(1)
    data = files.read("bundle.json", LARGE)
    case.tender, listed = read_index(data)
    report.tender = case.tender
    case.signed("bundle.json", of="bundle", digest=canonical.digest(data), key=case.trust.platform)
    for path in listed:
        check_path(path)
    found = set(files.sizes) - set(_INDEX)
    for path in sorted(set(listed) ^ found):
        sentence = "the file {path} is missing" if path in listed else "the file {path} is not in the index"
        raise Fault(sentence, path=path)
    for path, digest in listed.items():
        report.hold(files.digest(path) == digest, "{path} is not the file that the index names", path=path)


def check_log(case: Case) -> None:
    """(2) The newest checkpoint fits the lines; (3) the disclosed entries are canonical and nearly in order."""
    report = case.report
    report.at(2)
    with case.files.open("log/entries.jsonl") as source:
        tree, lines, withheld = read_lines(source)
    checkpoint = read_checkpoint(case.files.read("log/checkpoint", CHECKPOINT_LIMIT), case.trust)
    check_quorum(checkpoint, case.trust.quorum)
    report.count(2)
    report.hold(
        checkpoint.size == tree.size,
        "the checkpoint is over {size} entries, the bundle has {found}",
        size=checkpoint.size,
        found=tree.size,
    )
    report.hold(checkpoint.root == tree.root(tree.size), "the checkpoint has another root than the log")
    report.at(3)
    case.log = Log(tree, read_entries(lines), withheld)
    report.count(len(lines))


def check_ceremony(case: Case) -> None:
    """(4, first part) every holder is trusted; (5) one tender, its ceremony, signed by all holders."""
    report, files = case.report, case.files
    report.at(5)
    published = case.log.of(case.tender, "tender.published")
    report.hold(len(published) == 1, "the log has {found} entries {event}, not one", found=len(published),
                event="tender.published")  # fmt: skip
    data = files.read("ceremony.json", SMALL)
    case.has_digest("ceremony.json", data, published[0].data["ceremony"].digest())
    case.ceremony = read_ceremony(data)
    report.hold(case.ceremony.tender == case.tender, "the ceremony is of another tender")
    report.at(4)
    for holder in case.ceremony.holders:
        report.hold(holder.vkey in case.trust.holders, "the key of holder {kid} is not trusted", kid=holder.kid)
    report.at(5)
    _check_signatures(case)
    rehearsed = {one.data["rehearsal"].digest() for one in case.log.of(case.tender, "key.rehearsed")}
    for digest in sorted(rehearsed):
        path, data = case.document("rehearsals", digest, SMALL)
        check_rehearsal(data, case.ceremony, place=path)
    report.at(2)
    check_quorum(read_checkpoint(files.read("log/checkpoint", CHECKPOINT_LIMIT), case.trust), case.quorum)


def _check_signatures(case: Case) -> None:
    place, ceremony = "ceremony.sigs", case.ceremony
    data = case.files.read(place, 4 * SMALL)
    lines = data.split(b"\n")
    case.report.hold(
        len(lines) == len(ceremony.holders) + 1 and not lines[-1], "not every holder has signed the ceremony"
    )
    for holder, line in zip(ceremony.holders, lines, strict=False):
        raw = Value(None, place).read(lambda _, line=line: canonical.read_json(line, limit=SMALL))  # type: ignore[misc]
        fields = Value(raw, place).fields(["kid", "note"])
        fields["kid"].is_(holder.kid)
        signed.check_statement(fields["note"].text().encode(), of="ceremony", digest=ceremony.digest, key=holder.key)
        case.report.count()


def check_deadline(case: Case) -> None:
    """(6) The deadline only ever moved to a later time, and before it had come."""
    case.report.at(10)
    closes = case.log.of(case.tender, "tender.closed")
    case.report.hold(len(closes) == 1, "the log has {found} entries {event}, not one", found=len(closes),
                     event="tender.closed")  # fmt: skip
    case.closed = closes[0]
    case.report.at(6)
    published = case.log.of(case.tender, "tender.published")[0]
    deadline = published.data["deadline"].time()
    case.deadlines.append((-1, deadline))
    for entry in case.log.of(case.tender, "tender.extended"):
        old, new = entry.data["old"].time(), entry.data["deadline"].time()
        case.report.hold(
            entry.index < case.closed.index and entry.at < old and old == deadline and new > deadline,
            "the extension of entry {index} is not one",
            index=entry.index,
        )
        deadline = new
        case.deadlines.append((entry.index, new))
    case.report.count()


def check_keys(case: Case) -> None:
    """(4) Every bidder has a key that was enrolled before it was used; ``bidders.json`` agrees."""
    case.report.at(4)
    for entry in case.log.entries:
        if entry.event == "key.enrolled":
            kind = entry.data["kind"].choice(["bidder", "holder", "witness", "party", "platform"])
            key = entry.data["vkey"].read(lambda raw: signed.read_key(str(raw)))
            case.enrolled.setdefault((kind, entry.data["subject"].id()), []).append((entry.index, key))
    bids = [entry for entry in case.log.entries if entry.tender == case.tender and entry.event.startswith("bid.")]
    bidders = {entry.data["bidder"].id() for entry in bids}
    stated = read_bidders(case.files.read("bidders.json", LARGE), case.tender)
    case.report.hold(set(stated) == bidders, "bidders.json does not name exactly the bidders of the log")
    for bidder, vkey in stated.items():
        in_force = case.key("bidder", bidder, case.closed.index)
        case.report.hold(signed.read_key(vkey) == in_force, "bidders.json has another key of {bidder}", bidder=bidder)


def replay(case: Case) -> None:
    """(7, 8, 9) Every bid and withdrawal in the order of the log."""
    cids: set[tuple[str, str]] = set()
    for entry in case.log.of(case.tender, *_BIDS):
        case.report.at(7 if entry.event == "bid.sealed" else 9)
        case.report.hold(entry.index < case.closed.index, "entry {index} comes after the close", index=entry.index)
        in_time = entry.at < case.deadline(entry.index)
        case.report.hold(in_time, "entry {index} is not before the deadline", index=entry.index)
        if entry.event == "bid.sealed":
            seal = _sealed(case, entry, cids)
            case.seals[seal.digest], case.live[seal.bidder] = seal, seal.digest
            case.report.at(8)
            _check_receipt(case, entry, seal)
        else:
            _check_withdrawn(case, entry)
    for number, event in ((7, "bid.sealed"), (8, "bid.sealed"), (9, "bid.withdrawn")):
        if not case.log.of(case.tender, event):
            case.report.skip(number, "the log has no such entry")


def _sealed(case: Case, entry: Entry, cids: set[tuple[str, str]]) -> Seal:
    digest, bidder = entry.data["seal"].digest(), entry.data["bidder"].id()
    path, data = case.document("seals", digest, SMALL)
    seal = read_seal(data, case.ceremony, path)
    case.signed(path, of="seal", digest=digest, key=case.key("bidder", bidder, entry.index))
    replaces = entry.data["replaces"].raw
    agrees = (seal.bidder, seal.replaces) == (bidder, replaces)
    case.report.hold(agrees, "entry {index} does not agree with its seal", index=entry.index)
    case.report.hold(digest not in case.seals, "the seal of entry {index} was there before", index=entry.index)
    case.report.hold((bidder, seal.cid) not in cids, "the cid of entry {index} was used before", index=entry.index)
    cids.add((bidder, seal.cid))
    live = case.live.get(bidder)
    case.report.hold(seal.replaces == live, "entry {index} does not replace the live seal", index=entry.index)
    return seal


def _check_receipt(case: Case, entry: Entry, seal: Seal) -> None:
    path = f"receipts/{seal.digest}.json"
    data = case.files.read(path, CHECKPOINT_LIMIT)
    receipt = read_receipt(data, path)
    case.signed(path, of="receipt", digest=canonical.digest(data), key=case.trust.platform)
    proof = read_proof(receipt.proof)
    fits = (receipt.tender, receipt.seal, receipt.entry.encode(), proof.index) == (
        case.tender, seal.digest, entry.text, entry.index,
    )  # fmt: skip
    case.report.hold(fits, "{path} is not the receipt of entry {index}", path=path, index=entry.index)
    checkpoint = case.checkpoint(proof.note)
    check_inclusion(case.log.tree.leaf(entry.index), index=entry.index, checkpoint=checkpoint, hashes=proof.hashes)
    case.report.count()


def _check_withdrawn(case: Case, entry: Entry) -> None:
    seal, bidder, doc = entry.data["seal"].digest(), entry.data["bidder"].id(), entry.data["doc"].digest()
    path = f"withdrawals/{seal}.json"
    data = case.files.read(path, SMALL)
    case.has_digest(path, data, doc)
    check_withdrawal(data, tender=case.tender, bidder=bidder, seal=seal, place=path)
    case.signed(path, of="withdraw", digest=doc, key=case.key("bidder", bidder, entry.index))
    case.report.hold(case.live.get(bidder) == seal, "entry {index} withdraws no live seal", index=entry.index)
    del case.live[bidder]


def check_close(case: Case) -> None:
    """(10) What was accepted is what is live, after the deadline and not before; (11) others say so too."""
    report, closed = case.report, case.closed
    report.at(10)
    data = case.files.read("close.json", LARGE)
    case.has_digest("close.json", data, closed.data["close"].digest())
    case.close = close = read_close(data, case.tender)
    deadline = case.deadline(closed.index)
    report.hold(list(close.accepted) == sorted(case.live.values()), "the close did not accept exactly the live bids")
    report.hold(close.deadline == deadline, "the close names another deadline")
    report.hold(close.closed_at >= deadline, "the bid box was closed before its deadline")
    report.hold(close.log_size <= closed.index, "the close names a longer log than it had")
    last = max((entry.index for entry in case.log.of(case.tender, *_BIDS)), default=-1)
    report.hold(last < close.log_size, "a bid came into the log after the close had counted")
    report.at(11)
    checkpoint = case.checkpoint(case.files.read("close.checkpoint", CHECKPOINT_LIMIT))
    report.hold(checkpoint.size > closed.index, "the checkpoint of the close does not contain it")
    for witness, at in checkpoint.witnessed:
        report.hold(at >= int(deadline.timestamp()), "{who} saw the close before the deadline", who=witness)
    _check_stamps(case, checkpoint)


def _check_stamps(case: Case, checkpoint: Checkpoint) -> None:
    deadline, stamped = case.deadline(case.closed.index), set()
    for path in case.files.under("tsr"):
        found = timestamps.stamped(
            case.files.read(path, timestamps.LIMIT), text=checkpoint.text, authorities=case.trust.tsa
        )
        if found is None:
            continue
        number, at = found
        case.report.hold(at >= deadline.replace(microsecond=0), "{who} saw the close before the deadline", who=path)
        stamped.add(number)
    needed = min(_NEED, len(case.trust.tsa))
    case.report.hold(len(stamped) >= needed, "{found} authorities stamped the close; {needed} are needed",
                     found=len(stamped), needed=needed)  # fmt: skip
    if not needed:
        case.report.not_contained.append(timestamps.NONE)
