"""Pages: holds that people order, and lifting them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from core.errors import NotYours
from trading import holding, queries
from trading.forms.running import BecauseForm, HoldForm
from trading.models import Hold
from trading.names import HoldGround, Stage, label
from trading.web import acting
from trading.web.answers import Asking, ask
from trading.web.projects import WORKING

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase


@requires(*WORKING)
@require_http_methods(["GET", "HEAD", "POST"])
def place_hold(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Suspend a lot: the supervisor by its written order, the others for a fault."""
    lot = queries.lot_of(request.membership, number)
    grounds = acting.grounds_for(request, lot)
    if not grounds:
        raise NotYours(number)
    back = reverse("trading:project", args=[lot.project.number])

    def act(data: dict[str, Any]) -> str:
        hold = holding.order(
            lot.pk,
            actor=request.actor,
            at=request.at,
            ground=HoldGround(data["ground"]),
            because=data["because"],
            order_number=data["order_number"],
        )
        messages.success(request, _("Suspended: {number}.").format(number=hold.number))
        return back

    stage = Stage(lot.stage)
    facts: list[tuple[str, object]] = [(_("Lot"), lot.title), (_("Stage"), label(stage))]
    if lot.closes_at:
        facts.append((_("Deadline for bids"), lot.closes_at))
    asking = Asking(
        title=_("Suspend the lot"),
        lead=_("While it is on hold nothing moves on. Before the deadline for bids, an order or objection moves the "
               "deadline at once by its longest legal time; lifting never brings it back."),
        submit=_("Suspend"),
        back=back,
        number=lot.number,
        checks=True,
        is_grave=True,
        warning=_("The suspension is published at once."),
        facts=facts,
    )  # fmt: skip
    form = HoldForm(grounds, request.POST or None)
    if Role(request.membership.role) is not Role.SUPERVISOR:
        del form.fields["order_number"]
    return ask(request, asking, form=form, act=lambda data: act({"order_number": ""} | data),
               reasons=acting.approving(request))  # fmt: skip


@requires(*WORKING)
@require_http_methods(["GET", "HEAD", "POST"])
def lift_hold(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Lift a suspension that was ordered."""
    hold = Hold.objects.select_related("lot__project").filter(number=number).first()
    if hold is None:
        raise NotYours(number)
    lot = queries.lot_of(request.membership, hold.lot.number)
    ground = HoldGround(hold.ground)
    if Role(request.membership.role) not in holding.roles_for(ground):
        raise NotYours(number)
    back = reverse("trading:project", args=[lot.project.number])

    def act(data: dict[str, Any]) -> str:
        holding.lift_order(hold.pk, actor=request.actor, at=request.at, because=data["because"])
        messages.success(request, _("The hold {number} is lifted.").format(number=hold.number))
        return back

    asking = Asking(
        title=_("Lift the hold"),
        submit=_("Lift"),
        back=back,
        number=hold.number,
        checks=True,
        warning=_("The resumption is published at once."),
        facts=[(_("Lot"), lot.title), (_("Ground"), label(ground)), (_("Since"), hold.placed_at)],
    )
    return ask(request, asking, form=BecauseForm(request.POST or None), act=act, reasons=acting.approving(request))
