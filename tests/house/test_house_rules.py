from __future__ import annotations

import pytest

from tests.house.house_rules import APPS, LONGEST_FILE, PROGRAMS, ROOT, broken_rules, files_of

pytestmark = pytest.mark.no_cover  # it reads sources and runs programs: no line of ours is counted here

PLANTED = {
    "from django.db.transaction import atomic\n@atomic\ndef verb(): ...": "a bare atomic",
    "with transaction.atomic():\n    ...": "a bare atomic",
    "@transaction.atomic(durable=False)\ndef verb(): ...": "a bare atomic",
    "lot.stage = 'closed'": "only trading/moves.py writes a stage",
    "lot.number, lot.stage = 1, 'closed'": "only trading/moves.py writes a stage",
    "Lot.objects.filter(pk=1).update(stage='closed')": "only trading/moves.py writes a stage",
    "setattr(lot, 'stage', 'closed')": "only trading/moves.py writes a stage",
    "at = datetime.now(UTC)": "only core/clock.py tells the time",
    "at = datetime.datetime.utcnow()": "only core/clock.py tells the time",
    "at = timezone.now()": "only core/clock.py tells the time",
    "day = date.today()": "only core/clock.py tells the time",
    "at = time.time()": "only core/clock.py tells the time",
    "need = 3 if project.kind == 'x' else 2": "a kind is data",
    "many = lot.project.kind in few": "a kind is data",
    "from trading.names import Kind\nfew = kind is Kind.CT": "a kind is data",
    "from trading import names\nfew = kind is names.Kind.CT": "a kind is data",
    "match project.kind:\n    case _: ...": "a kind is data",
    "lot.refresh_from_db()": "no refresh_from_db",
    "assert lot": "assert vanishes under -O",
    "import random": "random is no source of secrets",
    "from random import shuffle": "random is no source of secrets",
    "cursor.execute('SET LOCAL synchronous_commit TO off')": "nothing makes a commit less durable",
    "options = 'PRAGMA synchronous=NORMAL'": "nothing makes a commit less durable",
}
ALLOWED = {
    "@transaction.atomic(durable=True)\ndef verb(): ...": "bidding/submitting.py",
    "@transaction.atomic(savepoint=False)\ndef step(): ...": "core/audit.py",
    "lot.stage = 'closed'": "trading/moves.py",
    "at = datetime.now(UTC)": "core/clock.py",
    "from trading.names import Kind\nfew = kind is Kind.CT": "trading/procedures/guards.py",
    "from evaluation.rules.names import Kind\nfew = kind is Kind.RANGE": "evaluation/rules/criteria.py",
    "if notice.kind == NoticeKind.AWARD: ...": "disclosure/queries.py",
    "options = 'PRAGMA synchronous=FULL;'": "config/settings.py",
    "stage = lot.stage": "trading/queries.py",
    "rows.update(next_due_at=at)": "trading/due.py",
}


@pytest.mark.parametrize("source", PLANTED)
def test_each_house_rule_bites(source: str) -> None:
    broken = broken_rules("bidding/submitting.py", source)
    assert [line.partition(": ")[2].startswith(PLANTED[source]) for line in broken] == [True]


@pytest.mark.parametrize("source", ALLOWED)
def test_what_is_meant_is_let_through(source: str) -> None:
    assert broken_rules(ALLOWED[source], source) == []


@pytest.mark.parametrize("source", ["from core.money import Money", "import trading.names", "from . import x"])
def test_a_migration_imports_nothing_of_ours(source: str) -> None:
    broken = broken_rules("trading/migrations/0001_lot.py", source)
    assert broken == ["trading/migrations/0001_lot.py:1: a migration imports nothing of ours"]
    assert broken_rules("disclosure/web.py", source) == []


def test_a_file_is_not_longer_than_its_one_job() -> None:
    assert broken_rules("core/money.py", "x = 1\n" * LONGEST_FILE) == []
    assert broken_rules("core/money.py", "x = 1\n" * (LONGEST_FILE + 1)) == [
        "core/money.py: 401 lines; a file has one job and at most 400"
    ]


def test_the_platform_keeps_the_house_rules() -> None:
    files = files_of(*APPS, *PROGRAMS)
    assert len(files) > len(APPS)
    broken = [line for file in files for line in broken_rules(str(file.relative_to(ROOT)), file.read_text())]
    assert broken == []


def test_no_test_is_longer_than_a_file_may_be() -> None:
    lengths = {str(file.relative_to(ROOT)): file.read_text().count("\n") for file in files_of("tests", "benchmarks")}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}
