"""A bidder's program instead of a browser: it speaks HTTP and keeps every byte that went over the line."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from tests.stories.bidding import Sealed

PART = 64 * 1024


@dataclass
class Wire:
    """One person's line to the platform."""

    address: str
    cookies: SimpleCookie = field(default_factory=SimpleCookie)
    said: bytearray = field(default_factory=bytearray)  # both ways, headers too

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Send one request; the token and the cookies go with it as a page would send them."""
        sent = {"Cookie": self.cookies.output(attrs=[], header="", sep=";").strip(), "Referer": self.address}
        if "csrftoken" in self.cookies:
            sent["X-CSRFToken"] = self.cookies["csrftoken"].value
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)
        line.request(method, path, body=body or None, headers=sent)
        answer = line.getresponse()
        got = answer.read()
        line.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies.load(value)
        self.said += f"{method} {path} {sent} {answer.status} {answer.getheaders()}".encode() + body + got
        return answer.status, dict(answer.getheaders()), got

    def sign_in(self, username: str, password: str) -> None:
        self.ask("GET", "/account/sign-in")
        form = urlencode({"username": username, "password": password, "next": "/account/"}).encode()
        status, headers, page = self.ask(
            "POST", "/account/sign-in", form, Content_Type="application/x-www-form-urlencoded"
        )
        assert (status, headers.get("location")) == (302, "/account/"), page.decode()

    def submit(self, lot: str, sealed: Sealed) -> dict[str, Any]:
        """Upload the payload in parts, finish it, hand in the seal with its signature."""
        slot = self._json("POST", f"/desk/bids/{lot}/uploads", {"size": len(sealed.payload)})["slot"]
        for offset in range(0, len(sealed.payload), PART):
            part = sealed.payload[offset : offset + PART]
            kind = {"Content_Type": "application/octet-stream", "Upload_Offset": str(offset)}
            status, _headers, answer = self.ask("PATCH", f"/desk/uploads/{slot}", part, **kind)
            assert status == 204, answer
        digest = hashlib.sha256(sealed.payload).hexdigest()
        self._json("POST", f"/desk/uploads/{slot}/finish", {"size": len(sealed.payload), "sha256": digest})
        body, kind_of_body = _two_parts(seal=sealed.seal.data, sig=sealed.note.encode())
        status, _headers, answer = self.ask("POST", f"/desk/bids/{lot}/seals", body, Content_Type=kind_of_body)
        assert status == 200, answer
        return json.loads(answer)  # type: ignore[no-any-return]

    def _json(self, method: str, path: str, given: dict[str, object]) -> dict[str, Any]:
        status, _headers, answer = self.ask(method, path, json.dumps(given).encode(), Content_Type="application/json")
        assert status in {200, 201}, answer
        return json.loads(answer)  # type: ignore[no-any-return]

    def links(self, page: bytes) -> list[str]:
        return re.findall(r'(?:href|src|action)="(/[^"#]*)', page.decode("utf-8", "replace"))


def _two_parts(**parts: bytes) -> tuple[bytes, str]:
    edge = "edge-of-a-part-0f6a1c7e"
    framed = b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n".encode()
        + data
        + b"\r\n"
        for name, data in parts.items()
    )
    return framed + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"
