"""The forms of the Terms of Reference: facts, the texts of a section, one row of each typed part.

Money and figures are read as their reader writes them; what cannot be read is refused beside its field, and everything
that was typed stays where it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.common.files import check_upload
from network_site.common.language import language_name
from network_site.common.money import AmountField, CurrencyField
from network_site.taxonomy.models import Country

from ..enums import Level, ProjectType, ReviewVerdict
from ..models import (
    Activity,
    Annex,
    Assignment,
    BudgetLine,
    Party,
    ProcurementItem,
    Project,
    ResultRow,
    Risk,
)

MAX_TEXT = 8000
TARGETS_MORE = 2
MAX_TARGETS = 24
EARLIEST, LATEST = 1950, 2150


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Enter a day, for example 31 March 2027.")},
        **more,
    )


def _figure(label: Any, **more: Any) -> AmountField:
    """A number of the matrix: it may be below zero and has up to four decimals."""
    return AmountField(label=label, required=False, decimal_places=4, min_value=None, **more)


def _number(label: Any, *, least: int, most: int, **more: Any) -> forms.IntegerField:
    words = {
        "invalid": _lazy_range(least, most),
        "min_value": _lazy_range(least, most),
        "max_value": _lazy_range(least, most),
    }
    return forms.IntegerField(label=label, min_value=least, max_value=most, error_messages=words, **more)


def _lazy_range(least: int, most: int) -> Any:
    from django.utils.text import format_lazy

    return format_lazy(gettext_lazy("Enter a whole number between {least} and {most}."), least=least, most=most)


class PlainWords(forms.BaseForm):
    """Errors that say what is wanted, and dates that lie in the life of a project."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            chosen = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
            field.error_messages["required"] = _("Choose an answer.") if chosen else _("Fill this in.")
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs.setdefault("rows", 4)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}  # type: ignore[misc]
        for name, value in list(data.items()):
            if isinstance(value, dt.date) and not EARLIEST <= value.year <= LATEST:
                words = _("Enter a day between %(least)s and %(most)s.") % {"least": EARLIEST, "most": LATEST}
                self.add_error(name, ValidationError(words))
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", ValidationError(_("This day lies before the first one.")))
        return data


