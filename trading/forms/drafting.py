"""A new project and the steps of its guided form."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.canonical import format_time
from trading import notice_data
from trading.forms.fields import amount, moment, named, said, text, yes
from trading.names import Category, FundsType, Kind, Stage, label
from trading.procedures.guards.announcing import project_follows_its_approval
from trading.procedures.mandatory import SCHEME_NAMES, Access, Exemption, Extent, RunBy
from trading.regions import REGIONS

if TYPE_CHECKING:
    from enum import StrEnum

    from accounts.models import Organisation
    from trading.models import Project
    from trading.procedures.definition import Procedure


class CreateForm(forms.Form):
    """Kind, name and sides; everything else is written afterwards."""

    kind = forms.ChoiceField(label=_("Kind of procedure"), choices=named(Kind), widget=forms.RadioSelect)
    title = text(_("Name of the project"), longest=300, required=True)
    category = forms.ChoiceField(label=_("What is bought"), choices=named(Category))
    funds_type = forms.ChoiceField(label=_("Source of funds"), choices=named(FundsType))
    region = forms.ChoiceField(
        label=_("Region"),
        choices=said(REGIONS.items()),
        help_text=_("The region's own rules are bound at the announcement."),
    )
    owner = forms.ChoiceField(label=_("Owner"))
    agent = forms.ChoiceField(label=_("Agent"), required=False)
    supervisor = forms.ChoiceField(label=_("Supervising department"))
    center = forms.ChoiceField(label=_("Trading centre"))

    def __init__(self, sides: dict[str, list[Organisation]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, organisations in sides.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                found = [(each.number, each.name) for each in organisations]
                field.choices = found if field.required else [("", _("None")), *found]


class StepForm(forms.Form):
    """One step of the guided form: which fields of the project it writes, which keys of ``terms`` and ``approval``."""

    columns: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    approval: tuple[str, ...] = ()

    @classmethod
    def initial_of(cls, project: Project) -> dict[str, Any]:
        """Return what the project says already."""
        found = {name: getattr(project, name) for name in cls.columns}
        found |= {name: _read(project.terms.get(name), cls.base_fields[name]) for name in cls.terms}
        return found | {f"approval_{name}": project.approval.get(name, "") for name in cls.approval}

    def changes(self, project: Project) -> dict[str, Any]:
        """Return the fields of the project as this step leaves them."""
        data = self.cleaned_data
        changed: dict[str, Any] = {name: data[name] for name in self.columns}
        if self.terms:
            stated = {name: _written(data[name]) for name in self.terms}
            kept = {key: value for key, value in project.terms.items() if key not in stated}
            changed["terms"] = kept | {key: value for key, value in stated.items() if value not in (None, "", [])}
        if self.approval:
            stated = {name: str(data[f"approval_{name}"] or "") for name in self.approval}
            changed["approval"] = {key: value for key, value in stated.items() if value}
        return changed


class SubjectForm(StepForm):
    columns = ("title", "category", "region", "content", "scope", "scale")

    title = text(_("Name of the project"), longest=300, required=True)
    category = forms.ChoiceField(label=_("What is bought"), choices=named(Category))
    region = forms.ChoiceField(label=_("Region"), choices=said(REGIONS.items()))
    content = text(_("Content of the tender"), rows=4)
    scope = text(_("Scope"), rows=3)
    scale = text(_("Scale"), rows=2)


def _scheme(words: type[StrEnum], name: Any, *, hint: Any = "") -> forms.ChoiceField:
    choices = [("", _("Not stated")), *said((word.value, SCHEME_NAMES[word]) for word in words)]
    return forms.ChoiceField(label=name, help_text=hint, required=False, choices=choices)


class FundsForm(StepForm):
    columns = ("funds_type", "funds_detail", "is_mandatory_tender")
    of_approval = (
        "investment", "budget_funds", "connected_value", "exemption", "exemption_because", "approved_extent",
        "approved_access", "approved_organisation", "tender_extent",
    )  # fmt: skip
    terms: tuple[str, ...] = ("state_funds_dominate", "is_whole", *of_approval)
    approval = ("authority", "number", "on")

    funds_type = forms.ChoiceField(label=_("Source of funds"), choices=named(FundsType))
    funds_detail = text(_("Source of funds in detail"), longest=300, hint=_("Whose money, which share."))
    state_funds_dominate = yes(
        _("State funds hold the controlling or leading share"), hint=_("Then rank one wins, unless it falls away.")
    )
    is_mandatory_tender = yes(_("The law demands a tender for this project"))
    is_whole = yes(
        _("We declare that the project is whole and was not split to stay below a threshold"),
    )
    investment = amount(_("Total investment"))
    budget_funds = amount(_("Budget funds in it"))
    connected_value = amount(
        _("Value of connected purchases outside this project"), hint=_("They count together against the threshold.")
    )
    exemption = _scheme(Exemption, _("Ground on which no tender is needed"))
    exemption_because = text(_("What shows that ground"), rows=2, longest=2000)
    approval_authority = text(_("Approving authority"), longest=200)
    approval_number = text(_("Number of the approval"), longest=100)
    approval_on = forms.DateField(
        label=_("Day of the approval"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    approved_extent = _scheme(Extent, _("Scope of the tender as approved"))
    approved_access = _scheme(Access, _("Method of tender as approved"))
    approved_organisation = _scheme(RunBy, _("Organisation form as approved"))
    tender_extent = _scheme(Extent, _("Scope of this tender"), hint=_("With the other tenders of the project."))

    def __init__(self, procedure: Procedure, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not procedure.asks(project_follows_its_approval):
            self.terms = tuple(name for name in self.terms if name not in self.of_approval)
            for name in self.of_approval:
                del self.fields[name]


class ClausesForm(StepForm):
    """The clauses that the documents must not contain: each is ticked when it was checked."""

    terms = ("clauses_checked",)

    clauses_checked = forms.MultipleChoiceField(
        label=_("Checked: the documents contain none of this"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever ticks a line has looked for it in every document."),
    )

    def __init__(self, procedure: Procedure, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["clauses_checked"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(item.key, f"{gettext(item.name)} ({item.source})") for item in procedure.clauses]


class ConditionsForm(StepForm):
    columns = ("qualification", "accepts_consortia")
    terms = (
        "document_access", "documents_from", "documents_until", "submission", "bid_validity_days",
        "performance_security_percent", "deposit_cash_only", "sme_policy", "is_standard", "is_complex",
        "planned_at", "filed_at",
    )  # fmt: skip

    qualification = text(_("Qualification required of bidders"), rows=4)
    accepts_consortia = yes(_("Consortia are accepted"))
    document_access = text(_("How to get the documents"), rows=2)
    documents_from = moment(_("Documents are offered from"))
    documents_until = moment(_("Documents are offered until"))
    submission = text(_("How to submit bids"), rows=2)
    bid_validity_days = forms.IntegerField(
        label=_("Bids are valid for (days)"), required=False, min_value=1, max_value=3650
    )
    performance_security_percent = forms.IntegerField(
        label=_("Performance security (percent of the contract)"), required=False, min_value=0, max_value=100
    )
    deposit_cash_only = yes(_("The deposit is accepted in cash only"))
    sme_policy = text(_("Policies for small and medium-sized enterprises and others"), rows=3)
    is_standard = yes(_("Goods or services with a uniform standard"))
    is_complex = yes(_("Technically complex, or of great impact"))
    planned_at = moment(_("Tender plan was published"), hint=_("Only where the region asks for it."))
    filed_at = moment(
        _("Documents were filed with the supervising department"), hint=_("Only where the region asks for it.")
    )


class ContactForm(StepForm):
    terms = ("contact_name", "contact_phone", "address", "opening_place", "objection_channel")

    contact_name = text(_("Contact person"), longest=100)
    contact_phone = text(_("Telephone"), longest=50)
    address = text(_("Address"), longest=300)
    opening_place = text(_("Place of the opening"), longest=300)
    objection_channel = text(_("Where to object"), longest=300)


class MethodForm(StepForm):
    columns = ("method", "tie_rule")

    method = forms.ChoiceField(label=_("Evaluation method"), required=False, widget=forms.RadioSelect)
    tie_rule = forms.ChoiceField(label=_("Between equal bids decides"), required=False, widget=forms.RadioSelect)

    def __init__(self, procedure: Procedure, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in (("method", procedure.methods), ("tie_rule", procedure.tie_rules)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = said((word.value, label(word)) for word in words)


class ProjectFilter(forms.Form):
    is_filter = True

    q = forms.CharField(label=_("Title or number"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind of procedure"), required=False, choices=[("", _("All")), *named(Kind)])
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("All")), *named(Stage)])


def _written(value: Any) -> Any:
    """Return a value as ``terms`` keeps it: instants in canonical form, amounts as texts."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return format_time(value) if hasattr(value, "tzinfo") else value


def _read(value: Any, field: forms.Field) -> Any:
    return notice_data.instant(value) if isinstance(field, forms.DateTimeField) else value
