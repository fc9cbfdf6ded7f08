"""How the pages of trading answer: as they are, or again with every error, every reason and what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render

from core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django import forms
    from django.http import HttpRequest, HttpResponse

UNPROCESSABLE = 422


def page(
    request: HttpRequest,
    template: str,
    *,
    form: forms.BaseForm | None = None,
    reasons: Iterable[str] = (),
    **context: Any,
) -> HttpResponse:
    """Draw ``trading/<template>.html``; 422 when there are errors or reasons to read."""
    reasons = list(reasons)
    is_wrong = bool(reasons) or (form is not None and form.is_bound and not form.is_valid())
    status = UNPROCESSABLE if is_wrong else 200
    return render(request, f"trading/{template}.html", {"form": form, "reasons": reasons, **context}, status=status)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The words of a page that asks for something: title, one sentence, the button, the way back.

    ``warning`` stands on the page where the answers are checked; without ``checks`` they are not shown again.
    ``signing`` says of the answers what a person with a passkey signs there, and None for whoever has none.
    """

    title: str
    submit: str
    back: str
    lead: str = ""
    warning: str = ""
    is_grave: bool = False
    checks: bool = False
    number: str = ""
    facts: Sequence[tuple[str, object]] = ()
    signing: Callable[[dict[str, Any]], dict[str, Any] | None] | None = None


def ask(
    request: HttpRequest,
    asking: Asking,
    *,
    form: forms.Form,
    act: Callable[[dict[str, Any]], str],
    reasons: Iterable[str] = (),
) -> HttpResponse:
    """Ask, show the answers once more where that was wanted, then act and go where ``act`` says.

    ``reasons`` are known before anything is typed: they disable the button. What a verb refuses stands above the
    form, with what was typed.
    """
    known = tuple(reasons)
    if request.method != "POST" or not form.is_valid():
        return page(request, "ask", form=form, asking=asking, why_not=known)
    if asking.checks and request.POST.get("confirmed") != "yes":
        rows = [{"label": label, "value": value} for label, value in (*asking.facts, *_answers(form))]
        hidden = [(name, value) for name in form.fields for value in request.POST.getlist(name)]
        signing = asking.signing(form.cleaned_data) if asking.signing else None
        return page(request, "check", asking=asking, rows=rows, hidden=hidden, why_not=known, signing=signing)
    try:
        address = act(form.cleaned_data)
    except Refused as refusal:
        return page(request, "ask", form=form, asking=asking, reasons=refusal.reasons, why_not=())
    return redirect(address)


def _answers(form: forms.Form) -> list[tuple[str, object]]:
    """Return labels and what was chosen or typed, choices by their words."""
    rows: list[tuple[str, object]] = []
    for bound in form:
        value = form.cleaned_data.get(bound.name)
        choices = dict(getattr(bound.field, "choices", ()))
        rows.append((str(bound.label), choices.get(value, value)))
    return rows
