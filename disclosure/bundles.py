"""The verification bundle of a lot: what the log says publicly of it, and every document that those entries name.

A document goes in if and only if the entry that names it is public by now: the table of ``disclosure/rules.py``
decides, here as everywhere. Other entries are in it as the hash of their leaf. The files of bids are secret by law
(招标投标法 22, 38), so the public bundle goes without; who may read them gets them with ``manage.py bundle --files``.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from django.db.models import Q

from bidding import platform_key
from bidding.models import Ceremony, KeyRehearsal, Opening, Release, Seal, WitnessedClose
from bidding.queries import signatures_of
from bidding.rules import bundle as paths
from bidding.rules.ceremony import read_ceremony
from bidding.rules.close import read_close
from bidding.rules.receipt import write_receipt
from bidding.rules.seal_document import read_seal
from core import log_reading, storage
from core.canonical import digest
from core.errors import Refused
from core.models import LogLeaf, OutboxEntry
from core.reasons import reason
from disclosure import evidence, rules
from disclosure.names import Phase
from evaluation import draw_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from core.models import LogCheckpoint
    from trading.models import Lot

Files = dict[str, bytes]
_PIECE: Final = 1 << 20
_DATE: Final = (1980, 1, 1, 0, 0, 0)  # of every member: the same content gives the same bytes
NOT_YET = reason("There is no bundle before the opening record is published.")
NOT_WITNESSED = reason("The witnesses have not signed the log up to here yet: the bundle comes when they have.")


@dataclass(frozen=True)
class Bundle:
    """What goes into a bundle: files at hand, disclosed entries by place, and stored files by path in the bundle."""

    tender: str
    checkpoint: LogCheckpoint
    entries: Mapping[int, bytes]
    files: Files
    stored: Mapping[str, str]

    @property
    def version(self) -> str:
        """What the content follows from: two bundles of one version hold the same."""
        parts = [self.tender, str(self.checkpoint.size), *map(str, self.entries), *self.files, *self.stored]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def is_there(lot: Lot) -> bool:
    """Return whether a lot has come so far that it has a bundle."""
    return Phase.OPENING in rules.reached({notice.code for notice in lot.notices.all() if notice.is_public})


def of(lot: Lot, *, with_files: bool = False) -> Bundle:
    """Return the bundle of a lot as the public may have it now; Refused where there is none yet."""
    if not is_there(lot):
        raise Refused(NOT_YET)
    ceremony = read_ceremony(bytes(Ceremony.objects.get(lot=lot).document))
    # (1) what is public of this lot, of its project, and of nobody's: keys
    wanted = Q(tender=lot.number) | Q(tender=lot.project.number) | Q(tender="")
    rows = list(evidence.public_entries().filter(wanted, idx__isnull=False).order_by("idx"))
    last = max(row.idx for row in rows if row.tender == lot.number and row.idx is not None)
    # (2) the smallest log that holds all of it and has its quorum: later downloads are the same
    checkpoint = log_reading.first_witnessed(last + 1, quorum=ceremony.quorum)
    if checkpoint is None:
        raise Refused(NOT_WITNESSED)
    rows = [row for row in rows if row.idx is not None and row.idx < checkpoint.size]
    # (3) every document that a public entry names
    files: Files = {}
    for row in rows:
        if row.tender == lot.number and row.event in _DOCUMENTS:
            files |= _DOCUMENTS[row.event](lot, row, checkpoint)
    files[paths.BIDDERS] = _bidders(lot, rows)
    files[paths.CHECKPOINT] = log_reading.cosigned_note(checkpoint).encode()
    stored = _payloads(lot) if with_files else {}
    return Bundle(
        lot.number, checkpoint, {row.idx: bytes(row.entry) for row in rows if row.idx is not None}, files, stored
    )


def write(bundle: Bundle, target: IO[bytes]) -> None:
    """Write a bundle as a zip archive; the log and stored files pass through piece by piece."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        digests = {path: _member(archive, path, iter([data])) for path, data in sorted(bundle.files.items())}
        digests[paths.ENTRIES] = _member(archive, paths.ENTRIES, _lines(bundle))
        for path, sha256 in bundle.stored.items():
            digests[path] = _member(archive, path, _pieces(sha256))
        index = paths.write_index(bundle.tender, digests)
        _member(archive, paths.INDEX, iter([index]))
        _member(archive, paths.INDEX_NOTE, iter([platform_key.sign("bundle", digest(index)).encode()]))


def _member(archive: zipfile.ZipFile, path: str, pieces: Iterator[bytes]) -> str:
    member = zipfile.ZipInfo(path, _DATE)
    member.compress_type = zipfile.ZIP_STORED if path.startswith("payloads/") else zipfile.ZIP_DEFLATED
    found = hashlib.sha256()
    with archive.open(member, "w", force_zip64=True) as opened:
        for piece in pieces:
            found.update(piece)
            opened.write(piece)
    return found.hexdigest()


def _lines(bundle: Bundle) -> Iterator[bytes]:
    leaves = LogLeaf.objects.filter(idx__lt=bundle.checkpoint.size).order_by("idx").values_list("idx", "leaf")
    for index, leaf in leaves.iterator():
        yield paths.write_line(bundle.entries.get(index), bytes(leaf))


