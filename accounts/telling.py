"""Tell somebody what the law says must be told: a message in the inbox, written in the caller's transaction.

There is no audit entry of its own: that somebody was told would tell readers of the log who takes part in what.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import transaction

from accounts import spoken
from accounts.models import InboxMessage, Organisation, User

if TYPE_CHECKING:
    from datetime import datetime

    from core.reasons import Reason


@transaction.atomic(savepoint=False)
def tell(
    recipient: Organisation | User,
    *,
    kind: str,
    title: Reason,
    at: datetime,
    body: Reason | None = None,
    role: str = "",
    project: str = "",
    link: str = "",
) -> InboxMessage:
    """Write a message to a person, or to whoever sits in ``role`` (empty: anybody) of an organisation.

    ``kind`` is ``app.noun.past``; ``project`` a public number; ``link`` a path on this platform, starting with /.
    Parameters of title and body are text, whole numbers, decimals, instants, days, or reasons again.
    """
    if link and not (link.startswith("/") and not link.startswith("//")):
        raise ValueError("a message links to a page of this platform")
    person = recipient if isinstance(recipient, User) else None
    organisation = recipient if isinstance(recipient, Organisation) else None
    return InboxMessage.objects.create(
        user=person,
        organisation=organisation,
        role=str(role) if organisation else "",
        number=secrets.token_hex(8),  # a counter would make every verb that tells wait for every other
        project=project,
        kind=kind,
        title=spoken.packed(title),
        body=spoken.packed(body) if body is not None else {},
        link=link,
        sent_at=at,
    )
