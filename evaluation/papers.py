"""The evaluation report on paper: all votes, all sheets, the worked calculation, every answer, under its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from core.pages import Paper
from evaluation import records

if TYPE_CHECKING:
    from datetime import datetime

    from evaluation.models import Report


def report_pdf(report: Report, *, made_at: datetime, language: str) -> bytes:
    """Return the report as PDF in ``language``: the same rows as the page shows."""
    with translation.override(language):
        lot = report.lot
        paper = Paper(
            _("Evaluation report") if report.state == "final" else _("Evaluation report (draft)"),
            number=lot.number,
            url=f"{settings.PUBLIC_URL}/evaluation/{lot.number}/report",
            digest=report.digest,
            made_at=made_at,
            language=language,
        )
        document = records.document_of(report)
        paper.facts(document["facts"])
        _people(paper, document)
        _reviews(paper, document)
        _scores(paper, document)
        _ranking(paper, document)
        _answers(paper, report)
        return paper.render()


def _people(paper: Paper, document: dict[str, Any]) -> None:
    paper.heading(_("Committee")).table(
        [_("Name"), _("Employer"), _("Seat"), _("Declared at")],
        [(row["name"], row["employer"], row["kind"], row["declared_at"]) for row in document["members"]],
        widths=[20, 36, 22, 22],
    )
    paper.heading(_("Bids")).table(
        [_("Bidder"), (_("Price"), "number"), _("Opening")],
        [(row["name"], row["price"], row["outcome"]) for row in document["bids"]],
        widths=[50, 30, 20],
    )


def _reviews(paper: Paper, document: dict[str, Any]) -> None:
    paper.heading(_("Review")).table(
        [_("Bidder"), _("Step"), _("Verdict"), _("Votes"), _("Reason")],
        [(row["bidder"], row["step"], row["word"], row["count"], row["because"]) for row in document["reviews"]],
        widths=[28, 16, 10, 16, 30],
    )
    votes = [
        (row["bidder"], row["step"], name, word, because)
        for row in document["reviews"]
        for name, word, because in row["votes"]
    ]
    paper.heading(_("Every vote")).table(
        [_("Bidder"), _("Step"), _("Member"), _("Vote"), _("Reason")], votes, widths=[28, 16, 16, 10, 30]
    )


def _scores(paper: Paper, document: dict[str, Any]) -> None:
    for sheet in document["sheets"]:
        paper.heading(_("Score sheets: {name}").format(name=sheet["bidder"])).table(
            [_("Criterion"), *((member, "number") for member in sheet["members"])],
            [(title, *points) for title, points in sheet["rows"]],
        )
        if sheet["comments"]:
            paper.items([f"{member} · {title}: {said}" for member, title, said in sheet["comments"]])


def _ranking(paper: Paper, document: dict[str, Any]) -> None:
    kept = document["calculation"]
    paper.heading(_("Result"))
    if kept is None:
        paper.paragraph(_("No candidate is named: the tender fails."))
        return
    headers: list[str | tuple[str, str]] = [
        (_("Rank"), "number"),
        _("Bidder"),
        (_("Price"), "number"),
        (_("Evaluated price"), "number"),
    ]
    rows = [[row["rank"], row["name"], row["price"], row["evaluated"]] for row in kept["places"]]
    if kept["is_scored"]:
        headers.append((_("Points"), "number"))
        rows = [[*row, place["score"]] for row, place in zip(rows, kept["places"], strict=True)]
    paper.table(headers, rows)
    paper.heading(_("Worked calculation ({method})").format(method=kept["method"]))
    for line in kept["preamble"]:
        paper.paragraph(line)
    for each in kept["worked"]:
        paper.heading(f"{each['rank']} · {each['name']}").items(each["lines"])
    for choice in kept["choices"]:
        paper.paragraph(
            _("The owner's choice between equals: {order}. {ground}").format(
                order=choice["order"], ground=choice["ground"]
            )
        )


def _answers(paper: Paper, report: Report) -> None:
    answers = records.answers_of(report)
    paper.heading(_("Answers of the members"))
    paper.signatures([(row["answer"], row["name"], row["at"]) for row in answers])
    for row in answers:
        if row["dissent"]:
            paper.paragraph(_("Dissent of {name}: {text}").format(name=row["name"], text=row["dissent"]))
