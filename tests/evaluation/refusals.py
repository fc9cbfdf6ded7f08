"""What a refused verb said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable


def reasons_of(verb: Callable[..., object], *args: object, **named: object) -> tuple[str, ...]:
    """Return every reason with which a verb refuses; it must refuse."""
    with pytest.raises(Refused) as refusal:
        verb(*args, **named)
    return refusal.value.reasons
