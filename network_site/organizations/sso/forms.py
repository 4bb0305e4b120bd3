"""Which organisation's server a person goes to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import IdentityProvider


class OrganizationChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.organization.name)


class WhichOrganization(forms.Form):
    """By address or by name. The answer depends on what comes after the @ alone, never on an account."""

    email = forms.EmailField(
        label=_("Your e-mail address at work"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    provider = OrganizationChoice(
        label=_("Or choose your organisation"),
        queryset=IdentityProvider.objects.none(),
        required=False,
        empty_label=_("Choose one"),
        to_field_name="key",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = IdentityProvider.objects.filter(is_active=True).select_related("organization", "app")
        self.fields["provider"].queryset = known  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("provider") is None and not self.errors:
            if not given.get("email"):
                self.add_error("email", _("Give your address, or choose your organisation."))
                return given
            domain = given["email"].rpartition("@")[2].lower()
            given["provider"] = self.fields["provider"].queryset.filter(domains__domain=domain).first()  # type: ignore[attr-defined]
            if given["provider"] is None:
                self.add_error(
                    "email",
                    _("No organisation here has its own sign-in for addresses at %(domain)s. Use your password.")
                    % {"domain": domain},
                )
        return given
