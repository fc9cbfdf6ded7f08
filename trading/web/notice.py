"""Pages: exactly what will be published, the purchase intention, and sending a notice back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SeatedRequest, requires
from core.canonical import digest_of, parse_time
from core.money import Money, decimal_of
from trading import access, checking, drafting, notice_data, queries
from trading.forms.method import GROUPS
from trading.forms.running import BecauseForm, IntentionForm
from trading.names import Category, FundsType, Kind, Method, TieRule, label
from trading.procedures.mandatory import SCHEME_NAMES, Access, Exemption, Extent, RunBy
from trading.regions import region_name
from trading.web import acting
from trading.web.answers import Asking, ask, page
from trading.web.creating import BUYING
from trading.web.documents import rows_of
from trading.web.projects import WORKING, checklist_of, tabs_of

if TYPE_CHECKING:
    from enum import StrEnum

    from django.http.response import HttpResponseBase


_GROUPS = dict(GROUPS)


@requires(*WORKING)
@require_safe
def preview(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show exactly what the announcement publishes, or has published, with its digest."""
    own = queries.project_of(request.membership, number)
    published = own.notices.filter(code="NOTICE").first()
    data: dict[str, Any] = published.data if published else notice_data.announcement(own, at=request.at)
    return page(
        request,
        "preview",
        project=own,
        notice=published,
        rows=_rows(data),
        lots=[_lot_rows(lot, str(data["currency"])) for lot in data["lots"]],
        criteria=_criteria(data),
        bill_heads=[_("Item"), _("Unit"), (_("Quantity"), "number")],
        criteria_heads=[
            _("Criterion"),
            _("Group of criteria"),
            (_("Maximum points"), "number"),
            (_("Weight"), "number"),
        ],
        digest=published.digest if published else digest_of(data),
        documents=rows_of(list(access.documents_seen_by(request.actor, own).select_related("lot")), own.number),
        missing=[] if own.announced_at else checklist_of(request, own),
        objections=() if own.announced_at else checking.objections(own, at=request.at),
        acts=acting.acts_of(request, own, list(own.lots.all())),
        tabs=tabs_of(own, "preview", request),
    )


