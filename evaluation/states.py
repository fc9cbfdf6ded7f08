"""What evaluation knows and hands down to the rule-sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidding.queries import valid_bids
from evaluation import queries
from evaluation.models import Calculation, Confirmation, Member, Report, Review
from evaluation.names import Answer, Step
from trading.procedures.facts import CommitteeState, EvaluationState, QualificationState, ReportState, Standing

if TYPE_CHECKING:
    from bidding.models import OpenedBid
    from trading.models import Lot


def committee_state(lot: Lot) -> CommitteeState | None:
    """Return the committee as it sits now; None before it is named."""
    committee = queries.committee_of(lot)
    if committee is None:
        return None
    members = queries.members_of(lot)
    return CommitteeState(
        size=len(members),
        experts=sum(member.kind == Member.EXPERT for member in members),
        owner_reps=sum(member.kind == Member.OWNER_REP for member in members),
        declared=sum(member.declared_at is not None for member in members),
        chair_is_owner_rep=any(member.is_chair and member.kind == Member.OWNER_REP for member in members),
        conflicted=sum(row.declared_at == row.recused_at for row in queries.vacancies(lot)),
        named_without_ground=0 if committee.ground.strip() else len(members),
        standings=tuple(
            Standing(member.years or 0, member.has_title)
            for member in members
            if member.kind == Member.EXPERT and member.declared_at is not None
        ),
        drawn_at=committee.named_at,
    )


def qualification_state(lot: Lot) -> QualificationState:
    """Return how far the qualification review is."""
    bids = list(valid_bids(lot))
    reviews = Review.objects.filter(bid__in=bids, step=Step.QUALIFICATION, passed__isnull=False)
    passed = {review.bid_id for review in reviews if review.passed}
    return QualificationState(
        reviewed=len(reviews),
        of=len(bids),
        qualified=len(passed),
        brands=_brands([bid for bid in bids if bid.pk in passed]),
    )


def evaluation_state(lot: Lot) -> EvaluationState:
    """Return how many bids are valid, and how many of them the calculation covers."""
    in_play = queries.bids_in_play(lot)
    calculation = Calculation.objects.filter(lot=lot).first()
    covered = {entry["bid"] for entry in calculation.document["ranking"]} if calculation else set()
    report = queries.report_of(lot)
    return EvaluationState(
        valid=len(in_play),
        evaluated=sum(bid.bidder.number in covered for bid in in_play),
        brands=_brands(in_play),
        reasoning=report.few_bids_because if report else "",
        rejects_all=bool(report and report.document.get("outcome") == "failed"),
        members=len(queries.members_of(lot)),
        time_short_votes=len(queries.calling_for_time(lot)),
    )


def report_state(report: Report) -> ReportState:
    """Return how the members stand to the report."""
    answers = list(Confirmation.objects.filter(report=report, member__recused_at=None).values_list("answer", flat=True))
    return ReportState(
        confirmed=answers.count(Answer.AGREES),
        dissenting=answers.count(Answer.DISSENTS),
        silent=answers.count(Answer.REFUSES),
        of=len(queries.members_of(report.lot)),
        candidates=report.candidates.count(),
    )


def _brands(bids: list[OpenedBid]) -> tuple[str, ...]:
    brands = tuple(str(bid.form.get("brand", "")) for bid in bids)
    return brands if any(brands) else ()
