"""The Chinese catalogues: complete, not fuzzy, of one voice, compiled as committed, collected from the text as it is.

``python -m config.testing.catalogues`` compares the committed files with each other; ``--collect`` also collects
the message ids again, in a copy of the tree (this needs gettext).
"""

from __future__ import annotations

import gettext
import re
import shutil
import string
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = "*/locale/zh_Hans/LC_MESSAGES/django*.po"
TEXTS = {".py", ".html", ".txt", ".js", ".mjs", ".po", ".svg"}
NOT_COLLECTED = (".*", "tests", "benchmarks", "data", "static", "scripts", "docs", "build", "dist", "*.egg-info")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
PERCENT_NAME = re.compile(r"%\((\w+)\)")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(frozen=True)
class Message:
    """One entry of a catalogue; ``texts`` has one translation, or one for each plural form."""

    msgid: str
    plural: str | None
    context: str | None
    texts: tuple[str, ...]
    is_fuzzy: bool
    line: int

    @property
    def key(self) -> str:
        """Return the entry's key as it stands in a compiled catalogue."""
        return self.msgid if self.context is None else f"{self.context}\x04{self.msgid}"


def read_catalogue(text: str) -> dict[str, Message]:
    """Return the entries of a .po file by key, the header and obsolete entries left out."""
    entries = (_entry(block, line) for line, block in _blocks(text))
    return {entry.key: entry for entry in entries if entry is not None and entry.msgid}


def faults_of(file: Path) -> list[str]:
    """Return what is wrong in one catalogue and in its compiled form."""
    messages = read_catalogue(file.read_text(encoding="utf-8"))
    faults = [
        f"{file}:{message.line}: {fault}: {message.msgid!r}"
        for message in messages.values()
        if (fault := _fault(message))
    ]
    return faults + _faults_of_compiled(file, messages)


def disagreements(files: Sequence[Path]) -> list[str]:
    """Return each message that two catalogues translate differently: only one of them would ever be shown.

    Where one English word stands for two things, a context or another word keeps them apart.
    """
    first: dict[str, tuple[Path, Message]] = {}
    faults = []
    for file in files:
        for key, message in read_catalogue(file.read_text(encoding="utf-8")).items():
            where, other = first.setdefault(key, (file, message))
            if message.texts != other.texts:
                faults.append(f"{file}:{message.line}: translated differently in {where}:{other.line}: {key!r}")
    return faults


def collected_faults(root: Path) -> list[str]:
    """Collect the message ids again in a copy of the tree and return what is then untranslated or no longer used."""
    with tempfile.TemporaryDirectory(prefix="yangguang-catalogues-") as name:
        copy = Path(name) / "tree"
        shutil.copytree(root, copy, ignore=_leave_out)
        command = [sys.executable, "manage.py", "makemessages", "--locale=zh_Hans", "--no-obsolete", "--verbosity=0"]
        subprocess.run(command, cwd=copy, check=True)  # noqa: S603  (our own command)
        return [fault for file in _catalogues(copy) for fault in _differences(file, root / file.relative_to(copy))]


def main(words: Sequence[str]) -> int:
    """Print every fault of every catalogue; 1 if there is one."""
    faults = [fault for file in _catalogues(ROOT) for fault in faults_of(file)] + disagreements(_catalogues(ROOT))
    if "--collect" in words:
        faults += collected_faults(ROOT)
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    return 1 if faults else 0


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _entry(block: Iterable[str], line: int) -> Message | None:
    fields: dict[str, str] = {}
    flags: set[str] = set()
    current = ""
    for text in block:
        if text.startswith("#,"):
            flags |= {flag.strip() for flag in text[2:].split(",")}
        if text.startswith("#"):
            continue
        keyword = text.partition('"')[0].strip()
        current = keyword or current
        fields[current] = fields.get(current, "") + _unquoted(text)
    if "msgid" not in fields:
        return None
    texts = tuple(value for name, value in sorted(fields.items()) if name.startswith("msgstr"))
    plural, context = fields.get("msgid_plural"), fields.get("msgctxt")
    return Message(fields["msgid"], plural, context, texts, "fuzzy" in flags, line)


def _unquoted(text: str) -> str:
    found = QUOTED.search(text)
    return re.sub(r"\\(.)", lambda escape: ESCAPES[escape[1]], found[1]) if found else ""


def _fault(message: Message) -> str | None:
    if message.is_fuzzy:
        return "fuzzy"
    if not message.texts or not all(message.texts):
        return "not translated"
    wanted = _names(message.msgid)
    if any(_names(text) - wanted for text in message.texts):
        return "the translation names a parameter that is not there"
    return None


def _names(text: str) -> set[str]:
    try:
        named = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:  # a brace that is only a brace
        named = set()
    return named | set(PERCENT_NAME.findall(text))


def _faults_of_compiled(file: Path, messages: Mapping[str, Message]) -> list[str]:
    compiled = file.with_suffix(".mo")
    if not compiled.exists():
        return [f"{compiled}: missing; ./yangguang compilemessages writes it"]
    with compiled.open("rb") as stream:
        catalogue: dict[object, str] = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]  # noqa: SLF001
    held = {key: text for key, text in catalogue.items() if key}
    wanted = {key: text for message in messages.values() for key, text in _as_compiled(message)}
    return [] if held == wanted else [f"{compiled}: differs from {file.name}; ./yangguang compilemessages writes it"]


def _as_compiled(message: Message) -> Iterator[tuple[object, str]]:
    if message.is_fuzzy or not all(message.texts):
        return
    for number, text in enumerate(message.texts):
        yield message.key if message.plural is None else (message.key, number), text


def _differences(collected: Path, committed: Path) -> list[str]:
    now = read_catalogue(collected.read_text(encoding="utf-8"))
    before = read_catalogue(committed.read_text(encoding="utf-8")) if committed.exists() else {}
    lines = [f"{committed}: not in the catalogue: {key!r}" for key in now.keys() - before.keys()]
    lines += [f"{committed}: no longer used: {key!r}" for key in before.keys() - now.keys()]
    return sorted(lines)


def _catalogues(root: Path) -> list[Path]:
    return sorted(file for file in [*root.glob(CATALOGUE), *root.glob(CATALOGUE[2:])] if ".venv" not in file.parts)


def _leave_out(folder: str, names: list[str]) -> set[str]:
    left_out = set(shutil.ignore_patterns(*NOT_COLLECTED)(folder, names))
    return left_out | {name for name in names if (Path(folder) / name).is_file() and Path(name).suffix not in TEXTS}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
