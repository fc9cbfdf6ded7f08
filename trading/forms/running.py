"""After the draft: intention, questions, amendments, holds, ends, contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from trading.forms.fields import amount, moment, said, text, yes
from trading.names import AfterFailure, label
from trading.procedures.choosing import METHOD_NAMES, PurchaseMethod
from trading.procedures.failing import NEEDS_APPROVAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trading.names import HoldGround, TerminationGround


_PDF = b"%PDF-"


class BecauseForm(forms.Form):
    because = text(_("Reason"), rows=3, longest=4000, required=True)


class IntentionForm(forms.Form):
    way = forms.ChoiceField(
        label=_("Purchase intention"),
        choices=[("publish", _("Publish it now")), ("waive", _("Waive it, for an urgent ground"))],
        widget=forms.RadioSelect,
    )
    because = text(_("Ground of the waiver"), rows=3, longest=2000)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("way") == "waive" and not data.get("because"):
            self.add_error("because", _("Write down why the intention is waived."))
        return data


class QuestionForm(forms.Form):
    body = text(_("Your question"), rows=5, longest=8000, required=True)


class AnswerForm(forms.Form):
    text = text(_("Answer"), rows=5, longest=8000, required=True)


class AmendForm(forms.Form):
    body = text(_("What is clarified or changed"), rows=6, required=True)
    affects_bids = yes(_("This may affect how bids are written"), initial=True)
    new_closes_at = moment(_("New deadline for bids (Beijing time)"), hint=_("Empty: the deadline stays."))
    changes_object = yes(_("It changes what is bought"))
    changes_qualification = yes(_("It changes who may bid"))
    title = text(_("Title of the file"), longest=200)
    file = forms.FileField(label=_("File"), required=False)


class HoldForm(forms.Form):
    ground = forms.ChoiceField(label=_("Ground"))
    order_number = text(_("Number of the written order"), longest=100)
    because = text(_("Reason"), rows=3, longest=4000, required=True)

    def __init__(self, grounds: Iterable[HoldGround], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["ground"]
        if isinstance(field, forms.ChoiceField):
            field.choices = said((ground.value, label(ground)) for ground in grounds)


class AfterFailureForm(forms.Form):
    choice = forms.ChoiceField(label=_("What is done"), widget=forms.RadioSelect)
    analysis = text(_("Why it failed, and what is done about it"), rows=5, longest=8000, required=True)
    method = forms.ChoiceField(label=_("Method instead"), required=False)
    authority = text(_("Approving authority"), longest=200)
    approval = text(_("Number of the approval"), longest=100)

    def __init__(
        self, choices: Iterable[AfterFailure], methods: Iterable[PurchaseMethod], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        open_to = list(choices)
        named = {
            "choice": said((each.value, label(each)) for each in open_to),
            "method": [("", _("None")), *said((each.value, METHOD_NAMES[each]) for each in methods)],
        }
        for name, options in named.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = options
        if AfterFailure.OTHER_METHOD_WITH_APPROVAL not in open_to:
            del self.fields["method"]
        if not NEEDS_APPROVAL.intersection(open_to):
            del self.fields["authority"], self.fields["approval"]


class TerminateForm(forms.Form):
    ground = forms.ChoiceField(label=_("Ground"))
    because = text(_("Reason"), rows=4, longest=4000, required=True)

    def __init__(self, grounds: Iterable[TerminationGround], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["ground"]
        if isinstance(field, forms.ChoiceField):
            field.choices = said((ground.value, label(ground)) for ground in grounds)


class ContractForm(forms.Form):
    title = text(_("Title of the contract"), longest=300, required=True)
    summary = text(_("Summary"), rows=4)
    security_asked = amount(_("Performance security asked"), hint=_("Empty: none is asked."))
    file = forms.FileField(label=_("Text of the contract (PDF)"), required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and not file.read(len(_PDF)) == _PDF:
            raise ValidationError(_("This is not a PDF file."))
        return file


class SignForm(forms.Form):
    keeps_to_bid = yes(
        _("We declare that subject, price, quality, time and the other main terms of the contract are those of the "
          "documents and of the winner's bid")
    )  # fmt: skip


class TakeBackForm(forms.Form):
    because = text(_("Reason"), rows=3, longest=4000, required=True)


class SupplementForm(forms.Form):
    amount = amount(_("Amount added"), required=True)
    because = text(_("Reason"), rows=3, longest=4000, required=True)


class AcceptForm(forms.Form):
    acceptance = text(_("Result of the acceptance"), rows=4, longest=8000, required=True)
