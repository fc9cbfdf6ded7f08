"""Numbers without loss: read strictly, calculated as fractions, rounded half up only where a method declares it.

Shapes: a number enters as text, a whole number or a Decimal; it leaves as a Decimal.
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")


def read_number(raw: object) -> Decimal | None:
    """Return ``raw`` as a Decimal, or None unless it is at most 15 digits, a point and at most 12 digits.

    A binary float is not accepted: what a person wrote as 0.1 would enter as something else.
    """
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        return None
    text = written(raw) if isinstance(raw, Decimal) else str(raw)
    return Decimal(text) if PLAIN.fullmatch(text) else None


def round_half_up(value: Fraction | Decimal | int, *, places: int) -> Decimal:
    """Round once, to ``places`` decimals, a half going away from zero (四舍五入); exact for any fraction."""
    scaled = abs(Fraction(value)) * 10**places
    digits = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    negative = value < 0 and digits > 0
    return Decimal((int(negative), tuple(int(digit) for digit in str(digits)), -places))


def added(values: Iterable[Decimal]) -> Decimal:
    """Return the exact sum, however many digits it has, with the decimals of its terms."""
    with localcontext(prec=200):
        return sum(values, Decimal(0))


def written(value: Decimal) -> str:
    """Return the plain text of a Decimal, as it is stored: ``30000000.00``, never an exponent.

    A number whose plain text would be unreasonably long is given with its exponent, which no reader accepts.
    """
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or not -40 <= exponent <= 40:  # noqa: PLR2004  (far outside PLAIN)
        return str(value)
    return format(value, "f")


def shown(value: Decimal) -> str:
    """Return a Decimal as a person reads it: ``30,000,000.00``."""
    return format(value, ",f")