class FactsForm(PlainWords, forms.ModelForm):  # type: ignore[type-arg]
    """What stands in columns of the project: title, countries, dates, currency."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=150)
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Further countries that take part"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Each of them signs before the project is published."),
    )
    start_on = _day(gettext_lazy("Planned start"))
    months = _number(gettext_lazy("Months"), least=1, most=240, required=False)
    currency = CurrencyField(
        label=gettext_lazy("Currency of the totals"),
        max_length=3,
        help_text=gettext_lazy("Its three letters, for example USD."),
    )
    interest_until = _day(
        gettext_lazy("Interest is taken until"), help_text=gettext_lazy("After this day donors can no longer apply.")
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages of the project"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Project
        fields = (
            "title", "reference", "type", "countries", "start_on", "months", "currency", "interest_until", "languages",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.instance.countries or []
        shown = Country.objects.filter(member=True) | Country.objects.filter(pk__in=chosen)
        self.fields["countries"].choices = sorted(  # type: ignore[attr-defined]
            ((country.pk, country.name) for country in shown.distinct() if country.pk != self.instance.country_id),
            key=lambda choice: choice[1],
        )
        codes = dict.fromkeys([*(code for code, _name in settings.LANGUAGES), *(self.instance.languages or [])])
        self.fields["languages"].choices = [(code, language_name(code)) for code in codes]  # type: ignore[attr-defined]
        self.fields["type"].choices = ProjectType.choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the service needs."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self) -> None:
        """The service writes; the instance stays as it was read."""


class TextsForm(forms.Form):
    """The texts of one section, under the keys of the outline; a new one of many is keyed `<key>:new`."""

    def __init__(self, *args: Any, texts: Sequence[Any], lang: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for view in texts:
            self.fields[f"text-{view.key}"] = forms.CharField(
                label=view.field.label,
                help_text=view.field.hint,
                required=False,
                max_length=MAX_TEXT,
                initial=view.text,
                widget=forms.Textarea(attrs={"rows": view.field.rows, **({"lang": lang} if lang else {})}),
                error_messages={
                    "max_length": _("Keep this text under %(limit)d characters.") % {"limit": MAX_TEXT},
                },
            )

    def changed_texts(self) -> dict[str, str]:
        """What was typed, for those that differ from what is stored."""
        return {
            name.removeprefix("text-"): self.cleaned_data[name]
            for name in self.fields
            if self.cleaned_data[name].replace("\r\n", "\n").strip() != (self.fields[name].initial or "").strip()
        }


# --- Rows ------------------------------------------------------------------------------------


class RowForm(PlainWords, forms.ModelForm):  # type: ignore[type-arg]
    """One row of a typed part."""

    def __init__(self, *args: Any, project: Project, codes: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        self.project = project
        super().__init__(*args, **kwargs)
        for name in ("component", "parent"):
            if name in self.fields:
                own = self.initial.get("code")
                known = [(code, words) for code, words in codes if name != "parent" or code != own]
                held = self.initial.get(name) or ""
                if held and held not in dict(known):
                    known.append((held, held))
                self.fields[name] = forms.ChoiceField(
                    label=self.fields[name].label, required=False, choices=[("", _("none")), *known]
                )

    class Meta:
        fields: tuple[str, ...] = ()

    def _post_clean(self) -> None:
        """The service writes and checks the columns; constraints across columns are said in words here."""

    def values(self) -> dict[str, Any]:
        """What the service needs of this row."""
        return dict(self.cleaned_data)


class ResultForm(RowForm):
    parent = forms.ChoiceField(label=gettext_lazy("Belongs to"), required=False)
    baseline = _figure(gettext_lazy("Value before"))
    baseline_year = _number(gettext_lazy("Year of it"), least=EARLIEST, most=LATEST, required=False)
    baseline_missing = forms.CharField(
        label=gettext_lazy("No value before, because"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only when there is none: a zero is a value."),
    )
    target = _figure(gettext_lazy("Target at the end"))

    class Meta:
        model = ResultRow
        fields = (
            "level", "code", "parent", "statement", "indicator", "unit", "measure", "ascending", "baseline",
            "baseline_year", "baseline_source", "baseline_missing", "target", "target_text", "verification",
            "assumption",
        )  # fmt: skip
        widgets = {"statement": forms.Textarea(attrs={"rows": 2}), "indicator": forms.Textarea(attrs={"rows": 2})}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("baseline") is not None and data.get("baseline_missing"):
            self.add_error("baseline_missing", ValidationError(_("Give a value or a reason, not both.")))
        return data


class TargetForm(PlainWords, forms.Form):
    """What is to be reached by a day."""

    ends_on = _day(gettext_lazy("By"))
    value = _figure(gettext_lazy("Target"))
    text = forms.CharField(label=gettext_lazy("In words"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        given = data.get("value") is not None or data.get("text")
        if given and not data.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", ValidationError(_("Say by which day.")))
        if data.get("ends_on") and not given and "value" not in self.errors:
            self.add_error("value", ValidationError(_("Give the target for this day, in figures or in words.")))
        return data


class _Targets(forms.BaseFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        seen = set()
        for form in self.forms:
            day = getattr(form, "cleaned_data", {}).get("ends_on")
            if day and day in seen:
                form.add_error("ends_on", ValidationError(_("There is a target for this day already.")))
            seen.add(day)

    def values(self) -> list[dict[str, Any]]:
        """The targets that were given; an empty line takes its target out."""
        return [form.cleaned_data for form in self.forms if form.cleaned_data.get("ends_on")]


def targets_formset(row: ResultRow | None, data: Any = None) -> Any:
    """The targets of a result, with two empty lines below them."""
    factory = forms.formset_factory(
        TargetForm, formset=_Targets, extra=TARGETS_MORE, max_num=MAX_TARGETS, absolute_max=MAX_TARGETS
    )
    held = [{"ends_on": one.ends_on, "value": one.value, "text": one.text} for one in row.targets.all()] if row else []
    for one in held:
        one["value"] = plain_figure(one["value"])
    return factory(data, prefix="targets", initial=held)


def plain_figure(value: Any) -> Any:
    """A stored figure without the zeros behind it: 31, not 31.0000."""
    if not isinstance(value, Decimal):
        return value
    normal = value.normalize()
    return normal.quantize(Decimal(1)) if normal == normal.to_integral_value() else normal


class BudgetForm(RowForm):
    quantity = AmountField(label=gettext_lazy("Quantity"), max_digits=12, min_value=Decimal("0.01"))
    unit_cost = AmountField(label=gettext_lazy("Cost of one"))
    currency = CurrencyField(label=gettext_lazy("Currency"), max_length=3)
    rate = AmountField(
        label=gettext_lazy("Rate"),
        required=False,
        decimal_places=8,
        min_value=Decimal("0.00000001"),
        help_text=gettext_lazy("Only for another currency: how much of the project's currency one unit costs."),
    )
    rate_on = _day(gettext_lazy("Day of the rate"))
    starts_on = _day(gettext_lazy("From"))
    ends_on = _day(gettext_lazy("To"))

    class Meta:
        model = BudgetLine
        fields = (
            "description", "component", "category", "source", "quantity", "unit", "unit_cost", "currency", "rate",
            "rate_on", "rate_source", "starts_on", "ends_on", "note",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        currency = data.get("currency")
        if currency and currency == self.project.currency:
            data |= {"rate": Decimal(1), "rate_on": None, "rate_source": ""}
        elif currency:
            words = _("This line is not in %(currency)s: say at which rate it is converted.")
            if data.get("rate") is None and "rate" not in self.errors:
                self.add_error("rate", ValidationError(words % {"currency": self.project.currency}))
            if not data.get("rate_on") and "rate_on" not in self.errors:
                self.add_error("rate_on", ValidationError(_("Say of which day the rate is.")))
        return data


class ActivityForm(RowForm):
    first_quarter = _number(
        gettext_lazy("First quarter"),
        least=1,
        most=80,
        help_text=gettext_lazy("Counted from the start: 1 is the first."),
    )
    last_quarter = _number(gettext_lazy("Last quarter"), least=1, most=80)

    class Meta:
        model = Activity
        fields = ("title", "component", "first_quarter", "last_quarter", "responsible")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("first_quarter"), data.get("last_quarter")
        if first and last and last < first:
            self.add_error("last_quarter", ValidationError(_("This quarter lies before the first one.")))
        return data


class RiskForm(RowForm):
    class Meta:
        model = Risk
        fields = ("statement", "probability", "impact", "mitigation", "responsible")
        widgets = {
            "statement": forms.Textarea(attrs={"rows": 2}),
            "mitigation": forms.Textarea(attrs={"rows": 3}),
        }


class AssignmentForm(RowForm):
    days = _number(gettext_lazy("Working days"), least=1, most=5000, required=False)
    cost = AmountField(label=gettext_lazy("Cost, in the project's currency"), required=False)

    class Meta:
        model = Assignment
        fields = (
            "title", "component", "objective", "tasks", "deliverables", "profile", "place", "days", "cost",
        )  # fmt: skip


class ProcurementForm(RowForm):
    amount = AmountField(label=gettext_lazy("Amount, in the project's currency"), required=False)
    planned_on = _day(gettext_lazy("Planned for"))

    class Meta:
        model = ProcurementItem
        fields = ("item", "component", "kind", "method", "amount", "planned_on")


class PartyForm(RowForm):
    class Meta:
        model = Party
        fields = ("name", "role", "capacity")
        widgets = {"capacity": forms.Textarea(attrs={"rows": 3})}


class AnnexForm(RowForm):
    url = forms.URLField(required=False, assume_scheme="https", label=gettext_lazy("Address on the web"))
    upload = forms.FileField(
        required=False,
        label=gettext_lazy("File"),
        help_text=gettext_lazy("PDF, Word, Excel, ODT, CSV, text or a picture, up to 10 MB."),
    )

    class Meta:
        model = Annex
        fields = ("kind", "title", "number", "country", "is_public", "url")

    def __init__(self, *args: Any, stored: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [code for code in (self.project.country_id, *self.project.countries) if code]
        self.fields["country"].queryset = Country.objects.filter(pk__in=codes)  # type: ignore[attr-defined]
        self.fields["country"].label = _("Letter of")
        if self.initial.get("id") is not None:
            # A file is never exchanged under the words of another one: take the annex out and add the new one.
            del self.fields["upload"]

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        if upload:
            check_upload(upload)
        return upload


FORMS: dict[str, type[RowForm]] = {
    "results": ResultForm,
    "budget": BudgetForm,
    "activities": ActivityForm,
    "risks": RiskForm,
    "assignments": AssignmentForm,
    "procurement": ProcurementForm,
    "parties": PartyForm,
    "annexes": AnnexForm,
}


def row_initial(kind: str, row: Any, project: Project) -> dict[str, Any]:
    """What a row's form begins with: what is stored, or the usual for a new one."""
    if row is None:
        usual: dict[str, Mapping[str, Any]] = {
            "budget": {"currency": project.currency, "quantity": 1},
            "results": {"level": Level.OUTPUT.value, "ascending": True},
            "activities": {"first_quarter": 1, "last_quarter": 1},
        }
        return dict(usual.get(kind, {}))
    initial = {name: plain_figure(getattr(row, name)) for name in FORMS[kind].Meta.fields if name != "parent"}
    if kind == "results":
        initial["parent"] = row.parent.code if row.parent else ""
    if kind == "budget" and row.currency == project.currency:
        initial["rate"] = None
    return initial | {"id": row.pk}


