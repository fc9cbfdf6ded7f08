"""The log's own signing key and the name it signs under: the sequencer's, and of nobody else.

The secret comes from the environment (settings.LOG_KEY, base64url of 32 bytes) or is made once and kept in the data
folder, readable by the platform's user alone. The origin ends in a number that grows when a restored log goes on
under a new name (``core/continuing.py``).
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

from core.canonical import b64u_decode, b64u_encode
from core.models import LogHead
from core.notes import SigningKey

FILE: Final = "log.key"
_SECRET: Final = 32  # bytes of an Ed25519 secret


def origin() -> str:
    """Return the name of the log: that of its head, or the first one if nothing was ever signed."""
    return LogHead.objects.values_list("origin", flat=True).get(pk=1) or origin_of(1)


def origin_of(number: int) -> str:
    return f"{settings.PLATFORM_NAME}/log/{number}"


def next_origin(current: str) -> str:
    """Return the name under which a log goes on that cannot go on under ``current``."""
    return origin_of(int(current.rpartition("/")[2]) + 1)


def signing_key(name: str) -> SigningKey:
    """Return the key under an origin."""
    return SigningKey(name, _secret(settings.LOG_KEY or "", str(settings.DATA_DIR)))


def vkey() -> str:
    """Return the verification key of the log as its sequencer last said it; before it ever ran, of the key here."""
    return LogHead.objects.values_list("vkey", flat=True).get(pk=1) or str(signing_key(origin()).verify_key)


@cache
def _secret(given: str, folder: str) -> bytes:
    return b64u_decode(given or kept_secret(Path(folder) / FILE), length=_SECRET)


def kept_secret(path: Path) -> str:
    """Return the text of a kept secret; of two processes that make it at once, the first wins."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(b64u_encode(os.urandom(_SECRET)), encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
