from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import Refused
from evaluation.rules.criteria import (
    Basis,
    Criterion,
    Group,
    Kind,
    Template,
    read_criteria,
    read_template,
    scoring_parameters,
    template_objections,
)
from evaluation.rules.methods import method_named
from tests.evaluation.rules.figures import technical

LICENCE = Criterion(code="licence", title="资质", group=Group.QUALIFICATION, kind=Kind.PASS_FAIL)
SIGNED = Criterion(code="signed", title="签章", group=Group.RESPONSIVENESS, kind=Kind.PASS_FAIL)


def price(**more: object) -> Criterion:
    return Criterion(code="price", title="报价", group=Group.PRICE, kind=Kind.FORMULA, **more)  # type: ignore[arg-type]


STEPPED = Criterion(
    code="service",
    title="服务",
    group=Group.COMMERCIAL,
    kind=Kind.FIXED_STEPS,
    maximum=Decimal(10),
    steps=(Decimal(0), Decimal(5), Decimal(10)),
)
BY_POINTS = Template(
    basis=Basis.POINTS,
    criteria=(LICENCE, SIGNED, technical(maximum=Decimal(40)), STEPPED, price(maximum=Decimal(50))),
)
BY_WEIGHT = Template(
    basis=Basis.WEIGHTS, criteria=(LICENCE, technical(weight=Decimal("0.7")), price(weight=Decimal("0.3")))
)


@pytest.mark.parametrize("template", [BY_POINTS, BY_WEIGHT, Template(basis=Basis.NONE, criteria=(LICENCE, SIGNED))])
def test_a_template_that_adds_up_may_be_published_and_survives_storage(template: Template) -> None:
    assert template_objections(template) == ()
    assert read_template(template.as_json()) == template


def test_members_answer_everything_except_the_price() -> None:
    assert [criterion.code for criterion in BY_POINTS.for_members()] == ["licence", "signed", "plan", "service"]
    assert BY_POINTS.of(Group.TECHNICAL, Group.PRICE) == (BY_POINTS.criteria[2], BY_POINTS.criteria[4])


@pytest.mark.parametrize(
    ("basis", "criterion", "reason"),
    [
        (Basis.NONE, price(), "criterion price: this method ranks by price alone and scores nothing"),
        (
            Basis.NONE,
            Criterion(code="a", title="t", group=Group.QUALIFICATION, kind=Kind.RANGE, maximum=Decimal(5)),
            "criterion a: qualification and responsiveness are passed or failed, not scored",
        ),
        (Basis.POINTS, technical(maximum=Decimal(0)), "criterion plan needs a maximum above zero"),
        (Basis.POINTS, technical(maximum=None), "criterion plan needs a maximum above zero"),
        (Basis.POINTS, technical(weight=Decimal(1)), "criterion plan: points are added up, so it has no weight"),
        (Basis.WEIGHTS, technical(), "criterion plan needs a weight above zero"),
        (Basis.WEIGHTS, technical(maximum=None, weight=Decimal(1)), "criterion plan needs a maximum above zero"),
        (Basis.POINTS, technical(kind=Kind.PASS_FAIL), "criterion plan: technical and commercial criteria are scored in points"),
        (Basis.POINTS, technical(kind=Kind.FORMULA), "criterion plan: technical and commercial criteria are scored in points"),
        (
            Basis.POINTS,
            Criterion(code="price", title="报价", group=Group.PRICE, kind=Kind.RANGE, maximum=Decimal(9)),
            "criterion price: the price is scored by the formula, not by members",
        ),
        (Basis.POINTS, technical(steps=(Decimal(0), Decimal(100))), "criterion plan: only fixed steps have steps"),
        (
            Basis.NONE,
            Criterion(code="a", title="t", group=Group.QUALIFICATION, kind=Kind.PASS_FAIL, maximum=Decimal(5)),
            "criterion a is passed or failed: it has no points and no weight",
        ),
        (
            Basis.POINTS,
            technical(kind=Kind.FIXED_STEPS, steps=(Decimal(0), Decimal(90))),
            "criterion plan: the highest step must be the maximum",
        ),
        (Basis.POINTS, technical("Plan A"), "criterion 'Plan A': a code has lower-case letters, digits and underscores, at most 40"),
        (Basis.POINTS, technical(title=" "), "criterion plan has no title"),
    ],
)  # fmt: skip
def test_an_unfit_criterion_is_named(basis: Basis, criterion: Criterion, reason: str) -> None:
    objections = template_objections(Template(basis=basis, criteria=(criterion,)))
    about_it = [one for one in objections if one.startswith("criterion")]
    assert about_it[0] == reason


