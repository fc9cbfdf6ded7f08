"""Pages: the contract on an award, for both sides that sign it and for those who look on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from core import storage
from core.errors import NotYours, Refused
from core.money import Money
from trading import awarding, binding, contracting, outlook, queries
from trading.forms.running import AcceptForm, ContractForm, SignForm, SupplementForm, TakeBackForm
from trading.names import RefusalGround, Stage, label
from trading.web import acting
from trading.web.acting import Act
from trading.web.answers import Asking, ask, page
from trading.web.creating import BUYING
from trading.web.projects import TONES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http.response import HttpResponseBase

    from core.reasons import Reason
    from trading.models import Contract, Lot

SEEN_BY = (Role.OWNER, Role.AGENT, Role.BIDDER, Role.SUPERVISOR, Role.CENTER)


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def draft_contract(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Draft the contract over the awarded amount."""
    lot = queries.lot_of(request.membership, number)
    form = ContractForm(request.POST or None, request.FILES or None, initial={"title": lot.title})
    if request.method != "POST" or not form.is_valid():
        return _draft_page(request, lot, form)
    data = form.cleaned_data
    file = storage.keep_parts(data["file"].chunks(), at=request.at) if data["file"] else None
    try:
        contract = contracting.draft_contract(
            lot.pk,
            actor=request.actor,
            at=request.at,
            title=data["title"],
            summary=data["summary"],
            security_asked=data["security_asked"],
            file=file,
        )
    except Refused as refusal:
        return _draft_page(request, lot, form, reasons=refusal.reasons)
    messages.success(request, _("The contract {number} waits for both signatures.").format(number=contract.number))
    return redirect("trading:contract", number=contract.number)


def _draft_page(
    request: SeatedRequest, lot: Lot, form: ContractForm, *, reasons: Sequence[Reason] = ()
) -> HttpResponseBase:
    why_not: tuple[Reason, ...] = acting.drafting_right(request)
    rows: list[tuple[str, Any]] = []
    try:
        award = awarding.standing(lot)
        rows = [(_("Winner"), award.organisation.name), (_("Amount"), Money(award.amount, award.currency))]
    except Refused as refusal:
        why_not = (*why_not, *refusal.reasons)
    return page(request, "draft_contract", form=form, reasons=reasons, why_not=why_not, lot=lot, rows=rows)


