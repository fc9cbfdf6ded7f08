"""What everybody may see of a draw at any time, complete: who contributes, who has, and what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.canonical import b64u_encode
from core.reasons import reason
from evaluation import draw_papers, draw_pools
from evaluation.contributing import PATIENCE, releasing_objections
from evaluation.models import Draw
from evaluation.names import Exclusion, Purpose, Refusal, label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.reasons import Reason


@dataclass(frozen=True)
class PartyRow:
    """One party: who it is, and when it committed and showed; ``word`` says how it stands."""

    party: str
    organisation: str
    committed_at: datetime | None
    shown_at: datetime | None
    word: Reason
    tone: str


@dataclass(frozen=True)
class Place:
    """One handle of the drawn order: its place, whether it serves, and why it does not."""

    number: int
    handle: str
    is_drawn: bool
    serves: bool
    refused: Reason | None = None


@dataclass(frozen=True)
class DrawPicture:
    """A draw as it stands."""

    draw: Draw
    purpose: Reason
    parties: tuple[PartyRow, ...]
    pool: int
    exclusions: tuple[tuple[Reason, int], ...]
    is_witnessed: bool
    sentence: Reason
    tone: str
    until: datetime | None
    order: tuple[Place, ...] = ()
    proof: str = ""
    result: str = ""
    opened: tuple[str, ...] = ()
    faults: tuple[Reason, ...] = ()


def picture_of(draw: Draw, *, at: datetime) -> DrawPicture:
    """Return the picture of a draw; the same for everybody."""
    sentence, tone, until = _next(draw, at=at)
    counted = Counter(draw.candidates.exclude(exclusion="").values_list("exclusion", flat=True))
    result = draw_papers.result_of(draw)
    return DrawPicture(
        draw=draw,
        purpose=label(Purpose(draw.purpose)),
        parties=_parties(draw),
        pool=draw.candidates.filter(exclusion="").count(),
        exclusions=tuple((label(Exclusion(code)), n) for code, n in sorted(counted.items())),
        is_witnessed=draw_papers.is_witnessed(draw),
        sentence=sentence,
        tone=tone,
        until=until,
        order=_order(draw, result.order) if result else (),
        proof=b64u_encode(result.proof) if result else "",
        result=result.digest if result else "",
        opened=tuple(party for party in draw.absent if result),
        faults=_faults(draw) if result else (),
    )


def _parties(draw: Draw) -> tuple[PartyRow, ...]:
    names = {party: organisation.name for party, organisation in draw_pools.possible_parties(draw.lot).items()}
    committed = dict(draw.commits.values_list("party", "at"))
    shown = dict(draw.reveals.values_list("party", "at"))
    rows = []
    for party in draw.parties:
        if party in shown:
            word, tone = reason("has shown its contribution"), "green"
        elif draw.state == Draw.DRAWN:
            word, tone = reason("stayed silent: opened by the key holders"), "yellow"
        elif party in committed:
            word, tone = reason("has committed"), "blue"
        else:
            word, tone = reason("has not committed"), "grey"
        rows.append(PartyRow(party, names.get(party, party), committed.get(party), shown.get(party), word, tone))
    return tuple(rows)


_SAID: dict[str, tuple[Reason, str]] = {
    Draw.PREPARED: (reason("The platform publishes the manifest."), "wait"),
    Draw.GIVEN_UP: (reason("This draw was given up before anybody had shown a contribution."), "stopped"),
    Draw.DRAWN: (reason("Drawn: everybody can recompute the result."), "done"),
}


def _next(draw: Draw, *, at: datetime) -> tuple[Reason, str, datetime | None]:
    if draw.state in _SAID:
        return *_SAID[draw.state], None
    if draw.state == Draw.COMMITTING:
        if draw_papers.is_witnessed(draw):
            return reason("Every party commits to a random number that nobody else knows."), "act", None
        return reason("Witnesses sign for the manifest; then the parties commit."), "wait", None
    return _next_while_showing(draw, at=at)


def _next_while_showing(draw: Draw, *, at: datetime) -> tuple[Reason, str, datetime | None]:
    if draw.key_lost_at is not None:
        return reason("The platform has lost its key: the key holders open it."), "act", None
    if not draw_papers.silent(draw):
        return reason("The platform evaluates the function."), "wait", None
    if not releasing_objections(draw, at=at):
        return reason("The key holders open the numbers that were not shown."), "act", None
    until = draw.committed_at + PATIENCE if draw.committed_at else None
    return reason("Every party shows the number it committed to."), "act", until


def _order(draw: Draw, order: Sequence[str]) -> tuple[Place, ...]:
    refused = {row.handle: label(Refusal(row.code)) for row in draw.refusals.all()}
    serving = set(draw_papers.taken_by(draw))
    return tuple(
        Place(number, handle, number <= draw.pick, handle in serving, refused.get(handle))
        for number, handle in enumerate(order, start=1)
    )


def _faults(draw: Draw) -> tuple[Reason, ...]:
    """Return who was at fault, found by dealing everything again: it changes nothing in the result."""
    faults = [
        reason("“{party}” dealt no proper share to: {holders}", party=party, holders=", ".join(kids))
        for party, kids in draw_papers.badly_dealt(draw).items()
    ]
    for found in draw_papers.opened(draw).values():
        faults += [reason("The key holder “{kid}” released a false share.", kid=kid) for kid in found.false_shares]
        faults += [
            reason("The key holder “{kid}” claimed that its share does not open.", kid=kid) for kid in found.false_nulls
        ]
    return tuple(faults)
