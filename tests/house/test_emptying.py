"""What the tests themselves rest on: the next test finds the database as the migrations left it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from core.models import ClockGuard, OutboxEntry, StoredFile

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 5, 4, 1, tzinfo=UTC)
ROUNDS = [1, 2]


def evidence() -> OutboxEntry:
    return OutboxEntry.objects.create(entry=b"{}", at=AT, event="house.test.ran", actor="nobody")


@pytest.mark.parametrize("_round", ROUNDS)
def test_rows_are_gone_after_a_test_that_commits(_round: int) -> None:
    assert StoredFile.objects.count() == 0
    StoredFile.objects.create(digest="0" * 64, size=1, stored_at=AT)


@pytest.mark.parametrize("_round", ROUNDS)
def test_rows_that_migrations_made_are_there_again(_round: int) -> None:
    assert ClockGuard.objects.filter(pk=1).update(last_us=0) == 1
    ClockGuard.objects.all().delete()


@pytest.mark.parametrize("_round", ROUNDS)
def test_evidence_is_gone_too_and_is_guarded_again(_round: int) -> None:
    assert OutboxEntry.objects.count() == 0
    row = evidence()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(durable=True):
        OutboxEntry.objects.all()._raw_delete("default")  # no look at who points here
    assert OutboxEntry.objects.get() == row
