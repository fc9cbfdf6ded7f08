"""The witness over HTTP: c2sp.org/tlog-witness on the standard library, one thread a connection.

``POST /add-checkpoint`` asks for a cosignature. ``GET /`` says who this is and what it signed last;
``GET /latest/<sha256 of the origin>`` gives the note that it signed last, for everybody who compares.
"""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from core.cosigning import MAX_REQUEST, TEXT_TYPE, Answer, read_head
from core.witnessing import file_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.witnessing import Witness

PATIENCE: Final = 30  # seconds that a connection may say nothing


def told(witness: Witness) -> str:
    """Return what the first page says: the key, and per log origin, latest size and where its note is."""
    lines = [str(witness.vkey)]
    for origin in sorted(witness.logs):
        note = witness.latest(origin)
        size = read_head(note.rpartition("\n\n")[0] + "\n").size if note else "nothing signed yet"
        lines.append(f"{origin} {size} /latest/{file_of(origin)}")
    return "".join(f"{line}\n" for line in lines)


class Server(ThreadingHTTPServer):
    """Serves one witness; ``clock`` gives seconds since 1970."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness, clock: Callable[[], int] | None = None) -> None:
        self.witness = witness
        self.clock = clock or _seconds
        super().__init__(address, Handler)


class Handler(BaseHTTPRequestHandler):
    """Parses, asks the witness, answers."""

    protocol_version = "HTTP/1.1"  # keep-alive
    server_version = "tsb-witness"
    sys_version = ""
    timeout = PATIENCE
    server: Server

    def do_POST(self) -> None:
        body = self._body()
        if isinstance(body, Answer):
            self.close_connection = True  # what follows on it is not read
            self._send(body)
        elif self.path != "/add-checkpoint":
            self._send(Answer(404, "There is nothing at this address.\n"))
        else:
            self._send(self.server.witness.add_checkpoint(body, clock=self.server.clock))

    def do_GET(self) -> None:
        if self.path == "/":
            self._send(Answer(200, told(self.server.witness)))
            return
        witness = self.server.witness
        notes = {f"/latest/{file_of(origin)}": origin for origin in witness.logs}
        note = witness.latest(notes[self.path]) if self.path in notes else ""
        self._send(Answer(200, note) if note else Answer(404, "There is nothing at this address.\n"))

    def _body(self) -> bytes | Answer:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            return Answer(411, "The request does not state its length.\n")
        if len(length) > len(str(MAX_REQUEST)) or int(length) > MAX_REQUEST:
            return Answer(413, f"A request has at most {MAX_REQUEST} bytes.\n")
        return self.rfile.read(int(length))

    def _send(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type or TEXT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)


def _seconds() -> int:
    return int(time.time())
