"""A draw of the demonstration: the pool, its manifest, two parties' numbers, the result, and who sits by it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from config.demonstration.people import EXPERTS
from core import clock
from core.notes import sign_statement
from evaluation import contributing, draw_papers, drawing, pooling, queries, seating
from evaluation.models import Draw
from evaluation.rules import draw_documents
from evaluation.rules.draw import CONTRIBUTION_LENGTH

if TYPE_CHECKING:
    from config.demonstration.acts import Run

STRATUM = "municipal-works"
PARTIES = ("supervisor", "tenderee")


def fill_pool(run: Run) -> None:
    """Let every expert of the demonstration into one stratum of the pool."""
    for username in EXPERTS:
        number = run.cast.seats[username].user.number
        pooling.enter(number, stratum=STRATUM, actor=run.cast.actor("centre"), at=clock.now())


def prepare(run: Run, *, seats: int) -> None:
    """Prepare the draw; its manifest is published and witnessed at once."""
    drawing.prepare_experts(
        run.lot.pk, stratum=STRATUM, seats=seats, left_out={}, parties=PARTIES, actor=run.approver, at=clock.now()
    )


def contribute(run: Run) -> None:
    """Let both parties commit, then show; with the last number the draw is made."""
    draw = _draw_of(run)
    manifest, ceremony = draw_papers.manifest_of(draw), draw_papers.ceremony_of(draw)
    numbers = {party: os.urandom(CONTRIBUTION_LENGTH) for party in PARTIES}
    for party, number in numbers.items():
        commit = draw_documents.write_commit(manifest, party=party, contribution=number, ceremony=ceremony)
        held = run.keys[party]
        note = sign_statement(draw_documents.COMMIT, commit.digest, key=held.signing)
        contributing.commit(draw.pk, document=commit.data, note=note, actor=held.actor, at=clock.now())
    for party, number in numbers.items():
        reveal = draw_documents.write_reveal(manifest, party=party, contribution=number)
        held = run.keys[party]
        note = sign_statement(draw_documents.REVEAL, reveal.digest, key=held.signing)
        contributing.reveal(draw.pk, document=reveal.data, note=note, actor=held.actor, at=clock.now())


def seat(run: Run) -> list[str]:
    """Seat who was drawn; return the user names, the chair first."""
    draw = _draw_of(run)
    people = {row.handle: row.user for row in draw.candidates.select_related("user")}
    drawn = [user for handle in draw_papers.taken_by(draw) if (user := people[handle]) is not None]
    seating.seat_drawn(run.lot.pk, chair=drawn[0].number, actor=run.approver, at=clock.now())
    return [row.user.username for row in queries.members_of(run.lot)]


def drawn_committee(run: Run, *, seats: int) -> list[str]:
    """Draw and seat a committee of experts from beginning to end; return the user names, the chair first."""
    fill_pool(run)
    prepare(run, seats=seats)
    contribute(run)
    return seat(run)


def _draw_of(run: Run) -> Draw:
    return Draw.objects.select_related("lot__project", "entry").get(lot=run.lot)
