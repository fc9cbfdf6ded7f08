"""The key holders of the demonstration on demand: answer a rehearsal, or release their shares after the deadline.

In a real tender each of them does this in its own browser with a key that only it has; here a visitor asks for all
of them at once. Their keys lie beside the database, so nothing is proved by this but that the ways work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Membership
from accounts.names import Role
from bidding import queries
from config.demonstration import keys, marking
from config.demonstration.marking import Purpose
from config.rehearsal import sealing
from config.rehearsal.people import HolderKeys
from core import clock
from core.errors import Refused
from core.reasons import reason
from trading.models import Lot
from trading.names import Stage

if TYPE_CHECKING:
    from bidding.models import KeyHolder

AWAITED = (Stage.PUBLISHED.value, Stage.OPENING.value)  # stages in which everybody waits for key holders


def awaiting() -> list[Lot]:
    """Return the lots that wait for their key holders, soonest deadline first."""
    lots = Lot.objects.filter(stage__in=AWAITED).select_related("project", "ceremony").order_by("closes_at", "pk")
    return [lot for lot in lots if _still_to_act(lot)]


def act_for_holders(lot_id: int) -> int:
    """Do what the lot's key holders would do now and return for how many; Refused where nothing waits for them."""
    lot = Lot.objects.select_related("project", "ceremony").get(pk=lot_id)
    if marking.purpose() is not Purpose.DEMONSTRATION:
        raise Refused(reason("Only in a demonstration does anybody act for key holders."))
    waiting = _still_to_act(lot)
    if not waiting:
        raise Refused(reason("Nothing waits for the key holders of this lot."))
    held = {holder.kid: _keys_of(holder) for holder in waiting}
    if lot.stage == Stage.OPENING:
        sealing.release_shares(lot, held, at=clock.now())
    else:
        sealing.rehearse_keys([lot], held, at=clock.now())
    return len(held)


def _still_to_act(lot: Lot) -> list[KeyHolder]:
    """Return the holders that have to act: for an opening as many as are still needed, for a rehearsal all others."""
    if lot.stage == Stage.OPENING:
        missing = list(queries.missing_holders(lot))
        released = len(list(queries.holders_of(lot.project))) - len(missing)
        return missing[: max(0, lot.ceremony.threshold - released)]
    rehearsal = queries.rehearsal_of(lot)
    if lot.stage != Stage.PUBLISHED or rehearsal is None:
        return []
    return [holder for holder in queries.holders_of(lot.project) if holder.kid not in rehearsal.answers]


def _keys_of(holder: KeyHolder) -> HolderKeys:
    try:
        pair = keys.kept(f"{holder.user.username}-{holder.project.number}")
    except FileNotFoundError:
        why = reason("The key of {name} is not in the folder of the demonstration.", name=holder.user.name)
        raise Refused(why) from None
    seat = Membership.objects.get(user=holder.user, organisation=holder.organisation, role=Role.KEY_HOLDER, until=None)
    return HolderKeys(secret=pair.secret, signing=pair.signing, actor=seat.actor())
