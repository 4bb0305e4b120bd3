"""Forms of execution: the agreement, reports on results, amendments, the last questions at the end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from network_site.common.money import AmountField
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.models import Organization
from practices.enums import AdaptationResult

from ..enums import Measure
from ..states import plain

AGENCIES = (
    OrganizationKind.PROVIDER,
    OrganizationKind.INTERNATIONAL,
    OrganizationKind.ACADEMIC,
    OrganizationKind.SOCIAL_PARTNER,
    OrganizationKind.MINISTRY,
)


def day_field(label: str | Promise, *, required: bool = True) -> forms.DateField:
    """A day, typed or chosen."""
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}))


class AgreementForm(forms.Form):
    """What was signed, and how often the agency reports."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    agency = forms.ModelChoiceField(
        label=_("Executing agency in Enlace"),
        queryset=Organization.objects.none(),
        required=False,
        help_text=_("Its people can then write the reports on results. Leave it empty if it is not in the list."),
    )
    agency_name = forms.CharField(label=_("Name of the executing agency, as signed"), max_length=200)
    signed_on = day_field(_("Signed on"))
    starts_on = day_field(_("From"))
    ends_on = day_field(_("To"))
    months_each = forms.TypedChoiceField(
        label=_("Results are reported"),
        choices=[(3, _("every quarter")), (6, _("every half-year"))],
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("Each report is due a month after its period ends."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["agency"]
        field.queryset = Organization.objects.filter(kind__in=AGENCIES, listed=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        starts, ends, signed = given.get("starts_on"), given.get("ends_on"), given.get("signed_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The last day is before the first one."))
        elif starts and ends and (ends - starts).days > 366 * 20:
            self.add_error("ends_on", _("An agreement runs for 20 years at most."))
        if signed and ends and signed > ends:
            self.add_error("signed_on", _("It was signed after its last day."))
        return given


class StepForm(forms.Form):
    """A step with the reason that it may need."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("The reason"), required=False, max_length=2000, widget=forms.Textarea)


class StartForm(StepForm):
    """When it really started."""

    actual_start = day_field(_("It started on"))


class CompleteForm(StepForm):
    """When it really ended, and what became of the practice that was taken over."""

    actual_end = day_field(_("It ended on"))
    result = forms.ChoiceField(
        label=_("What came of the practice that was taken over"),
        choices=AdaptationResult.choices,
        initial=AdaptationResult.UNKNOWN,
        widget=forms.RadioSelect,
    )
    changed = forms.CharField(
        label=_("What was changed in it, and why"),
        max_length=2000,
        widget=forms.Textarea,
        help_text=_("It is shown on the page of that practice. Say what failed too."),
    )

    def __init__(self, *args: Any, has_origin: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_origin:
            del self.fields["result"], self.fields["changed"]


class ReportForm(forms.Form):
    """The words of a report."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    narrative = forms.CharField(
        label=_("What happened in this period"), max_length=4000, required=False, widget=forms.Textarea
    )
    difficulties = forms.CharField(
        label=_("What went wrong, and what you did about it"),
        max_length=4000,
        required=False,
        widget=forms.Textarea,
        help_text=_("It will be public. Others learn most from it."),
    )


class ValueForm(forms.Form):
    """What is said of one result: a number, words, or why it was not measured."""

    value = AmountField(label=_("Value"), decimal_places=4, min_value=None, required=False)
    text = forms.CharField(label=_("In words"), max_length=1000, required=False)
    not_measured = forms.CharField(
        label=_("Not measured, because"), max_length=300, required=False, help_text=_("Only if there is no value.")
    )
    source = forms.CharField(label=_("Source"), max_length=300, required=False)

    def __init__(self, *args: Any, line: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"r-{line.id}", **kwargs)
        self.line = line
        if line.measure == Measure.QUALITATIVE:
            del self.fields["value"]
        else:
            self.fields["value"].help_text = _("A zero is a value: write 0. Leave it empty if there is none.")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("not_measured") and given.get("value") is not None:
            self.add_error("not_measured", _("Give the value or say why there is none, not both."))
        elif given.get("not_measured") and given.get("text"):
            self.add_error("not_measured", _("Give the answer or say why there is none, not both."))
        return given

    def entry(self) -> dict[str, Any]:
        """What the service wants."""
        return {"result": UUID(self.line.id), **self.cleaned_data}


class CorrectionForm(forms.Form):
    """Why an approved report is corrected."""

    reason = forms.CharField(label=_("Why it is corrected"), max_length=500, widget=forms.Textarea)


class AmendmentForm(forms.Form):
    """What changes, and why; one field for each final target and each budget line."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why it is amended"), max_length=2000, widget=forms.Textarea, help_text=_("Everybody will read it.")
    )
    ends_on = day_field(_("Last day of the agreement"))

    def __init__(self, *args: Any, rows: Any, lines: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows, self.lines = list(rows), list(lines)
        for row in self.rows:
            name = f"target-{row.pk}"
            label = f"{row.code} {row.indicator}"
            if row.measure == Measure.QUALITATIVE:
                self.fields[name] = forms.CharField(
                    label=label, max_length=300, required=False, initial=row.target_text
                )
            else:
                self.fields[name] = AmountField(
                    label=label, decimal_places=4, min_value=None, required=False, initial=plain(row.target)
                )
        for line in self.lines:
            self.fields[f"quantity-{line.pk}"] = AmountField(
                label=_("Quantity"), max_digits=12, min_value=Decimal("0.01"), initial=line.quantity
            )
            self.fields[f"cost-{line.pk}"] = AmountField(label=_("Cost of one"), initial=line.unit_cost)

    @property
    def targets(self) -> list[Any]:
        """The fields of targets."""
        return [self[f"target-{row.pk}"] for row in self.rows]

    @property
    def costs(self) -> list[dict[str, Any]]:
        """Each budget line with its two fields."""
        return [
            {"line": line, "quantity": self[f"quantity-{line.pk}"], "cost": self[f"cost-{line.pk}"]}
            for line in self.lines
        ]

    def changes(self) -> dict[str, Any]:
        """What the service wants."""
        given = self.cleaned_data
        targets = {}
        for row in self.rows:
            value = given[f"target-{row.pk}"]
            words = row.measure == Measure.QUALITATIVE
            targets[row.pk] = (row.target, value) if words else (value, row.target_text)
        return {
            "reason": given["reason"],
            "ends_on": given["ends_on"],
            "targets": targets,
            "costs": {line.pk: (given[f"quantity-{line.pk}"], given[f"cost-{line.pk}"]) for line in self.lines},
            "lock_version": given["version"],
        }
