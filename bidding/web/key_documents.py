"""The documents that holders' and bidders' scripts read, and what holders' scripts hand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import vouching
from accounts.access import Request, SeatedRequest, requires, requires_step_up
from accounts.names import Role
from bidding import access, closing, keyholding, queries, rehearsing, releasing
from bidding.models import Ceremony, Close
from bidding.web.answers import JSON_LIMIT, document, for_scripts, json_fields
from bidding.web.lots import BUYING, ceremony_of_holder, lot_of_holder, own_holder
from core.canonical import b64_decode
from core.errors import NotYours
from trading.models import Lot

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_SHARE_BYTES = 600  # of one share in a release, with everything around it, as JSON inside JSON


@for_scripts
@require_safe
def ceremony(request: HttpRequest, number: str) -> HttpResponseBase:
    """Hand out the ceremony, byte for byte: to everybody once announced, before that to those it concerns."""
    return document(request, bytes(_readable_ceremony(request, number).document), name=f"{number}-ceremony.json")


@for_scripts
@require_safe
def ceremony_signatures(request: HttpRequest, number: str) -> HttpResponseBase:
    """Hand out the holders' signatures of the ceremony."""
    row = _readable_ceremony(request, number)
    return document(request, queries.signatures_of(row), name=f"{number}-ceremony.sigs")


@for_scripts
@requires(Role.KEY_HOLDER)
@require_safe
def holder_wrapped(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Hand the holder its own key back, locked as it came."""
    holder = own_holder(request, number)
    if not holder.wrapped:
        raise NotYours(number)
    return document(request, b64_decode(holder.wrapped), name=f"{number}-{holder.kid}-key.age")


@for_scripts
@requires(Role.KEY_HOLDER)
@requires_step_up
@require_POST
def submit_key(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Take a holder's public keys and its locked secret."""
    holder = own_holder(request, number)
    given = json_fields(request, {"pk": str, "vkey": str, "wrapped": str})
    keyholding.submit_key(
        holder.pk,
        public_key=given["pk"],
        vkey=given["vkey"],
        wrapped=given["wrapped"],
        actor=request.actor,
        at=request.at,
    )
    return _on_to(number, status=201)


@for_scripts
@requires(Role.KEY_HOLDER)
@requires_step_up
@require_POST
def sign(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Take a holder's signature of the ceremony."""
    row, holder = ceremony_of_holder(request, number)
    given = json_fields(request, {"note": str})
    keyholding.sign(row.lot_id, kid=holder.kid, note=given["note"], actor=request.actor, at=request.at)
    return _on_to(row.lot.project.number)


@for_scripts
@requires(Role.KEY_HOLDER)
@require_safe
def rehearsal_document(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Hand out the latest rehearsal to a holder."""
    lot, _holder = lot_of_holder(request, number)
    row = queries.rehearsal_of(lot)
    if row is None:
        raise NotYours(number)
    return document(request, bytes(row.document), name=f"{number}-rehearsal.json")


@for_scripts
@requires(Role.KEY_HOLDER)
@require_POST
def answer_rehearsal(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Take a holder's answer to the rehearsal; the last one opens the bid box."""
    lot, holder = lot_of_holder(request, number)
    given = json_fields(request, {"answer": str, "note": str})
    rehearsing.answer(
        lot.pk,
        kid=holder.kid,
        document=_bytes(given["answer"]),
        note=given["note"],
        actor=request.actor,
        at=request.at,
    )
    return _on_to(lot.project.number)


@for_scripts
@requires(Role.KEY_HOLDER)
@require_safe
def close_document(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Hand out the close of the bid box to a holder."""
    lot, _holder = lot_of_holder(request, number)
    row = Close.objects.filter(lot=lot).first()
    if row is None:
        raise NotYours(number)
    return document(request, bytes(row.document), name=f"{number}-close.json")


@for_scripts
@requires(Role.KEY_HOLDER)
@require_safe
def close_proof(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Hand out to a holder the entry of the close, and the proof of it under the witnessed checkpoint."""
    lot, _holder = lot_of_holder(request, number)
    proved = closing.proof_of(lot)
    if proved is None:
        raise NotYours(number)
    return JsonResponse({"entry": proved.entry, "proof": proved.proof})


@for_scripts
@requires(Role.KEY_HOLDER)
@require_safe
def accepted_seals(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Hand out the accepted seals to a holder, after the close and not before."""
    lot, _holder = lot_of_holder(request, number)
    rows = access.seals_for_release(request.actor, lot)
    found = [{"digest": row.digest, "seal": bytes(row.document).decode("utf-8")} for row in rows]
    return JsonResponse(found, safe=False)


@for_scripts
@requires(Role.KEY_HOLDER)
@requires_step_up
@require_POST
def hand_in_release(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Take a holder's shares of every accepted bid; the k-th release opens them."""
    lot, holder = lot_of_holder(request, number)
    limit = JSON_LIMIT + _SHARE_BYTES * (queries.bids_received(lot) or 0)
    given = json_fields(request, {"release": str, "note": str}, limit=limit, optional={"passkey": dict})
    releasing.release(
        lot.pk,
        kid=holder.kid,
        document=_bytes(given["release"]),
        note=given["note"],
        actor=request.actor,
        at=request.at,
        signed=vouching.vouched(request, given.get("passkey"), at=request.at),
    )
    return JsonResponse({"next": reverse("bidding:hall", args=[number])})


def _readable_ceremony(request: HttpRequest, number: str) -> Ceremony:
    lot = Lot.objects.select_related("project__owner", "project__agent").filter(number=number).first()
    row = Ceremony.objects.filter(lot=lot).first() if lot else None
    if row is None or lot is None or not (lot.project.announced_at or _takes_part(request, lot)):
        raise NotYours(number)
    return row


def _takes_part(request: HttpRequest, lot: Lot) -> bool:
    """Say whether somebody makes or watches this ceremony: a holder of the project, or its buying side."""
    seat = cast("Request", request).membership
    if seat is None:
        return False
    if seat.role in BUYING:
        return seat.organisation_id in (lot.project.owner_id, lot.project.agent_id)
    if seat.role != Role.KEY_HOLDER:
        return False
    return queries.holders_of(lot.project).filter(user=seat.user, organisation=seat.organisation).exists()


def _on_to(project: str, *, status: int = 200) -> JsonResponse:
    return JsonResponse({"next": reverse("bidding:seat", args=[project])}, status=status)


def _bytes(text: str) -> bytes:
    """Return the bytes of a document that travelled as text; halves of characters are for its reader to refuse."""
    return text.encode("utf-8", "surrogatepass")
