"""What no longer counts: the words of a member who left, a calculation or a draft that rested on them.

A replaced member's opinions are void, and the successor evaluates again (招投标条例 48).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core import audit
from core.canonical import digest_of
from evaluation.models import Calculation, Member, Report, Review
from evaluation.names import Answer

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor
    from trading.models import Lot


@transaction.atomic(savepoint=False)
def void_member(member: Member, *, actor: Actor, at: datetime) -> None:
    """Take a leaving member's votes out of every review, and with them what was decided or calculated on them.

    Its sheets stay on record and are no longer counted, because only members in force are.
    """
    lot = member.committee.lot
    reviews = Review.objects.select_for_update(of=("self",)).filter(
        bid__opening__lot=lot, votes__has_key=member.user.number
    )
    for row in reviews.order_by("pk"):
        row.votes = {number: vote for number, vote in row.votes.items() if number != member.user.number}
        row.passed, row.because, row.ground_code, row.decided_at, row.decided_by = None, "", "", None, ""
        row.save(update_fields=["votes", "passed", "because", "ground_code", "decided_at", "decided_by"])
    Calculation.objects.filter(lot=lot).delete()
    take_back_report(lot, because="a member was replaced", actor=actor, at=at)


@transaction.atomic(savepoint=False)
def take_back_report(lot: Lot, *, because: str, actor: Actor, at: datetime) -> bool:
    """Delete a report that is not final; its digest, the answers to it and the reason stay in the log."""
    report = Report.objects.select_for_update(of=("self",)).filter(lot=lot, state="draft").first()
    if report is None:
        return False
    answers = report.confirmations.values_list("answer", flat=True)
    data = {
        "report": report.digest,
        "because": digest_of(because),
        "answers": {answer.value: list(answers).count(answer) for answer in Answer},
    }
    report.confirmations.all().delete()
    report.candidates.all().delete()
    report.delete()
    audit.append("evaluation.report.taken_back", tender=lot.number, data=data, actor=actor, at=at)
    return True
