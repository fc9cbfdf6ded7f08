"""Pages: the projects of a seat, and the working page of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from trading import binding, desk, holding, notice_data, outlook, queries
from trading.forms.drafting import ProjectFilter
from trading.models import FailureDecision
from trading.names import AfterFailure, HoldGround, Kind, Move, Stage, label
from trading.procedures import NoSuchProcedure
from trading.procedures.checklist import missing_items
from trading.procedures.choosing import METHOD_NAMES, PurchaseMethod
from trading.regions import region_name
from trading.web import acting
from trading.web.answers import page

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from core.reasons import Reason
    from trading.models import Hold, Lot, Project

WORKING = (Role.OWNER, Role.AGENT, Role.SUPERVISOR, Role.CENTER)
PAGE_SIZES = (20, 50, 100)
TONES = {Stage.CLOSED: "green", Stage.FAILED: "red", Stage.TERMINATED: "red", Stage.DRAFT: "grey"}


@requires(*WORKING)
@require_safe
def projects(request: SeatedRequest) -> HttpResponseBase:
    """List the projects on which the seat in use works."""
    form = ProjectFilter(request.GET)
    found = queries.projects_of(request.membership)
    if form.is_valid():
        data = form.cleaned_data
        found = queries.matching(found, words=data["q"], kind=data["kind"], stage=data["stage"])
    sheet = Paginator(found, _size(request)).get_page(request.GET.get("page"))
    lines = [_line(project) for project in sheet]
    is_buying = request.membership.role in (Role.OWNER, Role.AGENT)
    return page(request, "projects", filter=form, sheet=sheet, lines=lines, is_buying=is_buying)


def _line(project: Project) -> dict[str, Any]:
    lots = list(project.lots.all())
    stage = queries.stage_of(lots)
    open_until = min((lot.closes_at for lot in lots if lot.closes_at), default=None)
    return {
        "project": project,
        "kind": label(Kind(project.kind)),
        "stage": label(stage),
        "tone": TONES.get(stage, "blue"),
        "lots": len(lots),
        "closes_at": open_until,
    }


@requires(*WORKING)
@require_safe
def project(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show everything about one project that the seat in use works with, and what can be done now."""
    own = queries.project_of(request.membership, number)
    lots = list(
        own.lots.select_related("project__owner", "project__agent").prefetch_related("changes", "holds", "contracts")
    )
    acts = acting.acts_of(request, own, lots)
    calendar = binding.calendar_of(own.region)
    stage = queries.stage_of(lots)
    return page(
        request,
        "project",
        project=own,
        stage=label(stage),
        tone=TONES.get(stage, "blue"),
        procedure=_procedure_name(own, request),
        next=_next(request, lots, stage, calendar),
        acts=acts,
        tabs=tabs_of(own, "project", request),
        rows=_facts(own),
        lots=[_lot(request, lot, calendar) for lot in lots],
        missing=_missing(request, own, lots),
        owed=_owed(request, lots, calendar),
        events=_events(lots),
        role=str(request.membership.role),
    )


def tabs_of(project: Project, here: str, request: SeatedRequest) -> list[dict[str, Any]]:
    """Return the pages of a project as tabs; counts of what waits."""
    waiting = project.questions.filter(answered_at=None).count()
    drafts = project.amendments.filter(published_at=None).count()
    tabs: list[tuple[str, str, int | None]] = [
        ("project", _("Project"), None),
        ("preview", _("What is published"), None),
        ("documents", _("Documents"), project.documents.count()),
    ]
    if request.membership.role in (Role.OWNER, Role.AGENT) and project.announced_at:
        tabs += [("questions", _("Questions"), waiting), ("amendments", _("Amendments"), drafts)]
    return [
        {
            "label": text,
            "url": reverse(f"trading:{name}", args=[project.number]),
            "is_current": name == here,
            "count": n,
        }
        for name, text, n in tabs
    ]


def _procedure_name(project: Project, request: SeatedRequest) -> Reason | str:
    try:
        return binding.procedure_of(project, at=request.at).title
    except NoSuchProcedure:
        return label(Kind(project.kind))


def _next(request: SeatedRequest, lots: list[Lot], stage: Stage, calendar: Any) -> dict[str, Any] | None:
    lot = next((lot for lot in lots if lot.stage == stage), None)
    if lot is None:
        return None
    step = outlook.next_step(lot, at=request.at, calendar=calendar)
    return {"what": step.what, "who": step.who or "", "until": step.until, "tone": step.tone}


def _facts(project: Project) -> list[tuple[str, Any]]:
    terms = project.terms
    rows: list[tuple[str, Any]] = [
        (_("Owner"), project.owner.name),
        (_("Agent"), project.agent.name if project.agent else None),
        (_("Region"), region_name(project.region)),
        (_("Run number"), project.round_number),
        (_("Edition of the rules"), project.edition or _("bound at the announcement")),
        (_("Announced on"), project.announced_at),
        (_("Contact person"), terms.get("contact_name")),
    ]
    if project.previous:
        rows.append((_("Earlier run"), project.previous.number))
    rows += _decided(project)
    if project.source:
        rows += [(key, str(value)) for key, value in project.source.items()]
    return [(name, value) for name, value in rows if value not in (None, "")]


