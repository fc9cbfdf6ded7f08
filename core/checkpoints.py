"""Checkpoints, cosignatures and proofs of the log as text: the forms of C2SP that stock tools read.

A checkpoint (c2sp.org/tlog-checkpoint) is a signed note over three lines: origin, size in decimal, root in base64.
A witness adds a cosignature (c2sp.org/tlog-cosignature, type 0x04): a time, signed together with the same text.
A proof (c2sp.org/tlog-proof) is an index, the hashes of an inclusion proof, and the checkpoint they lead to.
Reading returns what was verified or raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.canonical import Malformed, b64_decode, b64_encode
from core.notes import COSIGNATURE, BadSignature, SigningKey, VerifyKey, sign_note, verify_note
from core.reasons import reason
from core.tree import HASH, verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PROOF_HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_PROOF: Final = 63  # hashes: a log does not grow beyond 2^63 entries
DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_LINES = 3


@dataclass(frozen=True)
class Checkpoint:
    """How large the log of ``origin`` is and which root it has."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64_encode(self.root)}\n"


@dataclass(frozen=True)
class Cosignature:
    """The time (seconds since 1970) at which a witness saw a checkpoint."""

    key: VerifyKey
    at: int


@dataclass(frozen=True)
class CosignedCheckpoint:
    """A checkpoint that its log signed, and the known witnesses that cosigned it, each once."""

    checkpoint: Checkpoint
    cosignatures: tuple[Cosignature, ...]


@dataclass(frozen=True)
class LogProof:
    """Where an entry is and the hashes from it to the root of the checkpoint ``note``."""

    index: int
    hashes: tuple[bytes, ...]
    note: str


def sign_checkpoint(checkpoint: Checkpoint, *, key: SigningKey) -> str:
    """Return the note of a checkpoint; the key's name is the origin."""
    if key.name != checkpoint.origin:
        raise ValueError("a log signs under the name of its origin")
    return sign_note(checkpoint.text, key=key)


def read_text(text: str) -> Checkpoint:
    """Return the checkpoint whose text this is: exactly three lines; raises Malformed."""
    lines = text.split("\n")
    if len(lines) != _LINES + 1 or lines[-1] or not lines[0] or not DECIMAL.fullmatch(lines[1]):
        raise Malformed(reason("The checkpoint is not an origin, a size and a root, one line each."))
    return Checkpoint(lines[0], int(lines[1]), b64_decode(lines[2], length=HASH))


def read_checkpoint(note: str | bytes, *, log: VerifyKey, witnesses: Iterable[VerifyKey] = ()) -> CosignedCheckpoint:
    """Return the checkpoint that ``log`` signed; a line of a known key that fails rejects the whole note."""
    verified = verify_note(note, keys=[log, *witnesses])
    if log not in [signature.key for signature in verified.signatures]:
        raise BadSignature(reason("The checkpoint is not signed by its log."))
    checkpoint = read_text(verified.text)
    if checkpoint.origin != log.name:
        raise BadSignature(reason("The checkpoint is of another log."))
    times = {signature.key: signature.time for signature in verified.signatures}
    return CosignedCheckpoint(checkpoint, tuple(Cosignature(key, at) for key, at in times.items() if at is not None))


def cosign(text: str, *, key: SigningKey, at: int) -> str:
    """Return the signature line of a witness over a checkpoint's text at ``at`` (seconds since 1970)."""
    signed = key.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
    return f"— {key.name} {b64_encode(cosigning_vkey(key).keyid + at.to_bytes(8, 'big') + signed)}\n"


def cosigning_vkey(key: SigningKey) -> VerifyKey:
    """Return the verification key under which this secret cosigns (type 0x04)."""
    return VerifyKey(key.name, key.verify_key.public, COSIGNATURE)


def write_proof(*, index: int, hashes: Sequence[bytes], note: str) -> str:
    """Return the text of a proof."""
    lines = [PROOF_HEADER, f"index {index}", *(b64_encode(one) for one in hashes)]
    return "".join(f"{line}\n" for line in lines) + "\n" + note


def read_proof(text: str) -> LogProof:
    """Return what a proof's text says, unverified; raises Malformed."""
    head, blank, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    match = re.fullmatch(rf"index ({DECIMAL.pattern})", lines[0]) if lines else None
    if first != PROOF_HEADER or match is None or not blank or len(lines) > MAX_PROOF + 1:
        raise Malformed(reason("The proof is not of the form c2sp.org/tlog-proof@v1."))
    return LogProof(int(match[1]), tuple(b64_decode(line, length=HASH) for line in lines[1:]), note)


def verify_proof(
    text: str, *, leaf: bytes, log: VerifyKey, witnesses: Iterable[VerifyKey] = ()
) -> tuple[LogProof, CosignedCheckpoint]:
    """Return proof and checkpoint if the entry with this leaf hash is in the log that ``log`` signed; raises Malformed.

    How many of the witnesses are enough is the caller's to say.
    """
    proof = read_proof(text)
    cosigned = read_checkpoint(proof.note, log=log, witnesses=witnesses)
    head = cosigned.checkpoint
    verify_inclusion(leaf=leaf, index=proof.index, size=head.size, root=head.root, proof=proof.hashes)
    return proof, cosigned
