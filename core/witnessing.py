"""A witness: a key and a folder with the latest checkpoint that it signed of each log.

The folder is the witness's memory. It is written before an answer leaves (file fsynced, renamed, folder fsynced)
and under a lock that also holds between processes, so a witness never signs a smaller tree than it signed before,
whatever dies in between. A key whose memory is gone signs nothing: it could not know what it signed.
No Django: the stand-alone witness and the platform's house witnesses are the same few lines.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.canonical import Malformed, b64u_decode, b64u_encode
from core.checkpoints import cosigning_vkey
from core.cosigning import Answer, answer, read_head, read_request
from core.notes import SigningKey, VerifyKey

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

KEY_FILE: Final = "witness.key"
LATEST: Final = "latest"
LOCK: Final = "lock"
_SECRET: Final = 32  # bytes of an Ed25519 secret


class NoMemory(Exception):  # noqa: N818  (it says what is missing)
    """The folder of a witness is not what it must be; says so for whoever runs it."""


@dataclass(frozen=True)
class Witness:
    """A witness over its folder; ``logs`` maps the origins that it knows to their keys."""

    key: SigningKey
    folder: Path
    logs: Mapping[str, Collection[VerifyKey]]

    @property
    def vkey(self) -> VerifyKey:
        """The key under which its cosignatures verify (type 0x04)."""
        return cosigning_vkey(self.key)

    def add_checkpoint(self, body: bytes, *, clock: Callable[[], int]) -> Answer:
        """Answer a request; what was signed is on disk before this returns. ``clock`` gives seconds since 1970."""
        try:
            request = read_request(body)
        except Malformed as fault:
            return Answer(400, f"{fault}\n")
        origin = request.note.partition("\n")[0]
        with self._alone():
            kept = self.latest(origin) if origin in self.logs else ""
            latest = read_head(kept.rpartition("\n\n")[0] + "\n") if kept else None
            given = answer(request, logs=self.logs, latest=latest, key=self.key, at=clock())
            if given.keep:
                self._keep(origin, given.keep)
        return given

    def latest(self, origin: str) -> str:
        """Return the note that was signed last for a log, with the cosignature; empty if none was."""
        path = self._path(origin)
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def _path(self, origin: str) -> Path:
        return self.folder / LATEST / file_of(origin)

    def _keep(self, origin: str, note: str) -> None:
        path = self._path(origin)
        write_durably(path, note)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder against every other thread and process."""
        with (self.folder / LOCK).open("a", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def file_of(origin: str) -> str:
    """Return the name of the file about a log: an origin may hold what no file name does."""
    return hashlib.sha256(origin.encode()).hexdigest()


def make_witness_key(folder: Path, *, name: str, secret: bytes) -> SigningKey:
    """Make the folder of a witness: its key and, empty, its memory. FileExistsError where there is a key already."""
    key = SigningKey(name, secret)
    str(cosigning_vkey(key))  # refuses a bad name before anything is written
    (folder / LATEST).mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f"{KEY_FILE}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(f"{name}\n{b64u_encode(secret)}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, folder / KEY_FILE)  # the first of two processes wins
    finally:
        draft.unlink()
    _settle(folder)
    return key


def read_witness(folder: Path, *, logs: Mapping[str, Collection[VerifyKey]]) -> Witness:
    """Return the witness of a folder; raises NoMemory when the key or the memory is missing or unreadable."""
    try:
        name, secret = (folder / KEY_FILE).read_text(encoding="ascii").splitlines()
        key = SigningKey(name, b64u_decode(secret, length=_SECRET))
    except FileNotFoundError as fault:
        raise NoMemory(f"there is no witness key in {folder}") from fault
    except ValueError as fault:  # Malformed is one
        raise NoMemory(f"the witness key in {folder} cannot be read") from fault
    if not (folder / LATEST).is_dir():
        raise NoMemory(
            f"the memory of the witness {name} is gone ({folder / LATEST}): it cannot know what it signed and signs"
            " nothing any more. Bring its folder back, or make a witness with a new key."
        )
    return Witness(key, folder, logs)


def write_durably(path: Path, text: str) -> None:
    """Replace a file so that after a power cut it holds the old text or the new one, and never less."""
    draft = path.with_name(f"{path.name}.draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """Put the names of a folder on disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
