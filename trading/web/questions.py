"""Pages: questions and answers. Nobody sees who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from core.errors import NotYours
from trading import access, clarifying, queries
from trading.forms.running import AnswerForm, QuestionForm
from trading.models import Question
from trading.web import acting
from trading.web.answers import Asking, ask, page
from trading.web.creating import BUYING
from trading.web.projects import tabs_of

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase


@requires(*BUYING)
@require_safe
def questions(request: SeatedRequest, number: str) -> HttpResponseBase:
    """List the questions of a project, those without an answer first."""
    own = queries.project_of(request.membership, number)
    found = own.questions.order_by("-answered_at", "pk").only(
        "project", "number", "body", "asked_at", "answer", "answered_at"
    )
    rows = sorted(found, key=lambda question: (question.answered_at is not None, question.pk))
    return page(
        request,
        "questions",
        project=own,
        questions=rows,
        why_not=acting.drafting_right(request),
        tabs=tabs_of(own, "questions", request),
    )


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Answer a question, once, for everybody."""
    question = Question.objects.select_related("project").filter(number=number).first()
    if question is None:
        raise NotYours(number)
    own = queries.project_of(request.membership, question.project.number)
    back = reverse("trading:questions", args=[own.number])

    def act(data: dict[str, Any]) -> str:
        clarifying.answer(question.pk, actor=request.actor, at=request.at, text=data["text"])
        messages.success(request, _("The answer is public; the asker and all who have the documents were told."))
        return back

    asking = Asking(
        title=_("Answer a question"),
        lead=_("The answer is public and for everybody. What may affect bids is an amendment instead."),
        submit=_("Publish the answer"),
        back=back,
        number=question.number,
        checks=True,
        warning=_("An answer that was published is not changed any more."),
        facts=[(_("Question"), question.body)],
    )
    return ask(request, asking, form=AnswerForm(request.POST or None), act=act, reasons=acting.drafting_right(request))


@requires(Role.BIDDER)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_question(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Ask about the documents of an announced project."""
    project = access.project_seen_by(request.actor, number)
    back = request.path

    def act(data: dict[str, Any]) -> str:
        question = clarifying.ask(project.pk, actor=request.actor, at=request.at, body=data["body"])
        said = _("Your question has the number {number}. The answer is public; you will be told.")
        messages.success(request, said.format(number=question.number))
        return back

    asking = Asking(
        title=_("Ask about the documents"),
        lead=_("Nobody sees who asks. Do not write who you are; the answer is for everybody."),
        submit=_("Ask"),
        back=acting.address("disclosure:project", number) or reverse("trading:desk"),
        number=number,
        facts=[(_("Project"), project.title)],
    )
    return ask(request, asking, form=QuestionForm(request.POST or None), act=act)
