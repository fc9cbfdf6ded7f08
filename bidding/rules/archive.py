"""The plaintext of an envelope: a strict, padded tar whose first member says what the others are (section 4.4).

``age -d … | tar xf -`` opens it without this project. Writing and reading stream: memory does not grow with
the files.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bidding.rules import ustar
from bidding.rules.padding import padded_length
from bidding.rules.schema import Node, read_document
from bidding.rules.ustar import BLOCK, Member
from core.canonical import Malformed, b64u_encode, dumps
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from bidding.rules.age_stream import Sink

INDEX: Final = "index.json"
INDEX_LIMIT: Final = 1_048_576
MOST_MEMBERS: Final = 1_000  # index.json included
_PIECE: Final = 65_536
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")


@dataclass(frozen=True)
class Belonging:
    """What an envelope belongs to; the index repeats it, the seal states it."""

    tender: str
    envelope: str
    lot: str
    cid: bytes


@dataclass(frozen=True)
class IndexedFile:
    """A file as the index describes it: plain name, title of any Unicode, media type, size, SHA-256 in hex."""

    name: str
    title: str
    media: str
    size: int
    sha256: str

    @property
    def label(self) -> str:
        """The title without control characters: what may be stored as text and shown."""
        return "".join(character for character in self.title if character.isprintable())


@dataclass(frozen=True)
class FileToSeal:
    """A file and how to open it for reading; its size and digest are stated before it is read again."""

    entry: IndexedFile
    open: Callable[[], BinaryIO]


@dataclass(frozen=True)
class OpenedArchive:
    """What an archive held: its files in order, and length and SHA-256 of the whole padded plaintext."""

    files: tuple[IndexedFile, ...]
    size: int
    sha256: str


def describe_file(open_file: Callable[[], BinaryIO], *, name: str, title: str, media: str) -> FileToSeal:
    """Return a file with its size and digest, read once from ``open_file()``."""
    digest, size = hashlib.sha256(), 0
    with open_file() as source:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return FileToSeal(IndexedFile(ustar.check_name(name), title, media, size, digest.hexdigest()), open_file)


def member_name(number: int, title: str) -> str:
    """Return a plain member name for the ``number``-th file ``title``: the number and, if plain, the extension."""
    extension = _EXTENSION.search(title)
    return f"{number:03d}{extension[0].lower() if extension else ''}"


# -- writing ----------------------------------------------------------------------------


def write_archive(sink: Sink, *, belonging: Belonging, files: Sequence[FileToSeal]) -> int:
    """Write index, files, end and padding to ``sink``; return the padded length.

    Raises :class:`Malformed` for names, numbers or sizes that no reader would accept, and for a file that
    changed since it was described.
    """
    index = _index(belonging, [file.entry for file in files])
    length = _write_member(sink, Member(INDEX, len(index)), iter([index]))
    for file in files:
        length += _write_member(sink, Member(file.entry.name, file.entry.size), _checked(file))
    length += 2 * BLOCK
    padded = padded_length(length, envelope=belonging.envelope)
    _write_zeros(sink, 2 * BLOCK + padded - length)
    return padded


def archive_length(files: Sequence[IndexedFile], *, belonging: Belonging) -> int:
    """Return the padded length in bytes that :func:`write_archive` will write."""
    sizes = [len(_index(belonging, files)), *(file.size for file in files)]
    length = sum(BLOCK + size + ustar.padding_after(size) for size in sizes) + 2 * BLOCK
    return padded_length(length, envelope=belonging.envelope)


def _index(belonging: Belonging, files: Sequence[IndexedFile]) -> bytes:
    names = [INDEX, *(file.name for file in files)]
    if len(set(names)) != len(names):
        raise Malformed(reason("Two files of the envelope have the same name."))
    if len(names) > MOST_MEMBERS:
        raise Malformed(reason("An envelope holds at most {most} files.", most=MOST_MEMBERS - 1))
    index = dumps(
        {
            "v": "tsb/1",
            "type": "index",
            "tender": belonging.tender,
            "envelope": belonging.envelope,
            "lot": belonging.lot,
            "cid": b64u_encode(belonging.cid),
            "files": [
                {"name": f.name, "title": f.title, "media": f.media, "size": f.size, "sha256": f.sha256} for f in files
            ],
        }
    )
    if len(index) > INDEX_LIMIT:
        raise Malformed(reason("The titles of the files are too long together."))
    return index


def _write_member(sink: Sink, member: Member, pieces: Iterator[bytes]) -> int:
    sink.write(ustar.write_header(member))
    for piece in pieces:
        sink.write(piece)
    padding = ustar.padding_after(member.size)
    sink.write(bytes(padding))
    return BLOCK + member.size + padding


def _checked(file: FileToSeal) -> Iterator[bytes]:
    """Yield a file's bytes; raise :class:`Malformed` at the end if they are not the described ones."""
    digest, left = hashlib.sha256(), file.entry.size
    with file.open() as source:
        while left >= 0 and (piece := source.read(min(_PIECE, left + 1))):
            left -= len(piece)
            digest.update(piece)
            yield piece
    if left or digest.hexdigest() != file.entry.sha256:
        raise Malformed(reason("“{title}” changed while it was being sealed.", title=file.entry.title))


