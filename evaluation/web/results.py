"""A bidder's own result: why it won or lost, with its own points and nobody else's (87号令 69)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from bidding.queries import bid_of
from core.errors import NotYours
from evaluation import informing, queries
from evaluation.rules.exact import shown
from evaluation.web import showing
from evaluation.web.answers import lot_numbered, page
from trading import awarding as trading_awarding
from trading.names import Stage

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from bidding.models import OpenedBid
    from trading.models import Lot

TOLD = frozenset({Stage.CONTRACTING, Stage.CONTRACTED, Stage.PERFORMING, Stage.CLOSED})


@never_cache
@requires(Role.BIDDER)
@require_safe
def result(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show a bidder its own result, from the announcement of the award on."""
    lot = lot_numbered(number)
    bid = bid_of(lot, request.membership.organisation)
    if bid is None or Stage(lot.stage) not in TOLD:
        raise NotYours(number)
    award = trading_awarding.standing(lot)
    place = queries.places(lot).get(bid.bidder.number)
    rejection = queries.rejected(lot).get(bid.pk)
    reviews = queries.reviews_of(lot)
    return page(
        request,
        "result",
        lot=lot,
        won=award.organisation_id == bid.bidder_id,
        outcome=informing.outcome_of(bid, award, rejection=rejection, place=place),
        facts=[*showing.facts_of(bid), *_place(lot, place)],
        steps=showing.steps_of(reviews, bid),
        points=_points(lot, bid),
    )


def _place(lot: Lot, place: Any) -> list[tuple[str, object]]:
    if place is None:
        return []
    rows: list[tuple[str, object]] = [(_("Rank"), place.rank)]
    if place.score is not None:
        rows.append((_("Total points"), shown(place.score)))
    elif place.evaluated_price != place.price:
        rows.append((_("Evaluated price"), f"{shown(place.evaluated_price)} {lot.project.currency}"))
    return rows


def _points(lot: Lot, bid: OpenedBid) -> list[tuple[str, list[str]]]:
    """Return the points that were given to this bid, criterion by criterion, without the members' names."""
    sheets = [sheet for sheet in queries.sheets_of(lot) if sheet.bid_id == bid.pk and sheet.state == "handed_in"]
    return [
        (criterion.title, [str(sheet.scores.get(criterion.code, "")) for sheet in sheets])
        for criterion in queries.scored_template(lot).criteria
        if sheets
    ]
