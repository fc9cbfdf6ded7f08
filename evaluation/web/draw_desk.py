"""Pages of the buying side: the draws of a lot, preparing one, giving it up, refusals, seating who was drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SeatedRequest, requires, requires_step_up
from accounts.names import Role
from core.errors import NotYours, Refused
from evaluation import convening, draw_papers, draw_pools, draw_state, drawing, queries, seating
from evaluation.checking import undrawn
from evaluation.draw_forms import ExpertDrawForm, PartiesForm, RefusalForm, SeatForm, StratumForm
from evaluation.forms import BecauseForm
from evaluation.models import Draw, DrawReveal, PooledExpert
from evaluation.names import Kind, Purpose, Refusal
from evaluation.web import doors
from evaluation.web.answers import BUYING, lot_numbered, lot_of_buyer, page
from evaluation.web.draws import public_draw
from trading import access as trading_access
from trading.web.answers import Asking, ask

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from trading.models import Lot


@never_cache
@requires(*BUYING, Role.SUPERVISOR)
@require_safe
def draws(request: SeatedRequest, number: str) -> HttpResponseBase:
    """List the draws of a lot with what can be done."""
    lot = lot_numbered(number)
    trading_access.side_of(request.actor, lot.project, *BUYING, Role.SUPERVISOR)
    rows = [
        draw_state.picture_of(row, at=request.at)
        for row in Draw.objects.filter(lot=lot).select_related("lot__project", "entry")
    ]
    is_buyer = request.membership.role in BUYING
    is_named = queries.committee_of(lot) is not None
    experts = draw_papers.expert_draws(lot)
    return page(
        request,
        "draws",
        lot=lot,
        rows=rows,
        why_not=doors.approving(request),
        may_prepare=is_buyer and not is_named,
        may_seat=is_buyer and not is_named and experts.exists() and not experts.exclude(state=Draw.DRAWN).exists(),
        is_buyer=is_buyer,
        undrawn=undrawn(lot) if is_buyer else (),
    )


@never_cache
@requires(*BUYING)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def prepare_experts(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Prepare a draw of experts: first the stratum, then seats, parties, and who is left out."""
    lot = lot_of_buyer(request, number)
    strata = list(
        PooledExpert.objects.filter(left_at=None).values_list("stratum").annotate(n=Count("pk")).order_by("stratum")
    )
    given = request.POST if request.method == "POST" else request.GET
    chosen = StratumForm(strata, given if "stratum" in given else None)
    context: dict[str, Any] = {"lot": lot, "why_not": doors.approving(request), "strata": strata, "chosen": chosen}
    if not chosen.is_bound or not chosen.is_valid():
        return page(request, "prepare_experts", **context)
    stratum = chosen.cleaned_data["stratum"]
    rows = PooledExpert.objects.select_related("user", "employer").filter(stratum=stratum, left_at=None)
    form = ExpertDrawForm(rows, draw_pools.possible_parties(lot), request.POST or None, initial=_wanted(request, lot))
    context |= {"stratum": stratum, "draw_form": form}
    if request.method != "POST" or not form.is_valid():
        return page(request, "prepare_experts", form=form, **context)
    try:
        row = drawing.prepare_experts(
            lot.pk,
            stratum=stratum,
            seats=form.cleaned_data["seats"],
            left_out=form.left_out(),
            parties=form.cleaned_data["parties"],
            actor=request.actor,
            at=request.at,
        )
    except Refused as refusal:
        return page(request, "prepare_experts", form=form, reasons=refusal.reasons, **context)
    messages.success(request, _("The draw is prepared; its manifest is published next."))
    return redirect("evaluation:draw", number=number, ordinal=row.ordinal)


