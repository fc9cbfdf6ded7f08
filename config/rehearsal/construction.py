"""One letting as a construction open tender, from draft to contract, through the platform's own verbs.

Each run has a timeline of its own; a letting begins where the last one ended. Lots below the least number of bids
fail in the first round; a linked second round takes the same offers where the profile lets it open. A lot that the
platform refuses to take further is set aside with the reason, and the others go on.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bidding import announcing, attending, closing, opening
from bidding.queries import opened_bids
from config.rehearsal import sealing
from config.rehearsal.agreement import Outcome
from config.rehearsal.committees import evaluate, name_and_declare
from config.rehearsal.containing import contained
from config.rehearsal.people import seat_holders
from config.rehearsal.source import NOT_STATED, offer_form
from core import clock
from core.actors import SYSTEM
from core.canonical import format_time
from core.errors import Refused
from evaluation import awarding, convening, publicity, queries
from evaluation.models import Calculation
from evaluation.names import Step
from trading import contracting, drafting, retendering
from trading.models import Award, Lot, Project, RegionParameter
from trading.names import Kind, Stage
from trading.procedures.clauses import CONSTRUCTION_CLAUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from config.rehearsal.people import Cast, HolderKeys
    from config.rehearsal.source import Letting, SourceLot
    from core.actors import Actor

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND_ROUND_REGION = "second-round"
CRITERIA = {
    "basis": "none",
    "total_points": "100",
    "criteria": [
        {"code": "qualified", "title": "Qualification", "group": "qualification", "kind": "pass_fail"},
        {"code": "responsive", "title": "Responsiveness", "group": "responsiveness", "kind": "pass_fail"},
    ],
}
FEW_BIDS = "Prices were offered under competition open to everybody; the committee finds no lack of competition."
LEAST = 3  # 招投标条例 44
AS_IN_THE_SOURCE = "as in the source, not published"
GAVE_UP = "withdrawn after the opening, as in the source"
NOT_OPENED = "the opening did not come to its end"
FAILED_AGAIN = "failed in the second round too"


@dataclass
class Run:
    """One letting on its way through the platform."""

    cast: Cast
    currency: str
    edition: str
    lots: dict[str, SourceLot] = field(default_factory=dict)  # by number of the platform's lot
    outcomes: dict[str, Outcome] = field(default_factory=dict)  # by the source's lot id
    keys: dict[str, HolderKeys] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        return self.cast.actor(name)

    def lot_id(self, lot: Lot) -> str:
        return self.lots[lot.number].lot_id

    def going(self, lots: Iterable[Lot]) -> list[Lot]:
        """Return the lots that are not set aside."""
        return [lot for lot in lots if self.lot_id(lot) not in self.outcomes]

    @contextmanager
    def aside(self, *lot_ids: str) -> Iterator[None]:
        """Set the lots that have no outcome yet aside with the reason, if the block ends with a fault."""
        with contained() as fault:
            yield
        for lot_id in lot_ids:
            if fault:
                self.outcomes.setdefault(lot_id, Outcome(prices={}, winner="", amount=None, fault=fault[0]))


def allow_second_rounds(*, at: datetime) -> None:
    """Write the region profile under which a second round below the least number is opened."""
    RegionParameter.objects.get_or_create(
        region=SECOND_ROUND_REGION,
        key="ct.second_round_below_min",
        effective_from=at.date(),
        defaults={"value": "open", "source": "rehearsal", "entered_at": at, "entered_by": "rehearsal"},
    )


def run_letting(cast: Cast, letting: Letting, *, currency: str, edition: str, second_round: bool) -> dict[str, Outcome]:
    """Run all lots of one letting and return what came out, by the source's lot id."""
    run = Run(cast=cast, currency=currency, edition=edition)
    every = [lot.lot_id for lot in letting.lots]
    with run.aside(*every):
        project = drafted(run, letting)
        _announced(run, project)
        failed = _closed(run, project)
        if second_round and failed:
            with run.aside(*(run.lot_id(lot) for lot in failed)):
                _evaluated(run, _second_round(run, project, failed))
        else:
            for lot in failed:
                run.outcomes[run.lot_id(lot)] = Outcome(prices={}, winner="", amount=None, unopened=True)
        _evaluated(run, project)
    for lot_id in every:
        run.outcomes.setdefault(lot_id, Outcome(prices={}, winner="", amount=None, fault=NOT_OPENED))
    return run.outcomes


