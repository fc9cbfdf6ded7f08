"""What must hold before anything is taken or signed, and what is said where it does not."""

from __future__ import annotations

import os
import threading
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from config import soundness as start
from core import audit, clock, known_answers, soundness, waiting
from core.actors import SYSTEM
from core.models import LogCheckpoint, LogCosignature, LogHead, LogLeaf
from core.sequencer import HALTED, SequencerLoop
from tests.emptying import without_triggers
from tests.house.house_rules import ROOT, files_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db(transaction=True)


def logged() -> None:
    with transaction.atomic(durable=True):
        for _ in range(3):
            audit.append("key.enrolled", data={}, actor=SYSTEM, at=clock.now())
    waiting.nudge()


def test_a_sound_installation_starts_and_signs() -> None:
    logged()
    assert soundness.refusals() == soundness.refusals(role="sequencer") == []
    start.require()


def test_a_machine_that_computes_wrongly_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_answers, "verify_note", lambda *_, **__: None)  # verifies anything
    monkeypatch.setattr(known_answers, "root", lambda _leaves: bytes(32))
    monkeypatch.setattr(start, "_CT", "00")
    with pytest.raises(SystemExit) as ended:
        start.require()
    said = str(ended.value).splitlines()
    assert said[0] == "This process does not start:"
    assert ["HPKE" in said[1], "signed note" in said[2], "tree" in said[3], len(said)] == [True, True, True, 4]


def changed(change: object) -> list[str]:
    with transaction.atomic(durable=True), connection.cursor() as cursor, without_triggers(cursor):
        change()  # type: ignore[operator]
    return soundness.refusals()


def test_a_log_that_does_not_fit_together_is_named() -> None:
    logged()
    (said,) = changed(lambda: LogLeaf.objects.filter(idx=2).update(entry=b"{}"))
    assert said == "The entry at place 2 of the log is not the one that was hashed."
    (said,) = changed(lambda: LogLeaf.objects.filter(idx=2).delete())
    assert said == "The log's head says 3 entries, and its last leaf is at another place."
    assert "newest checkpoint" in changed(lambda: LogCheckpoint.objects.update(note=_other_note()))[-1]
    assert "no head" in changed(lambda: LogHead.objects.all().delete())[-1]


def _other_note() -> str:
    from core import log_key
    from core.checkpoints import Checkpoint, sign_checkpoint

    head = Checkpoint(log_key.origin(), 3, bytes(32))
    return sign_checkpoint(head, key=log_key.signing_key(head.origin))