def _write_zeros(sink: Sink, count: int) -> None:
    zeros = bytes(min(count, _PIECE))
    while count:
        sink.write(zeros[:count])
        count -= min(count, _PIECE)


# -- reading ----------------------------------------------------------------------------


def read_archive(
    plaintext: Iterable[bytes],
    *,
    belonging: Belonging,
    keep: Callable[[IndexedFile], Sink | None] = lambda _: None,
) -> OpenedArchive:
    """Read a whole archive; each file's bytes go to the sink that ``keep`` returns for it, or nowhere.

    Raises :class:`Malformed` for any violation, which makes the payload invalid: what sinks received until then
    must be thrown away.
    """
    reader = _Reader(plaintext)
    # (1) the index is the first member
    first = reader.next_member()
    if first is None or first.name != INDEX:
        raise Malformed(reason("The archive does not begin with its index."))
    if first.size > INDEX_LIMIT:
        raise Malformed(reason("The index of the archive is too long."))
    index = bytearray()
    reader.copy(first.size, index.extend)
    files = _read_index(bytes(index), belonging)
    # (2) every indexed file follows, in this order, with this size and digest
    for entry in files:
        _read_file(reader, entry, keep(entry))
    # (3) two zero blocks, then nothing but zero bytes
    if reader.next_member() is not None:
        raise Malformed(reason("The archive holds a file that its index does not list."))
    reader.expect_zeros_to_the_end()
    return OpenedArchive(files, reader.size, reader.digest.hexdigest())


def _read_file(reader: _Reader, entry: IndexedFile, sink: Sink | None) -> None:
    member = reader.next_member()
    if member is None or member != Member(entry.name, entry.size):
        raise Malformed(reason("“{name}” is not where the index lists it, or not of that size.", name=entry.name))
    digest = hashlib.sha256()

    def take(piece: bytes) -> None:
        digest.update(piece)
        if sink is not None:
            sink.write(piece)

    reader.copy(entry.size, take)
    if digest.hexdigest() != entry.sha256:
        raise Malformed(reason("“{name}” does not have the digest that the index states.", name=entry.name))


def _read_index(data: bytes, belonging: Belonging) -> tuple[IndexedFile, ...]:
    fields = read_document(
        data, doc_type="index", limit=INDEX_LIMIT, required={"tender", "envelope", "lot", "cid", "files"}
    )
    expected = {"tender": belonging.tender, "envelope": belonging.envelope, "lot": belonging.lot}
    for name, value in {**expected, "cid": b64u_encode(belonging.cid)}.items():
        fields[name].equal(value, reason("the index of the archive belongs to another envelope"))
    files = tuple(_read_entry(node) for node in fields["files"].entries(0, MOST_MEMBERS - 1))
    names = [INDEX, *(file.name for file in files)]
    if len(set(names)) != len(names):
        raise fields["files"].fault(reason("two files have the same name"))
    return files


def _read_entry(node: Node) -> IndexedFile:
    fields = node.fields({"name", "title", "media", "size", "sha256"})
    name = fields["name"].text()
    return IndexedFile(
        name=fields["name"].read(lambda _: ustar.check_name(name)),
        title=fields["title"].text(),
        media=fields["media"].text(),
        size=fields["size"].integer(0, ustar.LARGEST_SIZE),
        sha256=fields["sha256"].digest(),
    )


class _Reader:
    """Plaintext pieces of any length as headers and contents; hashes everything that passes."""

    def __init__(self, plaintext: Iterable[bytes]) -> None:
        self._pieces = iter(plaintext)
        self._piece = memoryview(b"")
        self.digest = hashlib.sha256()
        self.size = 0

    def next_member(self) -> Member | None:
        """Return the next member, or None at the two zero blocks that end an archive."""
        header = self._block()
        if any(header):
            return ustar.read_header(header)
        if any(self._block()):
            raise Malformed(reason("The archive does not end with two zero blocks."))
        return None

    def copy(self, size: int, take: Callable[[bytes], object]) -> None:
        """Hand the next ``size`` bytes to ``take`` and skip the zero bytes up to the next block."""
        for piece in self._next(size):
            take(piece)
        if any(any(piece) for piece in self._next(ustar.padding_after(size))):
            raise Malformed(reason("A file of the archive is followed by something other than zero bytes."))

    def expect_zeros_to_the_end(self) -> None:
        """Read to the end; raise unless all of it is zero."""
        while piece := self._some(_PIECE):
            if any(piece):
                raise Malformed(reason("The archive is followed by something other than zero bytes."))

    def _block(self) -> bytes:
        return b"".join(self._next(BLOCK))

    def _next(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._some(size)
            if not piece:
                raise Malformed(reason("The archive is cut short."))
            size -= len(piece)
            yield piece

    def _some(self, most: int) -> bytes:
        """Return one to ``most`` bytes, or none at the end."""
        while not self._piece:
            following = next(self._pieces, None)
            if following is None:
                return b""
            self._piece = memoryview(following)
            self.digest.update(following)
            self.size += len(following)
        taken = bytes(self._piece[:most])
        self._piece = self._piece[most:]
        return taken
