"""Pages of the decision: candidates published, report delivered, winner chosen, announced, lost again, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import SeatedRequest, requires, requires_step_up
from accounts.names import Role
from core import formats
from core.errors import NotYours
from evaluation import awarding, failing, publicity, queries
from evaluation.forms import AwardForm, GroundForm, NothingForm, falls_said
from evaluation.web import doors
from evaluation.web.answers import BUYING, lot_of_buyer, room
from trading import awarding as trading_awarding
from trading import binding, moves, outlook
from trading.names import FailureGround, Move, RefusalGround, Stage, label
from trading.web.answers import Asking, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http.response import HttpResponseBase

    from trading.models import Lot

_BEFORE_THE_REPORT = (FailureGround.ILLEGAL_CONDUCT, FailureGround.ABOVE_BUDGET, FailureGround.TASK_CANCELLED)
_INSTEAD_OF_AN_AWARD = (
    FailureGround.NO_CANDIDATE_LEFT,
    FailureGround.AWARD_SET_ASIDE,
    FailureGround.ILLEGAL_CONDUCT,
    FailureGround.ABOVE_BUDGET,
    FailureGround.TASK_CANCELLED,
)


def _confirm(
    request: SeatedRequest, asking: Asking, verb: Callable[[], object], *, done: str, reasons: Iterable[str]
) -> HttpResponseBase:
    """Show what will happen and ask once."""

    def act(_data: dict[str, Any]) -> str:
        verb()
        messages.success(request, done)
        return asking.back

    return ask(
        request, asking, form=NothingForm(request.POST if request.method == "POST" else None), act=act, reasons=reasons
    )


@never_cache
@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def candidates(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show exactly who would be published, then publish."""
    lot = _lot(request, number, Stage.EVALUATED, Move.PUBLISH_CANDIDATES)
    rows = queries.candidates_of(lot)
    asking = Asking(
        title=_("Publish the candidates"),
        lead=_("Published are ranks, names, prices, quality, duration, project managers, and every rejected bid with "
               "its reason. Bidders may object while the candidates are public."),
        submit=_("Publish"),
        back=room(lot),
        number=lot.number,
        facts=[
            (_("Rank {n}").format(n=row.rank), f"{row.bid.bidder.name} · {_money(row.price, row.bid.currency)}")
            for row in rows
        ],
    )  # fmt: skip
    why = (*doors.approving(request), *publicity.missing_items_of(lot, at=request.at))
    return _confirm(
        request, asking,
        lambda: publicity.publish_candidates(lot.pk, actor=request.actor, at=request.at),
        done=_("The candidates are public."), reasons=why,
    )  # fmt: skip


