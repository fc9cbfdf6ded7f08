"""What the buying side can do to a lot from the opening to the contract, with every reason beside a shut door.

The same doors stand in the room of the lot and on the project's working page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.names import Role
from core.reasons import reason
from evaluation import draw_papers, publicity, queries, rechecking, reviewing, states
from trading import desk, moves
from trading.names import Move, Stage, TieRule
from trading.procedures.facts import CandidatesState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from accounts.access import SeatedRequest
    from core.reasons import Reason
    from trading.models import Lot

NOT_APPROVING = reason("Only somebody who may approve for the organisation may do this.")
NOT_DRAFTING = reason("this needs somebody who may draft for the organisation")
NOT_OWNER = reason("Only the owner itself decides this.")
_FROM_OPENING = (
    Stage.OPENED, Stage.QUALIFICATION, Stage.EVALUATING, Stage.EVALUATED, Stage.PUBLICITY, Stage.AWARD_PENDING,
    Stage.CONFIRMING, Stage.AWARDED, Stage.CONTRACTING, Stage.CONTRACTED, Stage.PERFORMING, Stage.CLOSED,
)  # fmt: skip


@desk.doors
def doors(request: SeatedRequest, lot: Lot) -> Iterable[desk.Door]:
    """Answer with the doors from the project's working page."""
    if Stage(lot.stage) not in _FROM_OPENING or request.membership.role not in (
        Role.OWNER, Role.AGENT, Role.SUPERVISOR,
    ):  # fmt: skip
        return []
    here = reverse("evaluation:lot", args=[lot.number])
    return [desk.Door(label=reason("Evaluation"), url=here), *doors_of(request, lot)]


def doors_of(request: SeatedRequest, lot: Lot) -> list[desk.Door]:
    """Return what the seat in use can do to ``lot`` now; the next thing first."""
    if request.membership.role not in (Role.OWNER, Role.AGENT):
        return list(_reading(lot))
    stage = Stage(lot.stage)
    return [*_BY_STAGE.get(stage, _nothing)(request, lot), *_reading(lot)]


def approving(request: SeatedRequest) -> tuple[Reason, ...]:
    """Return why the seat in use may not approve; nothing if it may."""
    return () if request.membership.may_approve else (NOT_APPROVING,)


def drafting(request: SeatedRequest) -> tuple[Reason, ...]:
    """Return why the seat in use may not act for the buying side; nothing if it may."""
    seat = request.membership
    return () if seat.may_draft or seat.may_approve else (NOT_DRAFTING,)


def owning(request: SeatedRequest) -> tuple[Reason, ...]:
    """Return why the seat in use may not decide for the owner; nothing if it may."""
    mine = () if request.membership.role == Role.OWNER else (NOT_OWNER,)
    return (*mine, *approving(request))


def _door(
    lot: Lot, name: str, words: Reason, *, reasons: Iterable[str] = (), is_next: bool = False, posts: bool = False
) -> desk.Door:
    url = reverse(f"evaluation:{name}", args=[lot.number])
    return desk.Door(label=words, url=url, reasons=tuple(reasons), is_next=is_next, posts=posts)


def _nothing(_request: SeatedRequest, _lot: Lot) -> Iterator[desk.Door]:
    return iter(())


def _opened(request: SeatedRequest, lot: Lot) -> Iterator[desk.Door]:
    yield from _committee(request, lot)
    if queries.committee_of(lot):
        state = states.committee_state(lot)
        missing = moves.missing_for(lot, Move.CONVENE, at=request.at, known=(state,) if state else ())
        yield _door(lot, "convene", reason("Let the committee begin"), reasons=missing, is_next=True, posts=True)


def _qualification(request: SeatedRequest, lot: Lot) -> Iterator[desk.Door]:
    yield _door(lot, "qualification", reason("Review qualification"), is_next=True)
    yield from _committee(request, lot)
    if queries.committee_of(lot) or reviewing.fails_by_qualification(lot, at=request.at):
        yield _door(lot, "qualify", reason("End the qualification review"), reasons=against_qualifying(request, lot))


def against_qualifying(request: SeatedRequest, lot: Lot) -> tuple[Reason, ...]:
    """Return why the qualification review cannot end now, in whichever way it would."""
    if reviewing.fails_by_qualification(lot, at=request.at):
        return ()
    return moves.missing_for(lot, Move.QUALIFY, at=request.at, known=reviewing.qualification_known(lot))


