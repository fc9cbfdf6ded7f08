"""Files under their digest: 256 folders, written aside, fsynced, renamed, the folder fsynced, then the row.

The order is the promise: whoever reads a row of :class:`core.models.StoredFile` finds the bytes, also after a
power cut. Bytes whose transaction did not commit are orphans; a chore removes them after a day.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings

from core.errors import Tampered
from core.models import StoredFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

PART = 1 << 20
DRAFT = "draft-"  # how files begin that are not complete yet
ORPHAN_AGE = timedelta(days=1)  # far longer than a transaction lives


def root() -> Path:
    return Path(settings.STORAGE_ROOT)


def path_of(digest: str) -> Path:
    return root() / digest[:2] / digest


def keep_bytes(content: bytes, *, at: datetime) -> StoredFile:
    """Keep ``content`` and return its row; the same content twice is one file."""
    return keep_parts(iter([content]), at=at)


def keep_parts(parts: Iterator[bytes], *, at: datetime) -> StoredFile:
    """Keep a stream of parts without holding it in memory."""
    incoming = root() / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=incoming, prefix=DRAFT, delete=False) as file:
        draft = Path(file.name)
        try:
            for part in parts:
                file.write(part)
        except BaseException:  # whoever sent the parts gave up: nothing of it stays
            draft.unlink()
            raise
    return keep_file(draft, at=at)


def keep_file(draft: Path, *, at: datetime) -> StoredFile:
    """Move the file ``draft`` (on the same file system) to its digest's name and write its row."""
    digest, size = digest_of(draft)
    _settle(draft, path_of(digest))
    row, _ = StoredFile.objects.get_or_create(digest=digest, defaults={"size": size, "stored_at": at})
    return row


def keep_files(drafts: Iterable[Path], *, at: datetime) -> None:
    """Keep many files at once: all bytes first, then all rows in one statement."""
    found = [(draft, *digest_of(draft)) for draft in drafts]
    for draft, digest, _ in found:
        _settle(draft, path_of(digest))
    rows = [StoredFile(digest=digest, size=size, stored_at=at) for _, digest, size in found]
    StoredFile.objects.bulk_create(rows, ignore_conflicts=True)


def digest_of(path: Path) -> tuple[str, int]:
    hasher, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while part := file.read(PART):
            hasher.update(part)
            size += len(part)
    return hasher.hexdigest(), size


def open_file(digest: str) -> IO[bytes]:
    """Open the file of ``digest`` for reading; FileNotFoundError when the platform lost it."""
    return path_of(digest).open("rb")


def read_bytes(digest: str) -> bytes:
    """Return the whole content, checked against its name."""
    content = path_of(digest).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise Tampered(f"the stored file {digest} does not have its digest")
    return content


def remove_orphans(*, at: datetime) -> int:
    """Remove files that no row names and drafts that nobody finished, once they are a day old; return how many."""
    before = (at - ORPHAN_AGE).timestamp()
    (root() / "incoming").mkdir(parents=True, exist_ok=True)
    orphans = [path for path in root().glob(f"incoming/{DRAFT}*") if path.stat().st_mtime < before]
    for folder in root().glob("[0-9a-f][0-9a-f]"):
        named = set(StoredFile.objects.filter(digest__startswith=folder.name).values_list("digest", flat=True))
        orphans += [path for path in folder.iterdir() if path.name not in named and path.stat().st_mtime < before]
    return sum(_remove(path, before) for path in orphans)


def _remove(path: Path, before: float) -> bool:
    """Remove an orphan, unless the same content was kept again while it was looked at."""
    aside = root() / "incoming" / f"{DRAFT}{path.name}"
    try:
        path.replace(aside)
    except FileNotFoundError:  # another clock was first
        return False
    if aside.stat().st_mtime >= before:
        aside.replace(path)
        return False
    aside.unlink()
    return True


def _settle(draft: Path, final: Path) -> None:
    final.parent.mkdir(parents=True, exist_ok=True)
    os.utime(draft)  # its age as an orphan counts from now, however long it was on its way
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
