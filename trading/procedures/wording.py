"""How a reason writes an instant: the day and time of Beijing, to the minute, with seconds where they matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.working_days import SHANGHAI

if TYPE_CHECKING:
    from datetime import datetime


def moment(instant: datetime) -> str:
    """Return ``2026-03-24 09:30``, with ``:15`` for seconds if there are any."""
    local = instant.astimezone(SHANGHAI)
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")
