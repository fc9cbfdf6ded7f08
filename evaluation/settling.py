"""The operator's last part of a draw: the function is evaluated once, and the result follows.

There is nothing left to decide here: the result is determined by the manifest, the contributions and the enrolled key.
If the operator has lost its key, the key holders open it (docs/draws.md, section 3, step 5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core import audit, jobs
from core.actors import SYSTEM
from core.canonical import b64u_encode
from core.clock import now
from evaluation import draw_papers, draw_rooms, vrf_keys
from evaluation.contributing import EVALUATE
from evaluation.drawing import locked
from evaluation.models import Draw, DrawResult
from evaluation.rules import draw as rules
from evaluation.rules import draw_documents, vrf

if TYPE_CHECKING:
    from datetime import datetime


@jobs.job(EVALUATE)
def evaluate(draw_id: int) -> None:
    """Evaluate the function and log the result: once, however often it is asked."""
    _evaluate(draw_id, at=now())


@transaction.atomic(durable=True)
def _evaluate(draw_id: int, *, at: datetime) -> None:
    draw = locked(draw_id)
    known = draw_papers.contributions_of(draw) if draw.state == Draw.REVEALING else None
    if known is None:
        return
    secret = _secret(draw)
    if secret is None:
        if draw.key_lost_at is None:
            draw.key_lost_at = at
            data = {"manifest": draw.digest}
            audit.append("evaluation.draw.key_lost", tender=draw.lot.number, data=data, actor=SYSTEM, at=at)
            draw_rooms.tell(draw, fields=["key_lost_at"])
        return
    # (1) alpha and the proof;  (2) order and drawn follow;  (3) the log, then everybody
    manifest = draw_papers.manifest_of(draw)
    proof = vrf.prove(secret, rules.alpha_of(manifest.digest, known))
    result = draw_documents.write_result(manifest, contributions=known, proof=proof)
    DrawResult.objects.create(draw=draw, document=result.data, digest=result.digest, at=at)
    audit.append("draw.result", tender=draw.lot.number, data={"result": result.digest}, actor=SYSTEM, at=at)
    draw.finish()
    draw.drawn_at = at
    draw_rooms.tell(draw, fields=["state", "drawn_at"])


def _secret(draw: Draw) -> bytes | None:
    public = b64u_encode(draw_papers.public_key_of(draw))
    found = vrf_keys.secret_of(public)
    if found is None and (recovered := draw_papers.opened(draw).get(public)) is not None:
        return recovered.secret
    return found
