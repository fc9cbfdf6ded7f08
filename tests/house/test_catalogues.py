from __future__ import annotations

import gettext
import struct
from typing import TYPE_CHECKING

import pytest

from config.testing import catalogues
from config.testing.catalogues import disagreements, faults_of, main, read_catalogue

if TYPE_CHECKING:
    from pathlib import Path

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'
GOOD = HEADER + '\nmsgid "{n} bids"\nmsgstr "{n} 份投标"\n\nmsgctxt "a stage"\nmsgid "closed"\nmsgstr "已结束"\n'
PLURAL = '\nmsgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s 天"\n'
LONG = '\nmsgid ""\n"one "\n"two \\"three\\"\\n"\nmsgstr "一二三\\n"\n'
HEADERS = {"": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=1; plural=0;\n"}


def compiled(messages: dict[str, str]) -> bytes:
    """Write the bytes of a .mo file."""
    entries = sorted((key.encode(), text.encode()) for key, text in (HEADERS | messages).items())
    offset = 28 + 16 * len(entries)
    tables: list[list[bytes]] = [[], []]
    body = b""
    for column in (0, 1):
        for entry in entries:
            tables[column].append(struct.pack("<II", len(entry[column]), offset + len(body)))
            body += entry[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(entries), 28, 28 + 8 * len(entries), 0, offset)
    return head + b"".join(tables[0] + tables[1]) + body


def written(folder: Path, text: str, messages: dict[str, str] | None = None) -> Path:
    file = folder / "django.po"
    file.write_text(text, encoding="utf-8")
    if messages is not None:
        file.with_suffix(".mo").write_bytes(compiled(messages))
    return file


def test_a_complete_catalogue_has_no_fault(tmp_path: Path) -> None:
    messages = {
        "{n} bids": "{n} 份投标",
        "a stage\x04closed": "已结束",
        "%(n)s day\0%(n)s days": "%(n)s 天",
        'one two "three"\n': "一二三\n",
    }
    file = written(tmp_path, GOOD + PLURAL + LONG, messages)
    assert faults_of(file) == []
    with file.with_suffix(".mo").open("rb") as stream:
        assert gettext.GNUTranslations(stream).ngettext("%(n)s day", "%(n)s days", 3) == "%(n)s 天"


def test_the_entries_are_read_with_context_plural_and_continued_lines() -> None:
    messages = read_catalogue(GOOD + PLURAL + LONG + '\n#~ msgid "gone"\n#~ msgstr "没了"\n')
    assert {key: message.texts for key, message in messages.items()} == {
        "{n} bids": ("{n} 份投标",),
        "a stage\x04closed": ("已结束",),
        "%(n)s day": ("%(n)s 天",),
        'one two "three"\n': ("一二三\n",),
    }


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('msgid "a"\nmsgstr ""\n', "not translated: 'a'"),
        ('msgid "a"\nmsgid_plural "b"\nmsgstr[0] ""\n', "not translated: 'a'"),
        ('#, fuzzy\nmsgid "a"\nmsgstr "甲"\n', "fuzzy: 'a'"),
        ('#, python-format, fuzzy\nmsgid "a"\nmsgstr "甲"\n', "fuzzy: 'a'"),
        ('msgid "{n}"\nmsgstr "{m}"\n', "the translation names a parameter that is not there: '{n}'"),
        ('msgid "%(n)s"\nmsgstr "%(m)s"\n', "the translation names a parameter that is not there: '%(n)s'"),
    ],
)
def test_what_is_not_ready_for_a_reader_is_named_with_its_line(tmp_path: Path, entry: str, fault: str) -> None:
    file = written(tmp_path, f"{HEADER}\n{entry}", {})
    first, *_ = faults_of(file)
    assert first == f"{file}:6: {fault}"


def test_a_catalogue_that_was_not_compiled_again_is_named(tmp_path: Path) -> None:
    never = written(tmp_path, GOOD)
    assert [fault.partition(": ")[2] for fault in faults_of(never)] == [
        "missing; ./yangguang compilemessages writes it"
    ]
    older = written(tmp_path, GOOD, {"{n} bids": "{n} 个投标"})
    assert [fault.partition(": ")[2] for fault in faults_of(older)] == [
        "differs from django.po; ./yangguang compilemessages writes it"
    ]


def test_one_message_has_one_translation_in_all_catalogues_unless_a_context_parts_them(tmp_path: Path) -> None:
    files = [tmp_path / "one.po", tmp_path / "two.po"]
    files[0].write_text(GOOD, encoding="utf-8")
    files[1].write_text(
        f'{HEADER}\nmsgid "closed"\nmsgstr "关闭"\n\nmsgid "{{n}} bids"\nmsgstr "{{n}} 份投标"\n', encoding="utf-8"
    )
    assert disagreements(files) == []
    files[1].write_text(f'{HEADER}\nmsgid "{{n}} bids"\nmsgstr "{{n}} 个投标"\n', encoding="utf-8")
    assert disagreements(files) == [f"{files[1]}:6: translated differently in {files[0]}:6: '{{n}} bids'"]


def test_the_platform_s_chinese_catalogues_are_complete_and_compiled(capsys: pytest.CaptureFixture[str]) -> None:
    status = main([])
    assert (status, capsys.readouterr().out) == (0, "")


def test_a_brace_that_is_only_a_brace_is_no_parameter(tmp_path: Path) -> None:
    file = written(tmp_path, HEADER + '\nmsgid "{ open"\nmsgstr "{ 开"\n', {"{ open": "{ 开"})
    assert faults_of(file) == []


def test_ids_collected_again_show_what_is_missing_and_what_nobody_uses_any_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "app" / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    file = written(folder, GOOD, {"{n} bids": "{n} 份投标", "a stage\x04closed": "已结束"})

    def collect(_command: list[str], *, cwd: Path, check: bool) -> None:
        """Do what makemessages does in the copy: one sentence is new, one is gone."""
        copied = cwd / file.relative_to(tmp_path)
        copied.write_text(copied.read_text().replace("{n} bids", "{n} offers"), encoding="utf-8")

    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues.subprocess, "run", collect)
    assert main([]) == 0
    assert main(["--collect"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{file}: no longer used: '{{n}} bids'",
        f"{file}: not in the catalogue: '{{n}} offers'",
    ]
    assert "{n} bids" in file.read_text()
