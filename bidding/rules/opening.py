"""Opening a stage: the status of every envelope, and the document that says so (section 11.2).

Every secret is recovered and every file hashed before any file is opened, so that nobody can learn one offer
and still cause another to be declared damaged.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bidding.rules.age import read_payload
from bidding.rules.archive import IndexedFile, read_archive
from bidding.rules.derivation import payload_secret
from bidding.rules.recovery import Recovery, recover
from core.canonical import Malformed
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import BinaryIO

    from bidding.rules.age_stream import Sink
    from bidding.rules.ceremony import Ceremony
    from bidding.rules.release import Release
    from bidding.rules.seal_document import Seal, SealedEnvelope

_PIECE: Final = 1_048_576


class Status(StrEnum):
    """What became of one envelope. ``PENDING`` stands in no document: it waits for holders or for the file."""

    OPENED = "opened"
    PAYLOAD_INVALID = "payload_invalid"
    PAYLOAD_MISSING = "payload_missing"
    INVALID_DEALING = "invalid_dealing"
    UNOPENABLE = "unopenable"
    PENDING = "pending"


@dataclass(frozen=True)
class Finding:
    """An envelope before its file is opened: ``status`` is None while nothing speaks against opening it."""

    seal: Seal
    envelope: SealedEnvelope
    status: Status | None
    recovery: Recovery | None
    why: Reason | None


@dataclass(frozen=True)
class Result:
    """The status of one envelope, with the holders' ids at fault and the reason where it did not open.

    ``secret`` (32 bytes) is set for every status but ``UNOPENABLE`` and ``PENDING``; ``files`` and
    ``plain_sha256`` (over the padded plaintext) only for ``OPENED``.
    """

    seal: str
    bidder: str
    envelope: str
    lot: str
    status: Status
    secret: bytes | None = field(default=None, repr=False)
    plain_sha256: str | None = None
    files: tuple[IndexedFile, ...] = ()
    malformed_for: tuple[str, ...] = ()
    false_shares: tuple[str, ...] = ()
    false_nulls: tuple[str, ...] = ()
    why: Reason | None = None


def shares_of(releases: Iterable[Release]) -> dict[tuple[str, str, str], dict[str, bytes | None]]:
    """Return what the releases of one stage say: per (seal, envelope, lot) the shares by kid.

    Raises :class:`Malformed` if one holder released twice.
    """
    shares: dict[tuple[str, str, str], dict[str, bytes | None]] = {}
    kids: set[str] = set()
    for release in releases:
        if release.kid in kids:
            raise Malformed(reason("“{kid}” released twice.", kid=release.kid))
        kids.add(release.kid)
        for item in release.shares:
            shares.setdefault((item.seal, item.envelope, item.lot), {})[release.kid] = item.share
    return shares


def find(
    seal: Seal,
    envelope: SealedEnvelope,
    *,
    ceremony: Ceremony,
    shares: Mapping[str, bytes | None],
    payload: Callable[[], BinaryIO] | None,
    waiting_is_over: bool,
) -> Finding:
    """Return what the shares and the stored file say, without opening the file. First matching row wins.

    ``payload`` opens the stored age file; None if there is none. ``waiting_is_over`` is true from O + T on, or
    when the bidder has waived the wait: until then nothing is declared unopenable or missing.
    """
    recovery = recover(seal, envelope, ceremony=ceremony, shares=shares)

    def finding(status: Status | None, why: Reason | None = None) -> Finding:
        return Finding(seal, envelope, status, recovery, why)

    # row 1
    if recovery is None:
        why = reason("The shares released so far do not open this envelope.")
        return finding(Status.UNOPENABLE if waiting_is_over else Status.PENDING, why)
    # row 2
    if recovery.malformed_for:
        kids = ", ".join(recovery.malformed_for)
        return finding(Status.INVALID_DEALING, reason("The bidder dealt no proper share to: {kids}.", kids=kids))
    # row 4
    size = None if payload is None else _size_of_sealed_file(payload, envelope.sha256)
    if size is None:
        why = reason("The file with the sealed digest is not there.")
        return finding(Status.PAYLOAD_MISSING if waiting_is_over else Status.PENDING, why)
    # row 5, what can be known without opening
    if size != envelope.size:
        why = reason("The file has {found} bytes, its seal says {stated}.", found=size, stated=envelope.size)
        return finding(Status.PAYLOAD_INVALID, why)
    return finding(None)


def unseal(
    finding: Finding,
    *,
    payload: Callable[[], BinaryIO] | None,
    keep: Callable[[IndexedFile], Sink | None] = lambda _: None,
) -> Result:
    """Return the result of a finding; where nothing speaks against it, the file is opened.

    ``keep`` gives the sink for each file inside, or None to pass it over. If the result is not ``OPENED``,
    what the sinks received must be thrown away.
    """
    if finding.status is not None or finding.recovery is None or payload is None:
        return _result(finding, finding.status or Status.PENDING, why=finding.why)
    seal, envelope = finding.seal, finding.envelope
    secret = payload_secret(finding.recovery.secret, seal.context(envelope))
    try:
        with payload() as source:
            archive = read_archive(read_payload(source, secret=secret), belonging=seal.belonging(envelope), keep=keep)
    except Malformed as error:  # row 5
        return _result(finding, Status.PAYLOAD_INVALID, why=error.reason)
    # row 6
    return _result(finding, Status.OPENED, plain_sha256=archive.sha256, files=archive.files)


def _size_of_sealed_file(payload: Callable[[], BinaryIO], sha256: str) -> int | None:
    """Return the size of the stored file, or None if it is not the file with the sealed digest."""
    digest, size = hashlib.sha256(), 0
    with payload() as source:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return size if digest.hexdigest() == sha256 else None


def _result(
    finding: Finding,
    status: Status,
    *,
    plain_sha256: str | None = None,
    files: tuple[IndexedFile, ...] = (),
    why: Reason | None = None,
) -> Result:
    recovery = finding.recovery
    return Result(
        seal=finding.seal.digest,
        bidder=finding.seal.bidder,
        envelope=finding.envelope.name,
        lot=finding.envelope.lot,
        status=status,
        secret=None if recovery is None or status is Status.PENDING else recovery.secret,
        plain_sha256=plain_sha256,
        files=files,
        malformed_for=recovery.malformed_for if recovery else (),
        false_shares=recovery.false_shares if recovery else (),
        false_nulls=recovery.false_nulls if recovery else (),
        why=why,
    )