@never_cache
@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def deliver(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Deliver the report to the purchaser, whose days begin."""
    lot = _lot(request, number, Stage.EVALUATED, Move.DELIVER_REPORT)
    asking = Asking(
        title=_("Deliver the report to the purchaser"),
        lead=_("From today the purchaser has its days to confirm the winner in the order of the candidates. If it is "
               "silent and does not hold the report to be unlawful, rank one counts as confirmed."),
        submit=_("Deliver"),
        back=room(lot),
        number=lot.number,
    )  # fmt: skip
    return _confirm(
        request, asking,
        lambda: awarding.deliver_report(lot.pk, actor=request.actor, at=request.at),
        done=_("The report is delivered."),
        reasons=moves.missing_for(lot, Move.DELIVER_REPORT, at=request.at),
    )  # fmt: skip


@never_cache
@requires(Role.OWNER)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def award(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Choose the winner: rank one, or another with a ground for every better rank."""
    lot = _lot(request, number, None, Move.AWARD)
    rows, out = queries.candidates_of(lot), awarding.grounds_on_record(lot)
    if all(row.rank in out for row in rows):
        raise NotYours(number)
    form = AwardForm(rows, out, request.POST or None)

    def act(data: dict[str, Any]) -> str:
        given = awarding.award(
            lot.pk,
            candidate_id=int(data["winner"]),
            grounds=form.grounds(),
            because=data["because"],
            actor=request.actor,
            at=request.at,
        )
        messages.success(request, _("The award goes to {name}.").format(name=given.organisation.name))
        return room(lot)

    step = outlook.next_step(lot, at=request.at)
    facts: list[tuple[str, object]] = [
        (
            _("Rank {n}").format(n=row.rank),
            " · ".join(filter(None, (
                row.bid.bidder.name,
                _money(row.price, row.bid.currency),
                _("{points} points").format(points=row.score) if row.score is not None else "",
                label(out[row.rank]).translated(_) if row.rank in out else "",
            ))),
        )
        for row in rows
    ]  # fmt: skip
    if step.until:
        facts.append((_("Until"), step.until))
    asking = Asking(
        title=_("Decide the award"),
        lead=_("Rank one wins unless a ground of the law lets another win; the contract price stays the bid."),
        submit=_("Award"),
        back=room(lot),
        number=lot.number,
        checks=True,
        warning=_("The decision is on record at once. It is announced in the next step."),
        facts=facts,
    )
    return ask(request, asking, form=form, act=act, reasons=doors.owning(request))


@never_cache
@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def notify(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Announce the award: to the public, by letter to the winner, and to every loser with its reasons."""
    lot = _lot(request, number, Stage.AWARDED, Move.NOTIFY_AWARD)
    standing = trading_awarding.standing(lot)
    asking = Asking(
        title=_("Announce the award"),
        lead=_("Published are winner, amount, rejected bids with their reasons and the committee. The winner gets its "
               "award notice, every other bidder its own result with reasons."),
        submit=_("Announce"),
        back=room(lot),
        number=lot.number,
        facts=[
            (_("Winner"), standing.organisation.name),
            (_("Amount"), _money(standing.amount, standing.currency)),
            (_("Rank"), standing.rank),
        ],
    )  # fmt: skip
    return _confirm(
        request, asking,
        lambda: awarding.notify_award(lot.pk, actor=request.actor, at=request.at),
        done=_("The award is announced; winner and losers were told."),
        reasons=moves.missing_for(lot, Move.NOTIFY_AWARD, at=request.at),
    )  # fmt: skip


@never_cache
@requires(Role.OWNER)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def refusal(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Record how the winner lost its award."""
    lot = _lot(request, number, Stage.CONTRACTING, Move.WINNER_REFUSES)
    standing = trading_awarding.standing(lot)

    def act(data: dict[str, Any]) -> str:
        awarding.winner_refuses(
            lot.pk,
            ground=RefusalGround(data["ground"]),
            because=data["because"],
            actor=request.actor,
            at=request.at,
        )
        messages.success(request, _("The award has fallen. Choose the next candidate, or end without a winner."))
        return room(lot)

    asking = Asking(
        title=_("The winner loses the award"),
        submit=_("Record"),
        back=room(lot),
        number=lot.number,
        checks=True,
        is_grave=True,
        warning=_("The award falls. The ground decides whether the winner's locked deposit is kept."),
        facts=[(_("Winner"), standing.organisation.name), (_("Amount"), _money(standing.amount, standing.currency))],
    )
    falls = binding.procedure_of(lot.project, at=request.at).falls
    form = GroundForm(falls_said(falls), request.POST or None)
    return ask(request, asking, form=form, act=act, reasons=doors.owning(request))


@never_cache
@requires(Role.OWNER)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def failure(request: SeatedRequest, number: str) -> HttpResponseBase:
    """End the run without a winner, for a ground of the law."""
    lot = lot_of_buyer(request, number)
    is_evaluating = Stage(lot.stage) is Stage.EVALUATING and doors.fails_by_owner(request, lot)
    if not is_evaluating and moves.step_of(lot, Move.FAIL_AWARD, at=request.at) is None:
        raise NotYours(number)
    verb = failing.fail_evaluation if is_evaluating else failing.fail_award
    grounds = _BEFORE_THE_REPORT if is_evaluating else _INSTEAD_OF_AN_AWARD

    def act(data: dict[str, Any]) -> str:
        ground = FailureGround(data["ground"])
        verb(lot.pk, ground=ground, because=data["because"], actor=request.actor, at=request.at)
        messages.success(request, _("The tender has failed; every bidder was told."))
        return reverse("trading:project", args=[lot.project.number])

    asking = Asking(
        title=_("Void the tender") if is_evaluating else _("End without a winner"),
        submit=_("End the tender"),
        back=room(lot),
        number=lot.number,
        checks=True,
        is_grave=True,
        warning=_("The run ends for good and the failure is published with its reason. A new run may follow."),
        facts=[(_("Stage"), label(Stage(lot.stage)))],
    )
    form = GroundForm([(ground.value, label(ground)) for ground in grounds], request.POST or None)
    return ask(request, asking, form=form, act=act, reasons=doors.owning(request))


def _lot(request: SeatedRequest, number: str, stage: Stage | None, move: Move) -> Lot:
    """Return the buyer's lot if it is in the stage of this page and its procedure knows the move; else NotYours."""
    lot = lot_of_buyer(request, number)
    wrong_stage = stage is not None and Stage(lot.stage) is not stage
    if wrong_stage or moves.step_of(lot, move, at=request.at) is None:
        raise NotYours(number)
    return lot


def _money(amount: Any, currency: str) -> str:
    return formats.money(amount, currency=currency)
