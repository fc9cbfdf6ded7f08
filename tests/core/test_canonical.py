from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import canonical
from core.canonical import Malformed

LIMIT = 65_536

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-canonical.LARGEST_INTEGER, canonical.LARGEST_INTEGER)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def nested(levels: int) -> list[object]:
    value: list[object] = []
    for _ in range(levels - 1):
        value = [value]
    return value


@given(values)
def test_what_is_written_is_read_back_and_written_the_same(value):
    data = canonical.dumps(value)
    assert canonical.loads(data, limit=len(data), depth=64) == value


@given(values)
def test_canonical_bytes_are_ordinary_json(value):
    assert json.loads(canonical.dumps(value)) == value


def test_keys_are_sorted_and_nothing_is_spaced_or_escaped_without_need():
    value = {"b": [1, True, None], "a": '价"\\\b\f\n\r\t\x01\x1f\x7f', "B": {}}
    assert canonical.dumps(value) == (
        '{"B":{},"a":"价\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f","b":[1,true,null]}'.encode()
    )


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (1.5, "The document holds a value that canonical JSON does not know."),
        (b"x", "The document holds a value that canonical JSON does not know."),
        ((1,), "The document holds a value that canonical JSON does not know."),
        (2**53, "An integer of the document is too large."),
        ({"é": 1}, "A key of the document is not ASCII text."),
        ({1: 1}, "A key of the document is not ASCII text."),
        ("\ud800", "The document holds half of a character (a lone surrogate)."),
        (nested(17), "The document is nested too deeply."),
    ],
)
def test_a_value_outside_the_restricted_form_is_not_written(value, why):
    with pytest.raises(Malformed) as refusal:
        canonical.dumps(value)
    assert str(refusal.value) == why


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "The document is not JSON from character 0 on."),
        (b"{", "The document is not JSON from character 1 on."),
        (b"{}x", "The document is not JSON from character 2 on."),
        (b"{}\x00", "The document is not JSON from character 2 on."),
        (b"\xef\xbb\xbf{}", "The document is not JSON from character 0 on."),
        (b"{} ", "The document is not in canonical form from byte 2 on."),
        (b"{}\n", "The document is not in canonical form from byte 2 on."),
        (b'{"a": 1}', "The document is not in canonical form from byte 5 on."),
        (b'{"a":1,"a":1}', "The document is not in canonical form from byte 6 on."),
        (b'{"b":1,"a":1}', "The document is not in canonical form from byte 2 on."),
        (b'"\\u0041"', "The document is not in canonical form from byte 1 on."),
        (b'"\\/"', "The document is not in canonical form from byte 1 on."),
        (b'"\\u001F"', "The document is not in canonical form from byte 6 on."),
        (b"-0", "The document is not in canonical form from byte 0 on."),
        (b"1.0", "A number of the document is not an integer: 1.0."),
        (b"1e2", "A number of the document is not an integer: 1e2."),
        (b"NaN", "A number of the document is not an integer: NaN."),
        (b"9007199254740992", "An integer of the document is too large."),
        (b"9" * 5000, "An integer of the document is too large."),
        (b'"\\ud800"', "The document holds half of a character (a lone surrogate)."),
        (b'"\xff"', "The document is not valid UTF-8."),
        (b'{"\xc3\xa9":1}', "A key of the document is not ASCII text."),
        (b"[" * 17 + b"]" * 17, "The document is nested too deeply."),
        (b"[" * 30_000, "The document is nested too deeply."),
    ],
)
def test_bytes_outside_the_one_form_are_refused_with_the_reason(data, why):
    with pytest.raises(Malformed) as refusal:
        canonical.loads(data, limit=LIMIT)
    assert str(refusal.value) == why


def test_sixteen_levels_are_read():
    assert canonical.loads(b"[" * 16 + b"]" * 16, limit=LIMIT) == nested(16)