def test_a_guard_that_was_taken_away_is_named() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE tlog_leaf DISABLE TRIGGER ro")
        else:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'tlog_leaf_update'")
            (statement,) = cursor.fetchone()
            cursor.execute("DROP TRIGGER tlog_leaf_update")
        try:
            assert ["1 of 2 triggers guard tlog_leaf" in said for said in soundness.refusals()] == [True]
        finally:
            on = connection.vendor == "postgresql"
            cursor.execute("ALTER TABLE tlog_leaf ENABLE TRIGGER ro" if on else statement)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("synchronous_commit", "off", "synchronous_commit = off"),
        ("zero_damaged_pages", "on", "zero_damaged_pages = on"),
        ("default_transaction_isolation", "serializable", "default_transaction_isolation = serializable"),
    ],
)
def test_postgresql_that_could_forget_is_refused(setting: str, value: str, why: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {setting} = '{value}'")
        try:
            (said,) = soundness.refusals()
        finally:
            cursor.execute(f"RESET {setting}")
    assert why in said


@pytest.mark.postgres
def test_a_role_that_sets_it_for_itself_is_named() -> None:
    with transaction.atomic(durable=True), connection.cursor() as cursor:  # never committed: it is for all databases
        cursor.execute("CREATE ROLE careless_test")
        cursor.execute("ALTER ROLE careless_test SET synchronous_commit = 'off'")
        assert ["synchronous_commit=off" in said for said in soundness.refusals()] == [True]
        transaction.set_rollback(True)


@pytest.mark.postgres
def test_who_may_change_the_log_is_refused_where_roles_are_required(settings: SettingsWrapper) -> None:
    settings.LOG_ROLES_REQUIRED = True
    said = soundness.refusals()
    assert "This process may DELETE tlog_outbox as its database user: give it a role of log_roles." in said
    assert any("INSERT tlog_outbox" in one for one in soundness.refusals(role="sequencer"))


@pytest.fixture
def roles(settings: SettingsWrapper) -> Iterator[dict[str, str]]:
    """The two users, made by the word of the console and removed again."""
    names = {kind: f"{kind}_{os.getpid()}" for kind in ("application", "sequencer")}
    settings.APPLICATION_DATABASE = {"USER": names["application"], "PASSWORD": "it's"}
    settings.SEQUENCER_DATABASE = {"USER": names["sequencer"], "PASSWORD": ""}
    for _ in range(2):
        call_command("log_roles", stdout=StringIO())
    yield names
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for name in names.values():
            cursor.execute(f"DROP OWNED BY {name}")
            cursor.execute(f"DROP ROLE {name}")


def acting(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")


NOT_FOR_PAGES = (
    "UPDATE tlog_outbox SET idx = 7",
    "DELETE FROM tlog_outbox",
    "INSERT INTO tlog_leaf VALUES (0, '', '', now())",
    "UPDATE tlog_head SET size = 0",
    "DELETE FROM tlog_checkpoint",
    "ALTER TABLE tlog_leaf DISABLE TRIGGER ro",
    "TRUNCATE tlog_cosignature",
)
NOT_FOR_THE_SEQUENCER = (
    "UPDATE tlog_outbox SET entry = ''",
    "INSERT INTO tlog_outbox (entry) VALUES ('')",
    "DELETE FROM tlog_leaf",
    "SELECT * FROM bidding_seal",
    "ALTER TABLE tlog_outbox DISABLE TRIGGER ru",
)


@pytest.mark.postgres
def test_pages_only_add_entries_and_the_sequencer_only_gives_places(
    roles: dict[str, str], settings: SettingsWrapper
) -> None:
    settings.LOG_ROLES_REQUIRED = True
    acting(roles["application"])
    with transaction.atomic(durable=True):
        audit.append("key.enrolled", data={}, actor=SYSTEM, at=clock.now())
    assert soundness.refusals() == []
    _all_denied(NOT_FOR_PAGES)
    acting(roles["sequencer"])
    assert soundness.refusals(role="sequencer") == []
    loop = SequencerLoop(stopped=threading.Event())
    assert (loop.turn(), loop.halted, LogLeaf.objects.count(), LogCosignature.objects.count()) == (0.0, "", 1, 3)
    _all_denied(NOT_FOR_THE_SEQUENCER)


def _all_denied(statements: tuple[str, ...]) -> None:
    for statement in statements:
        with (
            pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
            transaction.atomic(durable=True),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_without_roles_or_without_addresses_the_word_says_so(settings: SettingsWrapper) -> None:
    settings.APPLICATION_DATABASE = None
    why = "names no user of its own" if connection.vendor == "postgresql" else "SQLite has no roles"
    with pytest.raises(CommandError, match=why):
        call_command("log_roles", stdout=StringIO())


def test_sqlite_that_could_forget_is_refused() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite only")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = NORMAL")
        try:
            (said,) = soundness.refusals()
        finally:
            cursor.execute("PRAGMA synchronous = FULL")
    assert said.startswith("SQLite has synchronous = 1")


def test_the_sequencer_signs_nothing_more_once_the_database_is_not_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = SequencerLoop(stopped=threading.Event())
    assert loop.turn() == pytest.approx(0.05)
    monkeypatch.setattr(soundness, "refusals", lambda **_: ["fsync is off"])
    loop._check()
    logged_before = LogLeaf.objects.count()
    assert (loop.halted, loop.turn(), LogLeaf.objects.count()) == ("fsync is off", HALTED, logged_before)
    monkeypatch.undo()


def test_no_line_of_the_platform_sets_how_safely_postgresql_commits() -> None:
    named = [
        str(file.relative_to(ROOT))
        for file in files_of(
            "accounts", "bidding", "config", "core", "disclosure", "evaluation", "supervision", "trading"
        )
        if "synchronous_commit" in file.read_text(encoding="utf-8")
    ]
    assert named == ["core/soundness.py"]
