"""Draws docs/procedures.md from the rule-sheets: diagrams, tables of steps, guards, duties and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trading.names import Move, Stage, label
from trading.procedures import EDITIONS
from trading.procedures.parameter_rows import PROFILES, ROWS, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trading.procedures.definition import Guard, Procedure, Step, Timing
    from trading.procedures.parameters import Row

INTRODUCTION = """\
# Procedures

Drawn by `manage.py draw_procedures` from `trading/procedures/`; CI compares. Do not edit by hand.

One rule-sheet for each kind and edition. A **step** is an arrow: a move that takes a lot from one stage to another.
Every **guard** is one sentence of law; a refusal names all that do not hold. **Due** steps are taken by the platform
itself at that instant. **Within** is an obligation with a date: it is shown, it never refuses. A hold (objection,
order, fault) is no stage: it blocks every step that asks for "nothing on hold". How days are counted: `docs/time.md`.

Confidence tags: T full text of the article consulted, 2 secondary source, M recollection to be verified, D decision
of this project. A project is bound to the edition and the parameters in force when it is announced. The tests pin
the digest of every edition (`tests/law/test_sheets.py`): a sheet in use is never edited, a new rule is a new edition.
"""


def page() -> str:
    """Return the whole page as text."""
    parts = [INTRODUCTION]
    parts += ["\n".join(_sheet(procedure)) for procedure in EDITIONS.values()]
    parts.append("\n".join(_parameters()))
    return "\n".join(parts)


def _sheet(procedure: Procedure) -> Iterator[str]:
    yield f"## {procedure.title}"
    yield ""
    yield f"Kind `{procedure.kind}`, edition `{procedure.edition}`, digest `{procedure.digest()}`."
    yield f"Basis: {'; '.join(procedure.legal_basis)}."
    methods = "; ".join(label(method) for method in procedure.methods)
    ties = "; ".join(label(rule) for rule in procedure.tie_rules)
    yield f"Methods: {methods}. Ties: {ties}."
    yield ""
    yield from _diagram(procedure)
    yield ""
    yield "`terminate` leads from every stage that is not an end to `terminated`; the diagram leaves it out."
    yield ""
    yield "| Move | From | To | By | Due / within | Notices | Source | Tag |"
    yield "|---|---|---|---|---|---|---|---|"
    yield from (_row(step) for step in procedure.steps)
    yield ""
    for step in procedure.steps:
        yield from _guards(step)
    yield "Clauses that the drafter checks the documents for:"
    yield ""
    yield from (f"- {item.name} ({item.source})" for item in procedure.clauses)
    yield ""
    yield from _duties(procedure)
    yield from _falls(procedure)


def _diagram(procedure: Procedure) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {procedure.initial}"
    for step in procedure.steps:
        if step.move is not Move.TERMINATE:
            yield from (f"    {stage} --> {step.target(stage)}: {step.move}" for stage in _in_order(step.source))
    yield from (f"    {stage} --> [*]" for stage in procedure.stages if stage.is_end)
    yield "```"


def _row(step: Step) -> str:
    stages = ", ".join(_in_order(step.source)) if step.move is not Move.TERMINATE else "every stage but the ends"
    cells = (
        f"`{step.move}` {label(step.move)}",
        stages,
        step.to or "stays",
        ", ".join(sorted(step.by)),
        "; ".join(_timings(step)) or "-",
        ", ".join(step.emits) or "-",
        step.source_text,
        step.tag,
    )
    return f"| {' | '.join(cells)} |"


def _timings(step: Step) -> Iterator[str]:
    if step.due:
        yield f"due: {_timing(step.due)}"
    if step.limit:
        yield f"within: {_timing(step.limit)}"


def _timing(timing: Timing) -> str:
    return f"{timing.doc.rstrip('.')}{_values(timing)}"


def _guards(step: Step) -> Iterator[str]:
    if not step.guards:
        return
    yield f"**`{step.move}`** asks:"
    yield ""
    yield from (f"- {_guard(guard)}" for guard in step.guards)
    yield ""


def _guard(guard: Guard) -> str:
    return f"{guard.doc.rstrip('.')}{_values(guard)}"


def _values(rule: Guard | Timing) -> str:
    values = [f"`{key}` {_defaults(key)}" for key in rule.keys.values()]
    return f": {', '.join(values)}" if values else ""


def _defaults(key: str) -> str:
    return " / ".join(_default(row) for row in rows_of(key))


def _default(row: Row) -> str:
    if row.default is None:
        return "off"
    return row.default if row.unit in {"switch", "count", "ratio"} else f"{row.default} {row.unit}"


def _duties(procedure: Procedure) -> Iterator[str]:
    yield "| Duty | By | Within | Source |"
    yield "|---|---|---|---|"
    for duty in procedure.duties:
        yield f"| {duty.name} | {duty.by} | {_timing(duty.limit)} | {duty.source_text} |"
    yield ""


def _falls(procedure: Procedure) -> Iterator[str]:
    yield "| How a winner loses its award | What follows | Source | Tag |"
    yield "|---|---|---|---|"
    for fall in procedure.falls:
        name = f"`{fall.ground}` {label(fall.ground)}"
        yield f"| {name} | {fall.consequence}; the next candidate, or none | {fall.source_text} | {fall.tag} |"
    yield ""


def _parameters() -> Iterator[str]:
    yield "## Parameters"
    yield ""
    yield "Off: the rule is local and holds only where a region profile sets it. A region may make a hard value"
    yield "stricter (minimum: more; maximum: less), never weaker."
    yield ""
    yield "| Key | Default | Hardness | Rolls over | Source | Tag | From |"
    yield "|---|---|---|---|---|---|---|"
    for row in ROWS:
        yield (
            f"| `{row.key}` | {_default(row)} | {row.hardness} | {row.roll if row.unit == 'd' else '-'} | "
            f"{row.source} | {row.tag} | {row.effective_from or '-'} |"
        )
    yield ""
    yield "| Region (GB/T 2260) | Sets |"
    yield "|---|---|"
    for region, values in PROFILES.items():
        yield f"| {region} | {', '.join(f'`{key}` = {value}' for key, value in values.items())} |"
    yield ""


def _in_order(found: Iterable[Stage]) -> list[Stage]:
    return sorted(found, key=list(Stage).index)
