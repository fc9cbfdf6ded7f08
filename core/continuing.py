"""The way out for a log whose database is older than what was published: it goes on under a new origin.

What was signed beyond this database stays what it was: proof, in the hands of whoever has it, that the old log held
more. The new log begins with the entries that are left, and its first new entry says which log it continues, from
where, and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core import audit, log_key, log_reading
from core.errors import Refused
from core.models import LogHead
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor

_LONGEST = 1_000  # characters of a reason


@transaction.atomic(durable=True)
def continue_log(*, why: str, actor: Actor, at: datetime) -> str:
    """Let the log go on under the next origin and return its name; it cannot be undone."""
    if not why.strip() or len(why) > _LONGEST:
        raise Refused(reason("Say in at most {limit} characters why the log goes on under a new name.", limit=_LONGEST))
    head = LogHead.objects.select_for_update().get(pk=1)
    newest = log_reading.newest()
    if newest is None or newest.origin != head.origin:
        raise Refused(reason("Nothing was signed under the name of this log: there is nothing to continue."))
    new = log_key.next_origin(head.origin)
    data = {"old_origin": head.origin, "old_checkpoint": log_reading.text_of(newest), "reason": why.strip()}
    audit.append("log.continued", data=data, actor=actor, at=at)
    head.origin = new
    head.save(update_fields=["origin"])
    return new
