"""What is typed in an evaluation: parsed and cleaned, nothing decided. Every rule of substance is the verbs'."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.reasons import reason
from evaluation.names import BY_HAND, Answer, Kind, RejectionGround, choices
from evaluation.rules.criteria import Kind as Shape
from evaluation.rules.exact import shown, written
from evaluation.rules.policy import PERCENT
from trading.forms.fields import moment, said, text
from trading.names import PassingGround, label
from trading.names import choices as law_choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from accounts.models import Membership
    from core.reasons import Reason
    from evaluation.models import Candidate
    from evaluation.rules.criteria import Criterion
    from trading.procedures.definition import Fall

LONGEST = 8000
PASSED, FAILED = "passed", "failed"
_EMPTY = ("", "—")


class NothingForm(forms.Form):
    """Nothing is typed: the page only asks whether it shall be done."""


class BecauseForm(forms.Form):
    """A reason and nothing else."""

    because = text(_("Reason"), rows=4, longest=LONGEST, required=True)


class SearchForm(forms.Form):
    """Who is looked for among the experts."""

    q = forms.CharField(label=_("Name, number or organisation"), required=False, max_length=80)


class CommitteeForm(forms.Form):
    """Who sits, who is in the chair, and on what ground; ``seats`` are those found or chosen so far."""

    chosen = forms.ChoiceField(label=_("How the experts came to it"), required=False, choices=said(BY_HAND))
    ground = text(
        _("Ground of the choice"),
        rows=3,
        longest=2000,
        required=True,
        hint=_("How these persons were chosen: the draw and its record, or why they were named directly."),
    )

    def __init__(
        self,
        seats: Sequence[Membership],
        owners: Sequence[Membership],
        *args: Any,
        is_again: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if is_again:
            self.fields["because"] = text(_("Why the committee is named anew"), rows=2, longest=2000, required=True)
        everybody = [*seats, *owners]
        names = [(seat.user.number, seat.user.name) for seat in everybody]
        self.fields["experts"] = forms.MultipleChoiceField(
            label=_("Experts"),
            required=False,
            choices=[(seat.user.number, f"{seat.user.name} · {seat.organisation.name}") for seat in seats],
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["owners"] = forms.MultipleChoiceField(
            label=_("Representatives of the owner"),
            required=False,
            choices=[(seat.user.number, seat.user.name) for seat in owners],
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["chair"] = forms.ChoiceField(label=_("Chair"), required=False, choices=[_EMPTY, *names])
        self.order_fields(["experts", "owners", "chair", "chosen", "ground"])


class ReplaceForm(forms.Form):
    """Who takes over a seat, and why."""

    person = forms.ChoiceField(label=_("Successor"), widget=forms.RadioSelect)
    is_chair = forms.BooleanField(label=_("In the chair"), required=False)
    because = text(_("Why the member is replaced"), rows=3, longest=2000, required=True)

    def __init__(self, seats: Sequence[Membership], owners: Sequence[Membership], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [(f"{Kind.EXPERT.value}:{seat.user.number}", f"{seat.user.name} · {seat.organisation.name}")
                 for seat in seats]  # fmt: skip
        ours = [(f"{Kind.OWNER_REP.value}:{seat.user.number}", seat.user.name) for seat in owners]
        field = self.fields["person"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(gettext("Experts"), found), (gettext("Representatives of the owner"), ours)]


class DeclarationForm(forms.Form):
    """Conflict of interest or none; an expert's years and title where the law asks for them."""

    has_conflict = forms.TypedChoiceField(
        label=_("Your interests"),
        coerce=lambda value: value == "yes",
        choices=[
            (
                "no",
                _("I have no interest in any bidder that may touch my judgement, and I keep the evaluation secret."),
            ),
            ("yes", _("I have, or may have, a conflict of interest: I give up the seat.")),
        ],
        widget=forms.RadioSelect,
    )
    text = text(_("What the conflict is"), rows=3, longest=2000, hint=_("Only if there is one."))
    years = forms.IntegerField(label=_("Years of work in this field"), required=False, min_value=0, max_value=80)
    has_title = forms.BooleanField(label=_("I hold a senior title or an equal level"), required=False)

    def __init__(self, *args: Any, asks_standing: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_standing:
            del self.fields["years"], self.fields["has_title"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("has_conflict") and not data.get("text"):
            self.add_error("text", _("Write down what the conflict of interest is."))
        return data


class VerdictForm(forms.Form):
    """Pass or fail in one step for one bid, with ground and reason; nothing chosen means not answered yet."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        required=False,
        choices=[_EMPTY, (PASSED, _("Pass")), (FAILED, _("Fail"))],
    )
    ground = forms.ChoiceField(
        label=_("Ground of the rejection"), required=False, choices=[_EMPTY, *said(choices(RejectionGround))]
    )
    because = text(_("Reason, told to the bidder"), rows=2, longest=2000)
    evidence = text(_("Evidence: file and page"), longest=500)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("verdict") == FAILED:
            if not data.get("ground"):
                self.add_error("ground", _("A rejection names its ground."))
            if not data.get("because"):
                self.add_error("because", _("A rejection states its reason."))
        elif data.get("ground") or data.get("because"):
            self.add_error("verdict", _("Choose “Fail” if the bid is to be rejected."))
        return data


class SheetForm(forms.Form):
    """One member's points for one bid: drafts may be unfinished, so nothing is required here."""

    def __init__(self, criteria: Iterable[Criterion], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = []
        for criterion in criteria:
            self.codes.append(criterion.code)
            self.fields[f"p-{criterion.code}"] = _points(criterion)
            self.fields[f"c-{criterion.code}"] = forms.CharField(
                label=_("Comment"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
            )

    def scores(self) -> dict[str, str]:
        return {code: str(self.cleaned_data[f"p-{code}"]) for code in self.codes}

    def comments(self) -> dict[str, str]:
        return {code: str(self.cleaned_data[f"c-{code}"]) for code in self.codes}


def _points(criterion: Criterion) -> forms.Field:
    weight = ""
    if criterion.weight is not None:
        weight = gettext("weight {share}").format(share=f"{shown((criterion.weight * 100).normalize())} %")
    if criterion.kind is Shape.FIXED_STEPS:
        steps = [(written(step), written(step)) for step in criterion.steps]
        return forms.ChoiceField(label=criterion.title, help_text=weight, required=False, choices=[_EMPTY, *steps])
    hint = gettext("0 to {maximum}").format(maximum=written(criterion.maximum or Decimal(0)))
    hint = f"{hint} · {weight}" if weight else hint
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.CharField(label=criterion.title, help_text=hint, required=False, max_length=12, widget=widget)


class FiguresForm(forms.Form):
    """What the committee enters for one bid before the calculation; only what the method counts."""

    LINES = 3

    def __init__(
        self, *args: Any, grounds: Sequence[str], months: bool, deductions: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = self.LINES if grounds else 0
        if months:
            self.fields["months"] = _decimal(_("Months of work offered"))
        if deductions:
            self.fields["deductions"] = forms.MultipleChoiceField(
                label=_("Deductions that the bid may claim"),
                required=False,
                choices=[(name, DEDUCTIONS[name]) for name in deductions],
                widget=forms.CheckboxSelectMultiple,
            )
        for line in range(self.lines):
            self.fields[f"ground-{line}"] = forms.ChoiceField(
                label=_("Ground of an adjustment"),
                required=False,
                choices=[_EMPTY, *((each, each) for each in grounds)],
            )
            self.fields[f"amount-{line}"] = _decimal(_("Amount; below zero takes off"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for line in range(self.lines):
            if bool(data.get(f"ground-{line}")) != (data.get(f"amount-{line}") is not None):
                self.add_error(f"ground-{line}", _("An adjustment has a ground and an amount."))
        return data

    def adjustments(self) -> list[tuple[str, Decimal]]:
        data = self.cleaned_data
        return [
            (data[f"ground-{line}"], data[f"amount-{line}"]) for line in range(self.lines) if data[f"ground-{line}"]
        ]


DEDUCTIONS: Mapping[str, Any] = dict(
    zip(
        PERCENT,
        (_("Small or micro enterprise"), _("Consortium with small enterprises"), _("Domestic product")),
        strict=True,
    )
)


def _decimal(name: Any) -> forms.DecimalField:
    return forms.DecimalField(label=name, required=False, max_digits=18, decimal_places=2)


class TieForm(forms.Form):
    """The owner's order among tied bids; one field for each place."""

    def __init__(self, bidders: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = range(1, len(bidders) + 1)
        for place in self.places:
            name = _("Place {n} among them").format(n=place)
            self.fields[f"place-{place}"] = forms.ChoiceField(label=name, choices=[_EMPTY, *bidders])
        self.fields["because"] = text(_("Why"), rows=3, longest=2000, required=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [data.get(f"place-{place}") for place in self.places]
        if all(chosen) and len(set(chosen)) < len(chosen):
            self.add_error("place-1", _("Each bidder has one place."))
        return data

    def order(self) -> list[str]:
        return [self.cleaned_data[f"place-{place}"] for place in self.places]


class ExtendForm(forms.Form):
    """Until when the committee has time, and why."""

    until = moment(_("New end of the evaluation (Beijing time)"), required=True)
    because = text(_("Reason"), rows=3, longest=2000, required=True)


class RecheckForm(forms.Form):
    """Which candidate is checked again, and what has changed."""

    candidate = forms.ChoiceField(label=_("Candidate"), widget=forms.RadioSelect)
    because = text(_("What has changed"), rows=4, longest=LONGEST, required=True)

    def __init__(self, candidates: Sequence[Candidate], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["candidate"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(row.pk), f"{row.rank} · {row.bid.bidder.name}") for row in candidates]


class RecheckAnswerForm(forms.Form):
    """A member's word on the candidate that is checked again."""

    is_fit = forms.TypedChoiceField(
        label=_("By the criteria of the documents the candidate is"),
        coerce=lambda value: value == "yes",
        choices=[("yes", _("still fit to win")), ("no", _("no longer fit to win"))],
        widget=forms.RadioSelect,
    )
    because = text(_("Reason"), rows=4, longest=LONGEST, required=True)


class DrawUpForm(forms.Form):
    """The report: what the committee writes down where few bids are valid."""

    few_bids_because = text(
        _("Judgement on competition"),
        rows=3,
        longest=LONGEST,
        hint=_("Needed where fewer than three bids are valid: why there is competition all the same, or why not."),
    )
    rejects_all = forms.BooleanField(label=_("The committee rejects all bids"), required=False)


class AnswerForm(forms.Form):
    """A member's word on the report."""

    answer = forms.ChoiceField(label=_("Your answer"), choices=said(choices(Answer)), widget=forms.RadioSelect)
    dissent = text(
        _("Written dissent"), rows=5, longest=LONGEST, hint=_("Only if you dissent: what you dissent from, and why.")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        dissents = data.get("answer") == Answer.DISSENTS
        if dissents and not data.get("dissent"):
            self.add_error("dissent", _("A dissent is written down with its reasons."))
        if not dissents and data.get("dissent"):
            self.add_error("answer", _("Whoever writes down reasons against the report dissents."))
        return data


# The committee alone finds a candidate no longer fit, in a check of its own.
_OWNERS_GROUNDS = [each for each in law_choices(PassingGround) if each[0] != PassingGround.NO_LONGER_FIT]


class AwardForm(forms.Form):
    """The winner, and for every better candidate why it is passed over."""

    because = text(_("Reason in words"), rows=4, longest=LONGEST, hint=_("Needed unless the first candidate wins."))

    def __init__(self, candidates: Sequence[Candidate], out: Iterable[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gone = set(out)
        standing = [row for row in candidates if row.rank not in gone]
        self.fields["winner"] = forms.ChoiceField(
            label=_("Winner"),
            choices=[(str(row.pk), f"{row.rank} · {row.bid.bidder.name}") for row in standing],
            widget=forms.RadioSelect,
        )
        for row in standing[:-1]:
            self.fields[f"ground-{row.rank}"] = forms.ChoiceField(
                label=_("Why rank {rank}, {name}, is passed over").format(rank=row.rank, name=row.bid.bidder.name),
                required=False,
                choices=[_EMPTY, *said(_OWNERS_GROUNDS)],
            )
        self.order_fields(["winner"])
        self.ranks = {str(row.pk): row.rank for row in standing}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = self.ranks.get(str(data.get("winner")))
        for rank in self.ranks.values():
            if chosen is not None and rank >= chosen and data.get(f"ground-{rank}"):
                self.add_error(f"ground-{rank}", _("This candidate is not passed over."))
        return data

    def grounds(self) -> dict[int, PassingGround]:
        found = {rank: self.cleaned_data.get(f"ground-{rank}") for rank in self.ranks.values()}
        return {rank: PassingGround(ground) for rank, ground in found.items() if ground}


class GroundForm(forms.Form):
    """A ground of the law, and the evidence for it in words."""

    because = text(_("Evidence in words"), rows=4, longest=LONGEST, required=True)

    def __init__(self, grounds: Iterable[tuple[str, Reason]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"] = forms.ChoiceField(label=_("What happened"), choices=said(grounds))
        self.order_fields(["ground"])


def falls_said(falls: Iterable[Fall]) -> list[tuple[str, Reason]]:
    """Return how a winner may lose its award, each with what becomes of its deposit."""
    return [
        (
            fall.ground.value,
            reason("{ground}: {consequence}", ground=label(fall.ground), consequence=fall.consequence),
        )
        for fall in falls
    ]
