"""An age file under a passphrase (scrypt), as ``age -p`` writes and ``age -d`` reads it.

Small secrets only, held in memory: a bidder's ``bid-secret.age``, a key holder's key.
"""

from __future__ import annotations

import io
import os
import re
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bidding.rules import age_stream
from bidding.rules.age_stream import FILE_KEY, VERSION_LINE, StreamWriter
from core.canonical import Malformed
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Callable

WORK_FACTOR: Final = 18  # 2^18 rounds, 256 MiB, about a second
LARGEST_WORK_FACTOR: Final = 20  # what a stranger's file may ask of this machine
LIMIT: Final = 1_048_576
_SALT: Final = 16
_STANZA: Final = re.compile(rb"-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)")
_INFO: Final = b"age-encryption.org/v1/scrypt"


def encrypt(
    plaintext: bytes,
    *,
    passphrase: str,
    work_factor: int = WORK_FACTOR,
    randomness: Callable[[int], bytes] = os.urandom,
) -> bytes:
    """Return the age file of ``plaintext``. The random bytes are salt (16), file key (16) and nonce (16)."""
    salt, file_key, nonce = randomness(_SALT), randomness(FILE_KEY), randomness(16)
    body = age_stream.wrap_file_key(file_key, _key(passphrase, salt, work_factor))
    stanza = b"-> scrypt %s %d\n%s\n" % (age_stream.encode(salt), work_factor, age_stream.encode(body))
    file = io.BytesIO()
    header = age_stream.finish_header(VERSION_LINE + stanza, file_key)
    writer = StreamWriter(file, header=header, file_key=file_key, nonce=nonce)
    writer.write(plaintext)
    writer.finish()
    return file.getvalue()


def decrypt(data: bytes, *, passphrase: str, largest_work_factor: int = LARGEST_WORK_FACTOR) -> bytes:
    """Return the plaintext; raises :class:`Malformed` for another passphrase or a damaged file."""
    if len(data) > LIMIT:
        raise Malformed(reason("The file under a passphrase is too large."))
    source = io.BytesIO(data)
    if age_stream.read_line(source) + b"\n" != VERSION_LINE:
        raise Malformed(reason("The file is not an age file of version 1."))
    stanza = age_stream.read_line(source)
    match = _STANZA.fullmatch(stanza)
    if match is None:
        raise Malformed(reason("The file is not under a passphrase."))
    work_factor = int(match[2])
    if work_factor > largest_work_factor:
        raise Malformed(reason("The file asks for more work than is allowed before its passphrase can be tried."))
    body_line = age_stream.read_line(source)
    body = age_stream.decode(body_line, length=FILE_KEY + 16)
    key = _key(passphrase, age_stream.decode(match[1], length=_SALT), work_factor)
    try:
        file_key = age_stream.unwrap_file_key(body, key)
    except Malformed as error:
        raise Malformed(reason("The passphrase is not the right one.")) from error
    header = VERSION_LINE + stanza + b"\n" + body_line + b"\n"
    age_stream.check_mac(header, age_stream.read_line(source), file_key)
    return b"".join(age_stream.read_stream(source, file_key=file_key))


def _key(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    """Return the wrapping key; the passphrase's bytes are its UTF-8, not normalised, as age has it."""
    return Scrypt(salt=_INFO + salt, length=32, n=2**work_factor, r=8, p=1).derive(passphrase.encode("utf-8"))
