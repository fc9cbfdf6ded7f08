"""The report: drawn up from reviews, sheets and calculation, answered by every member, then final.

A member who dissents does so in writing; one who refuses to sign without written reasons is deemed to agree
(招投标条例 53; 87号令 61).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from bidding.queries import opened_bids
from core import audit
from core.canonical import digest_of, format_time
from core.errors import Refused
from core.reasons import reason
from evaluation import access, queries, states
from evaluation.models import Calculation, Candidate, Confirmation, Report, Review
from evaluation.names import Answer
from evaluation.rules import calculation as pure
from evaluation.rules.methods import verified
from trading import binding, moves, notice_data, noticing
from trading.names import Code, FailureGround, Move
from trading.procedures.facts import FailureState

if TYPE_CHECKING:
    from datetime import datetime

    from bidding.models import OpenedBid
    from core.actors import Actor
    from core.reasons import Reason
    from trading.models import Lot

MOST_CANDIDATES = 3  # 招投标条例 53; the documents of a procurement name no more here


@transaction.atomic(durable=True)
def draw_up(
    lot_id: int, *, few_bids_because: str = "", rejects_all: bool = False, actor: Actor, at: datetime
) -> Report:
    """Draw up the report; a member does it, all members answer it.

    ``few_bids_because`` is the committee's recorded judgement where fewer bids are valid than the least number;
    with ``rejects_all`` it rejects all of them for that reason.
    """
    lot = moves.lock(lot_id)
    access.working_seat(actor, lot)
    calculation = Calculation.objects.filter(lot=lot).first()
    in_play = queries.bids_in_play(lot)
    is_failed = rejects_all or not in_play
    reasons = _objections(lot, calculation, in_play, is_failed=is_failed)
    if rejects_all and not few_bids_because.strip():
        reasons.append(reason("write down why all bids are rejected"))
    if reasons:
        raise Refused(*reasons)
    result = verified(pure.Calculation.from_json(calculation.document)) if calculation and not is_failed else None
    document = _document(lot, result, few_bids_because, is_failed=is_failed, at=at)
    report = Report.objects.create(
        lot=lot, document=document, digest=digest_of(document), few_bids_because=few_bids_because, drawn_up_at=at
    )
    if result is not None:
        _name_candidates(report, result, in_play, most=_most_candidates(lot, at))
    data = {"report": report.digest, "candidates": report.candidates.count()}
    audit.append("evaluation.report.drawn_up", tender=lot.number, data=data, actor=actor, at=at)
    return report


@transaction.atomic(durable=True)
def withdraw(lot_id: int, *, because: str, actor: Actor, at: datetime) -> None:
    """Take back a report that is not final, so that the committee corrects it; the answers fall with it."""
    lot = moves.lock(lot_id)
    access.working_seat(actor, lot)
    report = Report.objects.select_for_update(of=("self",)).filter(lot=lot, state="draft").first()
    reasons = [] if report else [reason("there is no report that could be taken back")]
    if not because.strip():
        reasons.append(reason("say why the report is taken back"))
    if reasons or report is None:
        raise Refused(*reasons)
    data = {"report": report.digest, "because": digest_of(because)}
    report.confirmations.all().delete()
    report.candidates.all().delete()
    report.delete()
    audit.append("evaluation.report.taken_back", tender=lot.number, data=data, actor=actor, at=at)


@transaction.atomic(durable=True)
def confirm(lot_id: int, *, answer: Answer, dissent: str = "", actor: Actor, at: datetime) -> Report:
    """Answer the report as a member; the last answer makes it final and ends the evaluation."""
    lot = moves.lock(lot_id)
    member = access.working_seat(actor, lot)
    report = Report.objects.select_for_update(of=("self",)).filter(lot=lot).first()
    reasons = [] if report else [reason("there is no report yet")]
    if report and report.confirmations.filter(member=member).exists():
        reasons.append(reason("you have answered the report already"))
    if answer is Answer.DISSENTS and not dissent.strip():
        reasons.append(reason("a dissent is written down with its reasons"))
    if reasons or report is None:
        raise Refused(*reasons)
    Confirmation.objects.create(
        report=report, member=member, answer=answer, dissent=dissent.strip(), at=at, digest=report.digest
    )
    data = {"report": report.digest, "answer": answer.value, "dissent": digest_of(dissent) if dissent else ""}
    audit.append("evaluation.report.answered", tender=lot.number, data=data, actor=actor, at=at)
    if report.confirmations.filter(member__recused_at=None).count() == len(queries.members_of(lot)):
        _finish(lot, report, actor=actor, at=at)
    return report


def _finish(lot: Lot, report: Report, *, actor: Actor, at: datetime) -> None:
    report.state, report.final_at = "final", at
    report.save(update_fields=["state", "final_at"])
    known = (states.evaluation_state(lot), states.report_state(report))
    if report.document["outcome"] == "candidates":
        moves.advance(lot.pk, Move.SIGN_REPORT, actor=_signing(actor), at=at, known=known)
        return
    because = report.few_bids_because or str(report.document["outcome_because"])
    failure = FailureState(ground=FailureGround.NO_CANDIDATE_LEFT, because=because)
    data = {"rejected": report.document["rejected"], "because": because}
    moves.advance(
        lot.pk,
        Move.FAIL_EVALUATION,
        actor=_signing(actor),
        at=at,
        known=(*known, failure),
        because=because,
        notices=(noticing.Draft(Code.FAIL, data),),
    )


def _signing(actor: Actor) -> Actor:
    """Return the actor as a member of the committee, whatever seat the owner's representative came from."""
    return type(actor)(person=actor.person, name=actor.name, role="EXPERT", organisation=actor.organisation)


