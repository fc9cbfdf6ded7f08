"""The settings of an installation, read as they are served: from the environment alone."""

from __future__ import annotations

import os
import runpy
from typing import TYPE_CHECKING, Any

import pytest

from tests.house.house_rules import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _only_a_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("YANGGUANG_") or name in {"DATABASE_URL", "REDIS_URL"}]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("YANGGUANG_DATA", str(tmp_path / "data"))


def settings() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "config" / "settings.py"))


def test_the_secret_of_an_installation_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    first, second = settings()["SECRET_KEY"], settings()["SECRET_KEY"]
    kept = tmp_path / "data" / "secret.key"
    assert first == second == kept.read_text()
    assert (len(first), kept.stat().st_mode & 0o777) == (64, 0o600)
    assert [path.name for path in kept.parent.iterdir()] == ["secret.key"]


def test_on_loopback_pages_do_without_https() -> None:
    found = settings()
    assert found["IS_LOOPBACK"] is True
    assert [
        name for name in ("SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS") if name in found
    ] == []


def test_elsewhere_everything_goes_through_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANGGUANG_HOSTS", "127.0.0.1,trade.example")
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_PRELOAD")
    found = settings()
    assert {name: found[name] for name in names} == dict.fromkeys(names, True)
    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == ("__Host-session", "__Host-csrf")
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_connections_to_a_server_are_kept_and_a_file_is_written_through(monkeypatch: pytest.MonkeyPatch) -> None:
    embedded = settings()["DATABASES"]["default"]
    assert (embedded["OPTIONS"]["transaction_mode"], "synchronous=FULL" in embedded["OPTIONS"]["init_command"]) == (
        "IMMEDIATE", True,
    )  # fmt: skip
    monkeypatch.setenv("DATABASE_URL", "postgres://yangguang@db.example/yangguang")
    server = settings()["DATABASES"]["default"]
    assert (server["CONN_MAX_AGE"], server["ATOMIC_REQUESTS"], "init_command" in server.get("OPTIONS", {})) == (
        600, False, False,
    )  # fmt: skip
