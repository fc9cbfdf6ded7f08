"""Collect every sentence that the verifier can say from its source."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIRST = {"say", "Fault", "fault", "t"}  # the sentence is the first argument
SECOND = {"hold", "skip", "_checked"}
NAMED = {"sentence", "WRONG_STATUS", "NO_PAYLOAD", "NOT_OPENED", "PASSED"}


def sentences(folder: Path) -> list[str]:
    found: list[str] = []
    for file in sorted(folder.glob("*.py")):
        if file.name != "chinese.py":
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                found += _texts(node)
    return list(dict.fromkeys(found))


def _texts(node: ast.AST) -> Iterator[str]:
    for value in _values(node):
        yield from (
            part.value for part in ast.walk(value) if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )


def _values(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        return node.args[:1] if name in FIRST else node.args[1:2] if name in SECOND else []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    names = {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
    return [node.value] if names & NAMED and node.value is not None else []
