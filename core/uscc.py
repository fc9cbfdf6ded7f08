"""Unified social credit code (统一社会信用代码), GB 32100-2015: 18 characters, the last one a check."""

from __future__ import annotations

import re

from core.reasons import Reason, reason

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
_MODULUS = len(ALPHABET)


def normalise(text: str) -> str:
    """Return a code as it is stored: capitals, no spaces."""
    return re.sub(r"\s", "", text).upper()


def check_character(first_17: str) -> str:
    """Return the check character of the first 17: weights 3^i mod 31, (31 - sum mod 31) mod 31.

    ValueError if there are not 17 characters of the alphabet (no I, O, S, V, Z).
    """
    if len(first_17) != LENGTH - 1:
        raise ValueError("17 characters are needed")
    total = sum(ALPHABET.index(c) * pow(3, place, _MODULUS) for place, c in enumerate(first_17))
    return ALPHABET[-total % _MODULUS]


def objection(code: str) -> Reason | None:
    """Return why a normalised code cannot be right, or None."""
    if len(code) != LENGTH:
        return reason("a unified social credit code has 18 characters, not {n}", n=len(code))
    if stray := sorted(set(code) - set(ALPHABET)):
        return reason("a unified social credit code does not contain {characters}", characters=" ".join(stray))
    if check_character(code[:-1]) != code[-1]:
        return reason("the last character of the unified social credit code does not agree with the others")
    return None


def is_valid(code: str) -> bool:
    """Return whether a normalised code has the right form and check character."""
    return objection(code) is None
