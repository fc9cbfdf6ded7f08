"""What notices and records must contain, as data: keys of the notice's data, names for people, sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One item that a notice or record must have content for: its key in the data, its name, its source."""

    key: str
    name: Reason
    source: str
    tag: str = "M"


def missing_items(items: Iterable[ChecklistItem], filled: Iterable[str]) -> tuple[Reason, ...]:
    """Return one sentence for each item whose key is not among those with content."""
    present = frozenset(filled)
    return tuple(reason("not stated: {item}", item=item.name) for item in items if item.key not in present)


_NAME = reason("name of the project")
_CONTENT = reason("content of the tender")
_CONTACT = reason("contact person and telephone")
_OBJECTIONS = reason("where to object")

CONSTRUCTION_NOTICE = (
    ChecklistItem("title", _NAME, "10号令 5"),
    ChecklistItem("content", _CONTENT, "10号令 5"),
    ChecklistItem("scope", reason("scope"), "10号令 5"),
    ChecklistItem("scale", reason("scale"), "10号令 5"),
    ChecklistItem("funding", reason("source of funds"), "10号令 5"),
    ChecklistItem("qualification", reason("qualification required of bidders"), "10号令 5"),
    ChecklistItem("consortia", reason("whether consortia are accepted"), "10号令 5"),
    ChecklistItem("document_access", reason("how and when to get the documents"), "10号令 5"),
    ChecklistItem("deadline", reason("deadline for bids"), "10号令 5"),
    ChecklistItem("submission", reason("how to submit bids"), "10号令 5"),
    ChecklistItem("owner", reason("name and address of the owner"), "10号令 5"),
    ChecklistItem("contact", _CONTACT, "10号令 5"),
    ChecklistItem("platform", reason("electronic platform and how to take part"), "10号令 5"),
)

PROCUREMENT_NOTICE = (
    ChecklistItem("title", _NAME, "87号令 13", "T"),
    ChecklistItem("owner", reason("name and address of the purchaser"), "87号令 13", "T"),
    ChecklistItem("contact", _CONTACT, "87号令 13", "T"),
    ChecklistItem("budget", reason("budget"), "87号令 13", "T"),
    ChecklistItem("content", reason("purchase need"), "87号令 13", "T"),
    ChecklistItem("qualification", reason("qualification required of suppliers"), "87号令 13", "T"),
    ChecklistItem("document_access", reason("how and when to get the documents"), "87号令 13", "T"),
    ChecklistItem("notice_period", reason("period of the notice"), "87号令 13", "T"),
    ChecklistItem("deadline", reason("deadline for bids"), "87号令 13", "T"),
    ChecklistItem("submission", reason("how to submit bids"), "87号令 13", "T"),
    ChecklistItem("opening_place", reason("time and place of the opening"), "87号令 13", "T"),
    ChecklistItem("policy", reason("procurement policies that apply"), "46号 3", "T"),
)

CANDIDATE_NOTICE = (
    ChecklistItem("ranking", reason("ranking of the candidates"), "10号令 6"),
    ChecklistItem("names", reason("names of the candidates"), "10号令 6"),
    ChecklistItem("prices", reason("bid prices"), "10号令 6"),
    ChecklistItem("quality", reason("quality"), "10号令 6"),
    ChecklistItem("duration", reason("duration"), "10号令 6"),
    ChecklistItem("evaluation", reason("how the evaluation went"), "10号令 6"),
    ChecklistItem("manager", reason("project managers"), "10号令 6"),
    ChecklistItem("manager_certificates", reason("certificates of the project managers"), "10号令 6"),
    ChecklistItem("qualification", reason("response to the qualification conditions"), "10号令 6"),
    ChecklistItem("objection_channel", _OBJECTIONS, "10号令 6"),
)

OPENING_RECORD = (
    ChecklistItem("lot", reason("lot"), "20号令 29-32", "D"),
    ChecklistItem("bidder", reason("bidder"), "20号令 29-32", "D"),
    ChecklistItem("received_at", reason("time of receipt"), "20号令 29-32", "D"),
    ChecklistItem("decrypted_at", reason("time of opening"), "20号令 29-32", "D"),
    ChecklistItem("decrypt_result", reason("result of opening"), "20号令 29-32", "D"),
    ChecklistItem("price", reason("price"), "20号令 29-32", "D"),
    ChecklistItem("duration", reason("duration"), "20号令 29-32", "D"),
    ChecklistItem("quality", reason("quality"), "20号令 29-32", "D"),
    ChecklistItem("manager", reason("project manager"), "20号令 29-32", "D"),
    ChecklistItem("deposit", reason("form and amount of the deposit"), "20号令 29-32", "D"),
    ChecklistItem("ceiling", reason("ceiling price"), "20号令 29-32", "D"),
    ChecklistItem("owner_estimate", reason("owner's estimate, if any"), "20号令 29-32", "D"),
    ChecklistItem("objections", reason("objections and answers"), "20号令 29-32", "D"),
    ChecklistItem("signatures", reason("signatures"), "20号令 29-32", "D"),
    ChecklistItem("timestamp", reason("time stamp"), "20号令 29-32", "D"),
)
