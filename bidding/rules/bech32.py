"""Bech32 (BIP 173) without its length limit: how age writes identities and recipients."""

from __future__ import annotations

from typing import Final

from core.canonical import Malformed
from core.reasons import reason

_ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUE: Final = {character: value for value, character in enumerate(_ALPHABET)}
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM: Final = 6


def encode(prefix: str, data: bytes) -> str:
    """Return ``data`` in lower-case Bech32 with the human-readable ``prefix``."""
    values = _regroup(data, 8, 5, pad=True)
    check = _polymod([*_expanded(prefix), *values, *[0] * _CHECKSUM]) ^ 1
    values += [check >> 5 * (_CHECKSUM - 1 - i) & 31 for i in range(_CHECKSUM)]
    return prefix + "1" + "".join(_ALPHABET[value] for value in values)


def decode(prefix: str, text: str) -> bytes:
    """Return the bytes of a Bech32 text, all lower or all upper case; raises :class:`Malformed`."""
    if text not in {text.lower(), text.upper()} or not text.isascii():
        raise Malformed(reason("The key mixes capital and small letters."))
    head, separator, tail = text.lower().rpartition("1")
    if head != prefix or not separator or len(tail) < _CHECKSUM or not set(tail) <= set(_ALPHABET):
        raise Malformed(reason("The key is not of the form {prefix}1….", prefix=prefix))
    values = [_VALUE[character] for character in tail]
    if _polymod([*_expanded(prefix), *values]) != 1:
        raise Malformed(reason("The key has a typing error: its checksum does not fit."))
    return bytes(_regroup(values[:-_CHECKSUM], 5, 8, pad=False))


def _expanded(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate(_GENERATORS):
            check ^= generator if top >> i & 1 else 0
    return check


def _regroup(values: bytes | list[int], wide: int, narrow: int, *, pad: bool) -> list[int]:
    """Regroup bits; without padding the bits left over must be fewer than a group and zero."""
    accumulator = bits = 0
    groups = []
    for value in values:
        accumulator = accumulator << wide | value
        bits += wide
        while bits >= narrow:
            bits -= narrow
            groups.append(accumulator >> bits & (1 << narrow) - 1)
            accumulator &= (1 << bits) - 1
    if pad and bits:
        groups.append(accumulator << narrow - bits & (1 << narrow) - 1)
    elif not pad and (bits >= wide or accumulator):
        raise Malformed(reason("The key has a typing error: bits are left over."))
    return groups
