"""The steps of ``./yangguang test``: which commands, with which environment, in which order."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from config.testing.services import Services

WORKERS = "2"
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as lint; lint(['--no-logo'])"
READ_BY_AUDITORS = (
    "verifier",
    "trading/procedures",
    "bidding/rules",
    "evaluation/rules",
    "bidding/keyholding.py",
    "core/audit.py",
)
DOCSTRINGS = ("--select", "D1", "--ignore", "D104,D105,D107", "--output-format=concise")  # packages, magic: not asked
SWITCHES = {"DATABASE_URL", "REDIS_URL", "STORAGE_URL"}
KEPT = {"YANGGUANG_REAL_DATA"}
ALONE = "race or postgres or redis"  # the marks of tests for which the kind of server matters
SCALE_OUT = {
    "DATABASE_URL": "postgres://yangguang@postgres:5432/yangguang",
    "REDIS_URL": "redis://redis:6379/0",
    "YANGGUANG_HOSTS": "trade.example",
    "YANGGUANG_ORIGINS": "https://trade.example",
    "YANGGUANG_URL": "https://trade.example",
    "YANGGUANG_SECRET_KEY": "only for the check of the settings: 0f6a1c7e94b25d38e6f1a0c9b7d2845e",
}


@dataclass(frozen=True)
class Step:
    """One command with a title; ``environ`` is laid over the machine's."""

    title: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """How a step ended, and how long it took."""

    title: str
    passed: bool
    seconds: float


def run_step(step: Step, folder: Path) -> Result:
    """Run one step with its output as it comes; a data folder in ``folder`` keeps it off the checkout's."""
    began = time.monotonic()
    environ = clean_environ(os.environ) | {"YANGGUANG_DATA": str(folder / "data")} | dict(step.environ)
    status = subprocess.run(step.command, env=environ, check=False).returncode  # noqa: S603  (commands from below)
    return Result(step.title, passed=status == 0, seconds=time.monotonic() - began)


def clean_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what would change what is tested."""
    return {
        name: value
        for name, value in environ.items()
        if name in KEPT or not (name in SWITCHES or name.startswith("YANGGUANG_"))
    }


def gates(services: Services) -> list[Step]:
    """Return the gates: form, types, imports, settings, migrations, drawings, catalogues."""
    return [
        Step("Format", _python("-m", "ruff", "format", "--check", "--output-format=concise", ".")),
        Step("Lint", _python("-m", "ruff", "check", "--output-format=concise", ".")),
        Step("Docstrings where auditors read", _python("-m", "ruff", "check", *DOCSTRINGS, "--", *READ_BY_AUDITORS)),
        Step("Types", _python("-m", "mypy")),
        Step("Import contracts", _python("-c", LINT_IMPORTS)),
        Step("Settings of the scale-out form", _manage("check", "--deploy", "--fail-level=WARNING"), SCALE_OUT),
        Step("Migrations", _manage("makemigrations", "--check", "--dry-run")),
        Step("Drawings of the procedures", _manage("draw_procedures", "--check")),
        Step(
            "Message catalogues",
            _python("-m", "config.testing.catalogues", *(["--collect"] if services.gettext else [])),
        ),
    ]


def suites(services: Services, folder: Path, *, quick: bool) -> list[Step]:
    """Return the runs of pytest that this machine allows."""
    steps = [_suite("Tests on the embedded default", "embedded", folder, marks="not journey", covered=not quick)]
    if quick:
        return steps
    servers = _servers(services)
    if services.postgres:
        title = f"Tests on {' and '.join(_names(services))}"
        steps += [  # what only a server reaches counts for the coverage; all else has counted on the embedded default
            _suite(
                f"{title}: races", "races", folder, marks=f"({ALONE}) and not journey", covered=True, environ=servers
            ),
            _suite(title, "servers", folder, marks=f"not ({ALONE} or pure) and not journey", environ=servers),
        ]
    elif services.redis:
        marks = "redis and not postgres and not journey"
        steps.append(_suite("Tests on Redis", "servers", folder, marks=marks, covered=True, environ=servers))
    if services.chromium:
        browser = {"CHROMIUM": services.chromium}
        marks = "journey and not postgres and not redis"
        steps.append(_suite("Journeys on the embedded default", "journeys", folder, marks=marks, environ=browser))
        if services.postgres and services.redis:
            marks = "journey and (postgres or redis)"
            steps.append(
                _suite("Journey through the scale-out form", "scale", folder, marks=marks, environ=browser | servers)
            )
    return steps


def _suite(  # one run of pytest; its counts and its coverage are left in the folder
    title: str,
    name: str,
    folder: Path,
    *,
    marks: str,
    covered: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Step:
    words = ["-m", "pytest", "-n", WORKERS, "-m", marks, "-rs", f"--junitxml={folder / f'counts.{name}.xml'}"]
    words += ["--cov", "--cov-report="] if covered else []
    coverage = {"COVERAGE_FILE": str(folder / f"coverage.{name}")}
    return Step(title, _python(*words), {**(environ or {}), **coverage})


def _servers(services: Services) -> dict[str, str]:
    found = {"DATABASE_URL": services.postgres, "REDIS_URL": services.redis}
    return {name: address for name, address in found.items() if address}


def _names(services: Services) -> list[str]:
    return ["PostgreSQL", "Redis"] if services.redis else ["PostgreSQL"]


def _python(*words: str) -> tuple[str, ...]:
    return (sys.executable, *words)


def _manage(*words: str) -> tuple[str, ...]:
    return _python("manage.py", *words)
