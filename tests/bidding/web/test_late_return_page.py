"""Whoever gives a deposit back too late sees what is owed for that, before and after."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse

from bidding.models import Deposit
from core import clock
from tests.bidding.test_depositing import enter
from tests.stories import bidding as story
from trading.names import Kind, Stage

if TYPE_CHECKING:
    from tests.bidding.web.visitors import Visitors
    from tests.cast import Cast


def test_the_page_of_the_return_and_the_list_show_days_and_interest(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast, Kind.GP_OPEN)
    enter(tender, Stage.CONTRACTING, tender.deadline)
    due = tender.deadline + timedelta(days=10)
    Deposit.objects.update(state="locked", form="transfer", amount=Decimal(100_000), release_by=due)
    with clock.stands_at(due + timedelta(days=30)):
        browser = visitors("buyer.approver")
        address = reverse("bidding:deposit", args=[tender.lot.number, "OR-bolt", "release"])
        asked = browser.get(address).content.decode()
        answer = browser.post(address, {"interest": "0", "because": ""})
        shown = browser.get(reverse("bidding:deposits", args=[tender.lot.number])).content.decode()
    late_days = Deposit.objects.get(organisation=cast["bolt"]).late_days
    assert answer.status_code == 302
    assert [word for word in ("Days late", "Interest owed for the delay", "435.00") if word not in asked] == []
    assert [word for word in (f"Days late: {late_days}", "435.00") if word not in shown] == []
    assert late_days == 30
