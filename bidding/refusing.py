"""A submission that was refused leaves no trace but this: an evidence entry, written after the verb rolled back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import OperationalError, transaction

from bidding.names import Busy, SubmissionRefused
from core import audit, clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bidding.names import RefusalCode
    from core.actors import Actor
    from trading.models import Lot

EVENT = "bidding.submission.refused"
# PostgreSQL: lock not available, query cancelled by its time limit
_WAITED_TOO_LONG = {"55P03", "57014"}


@contextmanager
def on_record(lot: Lot, *, what: str, digest: str, actor: Actor) -> Iterator[None]:
    """Record a refusal of the verb inside; a wait that was too long becomes Busy and is no refusal."""
    try:
        yield
    except SubmissionRefused as refusal:
        _record(lot, what=what, digest=digest, codes=refusal.codes, actor=actor)
        raise
    except OperationalError as error:
        if _is_a_lock_wait(error):
            raise Busy(lot.number) from error
        raise


@transaction.atomic(durable=True)
def _record(lot: Lot, *, what: str, digest: str, codes: Sequence[RefusalCode], actor: Actor) -> None:
    data = {"what": what, "digest": digest, "codes": [code.value for code in codes]}
    audit.append(EVENT, tender=lot.number, data=data, actor=actor, at=clock.now())


def _is_a_lock_wait(error: OperationalError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return state in _WAITED_TOO_LONG or "database is locked" in str(error)
