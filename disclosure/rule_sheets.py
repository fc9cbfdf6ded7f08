"""A rule-sheet in words for everybody: what each step asks, by whom, when, by which article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.reasons import Reason, reason
from trading.names import END_STAGES, Stage, label
from trading.procedures.parameter_rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trading.procedures.definition import Guard, Procedure, Step, Timing
    from trading.procedures.parameters import Row

_TAGS = {
    "T": reason("full text consulted"),
    "2": reason("secondary source"),
    "M": reason("to be verified"),
    "D": reason("decision of this platform"),
    "T/2": reason("full text and secondary source"),
}
_UNITS = {
    "d": reason("{value} days"),
    "wd": reason("{value} working days"),
    "h": reason("{value} hours"),
    "min": reason("{value} minutes"),
    "months": reason("{value} months"),
    "years": reason("{value} years"),
    "%": reason("{value} %"),
    "‰": reason("{value} ‰"),
    "CNY": reason("{value} yuan"),
}
_NO_ARTICLE = {  # sources that are no article; articles stand as the law names them, in every language
    each.msgid: each
    for each in (
        reason("platform"),
        reason("platform: four eyes"),
        reason("practice"),
        reason("some provinces"),
        reason("local model documents"),
    )
}
_OFF = reason("only where the region sets it")


@dataclass(frozen=True)
class Rule:
    """One sentence of the sheet with the values of its parameters."""

    sentence: Reason
    values: tuple[tuple[str, Reason | str], ...]


@dataclass(frozen=True)
class StepInWords:
    """One step: who takes it from where to where, when, what it asks, what it publishes, by which article."""

    name: Reason
    key: str
    sources: tuple[Reason, ...]
    is_everywhere: bool
    target: Reason | None
    by: tuple[Reason, ...]
    due: Rule | None
    limit: Rule | None
    guards: tuple[Rule, ...]
    emits: tuple[Reason, ...]
    source_text: Reason | str
    tag: Reason


def described(procedure: Procedure) -> dict[str, Any]:
    """Return what the page of a rule-sheet shows."""
    return {
        "stages": [label(stage) for stage in procedure.stages],
        "steps": [_step(step, procedure) for step in procedure.steps],
        "duties": [
            (duty.name, label(duty.by), _rule(duty.limit), _source(duty.source_text)) for duty in procedure.duties
        ],
        "falls": [
            (label(fall.ground), fall.consequence, _source(fall.source_text), _TAGS.get(fall.tag, Reason(fall.tag)))
            for fall in procedure.falls
        ],
        "methods": [label(method) for method in procedure.methods],
        "ties": [label(rule) for rule in procedure.tie_rules],
        "parameters": [_parameter(row) for key in sorted(procedure.keys()) for row in rows_of(key)],
        "checklist": [(item.name, _source(item.source)) for item in procedure.checklist],
        "digest": procedure.digest(),
    }


def sentences(procedures: Iterable[Procedure]) -> set[str]:
    """Return every sentence of guards and timings, as the sheets have them."""
    rules = [
        rule for sheet in procedures for step in sheet.steps for rule in (*step.guards, step.due, step.limit) if rule
    ]
    rules += [duty.limit for sheet in procedures for duty in sheet.duties]
    return {rule.doc for rule in rules}


def _step(step: Step, procedure: Procedure) -> StepInWords:
    everywhere = {stage for stage in procedure.stages if stage not in END_STAGES}
    return StepInWords(
        name=label(step.move),
        key=step.move.value,
        sources=tuple(label(stage) for stage in Stage if stage in step.source),
        is_everywhere=everywhere <= step.source,
        target=None if step.to is None else label(step.to),
        by=tuple(label(role) for role in type(next(iter(step.by))) if role in step.by),
        due=_rule(step.due) if step.due else None,
        limit=_rule(step.limit) if step.limit else None,
        guards=tuple(_rule(guard) for guard in step.guards),
        emits=tuple(label(code) for code in step.emits),
        source_text=_source(step.source_text),
        tag=_TAGS.get(step.tag, Reason(step.tag)),
    )


def _rule(rule: Guard | Timing) -> Rule:
    return Rule(Reason(rule.doc), tuple((key, _value(row)) for key in rule.keys.values() for row in rows_of(key)))


def _parameter(row: Row) -> tuple[str, Reason | str, Reason | str, Reason]:
    return row.key, _value(row), _source(row.source), _TAGS.get(row.tag, Reason(row.tag))


def _source(text: str) -> Reason | str:
    return _NO_ARTICLE.get(text, text)


def _value(row: Row) -> Reason | str:
    if row.default is None:
        return _OFF
    words = _UNITS.get(row.unit.value)
    return row.default if words is None else reason(words.msgid, value=row.default)
