"""A whole tender on paper: keys, log, bids, close, opening and bundle, made by pure code; nothing is checked here.

Every act is a method, so that a dishonest platform is the same story with one act changed.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bidding.rules import bundle
from bidding.rules.archive import describe_file
from bidding.rules.ceremony import Ceremony, Holder, make_ceremony
from bidding.rules.ceremony_signatures import sign_ceremony, write_signatures
from bidding.rules.close import Close, write_close
from bidding.rules.opening import Finding, Result, find, shares_of, unseal
from bidding.rules.opening_document import write_opening
from bidding.rules.recovery import Recovery
from bidding.rules.rehearsal import answer_rehearsal, write_rehearsal
from bidding.rules.release import Release, read_release, stage_items, write_release
from bidding.rules.sealing import EnvelopeToSeal, SealedBid, seal_bid
from bidding.rules.withdrawal import write_withdrawal
from bidding.rules.wrapping import public_key_of
from core.canonical import b64u_encode, digest, digest_of, dumps, format_time, loads
from core.checkpoints import Checkpoint, cosign, cosigning_vkey, sign_checkpoint, write_proof
from core.notes import SigningKey, sign_statement
from core.tree import inclusion_proof, leaf_hash, node_hash, root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bidding.rules.seal_document import Seal
    from core.tree import Nodes

TENDER = "TP-2026-0001/1"
START = datetime(2026, 1, 5, 1, tzinfo=UTC)
DEADLINE = datetime(2026, 2, 2, 9, tzinfo=UTC)
ROLES = ("agency", "platform", "supervisor", "tenderee")
ORIGIN = "trade.example/log/1"


def key(name: str) -> SigningKey:
    return SigningKey(f"trade.example/{name}", (name.encode() * 32)[:32])


def holder_secret(kid: str) -> bytes:
    return (b"x" + kid.encode() * 32)[:32]


@dataclass
class Keys:
    """Who signs; the trust anchors of a reader are made of these."""

    log: SigningKey = field(default_factory=lambda: replace(key("log"), name=ORIGIN))
    platform: SigningKey = field(default_factory=lambda: key("platform"))
    witnesses: tuple[SigningKey, ...] = field(default_factory=lambda: tuple(key(f"witness-{n}") for n in range(3)))
    holders: dict[str, SigningKey] = field(default_factory=lambda: {kid: key(f"holder/{kid}") for kid in ROLES})

    def trust(self, *, quorum: int = 2, tsa: Iterable[str] = ()) -> dict[str, object]:
        return {
            "origin": self.log.name,
            "log": str(self.log.verify_key),
            "platform": str(self.platform.verify_key),
            "witnesses": [str(cosigning_vkey(one)) for one in self.witnesses],
            "quorum": quorum,
            "holders": [str(one.verify_key) for one in self.holders.values()],
            "tsa": list(tsa),
        }


class Paper:
    """One tender. ``files`` collects the documents of the bundle; ``log`` the entries (bytes)."""

    def __init__(
        self, *, seed: int = 0, k: int = 3, rescue: int = 1_800, holders: dict[str, SigningKey] | None = None
    ) -> None:
        self.keys = Keys()
        self.keys.holders |= holders or {}
        self.colluding = 3  # witnesses that sign whatever they are given
        self.log: list[bytes] = []
        self.withheld: set[int] = set()
        self.files: dict[str, bytes] = {}
        self.at = START
        self._random = (seed * 100_000 + n for n in range(1, 100_000))
        self.ceremony = self._ceremony(k, rescue)
        self.deadline = DEADLINE
        self.live: dict[str, Seal] = {}
        self.sealed: dict[str, SealedBid] = {}
        self.payloads: dict[str, bytes] = {}
        self.places: dict[str, int] = {}  # seal → index of its entry
        self.releases: list[Release] = []
        self.results: list[Result] = []
        self.close: Close | None = None
        self.close_index = 0

    def randomness(self, size: int) -> bytes:
        return digest(str(next(self._random)).encode()).encode()[:size].ljust(size, b"\x01")

    # -- the log -------------------------------------------------------------------------------------------

    def enter(self, event: str, data: dict[str, object], *, at: datetime | None = None, tender: str = TENDER) -> int:
        self.at = max(self.at, at) if at else self.at + timedelta(seconds=1)
        document = {
            "v": "tsb/1",
            "type": "entry",
            "t": event,
            "tender": tender,
            "at": format_time(at or self.at),
            "salt": b64u_encode(self.randomness(16)),
            "data": data,
        }
        self.log.append(dumps(document))
        return len(self.log) - 1

    def leaves(self) -> list[bytes]:
        return [leaf_hash(entry) for entry in self.log]

    def nodes(self) -> Nodes:
        """Return the roots of perfect subtrees, all worked out at once: a log on paper may have a million entries."""
        levels = [self.leaves()]
        while len(levels[-1]) > 1:
            row = levels[-1]
            levels.append([node_hash(row[n], row[n + 1]) for n in range(0, len(row) - 1, 2)])
        return lambda level, index: levels[level][index]

    def checkpoint(self, size: int | None = None, *, at: datetime | None = None, nodes: Nodes | None = None) -> str:
        """Return a checkpoint signed by the log and cosigned by those who collude."""
        size = len(self.log) if size is None else size
        checkpoint = Checkpoint(self.keys.log.name, size, root_of(size, nodes or self.nodes()))
        when = int((at or self.at).timestamp())
        note = sign_checkpoint(checkpoint, key=self.keys.log)
        return note + "".join(
            cosign(checkpoint.text, key=one, at=when) for one in self.keys.witnesses[: self.colluding]
        )

    def signed(self, folder: str, name: str, doc_type: str, data: bytes, signer: SigningKey) -> None:
        note = sign_statement(doc_type, digest(data), key=signer)
        self.files |= bundle.signed(folder, name, data, note)

    # -- before the deadline -------------------------------------------------------------------------------

    def _ceremony(self, k: int, rescue: int) -> Ceremony:
        holders = [
            Holder(kid, public_key_of(holder_secret(kid)), str(one.verify_key), f"org/{kid}", kid)
            for kid, one in self.keys.holders.items()
        ]
        return make_ceremony(tender=TENDER, k=k, holders=holders, max_size=10_000_000, rescue=rescue)

    def publish(self) -> None:
        for kid in ROLES:
            self.enrol(f"person-{kid}", self.keys.holders[kid], kind="holder")
        notes = {kid: sign_ceremony(self.ceremony, key=one) for kid, one in self.keys.holders.items()}
        self.files["ceremony.json"] = self.ceremony.data
        self.files["ceremony.sigs"] = write_signatures(notes)
        self.enter("tender.published", {"deadline": format_time(self.deadline), "ceremony": self.ceremony.digest})
        rehearsal = write_rehearsal(self.ceremony, secret=self.randomness(32), cid=self.randomness(16))
        self.files[f"rehearsals/{rehearsal.digest}.json"] = rehearsal.data
        for kid in ROLES:
            answer = answer_rehearsal(rehearsal, ceremony=self.ceremony, kid=kid, secret_key=holder_secret(kid))
            self.enter("key.rehearsed", {"kid": kid, "rehearsal": rehearsal.digest, "answer": answer.digest})

    def enrol(self, subject: str, signer: SigningKey, *, kind: str = "bidder") -> None:
        data = {"subject": subject, "kind": kind, "vkey": str(signer.verify_key), "evidence": digest(subject.encode())}
        self.enter("key.enrolled", data, tender="")

    def seal(self, bidder: str, price: str = "970000.00", *, replaces: str | None = None) -> SealedBid:
        """Return a sealed bid; its file is kept, nothing is submitted."""
        sink = io.BytesIO()
        content = dumps({"price": price, "bidder": bidder})
        file = describe_file(lambda: io.BytesIO(content), name="form.json", title="报价表", media="application/json")
        envelope = EnvelopeToSeal("opening", "1", [file], sink)
        made = seal_bid(
            self.ceremony, bidder=bidder, envelopes=[envelope], replaces=replaces, randomness=self.randomness
        )
        self.payloads[made.seal.envelopes[0].sha256] = sink.getvalue()
        return made

    def submit(self, bidder: str, price: str = "970000.00", *, at: datetime | None = None) -> SealedBid:
        if bidder not in self.sealed:
            self.enrol(bidder, key(bidder))
        live = self.live.get(bidder)
        sealed = self.seal(bidder, price, replaces=live.digest if live else None)
        self.take(sealed.seal, at=at)
        self.sealed[bidder] = sealed
        return sealed

    def take(self, seal: Seal, *, at: datetime | None = None) -> None:
        self.signed("seals", seal.digest, "seal", seal.data, key(seal.bidder))
        data = {"seal": seal.digest, "bidder": seal.bidder, "replaces": seal.replaces}
        self.places[seal.digest] = self.enter("bid.sealed", data, at=at)
        self.live[seal.bidder] = seal

    def withdraw(self, bidder: str) -> None:
        seal = self.live.pop(bidder)
        document = write_withdrawal(tender=TENDER, bidder=bidder, seal=seal.digest)
        self.signed("withdrawals", seal.digest, "withdraw", document.data, key(bidder))
        self.enter("bid.withdrawn", {"seal": seal.digest, "bidder": bidder, "doc": document.digest})

    def extend(self, hours: int) -> None:
        old, self.deadline = self.deadline, self.deadline + timedelta(hours=hours)
        self.enter(
            "tender.extended", {"old": format_time(old), "deadline": format_time(self.deadline), "reason": "hold"}
        )

    # -- from the deadline on --------------------------------------------------------------------------------

    def shut(self, *, closed_at: datetime | None = None, accepted: list[str] | None = None) -> Close:
        digests = [seal.digest for seal in self.live.values()] if accepted is None else accepted
        at = closed_at or self.deadline + timedelta(seconds=2)
        self.close = write_close(
            tender=TENDER,
            deadline=self.deadline,
            closed_at=at,
            accepted=digests,
            log_size=len(self.log),
        )
        self.files["close.json"] = self.close.data
        self.close_index = self.enter("tender.closed", {"close": self.close.digest}, at=at + timedelta(seconds=1))
        return self.close

    def accepted(self) -> list[Seal]:
        by_digest = {seal.digest: seal for seal in self.live.values()}
        return [by_digest[one] for one in self.close.accepted]

    def release(
        self, *kids: str, at: datetime | None = None, spoil: Callable[[Release], bytes] = lambda made: made.data
    ) -> None:
        for kid in kids:
            made = write_release(
                self.ceremony, close=self.close, seals=self.accepted(), kid=kid, secret_key=holder_secret(kid)
            )
            data = spoil(made)
            self.signed("releases/1", kid, "release", data, self.keys.holders[kid])
            entry = {"kid": kid, "release": digest(data), "stage": 1, "deal": "hold"}
            self.enter("opening.release", entry, at=at or self.at + timedelta(seconds=5))
            shares = tuple(self._shares_in(data, made))
            self.releases.append(replace(made, data=data, shares=shares))

    def _shares_in(self, data: bytes, made: Release) -> Iterable[object]:
        try:
            return read_release(data, ceremony=self.ceremony, close=self.close, seals=self.accepted()).shares
        except ValueError:
            return made.shares

    def open(self, *, at: datetime | None = None, alter: Callable[[Result], Result] = lambda found: found) -> None:
        """Write the opening as the releases give it, each result as ``alter`` leaves it."""
        at = at or self.at + timedelta(seconds=5)
        opens_at = self.deadline
        waited = at >= opens_at + timedelta(seconds=self.ceremony.rescue)
        shares = shares_of(self.releases)
        self.results = []
        for seal, envelope in stage_items(self.ceremony, close=self.close, seals=self.accepted()):
            stored = self.payloads.get(envelope.sha256)
            payload = None if stored is None else (lambda data=stored: io.BytesIO(data))
            found = find(
                seal,
                envelope,
                ceremony=self.ceremony,
                shares=shares[seal.digest, envelope.name, envelope.lot],
                payload=payload,
                waiting_is_over=waited or len(self.releases) == self.ceremony.n,
            )
            self.results.append(alter(unseal(found, payload=payload)))
        document = write_opening(
            self.ceremony, close=self.close, seals=self.accepted(), releases=self.releases, results=self.results
        )
        self.files["openings/1.json"] = document.data
        self.enter("tender.opened", {"opening": document.digest, "stage": 1}, at=at)

    def opened_by(self, found: Result, secret: bytes) -> Result:
        """Return the result of an envelope whose secret its bidder gave."""
        seal = next(one for one in self.accepted() if one.digest == found.seal)
        stored = self.payloads[seal.envelopes[0].sha256]
        recovery = Recovery(secret, (), (), ())
        return unseal(Finding(seal, seal.envelopes[0], None, recovery, None), payload=lambda: io.BytesIO(stored))

    # -- the bundle ----------------------------------------------------------------------------------------

    def bundle(self, *, with_payloads: bool = True) -> dict[str, bytes]:
        """Return the files of the bundle as they are now, index and all."""
        self._receipts()
        files = dict(self.files)
        documents = [loads(entry, limit=65_535) for entry in self.log]
        named = {one["data"]["bidder"] for one in documents if one["t"].startswith("bid.")}
        files["bidders.json"] = bundle.write_bidders(TENDER, {one: str(key(one).verify_key) for one in sorted(named)})
        entries = [None if n in self.withheld else entry for n, entry in enumerate(self.log)]
        files["log/entries.jsonl"] = b"".join(map(bundle.write_line, entries, self.leaves()))
        files["log/checkpoint"] = self.checkpoint().encode()
        if self.close:
            size = self.close_index + 1
            at = self.close.closed_at + timedelta(seconds=3)
            files.setdefault("close.checkpoint", self.checkpoint(size, at=at).encode())
        if with_payloads:
            files |= {
                bundle.payload_path(sha): self.payloads[sha] for sha in self._sealed_files() if sha in self.payloads
            }
        return self.indexed(files)

    def _sealed_files(self) -> list[str]:
        accepted = self.accepted() if self.close else []
        return [envelope.sha256 for seal in accepted for envelope in seal.envelopes]

    def indexed(self, files: dict[str, bytes]) -> dict[str, bytes]:
        """Return the files with an index of the platform over them, whatever index they had."""
        rest = {path: data for path, data in files.items() if not path.startswith("bundle.")}
        index = bundle.index_of(TENDER, rest)
        note = sign_statement("bundle", digest(index), key=self.keys.platform)
        return {**rest, "bundle.json": index, "bundle.sig": note.encode()}

    def _receipts(self) -> None:
        nodes, size = self.nodes(), len(self.log)
        note = self.checkpoint(nodes=nodes)
        for seal, index in self.places.items():
            proof = write_proof(index=index, hashes=inclusion_proof(index, size, nodes), note=note)
            document = {"v": "tsb/1", "type": "receipt", "tender": TENDER, "seal": seal}
            data = dumps({**document, "entry": self.log[index].decode(), "proof": proof})
            self.signed("receipts", seal, "receipt", data, self.keys.platform)


def honest(*, bidders: int = 3, seed: int = 0, until: str = "opened", **kwargs: int) -> Paper:
    """Return an honest tender: bids, one of them replaced and one withdrawn and made anew, an extension."""
    paper = Paper(seed=seed, **kwargs)
    paper.publish()
    names = [f"B{n}" for n in range(1, bidders + 1)]
    for n, name in enumerate(names):
        paper.submit(name, f"{970_000 + n}.00")
    paper.enter("trading.lot.moved", {"to": "bidding", "actor": digest_of("x")})
    paper.submit(names[0], "950000.00")
    paper.withdraw(names[-1])
    paper.submit(names[-1], "940000.00")
    paper.extend(2)
    if until == "bidding":
        return paper
    paper.shut()
    if until == "closed":
        return paper
    paper.release(*ROLES[: paper.ceremony.k])
    paper.open()
    paper.enter("clock.status", {"offset_us": 1, "root_dispersion_us": 1, "sources": 4}, tender="")
    return paper