@never_cache
@requires(*BUYING)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def prepare_tie(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Prepare the draw between the first bids that are still equal."""
    lot = lot_of_buyer(request, number)
    ties = queries.open_ties(lot)
    if not ties:
        raise NotYours(number)
    place = queries.places(lot)[ties[0][0]]
    form = PartiesForm(draw_pools.possible_parties(lot), request.POST or None)

    def act(data: dict[str, Any]) -> str:
        row = drawing.prepare_tie(lot.pk, rank=place.rank, parties=data["parties"], actor=request.actor, at=request.at)
        return reverse("evaluation:draw", args=[number, row.ordinal])

    asking = Asking(
        title=_("Draw between equal bids"),
        lead=_("The documents say that a public draw decides between these bids."),
        submit=_("Prepare the draw"),
        back=reverse("evaluation:draws", args=[number]),
        number=lot.number,
    )
    return ask(request, asking, form=form, act=act, reasons=doors.approving(request))


@never_cache
@requires(*BUYING)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def prepare_value(request: SeatedRequest, number: str, name: str) -> HttpResponseBase:
    """Prepare the draw of a coefficient that the documents leave to it."""
    lot = lot_of_buyer(request, number)
    if name not in undrawn(lot):
        raise NotYours(number)
    form = PartiesForm(draw_pools.possible_parties(lot), request.POST or None)

    def act(data: dict[str, Any]) -> str:
        row = drawing.prepare_value(lot.pk, name=name, parties=data["parties"], actor=request.actor, at=request.at)
        return reverse("evaluation:draw", args=[number, row.ordinal])

    asking = Asking(
        title=_("Draw a coefficient of the benchmark"),
        lead=_("It is drawn among the values that the documents published."),
        submit=_("Prepare the draw"),
        back=reverse("evaluation:draws", args=[number]),
        number=lot.number,
    )
    return ask(request, asking, form=form, act=act, reasons=doors.approving(request))


@never_cache
@requires(*BUYING)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request: SeatedRequest, number: str, ordinal: int) -> HttpResponseBase:
    """Give a draw up before anybody has shown a contribution."""
    row = _draw_of_buyer(request, number, ordinal)
    back = reverse("evaluation:draw", args=[number, ordinal])

    def act(data: dict[str, Any]) -> str:
        drawing.give_up(row.pk, because=data["because"], actor=request.actor, at=request.at)
        messages.success(request, _("The draw is given up; another one can be prepared."))
        return reverse("evaluation:draws", args=[number])

    asking = Asking(
        title=_("Give the draw up"),
        lead=_("Possible only while nobody has shown a contribution: afterwards the result is determined."),
        submit=_("Give the draw up"),
        back=back,
        number=number,
        is_grave=True,
    )
    reasons = doors.approving(request)
    if row.state in (Draw.DRAWN, Draw.GIVEN_UP) or DrawReveal.objects.filter(draw=row).exists():
        reasons = (*reasons, drawing.IT_IS_DETERMINED)
    return ask(request, asking, form=BecauseForm(request.POST or None), act=act, reasons=reasons)


@never_cache
@requires(*BUYING)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: SeatedRequest, number: str, ordinal: int) -> HttpResponseBase:
    """Record that somebody drawn does not serve; the next reserve takes the place."""
    row = _draw_of_buyer(request, number, ordinal)
    if row.state != Draw.DRAWN or row.purpose != Purpose.EXPERTS:
        raise NotYours(number)
    names = {each.handle: each.user.name for each in row.candidates.select_related("user") if each.user}
    form = RefusalForm([(handle, names[handle]) for handle in draw_papers.taken_by(row)], request.POST or None)

    def act(data: dict[str, Any]) -> str:
        seating.refuse(
            row.pk,
            handle=data["handle"],
            code=Refusal(data["code"]),
            because=data["because"],
            actor=request.actor,
            at=request.at,
        )
        return reverse("evaluation:draw", args=[number, ordinal])

    asking = Asking(
        title=_("Record a refusal"),
        lead=_("The next reserve of the draw takes the place. The reason's code is public, the name is not."),
        submit=_("Record the refusal"),
        back=reverse("evaluation:draw", args=[number, ordinal]),
        number=number,
    )
    return ask(request, asking, form=form, act=act, reasons=doors.drafting(request))


@never_cache
@requires(*BUYING)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def seat_drawn(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Seat the drawn experts, with the representatives of the owner."""
    lot = lot_of_buyer(request, number)
    if queries.committee_of(lot) is not None or not draw_papers.expert_draws(lot).exists():
        raise NotYours(number)
    owners = queries.owner_people(lot)
    drawn = _drawn_people(lot)
    people = [(seat.user.number, seat.user.name) for seat in owners]
    form = SeatForm(drawn, people, request.POST or None)

    def act(data: dict[str, Any]) -> str:
        reps = [
            convening.MemberDraft(
                seat.user, seat.organisation, Kind.OWNER_REP.value, is_chair=seat.user.number == data["chair"]
            )
            for seat in owners
            if seat.user.number in data["owners"]
        ]
        seating.seat_drawn(lot.pk, owner_reps=reps, chair=data["chair"], actor=request.actor, at=request.at)
        messages.success(request, _("The committee is named; every member was asked to declare its interests."))
        return reverse("evaluation:committee", args=[number])

    asking = Asking(
        title=_("Seat the drawn experts"),
        lead=_("The experts sit as they were drawn: {names}").format(names="、".join(name for _number, name in drawn)),
        submit=_("Name these persons"),
        back=reverse("evaluation:draws", args=[number]),
        number=lot.number,
        checks=True,
        warning=_("Every member is told at once. A member leaves only by replacement, with a reason on record."),
    )
    return ask(request, asking, form=form, act=act, reasons=doors.approving(request))


@requires(*BUYING)
@requires_step_up
@require_POST
def order_tied(request: SeatedRequest, number: str, ordinal: int) -> HttpResponseBase:
    """Order equal bids as they were drawn."""
    row = _draw_of_buyer(request, number, ordinal)
    try:
        seating.order_tied(row.pk, actor=request.actor, at=request.at)
    except Refused as refusal:
        back = reverse("evaluation:draw", args=[number, ordinal])
        return page(request, "refused", lot=row.lot, reasons=refusal.reasons, back=back)
    messages.success(request, _("The equal bids stand in the order in which they were drawn."))
    return redirect("evaluation:draws", number=number)


def _draw_of_buyer(request: SeatedRequest, number: str, ordinal: int) -> Draw:
    row = public_draw(number, ordinal)
    trading_access.side_of(request.actor, row.lot.project, *BUYING)
    return row


def _wanted(request: SeatedRequest, lot: Lot) -> dict[str, object]:
    return {"seats": convening.rules_of(lot, at=request.at).size_min}


def _drawn_people(lot: Lot) -> list[tuple[str, str]]:
    people = []
    for row in draw_papers.expert_draws(lot).filter(state=Draw.DRAWN):
        found = {each.handle: each.user for each in row.candidates.select_related("user")}
        people += [(user.number, user.name) for handle in draw_papers.taken_by(row) if (user := found[handle])]
    return people