@pytest.mark.parametrize("steps", [(), (5,), (0, 5, 5), (5, 0), (-1, 100)])
def test_steps_ascend_from_zero_or_more(steps: tuple[int, ...]) -> None:
    stepped = technical(kind=Kind.FIXED_STEPS, steps=tuple(Decimal(step) for step in steps))
    template = Template(basis=Basis.POINTS, criteria=(stepped, price(maximum=Decimal(1))), total_points=Decimal(101))
    assert template_objections(template) == (
        "criterion plan: at least two steps are needed, ascending, none below zero",
    )


def test_codes_are_different_and_the_price_is_one_criterion() -> None:
    template = Template(
        basis=Basis.POINTS,
        criteria=(*(technical(maximum=Decimal(top)) for top in (60, 20)), *[price(maximum=Decimal(10))] * 2),
    )
    assert template_objections(template) == (
        "criterion plan appears twice",
        "criterion price appears twice",
        "the price is one criterion, not 2",
    )


def test_points_need_a_price_and_the_whole_sum() -> None:
    assert template_objections(Template(basis=Basis.POINTS, criteria=(technical(maximum=Decimal("99.5")),))) == (
        "the price is missing among the criteria",
        "the maximum points sum to 99.5, not to 100",
    )


def test_weights_sum_to_exactly_one() -> None:
    off = Template(basis=Basis.WEIGHTS, criteria=(technical(weight=Decimal("0.6999")), price(weight=Decimal("0.3"))))
    assert template_objections(off) == ("the weights sum to 0.9999, not to 1",)


def test_a_method_takes_its_parameters_from_the_template() -> None:
    by_points = scoring_parameters(BY_POINTS)
    assert by_points == {
        "criteria": [technical(maximum=Decimal(40)).as_json(), STEPPED.as_json()],
        "full_marks": "50",
        "total_points": "100",
    }
    assert method_named("comprehensive_evaluation").parameter_objections({**by_points, "e1": 1, "e2": 1}) == ()
    by_weight = scoring_parameters(BY_WEIGHT)
    assert by_weight == {"criteria": [technical(weight=Decimal("0.7")).as_json()], "price_weight": "0.3"}
    assert method_named("comprehensive_scoring").parameter_objections({**by_weight, "category": "goods"}) == ()
    unpriced = Template(basis=Basis.WEIGHTS, criteria=(technical(weight=Decimal(1)),))
    assert scoring_parameters(unpriced)["price_weight"] == "0"
    assert scoring_parameters(Template(basis=Basis.NONE, criteria=(LICENCE,))) == {}


def test_criteria_are_read_strictly_and_every_fault_is_told() -> None:
    good = STEPPED.as_json()
    raw = [
        good,
        "plan",
        {**good, "code": 5, "colour": "red"},
        {**good, "group": "beauty", "kind": [], "maximum": 0.5, "weight": "x", "steps": ["a"]},
        {**good, "steps": "0, 5"},
    ]
    assert read_criteria(raw) == (
        (STEPPED,),
        (
            "criterion 2 is not an object",
            "criterion 3: unknown field colour",
            "criterion 3: code is a text",
            "criterion 4: group is one of qualification, responsiveness, technical, commercial, price",
            "criterion 4: kind is one of pass_fail, range, fixed_steps, formula",
            "criterion 4: maximum is not a number in plain digits",
            "criterion 4: weight is not a number in plain digits",
            "criterion 4: steps is not a number in plain digits",
            "criterion 5: steps is not a number in plain digits",
        ),
    )
    assert read_criteria({}) == ((), ("criteria are a list",))


def test_a_template_is_read_strictly() -> None:
    with pytest.raises(Refused) as refusal:
        read_template({"basis": "taste", "total_points": 0.5})
    assert refusal.value.reasons == (
        "criteria are a list",
        "total_points is not a number in plain digits",
        "basis is one of points, weights, none",
    )
    with pytest.raises(Refused, match=r"^a template is an object with basis, total_points and criteria$"):
        read_template([])
