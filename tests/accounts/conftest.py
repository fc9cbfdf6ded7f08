from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.founding import found_centre
from accounts.identity import Identity, Newcomer
from accounts.models import Membership, Organisation, User
from core import clock
from tests.accounts.people import CENTRE_CODE, PASSWORD, Cast, seat

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_pages(settings):
    settings.ROOT_URLCONF = "tests.accounts.urls"


@pytest.fixture
def at():
    """The time at which the clock stands."""
    with clock.stands_at(AT):
        yield AT


@pytest.fixture
def cast(db, at) -> Cast:
    """A centre with one clerk; the owner 滨江建投 with a drafter and an approver; the bidder Acme with two people."""
    centre = found_centre(
        Identity("CN-USCI", CENTRE_CODE, "滨江公共资源交易中心"),
        newcomer=Newcomer("clerk", "陈主任"),
        password=PASSWORD,
        at=at,
    )
    clerk = User.objects.get(username="clerk")
    owner = _admitted("滨江建投", "OWNER-1", ["OWNER"], at)
    acme = _admitted("Acme", "ACME-1", ["BIDDER"], at)
    return Cast(
        centre=centre,
        owner=owner,
        acme=acme,
        clerk=Membership.objects.get(user=clerk, role="CENTER"),
        drafter=seat(owner, "drafter", "OWNER", may_approve=False),
        approver=seat(owner, "approver", "OWNER"),
        signer=seat(acme, "signer", "BIDDER"),
        colleague=seat(acme, "colleague", "BIDDER"),
    )


def _admitted(name, code, roles, at):
    return Organisation.objects.create(
        number=f"OR-{code}", scheme="TEST", code=code, name=name, roles=roles, registered_at=at, admitted_at=at
    )
