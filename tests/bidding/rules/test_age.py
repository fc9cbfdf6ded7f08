from __future__ import annotations

import base64
import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.rules import age, age_passphrase, age_stream, bech32
from bidding.rules.wrapping import public_key_of
from core.canonical import Malformed

from .sealed import stream

SECRET = b"\5" * 32
CHUNK = age_stream.CHUNK
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 200_000]


def encrypt(plain: bytes, *, pieces: int = 50_000) -> bytes:
    sink = io.BytesIO()
    writer = age.write_payload(sink, recipient=public_key_of(SECRET), randomness=stream())
    for start in range(0, len(plain), pieces):
        writer.write(plain[start : start + pieces])
    written = writer.finish()
    file = sink.getvalue()
    assert written == age_stream.FileDigest(len(file), hashlib.sha256(file).hexdigest())
    return file


def decrypt(file: bytes, secret: bytes = SECRET) -> bytes:
    return b"".join(age.read_payload(io.BytesIO(file), secret=secret))


def reason_of(file: bytes, secret: bytes = SECRET) -> str:
    with pytest.raises(Malformed) as refusal:
        decrypt(file, secret)
    return str(refusal.value)


def plaintext(size: int) -> bytes:
    return hashlib.shake_128(b"plain").digest(size)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_written_is_read_back(size):
    plain = plaintext(size)
    file = encrypt(plain)
    assert decrypt(file) == plain
    chunks = max(1, -(-size // CHUNK))
    assert len(file) == file.index(b"\n---") + 49 + 16 + size + 16 * chunks


@pytest.mark.parametrize("pieces", [1, 7, CHUNK, 3 * CHUNK])
def test_how_the_plaintext_is_cut_makes_no_difference(pieces):
    plain = plaintext(2 * CHUNK if pieces > 7 else 3_000)
    assert encrypt(plain, pieces=pieces) == encrypt(plain)


def test_the_header_has_exactly_four_lines():
    lines = encrypt(b"x").split(b"\n", 4)[:4]
    assert lines[0] == b"age-encryption.org/v1"
    assert [len(line) for line in lines[1:]] == [len("-> X25519 ") + 43, 43, len("--- ") + 43]


def test_only_two_chunks_are_held_at_a_time():
    """A source of 64 MiB is written and read while the largest piece ever seen stays one chunk."""

    class Discarding:
        largest = 0

        def write(self, data: bytes) -> None:
            self.largest = max(self.largest, len(data))

    sink = Discarding()
    writer = age.write_payload(sink, recipient=public_key_of(SECRET))
    for _ in range(1024):
        writer.write(bytes(CHUNK))
    assert len(writer._buffer) <= 2 * CHUNK
    assert writer.finish().size > 64 * 1024 * 1024
    assert sink.largest == CHUNK + 16
    assert max(map(len, age.read_payload(io.BytesIO(encrypt(bytes(5 * CHUNK))), secret=SECRET))) == CHUNK


def test_a_source_may_give_less_than_asked():
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 1_000))

    plain = plaintext(CHUNK + 5)
    assert b"".join(age.read_payload(Slow(encrypt(plain)), secret=SECRET)) == plain


def test_another_identity_does_not_open():
    assert reason_of(encrypt(b"x"), b"\6" * 32) == "The age file does not open with this key."


def altered_line(number: int, change) -> bytes:
    lines = encrypt(b"hello").split(b"\n", 4)
    lines[number] = change(lines[number])
    return b"\n".join(lines)


def without_canonical_bits(line: bytes) -> bytes:
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return line[:-1] + alphabet[alphabet.index(line[-1:]) + 1 :][:1]


BAD_BASE64 = "The header of the age file holds base64 that is not canonical or of another length."


@pytest.mark.parametrize(
    ("number", "change", "why"),
    [
        (0, lambda _: b"age-encryption.org/v2", "The file is not an age file of version 1."),
        (0, lambda line: line + b" ", "The file is not an age file of version 1."),
        (0, lambda line: line + b"\r", "The file is not an age file of version 1."),
        (1, lambda line: b"-> grease x\nAAAA\n" + line, "The first recipient of the age file is not of type X25519."),
        (1, lambda _: b"-> scrypt AAAA 10", "The first recipient of the age file is not of type X25519."),
        (1, lambda line: line + b" extra", "The header of the age file holds bad base64."),
        (1, lambda line: line + b"=", BAD_BASE64),
        (1, without_canonical_bits, BAD_BASE64),
        (1, lambda line: line[:-4], BAD_BASE64),
        (1, lambda line: line[:-1] + b"-", "The header of the age file holds bad base64."),
        (1, lambda _: b"-> X25519 " + b"A" * 43, "The recipient of the age file is a key of low order."),
        (2, lambda line: line[:-4], BAD_BASE64),
        (2, lambda line: b"A" + line[1:], "The age file does not open with this key."),
        (2, lambda line: line + b"\n-> X25519 AAAA\nAAAA", "The header of the age file has not exactly one recipient."),
        (2, lambda line: line + b"\n-> x-grease\n", "The header of the age file has not exactly one recipient."),
        (3, lambda line: line[:4] + b"A" * 43, "The header of the age file was altered."),
        (3, lambda line: line + b"A", BAD_BASE64),
        (3, lambda line: line + b"AA", "The header of the age file holds bad base64."),
        (3, lambda line: b"---" + line[4:], "The header of the age file has not exactly one recipient."),
        (1, lambda line: line + b"A" * 300, "The header of the age file is not complete."),
    ],
)
def test_another_header_is_refused_with_the_reason(number, change, why):
    assert reason_of(altered_line(number, change)) == why


