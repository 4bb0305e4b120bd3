"""Small forms of those who keep courses: a step with its reason, more time, a mark, a revocation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from network_site.common.html import plain

NOTE = 2000
HUNDRED = 100


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PlainField(forms.CharField):
    """Text as it is kept: without signs that nobody sees, so that these alone are no answer."""

    default_error_messages = {"required": _("Fill this in.")}

    def to_python(self, value: Any) -> str:
        return plain(str(super().to_python(value) or "")).strip()


class StepForm(forms.Form):
    """A step of a life cycle: the version that was read, and a reason."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    note = PlainField(required=False, max_length=NOTE, widget=area(3), label=_("The reason"))


class EntryForm(forms.Form):
    """Whether somebody is let into a course; the reason is needed where she is not."""

    note = PlainField(
        required=False,
        max_length=NOTE,
        widget=area(3),
        label=_("What the learner reads"),
        help_text=_("Needed when you do not let the learner in."),
    )


class UnlockForm(forms.Form):
    """Why parts that wait for others are opened to one learner."""

    note = PlainField(max_length=NOTE, widget=area(3), label=_("The reason"), help_text=_("It stands in the history."))


class TimeForm(forms.Form):
    """How much more time somebody has in quizzes with a clock."""

    percent = forms.IntegerField(
        min_value=0,
        max_value=300,
        label=_("More time, in percent"),
        help_text=_("From 0 to 300. With 50, a quiz of 20 minutes takes up to 30. It counts from the next attempt on."),
        error_messages={"required": _("Fill this in.")},
    )


class MarkForm(forms.Form):
    """What a text is worth, and what its writer reads about it."""

    percent = forms.IntegerField(
        min_value=0,
        max_value=HUNDRED,
        label=_("What it is worth, in percent"),
        help_text=_("From 0 to 100. A mark stays as it is."),
        error_messages={"required": _("Fill this in.")},
    )
    comment = PlainField(
        required=False,
        max_length=2000,
        widget=area(5),
        label=_("Comment"),
        help_text=_("The learner reads it beside the text."),
    )

    @property
    def share(self) -> Decimal:
        return Decimal(self.cleaned_data["percent"]) / HUNDRED


class CodeForm(forms.Form):
    """A certificate is looked for by its code."""

    code = forms.CharField(required=False, max_length=64, label=_("Code of a certificate"))


class RevokeForm(forms.Form):
    """Why a certificate is taken back."""

    reason = PlainField(
        max_length=300,
        widget=area(3),
        label=_("The reason"),
        help_text=_("The holder will read it. The public page says only that the certificate was revoked."),
    )
