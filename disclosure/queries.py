"""Named reads of the public face. They look at what is public for everybody, whoever asks.

The search is by containment (``icontains``), which finds Chinese words exactly alike on SQLite and PostgreSQL; an
index for full text comes with its own migration later.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q

from core.working_days import start_of
from disclosure.rules import reached
from trading import access
from trading.models import Amendment, Award, Contract, Document, Hold, Lot, Notice, Project, Question, StageChange
from trading.names import Code, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from django.db.models import QuerySet

    from disclosure.names import Phase

OPEN_FOR_BIDS = (Stage.PUBLISHED.value, Stage.BIDDING.value)
# From the award announcement on: a decision that is not announced yet is nobody's news.
AWARD_IS_PUBLIC = (
    Stage.CONTRACTING.value,
    Stage.CONTRACTED.value,
    Stage.PERFORMING.value,
    Stage.CLOSED.value,
)
NOTICE_ORDER = {"published": "published_at", "number": "number", "title": "project__title"}
PROJECT_ORDER = {"announced": "announced_at", "number": "number", "title": "title"}
Filters = dict[str, Any]


# -- notices -------------------------------------------------------------------------------------------


def public_notices() -> QuerySet[Notice]:
    """Return every notice that is for everybody, newest first."""
    known = access.visible(None).values("pk")
    found = Notice.objects.filter(is_public=True, project__in=known)
    return found.select_related("project__owner", "lot").order_by("-published_at", "-pk")


def notices_matching(chosen: Filters, *, sort: str = "") -> QuerySet[Notice]:
    """Return the public notices that the filters leave, in the order asked for."""
    found = public_notices().filter(_matching_project(chosen, prefix="project__"))
    if code := chosen.get("code"):
        found = found.filter(code=code)
    if words := chosen.get("q"):
        found = found.filter(
            Q(number__icontains=words)
            | Q(project__number__icontains=words)
            | Q(lot__number__icontains=words)
            | Q(project__title__icontains=words)
            | Q(lot__title__icontains=words)
        )
    if stage := chosen.get("stage"):
        in_stage = Lot.objects.filter(stage=stage, project__announced_at__isnull=False)
        found = found.filter(
            Q(Exists(in_stage.filter(pk=OuterRef("lot"))))
            | Q(Exists(in_stage.filter(project=OuterRef("project"))), lot=None)
        )
    return _sorted(_in_days(found, "published_at", chosen), sort, NOTICE_ORDER)


def latest(codes: Iterable[Code], *, most: int) -> list[Notice]:
    """Return the newest public notices of some codes."""
    return list(public_notices().filter(code__in=[code.value for code in codes])[:most])


# -- projects ------------------------------------------------------------------------------------------


def public_projects() -> QuerySet[Project]:
    """Return the projects that the public may know, newest first, with their lots."""
    lots = Prefetch("lots", Lot.objects.order_by("ordinal"))
    found = access.visible(None).select_related("owner").prefetch_related(lots)
    return found.order_by(F("announced_at").desc(nulls_first=True), "-pk")


def projects_matching(chosen: Filters, *, sort: str = "") -> QuerySet[Project]:
    """Return the public projects that the filters leave, in the order asked for."""
    found = public_projects().filter(_matching_project(chosen))
    if words := chosen.get("q"):
        lot = Lot.objects.filter(Q(number__icontains=words) | Q(title__icontains=words), project=OuterRef("pk"))
        announced = Q(announced_at__isnull=False)
        found = found.filter(Q(number__icontains=words) | Q(title__icontains=words) | (announced & Q(Exists(lot))))
    if stage := chosen.get("stage"):
        found = found.filter(
            Exists(Lot.objects.filter(stage=stage, project=OuterRef("pk"))), announced_at__isnull=False
        )
    return _sorted(_in_days(found, "announced_at", chosen), sort, PROJECT_ORDER)


def public_regions() -> list[str]:
    """Return the regions in which something was published."""
    return list(access.visible(None).order_by("region").values_list("region", flat=True).distinct())


def project_for_page(number: str) -> Project | None:
    """Return a public project with everything its page shows, in a fixed number of reads."""
    return (
        access.visible(None)
        .select_related("owner", "agent", "previous", "following")
        .prefetch_related(
            Prefetch("lots", _lots_for_page()),
            Prefetch("notices", Notice.objects.filter(is_public=True).select_related("lot").order_by("pk")),
            Prefetch("documents", Document.objects.filter(published_at__isnull=False).select_related("file")),
            Prefetch("questions", Question.objects.filter(answered_at__isnull=False).defer("asker").order_by("pk")),
            Prefetch("amendments", Amendment.objects.filter(published_at__isnull=False)),
        )
        .filter(number=number)
        .first()
    )


def lot_for_page(number: str) -> Lot | None:
    """Return a lot of an announced project with everything its page shows."""
    found = _lots_for_page().select_related("project__owner", "project__agent")
    return found.filter(number=number, project__announced_at__isnull=False).first()


def _lots_for_page() -> QuerySet[Lot]:
    return Lot.objects.prefetch_related(
        Prefetch("changes", StageChange.objects.order_by("pk")),
        Prefetch("holds", Hold.objects.order_by("pk")),
        Prefetch("notices", Notice.objects.filter(is_public=True).order_by("pk")),
        Prefetch("awards", Award.objects.select_related("organisation").order_by("pk")),
        Prefetch("contracts", Contract.objects.filter(registered_at__isnull=False).select_related("award")),
    ).order_by("ordinal")


def known_runs(project: Project) -> tuple[Project | None, Project | None]:
    """Return the earlier and the later run, each if the public may know it."""
    following = getattr(project, "following", None)
    return _if_known(project.previous), _if_known(following)


def phases_of(lot: Lot, project_codes: Iterable[str] = ("NOTICE",)) -> frozenset[Phase]:
    """Return the phases that an announced lot has reached; its notices are prefetched."""
    return reached({*project_codes, *(notice.code for notice in lot.notices.all() if notice.is_public)})


def standing_award(lot: Lot) -> Award | None:
    """Return the award that stands, once it is public; awards are prefetched."""
    if lot.stage not in AWARD_IS_PUBLIC:
        return None
    return next((award for award in lot.awards.all() if award.fell_at is None), None)


# -- home ----------------------------------------------------------------------------------------------


def count_by_kind() -> dict[str, tuple[int, int]]:
    """Return for each kind how many projects were announced and how many of their lots take bids."""
    rows = (
        Project.objects.filter(announced_at__isnull=False)
        .values("kind")
        .annotate(n=Count("pk", distinct=True), live=Count("lots", filter=Q(lots__stage__in=OPEN_FOR_BIDS)))
        .order_by("kind")
    )
    return {row["kind"]: (row["n"], row["live"]) for row in rows}


def closing_soon(*, at: datetime, most: int) -> list[Lot]:
    """Return the lots whose deadline comes next."""
    found = Lot.objects.filter(project__announced_at__isnull=False, stage__in=OPEN_FOR_BIDS, closes_at__gt=at)
    return list(found.select_related("project__owner").order_by("closes_at", "pk")[:most])


def openings_now(*, most: int) -> list[Lot]:
    """Return the lots that are being opened."""
    found = Lot.objects.filter(project__announced_at__isnull=False, stage=Stage.OPENING)
    return list(found.select_related("project__owner").order_by("closes_at", "pk")[:most])


def announced_between(start: datetime, end: datetime) -> int:
    """Return how many projects were announced in a span of time."""
    return Project.objects.filter(announced_at__gte=start, announced_at__lte=end).count()


def awards_announced_between(start: datetime, end: datetime) -> QuerySet[Award]:
    """Return the standing awards whose announcement falls in a span of time."""
    announced = Notice.objects.filter(
        lot=OuterRef("lot"), code=Code.AWARD, published_at__gte=start, published_at__lte=end
    )
    return Award.objects.filter(Exists(announced), fell_at=None, lot__stage__in=AWARD_IS_PUBLIC).select_related("lot")


# -- parts ---------------------------------------------------------------------------------------------


def _matching_project(chosen: Filters, *, prefix: str = "") -> Q:
    wanted = Q()
    for name, field in (("kind", "kind"), ("region", "region")):
        if value := chosen.get(name):
            wanted &= Q(**{f"{prefix}{field}": value})
    if owner := chosen.get("owner"):
        wanted &= Q(**{f"{prefix}owner__name__icontains": owner})
    return wanted


def _in_days(found: QuerySet[Any], field: str, chosen: Filters) -> QuerySet[Any]:
    since: date | None = chosen.get("since")
    until: date | None = chosen.get("until")
    if since:
        found = found.filter(**{f"{field}__gte": start_of(since)})
    if until:
        found = found.filter(**{f"{field}__lt": start_of(until + timedelta(days=1))})
    return found


def _sorted(found: QuerySet[Any], sort: str, orders: dict[str, str]) -> QuerySet[Any]:
    field = orders.get(sort.removeprefix("-"))
    if field is None:
        return found
    order = F(field).desc(nulls_last=True) if sort.startswith("-") else F(field).asc(nulls_last=True)
    return found.order_by(order, "pk")


def _if_known(project: Project | None) -> Project | None:
    known = project is not None and (project.announced_at or project.intended_at)
    return project if known else None
