"""What is public, and from when: the one table that every public page asks.

Pure: a page finds out which phases a lot has reached and asks :func:`is_public`. What has no phase is shown to
nobody by this app. Rows of evidence have their own table, by the name of the event (the log's section on entries).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from disclosure.names import Item, Phase

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet


# The notice with which a phase begins.
BEGINS_WITH: Mapping[str, frozenset[Phase]] = {
    "PLAN": frozenset({Phase.INTENTION}),
    "NOTICE": frozenset({Phase.INTENTION, Phase.ANNOUNCEMENT}),
    "OPENING": frozenset({Phase.OPENING}),
    "CANDIDATE": frozenset({Phase.CANDIDATES}),
    "AWARD": frozenset({Phase.CANDIDATES, Phase.RESULT}),
    "CONTRACT": frozenset({Phase.CONTRACT}),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what, from which phase on, by which source."""

    item: Item
    what: Reason
    since: Phase
    source: str


_WHAT_IS_ASKED = "招投标法 22; 招投标条例 21"
TABLE: tuple[Row, ...] = (
    Row(
        Item.PROJECT,
        reason("That a project exists, its number, title, owner and agent"),
        Phase.INTENTION,
        "采购意向; 10号令 5",
    ),
    Row(
        Item.FACTS,
        reason("Lots, amounts, conditions, rule edition, stages and deadlines"),
        Phase.ANNOUNCEMENT,
        "10号令 5; 87号令 13",
    ),
    Row(Item.DOCUMENTS, reason("Tender documents with their digests"), Phase.ANNOUNCEMENT, "招投标条例 16; 20号令 24"),
    Row(Item.ANSWERS, reason("Questions with their answers"), Phase.ANNOUNCEMENT, _WHAT_IS_ASKED),
    Row(
        Item.AMENDMENTS,
        reason("Amendments and what they do to the deadline"),
        Phase.ANNOUNCEMENT,
        "招投标条例 21; 采购条例 31",
    ),
    Row(Item.HOLDS, reason("Holds with their ground"), Phase.ANNOUNCEMENT, "招投标条例 22, 54, 62"),
    Row(
        Item.BIDS,
        reason("How many bids there are, from whom, their prices: the opening record"),
        Phase.OPENING,
        "招投标法 22, 36; 20号令 29-32",
    ),
    Row(Item.CANDIDATES, reason("Candidates with rank, price and score"), Phase.CANDIDATES, "招投标条例 54; 10号令 6"),
    Row(Item.REJECTIONS, reason("Rejected bids with the reasons"), Phase.CANDIDATES, "濮阳条例 18; 87号令 69"),
    Row(Item.CALCULATION, reason("The worked calculation of the ranking"), Phase.RESULT, "濮阳条例 18"),
    Row(Item.COMMITTEE, reason("Names of the evaluation committee"), Phase.RESULT, "招投标法 37; 87号令 69"),
    Row(Item.AWARD, reason("The winner and the amount"), Phase.RESULT, "10号令 6; 87号令 69"),
    Row(Item.CONTRACT, reason("The contract and its changes"), Phase.CONTRACT, "采购条例 50; 平台39号令 16"),
    Row(
        Item.LETTER,
        reason("The award notice to the winner: for its addressee, the buying side and the auditor"),
        Phase.NEVER,
        "招投标法 45",
    ),
    Row(Item.OPEN_QUESTIONS, reason("Questions that wait for their answer"), Phase.NEVER, _WHAT_IS_ASKED),
    Row(Item.ASKERS, reason("Who asked a question"), Phase.NEVER, _WHAT_IS_ASKED),
    Row(Item.OBTAINERS, reason("Who obtained the documents, and how many did"), Phase.NEVER, "招投标法 22"),
    Row(Item.OFFERS, reason("Files of an offer"), Phase.NEVER, "招投标法 38; 政府信息公开条例 15"),
)
_SINCE = {row.item: row.since for row in TABLE}


def reached(codes: AbstractSet[str]) -> frozenset[Phase]:
    """Return the phases that begin with the notices published so far (``codes``)."""
    return frozenset().union(*(BEGINS_WITH.get(code, frozenset()) for code in codes))


