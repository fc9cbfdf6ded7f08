"""Verbs of a draw's beginning: it is prepared, its manifest is published, and it is given up before anybody has shown.

The manifest fixes pool, seats, parties and key before anybody contributes. It is logged by a job, which alone reads
the function's secret. While nobody has shown a contribution a draw may be given up and prepared anew; afterwards its
result is determined and there is no second one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from accounts.telling import tell
from bidding import platform_key
from bidding.models import Ceremony, KeyHolder
from bidding.rules.ceremony import read_ceremony
from core import audit, jobs, waiting
from core.actors import SYSTEM
from core.canonical import b64u_decode
from core.clock import now
from core.errors import NotYours, Refused
from core.reasons import reason
from evaluation import draw_papers, draw_pools, draw_rooms, vrf_keys
from evaluation.models import Draw, DrawCandidate, DrawReveal, VrfKey, WitnessedManifest
from evaluation.rules import draw_documents, vrf
from evaluation.rules.draw_manifest import write_manifest
from trading import access as trading_access
from trading import moves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from core.actors import Actor
    from core.reasons import Reason
    from evaluation.draw_pools import Left, Plan
    from evaluation.rules.draw_manifest import Manifest
    from trading.models import Lot

PUBLISH = "evaluation.draw.publish"  # the job that logs key and manifest
IT_IS_DETERMINED = reason("a contribution was shown: the result is determined and there is no other draw")


@transaction.atomic(durable=True)
def prepare_experts(
    lot_id: int,
    *,
    stratum: str,
    seats: int,
    left_out: Mapping[str, Left],
    parties: Sequence[str],
    actor: Actor,
    at: datetime,
) -> Draw:
    """Prepare the draw of ``seats`` experts of a stratum (招投标法 37; 招投标条例 46; 采购条例 39)."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    plan = draw_pools.of_experts(lot, stratum=stratum, seats=seats, left_out=left_out, parties=parties)
    return _prepare(lot, plan, actor=actor, at=at)


@transaction.atomic(durable=True)
def prepare_tie(lot_id: int, *, rank: int, parties: Sequence[str], actor: Actor, at: datetime) -> Draw:
    """Prepare the draw between bids that share a rank, where the documents say so (87号令 56, 57)."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    return _prepare(lot, draw_pools.of_tie(lot, rank=rank, parties=parties), actor=actor, at=at)


@transaction.atomic(durable=True)
def prepare_value(lot_id: int, *, name: str, parties: Sequence[str], actor: Actor, at: datetime) -> Draw:
    """Prepare the draw of a coefficient among the values that the documents published (公路合理低价法)."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    return _prepare(lot, draw_pools.of_values(lot, name=name, parties=parties), actor=actor, at=at)


@transaction.atomic(durable=True)
def give_up(draw_id: int, *, because: str, actor: Actor, at: datetime) -> Draw:
    """Give a draw up before the first contribution was shown, as when a party does not commit."""
    draw = locked(draw_id)
    trading_access.buyer(actor, draw.lot.project, approves=True)
    reasons = []
    if draw.state in (Draw.DRAWN, Draw.GIVEN_UP) or DrawReveal.objects.filter(draw=draw).exists():
        reasons.append(IT_IS_DETERMINED)
    if not because.strip():
        reasons.append(reason("say why the draw is given up"))
    if reasons:
        raise Refused(*reasons)
    draw.give_up()
    draw.given_up_at, draw.given_up_because = at, because.strip()
    draw_rooms.tell(draw, fields=["state", "given_up_at", "given_up_because"])
    data = {"label": draw.label, "manifest": draw.digest}
    audit.append("evaluation.draw.given_up", tender=draw.lot.number, data=data, actor=actor, at=at)
    return draw


@jobs.job(PUBLISH)
def publish(draw_id: int) -> None:
    """Log the lot's key (once) and the draw's manifest: the operator's part, done once however often it is asked."""
    if _publish(draw_id, at=now()):
        waiting.nudge()
        witness(draw_id)


@transaction.atomic(durable=True)
def witness(draw_id: int) -> bool:
    """Keep the checkpoint of enough witnesses that covers the manifest; False while there is none, or it is kept."""
    draw = locked(draw_id)
    note = draw_papers.checkpoint_of(draw) if draw.state == Draw.COMMITTING else None
    if note is None or draw_papers.is_witnessed(draw):
        return False
    WitnessedManifest.objects.create(draw=draw, note=note, kept_at=now())
    draw_rooms.tell(draw, fields=[])
    tell_parties(draw, title=reason("Commit to your number for a draw of “{title}”", title=draw.lot.title), at=now())
    return True


def take_unwitnessed(*, at: datetime) -> int:  # noqa: ARG001  (a chore is given the time)
    """Go on with every manifest that waited for its witnesses; return how many went on."""
    rows = Draw.objects.filter(state=Draw.COMMITTING, witnessed=None).values_list("pk", flat=True)
    return sum(witness(draw_id) for draw_id in rows)


