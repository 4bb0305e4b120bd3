"""Forms of a room: interest, words, files, pledge, commitment, money that arrived."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.common.files import check_upload
from network_site.common.idempotency import new_key
from network_site.common.money import AmountField, CurrencyField, read_amount

from ..models import Negotiation


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RateField(forms.CharField):
    """How many units of one currency are one of another: a positive number with at most eight decimals."""

    default_error_messages = {"rate": gettext_lazy("Enter the rate in figures, for example 1.0834.")}

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).strip()
        if not text:
            return None
        # A rate has no thousands: whichever sign it has stands before its decimals.
        number = self._number(text.replace(",", ".")) if text.count(",") + text.count(".") < 2 else read_amount(text)
        if number is None or not number.is_finite() or not 0 < number < 10**10:
            raise ValidationError(self.error_messages["rate"], code="rate")
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -8:
            raise ValidationError(_("A rate has at most eight decimals."), code="decimals")
        return number

    @staticmethod
    def _number(text: str) -> Decimal | None:
        try:
            return Decimal(text)
        except InvalidOperation:
            return None


class KeyedForm(forms.Form):
    """A form that is answered once, however often it is sent."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = new_key()


class InterestForm(KeyedForm):
    text = forms.CharField(
        label=gettext_lazy("First words to the ministry"),
        help_text=gettext_lazy("Only the ministry and the Network read them."),
        max_length=4000,
        required=False,
        widget=area(5),
    )


class MessageForm(KeyedForm):
    text = forms.CharField(label=gettext_lazy("Your message"), max_length=4000, widget=area(4))


class UploadField(forms.FileField):
    """A file of a kind that is taken in; `content_type` of what it returns has been checked."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if upload and upload is not initial:
            upload.content_type = check_upload(upload)
        return upload


class RoomFileForm(KeyedForm):
    title = forms.CharField(label=gettext_lazy("What it is"), max_length=200)
    upload = UploadField(
        label=gettext_lazy("File"), help_text=gettext_lazy("Up to 10 MB: PDF, Word, Excel, text or a picture.")
    )


class PromiseForm(KeyedForm):
    """An amount with everything that makes it a promise."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    amount = AmountField(label=gettext_lazy("Amount"), min_value=Decimal("0.01"))
    currency = CurrencyField(label=gettext_lazy("Currency"), max_length=3)
    rate = RateField(label=gettext_lazy("Rate"), required=False, max_length=30)
    rate_on = forms.DateField(label=gettext_lazy("Day of the rate"), required=False, widget=day())
    rate_source = forms.CharField(
        label=gettext_lazy("Where the rate is published"),
        help_text=gettext_lazy("For example the central bank."),
        required=False,
        max_length=120,
    )
    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"),
        help_text=gettext_lazy("After this day the pledge lapses by itself."),
        widget=day(),
    )
    conditions = forms.CharField(label=gettext_lazy("Conditions"), required=False, max_length=2000, widget=area(3))
    components = forms.MultipleChoiceField(
        label=gettext_lazy("For these components"),
        help_text=gettext_lazy("None chosen means the whole project."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, room: Negotiation, components: list[str], **kwargs: Any) -> None:
        self.room = room
        pledge = room.pledge
        initial: dict[str, Any] = {"version": room.lock_version, "currency": room.currency}
        if pledge is not None:
            kept = ("amount", "currency", "rate", "rate_on", "rate_source", "valid_until", "conditions", "components")
            initial |= {name: getattr(pledge, name) for name in kept}
            if pledge.currency == room.currency:
                initial |= {"rate": None, "rate_on": None}
            else:
                initial["rate"] = f"{pledge.rate.normalize():f}"
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.fields["rate"].help_text = _(
            "Only for another currency: how many %(currency)s one unit of yours is worth."
        ) % {"currency": room.currency}
        self.fields["components"].choices = [(code, code) for code in components]  # type: ignore[attr-defined]
        if not components:
            del self.fields["components"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        today = timezone.localdate()
        currency = given.get("currency")
        if currency and currency != self.room.currency:
            asked = {
                "rate": _("Give the rate to the currency of the project."),
                "rate_on": _("Give the day of the rate, not later than today."),
                "rate_source": _("Say where the rate is published."),
            }
            for name, words in asked.items():
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, words)
            if given.get("rate_on") and given["rate_on"] > today:
                self.add_error("rate_on", asked["rate_on"])
        if given.get("valid_until") and given["valid_until"] < today:
            self.add_error("valid_until", _("The last day lies in the past."))
        return given


class CommitForm(forms.Form):
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    upload = UploadField(
        label=gettext_lazy("The signed document"),
        help_text=gettext_lazy("Only the ministry and the Network can read it."),
    )


class ReceiptForm(KeyedForm):
    """Money that arrived."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    amount = AmountField(label=gettext_lazy("Amount"), min_value=Decimal("0.01"))
    currency = CurrencyField(label=gettext_lazy("Currency"), max_length=3)
    rate = RateField(
        label=gettext_lazy("Rate"),
        help_text=gettext_lazy("Only where it differs from the rate of the commitment."),
        required=False,
        max_length=30,
    )
    received_on = forms.DateField(label=gettext_lazy("Received on"), widget=day())
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, room: Negotiation, **kwargs: Any) -> None:
        pledge = room.pledge
        initial = {"version": room.lock_version, "currency": pledge.currency if pledge else room.currency}
        super().__init__(*args, initial=initial, **kwargs)

    def clean_received_on(self) -> Any:
        given = self.cleaned_data["received_on"]
        if given > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        return given


class StepForm(forms.Form):
    """A step of the life cycle, with its reason."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    note = forms.CharField(required=False, max_length=2000, widget=area(3), label=gettext_lazy("The reason"))
