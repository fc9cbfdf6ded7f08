"""The writers of :mod:`benchmarks.kill`: bidders' programs that try again until a receipt verifies."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bidding import platform_key
from bidding.models import Seal
from bidding.rules.receipt import read_receipt, verify_receipt
from core import log_key
from core.notes import parse_vkey
from tests.stories import bidding as story

if TYPE_CHECKING:
    from bidding.rules.receipt import Receipt
    from core.checkpoints import LogProof
    from tests.stories.bidding import Sealed, Tender

TOKEN = "t" * 32


class _Again(Exception):  # noqa: N818
    """No answer, or one that says "not now": the same request is made again."""


class _Refused(Exception):  # noqa: N818
    """The platform said no."""


class Writer:
    """One bidder that replaces its bid again and again; ``receipts``: the verified ones by digest of the seal."""

    def __init__(self, tender: Tender, name: str, cookie: str, port: int, stopped: threading.Event) -> None:
        self.tender, self.name, self.port, self.stopped = tender, name, port, stopped
        cookies = f"sessionid={cookie}; csrftoken={TOKEN}"
        self.headers = {"Cookie": cookies, "X-CSRFToken": TOKEN, "Accept": "application/json"}
        self.receipts: dict[str, list[tuple[Receipt, LogProof]]] = {}
        self.retries = 0
        self.trouble = ""
        self.live: str | None = None
        self.keys = {"platform": parse_vkey(platform_key.vkey()), "log": parse_vkey(str(_log_key()))}
        self.lot, self.number = f"/desk/bids/{tender.lot.number}", tender.lot.number
        self.thread = threading.Thread(target=self._write, name=name, daemon=True)
        self.thread.start()

    def _write(self) -> None:
        while not self.stopped.is_set():
            try:
                sealed = self._again(lambda: story.seal(self.tender, self.name, replaces=self.live))
                self._again(lambda one=sealed: self._upload(one))
                self._again(lambda one=sealed: self._submit(one))
                self.live = sealed.seal.digest
            except _Refused as refusal:
                self.trouble = str(refusal)
                self.live = self._again(self._live)

    def _again(self, attempt: Any) -> Any:
        """Make an attempt until it is answered or everything ends."""
        while True:
            try:
                return attempt()
            except (_Again, OSError, http.client.HTTPException) as fault:
                self.trouble = f"{type(fault).__name__}: {fault}"
            except Exception as fault:  # the database is away from the bench as well
                if type(fault).__module__.split(".")[0] not in {"django", "psycopg"}:
                    raise
                self.trouble = f"{type(fault).__name__}: {fault}"
            if self.stopped.is_set():
                raise SystemExit
            self.retries += 1
            time.sleep(0.05)
            forget_connection()

    def _live(self) -> str | None:
        found = Seal.in_box.filter(lot=self.tender.lot, bidder=self.tender.cast[self.name], state=Seal.LIVE).first()
        return None if found is None else found.digest

    def _upload(self, sealed: Sealed) -> None:
        size = len(sealed.payload)
        slot = self._json("POST", f"{self.lot}/uploads", {"size": size})["slot"]
        self._ask("PATCH", f"/desk/uploads/{slot}", sealed.payload, "application/octet-stream", {"Upload-Offset": "0"})
        described = {"size": size, "sha256": sha256(sealed.payload).hexdigest()}
        self._json("POST", f"/desk/uploads/{slot}/finish", described)

    def _submit(self, sealed: Sealed) -> None:
        edge = uuid.uuid4().hex
        parts = {"seal": sealed.seal.data, "sig": sealed.note.encode()}
        head = f"--{edge}\r\nContent-Disposition: form-data; "
        body = b"".join(
            f'{head}name="{name}"; filename="{name}"\r\n\r\n'.encode() + part + b"\r\n" for name, part in parts.items()
        )
        content_type = f"multipart/form-data; boundary={edge}"
        answer = self._ask("POST", f"{self.lot}/seals", body + f"--{edge}--\r\n".encode(), content_type)
        given = json.loads(answer)
        receipt = read_receipt(given["receipt"].encode())
        proof, _ = verify_receipt(receipt, note=given["note"], **self.keys)
        if receipt.seal != sealed.seal.digest:
            raise RuntimeError("the receipt of another seal")
        self.receipts.setdefault(receipt.seal, []).append((receipt, proof))

    def _json(self, method: str, path: str, value: object) -> Any:
        return json.loads(self._ask(method, path, json.dumps(value).encode(), "application/json") or b"null")

    def _ask(
        self, method: str, path: str, body: bytes, content_type: str, headers: dict[str, str] | None = None
    ) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request(method, path, body, self.headers | {"Content-Type": content_type} | (headers or {}))
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        if answer.status >= 500:
            raise _Again(f"{method} {path} {answer.status}")
        if answer.status >= 300:
            raise _Refused(f"{method} {path} {answer.status} {said[:300]!r}")
        return said


def _log_key() -> object:
    return log_key.signing_key(log_key.origin_of(1)).verify_key


def forget_connection() -> None:
    from django.db import connection  # noqa: PLC0415

    connection.close()
