"""Anybody opens an offer with the ordinary ``age`` and ``tar``, and what they make is read here."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bidding.rules import age, age_passphrase
from bidding.rules.derivation import payload_secret
from bidding.rules.wrapping import public_key_of

from .sealed import bid, ceremony

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("age") is None, reason="the age command is not installed")

SECRET = b"\5" * 32
SIZES = [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000]


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    path = tmp_path / "key.txt"
    path.write_text(age.write_identity(SECRET) + "\n")
    return path


@pytest.mark.parametrize("size", SIZES)
def test_stock_age_opens_what_is_written_here(identity, size):
    plain = hashlib.shake_128(b"plain").digest(size)
    sink = io.BytesIO()
    writer = age.write_payload(sink, recipient=public_key_of(SECRET))
    writer.write(plain)
    writer.finish()
    command = ["age", "-d", "-i", str(identity)]
    assert subprocess.run(command, input=sink.getvalue(), capture_output=True, check=True).stdout == plain


@pytest.mark.parametrize("size", SIZES)
def test_what_stock_age_writes_is_read_here(size):
    plain = hashlib.shake_128(b"plain").digest(size)
    command = ["age", "-r", age.write_recipient(public_key_of(SECRET))]
    file = subprocess.run(command, input=plain, capture_output=True, check=True).stdout
    assert b"".join(age.read_payload(io.BytesIO(file), secret=SECRET)) == plain


def test_a_sealed_offer_unpacks_with_age_and_tar(tmp_path):
    made = bid(ceremony(), content=b'{"price":"970000.00"}')
    secret = payload_secret(made.sealed.secret.envelopes[0].secret, made.seal.context(made.envelope))
    (tmp_path / "key.txt").write_text(age.write_identity(secret) + "\n")
    (tmp_path / "payload.age").write_bytes(made.files[made.envelope.sha256])
    subprocess.run(["sh", "-c", "age -d -i key.txt payload.age | tar xf -"], cwd=tmp_path, check=True)
    assert (tmp_path / "form.json").read_bytes() == b'{"price":"970000.00"}'
    assert b'"title":"\xe6\x8a\xa5\xe4\xbb\xb7\xe8\xa1\xa8"' in (tmp_path / "index.json").read_bytes()


TERMINAL = """
import os, pty, select, sys
typed, times, command = sys.argv[1].encode(), int(sys.argv[2]), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
heard = b""
while True:
    try:
        ready, _, _ = select.select([terminal], [], [], 30)
        heard += os.read(terminal, 1024) if ready else b""
    except OSError:  # the command has closed its terminal
        break
    if not ready:
        break
    if times and heard.rstrip().endswith(b":"):
        os.write(terminal, typed + b"\\n")
        times, heard = times - 1, b""
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def at_a_terminal(command: list[str], typed: str, times: int) -> int:
    """Run a command that asks for a passphrase at its terminal; type it as often as asked.

    In a process of its own, because a terminal needs a fork and this one has threads.
    """
    return subprocess.run([sys.executable, "-c", TERMINAL, typed, str(times), *command], check=False).returncode


def test_stock_age_opens_a_secret_with_its_passphrase(tmp_path):
    file = age_passphrase.encrypt(b"bid secret", passphrase="correct horse", work_factor=10)
    (tmp_path / "secret.age").write_bytes(file)
    command = ["age", "-d", "-o", str(tmp_path / "out"), str(tmp_path / "secret.age")]
    assert at_a_terminal(command, "correct horse", 1) == 0
    assert (tmp_path / "out").read_bytes() == b"bid secret"


def test_what_stock_age_locks_with_a_passphrase_is_read_here(tmp_path):
    (tmp_path / "plain").write_bytes(b"bid secret")
    command = ["age", "-p", "-o", str(tmp_path / "out.age"), str(tmp_path / "plain")]
    assert at_a_terminal(command, "correct horse", 2) == 0
    assert age_passphrase.decrypt((tmp_path / "out.age").read_bytes(), passphrase="correct horse") == b"bid secret"
