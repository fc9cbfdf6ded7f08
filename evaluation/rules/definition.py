"""A method: a versioned pure function with declared inputs, parameters, rounding and tie rules.

It returns a :class:`Calculation`, which holds everything that went in and everything that came out, so that it
can be stored, published, and calculated again by anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from core.errors import Refused
from core.reasons import Reason, reason
from evaluation.rules.calculation import Calculation, Worked
from evaluation.rules.figures import BidFigures, figures_objections, in_one_order
from evaluation.rules.parameters import Parameter, Shape, Values, read_parameters
from evaluation.rules.ties import Choice, Ranked, Standing, TieRule, rank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

# What a bid may carry that would change a result: a method that does not use it refuses it rather than ignore it.
OPTIONAL_INPUTS = ("technical", "adjustments", "deductions", "scores")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a formula returns: a standing for each bid, the lines that concern all bids, the benchmark if any."""

    standings: tuple[Standing, ...]
    preamble: tuple[Reason, ...] = ()
    benchmark: Decimal | None = None


Objections: TypeAlias = "Callable[[Values, Sequence[BidFigures]], Iterable[Reason]]"
Formula: TypeAlias = "Callable[[Values, Sequence[BidFigures]], Outcome]"

CURRENCY = Parameter(
    name="currency",
    title=reason("currency of the documents, three capital letters; if left out, that of the bids"),
    shape=Shape.TEXT,
)


@dataclass(frozen=True, kw_only=True)
class Method:
    """An evaluation method; ``uses`` are the optional inputs that it counts, all others are refused."""

    name: str
    edition: str
    title: Reason
    source: str
    parameters: tuple[Parameter, ...]
    uses: tuple[str, ...]
    tie_rules: tuple[TieRule, ...]
    objections: Objections
    formula: Formula

    @property
    def version(self) -> str:
        """Return the versioned id, for example ``lowest_evaluated_price/2026-1``."""
        return f"{self.name}/{self.edition}"

    def parameter_objections(self, parameters: Mapping[str, object]) -> tuple[Reason, ...]:
        """Return every reason why these parameters may not be published, before there is any bid."""
        values, reasons = read_parameters(self._declared(), parameters)
        return reasons or tuple(self.objections(values, ()))

    def calculate(
        self, bids: Iterable[BidFigures], *, parameters: Mapping[str, object], choices: Sequence[Choice] = ()
    ) -> Calculation:
        """Evaluate valid bids; the order in which they are given changes nothing.

        ``parameters`` are JSON values or their Python types. Raises Refused with every reason at once.
        """
        inputs = in_one_order(bids)
        values, reasons = read_parameters(self._declared(), parameters)
        unfit = figures_objections(inputs, currency=values.word("currency"))
        unused = self._unused(inputs)
        own = () if reasons else self.objections(values, () if unfit else inputs)
        if everything := (*reasons, *unfit, *unused, *own):
            raise Refused(*everything)
        outcome = self.formula(values, inputs)
        ranking = rank(outcome.standings, rules=self.tie_rules, choices=choices)
        lines = {standing.bid: standing.lines for standing in outcome.standings}
        return Calculation(
            method=self.version,
            parameters=values.as_json(),
            inputs=inputs,
            choices=tuple(sorted(choices, key=lambda choice: choice.order)),
            benchmark=outcome.benchmark,
            preamble=outcome.preamble,
            worked=tuple(Worked(bid=place.bid, lines=(*lines[place.bid], *_tie_lines(place))) for place in ranking),
            ranking=ranking,
        )

    def _declared(self) -> tuple[Parameter, ...]:
        return (CURRENCY, *self.parameters)

    def _unused(self, bids: Sequence[BidFigures]) -> list[Reason]:
        return [
            reason("bid {bid}: {name} does not count in this method", bid=figures.bid, name=name)
            for figures in bids
            for name in OPTIONAL_INPUTS
            if name not in self.uses and getattr(figures, name) not in (None, ())
        ]


def _tie_lines(place: Ranked) -> tuple[Reason, ...]:
    settled = (place.settled_by.sentence,) if place.settled_by else ()
    if not place.tied_with:
        return settled
    return (*settled, reason("Tied with {bids}: a recorded choice decides", bids=", ".join(place.tied_with)))
