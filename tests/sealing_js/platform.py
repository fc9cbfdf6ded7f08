"""The platform's answers, played by a test with the Python side of the protocol."""

from __future__ import annotations

import email
import email.policy
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bidding.rules.receipt import write_receipt
from bidding.rules.seal_document import read_seal, verify_seal_signature
from bidding.rules.withdrawal import read_withdrawal
from core import tree
from core.canonical import b64u_encode, digest, dumps, format_time
from core.checkpoints import Checkpoint, cosign, cosigning_vkey, write_proof
from core.notes import sign_note, sign_statement
from core.tree import leaf_hash
from tests.sealing_js.pages import page_html
from tests.sealing_js.people import BIDDER, LOG_KEY, LOT, OTHER_WITNESS, PLATFORM, TENDER, WITNESS, signatures_of
from tests.sealing_js.serving import SEALING_POLICY, Answer, Request, SiteServer

if TYPE_CHECKING:
    from bidding.rules.ceremony import Ceremony

PLACE = 3
DEADLINE = datetime(2027, 3, 2, 1, 0, tzinfo=UTC)


@dataclass
class Platform:
    """Upload slots, seals and receipts of one tender, kept in memory."""

    site: SiteServer
    ceremony: Ceremony
    slots: dict[str, bytearray] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    seals: dict[str, bytes] = field(default_factory=dict)
    acknowledged_at: datetime = DEADLINE - timedelta(hours=1)
    signs_with: Any = PLATFORM
    log_signs_with: Any = LOG_KEY
    cosigned_by: tuple[Any, ...] = (WITNESS, OTHER_WITNESS)
    logs: bytes = b""  # what the log holds at the place, if it is not the entry

    def __post_init__(self) -> None:
        self.site.answer("GET", "/ceremony", lambda _r: Answer(self.ceremony.data))
        self.site.answer("GET", "/signatures", lambda _r: Answer(signatures_of(self.ceremony)))
        self.site.answer("GET", "/wrapped", lambda _r: Answer(BIDDER.wrapped()))
        self.site.answer("POST", "/uploads", self.make_slot)
        self.site.answer("PATCH", "/uploads/(.+)", self.append)
        self.site.answer("HEAD", "/uploads/(.+)", self.offset)
        self.site.answer("POST", "/uploads/(.+)/finish", self.finish)
        self.site.answer("POST", "/seals", self.submit)
        self.site.answer("POST", "/withdraw", self.withdraw)

    def serve(self, module: str, config: dict[str, Any], *, path: str = "/page") -> None:
        self.site.serve(path, page_html(module, config), policy=SEALING_POLICY)

    def seal_config(self, **changes: object) -> dict[str, Any]:
        urls = {
            "ceremony": "/ceremony",
            "signatures": "/signatures",
            "wrapped": "/wrapped",
            "uploads": "/uploads",
            "upload": "/uploads/{slot}",
            "finish": "/uploads/{slot}/finish",
            "seals": "/seals",
        }
        return {
            "urls": urls,
            "tender": TENDER,
            "bidder": "B-1",
            "lot": LOT,
            "envelope": "opening",
            "replaces": None,
            "deadline": format_time(DEADLINE),
            **self.log_config(),
            "currency": "CNY",
            "words": "zh",
        } | changes

    def log_config(self) -> dict[str, Any]:
        return {
            "platform": PLATFORM.vkey,
            "log": LOG_KEY.vkey,
            "witnesses": [str(cosigning_vkey(one.signing)) for one in (WITNESS, OTHER_WITNESS)],
        }

    def make_slot(self, _request: Request) -> Answer:
        slot = f"slot-{len(self.slots)}"
        self.slots[slot] = bytearray()
        return Answer({"slot": slot}, 201)

    def append(self, request: Request, slot: str) -> Answer:
        kept = self.slots[slot]
        if int(request.headers["Upload-Offset"]) != len(kept):
            return Answer(status=409, headers={"Upload-Offset": str(len(kept))})
        kept += request.body
        return Answer(status=204, headers={"Upload-Offset": str(len(kept))})

    def offset(self, _request: Request, slot: str) -> Answer:
        return Answer(headers={"Upload-Offset": str(len(self.slots[slot]))})

    def finish(self, request: Request, slot: str) -> Answer:
        content = bytes(self.slots[slot])
        if request.json != {"size": len(content), "sha256": digest(content)}:
            return Answer({"reasons": ["The file arrived damaged."]}, 422)
        self.stored[digest(content)] = content
        return Answer({})

    def submit(self, request: Request) -> Answer:
        parts = multipart(request)
        seal = read_seal(parts["seal"], ceremony=self.ceremony, bidder="B-1", lots=[LOT])
        verify_seal_signature(seal, note=parts["sig"], key=BIDDER.signing.verify_key)
        if seal.envelopes[0].sha256 not in self.stored:
            return Answer({"reasons": ["The file of the envelope is not there."]}, 422)
        self.seals[seal.digest] = seal.data
        return Answer(self.acknowledge(seal.digest, seal.replaces))

    def acknowledge(self, seal: str, replaces: str | None) -> dict[str, str]:
        return self.receipt("bid.sealed", {"seal": seal, "bidder": "B-1", "replaces": replaces})

    def withdraw(self, request: Request) -> Answer:
        document = request.json["doc"].encode()
        seal = read_withdrawal(document).seal
        return Answer(self.receipt("bid.withdrawn", {"seal": seal, "bidder": "B-1", "doc": digest(document)}))

    def logged(self, close: str) -> dict[str, str]:
        """The entry of a close with its proof, as a holder gets them."""
        receipt = json.loads(self.receipt("tender.closed", {"close": close})["receipt"])
        return {"entry": receipt["entry"], "proof": receipt["proof"]}

    def receipt(self, event: str, data: dict[str, Any]) -> dict[str, str]:
        """The receipt of an entry that stands fourth in a log of six, cosigned by two witnesses."""
        entry = dumps(
            {
                "v": "tsb/1",
                "type": "entry",
                "t": event,
                "tender": TENDER,
                "at": format_time(self.acknowledged_at),
                "salt": b64u_encode(bytes(16)),
                "data": data,
            }
        )
        leaves = [leaf_hash(self.logs or entry) if n == PLACE else leaf_hash(bytes([n])) for n in range(6)]
        head = Checkpoint(LOG_KEY.name, 6, tree.root(leaves))
        note = sign_note(head.text, key=self.log_signs_with.signing)
        note += "".join(cosign(head.text, key=one.signing, at=1_800_000_000) for one in self.cosigned_by)
        proof = write_proof(index=PLACE, hashes=tree.inclusion_proof(PLACE, 6, tree.among(leaves)), note=note)
        document = write_receipt(tender=TENDER, seal=data.get("seal", "0" * 64), entry=entry.decode(), proof=proof)
        signed = sign_statement("receipt", document.digest, key=self.signs_with.signing)
        return {"receipt": document.data.decode(), "note": signed, "reference": "R-0042", "next": "/done"}


def multipart(request: Request) -> dict[str, bytes]:
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + request.body, policy=email.policy.HTTP)
    return {
        str(part.get_param("name", header="Content-Disposition")): part.get_payload(decode=True)
        for part in message.iter_parts()
    }
