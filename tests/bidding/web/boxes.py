"""An open bid box over HTTP, as a bidder's browser speaks with it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.stories import bidding as story

if TYPE_CHECKING:
    from django.test import Client


@dataclass
class Box:
    """An open box, and acme in front of it an hour before the deadline."""

    tender: story.Tender
    client: Client

    def address(self, name: str, **kwargs: str) -> str:
        return reverse(f"bidding:{name}", kwargs=kwargs or {"number": self.tender.lot.number})

    def json(self, name: str, value: object, **kwargs: str):
        return self.client.post(self.address(name, **kwargs), json.dumps(value), content_type="application/json")

    def upload(self, payload: bytes) -> str:
        slot = self.json("uploads", {"size": len(payload)}).json()["slot"]
        half = len(payload) // 2
        for offset, part in ((0, payload[:half]), (half, payload[half:])):
            answer = self.part(slot, offset, part)
            assert (answer.status_code, answer["Upload-Offset"]) == (204, str(offset + len(part)))
        return slot

    def part(self, slot: str, offset: object, part: bytes, media: str = "application/octet-stream"):
        headers = {"Upload-Offset": str(offset)}
        return self.client.patch(self.address("upload", slot=slot), part, content_type=media, headers=headers)

    def finish(self, slot: str, payload: bytes):
        stated = {"size": len(payload), "sha256": hashlib.sha256(payload).hexdigest()}
        return self.json("finish-upload", stated, slot=slot)

    def submit(self, document: bytes, note: str, client: Client | None = None):
        parts = {"seal": SimpleUploadedFile("seal", document), "sig": SimpleUploadedFile("sig", note.encode())}
        return (client or self.client).post(self.address("seals"), parts)

    def sealed(self, price: str = "970000.00", **options: object) -> story.Sealed:
        made = story.seal(self.tender, "acme", price, **options)
        slot = self.upload(made.payload)
        assert self.finish(slot, made.payload).status_code == 200
        return made