def lot_of(draw_id: int) -> int:
    """Return the lot of a draw, for those who lock the lot first; NotYours if there is no such draw."""
    found = Draw.objects.filter(pk=draw_id).values_list("lot_id", flat=True).first()
    if found is None:
        raise NotYours(str(draw_id))
    return found


@transaction.atomic(savepoint=False)
def locked(draw_id: int) -> Draw:
    """Return a draw with its row locked; NotYours if there is none."""
    row = (
        Draw.objects.select_for_update(of=("self",))
        .select_related("lot__project__owner", "lot__project__agent", "entry")
        .filter(pk=draw_id)
        .first()
    )
    if row is None:
        raise NotYours(str(draw_id))
    return row


def tell_parties(draw: Draw, *, title: Reason, at: datetime) -> None:
    """Tell every key holder who contributes to a draw what it has to do; others watch the draw's page."""
    for holder in KeyHolder.objects.select_related("user").filter(project=draw.lot.project, kid__in=draw.parties):
        tell(
            holder.user,
            kind="evaluation.draw.waits",
            title=title,
            body=reason("“{label}”: open the page of the draw.", label=draw.label),
            at=at,
            project=draw.lot.project.number,
            link=f"/draws/{draw.lot.number}/{draw.ordinal}",
        )


def _prepare(lot: Lot, plan: Plan, *, actor: Actor, at: datetime) -> Draw:
    if reasons := draw_pools.objections(lot, plan):
        raise Refused(*reasons)
    last = Draw.objects.filter(lot=lot).aggregate(last=Max("ordinal"))["last"] or 0
    draw = Draw.objects.create(
        lot=lot,
        ordinal=last + 1,
        purpose=plan.purpose,
        label=plan.label,
        pick=plan.pick,
        parties=list(plan.parties),
        prepared_at=at,
        prepared_by=actor.as_text(),
    )
    DrawCandidate.objects.bulk_create(
        DrawCandidate(
            draw=draw,
            handle=each.handle,
            salt=each.salt,
            user=each.user,
            organisation=each.organisation,
            exclusion=each.exclusion,
            because=each.because,
        )
        for each in plan.candidates
    )
    data = {"label": plan.label, "pool": len(plan.pool), "excluded": len(plan.candidates) - len(plan.pool)}
    audit.append("evaluation.draw.prepared", tender=lot.number, data=data, actor=actor, at=at)
    jobs.ask(PUBLISH, at=at, draw_id=draw.pk)
    return draw


@transaction.atomic(durable=True)
def _publish(draw_id: int, *, at: datetime) -> bool:
    moves.lock(lot_of(draw_id))  # two draws of a lot share its key
    draw = locked(draw_id)
    if draw.state != Draw.PREPARED:
        return False
    # (1) the key of the lot, enrolled and dealt to the holders, before any manifest
    key = VrfKey.objects.filter(lot=draw.lot).first() or _enrol(draw.lot, at=at)
    # (2) the manifest
    manifest = _manifest(draw, key)
    entry = audit.append(
        "draw.manifest", tender=draw.lot.number, data={"manifest": manifest.digest}, actor=SYSTEM, at=at
    )
    draw.publish()
    draw.document, draw.digest, draw.entry, draw.published_at = manifest.data, manifest.digest, entry, at
    draw_rooms.tell(draw, fields=["state", "document", "digest", "entry", "published_at"])
    return True


def _enrol(lot: Lot, *, at: datetime) -> VrfKey:
    ceremony = read_ceremony(bytes(Ceremony.objects.get(lot=lot).document))
    secret = os.urandom(vrf.SECRET_LENGTH)
    enrolled = draw_documents.write_vrf_escrow(ceremony, secret=secret)
    public = vrf_keys.keep(secret)
    data = {"vrf_pk": public, "doc": enrolled.digest}
    audit.append("draw.vrf", tender=lot.number, data=data, actor=SYSTEM, at=at)
    return VrfKey.objects.create(
        lot=lot,
        public=public,
        document=enrolled.data,
        digest=enrolled.digest,
        note=platform_key.sign(draw_documents.VRF_ESCROW, enrolled.digest),
        made_at=at,
    )


def _manifest(draw: Draw, key: VrfKey) -> Manifest:
    rows = list(draw.candidates.all())
    return write_manifest(
        tender=draw.lot.number,
        label=draw.label,
        pick=draw.pick,
        pool=[row.handle for row in rows if not row.exclusion],
        vrf_pk=b64u_decode(key.public, length=vrf.PUBLIC_LENGTH),
        parties=draw.parties,
        exclusions={row.handle: row.exclusion for row in rows if row.exclusion},
    )
