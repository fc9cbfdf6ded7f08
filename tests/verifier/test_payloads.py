"""The payload's strict forms: every deviation of the file and of the archive inside it is refused."""

from __future__ import annotations

import io

import pytest

from bidding.rules.age import write_payload
from bidding.rules.wrapping import public_key_of
from tests.verifier.paper import TENDER, honest
from verifier import age
from verifier.archive import read_archive
from verifier.ceremony import read_ceremony, read_seal
from verifier.sharing import kdf
from verifier.words import Fault

PAPER = honest()
FILES = PAPER.bundle()
SEAL = read_seal(PAPER.accepted()[0].data, read_ceremony(FILES["ceremony.json"]))
ENVELOPE = SEAL.envelopes[0]
SECRET = kdf(PAPER.results[0].secret, "age identity", ENVELOPE.ctx)
FILE = FILES[f"payloads/{ENVELOPE.sha256}.age"]
BELONGING = {"tender": TENDER, "envelope": "opening", "lot": "1", "cid": SEAL.cid}
HEADER, NONCE = FILE[: FILE.index(b"\n---") + 1], 16
LINES = FILE.split(b"\n", 4)


def plain(data: bytes) -> bytes:
    return b"".join(age.decrypt(io.BytesIO(data), SECRET))


PLAIN = plain(FILE)
ZERO_KEY = b"A" * 43
FORMS = {
    "another version": FILE.replace(b"/v1", b"/v2", 1),
    "another stanza": FILE.replace(b"-> X25519", b"-> scrypt", 1),
    "two stanzas": b"\n".join([LINES[0], LINES[1], LINES[2], LINES[1], LINES[2], *LINES[3:]]),
    "a stanza of low order": b"\n".join([LINES[0], b"-> X25519 " + ZERO_KEY, *LINES[2:]]),
    "padded base64": b"\n".join([LINES[0], LINES[1] + b"=", *LINES[2:]]),
    "base64 that is not": b"\n".join([LINES[0], LINES[1][:-1] + b"!", *LINES[2:]]),
    "another file key": b"\n".join([*LINES[:2], ZERO_KEY, *LINES[3:]]),
    "another MAC": b"\n".join([*LINES[:3], b"--- " + ZERO_KEY, *LINES[4:]]),
    "a long line": b"x" * 200 + FILE,
    "no nonce": b"\n".join([*LINES[:4], b"short"]),
    "no chunk": b"\n".join([*LINES[:4], LINES[4][:NONCE]]),
    "a chunk cut off": FILE[:-1],
    "bytes after the end": FILE + b"x",
    "nothing": b"",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_another_form_is_refused(form: str) -> None:
    with pytest.raises(Fault):
        plain(FORMS[form])


def header(**changes: bytes) -> bytes:
    """Return the first header of the archive with fields changed and the checksum made to fit."""
    places = {"name": 0, "mode": 100, "size": 124, "typeflag": 156, "linkname": 157, "magic": 257, "devmajor": 329,
              "prefix": 345, "rest": 500}  # fmt: skip
    block = bytearray(PLAIN[:512])
    for field, value in changes.items():
        block[places[field] : places[field] + len(value)] = value
    total = sum(block[:148]) + 8 * 0x20 + sum(block[156:])
    block[148:156] = b"%06o\0 " % total
    return bytes(block) + PLAIN[512:]


END = PLAIN.rindex(b"}") + 1
ARCHIVES = {
    "a link": header(typeflag=b"2"),
    "a link's name": header(linkname=b"x"),
    "another magic": header(magic=b"gnutar"),
    "a prefix": header(prefix=b"x"),
    "bytes at the end of the header": header(rest=b"x"),
    "a device": header(devmajor=b"0000001\0"),
    "a number that is none": header(mode=b"x"),
    "another first member": header(name=b"other.json"),
    "a path": header(name=b"../evil.json"),
    "a name with bytes after its end": header(name=b"index.json\0x"),
    "a checksum that does not fit": PLAIN[:148] + b"000000\0 " + PLAIN[156:],
    "a size that does not fit": header(size=b"00000000001\0"),
    "an index that is too long": header(size=b"77777777777\0"),
    "a file that is altered": PLAIN.replace(b'"price":"', b'"price":"1', 1)[: len(PLAIN)],
    "bytes after a file": PLAIN[:END] + b"x" + PLAIN[END + 1 :],
    "bytes after the archive": PLAIN[:-1] + b"x",
    "no end": PLAIN[: END + -END % 512],
    "cut short": PLAIN[:700],
    "nothing": b"",
    "only zeros": bytes(1024),
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_archive_of_another_form_is_refused(kind: str) -> None:
    with pytest.raises(Fault):
        read_archive([ARCHIVES[kind]], BELONGING)


def test_an_archive_of_another_envelope_is_refused() -> None:
    read_archive([PLAIN], BELONGING)
    for field in BELONGING:
        with pytest.raises(Fault, match=field):
            read_archive([PLAIN], BELONGING | {field: "other"})


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072])
def test_every_size_around_a_chunk_is_read(size: int) -> None:
    sink = io.BytesIO()
    writer = write_payload(sink, recipient=public_key_of(SECRET))
    writer.write(bytes(size))
    writer.finish()
    assert plain(sink.getvalue()) == bytes(size)
