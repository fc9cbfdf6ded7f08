"""Every guard, once where it lets pass and once where it refuses; a table must not leave a guard out."""

from __future__ import annotations

import pytest

from trading.procedures import objecting
from trading.procedures.definition import Guard
from trading.procedures.guards import announcing, awarding, bidding, ending, evaluating

from . import cases_after_opening, cases_until_opening

MODULES = (announcing, bidding, evaluating, awarding, ending, objecting)
CASES = [*cases_until_opening.CASES, *cases_after_opening.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].name)
def test_a_guard_lets_pass_and_refuses_with_its_sentence(case):
    guard, lawful, unlawful, reasons = case
    assert guard.objections(lawful) == ()
    assert guard(lawful) is None
    assert list(guard.objections(unlawful)) == reasons
    assert guard(unlawful) == reasons[0]


def test_every_guard_has_its_cases():
    written = {found.function for module in MODULES for found in vars(module).values() if isinstance(found, Guard)}
    assert {case[0].function for case in CASES} == written


def test_every_guard_cites_its_article():
    written = [found for module in MODULES for found in vars(module).values() if isinstance(found, Guard)]
    assert [guard.name for guard in written if not guard.doc.endswith(").")] == []
