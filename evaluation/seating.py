"""Verbs that use a draw: who was drawn is seated, who refuses makes room for the next reserve, equal bids are ordered.

A draw is used as it fell. The reserves are the rest of its order, so there is never a reason for another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core import audit
from core.errors import Refused
from core.reasons import reason
from evaluation import calculating, convening, draw_papers, draw_rooms, pooling, queries
from evaluation.drawing import locked, lot_of
from evaluation.models import Calculation, Committee, Draw, DrawCandidate, DrawRefusal, Member
from evaluation.names import Chosen, Kind, Purpose, Refusal
from trading import access as trading_access
from trading import moves

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.actors import Actor
    from core.reasons import Reason
    from evaluation.convening import MemberDraft


@transaction.atomic(durable=True)
def refuse(draw_id: int, *, handle: str, code: Refusal, because: str = "", actor: Actor, at: datetime) -> DrawRefusal:
    """Record that somebody drawn does not serve; the next reserve takes the place, and never a new draw."""
    draw = locked(draw_id)
    trading_access.buyer(actor, draw.lot.project)
    reasons = []
    if draw.state != Draw.DRAWN or handle not in draw_papers.taken_by(draw):
        reasons.append(reason("only somebody who is drawn can refuse"))
    if draw.purpose != Purpose.EXPERTS:
        reasons.append(reason("only people can refuse"))
    if code in (Refusal.RECUSAL, Refusal.OTHER) and not because.strip():
        reasons.append(reason("write down why the person does not serve"))
    if queries.committee_of(draw.lot) is not None:
        reasons.append(reason("the committee is named: replace the member"))
    if reasons:
        raise Refused(*reasons)
    return _refusal(draw, handle, code, because, actor=actor, at=at)


@transaction.atomic(durable=True)
def seat_drawn(
    lot_id: int, *, owner_reps: Sequence[MemberDraft] = (), chair: str = "", actor: Actor, at: datetime
) -> Committee:
    """Seat the experts that were drawn for the lot, of all strata, with the representatives of the owner.

    ``chair`` is the number of the person who takes the chair, or empty: the members then elect it. Whoever is
    employed by the same organisation as somebody drawn before makes room for the next reserve.
    """
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    draws = list(draw_papers.expert_draws(lot).select_for_update(of=("self",)).order_by("pk"))
    if reasons := _seating_objections(draws, owner_reps):
        raise Refused(*reasons)
    members = _drawn_members(draws, actor=actor, at=at)
    drafts = [_draft_of(row, is_chair=row.user is not None and row.user.number == chair) for row in members]
    drafts += owner_reps
    ground = "; ".join(f"{draw.label} {draw.digest}" for draw in draws)
    reasons = convening.naming_objections(lot, members=drafts, ground=ground, at=at, chosen=Chosen.DRAWN)
    if reasons:
        raise Refused(*reasons)
    return convening.seat_committee(lot, members=drafts, ground=ground, chosen=Chosen.DRAWN, actor=actor, at=at)


@transaction.atomic(durable=True)
def replace_by_reserve(lot_id: int, *, out: int, code: Refusal, because: str, actor: Actor, at: datetime) -> Member:
    """Let the next reserve of the draw take the seat of an expert who leaves the committee."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    leaving = Member.objects.select_related("user").filter(committee__lot=lot, pk=out, kind=Kind.EXPERT).first()
    row = draw_papers.candidate_of(leaving) if leaving else None
    if leaving is None or row is None:
        raise Refused(reason("this person was not drawn for this committee"))
    if not because.strip():
        raise Refused(reason("say why the member is replaced"))
    draw = locked(row.draw_id)
    before = set(draw_papers.taken_by(draw))
    _refusal(draw, row.handle, code, because, actor=actor, at=at)
    new = [handle for handle in draw_papers.taken_by(draw) if handle not in before]
    if not new:
        raise Refused(reason("the draw has no reserve left: give the reason for a choice by hand"))
    successor = draw.candidates.select_related("user", "organisation").get(handle=new[0])
    draft = _draft_of(successor, is_chair=leaving.is_chair)
    return convening.put_in_place(lot, leaving, draft, because=because, actor=actor, at=at)


@transaction.atomic(durable=True)
def order_tied(draw_id: int, *, actor: Actor, at: datetime) -> Calculation:
    """Order equal bids as they were drawn (87号令 56, 57: the documents' rule is a draw)."""
    lot = moves.lock(lot_of(draw_id))
    draw = locked(draw_id)
    trading_access.buyer(actor, lot.project, approves=True)
    result = draw_papers.result_of(draw)
    if draw.purpose != Purpose.TIE or result is None:
        raise Refused(reason("no bids were drawn here"))
    bidders = {row.handle: row.organisation for row in draw.candidates.select_related("organisation")}
    order = [bidder.number for handle in result.order if (bidder := bidders[handle]) is not None]
    return calculating.settle_as_drawn(lot, order=order, ground=f"{draw.label} {draw.digest}", actor=actor, at=at)


def _seating_objections(draws: Sequence[Draw], owner_reps: Sequence[MemberDraft]) -> list[Reason]:
    reasons = [] if draws else [reason("no experts were drawn for this lot")]
    reasons += [reason("“{label}” is not drawn yet", label=draw.label) for draw in draws if draw.state != Draw.DRAWN]
    if any(draft.kind != Kind.OWNER_REP for draft in owner_reps):
        reasons.append(reason("experts are drawn, not named"))
    return reasons


def _drawn_members(draws: Sequence[Draw], *, actor: Actor, at: datetime) -> list[DrawCandidate]:
    """Return who sits, in the order of the draws; who shares an employer with somebody before makes room."""
    members: list[DrawCandidate] = []
    for draw in draws:
        rows = {row.handle: row for row in draw.candidates.select_related("user", "organisation")}
        chosen: list[DrawCandidate] = []
        while len(chosen) < draw.pick:
            drawn = [rows[handle] for handle in draw_papers.taken_by(draw)]
            if len(drawn) < draw.pick:
                raise Refused(reason("“{label}” has no reserve left", label=draw.label))
            clash = _same_employer(members, drawn)
            if clash is None:
                chosen = drawn
            else:
                _refusal(draw, clash.handle, Refusal.EMPLOYER, "", actor=actor, at=at)
        members += chosen
    return members


def _draft_of(row: DrawCandidate, *, is_chair: bool) -> MemberDraft:
    seat = None if row.user is None else pooling.expert_seat(row.user.number)
    if row.user is None or seat is None:
        raise Refused(reason("somebody who was drawn is no expert any more: record the refusal"))
    return convening.MemberDraft(row.user, row.organisation or seat.organisation, Kind.EXPERT.value, is_chair)


def _same_employer(before: Sequence[DrawCandidate], drawn: Sequence[DrawCandidate]) -> DrawCandidate | None:
    """Return the first of the drawn who shares employer or person with somebody seated before it."""
    employers = {row.organisation_id for row in before} - {None}
    persons = {row.user_id for row in before}
    for row in drawn:
        if row.organisation_id in employers or row.user_id in persons:
            return row
        employers |= {row.organisation_id} - {None}
        persons.add(row.user_id)
    return None


def _refusal(draw: Draw, handle: str, code: Refusal, because: str, *, actor: Actor, at: datetime) -> DrawRefusal:
    row = DrawRefusal.objects.create(draw=draw, handle=handle, code=code.value, because=because.strip(), at=at)
    data = {"manifest": draw.digest, "handle": handle, "reason": code.value}
    audit.append("draw.refusal", tender=draw.lot.number, data=data, actor=actor, at=at)
    draw_rooms.tell(draw, fields=[])
    return row
