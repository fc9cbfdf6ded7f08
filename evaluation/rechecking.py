"""A candidate whose situation changed is checked again by the original committee (招投标条例 56)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.access import approving_seat
from accounts.names import Role
from accounts.telling import tell
from core import audit
from core.canonical import digest_of
from core.errors import NotYours, Refused
from core.reasons import reason
from evaluation import access, queries
from evaluation.models import Candidate, Recheck, RecheckAnswer
from trading import access as trading_access
from trading import binding, moves
from trading.names import Stage
from trading.procedures.guards.awarding import candidate_was_checked_again

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor
    from core.reasons import Reason
    from trading.models import Lot

BEFORE_THE_AWARD = frozenset({Stage.PUBLICITY, Stage.AWARD_PENDING})


@transaction.atomic(durable=True)
def ask_recheck(lot_id: int, *, candidate_id: int, because: str, actor: Actor, at: datetime) -> Recheck:
    """Ask the committee, as the owner, whether a candidate whose situation changed still is one."""
    lot = moves.lock(lot_id)
    trading_access.side_of(actor, lot.project, Role.OWNER)
    approving_seat(actor)
    candidate = Candidate.objects.select_related("bid__bidder").filter(pk=candidate_id, report__lot=lot).first()
    if candidate is None:
        raise NotYours(lot.number)
    reasons = list(objections_to_asking(lot, at=at))
    if queries.awaits_recheck(candidate):
        reasons.append(reason("the committee is checking this candidate again already"))
    if not because.strip():
        reasons.append(reason("say what has changed with the candidate"))
    if reasons:
        raise Refused(*reasons)
    asked = Recheck.objects.create(candidate=candidate, because=because.strip(), asked_at=at, asked_by=actor.as_text())
    data = {"rank": candidate.rank, "because": digest_of(because)}
    audit.append("evaluation.recheck.asked", tender=lot.number, data=data, actor=actor, at=at)
    for member in queries.members_of(lot):
        tell(
            member.user,
            kind="evaluation.recheck.asked",
            title=reason("Check a candidate of {lot} again", lot=lot.title),
            body=reason("Its situation has changed. Say by the criteria of the documents whether it still fits."),
            at=at,
            project=lot.project.number,
            link=f"/evaluation/{lot.number}/recheck",
        )
    return asked


def objections_to_asking(lot: Lot, *, at: datetime) -> tuple[Reason, ...]:
    """Return why no candidate of this lot can be checked again now."""
    if not binding.procedure_of(lot.project, at=at).asks(candidate_was_checked_again):
        return (reason("this procedure knows no second check of a candidate"),)
    if Stage(lot.stage) not in BEFORE_THE_AWARD:
        return (reason("a candidate is checked again before the winner is determined"),)
    return ()


@transaction.atomic(durable=True)
def answer_recheck(lot_id: int, *, recheck_id: int, is_fit: bool, because: str, actor: Actor, at: datetime) -> Recheck:
    """Answer as a member; the last answer decides by majority, and the owner is told."""
    lot = moves.lock(lot_id)
    member = access.declared_seat(actor, lot)
    found = (
        Recheck.objects.select_for_update(of=("self",))
        .filter(pk=recheck_id, candidate__report__lot=lot)
        .first()
    )  # fmt: skip
    if found is None:
        raise NotYours(lot.number)
    reasons = [] if found.decided_at is None else [reason("the committee has decided this already")]
    if found.answers.filter(member=member).exists():
        reasons.append(reason("you have answered this already"))
    if not because.strip():
        reasons.append(reason("write down the reason of your answer"))
    if reasons:
        raise Refused(*reasons)
    RecheckAnswer.objects.create(recheck=found, member=member, is_fit=is_fit, because=because.strip(), at=at)
    answers = list(found.answers.values_list("is_fit", flat=True))
    if len(answers) == len(queries.members_of(lot)):
        found.decided_at, found.is_fit = at, 2 * sum(answers) > len(answers)
        found.save(update_fields=["decided_at", "is_fit"])
        _tell_owner(lot, at=at)
    data = {"answers": len(answers), "decided": found.decided_at is not None}
    audit.append("evaluation.recheck.answered", tender=lot.number, data=data, actor=actor, at=at)
    return found


def _tell_owner(lot: Lot, *, at: datetime) -> None:
    tell(
        lot.project.owner,
        kind="evaluation.recheck.decided",
        title=reason("The committee has checked a candidate of {lot} again", lot=lot.title),
        at=at,
        role=Role.OWNER,
        project=lot.project.number,
        link=f"/evaluation/{lot.number}/recheck",
    )
