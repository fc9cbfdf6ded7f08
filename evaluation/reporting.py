"""The report: drawn up from reviews, sheets and calculation, answered by every member, then final.

A member who dissents does so in writing; one who refuses to sign without written reasons is deemed to agree
(招投标条例 53; 87号令 61).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from accounts import vouching
from accounts.names import SignedKind
from accounts.telling import tell
from core import audit
from core.canonical import digest_of
from core.errors import NotYours, Refused
from core.reasons import reason
from evaluation import access, informing, queries, states, voiding
from evaluation.documents import report_document
from evaluation.models import Candidate, Confirmation, Member, Report
from evaluation.names import Answer
from evaluation.rules import calculation as pure
from evaluation.rules.methods import verified
from trading import binding, moves, noticing
from trading.names import Code, FailureGround, Move
from trading.procedures.facts import EvaluationState, FailureState, ReportState

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.vouching import Vouched
    from bidding.models import OpenedBid
    from core.actors import Actor
    from core.reasons import Reason
    from trading.models import Lot

MOST_CANDIDATES = 3  # 招投标条例 53; the documents of a procurement name no more here


@dataclass(frozen=True)
class Plan:
    """What a report drawn up now would say, and everything that stands against it."""

    result: pure.Calculation | None
    is_failed: bool
    candidates: int
    objections: tuple[Reason, ...]


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
    plan = planned(lot, few_bids_because=few_bids_because, rejects_all=rejects_all, at=at)
    if plan.objections:
        raise Refused(*plan.objections)
    document = report_document(
        lot, calculation=plan.result, few_bids_because=few_bids_because.strip(), is_failed=plan.is_failed, at=at
    )
    report = Report.objects.create(
        lot=lot,
        document=document,
        digest=digest_of(document),
        few_bids_because=few_bids_because.strip(),
        drawn_up_at=at,
    )
    if plan.result is not None:
        _name_candidates(report, plan.result, queries.bids_in_play(lot), most=most_candidates(lot, at=at))
    data = {"report": report.digest, "candidates": plan.candidates}
    audit.append("evaluation.report.drawn_up", tender=lot.number, data=data, actor=actor, at=at)
    _ask_members(lot, at=at)
    return report


def planned(lot: Lot, *, few_bids_because: str = "", rejects_all: bool = False, at: datetime) -> Plan:
    """Return what the report would say now; the rule-sheet says whether the tender goes on or fails."""
    in_play = queries.bids_in_play(lot)
    row = queries.calculation_of(lot)
    most = most_candidates(lot, at=at)
    named = min(len(in_play), most)
    evaluation = _evaluation(lot, in_play, reasoning=few_bids_because, rejects_all=rejects_all)
    signed = len(queries.members_of(lot))
    known = (evaluation, ReportState(confirmed=signed, of=signed, candidates=named))
    against_signing = moves.missing_for(lot, Move.SIGN_REPORT, at=at, known=known)
    against_failing = moves.missing_for(lot, Move.FAIL_EVALUATION, at=at, known=known)
    is_failed = rejects_all or (bool(against_signing) and not against_failing)
    objections = [*_objections(lot, rejects_all=rejects_all, because=few_bids_because)]
    objections += against_failing if is_failed else against_signing
    if is_failed:
        return Plan(None, is_failed, 0, tuple(dict.fromkeys(objections)))
    result = pure.Calculation.from_json(row.document) if row else None
    objections += _ranking_objections(lot, result, in_play, most=most)
    return Plan(verified(result) if result else None, is_failed, named, tuple(dict.fromkeys(objections)))


@transaction.atomic(durable=True)
def withdraw(lot_id: int, *, because: str, actor: Actor, at: datetime) -> None:
    """Take back a report that is not final, so that the committee corrects it; the answers fall with it."""
    lot = moves.lock(lot_id)
    access.working_seat(actor, lot)
    if not because.strip():
        raise Refused(reason("say why the report is taken back"))
    if not voiding.take_back_report(lot, because=because, actor=actor, at=at):
        raise Refused(reason("there is no report that could be taken back"))


@transaction.atomic(durable=True)
def confirm(
    lot_id: int, *, answer: Answer, dissent: str = "", actor: Actor, at: datetime, signed: Vouched | None = None
) -> Report:
    """Answer the report as a member; the last answer makes it final and ends the evaluation."""
    lot = moves.lock(lot_id)
    member = access.working_seat(actor, lot)
    report = _drawn_up(lot)
    reasons = []
    if report.confirmations.filter(member=member).exists():
        reasons.append(reason("you have answered the report already"))
    if answer is Answer.DISSENTS and not dissent.strip():
        reasons.append(reason("a dissent is written down with its reasons"))
    if answer is not Answer.DISSENTS and dissent.strip():
        reasons.append(reason("whoever writes down reasons against the report dissents"))
    if reasons:
        raise Refused(*reasons)
    document = to_sign(report, answer=answer, dissent=dissent)
    vouching.sign(signed, document, kind=SignedKind.REPORT, tender=lot.number, actor=actor, at=at)
    return _take(lot, report, member, answer=answer, dissent=dissent.strip(), actor=actor, at=at)


def to_sign(report: Report, *, answer: Answer, dissent: str) -> dict[str, object]:
    """Return the document that a member signs by answering: the report's digest, the answer, the dissent's digest."""
    written = dissent.strip()
    return {
        "v": "yangguang/1",
        "type": "report-answer",
        "tender": report.lot.number,
        "report": report.digest,
        "answer": answer.value,
        "dissent": digest_of(written) if written else "",
    }


@transaction.atomic(durable=True)
def note_refusal(lot_id: int, *, person: str, actor: Actor, at: datetime) -> Report:
    """Note as the chair that a member neither signs nor writes down why: it is deemed to agree.

    Possible when everybody else has answered, so that nobody is noted as refusing who was never asked.
    """
    lot = moves.lock(lot_id)
    chair = access.working_seat(actor, lot)
    report = _drawn_up(lot)
    waiting = [member for member in queries.members_of(lot) if not _answered(report, member)]
    member = next((member for member in waiting if member.user.number == person), None)
    if member is None:
        raise NotYours(person)
    reasons = [] if chair.is_chair else [reason("the chair notes that a member refuses to sign")]
    if len(waiting) > 1:
        reasons.append(reason("members who have not answered yet: {n}", n=len(waiting)))
    if member.pk == chair.pk:
        reasons.append(reason("give your own answer"))
    if reasons:
        raise Refused(*reasons)
    return _take(lot, report, member, answer=Answer.REFUSES, dissent="", actor=actor, at=at)


@transaction.atomic(durable=True)
def conclude(lot_id: int, *, actor: Actor, at: datetime) -> Report:
    """End the evaluation on a report that everybody has answered, where something stood in the way at the time."""
    lot = moves.lock(lot_id)
    access.working_seat(actor, lot)
    report = _drawn_up(lot)
    if reasons := what_keeps_from_concluding(lot, report, at=at):
        raise Refused(*reasons)
    _finish(lot, report, actor=actor, at=at)
    return report


def what_keeps_from_concluding(lot: Lot, report: Report, *, at: datetime) -> tuple[Reason, ...]:
    """Return why the evaluation does not end on this report, though everybody may have answered it."""
    move, known = _ending(lot, report)
    answered = set(report.confirmations.values_list("member_id", flat=True))
    waiting = [member for member in queries.members_of(lot) if member.pk not in answered]
    if waiting:
        return (reason("members who have not answered yet: {n}", n=len(waiting)),)
    return moves.missing_for(lot, move, at=at, known=known)


def most_candidates(lot: Lot, *, at: datetime) -> int:
    """Return how many candidates the report names at most."""
    key, asked = "ct.candidates_max", binding.procedure_of(lot.project, at=at).keys()
    return binding.parameters_of(lot.project, at=at).count(key) if key in asked else MOST_CANDIDATES


def _take(
    lot: Lot, report: Report, member: Member, *, answer: Answer, dissent: str, actor: Actor, at: datetime
) -> Report:
    is_noted = actor.person != member.user.number
    Confirmation.objects.create(
        report=report,
        member=member,
        answer=answer,
        dissent=dissent,
        at=at,
        noted_by=actor.as_text() if is_noted else "",
        digest=report.digest,
    )
    data = {
        "report": report.digest,
        "answer": answer.value,
        "dissent": digest_of(dissent) if dissent else "",
        "noted": is_noted,
    }
    audit.append("evaluation.report.answered", tender=lot.number, data=data, actor=actor, at=at)
    if _is_answered(lot, report) and not what_keeps_from_concluding(lot, report, at=at):
        _finish(lot, report, actor=actor, at=at)
    return report


def _is_answered(lot: Lot, report: Report) -> bool:
    """Say whether nobody is waited for: asked before the rule-sheet, which reads much more."""
    members = queries.members_of(lot)
    return report.confirmations.filter(member__in=members).count() == len(members)


def _ending(lot: Lot, report: Report) -> tuple[Move, tuple[EvaluationState | ReportState | FailureState, ...]]:
    known = (states.evaluation_state(lot), states.report_state(report))
    if report.document["outcome"] == "candidates":
        return Move.SIGN_REPORT, known
    return Move.FAIL_EVALUATION, (
        *known,
        FailureState(ground=FailureGround.NO_CANDIDATE_LEFT, because=_why_failed(lot, report)),
    )


def _finish(lot: Lot, report: Report, *, actor: Actor, at: datetime) -> None:
    move, known = _ending(lot, report)
    because = _why_failed(lot, report) if move is Move.FAIL_EVALUATION else ""
    data = {"rejected": report.document["rejected"], "because": because}
    moves.advance(
        lot.pk,
        move,
        actor=_as_member(actor),
        at=at,
        known=known,
        because=because,
        notices=(noticing.Draft(Code.FAIL, data),) if move is Move.FAIL_EVALUATION else (),
    )
    report.state, report.final_at = "final", at
    report.save(update_fields=["state", "final_at"])
    if move is Move.FAIL_EVALUATION:
        informing.tell_of_failure(lot, at=at)


def _why_failed(lot: Lot, report: Report) -> str:
    if report.few_bids_because:
        return report.few_bids_because
    return str(reason("conforming bids: {n}", n=len(queries.bids_in_play(lot))))


def _as_member(actor: Actor) -> Actor:
    """Return the actor as a member of the committee, whatever seat the owner's representative came from."""
    return type(actor)(person=actor.person, name=actor.name, role="EXPERT", organisation=actor.organisation)


