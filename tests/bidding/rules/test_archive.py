from __future__ import annotations

import io
import tarfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.rules import archive, ustar
from bidding.rules.archive import Belonging, describe_file, member_name, read_archive, write_archive
from bidding.rules.padding import padded_length, padme
from bidding.rules.ustar import BLOCK, Member
from core.canonical import Malformed, b64u_encode, digest, dumps

from .sealed import file_of

BELONGING = Belonging("T-1", "opening", "1", bytes(16))
FORM = file_of(b'{"price":"1"}')
PLAN = file_of(bytes(range(256)) * 5, name="002.pdf", title="施工组织设计 (final)\u0000.pdf")
EMPTY = file_of(b"", name="empty", title="")


def packed(*files, belonging: Belonging = BELONGING) -> bytes:
    sink = io.BytesIO()
    length = write_archive(sink, belonging=belonging, files=files)
    assert length == len(sink.getvalue())
    assert length == archive.archive_length([file.entry for file in files], belonging=belonging)
    return sink.getvalue()


def unpacked(plain: bytes, *, pieces: int = 1_000) -> dict[str, bytes]:
    kept: dict[str, io.BytesIO] = {}

    def keep(entry):
        return kept.setdefault(entry.name, io.BytesIO())

    chunks = (plain[start : start + pieces] for start in range(0, len(plain), pieces))
    opened = read_archive(chunks, belonging=BELONGING, keep=keep)
    assert (opened.size, opened.sha256) == (len(plain), digest(plain))
    return {entry.name: kept[entry.name].getvalue() for entry in opened.files}


def reason_of(plain: bytes, belonging: Belonging = BELONGING) -> str:
    with pytest.raises(Malformed) as refusal:
        read_archive([plain], belonging=belonging)
    return str(refusal.value)


@pytest.mark.parametrize("pieces", [1, 511, 512, 513, 100_000])
def test_what_is_packed_is_unpacked_however_it_is_cut(pieces):
    contents = {"form.json": b'{"price":"1"}', "002.pdf": bytes(range(256)) * 5, "empty": b""}
    assert unpacked(packed(FORM, PLAN, EMPTY), pieces=pieces) == contents


def test_an_envelope_may_hold_no_file():
    assert unpacked(packed()) == {}


def test_a_file_that_nobody_keeps_is_checked_all_the_same():
    plain = packed(FORM)
    assert [entry.name for entry in read_archive([plain], belonging=BELONGING).files] == ["form.json"]


def test_pythons_tar_reads_the_archive():
    with tarfile.open(fileobj=io.BytesIO(packed(FORM, PLAN))) as tar:
        members = tar.getmembers()
        assert [member.name for member in members] == ["index.json", "form.json", "002.pdf"]
        assert {(m.mode, m.uid, m.gid, m.mtime, m.uname, m.gname, m.isreg()) for m in members} == {
            (0o644, 0, 0, 0, "", "", True)
        }
        assert tar.extractfile("form.json").read() == b'{"price":"1"}'


def test_titles_are_any_unicode_and_labels_are_safe_to_show():
    opened = read_archive([packed(PLAN)], belonging=BELONGING)
    assert opened.files[0].title == "施工组织设计 (final)\u0000.pdf"
    assert opened.files[0].label == "施工组织设计 (final).pdf"


@given(st.integers(1, 2**40))
def test_padding_adds_little_and_reaches_few_lengths(length):
    assert length <= padme(length) <= length * 1.12 + 1
    assert padme(padme(length)) == padme(length)
    opening = padded_length(length, envelope="opening")
    assert length <= opening < length + 4096
    assert opening % 4096 == 0
    assert padded_length(length, envelope="technical") == padme(length)


def test_envelopes_other_than_the_opening_are_padded_by_padme():
    belonging = replace(BELONGING, envelope="technical")
    plain = packed(PLAN, belonging=belonging)
    assert len(plain) == padme(512 + 512 + 512 + 1536 + 1024)
    assert read_archive([plain], belonging=belonging).files == (PLAN.entry,)


def test_a_reader_does_not_insist_on_padding():
    plain = packed(FORM)
    tar_length = 4 * BLOCK + 2 * BLOCK
    assert not any(plain[tar_length:])
    for length in (tar_length, tar_length + 1, len(plain) + 100_001):
        assert read_archive([plain.ljust(length, b"\0")[:length]], belonging=BELONGING).size == length


# -- what is refused


def block(offset: int, new: bytes, *, member: int = 1, checksum: bool = True) -> bytes:
    """Return the archive of the form with bytes of a header replaced (its checksum made right again)."""
    plain = bytearray(packed(FORM))
    start = member * 2 * BLOCK
    plain[start + offset : start + offset + len(new)] = new
    if checksum:
        header = plain[start : start + BLOCK]
        header[148:156] = b" " * 8
        plain[start + 148 : start + 156] = b"%06o\0 " % sum(header)
    return bytes(plain)


