"""Lots with their bills of quantities, and documents."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from trading.forms.fields import amount, moment, text

if TYPE_CHECKING:
    from trading.models import Project


class LotForm(forms.Form):
    title = text(_("Name of the lot"), longest=300, required=True)
    description = text(_("Description"), rows=3)
    closes_at = moment(_("Deadline for bids (Beijing time)"))
    estimated_value = amount(_("Estimated value"))
    budget = amount(_("Budget"))
    ceiling_price = amount(_("Ceiling price"), hint=_("A bid above it is rejected."))
    deposit_amount = amount(_("Deposit"), hint=_("Empty: no deposit is asked."))
    duration = text(_("Duration"), longest=200)
    quality = text(_("Quality"), longest=200)
    bill = text(
        _("Bill of quantities"),
        rows=6,
        hint=_("One item a line: item; unit; quantity. Lines pasted from a spreadsheet work as well."),
    )

    def clean_bill(self) -> list[dict[str, str]]:
        lines = [line for line in self.cleaned_data["bill"].splitlines() if line.strip()]
        rows, faults = [], []
        for n, line in enumerate(lines, start=1):
            parts = [part.strip() for part in re.split(r"[;\uff1b\t]", line)]
            if len(parts) == len(("item", "unit", "quantity")) and all(parts) and _is_quantity(parts[2]):
                rows.append({"item": parts[0], "unit": parts[1], "quantity": parts[2].replace(",", "")})
            else:
                faults.append(n)
        if faults:
            named = ", ".join(map(str, faults[:10]))
            raise ValidationError(_("Not item; unit; quantity: line %(lines)s."), params={"lines": named})
        return rows


def bill_text(bill: list[dict[str, str]]) -> str:
    """Return a bill as the form shows it."""
    return "\n".join("; ".join((str(row["item"]), str(row["unit"]), str(row["quantity"]))) for row in bill)


def _is_quantity(text: str) -> bool:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return False
    return number.is_finite() and number > 0


class DocumentForm(forms.Form):
    title = text(_("Title"), longest=200, hint=_("Empty: the name of the file."))
    lot = forms.ChoiceField(label=_("Belongs to"), required=False)
    file = forms.FileField(label=_("File"))

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["lot"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("The whole project")), *((lot.number, lot.title) for lot in project.lots.all())]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            raise ValidationError(_("The file is larger than this platform takes."))
        return file
