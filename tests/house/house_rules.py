"""House rules that no linter knows: each takes a file's syntax tree and yields the lines that break it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = (
    "config",
    "disclosure",
    "supervision",
    "intermediaries",
    "evaluation",
    "bidding",
    "trading",
    "accounts",
    "core",
)
PROGRAMS = ("verifier", "witness", "client")  # run without the platform, on other machines
CLOCKS = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|timezone\.(now|localdate|localtime)|date\.today|time\.time)$")
LESS_THAN_DURABLE = re.compile(r"\bSET\b.*\bsynchronous_commit\b|\bsynchronous\s*=\s*(OFF|NORMAL|0|1)\b", re.IGNORECASE)
LONGEST_FILE = 400


def bare_atomic(tree: ast.Module) -> Iterator[int]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and _says_which(node)}
    for node in ast.walk(tree):
        if _last(node) == "atomic" and id(node) not in called:
            yield node.lineno


def stage_written(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "stage" and isinstance(node.ctx, ast.Store):
            yield node.lineno
        if isinstance(node, ast.Call) and _last(node.func) in {"update", "setattr"} and _names_the_stage(node):
            yield node.lineno


def clock_read(tree: ast.Module) -> Iterator[int]:
    yield from (
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and CLOCKS.search(_path(node.func))
    )


def kind_compared(tree: ast.Module) -> Iterator[int]:
    kinds = {"names.Kind"} | {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "trading.names"
        for alias in node.names
        if alias.name == "Kind"
    }
    for node in ast.walk(tree):
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        sides += [node.subject] if isinstance(node, ast.Match) else []
        if any(_is_a_kind(part, kinds) for side in sides for part in ast.walk(side)):
            yield node.lineno


def ours_imported(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        relative = isinstance(node, ast.ImportFrom) and node.level > 0
        if relative or any(name.partition(".")[0] in APPS for name in names):
            yield node.lineno


def refreshed(tree: ast.Module) -> Iterator[int]:
    yield from (
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "refresh_from_db"
    )


def asserted(tree: ast.Module) -> Iterator[int]:
    yield from (node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert))


def random_imported(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name == "random" for alias in node.names):
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and node.module == "random":
            yield node.lineno


def less_durable(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and LESS_THAN_DURABLE.search(node.value):
            yield node.lineno


def _last(node: ast.AST) -> str:
    return _path(node).rpartition(".")[2]


def _path(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_path(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _says_which(call: ast.Call) -> bool:
    wanted = {("durable", True), ("savepoint", False)}
    return any(
        isinstance(word.value, ast.Constant) and (word.arg, word.value.value) in wanted for word in call.keywords
    )


def _names_the_stage(call: ast.Call) -> bool:
    second = call.args[1] if len(call.args) > 1 else None
    return any(word.arg == "stage" for word in call.keywords) or (
        isinstance(second, ast.Constant) and second.value == "stage"
    )


def _is_a_kind(node: ast.AST, kinds: set[str]) -> bool:
    if not isinstance(node, ast.Attribute):
        return False
    return _path(node.value) in kinds or (node.attr == "kind" and _last(node.value) in {"project", "procedure"})


@dataclass(frozen=True)
class Rule:
    """A rule, where it holds and where it does not: paths as they start, from the project's root."""

    sentence: str
    broken_at: Callable[[ast.Module], Iterator[int]]
    only: str = ""
    but: tuple[str, ...] = ()

    def holds_in(self, path: str) -> bool:
        exempt = path.startswith(self.but) if self.but else False
        return not exempt and ("/migrations/" in path if self.only == "migrations" else True)


RULES = (
    Rule("a bare atomic: say durable=True (a verb) or savepoint=False (a step)", bare_atomic),
    Rule("only trading/moves.py writes a stage", stage_written, but=("trading/moves.py",)),
    Rule(
        "only core/clock.py tells the time", clock_read, but=("core/clock.py", "config/testing/", "witness/service.py")
    ),
    Rule("a kind is data: ask the procedure, do not compare the kind", kind_compared, but=("trading/procedures/",)),
    Rule("a migration imports nothing of ours", ours_imported, only="migrations"),
    Rule("no refresh_from_db: fetch the row again, with its lock", refreshed),
    Rule("assert vanishes under -O: raise", asserted),
    Rule("random is no source of secrets: use secrets, or a generator handed in", random_imported),
    Rule("nothing makes a commit less durable", less_durable),
)


def broken_rules(path: str, source: str) -> list[str]:
    """Return one line for each place in a file of the platform where a rule is broken."""
    tree = ast.parse(source)
    found = [
        f"{path}:{line}: {rule.sentence}"
        for rule in RULES
        if rule.holds_in(path)
        for line in sorted(set(rule.broken_at(tree)))
    ]
    if (length := source.count("\n")) > LONGEST_FILE and "/migrations/" not in path:
        found.append(f"{path}: {length} lines; a file has one job and at most {LONGEST_FILE}")
    return found


def files_of(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
