"""Upload slots over HTTP: make one, append parts where it ends, ask where that is, finish it by its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from bidding import uploading
from bidding.web.answers import TOO_LARGE, Unusable, for_scripts, json_fields, length_of
from bidding.web.lots import lot_of_bidder
from core.reasons import reason

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

OFFSET = "Upload-Offset"
_LONGEST_NUMBER = 15  # digits


@for_scripts
@requires(Role.BIDDER)
@require_POST
def uploads(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Make a slot for a sealed file of a stated size."""
    lot, _seat = lot_of_bidder(request, number)
    size = json_fields(request, {"size": int})["size"]
    slot = uploading.make_slot(lot.pk, size=size, actor=request.actor, at=request.at)
    return JsonResponse({"slot": slot.slot}, status=201)


@for_scripts
@requires(Role.BIDDER)
@require_http_methods(["PATCH", "HEAD"])
def upload(request: SeatedRequest, slot: str) -> HttpResponseBase:
    """Append a part (PATCH), or say where the slot ends (HEAD)."""
    if request.method == "HEAD":
        return HttpResponse(headers={OFFSET: str(uploading.offset_of(slot, actor=request.actor))})
    uploading.offset_of(slot, actor=request.actor)  # whose it is comes before what was sent
    end = uploading.append(
        slot, offset=_stated_offset(request), part=_part(request), actor=request.actor, at=request.at
    )
    return HttpResponse(status=204, headers={OFFSET: str(end)})


@for_scripts
@requires(Role.BIDDER)
@require_POST
def finish_upload(request: SeatedRequest, slot: str) -> HttpResponseBase:
    """Compare what arrived with its stated size and digest, and keep it under that digest."""
    uploading.offset_of(slot, actor=request.actor)
    stated = json_fields(request, {"size": int, "sha256": str})
    uploading.finish(slot, size=stated["size"], sha256=stated["sha256"], actor=request.actor, at=request.at)
    return JsonResponse({"slot": slot})


def _stated_offset(request: SeatedRequest) -> int:
    stated = request.headers.get(OFFSET, "")
    if not (stated.isascii() and stated.isdigit() and len(stated) <= _LONGEST_NUMBER):
        raise Unusable(400, "missing_field", _NO_OFFSET)
    return int(stated)


def _part(request: SeatedRequest) -> bytes:
    if request.content_type != "application/octet-stream":
        raise Unusable(415, "wrong_type", _NOT_OCTETS)
    if length_of(request) > settings.UPLOAD_PART_BYTES:
        raise Unusable(413, "oversized", TOO_LARGE)
    return request.body


_NO_OFFSET = reason("The header Upload-Offset says where this part begins; it is missing or not a number.")
_NOT_OCTETS = reason("Expected are the bytes of the file (application/octet-stream).")
