"""What the steps have established so far: each reads what those before it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from verifier import canonical, signed
from verifier.log import Checkpoint, check_quorum, read_checkpoint
from verifier.schema import LARGE
from verifier.words import Fault

if TYPE_CHECKING:
    from verifier.ceremony import Ceremony, Envelope, Seal
    from verifier.container import Files
    from verifier.documents import Close, Release, Rescue, Result
    from verifier.entries import Entry, Log
    from verifier.report import Report
    from verifier.signed import Key
    from verifier.trust import Trust

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class Case:
    """One bundle under verification. ``is_public`` is true if the files of bids need not be in it."""

    files: Files
    trust: Trust
    report: Report
    is_public: bool
    tender: str = ""
    log: Log = field(init=False)
    ceremony: Ceremony = field(init=False)
    enrolled: dict[tuple[str, str], list[tuple[int, Key]]] = field(default_factory=dict)
    deadlines: list[tuple[int, datetime]] = field(default_factory=list)  # from which index on which one is in force
    closed: Entry = field(init=False)
    close: Close = field(init=False)
    seals: dict[str, Seal] = field(default_factory=dict)
    live: dict[str, str] = field(default_factory=dict)  # bidder → digest of its live seal
    opened: dict[int, Entry] = field(default_factory=dict)  # stage → its tender.opened
    releases: dict[tuple[int, str], dict[str, Release | None]] = field(default_factory=dict)  # None: not contained
    bidder_keys: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    rescues: list[Rescue] = field(default_factory=list)
    results: list[tuple[Result, Seal, Envelope]] = field(default_factory=list)

    @property
    def quorum(self) -> int:
        """How many witnesses are needed: the larger number of the anchors' and the ceremony's."""
        return max(self.trust.quorum, self.ceremony.quorum)

    @property
    def opens_at(self) -> datetime:
        """O: the deadline, grace and the bidders' window after it."""
        return self.deadline(self.closed.index) + self._seconds(self.ceremony.grace + self.ceremony.key_window)

    @property
    def rescue_until(self) -> datetime:
        """O + T."""
        return self.opens_at + self._seconds(self.ceremony.rescue)

    def deadline(self, index: int) -> datetime:
        """Return the deadline in force at an index."""
        return [at for since, at in self.deadlines if since < index][-1]

    def key(self, kind: str, subject: str, index: int) -> Key:
        """Return the key of a subject in force at an index: the last one enrolled below it."""
        keys = [key for since, key in self.enrolled.get((kind, subject), []) if since < index]
        if not keys:
            raise Fault("no key of {subject} was enrolled before entry {index}", subject=subject, index=index)
        return keys[-1]

    def items(self, stage: int) -> list[tuple[Seal, Envelope]]:
        """Return every accepted seal and envelope of a stage: in the order of the close, then of the seal."""
        names = self.ceremony.stages[stage - 1]
        seals = [self.seals[digest] for digest in self.close.accepted]
        return [(seal, envelope) for seal in seals for envelope in seal.envelopes if envelope.name in names]

    def signed(self, path: str, *, of: str, digest: str, key: Key) -> None:
        """Check the statement of ``key`` beside a document: the file of the same name ending in ``.sig``."""
        note = self.files.read(path.removesuffix(".json") + ".sig", signed.STATEMENT_LIMIT)
        signed.check_statement(note, of=of, digest=digest, key=key)
        self.report.count()

    def checkpoint(self, note: bytes) -> Checkpoint:
        """Return a checkpoint with its quorum whose root is that of the log at its size."""
        found = read_checkpoint(note, self.trust)
        check_quorum(found, self.quorum)
        tree = self.log.tree
        self.report.hold(found.size <= tree.size, "the checkpoint is of a longer log than that of the bundle")
        self.report.hold(found.root == tree.root(found.size), "the checkpoint has another root than the log")
        return found

    def document(self, folder: str, digest: str, limit: int = LARGE) -> tuple[str, bytes]:
        """Return path and bytes of a document that is named by its digest, and has it."""
        path = f"{folder}/{digest}.json"
        data = self.files.read(path, limit)
        self.has_digest(path, data, digest)
        return path, data

    def has_digest(self, path: str, data: bytes, digest: str) -> None:
        """Refuse a document with another digest than the log states."""
        found = canonical.digest(data)
        self.report.hold(found == digest, "{path} is not the document whose digest is in the log", path=path)

    @staticmethod
    def _seconds(number: int) -> timedelta:
        return timedelta(seconds=number)
