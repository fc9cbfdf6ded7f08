"""Pages of the buying side: naming the committee, watching the declarations, replacing a member, beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import SeatedRequest, requires
from core.errors import NotYours, Refused
from evaluation import convening, draw_papers, queries, seating
from evaluation.draw_forms import ReserveForm
from evaluation.forms import CommitteeForm, ReplaceForm, SearchForm
from evaluation.models import Member
from evaluation.names import Chosen, Kind, Refusal, label
from evaluation.web import doors
from evaluation.web.answers import BUYING, lot_of_buyer, page, room
from trading.names import Stage
from trading.web.answers import Asking, ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http.response import HttpResponseBase

    from accounts.models import Membership
    from core.reasons import Reason
    from trading.models import Lot

_BEFORE_WORK = (Stage.OPENED, Stage.QUALIFICATION)
_REPLACEABLE = (*_BEFORE_WORK, Stage.EVALUATING)


@never_cache
@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def committee(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Name the committee; once it is named, watch who has declared."""
    lot = lot_of_buyer(request, number)
    if queries.committee_of(lot) is not None:
        return _watch(request, lot)
    return _name(request, lot)


@never_cache
@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def name_again(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Name the whole committee anew before it has begun, with the reason."""
    lot = lot_of_buyer(request, number)
    if queries.committee_of(lot) is None or Stage(lot.stage) not in _BEFORE_WORK:
        raise NotYours(number)
    return _name(request, lot, is_again=True)


def _watch(request: SeatedRequest, lot: Lot) -> HttpResponseBase:
    found = queries.committee_of(lot)
    rows = (
        Member.objects.filter(committee=found, is_dismissed=False)
        .select_related("user", "employer", "successor__user")
        .order_by("pk")
    )
    may_replace = Stage(lot.stage) in _REPLACEABLE
    return page(
        request,
        "committee",
        lot=lot,
        committee=found,
        rows=[(row, label(Kind(row.kind)), may_replace and not _is_filled(row)) for row in rows],
        why_not=doors.approving(request),
        may_name_again=Stage(lot.stage) in _BEFORE_WORK,
        doors=[door for door in doors.doors_of(request, lot) if door.posts],
    )


def _is_filled(row: Member) -> bool:
    return getattr(row, "successor", None) is not None


def _name(request: SeatedRequest, lot: Lot, *, is_again: bool = False) -> HttpResponseBase:
    """Ask in steps on one page: search and choose, check, confirm; what was chosen is carried along, never in a URL."""
    search = SearchForm(request.POST or None)
    words = search.cleaned_data["q"] if search.is_bound and search.is_valid() else ""
    seats = _found(words, request.POST.getlist("experts"))
    owners = queries.owner_people(lot)
    is_sent = request.method == "POST" and request.POST.get("act", "search") != "search"
    form = CommitteeForm(seats, owners, request.POST if is_sent else None, initial=_kept(request), is_again=is_again)
    rules = convening.rules_of(lot, at=request.at)
    why_not = doors.approving(request)
    context: dict[str, Any] = {"lot": lot, "search": search, "rules": rules, "words": words, "why_not": why_not}
    if not is_sent or not form.is_valid():
        return page(request, "name_committee", form=form, **context)
    members, ground = _drafts(form, seats, owners), form.cleaned_data["ground"]
    if reasons := convening.naming_objections(lot, members=members, ground=ground, at=request.at, is_again=is_again):
        return page(request, "name_committee", form=form, reasons=reasons, **context)
    if request.POST.get("confirmed") != "yes":
        return _check(request, lot, members, form)
    try:
        _take(request, lot, members, form)
    except Refused as refusal:
        return page(request, "name_committee", form=form, reasons=refusal.reasons, **context)
    messages.success(request, _("The committee is named; every member was asked to declare its interests."))
    return redirect("evaluation:committee", number=lot.number)


def _take(request: SeatedRequest, lot: Lot, members: Sequence[convening.MemberDraft], form: CommitteeForm) -> None:
    ground = form.cleaned_data["ground"]
    if "because" in form.fields:
        because = form.cleaned_data["because"]
        convening.name_again(
            lot.pk, members=members, ground=ground, because=because, actor=request.actor, at=request.at
        )
    else:
        chosen = Chosen(form.cleaned_data["chosen"] or Chosen.ELSEWHERE)
        convening.name_committee(
            lot.pk, members=members, ground=ground, chosen=chosen, actor=request.actor, at=request.at
        )


def _kept(request: SeatedRequest) -> dict[str, object]:
    return {
        "experts": request.POST.getlist("experts"),
        "owners": request.POST.getlist("owners"),
        "chair": request.POST.get("chair", ""),
        "chosen": request.POST.get("chosen", ""),
        "ground": request.POST.get("ground", ""),
        "because": request.POST.get("because", ""),
    }


def _found(words: str, chosen: Sequence[str]) -> list[Membership]:
    """Return the experts chosen so far, then those that the search finds."""
    known = {seat.user.number: seat for seat in queries.experts_numbered(chosen)}
    return list((known | {seat.user.number: seat for seat in queries.experts(words=words)}).values())


def _drafts(
    form: CommitteeForm, seats: Iterable[Membership], owners: Iterable[Membership]
) -> list[convening.MemberDraft]:
    data = form.cleaned_data
    return [
        convening.MemberDraft(seat.user, seat.organisation, kind.value, is_chair=seat.user.number == data["chair"])
        for kind, group, numbers in ((Kind.EXPERT, seats, data["experts"]), (Kind.OWNER_REP, owners, data["owners"]))
        for seat in group
        if seat.user.number in numbers
    ]


def _check(
    request: SeatedRequest, lot: Lot, members: Sequence[convening.MemberDraft], form: CommitteeForm
) -> HttpResponseBase:
    rows: list[tuple[str, object]] = [
        (_words(draft), f"{draft.user.name} · {draft.employer.name}") for draft in members
    ]
    rows += [
        (str(form.fields[name].label), form.cleaned_data[name]) for name in ("ground", "because") if name in form.fields
    ]
    hidden = [
        (name, value)
        for name in ("experts", "owners", "chair", "chosen", "ground", "because")
        for value in request.POST.getlist(name)
    ]
    return page(
        request,
        "check",
        lot=lot,
        title=_("Name the committee"),
        rows=[{"label": name, "value": value} for name, value in rows],
        hidden=[*hidden, ("act", "confirm")],
        confirm=_("Name these persons"),
        warning=_("Every member is told at once. A member leaves only by replacement, with a reason on record."),
        back=request.path,
    )


def _words(draft: convening.MemberDraft) -> str:
    kind = _(label(Kind(draft.kind)))
    return _("{kind}, in the chair").format(kind=kind) if draft.is_chair else kind


@never_cache
@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: SeatedRequest, number: str, person: str) -> HttpResponseBase:
    """Name somebody else for a seat, with the reason."""
    lot = lot_of_buyer(request, number)
    member = _leaving(lot, person)
    drawn = draw_papers.candidate_of(member) if member.kind == Kind.EXPERT else None
    if drawn is not None and draw_papers.has_reserve(drawn.draw):
        return _by_reserve(request, lot, member)
    search = SearchForm(request.POST or None)
    words = search.cleaned_data["q"] if search.is_bound and search.is_valid() else ""
    given = request.POST.get("person", "")
    seats, owners = _found(words, [given.partition(":")[2]]), queries.owner_people(lot)
    is_search = request.POST.get("act") == "search"
    is_sent = request.method == "POST" and not is_search
    initial = {"because": member.recused_because, "is_chair": member.is_chair} | request.POST.dict()
    form = ReplaceForm(seats, owners, request.POST if is_sent else None, initial=initial)
    context: dict[str, Any] = {
        "lot": lot,
        "member": member,
        "search": search,
        "words": words,
        "why_not": doors.approving(request),
    }
    if not is_sent or not form.is_valid():
        return page(request, "replace", form=form, **context)
    try:
        draft = _successor(form, seats, owners)
        convening.replace_member(
            lot.pk,
            out=member.pk,
            draft=draft,
            because=form.cleaned_data["because"],
            actor=request.actor,
            at=request.at,
        )
    except Refused as refusal:
        return page(request, "replace", form=form, reasons=refusal.reasons, **context)
    messages.success(request, _("{name} takes over the seat and was asked to declare.").format(name=draft.user.name))
    return redirect("evaluation:committee", number=lot.number)


def _by_reserve(request: SeatedRequest, lot: Lot, member: Member) -> HttpResponseBase:
    """Let the next reserve of the draw take the seat of a member who was drawn."""

    def act(data: dict[str, Any]) -> str:
        new = seating.replace_by_reserve(
            lot.pk,
            out=member.pk,
            code=Refusal(data["code"]),
            because=data["because"],
            actor=request.actor,
            at=request.at,
        )
        messages.success(request, _("{name} takes over the seat and was asked to declare.").format(name=new.user.name))
        return reverse("evaluation:committee", args=[lot.number])

    asking = Asking(
        title=_("Replace {name}").format(name=member.user.name),
        lead=_("This member was drawn: the next reserve of the draw takes the seat."),
        submit=_("Replace"),
        back=reverse("evaluation:committee", args=[lot.number]),
        number=lot.number,
        is_grave=True,
    )
    form = ReserveForm(request.POST or None, initial={"because": member.recused_because})
    return ask(request, asking, form=form, act=act, reasons=doors.approving(request))


def _leaving(lot: Lot, person: str) -> Member:
    member = Member.objects.select_related("user", "employer").filter(committee__lot=lot, user__number=person).first()
    if member is None or Member.objects.filter(replaces=member).exists():
        raise NotYours(person)
    return member


def _successor(form: ReplaceForm, seats: Iterable[Membership], owners: Iterable[Membership]) -> convening.MemberDraft:
    kind, _colon, number = form.cleaned_data["person"].partition(":")
    group = seats if kind == Kind.EXPERT else owners
    seat = next(seat for seat in group if seat.user.number == number)
    return convening.MemberDraft(seat.user, seat.organisation, kind, is_chair=form.cleaned_data["is_chair"])


@requires(*BUYING)
@require_POST
def convene(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Let the committee begin."""
    lot = lot_of_buyer(request, number)
    try:
        convening.convene(lot.pk, actor=request.actor, at=request.at)
    except Refused as refusal:
        return _refused(request, lot, refusal.reasons)
    messages.success(request, _("The committee has begun; every member was told."))
    return redirect(room(lot))


def _refused(request: SeatedRequest, lot: Lot, reasons: Iterable[Reason]) -> HttpResponseBase:
    return page(request, "refused", lot=lot, reasons=reasons, back=room(lot))
