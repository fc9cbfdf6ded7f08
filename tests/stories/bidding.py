"""Stories of bidding: a tender with real keys, seals, releases, up to what was read out and the end of the session."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from accounts import enrolling
from accounts.names import KeyKind
from bidding import (
    announcing,
    closing,
    keyholding,
    opening,
    platform_key,
    rehearsing,
    releasing,
    submitting,
    uploading,
    withdrawing,
)
from bidding.models import Ceremony, Close, KeyHolder, KeyRehearsal, OpenedBid, Opening
from bidding.models import Seal as SealRow
from bidding.names import ENVELOPE, Seat
from bidding.rules import ceremony as ceremony_rules
from bidding.rules import close as close_rules
from bidding.rules import receipt as receipt_rules
from bidding.rules.archive import describe_file
from bidding.rules.ceremony_signatures import sign_ceremony
from bidding.rules.form import OfferForm, write_form
from bidding.rules.rehearsal import answer_rehearsal, read_rehearsal
from bidding.rules.release import write_release
from bidding.rules.seal_document import Seal, read_seal
from bidding.rules.sealing import EnvelopeToSeal, seal_bid
from bidding.rules.withdrawal import write_withdrawal
from bidding.rules.wrapping import public_key_of
from core import clock, log_key, log_reading
from core.canonical import b64u_encode
from core.notes import SigningKey, parse_vkey, sign_statement
from tests.remembering import remembered
from tests.stories import trading as stories
from trading.models import Lot, Project
from trading.names import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from bidding.models import Receipt
    from tests.cast import Cast

MINUTE = timedelta(minutes=1)
SEATS = {
    Seat.TENDEREE: "owner.holder",
    Seat.AGENCY: "agent.holder",
    Seat.SUPERVISOR: "supervisor.holder",
    Seat.PLATFORM: "center.holder",
}


@dataclass
class HolderKeys:
    """What a key holder keeps for itself."""

    kid: str
    name: str  # in the cast
    secret: bytes
    signing: SigningKey


@dataclass
class Sealed:
    """A sealed bid before it is handed in: document, note, and the payload's bytes."""

    bidder: str
    seal: Seal
    note: str
    payload: bytes


@dataclass
class Tender:
    """One lot with everything that only its holders and bidders know."""

    cast: Cast
    project: Project
    holders: dict[str, HolderKeys] = field(default_factory=dict)
    bidders: dict[str, SigningKey] = field(default_factory=dict)
    ordinal: int = 1

    @property
    def lot(self) -> Lot:
        return Lot.objects.select_related("project__owner", "project__agent").get(
            project=self.project, ordinal=self.ordinal
        )

    @property
    def deadline(self) -> datetime:
        deadline = self.lot.closes_at
        assert deadline is not None
        return deadline

    @property
    def ceremony(self) -> ceremony_rules.Ceremony:
        return ceremony_rules.read_ceremony(bytes(Ceremony.objects.get(lot=self.lot).document))

    @property
    def opening(self) -> Opening:
        return Opening.objects.select_related("lot__project").get(lot=self.lot)

    def bid(self, bidder: str) -> OpenedBid:
        return OpenedBid.objects.get(opening__lot=self.lot, bidder=self.cast[bidder])

    def live(self, bidder: str) -> SealRow | None:
        return SealRow.in_box.filter(lot=self.lot, bidder=self.cast[bidder], state="live").first()


def proved(row: Receipt) -> tuple[receipt_rules.Receipt, int]:
    """Verify a receipt as its bidder does, with the quorum of the ceremony; return it and the entry's place."""
    policy = log_reading.announced_policy()
    assert policy is not None
    given = receipt_rules.read_receipt(bytes(row.document))
    keys = {"platform": parse_vkey(platform_key.vkey()), "log": parse_vkey(log_key.vkey())}
    witnesses = [one.key for one in policy.witnesses]
    proof, cosigned = receipt_rules.verify_receipt(given, note=row.note, **keys, witnesses=witnesses)
    assert len(cosigned.cosignatures) >= 2 * row.is_witnessed
    return given, proof.index


# -- keys ----------------------------------------------------------------------------------------------


@remembered
def appointed(cast: Cast, kind: Kind = Kind.CT, *, seats: Sequence[Seat] = tuple(Seat)[:4], **fields: object) -> Tender:
    """A project at its approver's, with its holders appointed and no key yet."""
    project = stories.submitted(cast, kind, **fields)
    names = dict(SEATS) | ({Seat.TENDEREE: "buyer.holder"} if kind is Kind.GP_OPEN else {})
    users = {seat: cast.user(names[seat]) for seat in seats}
    keyholding.appoint(
        project.pk,
        keyholding.default_seats(project, users),
        actor=cast.actor(_buyer(kind, "drafter")),
        at=stories.ANNOUNCED - stories.DAY,
    )
    tender = Tender(cast, project)
    for row in KeyHolder.objects.filter(project=project):
        name = names[Seat(row.seat)]
        tender.holders[row.kid] = HolderKeys(
            row.kid, name, os.urandom(32), SigningKey(keyholding.vkey_name(cast.actor(name)), os.urandom(32))
        )
    return tender