# --- Judging and signing ---------------------------------------------------------------------


class QualityForm(PlainWords, forms.Form):
    """One reading of the Terms of Reference."""

    has_interest = forms.TypedChoiceField(
        label=gettext_lazy("Have you or your organisation an interest in this project?"),
        choices=[
            ("no", gettext_lazy("No: we neither fund, sell nor carry out anything in it.")),
            ("yes", gettext_lazy("Yes, or perhaps.")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    interest_note = forms.CharField(
        label=gettext_lazy("Which one"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    verdict = forms.ChoiceField(
        label=gettext_lazy("What your reading comes to"), choices=ReviewVerdict.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=gettext_lazy("Your reasons"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("The ministry and the Network read them."),
    )


class ReviewerForm(PlainWords, forms.Form):
    """Somebody of a partner organisation who is asked to judge."""

    candidate = forms.ChoiceField(label=gettext_lazy("Reviewer"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, candidates: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = {f"{entry.user.pk}:{entry.organization.pk}": entry for entry in candidates}
        self.fields["candidate"].choices = [  # type: ignore[attr-defined]
            (key, f"{entry.user}, {entry.organization.name}") for key, entry in self.candidates.items()
        ]

    def chosen(self) -> Any:
        """The candidate, after validation."""
        return self.candidates[self.cleaned_data["candidate"]]


class SignForm(PlainWords, forms.Form):
    """The signature of a country."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("Your name and office"),
        max_length=200,
        help_text=gettext_lazy("As it stands under the letter of request."),
    )
    letter = forms.ChoiceField(
        label=gettext_lazy("Letter of request or of no objection"),
        required=False,
        help_text=gettext_lazy("One of the annexes; add it there first."),
    )
    agreed = forms.BooleanField(label=gettext_lazy("We ask for this project as it stands here."))

    def __init__(self, *args: Any, letters: Sequence[Annex], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letters = {str(annex.pk): annex for annex in letters}
        self.fields["letter"].choices = [  # type: ignore[attr-defined]
            ("", _("none")), *((key, annex.title) for key, annex in self.letters.items())
        ]  # fmt: skip
        self.fields["agreed"].error_messages["required"] = _("Tick this to sign.")

    def chosen_letter(self) -> Annex | None:
        """The annex that was chosen, after validation."""
        return self.letters.get(self.cleaned_data["letter"])


class NoteForm(forms.Form):
    """A step with its reason."""

    version = forms.IntegerField(min_value=1)
    note = forms.CharField(max_length=2000, required=False)


class StartForm(forms.Form):
    """From which practice a project takes over, or from none."""

    practice = forms.ChoiceField(
        label=gettext_lazy("Practice that it takes over"), required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, practices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practice"].choices = [*practices, ("", _("None: begin without a practice"))]  # type: ignore[attr-defined]