def test_a_document_over_its_limit_is_refused_before_it_is_parsed():
    with pytest.raises(Malformed) as refusal:
        canonical.loads(b"not json", limit=7)
    assert str(refusal.value) == "The document has 8 bytes; at most 7 are allowed."


def test_the_digest_of_a_value_is_over_its_canonical_bytes():
    assert canonical.digest_of({"b": 1, "a": 2}) == canonical.digest(b'{"a":2,"b":1}')
    assert canonical.digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.binary(max_size=40))
def test_both_base64_forms_round_trip(data):
    assert canonical.b64u_decode(canonical.b64u_encode(data), length=len(data)) == data
    assert canonical.b64_decode(canonical.b64_encode(data), length=len(data)) == data


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("AA==", "The value is not base64url without padding."),
        ("A+/A", "The value is not base64url without padding."),
        ("AA\n", "The value is not base64url without padding."),
        (None, "The value is not base64url without padding."),
        ("A", "The value is not complete base64."),
        ("AB", "The base64 value is not canonical."),
        ("AAA", "The value has 2 bytes instead of 1."),
    ],
)
def test_base64url_in_another_form_is_refused(text, why):
    with pytest.raises(Malformed) as refusal:
        canonical.b64u_decode(text, length=1)
    assert str(refusal.value) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("AA", "The value is not complete base64."),
        ("A-_A", "The value is not standard base64 with padding."),
        ("AB==", "The base64 value is not canonical."),
        (7, "The value is not standard base64 with padding."),
        ("AAA=", "The value has 2 bytes instead of 1."),
    ],
)
def test_standard_base64_in_another_form_is_refused(text, why):
    with pytest.raises(Malformed) as refusal:
        canonical.b64_decode(text, length=1)
    assert str(refusal.value) == why


def test_a_time_is_always_27_characters_in_utc():
    beijing = timezone(timedelta(hours=8))
    assert canonical.format_time(datetime(2026, 12, 1, 17, tzinfo=beijing)) == "2026-12-01T09:00:00.000000Z"
    assert canonical.format_time(datetime(987, 1, 2, tzinfo=UTC)) == "0987-01-02T00:00:00.000000Z"


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(Malformed, match="without a zone"):
        canonical.format_time(datetime(2026, 1, 1))  # noqa: DTZ001  (the refused case)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_round_trips(at):
    text = canonical.format_time(at)
    assert (len(text), canonical.parse_time(text)) == (27, at)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01T09:00:00Z",
        "2026-12-01T09:00:00.00000Z",
        "2026-12-01 09:00:00.000000Z",
        "2026-12-01T09:00:00.000000+00:00",
        "2026-12-01T09:00:00.000000z",
        "2026-12-01T09:00:00.000000Z\n",
        "２026-12-01T09:00:00.000000Z",
        "2026-02-30T09:00:00.000000Z",
        "2026-12-01T24:00:00.000000Z",
        "2026-12-01T09:00:60.000000Z",
        None,
    ],
)
def test_a_time_in_another_form_is_refused(text):
    with pytest.raises(Malformed):
        canonical.parse_time(text)


@pytest.mark.parametrize("text", ["T-1", "a/../b", "x" * 128, "9:._-"])
def test_an_id_may_look_like_a_path(text):
    assert canonical.check_id(text) == text


@pytest.mark.parametrize("text", ["", "-a", ".a", "a b", "x" * 129, "a\n", "价", None])
def test_another_text_is_no_id(text):
    with pytest.raises(Malformed):
        canonical.check_id(text)


def test_a_kid_is_short_and_small():
    assert canonical.check_kid("agency-2") == "agency-2"
    for text in ("Agency", "-a", "a" * 33, "a/b", "", 1):
        with pytest.raises(Malformed):
            canonical.check_kid(text)


def test_a_digest_is_64_small_hex_digits():
    assert canonical.check_digest("0" * 64) == "0" * 64
    for text in ("0" * 63, "A" * 64, "0" * 65, None):
        with pytest.raises(Malformed):
            canonical.check_digest(text)
