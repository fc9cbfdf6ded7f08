from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.rules.form import LIMIT, Adjustment, Line, OfferForm, read_form, write_form
from core.errors import Refused

FORM = OfferForm(
    currency="CNY",
    price=Decimal("970000.00"),
    price_words="玖拾柒万元整",
    duration="90 日历天",
    quality="合格",
    manager="李四",
    deposit=Decimal(20000),
    lines=(
        Line("土方开挖", "m³", Decimal("1200.5"), Decimal("35.20"), Decimal("42257.60")),
        Line("暂列金额", "项", None, None, Decimal("-1.5")),
    ),
    adjustments=(Adjustment("付款偏离", Decimal(-100)),),
    brand="某牌",
    deposit_form="guarantee",
    manager_certificates="一级建造师 云145",
)


def refusals(data: object) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        read_form(data if isinstance(data, bytes) else json.dumps(data).encode())
    return refusal.value.reasons


def fields(**changes: object) -> dict:
    document = json.loads(write_form(FORM)) | changes
    return {name: value for name, value in document.items() if value is not ...}


def test_a_form_round_trips():
    assert read_form(write_form(FORM)) == FORM


def test_a_form_is_written_canonically_with_decimals_as_text():
    assert write_form(OfferForm("USD", Decimal("1E+3"))) == (
        b'{"currency":"USD","deposit":"","duration":"","lines":[],"manager":"","price":"1000",'
        b'"price_words":"","quality":""}'
    )


def test_a_minimal_form_leaves_texts_empty():
    made = OfferForm("USD", Decimal(1))
    assert read_form(write_form(made)) == made


def test_a_form_with_blanks_and_another_order_is_read():
    data = json.dumps(dict(reversed(fields().items())), indent=2).encode()
    assert read_form(data) == FORM


decimals = st.decimals(-(10**12), 10**12, places=2)
texts = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), max_size=20)


@given(texts, st.lists(st.tuples(texts, decimals, st.none() | decimals), max_size=4))
def test_any_form_of_proper_values_round_trips(text, lines):
    made = OfferForm("CNY", Decimal("1.00"), quality=text, lines=tuple(Line(t, t, None, u, d) for t, d, u in lines))
    assert read_form(write_form(made)) == made


def test_every_reason_is_said_at_once():
    document = fields(currency="cny", price="-1", lines=[{"item": "a\0", "total": "1e5"}, 3], extra=1, brand=7)
    document["deposit"] = 20000
    assert refusals(document) == (
        "form: the field “extra” is unknown",
        "currency: three capital letters are expected, such as CNY",
        "price: the number must not be negative",
        "deposit: a decimal number in a text is expected, such as “970000.00”",
        "lines[0]: the field “unit” is missing",
        "lines[0]: the field “quantity” is missing",
        "lines[0]: the field “unit_price” is missing",
        "lines[0].item: the text holds a control character",
        "lines[0].total: a decimal number in a text is expected, such as “970000.00”",
        "lines[1]: an object is expected",
        "brand: a text is expected",
    )


def test_what_is_missing_is_said_once():
    assert refusals(fields(price=...)) == ("form: the field “price” is missing",)
    assert refusals([]) == ("form: an object is expected",)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"price": ""}, "price: a decimal number in a text is expected, such as “970000.00”"),
        ({"price": "01"}, "price: a decimal number in a text is expected, such as “970000.00”"),
        ({"price": "1."}, "price: a decimal number in a text is expected, such as “970000.00”"),
        ({"price": "１"}, "price: a decimal number in a text is expected, such as “970000.00”"),
        ({"price": "1,000"}, "price: a decimal number in a text is expected, such as “970000.00”"),
        ({"price": "NaN"}, "price: a decimal number in a text is expected, such as “970000.00”"),
        ({"price": "1\n"}, "price: a decimal number in a text is expected, such as “970000.00”"),
        ({"price": "1" * 16}, "price: a decimal number in a text is expected, such as “970000.00”"),
        ({"price": 1}, "price: a decimal number in a text is expected, such as “970000.00”"),
        ({"deposit_form": "cash"}, "deposit_form: one of these words is expected: transfer, guarantee"),
        ({"deposit_form": ["transfer"]}, "deposit_form: a text is expected"),
        ({"deposit": "-1"}, "deposit: the number must not be negative"),
        ({"currency": 1}, "currency: a text is expected"),
        ({"manager": None}, "manager: a text is expected"),
        ({"quality": "x" * 2_001}, "quality: the text is longer than 2000 characters"),
        ({"lines": {}}, "lines: an array is expected"),
        ({"lines": ""}, "lines: an array is expected"),
        ({"adjustments": [{"reason": "", "amount": "x"}]}, "adjustments[0].amount: a decimal number in a text is expected, such as “970000.00”"),
        ({"adjustments": [{"reason": "", "amount": "1"}] * 1_001}, "adjustments: 1001 entries; at most 1000 are allowed"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_its_place(changes, why):
    assert why in refusals(fields(**changes))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "The offer form is not JSON."),
        (b"{", "The offer form is not JSON."),
        (b"[" * 100_000, "The offer form is not JSON."),
        (b"9" * 5_000, "The offer form is not JSON."),
        (b'"\xff"', "The offer form is not valid UTF-8."),
        (b'{"a":1,"a":1}', "The offer form states a field twice."),
        (bytes(LIMIT + 1), f"The offer form has {LIMIT + 1} bytes; at most {LIMIT} are allowed."),
    ],
)
def test_bytes_that_are_no_form_are_refused(data, why):
    assert refusals(data) == (why,)


def test_half_a_character_is_refused():
    assert refusals(write_form(FORM).replace("合格".encode(), b"\\ud800")) == (
        "quality: the text holds a control character",
    )


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_other_bytes_are_refused_without_another_exception(data):
    assert refusals(data) != ()
