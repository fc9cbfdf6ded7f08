"""One HTTP request to somebody else's machine: what does not come to an answer is an answer with status 0."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Final

PATIENCE: Final = 5.0  # seconds
LIMIT: Final = 65_536  # bytes of an answer that are read


@dataclass(frozen=True)
class Reply:
    """Status, body and type; with status 0 the body says in English why there was no answer."""

    status: int
    body: bytes
    content_type: str = ""


def post(address: str, body: bytes, *, content_type: str) -> Reply:
    """Send ``body`` to an http or https address and return the reply, whatever its status."""
    if not address.startswith(("https://", "http://")):
        raise ValueError(f"{address} is no http or https address")
    request = urllib.request.Request(address, data=body, headers={"Content-Type": content_type})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310  (checked above)
            return _read(response, response.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return _read(refusal, refusal.code)
    except (OSError, http.client.HTTPException) as fault:
        return Reply(0, f"{type(fault).__name__}: {fault}".encode())


def _read(response: http.client.HTTPResponse | urllib.error.HTTPError, status: int) -> Reply:
    try:
        return Reply(status, response.read(LIMIT), response.headers.get("Content-Type", ""))
    except (OSError, http.client.HTTPException) as fault:
        return Reply(0, f"{type(fault).__name__}: {fault}".encode())
