"""Which projects must be tendered (CT-01 to 05), which method a purchase may use, what notices contain, names."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import pytest

from core.money import Money
from trading import names
from trading.names import Category, Code, Stage, choices, label
from trading.procedures import bind
from trading.procedures.checklist import CANDIDATE_NOTICE, CONSTRUCTION_NOTICE, missing_items
from trading.procedures.choosing import (
    Purchase,
    PurchaseMethod,
    methods_allowed,
)
from trading.procedures.facts import Known, NotKnown
from trading.procedures.mandatory import (
    Access,
    Exemption,
    Extent,
    Funding,
    RunBy,
    Scheme,
    departures_from_approval,
    funds_make_it_mandatory,
    must_be_tendered,
    size_makes_it_mandatory,
)

from .facts import LAW, at, facts

MILLION = Money.of(1_000_000)


@pytest.mark.parametrize(
    ("funding", "mandatory"),
    [
        (Funding(budget_funds=2 * MILLION, investment=20 * MILLION), True),
        (Funding(budget_funds=Money.of("1999999.99"), investment=10 * MILLION), False),
        (Funding(budget_funds=2 * MILLION, investment=Money.of("20000000.01")), False),
        (Funding(budget_funds=2 * MILLION), False),
        (Funding(), False),
        (Funding(state_enterprise_dominates=True), True),
        (Funding(from_abroad=True), True),
    ],
)
def test_ct_01_the_test_of_funds(funding, mandatory):
    assert funds_make_it_mandatory(funding, LAW) is mandatory


@pytest.mark.parametrize(
    ("category", "contracts", "mandatory"),
    [
        (Category.WORKS, ["4000000"], True),
        (Category.WORKS, ["3999999.99"], False),
        (Category.GOODS, ["2000000"], True),
        (Category.SERVICES, ["999999.99"], False),
        (Category.SERVICES, ["600000", "400000"], True),
        (Category.WORKS, [], False),
    ],
)
def test_ct_02_the_test_of_size_counts_connected_purchases_together(category, contracts, mandatory):
    assert size_makes_it_mandatory(category, [Money.of(c) for c in contracts], LAW) is mandatory


def test_ct_04_funds_and_size_and_no_exemption():
    case = {"category": Category.WORKS, "contracts": [4 * MILLION], "parameters": LAW}
    public = Funding(state_enterprise_dominates=True)
    assert must_be_tendered(public, **case)
    assert not must_be_tendered(Funding(), **case)
    assert not must_be_tendered(public, **case | {"contracts": [MILLION]})
    assert not must_be_tendered(public, **case, exemption=Exemption.OWNER_CAN_BUILD)


APPROVED = Scheme(Extent.ALL, Access.OPEN, RunBy.AGENT)


@pytest.mark.parametrize(
    ("approved", "planned", "must_be_said", "reasons"),
    [
        (APPROVED, APPROVED, True, []),
        (APPROVED, Scheme(Extent.PART, Access.INVITED, RunBy.OWNER), False, [
            "scope of the tender is not the one that was approved",
            "method of tender is not the one that was approved",
            "organisation form is not the one that was approved",
        ]),
        (APPROVED, Scheme(None, Access.OPEN, RunBy.AGENT), False, ["not stated: scope of the tender"]),
        (Scheme(None, None, RunBy.AGENT), APPROVED, False, []),
        (Scheme(None, None, RunBy.AGENT), APPROVED, True, [
            "not on record as the approver fixed it: scope of the tender",
            "not on record as the approver fixed it: method of tender",
        ]),
    ],
)  # fmt: skip
def test_ct_05_a_plan_keeps_to_its_approval(approved, planned, must_be_said, reasons):
    assert list(departures_from_approval(approved, planned, must_be_said=must_be_said)) == reasons


def purchase(**true_of_it):
    return Purchase(**({"category": Category.GOODS, "amount": 5 * MILLION, "threshold": 4 * MILLION} | true_of_it))


OPEN = PurchaseMethod.OPEN


@pytest.mark.parametrize(
    ("true_of_it", "methods"),
    [
        ({}, [OPEN]),
        ({"few_suppliers": True}, [OPEN, PurchaseMethod.SELECTIVE]),
        ({"tender_cost_disproportionate": True}, [OPEN, PurchaseMethod.SELECTIVE]),
        ({"tender_failed": True}, [OPEN, PurchaseMethod.NEGOTIATION]),
        ({"is_urgent": True}, [OPEN, PurchaseMethod.NEGOTIATION]),
        ({"is_complex": True}, [OPEN, PurchaseMethod.NEGOTIATION, PurchaseMethod.CONSULTATION]),
        ({"price_not_computable": True}, [OPEN, PurchaseMethod.NEGOTIATION, PurchaseMethod.CONSULTATION]),
        ({"one_supplier_only": True}, [OPEN, PurchaseMethod.SINGLE]),
        ({"urgency_unforeseeable": True}, [OPEN, PurchaseMethod.SINGLE]),
        ({"addon_percent": Decimal(10)}, [OPEN, PurchaseMethod.SINGLE]),
        ({"addon_percent": Decimal("10.01")}, [OPEN]),
        ({"is_standard_with_stock": True}, [OPEN, PurchaseMethod.INQUIRY]),
        ({"is_standard_with_stock": True, "category": Category.SERVICES}, [OPEN]),
        ({"is_service_for_society": True}, [OPEN, PurchaseMethod.CONSULTATION]),
        ({"is_science": True}, [OPEN, PurchaseMethod.CONSULTATION]),
        ({"is_works_outside_tender_law": True}, [OPEN, PurchaseMethod.CONSULTATION]),
        ({"is_small_and_frequent": True}, [OPEN]),
        ({"is_small_and_frequent": True, "amount": MILLION}, [OPEN, PurchaseMethod.FRAMEWORK]),
        ({"is_new_product": True}, [OPEN, PurchaseMethod.INNOVATION]),
        ({"is_emergency": True}, [OPEN]),
    ],
)
def test_a_method_of_procurement_needs_its_ground(true_of_it, methods):
    assert list(methods_allowed(purchase(**true_of_it), LAW)) == methods


def test_emergency_procurement_exists_from_october_2026():
    later = bind({}, at("2026-10-01").date())
    assert methods_allowed(purchase(is_emergency=True), later) == (OPEN, PurchaseMethod.EMERGENCY)


def test_a_notice_names_each_item_it_lacks():
    everything = [item.key for item in CONSTRUCTION_NOTICE]
    assert missing_items(CONSTRUCTION_NOTICE, everything) == ()
    assert missing_items(CONSTRUCTION_NOTICE, [k for k in everything if k not in {"scale", "contact"}]) == (
        "not stated: scale",
        "not stated: contact person and telephone",
    )
    assert len(missing_items(CANDIDATE_NOTICE, [])) == 10


WORDS = [
    word
    for word in vars(names).values()
    if isinstance(word, type) and issubclass(word, StrEnum) and word is not StrEnum
]


@pytest.mark.parametrize("word", WORDS)
def test_every_word_has_a_name_for_people(word):
    assert choices(word) == [(member.value, label(member)) for member in word]
    assert len({name for _, name in choices(word)}) == len(word)


def test_only_the_award_letter_is_private():
    assert [code for code in Code if code.is_private] == [Code.AWARD_LETTER]


def test_three_stages_are_ends():
    assert [stage for stage in Stage if stage.is_end] == [Stage.CLOSED, Stage.FAILED, Stage.TERMINATED]


@pytest.mark.parametrize("kind", Known.__subclasses__())
def test_a_fact_that_was_not_handed_in_says_so_in_its_own_words(kind):
    with pytest.raises(NotKnown) as missing:
        facts().expect(kind)
    assert missing.value.reason == kind.absent != Known.absent
