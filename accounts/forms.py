"""What is typed: parsed and cleaned, nothing decided. Every rule of substance is the verbs'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import passwords
from accounts.identity import Identity, Newcomer
from accounts.names import ASKABLE_ROLES, ROLE_NAMES, SEAT_ROLES, STATE_NAMES, USCC_SCHEME, Role

if TYPE_CHECKING:
    from accounts.models import Organisation


def _choices(roles: Any) -> list[tuple[str, str]]:
    return [(Role(role).value, _(ROLE_NAMES[Role(role)])) for role in roles]  # type: ignore[misc]  # lazy text


def _password(label: Any, *, is_new: bool, hint: Any = "") -> forms.CharField:
    keeps = "new-password" if is_new else "current-password"
    return forms.CharField(
        label=label,
        help_text=hint,
        strip=False,
        max_length=passwords.LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": keeps}),
    )


_HINT = _("At least 12 characters; a short sentence is easy to remember. No other rules.")


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = _password(_("Password"), is_new=False)


class PasswordForm(forms.Form):
    """The password again."""

    password = _password(_("Password"), is_new=False)


class NewPasswordForm(forms.Form):
    new = _password(_("New password"), is_new=True, hint=_HINT)
    again = _password(_("New password again"), is_new=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", _("The two passwords differ."))
        return cleaned


class ChangePasswordForm(NewPasswordForm):
    old = _password(_("Present password"), is_new=False)

    field_order = ["old", "new", "again"]


class UsernameForm(forms.Form):
    username = forms.CharField(
        label=_("User name"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )


class ContactForm(forms.Form):
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    contact = forms.CharField(label=_("Contact"), max_length=200, required=False, help_text=_("Department, telephone."))


class OrganisationForm(ContactForm):
    field_order = ["name", "scheme", "code", "address", "contact", "roles"]

    name = forms.CharField(label=_("Name of the organisation"), max_length=200)
    scheme = forms.CharField(
        label=_("Name of the register"),
        max_length=32,
        initial=USCC_SCHEME,
        help_text=_("CN-USCI for the unified social credit code; a foreign register by its own short name."),
    )
    code = forms.CharField(
        label=_("Code in the register"), max_length=64, help_text=_("The unified social credit code has 18 characters.")
    )
    roles = forms.MultipleChoiceField(
        label=_("It wants to act as"), choices=_choices(ASKABLE_ROLES), widget=forms.CheckboxSelectMultiple
    )

    def identity(self) -> Identity:
        data = self.cleaned_data
        return Identity(data["scheme"], data["code"], data["name"], data["address"], data["contact"])


class NewcomerForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=64,
        help_text=_("3 to 64 letters, digits or . @ + - _"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    person = forms.CharField(label=_("Name"), max_length=100)
    phone = forms.CharField(label=_("Telephone"), max_length=32, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)

    def newcomer(self) -> Newcomer:
        data = self.cleaned_data
        return Newcomer(data["username"], data["person"], data["phone"], data["email"])


class RegistrationForm(NewPasswordForm, NewcomerForm, OrganisationForm):
    """An organisation and its first person, on one page."""

    field_order = [
        *["name", "scheme", "code", "address", "contact", "roles"],
        *["person", "username", "phone", "email", "new", "again"],
    ]


class RightsForm(forms.Form):
    may_draft = forms.BooleanField(label=_("May draft"), required=False, initial=True)
    may_approve = forms.BooleanField(
        label=_("May approve"), required=False, help_text=_("Nobody approves what he drafted himself.")
    )


class SeatForm(RightsForm):
    """In which role somebody is seated: one that the organisation may act in."""

    role = forms.ChoiceField(label=_("Role"))

    field_order = ["person", "username", "phone", "email", "role", "may_draft", "may_approve"]

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        if isinstance(field, forms.ChoiceField):
            field.choices = _choices([role for role in SEAT_ROLES if organisation.may_seat(role)])


class InviteForm(SeatForm, NewcomerForm):
    """A new colleague who has no account."""


class MemberForm(SeatForm):
    """A new colleague who has one."""

    person = forms.CharField(
        label=_("Number of the person"), max_length=32, help_text=_("PE-…: it stands on the person's own account page.")
    )


class PasskeyNameForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the passkey"),
        max_length=60,
        help_text=_("Where it is: “office computer”, “blue security key”, “telephone”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RecoveryCodeForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=_("Recovery code"),
        max_length=40,
        help_text=_("One of the codes that you keep on paper: four groups of four. Each works once."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Check code"),
        max_length=20,
        help_text=_("Eight letters and digits; your colleague reads them out to you. Never take them from a message."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class BecauseForm(forms.Form):
    because = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class AdmissionForm(forms.Form):
    """In which of the roles asked for an organisation is admitted."""

    roles = forms.MultipleChoiceField(label=_("Admit as"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"roles": organisation.roles})
        super().__init__(*args, **kwargs)
        field = self.fields["roles"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = _choices(organisation.roles)


class AppointForm(BecauseForm):
    person = forms.CharField(label=_("Number of the person"), max_length=32)
    role = forms.ChoiceField(label=_("Role"))

    field_order = ["person", "role", "because"]

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        if isinstance(field, forms.ChoiceField):
            field.choices = _choices(organisation.roles)


class AdmissionFilter(forms.Form):
    """The centre's list: by state and by words."""

    is_filter = True

    q = forms.CharField(label=_("Name, code or number"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), *[(state.value, _(name)) for state, name in STATE_NAMES.items()]],
    )


class InboxFilter(forms.Form):
    is_filter = True

    project = forms.CharField(label=_("Project number"), max_length=64, required=False)
    unread = forms.BooleanField(label=_("Only what is unread"), required=False)


class KeyForm(forms.Form):
    """What the page's script sends: the public key, and the secret one as its owner locked it."""

    vkey = forms.CharField(max_length=400)
    wrapped = forms.CharField(max_length=65_536)
