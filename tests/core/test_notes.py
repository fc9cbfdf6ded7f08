from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import notes
from core.canonical import Malformed, b64_encode, digest
from core.notes import BadSignature, SigningKey, VerifyKey, parse_vkey, sign_note, verify_note

LOG = json.loads((Path(__file__).parent.parent / "vectors" / "log.json").read_text(encoding="utf-8"))
KEY = SigningKey("tender.example/bidder/B1", bytes([4]) * 32)
OTHER = SigningKey("tender.example/bidder/B2", bytes([9]) * 32)
P, L = notes._P, notes._L


def reason_of(call, *args, **kwargs) -> str:
    with pytest.raises(Malformed) as refusal:
        call(*args, **kwargs)
    return str(refusal.value)


def edwards_add(p, q):
    (x1, y1), (x2, y2) = p, q
    t = notes._D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + t, P - 2, P) % P
    return x, (y1 * y2 + x1 * x2) * pow(1 - t, P - 2, P) % P


def x_of(y):
    square = (y * y - 1) * pow(notes._D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return x if x * x % P == square else None


def test_the_example_of_the_specification_verifies():
    example = LOG["c2sp_note_example"]
    key = parse_vkey(example["vkey"])
    assert verify_note(example["note"], keys=[key]) == notes.VerifiedNote(
        "This is an example message.\n", (notes.NoteSignature(key, None),)
    )


def test_a_checkpoint_with_two_cosignatures_verifies_and_tells_their_time():
    keys = [parse_vkey(text) for text in LOG["vkeys"]]
    verified = verify_note(LOG["checkpoint_cosigned_by_0_and_1"], keys=keys)
    assert verified.text == LOG["checkpoint_body"]
    at = LOG["cosignature_time"]
    assert [(s.key, s.time) for s in verified.signatures] == [(keys[0], None), (keys[1], at), (keys[2], at)]


def test_signing_makes_the_bytes_of_the_vectors():
    log = SigningKey("tender.example/log/1", bytes.fromhex(LOG["log_sk"]))
    assert str(log.verify_key) == LOG["vkeys"][0]
    assert sign_note(LOG["checkpoint_body"], key=log) == LOG["checkpoint_signed"]
    receipt = LOG["receipt"]
    platform = SigningKey("tender.example/platform", bytes.fromhex(receipt["platform_sk"]))
    assert str(platform.verify_key) == receipt["platform_vkey"]
    assert digest(receipt["receipt_json"].encode()) == receipt["sha256"]
    assert notes.sign_statement("receipt", receipt["sha256"], key=platform) == receipt["note"]


def test_a_statement_is_checked_text_first():
    note = notes.sign_statement("seal", "0" * 64, key=KEY)
    notes.verify_statement(note, doc_type="seal", digest_hex="0" * 64, key=KEY.verify_key)
    notes.verify_statement(note.encode(), doc_type="seal", digest_hex="0" * 64, key=KEY.verify_key)
    for other in (
        {"doc_type": "withdraw", "digest_hex": "0" * 64},
        {"doc_type": "seal", "digest_hex": "1" * 64},
    ):
        why = reason_of(notes.verify_statement, note, key=KEY.verify_key, **other)
        assert why == "The signature is for another document."


def test_a_secret_is_not_shown_when_its_key_is_printed():
    assert repr(KEY) == "SigningKey(name='tender.example/bidder/B1')"


def test_the_last_blank_line_ends_the_text():
    note = sign_note("one\n\ntwo\n", key=KEY)
    assert verify_note(note, keys=[KEY.verify_key]).text == "one\n\ntwo\n"


def test_lines_of_unknown_keys_are_ignored_but_one_known_key_must_sign():
    note = sign_note("text\n", key=KEY) + sign_note("text\n", key=OTHER).split("\n\n")[1]
    assert [s.key for s in verify_note(note, keys=[OTHER.verify_key]).signatures] == [OTHER.verify_key]
    assert reason_of(verify_note, note, keys=[]) == "The note carries no signature of a known key."


def test_one_false_line_of_a_known_key_rejects_the_whole_note():
    false = sign_note("other\n", key=OTHER).split("\n\n")[1]
    note = sign_note("text\n", key=KEY) + false
    with pytest.raises(BadSignature, match="does not verify"):
        verify_note(note, keys=[KEY.verify_key, OTHER.verify_key])


GOOD = sign_note("text\n", key=KEY)
LINE = GOOD.split("\n\n")[1]


@pytest.mark.parametrize(
    ("note", "why"),
    [
        (b"\xff\n\n" + LINE.encode(), "The note is not valid UTF-8."),
        ("\ud800\n\n" + LINE, "The note is not valid UTF-8."),
        (GOOD[:-1], "The note does not end with a newline."),
        ("text\n" + LINE, "The note has no blank line before its signatures."),
        ("", "The note does not end with a newline."),
        ("\n\n" + LINE, "The note has no text or no signature line."),
        ("text\n\n", "The note has no text or no signature line."),
        ("te\txt\n\n" + LINE, "The note holds a control character."),
        ("x" * 100_000 + GOOD, "The note is too long."),
        ("text\n\n- " + LINE[2:], "A signature line of the note is malformed."),
        (GOOD.replace("B1 ", "B1+ "), "A signature line of the note is malformed."),
        (GOOD.replace("B1 ", "B1  "), "A signature line of the note is malformed."),
        ("text\n\n— n AAAAAA==\n", "A signature line of the note is too short."),
        ("text\n\n— n AAAAAB==\n", "The base64 value is not canonical."),
        ("text\n\n— n AAAAAAA\n", "The value is not complete base64."),
    ],
)
def test_a_malformed_note_is_refused_with_the_reason(note, why):
    assert reason_of(verify_note, note, keys=[KEY.verify_key]) == why


def resigned(signature: bytes) -> str:
    return f"text\n\n— {KEY.name} {b64_encode(KEY.verify_key.keyid + signature)}\n"


def test_signatures_are_verified_strictly():
    true = KEY.sign(b"text\n")
    s = int.from_bytes(true[32:], "little")
    check = [KEY.verify_key]
    assert verify_note(resigned(true), keys=check).text == "text\n"
    for broken in (
        true[:32] + (s + L).to_bytes(32, "little"),  # the same signature to a lenient reader
        P.to_bytes(32, "little") + true[32:],
        (P + 1 | 1 << 255).to_bytes(32, "little") + true[32:],
    ):
        assert (
            reason_of(verify_note, resigned(broken), keys=check) == "A signature of the note is not in canonical form."
        )
    assert reason_of(verify_note, resigned(true + b"\0"), keys=check) == (
        "A signature of the note does not have the right length."
    )


def test_a_cosignature_of_the_wrong_length_is_refused():
    key = VerifyKey("w.example/w", KEY.verify_key.public, notes.COSIGNATURE)
    note = f"text\n\n— {key.name} {b64_encode(key.keyid + bytes(64))}\n"
    assert reason_of(verify_note, note, keys=[key]) == "A signature of the note does not have the right length."


def test_the_list_of_small_orders_is_the_whole_torsion():
    """Multiply points of the curve by the prime order: what is left has an order that divides eight."""
    found = set()
    for y in range(2, 40):
        x = x_of(y)
        if x is None:
            continue
        total, addend = (0, 1), (x, y)
        for bit in range(L.bit_length()):
            total = edwards_add(total, addend) if L >> bit & 1 else total
            addend = edwards_add(addend, addend)
        found |= {total[1]}
    assert found == notes._SMALL_ORDER_Y


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", sorted(notes._SMALL_ORDER_Y))
def test_a_key_of_small_order_is_not_enrolled(y, sign):
    public = (y | sign << 255).to_bytes(32, "little")
    assert reason_of(VerifyKey, "a", public) == "The public key is of small order: anything would verify under it."


def test_a_key_that_is_no_point_or_not_canonical_is_not_enrolled():
    off = next(y for y in range(2, 40) if x_of(y) is None)
    assert reason_of(VerifyKey, "a", off.to_bytes(32, "little")) == "The public key is not a point of the curve."
    assert reason_of(VerifyKey, "a", (P + 3).to_bytes(32, "little")) == "The public key is not in canonical form."
    assert reason_of(VerifyKey, "a", bytes(31)) == "An Ed25519 public key has 32 bytes."


def test_a_vkey_round_trips():
    assert parse_vkey(str(KEY.verify_key)) == KEY.verify_key


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "The verification key is not of the form name+keyid+key."),
        ("a+b", "The verification key is not of the form name+keyid+key."),
        (str(KEY.verify_key).replace("B1+", "B2+"), "The verification key does not have the id it states."),
        (str(KEY.verify_key) + "\n", "The verification key is not of the form name+keyid+key."),
        ("a+00000000+AQ==", "The value has 1 bytes instead of 33."),
        (
            "a+00000000+" + b64_encode(b"\x06" + KEY.verify_key.public),
            "The type of a verification key is unknown.",
        ),
    ],
)
def test_a_vkey_in_another_form_is_refused(text, why):
    assert reason_of(parse_vkey, text) == why


def test_a_name_has_no_space_and_no_plus():
    for name in ("", "a b", "a+b", "价"):
        assert "printable ASCII" in reason_of(VerifyKey, name, KEY.verify_key.public)


@pytest.mark.parametrize("text", ["", "no newline", "\n", "a\x00\n"])
def test_a_text_that_no_reader_would_accept_is_not_signed(text):
    reason_of(sign_note, text, key=KEY)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_bytes_are_refused_as_a_note_without_another_exception(data):
    with pytest.raises(Malformed):
        verify_note(data, keys=[KEY.verify_key])


@given(st.integers(0, len(GOOD.encode()) - 1), st.integers(1, 255))
def test_no_changed_byte_of_a_note_verifies(position, change):
    raw = bytearray(GOOD.encode())
    raw[position] ^= change
    with pytest.raises(Malformed):
        verify_note(bytes(raw), keys=[KEY.verify_key])
