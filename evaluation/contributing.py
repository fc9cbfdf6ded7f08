"""Verbs of the parties of a draw: each commits, then each shows; what is not shown, the key holders open.

Nobody's contribution is asked for before everybody has committed, and the function is evaluated only after the last
one is known: so whoever shows last, or stays silent, decides blindly and nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from django.conf import settings
from django.db import transaction

from accounts.models import SigningKey
from accounts.names import KeyKind
from bidding import access as bidding_access
from bidding.models import Ceremony
from bidding.rules.ceremony import read_ceremony
from core import audit, jobs
from core.canonical import Malformed, b64u_decode
from core.errors import NotYours, Refused
from core.notes import parse_vkey
from core.reasons import reason
from evaluation import draw_papers, draw_rooms
from evaluation.drawing import locked, tell_parties
from evaluation.models import Draw, DrawCommit, DrawRelease, DrawReveal
from evaluation.rules import draw_documents, draw_escrow

Document = TypeVar("Document", draw_documents.Commit, draw_documents.Reveal)
Row = TypeVar("Row", DrawCommit, DrawReveal, DrawRelease)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.actors import Actor
    from core.notes import VerifyKey
    from core.reasons import Reason

EVALUATE: Final = "evaluation.draw.evaluate"  # the job that evaluates the function and logs the result
PATIENCE: Final = timedelta(minutes=10)  # after the last commitment; then the holders may open what is missing
LONGEST_KEPT: Final = 400  # characters


def party_of(actor: Actor, draw: Draw) -> str:
    """Return as which party the actor contributes: as key holder, or for its organisation; else NotYours."""
    try:
        kid = bidding_access.holder_of(actor, draw.lot.project).kid
    except (NotYours, Refused):
        kid = ""
    for party in filter(None, (kid, actor.organisation)):
        if party in draw.parties and (party == kid or _party_key(draw, party) is not None):
            return party
    raise NotYours(draw.lot.number)


@transaction.atomic(durable=True)
def commit(draw_id: int, *, document: bytes, note: str, kept: str = "", actor: Actor, at: datetime) -> DrawCommit:
    """Take a party's signed commitment; with the last one the commitments are closed.

    ``kept`` is what only the party can open: its contribution, to show it later from another computer.
    """
    draw = locked(draw_id)
    party = party_of(actor, draw)
    manifest, ceremony = (
        draw_papers.manifest_of(draw),
        read_ceremony(bytes(Ceremony.objects.get(lot=draw.lot).document)),
    )
    given = _taken(
        lambda: draw_documents.read_commit(document, manifest=manifest, ceremony=ceremony),
        doc_type=draw_documents.COMMIT, note=note, key=_key_of(draw, party), party=party,
    )  # fmt: skip
    if (known := DrawCommit.objects.filter(draw=draw, party=party).first()) is not None:
        return _same(known, given.digest)
    reasons = committing_objections(draw)
    reasons += _kept_objections(kept)
    if reasons:
        raise Refused(*reasons)
    row = DrawCommit.objects.create(
        draw=draw, party=party, document=document, digest=given.digest, note=note, at=at, kept=kept
    )
    data = {"manifest": manifest.digest, "party": party, "commit": given.commit, "doc": given.digest}
    audit.append("draw.commit", tender=draw.lot.number, data=data, actor=actor, at=at)
    fields = []
    if DrawCommit.objects.filter(draw=draw).count() == len(draw.parties):
        draw.close_commits()
        draw.committed_at = at
        fields = ["state", "committed_at"]
        tell_parties(draw, title=reason("Show your number for the draw of “{title}”", title=draw.lot.title), at=at)
    draw_rooms.tell(draw, fields=fields)
    return row


@transaction.atomic(durable=True)
def reveal(draw_id: int, *, document: bytes, note: str, actor: Actor, at: datetime) -> DrawReveal:
    """Take a party's contribution, on time or late, as long as there is no result; it must fit the commitment."""
    draw = locked(draw_id)
    party = party_of(actor, draw)
    manifest = draw_papers.manifest_of(draw)
    given = _taken(
        lambda: draw_documents.read_reveal(document, manifest=manifest),
        doc_type=draw_documents.REVEAL, note=note, key=_key_of(draw, party), party=party,
    )  # fmt: skip
    if (known := DrawReveal.objects.filter(draw=draw, party=party).first()) is not None:
        return _same(known, given.digest)
    if reasons := revealing_objections(draw):
        raise Refused(*reasons)
    _fits(draw, given)
    row = DrawReveal.objects.create(draw=draw, party=party, document=document, digest=given.digest, note=note, at=at)
    data = {"manifest": manifest.digest, "party": party, "doc": given.digest}
    audit.append("draw.reveal", tender=draw.lot.number, data=data, actor=actor, at=at)
    _go_on(draw, at=at)
    draw_rooms.tell(draw, fields=[])
    return row


