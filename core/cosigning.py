"""What a log asks a witness and what a witness answers: c2sp.org/tlog-witness, ``add-checkpoint``.

Pure: the bytes of a request in, an answer out, and with it what must be kept **before** the answer leaves. Who
keeps it (``core/witnessing.py``) holds a lock from reading the latest checkpoint until the new one is on disk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.canonical import Malformed, b64_decode, b64_encode
from core.checkpoints import DECIMAL, MAX_PROOF, cosign
from core.notes import BadSignature, SigningKey, VerifyKey, verify_note
from core.tree import EMPTY_ROOT, HASH, BadProof, verify_consistency

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MAX_REQUEST: Final = 65_536  # bytes
SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """The size that the witness is believed to have signed last, the proof from there, and the new checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: str


@dataclass(frozen=True)
class Head:
    """Origin, size and root of a checkpoint, and its whole text: a log may add lines, and they are signed too."""

    origin: str
    size: int
    root: bytes
    text: str


@dataclass(frozen=True)
class Answer:
    """Status, body and type of an HTTP answer; ``keep`` is the note to be on disk before it leaves."""

    status: int
    body: str
    content_type: str = TEXT_TYPE
    keep: str = ""


def write_request(*, old: int, proof: Collection[bytes], note: str) -> bytes:
    """Return the body of ``add-checkpoint``."""
    lines = [f"old {old}", *(b64_encode(node) for node in proof)]
    return ("".join(f"{line}\n" for line in lines) + "\n" + note).encode()


def read_request(body: bytes) -> Request:
    """Return what the body of ``add-checkpoint`` asks; raises Malformed."""
    if len(body) > MAX_REQUEST:
        raise Malformed(f"The request has more than {MAX_REQUEST} bytes.")
    try:
        head, blank, note = body.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError as fault:
        raise Malformed("The request is not valid UTF-8.") from fault
    first, *lines = head.split("\n")
    match = re.fullmatch(rf"old ({DECIMAL.pattern})", first)
    if match is None or not blank:
        raise Malformed('The request is not "old", a size, the lines of a proof, an empty line and a checkpoint.')
    if len(lines) > MAX_PROOF:
        raise Malformed(f"The proof has more than {MAX_PROOF} lines.")
    return Request(int(match[1]), tuple(b64_decode(line, length=HASH) for line in lines), note)


def read_head(text: str) -> Head:
    """Return origin, size and root of a checkpoint's text; more lines are the log's own; raises Malformed."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not DECIMAL.fullmatch(lines[1]) or "" in lines[3:-1]:  # noqa: PLR2004
        raise Malformed("The checkpoint is not an origin, a size and a root, a line each.")
    return Head(lines[0], int(lines[1]), b64_decode(lines[2], length=HASH), text)


def answer(
    request: Request, *, logs: Mapping[str, Collection[VerifyKey]], latest: Head | None, key: SigningKey, at: int
) -> Answer:
    """Return the answer to a request by a witness that signed ``latest`` last for this origin (None: never).

    ``logs`` maps each known origin to its keys; ``at`` is the time of the cosignature in seconds since 1970.
    """
    try:
        head = read_head(request.note.rpartition("\n\n")[0] + "\n")
        # (1) the log is known, and one of its keys signed
        if head.origin not in logs:
            return Answer(404, f"This witness does not know the log {head.origin}.\n")
        verify_note(request.note, keys=logs[head.origin])
    except BadSignature as fault:
        return Answer(403, f"{fault}\n")
    except Malformed as fault:
        return Answer(400, f"{fault}\n")
    return _refusal(request, head, latest) or _cosigned(request, head, key=key, at=at)


def _refusal(request: Request, head: Head, latest: Head | None) -> Answer | None:
    """Return why the witness may not sign what the log did sign; None if it may."""
    # (2) never back, never past what was signed
    if request.old > head.size:
        return Answer(400, "The old size is larger than the checkpoint's.\n")
    size, root = (latest.size, latest.root) if latest else (0, EMPTY_ROOT)
    if request.old != size or (head.size == size and head.root != root):
        return Answer(409, f"{size}\n", SIZE_TYPE)
    # (3) what was signed is the beginning of what is to be signed
    try:
        verify_consistency(old=size, new=head.size, old_root=root, new_root=head.root, proof=request.proof)
    except BadProof as fault:
        return Answer(422, f"{fault}\n")
    return None


def _cosigned(request: Request, head: Head, *, key: SigningKey, at: int) -> Answer:
    line = cosign(head.text, key=key, at=at)
    return Answer(200, line, keep=request.note + line)
