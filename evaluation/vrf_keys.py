"""The secrets of lots' random functions: one file for each public key, readable by the platform's user alone.

They lie beside the database, not in it (settings.VRF_KEYS_DIR), and only the two jobs that operate a draw read them:
in the scaled-out form the worker's host alone needs the folder. A lost file is not the end of a draw: the key holders
open the secret's dealing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from django.conf import settings

from core.canonical import b64u_decode, b64u_encode
from evaluation.rules import vrf

_MODE: Final = 0o600


def keep(secret: bytes) -> str:
    """Keep ``secret`` (32 bytes) on the disk and return its public key in base64url."""
    public = b64u_encode(vrf.public_key_of(secret))
    path = _path(public)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(b64u_encode(secret))
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return public


def secret_of(public: str) -> bytes | None:
    """Return the secret of a public key; None where its file is lost or is another key's."""
    path = _path(public)
    if not path.exists():
        return None
    try:
        secret = b64u_decode(path.read_text(encoding="ascii").strip(), length=vrf.SECRET_LENGTH)
    except ValueError:
        return None
    return secret if b64u_encode(vrf.public_key_of(secret)) == public else None


def _path(public: str) -> Path:
    # base64url of a checked key: letters, digits, - and _ only
    return Path(settings.VRF_KEYS_DIR) / f"{public}.key"
