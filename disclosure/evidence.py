"""The entries of the log as the public and the auditor may read them."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from bidding.queries import visible_entries
from core.models import OutboxEntry
from core.working_days import start_of
from disclosure import rules
from disclosure.names import Phase
from evaluation.draw_papers import without_running_draws
from trading.models import Lot, Notice, Project
from trading.names import END_STAGES, Code

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from disclosure.queries import Filters

# Each phase but the first three begins with one notice of the lot.
_NOTICE_OF = {Phase.OPENING: Code.OPENING, Phase.RESULT: Code.AWARD, Phase.CONTRACT: Code.CONTRACT}


def public_entries() -> QuerySet[OutboxEntry]:
    """Return the entries that everybody may read now."""
    wanted = Q(event__in=rules.EVENTS_OF_NO_TENDER, tender="")
    wanted |= Q(event__in=rules.events_of(Phase.ANNOUNCEMENT)) & _announced() & ~_by_the_committee()
    wanted |= Q(event="trading.lot.moved") & _announced() & _by_the_committee() & _with(Phase.RESULT)
    for phase in _NOTICE_OF:
        wanted |= Q(event__in=rules.events_of(phase)) & _with(phase)
    letters = Notice.objects.filter(is_public=False, entry=OuterRef("pk"))
    return without_running_draws(visible_entries(OutboxEntry.objects.filter(wanted).exclude(Exists(letters))))


def auditor_entries() -> QuerySet[OutboxEntry]:
    """Return the entries that an auditor may read now.

    That is all of them but two secrets: who bids, until the opening; who sits on a committee, until the result or
    the end of the run.
    """
    entries = visible_entries(OutboxEntry.objects.all(), is_auditor=True)
    committee = Q(event__startswith=rules.COMMITTEE_EVENTS) | _by_the_committee()
    ended = Lot.objects.filter(stage__in=[stage.value for stage in END_STAGES]).values("number")
    return entries.exclude(committee & ~_with(Phase.RESULT) & ~Q(tender__in=ended) & ~Q(tender=""))


def entries_matching(entries: QuerySet[OutboxEntry], chosen: Filters) -> QuerySet[OutboxEntry]:
    """Return the entries that the filters leave, newest first."""
    if event := chosen.get("event"):
        entries = entries.filter(event__startswith=event)
    if number := chosen.get("number"):
        lots = Lot.objects.filter(project__number=number).values("number")
        entries = entries.filter(Q(tender=number) | Q(tender__in=lots))
    if actor := chosen.get("actor"):
        entries = entries.filter(actor__contains=actor)
    if since := chosen.get("since"):
        entries = entries.filter(at__gte=start_of(since))
    if until := chosen.get("until"):
        entries = entries.filter(at__lt=start_of(until + timedelta(days=1)))
    return entries.order_by("-seq")


def digest_of(entry: OutboxEntry) -> str:
    """Return the SHA-256 of the entry's canonical bytes."""
    return hashlib.sha256(bytes(entry.entry)).hexdigest()


def _announced() -> Q:
    projects = Project.objects.filter(announced_at__isnull=False)
    lots = Lot.objects.filter(project__announced_at__isnull=False)
    return Q(tender__in=projects.values("number")) | Q(tender__in=lots.values("number"))


def _with(phase: Phase) -> Q:
    published = Notice.objects.filter(code=_NOTICE_OF[phase].value, lot__isnull=False)
    return Q(tender__in=published.values("lot__number"))


def _by_the_committee() -> Q:
    return Q(actor__startswith=f"{rules.COMMITTEE_ROLE}:")
