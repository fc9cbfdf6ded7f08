from __future__ import annotations

from pathlib import Path

import pytest

from config import env


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("yes", True),
        ("TRUE", True),
        ("1", True),
        (" on ", True),
        ("no", False),
        ("0", False),
        ("off", False),
        ("", True),
    ],
)
def test_yes_and_no_are_read_in_their_usual_spellings(
    monkeypatch: pytest.MonkeyPatch, value: str, *, meant: bool
) -> None:
    monkeypatch.setenv("X", value)
    assert env.env_bool("X", default=True) is meant


def test_what_is_neither_yes_nor_no_fails_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "maybe")
    with pytest.raises(ValueError, match="X must be yes or no, not 'maybe'"):
        env.env_bool("X", default=True)


def test_a_number_is_a_whole_number_or_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "30")
    assert (env.env_int("X", 5), env.env_int("NOT_SET", 5)) == (30, 5)
    monkeypatch.setenv("X", "3o")
    with pytest.raises(ValueError, match="X must be a whole number, not '3o'"):
        env.env_int("X", 5)


def test_a_list_is_parted_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "a, b,,c ")
    assert (env.env_list("X", []), env.env_list("NOT_SET", ["d"])) == (["a", "b", "c"], ["d"])


def test_a_path_is_absolute_and_knows_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "~/data")
    assert env.env_path("X", Path("/d")) == (Path.home() / "data").resolve()
    assert env.env_path("NOT_SET", Path("/d")) == Path("/d")


def test_a_secret_comes_from_the_environment_or_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert env.env_secret("X") is None
    monkeypatch.setenv("X", "from the environment")
    assert env.env_secret("X") == "from the environment"
    (tmp_path / "x").write_text("from a file\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "x"))
    assert env.env_secret("X") == "from a file"


def test_an_empty_secret_file_fails_loudly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "x"))
    with pytest.raises(ValueError, match="X_FILE names an empty file"):
        env.env_secret("X")


def test_a_database_is_described_by_a_url_that_may_be_a_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert env.env_database("X") is None
    (tmp_path / "x").write_text("postgres://someone:a%2Fb@db:5433/trade\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "x"))
    described = env.env_database("X") or {}
    assert {name: described[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "trade",
        "USER": "someone",
        "PASSWORD": "a/b",
        "HOST": "db",
        "PORT": 5433,
    }
    assert described["ENGINE"].startswith("django.db.backends.postgresql")


def test_a_store_is_a_folder_and_no_other_store_is_silently_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "file:///data/the%20files")
    assert (env.env_folder("X", Path("/d")), env.env_folder("NOT_SET", Path("/d"))) == (
        Path("/data/the files"),
        Path("/d"),
    )
    for other in ("s3://bucket/files", "file://host/files", "files"):
        monkeypatch.setenv("X", other)
        with pytest.raises(ValueError, match="X must be a file:///folder URL"):
            env.env_folder("X", Path("/d"))


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("", "https://trade.example"),
        ("https://Trade.Example/", "https://trade.example"),
        ("https://trade.example:8443", "https://trade.example:8443"),
        ("http://127.0.0.1:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://localhost:8000"),
    ],
)
def test_passkeys_belong_to_an_origin_with_a_name(monkeypatch: pytest.MonkeyPatch, address: str, origin: str) -> None:
    monkeypatch.setenv("X", address)
    assert env.env_origin("X", "https://trade.example") == origin


@pytest.mark.parametrize("address", ["trade.example", "ftp://trade.example", "https://", "https://trade.example/a"])
def test_what_is_no_origin_fails_loudly(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("X", address)
    with pytest.raises(ValueError, match="X must be an address like"):
        env.env_origin("X", "https://trade.example")
