"""The data of notices: plain values with canonical form, from which page, paper and checklist are made.

Instants are texts in UTC, amounts decimal texts beside their currency, so that a digest over them is stable.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings

from core.canonical import format_time, parse_time
from trading import binding
from trading.names import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import Organisation
    from trading.models import Document, Lot, Project

# Items of the rule-sheet's checklist that the data hold under another key.
_STATED_BY = {
    "funding": "funds_type",
    "consortia": "accepts_consortia",
    "deadline": "closes_at",
    "policy": "sme_policy",
    "notice_period": "display_until",
}
# Items that ask for more than one thing: every part of theirs must have content (10号令 5; 87号令 13).
_PARTS_OF = {
    "owner": (("owner", "name"), ("owner", "address")),
    "contact": (("contact_name",), ("contact_phone",)),
    "evaluation": (("evaluation", "method"),),
}
_TEXTS = ("title", "content", "scope", "scale", "qualification", "funds_detail")


def standard(project: Project, lot: Lot | None) -> dict[str, object]:
    """Return what every notice says: which project, which lot, by whom, under which edition."""
    data: dict[str, object] = {
        "project": project.number,
        "title": project.title,
        "kind": project.kind,
        "edition": project.edition,
        "round": project.round_number,
        "owner": organisation(project.owner),
        "agent": organisation(project.agent) if project.agent else None,
    }
    if lot is not None:
        data |= {"lot": lot.number, "lot_title": lot.title}
    return data


def announcement(project: Project, *, at: datetime) -> dict[str, object]:
    """Return the content of the tender notice if published at ``at``: what the checklist is held against."""
    whole = standard(project, None)
    owner = organisation(project.owner)
    return whole | {
        "owner": owner | {"address": owner["address"] or project.terms.get("address", "")},
        **{name: getattr(project, name) for name in _TEXTS},
        "region": project.region,
        "category": project.category,
        "funds_type": project.funds_type,
        "currency": project.currency,
        "approval": {key: str(value) for key, value in project.approval.items()},
        "accepts_consortia": project.accepts_consortia,
        "method": project.method,
        "method_parameters": plain(project.method_parameters),
        "criteria": plain(project.criteria),
        "tie_rule": project.tie_rule,
        **{key: plain(value) for key, value in project.terms.items()},
        "sme_policy": project.terms.get("sme_policy", ""),
        "lots": [lot_facts(lot) for lot in project.lots.all()],
        "documents": [document_facts(row) for row in project.documents.all()],
        "platform": settings.PUBLIC_URL,
        "display_until": plain(display_until(project, Code.NOTICE, at=at)),
        "source": {key: str(value) for key, value in project.source.items()},
    }


def document_facts(row: Document) -> dict[str, object]:
    """Return how a notice names a document: by title and digest."""
    return {"title": row.title, "media": row.media, "sha256": row.file_id}


def lot_facts(lot: Lot) -> dict[str, object]:
    """Return what a notice says of one lot."""
    return {
        "number": lot.number,
        "ordinal": lot.ordinal,
        "title": lot.title,
        "description": lot.description,
        "closes_at": plain(lot.closes_at),
        "estimated_value": plain(lot.estimated_value),
        "ceiling_price": plain(lot.ceiling_price),
        "budget": plain(lot.budget),
        "deposit_amount": plain(lot.deposit_amount),
        "duration": lot.duration,
        "quality": lot.quality,
        "bill": plain(lot.bill),
        "source": {key: str(value) for key, value in lot.source.items()},
    }


def organisation(row: Organisation) -> dict[str, object]:
    """Return how a notice names an organisation."""
    return {
        "number": row.number,
        "name": row.name,
        "scheme": row.scheme,
        "code": row.code,
        "address": row.address,
        "contact": row.contact,
    }


def display_until(project: Project, code: Code, *, at: datetime) -> datetime | None:
    """Return until when a notice published at ``at`` stays on display at least; None if no period is set for it."""
    key = binding.procedure_of(project, at=at).display_min.get(code)
    if key is None:
        return None
    days = binding.parameters_of(project, at=at).days(key)
    return binding.calendar_of(project.region).after(at, days).ends_at


def filled(data: Mapping[str, object]) -> frozenset[str]:
    """Return the keys that have content; what every lot states counts, what is stated in part does not."""
    present = {key for key, value in data.items() if _has_content(value)}
    lots = data.get("lots")
    if isinstance(lots, list) and lots:
        present |= {key for key in lots[0] if all(_has_content(lot[key]) for lot in lots)}
    present |= {item for item, key in _STATED_BY.items() if key in present}
    whole = {item for item, parts in _PARTS_OF.items() if all(_has_content(_at(data, *path)) for path in parts)}
    return frozenset((present - _PARTS_OF.keys()) | whole)


def _has_content(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [], {})


def _at(data: Mapping[str, object], *path: str) -> object:
    """Return what lies under a path of keys; None where it ends early."""
    found: object = data
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def plain(value: object) -> object:
    """Return ``value`` in canonical form: instants and decimals as texts."""
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def instant(text: object) -> datetime | None:
    """Return the instant that a canonical text names, or None."""
    return parse_time(text) if isinstance(text, str) and text else None


def price_weight(project: Project) -> int | None:
    """Return the price's weight in percent where the method's parameters state one."""
    rows = project.criteria.get("criteria", []) if isinstance(project.criteria, dict) else []
    in_sheet = next((row.get("weight") for row in rows if row.get("group") == "price"), None)
    stated = project.method_parameters.get("price_weight", in_sheet)
    if stated in (None, ""):
        return None
    weight = Decimal(str(stated))
    return int(weight * 100 if weight <= 1 else weight)
