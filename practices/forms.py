"""The form of a practice in steps, the rubric, and the small forms of the review."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import formset_factory
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from network_site.common.files import check_upload, clean_name
from network_site.common.html import as_plain, clean, to_text
from network_site.taxonomy.models import Term

from .enums import ANCHORS, Aspect, Criterion, Documented, Exclusion, Interest, StudyRating
from .models import (
    Attachment,
    BuildingBlock,
    Contact,
    Contribution,
    CostLine,
    EvidenceItem,
    Outcome,
    PracticeVersion,
    Precondition,
)

MAX_DESCRIPTION = 6000
MAX_LINES = 12
MAX_ROWS = 30
MAX_PROBLEMS = 3


class TermsField(forms.MultipleChoiceField):
    """Terms of one scheme: codes in, labels on screen."""

    def __init__(
        self,
        scheme: str,
        *,
        leaves: bool = False,
        most: int = 10,
        labels: Callable[[Term], str] | None = None,
        **kwargs: Any,
    ) -> None:
        self.scheme = scheme
        self.leaves = leaves
        # Deep terms that a record carries already (from an import) stay choosable on it.
        self.keep: frozenset[str] = frozenset()
        self.most = most
        self.describe = labels or (lambda term: term.label)
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(choices=self._terms, **kwargs)

    def _terms(self) -> list[tuple[str, Any]]:
        terms = [term for term in Term.objects.of(self.scheme) if term.status == Term.Status.CURRENT]
        parents = {term.parent_id for term in terms if term.parent_id}
        if not parents:
            return [(term.pk, self.describe(term)) for term in terms]
        groups: dict[str, list[tuple[str, str]]] = {}
        names = {term.pk: term.label for term in terms}
        for term in terms:
            if term.parent_id is None:
                groups.setdefault(names[term.pk], [])
            elif term.parent_id in names and not (self.leaves and self._is_hidden(term)):
                groups.setdefault(names[term.parent_id], []).append((term.pk, self.describe(term)))
        return [(name, entries) for name, entries in groups.items() if entries]

    def _is_hidden(self, term: Term) -> bool:
        return term.pk.count(".") > 1 and term.pk not in self.keep

    def offer(self, codes: Collection[str]) -> None:
        """Let the form of one record offer what that record carries."""
        self.keep = frozenset(codes)
        self.choices = self._terms

    def clean(self, value: Any) -> list[str]:
        codes: list[str] = super().clean(value)
        if len(codes) > self.most:
            raise ValidationError(
                _("Choose %(most)d at most. You chose %(given)d."), params={"most": self.most, "given": len(codes)}
            )
        return codes


class TermField(forms.ChoiceField):
    """One term of a scheme."""

    def __init__(self, scheme: str, **kwargs: Any) -> None:
        self.scheme = scheme
        kwargs.setdefault("widget", forms.RadioSelect)
        super().__init__(choices=self._terms, **kwargs)

    def _terms(self) -> list[tuple[str, str]]:
        return [(term.pk, term.label) for term in Term.objects.of(self.scheme) if term.status == Term.Status.CURRENT]


class LinesField(forms.CharField):
    """A list of short texts, one on each line."""

    def __init__(self, *, most: int = MAX_LINES, length: int = 240, **kwargs: Any) -> None:
        self.most, self.length = most, length
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip(" \t-•*") for line in (super().clean(value) or "").splitlines()]
        lines = [line for line in lines if line]
        if len(lines) > self.most:
            raise ValidationError(_("Give %(most)d lines at most."), params={"most": self.most})
        if any(len(line) > self.length for line in lines):
            raise ValidationError(_("Keep each line under %(length)d characters."), params={"length": self.length})
        return lines


class PlainWordsMixin:
    """Errors that say what is wanted."""

    fields: dict[str, forms.Field]

    def speak_plainly(self) -> None:
        """Replace Django's "This field is required." by what we ask for."""
        for field in self.fields.values():
            chosen = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
            field.error_messages["required"] = _("Choose an answer.") if chosen else _("Fill this in.")


