"""Forms of those who write courses: the frame, the rules of a quiz, a case and its decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from needs.models import Need
from network_site.common.language import CODES, language_name

from ..enums import (
    HONOURS_MARK,
    PASS_MARK,
    Counting,
    Entry,
    Feedback,
    Level,
    OutcomeStatus,
    PromptKind,
    QuizRole,
)
from ..models import Course
from ..selectors.writing import Tag
from ..services.cases import HOME_FIELDS
from .keeping import PlainField, area
from .lines import KeyField, PairsField, TermsField, whole

SOURCE = "en"
SCHEMES = {
    "LAF": gettext_lazy("Functions of a ministry of labour"),
    "TG": gettext_lazy("Target groups"),
    "DI": gettext_lazy("Competences of an institution"),
}
FOR_EVER = gettext_lazy("Small letters, figures and hyphens. It stays as it is for ever.")


class SectionedForm(forms.Form):
    """A long form in parts, each a fieldset with a name of its own."""

    # The mark or number of what its writer read.
    version = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def parts(self) -> Iterable[tuple[str, Any, Any, Sequence[str]]]:
        """Language (or nothing), legend, hint and names of fields."""
        raise NotImplementedError

    def full_clean(self) -> None:
        for field in self.fields.values():
            chosen = isinstance(field, forms.ChoiceField)
            field.error_messages["required"] = _("Choose an answer.") if chosen else _("Fill this in.")
        super().full_clean()

    @property
    def sections(self) -> list[dict[str, Any]]:
        """The parts as the template draws them."""
        found = []
        for place, (language, legend, hint, names) in enumerate(self.parts()):
            fields = [self[name] for name in names if name in self.fields]
            if fields:
                found.append(
                    {"id": f"part-{place}", "language": language, "legend": legend, "hint": hint, "fields": fields}
                )
        return found

    def take(self, error: ValidationError) -> None:
        """Say what a service said, beside the answer that it names, else above the form."""
        given = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in given.items():
            self.add_error(name if name in self.fields else None, messages)

    def add_terms(self, held: Iterable[str]) -> dict[str, list[str]]:
        """Add a field for each scheme; the codes that a record holds, by name of the field."""
        codes = list(held)
        for scheme, label in SCHEMES.items():
            self.fields[f"terms_{scheme}"] = TermsField(scheme, label=label)
        offered = {
            name: {code for _name, group in self.fields[name].choices for code, _label in _of_group(group)}  # type: ignore[attr-defined]
            for name in self.term_names
        }
        # What no list offers (another scheme, a term out of use) stays as it is.
        self.unlisted = [code for code in codes if not any(code in known for known in offered.values())]
        return {name: [code for code in codes if code in known] for name, known in offered.items()}

    @property
    def term_names(self) -> list[str]:
        return [f"terms_{scheme}" for scheme in SCHEMES]

    @property
    def terms(self) -> list[str]:
        """The chosen codes of all schemes."""
        return [code for name in self.term_names for code in self.cleaned_data[name]] + self.unlisted


def _of_group(group: Any) -> Iterable[tuple[str, Any]]:
    return group if isinstance(group, list | tuple) else []


class FrameForm(SectionedForm):
    """The frame of a course: everything that is the same in every language."""

    def __init__(
        self,
        data: Any = None,
        *,
        course: Course | None = None,
        terms: Sequence[str] = (),
        others: Sequence[tuple[str, str]] = (),
        required: Sequence[str] = (),
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.course = course
        if course is None:
            self.fields["code"] = KeyField(label=_("Code"), help_text=FOR_EVER)
        for name, field in self._fields(others).items():
            self.fields[name] = field
        held = self.add_terms(terms)
        if course is not None:
            names = ("level", "hours", "pass_mark", "honours_mark", "entry", "has_certificate", "licence", "position")
            self.initial |= {name: getattr(course, name) for name in names} | held
            self.initial |= {"version": course.lock_version, "required": list(required)}
            self.initial |= {f"source_{name}": course.source.get(name, "") for name in ("title", "place")}

    @staticmethod
    def _fields(others: Sequence[tuple[str, str]]) -> dict[str, forms.Field]:
        return {
            "level": forms.ChoiceField(label=_("Level"), choices=Level.choices),
            "hours": whole(_("Hours of work"), 1, 1000, initial=1),
            "position": whole(
                _("Place in the catalogue"), 0, 1000, initial=0, help_text=_("Small numbers come first.")
            ),
            "entry": forms.ChoiceField(
                label=_("Who may take it"), choices=Entry.choices, widget=forms.RadioSelect, initial=Entry.OPEN
            ),
            "pass_mark": whole(_("Mark for passing"), 0, 100, initial=PASS_MARK, help_text=_("From 0 to 100.")),
            "honours_mark": whole(_("Mark for honours"), 0, 100, initial=HONOURS_MARK, help_text=_("From 0 to 100.")),
            "has_certificate": forms.BooleanField(label=_("It ends with a certificate"), required=False, initial=True),
            "licence": PlainField(label=_("Licence of the texts"), max_length=40, initial="CC-BY-4.0"),
            "source_title": PlainField(
                label=_("What it is made from"), required=False, max_length=300, help_text=_("Author, title and year.")
            ),
            "source_place": PlainField(
                label=_("Where in it"), required=False, max_length=300, help_text=_("Chapters, pages or slides.")
            ),
            "required": forms.MultipleChoiceField(
                label=_("Courses that come before"),
                required=False,
                choices=others,
                widget=forms.CheckboxSelectMultiple,
            ),
        }

    def parts(self) -> Iterable[tuple[str, Any, Any, Sequence[str]]]:
        yield "", _("The course"), "", ("code", "level", "hours", "position")
        yield "", _("Entry and marks"), "", ("entry", "required", "pass_mark", "honours_mark", "has_certificate")
        yield "", _("What it is about"), "", self.term_names
        yield "", _("Source and licence"), "", ("source_title", "source_place", "licence")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        least, most = given.get("pass_mark"), given.get("honours_mark")
        if least is not None and most is not None and most < least:
            self.add_error("honours_mark", _("The mark for honours cannot be below the mark for passing."))
        return given

    @property
    def fields_given(self) -> dict[str, Any]:
        """What the service wants of the frame."""
        names = ("level", "hours", "position", "entry", "pass_mark", "honours_mark", "has_certificate", "licence")
        source = dict(self.course.source) if self.course else {}
        for name in ("title", "place"):
            if self.cleaned_data[f"source_{name}"] or name in source:
                source[name] = self.cleaned_data[f"source_{name}"]
        return {name: self.cleaned_data[name] for name in names} | {"source": source}


class RulesForm(SectionedForm):
    """The rules of a quiz, and from which tags of the bank how many questions are drawn."""

    RULES = ("role", "weight", "attempts_allowed", "minutes", "feedback", "counting", "is_shuffled")

    def __init__(self, data: Any = None, *, held: Mapping[str, Any] | None = None, tags: Sequence[Tag] = ()) -> None:
        super().__init__(data)
        if held is None:
            self.fields["key"] = KeyField(label=_("Key"), help_text=FOR_EVER)
        self.fields |= {
            "role": forms.ChoiceField(
                label=_("What it is for"),
                choices=QuizRole.choices,
                widget=forms.RadioSelect,
                initial=QuizRole.LESSON,
                help_text=_(
                    "The first and the last quiz of a course ask the same; the difference is what was learned."
                ),
            ),
            "weight": whole(
                _("Weight in the result"), 0, 100, initial=1, help_text=_("0 for a quiz that does not count.")
            ),
            "attempts_allowed": whole(
                _("Attempts"), 1, 100, required=False, help_text=_("Leave it empty for as many as one likes.")
            ),
            "minutes": whole(_("Minutes"), 1, 600, required=False, help_text=_("Leave it empty for no clock.")),
            "feedback": forms.ChoiceField(
                label=_("Right answers are told"),
                choices=Feedback.choices,
                widget=forms.RadioSelect,
                initial=Feedback.AFTER_SUBMIT,
            ),
            "counting": forms.ChoiceField(
                label=_("What counts"), choices=Counting.choices, widget=forms.RadioSelect, initial=Counting.HIGHEST
            ),
            "is_shuffled": forms.BooleanField(label=_("In another order for everybody"), required=False, initial=True),
        }
        pools = dict((held or {}).get("pools", ()))
        known = {tag.name: tag for tag in tags}
        self.tags = {name: known.get(name, Tag(name, 0, 0)) for name in [*pools, *sorted(known.keys() - pools.keys())]}
        for name, tag in self.tags.items():
            words = _("Draw from “%(tag)s” (reviewed: %(reviewed)d of %(count)d)")
            label = words % {"tag": name, "reviewed": tag.reviewed, "count": tag.questions}
            self.fields[f"pool_{name}"] = forms.BooleanField(label=label, required=False, initial=name in pools)
            self.fields[f"draw_{name}"] = whole(
                _("How many of “%(tag)s”") % {"tag": name},
                1,
                1000,
                required=False,
                initial=pools.get(name),
                help_text=_("Leave it empty for all of them."),
            )
        self.initial |= {name: (held or {})[name] for name in self.RULES if held}

    def parts(self) -> Iterable[tuple[str, Any, Any, Sequence[str]]]:
        yield "", _("The quiz"), "", ("key", "role", "weight", "attempts_allowed", "minutes")
        pools = [f"{part}_{name}" for name in self.tags for part in ("pool", "draw")]
        yield "", _("What is asked"), _("Only reviewed questions are drawn."), [*pools, "is_shuffled"]
        yield "", _("Answers and marks"), "", ("feedback", "counting")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name, tag in self.tags.items():
            draw = given.get(f"draw_{name}")
            if draw and not given.get(f"pool_{name}"):
                self.add_error(f"pool_{name}", _("Choose “%(tag)s”, or draw nothing from it.") % {"tag": name})
            elif draw and draw > tag.questions:
                words = ngettext(
                    "There is only %(count)d question with this tag.",
                    "There are only %(count)d questions with this tag.",
                    tag.questions,
                )
                self.add_error(f"draw_{name}", words % {"count": tag.questions})
        return given

    @property
    def fields_given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.RULES}

    @property
    def pools(self) -> list[tuple[str, int | None]]:
        given = self.cleaned_data
        return [(name, given[f"draw_{name}"]) for name in self.tags if given[f"pool_{name}"]]


class CaseFrameForm(SectionedForm):
    """A case without its decisions: what it is worth, and with what a draft need begins."""

    def __init__(self, data: Any = None, *, held: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        if held is None:
            self.fields["key"] = KeyField(label=_("Key"), help_text=FOR_EVER)
        self.fields["weight"] = whole(_("Weight in the result"), 0, 100, initial=1)
        for code in CODES:
            self.fields[f"{code}_title"] = PlainField(
                label=capfirst(language_name(code)),
                required=code == SOURCE,
                max_length=120,
                widget=forms.TextInput(attrs={"lang": code}),
            )
        terms = self.add_terms((held or {}).get("terms", ()))
        if held is not None:
            titles = {f"{code}_title": title for code, title in held["titles"].items()}
            self.initial |= {"weight": held["weight"]} | titles | terms

    def parts(self) -> Iterable[tuple[str, Any, Any, Sequence[str]]]:
        yield "", _("The case study"), "", ("key", "weight")
        hint = _("Whoever has applied the case at home may begin a need with it. This is its title.")
        yield "", _("Title of the draft need"), hint, [f"{code}_title" for code in CODES]
        yield "", _("What the draft need is about"), "", self.term_names

    @property
    def need(self) -> dict[str, Any]:
        titles = {code: self.cleaned_data[f"{code}_title"] for code in CODES}
        return {"terms": self.terms, "titles": {code: title for code, title in titles.items() if title}}


def _home_choices() -> list[tuple[str, str]]:
    columns = [(name, capfirst(Need._meta.get_field(name).verbose_name)) for name in HOME_FIELDS]  # type: ignore[union-attr]
    return [("", _("None of them")), *columns]


class PromptForm(SectionedForm):
    """A decision of a case, with what came of it. A language is there whole or not at all."""

    def __init__(
        self, data: Any = None, *, held: Mapping[str, Any] | None = None, key: str = "", position: int = 0
    ) -> None:
        super().__init__(data)
        self.key = key
        self.held = held or {}
        if held is None:
            self.fields["key"] = KeyField(label=_("Key"), help_text=FOR_EVER)
        self.fields |= {
            "kind": forms.ChoiceField(
                label=_("How it is answered"),
                choices=PromptKind.choices,
                widget=forms.RadioSelect,
                initial=PromptKind.CHOICE,
            ),
            "position": whole(_("Place among the decisions"), 1, 100, initial=position + 1),
            "min_words": whole(_("Words of the reason, at least"), 0, 200, initial=15),
            "home": forms.ChoiceField(
                label=_("Field of a need"),
                required=False,
                choices=_home_choices,
                help_text=_("What is written about one’s own country goes into this field of the draft need."),
            ),
            "least": whole(_("Smallest number"), -(10**9), 10**9, required=False),
            "most": whole(_("Largest number"), -(10**9), 10**9, required=False),
            "status": forms.ChoiceField(
                label=_("What is known of it"),
                choices=OutcomeStatus.choices,
                widget=forms.RadioSelect,
                initial=OutcomeStatus.REPORTED,
            ),
            "quote": PlainField(
                label=_("What the source says, word for word"), required=False, max_length=2000, widget=area(3),
                help_text=_("Needed unless nothing is reported."),
            ),
            "place": PlainField(
                label=_("Where it stands"), required=False, max_length=200, help_text=_("Such as “page 12”.")
            ),
        }  # fmt: skip
        for code in CODES:
            self.fields |= self._texts(code)
        if held is not None:
            self.initial |= self._initial(held)

    @staticmethod
    def _texts(code: str) -> dict[str, forms.Field]:
        needed = code == SOURCE

        def long(label: Any, *, required: bool, rows: int = 3, **more: Any) -> PlainField:
            widget = forms.Textarea(attrs={"rows": rows, "lang": code})
            return PlainField(label=label, required=required, max_length=1500, widget=widget, **more)

        options = PairsField(
            label=_("Options"),
            required=False,
            help_text=_(
                "For a choice. A line for each, an id before the text: “a: Text”. Ids are the same everywhere."
            ),
        )
        options.widget.attrs["lang"] = code
        return {
            f"{code}_question": long(_("Question"), required=needed),
            f"{code}_options": options,
            f"{code}_unit": PlainField(
                label=_("Unit"), required=False, max_length=40, widget=forms.TextInput(attrs={"lang": code}),
                help_text=_("For a number."),
            ),
            f"{code}_at_home": long(_("The same question for one’s own country"), required=needed),
            f"{code}_outcome": long(_("What happened"), required=needed, rows=5),
        }  # fmt: skip

    @staticmethod
    def _initial(held: Mapping[str, Any]) -> dict[str, Any]:
        structure, outcome = held["structure"], held["outcome"] or {}
        found = {name: held[name] for name in ("kind", "min_words", "home")}
        found |= {"position": held["position"] + 1, "least": structure.get("min"), "most": structure.get("max")}
        found |= {name: outcome.get(name, "") for name in ("status", "quote", "place")}
        for code, said in held["texts"].items():
            options = {one: said["options"][one] for one in structure.get("options", ()) if "options" in said}
            found |= {f"{code}_{name}": said.get(name, "") for name in ("question", "at_home", "unit")}
            found[f"{code}_options"] = options
        found |= {f"{code}_outcome": said["text"] for code, said in (outcome.get("texts") or {}).items()}
        return found

    def parts(self) -> Iterable[tuple[str, Any, Any, Sequence[str]]]:
        yield "", _("The decision"), "", ("key", "position", "kind", "min_words", "least", "most", "home")
        yield self._language(SOURCE, "")
        yield "", _("What came of it"), "", ("status", "quote", "place")
        hint = _("Leave everything of this language empty, or write all of it.")
        for code in CODES:
            if code != SOURCE:
                yield self._language(code, hint)

    @staticmethod
    def _language(code: str, hint: str) -> tuple[str, str, str, list[str]]:
        names = ("question", "options", "unit", "at_home", "outcome")
        return code, capfirst(language_name(code)), hint, [f"{code}_{name}" for name in names]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self._check_numbers(given)
        if given.get("status") != OutcomeStatus.NOT_REPORTED and not given.get("quote") and "quote" not in self.errors:
            self.add_error("quote", _("Quote what the source says."))
        if given.get("kind") == PromptKind.CHOICE and len(given.get("en_options") or ()) < 2 and "en_options" in given:
            self.add_error("en_options", _("Give at least two options."))
        for code in CODES:
            if code != SOURCE and self._is_begun(given, code):
                self._check_language(given, code)
        return given

    def _check_numbers(self, given: Mapping[str, Any]) -> None:
        least, most = given.get("least"), given.get("most")
        if given.get("kind") != PromptKind.NUMBER or {"least", "most"} & self.errors.keys():
            return
        if least is not None and most is not None and most < least:
            self.add_error("most", _("The largest number cannot be below the smallest one."))
        if (least is None) != (most is None):
            self.add_error("least" if least is None else "most", _("Give both numbers, or neither."))

    def _is_begun(self, given: Mapping[str, Any], code: str) -> bool:
        names = ("question", "options", "unit", "at_home", "outcome")
        return any(given.get(f"{code}_{name}") or f"{code}_{name}" in self.errors for name in names)

    def _check_language(self, given: Mapping[str, Any], code: str) -> None:
        for name in ("question", "at_home", "outcome"):
            check_text(self, given, code, name)
        if given.get("kind") == PromptKind.NUMBER:
            check_text(self, given, code, "unit")
        if given.get("kind") == PromptKind.CHOICE:
            check_ids(self, given, code, "options")

    @property
    def prompt(self) -> dict[str, Any]:
        """The decision as the service takes it."""
        given = self.cleaned_data
        codes = [code for code in CODES if given[f"{code}_question"]]
        outcome = {name: given[name] for name in ("status", "quote", "place")}
        return {
            "key": given.get("key") or self.key,
            "kind": given["kind"],
            "structure": self._structure(given),
            "texts": {code: self._said(given, code) for code in codes},
            "min_words": given["min_words"],
            "home": given["home"],
            "outcome": outcome | {"texts": {code: {"text": given[f"{code}_outcome"]} for code in codes}},
        }

    def _structure(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if given["kind"] == PromptKind.CHOICE:
            return {"options": list(given["en_options"])}
        if given["kind"] == PromptKind.TEXT:
            return {}
        kept = {name: value for name, value in self.held.get("structure", {}).items() if name in {"unit", "decimals"}}
        bounds = {"min": given["least"], "max": given["most"]}
        return kept | {name: value for name, value in bounds.items() if value is not None}

    @staticmethod
    def _said(given: Mapping[str, Any], code: str) -> dict[str, Any]:
        said: dict[str, Any] = {name: given[f"{code}_{name}"] for name in ("question", "at_home")}
        if given["kind"] == PromptKind.CHOICE:
            said["options"] = given[f"{code}_options"]
        if given["kind"] == PromptKind.NUMBER:
            said["unit"] = given[f"{code}_unit"]
        return said


def check_text(form: forms.Form, given: Mapping[str, Any], code: str, name: str) -> None:
    """Say beside a text of a language that it is there in English and missing here, or the other way round."""
    field = f"{code}_{name}"
    if field in form.errors or f"{SOURCE}_{name}" in form.errors:
        return
    here, there = given.get(field), given.get(f"{SOURCE}_{name}")
    if there and not here:
        words = _("Write this too, or leave everything in %(language)s empty.")
        form.add_error(field, words % {"language": language_name(code)})
    elif here and not there:
        form.add_error(field, _("Write this in English too, or leave it empty."))


def check_ids(form: forms.Form, given: Mapping[str, Any], code: str, name: str) -> None:
    """Say beside the lines of a language which ids of the English lines are missing, and which are not among them."""
    field = f"{code}_{name}"
    if field in form.errors or f"{SOURCE}_{name}" in form.errors:
        return
    here, there = given.get(field) or {}, given.get(f"{SOURCE}_{name}") or {}
    if missing := [one for one in there if one not in here]:
        form.add_error(field, _("These ids of the English lines are missing: %(ids)s.") % {"ids": ", ".join(missing)})
    if unknown := [one for one in here if one not in there]:
        form.add_error(field, _("These ids are not among the English lines: %(ids)s.") % {"ids": ", ".join(unknown)})


class ChooseTypeForm(forms.Form):
    """The type of a question that is to be written."""

    type = forms.ChoiceField(
        label=pgettext_lazy("question", "Type"),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose an answer.")),
    )

    def __init__(self, choices: Sequence[tuple[str, Any]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["type"].choices = choices  # type: ignore[attr-defined]
