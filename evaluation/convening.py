"""Verbs of the committee: named with a ground, declared without conflict, replaced, convened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from accounts.names import Role
from accounts.queries import seats_in_force
from accounts.telling import tell
from core import audit
from core.canonical import digest_of
from core.errors import Refused
from core.reasons import reason
from evaluation import access, draw_papers, queries, states, voiding
from evaluation.models import Committee, Member
from evaluation.names import Chosen, Kind
from evaluation.rules import committee as pure
from trading import access as trading_access
from trading import binding, moves
from trading.models import Participation
from trading.names import Move, Side, Stage
from trading.procedures.amounts import committee_size_needed
from trading.procedures.guards.evaluating import draw_is_recent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from accounts.models import Organisation, User
    from core.actors import Actor
    from core.reasons import Reason
    from trading.models import Lot

_BEFORE_WORK = frozenset({Stage.OPENED, Stage.QUALIFICATION})


@dataclass(frozen=True)
class MemberDraft:
    """A seat to be filled: who, employed by whom, as expert or for the owner, in the chair or not."""

    user: User
    employer: Organisation
    kind: str
    is_chair: bool = False


@dataclass(frozen=True)
class DeclaringRules:
    """What a member declares besides its interests, and how many years back an employment is one."""

    asks_standing: bool
    recusal_years: int | None


@transaction.atomic(durable=True)
def name_committee(
    lot_id: int,
    *,
    members: Sequence[MemberDraft],
    ground: str,
    chosen: Chosen = Chosen.ELSEWHERE,
    actor: Actor,
    at: datetime,
) -> Committee:
    """Name the committee with the ground for its choice; every member is told to declare.

    By hand only as the law allows it: drawn in a pool that the platform does not keep, whose record the ground cites,
    or chosen directly for a special project (招投标条例 47; 87号令 48). Where experts of the lot are drawn here, the
    draw decides.
    """
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    reasons = naming_objections(lot, members=members, ground=ground, at=at, chosen=chosen)
    if reasons:
        raise Refused(*reasons)
    return seat_committee(lot, members=members, ground=ground, chosen=chosen, actor=actor, at=at)


@transaction.atomic(savepoint=False)
def seat_committee(
    lot: Lot, *, members: Sequence[MemberDraft], ground: str, chosen: Chosen, actor: Actor, at: datetime
) -> Committee:
    """Write the committee of a lot that has none, and tell its members: the step inside naming and seating."""
    committee = Committee.objects.create(
        lot=lot, ground=ground.strip(), chosen=chosen.value, named_at=at, named_by=actor.as_text()
    )
    for draft in members:
        _seat(committee, draft, at=at)
    data = {"size": len(members), "experts": sum(draft.kind == Kind.EXPERT for draft in members)}
    audit.append("evaluation.committee.named", tender=lot.number, data=data, actor=actor, at=at)
    return committee


@transaction.atomic(durable=True)
def name_again(
    lot_id: int, *, members: Sequence[MemberDraft], ground: str, because: str, actor: Actor, at: datetime
) -> Committee:
    """Name the whole committee anew before it has begun: a draw must be fresh (重庆条例 30; 财库〔2016〕198号).

    Those named before leave without having seen anything; whoever left for a conflict does not come back.
    """
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    committee = Committee.objects.select_for_update(of=("self",)).filter(lot=lot).first()
    reasons = naming_objections(lot, members=members, ground=ground, at=at, is_again=True)
    if not because.strip():
        reasons.append(reason("say why the committee is named anew"))
    if reasons or committee is None:
        raise Refused(*reasons)
    Member.objects.filter(committee=committee, is_dismissed=False, recused_at=None).update(
        recused_at=at, recused_because=because.strip(), is_dismissed=True
    )
    Member.objects.filter(committee=committee, successor=None, recused_at__isnull=False).update(is_dismissed=True)
    committee.ground, committee.named_at, committee.named_by = ground.strip(), at, actor.as_text()
    committee.chosen = Chosen.ELSEWHERE.value
    committee.save(update_fields=["ground", "chosen", "named_at", "named_by"])
    for draft in members:
        _seat(committee, draft, at=at)
    data = {"size": len(members), "because": digest_of(because)}
    audit.append("evaluation.committee.named_again", tender=lot.number, data=data, actor=actor, at=at)
    return committee


def naming_objections(
    lot: Lot,
    *,
    members: Sequence[MemberDraft],
    ground: str,
    at: datetime,
    is_again: bool = False,
    chosen: Chosen = Chosen.ELSEWHERE,
) -> list[Reason]:
    """Return everything that stands against naming these persons on this ground: also for the page that asks."""
    reasons = [] if Stage(lot.stage) in _BEFORE_WORK else [reason("a committee is named after the opening")]
    may_differ = chosen is Chosen.DRAWN or (is_again and _is_stale(lot, at=at))
    if not may_differ and draw_papers.expert_draws(lot).exists():
        reasons.append(reason("experts are drawn for this lot: who was drawn is seated, nobody is named"))
    is_named = queries.committee_of(lot) is not None
    if is_named and not is_again:
        reasons.append(reason("the committee is named already"))
    if is_again and not is_named:
        reasons.append(reason("no committee is named that could be named anew"))
    left = Member.objects.filter(committee__lot=lot, recused_at__isnull=False, declared_at=F("recused_at"))
    reasons += [
        reason("{name} left this committee for a conflict of interest", name=row.user.name)
        for row in left.select_related("user").filter(user__in=[draft.user for draft in members])
    ]
    if not ground.strip():
        reasons.append(reason("state the ground: how these persons were chosen"))
    drafted = [
        pure.Member(name=f"{draft.user.name} {draft.user.number}", seat=pure.Seat(draft.kind), is_chair=draft.is_chair)
        for draft in members
    ]
    reasons += pure.committee_objections(drafted, rules=rules_of(lot, at=at))
    return reasons + _persons_objections(lot, members)


def _is_stale(lot: Lot, *, at: datetime) -> bool:
    """Say whether the committee was drawn too early for the rule-sheet, so that it must be made anew."""
    key = binding.procedure_of(lot.project, at=at).committee.draw_before_max
    state = states.committee_state(lot)
    if not key or state is None:
        return False
    facts = moves.facts_of(lot, at=at, known=(state,))
    return bool(draw_is_recent.with_keys(period=key).objections(facts))


def rules_of(lot: Lot, *, at: datetime) -> pure.CommitteeRules:
    """Return what law and region ask of the committee of ``lot``."""
    wanted = binding.procedure_of(lot.project, at=at).committee
    facts = moves.facts_of(lot, at=at)
    key = wanted.owner_rep_count_max
    return pure.CommitteeRules(
        size_min=committee_size_needed(
            facts,
            minimum=wanted.minimum,
            minimum_large=wanted.minimum_large,
            large_budget=wanted.large_from_budget,
        ),
        owner_reps_max=facts.parameters.count(key) if key and facts.parameters.is_set(key) else None,
        chair_is_expert=not wanted.owner_may_chair,
    )


@transaction.atomic(durable=True)
def replace_member(lot_id: int, *, out: int, draft: MemberDraft, because: str, actor: Actor, at: datetime) -> Member:
    """Replace a member with a reason; what the old one has said is void from here on."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    leaving = (
        Member.objects.select_for_update(of=("self",))
        .select_related("committee__lot", "user")
        .filter(committee__lot=lot, pk=out)
        .first()
    )
    reasons = _leaving_objections(leaving)
    row = draw_papers.candidate_of(leaving) if leaving is not None else None
    if row is not None and draft.kind == Kind.EXPERT and draw_papers.has_reserve(row.draw):
        reasons.append(reason("this member was drawn: the next reserve takes the seat"))
    if not because.strip():
        reasons.append(reason("say why the member is replaced"))
    if lot.stage not in (*_BEFORE_WORK, Stage.EVALUATING):
        reasons.append(reason("the committee has finished its work"))
    staying = [row for row in queries.members_of(lot) if row.pk != out]
    reasons += _successor_objections(lot, draft, staying)
    if reasons or leaving is None:
        raise Refused(*reasons)
    return put_in_place(lot, leaving, draft, because=because, actor=actor, at=at)


