"""A log of the tests' own: it grows, and signs what the test tells it to, also what an honest log never would."""

from __future__ import annotations

from core.canonical import b64_encode
from core.cosigning import write_request
from core.notes import SigningKey, sign_note
from core.tree import among, consistency_proof, leaf_hash, root

ORIGIN = "tender.example/log/1"
KEY = SigningKey(ORIGIN, b"\x09" * 32)
OTHER_KEY = SigningKey(ORIGIN, b"\x08" * 32)


def leaves(size: int, *, of: str = "entry") -> list[bytes]:
    return [leaf_hash(f"{of} {n}".encode()) for n in range(size)]


def checkpoint(size: int, *, of: str = "entry", origin: str = ORIGIN, more: str = "", key: SigningKey = KEY) -> str:
    return sign_note(f"{origin}\n{size}\n{b64_encode(root(leaves(size, of=of)))}\n{more}", key=key)


def asking(old: int, size: int, *, of: str = "entry", more: str = "", key: SigningKey = KEY) -> bytes:
    proof = consistency_proof(old, size, among(leaves(size, of=of))) if 0 < old < size else []
    return write_request(old=old, proof=proof, note=checkpoint(size, of=of, more=more, key=key))
