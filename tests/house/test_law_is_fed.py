"""The law is not only written: every fact that a guard may look at has a source, and every number a reader."""

from __future__ import annotations

import ast
from dataclasses import fields, is_dataclass
from pathlib import Path

from trading.procedures import facts
from trading.procedures.parameter_rows import ROWS

ROOT = Path(__file__).parents[2]
APPS = ("core", "accounts", "trading", "bidding", "evaluation", "intermediaries", "supervision", "disclosure", "config")
LAW = ROOT / "trading" / "procedures"


def _trees():
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in files}


TREES = _trees()


def _fields():
    classes = {
        name: {field.name for field in fields(found)}
        for name, found in vars(facts).items()
        if isinstance(found, type) and found.__module__ == facts.__name__ and is_dataclass(found)
    }
    return {f"{name}.{field}" for name, fields in classes.items() for field in fields}


def _given():
    """Every field that a call outside the law fills in."""
    calls = [
        node
        for path, tree in TREES.items()
        if not path.is_relative_to(LAW)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]
    return {
        f"{_name(call.func)}.{keyword.arg}" for call in calls for keyword in call.keywords if keyword.arg is not None
    }


def _name(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _read(tree):
    """Every text of a module, a text with a gap as its beginning; the registry itself reads nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            yield f"{node.values[0].value}*"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_fact_that_a_guard_may_look_at_is_given_by_somebody_outside_tests():
    assert sorted(_fields() - _given()) == []


def test_every_parameter_has_a_reader():
    registry = LAW / "parameter_rows.py"
    texts = {text for path, tree in TREES.items() if path != registry for text in _read(tree)}
    begun = tuple(text[:-1] for text in texts if text.endswith("*") and text.count(".") > 1)
    keys = {row.key for row in ROWS}
    assert sorted(key for key in keys - texts if not key.startswith(begun)) == []
    listed_only = {key for key in keys & _only_further(texts) if not key.startswith(begun)}
    assert sorted(listed_only) == []


def _only_further(texts):
    """Keys that a sheet only lists among its further keys: named there once, and asked by no code."""
    sheets = [LAW / "construction.py", LAW / "procurement.py"]
    named = [text for path in sheets for text in _read(TREES[path])]
    elsewhere = {
        text for path, tree in TREES.items() if path not in {*sheets, LAW / "parameter_rows.py"} for text in _read(tree)
    }
    further = {key for path in sheets for key in _further(TREES[path])}
    return {
        key for key in further if named.count(key) == sum(key in _further(TREES[path]) for path in sheets)
    } - elsewhere


def _further(tree):
    return {
        item.value
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "further_keys"
        for item in ast.walk(node.value)
        if isinstance(item, ast.Constant)
    }
