"""The audit entry of a verb: one canonical document, one row of the outbox, in the verb's own transaction.

If the entry cannot be written, the verb fails with it. Entries hold digests, public numbers and settings; a
person appears only as a salted hash, so an entry can become public without telling who somebody is.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from typing import TYPE_CHECKING

from django.db import connection

from core.canonical import b64u_encode, dumps, format_time
from core.models import OutboxEntry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.actors import Actor

LIMIT = 65_535  # bytes of one entry


def append(
    event: str,
    *,
    tender: str = "",
    data: Mapping[str, object],
    actor: Actor,
    at: datetime,
) -> OutboxEntry:
    """Write the entry of what is being done and return its row.

    ``event`` is the name of the protocol where it has one (``bid.sealed``), else ``app.noun.past``; ``tender``
    the public number of the lot or empty; ``data`` strings, integers, booleans, None, lists and objects of them;
    ``at`` the instant of the verb. Raises RuntimeError outside a transaction, ValueError on an entry of more
    than 65,535 bytes, Malformed on data that has no canonical form.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit entry is written inside its verb's transaction")
    salt = os.urandom(16)
    document = {
        "v": "tsb/1",
        "type": "entry",
        "t": event,
        "tender": tender,
        "at": format_time(at),
        "salt": b64u_encode(salt),
        "data": dict(data) | ({} if event.startswith(_PROTOCOL) else {"actor": _who(actor, salt)}),
    }
    entry = dumps(document)
    if len(entry) > LIMIT:
        raise ValueError(f"an entry of {len(entry)} bytes is longer than {LIMIT}")
    return OutboxEntry.objects.create(
        id=uuid.uuid4(), entry=entry, at=at, event=event, tender=tender, actor=actor.as_text()
    )


# Events whose data is fixed field for field by the sealed-bid protocol (log.md section 3): nothing is added.
_PROTOCOL = ("bid.", "tender.", "opening.", "key.", "payload.", "client.", "log.", "draw.")


def _who(actor: Actor, salt: bytes) -> dict[str, str]:
    person = hashlib.sha256(salt + actor.person.encode()).hexdigest() if actor.person else ""
    return {"role": actor.role, "organisation": actor.organisation, "person": person}