@remembered
def keyed(cast: Cast, kind: Kind = Kind.CT, **fields: object) -> Tender:
    """Every key is in and every holder has signed the ceremony of every lot."""
    tender = appointed(cast, kind, **fields)
    at = stories.ANNOUNCED - stories.DAY
    for row in KeyHolder.objects.filter(project=tender.project).order_by("kid"):
        keys = tender.holders[row.kid]
        keyholding.submit_key(
            row.pk,
            public_key=b64u_encode(public_key_of(keys.secret)),
            vkey=str(keys.signing.verify_key),
            wrapped="",
            actor=cast.actor(keys.name),
            at=at,
        )
    for ceremony in Ceremony.objects.filter(lot__project=tender.project):
        sign(tender, ceremony, at=at)
    return tender


def sign(tender: Tender, row: Ceremony, *, at: datetime) -> None:
    document = ceremony_rules.read_ceremony(bytes(row.document))
    for keys in tender.holders.values():
        note = sign_ceremony(document, key=keys.signing)
        keyholding.sign(row.lot_id, kid=keys.kid, note=note, actor=tender.cast.actor(keys.name), at=at)


@remembered
def announced(cast: Cast, kind: Kind = Kind.CT, **fields: object) -> Tender:
    """Announced with real ceremonies; the rehearsal waits for its answers."""
    tender = keyed(cast, kind, **fields)
    announcing.announce(tender.project.pk, actor=cast.actor(_buyer(kind, "approver")), at=stories.ANNOUNCED)
    tender.project = Project.objects.get(pk=tender.project.pk)
    return tender


def answered(tender: Tender, kid: str, *, at: datetime = stories.ANNOUNCED + MINUTE) -> KeyRehearsal:
    """One holder answers the latest rehearsal of the lot."""
    row = KeyRehearsal.objects.filter(ceremony__lot=tender.lot).latest("pk")
    keys = tender.holders[kid]
    dealt = read_rehearsal(bytes(row.document), ceremony=tender.ceremony)
    given = answer_rehearsal(dealt, ceremony=tender.ceremony, kid=kid, secret_key=keys.secret)
    note = sign_statement("rehearsal-answer", given.digest, key=keys.signing)
    return rehearsing.answer(
        tender.lot.pk, kid=kid, document=given.data, note=note, actor=tender.cast.actor(keys.name), at=at
    )


@remembered
def bidding(cast: Cast, kind: Kind = Kind.CT, **fields: object) -> Tender:
    """The bid box of every lot is open."""
    tender = announced(cast, kind, **fields)
    for lot in tender.project.lots.all():
        tender.ordinal = lot.ordinal
        for kid in tender.holders:
            answered(tender, kid)
    tender.ordinal = 1
    return tender


# -- bids ----------------------------------------------------------------------------------------------


def enrolled(tender: Tender, bidder: str, *, at: datetime = stories.ANNOUNCED) -> SigningKey:
    """A bidder enrols its signing key, once."""
    if bidder not in tender.bidders:
        actor = tender.cast.actor(bidder)
        key = SigningKey(f"yangguang.example/bidder/{actor.organisation}", os.urandom(32))
        enrolling.enrol_key(kind=KeyKind.BIDDER, vkey=str(key.verify_key), wrapped="", actor=actor, at=at)
        tender.bidders[bidder] = key
    return tender.bidders[bidder]


def form(price: Decimal | str, *, currency: str = "CNY", **fields: object) -> bytes:
    """The bytes of an offer form."""
    from decimal import Decimal

    given: dict[str, object] = {
        "duration": "180日历天",
        "quality": "合格",
        "manager": "王工",
        "manager_certificates": "一级建造师 云145",
        "deposit": Decimal(500_000),
        "deposit_form": "transfer",
    }
    return write_form(OfferForm(currency=currency, price=Decimal(price), **(given | fields)))  # type: ignore[arg-type]


def seal(
    tender: Tender, bidder: str, price: Decimal | str = "970000.00", *, replaces: str | None = None,
    files: Mapping[str, bytes] | None = None, **fields: object,
) -> Sealed:  # fmt: skip
    """Seal an offer in Python, as the page does in the browser; nothing is handed in."""
    key = enrolled(tender, bidder)
    contents = {"form.json": form(price, **fields)} if files is None else files
    sink = io.BytesIO()
    described = [
        describe_file(lambda data=data: io.BytesIO(data), name=name, title=name, media="application/octet-stream")
        for name, data in contents.items()
    ]
    made = seal_bid(
        tender.ceremony,
        bidder=tender.cast[bidder].number,
        envelopes=[EnvelopeToSeal(ENVELOPE, tender.lot.number, described, sink)],
        replaces=replaces,
    )
    note = sign_statement("seal", made.seal.digest, key=key)
    return Sealed(bidder, made.seal, note, sink.getvalue())


