"""What everybody may read without signing in, and what each of those concerned finds in the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.journeys.visitors import Town, Visitor


def told(visitor: Visitor, *titles: str) -> None:
    """Each of these sentences is the title of a message in the person's inbox."""
    visitor.go("/inbox", name="inbox")
    found = visitor.find("main tbody .title").all_inner_texts()
    assert [title for title in titles if title not in found] == [], found


def shows(town: Town, path: str, words: Sequence[str], *, name: str) -> None:
    """Somebody who is nobody in particular finds all these words on a page."""
    visitor = town["nobody"]
    visitor.go(path, name=name)
    text = visitor.text()
    assert [word for word in words if word not in text] == [], text


def notices_of(town: Town, project: str) -> dict[str, str]:
    """Return the addresses of the project's public notices by their numbers."""
    visitor = town["nobody"]
    visitor.go(f"/projects/{project}")
    links = visitor.find("main a[href^='/notices/']").evaluate_all("all => all.map((a) => a.pathname)")
    return {path.rpartition("/")[2]: path for path in links if not path.endswith(".pdf")}


def prints(visitor: Visitor, *paths: str) -> None:
    """Each of these addresses answers with a PDF."""
    for path in paths:
        answer = visitor.page.request.get(visitor.watch.address + path)
        assert (answer.status, answer.body()[:5]) == (200, b"%PDF-"), path
