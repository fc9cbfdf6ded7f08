"""Key holders: who is appointed, whose key is in, who has signed the ceremony, who lost a key.

One key pair of a holder serves all lots of a project; each lot has its own ceremony, so its own context. Until
the announcement the appointment may be made anew; after it a lost key cannot be replaced (docs/sealing.md, 3.3).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from accounts import pairs
from accounts.access import seat_of
from accounts.enrolling import enrol
from accounts.models import Membership, SigningKey
from accounts.names import KeyKind, Role
from accounts.telling import tell
from bidding import access, queries
from bidding.models import Ceremony, KeyHolder
from bidding.names import Seat, label
from bidding.rules import ceremony as rules
from bidding.rules.ceremony_signatures import verify_holder_signature
from bidding.rules.wrapping import KEY_LENGTH, check_public_key
from core import audit
from core.canonical import Malformed, b64u_decode
from core.errors import NotYours, Refused
from core.notes import parse_vkey
from core.reasons import Reason, reason
from trading import access as trading_access
from trading.models import Project
from trading.names import Side

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from accounts.models import Organisation, User
    from core.actors import Actor

LONGEST_WRAPPED = 65_536  # characters
FEWEST_HOLDERS = 2


@dataclass(frozen=True)
class SeatDraft:
    """One seat to be filled: for whom it sits (``bidding.names.Seat``), its organisation and its person."""

    seat: Seat
    organisation: Organisation
    user: User


def threshold(holders: int) -> int:
    """Return how many of so many holders must release: the smallest majority (2 of 3, 3 of 4, 3 of 5)."""
    return holders // 2 + 1


def default_seats(project: Project, users: Mapping[Seat, User]) -> list[SeatDraft]:
    """Return the usual seats for which a person is named, each with the organisation that it belongs to."""
    found = queries.usual_seats(project)
    return [SeatDraft(seat, organisation, users[seat]) for seat, organisation in found.items() if seat in users]


@transaction.atomic(durable=True)
def appoint(project_id: int, seats: Sequence[SeatDraft], *, actor: Actor, at: datetime) -> list[KeyHolder]:
    """Appoint the holders of a project that is not announced; an earlier appointment is made void."""
    project = _draft_of(project_id, actor)
    if objections := _objections(project, seats):
        raise Refused(*objections)
    Ceremony.objects.filter(lot__project=project).delete()
    KeyHolder.objects.filter(project=project).delete()
    holders = []
    for kid, draft in sorted(_kids(seats).items()):
        if draft.seat is Seat.OTHER:
            trading_access.take_side(project, draft.organisation, Side.OVERSEEING, since=at)
        holders.append(
            KeyHolder.objects.create(
                project=project,
                kid=kid,
                seat=draft.seat,
                organisation=draft.organisation,
                user=draft.user,
                appointed_at=at,
            )
        )
        _tell_appointed(project, draft.user, k=threshold(len(seats)), n=len(seats), at=at)
    data = {"holders": [{"kid": row.kid, "org": row.organisation.number} for row in holders]}
    audit.append("bidding.holders.appointed", tender=project.number, data=data, actor=actor, at=at)
    return holders


@transaction.atomic(durable=True)
def submit_key(holder_id: int, *, public_key: str, vkey: str, wrapped: str, actor: Actor, at: datetime) -> KeyHolder:
    """Take a holder's keys; with the last one the ceremonies of all lots are assembled."""
    holder = _own_seat(holder_id, actor)
    project = Project.objects.select_for_update(of=("self",)).get(pk=holder.project_id)
    if objections := _key_objections(project, public_key=public_key, vkey=vkey, wrapped=wrapped):
        raise Refused(*objections)
    _enrol(holder, vkey=vkey, wrapped=wrapped, actor=actor, at=at)
    Ceremony.objects.filter(lot__project=project).delete()  # a new key makes what others signed void
    holder.public_key, holder.vkey, holder.wrapped, holder.keyed_at = public_key, vkey, wrapped, at
    holder.lost_at, holder.lost_because = None, ""
    holder.save(update_fields=["public_key", "vkey", "wrapped", "keyed_at", "lost_at", "lost_because"])
    data = {"kid": holder.kid, "pk": public_key, "vkey": vkey}
    audit.append("bidding.holder.keyed", tender=project.number, data=data, actor=actor, at=at)
    _assemble(project, actor=actor, at=at)
    return holder


@transaction.atomic(durable=True)
def assemble(project_id: int, *, actor: Actor, at: datetime) -> list[Ceremony]:
    """Assemble the ceremonies of lots that were added after the last key came in."""
    return _assemble(_draft_of(project_id, actor), actor=actor, at=at)


