"""A marker inside a sealed offer is found nowhere before the opening, and found after it: so the search works."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from django.db import connection

from core import clock
from tests.accounts.people import PASSWORD
from tests.journeys.serving import served
from tests.leaks.places import every_cell, every_file, hits
from tests.leaks.wire import Wire
from tests.stories import bidding as stories

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.loopback

CANARY = "CANARY-8c1f5e2a-金丝雀"
PRICE = "27182818.28"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that anybody logs, down to the last detail."""
    caplog.set_level(logging.DEBUG)
    return caplog


def everywhere(log: pytest.LogCaptureFixture, storage: Path, *lines: Wire) -> dict[str, bytes]:
    database = Path(str(connection.settings_dict["NAME"]))
    return {
        "traffic": b"".join(bytes(line.said) for line in lines),
        "log": log.text.encode(),
        "cells": every_cell(),
        "database file": every_file(database.parent) if connection.vendor == "sqlite" else b"",
        "storage": every_file(storage),
        "data folder": every_file(Path(django_settings.DATA_DIR)),
    }


def found(places: dict[str, bytes], marker: str) -> dict[str, int]:
    return {place: count for place, data in places.items() if (count := hits(marker, data))}


def test_nothing_of_a_sealed_offer_is_anywhere_before_the_opening(
    served_cast: Cast, storage: Path, log: pytest.LogCaptureFixture
) -> None:
    tender = stories.bidding(served_cast)
    sealed = stories.seal(
        tender, "acme", files={"form.json": stories.form(PRICE, manager=CANARY), "001.txt": CANARY.encode() * 2000}
    )
    with clock.stands_at(tender.deadline - stories.stories.DAY), served() as address:
        acme, elm = Wire(address), Wire(address)
        acme.sign_in("acme", PASSWORD)
        answer = acme.submit(tender.lot.number, sealed)
        acme.ask("GET", f"/desk/bids/{tender.lot.number}")
        acme.ask("GET", f"/desk/receipts/{answer['reference']}")
        elm.sign_in("elm", PASSWORD)
        elm.ask("GET", f"/desk/bids/{tender.lot.number}")
    before = everywhere(log, storage, acme, elm)
    assert sealed.seal.digest.encode() in before["cells"]  # the seal itself is there
    assert [found(before, CANARY), found(before, PRICE)] == [{}, {}]
    for bidder in ("bolt", "cedar"):
        stories.submitted(tender, bidder)
    stories.close(tender)
    for kid in sorted(tender.holders)[:3]:
        stories.release(tender, kid)
    stories.opening.unseal(tender.lot.pk, at=tender.deadline + 2 * stories.MINUTE)
    after = everywhere(log, storage)
    assert tender.bid("acme").status == "opened"
    assert {"cells", "storage"} <= found(after, CANARY).keys()
    assert "cells" in found(after, PRICE)