def _drawn_up(lot: Lot) -> Report:
    report = Report.objects.select_for_update(of=("self",)).filter(lot=lot).first()
    if report is None:
        raise Refused(reason("there is no report yet"))
    return report


def _answered(report: Report, member: Member) -> bool:
    return report.confirmations.filter(member=member).exists()


def _evaluation(lot: Lot, in_play: list[OpenedBid], *, reasoning: str, rejects_all: bool) -> EvaluationState:
    state = states.evaluation_state(lot)
    return EvaluationState(
        valid=state.valid,
        evaluated=state.evaluated,
        brands=state.brands,
        reasoning=reasoning,
        rejects_all=rejects_all or not in_play,
        members=state.members,
        time_short_votes=state.time_short_votes,
    )


def _objections(lot: Lot, *, rejects_all: bool, because: str) -> list[Reason]:
    reasons = []
    if queries.report_of(lot) is not None:
        reasons.append(reason("the report is drawn up already"))
    if vacant := queries.vacancies(lot):
        reasons.append(reason("seats on the committee that are vacant: {n}", n=len(vacant)))
    if rejects_all and not because.strip():
        reasons.append(reason("write down why all bids are rejected"))
    return reasons


def _ranking_objections(
    lot: Lot, result: pure.Calculation | None, in_play: list[OpenedBid], *, most: int
) -> list[Reason]:
    if result is None:
        return [reason("the ranking has not been calculated")]
    names = {bid.bidder.number: bid.bidder.name for bid in in_play}
    return [
        reason("{bids} are tied: the owner has to record its choice", bids=", ".join(names[bid] for bid in tie))
        for tie in queries.open_ties(lot, among=most)
    ]


def _name_candidates(report: Report, result: pure.Calculation, in_play: list[OpenedBid], *, most: int) -> None:
    bids = {bid.bidder.number: bid for bid in in_play}
    for place in result.ranking[:most]:
        Candidate.objects.create(
            report=report,
            bid=bids[place.bid],
            rank=place.rank,
            price=place.price,
            evaluated_price=place.evaluated_price,
            score=place.score,
        )


def _ask_members(lot: Lot, *, at: datetime) -> None:
    for member in queries.members_of(lot):
        tell(
            member.user,
            kind="evaluation.report.drawn_up",
            title=reason("The report on {lot} waits for your answer", lot=lot.title),
            body=reason("Confirm it, or dissent in writing. Whoever does neither is deemed to agree."),
            at=at,
            project=lot.project.number,
            link=f"/evaluation/{lot.number}/report",
        )
