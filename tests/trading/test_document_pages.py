"""Documents of a project: put beside a draft, read by everybody once they are published."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from core import clock, storage
from tests.stories import trading as story
from tests.trading.browsing import browser, why_not, words
from trading.models import Document, Obtained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse

    from tests.cast import Cast

DURING = story.ANNOUNCED + story.DAY


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.stands_at(DURING):
        yield


def url(name: str, *args: str) -> str:
    return reverse(f"trading:{name}", args=args)


def fill(client: Client, name: str, *args: str, **fields: object) -> HttpResponse:
    return client.post(url(name, *args), fields)


def test_documents_go_up_under_their_digest_and_come_down_under_their_title(cast: Cast) -> None:
    project, client = story.drafted(cast), browser(cast, "owner.drafter")
    content = b"%PDF-1.7" + b"x" * 3_000_000  # more than is held in memory
    file = io.BytesIO(content)
    file.name = "招标文件.pdf"
    fill(client, "documents", project.number, title="", lot=project.lots.get().number, file=file)
    document = Document.objects.get()
    assert (document.title, document.media, document.file.size, document.lot) == (
        "招标文件", "application/pdf", len(content), project.lots.get(),
    )  # fmt: skip
    answer = client.get(url("document", project.number, document.file_id))
    assert answer.getvalue() == content
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%8B%9B")
    assert browser(cast, "acme").get(url("document", project.number, document.file_id)).status_code == 404
    fill(client, "remove-document", project.number, document.file_id)
    assert Document.objects.count() == 0


def test_a_file_that_is_too_large_is_refused(cast: Cast, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    project = story.drafted(cast)
    file = io.BytesIO(b"x" * 11)
    file.name = "a.pdf"
    answer = fill(browser(cast, "owner.drafter"), "documents", project.number, file=file)
    assert why_not(answer) == ["File: The file is larger than this platform takes."]


def test_a_published_document_is_for_everybody_and_a_bidder_counts_as_having_it(cast: Cast) -> None:
    project = story.announced(cast)
    file = storage.keep_bytes(b"%PDF", at=DURING)
    Document.objects.create(
        project=project, title="招标文件.pdf", media="application/pdf", file=file, added_at=DURING, added_by="x",
        published_at=DURING,
    )  # fmt: skip
    for client in (Client(), browser(cast, "acme"), browser(cast, "acme"), browser(cast, "supervisor")):
        assert client.get(url("document", project.number, file.digest)).getvalue() == b"%PDF"
    assert [row.organisation for row in Obtained.objects.all()] == [cast["acme"]]


def test_documents_of_an_announced_project_change_by_amendment_only(cast: Cast) -> None:
    project = story.announced(cast)
    answer = fill(browser(cast, "owner.drafter"), "documents", project.number, title="x")
    assert answer.status_code == 409
    assert "documents of an announced project change by an amendment only" in words(answer)
