"""What this machine has that the tests can use: PostgreSQL, Redis, Chromium, gettext."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

POSTGRES = "postgres://postgres@127.0.0.1:5432/yangguang"
REDIS = "redis://127.0.0.1:6379/8"  # the first of the numbered databases that the tests may empty
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 3


@dataclass(frozen=True)
class Services:
    """The address or path of each thing that was found; None and the reason where it was not."""

    postgres: str | None = None
    redis: str | None = None
    chromium: str | None = None
    gettext: str | None = None
    why: Mapping[str, str] | None = None

    def missing(self) -> list[str]:
        """Return one plain line for each thing that was not found."""
        left_out = {
            "postgres": "PostgreSQL was not found ({}): its suite and the races between processes are left out.",
            "redis": "Redis was not found ({}): the tests of several processes are left out.",
            "chromium": "Chromium was not found ({}): the journeys in a browser are left out.",
            "gettext": "gettext was not found ({}): message ids are not collected again and compared.",
        }
        why = self.why or {}
        return [line.format(why.get(name, "")) for name, line in left_out.items() if not getattr(self, name)]


def find_services(environ: Mapping[str, str]) -> Services:
    """Look for each thing where the environment says it is, or where it usually is."""
    postgres, why_not_postgres = _find_postgres(environ)
    redis, why_not_redis = _find_redis(environ)
    browsers = [environ["CHROMIUM"]] if environ.get("CHROMIUM") else BROWSERS
    return Services(
        postgres=postgres,
        redis=redis,
        chromium=next((path for name in browsers if (path := shutil.which(name))), None),
        gettext=shutil.which("xgettext") and shutil.which("msgmerge"),
        why={
            "postgres": why_not_postgres,
            "redis": why_not_redis,
            "chromium": f"tried {', '.join(browsers)}; CHROMIUM names another",
            "gettext": "tried xgettext and msgmerge",
        },
    )


def _find_postgres(environ: Mapping[str, str]) -> tuple[str | None, str]:
    import psycopg  # noqa: PLC0415  (the extra "dev" brings it)

    named = environ.get("YANGGUANG_TEST_POSTGRES") or environ.get("DATABASE_URL", "")
    url = named if named.startswith("postgres") else POSTGRES
    server = url.rpartition("/")[0] + "/postgres"  # the tests make databases of their own
    try:
        with psycopg.connect(server, connect_timeout=SECONDS) as connection:
            row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            may_create = row.fetchone() == (True,)
    except psycopg.Error as error:
        return None, f"{_without_password(url)}: {str(error).strip().splitlines()[0]}"
    return (url, "") if may_create else (None, f"{_without_password(url)}: this user may not create databases")


def _find_redis(environ: Mapping[str, str]) -> tuple[str | None, str]:
    import redis  # noqa: PLC0415  (the extra "dev" brings it)

    url = environ.get("YANGGUANG_TEST_REDIS") or REDIS
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS) as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        return None, f"{_without_password(url)}: {error}"
    return url, ""


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
