from __future__ import annotations

import http.client
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from core.checkpoints import cosigning_vkey
from core.notes import SigningKey, verify_note
from core.witnessing import LATEST, NoMemory, Witness, file_of, make_witness_key, read_witness
from tests.witness.growing import KEY, ORIGIN, asking, checkpoint
from witness import console
from witness.service import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "witness.example/w1"
VKEY = cosigning_vkey(SigningKey(NAME, b"\x01" * 32))
LOGS = {ORIGIN: [KEY.verify_key]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_witness_key(tmp_path / "w1", name=NAME, secret=b"\x01" * 32)
    return tmp_path / "w1"


def again(folder: Path) -> Witness:
    """The witness as after a restart: nothing but its folder."""
    return read_witness(folder, logs=LOGS)


def ask(folder: Path, old: int, size: int, *, of: str = "entry") -> tuple[int, str]:
    given = again(folder).add_checkpoint(asking(old, size, of=of), clock=lambda: 1_790_000_000)
    return given.status, given.body


def test_what_was_signed_is_on_disk_before_the_answer_and_survives_a_restart(folder: Path) -> None:
    status, line = ask(folder, 0, 5)
    assert (status, (folder / LATEST / file_of(ORIGIN)).read_text()) == (200, checkpoint(5) + line)
    assert ask(folder, 0, 4) == (409, "5\n")
    assert ask(folder, 3, 4) == (409, "5\n")
    assert ask(folder, 5, 5, of="other") == (409, "5\n")
    assert ask(folder, 5, 9, of="other")[0] == 422
    assert again(folder).latest(ORIGIN) == checkpoint(5) + line  # no refusal changed it
    assert ask(folder, 5, 9)[0] == 200


def test_an_answer_that_was_not_kept_is_not_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _text: str) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("core.witnessing.write_durably", full)
    with pytest.raises(OSError, match="no space"):
        ask(folder, 0, 5)
    monkeypatch.undo()
    assert ask(folder, 0, 3)[0] == 200  # it had signed nothing


def test_of_many_that_ask_at_once_each_size_follows_from_the_one_before(folder: Path) -> None:
    """Every thread asks to be signed from 0: were reading and keeping two steps, two would be."""
    results: list[int] = []
    start = threading.Barrier(8)

    def one(size: int) -> None:
        start.wait()
        results.append(ask(folder, 0, size)[0])

    threads = [threading.Thread(target=one, args=(size,)) for size in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [200] + [409] * 7


def test_a_key_whose_memory_is_gone_signs_nothing(folder: Path) -> None:
    (folder / LATEST).rmdir()
    with pytest.raises(NoMemory, match="cannot know what it signed"):
        again(folder)


def test_a_key_that_cannot_be_read_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NoMemory, match="no witness key"):
        again(tmp_path)
    (folder / "witness.key").write_text(f"{NAME}\nshort\n")
    with pytest.raises(NoMemory, match="cannot be read"):
        again(folder)


@pytest.fixture
def served(folder: Path) -> Iterator[http.client.HTTPConnection]:
    with Server(("127.0.0.1", 0), again(folder), clock=lambda: 1_790_000_000) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
        yield connection
        connection.close()
        server.shutdown()


def get(connection: http.client.HTTPConnection, path: str) -> tuple[int, str]:
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read().decode()


@pytest.mark.loopback
def test_the_service_cosigns_on_one_connection_kept_alive_and_shows_what_it_signed(
    served: http.client.HTTPConnection,
) -> None:
    given = []
    for old, new in [(0, 3), (3, 7), (3, 8)]:
        served.request("POST", "/add-checkpoint", asking(old, new))
        response = served.getresponse()
        given.append((response.status, response.headers["Content-Type"], response.read().decode()))
    assert [(status, kind) for status, kind, _ in given] == [
        (200, "text/plain; charset=utf-8"),
        (200, "text/plain; charset=utf-8"),
        (409, "text/x.tlog.size"),
    ]
    assert given[2][2] == "7\n"
    assert verify_note(checkpoint(7) + given[1][2], keys=[VKEY]).text.startswith(f"{ORIGIN}\n7\n")
    latest = f"/latest/{file_of(ORIGIN)}"
    assert get(served, "/") == (200, f"{VKEY}\n{ORIGIN} 7 {latest}\n")
    assert get(served, latest) == (200, checkpoint(7) + given[1][2])


@pytest.mark.loopback
def test_the_service_answers_what_is_no_request_with_its_status(served: http.client.HTTPConnection) -> None:
    assert get(served, "/")[1].endswith(f"nothing signed yet /latest/{file_of(ORIGIN)}\n")
    assert [get(served, path)[0] for path in (f"/latest/{file_of(ORIGIN)}", "/latest/x", "/other")] == [404] * 3
    served.request("POST", "/add-checkpoint", b"old 5\n")
    response = served.getresponse()
    assert (response.status, b"empty line" in response.read()) == (400, True)
    served.request("POST", "/sign-subtree", b"")
    response = served.getresponse()
    assert (response.status, response.read()) == (404, b"There is nothing at this address.\n")
    served.request("POST", "/add-checkpoint", b"x", {"Content-Length": "70000"})
    response = served.getresponse()
    assert (response.status, response.read()[:20]) == (413, b"A request has at mos")
    served.close()
    with socket.create_connection((served.host, served.port), timeout=5) as raw:
        raw.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 1e3\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 411 ")


def test_the_words_make_a_key_once_trust_a_log_and_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--folder", str(tmp_path / "w2")]
    assert console.main([*at, "show"]) == 1
    assert console.main([*at, "key", NAME]) == 0
    said = capsys.readouterr()
    assert (said.out.startswith(f"{NAME}+"), "no witness key" in said.err) == (True, True)
    assert console.main([*at, "run"]) == 1
    assert "tsb-witness trust VKEY" in capsys.readouterr().err
    assert console.main([*at, "key", NAME]) == 1
    assert "never replaced" in capsys.readouterr().err
    assert console.main([*at, "trust", str(KEY.verify_key)]) == 0
    assert console.main([*at, "trust", str(KEY.verify_key)]) == 0
    assert (tmp_path / "w2" / "logs").read_text() == f"{KEY.verify_key}\n"
    assert console.main([*at, "trust", said.out.strip()]) == 1
    assert "not the key of a log" in capsys.readouterr().err
    assert console.main([*at, "trust", "nonsense"]) == 1
    capsys.readouterr()
    assert console.main([*at, "show"]) == 0
    assert capsys.readouterr().out == f"{said.out}{ORIGIN} nothing signed yet /latest/{file_of(ORIGIN)}\n"
    assert (tmp_path / "w2" / "witness.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.loopback
def test_run_serves_until_it_is_interrupted(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    console.main(["--folder", str(folder), "trust", str(KEY.verify_key)])
    monkeypatch.setattr(Server, "serve_forever", lambda _self: (_ for _ in ()).throw(KeyboardInterrupt))
    assert console.main(["--folder", str(folder), "run", "--port", "0"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith(f"{NAME} listens on http://127.0.0.1:")
