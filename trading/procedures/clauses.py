"""Clauses that no tender document may contain, as data: what the drafter goes through before the notice goes out.

Each item names a clause and its article. The drafter states for each that the documents were checked and contain none;
silence is no answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from trading.procedures.checklist import ChecklistItem

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNRELATED = reason("a qualification, technical or commercial condition that does not fit the need or the contract")
_BRAND = reason("a named or favoured patent, trademark, brand, place of origin or supplier")
_OWNERSHIP = reason("a restriction by form of ownership or organisation, or by seat")
_UNEQUAL = reason("different standards of review for different bidders")
_INFORMED = reason("different information about the project for different bidders")
_REGION = reason("awards or past work of one region or trade as a condition or for points")

CONSTRUCTION_CLAUSES = (
    ChecklistItem("information", _INFORMED, "招投标条例 32 (1)", "T"),
    ChecklistItem("unrelated", _UNRELATED, "招投标条例 32 (2)", "T"),
    ChecklistItem("region", _REGION, "招投标条例 32 (3)", "T"),
    ChecklistItem("unequal", _UNEQUAL, "招投标条例 32 (4)", "T"),
    ChecklistItem("brand", _BRAND, "招投标条例 32 (5)", "T"),
    ChecklistItem("ownership", _OWNERSHIP, "招投标条例 32 (6)", "T"),
    ChecklistItem("lots", reason("a drawing of lots that chooses bidders or the winner"), "1117号 (2)", "T"),
    ChecklistItem("sign_up", reason("a sign-up or another gate before the documents"), "1117号 (3); 20号令 20", "T"),
    ChecklistItem(
        "estimate", reason("a rejection of prices by a band around the owner's estimate"), "招投标条例 50", "T"
    ),
)

PROCUREMENT_CLAUSES = (
    ChecklistItem(
        "scale",
        reason("capital, assets, turnover, staff, profit, taxes or other scale as a condition or for points"),
        "87号令 17",
        "T",
    ),
    ChecklistItem("years", reason("years since foundation as a condition or for points"), "87号令 17", "T"),
    ChecklistItem(
        "authorisation",
        reason("the maker's authorisation, promise or proof as a condition, imported goods excepted"),
        "87号令 17",
        "T",
    ),
    ChecklistItem("qualified_twice", reason("a qualification condition that is scored as well"), "87号令 55", "T"),
    ChecklistItem("information", _INFORMED, "采购条例 20 (1)", "T"),
    ChecklistItem("unrelated", _UNRELATED, "采购条例 20 (2)", "T"),
    ChecklistItem("unequal", _UNEQUAL, "采购条例 20 (5)", "T"),
    ChecklistItem("region", _REGION, "采购条例 20 (4)", "T"),
    ChecklistItem("brand", _BRAND, "采购条例 20 (3), (6)", "T"),
    ChecklistItem("ownership", _OWNERSHIP, "采购条例 20 (7)", "T"),
)


def unchecked(clauses: Iterable[ChecklistItem], checked: Iterable[str]) -> tuple[Reason, ...]:
    """Return one sentence for each clause of which the drafter has not said that the documents contain none."""
    done = frozenset(checked)
    return tuple(
        reason("not checked, or contained in the documents: {clause} ({source})", clause=item.name, source=item.source)
        for item in clauses
        if item.key not in done
    )
