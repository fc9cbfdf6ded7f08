"""What the people of the demonstration do until the bids are open: each act is the verbs that a page would call.

The clock stands while they act; it says when (config/demonstration/timeline.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bidding import announcing, depositing, keyholding, opening
from bidding.depositing import StatementRow
from bidding.models import Deposit
from bidding.names import Seat
from bidding.rules.form import OfferForm
from bidding.rules.wrapping import public_key_of
from config.demonstration import keys, papers
from config.demonstration.texts import APPROVED_AS_PLANNED, MARK, PRICE_ONLY
from config.rehearsal import sealing
from config.rehearsal.people import HolderKeys
from core import clock, storage
from core.canonical import b64_encode, b64u_encode, format_time
from core.money import capital_words
from trading import drafting
from trading.models import Lot, Project
from trading.procedures import procedure_in_force

if TYPE_CHECKING:
    from datetime import datetime

    from config.demonstration.cast import Cast
    from config.demonstration.sectors import Sector
    from config.demonstration.texts import Tender
    from core.actors import Actor

_HOLDER_OF = {
    Seat.TENDEREE: "key-{side}",
    Seat.AGENCY: "key-agent",
    Seat.SUPERVISOR: "key-supervisor",
    Seat.PLATFORM: "key-centre",
}


@dataclass
class Run:
    """One project of the demonstration on its way, with what its key holders keep."""

    cast: Cast
    tender: Tender
    sector: Sector
    project: Project
    keys: dict[str, HolderKeys] = field(default_factory=dict)

    @property
    def drafter(self) -> Actor:
        return self.cast.actor(f"{self.sector.side}-drafter")

    @property
    def approver(self) -> Actor:
        return self.cast.actor(f"{self.sector.side}-approver")

    @property
    def lots(self) -> list[Lot]:
        return list(Lot.objects.filter(project=self.project).select_related("project__owner", "project__agent"))

    @property
    def lot(self) -> Lot:
        return self.lots[0]


def draft(
    cast: Cast,
    tender: Tender,
    sector: Sector,
    *,
    announced: datetime | None = None,
    deadline: datetime | None = None,
) -> Run:
    """Draft the project with its lots; without dates it is left as somebody leaves it in the evening."""
    is_whole = announced is not None and deadline is not None
    project = drafting.create_project(
        actor=cast.actor(f"{sector.side}-drafter"),
        at=clock.now(),
        kind=sector.kind,
        title=f"{MARK}{tender.title}",
        owner=cast.organisations[sector.side],
        agent=cast.organisations["agent"],
        supervisor=cast.organisations["supervisor"],
        center=cast.organisations["center"],
        category=tender.category,
        funds_type="budget",
        content=tender.content,
        scope=tender.scope,
        scale=tender.scale,
        qualification=tender.qualification,
        is_mandatory_tender=sector.is_mandatory_tender,
        **(_terms_of(tender, sector, announced, deadline) if announced and deadline else {}),
    )
    run = Run(cast, tender, sector, project)
    for title in filter(None, (tender.lot, tender.second_lot)):
        _add_lot(run, title, deadline)
    if is_whole:
        _attach_documents(run)
    return run


def take_over(first: Run, project: Project, *, announced: datetime, deadline: datetime) -> Run:
    """Go on with a project that was tendered again: new dates, new documents, everything else as before."""
    run = Run(first.cast, first.tender, first.sector, project)
    terms = _terms_of(run.tender, run.sector, announced, deadline)["terms"]
    drafting.edit_project(project.pk, actor=run.drafter, at=clock.now(), terms=terms)
    for lot in run.lots:
        drafting.edit_lot(lot.pk, actor=run.drafter, at=clock.now(), closes_at=deadline)
    _attach_documents(run)
    return run


def appoint_holders(run: Run) -> None:
    """Appoint four key holders, let each make its keys and sign the ceremony of every lot."""
    seats = {seat: run.cast.seats[name.format(side=run.sector.side)] for seat, name in _HOLDER_OF.items()}
    drafts = keyholding.default_seats(run.project, {seat: row.user for seat, row in seats.items()})
    for row in keyholding.appoint(run.project.pk, drafts, actor=run.drafter, at=clock.now()):
        username = _HOLDER_OF[Seat(row.seat)].format(side=run.sector.side)
        seat = run.cast.seats[username]
        key = keys.holder_key(seat, seed=run.cast.holder_seeds[username])
        wrapped = keys.wrap(key)
        keys.keep(f"{username}-{run.project.number}", wrapped)
        keyholding.submit_key(
            row.pk,
            public_key=b64u_encode(public_key_of(key.secret)),
            vkey=str(key.signing.verify_key),
            wrapped=b64_encode(wrapped),
            actor=seat.actor(),
            at=clock.now(),
        )
        run.keys[row.kid] = HolderKeys(secret=key.secret, signing=key.signing, actor=seat.actor())
    sealing.sign_ceremonies(run.lots, run.keys, at=clock.now())


def intend(run: Run) -> None:
    drafting.intend(run.project.pk, actor=run.approver, at=clock.now())


def submit_notice(run: Run) -> None:
    drafting.submit_notice(run.project.pk, actor=run.drafter, at=clock.now())


def announce(run: Run) -> None:
    announcing.announce(run.project.pk, actor=run.approver, at=clock.now())


def open_the_box(run: Run) -> None:
    """Let every key holder answer the rehearsal; the last answer opens the bid box."""
    sealing.rehearse_keys(run.lots, run.keys, at=clock.now())


def offer(run: Run, username: str, price: int, *, lot: Lot | None = None) -> None:
    """Seal an offer with its technical part and submit it."""
    seat, amount = run.cast.seats[username], Decimal(price)
    form = OfferForm(
        currency="CNY",
        price=amount,
        price_words=capital_words(amount),
        duration=run.tender.duration,
        quality=run.tender.quality,
        manager=seat.user.name,
        manager_certificates=f"一级建造师注册证书 TEST-{seat.user.number}",
        deposit=Decimal(run.tender.deposit) if run.tender.deposit else None,
        deposit_form="transfer" if run.tender.deposit else "",
    )
    sealing.submit_offer(
        lot or run.lot,
        form,
        actor=seat.actor(),
        key=run.cast.bidder_keys[username].signing,
        at=clock.now(),
        papers={"技术文件": papers.technical_part(seat.organisation.name)},
    )


def release_and_open(run: Run) -> None:
    """Let as many holders as are needed release their shares; the last release opens the bids."""
    sealing.release_shares(run.lot, run.keys, at=clock.now())


def finish_opening(run: Run) -> None:
    opening.finish(run.lot.pk, actor=run.approver, at=clock.now())


def match_deposits(run: Run) -> None:
    """Match the bank's statement with the deposits, and lock them."""
    due = Deposit.objects.filter(lot=run.lot).select_related("organisation", "lot").order_by("pk")
    rows = [
        StatementRow(
            account_name=deposit.organisation.name,
            amount=deposit.required,
            currency=deposit.currency,
            arrived_at=_before(deposit.lot.closes_at or clock.now()),
            reference=f"{run.project.number}-{nth}",
        )
        for nth, deposit in enumerate(due, start=1)
    ]
    agent = run.cast.actor("agent")
    depositing.match_statement(run.lot.pk, rows, actor=agent, at=clock.now())
    depositing.lock(run.lot.pk, actor=agent, at=clock.now())