def _objections(
    lot: Lot, calculation: Calculation | None, in_play: list[OpenedBid], *, is_failed: bool
) -> list[Reason]:
    reasons = []
    if queries.report_of(lot) is not None:
        reasons.append(reason("the report is drawn up already"))
    if is_failed:
        return reasons
    if calculation is None:
        return [*reasons, reason("the ranking has not been calculated")]
    ranked = {str(entry["bid"]) for entry in calculation.document["ranking"]}
    if ranked != {bid.bidder.number for bid in in_play}:
        reasons.append(reason("bids were rejected after the calculation: calculate again"))
    return reasons


def _name_candidates(report: Report, result: pure.Calculation, in_play: list[OpenedBid], *, most: int) -> None:
    bids = {bid.bidder.number: bid for bid in in_play}
    ranking = sorted(result.ranking, key=lambda ranked: (ranked.rank, ranked.bid))
    for ranked in ranking[:most]:
        Candidate.objects.create(
            report=report,
            bid=bids[ranked.bid],
            rank=ranked.rank,
            price=ranked.price,
            evaluated_price=ranked.evaluated_price,
            score=ranked.score,
        )


def _most_candidates(lot: Lot, at: datetime) -> int:
    parameters = binding.parameters_of(lot.project, at=at)
    key = "ct.candidates_max"
    return parameters.count(key) if parameters.is_set(key) else MOST_CANDIDATES


def _document(
    lot: Lot, result: pure.Calculation | None, few_bids_because: str, *, is_failed: bool, at: datetime
) -> dict[str, object]:
    return notice_data.standard(lot.project, lot) | {
        "drawn_up_at": format_time(at),
        "outcome": "failed" if is_failed else "candidates",
        "outcome_because": "no valid bid is left" if is_failed and not few_bids_because else "",
        "few_bids_because": few_bids_because,
        "method": lot.project.method,
        "tie_rule": lot.project.tie_rule,
        "members": [
            {
                "person": member.user.number,
                "name": member.user.name,
                "employer": member.employer.name,
                "kind": member.kind,
                "is_chair": member.is_chair,
            }
            for member in queries.members_of(lot)
        ],
        "bids": [_bid(bid) for bid in opened_bids(lot).select_related("bidder")],
        "rejected": [_rejection(review) for review in queries.rejected(lot).values()],
        "sheets": [
            {"member": sheet.member.user.number, "bid": sheet.bid.bidder.number, "digest": sheet.digest}
            for sheet in queries.sheets_of(lot)
            if sheet.state == "handed_in"
        ],
        "calculation": result.as_json() if result else None,
    }


def _bid(bid: OpenedBid) -> dict[str, object]:
    return {
        "bidder": bid.bidder.number,
        "name": bid.bidder.name,
        "status": bid.status,
        "outcome": bid.outcome,
        "price": notice_data.plain(bid.price),
        "currency": bid.currency,
    }


def _rejection(review: Review) -> dict[str, object]:
    return {
        "bidder": review.bid.bidder.number,
        "name": review.bid.bidder.name,
        "step": review.step,
        "ground": review.ground_code,
        "because": review.because,
    }