TAIL = "The age file is cut short or has bytes after its end."


@pytest.mark.parametrize("size", [1, CHUNK, CHUNK + 1])
def test_a_file_that_is_not_whole_is_refused(size):
    file = encrypt(plaintext(size))
    body = len(file) - size - 16 * max(1, -(-size // CHUNK))
    for cut in range(1, 40):
        reason_of(file[:-cut])
    for end in (0, 1, 20, body - 17, body - 1, body):
        reason_of(file[:end])
    for tail in (b"\0", b"\n", bytes(16), bytes(CHUNK + 16), file[body:]):
        reason_of(file + tail)


def test_a_missing_last_chunk_is_noticed():
    file = encrypt(plaintext(CHUNK + 1))
    assert reason_of(file[:-17]) == "Chunk 1 of the age file is damaged, or the file is not whole."


def test_a_cut_at_each_end_has_its_own_reason():
    file = encrypt(b"")
    assert reason_of(file[:-1]) == TAIL
    assert reason_of(file[:-16]) == TAIL
    assert reason_of(file[:-17]) == "The age file ends within its header."
    assert reason_of(b"") == "The header of the age file is not complete."


def test_an_empty_last_chunk_after_others_is_refused():
    """Made by hand: stock tools never write it, but its tags are valid."""
    sink = io.BytesIO()
    writer = age.write_payload(sink, recipient=public_key_of(SECRET), randomness=stream())
    writer._encrypt(bytes(CHUNK), last=False)
    writer.finish()
    assert reason_of(sink.getvalue()) == TAIL


@given(st.integers(0, 230), st.integers(1, 255))
def test_no_changed_byte_is_accepted(position, change):
    file = bytearray(encrypt(b"hello"))
    file[position % len(file)] ^= change
    with pytest.raises(Malformed):
        decrypt(bytes(file))


# -- keys as text


def test_an_identity_and_a_recipient_round_trip():
    assert age.read_identity(age.write_identity(SECRET)) == SECRET
    assert age.read_identity(age.write_identity(SECRET).lower()) == SECRET
    public = public_key_of(SECRET)
    assert bech32.decode("age", age.write_recipient(public)) == public


@given(st.binary(max_size=60))
def test_bech32_round_trips(data):
    assert bech32.decode("age", bech32.encode("age", data)) == data


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (age.write_identity(SECRET)[:-1] + "q", "The key mixes capital and small letters."),
        (age.write_identity(SECRET)[:-1] + "é", "The key mixes capital and small letters."),
        (age.write_recipient(SECRET), "The key is not of the form age-secret-key-1…."),
        ("AGE-SECRET-KEY-1QQ", "The key is not of the form age-secret-key-1…."),
        ("age-secret-key-", "The key is not of the form age-secret-key-1…."),
        (age.write_identity(SECRET).replace("1Q", "1B"), "The key is not of the form age-secret-key-1…."),
        (age.write_identity(SECRET).replace("ZS2", "ZS3"), "The key has a typing error: its checksum does not fit."),
        (bech32.encode("age-secret-key-", b"\5" * 31), "The identity does not have 32 bytes."),
    ],
)
def test_a_mistyped_identity_is_refused_with_the_reason(text, why):
    with pytest.raises(Malformed) as refusal:
        age.read_identity(text)
    assert str(refusal.value) == why


@pytest.mark.parametrize("values", [[0], [0, 0, 0], [0, 31]])
def test_bits_left_over_are_refused(values):
    check = bech32._polymod([*bech32._expanded("age"), *values, *[0] * 6]) ^ 1
    values += [check >> 5 * (5 - i) & 31 for i in range(6)]
    with pytest.raises(Malformed, match="bits are left over"):
        bech32.decode("age", "age1" + "".join(bech32._ALPHABET[value] for value in values))


# -- passphrases


PASSPHRASE = "correct horse 正确"


def locked() -> bytes:
    return age_passphrase.encrypt(b"secret", passphrase=PASSPHRASE, work_factor=4, randomness=stream())


def unlock_reason(file: bytes, passphrase: str = PASSPHRASE, **limits: int) -> str:
    with pytest.raises(Malformed) as refusal:
        age_passphrase.decrypt(file, passphrase=passphrase, **limits)
    return str(refusal.value)


def test_a_passphrase_locks_and_unlocks():
    assert age_passphrase.decrypt(locked(), passphrase=PASSPHRASE) == b"secret"


def test_what_a_passphrase_does_not_open_is_refused_with_the_reason():
    file = locked()
    assert unlock_reason(file, "wrong") == "The passphrase is not the right one."
    assert "more work" in unlock_reason(file.replace(b" 4\n", b" 21\n"))
    assert "more work" in unlock_reason(file, largest_work_factor=3)
    for other in (b" 04\n", b" +4\n", b" 0\n", b" 4 5\n"):
        assert unlock_reason(file.replace(b" 4\n", other)) == "The file is not under a passphrase."
    assert unlock_reason(encrypt(b"x")) == "The file is not under a passphrase."
    assert unlock_reason(b"x" + file) == "The file is not an age file of version 1."
    assert unlock_reason(bytes(age_passphrase.LIMIT + 1)) == "The file under a passphrase is too large."
    assert unlock_reason(file[:-1]) == "Chunk 1 of the age file is damaged, or the file is not whole."


def test_base64_of_age_is_without_padding():
    assert age_stream.encode(b"\xff") == base64.b64encode(b"\xff").rstrip(b"=")
