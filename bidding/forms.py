"""What is typed on the pages of bidding: parsed and cleaned, nothing decided. The rules are the verbs'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import pairs
from accounts.models import Membership
from accounts.names import Role
from bidding import queries
from bidding.keyholding import SeatDraft
from bidding.names import DepositForm, ForfeitGround, Seat, label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from trading.models import Project

MOST_OTHERS = 3
LONGEST_TEXT = 4_000
LONGEST_STATEMENT = 200_000  # characters of a pasted statement


class BecauseForm(forms.Form):
    because = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT, widget=forms.Textarea)


class RemarkForm(forms.Form):
    body = forms.CharField(
        label=_("Your objection to the opening"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea,
        help_text=_("It is answered in this session and goes into the record with its answer."),
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("Answer"), max_length=LONGEST_TEXT, widget=forms.Textarea)


def _amount(places: int = 2) -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "data-amount": str(places), "autocomplete": "off"})


class OfferForm(forms.Form):
    """The fields of an offer, as the page draws them; the browser seals them and nothing of it is ever posted."""

    price = forms.CharField(label=_("Price"), widget=_amount())
    price_words = forms.CharField(label=_("Price in words"), required=False, max_length=2000)
    duration = forms.CharField(label=_("Time of performance"), max_length=2000)
    quality = forms.CharField(label=_("Quality"), required=False, max_length=2000)
    manager = forms.CharField(label=_("Person in charge"), required=False, max_length=2000)
    manager_certificates = forms.CharField(
        label=_("Certificates of the person in charge"),
        required=False,
        max_length=2000,
        help_text=_("Name and number of each; they are published with the candidates."),
    )
    deposit = forms.CharField(label=_("Deposit declared"), required=False, widget=_amount())
    deposit_form = forms.ChoiceField(
        label=_("Form of the deposit"),
        required=False,
        choices=[("", "—"), *((form.value, _(label(form))) for form in DepositForm)],
    )
    brand = forms.CharField(
        label=_("Brand of the core product"),
        required=False,
        max_length=2000,
        help_text=_("Only where the documents ask for it: bids of one brand count as one."),
    )


class AppointForm(forms.Form):
    """One choice of a person for each seat of a ceremony."""

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people: dict[str, Membership] = {}
        self._organisations = queries.usual_seats(project)
        holders = _holders()
        for seat, organisation in self._organisations.items():
            self.fields[seat.value] = self._choice(
                list(holders.filter(organisation=organisation)),
                f"{label(seat).translated(gettext)} · {organisation.name}",
                seat,
            )
        taken = [organisation.pk for organisation in self._organisations.values()]
        others = list(holders.exclude(organisation__in=taken))
        for nth in range(1, MOST_OTHERS + 1) if others else ():
            self.fields[f"other-{nth}"] = self._choice(others, "", Seat.OTHER)

    def drafts(self) -> list[SeatDraft]:
        """Return the seats for which somebody was chosen."""
        chosen = [(name, self._people[value]) for name, value in self.cleaned_data.items() if value]
        return [SeatDraft(Seat(name.split("-")[0]), seat.organisation, seat.user) for name, seat in chosen]

    def _choice(self, seats: Iterable[Membership], text: str, seat: Seat) -> forms.ChoiceField:
        choices: list[tuple[str, Any]] = [("", _("nobody"))]
        seats = list(seats)
        for member in seats:
            key = f"{member.organisation.number}/{member.user.number}"
            self._people[key] = member
            name = member.user.name if seat is not Seat.OTHER else f"{member.organisation.name} · {member.user.name}"
            choices.append((key, name))
        only = choices[1][0] if len(seats) == 1 and seat is not Seat.OTHER else ""
        label_ = text or _("Another trusted organisation")
        return forms.ChoiceField(label=label_, choices=choices, required=False, initial=only)


class StatementRowForm(forms.Form):
    """One arrival of the bank's statement."""

    account_name = forms.CharField(label=_("Name of the account"), max_length=200)
    amount = forms.DecimalField(label=_("Amount"), max_digits=20, decimal_places=2)
    arrived_at = forms.DateTimeField(
        label=_("Arrived at"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    reference = forms.CharField(label=_("Reference of the transfer"), max_length=120, required=False)


class StatementForm(forms.Form):
    """A whole statement, pasted: one arrival a line."""

    statement = forms.CharField(
        label=_("Bank statement"),
        max_length=LONGEST_STATEMENT,
        widget=forms.Textarea,
        help_text=_(
            "One arrival a line, columns separated by tabs or commas: name of the account, amount, time "
            "(2026-03-23 15:04), reference."
        ),
    )


class GuaranteeForm(forms.Form):
    number = forms.CharField(label=_("Number of the guarantee"), max_length=120)
    amount = forms.DecimalField(label=_("Amount covered"), max_digits=20, decimal_places=2)
    verify_url = forms.URLField(
        label=_("Address where it is checked"),
        max_length=300,
        assume_scheme="https",
        help_text=_("Begins with https://"),
    )


class ReleaseForm(forms.Form):
    interest = forms.DecimalField(
        label=_("Interest of the bank"), max_digits=20, decimal_places=2, min_value=0, initial=0
    )
    by_bidders_fault = forms.BooleanField(
        label=_("The delay is the bidder's own fault: no interest is owed for it"),
        required=False,
        help_text=_("Only where the deposit goes back late; the reason is needed then."),
    )
    because = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT, required=False, widget=forms.Textarea)


class ForfeitForm(forms.Form):
    ground = forms.ChoiceField(
        label=_("Ground"), choices=[(ground.value, _(label(ground))) for ground in ForfeitGround]
    )
    because = forms.CharField(label=_("Reason in words"), max_length=LONGEST_TEXT, widget=forms.Textarea)

    def clean_ground(self) -> ForfeitGround:
        return ForfeitGround(self.cleaned_data["ground"])


class ConvertForm(forms.Form):
    because = forms.CharField(label=_("What it becomes"), max_length=LONGEST_TEXT, widget=forms.Textarea)


def _holders() -> QuerySet[Membership]:
    """Return who may be appointed: key holders of organisations, without anybody who runs the platform."""
    seats = Membership.objects.filter(role=Role.KEY_HOLDER, until=None).exclude(user__in=pairs.operators())
    return seats.select_related("user", "organisation").order_by("organisation__name", "user__name")
