"""Projects and lots as everybody sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import NotYours
from disclosure import addresses, bundles, evidence, outcomes, progress, queries
from disclosure.forms import ProjectFilter
from disclosure.names import event_name
from disclosure.notice_sheets import parts_of, title_of
from disclosure.web import lists
from disclosure.web.facts import facts_of_lot, facts_of_project
from disclosure.web.views import parts_as_shown, regions
from evaluation import draw_papers
from evaluation import names as evaluation_names
from trading import binding
from trading.names import Code, HoldGround, Kind, Stage, label
from trading.outlook import NextStep, next_step, standing_hold
from trading.regions import region_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.access import Request
    from trading.models import Lot, Notice, Project
    from trading.procedures.definition import Procedure

_ENTRIES = 10


@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """List every public project."""
    form, found = _chosen(request)
    sheet = lists.sheet_of(request, found)
    lines = [_line(project) for project in sheet]
    exports = [("CSV", reverse("disclosure:projects-csv"))]
    context = {"form": form, "sheet": sheet, "lines": lines, "exports": exports}
    return render(request, "disclosure/projects.html", context)


@require_safe
def projects_csv(request: HttpRequest) -> HttpResponseBase:
    """Answer the same projects as a file: one row for each lot."""
    _form, found = _chosen(request)
    heads = [_("Number"), _("Project"), _("Kind"), _("Region"), _("Owner"), _("Announced at (Beijing time)")]
    heads += [_("Lot number"), _("Lot"), _("Stage"), _("Deadline (Beijing time)")]
    return lists.as_csv("projects", heads, _rows(found))


@require_safe
def project(request: HttpRequest, number: str) -> HttpResponse:
    """Show one project; before its announcement only what its intention says."""
    found = queries.project_for_page(number)
    if found is None:
        raise NotYours(number)
    if found.announced_at is None:
        return render(request, "disclosure/intention.html", _intention(found))
    return render(request, "disclosure/project.html", _project_context(request, found))


@require_safe
def lot(request: HttpRequest, number: str) -> HttpResponse:
    """Show one lot of an announced project."""
    found = queries.lot_for_page(number)
    if found is None:
        raise NotYours(number)
    at, owner = cast("Request", request).at, found.project
    procedure, calendar = binding.procedure_of(owner, at=at), binding.calendar_of(owner.region)
    context = {
        "lot": found,
        "project": owner,
        "stage": label(Stage(found.stage)),
        "tone": progress.tone_of(found.stage),
        "next": next_step(found, at=at, calendar=calendar),
        "steps": progress.steps_of(found, procedure),
        "facts": facts_of_lot(found, owner.currency),
        "notices": _notice_lines(found.notices.all()),
        **_results(found),
        "draws": [
            (
                evaluation_names.label(evaluation_names.Purpose(purpose)),
                addresses.of("evaluation:draw", number=found.number, ordinal=ordinal),
            )
            for ordinal, purpose in draw_papers.published_draws(found)
        ],
        **_doors(request, found),
        "entries": _entries(found.number),
        "number": found.number,
    }
    return render(request, "disclosure/lot.html", context)


def _project_context(request: HttpRequest, found: Project) -> dict[str, Any]:
    at, lots = cast("Request", request).at, list(found.lots.all())
    for each in lots:
        each.project = found  # one object: what was prefetched for it is there for every lot
    procedure, calendar = binding.procedure_of(found, at=at), binding.calendar_of(found.region)
    nexts = {each.pk: next_step(each, at=at, calendar=calendar) for each in lots}
    earlier, later = queries.known_runs(found)
    only = lots[0] if len(lots) == 1 else None
    return {
        "project": found,
        "kind": label(Kind(found.kind)),
        "procedure": procedure,
        "basis": "；".join(procedure.legal_basis),
        "next": _most_urgent(lots, nexts),
        "ways": _ways(lots, procedure),
        "facts": facts_of_project(found),
        "lots": [_lot_line(each, nexts[each.pk], at=at) for each in lots],
        "only": only,
        "only_facts": facts_of_lot(only, found.currency) if only else [],
        **(_results(only) | _doors(request, only) if only else {}),
        "notices": _notice_lines(found.notices.all()),
        "documents": [_document(found, row) for row in found.documents.all()],
        "questions": found.questions.all(),
        "amendments": found.amendments.all(),
        "holds": [(hold, label(HoldGround(hold.ground)), each) for each in lots for hold in each.holds.all()],
        "earlier": earlier,
        "later": later,
        "entries": _entries(found.number),
        "number": found.number,
    }


def _intention(found: Project) -> dict[str, Any]:
    """Return the page of a project of which only the intention is public: what that notice says, nothing else."""
    plans = [notice for notice in found.notices.all() if notice.code == Code.PLAN]
    if not plans:
        raise NotYours(found.number)
    return {
        "project": found,
        "kind": label(Kind(found.kind)),
        "title": plans[-1].data.get("title", ""),
        "notices": _notice_lines(plans),
        "parts": parts_as_shown(parts_of(plans[-1])),
    }


def _results(found: Lot) -> dict[str, Any]:
    phases = queries.phases_of(found)
    results = outcomes.outcomes_of(found)
    return {
        "ended": parts_as_shown(outcomes.end_of(found)),
        "outcomes": [(result, parts_as_shown(result.parts)) for result in results],
        "calculation": parts_as_shown(outcomes.calculation_of(found, phases)),
        "fallen": outcomes.fallen_of(found) if _tells_of_awards(results) else [],
    }


def _tells_of_awards(results: Iterable[outcomes.Outcome]) -> bool:
    return any(result.notice.code == Code.AWARD for result in results)


def _doors(request: HttpRequest, found: Lot) -> dict[str, Any]:
    """Return where this reader goes on from here: the hall for everybody, the own bid for a bidder."""
    membership = cast("Request", request).membership
    is_bidder = membership is not None and membership.role == "BIDDER"
    is_open = found.stage in queries.OPEN_FOR_BIDS
    return {
        "bundle_url": addresses.of("disclosure:bundle", number=found.number) if bundles.is_there(found) else "",
        "hall_url": addresses.of("bidding:hall", number=found.number),
        "record_url": addresses.of("bidding:opening-record", number=found.number),
        "bid_url": addresses.of("bidding:bid", number=found.number) if is_bidder and is_open else "",
        "object_url": addresses.of("supervision:object", number=found.number)
        if is_bidder and _may_object(found)
        else "",
        "ask_url": addresses.of("trading:ask", number=found.project.number) if is_bidder and is_open else "",
    }


def _may_object(found: Lot) -> bool:
    return found.stage in (*queries.OPEN_FOR_BIDS, Stage.PUBLICITY)


def _ways(lots: list[Lot], procedure: Procedure) -> list[tuple[list[Lot], list[progress.StageStep]]]:
    """Return the ways of the lots; lots that went the same way stand together."""
    ways: dict[tuple[progress.StageStep, ...], list[Lot]] = {}
    for each in lots:
        ways.setdefault(tuple(progress.steps_of(each, procedure)), []).append(each)
    return [(same, list(steps)) for steps, same in ways.items()]


def _most_urgent(lots: list[Lot], nexts: dict[int, NextStep]) -> NextStep | None:
    """Return the next step of the lot whose time comes first; of an ended project, of its last lot."""
    waiting = [nexts[each.pk] for each in lots if nexts[each.pk].until]
    if waiting:
        return min(waiting, key=lambda step: (step.until is None, step.until))
    moving = [nexts[each.pk] for each in lots if not Stage(each.stage).is_end]
    return next(iter(moving), nexts[lots[-1].pk] if lots else None)


def _lot_line(each: Lot, step: NextStep, *, at: datetime) -> dict[str, Any]:
    hold = standing_hold(each, at=at)
    won = outcomes.winner_of(queries.standing_award(each))
    return {
        "lot": each,
        "stage": label(Stage(each.stage)),
        "tone": progress.tone_of(each.stage),
        "hold": label(HoldGround(hold.ground)) if hold else None,
        "next": step,
        "winner": won[0] if won else "",
        "amount": won[1] if won else None,
    }


def _line(found: Project) -> dict[str, Any]:
    """Return one row of the list; of an intention nothing but that."""
    lots = list(found.lots.all()) if found.announced_at else []
    stages = list(dict.fromkeys(each.stage for each in lots))
    return {
        "project": found,
        "kind": label(Kind(found.kind)),
        "stages": [(label(Stage(stage)), progress.tone_of(stage)) for stage in stages],
        "lots": len(lots),
        "closes_at": min((each.closes_at for each in lots if each.closes_at), default=None),
    }


def _notice_lines(notices: Iterable[Notice]) -> list[tuple[Notice, object]]:
    return [(notice, title_of(notice)) for notice in sorted(notices, key=lambda row: row.pk, reverse=True)]


def _document(found: Project, row: Any) -> dict[str, Any]:
    return {
        "name": row.title,
        "url": addresses.of("trading:document", number=found.number, digest=row.file_id),
        "size": row.file.size,
        "digest": row.file_id,
        "at": row.published_at,
        "kind": row.media,
    }


def _entries(number: str) -> list[tuple[object, object]]:
    found = evidence.entries_matching(evidence.public_entries(), {"number": number})
    return [(entry, event_name(entry.event)) for entry in found[:_ENTRIES]]


def _chosen(request: HttpRequest) -> tuple[ProjectFilter, QuerySet[Project]]:
    form = ProjectFilter(request.GET, regions=regions())
    return form, queries.projects_matching(form.chosen(), sort=request.GET.get("sort", ""))


def _rows(found: QuerySet[Project]) -> Iterator[list[object]]:
    for row in found.iterator(chunk_size=500):
        of_project = [row.number, row.title, _(label(Kind(row.kind)).msgid), _(region_name(row.region)), row.owner.name]
        of_project.append(lists.time_cell(row.announced_at))
        for each in row.lots.all() if row.announced_at else ():
            stage = _(label(Stage(each.stage)).msgid)
            yield [*of_project, each.number, each.title, stage, lists.time_cell(each.closes_at)]
        if not row.announced_at:
            yield [*of_project, "", "", _(label(Stage.INTENTION).msgid), ""]