@transaction.atomic(durable=True)
def sign(lot_id: int, *, kid: str, note: str, actor: Actor, at: datetime) -> Ceremony:
    """Take a holder's signature on the ceremony of a lot; the same holder's again is answered the same."""
    row = Ceremony.objects.select_for_update(of=("self",)).select_related("lot__project").filter(lot=lot_id).first()
    if row is None:
        raise Refused(reason("There is no ceremony to sign yet: keys are still missing."))
    if access.holder_of(actor, row.lot.project).kid != kid:
        raise NotYours(kid)
    ceremony = rules.read_ceremony(bytes(row.document))
    try:
        verify_holder_signature(ceremony, kid=kid, note=note)
    except Malformed as error:
        raise Refused(reason("The signature does not count: {why}", why=error.reason)) from error
    if kid in row.notes:
        return row
    row.notes = row.notes | {kid: note}
    row.signed_at = at if len(row.notes) == row.size else None
    row.save(update_fields=["notes", "signed_at"])
    data = {"kid": kid, "ceremony": row.digest}
    audit.append("bidding.ceremony.signed", tender=row.lot.number, data=data, actor=actor, at=at)
    return row


@transaction.atomic(durable=True)
def report_lost(holder_id: int, *, because: str, actor: Actor, at: datetime) -> KeyHolder:
    """Record that a holder lost its key and tell the buying side what happens next; nobody can make it anew."""
    holder = _own_seat(holder_id, actor)
    if not because.strip():
        raise Refused(reason("Say in a few words what happened to the key."))
    holder.lost_at, holder.lost_because = at, because.strip()
    holder.save(update_fields=["lost_at", "lost_because"])
    project = holder.project
    data = {"kid": holder.kid, "holder": holder.organisation.number}
    audit.append("bidding.holder.lost", tender=project.number, data=data, actor=actor, at=at)
    body = what_a_loss_means(KeyHolder.objects.filter(project=project))
    title = reason("The key holder of {organisation} lost its key", organisation=holder.organisation.name)
    for organisation in filter(None, (project.owner, project.agent)):
        tell(
            organisation,
            kind="bidding.holder.lost",
            title=title,
            body=body,
            project=project.number,
            at=at,
        )
    return holder


def what_a_loss_means(holders: Iterable[KeyHolder]) -> Reason:
    """Return what happens next with the holders that still have their keys."""
    rows = list(holders)
    n, left = len(rows), sum(row.lost_at is None for row in rows)
    k = threshold(n)
    if left >= k:
        return reason(
            "{left} of {n} key holders still have their keys; {k} are enough: the tender goes on.", left=left, n=n, k=k
        )
    return reason(
        "Only {left} of {n} key holders still have their keys and {k} are needed: bids cannot be opened. "
        "The tender must be ended and announced again with new holders.",
        left=left,
        n=n,
        k=k,
    )  # fmt: skip


def vkey_name(actor: Actor) -> str:
    """Return the name under which a holder's key signs: the same person, the same name, in every project."""
    return f"{settings.PLATFORM_NAME}/holder/{actor.person}"


def _draft_of(project_id: int, actor: Actor) -> Project:
    project = Project.objects.select_for_update(of=("self",)).select_related("owner", "agent").get(pk=project_id)
    trading_access.buyer(actor, project)
    if project.announced_at is not None:
        raise Refused(reason("The project is announced: its key holders cannot change any more."))
    return project


def _kids(seats: Sequence[SeatDraft]) -> dict[str, SeatDraft]:
    """Return the seats by holder id: the seat's name, numbered where there are several."""
    counts, taken = Counter(draft.seat for draft in seats), Counter[Seat]()
    kids = {}
    for draft in seats:
        taken[draft.seat] += 1
        several = counts[draft.seat] > 1 or draft.seat is Seat.OTHER
        kids[f"{draft.seat.value}-{taken[draft.seat]}" if several else draft.seat.value] = draft
    return kids


def _objections(project: Project, seats: Sequence[SeatDraft]) -> list[Reason]:
    n = len(seats)
    if not FEWEST_HOLDERS <= n <= rules.MOST_HOLDERS:
        return [reason("Key holders named: {n}; from 2 to {most} are possible.", n=n, most=rules.MOST_HOLDERS)]
    planned = rules.Ceremony(
        data=b"", tender="", suite="X25519", k=threshold(n), envelopes={}, max_size=1,
        holders=tuple(
            rules.Holder(kid=kid, public=b"", vkey="-", org=draft.organisation.number, role=draft.seat.value)
            for kid, draft in _kids(seats).items()
        ),
        stages=(), layer="none", k_recover=None, grace=0, quorum=rules.DEFAULT_QUORUM, key_window=0,
        rescue=rules.PLATFORM_RESCUE, is_minimal=False,
    )  # fmt: skip
    objections = list(rules.policy_objections(planned))
    usual, operators = queries.usual_seats(project), pairs.operators()
    for draft in seats:
        objections += _against_draft(draft, usual.get(draft.seat, draft.organisation), operators)
    if len({draft.user.pk for draft in seats}) != n:
        objections.append(reason("One person holds at most one key."))
    return objections


