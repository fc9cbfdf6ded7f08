from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from core import numbering
from core.models import Sequence

AT = datetime(2026, 3, 2, tzinfo=UTC)


@transaction.atomic(durable=True)
def take(prefix: str = "CT", *, at: datetime = AT) -> str:
    return numbering.take(prefix, at=at)


def running(number: str) -> str:
    return number.rpartition("-")[0]


@pytest.mark.django_db(transaction=True)
def test_numbers_run_without_a_gap():
    assert [running(take()) for _ in range(3)] == ["CT-2026-000001", "CT-2026-000002", "CT-2026-000003"]
    assert str(Sequence.objects.get()) == "CT-2026: 3"


@pytest.mark.django_db(transaction=True)
def test_each_prefix_and_year_begins_at_one():
    take()
    assert running(take("GP")) == "GP-2026-000001"
    assert running(take(at=datetime(2027, 5, 1, tzinfo=UTC))) == "CT-2027-000001"


@pytest.mark.django_db(transaction=True)
def test_the_year_is_beijings():
    assert running(take(at=datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC))) == "CT-2026-000001"
    assert running(take(at=datetime(2026, 12, 31, 16, 0, tzinfo=UTC))) == "CT-2027-000001"


@transaction.atomic(durable=True)
def take_and_fail() -> None:
    numbering.take("CT", at=AT)
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("taken", [0, 2])
def test_what_is_rolled_back_leaves_no_gap(taken):
    for _ in range(taken):
        take()
    with pytest.raises(ZeroDivisionError):
        take_and_fail()
    assert running(take()) == f"CT-2026-00000{taken + 1}"


@pytest.mark.django_db(transaction=True)
def test_a_number_is_wider_when_it_must_be():
    Sequence.objects.create(name="CT-2026", last=999_999)
    assert running(take()) == "CT-2026-1000000"


@pytest.mark.django_db(transaction=True)
def test_the_letters_follow_from_the_installations_secret(settings):
    settings.SECRET_KEY = "one"
    first = take()
    Sequence.objects.all().delete()
    assert take() == first
    Sequence.objects.all().delete()
    settings.SECRET_KEY = "another"
    second = take()
    assert (running(second), second == first) == (running(first), False)
    assert all(re.fullmatch(r"CT-2026-000001-[2-9A-HJ-NP-Z]{4}", number) for number in (first, second))


def take_together(many: int) -> list[str]:
    start = threading.Barrier(many)

    def one(_nth: int) -> list[str]:
        start.wait()
        try:
            return [take() for _ in range(10)]
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as pool:
        return [running(number) for numbers in pool.map(one, range(many)) for number in numbers]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_takers_at_the_same_time_get_different_numbers_and_leave_none_out():
    assert sorted(take_together(4)) == [f"CT-2026-{n:06d}" for n in range(1, 41)]
