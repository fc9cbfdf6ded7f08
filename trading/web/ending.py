"""Pages: ending a run early, and tendering again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import SeatedRequest, requires, requires_step_up
from accounts.names import Role
from trading import concluding, ending, queries, retendering
from trading.forms.running import AfterFailureForm, BecauseForm, TerminateForm
from trading.names import AfterFailure, FailureGround, Move, TerminationGround
from trading.procedures.choosing import PurchaseMethod
from trading.procedures.facts import FailureState, TerminationState
from trading.web import acting
from trading.web.answers import Asking, ask
from trading.web.creating import BUYING

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase


@requires(Role.OWNER, Role.AGENT, Role.SUPERVISOR)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def terminate(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Stop a project for good."""
    own = queries.project_of(request.membership, number)
    back = reverse("trading:project", args=[number])
    is_order = request.membership.role == Role.SUPERVISOR
    ordered = TerminationGround.SUPERVISOR_ORDER
    grounds = [ground for ground in TerminationGround if (ground is ordered) == is_order]

    def act(data: dict[str, Any]) -> str:
        ground = TerminationGround(data["ground"])
        ending.terminate(own.pk, actor=request.actor, at=request.at, ground=ground, because=data["because"])
        messages.success(request, _("The project is terminated and the notice is published."))
        return back

    known = TerminationState(ground=grounds[0], because="-")
    asking = Asking(
        title=_("Terminate the project"),
        lead=_("All lots end for good, and everybody who has the documents is told. The reason is published."),
        submit=_("Terminate"),
        back=back,
        number=number,
        checks=True,
        is_grave=True,
        warning=_("This cannot be undone. Deposits go back; bids in the box are never opened."),
        facts=[(_("Project"), own.title)],
    )
    why_not = (*acting.approving(request), *acting.against(request, list(own.lots.all()), Move.TERMINATE, known))
    return ask(request, asking, form=TerminateForm(grounds, request.POST or None), act=act, reasons=why_not)


@requires(*BUYING)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def fail_documents(request: SeatedRequest, number: str) -> HttpResponseBase:
    """End the run because its documents break the law."""
    own = queries.project_of(request.membership, number)
    back = reverse("trading:project", args=[number])

    def act(data: dict[str, Any]) -> str:
        ending.fail_documents(own.pk, actor=request.actor, at=request.at, because=data["because"])
        messages.success(request, _("The run has ended; correct the documents and tender again."))
        return back

    known = FailureState(ground=FailureGround.DOCUMENTS_UNLAWFUL, because="-")
    asking = Asking(
        title=_("Withdraw unlawful documents"),
        lead=_("Documents that break the law and affect bids are corrected and tendered again: this run ends."),
        submit=_("End this run"),
        back=back,
        number=number,
        checks=True,
        is_grave=True,
        warning=_("This cannot be undone. The lots can be tendered again in a new run."),
        facts=[(_("Project"), own.title)],
    )
    why_not = (*acting.approving(request), *acting.against(request, list(own.lots.all()), Move.FAIL_DOCUMENTS, known))
    return ask(request, asking, form=BecauseForm(request.POST or None), act=act, reasons=why_not)


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def after_failure(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Decide what follows the failure of lots: a new run, or another way that the law opens."""
    own = queries.project_of(request.membership, number)
    back = reverse("trading:project", args=[number])
    choices, methods = concluding.choices_after(own, at=request.at), concluding.methods_after(own, at=request.at)

    def act(data: dict[str, Any]) -> str:
        choice = AfterFailure(data["choice"])
        if choice is AfterFailure.TENDER_AGAIN:
            again = retendering.retender(own.pk, analysis=data["analysis"], actor=request.actor, at=request.at)
            messages.success(request, _("Draft {number} was made: look everything over.").format(number=again.number))
            return reverse("trading:project", args=[again.number])
        concluding.go_another_way(
            own.pk,
            choice=choice,
            analysis=data["analysis"],
            authority=data.get("authority", ""),
            approval=data.get("approval", ""),
            method=PurchaseMethod(data["method"]) if data.get("method") else None,
            actor=request.actor,
            at=request.at,
        )
        messages.success(request, _("On record: what follows the failure."))
        return back

    asking = Asking(
        title=_("What follows the failure"),
        lead=_("Find out why the run failed, then choose among what the law allows."),
        submit=_("Decide"),
        back=back,
        number=number,
        checks=True,
        warning=_("This is decided once for the lots that have failed."),
        facts=[(lot.title, lot.failure.get("text", "")) for lot in concluding.failed_lots(own)],
    )
    why_not = (*acting.drafting_right(request), *concluding.objections_to_deciding(own))
    return ask(request, asking, form=AfterFailureForm(choices, methods, request.POST or None), act=act, reasons=why_not)
