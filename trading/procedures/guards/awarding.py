"""Guards of publicity, award, contract and performance."""

# ruff: noqa: D401  (a docstring here is the rule itself, as docs/procedures.md prints it)
from __future__ import annotations

from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from trading.procedures.amounts import additions_are_allowed
from trading.procedures.deadlines import when_publicity_ends, when_silence_counts
from trading.procedures.definition import Guard
from trading.procedures.facts import AwardChoice, CandidatesState, ContractState, RefusalState
from trading.procedures.wording import moment

if TYPE_CHECKING:
    from trading.procedures.facts import Facts


@Guard
def candidate_notice_is_complete(facts: Facts) -> tuple[Reason, ...]:
    """The notice of candidates states ranks, prices, quality, duration, the evaluation, objections (10号令 6)."""
    return facts.expect(CandidatesState).missing


@Guard
def publicity_is_over(facts: Facts, *, period: str) -> Reason | None:
    """Candidates were public for their days (招投标条例 54)."""
    end = when_publicity_ends.with_keys(period=period).deadline(facts)
    if end is None:
        return reason("the candidates have not been published")
    return None if end.is_over(facts.at) else reason("the candidates are public until {end}", end=moment(end.ends_at))


@Guard
def silence_has_lasted(facts: Facts, *, period: str) -> Reason | None:
    """The purchaser was silent for its days, and no winner has refused before (87号令 68)."""
    end = when_silence_counts.with_keys(period=period).deadline(facts)
    if end is None:
        return reason("silence does not count here: the purchaser has to decide")
    return None if end.is_over(facts.at) else reason("the purchaser may confirm until {end}", end=moment(end.ends_at))


@Guard
def choice_is_a_candidate(facts: Facts) -> Reason | None:
    """The winner is one of the candidates of the report that have not fallen away (招投标法 40; 87号令 68)."""
    choice = facts.expect(AwardChoice)
    if choice.rank in choice.grounds:
        return reason("rank {rank} has fallen away", rank=choice.rank)
    if 1 <= choice.rank <= choice.candidates:
        return None
    return reason("rank {rank} is none of the {n} candidates", rank=choice.rank, n=choice.candidates)


@Guard
def award_follows_the_rules_of_ranking(facts: Facts, *, separate: str) -> Reason | None:
    """With dominating state funds rank one wins; another only with a ground for each better rank (招投标条例 55).

    Without them, or where the region separates evaluation and award, the owner chooses among the candidates and
    writes down why.
    """
    choice = facts.expect(AwardChoice)
    if not _passed_over(choice):
        return None
    is_free = not (facts.notice.state_funds_dominate and facts.notice.is_mandatory)
    if is_free or facts.parameters.switch(separate) == "on":
        explained = choice.because.strip() or _no_ground(choice) is None
        return None if explained else reason("the owner must write down why it does not choose rank one")
    return _no_ground(choice)


@Guard
def award_follows_the_order(facts: Facts) -> Reason | None:
    """Candidates are confirmed in order; each better rank fell away for a ground (87号令 68; 采购条例 49)."""
    choice = facts.expect(AwardChoice)
    return _no_ground(choice) if _passed_over(choice) else None


@Guard
def candidate_was_checked_again(facts: Facts) -> Reason | None:
    """A candidate whose situation changed was checked again by the committee (招投标条例 56)."""
    if facts.expect(AwardChoice).recheck_pending:
        return reason("the committee has not finished checking the candidate again")
    return None


@Guard
def both_have_signed(facts: Facts) -> tuple[Reason, ...]:
    """Owner and winner have signed the written contract (招投标法 46; 采购法 46)."""
    contract = facts.expect(ContractState)
    waiting = [] if contract.owner_signed else [reason("the owner has not signed the contract")]
    return (*waiting, *([] if contract.winner_signed else [reason("the winner has not signed the contract")]))


@Guard
def contract_keeps_to_the_bid(facts: Facts) -> Reason | None:
    """Price and substance of the contract are those of the award (招投标条例 57; 采购法 46)."""
    contract = facts.expect(ContractState)
    if contract.amount != contract.award_amount:
        return reason(
            "the contract is over {amount}, the award over {award}", amount=contract.amount, award=contract.award_amount
        )
    return reason("the contract departs from the documents and the bid") if contract.departs_from_bid else None


@Guard
def performance_security_is_given(facts: Facts) -> Reason | None:
    """A performance security that the documents ask for is given (招投标法 46; 采购条例 48)."""
    contract = facts.expect(ContractState)
    if contract.security_asked is None or contract.security_given:
        return None
    return reason("the performance security of {amount} has not been given", amount=contract.security_asked)


@Guard
def performance_security_is_within_its_limit(facts: Facts, *, limit: str) -> Reason | None:
    """The performance security is at most the lawful share of the contract (招投标条例 58)."""
    contract = facts.expect(ContractState)
    most = contract.amount.percent(facts.parameters.decimal(limit))
    if contract.security_asked is None or contract.security_asked <= most:
        return None
    return reason(
        "a performance security of {asked} is asked, at most {most} is allowed",
        asked=contract.security_asked,
        most=most,
    )


@Guard
def refusal_is_recorded(facts: Facts) -> Reason | None:
    """How the winner lost the award is recorded with its evidence (招投标条例 74; 采购条例 49)."""
    written = facts.expect(RefusalState).because.strip()
    return None if written else reason("it must be written down how the winner lost the award")


@Guard
def additions_stay_within_their_limit(facts: Facts, *, limit: str) -> Reason | None:
    """All supplements together add at most the lawful share of the contract (采购法 49)."""
    contract = facts.expect(ContractState)
    if additions_are_allowed(contract.amount, contract.additions, facts.parameters, limit=limit):
        return None
    most = contract.amount.percent(facts.parameters.decimal(limit))
    return reason("all supplements together may add {most} at most", most=most)


@Guard
def performance_is_accepted(facts: Facts) -> Reason | None:
    """The performance was accepted and the acceptance is on record (采购条例 45; 平台39号令 16)."""
    accepted = facts.expect(ContractState).is_accepted
    return None if accepted else reason("the acceptance of the performance is not on record")


def _passed_over(choice: AwardChoice) -> range:
    return range(1, choice.rank)


def _no_ground(choice: AwardChoice) -> Reason | None:
    bare = [rank for rank in _passed_over(choice) if rank not in choice.grounds]
    if not bare:
        return None
    ranks = ", ".join(map(str, bare))
    return reason("rank {ranks} may be passed over only for a ground of the law", ranks=ranks)
