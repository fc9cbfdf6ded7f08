from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from bidding import platform_key
from core.canonical import Malformed, b64u_encode
from core.notes import parse_vkey, verify_statement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    platform_key._secret.cache_clear()
    yield
    platform_key._secret.cache_clear()


def test_the_key_is_made_once_and_readable_by_the_platform_alone(tmp_path: Path) -> None:
    first = platform_key.vkey()
    platform_key._secret.cache_clear()
    path = tmp_path / "platform.key"
    assert platform_key.vkey() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.startswith("yangguang.example/platform+")


def test_of_two_processes_that_make_it_the_first_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = b64u_encode(os.urandom(32))

    def other_process_was_faster(_draft: Path, path: Path) -> None:
        path.write_text(kept, encoding="ascii")
        raise FileExistsError

    monkeypatch.setattr(os, "link", other_process_was_faster)
    secret = platform_key.signing_key().secret
    assert b64u_encode(secret) == kept
    assert sorted(path.name for path in tmp_path.iterdir()) == ["platform.key"]


def test_a_key_from_the_environment_is_used_and_nothing_is_kept(tmp_path: Path, settings: Settings) -> None:
    settings.PLATFORM_KEY = b64u_encode(bytes(range(32)))
    assert platform_key.signing_key().secret == bytes(range(32))
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_none_fails_loudly(settings: Settings) -> None:
    settings.PLATFORM_KEY = "too short"
    with pytest.raises(Malformed):
        platform_key.signing_key()


def test_the_same_document_is_signed_with_the_same_bytes() -> None:
    digest = "0" * 64
    first, again = (platform_key.sign("receipt", digest) for _ in range(2))
    verify_statement(first, doc_type="receipt", digest_hex=digest, key=parse_vkey(platform_key.vkey()))
    assert first == again
