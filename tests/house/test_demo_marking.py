from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from config.demonstration import marking
from config.demonstration.marking import Purpose
from core import audit
from core.actors import SYSTEM
from core.errors import Refused
from core.models import Installation, Job, OutboxEntry
from tests.cast import make_cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def reasons_of(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [str(reason) for reason in refused.value.reasons]


def test_a_demonstration_begins_as_a_rehearsal_and_goes_over_to_use_once() -> None:
    assert marking.purpose() is Purpose.NOTHING
    marking.begin(at=NOW - DAY)
    assert (marking.purpose(), Installation.is_rehearsal()) == (Purpose.UNFINISHED, True)
    marking.hand_over(at=NOW)
    assert (marking.purpose(), Installation.is_rehearsal()) == (Purpose.DEMONSTRATION, False)
    assert list(OutboxEntry.objects.order_by("seq").values_list("event", "at")) == [
        ("config.demonstration.begun", NOW - DAY),
        ("config.demonstration.handed_over", NOW),
    ]
    with pytest.raises(Refused) as refused:
        marking.hand_over(at=NOW + DAY)
    assert reasons_of(refused) == ["Only a demonstration that is being made goes over to use."]


def test_a_demonstration_is_made_in_an_empty_database_only() -> None:
    make_cast()
    with pytest.raises(Refused) as refused:
        marking.begin(at=NOW)
    assert reasons_of(refused) == ["This database is in use: a demonstration is made in an empty one."]


def test_a_rehearsal_and_a_real_platform_never_go_over() -> None:
    row = Installation.objects.create(made_for=Installation.REHEARSAL, made_at=NOW)
    assert marking.purpose() is Purpose.REHEARSAL
    with pytest.raises(Refused):
        marking.hand_over(at=NOW)
    row.made_for = Installation.USE
    row.save(update_fields=["made_for"])
    assert marking.purpose() is Purpose.REAL
    with pytest.raises(Refused):
        marking.hand_over(at=NOW)
    with pytest.raises(Refused):
        marking.begin(at=NOW)


def test_a_database_that_holds_entries_and_no_mark_is_a_real_one() -> None:
    audit.append("core.something.happened", data={}, actor=SYSTEM, at=NOW)
    assert marking.purpose() is Purpose.REAL


def test_one_that_has_served_somebody_stays_what_it_is() -> None:
    marking.begin(at=NOW - DAY)
    Session.objects.create(session_key="s" * 32, session_data="", expire_date=NOW + DAY)
    Job.objects.create(task="bidding.unseal", asked_at=NOW)
    audit.append("core.something.happened", data={}, actor=SYSTEM, at=NOW + DAY)
    with pytest.raises(Refused) as refused:
        marking.hand_over(at=NOW)
    assert reasons_of(refused) == [
        "Somebody has signed in here already.",
        "Jobs are still to be done.",
        "Its past reaches beyond now.",
    ]
    assert Installation.is_rehearsal()