def drafted(run: Run, letting: Letting) -> Project:
    at = clock.now()
    project = drafting.create_project(
        actor=run.actor("owner.drafter"),
        at=at,
        kind=Kind.CT,
        edition=run.edition,
        title=f"Letting of {letting.date}",
        owner=run.cast.organisations["owner"],
        agent=run.cast.organisations["agent"],
        supervisor=run.cast.organisations["supervisor"],
        center=run.cast.organisations["center"],
        category="works",
        funds_type="other",
        funds_detail=NOT_STATED,
        content=NOT_STATED,
        scope=NOT_STATED,
        scale=NOT_STATED,
        qualification=NOT_STATED,
        currency=run.currency,
        approval={"authority": NOT_STATED, "number": letting.date, "on": letting.date},
        method="lowest_evaluated_price",
        tie_rule="price_technical_owner",
        criteria=CRITERIA,
        terms=_terms(at),
        source={"letting_date": letting.date},
    )
    for source in letting.lots:
        lot = drafting.add_lot(
            project.pk,
            actor=run.actor("owner.drafter"),
            at=at,
            title=source.title[:300],
            description=source.description,
            duration=source.duration[:200],
            quality=NOT_STATED,
            closes_at=_deadline(at),
            source={"lot_id": source.lot_id, "letting_date": source.letting, "contract_id": source.contract_id},
        )
        run.lots[lot.number] = source
    return project


def _terms(at: datetime) -> dict[str, object]:
    return {
        "document_access": NOT_STATED,
        "documents_from": format_time(at),
        "documents_until": format_time(_deadline(at)),
        "submission": "sealed, on this platform",
        "contact_name": NOT_STATED,
        "contact_phone": NOT_STATED,
        "objection_channel": "on this platform",
        "bid_validity_days": 120,
        "is_whole": True,
        "approved_extent": "all",
        "approved_access": "open",
        "approved_organisation": "agent",
        "tender_extent": "all",
        "clauses_checked": [item.key for item in CONSTRUCTION_CLAUSES],
        "state_funds_dominate": False,
        "sme_policy": NOT_STATED,
    }


def _deadline(at: datetime) -> datetime:
    """Return the deadline of a draft begun at ``at``: announced a day later, twenty days, rolled over any holiday."""
    return at + 35 * DAY


def _announced(run: Run, project: Project) -> None:
    """Hold the key ceremony, announce, rehearse the keys and take every offer of the source."""
    lots = open_project(run, project)
    clock.move_to(min(lot.closes_at for lot in lots if lot.closes_at is not None) - 4 * HOUR)
    for lot in lots:
        with run.aside(run.lot_id(lot)):
            _offers(run, lot)


def open_project(run: Run, project: Project) -> list[Lot]:
    start = clock.now()
    run.keys = seat_holders(run.cast, project, at=start)
    lots = list(project.lots.all())
    sealing.sign_ceremonies(lots, run.keys, at=start + HOUR)
    clock.move_to(start + DAY)
    drafting.submit_notice(project.pk, actor=run.actor("owner.drafter"), at=clock.now())
    clock.move_to(clock.now() + HOUR)
    bound = announcing.announce(project.pk, actor=run.actor("owner.approver"), at=clock.now()).edition
    if bound != run.edition:
        raise Refused(f"the announcement bound edition {bound}, not {run.edition}")
    clock.move_to(clock.now() + HOUR)
    sealing.rehearse_keys(lots, run.keys, at=clock.now())
    return lots


def _offers(run: Run, lot: Lot) -> None:
    source = run.lots[lot.number]
    for bid in source.bids:
        seat = run.cast.bidder(bid.vendor, bid.name, at=clock.now())
        form = offer_form(bid.total, currency=run.currency, duration=source.duration)
        sealing.submit_offer(lot, form, actor=seat.actor(), key=run.cast.bidder_keys[bid.vendor], at=clock.now())


def _closed(run: Run, project: Project) -> list[Lot]:
    """Close every bid box, open what may be opened; return the lots with too few bids."""
    lots = list(project.lots.select_related("project"))
    closes_at = max(lot.closes_at for lot in lots if lot.closes_at is not None)
    clock.move_to(closes_at)
    for lot in lots:
        with run.aside(run.lot_id(lot)):
            closing.close(lot.pk)
    clock.move_to(closes_at + timedelta(minutes=5))
    failed = []
    for lot in run.going(Lot.objects.filter(project=project).select_related("project", "close")):
        if lot.stage == Stage.FAILED:
            failed.append(lot)
            continue
        with run.aside(run.lot_id(lot)):
            sealing.release_shares(lot, run.keys, at=clock.now())
            opening.finish(lot.pk, actor=run.actor("owner.approver"), at=clock.now())
    return failed