@transaction.atomic(durable=True)
def release(draw_id: int, *, document: bytes, note: str, actor: Actor, at: datetime) -> DrawRelease:
    """Take a key holder's shares of what was not shown; with k of them it is known without its party."""
    draw = locked(draw_id)
    kid = bidding_access.holder_of(actor, draw.lot.project).kid
    if reasons := releasing_objections(draw, at=at):
        raise Refused(*reasons)
    if not draw.absent:
        draw.absent = draw_papers.silent(draw)
    ceremony = draw_papers.ceremony_of(draw)
    deal, escrows = draw_papers.wanted(draw)
    given = _released(draw, document=document, note=note, kid=kid)
    if (known := DrawRelease.objects.filter(draw=draw, kid=kid, deal=deal).first()) is not None:
        return _same(known, given.digest)
    row = DrawRelease.objects.create(
        draw=draw, kid=kid, deal=deal, document=document, digest=given.digest, note=note, at=at
    )
    data = {"manifest": draw.digest, "kid": kid, "deal": deal, "doc": given.digest}
    audit.append("draw.release", tender=draw.lot.number, data=data, actor=actor, at=at)
    if DrawRelease.objects.filter(draw=draw, deal=deal).count() >= ceremony.k and escrows:
        _go_on(draw, at=at)
    draw_rooms.tell(draw, fields=["absent"])
    return row


def committing_objections(draw: Draw) -> list[Reason]:
    """Return why no commitment is taken now: also for the page that asks."""
    if draw.state == Draw.PREPARED:
        return [reason("the manifest is not published yet")]
    if draw.state != Draw.COMMITTING:
        return [reason("commitments are closed")]
    if not draw_papers.is_witnessed(draw):
        return [reason("the manifest waits for its witnesses: nobody contributes before they have signed for it")]
    return []


def revealing_objections(draw: Draw) -> list[Reason]:
    """Return why no contribution is taken now."""
    if draw.state in (Draw.PREPARED, Draw.COMMITTING):
        return [reason("contributions are shown when every party has committed")]
    if draw.state != Draw.REVEALING:
        return [reason("the draw is over")]
    return []


def releasing_objections(draw: Draw, *, at: datetime) -> list[Reason]:
    """Return why the holders open nothing now."""
    if draw.state != Draw.REVEALING or draw.committed_at is None:
        return [reason("there is nothing to open")]
    if draw.key_lost_at is not None:
        return []
    if not draw_papers.silent(draw):
        return [reason("every party has shown its contribution")]
    if at < draw.committed_at + PATIENCE:
        return [reason("the parties have ten minutes from the last commitment to show their contributions")]
    return []


def already_shown() -> list[Reason]:
    """Return what a party is told that has nothing more to do."""
    return [reason("you have shown your contribution: nothing more is to be done")]


def _taken(read: Callable[[], Document], *, doc_type: str, note: str, key: VerifyKey, party: str) -> Document:
    try:
        given = read()
        if given.party != party:
            raise Refused(reason("The contribution is another party's."))
        draw_documents.verify_party_signature(given, doc_type=doc_type, note=note, key=key)
    except Malformed as error:
        raise Refused(reason("The contribution does not count: {why}", why=error.reason)) from error
    return given


def _released(draw: Draw, *, document: bytes, note: str, kid: str) -> draw_escrow.DrawRelease:
    ceremony = draw_papers.ceremony_of(draw)
    deal, escrows = draw_papers.wanted(draw)
    try:
        given = draw_escrow.read_release(
            document,
            ceremony=ceremony,
            manifest=draw.digest,
            label=deal,
            names=[escrow.name for escrow in escrows],
        )
        if given.kid != kid:
            raise Refused(reason("The release is another key holder's."))
        draw_escrow.verify_release_signature(given, note=note, key=ceremony.holder(kid).verify_key)
    except Malformed as error:
        raise Refused(reason("The release does not count: {why}", why=error.reason)) from error
    return given


def _fits(draw: Draw, given: draw_documents.Reveal) -> None:
    try:
        draw_documents.check_reveal(given, draw_papers.commits_of(draw)[given.party])
    except Malformed as error:
        raise Refused(reason("The contribution does not count: {why}", why=error.reason)) from error


def _go_on(draw: Draw, *, at: datetime) -> None:
    """Ask for the result once every contribution is known."""
    if draw_papers.contributions_of(draw) is not None:
        jobs.ask(EVALUATE, at=at, draw_id=draw.pk)


def _same(known: Row, digest: str) -> Row:
    if known.digest != digest:
        raise Refused(reason("You have handed this in already; a second one is not taken."))
    return known


def _key_of(draw: Draw, party: str) -> VerifyKey:
    ceremony = draw_papers.ceremony_of(draw)
    if party in {holder.kid for holder in ceremony.holders}:
        return ceremony.holder(party).verify_key
    key = _party_key(draw, party)
    if key is None:
        raise NotYours(party)
    return parse_vkey(key.vkey)


def _party_key(draw: Draw, party: str) -> SigningKey | None:
    """Return the key of an organisation that was enrolled before the manifest and is in force."""
    known = SigningKey.objects.filter(kind=KeyKind.PARTY, subject=party, retired_at=None)
    return known.filter(enrolled_at__lte=draw.prepared_at).first()


def vkey_name(organisation: str) -> str:
    """Return the name under which an organisation that holds no key of a tender signs its contributions."""
    return f"{settings.PLATFORM_NAME}/party/{organisation}"


def party_vkey(draw: Draw, party: str) -> str:
    """Return the verification key of a party that is no key holder; empty if it has none any more."""
    key = _party_key(draw, party)
    return "" if key is None else key.vkey


def _kept_objections(kept: str) -> list[Reason]:
    if len(kept) > LONGEST_KEPT:
        return [reason("What is kept for you is too long: at most {n} characters.", n=LONGEST_KEPT)]
    try:
        b64u_decode(kept)
    except Malformed as error:
        return [error.reason]
    return []
