"""RFC 3161 time stamps over the text of a checkpoint, checked by ``openssl ts``: a stock tool, no code of ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from verifier.words import Fault, say

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT: Final = 65_536
NONE: Final = say("time stamps of others: the trust anchors name no authority of time")
_PATIENCE: Final = 20  # seconds
_TIME: Final = re.compile(r"^Time stamp: (\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.\d+)? (\d{4}) GMT$", re.MULTILINE)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def stamped(token: bytes, *, text: str, authorities: Sequence[str]) -> tuple[int, datetime] | None:
    """Return which authority (its number) stamped the text, and when; None if none of them did.

    ``authorities`` are certificates as PEM text. They are held against the time of the stamp, not against today:
    a certificate that has expired since does not undo what it said.
    """
    if not authorities:
        return None
    openssl = shutil.which("openssl")
    if openssl is None:
        raise Fault("openssl is needed to check time stamps, and it is not there")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "token").write_bytes(token)
        (folder / "text").write_bytes(text.encode())
        at = _time(_run(openssl, folder, ["-reply", "-in", "token", "-text"]))
        if at is None:
            return None
        for number, pem in enumerate(authorities):
            (folder / "pem").write_text(pem, encoding="utf-8")
            words = ["-verify", "-data", "text", "-in", "token", "-CAfile", "pem", "-untrusted", "pem"]
            if _run(openssl, folder, [*words, "-attime", str(int(at.timestamp()))]) is not None:
                return number, at
    return None


def _run(openssl: str, folder: Path, words: list[str]) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603  (fixed words, files of this folder)
            [openssl, "ts", *words], cwd=folder, capture_output=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def _time(said: str | None) -> datetime | None:
    match = _TIME.search(said or "")
    if match is None or "Hash Algorithm: sha256" not in (said or ""):
        return None
    month, day, hour, minute, second, year = match.groups()
    return datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
