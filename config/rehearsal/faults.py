"""One lot for each fault that evidence must show: somebody cheats, and the verifier says who, or at which step.

The bidder that deals badly, the holder that lies and the holder that is absent are named by a bundle that verifies:
the platform did its part. A platform that drops a bid or swaps the pool of a draw makes a bundle that does not.
"""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bidding import closing, opening, queries, releasing
from bidding.anchors import anchors
from bidding.models import Seal
from bidding.platform_key import sign
from bidding.rules.bundle import INDEX, INDEX_NOTE, index_of
from bidding.rules.ceremony import read_ceremony
from bidding.rules.close import read_close
from bidding.rules.release import write_release
from bidding.rules.seal_document import Seal as SealDocument
from bidding.rules.seal_document import read_seal, write_seal
from config.rehearsal import construction, proof, sealing
from config.rehearsal.drawing import draw_experts
from config.rehearsal.source import Letting, Printed, SourceBid, SourceLot, offer_form
from core import clock, waiting
from core.canonical import b64u_encode, digest, dumps, loads
from core.notes import sign_statement
from trading.models import Lot

if TYPE_CHECKING:
    from config.rehearsal.construction import Run
    from config.rehearsal.people import Cast, HolderKeys
    from evaluation.models import Draw
    from verifier.report import Report

BAD_DEALING: Final = "bad dealing"
LYING: Final = "lying holder"
ABSENT: Final = "absent holder"
DROPPED: Final = "dropped bid"
SWAPPED: Final = "swapped pool"
FAULTS: Final = (BAD_DEALING, LYING, ABSENT, DROPPED, SWAPPED)
_KINDS: Final = {BAD_DEALING: "dealing", LYING: "false_share", ABSENT: "absent"}
_BIDDERS: Final = 4  # one more than the least number, so that one of them may be at fault
_LIMIT: Final = 16 * 2**20


@dataclass(frozen=True)
class Shown:
    """Whether the verifier showed a fault that was planted, and what it said."""

    fault: str
    is_shown: bool
    said: str


def shown(cast: Cast, *, currency: str, edition: str) -> list[Shown]:
    """Run one lot with each fault to its opening and return what the verifier says of its bundle."""
    run = construction.Run(cast=cast, currency=currency, edition=edition)
    project = construction.drafted(run, Letting("faults", tuple(_lot(fault) for fault in FAULTS)))
    lots = {run.lots[lot.number].lot_id: lot for lot in construction.open_project(run, project)}
    clock.move_to(clock.now() + timedelta(days=1))
    for lot in lots.values():
        _bid(run, lot)
    _deal_badly(run, lots[BAD_DEALING])
    clock.move_to(max(lot.closes_at for lot in lots.values() if lot.closes_at is not None))
    _drop(lots[DROPPED])
    for lot in lots.values():
        closing.close(lot.pk)
    clock.move_to(clock.now() + timedelta(minutes=5))
    for fault, row in lots.items():
        lot = Lot.objects.select_related("project", "close").get(pk=row.pk)
        _release(lot, run.keys, fault=fault)
        opening.finish(lot.pk, actor=run.actor("owner.approver"), at=clock.now())
    drawn = draw_experts(run, Lot.objects.select_related("project").get(pk=lots[SWAPPED].pk))
    waiting.nudge()
    return [_judged(fault, drawn, Lot.objects.select_related("project").get(pk=row.pk)) for fault, row in lots.items()]


def _judged(fault: str, drawn: Draw, lot: Lot) -> Shown:
    with tempfile.TemporaryDirectory() as folder:
        path, trust = Path(folder) / "bundle.zip", dumps(anchors()).decode()
        report = proof.judged(lot, path, trust=trust)
        if fault == SWAPPED and report.is_verified:
            _swap(path, drawn)
            report = proof.read(path, trust=trust)
    if fault in _KINDS:
        named = [f"{one.who}: {one.said}" for one in report.named if one.kind == _KINDS[fault]]
        return Shown(fault, report.is_verified and bool(named), "; ".join(sorted(set(named))) or _verdict(report))
    return Shown(fault, not report.is_verified, _verdict(report))


def _verdict(report: Report) -> str:
    return "it verifies" if report.fault is None else f"step {report.number}: {report.fault}"


# -- the source of it: four bidders, the same in every lot -------------------------------------------------


