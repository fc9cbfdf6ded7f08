from __future__ import annotations

from decimal import Decimal

import pytest

from core.reasons import reason
from evaluation.rules.parameters import Parameter, Shape, read_parameters
from tests.evaluation.rules.figures import technical

DECLARED = (
    Parameter(name="rate", title=reason("rate"), shape=Shape.NUMBER, minimum=Decimal(0), maximum=Decimal(9), source="第5条"),
    Parameter(name="count", title=reason("count"), shape=Shape.WHOLE, default=3, minimum=Decimal(1)),
    Parameter(name="how", title=reason("how"), shape=Shape.WORD, default="this", words=("this", "that")),
    Parameter(name="note", title=reason("note"), shape=Shape.TEXT),
    Parameter(name="grounds", title=reason("grounds"), shape=Shape.TEXTS, default=()),
    Parameter(name="criteria", title=reason("criteria"), shape=Shape.CRITERIA, default=()),
)  # fmt: skip


def test_what_is_left_out_has_its_default_and_is_stored_with_it() -> None:
    values, reasons = read_parameters(DECLARED, {"note": None})
    assert reasons == ()
    assert values.as_json() == {
        "rate": None, "count": 3, "how": "this", "note": None, "grounds": [], "criteria": [],
    }  # fmt: skip
    assert values.number_or_none("rate") is None


def test_values_are_read_into_their_types_and_stored_as_text() -> None:
    given = {
        "rate": "1.50",
        "count": "7",
        "how": "that",
        "note": " x ",
        "grounds": ["a ", "b"],
        "criteria": [technical()],
    }
    values, reasons = read_parameters(DECLARED, given)
    assert reasons == ()
    assert (values.number("rate"), values.whole("count"), values.word("how")) == (Decimal("1.50"), 7, "that")
    assert (values.word("note"), values.texts("grounds"), values.criteria("criteria")) == (
        "x",
        ("a", "b"),
        (technical(),),
    )
    assert values.as_json() == {
        "rate": "1.50", "count": 7, "how": "that", "note": "x", "grounds": ["a", "b"],
        "criteria": [technical().as_json()],
    }  # fmt: skip
    assert read_parameters(DECLARED, values.as_json()) == (values, ())


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ({"rate": 0.5}, ("parameter rate: it is not a number in plain digits",)),
        ({"rate": "-1"}, ("parameter rate: -1 is below 0 (第5条)",)),
        ({"rate": "9.01"}, ("parameter rate: 9.01 is above 9 (第5条)",)),
        ({"count": True}, ("parameter count: it is not a number in plain digits",)),
        ({"count": "0.5"}, ("parameter count: 0.5 is below 1", "parameter count: it is not a whole number")),
        ({"how": 1}, ("parameter how: it is one of this, that",)),
        ({"how": "other"}, ("parameter how: it is one of this, that",)),
        ({"note": 5}, ("parameter note: it is a text that is not empty",)),
        ({"grounds": "a"}, ("parameter grounds: it is a list of different texts",)),
        ({"grounds": ["a", "a"]}, ("parameter grounds: it is a list of different texts",)),
        ({"grounds": ["a", ""]}, ("parameter grounds: it is a list of different texts",)),
        ({"criteria": "plan"}, ("parameter criteria: criteria are a list",)),
        ({"x": 1, "y": 2}, ("unknown parameter x", "unknown parameter y")),
    ],
)
def test_what_is_not_declared_so_is_refused(given: dict[str, object], reasons: tuple[str, ...]) -> None:
    assert read_parameters(DECLARED, given)[1] == reasons


def test_a_getter_of_the_wrong_type_fails_loudly() -> None:
    values, _ = read_parameters(DECLARED, {})
    for getter, name in ((values.number, "rate"), (values.whole, "how"), (values.texts, "note")):
        with pytest.raises(TypeError, match=name):
            getter(name)
    with pytest.raises(KeyError):
        values.word("absent")
