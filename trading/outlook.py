"""What happens next to a lot, who must act, and until when: the sentence that stands at the top of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from accounts.names import Role
from core.reasons import Reason, reason
from trading import binding
from trading.facts import facts_of
from trading.names import FailureGround, HoldGround, Kind, Move, Stage, TerminationGround, label
from trading.procedures import deadlines

if TYPE_CHECKING:
    from datetime import datetime

    from core.working_days import Deadline, WorkingCalendar
    from trading.models import Hold, Lot
    from trading.procedures.definition import Obligation
    from trading.procedures.facts import Facts


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """One sentence with its actor and its end. Tones: wait, done, stopped."""

    what: Reason
    who: Reason | None = None
    until: datetime | None = None
    tone: str = "wait"


class _Plan(NamedTuple):
    what: Reason
    who: Reason
    move: Move | None = None  # whose limit is the end of this


_OWNER, _BUYERS = label(Role.OWNER), reason("Owner or agent")
_COMMITTEE, _PARTIES = reason("Evaluation committee"), reason("Owner and winner")
_PLANS: dict[Stage, _Plan] = {
    Stage.INTENTION: _Plan(reason("The purchase intention is published."), _OWNER),
    Stage.DRAFT: _Plan(reason("The notice is completed and handed in for approval."), _BUYERS),
    Stage.NOTICE_READY: _Plan(reason("A second person announces the project or returns the notice."), _BUYERS),
    Stage.PUBLISHED: _Plan(reason("The key holders rehearse; then the bid box opens."), label(Role.KEY_HOLDER)),
    Stage.BIDDING: _Plan(reason("Sealed bids are taken."), label(Role.BIDDER)),
    Stage.OPENING: _Plan(reason("The bids are opened in public."), label(Role.KEY_HOLDER)),
    Stage.OPENED: _Plan(reason("The evaluation committee is named and convened."), _BUYERS),
    Stage.QUALIFICATION: _Plan(reason("The qualification of every bidder is reviewed."), _BUYERS),
    Stage.EVALUATING: _Plan(reason("The committee evaluates and signs its report."), _COMMITTEE, Move.SIGN_REPORT),
    Stage.EVALUATED: _Plan(reason("The candidates are published."), _BUYERS, Move.PUBLISH_CANDIDATES),
    Stage.PUBLICITY: _Plan(reason("The candidates are public and can be objected to."), label(Role.BIDDER)),
    Stage.AWARD_PENDING: _Plan(reason("The winner is determined."), _OWNER, Move.AWARD),
    Stage.CONFIRMING: _Plan(reason("The winner is confirmed; silence confirms the first candidate."), _OWNER),
    Stage.AWARDED: _Plan(reason("The award is announced and the winner is told."), _BUYERS, Move.NOTIFY_AWARD),
    Stage.CONTRACTING: _Plan(reason("Owner and winner sign the contract."), _PARTIES, Move.SIGN_CONTRACT),
    Stage.CONTRACTED: _Plan(reason("The contract is registered and published."), _BUYERS, Move.REGISTER_CONTRACT),
    Stage.PERFORMING: _Plan(reason("The contract is performed and accepted."), _OWNER),
}  # fmt: skip
_DELIVERY = _Plan(reason("The report is delivered to the purchaser."), _BUYERS, Move.DELIVER_REPORT)
_LIFTED_BY: dict[HoldGround, Reason] = {
    HoldGround.OBJECTION: _BUYERS,
    HoldGround.COMPLAINT_ORDER: label(Role.SUPERVISOR),
    HoldGround.FAULT: label(Role.CENTER),
    HoldGround.REPORT_CONTESTED: _OWNER,
}
_ENDS: dict[Stage, Reason] = {
    Stage.CLOSED: reason("The contract is performed; the project is closed."),
    Stage.FAILED: reason("This run has failed."),
    Stage.TERMINATED: reason("The project was terminated."),
}


def next_step(lot: Lot, *, at: datetime, calendar: WorkingCalendar | None = None) -> NextStep:
    """Return what happens next to ``lot``; for one lot, or for many that are prefetched as ``facts_of`` says."""
    stage = Stage(lot.stage)
    if stage.is_end:
        return _ended(lot, stage)
    if hold := standing_hold(lot, at=at):
        ground = HoldGround(hold.ground)
        what = reason("On hold: {ground}", ground=label(ground))
        return NextStep(what=what, who=_LIFTED_BY[ground], until=hold.lapses_at, tone="stopped")
    plan = plan_of(lot)
    return NextStep(what=plan.what, who=plan.who, until=_until(lot, plan, at=at, calendar=calendar))


def plan_of(lot: Lot) -> _Plan:
    """Return the sentence of a lot's stage, without asking the law for times."""
    stage = Stage(lot.stage)
    procedure = binding.procedure_of(lot.project, at=lot.entered_at)
    is_delivered = procedure.step(stage, Move.DELIVER_REPORT) is not None
    return _DELIVERY if is_delivered else _PLANS[stage]


def standing_hold(lot: Lot, *, at: datetime) -> Hold | None:
    """Return the first hold that blocks now, or None."""
    holds = (hold for hold in lot.holds.all() if hold.lifted_at is None)
    return next((hold for hold in holds if hold.lapses_at is None or at < hold.lapses_at), None)


def obligations_of(lot: Lot, *, at: datetime, calendar: WorkingCalendar | None = None) -> tuple[Obligation, ...]:
    """Return what the law wants done in this stage and by when, earliest first; nothing before the announcement."""
    if lot.project.announced_at is None:
        return ()
    facts = facts_of(lot, at=at, calendar=calendar)
    return binding.procedure_of(lot.project, at=at).obligations(facts.stage, facts)


_FROM_ISSUE = {Kind.CT: "ct.issue_to_deadline_min", Kind.GP_OPEN: "gp.issue_to_deadline"}


def earliest_deadline(lot: Lot, *, at: datetime) -> Deadline:
    """Return the earliest lawful deadline of a lot, announced or to be announced now: for whoever fills the form."""
    return deadlines.earliest_deadline(facts_of(lot, at=at), period=_FROM_ISSUE[Kind(lot.project.kind)])


def _until(lot: Lot, plan: _Plan, *, at: datetime, calendar: WorkingCalendar | None) -> datetime | None:
    stage = Stage(lot.stage)
    if stage in (Stage.PUBLISHED, Stage.BIDDING):
        return lot.closes_at
    if lot.project.announced_at is None:
        return None
    facts: Facts = facts_of(lot, at=at, calendar=calendar)
    procedure = binding.procedure_of(lot.project, at=at)
    if due := procedure.due(stage, facts):
        return due[0]
    owed = procedure.obligations(stage, facts)
    return next((each.deadline.ends_at for each in owed if each.move is plan.move and plan.move), None)


def _ended(lot: Lot, stage: Stage) -> NextStep:
    tone = "done" if stage is Stage.CLOSED else "stopped"
    ground = ground_of(lot)
    what = _ENDS[stage] if ground is None else reason("{what} {ground}", what=_ENDS[stage], ground=ground)
    return NextStep(what=what, tone=tone)


def ground_of(lot: Lot) -> Reason | None:
    """Return why a lot failed or was terminated, in the words of the law; None if it did not."""
    stated = lot.failure.get("ground")
    for words in (FailureGround, TerminationGround, Move):
        if stated in [word.value for word in words]:
            return label(words(stated))
    return None
