"""Time for the evaluation: a member says that it is too short, the owner extends it (招投标条例 48)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.names import Role
from accounts.telling import tell
from core import audit
from core.canonical import digest_of, format_time
from core.errors import Refused
from core.reasons import reason
from evaluation import access, queries
from evaluation.models import Committee, Member
from trading import access as trading_access
from trading import moves
from trading.names import Stage

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor


@transaction.atomic(durable=True)
def call_time_short(lot_id: int, *, actor: Actor, at: datetime) -> Member:
    """Say as a member at work that the time is too short; the buying side is told how many say so."""
    lot = moves.lock(lot_id)
    member = Member.objects.select_for_update(of=("self",)).get(pk=access.working_seat(actor, lot).pk)
    if member.pk in {row.pk for row in queries.calling_for_time(lot)}:
        raise Refused(reason("you have said already that the time is too short"))
    member.time_short_at = at
    member.save(update_fields=["time_short_at"])
    calling = len(queries.calling_for_time(lot))
    audit.append("evaluation.time.short", tender=lot.number, data={"members": calling}, actor=actor, at=at)
    for buyer, role in ((lot.project.owner, Role.OWNER), (lot.project.agent, Role.AGENT)):
        if buyer is not None:
            tell(
                buyer,
                kind="evaluation.time.short",
                title=reason("Members of the committee of {lot} say that the time is too short", lot=lot.title),
                body=reason("{n} say so; above a third of the members the time has to be extended.", n=calling),
                at=at,
                role=role,
                project=lot.project.number,
                link=f"/evaluation/{lot.number}/extend",
            )
    return member


@transaction.atomic(durable=True)
def extend_time(lot_id: int, *, until: datetime, because: str, actor: Actor, at: datetime) -> Committee:
    """Give the committee time until ``until``; every member is told, and who called for time has been heard."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project)
    committee = Committee.objects.select_for_update(of=("self",)).filter(lot=lot).first()
    reasons = [] if lot.stage == Stage.EVALUATING else [reason("the committee is not at work on this lot now")]
    if not queries.calling_for_time(lot):
        reasons.append(reason("no member says that the time is too short"))
    if until <= max(at, (committee and committee.works_until) or at):
        reasons.append(reason("the new end of the evaluation lies later than now and than the old one"))
    if not because.strip():
        reasons.append(reason("say why the time is extended"))
    if reasons or committee is None:
        raise Refused(*reasons)
    committee.works_until, committee.extended_at, committee.extended_because = until, at, because.strip()
    committee.save(update_fields=["works_until", "extended_at", "extended_because"])
    data = {"until": format_time(until), "because": digest_of(because)}
    audit.append("evaluation.time.extended", tender=lot.number, data=data, actor=actor, at=at)
    for member in queries.members_of(lot):
        tell(
            member.user,
            kind="evaluation.time.extended",
            title=reason("There is more time to evaluate {lot}", lot=lot.title),
            at=at,
            project=lot.project.number,
            link=f"/evaluation/{lot.number}",
        )
    return committee
