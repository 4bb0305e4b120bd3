"""Checking a certificate, and what its holder lets others see."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """The code as somebody types it. Whether it is one is found out by looking for it, in the same time for all."""

    code = forms.CharField(
        label=_("Code on the certificate"),
        help_text=_("26 letters and numbers, with or without dashes"),
        error_messages={"required": _("Type the code that stands on the certificate.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="%s", use_required_attribute=False, **kwargs)


class NameForm(forms.Form):
    """Whether the name stands where everybody with the code sees it, and where to go on."""

    shows = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    back = forms.ChoiceField(choices=[("page", "page"), ("list", "list")])

    def clean_shows(self) -> bool:
        return bool(self.cleaned_data["shows"] == "yes")
