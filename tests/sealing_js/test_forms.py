"""The readers of both sides accept and refuse the same bytes, texts and keys."""

from __future__ import annotations

import pytest

from core import canonical, notes
from tests.sealing_js.people import BIDDER, HOLDERS

DOCUMENTS = [
    b'{"a":1,"b":[true,false,null,"x"]}',
    b'{"b":1,"a":2}',
    b'{"a":1,"a":1}',
    b'{"a": 1}',
    b'{"a":1.0}',
    b'{"a":1e3}',
    b'{"a":-0}',
    b'{"a":-1}',
    b'{"a":9007199254740991}',
    b'{"a":9007199254740992}',
    b'{"a":-9007199254740992}',
    b'{"a":"\\u0041"}',
    b'{"a":"\\u001f\\b\\f\\n\\r\\t\\"\\\\"}',
    b'{"a":"\\u001F"}',
    b'{"a":"\\/"}',
    b'{"a":"\\u2028"}',
    '{"a":"\u2028\u2029 \U0001f600 价"}'.encode(),
    b'{"a":"\\ud83d\\ude00"}',
    b'{"a":"\\ud800"}',
    b'{"a":"\x7f"}',
    '{"é":1}'.encode(),
    b'{"":1}',
    b'{"10":1,"9":2}',
    b'{"9":2,"10":1}',
    b'{"__proto__":1}',
    b"[]",
    b'""',
    b"null",
    b"",
    b"\xef\xbb\xbf{}",
    b'{"a":"\xff"}',
    b"{}\x00",
    b"{}\n",
    b"NaN",
    b"[" * 16 + b"]" * 16,
    b"[" * 17 + b"]" * 17,
    b"[" * 15 + b"1" + b"]" * 15,
    b"[" * 16 + b"1" + b"]" * 16,
    b"[" * 5000 + b"]" * 5000,
]

TIMES = [
    "2026-02-28T23:59:59.999999Z",
    "2026-02-29T00:00:00.000000Z",
    "2028-02-29T00:00:00.000000Z",
    "2026-01-01T24:00:00.000000Z",
    "2026-01-01T23:59:60.000000Z",
    "2026-01-01T09:00:00Z",
    "2026-01-01T09:00:00.000Z",
    "2026-01-01 09:00:00.000000Z",
    "2026-01-01T09:00:00.000000+00:00",
    "0000-01-01T00:00:00.000000Z",
    "0001-01-01T00:00:00.000000Z",
    "9999-12-31T23:59:59.999999Z",
    "2026-13-01T00:00:00.000000Z",
    "２026-01-01T00:00:00.000000Z",
]

B64U = ["", "AA", "AB", "AAA", "AAB", "AAAA", "A", "AAAAA", "AA==", "+A", "-w", "_w", "__8", " AA", "AA\n"]


def accepted(read, values):
    def works(value):
        try:
            read(value)
        except canonical.Malformed:
            return False
        return True

    return [works(value) for value in values]


def test_documents(run):
    found = run(
        "",
        """return given.map((hex) => {
          try { return c.canonicalText(c.readCanonical(c.fromHex(hex))) === c.textOf(c.fromHex(hex)); }
          catch (error) { if (error.name !== "Malformed") throw error; return false; }
        });""",
        [document.hex() for document in DOCUMENTS],
    )
    assert found == accepted(lambda data: canonical.loads(data, limit=65_536), DOCUMENTS)
    assert True in found


def test_the_length_is_checked_before_anything_is_parsed(run):
    body = """return [65536, 65537].map((length) => {
      try { c.readCanonical(c.utf8("\\"" + "x".repeat(length - 2) + "\\"")); return "read"; }
      catch (error) { return error.message; }
    });"""
    assert run("", body) == ["read", "malformed: longer than 65536 bytes"]


@pytest.mark.parametrize(
    ("name", "values", "read"),
    [
        ("readTime", TIMES, canonical.parse_time),
        ("fromB64u", B64U, canonical.b64u_decode),
        ("fromB64", ["", "AA==", "AB==", "AAA=", "AAAA", "AA", "AA=", "-A==", "AA==\n", " "], canonical.b64_decode),
    ],
)
def test_texts_inside_documents(run, name, values, read):
    body = """return given.values.map((text) => {
      try { c[given.name](text); return true; } catch (error) { if (error.name !== "Malformed") throw error; return false; }
    });"""
    assert run("", body, {"name": name, "values": values}) == accepted(read, values)


