"""Values from the environment, each read once, each failing loudly when it is not what it must be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ


def env_str(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def env_bool(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value == "":
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ValueError(f"{name} must be yes or no, not {value!r}")


def env_int(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip()
    try:
        return int(value) if value else default
    except ValueError:
        raise ValueError(f"{name} must be a whole number, not {value!r}") from None


def env_list(name: str, default: list[str]) -> list[str]:
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


def env_path(name: str, default: Path) -> Path:
    value = os.environ.get(name, "")
    return Path(value).expanduser().resolve() if value else default


def env_secret(name: str) -> str | None:
    """Return a secret from ``NAME`` or from the file named by ``NAME_FILE``; None when neither is set."""
    if file := os.environ.get(f"{name}_FILE"):
        secret = Path(file).read_text(encoding="utf-8").strip()
        if not secret:
            raise ValueError(f"{name}_FILE names an empty file")
        return secret
    return os.environ.get(name) or None


def env_folder(name: str, default: Path) -> Path:
    """Return the folder that a ``file:///…`` URL names; other stores are refused, never silently ignored."""
    value = os.environ.get(name, "")
    if not value:
        return default
    url = urlsplit(value)
    if url.scheme != "file" or url.netloc or not url.path.startswith("/"):
        raise ValueError(f"{name} must be a file:///folder URL, not {value!r}")
    return Path(unquote(url.path))


def env_database(name: str) -> dict[str, Any] | None:
    """Return Django's settings of the database whose URL stands in ``NAME`` or in the file ``NAME_FILE``."""
    url = env_secret(name)
    return dict(environ.Env.db_url_config(url)) if url else None


def env_origin(name: str, default: str) -> str:
    """Return the origin (scheme, host and port) of the address in ``NAME`` or of ``default``.

    An address of this machine in numbers becomes localhost: browsers keep no passkey for a number.
    """
    url = urlsplit(os.environ.get(name, "").strip() or default)
    if url.scheme not in {"http", "https"} or not url.hostname or url.path not in {"", "/"}:
        raise ValueError(f"{name} must be an address like https://trade.example, not {url.geturl()!r}")
    host = "localhost" if url.hostname in {"127.0.0.1", "::1", "0.0.0.0"} else url.hostname  # noqa: S104  (not bound)
    return f"{url.scheme}://{host}{f':{url.port}' if url.port else ''}"
