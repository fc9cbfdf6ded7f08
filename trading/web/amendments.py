"""Pages: amendments, with what they do to the deadline shown before they are published."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SeatedRequest, requires
from core import storage
from core.errors import NotYours, Refused
from trading import binding, clarifying, queries
from trading.forms.running import AmendForm
from trading.models import Amendment
from trading.names import Move, Stage
from trading.procedures.guards.bidding import amendment_keeps_object_and_qualification
from trading.web import acting
from trading.web.answers import page
from trading.web.creating import BUYING
from trading.web.documents import media_of, rows_of
from trading.web.projects import tabs_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http.response import HttpResponseBase

    from core.reasons import Reason
    from trading.models import Project


@requires(*BUYING)
@require_safe
def amendments(request: SeatedRequest, number: str) -> HttpResponseBase:
    """List the amendments of a project, drafts among them."""
    own = queries.project_of(request.membership, number)
    return page(
        request,
        "amendments",
        project=own,
        amendments=own.amendments.all(),
        why_not=acting.drafting_right(request),
        tabs=tabs_of(own, "amendments", request),
    )


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Draft an amendment; a second person publishes it."""
    own = queries.project_of(request.membership, number)
    form = AmendForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _amend_page(request, own, form)
    data = form.cleaned_data
    try:
        draft = clarifying.draft_amendment(
            own.pk,
            actor=request.actor,
            at=request.at,
            files=_files(request, data),
            **{name: data[name] for name in ("body", "affects_bids", "new_closes_at")},
            **{name: data[name] for name in ("changes_object", "changes_qualification")},
        )
    except Refused as refusal:
        return _amend_page(request, own, form, reasons=refusal.reasons)
    messages.success(request, _("Drafted: a second person publishes it."))
    return redirect("trading:amendment", number=draft.number)


def _files(request: SeatedRequest, data: dict[str, Any]) -> list[tuple[str, str, Any]]:
    upload = data["file"]
    if not upload:
        return []
    title = data["title"] or PurePath(upload.name).stem[:200]
    return [(title, media_of(upload), storage.keep_parts(upload.chunks(), at=request.at))]


def _amend_page(
    request: SeatedRequest, project: Project, form: AmendForm, *, reasons: Sequence[Reason] = ()
) -> HttpResponseBase:
    earliest, closed = _effect(project, request, affects_bids=True)
    return page(
        request,
        "amend",
        form=form,
        reasons=reasons,
        why_not=(*acting.drafting_right(request), *closed),
        project=project,
        closes_at=min((lot.closes_at for lot in project.lots.all() if lot.closes_at), default=None),
        earliest=earliest,
        keeps_object=_keeps_object(project, request),
        tabs=tabs_of(project, "amendments", request),
    )


def _keeps_object(project: Project, request: SeatedRequest) -> bool:
    """Say whether the rule-sheet forbids an amendment to change object and qualification (87号令 27)."""
    step = binding.procedure_of(project, at=request.at).step(Stage.PUBLISHED, Move.AMEND)
    return step is not None and amendment_keeps_object_and_qualification in step.guards


def _effect(
    project: Project, request: SeatedRequest, *, affects_bids: bool
) -> tuple[datetime | None, tuple[Reason, ...]]:
    """Return the deadline that an amendment of today makes necessary (None: none), and why it is too late for any."""
    try:
        return clarifying.effect_of(project, at=request.at, affects_bids=affects_bids), ()
    except Refused as refusal:
        return None, refusal.reasons


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def amendment(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show an amendment and what it does to the deadline; publish it."""
    found = _amendment(request, number)
    if request.method != "POST":
        return _amendment_page(request, found)
    try:
        clarifying.publish_amendment(found.pk, actor=request.actor, at=request.at)
    except Refused as refusal:
        return _amendment_page(request, found, reasons=refusal.reasons)
    messages.success(request, _("Published; all who have the documents were told."))
    return redirect("trading:amendment", number=number)


@requires(*BUYING)
@require_POST
def drop_amendment(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Throw a draft away."""
    found = _amendment(request, number)
    clarifying.drop_amendment(found.pk, actor=request.actor, at=request.at)
    messages.success(request, _("The draft was dropped."))
    return redirect("trading:amendments", number=found.project.number)


def _amendment(request: SeatedRequest, number: str) -> Amendment:
    found = Amendment.objects.select_related("project__owner", "project__agent").filter(number=number).first()
    if found is None or not queries.projects_of(request.membership).filter(pk=found.project_id).exists():
        raise NotYours(number)
    return found


def _amendment_page(
    request: SeatedRequest, amendment: Amendment, *, reasons: Sequence[Reason] = ()
) -> HttpResponseBase:
    project, is_draft = amendment.project, amendment.published_at is None
    earliest, closed = _effect(project, request, affects_bids=amendment.affects_bids) if is_draft else (None, ())
    why_not = (*acting.approving(request), *closed)
    if is_draft:
        why_not += clarifying.objections_to(amendment, actor=request.actor, at=request.at)
    before, after = _movement(amendment)
    return page(
        request,
        "amendment",
        reasons=reasons,
        amendment=amendment,
        project=project,
        is_draft=is_draft,
        earliest=earliest,
        before=before,
        after=after,
        why_not=tuple(dict.fromkeys(why_not)),
        why_not_drop=acting.drafting_right(request),
        documents=rows_of(list(amendment.documents.select_related("file", "lot")), project.number),
        back=reverse("trading:amendments", args=[project.number]),
    )


def _movement(amendment: Amendment) -> tuple[datetime, datetime]:
    """Return the deadline before and after: of a draft as it is now, for a hold may have moved it in between."""
    stated, before = amendment.new_closes_at, amendment.old_closes_at
    if amendment.published_at is None:
        now = [lot.closes_at for lot in amendment.project.lots.all() if lot.closes_at]
        before = max(before, min(now, default=before))
    return before, max(stated or before, before)