def _decided(project: Project) -> list[tuple[str, Any]]:
    """Return what was decided after a failure."""
    found = FailureDecision.objects.filter(project=project).first()
    if found is None:
        return []
    return [
        (_("After the failure"), label(AfterFailure(found.choice))),
        (_("Why it failed, and what is done about it"), found.analysis),
        (_("Method instead"), METHOD_NAMES[PurchaseMethod(found.method)] if found.method else ""),
        (_("Approving authority"), found.authority),
        (_("Number of the approval"), found.approval),
    ]


def _lot(request: SeatedRequest, lot: Lot, calendar: Any) -> dict[str, Any]:
    stage, step = Stage(lot.stage), outlook.next_step(lot, at=request.at, calendar=calendar)
    grounds = [] if stage.is_end else acting.grounds_for(request, lot)
    is_buying = request.membership.role in (Role.OWNER, Role.AGENT)
    return {
        "lot": lot,
        "stage": label(stage),
        "tone": TONES.get(stage, "blue"),
        "step": step,
        "editable": is_buying and stage in (Stage.INTENTION, Stage.DRAFT),
        "may_hold": bool(grounds),
        "holds": [_hold(request, hold) for hold in lot.holds.all()],
        "contracts": lot.contracts.all(),
        "may_draft_contract": is_buying and stage is Stage.CONTRACTING and not _has_contract(lot),
        "doors": desk.doors_of(request, lot),
        "failure": lot.failure.get("text"),
    }


def _has_contract(lot: Lot) -> bool:
    return any(contract.stands for contract in lot.contracts.select_related("award"))


def _hold(request: SeatedRequest, hold: Hold) -> dict[str, Any]:
    ground = HoldGround(hold.ground)
    is_over = hold.lifted_at is not None or (hold.lapses_at is not None and request.at >= hold.lapses_at)
    return {
        "hold": hold,
        "ground": label(ground),
        "is_over": is_over,
        "may_lift": not is_over and Role(request.membership.role) in holding.roles_for(ground),
    }


def _missing(request: SeatedRequest, project: Project, lots: list[Lot]) -> list[dict[str, Any]]:
    """Return the checklist of the notice while it is written: what is there and what is missing."""
    if project.announced_at or (lots and not any(lot.stage in (Stage.INTENTION, Stage.DRAFT) for lot in lots)):
        return []
    return checklist_of(request, project)


def checklist_of(request: SeatedRequest, project: Project) -> list[dict[str, Any]]:
    """Return the items that the rule-sheet wants in the notice, and whether the data have them."""
    items = binding.procedure_of(project, at=request.at).checklist
    filled = notice_data.filled(notice_data.announcement(project, at=request.at))
    lacking = set(missing_items(items, filled))
    may_write = request.membership.role in (Role.OWNER, Role.AGENT)
    return [
        {
            "label": item.name,
            "is_done": not lacking.intersection(missing_items([item], filled)),
            "reason": item.source,
            "url": step_url(project, item.key) if may_write else "",
        }
        for item in items
    ]


_STEP_OF = {
    "funding": "funds",
    "qualification": "conditions",
    "consortia": "conditions",
    "document_access": "conditions",
    "submission": "conditions",
    "policy": "conditions",
    "owner": "contact",
    "contact": "contact",
    "opening_place": "contact",
}


def step_url(project: Project, key: str) -> str:
    """Return the page on which an item of the checklist is written."""
    if key in ("deadline", "budget"):
        lot = project.lots.first()
        return reverse("trading:lot", args=[lot.number]) if lot else reverse("trading:add-lot", args=[project.number])
    return reverse("trading:edit", args=[project.number, _STEP_OF.get(key, "subject")])


def _owed(request: SeatedRequest, lots: list[Lot], calendar: Any) -> list[dict[str, Any]]:
    """Return what the law wants done and by when, with the colour of its time."""
    rows = []
    for lot in lots:
        for each in outlook.obligations_of(lot, at=request.at, calendar=calendar):
            colour = desk.colour(since=lot.entered_at, due_at=each.deadline.ends_at, at=request.at)
            rows.append(
                {
                    "lot": lot,
                    "name": each.name,
                    "by": [label(role) for role in sorted(each.by)],
                    "until": each.deadline.ends_at,
                    "is_provisional": each.deadline.is_provisional,
                    "source": each.source_text,
                    "word": desk.WORDS[colour],
                    "tone": colour.value,
                }
            )
    return rows


def _events(lots: list[Lot]) -> list[dict[str, Any]]:
    changes = sorted((change for lot in lots for change in lot.changes.all()), key=lambda change: -change.pk)
    many = len(lots) > 1
    numbers = {lot.pk: lot.number for lot in lots}
    return [
        {
            "at": change.at,
            "title": label(Move(change.move)),
            "text": change.because,
            "by": numbers[change.lot_id] if many else "",
        }
        for change in changes[:50]
    ]


def _size(request: SeatedRequest) -> int:
    size = request.GET.get("size", "")
    return int(size) if size in {str(n) for n in PAGE_SIZES} else PAGE_SIZES[0]