def _lot(fault: str) -> SourceLot:
    bids = tuple(
        SourceBid(vendor=f"FAULT-{n}", name=f"Bidder {n} of the faults", total=Decimal(100 + n), is_withdrawn=False)
        for n in range(_BIDDERS)
    )
    printed = Printed(bid_count=_BIDDERS, ranking=(), winner="", amount=Decimal(0), has_contract=False)
    return SourceLot(fault, "faults", fault, f"A lot with a fault: {fault}", fault, "", bids, printed)


def _bid(run: Run, lot: Lot) -> None:
    for bid in run.lots[lot.number].bids:
        seat = run.cast.bidder(bid.vendor, bid.name, at=clock.now())
        form = offer_form(bid.total, currency=run.currency)
        sealing.submit_offer(lot, form, actor=seat.actor(), key=run.cast.bidder_keys[bid.vendor], at=clock.now())


# -- the faults ----------------------------------------------------------------------------------------------


def _deal_badly(run: Run, lot: Lot) -> None:
    """Let the first bidder replace its bid by one that a holder cannot open: a wrap of garbage."""
    bid = run.lots[lot.number].bids[0]
    seat = run.cast.bidder(bid.vendor, bid.name, at=clock.now())
    live = Seal.in_box.get(lot=lot, bidder=seat.organisation, state=Seal.LIVE)

    def spoiled(seal: SealDocument) -> SealDocument:
        ceremony = read_ceremony(sealing.document(queries.ceremony_of(lot)))
        envelope = seal.envelopes[0]
        deal = (replace(envelope.deal[0], ct=bytes(48)), *envelope.deal[1:])
        return write_seal(
            ceremony=ceremony,
            bidder=seal.bidder,
            cid=seal.cid,
            envelopes=[replace(envelope, deal=deal)],
            replaces=seal.replaces,
        )

    sealing.submit_offer(
        lot,
        offer_form(bid.total, currency=run.currency),
        actor=seat.actor(),
        key=run.cast.bidder_keys[bid.vendor],
        at=clock.now(),
        replaces=live.digest,
        spoil=spoiled,
    )


def _drop(lot: Lot) -> None:
    """Take a bid out of the box behind the log's back, as whoever rules the database can."""
    first = Seal.in_box.filter(lot=lot, state=Seal.LIVE).order_by("received_at", "digest")[0]
    Seal.in_box.filter(pk=first.pk).update(state=Seal.WITHDRAWN)


def _release(lot: Lot, keys: dict[str, HolderKeys], *, fault: str) -> None:
    """Let as many holders release as are needed: all of them where a share of the first is missing or false."""
    ceremony = read_ceremony(sealing.document(queries.ceremony_of(lot)))
    close = read_close(bytes(lot.close.document))
    seals = [read_seal(bytes(row.document), ceremony=ceremony) for row in queries.accepted_seals(lot)]
    kids = list(keys) if fault in (BAD_DEALING, LYING) else list(keys)[: ceremony.k]
    for kid in kids:
        data = write_release(ceremony, close=close, seals=seals, kid=kid, secret_key=keys[kid].secret).data
        if fault == LYING and kid == kids[0]:
            data = _false(data)
        note = sign_statement("release", digest(data), key=keys[kid].signing)
        releasing.release(lot.pk, kid=kid, document=data, note=note, actor=keys[kid].actor, at=clock.now())


def _swap(path: Path, drawn: Draw) -> None:
    """Show another pool in the bundle than the one that was drawn from, under an index that the platform signs."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = f"draws/{drawn.digest}/manifest.json"
    document = loads(files[manifest], limit=_LIMIT)
    if not isinstance(document, dict) or not isinstance(pool := document["pool"], list):
        raise TypeError("a manifest is an object with a list as its pool")
    files[manifest] = dumps(document | {"pool": pool[1:]})
    rest = {name: data for name, data in files.items() if not name.startswith("bundle.")}
    index = index_of(drawn.lot.number, rest)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**rest, INDEX: index, INDEX_NOTE: sign("bundle", digest(index)).encode()}.items():
            archive.writestr(name, data)


def _false(data: bytes) -> bytes:
    document = loads(data, limit=_LIMIT)
    if not isinstance(document, dict) or not isinstance(shares := document["shares"], list):
        raise TypeError("a release is an object with a list of shares")
    for share in shares:
        if isinstance(share, dict):
            share["share"] = b64u_encode(bytes(32))
    return dumps(document)
