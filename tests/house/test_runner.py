"""``./yangguang test`` itself, with steps that cost nothing."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

import config.testing as runner
from config.testing.counts import counted
from config.testing.services import Services, find_services
from config.testing.steps import Result, Step, clean_environ, gates, run_step, suites

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVERYTHING = Services("postgres://u@h/x", "redis://h/8", "/usr/bin/chromium", "/usr/bin/xgettext")
PASSED = '<testcase classname="t" name="{}"/>'
FAILED = '<testcase classname="t" name="{}"><failure/></testcase>'
SKIPPED = '<testcase classname="t" name="{}"><skipped message="{}"/></testcase>'


def says(title: str, code: str) -> Step:
    return Step(title, (sys.executable, "-c", code))


def report(folder: Path, name: str, *cases: str) -> None:
    (folder / f"counts.{name}.xml").write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")


@pytest.fixture
def arranged(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Arrange what was found, the steps, what the tests report, and the coverage."""

    def arrange(services: Services, steps: list[Step], *cases: str, uncovered: list[str] | None = None) -> None:
        def planned(_services: Services, folder: Path, *, quick: bool) -> list[Step]:
            report(folder, "embedded", *cases)
            return [] if quick else [says("Suite", "print('suite')")]

        monkeypatch.setattr(runner, "find_services", lambda _environ: services)
        monkeypatch.setattr(runner, "gates", lambda _services: steps)
        monkeypatch.setattr(runner, "suites", planned)
        monkeypatch.setattr(runner, "coverage_faults", lambda *_args, **_words: uncovered or [])

    return arrange


