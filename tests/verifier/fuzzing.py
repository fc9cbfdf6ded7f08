"""Hostile inputs for every reader of the verifier, aware of their structure."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from core.canonical import dumps
from tests.verifier.judging import trust_of
from tests.verifier.paper import TENDER, honest
from tests.verifier.tampering import CHANGES
from verifier import age, documents, entries, log, signed
from verifier.archive import read_archive
from verifier.ceremony import read_ceremony, read_seal
from verifier.entries import read_lines
from verifier.sharing import kdf
from verifier.trust import read_trust
from verifier.verifying import verify_receipt

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

BYTES = (b"", b"\x00", b"[" * 50_000, b"{" * 20, b'{"a":' * 30 + b"1" + b"}" * 30, b"\xff\xfe", b"9" * 6_000, b"1e400")
VALUES = (None, True, -1, 0, 2**53, 2**70, 1.5, "", "x" * 300, "\ud800", [], {}, [[[[]]]], {"v": {}}, "\u0000", "é")


class Readers:
    """Every reader with an input that it takes; :meth:`hostile` spoils one of them."""

    def __init__(self) -> None:
        paper = honest()
        files = paper.bundle()
        trust = trust_of(paper)
        ceremony = read_ceremony(files["ceremony.json"])
        close = documents.read_close(files["close.json"], TENDER)
        seal = paper.accepted()[0]
        ours = {one.digest: read_seal(one.data, ceremony) for one in paper.accepted()}
        items = [(one, envelope) for one in ours.values() for envelope in one.envelopes]
        secret = kdf(paper.results[0].secret, "age identity", items[0][1].ctx)
        payload = files[f"payloads/{items[0][1].sha256}.age"]
        plain = b"".join(age.decrypt(io.BytesIO(payload), secret))
        belonging = {"tender": TENDER, "envelope": "opening", "lot": "1", "cid": items[0][0].cid}
        sealed = f"seals/{seal.digest}"
        receipt = f"receipts/{seal.digest}"
        keys = [trust.log, *trust.witnesses, trust.platform]
        self.taken: dict[str, tuple[Callable[[bytes], object], bytes]] = {
            "index": (documents.read_index, files["bundle.json"]),
            "trust": (read_trust, json.dumps(paper.keys.trust()).encode()),
            "ceremony": (read_ceremony, files["ceremony.json"]),
            "seal": (lambda data: read_seal(data, ceremony), files[f"{sealed}.json"]),
            "note": (lambda data: signed.read_note(data, keys), files["log/checkpoint"]),
            "checkpoint": (lambda data: log.read_checkpoint(data, trust), files["log/checkpoint"]),
            "vkey": (lambda data: signed.read_key(data.decode("utf-8", "replace")), str(paper.keys.trust()["log"]).encode()),
            "receipt": (lambda data: verify_receipt(data, files[f"{receipt}.sig"], trust), files[f"{receipt}.json"]),
            "receipt's note": (lambda data: verify_receipt(files[f"{receipt}.json"], data, trust), files[f"{receipt}.sig"]),
            "proof": (lambda data: log.read_proof(data.decode("utf-8", "replace")), _proof(files[f"{receipt}.json"])),
            "entry": (lambda data: entries.read_entry(data, 0), paper.log[5]),
            "lines": (lambda data: entries.read_entries(read_lines(io.BytesIO(data))[1]), files["log/entries.jsonl"]),
            "close": (lambda data: documents.read_close(data, TENDER), files["close.json"]),
            "release": (
                lambda data: documents.read_release(data, ceremony, close, items, place="release"),
                files["releases/1/agency.json"],
            ),
            "opening": (
                lambda data: documents.read_results(
                    documents.read_opening(data, ceremony, close, stage=1, place="opening"), items, place="opening"
                ),
                files["openings/1.json"],
            ),
            "bidders": (lambda data: documents.read_bidders(data, TENDER), files["bidders.json"]),
            "age file": (lambda data: sum(map(len, age.decrypt(io.BytesIO(data), secret))), payload),
            "archive": (lambda data: read_archive([data], belonging), plain),
        }  # fmt: skip

    def hostile(self, dice: random.Random) -> tuple[str, Callable[[bytes], object], bytes]:
        """Return a reader's name, the reader and what it is to be given."""
        name = dice.choice(sorted(self.taken))
        reader, good = self.taken[name]
        return name, reader, _spoiled(name, good, dice)


def _proof(data: bytes) -> bytes:
    return json.loads(data)["proof"].encode()


def _spoiled(name: str, good: bytes, dice: random.Random) -> bytes:
    kind = dice.randrange(10)
    if kind == 0:
        return dice.choice(BYTES)
    if kind == 1:
        place = dice.randrange(len(good))
        return good[:place] + dice.choice(BYTES) + good[place:]
    if kind <= 4 and good.startswith(b"{"):
        return _planted(good, dice)
    data = good
    for _ in range(dice.randrange(1, 4)):
        data = dice.choice(CHANGES)({"x": data or b"x"}, "x", dice).get("x", b"")
    return data


def _planted(good: bytes, dice: random.Random) -> bytes:
    """Return the document with a foreign value, or a foreign field, somewhere; in canonical form if there is one."""
    document = json.loads(good.split(b"\n")[0])
    holder: object = document
    while isinstance(holder, dict | list) and holder:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = dice.choice(keys)
        child = holder[key]
        if not isinstance(child, dict | list) or not child or dice.random() < 0.3:
            holder[key] = dice.choice(VALUES)
            break
        holder = child
    if dice.random() < 0.1 and isinstance(holder, dict):
        holder["extra"] = dice.choice(VALUES)
    try:
        return dumps(document)
    except ValueError:
        return json.dumps(document, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")
