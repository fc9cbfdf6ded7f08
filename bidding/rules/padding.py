"""How much a payload is padded, so that its size tells little about the offer (section 4.4, 5)."""

from __future__ import annotations

from typing import Final

OPENING: Final = "opening"
_STEP: Final = 4_096


def padded_length(length: int, *, envelope: str) -> int:
    """Return the length in bytes to pad an archive of ``length`` bytes to.

    The envelope ``opening`` is padded to the next multiple of 4,096, every other by Padmé.
    """
    return -(-length // _STEP) * _STEP if envelope == OPENING else padme(length)


def padme(length: int) -> int:
    """Return the Padmé length: at most about 12 % more, so that few lengths are possible."""
    exponent = length.bit_length() - 1
    significant = exponent.bit_length()
    mask = (1 << exponent - significant) - 1
    return length + mask & ~mask
