"""What a committee does on its pages, and the buying side around it: named, declared, voted, scored, reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.journeys.visitors import Town, Visitor

GROUND = "从云岭省综合评标专家库随机抽取,抽取记录 2026-031"


def person(name: str) -> str:
    """Return the number of ``expert.one``, ``owner.rep``…"""
    return "PE-" + name.replace(".", "-")


# -- the buying side -----------------------------------------------------------------------------------


def name_committee(town: Town, lot: str, *, by: str, experts: Sequence[str], owners: Sequence[str] = ()) -> None:
    """Look for every expert, one search each; the first is in the chair; the owner's own people are listed already."""
    visitor = town[by]
    visitor.go(f"/evaluation/{lot}/committee", name="name-committee")
    for name in experts:
        visitor.fill(q=person(name))
        visitor.click("main button[value=search]")
        _tick(visitor, "experts", name)
    for name in owners:
        _tick(visitor, "owners", name)
    visitor.fill(chair=person(experts[0]), ground=GROUND)
    visitor.look("committee-chosen")
    visitor.click("main button[value=check]")
    visitor.look("committee-check")
    visitor.confirm()
    visitor.look("committee")
    assert visitor.find("main tbody tr").count() == len(experts) + len(owners), visitor.text()


def _tick(visitor: Visitor, group: str, name: str) -> None:
    visitor.find(f"main input[name={group}][value='{person(name)}']").check()


def replace_member(town: Town, lot: str, *, by: str, out: str, successor: str, because: str) -> None:
    """Fill the seat of somebody who left."""
    visitor = town[by]
    visitor.go(f"/evaluation/{lot}/committee")
    visitor.click(f"main a[href$='/committee/{person(out)}']")
    visitor.fill(q=person(successor))
    visitor.click("main button[value=search]")
    visitor.fill(person=f"expert:{person(successor)}", because=because)
    visitor.look("replace-member")
    visitor.click("main button[value=replace]")
    assert visitor.path == f"/evaluation/{lot}/committee", visitor.text()


def convene(town: Town, lot: str, *, by: str) -> None:
    """Let the committee begin (construction)."""
    visitor = town[by]
    visitor.go(f"/evaluation/{lot}", name="room-declared")
    visitor.press("/convene")
    visitor.look("room-at-work")


def qualify(town: Town, lot: str, bidders: Iterable[str], *, by: str) -> None:
    """Review the qualification of every supplier for the buying side, and end the review (procurement)."""
    visitor = town[by]
    visitor.go(f"/evaluation/{lot}/qualification", name="qualification")
    for name in bidders:
        visitor.fill(**{f"OR-{name}-verdict": "passed"})
        visitor.click(f"main form:has(input[name=bidder][value=OR-{name}]) button")
    visitor.look("qualification-done")
    visitor.click("main a[href$='/qualification/end']")
    visitor.look("qualification-end")
    visitor.confirm()
    assert visitor.path == f"/evaluation/{lot}", visitor.text()


# -- the members ---------------------------------------------------------------------------------------


def declare(town: Town, lot: str, members: Iterable[str]) -> None:
    """Declare that there is no interest; before it nothing of a bid shows."""
    for name in members:
        visitor = town[name]
        visitor.go(f"/evaluation/{lot}/declaration", name="declaration")
        visitor.fill(has_conflict="no")
        if visitor.find("main [name=years]").count():  # an expert, where the law asks for its years
            visitor.fill(years=12, has_title=True)
        visitor.press()
        visitor.look("room-of-a-member")
        assert visitor.path == f"/evaluation/{lot}", visitor.text()


def recuse(town: Town, lot: str, member: str, *, because: str) -> None:
    """Declare a conflict of interest: the seat is given up."""
    visitor = town[member]
    visitor.go(f"/evaluation/{lot}/declaration")
    visitor.fill(has_conflict="yes", text=because)
    visitor.press()
    assert visitor.path == "/desk", visitor.text()


def vote(
    town: Town,
    lot: str,
    members: Iterable[str],
    *,
    steps: Sequence[str] = ("qualification", "responsiveness"),
    against: Mapping[str, tuple[str, str]] | None = None,
) -> None:
    """Vote for every bid in every step; those of ``against`` fail the last step, with a ground and a reason."""
    rejected = {f"OR-{name}-{steps[-1]}": said for name, said in (against or {}).items()}
    for name in members:
        visitor = town[name]
        visitor.go(f"/evaluation/{lot}/review", name="review")
        for verdict in visitor.find("main select[name$=-verdict]").all():
            form = str(verdict.get_attribute("name")).removesuffix("-verdict")
            verdict.select_option("failed" if form in rejected else "passed")
            if form in rejected:
                ground, because = rejected[form]
                visitor.find(f"main fieldset:has([name='{form}-verdict']) summary").click()
                visitor.fill(**{f"{form}-ground": ground, f"{form}-because": because})
        visitor.look("review-filled")
        visitor.press()
        assert visitor.find("main .error-summary").count() == 0, visitor.text()
    visitor.look("review-decided")


def score(town: Town, lot: str, member: str, points: Mapping[str, Sequence[str]]) -> None:
    """Fill in one's sheet of every bid, criterion by criterion, and hand them in together."""
    visitor = town[member]
    visitor.go(f"/evaluation/{lot}/scores", name="scores")
    for bidder, given in points.items():
        visitor.go(f"/evaluation/{lot}/scores/OR-{bidder}", name="sheet")
        for field, value in zip(visitor.find("main input[name^=p-]").all(), given, strict=True):
            field.fill(value)
        visitor.click("main button[name=next]")
    visitor.go(f"/evaluation/{lot}/scores", name="scores-filled")
    visitor.press("/scores")
    visitor.look("scores-handed-in")
    assert visitor.find("main form[method=post]").count() == 0, visitor.text()


def calculate(town: Town, lot: str, *, by: str) -> list[str]:
    """Calculate the ranking; returns the bidders' names in its order."""
    visitor = town[by]
    visitor.go(f"/evaluation/{lot}/calculation", name="calculation")
    visitor.press()
    visitor.look("calculated")
    return visitor.find("main table").first.locator("tbody .title").all_inner_texts()


def draw_up(town: Town, lot: str, *, by: str, **written: str) -> None:
    visitor = town[by]
    visitor.go(f"/evaluation/{lot}/report", name="draw-up")
    visitor.fill(**written)
    visitor.press()
    visitor.look("report-draft")
    assert visitor.find("main form").count() == 0 or visitor.find(".error-summary").count() == 0, visitor.text()


def answer(town: Town, lot: str, member: str, *, dissent: str = "") -> None:
    """Confirm the report, or dissent in writing."""
    visitor = town[member]
    visitor.go(f"/evaluation/{lot}/report/answer", name="report-answer")
    visitor.fill(answer="dissents" if dissent else "agrees", dissent=dissent)
    visitor.press()
    visitor.look("report-answer-check")
    visitor.confirm()


def note_refusal(town: Town, lot: str, member: str, *, by: str) -> None:
    """Note as the chair that the last member neither signs nor writes: it is deemed to agree."""
    visitor = town[by]
    visitor.go(f"/evaluation/{lot}/report", name="report-waits-for-one")
    visitor.press(f"/refusals/{person(member)}")
