"""What happens to a lot outside its opening changes its hall too: whoever watches is told to look again."""

from __future__ import annotations

from django.dispatch import receiver

from bidding.halls import room_of
from core import hub
from trading.models import Lot
from trading.signals import stage_changed


@receiver(stage_changed, dispatch_uid="bidding.web.news")
def tell_the_hall(sender: object, lot_id: int, **_: object) -> None:  # noqa: ARG001  (given by the signal)
    """Announce in the hall of a lot that its stage is another one; comes after the commit."""
    number = Lot.objects.filter(pk=lot_id).values_list("number", flat=True).first()
    if number is not None:
        hub.publish(room_of(number), {"resync": True})
