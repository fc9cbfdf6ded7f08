"""The projects of the world: one for each hour at which something could leak, each with somebody's secrets in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidding import attending, uploading
from bidding.models import Deposit, Receipt
from core import log_reading, storage
from core.models import LogTimestamp, OutboxEntry
from evaluation.forms import PASSED
from supervision import objecting
from tests.evaluation.web.worlds import WORLDS
from tests.stories import bidding, disclosure, drawing
from tests.stories import trading as stories
from trading import clarifying, contracting, drafting, holding
from trading.models import Document, Notice
from trading.names import Code, HoldGround, Kind, Stage

if TYPE_CHECKING:
    from tests.access.world import World

# An hour of the table → the step of the evaluation at which it looks. "gp" is a procurement: its buyer is the other one.
STEPS = {
    "named": "named",
    "qualifying_gp": "qualification",
    "tied": "tied",
    "reported": "drawn_up",
    "evaluated": "evaluated",
    "evaluated_gp": "evaluated_gp",
    "pending": "award_pending",
    "awarded": "awarded",
}
HOUR, MINUTE, DAY = bidding.MINUTE * 60, bidding.MINUTE, stories.DAY


def add_projects(world: World) -> None:
    for make in (_draft, _early, _open, _held, _closed, _opened, _judged, _candidates, _late, _drawing):
        make(world)
    for era, step in STEPS.items():
        _step(world, era, step)
    world.posted["qualifying_gp.lot"] = lambda _person: {"bidder": "OR-acme", "OR-acme-verdict": PASSED}


def _draft(world: World) -> None:
    """Still written: nobody but the buying side knows of it."""
    cast = world.cast
    project = stories.drafted(cast)
    file = storage.keep_bytes(b"%PDF-1.4 a draft that nobody may see", at=stories.ANNOUNCED - DAY)
    drafting.attach_document(
        project.pk, actor=cast.actor("owner.drafter"), at=stories.ANNOUNCED - DAY, title="draft",
        media="application/pdf", file=file,
    )  # fmt: skip
    world.hours["draft"] = stories.ANNOUNCED - DAY
    _place(world, "draft", project, digest=file.digest)


def _early(world: World) -> None:
    """Keys are made and signed, the notice waits for its second person."""
    tender = bidding.keyed(world.cast)
    world.hours["early"] = stories.ANNOUNCED - HOUR
    _place(world, "early", tender.project)
    world.tenders["early"] = tender


def _open(world: World) -> None:
    """Bids are in the box; a question waits; an amendment is drafted."""
    cast = world.cast
    tender = bidding.sealed(cast)
    at = tender.deadline - DAY / 2
    project = tender.project
    file = storage.keep_bytes(b"%PDF-1.4 the tender documents", at=stories.ANNOUNCED)
    Document.objects.create(
        project=project, title="documents", media="application/pdf", file=file, published_at=stories.ANNOUNCED,
        added_at=stories.ANNOUNCED, added_by="OWNER",
    )  # fmt: skip
    question = clarifying.ask(project.pk, actor=cast.actor("bolt"), at=at - DAY, body="清单第三项是否含运费?")
    amendment = clarifying.draft_amendment(
        project.pk, actor=cast.actor("owner.drafter"), at=at - DAY, body="清单第三项含运费。", affects_bids=False
    )
    slot = uploading.make_slot(tender.lot.pk, size=10, actor=cast.actor("acme"), at=at)
    world.hours["open"] = at
    _place(world, "open", project, digest=file.digest)
    world.objects["open.question"] = {"number": question.number}
    world.objects["open.amendment"] = {"number": amendment.number}
    world.objects["open.slot"] = {"slot": slot.slot}
    receipt = Receipt.in_box.get(seal__lot=tender.lot, seal__bidder=cast["acme"])
    world.objects["open.receipt"] = {"number": receipt.number}
    world.objects["open.receipt_file"] = {"number": receipt.number, "name": "seal.json"}
    entry = OutboxEntry.objects.filter(event="bid.sealed").latest("seq")
    world.objects["open.sealed_entry"] = {"entry_id": str(entry.id)}
    _log_of(world, entry)
    world.tenders["open"] = tender


def _log_of(world: World, sealed: OutboxEntry) -> None:
    """Places in the log: one that is public, one that is not; a tile, a bundle, a stamp."""
    public = OutboxEntry.objects.filter(event="tender.published", tender=sealed.tender).latest("seq")
    newest = log_reading.newest()
    assert newest is not None
    LogTimestamp.objects.create(checkpoint=newest, tsa="one", token=b"token", gen_time=stories.ANNOUNCED)
    world.objects["open.tile"] = {"level": "0", "place": "000.p/3"}
    world.objects["open.bundle"] = {"place": f"000.p/{min(newest.size, 255)}"}
    world.objects["open.public_place"] = {"index": str(public.idx)}
    world.objects["open.sealed_place"] = {"index": str(sealed.idx)}
    world.objects["open.stamp"] = {"size": str(newest.size)}
    world.objects["open.stamp_token"] = {"size": str(newest.size), "tsa": "one"}


def _held(world: World) -> None:
    """The supervising department has ordered a hold."""
    tender = bidding.bidding(world.cast)
    at = stories.ANNOUNCED + DAY
    hold = holding.order(
        tender.lot.pk, actor=world.cast.actor("supervisor"), at=at, ground=HoldGround.COMPLAINT_ORDER,
        because="投诉处理期间暂停", order_number="滨建监〔2026〕7号",
    )  # fmt: skip
    world.hours["held"] = at + HOUR
    _place(world, "held", tender.project)
    world.objects["held.hold"] = {"number": hold.number}


def _closed(world: World) -> None:
    """The box is closed, the holders are asked."""
    tender = bidding.closed(world.cast)
    world.hours["closed"] = tender.deadline + MINUTE
    _place(world, "closed", tender.project)


def _opened(world: World) -> None:
    """Bids are read out; one bidder objects on the spot; deposits wait for the bank's statement."""
    cast = world.cast
    tender = bidding.opened(cast)
    at = tender.deadline + 5 * MINUTE
    attending.remark(tender.lot.pk, body="唱标价格与我方不符", actor=cast.actor("acme"), at=at)
    world.hours["opened"] = at + MINUTE
    _place(world, "opened", tender.project)
    world.objects["opened.remark"] = {"number": tender.lot.number, "ordinal": "1"}
    world.objects["opened.deposit"] = {"number": tender.lot.number, "bidder": "OR-acme", "action": "match"}
    assert Deposit.objects.filter(lot=tender.lot).exists()


