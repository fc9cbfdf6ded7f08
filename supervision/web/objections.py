"""Pages: objections, made and withdrawn by bidders, answered by the buying side, read by whom they concern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from core.errors import NotYours
from core.reasons import reason
from supervision import access, objecting, queries
from supervision.forms import AnswerForm, NothingForm, ObjectionForm
from supervision.names import State, Subject, label
from trading import access as trading_access
from trading.web.acting import approving
from trading.web.answers import Asking, ask

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from supervision.models import Objection

ROWS = 50
_CLOSED = reason("the objection is closed already")


@requires(Role.BIDDER, Role.OWNER, Role.AGENT, Role.SUPERVISOR, Role.AUDIT)
@require_safe
def objections(request: SeatedRequest) -> HttpResponseBase:
    """List the objections that concern the seat in use, open ones first."""
    sheet = Paginator(queries.objections_for(request.membership), ROWS).get_page(request.GET.get("page"))
    rows = [
        {"objection": row, "subject": label(Subject(row.subject)), "state": label(State(row.state)), "tone": _tone(row)}
        for row in sheet
    ]
    return render(request, "supervision/objections.html", {"sheet": sheet, "rows": rows})


@require_safe
def objection(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show an objection: all of it to whom it concerns, an answered one without the objector to everybody."""
    actor = getattr(request, "actor", None)
    found, is_whole = access.objection_seen_by(actor, number)
    is_buying = is_whole and actor is not None and actor.role in (Role.OWNER, Role.AGENT)
    context = {
        "objection": found,
        "is_whole": is_whole,
        "subject": label(Subject(found.subject)),
        "state": label(State(found.state)),
        "tone": _tone(found),
        "is_open": found.state == State.OPEN,
        "answer_url": reverse("supervision:answer", args=[number]) if is_buying else "",
        "withdraw_url": reverse("supervision:withdraw", args=[number]) if access.is_objector(actor, found) else "",
        "why_not": approving(cast("SeatedRequest", request)) if is_buying else (),
    }
    return render(request, "supervision/objection.html", context)


@requires(Role.BIDDER)
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Object to the documents or the result of a lot."""
    lot = trading_access.lot_seen_by(request.actor, number)

    def act(data: dict[str, Any]) -> str:
        made = objecting.object_to(lot.pk, body=data["body"], actor=request.actor, at=request.at)
        messages.success(request, _("Your objection is on record. The project stands still until it is answered."))
        return reverse("supervision:objection", args=[made.number])

    asking = Asking(
        title=_("Object"),
        lead=_("Say what you object to, with facts, evidence and request. The owner must answer within its days."),
        submit=_("Object"),
        back=reverse("disclosure:lot", args=[number]),
        number=number,
        checks=True,
        warning=_("The project stands still until the answer. You can withdraw the objection."),
        facts=[(_("Lot"), lot.title)],
    )
    why_not = objecting.objections_to_objecting(lot, request.membership.organisation, at=request.at)
    return ask(request, asking, form=ObjectionForm(request.POST or None), act=act, reasons=why_not)


@requires(Role.OWNER, Role.AGENT)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Answer an objection: the answer is public, the project goes on."""
    found, is_whole = access.objection_seen_by(request.actor, number)
    if not is_whole:
        raise NotYours(number)
    back = reverse("supervision:objection", args=[number])

    def act(data: dict[str, Any]) -> str:
        upheld = data["upheld"] == "yes"
        objecting.answer(found.pk, text=data["text"], upheld=upheld, actor=request.actor, at=request.at)
        messages.success(request, _("The answer is public and the project goes on."))
        return back

    asking = Asking(
        title=_("Answer the objection"),
        lead=_("The answer is published without the objector's name."),
        submit=_("Publish the answer"),
        back=back,
        number=number,
        checks=True,
        warning=_("An answer that was published is not changed any more."),
        facts=[(_("Objection"), found.body)],
    )
    why_not = (*approving(request), *(() if found.state == State.OPEN else (_CLOSED,)))
    return ask(request, asking, form=AnswerForm(request.POST or None), act=act, reasons=why_not)


@requires(Role.BIDDER)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Withdraw one's own objection."""
    found, _is_whole = access.objection_seen_by(request.actor, number)
    if not access.is_objector(request.actor, found):
        raise NotYours(number)
    back = reverse("supervision:objection", args=[number])

    def act(_data: dict[str, Any]) -> str:
        objecting.withdraw(found.pk, actor=request.actor, at=request.at)
        messages.success(request, _("The objection is withdrawn and the project goes on."))
        return back

    asking = Asking(
        title=_("Withdraw the objection"),
        lead=_("The project goes on without an answer."),
        submit=_("Withdraw"),
        back=back,
        number=number,
        is_grave=True,
    )
    why_not = () if found.state == State.OPEN else (_CLOSED,)
    return ask(request, asking, form=NothingForm(request.POST or None), act=act, reasons=why_not)


def _tone(row: Objection) -> str:
    return {State.OPEN: "yellow", State.ANSWERED: "green", State.WITHDRAWN: "grey"}[State(row.state)]
