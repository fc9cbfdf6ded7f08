"""What witnesses make of this log: cosignatures that are kept, and copies of the database that are too old."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from core import audit, continuing, log_key, log_reading, sequencing
from core.actors import SYSTEM
from core.asking import Asker, Forked
from core.canonical import loads
from core.checkpoints import read_checkpoint
from core.cosigning import Answer
from core.errors import Refused
from core.log_reading import first_witnessed, is_witnessed
from core.models import LogCheckpoint, LogCosignature, LogHead, LogLeaf, OutboxEntry
from core.notes import parse_vkey
from core.policies import BadPolicy, write_policy
from core.sequencer import HALTED, IDLE, SequencerLoop
from core.tree import CompactRange
from core.witnesses import Asked, panel
from core.witnessing import make_witness_key, read_witness
from tests.emptying import without_triggers
from witness.service import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 5, 4, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_folder(real_witnesses: None, settings: SettingsWrapper, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@transaction.atomic(durable=True)
def said(count: int = 1) -> None:
    for number in range(count):
        audit.append("trading.lot.moved", tender=f"LOT-{number}", data={}, actor=SYSTEM, at=AT)


def sequenced(count: int = 1) -> LogCheckpoint:
    said(count)
    row = sequencing.take_turn()
    assert row is not None
    return row


def house() -> Asker:
    here = panel(log_key.origin())
    sequencing.announce(vkey=log_key.vkey(), policy=write_policy(here.policy), is_house=here.is_house)
    return Asker(here.asked, log_key.origin())


def restore_as_of(size: int) -> None:
    """Set the database back to a state in which the log had ``size`` entries: what an old backup does."""
    kept = [bytes(row.leaf) for row in LogLeaf.objects.filter(idx__lt=size).order_by("idx")]
    tree = CompactRange()
    for leaf in kept:
        tree.push(leaf)
    with transaction.atomic(durable=True), connection.cursor() as cursor, without_triggers(cursor):
        LogCosignature.objects.filter(checkpoint__size__gt=size).delete()
        LogCheckpoint.objects.filter(size__gt=size).delete()
        LogLeaf.objects.filter(idx__gte=size).delete()
        OutboxEntry.objects.filter(idx__gte=size).delete()
        origin = "" if size == 0 else LogHead.objects.get().origin
        LogHead.objects.update(size=size, stack=b"".join(tree.stack), origin=origin)
    log_reading.nodes.forget()


# -- cosignatures ----------------------------------------------------------------------------------------


def test_house_witnesses_cosign_every_checkpoint_and_their_lines_are_kept() -> None:
    asker = house()
    rows = [sequenced(count) for count in (2, 1, 5)]
    assert [asker.cosign(row) for row in rows] == [[], [], []]
    here = panel(log_key.origin())
    witnesses = [one.key for one in here.policy.witnesses]
    for row in rows:
        cosigned = read_checkpoint(log_reading.cosigned_note(row), log=parse_vkey(log_key.vkey()), witnesses=witnesses)
        assert [one.key for one in cosigned.cosignatures] == witnesses
    assert [is_witnessed(row, here.policy) for row in rows] == [True] * 3
    assert (here.is_house, here.policy.smallest_quorum(), len(witnesses)) == (True, 2, 3)


def test_a_restarted_asker_learns_from_the_refusal_what_the_witness_signed_last() -> None:
    first = sequenced(3)
    assert house().cosign(first) == []
    sequenced(2)
    last = sequenced(2)
    assert house().cosign(last) == []  # it asked from 0, was told 3, and skipped the size between
    assert [row.size for row in LogCheckpoint.objects.order_by("size") if log_reading.cosigners(row)] == [3, 7]
    assert first_witnessed(4) == last


def test_asking_again_changes_nothing() -> None:
    row = sequenced()
    house().cosign(row)
    before = list(LogCosignature.objects.order_by("pk").values())
    assert house().cosign(row) == []
    assert list(LogCosignature.objects.order_by("pk").values()) == before


def test_two_of_three_are_enough_and_one_is_not() -> None:
    row, here = sequenced(), panel(log_key.origin())
    Asker(here.asked[:1], log_key.origin()).cosign(row)
    assert (is_witnessed(row, here.policy), first_witnessed(1)) == (False, None)
    Asker(here.asked[1:2], log_key.origin()).cosign(row)
    assert (is_witnessed(row, here.policy), is_witnessed(row, here.policy, quorum=3)) == (True, False)
    assert first_witnessed(1) is None  # no sequencer has said whom it asks
    house()
    assert (first_witnessed(1), first_witnessed(1, quorum=3), first_witnessed(2)) == (row, None, None)


def test_a_witness_without_a_good_signature_counts_as_one_that_did_not_answer() -> None:
    row, here = sequenced(), panel(log_key.origin())
    good, other, _ = here.asked
    for answer in [Answer(0, "timed out"), Answer(500, "oops"), Answer(200, "— x AAAAAAAA\n"), Answer(200, "")]:
        assert Asker((Asked(good.witness, lambda _body, a=answer: a),), row.origin).cosign(row) == ["house-1"]
    assert Asker((Asked(good.witness, other.ask),), row.origin).cosign(row) == ["house-1"]
    assert LogCosignature.objects.count() == 0


def test_cosignatures_are_append_only() -> None:
    house().cosign(sequenced())
    for statement in ("UPDATE tlog_cosignature SET line = 'x'", "DELETE FROM tlog_cosignature"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(durable=True),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


# -- a restored copy cannot fork (P22) -------------------------------------------------------------------


def test_an_old_backup_would_fork_if_nobody_were_asked() -> None:
    """Without the comparison two checkpoints of one size with different roots come into the world."""
    sequenced(3)
    before = sequenced(2).note
    restore_as_of(3)
    assert sequenced(2).note != before


@pytest.mark.parametrize("size", [3, 0])
def test_an_old_backup_is_not_signed_on_and_goes_on_only_under_a_new_name(size: int) -> None:
    loop = SequencerLoop(stopped=threading.Event())
    for count in (3, 2):
        said(count)
        assert (loop.turn(), loop.halted) == (0.0, "")
    restore_as_of(size)
    said(4)
    again = SequencerLoop(stopped=threading.Event())
    assert [again.turn(), again.turn()] == [HALTED, HALTED]
    sentence = f"the witness house-1 signed a log of 5 entries, and this database holds {size}"
    assert again.halted.split("; ")[0] == sentence
    assert (LogLeaf.objects.count(), LogCheckpoint.objects.filter(size__gt=size).count()) == (size, 0)
    if size == 0:
        with pytest.raises(Refused, match="nothing to continue"):
            continuing.continue_log(why="the disk burnt", actor=SYSTEM, at=AT)
        return
    assert continuing.continue_log(why="the disk burnt", actor=SYSTEM, at=AT) == "yangguang.example/log/2"
    assert (again.turn(), again.halted) == (0.0, "")
    row = log_reading.newest()
    assert row is not None
    assert (row.origin, row.size, is_witnessed(row, panel(row.origin).policy)) == ("yangguang.example/log/2", 8, True)
    assert again.turn() == IDLE


def test_the_entry_of_a_continued_log_says_which_one_it_continues() -> None:
    row = sequenced(3)
    continuing.continue_log(why="the disk burnt", actor=SYSTEM, at=AT)
    entry = loads(bytes(OutboxEntry.objects.get(event="log.continued").entry), limit=65_535)
    assert isinstance(entry, dict)
    assert entry["data"] == {
        "old_origin": "yangguang.example/log/1",
        "old_checkpoint": log_reading.text_of(row),
        "reason": "the disk burnt",
    }
    with pytest.raises(Refused, match="nothing to continue"):
        continuing.continue_log(why="twice", actor=SYSTEM, at=AT)
    with pytest.raises(Refused, match="at most 1000 characters"):
        continuing.continue_log(why=" ", actor=SYSTEM, at=AT)


def test_a_copy_that_grew_past_the_witnesses_is_found_out_all_the_same() -> None:
    house().cosign(sequenced(3))
    restore_as_of(0)
    sequenced(5)
    with pytest.raises(Forked, match="does not continue"):
        house().compare()
    restore_as_of(0)
    sequenced(3)
    with pytest.raises(Forked, match="does not continue"):
        house().compare()


# -- witnesses elsewhere ---------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(settings: SettingsWrapper, tmp_path: Path) -> Iterator[Server]:
    """One witness that serves over HTTP, and a policy that names it and one that nobody runs."""
    key = log_key.signing_key(log_key.origin()).verify_key
    make_witness_key(tmp_path / "w1", name="witness.example/w1", secret=b"\x01" * 32)
    witness = read_witness(tmp_path / "w1", logs={key.name: [key]})
    with Server(("127.0.0.1", 0), witness) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        lines = f"log {key}\nwitness up {witness.vkey} http://127.0.0.1:{server.server_address[1]}\n"
        make_witness_key(tmp_path / "w2", name="witness.example/w2", secret=b"\x02" * 32)
        lines += f"witness down {read_witness(tmp_path / 'w2', logs={}).vkey} http://127.0.0.1:9/\n"
        (tmp_path / "policy").write_text(f"{lines}group both 1 up down\nquorum both\n")
        settings.WITNESS_POLICY = str(tmp_path / "policy")
        yield server
        server.shutdown()


@pytest.mark.loopback
def test_a_witness_that_is_down_stops_no_sealing_and_the_other_one_cosigns(elsewhere: Server) -> None:
    stopped = threading.Event()
    loop = SequencerLoop(stopped=stopped)
    said(2)
    assert (loop.turn(), loop.halted) == (0.0, "")
    here, row = panel(log_key.origin()), log_reading.newest()
    assert row is not None
    waited = threading.Event()
    while not is_witnessed(row, here.policy):
        waited.wait(0.02)
    stopped.set()
    for thread in [one for one in threading.enumerate() if one.name in {"up", "down"}]:
        thread.join()
    (cosignature,) = LogCosignature.objects.all()
    assert (cosignature.witness, here.is_house) == (str(here.policy.witnesses[0].key), False)


@pytest.mark.loopback
def test_a_witness_elsewhere_that_remembers_more_halts_the_log(elsewhere: Server) -> None:
    Asker(panel(log_key.origin()).asked, log_key.origin()).cosign(sequenced(5))
    restore_as_of(3)
    said()
    loop = SequencerLoop(stopped=threading.Event())
    assert loop.turn() == HALTED
    assert "the witness up signed a log of 5 entries" in loop.halted


@pytest.mark.loopback
def test_a_fork_that_one_thread_finds_halts_the_loop(elsewhere: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = SequencerLoop(stopped=threading.Event())
    row = sequenced()
    loop._origin = row.origin
    monkeypatch.setattr(Asker, "cosign", lambda _self, _row: (_ for _ in ()).throw(Forked("it is another log")))
    loop._ask_other(Asker(panel(row.origin).asked[:1], row.origin))
    assert loop.halted == "it is another log"
    loop.halted = ""
    monkeypatch.setattr(Asker, "cosign", lambda _self, _row: (_ for _ in ()).throw(RuntimeError("no memory left")))
    loop._ask_other(Asker(panel(row.origin).asked[:1], row.origin))
    assert loop.halted == "no memory left"


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("quorum both", "quorum none"), "asks for no cosignature"),
        ((" http://127.0.0.1:9/", ""), "gives no address for down"),
        (("log yangguang.example/log/1+", "log yangguang.example/log/x+"), "no good key"),
    ],
)
def test_a_policy_that_cannot_serve_halts_the_log_with_its_reason(
    elsewhere: Server, settings: SettingsWrapper, tmp_path: Path, change: tuple[str, str], why: str
) -> None:
    (tmp_path / "policy").write_text((tmp_path / "policy").read_text().replace(*change))
    loop = SequencerLoop(stopped=threading.Event())
    assert (loop.turn(), why in loop.halted) == (HALTED, True)


def test_a_policy_that_is_not_there_or_for_another_log_is_refused(settings: SettingsWrapper, tmp_path: Path) -> None:
    settings.WITNESS_POLICY = str(tmp_path / "none")
    with pytest.raises(BadPolicy, match="cannot be read"):
        panel(log_key.origin())
    settings.WITNESS_POLICY = ""
    policy = panel("yangguang.example/log/2").policy
    text = write_policy(policy)
    for one in policy.witnesses:
        text = text.replace(str(one.key), f"{one.key} https://w.example/")
    (tmp_path / "other").write_text(text)
    settings.WITNESS_POLICY = str(tmp_path / "other")
    with pytest.raises(BadPolicy, match="names other logs"):
        panel(log_key.origin())


def test_the_loop_survives_a_fault_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = SequencerLoop(stopped=threading.Event())
    said()
    monkeypatch.setattr(sequencing, "take_turn", lambda: (_ for _ in ()).throw(RuntimeError("database away")))
    assert [loop.turn(), loop.turn()] == [1.0, 2.0]
    monkeypatch.undo()


# -- the words of the console ----------------------------------------------------------------------------


def test_the_word_witnesses_says_who_agrees_and_fails_where_one_remembers_more() -> None:
    house().cosign(sequenced(3))
    out = StringIO()
    call_command("witnesses", stdout=out)
    said_lines = out.getvalue().splitlines()
    assert said_lines[0] == "yangguang.example/log/1: 3 entries; quorum house"
    assert "prove nothing against the operator" in said_lines[1]
    assert [line.endswith(" agrees") for line in said_lines[2:]] == [True] * 3
    restore_as_of(0)
    with pytest.raises(CommandError, match="house-3 signed a log of 3 entries, and this database holds 0"):
        call_command("witnesses", stdout=out)


def test_the_word_witnesses_says_what_is_wrong_with_the_policy(settings: SettingsWrapper) -> None:
    settings.WITNESS_POLICY = "/nowhere"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("witnesses", stdout=StringIO())


def test_a_log_goes_on_under_a_new_name_only_if_the_name_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="nothing to continue"):
        call_command("continue_log", "--reason=x", "--yes=yangguang.example/log/2", stdout=StringIO())
    sequenced(3)
    monkeypatch.setattr("builtins.input", lambda _prompt: "yes")
    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("continue_log", "--reason=x", stdout=StringIO())
    monkeypatch.setattr("builtins.input", lambda _prompt: "yangguang.example/log/2")
    out = StringIO()
    call_command("continue_log", "--reason=the disk burnt", stdout=out)
    assert out.getvalue().splitlines()[-1] == "goes on as yangguang.example/log/2"
    assert log_key.origin() == "yangguang.example/log/2"
