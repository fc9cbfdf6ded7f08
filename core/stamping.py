"""Time stamps of others on the log: hourly, and on the checkpoint under which a tender was closed.

Which authorities: a file that settings.TIMESTAMP_AUTHORITIES names, one line each, ``name url certificates``; the last
is a PEM file, relative to the list. No list, no stamps: nothing waits for them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from core import log_reading
from core.models import LogTimestamp, OutboxEntry
from core.posting import post
from core.timestamps import BadTimestamp, ask_for, verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.models import LogCheckpoint

log = logging.getLogger(__name__)
EVERY: Final = timedelta(hours=1)
REMEMBERED: Final = timedelta(days=7)  # how long a close without its stamps is tried for
_WORDS: Final = 3


class BadAuthorities(ValueError):  # noqa: N818  (it says what the file is)
    """The list of time-stamping authorities cannot be used; says in English which line is wrong."""


@dataclass(frozen=True)
class Authority:
    """A time-stamping authority: its name here, its address, and the certificates that are trusted (PEM)."""

    name: str
    url: str
    pem: bytes


def authorities() -> list[Authority]:
    """Return the authorities of the list; none where no list is given."""
    if not settings.TIMESTAMP_AUTHORITIES:
        return []
    path = Path(settings.TIMESTAMP_AUTHORITIES)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise BadAuthorities(f"the list {path} cannot be read: {fault}") from fault
    found = [_authority(path.parent, number, line) for number, line in _said(lines)]
    if len({one.name for one in found}) < len(found):
        raise BadAuthorities(f"the list {path} names an authority for the second time")
    return found


def _said(lines: list[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def _authority(folder: Path, number: int, line: str) -> Authority:
    words = line.split()
    if len(words) != _WORDS or not words[1].startswith(("https://", "http://")):
        raise BadAuthorities(f"line {number} is not a name, an http address and a file of certificates")
    try:
        return Authority(words[0], words[1], (folder / words[2]).read_bytes())
    except OSError as fault:
        raise BadAuthorities(f"the certificates of line {number} cannot be read: {fault}") from fault


def take_due(*, at: datetime) -> int:
    """Have every checkpoint stamped that is due at ``at``; return how many tokens came."""
    return sum(stamp(row, authority) for authority in authorities() for row in _due(authority, at=at))


def stamp(row: LogCheckpoint, authority: Authority) -> bool:
    """Ask an authority to stamp a checkpoint and keep its verified token; False if none came."""
    query = ask_for(log_reading.text_of(row))
    reply = post(authority.url, query.der, content_type="application/timestamp-query")
    try:
        gen_time = verify(reply.body, text=log_reading.text_of(row), authority=authority.pem, query=query)
    except BadTimestamp as fault:
        log.warning("no time stamp of %s on size %s: status %s, %s", authority.name, row.size, reply.status, fault)
        return False
    keep(row, tsa=authority.name, token=reply.body, gen_time=gen_time)
    return True


@transaction.atomic(durable=True)
def keep(row: LogCheckpoint, *, tsa: str, token: bytes, gen_time: datetime) -> None:
    """Keep a token; one that is there already stays."""
    draft = LogTimestamp(checkpoint=row, tsa=tsa, token=token, gen_time=gen_time)
    LogTimestamp.objects.bulk_create([draft], ignore_conflicts=True)


def _due(authority: Authority, *, at: datetime) -> list[LogCheckpoint]:
    """Return what the authority has yet to stamp: the newest once an hour, and each checkpoint of a close."""
    stamped = LogTimestamp.objects.filter(tsa=authority.name)
    due = {row.size: row for row in _closes(at=at)}
    newest = log_reading.newest()
    if newest is not None and not stamped.filter(gen_time__gt=at - EVERY).exists():
        due[newest.size] = newest
    done = set(stamped.filter(checkpoint__in=due.values()).values_list("checkpoint_id", flat=True))
    return [row for size, row in sorted(due.items()) if size not in done]


def _closes(*, at: datetime) -> list[LogCheckpoint]:
    """Return for each tender closed of late the first witnessed checkpoint that holds its entry."""
    closed = OutboxEntry.objects.filter(event="tender.closed", idx__isnull=False, at__gt=at - REMEMBERED)
    places = [place for place in closed.values_list("idx", flat=True) if place is not None]
    return [row for place in places if (row := log_reading.first_witnessed(place + 1)) is not None]
