"""The log's public face: checkpoint, tiles, entries and proofs for programs (c2sp.org/tlog-tiles), a page for people.

A tile shows hashes only, and an entry's hash tells nothing before the entry is public: its salt hides it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core import log_key, log_reading
from core.errors import NotYours
from core.models import LogTimestamp
from disclosure import evidence, tiles

if TYPE_CHECKING:
    from django.http import HttpRequest

    from core.models import LogCheckpoint

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
_A_YEAR = 365 * 24 * 3600
_always = cache_control(public=True, max_age=_A_YEAR, immutable=True)
_briefly = cache_control(public=True, max_age=1)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Say how large the log is, who signs it, who witnesses it, and where programs read it."""
    newest, witnessed = log_reading.newest(), log_reading.newest_witnessed()
    policy = log_reading.announced_policy()
    context: dict[str, Any] = {
        "origin": log_key.origin(),
        "vkey": log_key.vkey() if newest else "",
        "newest": newest,
        "note": log_reading.cosigned_note(witnessed or newest) if newest else "",
        "witnessed": witnessed,
        "witnesses": [(str(one.key), _last_of(str(one.key))) for one in policy.witnesses] if policy else [],
        "quorum": policy.smallest_quorum() if policy else 0,
        "is_house": log_reading.is_house(),
        "stamps": LogTimestamp.objects.select_related("checkpoint").order_by("-gen_time")[:10],
    }
    return render(request, "disclosure/log.html", context)


@require_safe
@_briefly
def checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer the newest checkpoint with the cosignatures that it has."""
    newest = log_reading.newest()
    if newest is None:
        raise NotYours("checkpoint")
    return HttpResponse(log_reading.cosigned_note(newest), content_type=TEXT)


@require_safe
@_briefly
def witnessed_checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer the newest checkpoint that has its quorum."""
    found = log_reading.newest_witnessed()
    if found is None:
        raise NotYours("checkpoint")
    return HttpResponse(log_reading.cosigned_note(found), content_type=TEXT)


@require_safe
@_always
def tile(request: HttpRequest, level: int, place: str) -> HttpResponse:  # noqa: ARG001
    """Answer a hash tile."""
    try:
        named, size = tiles.read_place(place), log_reading.size()
        found = tiles.leaf_tile(named, size=size) if level == 0 else tiles.hash_tile(level, named, size=size)
    except tiles.NoTile as fault:
        raise NotYours(place) from fault
    return HttpResponse(found, content_type=BYTES)


@require_safe
def entry_bundle(request: HttpRequest, place: str) -> HttpResponse:  # noqa: ARG001
    """Answer an entry bundle, once every entry in it is public."""
    try:
        rows = tiles.entries_of(tiles.read_place(place), size=log_reading.size())
    except tiles.NoTile as fault:
        raise NotYours(place) from fault
    public = evidence.public_entries().filter(idx__in=[row.idx for row in rows]).count()
    if public < len(rows):
        raise NotYours(place)
    return HttpResponse(tiles.write_bundle([bytes(row.entry) for row in rows]), content_type=BYTES)


@require_safe
def log_entry(request: HttpRequest, index: int) -> HttpResponse:  # noqa: ARG001
    """Answer one public entry by its place: its canonical bytes."""
    row = evidence.public_entries().filter(idx=index).first()
    if row is None:
        raise NotYours(str(index))
    return HttpResponse(bytes(row.entry), content_type="application/json")


@require_safe
@_briefly
def proof(request: HttpRequest, index: int) -> HttpResponse:  # noqa: ARG001
    """Answer the proof that the log holds what it holds at a place (c2sp.org/tlog-proof), witnessed if it can be."""
    row = log_reading.newest_witnessed()
    if row is None or index >= row.size:
        row = log_reading.newest()
    if row is None or index >= row.size:
        raise NotYours(str(index))
    return HttpResponse(log_reading.proof_of(index, row), content_type=TEXT)


@require_safe
@_always
def timestamp(request: HttpRequest, size: int, tsa: str) -> HttpResponse:  # noqa: ARG001
    """Answer the token (RFC 3161) of an authority over the checkpoint of one size."""
    row = LogTimestamp.objects.filter(checkpoint=size, tsa=tsa).first()
    if row is None:
        raise NotYours(f"{size} {tsa}")
    return HttpResponse(bytes(row.token), content_type="application/timestamp-reply")


@require_safe
@_always
def stamped_text(request: HttpRequest, size: int) -> HttpResponse:  # noqa: ARG001
    """Answer the text that tokens of one size are over: the three lines of its checkpoint."""
    row = LogTimestamp.objects.select_related("checkpoint").filter(checkpoint=size).first()
    if row is None:
        raise NotYours(str(size))
    return HttpResponse(log_reading.text_of(row.checkpoint), content_type=TEXT)


def _last_of(vkey: str) -> LogCheckpoint | None:
    return log_reading.last_cosigned_by(vkey)
