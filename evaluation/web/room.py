"""The room of one lot: where the evaluation stands, who must act, and the doors to every page of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from core.errors import NotYours
from core.reasons import reason
from evaluation import access, queries, scoring
from evaluation.names import Kind, Step, label
from evaluation.web import doors
from evaluation.web.answers import BUYING, lot_numbered, page
from trading import access as trading_access
from trading import outlook
from trading.names import Stage
from trading.names import label as law_label

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from evaluation.models import Member, Report
    from trading.models import Lot

_BEFORE = frozenset({Stage.OPENED, Stage.QUALIFICATION})


@never_cache
@requires(Role.OWNER, Role.AGENT, Role.EXPERT, Role.SUPERVISOR)
@require_safe
def lot(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show the room to the buying side, the supervisor, and each member as far as it may see."""
    found = lot_numbered(number)
    member = _member(request, found)
    is_side = _is_side(request, found)
    if member is None and not is_side:
        raise NotYours(number)
    if member is not None and not is_side:
        return _members_room(request, found, member)
    step = outlook.next_step(found, at=request.at)
    return page(
        request,
        "lot",
        lot=found,
        stage=law_label(Stage(found.stage)),
        next=step,
        doors=doors.doors_of(request, found),
        own_seat=member,
        committee=queries.committee_of(found),
        members=_members(found),
        progress=_progress(found),
    )


def _is_side(request: SeatedRequest, lot: Lot) -> bool:
    try:
        trading_access.side_of(request.actor, lot.project, *BUYING, Role.SUPERVISOR)
    except NotYours:
        return False
    return True


def _member(request: SeatedRequest, lot: Lot) -> Member | None:
    try:
        return access.seat_on(request.actor, lot)
    except NotYours:
        return None


def _members_room(request: SeatedRequest, lot: Lot, member: Member) -> HttpResponseBase:
    steps = steps_of(lot, member)
    now = next((step for step in steps if step["state"] == "now"), None)
    return page(
        request,
        "member",
        lot=lot,
        member=member,
        kind=label(Kind(member.kind)),
        steps=steps,
        now=now,
        what=now["what"] if now else _waiting(lot),
        doors=[step for step in steps if step["url"] and step["state"] in {"now", "done"}],
        may_call=bool(member.declared_at) and Stage(lot.stage) is Stage.EVALUATING,
        has_called=member.pk in {row.pk for row in queries.calling_for_time(lot)},
        works_until=member.committee.works_until,
        rechecks=bool(member.declared_at) and bool(queries.rechecks_of(lot)),
    )


def _waiting(lot: Lot) -> str:
    if Stage(lot.stage) in _BEFORE:
        return reason("The buying side lets the committee begin.")
    return reason("Your work on this lot is done.")


def steps_of(lot: Lot, member: Member) -> list[dict[str, Any]]:
    """Return a member's work in order: what is done, what is next; nothing of any bid stands in it."""
    begun = Stage(lot.stage) not in _BEFORE
    report = queries.report_of(lot) if begun else None
    done = {"declaration": member.declared_at is not None}
    if begun and member.declared_at:
        done |= _work_done(lot, member, report)
    steps = [
        _step(lot, "declaration", _("Declare your interests"), reason("Declare your interests.")),
        _step(lot, "review", _("Review"), reason("Vote on qualification and responsiveness of every bid.")),
        *(
            [_step(lot, "scores", _("Scores"), reason("Score every bid and hand in your sheets."))]
            if queries.scored_template(lot).criteria
            else []
        ),
        _step(lot, "calculation", _("Calculation"), reason("The ranking is calculated.")),
        _step(lot, "report", _("Report"), reason("The report is drawn up, and every member answers it.")),
    ]
    first = next((step["key"] for step in steps if not done.get(step["key"])), "")
    may_go_on = begun or first == "declaration"
    for step in steps:
        is_now = step["key"] == first and may_go_on and Stage(lot.stage) in (*_BEFORE, Stage.EVALUATING)
        step["state"] = "done" if done.get(step["key"]) else "now" if is_now else "next"
    return steps


def _step(lot: Lot, key: str, words: str, what: str) -> dict[str, Any]:
    return {"key": key, "label": words, "what": what, "url": reverse(f"evaluation:{key}", args=[lot.number])}


def _work_done(lot: Lot, member: Member, report: Report | None) -> dict[str, bool]:
    reviews, in_play = queries.reviews_of(lot), queries.bids_in_play(lot)
    voted = all(
        (row := reviews.get((bid.pk, step.value))) is not None
        and (row.passed is not None or member.user.number in row.votes)
        for bid in in_play
        for step in Step
    )
    answered = report is not None and report.confirmations.filter(member=member).exists()
    handed = scoring.has_handed_in(lot, member)
    return {
        "review": voted or report is not None,
        "scores": handed or report is not None,
        "calculation": queries.calculation_of(lot) is not None or report is not None,
        "report": answered or (report is not None and report.state == "final"),
    }


def _members(lot: Lot) -> list[dict[str, Any]]:
    """Return the committee as the buying side sees it: who sits there and has declared, nothing of its work."""
    return [
        {
            "name": row.user.name,
            "employer": row.employer.name,
            "kind": label(Kind(row.kind)),
            "is_chair": row.is_chair,
            "declared_at": row.declared_at,
        }
        for row in queries.members_of(lot)
    ]


def _progress(lot: Lot) -> list[tuple[str, object]]:
    """Return how far the committee is, in counts that tell nothing of any bid's standing."""
    if Stage(lot.stage) is not Stage.EVALUATING:
        return []
    members = queries.members_of(lot)
    report = queries.report_of(lot)
    answered = report.confirmations.filter(member__recused_at=None).count() if report else 0
    rows: list[tuple[str, object]] = []
    if queries.scored_template(lot).criteria:
        handed = sum(scoring.has_handed_in(lot, member) for member in members)
        rows.append((_("Members who handed in their sheets"), f"{handed} / {len(members)}"))
    rows.append((_("Report drawn up"), report is not None))
    if report:
        rows.append((_("Members who answered the report"), f"{answered} / {len(members)}"))
    return rows