def _before(deadline: datetime) -> datetime:
    return deadline.replace(hour=0)


def _add_lot(run: Run, title: str, deadline: datetime | None) -> None:
    tender = run.tender
    drafting.add_lot(
        run.project.pk,
        actor=run.drafter,
        at=clock.now(),
        title=title,
        estimated_value=Decimal(tender.estimate),
        ceiling_price=tender.ceiling if deadline else None,
        budget=Decimal(tender.estimate) if run.sector.has_budget else None,
        deposit_amount=Decimal(tender.deposit) if tender.deposit else None,
        duration=tender.duration,
        quality=tender.quality,
        closes_at=deadline,
    )


def _terms_of(tender: Tender, sector: Sector, announced: datetime, deadline: datetime) -> dict[str, Any]:
    return {
        "funds_detail": "市级财政资金 100%",
        "approval": {
            "authority": "滨江市发展和改革委员会",
            "number": tender.approval_number,
            "on": announced.date().replace(day=1).isoformat(),
        }
        if tender.approval_number
        else {},
        "method": tender.method,
        "method_parameters": dict(tender.method_parameters),
        "tie_rule": "price_technical_owner",
        "criteria": dict(tender.criteria) or PRICE_ONLY,
        "terms": {
            "document_access": "在本平台免费下载",
            "documents_from": format_time(announced),
            "documents_until": format_time(deadline),
            "submission": "在本平台加密递交",
            "contact_name": "何建平",
            "contact_phone": "0000-60000004",
            "opening_place": "本平台开标大厅",
            "objection_channel": "在本平台提出",
            "bid_validity_days": 90,
            "is_whole": True,
            **APPROVED_AS_PLANNED,
            "clauses_checked": [item.key for item in procedure_in_force(sector.kind, announced.date()).clauses],
            "sme_policy": "对小微企业报价给予10%的扣除",
        },
    }


def _attach_documents(run: Run) -> None:
    content = papers.tender_documents(run.project, run.lots)
    drafting.attach_document(
        run.project.pk,
        actor=run.drafter,
        at=clock.now(),
        title=run.sector.documents,
        media="application/pdf",
        file=storage.keep_bytes(content, at=clock.now()),
    )