def _pieces(sha256: str) -> Iterator[bytes]:
    with storage.path_of(sha256).open("rb") as source:
        while piece := source.read(_PIECE):
            yield piece


# -- what an entry names -----------------------------------------------------------------------------------


def _data(row: OutboxEntry) -> dict[str, str]:
    found: dict[str, str] = json.loads(bytes(row.entry))["data"]
    return found


def _ceremony(lot: Lot, _row: OutboxEntry, _checkpoint: LogCheckpoint) -> Files:
    held = Ceremony.objects.get(lot=lot)
    return {paths.CEREMONY: bytes(held.document), paths.CEREMONY_NOTES: signatures_of(held)}


def _rehearsal(_lot: Lot, row: OutboxEntry, _checkpoint: LogCheckpoint) -> Files:
    name = _data(row)["rehearsal"]
    return {f"rehearsals/{name}.json": bytes(KeyRehearsal.objects.get(digest=name).document)}


def _sealed(_lot: Lot, row: OutboxEntry, checkpoint: LogCheckpoint) -> Files:
    """Return a seal and its receipt, proved under the checkpoint of the bundle: Ed25519 signs without randomness."""
    seal = Seal.objects.get(pk=_data(row)["seal"])
    entry, index = bytes(row.entry).decode(), row.idx or 0
    receipt = write_receipt(
        tender=row.tender, seal=seal.digest, entry=entry, proof=log_reading.proof_of(index, checkpoint)
    )
    note = platform_key.sign("receipt", receipt.digest)
    return {
        **paths.signed("seals", seal.digest, bytes(seal.document), seal.note),
        **paths.signed("receipts", seal.digest, receipt.data, note),
    }


def _withdrawn(_lot: Lot, row: OutboxEntry, _checkpoint: LogCheckpoint) -> Files:
    seal = Seal.objects.get(pk=_data(row)["seal"])
    statement = seal.withdrawal
    return paths.signed("withdrawals", seal.digest, statement["document"].encode(), statement["note"])


def _closed(lot: Lot, _row: OutboxEntry, _checkpoint: LogCheckpoint) -> Files:
    witnessed = WitnessedClose.objects.select_related("close", "checkpoint").get(close__lot=lot)
    stamps = {
        f"tsr/{hashlib.sha256(stamp.tsa.encode()).hexdigest()[:16]}.tsr": bytes(stamp.token)
        for stamp in witnessed.checkpoint.timestamps.all()
    }
    return {
        paths.CLOSE: bytes(witnessed.close.document),
        paths.CLOSE_CHECKPOINT: witnessed.note.encode(),
        **stamps,
    }


def _released(lot: Lot, row: OutboxEntry, _checkpoint: LogCheckpoint) -> Files:
    """Return a release; what was released stays closed where the stage was never opened."""
    if not Opening.objects.filter(lot=lot, digest__gt="").exists():
        return {}
    data = _data(row)
    release = Release.objects.get(lot=lot, kid=data["kid"])
    return paths.signed(f"releases/{data['stage']}", release.kid, bytes(release.document), release.note)


def _opened(lot: Lot, row: OutboxEntry, _checkpoint: LogCheckpoint) -> Files:
    return {paths.opening_path(int(_data(row)["stage"])): bytes(Opening.objects.get(lot=lot).document)}


def _drawn(lot: Lot, row: OutboxEntry, _checkpoint: LogCheckpoint) -> Files:
    return draw_bundle.files_named_by(row.event, _data(row), lot)


_DOCUMENTS: Final[Mapping[str, Callable[[Lot, OutboxEntry, LogCheckpoint], Files]]] = {
    "tender.published": _ceremony,
    "key.rehearsed": _rehearsal,
    "bid.sealed": _sealed,
    "bid.withdrawn": _withdrawn,
    "tender.closed": _closed,
    "opening.release": _released,
    "tender.opened": _opened,
    **dict.fromkeys(draw_bundle.EVENTS, _drawn),
}


def _bidders(lot: Lot, rows: list[OutboxEntry]) -> bytes:
    """Return the key, in force at the close, of every bidder that a public entry of a bid names."""
    closed = next(row.idx for row in rows if row.event == "tender.closed" and row.tender == lot.number)
    names = {_data(row)["bidder"] for row in rows if row.tender == lot.number and row.event.startswith("bid.")}
    keys: dict[str, str] = {}
    for row in rows:
        data = _data(row) if row.event == "key.enrolled" and (row.idx or 0) < (closed or 0) else {}
        if data.get("kind") == "bidder" and data["subject"] in names:
            keys[data["subject"]] = data["vkey"]
    return paths.write_bidders(lot.number, keys)


def _payloads(lot: Lot) -> dict[str, str]:
    """Return the stored files of the accepted bids, as far as they are there."""
    ceremony = read_ceremony(bytes(Ceremony.objects.get(lot=lot).document))
    accepted = read_close(bytes(WitnessedClose.objects.get(close__lot=lot).close.document)).accepted
    rows = Seal.objects.filter(lot=lot, pk__in=accepted)
    seals = [read_seal(bytes(row.document), ceremony=ceremony) for row in rows]
    found = [envelope.sha256 for seal in seals for envelope in seal.envelopes]
    return {paths.payload_path(sha256): sha256 for sha256 in sorted(found) if storage.path_of(sha256).exists()}
