"""The form of a need in steps, and the small forms of its life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.language import CODES, language_name
from network_site.taxonomy.models import Country, Term

from ..enums import OverlapAnswer, UnmetReason
from ..models import Need, SuccessMeasure
from .fields import LinesField, TermsField

MAX_MEASURES, MAX_PROBLEMS, MAX_COMPETENCES = 8, 5, 12
NOTE = 2000


def _rows(number: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": number})


def _lacking(term: Term) -> str:
    return term.lack


class NeedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A page of questions about a need; terms are told apart by their scheme, competences by their weight."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            chosen = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
            field.error_messages["required"] = _("Choose an answer.") if chosen else _("Fill this in.")
        if self.instance.pk and not self.instance._state.adding:
            self.initial = {**self.initial, **self.read(self.instance)}

    def read(self, need: Need) -> dict[str, Any]:
        """What a need holds of answers that are not its own columns."""
        held: dict[str, Any] = {}
        names = {name: field.scheme for name, field in self.fields.items() if isinstance(field, TermsField)}
        if set(names) & {"essential", "useful"}:
            rows = list(need.competences.values_list("term_id", "is_essential"))
            held |= {
                "essential": [code for code, is_essential in rows if is_essential],
                "useful": [code for code, is_essential in rows if not is_essential],
            }
        elif names:
            rows = list(need.need_terms.values_list("term_id", "term__scheme_id"))
            held |= {name: [code for code, scheme in rows if scheme == wanted] for name, wanted in names.items()}
        if "measures" in self.fields:
            held["measures"] = [row.statement for row in need.measures.all()]
        return held

    def answers(self) -> dict[str, Any]:
        """What the service wants of this page."""
        given: dict[str, Any] = {"fields": {}}
        for name, value in self.cleaned_data.items():
            if name == "country":
                given["fields"]["country_id"] = value.pk if value else None
            elif name in {"essential", "useful"}:
                given.setdefault("competences", []).extend((code, name == "essential") for code in value)
            elif name == "measures":
                given["measures"] = value
            elif isinstance(self.fields[name], TermsField):
                given.setdefault("terms", {})[self.fields[name].scheme] = value
            else:
                given["fields"][name] = value
        return given


class BriefForm(NeedForm):
    """What is needed, in brief."""

    country = forms.ModelChoiceField(Country.objects.none(), required=False, label=_("Country"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].queryset = Country.objects.all()  # type: ignore[attr-defined]
        self.fields["country"].choices = [  # type: ignore[attr-defined]
            ("", _("not chosen")),
            *sorted(((country.pk, country.name) for country in Country.objects.all()), key=lambda pair: pair[1]),
        ]

    class Meta:
        model = Need
        fields = ("source_language", "title", "summary", "problem", "country")
        labels = {
            "source_language": _("In which language do you write?"),
            "title": _("Title"),
            "summary": _("In one sentence"),
            "problem": _("What is lacking?"),
        }
        help_texts = {
            "title": _("What is needed, in plain words. No names of programmes."),
            "summary": _("What somebody would tell a colleague in the corridor."),
            "problem": _("What does not work today, where, and since when? No names of persons."),
        }
        widgets = {"summary": _rows(2), "problem": _rows(7), "source_language": forms.RadioSelect}


class LackingForm(NeedForm):
    """Whom it concerns, what was tried, how one knows."""

    class Meta:
        model = Need
        fields = ("beneficiaries", "tried", "evidence", "wants_assessment")
        labels = {
            "beneficiaries": _("Who would benefit?"),
            "tried": _("What was tried?"),
            "evidence": _("How do you know?"),
            "wants_assessment": _("We do not know enough: we ask the Network for an assessment"),
        }
        help_texts = {
            "beneficiaries": _("Which people or firms, and how many if you know."),
            "tried": _("And what came of it. “Nothing yet” is an answer."),
            "evidence": _("Figures with their source, a report, a finding of an audit."),
        }
        widgets = {"beneficiaries": _rows(3), "tried": _rows(4), "evidence": _rows(4)}


class HelpForm(NeedForm):
    """Where it belongs, and what kind of help is sought."""

    functions = TermsField(
        "LAF",
        most=4,
        required=False,
        label=_("Function of labour administration"),
        help_text=_("Where it belongs. Choose up to four."),
    )
    problems = TermsField(
        "DI",
        most=MAX_PROBLEMS,
        required=False,
        labels=_lacking,
        label=_("Which problems from the common list is it about?"),
        help_text=_("The same list describes practices: what was done elsewhere finds you by it. Choose up to five."),
    )
    groups = TermsField("TG", most=8, required=False, label=_("Whom would it serve?"))
    help = TermsField("CM", most=6, required=False, label=_("What kind of help do you seek?"))

    class Meta:
        model = Need
        fields = ()


class SkillsForm(NeedForm):
    """What a helper must be able to do."""

    essential = TermsField(
        "DI",
        most=MAX_COMPETENCES,
        required=False,
        label=_("What must somebody be able to do who helps you?"),
        help_text=_("Whoever covers less than half of these is not proposed."),
    )
    useful = TermsField("DI", most=MAX_COMPETENCES, required=False, label=_("What would be useful besides?"))

    class Meta:
        model = Need
        fields = ()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        twice = set(data.get("essential", [])) & set(data.get("useful", []))
        if twice:
            names = ", ".join(str(term) for term in Term.objects.filter(pk__in=twice))
            self.add_error(
                "useful",
                ValidationError(_("Chosen twice: %(names)s. Essential is enough."), params={"names": names}),
            )
        return data


class SuccessForm(NeedForm):
    """By what the ministry will see that the need is met."""

    measures = LinesField(
        most=MAX_MEASURES,
        length=300,
        required=False,
        label=_("By what will you see that the need is met?"),
        help_text=_(
            "One sign on each line, such that somebody else could check it. With a figure and a year if you can."
        ),
    )

    class Meta:
        model = Need
        fields = ()


class LimitsForm(NeedForm):
    """What must be respected, who may read it, whom to ask."""

    languages = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label=_("In which languages can you use help?")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = [(code, language_name(code)) for code in CODES]  # type: ignore[attr-defined]

    class Meta:
        model = Need
        fields = ("constraints", "budget_band", "languages", "audience", "contact_name", "contact_email")
        labels = {
            "constraints": _("What must be respected?"),
            "budget_band": _("Rough size"),
            "audience": _("Who may read it once it is registered?"),
            "contact_name": _("Whom can the Network ask?"),
            "contact_email": _("E-mail address"),
        }
        help_texts = {
            "constraints": _("Laws, systems, offices, dates that a helper must reckon with."),
            "audience": _("The contact is shown to your ministry and the Network’s staff only."),
        }
        widgets = {"constraints": _rows(4), "audience": forms.RadioSelect, "budget_band": forms.RadioSelect}


@dataclass(frozen=True)
class Step:
    """A page of the form."""

    name: str
    label: Any
    form: type[NeedForm]


STEPS = (
    Step("brief", _("In brief"), BriefForm),
    Step("lacking", _("Who, and how you know"), LackingForm),
    Step("help", _("Who could help"), HelpForm),
    Step("skills", _("What helpers must be able to do"), SkillsForm),
    Step("success", _("Signs of success"), SuccessForm),
    Step("limits", _("Limits and contact"), LimitsForm),
)
STEP_BY_NAME = {step.name: step for step in STEPS}


# --- The life of a need --------------------------------------------------------------------------


class NoteForm(forms.Form):
    """A step of the life cycle: the version that was read, and a reason."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    note = forms.CharField(required=False, max_length=NOTE, widget=_rows(3))


