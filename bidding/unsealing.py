"""From shares to files: every status of a lot, and the plaintext of what opened, in a folder that vanishes.

Reads rows and files and writes none: whether anything of it is kept is decided under the lock (opening.py).
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bidding import contents
from bidding.rules import form
from bidding.rules.opening import Finding, Result, Status, find, shares_of, unseal
from core import storage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bidding.contents import Contents
    from bidding.rules.age_stream import Sink
    from bidding.rules.archive import IndexedFile
    from bidding.rules.seal_document import Seal, SealedEnvelope

    _Key = tuple[str, str, str]  # seal, envelope, lot


@dataclass
class Unsealed:
    """The result of one seal's envelope and its files on disk, by name; ``form`` the bytes of the offer form."""

    result: Result
    folder: Path
    files: tuple[IndexedFile, ...] = ()
    form: bytes | None = field(default=None, repr=False)


@dataclass
class Unsealing:
    """All results of a lot, in the order of commitment; ``pending`` envelopes still wait."""

    pending: list[Finding]
    bids: list[Unsealed] = field(default_factory=list)


@contextmanager
def unsealed(box: Contents, *, waiting_is_over: bool) -> Iterator[Unsealing]:
    """Settle every status; unless something is pending, open the files into a folder that is removed at the end.

    (1) k of n holders have released, and the close is on record: the caller has seen to it.
    """
    # (2) Every secret is recovered and every file hashed BEFORE any file is opened.
    shares = shares_of(box.releases)
    findings = [_find(box, seal, shares, is_over=waiting_is_over) for seal in box.in_order_of_commitment()]
    pending = [finding for finding in findings if finding.status is Status.PENDING]
    if pending:
        yield Unsealing(pending)
        return
    # (3) Files are opened in order of commitment, not of arrival.
    incoming = storage.root() / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="opening-", dir=incoming) as folder:
        bids = [_open(finding, Path(folder) / str(number)) for number, finding in enumerate(findings)]
        yield Unsealing([], bids)


def _find(box: Contents, seal: Seal, shares: Mapping[_Key, dict[str, bytes | None]], *, is_over: bool) -> Finding:
    envelope = _envelope(box, seal)
    own = shares.get((seal.digest, envelope.name, envelope.lot), {})
    file = contents.payload(envelope)

    def look(*, is_over: bool) -> Finding:
        return find(seal, envelope, ceremony=box.ceremony, shares=own, payload=file, waiting_is_over=is_over)

    finding = look(is_over=is_over)
    if finding.status is Status.PENDING and finding.recovery is None and box.has_all_releases:
        return look(is_over=True)  # nobody is left to wait for
    return finding


def _envelope(box: Contents, seal: Seal) -> SealedEnvelope:
    """Return the one envelope of the one stage: submitting has refused seals without it."""
    names = set(box.ceremony.stage(1))
    return next(envelope for envelope in seal.envelopes if envelope.name in names)


def _open(finding: Finding, folder: Path) -> Unsealed:
    folder.mkdir()
    sinks: list[_FileSink] = []

    def keep(file: IndexedFile) -> Sink:
        if sinks:
            sinks[-1].close()
        sinks.append(_FileSink(folder / file.name))
        return sinks[-1]

    result = unseal(finding, payload=contents.payload(finding.envelope), keep=keep)
    if sinks:
        sinks[-1].close()
    opened = result.files if result.status is Status.OPENED else ()
    stated = next((file for file in opened if file.name == form.NAME), None)
    data = (folder / stated.name).read_bytes() if stated and stated.size <= form.LIMIT else None
    return Unsealed(result, folder, opened, data)


class _FileSink:
    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, data: bytes, /) -> object:
        return self._file.write(data)

    def close(self) -> None:
        self._file.close()