@transaction.atomic(savepoint=False)
def put_in_place(lot: Lot, leaving: Member, draft: MemberDraft, *, because: str, actor: Actor, at: datetime) -> Member:
    """Let ``draft`` take the seat of ``leaving``, whose work is void: the step inside every replacement."""
    if leaving.recused_at is None:
        leaving.recused_at, leaving.recused_because = at, because.strip()
        leaving.save(update_fields=["recused_at", "recused_because"])
    voiding.void_member(leaving, actor=actor, at=at)
    member = _seat(leaving.committee, draft, at=at, replaces=leaving)
    data = {"seats": len(queries.members_of(lot))}
    audit.append("evaluation.member.replaced", tender=lot.number, data=data, actor=actor, at=at)
    return member


@transaction.atomic(durable=True)
def declare(
    lot_id: int,
    *,
    has_conflict: bool,
    text: str,
    years: int | None = None,
    has_title: bool = False,
    actor: Actor,
    at: datetime,
) -> Member:
    """Declare one's interests; a conflict ends the seat in the same transaction, and the buyer is told.

    An expert says as well for how many ``years`` it has worked in the field, and whether it has a senior title or an
    equal level, where the law asks for that.
    """
    lot = moves.lock(lot_id)
    member = Member.objects.select_for_update(of=("self",)).get(pk=access.seat_on(actor, lot).pk)
    reasons = [reason("you have declared already")] if member.declared_at else []
    if has_conflict and not text.strip():
        reasons.append(reason("say what the conflict of interest is"))
    if not has_conflict and years is None and declaring_rules(member, at=at).asks_standing:
        reasons.append(reason("say for how many years you have worked in this field"))
    if reasons:
        raise Refused(*reasons)
    member.declared_at, member.declaration = at, text.strip()
    member.years, member.has_title = years, has_title
    fields = ["declared_at", "declaration", "years", "has_title"]
    if has_conflict:
        member.recused_at, member.recused_because = at, text.strip()
        fields += ["recused_at", "recused_because"]
        _tell_of_vacancy(lot, at=at)
    member.save(update_fields=fields)
    audit.append("evaluation.member.declared", tender=lot.number, data={"conflict": has_conflict}, actor=actor, at=at)
    return member


