"""Verbs of the committee: named with a ground, declared without conflict, convened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Membership
from accounts.names import Role
from accounts.telling import tell
from core import audit
from core.errors import Refused
from core.reasons import reason
from evaluation import access, queries, states
from evaluation.models import Committee, Member
from trading import access as trading_access
from trading import moves
from trading.models import Participation
from trading.names import Move, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import Organisation, User
    from core.actors import Actor
    from core.reasons import Reason
    from trading.models import Lot

_NAMING = frozenset({Stage.OPENED, Stage.QUALIFICATION})


@dataclass(frozen=True)
class MemberDraft:
    """A seat to be filled: who, employed by whom, as expert or for the owner, in the chair or not."""

    user: User
    employer: Organisation
    kind: str
    is_chair: bool = False


@transaction.atomic(durable=True)
def name_committee(
    lot_id: int, *, members: Sequence[MemberDraft], ground: str, actor: Actor, at: datetime
) -> Committee:
    """Name the committee with the ground for its choice; every member is told to declare."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    reasons = [] if Stage(lot.stage) in _NAMING else [reason("a committee is named after the opening")]
    if queries.committee_of(lot) is not None:
        reasons.append(reason("the committee is named already"))
    if not ground.strip():
        reasons.append(reason("state the ground: how these persons were chosen"))
    reasons += _seat_objections(lot, members)
    if reasons:
        raise Refused(*reasons)
    committee = Committee.objects.create(lot=lot, ground=ground, named_at=at, named_by=actor.as_text())
    for draft in members:
        Member.objects.create(
            committee=committee, user=draft.user, employer=draft.employer, kind=draft.kind, is_chair=draft.is_chair
        )
        tell(
            draft.user,
            kind="evaluation.committee.named",
            title=reason("You are asked to evaluate {project}", project=lot.project.title),
            body=reason("Declare your interests first. Nothing of any bid is visible before."),
            at=at,
            project=lot.project.number,
            link=f"/evaluation/{lot.number}",
        )
    audit.append("evaluation.committee.named", tender=lot.number, data={"size": len(members)}, actor=actor, at=at)
    return committee


@transaction.atomic(durable=True)
def replace_member(lot_id: int, *, out: int, draft: MemberDraft, because: str, actor: Actor, at: datetime) -> Member:
    """Replace a member with a reason; what the old one has said is void from here on."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    leaving = Member.objects.select_for_update(of=("self",)).filter(committee__lot=lot, pk=out).first()
    staying = [
        MemberDraft(row.user, row.employer, row.kind, row.is_chair) for row in queries.members_of(lot) if row.pk != out
    ]
    reasons = [] if leaving else [reason("this person does not sit on the committee")]
    if not because.strip():
        reasons.append(reason("say why the member is replaced"))
    if lot.stage not in (Stage.OPENED, Stage.QUALIFICATION, Stage.EVALUATING):
        reasons.append(reason("the committee has finished its work"))
    reasons += _seat_objections(lot, [*staying, draft])
    if reasons or leaving is None:
        raise Refused(*reasons)
    if leaving.recused_at is None:
        leaving.recused_at, leaving.recused_because = at, because
        leaving.save(update_fields=["recused_at", "recused_because"])
    member = Member.objects.create(
        committee=leaving.committee, user=draft.user, employer=draft.employer, kind=draft.kind, is_chair=draft.is_chair
    )
    audit.append("evaluation.member.replaced", tender=lot.number, data={"seats": len(staying) + 1}, actor=actor, at=at)
    return member


@transaction.atomic(durable=True)
def declare(lot_id: int, *, has_conflict: bool, text: str, actor: Actor, at: datetime) -> Member:
    """Declare one's interests; a conflict ends the seat in the same transaction."""
    lot = moves.lock(lot_id)
    member = Member.objects.select_for_update(of=("self",)).get(pk=access.seat_on(actor, lot).pk)
    reasons = [reason("you have declared already")] if member.declared_at else []
    if has_conflict and not text.strip():
        reasons.append(reason("say what the conflict of interest is"))
    if reasons:
        raise Refused(*reasons)
    member.declared_at, member.declaration = at, text
    fields = ["declared_at", "declaration"]
    if has_conflict:
        member.recused_at, member.recused_because = at, text
        fields += ["recused_at", "recused_because"]
    member.save(update_fields=fields)
    audit.append("evaluation.member.declared", tender=lot.number, data={"conflict": has_conflict}, actor=actor, at=at)
    return member


@transaction.atomic(durable=True)
def convene(lot_id: int, *, actor: Actor, at: datetime) -> None:
    """Let the committee begin; the rule-sheet checks its size, shares and declarations."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project)
    state = states.committee_state(lot)
    moves.advance(lot_id, Move.CONVENE, actor=actor, at=at, known=(state,) if state else ())
    Committee.objects.filter(lot=lot).update(convened_at=at)


def _seat_objections(lot: Lot, members: Sequence[MemberDraft]) -> list[Reason]:
    """Return what stands against these persons: recusal by employer, seats they do not hold, two chairs.

    Size and shares are the rule-sheet's business, asked when the committee begins.
    """
    reasons: list[Reason] = []
    if sum(draft.is_chair for draft in members) > 1:
        reasons.append(reason("a committee has one chair"))
    sides = dict(Participation.objects.filter(project=lot.project).values_list("organisation_id", "side"))
    for draft in members:
        reasons += _person_objections(lot, draft, sides)
    if len({draft.user.pk for draft in members}) != len(members):
        reasons.append(reason("a person sits on a committee once"))
    return reasons


def _person_objections(lot: Lot, draft: MemberDraft, sides: dict[int, str]) -> list[Reason]:
    name = draft.user.name
    if draft.kind == Member.OWNER_REP:
        fits = Membership.objects.filter(user=draft.user, organisation=lot.project.owner, until=None).exists()
        return [] if fits else [reason("{name} is not a person of the owner", name=name)]
    seated = Membership.objects.filter(user=draft.user, role=Role.EXPERT, until=None).exists()
    reasons = [] if seated else [reason("{name} is not an expert", name=name)]
    if draft.employer.pk in sides:
        reasons.append(reason("{name} is employed by somebody who takes part in this project", name=name))
    return reasons
