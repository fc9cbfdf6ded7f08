"""Stories of draws: a lot whose key holders are ready, a pool, and parties that commit and show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bidding.keyholding import threshold, vkey_name
from bidding.models import Ceremony, KeyHolder
from bidding.names import Seat
from bidding.rules import ceremony as ceremony_rules
from bidding.rules.wrapping import public_key_of
from core.canonical import b64u_encode
from core.notes import SigningKey, sign_statement
from evaluation import contributing, draw_papers, drawing, pooling, settling
from evaluation.models import Draw, PooledExpert
from evaluation.rules import draw_documents, draw_escrow
from tests.remembering import remembered
from tests.stories import evaluation as work
from tests.stories.bidding import SEATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from core.actors import Actor
    from evaluation.draw_pools import Left
    from tests.cast import Cast
    from tests.stories.bidding import Tender
    from tests.stories.evaluation import Case
    from trading.names import Kind

STRATUM = "civil"
POOL = ("one", "two", "three", "four", "five", "six", "seven")
PARTIES = ("agency", "supervisor", "tenderee")
AT = work.OPENED


@dataclass
class Holder:
    """What a key holder keeps for itself."""

    actor: Actor
    secret: bytes
    signing: SigningKey


@dataclass
class Opened(work.Case):
    """A lot whose bids were sealed and opened with real keys."""

    holders: dict[str, Holder] = field(default_factory=dict)


def opened(tender: Tender) -> Opened:
    """Return the case of a tender whose session is over, with the keys that its holders made."""
    holders = {
        kid: Holder(tender.cast.actor(held.name), held.secret, held.signing) for kid, held in tender.holders.items()
    }
    pool(tender.cast)
    return Opened(tender.cast, tender.project.pk, "owner", 5, holders)


def holders_of(case: Case) -> dict[str, Holder]:
    """Return the key holders of the case's lot, made ready with a signed ceremony on the first call."""
    if isinstance(case, Opened):
        return case.holders
    names = dict(SEATS) | {Seat.TENDEREE: f"{case.buyer}.holder"}
    found = {}
    for seat, name in names.items():
        actor = case.cast.actor(name)
        found[seat.value] = Holder(actor, (seat.value.encode() * 32)[:32], _signer(actor))
    if not Ceremony.objects.filter(lot=case.lot).exists():
        _ceremony(case, names, found)
    return found


def _signer(actor: Actor) -> SigningKey:
    return SigningKey(vkey_name(actor), (b"signing" + actor.person.encode() * 32)[:32])


def _ceremony(case: Case, names: Mapping[Seat, str], found: Mapping[str, Holder]) -> None:
    for seat, name in names.items():
        holder, membership = found[seat.value], case.cast.seats[name]
        KeyHolder.objects.create(
            project=case.project, kid=seat.value, seat=seat.value, organisation=membership.organisation,
            user=membership.user, appointed_at=AT, keyed_at=AT, vkey=str(holder.signing.verify_key),
            public_key=b64u_encode(public_key_of(holder.secret)),
        )  # fmt: skip
    rows = KeyHolder.objects.select_related("organisation").filter(project=case.project)
    made = ceremony_rules.make_ceremony(
        tender=case.lot.number,
        k=threshold(len(rows)),
        holders=[
            ceremony_rules.Holder(
                kid=row.kid, public=public_key_of(found[row.kid].secret), vkey=row.vkey,
                org=row.organisation.number, role=row.seat,
            )
            for row in rows
        ],
        max_size=1_000_000,
    )  # fmt: skip
    Ceremony.objects.create(
        lot=case.lot, document=made.data, digest=made.digest, threshold=made.k, size=made.n, rescue_seconds=made.rescue,
        max_size=made.max_size, assembled_at=AT, signed_at=AT,
    )  # fmt: skip


@remembered
def pooled(cast: Cast, kind: Kind, **fields: object) -> Case:
    """The bids are read out, the holders are ready, and seven experts stand in one stratum."""
    case = work.read_out(cast, kind, **fields)
    holders_of(case)
    pool(cast)
    return case


def pool(cast: Cast) -> None:
    """Seven experts stand in one stratum."""
    for nth in POOL:
        if PooledExpert.objects.filter(user=cast.user(f"expert.{nth}"), stratum=STRATUM, left_at=None).exists():
            continue  # another story of the same world has let them in
        pooling.enter(cast.user(f"expert.{nth}").number, stratum=STRATUM, actor=cast.actor("center"), at=AT)


def prepared(
    case: Case, *, seats: int = 5, left_out: Mapping[str, Left] | None = None, parties: Iterable[str] = PARTIES
) -> Draw:
    """A draw of experts is prepared and its manifest published."""
    draw = drawing.prepare_experts(
        case.lot.pk, stratum=STRATUM, seats=seats, left_out=left_out or {}, parties=tuple(parties),
        actor=case.approver, at=AT,
    )  # fmt: skip
    drawing.publish(draw.pk)
    return again(draw)


def again(draw: Draw) -> Draw:
    """Return the draw as it stands now."""
    return Draw.objects.select_related("lot__project", "entry").get(pk=draw.pk)


def contribution_of(party: str) -> bytes:
    return (party.encode() * 32)[:32]


def commit_document(case: Case, draw: Draw, party: str, **changes: bytes) -> tuple[bytes, str]:
    given = draw_documents.write_commit(
        draw_papers.manifest_of(draw), party=party, ceremony=draw_papers.ceremony_of(draw),
        contribution=changes.get("contribution", contribution_of(party)),
    )  # fmt: skip
    return given.data, sign_statement("draw-commit", given.digest, key=holders_of(case)[party].signing)


def reveal_document(case: Case, draw: Draw, party: str, **changes: bytes) -> tuple[bytes, str]:
    given = draw_documents.write_reveal(
        draw_papers.manifest_of(draw), party=party, contribution=changes.get("contribution", contribution_of(party))
    )
    return given.data, sign_statement("draw-reveal", given.digest, key=holders_of(case)[party].signing)


def release_document(case: Case, draw: Draw, kid: str) -> tuple[bytes, str]:
    _, escrows = draw_papers.wanted(draw)
    holder = holders_of(case)[kid]
    given = draw_escrow.write_release(
        draw_papers.ceremony_of(draw), manifest=draw.digest, escrows=escrows, kid=kid, secret_key=holder.secret
    )
    return given.data, sign_statement("draw-release", given.digest, key=holder.signing)


def committed(case: Case, draw: Draw, parties: Iterable[str] = PARTIES) -> Draw:
    for party in parties:
        document, note = commit_document(case, draw, party)
        contributing.commit(draw.pk, document=document, note=note, actor=holders_of(case)[party].actor, at=AT)
    return again(draw)


def shown(case: Case, draw: Draw, parties: Iterable[str] = PARTIES, *, at: datetime = AT) -> Draw:
    for party in parties:
        document, note = reveal_document(case, draw, party)
        contributing.reveal(draw.pk, document=document, note=note, actor=holders_of(case)[party].actor, at=at)
    return again(draw)


def drawn(case: Case, **fields: object) -> Draw:
    """A draw of experts from its preparation to its result."""
    draw = shown(case, committed(case, prepared(case, **fields)))
    settling.evaluate(draw.pk)
    return again(draw)
