"""The words of disclosure: what may be shown, from when, and the names of the log's events."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Mapping


class Phase(StrEnum):
    """How far the public has come to know a lot; each begins with a publication, not with a stage."""

    INTENTION = "intention"
    ANNOUNCEMENT = "announcement"
    OPENING = "opening"
    CANDIDATES = "candidates"
    RESULT = "result"
    CONTRACT = "contract"
    NEVER = "never"


class Item(StrEnum):
    """What a public page may show."""

    PROJECT = "project"
    FACTS = "facts"
    DOCUMENTS = "documents"
    ANSWERS = "answers"
    AMENDMENTS = "amendments"
    HOLDS = "holds"
    BIDS = "bids"
    CANDIDATES = "candidates"
    REJECTIONS = "rejections"
    CALCULATION = "calculation"
    COMMITTEE = "committee"
    AWARD = "award"
    CONTRACT = "contract"
    LETTER = "letter"
    OPEN_QUESTIONS = "open_questions"
    ASKERS = "askers"
    OBTAINERS = "obtainers"
    OFFERS = "offers"


PHASE_NAMES: Mapping[Phase, Reason] = {
    Phase.INTENTION: reason("from the publication of the intention or the tender notice"),
    Phase.ANNOUNCEMENT: reason("from the tender notice"),
    Phase.OPENING: reason("from the opening"),
    Phase.CANDIDATES: reason("from the publicity of candidates, or the result where there is none"),
    Phase.RESULT: reason("from the award announcement"),
    Phase.CONTRACT: reason("from the registration of the contract"),
    Phase.NEVER: reason("not published"),
}

EVENT_NAMES: Mapping[str, Reason] = {
    "bid.sealed": reason("A sealed bid was received"),
    "bid.withdrawn": reason("A bid was withdrawn before the deadline"),
    "payload.stored": reason("The file of a bid was stored"),
    "payload.erased": reason("The file of a void bid was erased"),
    "opening.release": reason("A key holder released its shares"),
    "tender.published": reason("The tender with its key ceremony was published"),
    "tender.extended": reason("The deadline was extended"),
    "tender.closed": reason("The bid box was closed"),
    "tender.opened": reason("The bids were opened"),
    "key.enrolled": reason("A signing key was enrolled"),
    "key.rehearsed": reason("A key holder passed the rehearsal"),
    "key.destroyed": reason("A key was destroyed"),
    "client.release": reason("A release of the sealing program"),
    "log.continued": reason("The log goes on under a new name"),
    "bidding.holders.appointed": reason("Key holders were appointed"),
    "bidding.holder.keyed": reason("A key holder handed in its public key"),
    "bidding.holder.lost": reason("A key holder reported the loss of its key"),
    "bidding.ceremony.assembled": reason("The key ceremony was assembled"),
    "bidding.ceremony.signed": reason("A key holder signed the ceremony"),
    "bidding.rehearsal.begun": reason("A rehearsal of the keys began"),
    "bidding.opening.postponed": reason("The opening was postponed for all bids"),
    "bidding.bid.given_up": reason("A bidder gave up after the opening"),
    "bidding.submission.refused": reason("A submission was refused"),
    "trading.project.announced": reason("The project was announced"),
    "trading.lot.moved": reason("The lot changed its stage"),
    "trading.notice.published": reason("A notice was published"),
    "trading.question.asked": reason("A question was asked"),
    "trading.question.answered": reason("A question was answered"),
    "trading.amendment.drafted": reason("An amendment was drafted"),
    "trading.amendment.dropped": reason("A draft amendment was dropped"),
    "trading.hold.placed": reason("A hold was placed"),
    "trading.hold.lifted": reason("A hold was lifted"),
    "trading.award.decided": reason("The winner was determined"),
    "trading.award.fell": reason("An award fell"),
    "trading.contract.drafted": reason("A contract was drafted"),
    "trading.contract.registered": reason("The contract was registered"),
    "trading.contract.supplemented": reason("The contract was supplemented"),
    "trading.contract.accepted": reason("The performance was accepted"),
    "draw.vrf": reason("The key of the lot's draws was enrolled"),
    "draw.manifest": reason("The manifest of a draw was published"),
    "draw.commit": reason("A party of a draw committed"),
    "draw.reveal": reason("A party of a draw showed its contribution"),
    "draw.release": reason("A key holder opened what was missing in a draw"),
    "draw.result": reason("A draw was made"),
    "draw.refusal": reason("Somebody drawn does not serve"),
    "evaluation.draw.prepared": reason("A draw was prepared"),
    "evaluation.draw.given_up": reason("A draw was given up"),
    "evaluation.draw.key_lost": reason("The key of a draw was lost"),
    "evaluation.expert.entered": reason("An expert entered the pool"),
    "evaluation.expert.left": reason("An expert left the pool"),
    "evaluation.committee.named": reason("The committee was named"),
    "evaluation.member.declared": reason("A member declared its interests"),
    "evaluation.member.replaced": reason("A member was replaced"),
    "evaluation.bids.voted_on": reason("A member voted in the review"),
    "evaluation.bid.reviewed": reason("A bid was reviewed"),
    "evaluation.sheets.handed_in": reason("A member handed in score sheets"),
    "evaluation.ranking.calculated": reason("The ranking was calculated"),
    "evaluation.report.drawn_up": reason("The report was drawn up"),
    "evaluation.report.answered": reason("A member answered the report"),
    "supervision.objection.made": reason("An objection was made"),
    "supervision.objection.answered": reason("An objection was answered"),
    "supervision.objection.withdrawn": reason("An objection was withdrawn"),
    "trading.project.created": reason("A project was drafted"),
    "trading.project.edited": reason("A draft was edited"),
    "trading.lot.added": reason("A lot was added to a draft"),
    "trading.lot.edited": reason("A lot of a draft was edited"),
    "trading.lot.removed": reason("A lot was removed from a draft"),
    "trading.document.attached": reason("A document was attached"),
    "trading.document.removed": reason("A document was removed"),
    "trading.calendar.loaded": reason("Days of the calendar were loaded"),
    "trading.calendar.changed": reason("A day of the calendar was changed"),
    "trading.parameter.set": reason("A regional parameter was set"),
    "trading.contract.signed_by_owner": reason("The owner signed the contract"),
    "trading.contract.signed_by_winner": reason("The winner signed the contract"),
    "trading.contract.taken_back": reason("The contract was taken back before both had signed"),
    "trading.contract.secured": reason("The performance security was given"),
    "bidding.opening.objected": reason("An objection was made at the opening"),
    "bidding.opening.answered": reason("An objection at the opening was answered"),
    "bidding.read_out.confirmed": reason("A bidder confirmed what was read out"),
    "bidding.deposit.paid": reason("A bid security was paid"),
    "bidding.deposit.guaranteed": reason("A guarantee was given as bid security"),
    "bidding.deposit.locked": reason("A bid security was locked"),
    "bidding.deposit.released": reason("A bid security was returned"),
    "bidding.deposit.forfeited": reason("A bid security was forfeited"),
    "bidding.deposit.converted": reason("A bid security was converted"),
    "evaluation.report.taken_back": reason("The report was taken back"),
    "accounts.centre.founded": reason("The trading centre was founded"),
    "accounts.organisation.registered": reason("An organisation registered"),
    "accounts.organisation.moved": reason("An organisation changed its address or contact"),
    "accounts.organisation.admitted": reason("An organisation was admitted"),
    "accounts.organisation.refused": reason("An organisation was refused"),
    "accounts.organisation.suspended": reason("An organisation was suspended"),
    "accounts.organisation.reinstated": reason("An organisation was reinstated"),
    "accounts.membership.appointed": reason("A person was appointed"),
    "auth.session.opened": reason("A person signed in"),
    "auth.session.ended": reason("A person signed out"),
    "auth.session.refused": reason("A sign-in was refused"),
    "auth.session.proven": reason("A password was given again"),
    "auth.sessions.killed": reason("Sessions of a person were ended"),
    "auth.role.switched": reason("A person switched its seat"),
    "auth.password.changed": reason("A password was changed"),
    "auth.person.barred": reason("A person was barred"),
    "auth.recovery.asked": reason("A recovery was asked for"),
    "auth.recovery.confirmed": reason("A recovery was confirmed by a second person"),
    "auth.recovery.used": reason("A recovery was used"),
}


def event_name(event: str) -> Reason:
    """Return the name of an event; one without a name is shown as it is written in the log."""
    return EVENT_NAMES.get(event) or Reason(event)
