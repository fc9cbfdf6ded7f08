"""Pages of the trading centre: who stands in the expert pool, under which stratum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import SeatedRequest, requires
from accounts.models import Organisation
from accounts.names import Role
from core.errors import NotYours, Refused
from core.reasons import reason
from evaluation import pooling
from evaluation.draw_forms import PoolForm
from evaluation.forms import BecauseForm
from evaluation.models import PooledExpert
from evaluation.web.answers import page
from trading.web.answers import Asking, ask

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase


@never_cache
@requires(Role.CENTER)
@require_http_methods(["GET", "HEAD", "POST"])
def pool(request: SeatedRequest) -> HttpResponseBase:
    """List the pool by stratum; let an expert in."""
    rows = PooledExpert.objects.select_related("user", "employer").filter(left_at=None)
    form = PoolForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "pool", form=form, rows=rows)
    data = form.cleaned_data
    try:
        pooling.enter(
            data["person"],
            stratum=data["stratum"],
            employer=_employer(data["employer"]),
            actor=request.actor,
            at=request.at,
        )
    except Refused as refusal:
        return page(request, "pool", form=form, rows=rows, reasons=refusal.reasons)
    messages.success(request, _("The expert stands in the pool."))
    return redirect("evaluation:pool")


@never_cache
@requires(Role.CENTER)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: SeatedRequest, stratum: str, person: str) -> HttpResponseBase:
    """Take an expert out of a stratum, with the reason."""
    row = PooledExpert.objects.select_related("user").filter(stratum=stratum, user__number=person, left_at=None).first()
    if row is None:
        raise NotYours(person)

    def act(data: dict[str, Any]) -> str:
        pooling.leave(row.pk, because=data["because"], actor=request.actor, at=request.at)
        return reverse("evaluation:pool")

    asking = Asking(
        title=_("Take out of the pool"),
        lead=f"{row.user.name} · {row.stratum}",
        submit=_("Take out of the pool"),
        back=reverse("evaluation:pool"),
        number=person,
    )
    return ask(request, asking, form=BecauseForm(request.POST or None), act=act)


def _employer(number: str) -> Organisation | None:
    if not number:
        return None
    found = Organisation.objects.filter(number=number).first()
    if found is None:
        raise Refused(reason("there is no organisation with the number {number}", number=number))
    return found