@pytest.mark.parametrize(
    ("plain", "why"),
    [
        (block(257, b"ustar  \0"), "The archive is not in the ustar form."),
        (block(263, b"01"), "The archive is not in the ustar form."),
        *((block(156, flag), "The archive holds something other than a regular file.") for flag in (b"\0", b"5", b"2", b"x", b"L")),
        (block(148, b"000000\0 ", checksum=False), "A header of the archive has a wrong checksum."),
        (block(148, b"        ", checksum=False), "A number in a header of the archive is not octal."),
        (block(100, b"0000888\0"), "A number in a header of the archive is not octal."),
        (block(108, b" 000000\0"), "A number in a header of the archive is not octal."),
        (block(116, b"\0" * 8), "A number in a header of the archive is not octal."),
        (block(136, b"0000\x000000000"), "A number in a header of the archive is not octal."),
        (block(124, b"\x80" + bytes(10) + b"\x0d"), "A number in a header of the archive is not octal."),
        (block(157, b"x"), "A header of the archive uses a field that must be empty."),
        (block(345, b"etc"), "A header of the archive uses a field that must be empty."),
        (block(511, b"x"), "A header of the archive uses a field that must be empty."),
        (block(329, b"0000001\0"), "A header of the archive names a device."),
        (block(337, b"x"), "A header of the archive names a device."),
        (block(0, b"../x.json"), "“../x.json” is not a plain file name."),
        (block(0, b"a/b"), "“a/b.json” is not a plain file name.".replace("a/b.json", "a/bm.json")),
        (block(0, b".orm.json"), "“.orm.json” is not a plain file name."),
        (block(0, b"f\xc3\xa9rm.jso"), "“f\ufffd\ufffdrm.jso” is not a plain file name."),
        (block(20, b"x"), "A name in the archive has bytes after its end."),
        (block(0, b"from.json"), "“form.json” is not where the index lists it, or not of that size."),
        (block(124, b"00000000014\0"), "“form.json” is not where the index lists it, or not of that size."),
        (block(0, b"andex.json", member=0), "The archive does not begin with its index."),
        (bytes(10_240), "The archive does not begin with its index."),
        (b"", "The archive is cut short."),
        (packed(FORM)[:511], "The archive is cut short."),
        (packed(FORM)[: 6 * BLOCK - 1], "The archive is cut short."),
        (packed(FORM)[: 3 * BLOCK + 5], "The archive is cut short."),
        (packed(FORM) + b"x", "The archive is followed by something other than zero bytes."),
        (packed(FORM) + packed(FORM), "The archive is followed by something other than zero bytes."),
    ],
)  # fmt: skip
def test_a_violation_of_the_archive_is_refused_with_the_reason(plain, why):
    assert reason_of(plain) == why


def test_bytes_hidden_after_a_file_are_refused():
    plain = bytearray(packed(FORM))
    plain[3 * BLOCK + 100] = 1
    assert reason_of(bytes(plain)) == "A file of the archive is followed by something other than zero bytes."


def test_one_zero_block_does_not_end_an_archive():
    plain = bytearray(packed(FORM))
    plain[5 * BLOCK + 7] = 1
    assert reason_of(bytes(plain)) == "The archive does not end with two zero blocks."


def test_a_changed_byte_of_a_file_is_refused():
    plain = bytearray(packed(FORM))
    plain[3 * BLOCK] ^= 1
    assert reason_of(bytes(plain)) == "“form.json” does not have the digest that the index states."


def test_numbers_may_fill_their_field_or_end_with_a_space():
    for field in (b"00000644", b"644     ", b"644\0\0\0\0\0", b"0000644 "):
        assert read_archive([block(100, field)], belonging=BELONGING).files == (FORM.entry,)
    for empty in (bytes(8), b"0" * 8, b"0 \0 \0\0\0\0"):
        assert read_archive([block(329, empty)], belonging=BELONGING).files == (FORM.entry,)


def test_owners_names_are_nobodys_business():
    assert read_archive([block(265, b"root\0")], belonging=BELONGING).files == (FORM.entry,)


def by_hand(index: object, *files: tuple[str, bytes]) -> bytes:
    parts = []
    for name, content in (("index.json", index if isinstance(index, bytes) else dumps(index)), *files):
        parts += [ustar.write_header(Member(name, len(content))), content, bytes(ustar.padding_after(len(content)))]
    return b"".join(parts) + bytes(2 * BLOCK)


