from __future__ import annotations

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
import pytest_socket
from django.db import DatabaseError, connection, transaction

from core import audit, clock, log_reading, posting, stamping
from core.actors import SYSTEM
from core.models import LogCheckpoint, LogTimestamp
from core.sequencer import SequencerLoop
from core.timestamps import verify
from tests.core.authority import Authority, make_authority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.loopback]
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Authority, HTTPServer]]:
    """An authority over HTTP; what is asked of it under /broken is answered with an error."""
    made = make_authority(tmp_path_factory.mktemp("tsa") / "authority", name="Authority")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            token = made.answer(query) if self.path == "/tsa" else b"no"
            self.send_response(200 if self.path in {"/tsa", "/lying"} else 500)
            self.send_header("Content-Length", str(len(token)))
            self.end_headers()
            self.wfile.write(token)

        def log_message(self, *_: object) -> None: ...

    pytest_socket.enable_socket()
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield made, server
        server.shutdown()


@pytest.fixture(autouse=True)
def authority(served: tuple[Authority, HTTPServer], settings: SettingsWrapper, tmp_path: Path) -> Authority:
    """Two names for it in the list, one of which never answers as it should."""
    made, server = served
    address = f"http://127.0.0.1:{server.server_address[1]}"
    (tmp_path / "root.pem").write_bytes(made.pem)
    lines = (
        f"# who stamps\n\none {address}/tsa root.pem\nsick {address}/broken root.pem\nliar {address}/lying root.pem\n"
    )
    (tmp_path / "authorities").write_text(lines)
    settings.TIMESTAMP_AUTHORITIES, settings.DATA_DIR = str(tmp_path / "authorities"), tmp_path / "data"
    return made


def sequenced(event: str = "trading.lot.moved") -> LogCheckpoint:
    with transaction.atomic(durable=True):
        audit.append(event, tender="LOT-1", data={"close": "0"}, actor=SYSTEM, at=clock.now())
    SequencerLoop(stopped=threading.Event()).turn()
    row = log_reading.newest()
    assert row is not None
    return row


def test_the_newest_checkpoint_is_stamped_once_an_hour_and_its_token_kept(authority: Authority) -> None:
    row = sequenced()
    assert stamping.take_due(at=clock.now()) == 1
    (kept,) = LogTimestamp.objects.all()
    assert (kept.checkpoint, kept.tsa) == (row, "one")
    assert verify(bytes(kept.token), text=log_reading.text_of(row), authority=authority.pem) == kept.gen_time
    later = sequenced()
    assert stamping.take_due(at=clock.now()) == 0
    assert stamping.take_due(at=clock.now() + HOUR + timedelta(minutes=1)) == 1
    assert list(LogTimestamp.objects.order_by("pk").values_list("checkpoint_id", flat=True)) == [row.size, later.size]


def test_the_checkpoint_of_a_close_is_stamped_at_once_and_not_twice() -> None:
    sequenced()
    stamping.take_due(at=clock.now())
    close = sequenced("tender.closed")
    sequenced()
    assert [stamping.take_due(at=clock.now()) for _ in range(2)] == [1, 0]
    assert list(LogTimestamp.objects.order_by("pk").values_list("checkpoint_id", flat=True)) == [1, close.size]


def test_where_nothing_was_signed_or_nobody_is_named_nothing_is_stamped(settings: SettingsWrapper) -> None:
    assert stamping.take_due(at=clock.now()) == 0
    settings.TIMESTAMP_AUTHORITIES = ""
    sequenced()
    assert (stamping.take_due(at=clock.now()), LogTimestamp.objects.count()) == (0, 0)


def test_tokens_are_append_only() -> None:
    sequenced()
    stamping.take_due(at=clock.now())
    for statement in ("UPDATE tlog_timestamp SET tsa = 'x'", "DELETE FROM tlog_timestamp"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(durable=True),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("one http://x/ root.pem\none http://y/ root.pem\n", "for the second time"),
        ("# list\none ftp://x/ root.pem\n", "line 2 is not a name"),
        ("one http://x/\n", "line 1 is not a name"),
        ("one http://x/ none.pem\n", "certificates of line 1 cannot be read"),
    ],
)
def test_each_fault_of_the_list_is_named(settings: SettingsWrapper, tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "authorities").write_text(text)
    with pytest.raises(stamping.BadAuthorities, match=why):
        stamping.authorities()
    settings.TIMESTAMP_AUTHORITIES = str(tmp_path / "none")
    with pytest.raises(stamping.BadAuthorities, match="cannot be read"):
        stamping.authorities()


def test_what_is_not_answered_is_a_reply_that_says_why() -> None:
    assert posting.post("http://127.0.0.1:9/", b"", content_type="text/plain").status == 0
    with pytest.raises(ValueError, match="no http or https"):
        posting.post("file:///etc/passwd", b"", content_type="text/plain")
