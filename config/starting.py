"""Before the one process serves: it is alone with its database, it has its port, its tables and somebody in them.

Every sentence here is for the person at the console; whatever stands in the way ends the start with one of them.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import socket
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = "yangguang.lock"
CENTRE_NAME = "公共资源交易中心"
PLACEHOLDER = "yangguang.example"  # the name of whoever names none
LOCAL_SCHEME, LOCAL_CODE = "LOCAL", "CENTRE-1"  # until the centre is registered under its real code


@contextmanager
def alone_with(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process: two that serve one SQLite database would each be half blind."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(PermissionError):  # the folder of another user: its owner decides
        folder.chmod(0o700)
    with (folder / LOCK).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            sys.exit(
                f"The platform runs already on {folder} (process {file.read().strip() or 'unknown'}): stop it first,"
                " or name another folder in YANGGUANG_DATA."
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else is done; whoever comes early waits until the pages are ready."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as fault:
        sys.exit(_why_not(fault, host, port))


def _why_not(fault: OSError, host: str, port: int) -> str:
    if fault.errno == errno.EADDRINUSE:
        return f"Port {port} is in use: stop what serves there, or choose another one with --port."
    if fault.errno == errno.EACCES:
        return f"Port {port} is not open to this user: choose one above 1023 with --port."
    return f"{host}:{port} cannot be served: {fault.strerror or fault}."


def prepare(*, demo: bool, admin: str | None) -> None:
    """Migrate; then make the demonstration, or mark the database as one for use and found the centre."""
    from django.core.management import CommandError, call_command  # noqa: PLC0415  (after setup)

    from config.demonstration import marking  # noqa: PLC0415
    from config.demonstration.marking import Purpose  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    if demo:
        try:
            call_command("demo")
        except CommandError as fault:
            sys.exit(str(fault))
        return
    if marking.purpose() in (Purpose.DEMONSTRATION, Purpose.UNFINISHED):
        sys.exit("This database holds a demonstration, which never becomes a real platform: name another one.")
    _ask_for_a_name()
    call_command("install", verbosity=0)
    if admin:
        found_centre(admin)
    elif not _has_centre():
        _say("Nobody can sign in yet: ./yangguang up --no-demo --admin NAME makes the first administrator.")


def _ask_for_a_name() -> None:
    """Keys and tenders carry the platform's name for ever: who is reached from elsewhere has one of its own."""
    from django.conf import settings  # noqa: PLC0415  (after setup)

    if settings.PLATFORM_NAME != PLACEHOLDER:
        return
    said = f"YANGGUANG_NAME is not set: keys and tenders would be called {PLACEHOLDER} for ever (docs/running.md)."
    if not settings.IS_LOOPBACK:
        sys.exit(f"{said} Set it before the platform is reached from elsewhere.")
    _say(said)


def found_centre(username: str) -> None:
    """Make the trading centre and its first administrator, once; ask where somebody can answer."""
    from accounts.founding import found_centre as found  # noqa: PLC0415  (after setup)
    from accounts.identity import Identity, Newcomer  # noqa: PLC0415
    from core import clock  # noqa: PLC0415
    from core.errors import Refused  # noqa: PLC0415

    if _has_centre():
        _say("This platform has its trading centre already; --admin is left out.")
        return
    name = _asked("Name of the trading centre", "YANGGUANG_CENTRE_NAME", CENTRE_NAME)
    code = _asked("Its unified social credit code (empty: a local code)", "YANGGUANG_CENTRE_CODE", "")
    contact = _asked("Its contact, shown on the page /about (department, telephone)", "YANGGUANG_CENTRE_CONTACT", "")
    person = _asked("Name of its first administrator", "YANGGUANG_ADMIN_PERSON", username)
    given = os.environ.get("YANGGUANG_ADMIN_PASSWORD")
    password = given or secrets.token_urlsafe(15)
    scheme, code = ("CN-USCI", code) if code else (LOCAL_SCHEME, LOCAL_CODE)
    identity = Identity(scheme, code, name, contact=contact)
    try:
        centre = found(identity, newcomer=Newcomer(username, person), password=password, at=clock.now())
    except Refused as refusal:
        sys.exit("\n".join(refusal.reasons))
    _say(f"\n{centre.name} ({centre.number}) is founded. Its first administrator signs in with")
    _say(f"    user name  {username}")
    _say("    password   as in YANGGUANG_ADMIN_PASSWORD" if given else f"    password   {password}")
    if not given:
        _say("This password is shown once and kept nowhere: change it after the first sign-in (/account/).")
    _say("Next: (1) add a second person to the centre, who can help if a password is lost, and one who")
    _say("          keeps the centre's key, which an operator may not: /account/organisation")
    _say("      (2) let organisations register at /account/register and admit them at /account/admission")
    _say("      (3) set a name for keys and tenders before the first project: YANGGUANG_NAME (docs/running.md)")


def _has_centre() -> bool:
    from accounts.models import Organisation  # noqa: PLC0415  (after setup)
    from accounts.names import Role  # noqa: PLC0415

    return Organisation.objects.filter(memberships__role=Role.CENTER).exists()


def _asked(question: str, variable: str, default: str) -> str:
    """Return the answer from the environment, else from the person at the terminal, else the default."""
    if given := os.environ.get(variable):
        return given
    if not (sys.stdin and sys.stdin.isatty()):
        return default
    answer = input(f"{question}{f' [{default}]' if default else ''}: ").strip()
    return answer or default


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
