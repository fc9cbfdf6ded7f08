"""Named reads of evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidding.queries import valid_bids
from evaluation.models import Candidate, Committee, Member, Report, Review, ScoreSheet
from evaluation.rules.criteria import Template, read_template

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import Organisation
    from bidding.models import OpenedBid
    from core.actors import Actor
    from evaluation.names import Step
    from trading.models import Lot


def committee_of(lot: Lot) -> Committee | None:
    return Committee.objects.filter(lot=lot).first()


def members_of(lot: Lot) -> list[Member]:
    """Return the members in force, in the order of naming."""
    return list(
        Member.objects.filter(committee__lot=lot, recused_at=None).select_related("user", "employer").order_by("pk")
    )


def seats_of(actor: Actor) -> QuerySet[Member]:
    """Return the seats in force of a person, newest first: what an expert's desk shows."""
    return (
        Member.objects.filter(user__number=actor.person, recused_at=None)
        .select_related("committee__lot__project")
        .order_by("-pk")
    )


def template_of(lot: Lot) -> Template:
    """Return the frozen criteria of a lot."""
    return read_template(lot.project.criteria)


def rejected(lot: Lot) -> dict[int, Review]:
    """Return the review that rejected each rejected bid."""
    rows = Review.objects.filter(bid__opening__lot=lot, passed=False).order_by("pk")
    return {row.bid_id: row for row in rows}


def bids_in_play(lot: Lot) -> list[OpenedBid]:
    """Return the opened bids that nothing has rejected."""
    out = rejected(lot)
    return [bid for bid in valid_bids(lot).select_related("bidder") if bid.pk not in out]


def undecided(lot: Lot, step: Step) -> list[OpenedBid]:
    """Return the bids in play that the step has not decided."""
    decided = set(
        Review.objects.filter(bid__opening__lot=lot, step=step, passed__isnull=False).values_list("bid_id", flat=True)
    )
    return [bid for bid in bids_in_play(lot) if bid.pk not in decided]


def sheets_of(lot: Lot) -> list[ScoreSheet]:
    """Return the sheets of members in force."""
    return list(
        ScoreSheet.objects.filter(member__committee__lot=lot, member__recused_at=None).select_related("member__user")
    )


def report_of(lot: Lot) -> Report | None:
    return Report.objects.filter(lot=lot).first()


def candidates_of(lot: Lot) -> list[Candidate]:
    return list(
        Candidate.objects.filter(report__lot=lot).select_related("bid__bidder", "bid__opening").order_by("rank", "pk")
    )


def candidacy_of(lot: Lot, organisation: Organisation) -> Candidate | None:
    return Candidate.objects.filter(report__lot=lot, bid__bidder=organisation).first()
