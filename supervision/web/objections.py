"""Pages of objections: made, read, answered, withdrawn; the public reads answers without names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Request, SeatedRequest, requires
from accounts.names import Role
from core.errors import NotYours
from core.reasons import reason
from supervision import access, objecting, queries
from supervision.forms import AnswerForm, ObjectionFilter, ObjectionForm, WithdrawForm
from supervision.names import State, Subject, label
from supervision.web.answers import page, size_of
from trading import access as trading_access
from trading import desk
from trading.web.answers import Asking, ask

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from supervision.models import Objection
    from trading.models import Lot

CONCERNED = (Role.BIDDER, Role.OWNER, Role.AGENT, Role.SUPERVISOR, Role.AUDIT)
NOT_APPROVING = reason("Only somebody who may approve for the organisation may do this.")
_TONES = {State.OPEN: "yellow", State.ANSWERED: "green", State.WITHDRAWN: "grey"}


@never_cache
@requires(*CONCERNED)
@require_safe
def objections(request: SeatedRequest) -> HttpResponseBase:
    """List what concerns the seat in use: open ones first, by the day on which their answer is due."""
    form = ObjectionFilter(request.GET, auto_id="filter-%s")
    found = queries.objections_for(request.membership)
    if form.is_valid() and form.cleaned_data["state"]:
        found = found.filter(state=form.cleaned_data["state"])
    sheet = Paginator(found, size_of(request)).get_page(request.GET.get("page"))
    lines = [_line(row, at=request.at) for row in sheet]
    return page(request, "objections", filter=form, sheet=sheet, lines=lines, role=str(request.membership.role))


def _line(row: Objection, *, at: datetime) -> dict[str, Any]:
    return {
        "objection": row,
        "subject": label(Subject(row.subject)),
        "state": label(State(row.state)),
        "tone": _TONES[State(row.state)],
        "due": _due(row, at=at),
    }


def _due(row: Objection, *, at: datetime) -> dict[str, Any] | None:
    """Return the colour of the time in which an open objection is answered."""
    if row.state != State.OPEN:
        return None
    colour = desk.colour(since=row.made_at, due_at=row.answer_by, at=at)
    return {"by": row.answer_by, "tone": colour.value, "word": desk.WORDS[colour]}


@never_cache
@require_safe
def objection(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show an objection to its parties; to everybody else its answer, without names."""
    person = cast("Request", request)
    found, is_whole = access.objection_seen_by(person.actor, number)
    is_open = found.state == State.OPEN
    role = person.membership.role if person.membership else ""
    return page(
        request,
        "objection",
        is_whole=is_whole,
        may_answer=is_whole and is_open and role in (Role.OWNER, Role.AGENT),
        may_withdraw=is_open and access.is_objector(person.actor, found),
        **_line(found, at=person.at),
    )


@never_cache
@requires(Role.BIDDER)
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Object to the documents or the result of a lot, whichever its stage allows."""
    lot = _announced(request, number)

    def act(data: dict[str, Any]) -> str:
        made = objecting.object_to(
            lot.pk, body=data["body"], interest=data.get("interest", ""), actor=request.actor, at=request.at
        )
        messages.success(request, _("Your objection {number} is made; the lot is on hold.").format(number=made.number))
        return reverse("supervision:objection", args=[made.number])

    subject = objecting.subject_of(lot)
    asking = Asking(
        title=_("Object"),
        lead=_("While the objection is open nothing moves on, and a deadline for bids that is still to come is "
               "extended at once. Whoever is not content with the answer may complain to the supervising department."),
        submit=_("Object"),
        back=reverse("disclosure:project", args=[lot.project.number]),
        number=lot.number,
        checks=True,
        warning=_("The suspension is published at once, without your name."),
        facts=[(_("Lot"), f"{lot.project.title} · {lot.title}"), (_("Subject"), label(subject))],
    )  # fmt: skip
    organisation = request.membership.organisation
    why = objecting.objections_to_objecting(lot, organisation, at=request.at)
    form = ObjectionForm(request.POST or None, states_interest=objecting.must_state_interest(lot, organisation))
    return ask(request, asking, form=form, act=act, reasons=why)


def _announced(request: SeatedRequest, number: str) -> Lot:
    lot = trading_access.lot_seen_by(request.actor, number)
    if lot.project.announced_at is None:
        raise NotYours(number)
    return lot


@never_cache
@requires(Role.OWNER, Role.AGENT)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Answer an objection; the hold is lifted with it."""
    found, is_whole = access.objection_seen_by(request.actor, number)
    if not is_whole or found.state != State.OPEN:
        raise NotYours(number)
    back = reverse("supervision:objection", args=[found.number])

    def act(data: dict[str, Any]) -> str:
        objecting.answer(found.pk, text=data["text"], upheld=data["upheld"], actor=request.actor, at=request.at)
        messages.success(request, _("The answer is published and the hold lifted."))
        return back

    asking = Asking(
        title=_("Answer the objection"),
        lead=_("The answer is published without the objector's name; the hold is lifted with it."),
        submit=_("Answer"),
        back=back,
        number=found.number,
        checks=True,
        warning=_("An answer is given once and published at once."),
        facts=[
            (_("Subject"), label(Subject(found.subject))),
            (_("Objection"), found.body),
            (_("Answer due by"), found.answer_by),
        ],
    )
    why = () if request.membership.may_approve else (NOT_APPROVING,)
    return ask(request, asking, form=AnswerForm(request.POST or None), act=act, reasons=why)


@never_cache
@requires(Role.BIDDER)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Withdraw one's own objection."""
    found, _is_whole = access.objection_seen_by(request.actor, number)
    if not access.is_objector(request.actor, found) or found.state != State.OPEN:
        raise NotYours(number)
    back = reverse("supervision:objection", args=[found.number])

    def act(_data: dict[str, Any]) -> str:
        objecting.withdraw(found.pk, actor=request.actor, at=request.at)
        messages.success(request, _("The objection is withdrawn and the hold lifted."))
        return back

    asking = Asking(
        title=_("Withdraw the objection"),
        lead=_("The hold is lifted at once; the same objection can be made again only while its time runs."),
        submit=_("Withdraw"),
        back=back,
        number=found.number,
        is_grave=True,
    )
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    return ask(request, asking, form=form, act=act)
