"""``tsb``: keys, sealing and receipts at the command line; exit 0 done, 1 refused or not true, 2 not understood."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bidding.rules import age_passphrase
from bidding.rules.bid_secret import unlock_bid_secret
from bidding.rules.ceremony import LIMIT as CEREMONY_LIMIT
from bidding.rules.ceremony import read_ceremony
from bidding.rules.ceremony_signatures import NOTE_LIMIT
from bidding.rules.receipt import LIMIT as RECEIPT_LIMIT
from bidding.rules.seal_document import LIMIT as SEAL_LIMIT
from bidding.rules.seal_document import read_seal
from client import auditing, files, keys, receipts, sealing, trust
from client.words import LANGUAGES, Fault, reasons_of, say
from core.canonical import Malformed
from core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

OK: Final = 0
REFUSED: Final = 1
_SIGNATURES_LIMIT: Final = 262_144
_PASSPHRASE_LIMIT: Final = 4_096


def run() -> None:
    """Run as a program."""
    raise SystemExit(main(sys.argv[1:]))


def main(words: Sequence[str]) -> int:
    """Do what ``words`` say; return the exit code."""
    chosen = _parser().parse_args(words)
    try:
        said = chosen.do(chosen)
    except (Fault, Malformed, Refused) as error:
        for why in reasons_of(error, chosen.lang):
            sys.stderr.write(f"tsb: {why}\n")
        return REFUSED
    sys.stdout.write("".join(f"{line}\n" for line in said))
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tsb", description="Keys, sealing and receipts of the protocol TSB/1.")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="the language of what is said")
    parser.add_argument("--passphrase-file", type=Path, help="its first line is the passphrase; else it is asked for")
    words = parser.add_subparsers(required=True, metavar="WORD")

    of_keys = words.add_parser("keys", help="key files").add_subparsers(required=True, metavar="WORD")
    new = of_keys.add_parser("new", help="make keys and lock them under a passphrase")
    new.add_argument("kind", choices=keys.KINDS)
    new.add_argument("name", help="the name that the platform shows for your key")
    new.add_argument("file", type=Path)
    new.set_defaults(do=_keys_new)
    show = of_keys.add_parser("show", help="print the public part of a key file")
    show.add_argument("file", type=Path)
    show.set_defaults(do=_keys_show)

    seal = words.add_parser("seal", help="seal a folder, offline")
    for name in ("ceremony", "signatures", "trust", "keys", "folder", "out"):
        seal.add_argument(f"--{name}", type=Path, required=True)
    for name in ("bidder", "envelope", "lot"):
        seal.add_argument(f"--{name}", required=True)
    seal.add_argument("--replaces", help="the digest of your seal that this one replaces")
    seal.set_defaults(do=_seal)

    audit = words.add_parser("audit-own", help="derive your seal again from your secret, offline")
    audit.add_argument("file", type=Path, help="your seal.json")
    for name in ("ceremony", "secret"):
        audit.add_argument(f"--{name}", type=Path, required=True)
    audit.add_argument("--payload", type=Path, action="append", default=[], help="an age file of it (may be repeated)")
    audit.set_defaults(do=_audit_own)

    of_receipts = words.add_parser("receipt", help="receipts").add_subparsers(required=True, metavar="WORD")
    check = of_receipts.add_parser("check", help="check a receipt, offline; its .sig lies beside it")
    check.add_argument("file", type=Path)
    check.add_argument("--trust", type=Path, required=True)
    check.add_argument("--seal", type=Path, help="your seal.json")
    check.add_argument("--ceremony", type=Path, help="the ceremony, which may ask for more witnesses")
    check.set_defaults(do=_receipt_check)
    return parser


def _keys_new(chosen: argparse.Namespace) -> list[str]:
    made = keys.make(chosen.kind, chosen.name)
    files.write_new(chosen.file, keys.lock(made, passphrase=_new_passphrase(chosen)))
    return [say("made: {path}", chosen.lang, path=chosen.file), *_public(made)]


def _keys_show(chosen: argparse.Namespace) -> list[str]:
    return _public(keys.unlock(files.read(chosen.file, limit=keys.LIMIT), passphrase=_passphrase(chosen)))


def _public(found: keys.Keys) -> list[str]:
    return [found.vkey] if found.public is None else [found.vkey, found.public]


def _seal(chosen: argparse.Namespace) -> list[str]:
    ceremony = read_ceremony(files.read(chosen.ceremony, limit=CEREMONY_LIMIT))
    signatures = files.read(chosen.signatures, limit=_SIGNATURES_LIMIT)
    sealing.check_ceremony(ceremony, signatures=signatures, trust=_trust(chosen))
    passphrase = _passphrase(chosen)
    own = keys.unlock(files.read(chosen.keys, limit=keys.LIMIT), passphrase=passphrase)
    if own.kind != "bidder":
        said = "{path} is not the key file of a {kind}; give the file that “tsb keys new” or the page wrote"
        raise Fault(said, path=chosen.keys, kind="bidder")
    offer = sealing.Offer(chosen.bidder, chosen.envelope, chosen.lot, chosen.folder, chosen.replaces)
    digest = sealing.seal_folder(ceremony, offer, keys=own, passphrase=passphrase, out=chosen.out)
    return [say("made: {path}", chosen.lang, path=chosen.out), say("sealed: {digest}", chosen.lang, digest=digest)]


def _audit_own(chosen: argparse.Namespace) -> list[str]:
    ceremony = read_ceremony(files.read(chosen.ceremony, limit=CEREMONY_LIMIT))
    seal = read_seal(files.read(chosen.file, limit=SEAL_LIMIT), ceremony=ceremony)
    locked = files.read(chosen.secret, limit=age_passphrase.LIMIT)
    secret = unlock_bid_secret(locked, passphrase=_passphrase(chosen))
    payloads = {auditing.digest_of(path): path for path in chosen.payload}
    lines = []
    for envelope, inside in auditing.audit(seal, secret, ceremony=ceremony, payloads=payloads):
        said = "envelope {name} of lot {lot} is sealed as your secret says"
        lines.append(say(said, chosen.lang, name=envelope.name, lot=envelope.lot))
        lines += [say("  {title} ({size} bytes)", chosen.lang, title=one.title, size=one.size) for one in inside]
        if envelope.sha256 not in payloads:
            lines.append(say("  its payload was not given and not checked", chosen.lang))
    return lines


def _receipt_check(chosen: argparse.Namespace) -> list[str]:
    note = files.read(chosen.file.with_suffix(".sig"), limit=NOTE_LIMIT).decode("utf-8", "replace")
    quorum = read_ceremony(files.read(chosen.ceremony, limit=CEREMONY_LIMIT)).quorum if chosen.ceremony else 0
    proven = receipts.check_receipt(
        files.read(chosen.file, limit=RECEIPT_LIMIT),
        note=note,
        trust=_trust(chosen),
        quorum=quorum,
        own_seal=files.read(chosen.seal, limit=SEAL_LIMIT) if chosen.seal else None,
    )
    said = "the receipt holds: seal {seal} of tender {tender} is entry {index} of the log ({event}), received {at}"
    return [say(said, chosen.lang, **vars(proven))]


def _trust(chosen: argparse.Namespace) -> trust.Trust:
    return trust.read_trust(files.read(chosen.trust, limit=trust.LIMIT))


def _passphrase(chosen: argparse.Namespace) -> str:
    if chosen.passphrase_file is None:
        return getpass.getpass("Passphrase 口令: ")
    data = files.read(chosen.passphrase_file, limit=_PASSPHRASE_LIMIT)
    return data.decode("utf-8", "replace").partition("\n")[0]


def _new_passphrase(chosen: argparse.Namespace) -> str:
    passphrase = _passphrase(chosen)
    if len(passphrase) < keys.LEAST_PASSPHRASE:
        said = "the passphrase has fewer than {least} characters; choose a longer one"
        raise Fault(said, least=keys.LEAST_PASSPHRASE)
    if chosen.passphrase_file is None and getpass.getpass("Again 再次输入: ") != passphrase:
        raise Fault("the two passphrases differ; type them again")
    return passphrase