def test_everything_passed_is_said_with_the_counts_on_the_last_line(
    arranged: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    arranged(EVERYTHING, [says("Gate", "pass")], PASSED.format("a"), PASSED.format("b"))
    assert runner.run([]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[-1] == "tests: 2 passed, 0 failed, 0 skipped"
    assert lines[-2].startswith("Everything passed in ")


def test_every_step_runs_although_one_failed_and_every_failure_is_named(
    arranged: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    steps = [says("First", "raise SystemExit(3)"), says("Second", "print('second ran')"), says("Third", "1/0")]
    arranged(EVERYTHING, steps, FAILED.format("a"), uncovered=["bidding: 80 % of 95 %"])
    assert runner.run([]) == 1
    out = capfd.readouterr().out
    assert "second ran" in out
    assert [line for line in out.splitlines() if line.startswith("failed: ")] == [
        "failed: First",
        "failed: Third",
        "failed: Coverage by folder",
    ]
    assert out.endswith("tests: 0 passed, 1 failed, 0 skipped\n")


def test_what_was_not_found_is_one_plain_line_each_and_fails_only_when_all_is_required(
    arranged: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    arranged(Services(why={"redis": "tried"}), [], PASSED.format("a"))
    assert runner.run([]) == 0
    found = [line for line in capfd.readouterr().out.splitlines() if "was not found" in line]
    assert [line.partition(" was")[0] for line in found] == ["PostgreSQL", "Redis", "Chromium", "gettext"]
    assert runner.run(["--require-all"]) == 1
    out = capfd.readouterr().out
    assert out.count("left out: ") == 4


def test_a_test_that_no_run_executed_counts_as_left_out(
    arranged: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    skips = [SKIPPED.format("a", "needs Redis"), SKIPPED.format("b", "needs real input: no folder")]
    arranged(EVERYTHING, [], PASSED.format("c"), *skips)
    assert runner.run(["--require-all"]) == 1
    out = capfd.readouterr().out
    assert "skipped in every run: t::a (needs Redis)" in out
    assert "t::b" not in out
    assert out.endswith("tests: 1 passed, 0 failed, 2 skipped\n")


def test_a_quick_run_does_not_judge_the_coverage(
    arranged: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    arranged(EVERYTHING, [], uncovered=["bidding: 80 % of 95 %"])
    assert (runner.run(["--quick"]), runner.run([])) == (0, 1)
    assert capfd.readouterr().out.count("Coverage by folder") == 3  # heading, result and fault of the second run


def test_an_installed_copy_without_tests_says_where_they_live(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    assert runner.run([]) == 2
    assert capsys.readouterr().out == "The tests live in a checkout of Yangguang; this is an installed copy.\n"


def test_quick_and_all_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        runner.run(["--quick", "--require-all"])
    assert refused.value.code == 2
    assert "forbids it" in capsys.readouterr().err


def test_a_test_that_ran_somewhere_is_not_skipped(tmp_path: Path) -> None:
    report(tmp_path, "embedded", SKIPPED.format("a", "needs PostgreSQL"), PASSED.format("b"))
    report(tmp_path, "servers", PASSED.format("a"), FAILED.format("b"))
    counts = counted(tmp_path)
    assert (counts.passed, counts.failed, counts.left_out, counts.skipped) == (2, 1, 0, ())


def test_the_suites_are_those_that_the_machine_allows(tmp_path: Path) -> None:
    def titles(services: Services, *, quick: bool = False) -> list[str]:
        return [step.title for step in suites(services, tmp_path, quick=quick)]

    embedded = "Tests on the embedded default"
    assert titles(EVERYTHING) == [
        embedded,
        "Tests on PostgreSQL and Redis: races",
        "Tests on PostgreSQL and Redis",
        "Journeys on the embedded default",
        "Journey through the scale-out form",
    ]
    assert titles(EVERYTHING, quick=True) == [embedded]
    assert titles(Services()) == [embedded]
    assert titles(Services(redis="redis://h/8")) == [embedded, "Tests on Redis"]
    assert titles(Services(postgres="postgres://u@h/x")) == [
        embedded,
        "Tests on PostgreSQL: races",
        "Tests on PostgreSQL",
    ]
    assert titles(Services(chromium="/usr/bin/chromium")) == [embedded, "Journeys on the embedded default"]


def test_message_ids_are_collected_again_where_gettext_is() -> None:
    (with_it,) = [step for step in gates(EVERYTHING) if step.title == "Message catalogues"]
    (without,) = [step for step in gates(Services()) if step.title == "Message catalogues"]
    assert (with_it.command[-1], without.command[-1]) == ("--collect", "config.testing.catalogues")


def test_what_the_shell_says_does_not_change_what_is_tested() -> None:
    shell = {"PATH": "/bin", "DATABASE_URL": "x", "REDIS_URL": "x", "YANGGUANG_HOSTS": "x", "YANGGUANG_REAL_DATA": "/d"}
    assert clean_environ(shell) == {"PATH": "/bin", "YANGGUANG_REAL_DATA": "/d"}


def test_a_step_runs_with_its_own_environment_and_a_data_folder_of_its_own(tmp_path: Path) -> None:
    code = f"import os; raise SystemExit([os.environ['YANGGUANG_DATA'], os.environ['A']] != [{str(tmp_path / 'data')!r}, 'b'])"
    step = Step("Environment", (sys.executable, "-c", code), {"A": "b"})
    result = run_step(step, tmp_path)
    assert result == Result("Environment", passed=True, seconds=result.seconds)


@pytest.mark.loopback
def test_servers_that_do_not_answer_are_not_found_and_their_passwords_are_not_shown() -> None:
    services = find_services(
        {
            "YANGGUANG_TEST_POSTGRES": "postgres://somebody:hidden@127.0.0.1:1/x",
            "YANGGUANG_TEST_REDIS": "redis://:hidden@127.0.0.1:1/8",
            "CHROMIUM": "/nowhere/chromium",
        }
    )
    assert (services.postgres, services.redis, services.chromium) == (None, None, None)
    assert "postgres://127.0.0.1:1/x" in services.missing()[0]
    assert [line for line in services.missing() if "hidden" in line] == []


@pytest.mark.postgres
def test_a_database_server_that_answers_is_found() -> None:
    address = os.environ["DATABASE_URL"]
    assert find_services({"YANGGUANG_TEST_POSTGRES": address}).postgres == address


@pytest.mark.redis
def test_a_redis_that_answers_is_found() -> None:
    address = os.environ["REDIS_URL"]
    assert find_services({"YANGGUANG_TEST_REDIS": address}).redis == address
