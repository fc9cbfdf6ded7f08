"""The words of ``tsb-witness``: make a key, name the logs, serve, show what was signed.

Everything lies in one folder: ``witness.key`` (secret), ``logs`` (one verification key a line), ``latest/`` (what was
signed last, its memory). A witness whose memory was lost or set back must not go on under its old key.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.canonical import Malformed
from core.notes import ED25519, VerifyKey, parse_vkey
from core.witnessing import NoMemory, Witness, make_witness_key, read_witness, write_durably
from witness.service import Server, told

if TYPE_CHECKING:
    from collections.abc import Sequence

LOGS: Final = "logs"
FOLDER: Final = Path("witness-data")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the first word says and return the exit status; what stands in the way is one sentence."""
    chosen = _parser().parse_args(argv)
    try:
        chosen.work(chosen)
    except (NoMemory, Malformed, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("stopped\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tsb-witness", description="Witness what a transparency log publishes.")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="key, logs and memory (default: %(default)s)")
    words = parser.add_subparsers(required=True, metavar="WORD")
    key = words.add_parser("key", help="make the key; prints what the log's operator and verifiers need")
    key.add_argument("name", help="the witness's name: a schema-less URL such as witness.example/w1")
    key.set_defaults(work=_make_key)
    trust = words.add_parser("trust", help="add a log, by its verification key (from a source you trust)")
    trust.add_argument("vkey", help="origin+keyid+key")
    trust.set_defaults(work=_trust)
    run = words.add_parser("run", help="serve add-checkpoint until interrupted")
    run.add_argument("--host", default="127.0.0.1", help="the address to serve on (default: %(default)s)")
    run.add_argument("--port", type=int, default=7380, help="the port to serve on (default: %(default)s)")
    run.set_defaults(work=_run)
    show = words.add_parser("show", help="say which key this is and what it signed last")
    show.set_defaults(work=_show)
    return parser


def _make_key(chosen: argparse.Namespace) -> None:
    try:
        make_witness_key(chosen.folder, name=chosen.name, secret=os.urandom(32))
    except FileExistsError:
        raise NoMemory(f"{chosen.folder} has a key already; a key is never replaced, name another --folder") from None
    _say(str(_witness(chosen.folder).vkey))


def _trust(chosen: argparse.Namespace) -> None:
    key = parse_vkey(chosen.vkey)
    if key.kind != ED25519:
        raise Malformed("this is not the key of a log (type 1): a witness's key has type 4")
    _witness(chosen.folder)
    known = _known_logs(chosen.folder)
    if key not in known:
        write_durably(chosen.folder / LOGS, "".join(f"{one}\n" for one in [*known, key]))
    _say(f"trusts {key.name}")


def _run(chosen: argparse.Namespace) -> None:
    witness = _witness(chosen.folder)
    if not witness.logs:
        raise NoMemory("no log is known yet: tsb-witness trust VKEY names one")
    with Server((chosen.host, chosen.port), witness) as server:
        host, port = server.server_address[:2]
        _say(f"{witness.key.name} listens on http://{host!s}:{port}/")
        server.serve_forever()


def _show(chosen: argparse.Namespace) -> None:
    sys.stdout.write(told(_witness(chosen.folder)))


def _witness(folder: Path) -> Witness:
    logs: dict[str, list[VerifyKey]] = {}
    for key in _known_logs(folder):
        logs.setdefault(key.name, []).append(key)
    return read_witness(folder, logs=logs)


def _known_logs(folder: Path) -> list[VerifyKey]:
    path = folder / LOGS
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [parse_vkey(line.strip()) for line in lines if line.strip() and not line.startswith("#")]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
