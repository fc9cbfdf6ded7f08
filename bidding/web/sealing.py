"""The sealing page and what it hands in: a seal with its signature, a withdrawal with its signature."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from django.core.files.uploadhandler import FileUploadHandler, MemoryFileUploadHandler, StopUpload
from django.http import JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from accounts import vouching
from accounts.access import SeatedRequest, requires, requires_step_up
from accounts.names import Role
from bidding import refusing, submitting, withdrawing
from bidding.names import RefusalCode
from bidding.rules import seal_document
from bidding.web import receipts
from bidding.web.answers import BadSubmission, for_scripts, json_fields, length_of
from bidding.web.lots import lot_of_bidder
from core.canonical import format_time
from core.reasons import reason
from trading.models import Lot

if TYPE_CHECKING:
    from typing import NoReturn

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from bidding.models import Receipt

NOTE_LIMIT = 8 * 1024
PERSON_LIMIT = 8 * 1024
FRAMING = 4 * 1024  # bytes around the two parts of a submission
BODY_LIMIT = seal_document.LIMIT + NOTE_LIMIT + PERSON_LIMIT + FRAMING
_PARTS = ("seal", "sig")
_PERSON = "passkey"  # the answer of a passkey: who handed it in, beside the bidder's own signature


class _Nowhere(FileUploadHandler):
    """Takes nothing: what is too large is neither kept nor read to its end."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> NoReturn:  # noqa: ARG002
        raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002
        return None


@csrf_exempt  # the check reads the form, so it stands below, where the form can go nowhere but into memory
@for_scripts
def seals(request: HttpRequest, number: str) -> HttpResponseBase:
    """Take a sealed bid: the parts ``seal`` and ``sig``, in memory only and never in a file."""
    handler = MemoryFileUploadHandler if length_of(request) <= BODY_LIMIT else _Nowhere
    request.upload_handlers = [handler(request)]
    with suppress(MultiPartParserError):  # a broken form has no parts; below, that can still be answered
        request.FILES  # noqa: B018
    return _seals(request, number)


@csrf_protect
@requires(Role.BIDDER)
@require_POST
def _seals(request: SeatedRequest, number: str) -> HttpResponseBase:
    lot, seat = lot_of_bidder(request, number)
    document, note = _parts(request, lot)
    is_repeat = submitting.is_known(lot, seat.organisation, document)
    signed = None if is_repeat else vouching.vouched(request, _answer(request), at=request.at)
    receipt = submitting.submit(lot.pk, document=document, note=note, actor=request.actor, signed=signed)
    return _received(lot, receipt)


@for_scripts
@requires(Role.BIDDER)
@requires_step_up
@require_POST
def hand_in_withdrawal(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Take a bid back: the withdrawal's document and its signature."""
    lot, seat = lot_of_bidder(request, number)
    given = json_fields(request, {"doc": str, "note": str}, optional={"passkey": dict})
    document = given["doc"].encode("utf-8", "surrogatepass")
    is_repeat = withdrawing.is_known(lot, seat.organisation, document)
    signed = None if is_repeat else vouching.vouched(request, given.get("passkey"), at=request.at)
    receipt = withdrawing.withdraw(lot.pk, document=document, note=given["note"], actor=request.actor, signed=signed)
    return _received(lot, receipt)


def _received(lot: Lot, receipt: Receipt) -> JsonResponse:
    closes_at = Lot.objects.values_list("closes_at", flat=True).get(pk=lot.pk)  # it may have been extended meanwhile
    return JsonResponse(receipts.answer_with(receipt) | {"deadline": format_time(closes_at) if closes_at else None})


def _parts(request: SeatedRequest, lot: Lot) -> tuple[bytes, str]:
    """Return seal and note; what is wrong with them as a form is on record like everything else that is refused."""
    with refusing.on_record(lot, what="seal", digest="", actor=request.actor):
        if length_of(request) > BODY_LIMIT:
            raise BadSubmission(413, RefusalCode.OVERSIZED, _TOO_MUCH)
        if request.content_type != "multipart/form-data":
            raise BadSubmission(415, RefusalCode.MALFORMED, _NO_FORM)
        names = sorted(name for name, files in request.FILES.lists() for _ in files)
        if [name for name in names if name != _PERSON] != list(_PARTS) or names.count(_PERSON) > 1 or request.POST:
            raise BadSubmission(400, RefusalCode.MALFORMED, _WRONG_PARTS)
        document, note = (files[0].read() for files in (request.FILES.getlist(name) for name in _PARTS))
        try:
            return document, note.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadSubmission(400, RefusalCode.MALFORMED, _BROKEN_NOTE) from error


def _answer(request: SeatedRequest) -> object:
    """Return the answer of a passkey that came with the seal; nothing where none came."""
    part = request.FILES.get(_PERSON)
    if part is None:
        return None
    try:
        return json.loads(part.read(PERSON_LIMIT + 1))
    except (ValueError, RecursionError):
        return {}  # it has no form, and is refused as an answer without one


_TOO_MUCH = reason("A submission has at most {most} bytes.", most=BODY_LIMIT)
_NO_FORM = reason("Expected is a form (multipart/form-data) with the files “seal” and “sig”.")
_WRONG_PARTS = reason("Expected are exactly the files “seal” and “sig”, each once.")
_BROKEN_NOTE = reason("The signature is not text.")