def _second_round(run: Run, project: Project, failed: Iterable[Lot]) -> Project:
    """Tender the failed lots again under the profile that opens them, with the same offers."""
    sources = {lot.source["lot_id"]: run.lots[lot.number] for lot in failed}
    clock.move_to(clock.now() + DAY)
    again = retendering.retender(
        project.pk,
        analysis="too few bids, as in the source; the profile of the second round opens them",
        actor=run.actor("owner.drafter"),
        at=clock.now(),
        region=SECOND_ROUND_REGION,
        edition=run.edition,
    )
    for lot in again.lots.all():
        run.lots[lot.number] = sources[lot.source["lot_id"]]
        drafting.edit_lot(lot.pk, actor=run.actor("owner.drafter"), at=clock.now(), closes_at=_deadline(clock.now()))
    drafting.edit_project(again.pk, actor=run.actor("owner.drafter"), at=clock.now(), terms=_terms(clock.now()))
    _announced(run, again)
    for lot in _closed(run, again):
        run.outcomes[run.lot_id(lot)] = Outcome(prices={}, winner="", amount=None, fault=FAILED_AGAIN)
    return again


def _evaluated(run: Run, project: Project) -> None:
    """Evaluate, publish, award and contract every opened lot of a project."""
    lots = run.going(Lot.objects.filter(project=project, stage=Stage.OPENED).select_related("project"))
    clock.move_to(clock.now() + HOUR)
    _each(run, lots, _ranked)
    clock.move_to(clock.now() + DAY)
    _each(run, lots, _published)
    clock.move_to(max([clock.now(), *(_due(lot) for lot in run.going(lots))]))
    _each(run, lots, _awarded)
    clock.move_to(clock.now() + DAY)
    _each(run, lots, _contracted)


def _each(run: Run, lots: Iterable[Lot], step: Callable[[Run, Lot], None]) -> None:
    for lot in run.going(lots):
        with run.aside(run.lot_id(lot)):
            step(run, lot)


def _due(lot: Lot) -> datetime:
    due = Lot.objects.values_list("next_due_at", flat=True).get(pk=lot.pk)
    return due or clock.now()


def _ranked(run: Run, lot: Lot) -> None:
    source = run.lots[lot.number]
    at = clock.now()
    for bid in source.bids:
        if bid.is_withdrawn:
            opened = opened_bids(lot).get(bidder__code=bid.vendor)
            actor = run.cast.seats[f"bidder.{bid.vendor}"].actor()
            attending.give_up(opened.pk, because=GAVE_UP, actor=actor, at=at)
    actors = name_and_declare(run.cast, lot)
    convening.convene(lot.pk, actor=run.actor("owner.drafter"), at=at)
    few = FEW_BIDS if len(source.bids) < LEAST else ""
    evaluate(lot, actors, owner=run.actor("owner.approver"), steps=Step, few_bids_because=few)


def _published(run: Run, lot: Lot) -> None:
    publicity.publish_candidates(lot.pk, actor=run.actor("owner.approver"), at=clock.now())


def _awarded(run: Run, lot: Lot) -> None:
    """Award to rank one, or past it where the source did: to another candidate, or because rank one gave up."""
    publicity.end(lot.pk, SYSTEM, clock.now())
    source = run.lots[lot.number]
    standing = [row for row in queries.candidates_of(lot) if row.bid.gave_up_at is None]
    if not standing:
        raise Refused("every candidate gave up")
    first = standing[0]
    chosen = next((row for row in standing if row.bid.bidder.code == source.printed.winner), first)
    awarding.award(
        lot.pk,
        candidate_id=chosen.pk,
        because="" if chosen is first else AS_IN_THE_SOURCE,
        actor=run.actor("owner.approver"),
        at=clock.now(),
    )
    awarding.notify_award(lot.pk, actor=run.actor("owner.approver"), at=clock.now())


def _contracted(run: Run, lot: Lot) -> None:
    source = run.lots[lot.number]
    at = clock.now()
    award = Award.objects.select_related("organisation").get(lot=lot, fell_at=None)
    if source.printed.has_contract:
        contract = contracting.draft_contract(
            lot.pk, actor=run.actor("owner.drafter"), at=at, title=source.title[:300], summary=NOT_STATED
        )
        contracting.sign(contract.pk, keeps_to_bid=True, actor=run.actor("owner.approver"), at=at)
        contracting.sign(
            contract.pk, keeps_to_bid=True, actor=run.cast.seats[f"bidder.{award.organisation.code}"].actor(), at=at
        )
        contracting.register(contract.pk, actor=run.actor("owner.drafter"), at=at)
    ranking = Calculation.objects.get(lot=lot).document["ranking"]
    by_number = {seat.organisation.number: seat.organisation.code for seat in run.cast.seats.values()}
    prices = {by_number[entry["bid"]]: Decimal(entry["price"]) for entry in ranking}
    past = "" if award.rank == 1 else award.because or GAVE_UP
    run.outcomes[source.lot_id] = Outcome(
        prices, winner=award.organisation.code, amount=award.amount, past_rank_one=past
    )
