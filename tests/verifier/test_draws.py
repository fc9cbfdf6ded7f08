"""Draws in a bundle: an honest one holds, and every way to steer or re-roll it is found."""

from __future__ import annotations

import pytest

from tests.verifier.draw_cheats import CHEATS
from tests.verifier.draws_on_paper import DrawOnPaper
from tests.verifier.judging import failed, judged, trust_of
from tests.verifier.paper import Paper, honest, key


def drawn() -> tuple[Paper, DrawOnPaper]:
    paper = honest()
    return paper, DrawOnPaper(paper)


def named(paper: Paper) -> list[tuple[str, str]]:
    report = judged(paper.bundle(), trust_of(paper))
    assert report.fault is None, (report.number, str(report.fault))
    return [(one.kind, one.who) for one in report.named if one.kind != "absent"]


def test_an_honest_draw_holds() -> None:
    paper, draw = drawn()
    result = draw.run()
    draw.refuse(result.order[1])
    draw.refuse(result.order[3])
    assert named(paper) == []


def test_a_draw_that_was_given_up_and_drawn_anew_holds() -> None:
    paper, first = drawn()
    first.publish()
    first.commit("tenderee")
    DrawOnPaper(paper, exclusions={"9999": "recusal"}).run()
    assert named(paper) == []


def test_a_draw_under_way_is_told() -> None:
    paper, draw = drawn()
    draw.publish()
    draw.commit()
    report = judged(paper.bundle(), trust_of(paper))
    assert report.fault is None
    assert str(report.not_contained[-1]) == "the result of the draw experts/civil: there is none yet"


def test_what_a_party_did_not_show_the_holders_open_and_a_lying_one_is_named() -> None:
    paper, draw = drawn()
    draw.publish()
    draw.commit()
    draw.reveal("tenderee")
    draw.release("agency", "platform", "supervisor", "tenderee", of="supervisor", lies=True)
    draw.finish()
    assert named(paper) == [("false_share", "agency")]


def test_a_lost_key_is_opened_by_the_holders_and_a_lying_one_is_named() -> None:
    paper, draw = drawn()
    draw.publish()
    draw.commit()
    draw.reveal()
    draw.release("agency", "platform", "supervisor", "tenderee", of="vrf", lies=True)
    draw.finish()
    assert named(paper) == [("false_share", "agency")]


def test_a_party_that_puts_something_else_with_the_holders_is_named() -> None:
    paper, draw = drawn()
    draw.publish()
    draw.commit("supervisor", spoil=True)
    draw.commit("tenderee")
    draw.reveal()
    draw.finish()
    assert named(paper) == [("escrow", "supervisor")]


def test_a_party_without_a_key_counts_only_if_the_reader_trusts_it() -> None:
    paper = honest()
    paper.enrol("guest", key("party/guest"), kind="party")
    DrawOnPaper(paper, parties=("guest", "tenderee")).run()
    found = failed(paper, paper.bundle())
    assert found == (19, "the parties of the draw are not independent of each other")
    trusting = trust_of(paper, parties=[str(key("party/guest").verify_key)])
    assert judged(paper.bundle(), trusting).fault is None


@pytest.mark.parametrize("name", CHEATS)
def test_who_steers_a_draw_is_found(name: str) -> None:
    paper = honest()
    CHEATS[name](paper)
    found = failed(paper, paper.bundle())
    assert found is not None
    assert found[0] == 19, found[1]