@pytest.mark.parametrize(
    ("name", "values", "read"),
    [
        (
            "isId",
            ["A", "a/b..c", "CT-2026-0007/1", "", "/a", "a b", "é", "a" * 128, "a" * 129, "a\n"],
            canonical.check_id,
        ),
        ("isKid", ["a", "a-1", "1", "-a", "A", "", "a" * 32, "a" * 33, "a.b"], canonical.check_kid),
        ("isDigest", ["0" * 64, "0" * 63, "A" * 64, "0" * 64 + "\n"], canonical.check_digest),
    ],
)
def test_names_and_digests(run, name, values, read):
    found = run("", "return given.values.map((text) => c[given.name](text));", {"name": name, "values": values})
    assert found == accepted(read, values)


def weak_vkeys():
    import base64
    import hashlib

    points = [
        bytes(32),
        bytes([1]) + bytes(31),
        bytes([1]) + bytes(30) + b"\x80",
        bytes.fromhex("ec" + "ff" * 30 + "7f"),
        bytes.fromhex("ed" + "ff" * 30 + "7f"),
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        b"\xff" * 32,
    ]
    for point in points:
        key = b"\x01" + point
        keyid = hashlib.sha256(b"weak\n" + key).digest()[:4]
        yield f"weak+{keyid.hex()}+{base64.b64encode(key).decode()}"


def test_verification_keys(run):
    good = BIDDER.vkey
    name, keyid, key = good.split("+", 2)
    values = [
        good,
        *weak_vkeys(),
        f"{name}+00000000+{key}",
        f"other+{keyid}+{key}",
        f"{name}+{keyid}",
        f"{name}+{keyid.upper()}+{key}",
        f"a b+{keyid}+{key}",
        f"{name}+{keyid}+{key}=",
        "-",
        "",
    ]
    found = run(
        "notes",
        """return Promise.all(given.map((vkey) => m.notes.readVkey(vkey).then(() => true, (error) => {
          if (error.name !== "Malformed") throw error;
          return false;
        })));""",
        values,
    )
    assert found == accepted(notes.parse_vkey, values)
    assert found.count(True) == 1


def test_notes(run):
    text = "tsb/1 seal\nabc\n"
    good = notes.sign_note(text, key=BIDDER.signing)
    other = notes.sign_note(text, key=HOLDERS["agency"].signing).split("\n\n")[1]
    line = good.split("\n\n")[1]
    values = [
        good,
        good + other,
        f"{text}\n{other}{line}",
        f"{text}\n{other}",
        good[:-1],
        text,
        f"{text}\n",
        f"\n\n{line}",
        good.replace("abc", "abd"),
        good.replace("abc", "a\tc"),
        good.replace("abc", "a\rc"),
        good.replace("— ", "- "),
        good.replace("— ", "—  "),
        good.replace("=\n", "\n"),
        f"{text}\n— {BIDDER.name} AAAA\n{line}",
        f"{text}\n— {BIDDER.name} AAAAAAA=\n{line}",
        good + line.replace("B-1", "B-2"),
        good + "\n" + line,
        good.replace(line, line[:-6] + "AAAA=\n"),
    ]
    found = run(
        "notes",
        """return Promise.all(given.values.map((note) => m.notes.verifyNote(note, given.vkey).then(() => true, (error) => {
          if (!["Malformed", "Fault"].includes(error.name)) throw error;
          return false;
        })));""",
        {"values": values, "vkey": BIDDER.vkey},
    )
    assert found == accepted(lambda note: notes.verify_note(note, keys=[BIDDER.signing.verify_key]), values)
    assert found[:4] == [True, True, True, False]


HOLDER_KEYS = [
    bytes(32),
    bytes([1]) + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    bytes.fromhex("ec" + "ff" * 30 + "7f"),
    bytes.fromhex("ed" + "ff" * 30 + "7f"),
    bytes.fromhex("ee" + "ff" * 30 + "7f"),
    b"\xff" * 32,
    HOLDERS["agency"].public,
    bytes(HOLDERS["agency"].public[:31]) + bytes([HOLDERS["agency"].public[31] | 0x80]),
]


def test_holder_keys(run):
    from bidding.rules.wrapping import check_public_key

    found = run(
        "dealing",
        """return Promise.all(given.map((hex) => m.dealing.refuseWeakHolderKey(c.fromHex(hex)).then(() => true, (error) => {
          if (error.name !== "Malformed") throw error;
          return false;
        })));""",
        [key.hex() for key in HOLDER_KEYS],
    )
    assert found == accepted(check_public_key, HOLDER_KEYS)
    assert found[8] is True