class UnmetForm(NoteForm):
    """Why nobody met a need."""

    reason = forms.ChoiceField(
        choices=UnmetReason.choices,
        label=_("Why did nobody meet it?"),
        error_messages={"required": _("Choose an answer.")},
    )
    note = forms.CharField(required=False, max_length=NOTE, widget=_rows(3), label=_("Say more, if you can"))


class OverlapForm(forms.Form):
    """What one possible duplicate is."""

    answer = forms.ChoiceField(
        choices=OverlapAnswer.choices,
        widget=forms.RadioSelect,
        label=_("Is it the same matter?"),
        error_messages={"required": _("Choose an answer.")},
    )
    note = forms.CharField(required=False, max_length=500, widget=_rows(2), label=_("Why?"))


class MeasureForm(forms.Form):
    """Whether a sign is there, since when, and by what one sees it."""

    is_met = forms.ChoiceField(
        choices=[("yes", _("yes, it is there")), ("no", _("no, or not wholly"))],
        widget=forms.RadioSelect,
        label=_("Is it there?"),
        error_messages={"required": _("Choose an answer.")},
    )
    evidence = forms.CharField(
        max_length=500,
        widget=_rows(2),
        label=_("Evidence"),
        help_text=_("A report, a figure with its source. It is shown to everybody who may read the need."),
        error_messages={"required": _("Fill this in.")},
    )
    seen_on = forms.DateField(
        label=_("Seen on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Fill this in.")},
    )

    def __init__(self, *args: Any, measure: SuccessMeasure, **kwargs: Any) -> None:
        self.measure = measure
        super().__init__(
            *args,
            prefix=f"m{measure.position}",
            initial={
                "is_met": {True: "yes", False: "no"}.get(measure.is_met, ""),  # type: ignore[arg-type]
                "evidence": measure.evidence,
                "seen_on": measure.seen_on,
            },
            **kwargs,
        )

    def clean_seen_on(self) -> Any:
        day = self.cleaned_data["seen_on"]
        if day > timezone.localdate():
            raise ValidationError(_("The day of the evidence cannot lie ahead."))
        return day


def results_of(forms_of_measures: Iterable[MeasureForm]) -> Mapping[UUID, Mapping[str, Any]]:
    """What the service wants of these forms."""
    return {
        form.measure.pk: {
            "is_met": form.cleaned_data["is_met"] == "yes",
            "evidence": form.cleaned_data["evidence"],
            "seen_on": form.cleaned_data["seen_on"],
        }
        for form in forms_of_measures
    }
