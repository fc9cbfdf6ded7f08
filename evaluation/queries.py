"""Named reads of evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.names import Role
from accounts.queries import seats_in_force
from bidding.queries import opened_bids, valid_bids
from evaluation.models import Calculation, Candidate, Committee, Member, Recheck, Report, Review, ScoreSheet
from evaluation.rules import calculation as pure
from evaluation.rules.criteria import SCORED, Template, read_template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import Membership
    from bidding.models import OpenedBid
    from core.actors import Actor
    from evaluation.names import Step
    from evaluation.rules.ties import Ranked
    from trading.models import Lot

MOST_FOUND = 50  # experts shown for one search


def committee_of(lot: Lot) -> Committee | None:
    return Committee.objects.filter(lot=lot).first()


def members_of(lot: Lot) -> list[Member]:
    """Return the members in force, in the order of naming."""
    return list(
        Member.objects.filter(committee__lot=lot, recused_at=None).select_related("user", "employer").order_by("pk")
    )


def calling_for_time(lot: Lot) -> list[Member]:
    """Return the members in force who say that the time is too short, since it was last extended."""
    committee = committee_of(lot)
    heard = committee.extended_at if committee else None
    return [row for row in members_of(lot) if row.time_short_at and (heard is None or row.time_short_at > heard)]


def rechecks_of(lot: Lot) -> list[Recheck]:
    """Return the second checks of candidates, oldest first."""
    rows = Recheck.objects.filter(candidate__report__lot=lot).select_related("candidate__bid__bidder")
    return list(rows.prefetch_related("answers__member__user").order_by("pk"))


def awaits_recheck(candidate: Candidate) -> bool:
    """Say whether the committee still has to answer whether the candidate fits."""
    return Recheck.objects.filter(candidate=candidate, decided_at=None).exists()


def vacancies(lot: Lot) -> list[Member]:
    """Return the seats that somebody left and nobody has taken."""
    return list(
        Member.objects.filter(committee__lot=lot, recused_at__isnull=False, is_dismissed=False, successor=None)
        .select_related("user", "employer")
        .order_by("pk")
    )


def seats_of(actor: Actor) -> QuerySet[Member]:
    """Return the seats in force of a person, newest first: what an expert's desk shows."""
    return (
        Member.objects.filter(user__number=actor.person, recused_at=None)
        .select_related("committee__lot__project")
        .order_by("-pk")
    )


def experts(*, words: str) -> list[Membership]:
    """Return experts in force whose name, number or organisation has all of ``words``; nobody without words."""
    found = seats_in_force().filter(role=Role.EXPERT)
    if not words.split():
        return []
    for word in words.split():
        found = (
            found.filter(user__name__icontains=word)
            | found.filter(user__number__iexact=word)
            | found.filter(organisation__name__icontains=word)
        )
    return list(found.order_by("user__name", "pk")[:MOST_FOUND])


def experts_numbered(numbers: Iterable[str]) -> list[Membership]:
    """Return the seats of experts in force with these public numbers, each person once."""
    found = seats_in_force().filter(role=Role.EXPERT, user__number__in=list(numbers)).order_by("user__name", "pk")
    return list({seat.user.number: seat for seat in found}.values())


def owner_people(lot: Lot) -> list[Membership]:
    """Return the people of the owner, each once: who may represent it on the committee."""
    seats = seats_in_force().filter(organisation=lot.project.owner_id, role=Role.OWNER)
    return list(seats.order_by("user__name", "pk"))


def template_of(lot: Lot) -> Template:
    """Return the frozen criteria of a lot."""
    return read_template(lot.project.criteria)


def scored_template(lot: Lot) -> Template:
    """Return what members score: the criteria in points; passing and failing is voted on in the review."""
    template = template_of(lot)
    return Template(basis=template.basis, criteria=template.of(*SCORED), total_points=template.total_points)


def rejected(lot: Lot) -> dict[int, Review]:
    """Return the review that rejected each rejected bid: the first one, if it failed in two steps."""
    rows = Review.objects.filter(bid__opening__lot=lot, passed=False).select_related("bid__bidder").order_by("-pk")
    return {row.bid_id: row for row in rows}


def bids_in_play(lot: Lot) -> list[OpenedBid]:
    """Return the opened bids that nothing has rejected."""
    out = set(Review.objects.filter(bid__opening__lot=lot, passed=False).values_list("bid_id", flat=True))
    return [bid for bid in valid_bids(lot) if bid.pk not in out]


def bid_in(lot: Lot, bidder: str) -> OpenedBid | None:
    """Return the opened bid of a bidder's public number."""
    return opened_bids(lot).filter(bidder__number=bidder).first()


def reviews_of(lot: Lot) -> dict[tuple[int, str], Review]:
    """Return every review of the lot by bid and step."""
    rows = Review.objects.filter(bid__opening__lot=lot).select_related("bid__bidder")
    return {(row.bid_id, row.step): row for row in rows}


def undecided(lot: Lot, step: Step) -> list[OpenedBid]:
    """Return the bids in play that the step has not decided."""
    decided = set(
        Review.objects.filter(bid__opening__lot=lot, step=step, passed__isnull=False).values_list("bid_id", flat=True)
    )
    return [bid for bid in bids_in_play(lot) if bid.pk not in decided]


def sheets_of(lot: Lot) -> list[ScoreSheet]:
    """Return the sheets of members in force."""
    return list(
        ScoreSheet.objects.filter(member__committee__lot=lot, member__recused_at=None)
        .select_related("member__user", "bid__bidder")
        .order_by("member_id", "bid__ordinal")
    )


def own_sheets(member: Member) -> dict[int, ScoreSheet]:
    """Return a member's own sheets by bid."""
    return {sheet.bid_id: sheet for sheet in ScoreSheet.objects.filter(member=member)}


def calculation_of(lot: Lot) -> Calculation | None:
    return Calculation.objects.filter(lot=lot).first()


def places(lot: Lot) -> dict[str, Ranked]:
    """Return each bidder's place in the stored ranking, by public number; nothing before the calculation."""
    row = calculation_of(lot)
    return {} if row is None else {place.bid: place for place in pure.Calculation.from_json(row.document).ranking}


def open_ties(lot: Lot, *, among: int | None = None) -> list[tuple[str, ...]]:
    """Return the groups of bidders still tied, best first; only ties for one of the first ``among`` places."""
    tied: dict[int, list[str]] = {}
    for bidder, place in places(lot).items():
        if place.tied_with and (among is None or place.rank <= among):
            tied.setdefault(place.rank, []).append(bidder)
    return [tuple(sorted(tied[rank])) for rank in sorted(tied)]


def report_of(lot: Lot) -> Report | None:
    return Report.objects.filter(lot=lot).first()


def candidates_of(lot: Lot) -> list[Candidate]:
    return list(
        Candidate.objects.filter(report__lot=lot).select_related("bid__bidder", "bid__opening").order_by("rank", "pk")
    )
