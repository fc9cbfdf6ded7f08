from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from accounts import access, challenges, queries, seating, throttling
from accounts.models import Organisation, SignInFailure
from accounts.names import Question
from core.errors import Refused
from tests.accounts.conftest import AT
from tests.accounts.people import seat

pytestmark = [pytest.mark.race, pytest.mark.postgres]


@pytest.fixture
def pair(transactional_db, at):
    """An organisation with two people who may approve."""
    firm = Organisation.objects.create(
        number="OR-PAIR", scheme="TEST", code="P", name="Pair", roles=["OWNER"], registered_at=AT, admitted_at=AT
    )
    return firm, [seat(firm, "one", "OWNER"), seat(firm, "two", "OWNER")]


def both_leave(firm, seats, monkeypatch):
    """Both leave at once; each looks round for the other, then takes a moment before going."""
    look, start = seating._against_losing, threading.Barrier(2)

    def look_slowly(organisation, own):
        found = look(organisation, own)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(seating, "_against_losing", look_slowly)

    def leave(own):
        start.wait()
        try:
            seating.end_membership(firm.number, person=own.user.number, role="OWNER", actor=own.actor(), at=AT)
        except Refused:
            return "refused"
        finally:
            connection.close()
        return "left"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(leave, seats))
    return sorted(outcomes), queries.approvers_of(firm).count()


def test_two_who_leave_at_once_leave_nobody_without_the_lock(pair, monkeypatch):
    def unlocked(number, *, actor):
        organisation = Organisation.objects.get(number=number)
        return organisation, access.approving_seat(actor, organisation)

    monkeypatch.setattr(seating, "_locked", unlocked)
    assert both_leave(*pair, monkeypatch) == (["left", "left"], 0)


def test_two_who_leave_at_once_one_stays_with_the_lock(pair, monkeypatch):
    assert both_leave(*pair, monkeypatch) == (["left", "refused"], 1)


def test_twenty_attempts_at_once_are_let_through_at_most_five_times(transactional_db):
    gate, start = throttling.Gate("somebody", "somewhere"), threading.Barrier(20)

    def attempt(_):
        start.wait()
        try:
            throttling.take_attempt(gate, at=AT)
        except throttling.TooManyAttempts:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(20) as pool:
        let_through = sum(pool.map(attempt, range(20)))
    assert let_through <= throttling.FAILURES
    assert SignInFailure.objects.count() == let_through


def test_of_two_answers_to_one_question_at_a_time_one_counts(pair):
    _firm, (one, _two) = pair
    session, start = SessionStore(), threading.Barrier(2)
    asked = challenges.ask(session, Question.PROVE, user=one.user, at=AT)

    def answer(_nth):
        start.wait()
        try:
            challenges.take(session, Question.PROVE, asked.value, user=one.user, at=AT)
        except Refused:
            return "refused"
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, range(2))) == ["refused", "taken"]
