"""The processes of compose.yml, started by hand: the same commands, other ports, and a front door of ten lines."""

from __future__ import annotations

import os
import secrets
import select
import socket
import socketserver
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
SERVICES = yaml.safe_load((ROOT / "compose.yml").read_text())["services"]
MODULES = {"granian": "granian", "celery": "celery", "yangguang": "config.console"}
PATIENCE = 30.0


@dataclass(frozen=True)
class ScaleOut:
    """The running platform: its address as a browser sees it, its processes, its environment and its folder."""

    url: str
    ports: dict[str, int]
    processes: dict[str, subprocess.Popen[bytes]]
    environ: dict[str, str]
    folder: Path

    def console(self, *words: str) -> str:
        """Run one word of the console against this platform and return what it printed."""
        return _console(words, self.environ, self.folder)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")


@contextmanager
def scale_out(folder: Path, *, words: tuple[tuple[str, ...], ...] = ()) -> Iterator[ScaleOut]:
    """Start pages, rooms, worker, clock and sequencer on a database of their own; ``words`` are run before they start."""
    with ExitStack() as stack:
        owner = stack.enter_context(_database(os.environ["DATABASE_URL"]))
        environ = _environ(owner, folder) | {
            f"YANGGUANG_{kind.upper()}_DATABASE_URL": _as_user(owner, kind) for kind in ("application", "sequencer")
        }
        for prepared in (("migrate", "--no-input", "--verbosity=0"), ("install",), ("log_roles",), *words):
            _console(prepared, environ, folder)
        ports = {"pages": _free_port(), "rooms": _free_port()}
        processes = {
            name: stack.enter_context(_process(name, ports, environ, folder))
            for name in ("pages", "rooms", "worker", "clock", "sequencer")
        }
        for port in ports.values():
            _wait_for(port)
        door = stack.enter_context(_front_door(ports))
        yield ScaleOut(f"http://127.0.0.1:{door}", ports, processes, environ, folder)


@contextmanager
def _database(url: str) -> Iterator[str]:
    server, name = url.rpartition("/")[0], f"yangguang_scale_{secrets.token_hex(4)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{server}/{name}"
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            for kind in ("application", "sequencer"):
                connection.execute(f'DROP ROLE IF EXISTS "{_user(name, kind)}"')


def _user(database: str, kind: str) -> str:
    return f"{database}_{kind}"


def _as_user(url: str, kind: str) -> str:
    """Return the address of a database for the user that a kind of process has there."""
    server, _, name = url.rpartition("/")
    return f"postgres://{_user(name, kind)}:{secrets.token_urlsafe(8)}@{server.rpartition('@')[2]}/{name}"


def _environ(database: str, folder: Path) -> dict[str, str]:
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "REDIS_URL") if name in os.environ}
    return clean | {
        "DATABASE_URL": database,
        "STORAGE_URL": f"file://{folder}/files",
        "YANGGUANG_DATA": str(folder),
        "YANGGUANG_SECRET_KEY": secrets.token_urlsafe(48),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
    }


def _command(name: str, ports: dict[str, int], folder: Path) -> list[str]:
    program, *words = SERVICES[name]["command"]
    other = {"0.0.0.0": "127.0.0.1", "8000": str(ports["pages"]), "8001": str(ports["rooms"])}  # noqa: S104
    words = [other.get(word, word).replace("/tmp/", f"{folder}/") for word in words]  # noqa: S108
    return [sys.executable, "-m", MODULES[program], *words]


@contextmanager
def _process(
    name: str, ports: dict[str, int], environ: dict[str, str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    kind = "SEQUENCER" if name == "sequencer" else "APPLICATION"
    own = environ | {"DATABASE_URL": environ[f"YANGGUANG_{kind}_DATABASE_URL"], "YANGGUANG_LOG_ROLES": "yes"}
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            _command(name, ports, folder), cwd=ROOT, env=own, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _console(words: tuple[str, ...], environ: dict[str, str], folder: Path) -> str:
    command = [sys.executable, "-m", "config.console", *words]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait_for(port: int) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
        else:
            return


@contextmanager
def _front_door(ports: dict[str, int]) -> Iterator[int]:
    """Join pages and rooms under one origin, as the proxy does: a connection goes where its first line says."""

    class Door(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            first = self.request.recv(65536)
            port = ports["rooms" if first.startswith(b"GET /ws/") else "pages"]
            with socket.create_connection(("127.0.0.1", port)) as behind:
                behind.sendall(first)
                _carry(self.request, behind)

    class Doors(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A browser that leaves in the middle is no event."""

    with Doors(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


def _carry(one: socket.socket, other: socket.socket) -> None:
    towards = {one: other, other: one}
    while True:
        for ready in select.select([one, other], [], [])[0]:
            if not (part := ready.recv(65536)):
                return
            towards[ready].sendall(part)