def _committee(request: SeatedRequest, lot: Lot) -> Iterator[desk.Door]:
    if queries.committee_of(lot):
        yield _door(lot, "committee", reason("Committee"))
        return
    is_drawn = draw_papers.expert_draws(lot).exists()
    yield _door(lot, "draws", reason("Draws"), is_next=is_drawn)
    if not is_drawn:
        yield _door(lot, "committee", reason("Name the committee"), reasons=approving(request), is_next=True)


def _evaluating(request: SeatedRequest, lot: Lot) -> Iterator[desk.Door]:
    yield _door(lot, "committee", reason("Committee"))
    if calling := len(queries.calling_for_time(lot)):
        yield _door(lot, "extend", reason("Extend the time: asked for by {n}", n=calling), is_next=True)
    if queries.report_of(lot) is None and queries.open_ties(lot):
        is_drawn = lot.project.tie_rule == TieRule.PRICE_TECHNICAL_DRAW
        name, words = (
            ("prepare-tie", reason("Draw between equal bids")) if is_drawn else ("tie", reason("Settle a tie"))
        )
        if not is_drawn or not draw_papers.tie_draws(lot).exists():
            yield _door(lot, name, words, reasons=approving(request), is_next=True)
        else:
            yield _door(lot, "draws", reason("Draws"), is_next=True)
    if fails_by_owner(request, lot):
        yield _door(lot, "failure", reason("Void the tender"), reasons=owning(request))


def fails_by_owner(request: SeatedRequest, lot: Lot) -> bool:
    step = moves.step_of(lot, Move.FAIL_EVALUATION, at=request.at)
    return step is not None and Role.OWNER in step.by


def _evaluated(request: SeatedRequest, lot: Lot) -> Iterator[desk.Door]:
    if moves.step_of(lot, Move.DELIVER_REPORT, at=request.at):
        missing = moves.missing_for(lot, Move.DELIVER_REPORT, at=request.at)
        yield _door(lot, "deliver", reason("Deliver the report to the purchaser"), reasons=missing, is_next=True)
        return
    known = CandidatesState(missing=publicity.missing_items_of(lot, at=request.at))
    missing = moves.missing_for(lot, Move.PUBLISH_CANDIDATES, at=request.at, known=(known,))
    why = (*approving(request), *missing)
    yield _door(lot, "candidates", reason("Publish the candidates"), reasons=why, is_next=True)


def _rechecking(request: SeatedRequest, lot: Lot) -> Iterator[desk.Door]:
    if request.membership.role == Role.OWNER and not rechecking.objections_to_asking(lot, at=request.at):
        yield _door(lot, "recheck", reason("Have a candidate checked again"))


def _deciding(request: SeatedRequest, lot: Lot) -> Iterator[desk.Door]:
    yield from _rechecking(request, lot)
    yield _door(lot, "award", reason("Decide the award"), reasons=owning(request), is_next=True)
    yield _door(lot, "failure", reason("End without a winner"), reasons=owning(request))


def _awarded(request: SeatedRequest, lot: Lot) -> Iterator[desk.Door]:
    missing = moves.missing_for(lot, Move.NOTIFY_AWARD, at=request.at)
    yield _door(lot, "notify", reason("Announce the award"), reasons=missing, is_next=True)


def _contracting(request: SeatedRequest, lot: Lot) -> Iterator[desk.Door]:
    yield _door(lot, "refusal", reason("The winner loses the award"), reasons=owning(request))


def _reading(lot: Lot) -> Iterator[desk.Door]:
    report = queries.report_of(lot)
    if report is not None and report.state == "final":
        yield _door(lot, "report", reason("Evaluation report"))


_BY_STAGE = {
    Stage.OPENED: _opened,
    Stage.QUALIFICATION: _qualification,
    Stage.EVALUATING: _evaluating,
    Stage.EVALUATED: _evaluated,
    Stage.PUBLICITY: _rechecking,
    Stage.AWARD_PENDING: _deciding,
    Stage.CONFIRMING: _deciding,
    Stage.AWARDED: _awarded,
    Stage.CONTRACTING: _contracting,
}
