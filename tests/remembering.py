"""A story that was told once is not told again: its rows and its files are laid down as they were.

Most tests begin where a story ends: bids in the box, a report signed. The verbs on the way there have tests of their
own, and walking it costs some hundred queries each time. So the first telling in a process is kept, and the next one
from the same beginning gets the same rows, the same files and the same promises for after the commit.

Nothing is kept where it could differ: in a test that really commits, after anything has happened that is more than
people and organisations, or with arguments whose text does not say all about them.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection

from accounts.models import Membership, Organisation, User
from core.models import ClockGuard, Installation, LogHead

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from typing import Concatenate

    from django.db.backends.utils import CursorWrapper
    from django.db.models import Model

    from tests.cast import Cast

Args = ParamSpec("Args")
Told = TypeVar("Told")
Rows = list[tuple[object, ...]]

PEOPLE: tuple[type[Model], ...] = (User, Organisation, Membership, Installation)
HEAD = LogHead._meta.db_table
STILL = {"auth_permission", "django_content_type"}  # as the migrations left them, in every test
KEPT: dict[Hashable, _Kept] = {}


@dataclass(frozen=True)
class _Kept:
    """What a story left behind: rows of every table, files, promises, its people, and what it returned."""

    rows: Mapping[str, Rows]
    files: Mapping[Path, bytes]
    promises: list[tuple[Callable[[], object], bool]]
    cast: Cast
    told: object

    def lay_down(self, cast: Cast) -> object:
        """Write everything into this test's database and folder; ``cast`` becomes that of the story."""
        with connection.cursor() as cursor:
            for table in self.rows:
                if table in _tables_of_people():
                    cursor.execute(f'DELETE FROM "{table}"')
            for table, rows in self.rows.items():
                write = _write_head if table == HEAD else _insert
                write(cursor, table, rows)
        for path, content in self.files.items():
            (_folder() / path).parent.mkdir(parents=True, exist_ok=True)
            (_folder() / path).write_bytes(content)
        for function, robust in self.promises:
            connection.run_on_commit.append((set(connection.savepoint_ids), function, robust))
        seen: dict[int, object] = {id(self.cast): cast}
        vars(cast).update(copy.deepcopy(vars(self.cast), seen))
        return copy.deepcopy(self.told, seen)


def remembered(story: Callable[Concatenate[Cast, Args], Told]) -> Callable[Concatenate[Cast, Args], Told]:
    """Tell ``story`` once for each beginning and each set of arguments."""

    @wraps(story)
    def told(cast: Cast, *args: Args.args, **fields: Args.kwargs) -> Told:
        words = repr((story.__module__, story.__name__, args, sorted(fields.items())))
        if " at 0x" in words or not _nothing_has_happened():
            return story(cast, *args, **fields)
        beginning = (words, _people())
        if beginning in KEPT:
            return KEPT[beginning].lay_down(cast)  # type: ignore[return-value]  # what the same story returned
        promised, kept_files = len(connection.run_on_commit), set(_files())
        result = story(cast, *args, **fields)
        if not kept_files:
            KEPT[beginning] = _listen(cast, result, promised=promised)
        return result

    return told


def _listen(cast: Cast, result: object, *, promised: int) -> _Kept:
    seen: dict[int, object] = {}
    with connection.cursor() as cursor:
        rows = {table: found for table in _tables() if (found := _read(cursor, table))}
    return _Kept(
        rows=rows,
        files={path: (_folder() / path).read_bytes() for path in _files()},
        promises=[(function, robust) for _, function, robust in connection.run_on_commit[promised:]],
        cast=copy.deepcopy(cast, seen),
        told=copy.deepcopy(result, seen),
    )


def _nothing_has_happened() -> bool:
    """A transaction that the test undoes, and rows of people only."""
    if not connection.in_atomic_block or not all(block._from_testcase for block in connection.atomic_blocks):
        return False
    with connection.cursor() as cursor:
        cursor.execute(_question())
        return cursor.fetchone() is None


@cache
def _question() -> str:
    others = _tables().keys() - _tables_of_people()
    happened = {HEAD: "WHERE size > 0"}
    texts = (f'SELECT 1 FROM "{table}" {happened.get(table, "")}' for table in sorted(others))
    return " UNION ALL ".join(f"SELECT 1 WHERE EXISTS ({text})" for text in texts)


def _people() -> tuple[tuple[object, ...], ...]:
    """Everything about them but the keys that the database chose."""
    return tuple(
        tuple(sorted(map(repr, model._default_manager.values_list(*_plain_columns(model))))) for model in PEOPLE
    )


@cache
def _plain_columns(model: type[Model]) -> tuple[str, ...]:
    fields = model._meta.concrete_fields
    return tuple(field.name for field in fields if not field.primary_key and not field.is_relation)


@cache
def _tables_of_people() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in (*PEOPLE, ClockGuard))


@cache
def _tables() -> dict[str, tuple[str, ...]]:
    """Every table with its columns, in the order in which a row is written."""
    models = apps.get_models(include_auto_created=True)
    columns = {
        model._meta.db_table: tuple(field.column for field in model._meta.local_concrete_fields)
        for model in models
        if model._meta.managed and not model._meta.proxy
    }
    return {table: names for table, names in columns.items() if table not in STILL}


def _read(cursor: CursorWrapper, table: str) -> Rows:
    """Read the rows as the database itself writes them: as text of the row, or as values without a declared type."""
    if connection.vendor == "postgresql":
        cursor.execute(f'SELECT row::text FROM "{table}" AS row')
    else:
        values = ", ".join(f'+"{name}"' for name in _tables()[table])
        cursor.execute(f'SELECT {values} FROM "{table}"')
    return list(cursor.fetchall())


def _insert(cursor: CursorWrapper, table: str, rows: Rows) -> None:
    if connection.vendor == "postgresql":
        texts = [text for (text,) in rows]
        whole = f'SELECT text::"{table}" AS row FROM unnest(%s::text[]) AS text OFFSET 0'
        cursor.execute(f'INSERT INTO "{table}" SELECT (row).* FROM ({whole}) AS whole', [texts])
        return
    names = _tables()[table]
    wanted = ", ".join(f'"{name}"' for name in names)
    places = ", ".join("%s" for _ in names)
    cursor.executemany(f'INSERT INTO "{table}" ({wanted}) VALUES ({places})', rows)


def _write_head(cursor: CursorWrapper, table: str, rows: Rows) -> None:
    """The head of the log is always there and is never removed: it grows to what it was."""
    names, (row,) = _tables()[table], rows
    wanted = ", ".join(f'"{name}"' for name in names)
    if connection.vendor == "postgresql":
        values = ", ".join(f'(row)."{name}"' for name in names)
        whole = f'SELECT %s::"{table}" AS row'
        cursor.execute(f'UPDATE "{table}" SET ({wanted}) = (SELECT {values} FROM ({whole}) AS whole)', row)
        return
    cursor.execute(f'UPDATE "{table}" SET {", ".join(f"{name} = %s" for name in names)}', row)


def _folder() -> Path:
    return Path(settings.STORAGE_ROOT)


def _files() -> list[Path]:
    folder = _folder()
    return [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
