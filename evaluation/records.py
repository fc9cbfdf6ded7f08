"""The report in words: its data as rows in the reader's language, the same for page and paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from bidding.names import Outcome
from bidding.names import label as bid_label
from core import formats
from core.canonical import parse_time
from core.reasons import Reason
from evaluation.names import Answer, Kind, Step, ground_label, label
from evaluation.rules.calculation import Calculation
from evaluation.rules.criteria import SCORED, read_template
from evaluation.rules.exact import shown
from evaluation.rules.methods import method_named
from trading.names import TieRule
from trading.names import label as law_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evaluation.models import Report


def document_of(report: Report) -> dict[str, Any]:
    """Return everything the report says, in rows."""
    data = report.document
    names = {row["bidder"]: row["name"] for row in data["bids"]}
    people = {row["person"]: row["name"] for row in data["members"]}
    return {
        "facts": _facts(report),
        "is_failed": data["outcome"] == "failed",
        "members": [_member(row) for row in data["members"]],
        "bids": [_bid(row) for row in data["bids"]],
        "reviews": [_review(row, people) for row in data["reviews"]],
        "rejected": [
            (row["bidder"], _said(label(Step(row["step"]))), _said(ground_label(row["ground"])), row["because"])
            for row in data["rejected"]
        ],
        "sheets": _sheets(data, names, people),
        "calculation": _calculation(data, names),
    }


def answers_of(report: Report) -> list[dict[str, Any]]:
    """Return every member's word on the report with its dissent, in the order of answering."""
    return [
        {
            "name": row.member.user.name,
            "answer": _said(label(Answer(row.answer))),
            "tone": {"agrees": "green", "dissents": "red"}.get(row.answer, "grey"),
            "dissent": row.dissent,
            "at": row.at,
            "is_noted": bool(row.noted_by),
        }
        for row in report.confirmations.select_related("member__user").order_by("pk")
    ]


def _facts(report: Report) -> list[tuple[str, object]]:
    data = report.document
    ceiling = data["ceiling_price"]
    rows: list[tuple[str, object]] = [
        (_("Project"), f"{data['title']} · {data['project']}"),
        (_("Lot"), f"{data['lot_title']} · {data['lot']}"),
        (_("Owner"), data["owner"]["name"]),
        (_("Method"), _said(method_named(data["method"]).title) if data["method"] else ""),
        (_("Rule for ties"), _said(law_label(TieRule(data["tie_rule"]))) if data["tie_rule"] else ""),
        (_("Ceiling price"), formats.money(ceiling) if ceiling else ""),
        (_("Ground on which the committee was named"), data["committee_ground"]),
        (_("Drawn up at"), parse_time(data["drawn_up_at"])),
    ]
    if data["few_bids_because"]:
        rows.append((_("Judgement on competition"), data["few_bids_because"]))
    return rows


def _member(row: Mapping[str, Any]) -> dict[str, Any]:
    kind = _said(label(Kind(row["kind"])))
    return {
        "name": row["name"],
        "employer": row["employer"],
        "kind": _("{kind}, in the chair").format(kind=kind) if row["is_chair"] else kind,
        "declared_at": parse_time(row["declared_at"]) if row["declared_at"] else None,
    }


def _bid(row: Mapping[str, Any]) -> dict[str, Any]:
    price = formats.money(row["price"], currency=row["currency"]) if row["price"] else ""
    return {"name": row["name"], "price": price, "outcome": _said(bid_label(Outcome(row["outcome"])))}


def _review(row: Mapping[str, Any], people: Mapping[str, str]) -> dict[str, Any]:
    votes = [
        (
            people.get(vote["member"], vote["member"]),
            _("for") if vote["passed"] else _("against"),
            "" if vote["passed"] else f"{_said(ground_label(vote['ground']))}: {vote['because']}",
        )
        for vote in row["votes"]
    ]
    return {
        "bidder": row["name"],
        "step": _said(label(Step(row["step"]))),
        "word": {True: _("passed"), False: _("rejected"), None: _("open")}[row["passed"]],
        "tone": {True: "green", False: "red", None: "grey"}[row["passed"]],
        "because": "" if row["passed"] is not False else f"{_said(ground_label(row['ground']))}: {row['because']}",
        "evidence": row["evidence"],
        "count": _("{n} for, {m} against").format(
            n=sum(vote["passed"] for vote in row["votes"]), m=sum(not vote["passed"] for vote in row["votes"])
        ) if votes else _("decided by the buying side"),
        "votes": votes,
    }  # fmt: skip


def _sheets(data: Mapping[str, Any], names: Mapping[str, str], people: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return one table for each bid: criteria down, members across."""
    criteria = read_template(data["criteria"]).of(*SCORED)
    by_bid: dict[str, list[Mapping[str, Any]]] = {}
    for sheet in data["sheets"]:
        by_bid.setdefault(sheet["bidder"], []).append(sheet)
    return [
        {
            "bidder": names[bidder],
            "members": [people.get(sheet["member"], sheet["member"]) for sheet in sheets],
            "rows": [
                (criterion.title, [sheet["scores"].get(criterion.code, "") for sheet in sheets])
                for criterion in criteria
            ],
            "comments": [
                (people.get(sheet["member"], sheet["member"]), criterion.title, said)
                for sheet in sheets
                for criterion in criteria
                if (said := sheet["comments"].get(criterion.code))
            ],
            "digests": [sheet["digest"] for sheet in sheets],
        }
        for bidder, sheets in by_bid.items()
    ]


def _calculation(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any] | None:
    return worked(Calculation.from_json(data["calculation"]), names) if data["calculation"] else None


def worked(kept: Calculation, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a calculation in rows: the ranking, the lines for all bids, the worked lines of each."""
    places = {place.bid: place for place in kept.ranking}
    currency = kept.inputs[0].currency if kept.inputs else ""
    return {
        "method": kept.method,
        "preamble": [_named(line, names) for line in kept.preamble],
        "is_scored": any(place.score is not None for place in kept.ranking),
        "places": [
            {
                "rank": place.rank,
                "name": names.get(place.bid, place.bid),
                "number": place.bid,
                "price": formats.money(place.price, currency=currency),
                "evaluated": formats.money(place.evaluated_price, currency=currency),
                "score": "" if place.score is None else shown(place.score),
                "tied": bool(place.tied_with),
            }
            for place in kept.ranking
        ],
        "worked": [
            {
                "name": names.get(each.bid, each.bid),
                "rank": places[each.bid].rank,
                "lines": [_named(line, names) for line in each.lines],
            }
            for each in kept.worked
        ],
        "choices": [
            {"order": ", ".join(names.get(bid, bid) for bid in choice.order), "ground": choice.ground}
            for choice in kept.choices
        ],
    }


def _named(line: Reason, names: Mapping[str, str]) -> str:
    """Return a line in the reader's language, with names where the calculation has public numbers."""
    said = line.translated(_)
    for number, name in sorted(names.items(), key=lambda pair: -len(pair[0])):
        said = said.replace(number, name)
    return said


def _said(words: str) -> str:
    return words.translated(_) if isinstance(words, Reason) else words
