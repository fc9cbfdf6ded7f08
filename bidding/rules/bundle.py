"""The verification bundle: which file of it holds what, and the two documents that only it has (section 12.1).

A bundle is a set of files by path. Its index is signed by the platform; everything else in it was signed, logged or
cosigned before and is copied as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.canonical import digest, dumps

if TYPE_CHECKING:
    from collections.abc import Mapping

INDEX: Final = "bundle.json"
INDEX_NOTE: Final = "bundle.sig"
BIDDERS: Final = "bidders.json"
CEREMONY: Final = "ceremony.json"
CEREMONY_NOTES: Final = "ceremony.sigs"
ENTRIES: Final = "log/entries.jsonl"
CHECKPOINT: Final = "log/checkpoint"
CLOSE: Final = "close.json"
CLOSE_CHECKPOINT: Final = "close.checkpoint"


def signed(folder: str, name: str, document: bytes, note: str) -> dict[str, bytes]:
    """Return a document and its note under ``folder/name.json`` and ``.sig``."""
    return {f"{folder}/{name}.json": document, f"{folder}/{name}.sig": note.encode()}


def payload_path(sha256: str) -> str:
    """Return where the age file with this digest lies."""
    return f"payloads/{sha256}.age"


def opening_path(stage: int) -> str:
    """Return where the results of a stage lie."""
    return f"openings/{stage}.json"


def write_index(tender: str, digests: Mapping[str, str]) -> bytes:
    """Return ``bundle.json`` over the SHA-256 (hex) of every other file; the platform signs it (``bundle``)."""
    return dumps({"v": "tsb/1", "type": "bundle", "tender": tender, "files": dict(digests)})


def index_of(tender: str, files: Mapping[str, bytes]) -> bytes:
    """Return ``bundle.json`` over files at hand."""
    return write_index(tender, {path: digest(data) for path, data in files.items()})


def write_bidders(tender: str, keys: Mapping[str, str]) -> bytes:
    """Return ``bidders.json``: the vkey, in force at the close, of every bidder that an entry of a bid names."""
    return dumps({"v": "tsb/1", "type": "bidders", "tender": tender, "keys": dict(keys)})


def write_line(entry: bytes | None, leaf: bytes) -> bytes:
    """Return the line of one leaf in the bundle's log: the entry, or, where it is withheld (None), its hash in hex."""
    return (leaf.hex().encode() if entry is None else entry) + b"\n"