def uploaded(tender: Tender, sealed: Sealed, *, at: datetime | None = None) -> None:
    """The payload arrives in parts and is finished under its digest."""
    moment = at or tender.deadline - stories.DAY
    actor = tender.cast.actor(sealed.bidder)
    with clock.stands_at(moment):
        slot = uploading.make_slot(tender.lot.pk, size=len(sealed.payload), actor=actor, at=moment).slot
        half = len(sealed.payload) // 2
        uploading.append(slot, offset=0, part=sealed.payload[:half], actor=actor, at=moment)
        uploading.append(slot, offset=half, part=sealed.payload[half:], actor=actor, at=moment)
        uploading.finish(
            slot,
            size=len(sealed.payload),
            sha256=hashlib.sha256(sealed.payload).hexdigest(),
            actor=actor,
            at=moment,
        )


def handed_in(tender: Tender, sealed: Sealed, *, at: datetime | None = None) -> Receipt:
    """The seal is submitted while the clock stands at ``at``: a day before the deadline unless told."""
    with clock.stands_at(at or tender.deadline - stories.DAY):
        return submitting.submit(
            tender.lot.pk,
            document=sealed.seal.data,
            note=sealed.note,
            actor=tender.cast.actor(sealed.bidder),
        )


def submitted(tender: Tender, bidder: str, price: Decimal | str = "970000.00", **fields: object) -> Receipt:
    """Seal, upload, submit; a live seal of the bidder is replaced."""
    live = tender.live(bidder)
    sealed = seal(tender, bidder, price, replaces=live.digest if live else None, **fields)
    uploaded(tender, sealed)
    return handed_in(tender, sealed)


def withdrawn(tender: Tender, bidder: str, *, at: datetime | None = None) -> Receipt:
    live = tender.live(bidder)
    assert live is not None
    document = write_withdrawal(tender=tender.lot.number, bidder=tender.cast[bidder].number, seal=live.digest)
    note = sign_statement("withdraw", document.digest, key=tender.bidders[bidder])
    with clock.stands_at(at or tender.deadline - stories.DAY):
        return withdrawing.withdraw(tender.lot.pk, document=document.data, note=note, actor=tender.cast.actor(bidder))


PRICES = {"acme": "970000.00", "bolt": "985000.00", "cedar": "1010000.00"}


@remembered
def sealed(
    cast: Cast, kind: Kind = Kind.CT, *, prices: Mapping[str, str] = PRICES, forms: Mapping[str, object] | None = None,
    **fields: object,
) -> Tender:  # fmt: skip
    """Bids are in the box; ``forms`` adds fields to every offer form."""
    tender = bidding(cast, kind, **fields)
    for bidder, price in prices.items():
        submitted(tender, bidder, price, **(forms or {}))
    return tender


# -- the opening ---------------------------------------------------------------------------------------


def close(tender: Tender, *, at: datetime | None = None) -> Close | None:
    with clock.stands_at(at or tender.deadline):
        return closing.close(tender.lot.pk)


@remembered
def closed(cast: Cast, kind: Kind = Kind.CT, **fields: object) -> Tender:
    tender = sealed(cast, kind, **fields)
    close(tender)
    return tender


def release_document(tender: Tender, kid: str) -> tuple[bytes, str]:
    """What a holder's browser makes: the release of every accepted seal, and its signature."""
    keys = tender.holders[kid]
    ceremony = tender.ceremony
    rows = SealRow.objects.filter(lot=tender.lot, state="live").order_by("digest")
    seals = [read_seal(bytes(row.document), ceremony=ceremony) for row in rows]
    held = close_rules.read_close(bytes(Close.objects.get(lot=tender.lot).document))
    made = write_release(ceremony, close=held, seals=seals, kid=kid, secret_key=keys.secret)
    return made.data, sign_statement("release", made.digest, key=keys.signing)


def release(tender: Tender, kid: str, *, at: datetime | None = None) -> None:
    document, note = release_document(tender, kid)
    releasing.release(
        tender.lot.pk,
        kid=kid,
        document=document,
        note=note,
        actor=tender.cast.actor(tender.holders[kid].name),
        at=at or tender.deadline + MINUTE,
    )


@remembered
def released(cast: Cast, kind: Kind = Kind.CT, *, kids: Sequence[str] | None = None, **fields: object) -> Tender:
    """The first k holders have released (or those named)."""
    tender = closed(cast, kind, **fields)
    for kid in kids or sorted(tender.holders)[: tender.ceremony.k]:
        release(tender, kid)
    return tender


@remembered
def opened(cast: Cast, kind: Kind = Kind.CT, **fields: object) -> Tender:
    """The bids are read out; the session goes on."""
    tender = released(cast, kind, **fields)
    opening.unseal(tender.lot.pk, at=tender.deadline + 2 * MINUTE)
    return tender


@remembered
def finished(cast: Cast, kind: Kind = Kind.CT, **fields: object) -> Tender:
    """The opening session is over and its record published."""
    tender = opened(cast, kind, **fields)
    actor = cast.actor(_buyer(kind, "approver"))
    opening.finish(tender.lot.pk, actor=actor, at=tender.deadline + 30 * MINUTE)
    return tender


def _buyer(kind: Kind, person: str) -> str:
    return f"{'buyer' if kind is Kind.GP_OPEN else 'owner'}.{person}"
