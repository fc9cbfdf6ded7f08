"""Reading and writing files: nothing is read without a limit, nothing is overwritten, secrets are the owner's alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from client.words import Fault

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path, *, limit: int) -> bytes:
    """Return the bytes of a file of at most ``limit`` bytes; raises Fault."""
    try:
        with path.open("rb") as source:
            data = source.read(limit + 1)
    except OSError as error:
        raise Fault("{path} cannot be read: {why}", path=path, why=error.strerror or error) from error
    if len(data) > limit:
        raise Fault("{path} has more than {limit} bytes", path=path, limit=limit)
    return data


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, readable by its owner alone; raises Fault."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
            sink.write(data)
            sink.flush()
            os.fsync(sink.fileno())
    except FileExistsError as error:
        raise Fault("{path} exists already and is not overwritten; choose another name", path=path) from error
    except OSError as error:
        raise Fault("{path} cannot be written: {why}", path=path, why=error.strerror or error) from error


def new_folder(path: Path) -> None:
    """Make a folder that is not there yet, its owner's alone; raises Fault."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError as error:
        raise Fault("{path} exists already and is not overwritten; choose another name", path=path) from error
    except OSError as error:
        raise Fault("{path} cannot be written: {why}", path=path, why=error.strerror or error) from error
