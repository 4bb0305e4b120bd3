"""Forms about an organisation's people."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from network_site.common.html import plain

from . import permissions
from .enums import Role
from .models import User

# What each role may do, in one sentence beside its box.
ROLE_HINTS = {
    Role.ADMINISTRATOR: _("Invites people, says what they may do, reads the audit trail. Needs a second factor."),
    Role.FOCAL_POINT: _("Writes, and sends in the organisation's name."),
    Role.CONTRIBUTOR: _("Writes, and answers questions."),
    Role.LEARNER: _("Takes courses."),
    Role.LEAD: _("Leads the work on practices, like a specialist."),
    Role.SPECIALIST: _("Screens, asks reviewers, settles differences."),
    Role.PUBLISHER: _("Publishes and withdraws what others judged."),
    Role.WEB_EDITOR: _("Writes the public pages."),
}


class RolesField(forms.MultipleChoiceField):
    """The roles that exist in one kind of organisation, each with what it may do."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Roles"),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one role.")},
            **kwargs,
        )

    def offer(self, kind: str) -> None:
        """Offer the roles of this kind of organisation."""
        self.choices = [
            (role.value, format_lazy("{role}: {hint}", role=role.label, hint=ROLE_HINTS[role]))
            for role in permissions.roles_in(kind)
        ]


class InvitationForm(forms.Form):
    """Whom to invite, in which roles, and in which language the letter is written."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The link goes to this address, and works for nobody else."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    roles = RolesField()
    language = forms.ChoiceField(
        label=_("Language of the letter"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )
    key = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].offer(kind)

    def clean_email(self) -> str:
        """Addresses are compared in lower case."""
        return str(self.cleaned_data["email"]).lower()


class RolesForm(forms.Form):
    """What a member may do. `sure` is asked only where something would be missing afterwards."""

    roles = RolesField()
    sure = forms.BooleanField(required=False, label=_("Yes, I know that nobody would be left"))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].offer(kind)


class FarewellForm(forms.Form):
    """Who takes the open work over; and a box for whoever has read the warning."""

    heir = forms.ChoiceField(required=False, label=_("Who takes the open work over?"))
    sure = forms.BooleanField(required=False, label=_("Yes, I know that nobody would be left"))

    def __init__(self, *args: Any, colleagues: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["heir"].choices = [("", _("Nobody in particular")), *colleagues]  # type: ignore[attr-defined]


def _password_rules() -> str:
    return " ".join(password_validators_help_texts())


class NewPersonForm(forms.Form):
    """What an invited person tells when she opens her account."""

    first_name = forms.CharField(
        label=_("First name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Family name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    language = forms.ChoiceField(
        label=_("Language in which you work"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        help_text=lazy(_password_rules, str)(),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        self.email = email
        super().__init__(*args, **kwargs)

    def clean_first_name(self) -> str:
        return _name(self.cleaned_data["first_name"])

    def clean_last_name(self) -> str:
        return _name(self.cleaned_data["last_name"])

    def clean(self) -> dict[str, Any]:
        """Both passwords are the same, and good enough for this person."""
        given = super().clean() or {}
        password, again = given.get("password"), given.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two passwords differ. Type both again."))
        elif password:
            person = User(
                email=self.email, first_name=given.get("first_name", ""), last_name=given.get("last_name", "")
            )
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return given


def _name(given: str) -> str:
    name = " ".join(plain(given).split())
    if not name:
        raise ValidationError(_("Enter a name in letters."), code="name")
    return name


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """allauth's form in our words; signing in with the passkey alone is what most people want of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = _("Sign in with it alone, without a password")
        alone.help_text = _("It then asks for your finger, your face or its code each time.")
