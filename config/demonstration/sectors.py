"""The two kinds of procedure that the demonstration shows, and in what its people act differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluation.names import Step
from trading.names import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Sector:
    """A kind of procedure with who buys, how the documents are called, and what happens before and after."""

    kind: Kind
    side: str  # the buying organisation, by its short name
    documents: str
    is_mandatory_tender: bool
    has_intention: bool  # published before the notice
    has_budget: bool
    buyer_qualifies: bool  # the buying side reviews qualification; else the committee does
    voted_on: Sequence[Step]  # by the committee


CONSTRUCTION = Sector(
    kind=Kind.CT, side="owner", documents="招标文件", is_mandatory_tender=True,
    has_intention=False, has_budget=False, buyer_qualifies=False, voted_on=tuple(Step),
)  # fmt: skip
PROCUREMENT = Sector(
    kind=Kind.GP_OPEN, side="buyer", documents="采购文件", is_mandatory_tender=False,
    has_intention=True, has_budget=True, buyer_qualifies=True, voted_on=(Step.RESPONSIVENESS,),
)  # fmt: skip