def _against_draft(draft: SeatDraft, belongs_to: Organisation, operators: Collection[int]) -> list[Reason]:
    """Return what speaks against one seat: whose it is, who the person is, and that it does not run the platform."""
    objections, person, organisation = [], draft.user.name, draft.organisation.name
    held = Membership.objects.filter(user=draft.user, organisation=draft.organisation, role=Role.KEY_HOLDER, until=None)
    if draft.organisation.pk != belongs_to.pk:
        why = reason("The seat “{seat}” belongs to {owner}.", seat=label(draft.seat), owner=belongs_to.name)
        objections.append(why)
    if not held.exists() or not draft.organisation.is_in_force:
        why = reason("{person} is not a key holder of {organisation}.", person=person, organisation=organisation)
        objections.append(why)
    if draft.user.pk in operators:
        objections.append(reason("{name} runs the platform and so holds no key.", name=person))
    return objections


def _own_seat(holder_id: int, actor: Actor) -> KeyHolder:
    seat = seat_of(actor, Role.KEY_HOLDER)
    holder = (
        KeyHolder.objects.select_for_update(of=("self",))
        .select_related("project__owner", "project__agent", "organisation", "user")
        .filter(pk=holder_id, user=seat.user, organisation=seat.organisation)
        .first()
    )
    if holder is None:
        raise NotYours(str(holder_id))
    return holder


def _key_objections(project: Project, *, public_key: str, vkey: str, wrapped: str) -> list[Reason]:
    objections = []
    if project.announced_at is not None:
        objections.append(reason("The project is announced: its keys cannot change any more."))
    try:
        check_public_key(b64u_decode(public_key, length=KEY_LENGTH))
    except Malformed as error:
        objections.append(error.reason)
    try:
        parse_vkey(vkey)
    except Malformed as error:
        objections.append(error.reason)
    if len(wrapped) > LONGEST_WRAPPED:
        objections.append(reason("The wrapped key is too long: at most {n} characters.", n=LONGEST_WRAPPED))
    if KeyHolder.objects.filter(public_key=public_key).exclude(public_key="").exists():
        objections.append(reason("This key was handed in before; every project has keys of its own."))
    return objections


def _enrol(holder: KeyHolder, *, vkey: str, wrapped: str, actor: Actor, at: datetime) -> None:
    """Put the holder's verification key on record, unless it is there from an earlier project."""
    known = SigningKey.objects.filter(vkey=vkey, user=holder.user, kind=KeyKind.HOLDER, retired_at=None)
    if not known.exists():
        seat = seat_of(actor, Role.KEY_HOLDER)
        enrol(seat, kind=KeyKind.HOLDER, vkey=vkey, wrapped=wrapped, subject=holder.user.number, actor=actor, at=at)


def _assemble(project: Project, *, actor: Actor, at: datetime) -> list[Ceremony]:
    holders = list(KeyHolder.objects.select_related("organisation").filter(project=project))
    if not holders or any(not holder.public_key for holder in holders):
        return []
    lots = project.lots.filter(ceremony=None)
    return [_ceremony(lot.pk, lot.number, holders, actor=actor, at=at) for lot in lots]


def _ceremony(lot_id: int, tender: str, holders: Sequence[KeyHolder], *, actor: Actor, at: datetime) -> Ceremony:
    made = rules.make_ceremony(
        tender=tender,
        k=threshold(len(holders)),
        holders=[
            rules.Holder(
                kid=row.kid,
                public=b64u_decode(row.public_key, length=KEY_LENGTH),
                vkey=row.vkey,
                org=row.organisation.number,
                role=row.seat,
            )
            for row in holders
        ],
        max_size=settings.UPLOAD_MAX_BYTES,
    )
    data = {"ceremony": made.digest, "k": made.k, "n": made.n}
    audit.append("bidding.ceremony.assembled", tender=tender, data=data, actor=actor, at=at)
    return Ceremony.objects.create(
        lot_id=lot_id,
        document=made.data,
        digest=made.digest,
        threshold=made.k,
        size=made.n,
        rescue_seconds=made.rescue,
        max_size=made.max_size,
        assembled_at=at,
    )


def _tell_appointed(project: Project, user: User, *, k: int, n: int, at: datetime) -> None:
    tell(
        user,
        kind="bidding.holder.appointed",
        title=reason("You are appointed key holder of “{title}”", title=project.title),
        body=reason("Make your key for this project. {k} of {n} keys are needed to open the bids.", k=k, n=n),
        project=project.number,
        at=at,
    )