def declaring_rules(member: Member, *, at: datetime) -> DeclaringRules:
    """Return what the law asks a member to declare."""
    lot = member.committee.lot
    wanted = binding.procedure_of(lot.project, at=at).committee
    key = wanted.recusal_years
    return DeclaringRules(
        asks_standing=bool(wanted.expert_years_min) and member.kind == Member.EXPERT,
        recusal_years=binding.parameters_of(lot.project, at=at).count(key) if key else None,
    )


@transaction.atomic(durable=True)
def convene(lot_id: int, *, actor: Actor, at: datetime) -> None:
    """Let the committee begin; the rule-sheet checks its size, shares and declarations."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project)
    state = states.committee_state(lot)
    moves.advance(lot_id, Move.CONVENE, actor=actor, at=at, known=(state,) if state else ())
    begin(lot, at=at)


@transaction.atomic(savepoint=False)
def begin(lot: Lot, *, at: datetime) -> None:
    """Note that the committee has begun, and tell its members."""
    Committee.objects.filter(lot=lot).update(convened_at=at)
    for member in queries.members_of(lot):
        tell(
            member.user,
            kind="evaluation.committee.convened",
            title=reason("The evaluation of {lot} has begun", lot=lot.title),
            body=reason("The bids are open to you now."),
            at=at,
            project=lot.project.number,
            link=f"/evaluation/{lot.number}",
        )


def _seat(committee: Committee, draft: MemberDraft, *, at: datetime, replaces: Member | None = None) -> Member:
    lot = committee.lot
    member = Member.objects.create(
        committee=committee,
        user=draft.user,
        employer=draft.employer,
        kind=draft.kind,
        is_chair=draft.is_chair,
        replaces=replaces,
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
    return member


def _tell_of_vacancy(lot: Lot, *, at: datetime) -> None:
    for buyer, role in ((lot.project.owner, Role.OWNER), (lot.project.agent, Role.AGENT)):
        if buyer is not None:
            tell(
                buyer,
                kind="evaluation.member.recused",
                title=reason("A member of the committee of {lot} has a conflict of interest", lot=lot.title),
                body=reason("The seat is void: name somebody else for it."),
                at=at,
                role=role,
                project=lot.project.number,
                link=f"/evaluation/{lot.number}/committee",
            )


def _leaving_objections(leaving: Member | None) -> list[Reason]:
    if leaving is None or leaving.is_dismissed:
        return [reason("this person does not sit on the committee")]
    if Member.objects.filter(replaces=leaving).exists():
        return [reason("this seat was filled again already")]
    return []


def _successor_objections(lot: Lot, draft: MemberDraft, staying: Sequence[Member]) -> list[Reason]:
    """Return what stands against a successor; size and shares are asked of the rule-sheet when the work begins."""
    reasons = _persons_objections(lot, [draft])
    if Member.objects.filter(committee__lot=lot, user=draft.user, is_dismissed=False).exists():
        reasons.append(reason("{name} sits or sat on this committee", name=draft.user.name))
    if draft.is_chair and any(row.is_chair for row in staying):
        reasons.append(reason("a committee has one chair"))
    size = Member.objects.filter(committee__lot=lot, successor=None, is_dismissed=False).count()
    owner_reps = sum(row.kind == Kind.OWNER_REP for row in staying) + (draft.kind == Kind.OWNER_REP)
    if owner_reps > size - pure.minimum_experts(size):
        reasons.append(reason("the committee would have too few experts"))
    return reasons


def _persons_objections(lot: Lot, members: Sequence[MemberDraft]) -> list[Reason]:
    """Return what stands against these persons: recusal by employer or seat, a role they do not hold."""
    sides = dict(Participation.objects.filter(project=lot.project).values_list("organisation_id", "side"))
    return [each for draft in members for each in _person_objections(lot, draft, sides)]


def _person_objections(lot: Lot, draft: MemberDraft, sides: Mapping[int, str]) -> list[Reason]:
    name = draft.user.name
    seats = list(seats_in_force().filter(user=draft.user).values_list("organisation_id", "role"))
    if draft.kind == Kind.OWNER_REP:
        fits = (lot.project.owner_id, Role.OWNER.value) in seats
        reasons = [] if fits else [reason("{name} is not a person of the owner", name=name)]
        concerned = {organisation for organisation, _ in seats if sides.get(organisation) == Side.BIDDING}
    else:
        seated = any(role == Role.EXPERT for _, role in seats)
        reasons = [] if seated else [reason("{name} is not an expert", name=name)]
        concerned = {organisation for organisation, _ in seats if organisation in sides} | (
            {draft.employer.pk} & sides.keys()
        )
    if concerned:
        reasons.append(reason("{name} is employed by somebody who takes part in this project", name=name))
    return reasons
