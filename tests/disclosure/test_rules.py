from __future__ import annotations

import pytest

from disclosure import rules
from disclosure.names import EVENT_NAMES, PHASE_NAMES, Item, Phase, event_name
from trading.names import Code


def test_every_item_stands_in_the_table_once() -> None:
    assert [row.item for row in rules.TABLE] == list(Item)


def test_every_row_names_its_source() -> None:
    assert [row.item for row in rules.TABLE if not row.source] == []


def test_phases_begin_with_notices_that_exist_and_each_has_a_name() -> None:
    assert set(rules.BEGINS_WITH) <= {code.value for code in Code}
    assert list(PHASE_NAMES) == list(Phase)
    begun = set().union(*rules.BEGINS_WITH.values())
    assert begun == set(Phase) - {Phase.NEVER}


@pytest.mark.parametrize(
    ("codes", "phases"),
    [
        (set(), set()),
        ({"PLAN"}, {Phase.INTENTION}),
        ({"NOTICE", "AMEND", "SUSPEND"}, {Phase.INTENTION, Phase.ANNOUNCEMENT}),
        ({"NOTICE", "OPENING"}, {Phase.INTENTION, Phase.ANNOUNCEMENT, Phase.OPENING}),
        ({"CANDIDATE"}, {Phase.CANDIDATES}),
        ({"AWARD"}, {Phase.CANDIDATES, Phase.RESULT}),
        ({"CONTRACT"}, {Phase.CONTRACT}),
    ],
)
def test_phases_are_reached_by_publications(codes: set[str], phases: set[Phase]) -> None:
    assert rules.reached(codes) == phases


def test_what_is_never_public_stays_so_in_the_last_phase() -> None:
    everything = frozenset(Phase) - {Phase.NEVER}
    kept = [item for item in Item if not rules.is_public(item, everything)]
    assert kept == [Item.LETTER, Item.OPEN_QUESTIONS, Item.ASKERS, Item.OBTAINERS, Item.OFFERS]


def test_committee_and_calculation_wait_for_the_result() -> None:
    before = rules.reached({"NOTICE", "OPENING", "CANDIDATE"})
    after = before | rules.reached({"AWARD"})
    for item in (Item.COMMITTEE, Item.CALCULATION, Item.AWARD):
        assert (rules.is_public(item, before), rules.is_public(item, after)) == (False, True)


def test_bids_wait_for_the_opening() -> None:
    assert not rules.is_public(Item.BIDS, rules.reached({"NOTICE", "AMEND"}))


def test_every_public_event_has_a_name_for_people() -> None:
    assert [event for event in (*rules.EVENTS, *rules.EVENTS_OF_NO_TENDER) if event not in EVENT_NAMES] == []


def test_who_objected_decided_or_asked_has_no_public_event() -> None:
    secret = [
        "supervision.objection.made",
        "supervision.objection.withdrawn",
        "trading.award.decided",
        "trading.question.asked",
        "trading.contract.drafted",
        "bidding.submission.refused",
        "auth.session.opened",
    ]
    assert [event for event in secret if event in rules.EVENTS] == []


def test_an_event_without_a_name_is_shown_as_it_is_written() -> None:
    assert event_name("some.new.event") == "some.new.event"


def test_events_are_listed_by_phase() -> None:
    assert rules.events_of(Phase.CONTRACT) == (
        "trading.contract.registered",
        "trading.contract.supplemented",
        "trading.contract.accepted",
    )