@requires(*SEEN_BY)
@require_safe
def contract(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show a contract and what can be done with it now."""
    own = queries.contract_seen_by(request.membership, number)
    stage = Stage(own.lot.stage)
    return page(
        request,
        "contract",
        contract=own,
        stage=label(stage),
        next=outlook.next_step(own.lot, at=request.at, calendar=binding.calendar_of(own.lot.project.region)),
        tone=TONES.get(stage, "blue"),
        rows=_rows(own),
        acts=_acts(request, own),
        addition_heads=[_("Agreed"), (_("Amount added"), "number"), _("Reason")],
        additions=[(each.added_at, Money(each.amount, own.currency), each.because) for each in own.additions.all()],
        is_buying=request.membership.role in BUYING,
    )


def _rows(contract: Contract) -> list[tuple[str, Any]]:
    asked, fallen = contract.security_asked, contract.award.fell_ground
    rows: list[tuple[str, Any]] = [
        (_("Lot"), f"{contract.lot.number} {contract.lot.title}"),
        (_("Owner"), contract.lot.project.owner.name),
        (_("Winner"), contract.award.organisation.name),
        (_("Amount"), Money(contract.amount, contract.currency)),
        (_("Summary"), contract.summary),
        (_("Performance security asked"), Money(asked, contract.currency) if asked is not None else _("none")),
        (_("Performance security given"), contract.security_given_at),
        (_("Signed by the owner"), contract.owner_signed_at),
        (_("Signed by the winner"), contract.winner_signed_at),
        (_("Registered"), contract.registered_at),
        (_("Accepted"), contract.accepted_at),
        (_("Result of the acceptance"), contract.acceptance),
        (_("Taken back"), contract.taken_back_at),
        (_("Why it was taken back"), contract.taken_back_because),
        (_("Why the award fell"), fallen and label(RefusalGround(fallen)).translated(_)),
    ]
    return [(name, value) for name, value in rows if value not in (None, "")]


def _acts(request: SeatedRequest, contract: Contract) -> list[Act]:
    """Return the buttons that belong to the stage and to the seat in use."""
    if not contract.stands:
        return []
    stage, role = Stage(contract.lot.stage), Role(request.membership.role)
    if stage is Stage.CONTRACTING:
        return [*_security(request, contract), *_signing(request, contract, role), *_taking_back(request, contract)]
    if stage is Stage.CONTRACTED and role in BUYING:
        why = acting.drafting_right(request)
        return [_post(_("Register and publish"), "register-contract", contract, why, kind="primary")]
    if stage is Stage.PERFORMING and role is Role.OWNER:
        why = acting.approving(request)
        pages = (("supplement", _("Supplement the contract")), ("accept-contract", _("Accept the performance")))
        return [
            Act(label=text, url=reverse(f"trading:{name}", args=[contract.number]), reasons=why) for name, text in pages
        ]
    return []


def _security(request: SeatedRequest, contract: Contract) -> list[Act]:
    if request.membership.role not in BUYING or contract.security_asked is None or contract.security_given_at:
        return []
    why = acting.drafting_right(request)
    return [_post(_("The performance security has arrived"), "give-security", contract, why)]


def _signing(request: SeatedRequest, contract: Contract, role: Role) -> list[Act]:
    signed = {Role.OWNER: contract.owner_signed_at, Role.BIDDER: contract.winner_signed_at}
    if role not in signed or signed[role] is not None:
        return []
    url = reverse("trading:sign-contract", args=[contract.number])
    return [Act(label=_("Sign the contract"), url=url, reasons=acting.approving(request), kind="primary")]


def _taking_back(request: SeatedRequest, contract: Contract) -> list[Act]:
    if request.membership.role not in BUYING:
        return []
    url = reverse("trading:take-back-contract", args=[contract.number])
    return [Act(label=_("Take back and draft anew"), url=url, reasons=acting.drafting_right(request))]


def _post(text: str, name: str, contract: Contract, reasons: tuple[Reason, ...], *, kind: str = "plain") -> Act:
    url = reverse(f"trading:{name}", args=[contract.number])
    return Act(label=text, url=url, reasons=reasons, kind=kind, method="post")


@requires(Role.OWNER, Role.BIDDER)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_contract(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Sign for the owner or for the winner, after a look at what is signed."""
    own = queries.contract_seen_by(request.membership, number)
    back = reverse("trading:contract", args=[number])
    form = SignForm(request.POST or None)
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST":
        keeps = form.is_valid() and form.cleaned_data["keeps_to_bid"]
        try:
            contracting.sign(own.pk, keeps_to_bid=keeps, actor=request.actor, at=request.at)
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            messages.success(request, _("Signed: {number}.").format(number=number))
            return redirect(back)
    return page(
        request,
        "sign_contract",
        reasons=reasons,
        why_not=acting.approving(request),
        contract=own,
        rows=_rows(own),
        form=form,
        back=back,
    )


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back_contract(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Take an unsigned contract back and draft another one."""
    own = queries.contract_seen_by(request.membership, number)

    def act(data: dict[str, Any]) -> str:
        contracting.take_back(own.pk, actor=request.actor, at=request.at, because=data["because"])
        messages.success(request, _("{number} was taken back. Draft the contract anew.").format(number=number))
        return reverse("trading:draft-contract", args=[own.lot.number])

    asking = Asking(
        title=_("Take the contract back"),
        submit=_("Take back"),
        back=reverse("trading:contract", args=[number]),
        number=number,
        checks=True,
        warning=_("The text and every signature under it fall. Both sides are told the reason; another text follows."),
        facts=_rows(own),
    )
    return ask(
        request, asking, form=TakeBackForm(request.POST or None), act=act, reasons=acting.drafting_right(request)
    )


@requires(*BUYING)
@require_POST
def give_security(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Record that the performance security has arrived."""
    return _done(request, number, contracting.give_security, _("On record: the performance security was given."))


@requires(*BUYING)
@require_POST
def register_contract(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Register the signed contract and publish it."""
    return _done(request, number, contracting.register, _("The contract is registered and published."))


def _done(request: SeatedRequest, number: str, verb: Callable[..., object], said: str) -> HttpResponseBase:
    own = queries.contract_seen_by(request.membership, number)
    verb(own.pk, actor=request.actor, at=request.at)
    messages.success(request, said)
    return redirect("trading:contract", number=number)


@requires(Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def supplement(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Agree a supplement to the contract."""
    own = queries.contract_seen_by(request.membership, number)
    back = reverse("trading:contract", args=[number])

    def act(data: dict[str, Any]) -> str:
        contracting.add(own.pk, actor=request.actor, at=request.at, amount=data["amount"], because=data["because"])
        messages.success(request, _("The supplement is on record and published."))
        return back

    asking = Asking(
        title=_("Supplement the contract"),
        submit=_("Agree and publish"),
        back=back,
        number=number,
        checks=True,
        warning=_("The change of the contract is published at once."),
        facts=[(_("Amount of the contract"), Money(own.amount, own.currency))],
    )
    return ask(request, asking, form=SupplementForm(request.POST or None), act=act, reasons=acting.approving(request))


@requires(Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def accept_contract(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Accept the performance, which closes the project."""
    own = queries.contract_seen_by(request.membership, number)
    back = reverse("trading:contract", args=[number])

    def act(data: dict[str, Any]) -> str:
        contracting.accept(own.pk, actor=request.actor, at=request.at, acceptance=data["acceptance"])
        messages.success(request, _("Accepted: the project is closed."))
        return back

    asking = Asking(
        title=_("Accept the performance"),
        submit=_("Accept and close"),
        back=back,
        number=number,
        checks=True,
        warning=_("The result is published and the project is closed."),
        facts=[(_("Contract"), own.title)],
    )
    return ask(request, asking, form=AcceptForm(request.POST or None), act=act, reasons=acting.approving(request))


@requires(*SEEN_BY)
@require_safe
def contract_file(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Send the text of the contract to those who sign it and to those who watch over it."""
    own = queries.contract_seen_by(request.membership, number)
    if own.file is None:
        raise NotYours(number)
    return FileResponse(
        storage.open_file(own.file.digest),
        as_attachment=True,
        filename=f"{own.number}.pdf",
        content_type="application/pdf",
    )
