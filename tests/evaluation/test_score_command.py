from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from core.errors import Refused
from evaluation.rules.calculation import Calculation
from evaluation.rules.methods import METHODS, verified
from evaluation.rules.requests import read_request

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.json"))
TWO = [{"bid": "A", "price": "100", "currency": "CNY"}, {"bid": "B", "price": 100, "currency": "CNY"}]


@pytest.fixture
def file(tmp_path: Path) -> Callable[[object], str]:
    def written(content: object) -> str:
        path = tmp_path / "bids.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    return written


def score(path: str, *arguments: str) -> str:
    out = StringIO()
    call_command("score", path, *arguments, stdout=out)
    return out.getvalue()


def refusal_of(path: str, *arguments: str) -> list[str]:
    with pytest.raises(CommandError) as error:
        score(path, "--lang", "en", *arguments)
    assert error.value.returncode == 2
    return str(error.value).splitlines()


def test_the_worked_calculation_and_the_ranking_are_printed(file: Callable[[object], str]) -> None:
    asked = {
        "method": "lowest_evaluated_price",
        "parameters": {"base_months": 15, "late_per_month": "30", "early_per_month": "20"},
        "bids": [
            {"bid": "P1", "price": "3000", "currency": "CNY", "months": 16},
            {"bid": "P2", "price": 3020, "currency": "CNY", "months": "14"},
        ],
    }
    assert score(file(asked), "--lang", "en").splitlines() == [
        "Method: lowest evaluated price method (lowest_evaluated_price/2026-1)",
        "",
        "Bid P2",
        "  Bid price: 3,020 CNY",
        "  Months: 14, base 15; early by 1 × 20 = -20.00",
        "  Evaluated price: 3,000.00",
        "",
        "Bid P1",
        "  Bid price: 3,000 CNY",
        "  Months: 16, base 15; late by 1 × 30 = +30.00",
        "  Evaluated price: 3,030.00",
        "",
        "Ranking",
        "  1. P2: evaluated price 3,000.00",
        "  2. P1: evaluated price 3,030.00",
    ]


def test_points_are_printed_with_the_benchmark(file: Callable[[object], str]) -> None:
    asked = {
        "method": "comprehensive_evaluation",
        "parameters": {"full_marks": 50, "e1": 1, "e2": "0.5"},
        "bids": [{"bid": "A", "price": 100.50, "currency": "CNY"}],
    }
    assert score(file(asked), "--lang", "en").splitlines() == [
        "Method: comprehensive evaluation method (comprehensive_evaluation/2026-1)",
        "Bids: 1; mean: (100.5) / 1 = 100.50",
        "Benchmark: 100.50",
        "",
        "Bid A",
        "  Bid price: 100.5 CNY",
        "  Deviation: (100.5 - 100.50) / 100.50 × 100 = 0.0000 %",
        "  Price score: 50 - 0.0000 × 0.5 = 50.00",
        "",
        "Ranking",
        "  1. A: 50.00 points, bid price 100.5",
    ]


def test_a_tie_is_said_and_a_choice_settles_it(file: Callable[[object], str]) -> None:
    asked: dict[str, Any] = {"method": "lowest_price", "parameters": {}, "bids": TWO}
    assert score(file(asked), "--lang", "en").splitlines()[-4:] == [
        "Ranking",
        "  1. A: evaluated price 100",
        "  1. B: evaluated price 100",
        "Not decided: A, B are tied",
    ]
    asked["choices"] = [{"order": ["B", "A"], "ground": "drawn as the documents say"}]
    assert score(file(asked), "--lang", "en").splitlines()[-2:] == [
        "  1. B: evaluated price 100",
        "  2. A: evaluated price 100",
    ]


def test_json_is_the_calculation_itself(file: Callable[[object], str]) -> None:
    asked = {"method": "lowest_price/2026-1", "parameters": {}, "bids": TWO}
    calculation = Calculation.from_json(json.loads(score(file(asked), "--json")))
    assert verified(calculation) == read_request(json.dumps(asked).encode()).answered()


