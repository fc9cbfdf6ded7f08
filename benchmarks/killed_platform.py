"""A platform that can be killed: PostgreSQL in a folder of its own, pages and sequencer as processes of their own."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0  # seconds until a part must be there
WEB = ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--workers", "1", "--blocking-threads", "6")
# The control run takes a database that the platform itself refuses: the refusal is taken out, and nothing else.
UNCHECKED = "from core import soundness; soundness.refusals = lambda **_: []; "
SEQUENCER = "import threading; from config.processes import run_sequencer; run_sequencer(heartbeat=None)"


@dataclass
class KilledPlatform:
    """``synchronous`` is PostgreSQL's synchronous_commit; with ``off`` the platform's own refusal is taken out."""

    folder: Path
    synchronous: str = "on"
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = {name: _free_port() for name in ("postgres", "web")}
        self.environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{self.ports['postgres']}/yangguang",
            "YANGGUANG_DATA": str(self.folder / "data"),
            "YANGGUANG_SECRET_KEY": secrets.token_urlsafe(48),
            "YANGGUANG_UPLOAD_SLOTS": "1000000",
            "YANGGUANG_LOG": "WARNING",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    # -- PostgreSQL ------------------------------------------------------------------------------------

    def make_cluster(self) -> None:
        """Make an empty cluster, owned by the user postgres where we are root: it does not run as root."""
        cluster = self.folder / "cluster"
        self.folder.chmod(0o755)
        cluster.mkdir()
        if os.geteuid() == 0:
            shutil.chown(cluster, "postgres", "postgres")
        made = [_binary("initdb"), "--auth=trust", "--username=postgres", "--encoding=UTF8", "-D", str(cluster)]
        subprocess.run(made, check=True, capture_output=True, user=_user(), cwd=cluster)
        with (cluster / "postgresql.conf").open("a") as file:
            file.write(f"synchronous_commit = {self.synchronous}\nunix_socket_directories = ''\nmax_connections = 60\n")

    def start_postgres(self) -> None:
        cluster = self.folder / "cluster"
        command = [_binary("postgres"), "-D", str(cluster), "-h", "127.0.0.1", "-p", str(self.ports["postgres"])]
        with (self.folder / "postgres.log").open("ab") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=cluster, user=_user(), start_new_session=True
            )
        self.running["postgres"] = process
        self._wait_for_postgres()
        if self.synchronous == "off":
            self._hold_back_the_writer()

    def _hold_back_the_writer(self) -> None:
        """Stop the process that writes the log of PostgreSQL in the background: what a slow disk does to it.

        Where a commit waits for its own bytes this changes nothing; where it does not, they are in memory only.
        """
        for pid in _children_of(self.running["postgres"].pid):
            with suppress(FileNotFoundError, ProcessLookupError):  # some are gone again at once
                if b"walwriter" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGSTOP)

    def _wait_for_postgres(self) -> None:
        ends = time.monotonic() + PATIENCE
        while True:
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.server_address, connect_timeout=2).close()
                return
            if time.monotonic() > ends:
                raise RuntimeError((self.folder / "postgres.log").read_text()[-2000:])
            time.sleep(0.05)

    @property
    def server_address(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.ports['postgres']}/postgres"

    def kill_postgres(self) -> None:
        """Kill the postmaster and every process that it started, as the death of the machine would."""
        process = self.running.pop("postgres")
        children = _children_of(process.pid)
        process.send_signal(signal.SIGKILL)
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    # -- the platform ----------------------------------------------------------------------------------

    def start_web(self) -> None:
        target = "config.wsgi:application" if self.synchronous == "off" else "config.pages:application"
        self._start("web", [sys.executable, "-m", *WEB, "--port", str(self.ports["web"]), target])

    def start_sequencer(self) -> None:
        unchecked = UNCHECKED if self.synchronous == "off" else ""
        setup = "import django; django.setup(); " if unchecked else ""
        self._start("sequencer", [sys.executable, "-c", setup + unchecked + SEQUENCER])

    def _start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environ, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """Kill a part of the platform with all its processes."""
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def revive(self) -> None:
        """Start again what ended by itself, as a supervisor of processes does: the database may have been away."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                self.running.pop(name)
                self.start(name)

    def last_words(self) -> str:
        """Return the ends of the logs of every part."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"{path.name}: {path.read_text(errors='replace')[-1500:]}" for path in logs)

    def start(self, name: str) -> None:
        {"postgres": self.start_postgres, "web": self.start_web, "sequencer": self.start_sequencer}[name]()

    def stop(self) -> None:
        for name in list(self.running):
            if name == "postgres":
                self.kill_postgres()
            else:
                self.kill(name)


def _user() -> int | None:
    return pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None


def _binary(name: str) -> str:
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        raise SystemExit(f"PostgreSQL's {name} is not installed here")
    return found


def _children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
