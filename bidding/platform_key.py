"""The platform's own signing key: it acknowledges what was handed in, and opens nothing.

The secret comes from the environment (settings.PLATFORM_KEY, base64url of 32 bytes) or is made once and kept in
the data folder, readable by the platform's user alone.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from django.conf import settings

from core.canonical import b64u_decode, b64u_encode
from core.notes import SigningKey, sign_statement

FILE = "platform.key"
_SECRET = 32  # bytes of an Ed25519 secret


def signing_key() -> SigningKey:
    """Return the key under the platform's name; the vkey's name ends in ``/platform``."""
    return SigningKey(
        f"{settings.PLATFORM_NAME}/platform", _secret(settings.PLATFORM_KEY or "", str(settings.DATA_DIR))
    )


def vkey() -> str:
    """Return the verification key that bidders hold receipts against."""
    return str(signing_key().verify_key)


def sign(doc_type: str, digest: str) -> str:
    """Return the platform's note over a document: the same bytes for the same document, every time."""
    return sign_statement(doc_type, digest, key=signing_key())


@cache
def _secret(given: str, folder: str) -> bytes:
    return b64u_decode(given or _kept(Path(folder) / FILE), length=_SECRET)


def _kept(path: Path) -> str:
    """Return the text of the kept key; of two processes that make it at once, the first wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
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
