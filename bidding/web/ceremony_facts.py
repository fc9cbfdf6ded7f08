"""How the key ceremony of a project stands, for those who watch it, and what the announcement still lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bidding.models import Ceremony, KeyHolder, KeyRehearsal
from bidding.web.sentences import HOLDERS
from core.reasons import Reason, reason
from trading import binding, checking, drafting, moves
from trading.facts import facts_of
from trading.models import Lot
from trading.names import END_STAGES, Code, Kind, Move, Stage, label
from trading.procedures.facts import CeremonyState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import Membership
    from trading.models import Project

NOT_CONFIRMED = reason("Check what is announced and confirm it on this page.")
_NEEDS_APPROVER = reason("Only somebody who may approve for the organisation may do this.")
_ANNOUNCED = reason("The project is announced: its key holders cannot change any more.")


@dataclass(frozen=True)
class LotCeremony:
    """One lot's ceremony: who has signed it, who has answered its latest rehearsal."""

    lot: Lot
    ceremony: Ceremony | None
    signed: frozenset[str]
    rehearsed: frozenset[str]
    has_rehearsal: bool
    why_not_open: tuple[Reason, ...]

    @property
    def state(self) -> CeremonyState:
        size, k = (self.ceremony.size, self.ceremony.threshold) if self.ceremony else (0, 0)
        return CeremonyState(signed=len(self.signed), of=size, rehearsed=len(self.rehearsed), k=k)

    @property
    def is_waiting_for_the_box(self) -> bool:
        """True if every key has been tried and the box is still closed."""
        state = self.state
        return Stage(self.lot.stage) is Stage.PUBLISHED and state.of > 0 and state.rehearsed == state.of

    @property
    def may_rehearse_again(self) -> bool:
        """True if every key has been tried before and bids can still be handed in."""
        state = self.state
        is_on = Stage(self.lot.stage) in (Stage.PUBLISHED, Stage.BIDDING)
        return is_on and state.of > 0 and state.rehearsed == state.of


def of_lots(project: Project, *, at: datetime) -> list[LotCeremony]:
    """Return the ceremony of every lot of a project."""
    lots = list(Lot.objects.select_related("project__owner", "project__agent").filter(project=project))
    ceremonies = {row.lot_id: row for row in Ceremony.objects.filter(lot__in=lots)}
    rehearsals: dict[int, KeyRehearsal] = {}
    for row in KeyRehearsal.objects.filter(ceremony__in=ceremonies.values()).order_by("pk"):
        rehearsals[row.ceremony_id] = row
    return [_of_lot(lot, ceremonies.get(lot.pk), rehearsals, at=at) for lot in lots]


def next_step(project: Project, holders: Sequence[KeyHolder], lots: Sequence[LotCeremony]) -> dict[str, object]:
    """Return what happens next with the keys, and who must act."""
    if not holders:
        return _said(reason("Appoint the key holders: without them nothing can be sealed."), tone="act")
    if project.announced_at is None:
        return _before_the_announcement(holders, lots)
    return _after_the_announcement(holders, lots)


def _before_the_announcement(holders: Sequence[KeyHolder], lots: Sequence[LotCeremony]) -> dict[str, object]:
    if keyless := [row.organisation.name for row in holders if not row.public_key]:
        return _said(reason("{count} keys are still to be made.", count=len(keyless)), who="、".join(keyless))
    if any(lot.ceremony is None for lot in lots):
        return _said(reason("A lot was added after the last key: assemble its ceremony."), tone="act")
    if unsigned := _absent(holders, [lot.signed for lot in lots]):
        return _said(reason("The ceremony is still to be signed."), who=unsigned)
    return _said(reason("All keys are in and signed: the tender can be announced."), tone="act")


