"""A draw of experts in a rehearsal: prepared, committed to, shown and evaluated by the platform's own verbs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from config.rehearsal.people import experts
from core import clock, waiting
from core.notes import sign_statement
from evaluation import contributing, draw_papers, drawing, pooling, settling
from evaluation.models import Draw, PooledExpert
from evaluation.rules import draw_documents

if TYPE_CHECKING:
    from config.rehearsal.construction import Run
    from trading.models import Lot

STRATUM: Final = "rehearsal"
PARTIES: Final = ("supervisor", "tenderee")  # key holders of two organisations
SEATS: Final = 3


def draw_experts(run: Run, lot: Lot) -> Draw:
    """Draw the experts of a lot whose bids were read out, and return the draw with its result."""
    for seat in experts(run.cast):
        if not PooledExpert.objects.filter(user=seat.user, stratum=STRATUM).exists():
            pooling.enter(seat.user.number, stratum=STRATUM, actor=run.actor("center.approver"), at=clock.now())
    draw = drawing.prepare_experts(
        lot.pk,
        stratum=STRATUM,
        seats=SEATS,
        left_out={},
        parties=PARTIES,
        actor=run.actor("owner.approver"),
        at=clock.now(),
    )
    waiting.nudge()
    drawing.take_unwitnessed(at=clock.now())
    draw = _again(draw)
    manifest, ceremony = draw_papers.manifest_of(draw), draw_papers.ceremony_of(draw)
    given = {party: os.urandom(32) for party in PARTIES}
    for party, contribution in given.items():
        commit = draw_documents.write_commit(manifest, party=party, contribution=contribution, ceremony=ceremony)
        note = _note(run, party, draw_documents.COMMIT, commit.digest)
        actor = run.keys[party].actor
        contributing.commit(draw.pk, document=commit.data, note=note, actor=actor, at=clock.now())
    for party, contribution in given.items():
        reveal = draw_documents.write_reveal(manifest, party=party, contribution=contribution)
        note = _note(run, party, draw_documents.REVEAL, reveal.digest)
        actor = run.keys[party].actor
        contributing.reveal(draw.pk, document=reveal.data, note=note, actor=actor, at=clock.now())
    settling.evaluate(draw.pk)
    return _again(draw)


def _note(run: Run, party: str, doc_type: str, digest: str) -> str:
    return sign_statement(doc_type, digest, key=run.keys[party].signing)


def _again(draw: Draw) -> Draw:
    return Draw.objects.select_related("lot__project", "entry").get(pk=draw.pk)
