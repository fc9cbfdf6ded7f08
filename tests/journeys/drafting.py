"""What the buying side does on its pages until the notice is announced, and with questions and amendments after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.working_days import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from tests.journeys.visitors import Town, Visitor

Fields = dict[str, object]


def local(at: datetime) -> str:
    """An instant as the browser's own field for it takes it, in Beijing time."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def create(town: Town, *, by: str, **fields: object) -> str:
    """Begin a project; returns its number."""
    visitor = town[by]
    visitor.go("/desk", name="desk-empty")
    visitor.go("/desk/projects/new", name="create")
    visitor.fill(**fields)
    visitor.press()
    assert visitor.path.endswith("/edit/subject"), visitor.text()
    return visitor.path.split("/")[3]


def write(visitor: Visitor, project: str, steps: Mapping[str, Fields]) -> None:
    """Go through the guided form, step after step; what is still missing stands beside it."""
    for step, fields in steps.items():
        visitor.go(f"/desk/projects/{project}/edit/{step}")
        visitor.fill(**fields)
        visitor.look(f"edit-{step}")
        visitor.press()
        assert visitor.find("main .error-summary").count() == 0, visitor.text()


def write_criteria(visitor: Visitor, project: str, rows: Sequence[Fields]) -> None:
    """Write the score sheet; each save brings further empty lines."""
    done = 0
    while done < len(rows):
        visitor.go(f"/desk/projects/{project}/criteria")
        room = int(visitor.find("[name=row-TOTAL_FORMS]").input_value())
        for nth, row in enumerate(rows[:room]):
            visitor.fill(**{f"row-{nth}-{name}": value for name, value in row.items()})
        done = room
        visitor.press()
    visitor.look("criteria")
    assert visitor.find("main .error-summary").count() == 0, visitor.text()


def add_lot(visitor: Visitor, project: str, **fields: object) -> str:
    """Add a lot; returns its number."""
    visitor.go(f"/desk/projects/{project}/lots/new", name="lot-new")
    visitor.fill(**fields)
    visitor.press()
    visitor.look("lots")
    assert visitor.path == f"/desk/projects/{project}/lots", visitor.text()
    links = visitor.find(f"main a[href^='/desk/lots/{project}']").evaluate_all("all => all.map((a) => a.pathname)")
    return max(links, key=len).split("/")[3]


def upload(visitor: Visitor, project: str, file: Path, *, title: str) -> None:
    visitor.go(f"/desk/projects/{project}/documents")
    visitor.fill(title=title, file=file)
    visitor.press()
    visitor.look("documents")
    assert title in visitor.text()


def hand_in(visitor: Visitor, project: str) -> None:
    """Hand the notice to the one who approves."""
    visitor.go(f"/desk/projects/{project}/preview", name="preview")
    visitor.go(f"/desk/projects/{project}", name="project-draft")
    visitor.press("/submit")
    assert visitor.path == f"/desk/projects/{project}", visitor.text()


def obtain(visitor: Visitor, project: str) -> None:
    """Take the documents from the public page, as somebody who is signed in: amendments reach whoever did."""
    visitor.go(f"/projects/{project}")
    for address in visitor.find("main #documents a[href]").evaluate_all("all => all.map((a) => a.href)"):
        assert visitor.page.request.get(address).status == 200


def ask(town: Town, project: str, question: str, *, by: str) -> None:
    visitor = town[by]
    visitor.go(f"/projects/{project}/ask", name="ask")
    visitor.fill(body=question)
    visitor.press()


def answer(town: Town, project: str, answer: str, *, by: str) -> None:
    """Answer the question that waits."""
    visitor = town[by]
    visitor.go(f"/desk/projects/{project}/questions", name="questions")
    visitor.click("main a[href^='/desk/questions/']")
    visitor.fill(text=answer)
    visitor.look("answer")
    visitor.press()
    if visitor.find("main form:has(input[name=confirmed])").count():
        visitor.confirm()


def amend(town: Town, project: str, body: str, *, drafter: str, publisher: str) -> None:
    """Clarify the documents without an effect on bids: one person drafts, another publishes."""
    visitor = town[drafter]
    visitor.go(f"/desk/projects/{project}/amendments", name="amendments")
    visitor.go(f"/desk/projects/{project}/amendments/new", name="amend")
    visitor.fill(body=body, affects_bids=False)
    visitor.press()
    assert visitor.path.startswith("/desk/amendments/"), visitor.text()
    second = town[publisher]
    second.go(visitor.path, name="amendment")
    second.press()
    second.look("amendment-published")


def intend(town: Town, project: str, *, by: str) -> None:
    """Publish the purchase intention (procurement)."""
    visitor = town[by]
    visitor.go(f"/desk/projects/{project}/intend", name="intend")
    visitor.fill(way="publish")
    visitor.press()
    visitor.confirm()
    assert visitor.path == f"/desk/projects/{project}", visitor.text()
