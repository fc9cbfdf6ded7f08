"""The buying side's pages of the key ceremony: appoint the holders, watch them, announce, rehearse again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SeatedRequest, requires, requires_step_up
from bidding import announcing, keyholding, queries, rehearsing
from bidding.forms import AppointForm
from bidding.web import ceremony_facts
from bidding.web.answers import page
from bidding.web.lots import BUYING, WATCHING, lot_of_side, project_of_side
from core.errors import Refused

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from core.reasons import Reason
    from trading.models import Project


@never_cache
@requires(*WATCHING)
@require_safe
def holders(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show who has handed in a key, who has signed, who has rehearsed, and what a lost key means."""
    return _watch(request, project_of_side(request, number, *WATCHING))


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Choose a person for each seat; a new choice makes an earlier ceremony void."""
    project = project_of_side(request, number, *BUYING)
    form = AppointForm(request.POST or None, project=project, initial=_appointed(project))
    facts: dict[str, Any] = {"project": project, "is_anew": queries.holders_of(project).exists()}
    if request.method != "POST" or not form.is_valid():
        reasons = ceremony_facts.why_not_appoint(project)
        return page(request, "appoint", form=form, reasons=reasons, status=None if form.is_bound else 200, **facts)
    try:
        keyholding.appoint(project.pk, form.drafts(), actor=request.actor, at=request.at)
    except Refused as refusal:
        return page(request, "appoint", form=form, reasons=refusal.reasons, **facts)
    messages.success(request, _("The key holders are appointed; each of them was told."))
    return redirect("bidding:holders", number=number)


@requires(*BUYING)
@require_POST
def assemble(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Assemble the ceremonies of lots that were added after the last key came in."""
    project = project_of_side(request, number, *BUYING)
    try:
        keyholding.assemble(project.pk, actor=request.actor, at=request.at)
    except Refused as refusal:
        return _watch(request, project, reasons=refusal.reasons)
    return redirect("bidding:holders", number=number)


@requires(*BUYING)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def announce(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show what is about to be announced, and announce it after one confirmation."""
    project = project_of_side(request, number, *BUYING)
    if request.method != "POST":
        reasons = ceremony_facts.why_not_announce(project, request.membership, at=request.at)
        return _check(request, project, reasons=reasons, status=200)
    if request.POST.get("confirmed") != "yes":
        return _check(request, project, reasons=[ceremony_facts.NOT_CONFIRMED])
    try:
        announcing.announce(project.pk, actor=request.actor, at=request.at)
    except Refused as refusal:
        return _check(request, project, reasons=refusal.reasons)
    messages.success(request, _("The tender is announced. The key holders were asked to show that their keys work."))
    return redirect("bidding:holders", number=number)


@requires(*BUYING)
@require_POST
def rehearse_again(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Ask every holder once more to show that its key works."""
    lot = lot_of_side(request, number, *BUYING)
    try:
        rehearsing.again(lot.pk, actor=request.actor, at=request.at)
    except Refused as refusal:
        return _watch(request, lot.project, reasons=refusal.reasons)
    messages.success(request, _("A new rehearsal has begun."))
    return redirect("bidding:holders", number=lot.project.number)


@requires(*BUYING)
@require_POST
def open_box(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Open the bid box where something held it back when the last answer came."""
    lot = lot_of_side(request, number, *BUYING)
    try:
        rehearsing.open_box(lot.pk, actor=request.actor, at=request.at)
    except Refused as refusal:
        return _watch(request, lot.project, reasons=refusal.reasons)
    messages.success(request, _("The bid box is open."))
    return redirect("bidding:holders", number=lot.project.number)


def _watch(request: SeatedRequest, project: Project, *, reasons: tuple[Reason, ...] = ()) -> HttpResponseBase:
    everybody = list(queries.holders_of(project))
    lots = ceremony_facts.of_lots(project, at=request.at)
    lost = [row for row in everybody if row.lost_at]
    return page(
        request,
        "holders",
        reasons=reasons,
        project=project,
        holders=everybody,
        needed=keyholding.threshold(len(everybody)) if everybody else 0,
        rows=[(row, [(lot, row.kid in lot.signed, row.kid in lot.rehearsed) for lot in lots]) for row in everybody],
        lots=lots,
        loss=keyholding.what_a_loss_means(everybody) if lost else None,
        lost=lost,
        next=ceremony_facts.next_step(project, everybody, lots),
        may_act=request.membership.role in BUYING,
        why_not_appoint=ceremony_facts.why_not_appoint(project),
        why_not_announce=_why_not_announce(request, project),
    )


def _why_not_announce(request: SeatedRequest, project: Project) -> list[Reason]:
    if project.announced_at is not None:  # the button is gone, and the law need not be asked lot by lot
        return []
    return ceremony_facts.why_not_announce(project, request.membership, at=request.at)


def _check(
    request: SeatedRequest, project: Project, *, reasons: list[Reason] | tuple[Reason, ...], status: int | None = None
) -> HttpResponseBase:
    return page(
        request,
        "announce",
        reasons=reasons,
        status=status,
        project=project,
        rows=ceremony_facts.what_is_announced(project, at=request.at),
        back=reverse("bidding:holders", args=[project.number]),
    )


def _appointed(project: Project) -> dict[str, str]:
    """Return the present choice, for the form."""
    return {row.kid: f"{row.organisation.number}/{row.user.number}" for row in queries.holders_of(project)}
