"""A small site on the loopback: the project's static files, pages that a test writes, answers that it gives."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import mimetypes
import re
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static"

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SEALING_POLICY = (
    PAGE_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
    + "; require-trusted-types-for 'script'; trusted-types tsb"
)


@dataclass
class Request:
    """What a page sent; `json` is its body read as JSON."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What a test answers; a dict or list as body is sent as JSON."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> tuple[str, bytes]:
        if isinstance(self.body, bytes):
            return "application/octet-stream", self.body
        if isinstance(self.body, str):
            return "text/html; charset=utf-8", self.body.encode()
        return "application/json", json.dumps(self.body).encode()


class SiteServer:
    """`answer("POST", "/path/(.+)", fn)` makes an address; `requests` keeps everything that came in."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.sockets: list[socket.socket] = []
        self.takes_sockets = True
        self.expected_complaints: list[str] = []
        self._answers: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.site = self
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.serve("/blank.html", "<!doctype html><html lang=en><title>Blank</title>")
        self.answer("GET", "/favicon.ico", lambda _request: Answer(status=204))

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.drop_sockets()
        self._server.shutdown()
        self._server.server_close()

    def expects(self, complaint: str) -> bool:
        return any(part in complaint for part in self.expected_complaints)

    def answer(self, method: str, path: str, fn: Callable[..., Answer]) -> None:
        self._answers.insert(0, (method, re.compile(path), fn))

    def serve(self, path: str, html: str, *, policy: str = SEALING_POLICY) -> None:
        headers = {"Content-Security-Policy": policy}
        self.answer("GET", re.escape(path), lambda _request: Answer(html, headers=headers))

    def sent(self, method: str, path: str) -> list[Request]:
        return [asked for asked in self.requests if (asked.method, asked.path) == (method, path)]

    def push(self, frame: dict[str, Any]) -> None:
        """Send one text frame to every open socket."""
        text = json.dumps(frame).encode()
        length = bytes([len(text)]) if len(text) < 126 else bytes([126]) + len(text).to_bytes(2, "big")
        for open_socket in self.sockets:
            open_socket.sendall(b"\x81" + length + text)

    def drop_sockets(self) -> None:
        """Cut every line, without a word, as a network does."""
        while self.sockets:
            with contextlib.suppress(OSError):  # the page may have gone already
                self.sockets.pop().shutdown(socket.SHUT_RDWR)

    def respond(self, request: Request) -> Answer:
        self.requests.append(request)
        if request.method == "GET" and request.path.startswith("/static/"):
            return _static_file(request.path)
        for method, path, fn in self._answers:
            if method == request.method and (found := path.fullmatch(request.path)):
                return fn(request, *found.groups())
        return Answer(status=404)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: SiteServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        if self.headers.get("Upgrade") == "websocket":
            self._upgrade()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path = self.path.split("?")[0]
        reply = self.server.site.respond(Request(self.command, path, dict(self.headers.items()), body))
        kind, content = reply.encoded()
        self.send_response(reply.status)
        for name, value in ({"Content-Type": kind} | reply.headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_HEAD = _serve  # noqa: N815 - names of the base class

    def _upgrade(self) -> None:
        if not self.server.site.takes_sockets:
            self.send_error(503)
            return
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest()).decode()
        self.wfile.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        self.close_connection = True
        self.server.site.sockets.append(self.connection)
        with contextlib.suppress(OSError):
            while self.connection.recv(4096):
                pass

    def log_message(self, *_: object) -> None:
        """Say nothing: the test's own output is what counts."""


def _static_file(path: str) -> Answer:
    file = (STATIC / path.removeprefix("/static/")).resolve()
    if not file.is_file() or not file.is_relative_to(STATIC):
        return Answer(status=404)
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Answer(file.read_bytes(), headers={"Content-Type": kind})