def index_of(*entries: dict, **changes: object) -> dict:
    index = {
        "v": "tsb/1",
        "type": "index",
        "tender": "T-1",
        "envelope": "opening",
        "lot": "1",
        "cid": b64u_encode(bytes(16)),
        "files": list(entries),
    }
    return index | changes


def entry_of(**changes: object) -> dict:
    return {"name": "a", "title": "t", "media": "m", "size": 1, "sha256": digest(b"x")} | changes


OTHER = "the index of the archive belongs to another envelope"


@pytest.mark.parametrize(
    ("plain", "why"),
    [
        (by_hand(b"{ }"), "The document is not in canonical form from byte 1 on."),
        (by_hand(index_of(tender="T-2")), f"tender: {OTHER}"),
        (by_hand(index_of(envelope="technical")), f"envelope: {OTHER}"),
        (by_hand(index_of(lot="2")), f"lot: {OTHER}"),
        (by_hand(index_of(cid=b64u_encode(b"\1" * 16))), f"cid: {OTHER}"),
        (by_hand(index_of(type="seal")), "type: another type of document than “index”"),
        (by_hand(index_of(extra=1)), "document: the field “extra” is unknown"),
        (by_hand(index_of(entry_of(name="../a"))), "files[0].name: “../a” is not a plain file name."),
        (by_hand(index_of(entry_of(title=1))), "files[0].title: a text is expected"),
        (by_hand(index_of(entry_of(size=-1))), "files[0].size: -1 is not between 0 and 8589934591"),
        (by_hand(index_of(entry_of(), entry_of())), "files: two files have the same name"),
        (by_hand(index_of(entry_of(name="index.json"))), "files: two files have the same name"),
        (by_hand(index_of(entry_of())), "“a” is not where the index lists it, or not of that size."),
        (by_hand(index_of(), ("a", b"x")), "The archive holds a file that its index does not list."),
        (by_hand(index_of(entry_of()), ("a", b"y")), "“a” does not have the digest that the index states."),
        (
            by_hand(index_of(*(entry_of(name=f"f{n}") for n in range(1_000)))),
            "files: 1000 entries instead of 0 to 999",
        ),
        (by_hand(b" " * (archive.INDEX_LIMIT + 1)), "The index of the archive is too long."),
    ],
)
def test_an_index_that_does_not_fit_is_refused_with_the_reason(plain, why):
    assert reason_of(plain) == why


def test_an_archive_by_hand_is_otherwise_read():
    assert unpacked(by_hand(index_of(entry_of()), ("a", b"x"))) == {"a": b"x"}


# -- what is not written


def unwritable(*files, belonging: Belonging = BELONGING) -> str:
    with pytest.raises(Malformed) as refusal:
        write_archive(io.BytesIO(), belonging=belonging, files=files)
    return str(refusal.value)


def test_what_no_reader_would_accept_is_not_written():
    assert unwritable(FORM, FORM) == "Two files of the envelope have the same name."
    assert unwritable(replace(FORM, entry=replace(FORM.entry, name="index.json"))) == (
        "Two files of the envelope have the same name."
    )
    many = [replace(FORM, entry=replace(FORM.entry, name=f"f{n}")) for n in range(1_000)]
    assert unwritable(*many) == "An envelope holds at most 999 files."
    long = replace(FORM, entry=replace(FORM.entry, title="长" * 400_000))
    assert unwritable(long) == "The titles of the files are too long together."
    huge = replace(FORM, entry=replace(FORM.entry, size=ustar.LARGEST_SIZE + 1))
    assert unwritable(huge) == "“form.json” is too large for the archive."
    with pytest.raises(Malformed, match="not a plain file name"):
        file_of(b"", name="a b")


@pytest.mark.parametrize("content", [b"", b'{"price":"2"}', b'{"price":"1"', b'{"price":"1"}+'])
def test_a_file_that_changes_while_it_is_sealed_is_noticed(content):
    changed = replace(FORM, open=lambda: io.BytesIO(content))
    assert unwritable(changed) == "“报价表” changed while it was being sealed."


def test_a_large_file_is_read_in_pieces():
    class Watched(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1) -> bytes:
            Watched.largest = max(Watched.largest, size if size is not None and size >= 0 else 10**9)
            return super().read(size)

    file = describe_file(lambda: Watched(bytes(1_000_000)), name="big", title="big", media="")
    assert unpacked(packed(file)) == {"big": bytes(1_000_000)}
    assert Watched.largest <= 65_536


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("施工组织设计.PDF", "007.pdf"),
        ("../../etc/passwd", "007"),
        ("a.tar.gz", "007.gz"),
        ("x.价格", "007"),
        ("no extension", "007"),
        ("x.averylongextension", "007"),
        ("x.pdf\n", "007"),
    ],
)
def test_a_member_name_is_plain_whatever_the_title(title, name):
    assert member_name(7, title) == name
