"""The award on record: at most one stands; one that falls stays with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core import audit
from core.errors import Refused
from core.reasons import reason
from trading.models import Award

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Organisation
    from core.actors import Actor
    from core.money import Money
    from trading.models import Lot
    from trading.names import RefusalGround


@transaction.atomic(savepoint=False)
def record_award(
    lot: Lot,
    *,
    organisation: Organisation,
    amount: Money,
    rank: int,
    ground: str,
    because: str,
    actor: Actor,
    at: datetime,
) -> Award:
    """Record the decision for one bidder; the caller takes the move."""
    award = Award.objects.create(
        lot=lot,
        organisation=organisation,
        amount=amount.amount,
        currency=amount.currency,
        rank=rank,
        ground=ground,
        because=because,
        decided_at=at,
        decided_by=actor.as_text(),
    )
    data = {
        "winner": organisation.number,
        "amount": format(amount.amount, "f"),
        "currency": amount.currency,
        "rank": rank,
        "ground": ground,
    }
    audit.append("trading.award.decided", tender=lot.number, data=data, actor=actor, at=at)
    return award


@transaction.atomic(savepoint=False)
def award_falls(lot: Lot, *, ground: RefusalGround, because: str, actor: Actor, at: datetime) -> Award:
    """Let the standing award fall, with its ground and in words; it stays on record."""
    award = standing(lot)
    award.fell_at, award.fell_ground, award.fell_because = at, ground.value, because
    award.save(update_fields=["fell_at", "fell_ground", "fell_because"])
    data = {"winner": award.organisation.number, "rank": award.rank, "ground": ground.value}
    audit.append("trading.award.fell", tender=lot.number, data=data, actor=actor, at=at)
    return award


def standing(lot: Lot) -> Award:
    """Return the award that stands; Refused if there is none."""
    award = Award.objects.select_related("organisation").filter(lot=lot, fell_at=None).first()
    if award is None:
        raise Refused(reason("no award stands for this lot"))
    return award
