from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.utils.translation import gettext, override

from accounts.models import Organisation
from disclosure import rule_sheets, rule_words, rules
from trading.procedures import EDITIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast
    from trading.procedures.definition import Procedure


def test_every_sentence_of_the_rule_sheets_is_named_for_translation() -> None:
    assert {str(sentence) for sentence in rule_words.SENTENCES} == rule_sheets.sentences(EDITIONS.values())


def test_every_sentence_of_the_rule_sheets_has_its_chinese() -> None:
    with override("zh-hans"):
        assert [sentence for sentence in rule_words.SENTENCES if gettext(sentence) == sentence] == []


@pytest.mark.parametrize("procedure", EDITIONS.values(), ids=lambda procedure: f"{procedure.kind}-{procedure.edition}")
def test_a_rule_sheet_shows_every_step_with_its_conditions_and_articles(
    db: None, read: Callable[..., str], procedure: Procedure
) -> None:
    page = read(f"/editions/{procedure.kind}/{procedure.edition}")
    assert [step.move for step in procedure.steps if f'id="{step.move}"' not in page] == []
    assert [step.source_text for step in procedure.steps if step.source_text not in page] == []
    assert procedure.digest() in page
    assert [key for key in procedure.keys() if key not in page] == []  # noqa: SIM118


def test_a_step_says_who_when_and_by_which_value() -> None:
    procedure = next(iter(EDITIONS.values()))
    steps = {step.key: step for step in rule_sheets.described(procedure)["steps"]}
    publish = steps["publish_candidates"]
    assert [str(role) for role in publish.by] == ["Owner", "Procurement agent"]
    assert publish.limit is not None
    assert publish.limit.values == (("ct.publicity_start", "3 days"),)
    assert steps["terminate"].is_everywhere
    assert steps["amend"].target is None
    assert steps["close_bidding"].due is not None


@pytest.mark.parametrize("procedure", EDITIONS.values(), ids=lambda procedure: f"{procedure.kind}-{procedure.edition}")
def test_no_source_of_a_rule_sheet_is_left_in_english(procedure: Procedure) -> None:
    sheet = rule_sheets.described(procedure)
    sources = [step.source_text for step in sheet["steps"]] + [row[3] for row in sheet["duties"]]
    sources += [row[1] for row in sheet["checklist"]] + [row[2] for row in sheet["parameters"]]
    with override("zh-hans"):
        assert [text for text in map(gettext, sources) if re.search("[a-z]{3}", text)] == []


def test_a_parameter_that_only_regions_set_says_so() -> None:
    procedure = next(iter(EDITIONS.values()))
    values = {key: value for key, value, *_ in rule_sheets.described(procedure)["parameters"]}
    assert values["ct.plan_ahead"] == "only where the region sets it"
    assert values["ct.min_bidders"] == "3"


def test_the_page_about_the_platform_shows_the_table_of_what_is_public(db: None, read: Callable[..., str]) -> None:
    page = read("/about")
    assert [row.source for row in rules.TABLE if row.source not in page] == []
    assert 'href="/editions/CT/2026"' in page
    assert 'href="/editions/GP_OPEN/2026"' in page


def test_the_page_about_the_platform_names_who_runs_it_and_how_to_reach_it(
    cast: Cast, read: Callable[..., str]
) -> None:
    Organisation.objects.filter(pk=cast["center"].pk).update(address="人民路1号", contact="技术科 0000-60000001")
    panel = read("/about").partition('id="operator"')[2].partition("</section>")[0]
    assert re.findall(r"<d[td][^>]*>(.*?)</d[td]>", panel, re.DOTALL) == [
        "Trading centre",
        cast["center"].name,
        "Address",
        "人民路1号",
        "Contact",
        "技术科 0000-60000001",
    ]


def test_before_its_founding_the_page_says_that_nobody_runs_the_platform(db: None, read: Callable[..., str]) -> None:
    panel = read("/about").partition('id="operator"')[2].partition("</section>")[0]
    assert ("No trading centre has been founded yet." in panel, "<dl" in panel) == (True, False)
