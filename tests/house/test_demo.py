"""The whole demonstration, as a first start makes it: made once, asked by every test of this module."""

from __future__ import annotations

import io
import json
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import include, path

from accounts.models import SigningKey, User
from accounts.names import SEAT_ROLES
from bidding import announcing
from bidding.models import KeyHolder
from bidding.queries import opened_bids
from bidding.rules import age_passphrase
from config import urls
from config.celery import app
from config.demonstration import cast, holding, keys, making, people
from config.demonstration.timeline import take_due
from core import clock, uscc
from core.canonical import b64_decode
from core.errors import Refused
from core.models import Installation, Job, OutboxEntry
from tests.emptying import empty_database
from trading.models import Lot, Project
from trading.names import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import DjangoDbBlocker

urlpatterns = [*urls.urlpatterns, path("", include("config.demonstration.urls"))]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def demonstration(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A data folder after its first start; yields what the console said."""
    folder = tmp_path_factory.mktemp("demonstration")
    ours = {"DATA_DIR": folder, "STORAGE_ROOT": folder / "files", "YANGGUANG_DEMO": True, "ROOT_URLCONF": __name__}
    with django_db_blocker.unblock(), override_settings(**ours):
        try:
            yield started()
        finally:
            empty_database()


@pytest.fixture
def jobs_at_once() -> Iterator[None]:
    before, app.conf.task_always_eager = app.conf.task_always_eager, True
    yield
    app.conf.task_always_eager = before


def started() -> str:
    said = io.StringIO()
    call_command("demo", stdout=said)
    return said.getvalue()


@contextmanager
def on_a_standing_clock() -> Iterator[None]:
    """Let a test look at a later hour of a demonstration that runs in real time."""
    Installation.objects.update(made_for=Installation.REHEARSAL)
    yield
    Installation.objects.update(made_for=Installation.USE)


def lot_of(title: str) -> Lot:
    return Lot.objects.select_related("project").get(project__title=f"【演示】{title}", project__round_number=1)


# -- what is there -------------------------------------------------------------------------------------


def test_there_is_a_project_in_every_stage_that_a_visitor_looks_for(demonstration: str) -> None:
    assert Counter(Lot.objects.values_list("project__kind", "stage")) == {
        ("CT", "draft"): 1,
        ("CT", "notice_ready"): 1,
        ("CT", "bidding"): 4,  # two lots for weeks, one for minutes, one tendered again
        ("CT", "evaluating"): 1,
        ("CT", "publicity"): 1,
        ("CT", "contracting"): 1,
        ("CT", "performing"): 1,
        ("CT", "failed"): 1,
        ("GP_OPEN", "draft"): 1,
        ("GP_OPEN", "qualification"): 1,
        ("GP_OPEN", "confirming"): 1,
        ("GP_OPEN", "closed"): 1,
    }
    again = Project.objects.get(round_number=2)
    assert again.previous == lot_of("城区交通信号控制系统改造工程").project


def test_everything_says_that_it_is_made_up(demonstration: str) -> None:
    titles = Project.objects.values_list("title", flat=True)
    assert [title for title in titles if not title.startswith("【演示】")] == []


def test_its_past_was_lived_in_the_order_of_time_and_is_over(demonstration: str) -> None:
    entries = OutboxEntry.objects.order_by("seq").values_list("event", "at")
    instants = [at for _, at in entries]
    assert instants == sorted(instants)
    assert instants[-1] <= clock.now()
    assert entries[0][0] == "config.demonstration.begun"
    assert [event for event, _ in entries].count("config.demonstration.handed_over") == 1
    assert Installation.objects.get().made_for == Installation.USE
    assert Job.objects.filter(done_at=None).count() == 0


def test_a_deadline_comes_within_minutes_of_the_start(demonstration: str) -> None:
    left = lot_of("滨江市实验小学扩建工程").closes_at - clock.now()  # type: ignore[operator]
    assert timedelta() < left <= 18 * MINUTE


def test_a_purchaser_is_asked_and_its_silence_counts_later(demonstration: str) -> None:
    asked = lot_of("滨江市属学校物业管理服务采购")
    assert asked.next_due_at is not None
    assert asked.next_due_at > clock.now()


# -- who is there --------------------------------------------------------------------------------------


def test_everybody_stands_on_the_sign_in_page_and_the_password_is_right(demonstration: str) -> None:
    listed = json.loads((settings.DATA_DIR / cast.ACCOUNTS).read_text(encoding="utf-8"))
    users = {user.username: user for user in User.objects.all()}
    assert sorted(row["username"] for row in listed) == sorted(users)
    assert [row["username"] for row in listed if not users[row["username"]].check_password(row["password"])] == []
    shown = Client().get("/account/sign-in").content.decode()
    assert [row["username"] for row in listed if f">{row['username']}<" not in shown] == []


def test_one_account_of_each_role_is_printed_and_comes_to_its_desk(demonstration: str) -> None:
    first = [person for house in (people.CENTRE, *people.HOUSES) for person in house.people]
    roles = {person.username: person.role for person in first if person.username in people.FIRST_TO_TRY}
    assert set(roles.values()) == set(SEAT_ROLES)
    for username in roles:
        assert username in demonstration
        client = Client()
        answer = client.post("/account/sign-in", {"username": username, "password": people.PASSWORD, "next": "/desk"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/desk")
        assert client.get("/desk").status_code == 200


def test_no_organisation_of_the_country_has_these_codes(demonstration: str) -> None:
    codes = [cast.code_of(house) for house in (people.CENTRE, *people.HOUSES)]
    assert {uscc.is_valid(code) for code in codes} == {True}
    assert {code[2:8] for code in codes} == {"000000"}


def test_every_key_opens_with_the_passphrase_that_the_console_says(demonstration: str) -> None:
    assert f"passphrase {keys.PASSPHRASE}" in demonstration
    bidders = list(SigningKey.objects.filter(kind="bidder").values_list("wrapped", flat=True))
    holders = list(KeyHolder.objects.values_list("wrapped", flat=True))
    assert (len(bidders), len(holders)) == (8, 4 * 12)
    for wrapped in bidders + holders:
        opened = age_passphrase.decrypt(b64_decode(wrapped), passphrase=keys.PASSPHRASE)
        assert json.loads(opened)["v"] == "tsb/1"
    assert "no secret" in (keys.folder() / "README.txt").read_text(encoding="utf-8")


# -- starting again, and elsewhere ---------------------------------------------------------------------


def test_a_second_start_keeps_everything(demonstration: str) -> None:
    before = OutboxEntry.objects.count(), User.objects.count(), Lot.objects.count()
    (settings.DATA_DIR / cast.ACCOUNTS).unlink()
    said = started()
    assert (OutboxEntry.objects.count(), User.objects.count(), Lot.objects.count()) == before
    assert "Making" not in said
    assert (settings.DATA_DIR / cast.ACCOUNTS).exists()


# -- the page, and the key holders ---------------------------------------------------------------------


def test_the_page_of_the_demonstration_says_what_to_try(demonstration: str) -> None:
    shown = Client().get("/demonstration/", headers={"Accept-Language": "en"}).content.decode()
    for text in (people.PASSWORD, keys.PASSPHRASE, "Score the bids of an evaluation", "滨江市实验小学扩建工程"):
        assert text in shown
    assert "No lot waits for its key holders now." in shown


def test_only_lots_that_wait_for_their_holders_are_acted_for(demonstration: str) -> None:
    lot = lot_of("人民路人行天桥及无障碍设施工程")
    answer = Client(headers={"Accept-Language": "en"}).post(f"/demonstration/{lot.number}")
    assert answer.status_code == 422
    assert "Nothing waits for the key holders of this lot." in answer.content.decode()
    assert Client().post("/demonstration/CT-2026-999999-XXXX-1").status_code == 404
    with pytest.raises(CommandError, match="no such lot: NOTHING"):
        call_command("demo_release", "NOTHING")
    with pytest.raises(CommandError, match="Nothing waits for the key holders of this lot"):
        call_command("demo_release", lot.number)


def test_the_word_lets_the_holders_answer_the_rehearsal_of_a_notice_that_a_visitor_announced(
    demonstration: str,
) -> None:
    lot = lot_of("人民路人行天桥及无障碍设施工程")
    approver = User.objects.get(username="owner-approver").memberships.get().actor()
    announcing.announce(lot.project_id, actor=approver, at=clock.now())
    said = io.StringIO()
    call_command("demo_release", stdout=said)
    assert said.getvalue() == f"{lot.number}: 4 key holders acted; the hall is at /hall/{lot.number}\n"
    assert Lot.objects.get(pk=lot.pk).stage == Stage.BIDDING


def test_a_key_that_was_thrown_away_is_named(demonstration: str, jobs_at_once: None) -> None:
    lot = lot_of("滨江市实验小学扩建工程")
    assert lot.closes_at is not None
    files = {file: file.read_bytes() for file in keys.folder().glob(f"*-{lot.project.number}.age")}
    assert len(files) == 4
    with on_a_standing_clock(), clock.stands_at(lot.closes_at + MINUTE):
        take_due(until=clock.now())
        for file in files:
            file.unlink()
        with pytest.raises(Refused) as refused:
            holding.act_for_holders(lot.pk)
    for file, content in files.items():
        file.write_bytes(content)
    assert str(refused.value).endswith(" is not in the folder of the demonstration.")


def test_after_the_deadline_a_button_releases_and_the_bids_are_opened(demonstration: str, jobs_at_once: None) -> None:
    lot = lot_of("滨江市实验小学扩建工程")
    assert lot.closes_at is not None
    client = Client(headers={"Accept-Language": "en"})
    with on_a_standing_clock(), clock.stands_at(lot.closes_at + MINUTE):
        take_due(until=clock.now())
        assert Lot.objects.get(pk=lot.pk).stage == Stage.OPENING
        assert "Release as the key holders" in client.get("/demonstration/").content.decode()
        answer = client.post(f"/demonstration/{lot.number}")
        assert answer.status_code == 302, answer.content.decode()
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/hall/{lot.number}")
        prices = sorted(str(bid.price) for bid in opened_bids(lot))
        assert holding.awaiting() == []
    assert prices == ["49350000.00", "49980000.00", "50460000.00"]


def test_nobody_acts_for_the_key_holders_of_a_real_platform(
    demonstration: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config.demonstration import marking

    monkeypatch.setattr(marking, "purpose", lambda: marking.Purpose.REAL)
    with pytest.raises(Refused) as refused:
        holding.act_for_holders(lot_of("滨江市实验小学扩建工程").pk)
    assert str(refused.value) == "Only in a demonstration does anybody act for key holders."


# -- an interrupted start ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_demonstration_that_was_not_finished_begins_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: object
) -> None:
    from config.demonstration import marking
    from config.management.commands import demo

    emptied: list[str] = []
    made: list[str] = []
    monkeypatch.setattr(demo.Command, "_empty", lambda self: emptied.append("empty"))
    monkeypatch.setattr(making, "make", lambda say: made.append("made") or 0)
    monkeypatch.setattr(cast, "write_accounts", lambda: tmp_path)
    marking.begin(at=clock.now())
    said = io.StringIO()
    call_command("demo", stdout=said)
    assert (emptied, made) == (["empty"], ["made"])
    assert "Making the demonstration" in said.getvalue()
