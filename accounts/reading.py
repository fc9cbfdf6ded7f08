"""Verbs of the inbox: a message was read. No entry in the log, for the same reason as in ``telling``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts import queries
from core.errors import NotYours

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import InboxMessage, Membership, User


@transaction.atomic(durable=True)
def read_message(number: str, *, user: User, seat: Membership | None, at: datetime) -> InboxMessage:
    """Note who read the message first, and when; NotYours for a message that is not for this reader."""
    message = queries.messages_for(user, seat).select_for_update(of=("self",)).filter(number=number).first()
    if message is None:
        raise NotYours(number)
    if message.read_at is None:
        message.read_at, message.read_by = at, user
        message.save(update_fields=["read_at", "read_by"])
    return message


@transaction.atomic(durable=True)
def read_all(*, user: User, seat: Membership | None, at: datetime) -> int:
    """Mark everything in the inbox as read; return how many messages were unread."""
    return queries.messages_for(user, seat).filter(read_at=None).update(read_at=at, read_by=user)
