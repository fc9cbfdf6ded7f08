"""The pages that name, convene and hear a committee: what is posted, what becomes of it, what is refused and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from core import clock
from evaluation import convening
from evaluation.models import Committee, Member, Review
from tests.evaluation.web.worlds import LATER, at_work
from tests.stories import evaluation as story
from tests.trading.browsing import browser, words
from trading.names import Kind as Procedure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpResponse

    from tests.cast import Cast

EXPERTS = [f"PE-expert-{nth}" for nth in ("one", "two", "three", "four", "five")]
CHOSEN = {"experts": EXPERTS, "chair": EXPERTS[0], "ground": story.GROUND, "act": "check"}


@pytest.fixture(autouse=True)
def _at() -> Iterator[None]:
    with clock.stands_at(LATER):
        yield


def post(
    case: story.Case, who: str, page: str, data: Mapping[str, Any] | None = None, args: tuple[str, ...] = ()
) -> HttpResponse:
    return browser(case.cast, who).post(reverse(f"evaluation:{page}", args=[case.lot.number, *args]), data or {})


def get(case: story.Case, who: str, page: str, args: tuple[str, ...] = ()) -> HttpResponse:
    return browser(case.cast, who).get(reverse(f"evaluation:{page}", args=[case.lot.number, *args]))


def url(case: story.Case, page: str) -> str:
    return reverse(f"evaluation:{page}", args=[case.lot.number])


def sitting(case: story.Case) -> list[str]:
    rows = Member.objects.filter(committee__lot=case.lot, is_dismissed=False, successor=None)
    return [row.user.number for row in rows]


# -- naming ------------------------------------------------------------------------------------------


def test_a_search_offers_the_experts_found_and_keeps_those_already_chosen(cast: Cast) -> None:
    case = story.read_out(cast)
    answer = post(case, "owner.approver", "committee", {"act": "search", "q": "six", "experts": ["PE-expert-one"]})
    form = answer.context["form"]
    assert answer.status_code == 200
    assert [value for value, _ in form.fields["experts"].choices] == ["PE-expert-one", "PE-expert-six"]
    assert form.initial["experts"] == ["PE-expert-one"]
    assert not Committee.objects.filter(lot=case.lot).exists()


def test_a_committee_too_small_and_even_is_refused_with_both_reasons(cast: Cast) -> None:
    case = story.read_out(cast)
    answer = post(case, "owner.approver", "committee", CHOSEN | {"experts": EXPERTS[:4]})
    assert answer.status_code == 422
    assert answer.context["reasons"] == [
        "the committee has 4 members, 5 are needed",
        "the committee has 4 members, an odd number is needed",
    ]
    assert not Committee.objects.filter(lot=case.lot).exists()


def test_what_was_chosen_is_shown_for_checking_before_anything_is_named(cast: Cast) -> None:
    case = story.read_out(cast)
    answer = post(case, "owner.approver", "committee", CHOSEN)
    assert answer.status_code == 200
    labels = sorted(str(row["label"]) for row in answer.context["rows"])
    assert labels == ["Expert"] * 4 + ["Expert, in the chair", "Ground of the choice"]
    assert answer.context["rows"][-1]["value"] == story.GROUND
    assert not Committee.objects.filter(lot=case.lot).exists()


def test_confirming_names_the_committee_with_its_chair(cast: Cast) -> None:
    case = story.read_out(cast)
    answer = post(case, "owner.approver", "committee", CHOSEN | {"confirmed": "yes", "act": "confirm"})
    assert (answer.status_code, answer["Location"]) == (302, url(case, "committee"))
    assert sorted(sitting(case)) == sorted(EXPERTS)
    assert Member.objects.get(committee__lot=case.lot, is_chair=True).user.number == EXPERTS[0]


def test_who_may_not_approve_names_nobody(cast: Cast) -> None:
    case = story.read_out(cast)
    answer = post(case, "owner.drafter", "committee", CHOSEN | {"confirmed": "yes"})
    assert answer.status_code == 422
    assert answer.context["reasons"] == ["this needs somebody who may approve for the organisation"]
    assert not Committee.objects.filter(lot=case.lot).exists()


# -- naming again ------------------------------------------------------------------------------------

AGAIN = CHOSEN | {"experts": [*EXPERTS[:4], "PE-expert-six"], "because": "抽取已过时效"}


def test_naming_again_needs_the_reason_for_it(cast: Cast) -> None:
    answer = post(story.named(cast), "owner.approver", "name-again", AGAIN | {"because": ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["because"])


def test_naming_again_replaces_the_whole_committee_after_a_check(cast: Cast) -> None:
    case = story.named(cast)
    check = post(case, "owner.approver", "name-again", AGAIN)
    assert check.context["rows"][-1] == {"label": "Why the committee is named anew", "value": AGAIN["because"]}
    assert sorted(sitting(case)) == sorted(EXPERTS)
    answer = post(case, "owner.approver", "name-again", AGAIN | {"confirmed": "yes"})
    assert (answer.status_code, answer["Location"]) == (302, url(case, "committee"))
    assert sorted(sitting(case)) == sorted(AGAIN["experts"])


def test_whoever_gave_up_the_seat_for_a_conflict_is_refused_when_naming_again(cast: Cast) -> None:
    case = story.named(cast)
    convening.declare(
        case.lot.pk, has_conflict=True, text="曾在甲公司任职", actor=case.members[1], at=story.OPENED + story.MINUTE
    )
    answer = post(case, "owner.approver", "name-again", AGAIN)
    assert answer.status_code == 422
    assert answer.context["reasons"] == ["expert.two left this committee for a conflict of interest"]


@pytest.mark.parametrize("story_of", [story.read_out, story.evaluating], ids=["not-named", "at-work"])
def test_a_committee_not_named_or_at_work_is_not_named_again(cast: Cast, story_of: Any) -> None:
    assert get(story_of(cast), "owner.approver", "name-again").status_code == 404


# -- replacing ---------------------------------------------------------------------------------------

SIX = {"person": "expert:PE-expert-six", "because": "回避", "is_chair": ""}
TWO = ("PE-expert-two",)


def test_a_successor_is_searched_for_without_losing_what_was_typed(cast: Cast) -> None:
    case = story.named(cast)
    answer = post(case, "owner.approver", "replace", {"act": "search", "q": "six", "because": "回避"}, TWO)
    found = answer.context["form"].fields["person"].choices[0][1]
    assert answer.status_code == 200
    assert [value for value, _ in found] == ["expert:PE-expert-six"]
    assert answer.context["form"].initial["because"] == "回避"


def test_a_successor_takes_over_the_seat_with_the_reason(cast: Cast) -> None:
    case = story.named(cast)
    answer = post(case, "owner.approver", "replace", SIX, TWO)
    assert (answer.status_code, answer["Location"]) == (302, url(case, "committee"))
    assert case.member("expert.six").replaces == case.member("expert.two")
    assert case.member("expert.two").recused_because == "回避"
    watch = get(case, "owner.approver", "committee").context["rows"]
    assert [row.user.number for row, _, may_replace in watch if not may_replace] == ["PE-expert-two"]


def test_a_replacement_without_person_or_reason_is_asked_for_both(cast: Cast) -> None:
    answer = post(story.named(cast), "owner.approver", "replace", {}, TWO)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["person", "because"])


def test_a_second_chair_is_refused(cast: Cast) -> None:
    case = story.named(cast)
    answer = post(case, "owner.approver", "replace", SIX | {"is_chair": "on"}, TWO)
    assert (answer.status_code, answer.context["reasons"]) == (422, ["a committee has one chair"])
    assert case.member("expert.two").recused_at is None


def test_the_owner_s_representative_may_take_over_a_seat(cast: Cast) -> None:
    case = story.named(cast)
    answer = post(case, "owner.approver", "replace", SIX | {"person": "owner_rep:PE-owner-rep"}, TWO)
    assert (answer.status_code, case.member("owner.rep").kind) == (302, "owner_rep")


def test_a_seat_that_is_filled_or_never_was_is_not_there_to_replace(cast: Cast) -> None:
    case = story.named(cast)
    post(case, "owner.approver", "replace", SIX, TWO)
    assert get(case, "owner.approver", "replace", TWO).status_code == 404
    assert get(case, "owner.approver", "replace", ("PE-expert-seven",)).status_code == 404


# -- convening ---------------------------------------------------------------------------------------


def test_the_committee_begins_once_everybody_has_declared(cast: Cast) -> None:
    case = story.declared(cast)
    answer = post(case, "owner.approver", "convene")
    assert (answer.status_code, answer["Location"]) == (302, url(case, "lot"))
    assert (case.lot.stage, Committee.objects.get(lot=case.lot).convened_at) == ("evaluating", LATER)


def test_a_committee_that_has_not_declared_does_not_begin_and_the_page_says_why(cast: Cast) -> None:
    case = story.named(cast)
    answer = post(case, "owner.approver", "convene")
    assert (answer.status_code, case.lot.stage) == (422, "opened")
    assert answer.context["reasons"] != []
    assert all(line in words(answer) for line in map(str, answer.context["reasons"]))


# -- qualification -----------------------------------------------------------------------------------


def verdict(bidder: str, said: str, **more: str) -> dict[str, str]:
    number = f"OR-{bidder}"
    return {"bidder": number, **{f"{number}-{name}": value for name, value in {"verdict": said, **more}.items()}}


def test_a_supplier_passes_and_the_page_shows_the_verdict_again(cast: Cast) -> None:
    case = story.declared(cast, Procedure.GP_OPEN)
    answer = post(case, "buyer.drafter", "qualification", verdict("acme", "passed"))
    assert (answer.status_code, answer["Location"]) == (302, url(case, "qualification"))
    shown = get(case, "buyer.drafter", "qualification").context
    assert {row["bid"].bidder.number: row["form"].initial.get("verdict") for row in shown["rows"]} == {
        "OR-acme": "passed", "OR-bolt": None, "OR-cedar": None,
    }  # fmt: skip
    assert shown["undecided"] == 2


def test_a_supplier_fails_with_ground_and_reason_and_the_verdict_may_be_changed(cast: Cast) -> None:
    case = story.declared(cast, Procedure.GP_OPEN)
    fail = verdict("acme", "failed", ground="not_qualified", because="资质过期", evidence="plan.pdf 3")
    assert post(case, "buyer.drafter", "qualification", fail).status_code == 302
    row = Review.objects.get(bid=case.bid("acme"))
    told = (row.passed, row.ground_code, row.because, row.evidence)
    assert told == (False, "not_qualified", "资质过期", "plan.pdf 3")
    assert post(case, "buyer.drafter", "qualification", verdict("acme", "passed")).status_code == 302
    assert Review.objects.get(bid=case.bid("acme")).passed is True


@pytest.mark.parametrize(
    ("said", "more", "wrong"),
    [
        ("failed", {}, ["ground", "because"]),
        ("failed", {"ground": "not_qualified"}, ["because"]),
        ("passed", {"because": "资质过期"}, ["verdict"]),
        ("perhaps", {}, ["verdict"]),
    ],
)
def test_a_verdict_that_contradicts_itself_is_not_recorded(
    cast: Cast, said: str, more: dict[str, str], wrong: list[str]
) -> None:
    case = story.declared(cast, Procedure.GP_OPEN)
    answer = post(case, "buyer.drafter", "qualification", verdict("acme", said, **more))
    assert (answer.status_code, list(answer.context["wrong"].errors)) == (422, wrong)
    assert not Review.objects.exists()


def test_a_bid_that_was_never_opened_is_not_up_for_a_verdict(cast: Cast) -> None:
    prices = {**story.PRICES, "delta": "28100000.00"}
    case = story.declared(cast, Procedure.GP_OPEN, prices=prices, revoked=["delta"])
    answer = post(case, "buyer.drafter", "qualification", verdict("delta", "passed"))
    assert answer.status_code == 422
    assert answer.context["reasons"] == ["this bid is not up for review"]


def test_the_review_ends_when_everybody_is_decided_and_the_committee_begins(cast: Cast) -> None:
    case = story.declared(cast, Procedure.GP_OPEN)
    with clock.stands_at(story.AT_WORK):
        early = post(case, "buyer.drafter", "qualify")
        assert (early.status_code, case.lot.stage) == (422, "qualification")
        story.qualified(case)
        answer = post(case, "buyer.drafter", "qualify")
    assert (answer.status_code, answer["Location"], case.lot.stage) == (302, url(case, "lot"), "evaluating")
    assert get(case, "buyer.drafter", "qualification").status_code == 404


def test_experts_drawn_too_early_keep_the_review_from_ending(cast: Cast) -> None:
    case = story.declared(cast, Procedure.GP_OPEN)
    story.qualified(case)
    answer = post(case, "buyer.drafter", "qualify")
    assert (answer.status_code, case.lot.stage) == (422, "qualification")
    assert answer.context["refused"] == ("the experts were drawn too early: the committee must be drawn again",)


def test_too_few_qualified_suppliers_end_the_tender(cast: Cast) -> None:
    case = story.declared(cast, Procedure.GP_OPEN)
    story.qualified(case, out={"acme": "资质过期"})
    check = get(case, "buyer.drafter", "qualify")
    assert check.context["danger"] is True
    assert "资质过期" in words(check)
    assert post(case, "buyer.drafter", "qualify").status_code == 302
    assert case.lot.stage == "failed"


# -- declaring and voting ----------------------------------------------------------------------------


def test_a_member_without_conflict_declares_once(cast: Cast) -> None:
    case = story.named(cast)
    answer = post(case, "expert.two", "declaration", {"has_conflict": "no", "years": "9", "has_title": "on"})
    assert (answer.status_code, answer["Location"]) == (302, url(case, "lot"))
    assert (case.member("expert.two").declared_at, case.member("expert.two").recused_at) == (LATER, None)
    assert "9 years in the field · senior title" in words(get(case, "owner.approver", "committee"))
    again = post(case, "expert.two", "declaration", {"has_conflict": "yes", "text": "曾任职"})
    assert (again.status_code, again.context["form"]) == (200, None)
    said = again.content.decode()  # the review may not have begun: the way on leads through the member's own page
    assert (f'href="{url(case, "lot")}">On with' in said, url(case, "review") in said) == (True, False)
    assert case.member("expert.two").recused_at is None


def test_what_a_member_declares_is_what_its_procedure_asks(cast: Cast) -> None:
    construction, procurement = (
        words(get(story.named(cast, kind), "expert.two", "declaration")) for kind in (Procedure.CT, Procedure.GP_OPEN)
    )
    asked = ("Years of work in this field", "in the last 3 years employed by a bidder")
    assert [words_asked in construction for words_asked in asked] == [True, False]
    assert [words_asked in procurement for words_asked in asked] == [False, True]


def test_a_conflict_gives_up_the_seat(cast: Cast) -> None:
    case = story.named(cast)
    answer = post(case, "expert.two", "declaration", {"has_conflict": "yes", "text": "曾任职"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("trading:desk"))
    assert (case.member("expert.two").recused_at, case.member("expert.two").recused_because) == (LATER, "曾任职")


@pytest.mark.parametrize(("typed", "wrong"), [({"has_conflict": "yes"}, ["text"]), ({"text": "x"}, ["has_conflict"])])
def test_a_declaration_that_says_too_little_is_not_recorded(
    cast: Cast, typed: dict[str, str], wrong: list[str]
) -> None:
    case = story.named(cast)
    answer = post(case, "expert.two", "declaration", typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, wrong)
    assert case.member("expert.two").declared_at is None


def test_votes_are_recorded_and_what_is_left_open_stays_open(cast: Cast) -> None:
    case = at_work(cast)
    cast_votes = {
        "OR-acme-qualification-verdict": "passed", "OR-bolt-qualification-verdict": "failed",
        "OR-bolt-qualification-ground": "not_qualified", "OR-bolt-qualification-because": "资质过期",
    }  # fmt: skip
    answer = post(case, "expert.one", "review", cast_votes)
    assert (answer.status_code, answer["Location"]) == (302, url(case, "review"))
    votes = {row.bid.bidder.number: row.votes["PE-expert-one"] for row in Review.objects.select_related("bid__bidder")}
    assert votes == {
        "OR-acme": {"passed": True, "because": "", "ground": ""},
        "OR-bolt": {"passed": False, "because": "资质过期", "ground": "not_qualified"},
    }
    rows = {
        row["bid"].bidder.number: row["steps"][0]["form"] for row in get(case, "expert.one", "review").context["rows"]
    }
    assert {number: form.initial.get("verdict") for number, form in rows.items()} == {
        "OR-acme": "passed", "OR-bolt": "failed", "OR-cedar": None,
    }  # fmt: skip


def test_a_step_that_the_purchaser_decided_counts_no_votes_of_the_committee(cast: Cast) -> None:
    case = story.evaluating(cast, Procedure.GP_OPEN)
    answer = get(case, "expert.one", "review")
    lines = re.findall("decided by the buying side|[0-9]+ of [0-9]+ have voted", words(answer))
    assert lines == ["decided by the buying side", "0 of 7 have voted"] * 3


def test_one_rejection_without_a_ground_keeps_every_vote_off_the_record(cast: Cast) -> None:
    case = at_work(cast)
    answer = post(case, "expert.one", "review", {
        "OR-acme-qualification-verdict": "passed", "OR-bolt-qualification-verdict": "failed",
    })  # fmt: skip
    assert (answer.status_code, [str(field) for _, field, _ in answer.context["wrong"]]) == (422, ["ground", "because"])
    assert not Review.objects.exists()
