"""The command line: ``python -m verifier BUNDLE --trust trust.json``; exit status 0 only if all steps hold."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from verifier.container import Files
from verifier.documents import RECEIPT_LIMIT
from verifier.report import FAILED, Report
from verifier.signed import STATEMENT_LIMIT
from verifier.trust import LIMIT, read_trust
from verifier.verifying import verify, verify_receipt
from verifier.words import LANGUAGES, Fault, Said, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from verifier.trust import Trust

OK, BAD, UNUSABLE = 0, 1, 2


def run() -> None:
    """Be the console script ``yangguang-verify``."""
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Verify what the words name and return the exit status: 0 it holds, 1 it does not, 2 it could not be tried."""
    chosen = _parser().parse_args(argv)
    language = chosen.lang
    try:
        trust = read_trust(_read(chosen.trust, LIMIT))
    except Fault as fault:
        return _refused(fault, language)
    if chosen.source.suffix == ".json":
        return _receipt(chosen, trust)
    try:
        with Files(chosen.source) as files:
            receipts = [_receipt_at(path) for path in chosen.receipt]
            report = verify(files, trust, is_public=chosen.public, receipts=receipts)
    except Fault as fault:  # before the first step: nothing of the bundle could be read
        report = Report(fault=fault)
    sys.stdout.write(as_json(report, language) if chosen.json else as_text(report, language))
    return OK if report.is_verified else BAD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="verifier", description="Check a bundle or a receipt, offline.")
    parser.add_argument("source", type=Path, help="a bundle (folder or .zip), or a receipt (.json; its .sig beside it)")
    parser.add_argument("--trust", type=Path, required=True, help="trust.json: keys that came by another way")
    parser.add_argument("--public", action="store_true", help="the bundle need not contain the files of bids")
    parser.add_argument(
        "--receipt",
        type=Path,
        action="append",
        default=[],
        help="a receipt of your own: the bundle must hold its entry (may be repeated)",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="the language of the report")
    return parser


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as source:
            data = source.read(limit + 1)
    except OSError as error:
        raise Fault("{path} cannot be read: {why}", path=path, why=error.strerror or error) from error
    if len(data) > limit:
        raise Fault("{path} has more than {limit} bytes", path=path, limit=limit)
    return data


def _receipt_at(path: Path) -> tuple[bytes, bytes]:
    return _read(path, RECEIPT_LIMIT), _read(path.with_suffix(".sig"), STATEMENT_LIMIT)


def _refused(fault: Fault, language: str) -> int:
    sys.stderr.write(f"{fault.said.in_language(language)}\n")
    return UNUSABLE


def _receipt(chosen: argparse.Namespace, trust: Trust) -> int:
    language = chosen.lang
    try:
        proven = verify_receipt(*_receipt_at(chosen.source), trust)
    except Fault as fault:
        why = say("the receipt does not hold: {why}", why=fault.said).in_language(language)
        said = json.dumps({"verified": False, "why": why}, ensure_ascii=False) if chosen.json else why
        sys.stdout.write(f"{said}\n")
        return BAD
    entry = proven.entry
    found = {"tender": entry.tender, "seal": proven.seal, "index": proven.index, "at": entry.at.isoformat()}
    holds = say(
        "the receipt holds: seal {seal} of tender {tender} is entry {index} of the log, received {at} UTC",
        **found | {"at": entry.at.replace(tzinfo=None)},
    )
    said = json.dumps({"verified": True, **found}) if chosen.json else holds.in_language(language)
    sys.stdout.write(f"{said}\n")
    return OK


# -- the report --------------------------------------------------------------------------------------------

_MARKS: Final = {"passed": "✓", "failed": "✗", "not applicable": "–", "not reached": "·"}
_OUTCOMES: Final = {outcome: say(outcome) for outcome in _MARKS}


def as_text(report: Report, language: str) -> str:
    """Return the report as lines for people."""

    def t(sentence: str, **values: object) -> str:
        return say(sentence, **values).in_language(language)

    lines = [t("tender {tender}", tender=report.tender)] if report.tender else []
    for step in report.steps():
        outcome = _OUTCOMES[step.outcome].in_language(language)
        line = f"{_MARKS[step.outcome]} {step.number:>2} {step.title.in_language(language)}: {outcome}"
        line += f" ({step.checks})" if step.checks else ""
        lines.append(f"{line}: {step.why.in_language(language)}" if step.why else line)
    lines += _section(t("at fault:"), [_named(one.who, one.said, one.seal, t) for one in report.named])
    lines += _section(
        t("what opens the files (age -d -i):"),
        [f"{one.payload}.age  {one.bidder} {one.envelope}  {one.age}" for one in report.identities],
    )
    lines += _section(t("not in the bundle:"), [one.in_language(language) for one in report.not_contained])
    return "\n".join([*lines, _verdict(report, t), ""])


def _named(who: str, said: Said, seal: str, t: Callable[..., str]) -> str:
    where = t(" (seal {seal})", seal=seal[:16]) if seal else ""
    return t("{who}: {what}{where}", who=who, what=said, where=where)


def _section(title: str, lines: list[str]) -> list[str]:
    return [title, *(f"  {line}" for line in lines)] if lines else []


def _verdict(report: Report, t: Callable[..., str]) -> str:
    if not report.is_verified:
        return t("NOT VERIFIED: step {number}", number=report.number)
    if report.not_contained:
        return t("VERIFIED, as far as the bundle goes: {checks} checks", checks=report.checks)
    return t("VERIFIED: {checks} checks", checks=report.checks)


def as_json(report: Report, language: str) -> str:
    """Return the report as JSON."""
    steps = [
        {
            "number": step.number,
            "title": step.title.in_language(language),
            "outcome": step.outcome,
            "checks": step.checks,
            "why": step.why.in_language(language) if step.why else None,
        }
        for step in report.steps()
    ]
    found = {
        "verified": report.is_verified,
        "failed": next((step["number"] for step in steps if step["outcome"] == FAILED), None),
        "tender": report.tender,
        "checks": report.checks,
        "steps": steps,
        "named": [
            {
                "kind": one.kind,
                "who": one.who,
                "what": one.said.in_language(language),
                "seal": one.seal,
                "envelope": one.envelope,
                "lot": one.lot,
            }
            for one in report.named
        ],
        "identities": [vars(one) for one in report.identities],
        "not_contained": [one.in_language(language) for one in report.not_contained],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"
