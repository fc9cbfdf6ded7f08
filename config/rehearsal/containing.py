"""One lot's fault is an answer about that lot: it is kept and said, and the rehearsal goes on with the others."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logging.getLogger(__name__)


@contextmanager
def contained() -> Iterator[list[str]]:
    """Run the block; yields a list that afterwards holds why it could not be run to its end, if it could not.

    A refusal is an answer and needs no more than its reasons. Anything else is logged with its trace as well.
    """
    fault: list[str] = []
    try:
        yield fault
    except Refused as refusal:
        fault.append(str(refusal))
    except Exception as wrong:  # noqa: BLE001  (whatever it was, it is this lot's outcome, logged with its trace)
        _log.exception("A fault inside a rehearsal.")
        fault.append(f"{type(wrong).__name__}: {wrong}")
