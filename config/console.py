"""The console script ``yangguang``: serve, test, or hand the words on to Django's own command line."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HIGHEST_PORT = 65535
NO_TABLES = ("no such table", "no such column", "does not exist")  # as SQLite and PostgreSQL say it
USAGE = """\
yangguang up      set up and serve the platform, with a living demonstration
yangguang test    run the gates and the tests (from a checkout)
yangguang rooms   one process of the scale-out form: the sockets
yangguang verify  check a bundle or a receipt, offline (docs/verifier.md)
yangguang clock   one process of the scale-out form: takes what is due
yangguang sequencer  one process of the scale-out form: gives entries their place in the log
yangguang help    list the other words: rehearse, score, migrate, ..."""


def main(argv: Sequence[str] | None = None) -> None:
    """Do what the first word says; the exit status tells how it went."""
    words = list(sys.argv[1:] if argv is None else argv)
    match words[:1]:
        case ["up"]:
            sys.exit(up(words[1:]))
        case ["test"]:
            sys.exit(test(words[1:]))
        case ["verify"]:
            sys.exit(verify(words[1:]))
        case ["rooms"] | ["clock"] | ["sequencer"]:
            process(words)
        case []:
            sys.stdout.write(f"{USAGE}\n")
        case _:
            manage(["yangguang", *words])


def manage(argv: Sequence[str]) -> None:
    """Hand the words on to Django; ``argv[0]`` is the name that its messages show."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415  (``test`` starts without it)
    from django.db import OperationalError, ProgrammingError  # noqa: PLC0415

    try:
        execute_from_command_line(list(argv))
    except (OperationalError, ProgrammingError) as fault:
        if "--traceback" in argv or not any(said in str(fault) for said in NO_TABLES):
            raise
        sys.exit("The database has no tables yet, or not all: ./yangguang migrate makes them (and so does up).")


def up(words: Sequence[str]) -> int:
    """Read the words after ``up`` and serve until interrupted."""
    chosen = _parse_up(words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if not chosen.no_demo:
        os.environ.setdefault("YANGGUANG_DEMO", "yes")  # read once, by the settings
    from config.serving import serve  # noqa: PLC0415  (imports the settings, which the line above decides)

    serve(
        host=chosen.host,
        port=chosen.port,
        demo=not chosen.no_demo,
        admin=chosen.admin,
        with_clock=not chosen.no_clock,
    )
    return 0


def test(words: Sequence[str]) -> int:
    """Run the gates and the tests: they live in a checkout, never in the wheel."""
    from config.testing import run  # noqa: PLC0415  (the tools of the tests need not be installed for ``up``)

    return run(words)


def verify(words: Sequence[str]) -> int:
    """Hand the words to the verifier: a program of its own, which knows nothing of the platform."""
    from verifier.console import main as check  # noqa: PLC0415  (no other word needs it)

    return check(words)


def process(words: Sequence[str]) -> None:
    """Run one process of the scale-out form: sockets, what is due, or the log."""
    parser = argparse.ArgumentParser(prog=f"yangguang {words[0]}", description="One process of the scale-out form.")
    if words[0] == "rooms":
        _add_address(parser, port=8001)
    else:
        parser.add_argument("--heartbeat", type=Path, metavar="FILE", help="a file to touch after every turn")
    chosen = parser.parse_args(words[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import processes  # noqa: PLC0415  (imports the settings)

    if words[0] == "rooms":
        processes.run_rooms(host=chosen.host, port=chosen.port)
    elif words[0] == "clock":
        processes.run_clock(heartbeat=chosen.heartbeat)
    else:
        processes.run_sequencer(heartbeat=chosen.heartbeat)


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= HIGHEST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"a port is a number from 0 to {HIGHEST_PORT}, not {text!r}")


def _add_address(parser: argparse.ArgumentParser, *, port: int) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to serve on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=port, help="the port to serve on (default: %(default)s)")


def _parse_up(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="yangguang up", description="Set up and serve the platform.")
    _add_address(parser, port=8000)
    parser.add_argument("--no-demo", action="store_true", help="start for real: no demonstration, no demo accounts")
    parser.add_argument("--admin", metavar="NAME", help="with --no-demo: the trading centre's first administrator")
    parser.add_argument("--no-clock", action="store_true", help="take nothing that is due: after a restore")
    chosen = parser.parse_args(words)
    if chosen.admin and not chosen.no_demo:
        parser.error("--admin goes with --no-demo: the demonstration has its own accounts")
    return chosen


if __name__ == "__main__":
    main()
