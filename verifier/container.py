"""The files of a bundle: a directory or a zip archive, neither of them trusted.

Nothing is unpacked to disk, no link is followed, no name leaves the bundle, and a file is never read further than
what its kind may have.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, Self, cast

from verifier.schema import MIB
from verifier.words import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

MOST_FILES: Final = 200_000
RATIO: Final = 100  # a member that grows more than this is a bomb
_PART: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
_PATH: Final = re.compile(rf"{_PART}(/{_PART}){{0,4}}")
_PIECE: Final = MIB
_DEEPEST: Final = 5


class Files:
    """The files of one bundle by path. ``used`` remembers which ones were read by a step."""

    def __init__(self, source: Path) -> None:
        self._zip: zipfile.ZipFile | None = None
        self.used: set[str] = set()
        try:
            if source.is_dir():
                self._folder, self.sizes = source, dict(_listed(source, ""))
            else:
                self._zip = zipfile.ZipFile(source)
                self.sizes = dict(_members(self._zip, source.stat().st_size))
        except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeError) as error:
            raise Fault("the bundle cannot be opened: {why}", why=error) from error
        if len(self.sizes) > MOST_FILES:
            raise Fault("the bundle has more than {most} files", most=MOST_FILES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._zip is not None:
            self._zip.close()

    def __contains__(self, path: str) -> bool:
        return path in self.sizes

    def under(self, folder: str) -> list[str]:
        """Return the paths below a folder, sorted."""
        return sorted(path for path in self.sizes if path.startswith(f"{folder}/"))

    def read(self, path: str, limit: int) -> bytes:
        """Return the bytes of a file that may have ``limit`` of them."""
        if self.sizes.get(path, 0) > limit:
            raise Fault("{path} has more than {limit} bytes", path=path, limit=limit)
        with self.open(path) as source:
            data = source.read(limit + 1)
        if len(data) > limit:  # whatever the directory said
            raise Fault("{path} has more than {limit} bytes", path=path, limit=limit)
        return data

    def digest(self, path: str) -> str:
        """Return the SHA-256 of a file."""
        found, left = hashlib.sha256(), self.sizes[path]
        with self._guarded(path) as source:
            while piece := source.read(_PIECE):
                found.update(piece)
                left -= len(piece)
                if left < 0:
                    raise Fault("{path} is longer than its directory says", path=path)
        return found.hexdigest()

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Open a file that a step reads; what is wrong with the archive is a fault."""
        self.used.add(path)
        with self._guarded(path) as source:
            yield source

    @contextmanager
    def _guarded(self, path: str) -> Iterator[BinaryIO]:
        if path not in self.sizes:
            raise Fault("the file {path} is missing", path=path)
        try:
            with self._opened(path) as source:
                yield source
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
            raise Fault("{path} cannot be read: {why}", path=path, why=error) from error

    def _opened(self, path: str) -> BinaryIO:
        if self._zip is not None:
            return cast("BinaryIO", self._zip.open(path))
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
        return os.fdopen(os.open(self._folder / path, flags), "rb")


def check_path(path: str) -> None:
    """Refuse a path that is not a few plain names joined by slashes."""
    if not _PATH.fullmatch(path):
        raise Fault("“{path}” is not a path of a bundle", path=path)


def _listed(folder: Path, prefix: str, level: int = 0) -> Iterator[tuple[str, int]]:
    if level > _DEEPEST:
        raise Fault("“{path}” is not a path of a bundle", path=prefix)
    with os.scandir(folder) as entries:
        for entry in entries:
            path = f"{prefix}{entry.name}"
            check_path(path)
            state = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(state.st_mode):
                yield from _listed(folder / entry.name, f"{path}/", level + 1)
            elif stat.S_ISREG(state.st_mode):
                yield path, state.st_size
            else:
                raise Fault("{path} is neither a file nor a folder", path=path)


def _members(archive: zipfile.ZipFile, size: int) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for member in archive.infolist():
        if member.is_dir():
            check_path(member.filename.rstrip("/"))
            continue
        check_path(member.filename)
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or member.flag_bits & 0x1:
            raise Fault("{path} is neither a file nor a folder", path=member.filename)
        if member.filename in found:
            raise Fault("{path} is in the archive twice", path=member.filename)
        if member.compress_size > size or member.file_size > RATIO * member.compress_size + MIB:
            raise Fault("{path} says that it grows more than {ratio} times", path=member.filename, ratio=RATIO)
        found[member.filename] = member.file_size
    if sum(found.values()) > RATIO * size:
        raise Fault("the archive grows more than {ratio} times", ratio=RATIO)
    return found
