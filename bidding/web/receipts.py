"""The receipts of a bidder: as a page, as files, on paper; its own and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from bidding import access, papers, platform_key, receipting
from bidding.models import Receipt
from bidding.rules.receipt import read_receipt
from bidding.web.answers import document, page
from core import log_key, log_reading
from core.checkpoints import read_proof
from core.errors import NotYours

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase


@never_cache
@requires(Role.BIDDER)
@require_safe
def receipt(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show the receipt of one's own seal or withdrawal, printable."""
    found = _own_receipt(request, number)
    return page(
        request,
        "receipt",
        receipt=found,
        seal=found.seal,
        lot=found.seal.lot,
        is_withdrawal=_is_withdrawal(found),
        names=list(_files(found)),
        platform=platform_key.vkey(),
        **_log_facts(found),
    )


@never_cache
@requires(Role.BIDDER)
@require_safe
def receipt_file(request: SeatedRequest, number: str, name: str) -> HttpResponseBase:
    """Hand out one of the files that prove what was handed in and taken."""
    files = _files(_own_receipt(request, number))
    if name not in files:
        raise NotYours(name)
    return document(request, files[name], name=f"{number}-{name}")


@never_cache
@requires(Role.BIDDER)
@require_safe
def receipt_pdf(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Hand out the receipt on paper."""
    found = _own_receipt(request, number)
    url = request.build_absolute_uri(reverse("bidding:receipt", args=[number]))
    pdf = papers.receipt_pdf(found, url=url, language=get_language() or settings.LANGUAGE_CODE)
    return document(request, pdf, name=f"{number}.pdf", media="application/pdf")


def log_config() -> dict[str, Any]:
    """Return what a page's script verifies a receipt with."""
    policy = log_reading.announced_policy()
    witnesses = [str(one.key) for one in policy.witnesses] if policy else []
    return {"platform": platform_key.vkey(), "log": log_key.vkey(), "witnesses": witnesses}


def answer_with(found: Receipt) -> dict[str, str]:
    """Return a receipt as a script takes it."""
    return {
        "receipt": bytes(found.document).decode("utf-8"),
        "note": found.note,
        "reference": found.number,
        "next": reverse("bidding:receipt", args=[found.number]),
    }


def _own_receipt(request: SeatedRequest, number: str) -> Receipt:
    """Return the newest receipt of a number; the witnesses may have signed since it was asked for last."""
    seat = access.bidder_seat(request.actor)
    rows = Receipt.in_box.select_related("seal__lot__project", "seal__bidder", "entry")
    found = rows.filter(number=number, seal__bidder=seat.organisation).order_by("-is_witnessed").first()
    if found is None:
        raise NotYours(number)
    if found.is_witnessed:
        return found
    newest = receipting.newest(found.seal, found.entry, at=request.at)
    return found if newest is None else rows.get(pk=newest.pk)


def _is_withdrawal(found: Receipt) -> bool:
    return found.entry_id != found.seal.entry_id


def _files(found: Receipt) -> dict[str, bytes]:
    files = {
        "receipt.json": bytes(found.document),
        "receipt.sig": found.note.encode(),
        "seal.json": bytes(found.seal.document),
        "seal.sig": found.seal.note.encode(),
    }
    if _is_withdrawal(found):
        files["withdraw.json"] = found.seal.withdrawal["document"].encode()
        files["withdraw.sig"] = found.seal.withdrawal["note"].encode()
    return files


def _log_facts(found: Receipt) -> dict[str, Any]:
    """Return where the entry is and who signed that."""
    proof = read_proof(read_receipt(bytes(found.document)).proof)
    origin, size = proof.note.split("\n")[:2]
    policy = log_reading.announced_policy()
    lines = proof.note.rpartition("\n\n")[2].splitlines()
    names = {line.split(" ")[1] for line in lines}
    known = [one.key.name for one in policy.witnesses] if policy else []
    return {
        "place": proof.index,
        "origin": origin,
        "size": int(size),
        "log": log_key.vkey(),
        "cosigned": [name for name in known if name in names],
        "of": len(known),
        "is_house": log_reading.is_house(),
    }