def _rows(data: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the notice's content in the order in which people read it; what is empty is left out."""
    approval = data.get("approval") or {}
    method, tie_rule = data.get("method"), data.get("tie_rule")
    rows: list[tuple[str, Any]] = [
        (_("Name of the project"), data["title"]),
        (_("Kind of procedure"), label(Kind(data["kind"]))),
        (_("Owner"), data["owner"]["name"]),
        (_("Address of the owner"), data["owner"]["address"]),
        (_("Agent"), (data.get("agent") or {}).get("name")),
        (_("What is bought"), label(Category(data["category"]))),
        (_("Content of the tender"), data.get("content")),
        (_("Scope"), data.get("scope")),
        (_("Scale"), data.get("scale")),
        (_("Source of funds"), label(FundsType(data["funds_type"]))),
        (_("Source of funds in detail"), data.get("funds_detail")),
        (_("Approval"), " · ".join(str(part) for part in approval.values())),
        (_("Region"), region_name(str(data.get("region", "")))),
        (_("Qualification required of bidders"), data.get("qualification")),
        (_("Consortia are accepted"), bool(data.get("accepts_consortia"))),
        *_terms(data),
        (_("Evaluation method"), label(Method(method)) if method else None),
        (_("Between equal bids decides"), label(TieRule(tie_rule)) if tie_rule else None),
        *((name, value) for name, value in (data.get("method_parameters") or {}).items()),
        (_("Platform"), data.get("platform")),
        *((key, value) for key, value in (data.get("source") or {}).items()),
    ]
    return [(name, value) for name, value in rows if value not in (None, "", [])]


def _terms(data: dict[str, Any]) -> list[tuple[str, Any]]:
    instants = ("documents_from", "documents_until")
    return [
        (_("How to get the documents"), data.get("document_access")),
        (_("Documents are offered from"), _at(data.get(instants[0]))),
        (_("Documents are offered until"), _at(data.get(instants[1]))),
        (_("How to submit bids"), data.get("submission")),
        (_("Bids are valid for (days)"), data.get("bid_validity_days")),
        (_("Performance security (percent of the contract)"), data.get("performance_security_percent")),
        *((name, _(SCHEME_NAMES[word])) for name, word in _scheme(data)),
        (_("Policies for small and medium-sized enterprises and others"), data.get("sme_policy")),
        (_("Place of the opening"), data.get("opening_place")),
        (_("Contact person"), data.get("contact_name")),
        (_("Telephone"), data.get("contact_phone")),
        (_("Address"), data.get("address")),
        (_("Where to object"), data.get("objection_channel")),
        (_("Why the intention is waived"), data.get("intention_waived_because")),
    ]


def _scheme(data: dict[str, Any]) -> list[tuple[str, StrEnum]]:
    """Return what the approver fixed, what is planned and a ground for an exemption, as words."""
    rows: list[tuple[str, str, type[StrEnum]]] = [
        (_("Scope of the tender as approved"), "approved_extent", Extent),
        (_("Method of tender as approved"), "approved_access", Access),
        (_("Organisation form as approved"), "approved_organisation", RunBy),
        (_("Scope of this tender"), "tender_extent", Extent),
        (_("Ground on which no tender is needed"), "exemption", Exemption),
    ]
    return [(name, words(data[key])) for name, key, words in rows if data.get(key)]


def _lot_rows(lot: dict[str, Any], currency: str) -> dict[str, Any]:
    amounts = [
        (_("Estimated value"), "estimated_value"),
        (_("Budget"), "budget"),
        (_("Ceiling price"), "ceiling_price"),
        (_("Deposit"), "deposit_amount"),
    ]
    rows: list[tuple[str, Any]] = [
        (_("Description"), lot.get("description")),
        (_("Deadline for bids"), _at(lot.get("closes_at"))),
        *((name, Money(decimal_of(lot[key]), currency) if lot.get(key) else None) for name, key in amounts),
        (_("Duration"), lot.get("duration")),
        (_("Quality"), lot.get("quality")),
    ]
    bill = [(row["item"], row["unit"], row["quantity"]) for row in lot.get("bill") or []]
    return {
        "number": lot["number"],
        "title": lot["title"],
        "rows": [(name, value) for name, value in rows if value not in (None, "")],
        "bill": bill,
    }


def _criteria(data: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows = (data.get("criteria") or {}).get("criteria", [])
    return [
        (row["title"], _GROUPS.get(row["group"], row["group"]), row.get("maximum", ""), row.get("weight", ""))
        for row in rows
    ]


def _at(text: object) -> Any:
    return parse_time(text) if isinstance(text, str) and text else None


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def intend(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Publish the purchase intention, or waive it for a stated ground."""
    own = queries.project_of(request.membership, number)
    back = reverse("trading:project", args=[number])

    def act(data: dict[str, Any]) -> str:
        waived = data["because"] if data["way"] == "waive" else ""
        drafting.intend(own.pk, actor=request.actor, at=request.at, waived_because=waived)
        messages.success(request, _("The project is a draft now; the notice can be handed in."))
        return back

    asking = Asking(
        title=_("Purchase intention"),
        lead=_("An intention is public for at least 30 days before the procurement begins, unless an urgent ground "
               "waives it; the ground is published."),
        submit=_("Record"),
        back=back,
        number=number,
        checks=True,
        warning=_("This is published at once and cannot be taken back."),
    )  # fmt: skip
    return ask(request, asking, form=IntentionForm(request.POST or None), act=act, reasons=acting.approving(request))


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def return_notice(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Send the notice back to its author with the reason."""
    own = queries.project_of(request.membership, number)
    back = reverse("trading:project", args=[number])

    def act(data: dict[str, Any]) -> str:
        drafting.return_notice(own.pk, actor=request.actor, at=request.at, because=data["because"])
        messages.success(request, _("The notice is with its author again."))
        return back

    asking = Asking(title=_("Return the notice"), submit=_("Return"), back=back, number=number)
    return ask(request, asking, form=BecauseForm(request.POST or None), act=act, reasons=acting.approving(request))
