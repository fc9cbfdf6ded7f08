"""Announcing a sealed tender: the notice goes out with the holders' ceremonies signed, and the keys are rehearsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.telling import tell
from bidding import rehearsing
from bidding.models import Ceremony, KeyHolder
from bidding.queries import ceremony_state
from core import audit
from core.reasons import reason
from trading import announcing as trading_announcing
from trading.models import Lot
from trading.notice_data import plain

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor
    from trading.models import Project


@transaction.atomic(durable=True)
def announce(project_id: int, *, actor: Actor, at: datetime) -> Project:
    """Announce all lots: the rule-sheet asks for signed ceremonies; each lot's is logged and rehearsed at once."""
    lots = Lot.objects.filter(project=project_id)
    known = {lot.pk: (ceremony_state(lot),) for lot in lots if Ceremony.objects.filter(lot=lot).exists()}
    project = trading_announcing.announce(project_id, actor=actor, at=at, known=known)
    for ceremony in Ceremony.objects.select_related("lot").filter(lot__project=project).order_by("lot"):
        data = {"deadline": plain(ceremony.lot.closes_at), "ceremony": ceremony.digest}
        audit.append("tender.published", tender=ceremony.lot.number, data=data, actor=actor, at=at)
        rehearsing.begin(ceremony, actor=actor, at=at)
    for holder in KeyHolder.objects.select_related("user").filter(project=project):
        tell(
            holder.user,
            kind="bidding.rehearsal.begun",
            title=reason("Show that your key works: “{title}”", title=project.title),
            body=reason("The bid box opens when every key holder has answered the rehearsal."),
            project=project.number,
            at=at,
        )
    return project
