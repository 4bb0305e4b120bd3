"""Forms of saved searches."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from network_site.common.models import Rhythm

from .models.saved import MAX_NAME


class SaveSearchForm(forms.Form):
    """A question gets a name, and its keeper says how she hears of what is new."""

    name = forms.CharField(
        label=_("Name"), max_length=MAX_NAME, help_text=_("So that you know it again, for example in a notice.")
    )
    rhythm = forms.ChoiceField(
        label=_("Mail about what is new"),
        choices=Rhythm.choices,
        widget=forms.RadioSelect,
        help_text=_("It always stands in your notices."),
    )
    is_shared = forms.BooleanField(
        label=_("Save it for my organisation"),
        required=False,
        help_text=_("Your colleagues see it and may follow it too."),
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]