def _judged(world: World) -> None:
    """The committee is at work, the opened files before it."""
    _step(world, "judged", "at_work")


def _step(world: World, era: str, step: str) -> None:
    """A lot in one step of the evaluation, looked at an hour after it came there."""
    case = WORLDS[step](world.cast)
    world.hours[era] = case.lot.entered_at + HOUR
    _place(world, era, case.project)
    number = case.lot.number
    world.objects[f"{era}.member"] = {"number": number, "person": "PE-expert-two"}
    world.objects[f"{era}.bid"] = {"number": number, "bidder": "OR-acme"}
    world.objects[f"{era}.file"] = {"number": number, "bidder": "OR-acme", "name": "plan.pdf"}
    world.cases[era] = case


def _drawing(world: World) -> None:
    """One lot whose draw waits for its parties, one whose experts are drawn; nobody sits yet."""
    for era, make in (("drawing", drawing.prepared), ("drawn", drawing.drawn)):
        case = drawing.pooled(world.cast, Kind.CT)
        make(case)
        world.hours[era] = drawing.AT + HOUR
        _place(world, era, case.project)
        world.objects[f"{era}.draw"] = {"number": case.lot.number, "ordinal": "1"}
        world.cases[era] = case
    world.objects["drawing.value"] = {"number": world.cases["drawing"].lot.number, "name": "reduction"}
    world.objects["drawing.place"] = {"stratum": drawing.STRATUM, "person": "PE-expert-one"}


def _candidates(world: World) -> None:
    """Candidates are public, an objection waits for its answer."""
    case = WORLDS["public"](world.cast)
    at = case.lot.entered_at + DAY
    objection = objecting.object_to(case.lot.pk, body="第一候选人业绩不实", actor=world.cast.actor("acme"), at=at)
    world.hours["candidates"] = at + HOUR
    _place(world, "candidates", case.project)
    world.objects["candidates.objection"] = {"number": objection.number}
    world.cases["candidates"] = case


def _late(world: World) -> None:
    """Everybody is told of the result, the contract waits for its signatures. The winner is bolt."""
    case = disclosure.run(world.cast, to=Stage.CONTRACTING)
    at = case.lot.entered_at + HOUR
    contract = contracting.draft_contract(
        case.lot.pk, actor=case.drafter, at=at, title="施工合同", summary="", security_asked=None,
        file=storage.keep_bytes(b"%PDF-1.4 the contract", at=at),
    )  # fmt: skip
    world.hours["late"] = at + HOUR
    _place(world, "late", case.project)
    world.objects["late.contract"] = {"number": contract.number}
    letter = Notice.objects.get(project=case.project, code=Code.AWARD_LETTER)
    result = Notice.objects.get(project=case.project, code=Code.AWARD)
    world.objects["late.letter"] = {"number": letter.number}
    world.objects["late.notice"] = {"number": result.number}
    entry = OutboxEntry.objects.filter(event="trading.notice.published", tender=case.lot.number).earliest("seq")
    world.objects["late.entry"] = {"entry_id": str(entry.id)}
    world.cases["late"] = case


def _place(world: World, era: str, project: object, *, digest: str = "") -> None:
    number = project.number  # type: ignore[attr-defined]
    lot = project.lots.get(ordinal=1).number  # type: ignore[attr-defined]
    world.objects[f"{era}.project"] = {"number": number}
    world.objects[f"{era}.lot"] = {"number": lot}
    world.objects[f"{era}.step"] = {"number": number, "step": "subject"}
    if digest:
        world.objects[f"{era}.document"] = {"number": number, "digest": digest}