def _after_the_announcement(holders: Sequence[KeyHolder], lots: Sequence[LotCeremony]) -> dict[str, object]:
    by_stage = {stage: [row for row in lots if Stage(row.lot.stage) is stage] for stage in Stage}
    if waiting := by_stage[Stage.PUBLISHED]:
        if untried := _absent(holders, [lot.rehearsed for lot in waiting]):
            return _said(reason("The bid box opens when every holder has shown that its key works."), who=untried)
        return _said(reason("Every key works, but something else holds the bid box back."), tone="act")
    if resting := by_stage[Stage.BIDDING]:
        closes_at = max(row.lot.closes_at for row in resting if row.lot.closes_at)
        return _said(
            reason("The keys rest until the deadline; then the holders release their shares."), until=closes_at
        )
    if by_stage[Stage.OPENING]:
        return _said(reason("The key holders release their shares."), who=HOLDERS)
    return _said(reason("Nothing more is to be done with the keys."), tone="done")


def why_not_appoint(project: Project) -> list[Reason]:
    return [_ANNOUNCED] if project.announced_at else []


def why_not_announce(project: Project, seat: Membership, *, at: datetime) -> list[Reason]:
    """Return every reason why this person cannot announce the project now."""
    found: list[Reason] = [] if seat.may_approve else [_NEEDS_APPROVER]
    intention = drafting.intention_of(project)
    for row in of_lots(project, at=at):
        if Stage(row.lot.stage) in END_STAGES:
            continue
        known = (*((row.state,) if row.ceremony else ()), *intention.get(row.lot.pk, ()))
        facts = facts_of(row.lot, at=at, known=known, approved_by=seat.user.number)
        found += binding.procedure_of(project, at=at).missing(Move.ANNOUNCE, facts)
    return list(dict.fromkeys([*found, *checking.objections(project, at=at)]))


def what_is_announced(project: Project, *, at: datetime) -> list[tuple[Reason, object]]:
    """Return what the announcement binds and publishes."""
    lots = of_lots(project, at=at)
    rows: list[tuple[Reason, object]] = [
        (reason("Project"), project.title),
        (reason("Kind of procedure"), label(Kind(project.kind))),
        (reason("What is published"), label(Code.NOTICE)),
        (reason("Documents"), project.documents.count()),
    ]
    for row in lots:
        state = row.state
        rows += [
            (reason("Lot"), f"{row.lot.number} {row.lot.title}"),
            (reason("Deadline for bids"), row.lot.closes_at),
            (
                reason("Key ceremony"),
                reason(
                    "{signed} of {of} key holders have signed; {k} open the bids",
                    signed=state.signed, of=state.of, k=state.k,
                ),
            ),
        ]  # fmt: skip
    return rows


def _of_lot(lot: Lot, ceremony: Ceremony | None, rehearsals: dict[int, KeyRehearsal], *, at: datetime) -> LotCeremony:
    latest = rehearsals.get(ceremony.pk) if ceremony else None
    row = LotCeremony(
        lot=lot,
        ceremony=ceremony,
        signed=frozenset(ceremony.notes if ceremony else ()),
        rehearsed=frozenset(latest.answers if latest else ()),
        has_rehearsal=latest is not None,
        why_not_open=(),
    )
    if not row.is_waiting_for_the_box:
        return row
    missing = moves.missing_for(lot, Move.OPEN_BID_BOX, at=at, known=(row.state,))
    return LotCeremony(lot, ceremony, row.signed, row.rehearsed, row.has_rehearsal, tuple(missing))


def _absent(holders: Sequence[KeyHolder], done: Sequence[frozenset[str]]) -> str:
    """Return the names of the holders that are missing in one of ``done``."""
    names = [row.organisation.name for row in holders if any(row.kid not in kids for kids in done)]
    return "、".join(dict.fromkeys(names))


def _said(
    what: Reason, *, who: Reason | str = "", until: datetime | None = None, tone: str = "wait"
) -> dict[str, object]:
    return {"what": what, "who": who, "until": until, "tone": tone}