def point_to_guide(field: forms.Field, name: str) -> None:
    """Tie an input to the help with its answer; a group of boxes is tied by its fieldset."""
    if not isinstance(field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple) and not field.widget.is_hidden:
        field.widget.attrs["aria-details"] = f"guide-{name}"


def stored_name(name: str, field: forms.Field) -> str:
    """The name under which an answer is stored (enums.QUESTIONS): its column, or its scheme of terms."""
    return field.scheme if isinstance(field, TermsField | TermField) else name


def _check_year(form: forms.BaseForm, name: str, year: int) -> None:
    if not 1850 <= year <= 2200:
        words = _("Enter a year between 1850 and 2200. You entered %(year)s.")
        form.add_error(name, ValidationError(words, params={"year": year}))


class VersionForm(PlainWordsMixin, forms.ModelForm):  # type: ignore[type-arg]
    """A page of questions about a version; terms are told apart by their scheme."""

    def __init__(self, *args: Any, terms: Mapping[str, list[str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.speak_plainly()
        if self.initial.get("description"):
            self.initial["description"] = as_plain(self.initial["description"])
        for name, field in self.fields.items():
            point_to_guide(field, stored_name(name, field))
            if isinstance(field, TermsField | TermField) and terms is not None:
                codes = terms.get(field.scheme, [])
                if isinstance(field, TermsField):
                    field.offer(codes)
                self.initial[name] = codes if isinstance(field, TermsField) else (codes or [""])[0]

    def scheme_values(self) -> dict[str, list[str]]:
        """Codes by scheme, after validation."""
        values = {}
        for name, field in self.fields.items():
            if name not in self.cleaned_data:
                continue
            if isinstance(field, TermsField):
                values[field.scheme] = self.cleaned_data[name]
            elif isinstance(field, TermField):
                values[field.scheme] = [self.cleaned_data[name]] if self.cleaned_data[name] else []
        return values

    def version_values(self) -> dict[str, Any]:
        """The version's own fields, after validation."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if not isinstance(self.fields[name], TermsField | TermField)
        }


def _rows(number: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": number})


class BriefForm(VersionForm):
    """The seven inputs of a draft (contacts are a row group beside it)."""

    labour_function = TermsField(
        "LAF", most=4, label=_("Function of labour administration"), help_text=_("Where it belongs. Choose up to four.")
    )
    target_groups = TermsField("TG", most=8, label=_("Whom does it serve?"))

    class Meta:
        model = PracticeVersion
        fields = ("source_language", "title", "one_line", "problem", "description")
        labels = {
            "source_language": _("In which language do you write?"),
            "title": _("Title"),
            "one_line": _("In one sentence"),
            "problem": _("What was the problem?"),
            "description": _("What was done?"),
        }
        help_texts = {
            "source_language": _("You can add the other languages later."),
            "title": _("What it is, in plain words. No names of programmes."),
            "one_line": _("What somebody would tell a colleague in the corridor."),
            "problem": _("Who had it, how large was it, how did you know? Up to 1,500 characters."),
            "description": _("In the order in which it happened. Write so that a colleague abroad could repeat it."),
        }
        widgets = {
            "one_line": _rows(2),
            "problem": _rows(5),
            "description": forms.Textarea(attrs={"rows": 9, "maxlength": MAX_DESCRIPTION}),
            "source_language": forms.RadioSelect,
        }

    def clean_description(self) -> str:
        text: str = self.cleaned_data["description"]
        if len(text) > MAX_DESCRIPTION:
            raise ValidationError(
                _("Describe it in at most %(most)d characters. You wrote %(given)d."),
                params={"most": MAX_DESCRIPTION, "given": len(text)},
            )
        if not to_text(clean(text)):
            raise ValidationError(_("Describe what was done in words."))
        return text


class WhereForm(VersionForm):
    """Who runs it, where, since when."""

    scale = TermField("SC", label=_("How large an area does it cover?"), required=False)
    sectors = TermsField("SEC", most=5, label=_("In which sector?"), required=False)

    class Meta:
        model = PracticeVersion
        fields = ("country", "region", "stage", "start_year", "end_year", "coverage", "coverage_unit", "licence")
        labels = {
            "country": _("Country"),
            "region": _("Region or city"),
            "stage": _("How far is it?"),
            "start_year": _("First year"),
            "end_year": _("Last year"),
            "coverage": _("How many does it cover?"),
            "coverage_unit": _("Offices, municipalities, people …"),
            "licence": _("Licence"),
        }
        help_texts = {
            "end_year": _("Only if it has ended."),
            "licence": _("Under which others may use your text. CC BY lets everybody use it who names you."),
        }
        widgets = {"stage": forms.RadioSelect}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        start, end = data.get("start_year"), data.get("end_year")
        for name, year in (("start_year", start), ("end_year", end)):
            if year is not None:
                _check_year(self, name, year)
        if start and end and end < start:
            self.add_error("end_year", _("The last year comes before the first one."))
        return data


class StoryForm(VersionForm):
    """What it aims at, what kind of measure it is, why it should help."""

    objectives = LinesField(label=_("What does it aim at?"), help_text=_("One aim on each line."), required=False)
    problem_tags = TermsField(
        "DI",
        leaves=True,
        most=MAX_PROBLEMS,
        required=False,
        labels=lambda term: term.lack,
        label=_("Which problems from the common list is it about?"),
        help_text=_(
            "The same list describes needs, so that ministries with this problem find you. Choose up to three."
        ),
    )
    instruments = TermsField("IN", most=3, label=_("What kind of measure is it?"), required=False)

    class Meta:
        model = PracticeVersion
        fields = ("objectives", "where_to_read")
        labels = {"where_to_read": _("Where can this be read?")}
        help_texts = {"where_to_read": _("A report, a decree, a page. “None” is an answer too.")}


class ResultsForm(VersionForm):
    """Whom it reached and what it did not do."""

    class Meta:
        model = PracticeVersion
        fields = ("reach", "negative_effects")
        labels = {"reach": _("Whom did it reach?"), "negative_effects": _("What had no effect, or a bad one?")}
        help_texts = {
            "reach": _("How many people or firms, in which period, from which source. “Not known” is an answer."),
            "negative_effects": _("“None known” has to be written. A practice without failures convinces nobody."),
        }
        widgets = {"reach": _rows(2), "negative_effects": _rows(4)}


class NeedsForm(VersionForm):
    """What can go wrong."""

    class Meta:
        model = PracticeVersion
        fields = ("risks_if_copied",)
        labels = {"risks_if_copied": _("What goes wrong if it is copied as it is?")}
        help_texts = {
            "risks_if_copied": _(
                "Copied blindly, a practice is a shortcut to disaster. What must be different elsewhere?"
            )
        }
        widgets = {"risks_if_copied": _rows(5)}


class ContactForm(VersionForm):
    """What the ministry offers to others."""

    cooperation = TermsField("CM", most=6, label=_("What could you do for another ministry?"), required=False)

    class Meta:
        model = PracticeVersion
        fields = ("transfer_offer",)
        labels = {"transfer_offer": _("Say more about it")}
        help_texts = {
            "transfer_offer": _(
                "In which languages, how often in a year, and who pays. “Nothing at present” is an answer."
            )
        }
        widgets = {"transfer_offer": _rows(4)}


class RowForm(PlainWordsMixin, forms.ModelForm):  # type: ignore[type-arg]
    """One row of a repeated group."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.speak_plainly()
        for field in self.fields.values():
            point_to_guide(field, (self.prefix or "").rpartition("-")[0])

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, year in list(data.items()):
            if name.endswith("year") and year is not None:
                _check_year(self, name, year)
        before, after = data.get("baseline_year"), data.get("value_year")
        if before and after and after < before:
            self.add_error("value_year", _("The later value comes before the earlier one."))
        return data

    def row_values(self) -> dict[str, Any]:
        """What the service needs of this row."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "DELETE" and not (name == "id" and not value)
        }


def row_form(model: Any, names: tuple[str, ...], **widgets: Any) -> type[RowForm]:
    """A row form over some fields of a row model."""
    meta = type("Meta", (), {"model": model, "fields": names, "widgets": widgets})
    return type(f"{model.__name__}RowForm", (RowForm,), {"Meta": meta})


def _shown(value: Any) -> Any:
    """A number as people write it: 31, not 31.0000."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value


class EvidenceRowForm(RowForm):
    """A study, with an optional file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.initial.get("file_name")
        if stored:
            self.fields["upload"].help_text = _("Stored: %(name)s. Another file takes its place.") % {"name": stored}

    upload = forms.FileField(
        required=False,
        label=_("File"),
        help_text=_("PDF, Word, Excel, ODT, CSV, text or a picture, up to 10 MB. Readers do not see it."),
    )

    url = forms.URLField(required=False, assume_scheme="https", label=_("Address on the web"))

    class Meta:
        model = EvidenceItem
        fields = (
            "type", "title", "year", "author", "is_independent", "paid_by_owner", "sample_size", "months_followed",
            "direction", "reports_cost", "url",
        )  # fmt: skip

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        if upload:
            upload.content_type = check_upload(upload)
        return upload

    def row_values(self) -> dict[str, Any]:
        values = super().row_values()
        upload = values.pop("upload", None)
        if upload:
            values |= {"file": upload, "file_name": clean_name(upload.name), "content_type": upload.content_type}
        return values


class AttachmentRowForm(RowForm):
    """A file that helps others; it needs its file before it can be saved."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = self.initial.get("file_name", "")
        if self.stored:
            words = _("Stored: %(name)s. Another file takes its place.") % {"name": self.stored}
            self.fields["upload"].help_text = words

    upload = forms.FileField(
        required=False,
        label=_("File"),
        help_text=_("PDF, Word, Excel, ODT, CSV, text or a picture, up to 10 MB."),
    )

    class Meta:
        model = Attachment
        fields = ("title", "language", "is_public")

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        if upload:
            upload.content_type = check_upload(upload)
        elif not self.stored:
            raise ValidationError(_("Choose the file."))
        return upload

    def row_values(self) -> dict[str, Any]:
        values = super().row_values()
        upload = values.pop("upload", None)
        if upload:
            values |= {"file": upload, "file_name": clean_name(upload.name), "content_type": upload.content_type}
        return values


class CostRowForm(RowForm):
    class Meta:
        model = CostLine
        fields = ("category", "year", "amount", "currency")

    def clean_currency(self) -> str:
        from network_site.common.money import is_currency

        code = str(self.cleaned_data["currency"]).strip().upper()
        if not is_currency(code):
            raise ValidationError(
                _("Enter a currency by its three letters, for example USD. You entered %(code)s."),
                params={"code": code},
            )
        return code


class TheoryRowForm(forms.Form):
    """One line of reasoning."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            point_to_guide(field, "theory_of_change")

    activity = forms.CharField(label=_("We do"), max_length=240)
    output = forms.CharField(label=_("so that there is"), max_length=240)
    outcome = forms.CharField(label=_("and therefore"), max_length=240)
    assumption = forms.CharField(label=_("provided that"), max_length=240, required=False)

    def row_values(self) -> dict[str, Any]:
        """The four parts as stored."""
        return {name: value for name, value in self.cleaned_data.items() if name != "DELETE"}


@dataclass(frozen=True)
class Group:
    """A repeated group on a page."""

    prefix: str
    form: type[forms.BaseForm]
    title: Any
    legend: Any
    add: Any
    hint: Any = ""
    required: bool = False
    missing: Any = ""

    @property
    def stored_name(self) -> str:
        """The name under which its rows are stored (enums.QUESTIONS)."""
        return "theory_of_change" if self.prefix == "theory" else self.prefix


@dataclass(frozen=True)
class Savable:
    """What of a page can be saved as it stands, and what cannot yet."""

    fields: dict[str, Any]
    terms: dict[str, list[str]]
    rows: dict[str, list[dict[str, Any]]]
    # For each group of rows: which row of the form each saved row is.
    places: dict[str, list[int]]
    held: list[str]


@dataclass(frozen=True)
class Step:
    """One page of the form."""

    name: str
    label: Any
    form: type[VersionForm]
    groups: tuple[Group, ...] = ()


STEPS: tuple[Step, ...] = (
    Step(
        "brief", _("The practice in brief"), BriefForm,
        (
            Group(
                "contacts", row_form(Contact, ("name", "email", "language", "is_public")), _("Whom others may ask"),
                _("Person"), _("Add a person"), _("At least one. Transfer goes from person to person."), required=True,
                missing=_("Name at least one person whom others may ask."),
            ),
        ),
    ),
    Step(
        "where", _("Who and where"), WhereForm,
        (
            Group(
                "contributions", row_form(Contribution, ("name", "role", "until_year")), _("Organisations in it"),
                _("Organisation"), _("Add an organisation"),
                _("Who runs it, pays for it, evaluated it. Nobody from these may review it."),
            ),
        ),
    ),
    Step(
        "story", _("The problem and what was done"), StoryForm,
        (
            Group(
                "theory", TheoryRowForm, _("Why should it help?"), _("Reason"), _("Add a reason"),
                _("Without a reason the evidence stays at level 0."),
            ),
        ),
    ),
    Step(
        "results", _("Results and evidence"), ResultsForm,
        (
            Group(
                "outcomes",
                row_form(
                    Outcome,
                    ("indicator", "unit", "baseline", "baseline_year", "value", "value_year", "source", "direction"),
                ),
                _("Outcomes, before and after"), _("Outcome"), _("Add an outcome"),
                _("A value before, a later one and a named source make level 2."),
            ),
            Group(
                "evidence_items", EvidenceRowForm, _("Studies and data"), _("Study"), _("Add a study"),
                _("Say honestly who made it and who paid."),
            ),
            Group("costs", CostRowForm, _("Cost"), _("Line"), _("Add a line"), _("In your own currency.")),
        ),
    ),
    Step(
        "needs", _("What it needs, what can go wrong"), NeedsForm,
        (
            Group(
                "preconditions",
                row_form(Precondition, ("statement", "strength", "verification"), strength=forms.RadioSelect),
                _("What must be in place first"), _("Condition"), _("Add a condition"),
                _("At least three to send it. “Must” stops a transfer, “should” makes it harder."),
            ),
            Group(
                "building_blocks",
                row_form(
                    BuildingBlock, ("title", "text", "kind", "usable_alone"), text=_rows(3), kind=forms.RadioSelect
                ),
                _("Parts that others can take over"), _("Part"), _("Add a part"),
            ),
        ),
    ),
    Step(
        "contact", _("What you offer others"), ContactForm,
        (
            Group(
                "attachments", AttachmentRowForm, _("Files that help others"), _("File"), _("Add a file"),
                _("A form, a manual, a decree. The Network and reviewers read them; the public page does not yet."),
            ),
        ),
    ),
)  # fmt: skip
STEP_BY_NAME = {step.name: step for step in STEPS}


class StepPage:
    """A page of the form with its row groups: bound or not, it renders and validates as one."""

    def __init__(self, step: Step, version: PracticeVersion | None, data: Any = None, files: Any = None) -> None:
        self.step = step
        self.version = version
        self.adding = next((key[4:] for key in data or {} if key.startswith("add_")), "")
        # A suggested term that was pressed: the page comes back with it ticked, and nothing is saved yet.
        ticked = next((key[5:] for key in data or {} if key.startswith("tick_")), "")
        if ticked in step.form.base_fields:
            data = data.copy()
            data.setlist(ticked, [*data.getlist(ticked), data[f"tick_{ticked}"]])
            self.adding = self.adding or ticked
        terms: dict[str, list[str]] = {}
        if version is not None and version.pk and not version._state.adding:
            for link in version.version_terms.select_related("term"):
                terms.setdefault(link.term.scheme_id, []).append(link.term_id)
        self.form = step.form(data, files, instance=version, terms=terms)
        self.groups = [self._formset(group, data, files) for group in step.groups]
        if self.adding:
            self._forget_errors()

    def _formset(self, group: Group, data: Any, files: Any) -> dict[str, Any]:
        factory = formset_factory(
            group.form,
            extra=0 if data is not None or group.required else 1,
            can_delete=True,
            max_num=MAX_ROWS,
            absolute_max=MAX_ROWS,
            min_num=1 if group.required else 0,
            validate_min=group.required,
            validate_max=True,
        )
        words = {
            "too_few_forms": group.missing or _("Add at least one."),
            "too_many_forms": _("There are too many rows."),
        }
        initial = self._initial(group) if data is None else self._initial_by_id(group, data)
        if data is not None and self.adding == group.prefix:
            data = data.copy()
            total = f"{group.prefix}-TOTAL_FORMS"
            try:
                count = min(int(data.get(total, 0)) + 1, MAX_ROWS)
            except ValueError:
                count = 1
            data[total] = str(count)
        formset = factory(data, files, prefix=group.prefix, initial=initial, error_messages=words)
        return {"group": group, "formset": formset}

    def _initial(self, group: Group) -> list[dict[str, Any]]:
        if self.version is None or self.version._state.adding:
            return []
        if group.prefix == "theory":
            return list(self.version.theory_of_change)
        rows = getattr(self.version, group.prefix).all()
        names = [*group.form.base_fields, "file_name"]
        return [
            {name: _shown(getattr(row, name)) for name in names if hasattr(row, name)} | {"id": row.pk} for row in rows
        ]

    def _initial_by_id(self, group: Group, data: Any) -> list[dict[str, Any]]:
        """What is stored of each row that was sent: a stored row counts as given, whatever its place."""
        stored = {str(row.pop("id")): row for row in self._initial(group) if row.get("id")}
        try:
            count = min(int(data.get(f"{group.prefix}-TOTAL_FORMS", 0)), MAX_ROWS)
        except ValueError:
            count = 0
        return [stored.get(data.get(f"{group.prefix}-{place}-id", ""), {}) for place in range(count)]

    def _forget_errors(self) -> None:
        self.form._errors = forms.utils.ErrorDict()  # type: ignore[attr-defined]
        for entry in self.groups:
            formset = entry["formset"]
            formset._errors = [{} for _form in formset.forms]
            formset._non_form_errors = formset.error_class()
            for form in formset.forms:
                form._errors = forms.utils.ErrorDict()  # type: ignore[attr-defined]

    def is_valid(self) -> bool:
        """Whether form and rows are in order (all are checked, so that all errors show at once)."""
        if self.adding:
            return False
        checks = [self.form.is_valid(), *(self._rows_valid(entry["formset"]) for entry in self.groups)]
        return all(checks)

    def _rows_valid(self, formset: Any) -> bool:
        known = self._known_ids(formset.prefix)
        valid: bool = formset.is_valid()
        if valid:
            for form in formset.forms:
                given = form.cleaned_data.get("id")
                if given and given not in known:
                    # A row that went away meanwhile (or never was ours) comes in as a new one.
                    form.cleaned_data["id"] = None
        return valid

    def _known_ids(self, prefix: str) -> set[UUID]:
        if prefix == "theory" or self.version is None or self.version._state.adding:
            return set()
        return set(getattr(self.version, prefix).values_list("pk", flat=True))

    def savable(self) -> Savable:
        """Everything that could be saved now; nothing is shown as wrong, because somebody is still typing.

        A row that is new and not complete waits; of one that is stored already, what is in order is taken.
        Rows go only when a person saves: an autosave takes nothing away.
        """
        self.form.is_valid()
        held = list(self.form.errors)
        fields = self.form.version_values()
        if {"start_year", "end_year"} & set(held):
            fields = {name: value for name, value in fields.items() if name not in {"start_year", "end_year"}}
        rows: dict[str, list[dict[str, Any]]] = {}
        places: dict[str, list[int]] = {}
        for entry in self.groups:
            group, formset = entry["group"], entry["formset"]
            formset.is_valid()
            if not formset.management_form.is_valid():
                held.append(group.prefix)
                continue
            known = self._known_ids(group.prefix)
            kept, where = [], []
            for place, form in enumerate(formset.forms):
                row = _savable_row(form, known)
                if row is None:
                    held += [group.prefix] if form.has_changed() else []
                    continue
                if form.errors or form.cleaned_data.get("DELETE"):
                    held.append(group.prefix)
                kept.append(row)
                where.append(place)
            if group.prefix == "theory":
                # Its rows have no identity: a half-changed one must not take the stored one away.
                fields |= {} if "theory" in held else {"theory_of_change": kept}
            elif kept or not group.required:
                rows[group.prefix], places[group.prefix] = kept, where
        return Savable(fields, self.form.scheme_values(), rows, places, held)

    @property
    def fields(self) -> dict[str, Any]:
        """The version's own fields."""
        values = self.form.version_values()
        for entry in self.groups:
            if entry["group"].prefix == "theory":
                values["theory_of_change"] = self.kept_rows(entry["formset"])
        return values

    @property
    def terms(self) -> dict[str, list[str]]:
        """Codes by scheme."""
        return self.form.scheme_values()

    @property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Rows by group."""
        return {
            entry["group"].prefix: self.kept_rows(entry["formset"])
            for entry in self.groups
            if entry["group"].prefix != "theory"
        }

    def kept_rows(self, formset: Any) -> list[dict[str, Any]]:
        return [
            form.row_values()
            for form in formset.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE") and (form.has_changed() or form.initial)
        ]


def _savable_row(form: Any, known: set[UUID]) -> dict[str, Any] | None:
    given = form.cleaned_data.get("id") if hasattr(form, "cleaned_data") else None
    stored = {"id": given} if given in known else {}
    if form.cleaned_data.get("DELETE"):
        return stored or None
    if (form.errors and not stored) or not form.has_changed():
        return None
    years = any(name.endswith("year") for name in form.errors)
    values = {
        name: value
        for name, value in form.row_values().items()
        if name != "id" and not (years and name.endswith("year"))
    }
    return {**values, **stored}


# --- Review ----------------------------------------------------------------------------------


class NoteForm(forms.Form):
    """A step of the life cycle, with its reason."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    note = forms.CharField(required=False, max_length=2000, widget=_rows(3), label=_("Reason or note"))


class DeclarationForm(forms.Form):
    """Filed before the dossier opens."""

    interest = forms.ChoiceField(choices=Interest.choices, widget=forms.RadioSelect, label=_("Your declaration"))
    note = forms.CharField(required=False, max_length=1000, widget=_rows(3), label=_("If there is an interest, which?"))


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or not answered yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[("yes", _("yes")), ("no", _("no"))],
            coerce=lambda value: value == "yes",
            empty_value=None,
            widget=forms.RadioSelect,
            **kwargs,
        )


class ScreeningForm(forms.Form):
    """The five exclusion questions."""

    note = forms.CharField(required=False, max_length=2000, widget=_rows(3), label=_("Note"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        questions = {question: YesNoField(label=label) for question, label in Exclusion.choices}
        self.fields = questions | self.fields

    @property
    def questions(self) -> list[Any]:
        """The bound questions."""
        return [self[question] for question in Exclusion.values]

    def answers(self) -> dict[str, bool]:
        """After validation: question and answer."""
        return {question: self.cleaned_data[question] for question in Exclusion.values}


class ReviewForm(forms.Form):
    """The rubric. Everything may stay open until the review is filed."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    rationale = forms.CharField(
        required=False,
        max_length=4000,
        widget=_rows(6),
        label=_("Reasons, in words"),
        help_text=_("Published with your organisation’s name, not with yours."),
    )

    def __init__(self, *args: Any, studies: list[EvidenceItem] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.studies = studies or []
        for question, label in Exclusion.choices:
            self.fields[f"x_{question}"] = YesNoField(label=label, required=False)
        for criterion, label in Criterion.choices:
            self.fields[f"c_{criterion}"] = forms.TypedChoiceField(
                choices=[("0", _("none")), ("1", _("weak")), ("2", _("partly")), ("3", _("good")), ("4", _("strong"))],
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
                label=label,
                help_text=ANCHORS[Criterion(criterion)],
            )
        for aspect, label in Aspect.choices:
            self.fields[f"a_{aspect}"] = forms.ChoiceField(
                choices=Documented.choices, required=False, widget=forms.RadioSelect, label=label
            )
        for study in self.studies:
            self.fields[f"s_{study.pk}"] = forms.ChoiceField(
                choices=StudyRating.choices, required=False, widget=forms.RadioSelect, label=study.title
            )

    def at_version(self, version: int) -> ReviewForm:
        """The same answers, sent on the version that is saved now."""
        data = self.data.copy()
        data["version"] = str(version)
        form = ReviewForm(data, studies=self.studies)
        form.is_valid()
        return form

    def _bound(self, prefix: str) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith(prefix)]

    @property
    def exclusions(self) -> list[Any]:
        return self._bound("x_")

    @property
    def criteria(self) -> list[Any]:
        return self._bound("c_")

    @property
    def aspects(self) -> list[Any]:
        return self._bound("a_")

    @property
    def study_fields(self) -> list[Any]:
        return self._bound("s_")

    def values(self) -> dict[str, Any]:
        """What `save_review` needs, after validation; unanswered questions are left out."""
        data = self.cleaned_data
        return {
            "exclusions": {q: data[f"x_{q}"] for q in Exclusion.values if data[f"x_{q}"] is not None},
            "scores": {c: data[f"c_{c}"] for c in Criterion.values if data[f"c_{c}"] is not None},
            "completeness": {a: data[f"a_{a}"] for a in Aspect.values if data[f"a_{a}"]},
            "studies": {study.pk: data[f"s_{study.pk}"] for study in self.studies if data[f"s_{study.pk}"]},
            "rationale": data["rationale"],
        }


class AssignForm(forms.Form):
    """Ask a reviewer."""

    candidate = forms.ChoiceField(label=_("Reviewer"), widget=forms.RadioSelect)
    due_on = forms.DateField(required=False, label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, candidates: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = {f"{entry.user.pk}:{entry.organization.pk}": entry for entry in candidates}
        self.fields["candidate"].choices = [  # type: ignore[attr-defined]
            (key, f"{entry.user}, {entry.organization.name}") for key, entry in self.candidates.items()
        ]

    def chosen(self) -> Any:
        """The candidate, after validation."""
        return self.candidates[self.cleaned_data["candidate"]]


class AdjudicationForm(forms.Form):
    """Settle the disputed scores."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    rationale = forms.CharField(
        max_length=4000, widget=_rows(5), label=_("Reasons"), help_text=_("They are published.")
    )

    def __init__(self, *args: Any, disputed: list[str], studies: list[EvidenceItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.disputed, self.studies = disputed, studies
        for criterion in disputed:
            self.fields[f"c_{criterion}"] = forms.TypedChoiceField(
                choices=[("0", _("none")), ("1", _("weak")), ("2", _("partly")), ("3", _("good")), ("4", _("strong"))],
                coerce=int,
                widget=forms.RadioSelect,
                label=Criterion(criterion).label,
                help_text=ANCHORS[Criterion(criterion)],
            )
        for study in studies:
            self.fields[f"s_{study.pk}"] = forms.ChoiceField(
                choices=StudyRating.choices, required=False, widget=forms.RadioSelect, label=study.title
            )

    @property
    def criteria(self) -> list[Any]:
        return [self[f"c_{criterion}"] for criterion in self.disputed]

    @property
    def study_fields(self) -> list[Any]:
        return [self[f"s_{study.pk}"] for study in self.studies]

    def values(self) -> dict[str, Any]:
        """What `adjudicate` needs, after validation."""
        data = self.cleaned_data
        return {
            "scores": {criterion: data[f"c_{criterion}"] for criterion in self.disputed},
            "study_ratings": {study.pk: data[f"s_{study.pk}"] for study in self.studies if data[f"s_{study.pk}"]},
            "rationale": data["rationale"],
        }


class TranslationForm(forms.Form):
    """The texts of a version in another language."""

    title = forms.CharField(max_length=100, label=_("Title"))
    one_line = forms.CharField(max_length=240, widget=_rows(2), label=_("In one sentence"))
    problem = forms.CharField(required=False, max_length=1500, widget=_rows(5), label=_("What was the problem?"))
    description = forms.CharField(
        required=False, max_length=MAX_DESCRIPTION, widget=_rows(9), label=_("What was done?")
    )


def posted(data: MultiValueDict[str, str]) -> list[tuple[str, str]]:
    """What somebody typed, to be sent again from a conflict page."""
    skip = {"csrfmiddlewaretoken", "version"}
    return [(name, value) for name, values in data.lists() if name not in skip for value in values]
