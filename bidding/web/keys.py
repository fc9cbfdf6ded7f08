"""A key holder's pages: its seats, its key, the ceremony, the rehearsal, the release, a lost key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SeatedRequest, requires, requires_step_up
from accounts.names import Role
from accounts.passkeys import against_keys
from accounts.web.passkey_words import with_passkey
from bidding import keyholding, queries
from bidding.forms import BecauseForm
from bidding.models import KeyHolder, Release
from bidding.names import STAGE
from bidding.web import key_tasks, receipts, words
from bidding.web.answers import page, sealing_page
from bidding.web.lots import ceremony_of_holder, lot_of_holder, own_holder
from core.canonical import format_time
from core.errors import Refused
from core.models import Installation

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase


@never_cache
@requires(Role.KEY_HOLDER)
@require_safe
def seats(request: SeatedRequest) -> HttpResponseBase:
    """List the seats that the person fills for its organisation, each with what is to be done next."""
    own = queries.holder_seats(request.membership.user).filter(organisation=request.membership.organisation)
    return page(request, "seats", rows=key_tasks.next_tasks(own))


@never_cache
@requires(Role.KEY_HOLDER)
@require_safe
def seat(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show one seat: the key, and for every lot what was done and what comes next."""
    holder = own_holder(request, number)
    everybody = list(queries.holders_of(holder.project))
    return page(
        request,
        "seat",
        holder=holder,
        project=holder.project,
        next=key_tasks.next_task(holder),
        lots=key_tasks.of_lots(holder),
        holders=everybody,
        needed=keyholding.threshold(len(everybody)),
        loss=keyholding.what_a_loss_means(everybody) if any(row.lost_at for row in everybody) else None,
        may_make=holder.project.announced_at is None,
    )


@sealing_page
@never_cache
@requires(Role.KEY_HOLDER)
@requires_step_up
@require_safe
def holder_key(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show the page on which the browser makes the holder's key; the secret never leaves it unlocked."""
    holder = own_holder(request, number)
    earlier = None if "anew" in request.GET else queries.holder_seats(holder.user).exclude(wrapped="").first()
    config = _config(request, holder) | {
        "name": keyholding.vkey_name(request.actor),
        "file_name": f"{holder.project.number}-{holder.kid}-key.age",
        "urls": {"key": reverse("bidding:submit-key", args=[number])},
    }
    if earlier is not None:
        config["urls"]["wrapped"] = reverse("bidding:holder-wrapped", args=[earlier.project.number])
    reasons = [key_tasks.TOO_LATE_FOR_A_KEY] if holder.project.announced_at else against_keys(request.user)
    return page(request, "holder_key", status=200, reasons=reasons, holder=holder, config=config, earlier=earlier)


@sealing_page
@never_cache
@requires(Role.KEY_HOLDER)
@requires_step_up
@require_safe
def sign_ceremony(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show the ceremony as it will be signed, read by the script out of its very bytes."""
    ceremony, holder = ceremony_of_holder(request, number)
    everybody = queries.holders_of(ceremony.lot.project)
    config = _config(request, holder) | {
        "kid": holder.kid,
        "expected": {
            "tender": number,
            "k": keyholding.threshold(len(everybody)),
            "holders": [{"kid": row.kid, "vkey": row.vkey} for row in everybody],
        },
        "urls": {
            "ceremony": reverse("bidding:ceremony", args=[number]),
            "sign": reverse("bidding:sign", args=[number]),
            **_wrapped(holder),
        },
    }
    is_done = holder.kid in ceremony.notes
    organisations = dict.fromkeys((row.organisation.number, row.organisation.name) for row in everybody)
    return page(
        request, "sign_ceremony", holder=holder, lot=ceremony.lot, config=config, is_done=is_done,
        organisations=organisations,
    )  # fmt: skip


@sealing_page
@never_cache
@requires(Role.KEY_HOLDER)
@require_safe
def rehearsal(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show the page on which the holder shows that its key works."""
    _ceremony, holder = ceremony_of_holder(request, number)
    lot, _holder = lot_of_holder(request, number)
    latest = queries.rehearsal_of(lot)
    config = _config(request, holder) | {
        "kid": holder.kid,
        "urls": {
            "ceremony": reverse("bidding:ceremony", args=[number]),
            "rehearsal": reverse("bidding:rehearsal-document", args=[number]),
            "answer": reverse("bidding:answer-rehearsal", args=[number]),
            **_wrapped(holder),
        },
    }
    reasons = [] if latest else [key_tasks.NO_REHEARSAL]
    is_done = latest is not None and holder.kid in latest.answers
    return page(
        request, "rehearsal", status=200, reasons=reasons, holder=holder, lot=lot, config=config, is_done=is_done
    )


@sealing_page
@never_cache
@requires(Role.KEY_HOLDER)
@requires_step_up
@require_safe
def release(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show the page on which the shares are released, or why that is not possible yet."""
    ceremony, holder = ceremony_of_holder(request, number)
    lot = ceremony.lot
    config = _config(request, holder) | {
        "kid": holder.kid,
        "tender": number,
        "stage": STAGE,
        **receipts.log_config(),
        "urls": {
            "ceremony": reverse("bidding:ceremony", args=[number]),
            "close": reverse("bidding:close-document", args=[number]),
            "logged": reverse("bidding:close-proof", args=[number]),
            "seals": reverse("bidding:accepted-seals", args=[number]),
            "release": reverse("bidding:hand-in-release", args=[number]),
            **_wrapped(holder),
        },
    }
    if Installation.is_rehearsal():  # its time is not the world's
        config["clock"] = {"now": format_time(request.at)}
    done = Release.objects.filter(lot=lot, kid=holder.kid).first()
    return page(
        request, "release", status=200, reasons=key_tasks.why_not_release(lot, holder, at=request.at),
        holder=holder, lot=lot, config=config, done=done, released=len(queries.releases_of(lot)), ceremony=ceremony,
    )  # fmt: skip


@requires(Role.KEY_HOLDER)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def report_lost(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Record that the key is lost, and say what that means before and after."""
    holder = own_holder(request, number)
    everybody = list(queries.holders_of(holder.project))
    without = [row for row in everybody if row.pk != holder.pk] + [KeyHolder(lost_at=request.at)]
    facts: dict[str, Any] = {
        "holder": holder,
        "project": holder.project,
        "means": keyholding.what_a_loss_means(without),
    }
    form = BecauseForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "report_lost", form=form, **facts)
    try:
        keyholding.report_lost(holder.pk, **form.cleaned_data, actor=request.actor, at=request.at)
    except Refused as refusal:
        return page(request, "report_lost", form=form, reasons=refusal.reasons, **facts)
    messages.success(request, _("The loss is on record; the buying side was told."))
    return redirect("bidding:seat", number=number)


def _config(request: SeatedRequest, holder: KeyHolder) -> dict[str, Any]:
    config = {"csrf": get_token(request), "kid": holder.kid, "messages": words.of_holder()}
    return with_passkey(request, config)


def _wrapped(holder: KeyHolder) -> dict[str, str]:
    """Return where the holder's locked key lies, if the platform keeps it."""
    if not holder.wrapped:
        return {}
    return {"wrapped": reverse("bidding:holder-wrapped", args=[holder.project.number])}