def test_the_language_is_chinese_unless_asked_and_the_callers_language_stays(
    file: Callable[[object], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: list[str] = []

    def gettext(message: str) -> str:
        spoken.append(translation.get_language() or "")
        return message

    monkeypatch.setattr("evaluation.management.commands.score.gettext", gettext)
    path = file({"method": "lowest_price", "parameters": {}, "bids": TWO})
    with translation.override("en"):
        score(path)
        assert translation.get_language() == "en"
    assert set(spoken) == {"zh-hans"}


def test_every_fault_of_a_file_is_told_at_once(file: Callable[[object], str]) -> None:
    asked = {
        "method": "lowest_price",
        "parameters": {"colour": 1},
        "bids": [{"bid": "A", "price": "x", "currency": "CNY"}],
        "choices": {},
        "comment": "",
    }
    assert refusal_of(file(asked)) == [
        "unknown field comment",
        "bid A: price is not a number in plain digits",
        "choices are a list of objects with order (a list of bids) and ground (a text)",
        "unknown parameter colour",
    ]
    assert refusal_of(file({"method": "lottery", "parameters": [], "extra": 1})) == [
        "unknown field extra",
        "field bids is missing",
        "there is no method 'lottery'; known are " + ", ".join(method.version for method in METHODS),
        "parameters are an object",
    ]
    assert refusal_of(file({"method": 5, "parameters": {}, "bids": []})) == [
        "there is no method ''; known are " + ", ".join(method.version for method in METHODS),
    ]
    assert refusal_of(file({})) == ["field method is missing", "field parameters is missing", "field bids is missing"]


def test_bids_that_cannot_be_compared_are_refused_with_every_reason(file: Callable[[object], str]) -> None:
    bids = [TWO[0], {**TWO[1], "currency": "USD", "price": 0}]
    assert refusal_of(file({"method": "lowest_price", "parameters": {}, "bids": bids})) == [
        "bid B: price must be above zero",
        "bids in different currencies cannot be compared: CNY, USD",
    ]


@pytest.mark.parametrize(
    "choices",
    [
        ["A"],
        [{"order": ["A"]}],
        [{"order": "AB", "ground": ""}],
        [{"order": [1], "ground": ""}],
        [{"order": ["A"], "ground": 1}],
    ],
)
def test_a_choice_has_an_order_and_a_ground(choices: object, file: Callable[[object], str]) -> None:
    asked = {"method": "lowest_price", "parameters": {}, "bids": TWO, "choices": choices}
    assert refusal_of(file(asked)) == ["choices are a list of objects with order (a list of bids) and ground (a text)"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is not JSON: line 1, column 1"),
        (b'{\n"method": }', "the file is not JSON: line 2, column 11"),
        (b"[1]", "the file is one JSON object with method, parameters and bids"),
        (b'{"a": 1, "a": 2}', "an object names the field a twice"),
        (b"\xff\xfe\x00", "the file is not UTF-8 text"),
        (b"[" * 100_000, "the file is not JSON that can be read"),
        (b'{"a": ' + b"1" * 5000 + b"}", "the file is not JSON that can be read"),
        (b'{"a": 1e' + b"9" * 30 + b"}", "the file is not JSON that can be read"),
        (b" " * (8 * 1024 * 1024 + 1), "the file has 8388609 bytes, at most 8388608 are read"),
    ],
)
def test_bytes_that_are_no_request_get_their_own_answer(
    content: bytes, reason: str, file: Callable[[object], str]
) -> None:
    assert refusal_of(file(content)) == [reason]


def test_a_byte_order_mark_is_no_fault(file: Callable[[object], str]) -> None:
    asked = json.dumps({"method": "lowest_price", "parameters": {}, "bids": TWO}).encode("utf-8-sig")
    assert score(file(asked), "--lang", "en").splitlines()[-1] == "Not decided: A, B are tied"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "1e-400"])
def test_numbers_beyond_counting_are_refused(number: str, file: Callable[[object], str]) -> None:
    content = '{"method": "lowest_price", "parameters": {}, "bids": [{"bid": "A", "price": %s, "currency": "CNY"}]}'
    assert refusal_of(file((content % number).encode())) == ["bid A: price is not a number in plain digits"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert refusal_of(str(tmp_path / "absent.json")) == [
        f"{tmp_path / 'absent.json'} cannot be read: No such file or directory"
    ]
    assert refusal_of(str(tmp_path)) == [f"{tmp_path} cannot be read: Is a directory"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_of_the_documentation_calculates(path: Path) -> None:
    lines = score(str(path), "--lang", "en").splitlines()
    request = json.loads(path.read_bytes())
    assert lines[0].endswith(f"({request['method']}/2026-1)")
    assert f"docs/examples/{path.name}" in (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    assert sum(line.startswith("Bid ") for line in lines) == len(request["bids"])


def test_every_method_has_an_example() -> None:
    assert {json.loads(path.read_bytes())["method"] for path in EXAMPLES} == {method.name for method in METHODS}


def test_the_documentation_names_every_parameter_with_its_default_and_bounds() -> None:
    text = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    for method in METHODS:
        section = text.split(f"## `{method.name}`")[1].split("\n## ")[0]
        table = [line for line in section.splitlines() if line.startswith("| `")]
        assert table == [
            f"| `{one.name}` | {one.title} | {_default(one)} | {_bounds(one)} |" for one in method.parameters
        ]


def _default(parameter: Any) -> str:
    if parameter.required:
        return "must be given"
    return "not set" if parameter.default is None else "none" if parameter.default == () else str(parameter.default)


def _bounds(parameter: Any) -> str:
    source = f" ({parameter.source})" if parameter.source else ""
    if parameter.words:
        return " or ".join(parameter.words)
    if parameter.maximum is None:
        return "" if parameter.minimum is None else f"at least {parameter.minimum}{source}"
    return f"{parameter.minimum} to {parameter.maximum}{source}"


def test_a_request_that_was_read_answers_or_refuses_as_a_whole() -> None:
    asked = {"method": "lowest_evaluated_price", "parameters": {"base_months": 2}, "bids": []}
    with pytest.raises(Refused) as refusal:
        read_request(json.dumps(asked).encode()).answered()
    assert refusal.value.reasons == (
        "there is no bid to evaluate",
        "base_months has no effect without late_per_month or early_per_month",
    )
