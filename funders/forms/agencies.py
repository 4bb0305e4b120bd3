"""Forms of a call for an executing agency, of proposals, of their judgement."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.common.money import AmountField, CurrencyField

from ..models import AgencyProposal
from ..selectors.agencies import Line
from .rooms import KeyedForm, UploadField, area, day

CRITERIA = 6


class CallForm(KeyedForm):
    """What is asked, by when, and how it is judged."""

    text = forms.CharField(label=gettext_lazy("What is asked"), max_length=4000, widget=area(8))
    closes_on = forms.DateField(label=gettext_lazy("Last day"), widget=day())
    closes_time = forms.TimeField(
        label=gettext_lazy("Hour"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in zoneinfo.available_timezones() if zone.startswith("America/"))
        self.fields["time_zone"].choices = [("UTC", "UTC"), *((zone, zone) for zone in zones)]  # type: ignore[attr-defined]
        self.fields["time_zone"].initial = "UTC"
        self.fields["closes_time"].initial = dt.time(17, 0)
        for number in range(1, CRITERIA + 1):
            self.fields[f"label_{number}"] = forms.CharField(
                label=_("Criterion %(number)s") % {"number": number}, required=number == 1, max_length=120
            )
            self.fields[f"weight_{number}"] = forms.IntegerField(
                label=_("Weight of criterion %(number)s") % {"number": number},
                required=number == 1,
                min_value=1,
                max_value=100,
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        rows = []
        for number in range(1, CRITERIA + 1):
            label, weight = given.get(f"label_{number}"), given.get(f"weight_{number}")
            if bool(label) != bool(weight):
                missing = "weight" if label else "label"
                if f"{missing}_{number}" not in self.errors:
                    self.add_error(f"{missing}_{number}", _("Give each criterion its name and its weight."))
            elif label:
                rows.append({"label": label, "weight": weight})
        if rows and not self.errors and sum(row["weight"] for row in rows) != 100:
            total = sum(row["weight"] for row in rows)
            self.add_error("weight_1", _("The weights must sum to 100. They sum to %(sum)s.") % {"sum": total})
        given["criteria"] = rows
        if given.get("closes_on") and given.get("closes_time") and given.get("time_zone"):
            zone = zoneinfo.ZoneInfo(given["time_zone"])
            given["closes_at"] = dt.datetime.combine(given["closes_on"], given["closes_time"], tzinfo=zone)
            if given["closes_at"] <= timezone.now():
                self.add_error("closes_on", _("The deadline lies in the past."))
        return given

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields before the criteria."""
        return [self[name] for name in ("text", "closes_on", "closes_time", "time_zone")]

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"label_{number}"], self[f"weight_{number}"]) for number in range(1, CRITERIA + 1)]


class ProposalForm(KeyedForm):
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=150)
    approach = forms.CharField(label=gettext_lazy("How you would do it"), max_length=6000, widget=area(8))
    team = forms.CharField(label=gettext_lazy("Who would do it"), max_length=3000, required=False, widget=area(4))
    price = AmountField(label=gettext_lazy("Price"), min_value=Decimal("0.01"), required=False)
    currency = CurrencyField(label=gettext_lazy("Currency"), max_length=3, required=False)
    upload = UploadField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("Up to 10 MB: PDF, Word, Excel, text or a picture."),
        required=False,
    )

    def __init__(self, *args: Any, proposal: AgencyProposal | None = None, currency: str = "", **kwargs: Any) -> None:
        initial: dict[str, Any] = {"currency": currency}
        if proposal is not None:
            names = ("title", "approach", "team", "price", "currency")
            initial = {name: getattr(proposal, name) for name in names} | {"version": proposal.lock_version}
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("price") and not given.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Give the price and its currency."))
        return given


class ScoreForm(forms.Form):
    """One's points on every criterion."""

    def __init__(self, *args: Any, criteria: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in criteria:
            self.fields[one["key"]] = forms.IntegerField(
                label=one["label"],
                help_text=_("0 to 100 points. Weight: %(weight)s of 100.") % {"weight": one["weight"]},
                min_value=0,
                max_value=100,
            )


class DecisionForm(forms.Form):
    """Who is selected, and what every agency hears."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    winner = forms.ChoiceField(label=gettext_lazy("Which proposal is selected?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("If fewer than three people scored: why is that enough?"),
        required=False,
        max_length=2000,
        widget=area(3),
    )

    def __init__(self, *args: Any, lines: list[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        self.fields["winner"].choices = [  # type: ignore[attr-defined]
            *((str(line.proposal.pk), f"{line.proposal.owner.name}: {line.proposal.title}") for line in lines),
            ("none", _("None of them")),
        ]
        for number, line in enumerate(lines, start=1):
            self.fields[f"feedback_{number}"] = forms.CharField(
                label=_("What %(agency)s hears") % {"agency": line.proposal.owner.name},
                max_length=2000,
                widget=area(3),
            )

    def clean_winner(self) -> AgencyProposal | None:
        chosen = self.cleaned_data["winner"]
        known = {str(line.proposal.pk): line.proposal for line in self.lines}
        if chosen not in {"none", *known}:
            raise ValidationError(_("Choose an answer."))
        return known.get(chosen)

    @property
    def feedback(self) -> dict[Any, str]:
        return {
            line.proposal.pk: self.cleaned_data[f"feedback_{number}"] for number, line in enumerate(self.lines, start=1)
        }