def is_public(item: Item, phases: AbstractSet[Phase]) -> bool:
    """Return whether ``item`` may be shown of a lot that has reached ``phases``."""
    return _SINCE[item] in phases


# Evidence entries that are public, by event. What is not named here is for the auditor only. Entries that would
# tell who bids are held back until the opening by bidding's own reading of the log, and what parties to a draw give
# until the draw is over by evaluation's, whatever stands here.
EVENTS: Mapping[str, Phase] = {
    "bid.sealed": Phase.OPENING,
    "bid.withdrawn": Phase.OPENING,
    "payload.stored": Phase.OPENING,
    "opening.release": Phase.OPENING,
    "bidding.bid.given_up": Phase.OPENING,
    "bidding.opening.objected": Phase.OPENING,
    "bidding.opening.answered": Phase.OPENING,
    "bidding.read_out.confirmed": Phase.OPENING,
    "tender.opened": Phase.ANNOUNCEMENT,
    "tender.published": Phase.ANNOUNCEMENT,
    "tender.extended": Phase.ANNOUNCEMENT,
    "tender.closed": Phase.ANNOUNCEMENT,
    "draw.vrf": Phase.ANNOUNCEMENT,
    "draw.manifest": Phase.ANNOUNCEMENT,
    "draw.commit": Phase.ANNOUNCEMENT,
    "draw.reveal": Phase.ANNOUNCEMENT,
    "draw.release": Phase.ANNOUNCEMENT,
    "draw.result": Phase.ANNOUNCEMENT,
    "draw.refusal": Phase.ANNOUNCEMENT,
    "key.rehearsed": Phase.ANNOUNCEMENT,
    "payload.erased": Phase.ANNOUNCEMENT,
    "key.destroyed": Phase.ANNOUNCEMENT,
    "bidding.holders.appointed": Phase.ANNOUNCEMENT,
    "bidding.holder.keyed": Phase.ANNOUNCEMENT,
    "bidding.holder.lost": Phase.ANNOUNCEMENT,
    "bidding.ceremony.assembled": Phase.ANNOUNCEMENT,
    "bidding.ceremony.signed": Phase.ANNOUNCEMENT,
    "bidding.rehearsal.begun": Phase.ANNOUNCEMENT,
    "bidding.opening.postponed": Phase.ANNOUNCEMENT,
    "trading.project.announced": Phase.ANNOUNCEMENT,
    "trading.lot.moved": Phase.ANNOUNCEMENT,
    "trading.notice.published": Phase.ANNOUNCEMENT,
    "trading.question.answered": Phase.ANNOUNCEMENT,
    "trading.hold.placed": Phase.ANNOUNCEMENT,
    "trading.hold.lifted": Phase.ANNOUNCEMENT,
    "supervision.objection.answered": Phase.ANNOUNCEMENT,
    "evaluation.draw.prepared": Phase.RESULT,
    "evaluation.draw.given_up": Phase.RESULT,
    "evaluation.draw.key_lost": Phase.RESULT,
    "evaluation.committee.named": Phase.RESULT,
    "evaluation.member.declared": Phase.RESULT,
    "evaluation.member.replaced": Phase.RESULT,
    "evaluation.bids.voted_on": Phase.RESULT,
    "evaluation.bid.reviewed": Phase.RESULT,
    "evaluation.sheets.handed_in": Phase.RESULT,
    "evaluation.ranking.calculated": Phase.RESULT,
    "evaluation.report.drawn_up": Phase.RESULT,
    "evaluation.report.taken_back": Phase.RESULT,
    "evaluation.report.answered": Phase.RESULT,
    "trading.contract.registered": Phase.CONTRACT,
    "trading.contract.supplemented": Phase.CONTRACT,
    "trading.contract.accepted": Phase.CONTRACT,
}
# Public without belonging to any tender.
EVENTS_OF_NO_TENDER = frozenset({"key.enrolled", "client.release", "log.continued"})
# Acts of these roles tell who sits on the committee: nobody reads their entries before the result.
COMMITTEE_ROLE = "EXPERT"
COMMITTEE_EVENTS = "evaluation."


def events_of(phase: Phase) -> tuple[str, ...]:
    """Return the public events of a phase, in the order of the table."""
    return tuple(event for event, since in EVENTS.items() if since is phase)
