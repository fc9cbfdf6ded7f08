"""What may follow a failed run: the choices that the law gives the owner (30号令 38; 87号令 43)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trading.names import AfterFailure

if TYPE_CHECKING:
    from trading.procedures.facts import Facts

SECOND_ROUND = 2
NEEDS_APPROVAL = frozenset({AfterFailure.DROP_WITH_CONSENT, AfterFailure.OTHER_METHOD_WITH_APPROVAL})


def after_failed_construction(facts: Facts) -> tuple[AfterFailure, ...]:
    """Tender again; after a second failure, a mandatory project may drop tendering (招投标法 28; 30号令 38).

    A project that was approved needs its approver's consent for that; others decide themselves.
    """
    if facts.round_number < SECOND_ROUND:
        return (AfterFailure.TENDER_AGAIN,)
    is_approved = facts.notice.is_mandatory and facts.notice.approval_recorded
    drop = AfterFailure.DROP_WITH_CONSENT if is_approved else AfterFailure.DROP
    return (AfterFailure.TENDER_AGAIN, drop)


def after_failed_procurement(_facts: Facts) -> tuple[AfterFailure, ...]:
    """Correct what was wrong and tender again; or, all being lawful, another method with approval (87号令 43)."""
    return (AfterFailure.TENDER_AGAIN, AfterFailure.OTHER_METHOD_WITH_APPROVAL)
