"""The editor of a question of any type: its fields follow from the type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from network_site.common.language import CODES, language_name

from ..models import QuestionVersion
from ..quiz import TYPES, checks
from ..quiz.writing import NumberField
from .keeping import PlainField
from .lines import IdsField, KeyField, LinesField, PairsField, whole
from .writing import FOR_EVER, SOURCE, SectionedForm, check_ids, check_text

LISTS = {
    "options": gettext_lazy("Options"),
    "items": gettext_lazy("Items"),
    "boxes": gettext_lazy("Boxes"),
    "left": gettext_lazy("On the left"),
    "right": gettext_lazy("On the right"),
}
LINES = gettext_lazy("A line for each, an id before the text: “a: Text”. Ids are the same in every language.")
EVIDENCE = {
    "document": gettext_lazy("Document"),
    "quote": gettext_lazy("What it says, word for word"),
    "place": gettext_lazy("Where it stands"),
}
SETTINGS = {"decimals": 0, "min_words": 0, "unit": ""}
TRUTH = [("true", pgettext_lazy("statement", "True")), ("false", pgettext_lazy("statement", "False"))]


class BankForm(SectionedForm):
    """A question with its words in four languages, its key and its evidence. Nothing typed is lost."""

    def __init__(self, kind: str, data: Any = None, *, version: QuestionVersion | None = None) -> None:
        super().__init__(data)
        self.kind, self.type, self.held = kind, TYPES[kind], version
        if version is None:
            self.fields["key"] = KeyField(label=_("Key"), help_text=FOR_EVER)
        self.fields["tag"] = KeyField(label=_("Tag"), help_text=_("Quizzes draw questions by their tags."))
        self.fields["points"] = whole(_("Points"), checks.POINTS.start, checks.POINTS.stop - 1, initial=1)
        if "decimals" in self.type.settings:
            self.fields["decimals"] = whole(_("Decimals of the answer, at most"), 0, 10, initial=0)
        if "min_words" in self.type.settings:
            self.fields["min_words"] = whole(_("Words of the answer, at least"), 0, 1000, initial=0)
        for code in CODES:
            self.fields |= self._texts(code)
        self.fields |= self._answer()
        for name, label in EVIDENCE.items():
            widget = forms.Textarea(attrs={"rows": 3}) if name == "quote" else forms.TextInput()
            self.fields[name] = PlainField(
                label=label, required=self.type.is_graded_here, max_length=2000, widget=widget
            )
        if version is not None:
            self.initial |= self._initial(version)

    # --- Fields ---

    @property
    def has_choices(self) -> bool:
        """Whether something may be said about single answers."""
        return self.kind in {"single", "multiple", "truefalse"}

    def _texts(self, code: str) -> dict[str, forms.Field]:
        needed = code == SOURCE

        def long(label: Any, *, required: bool, **more: Any) -> PlainField:
            widget = forms.Textarea(attrs={"rows": 3, "lang": code})
            return PlainField(label=label, required=required, max_length=2000, widget=widget, **more)

        fields: dict[str, forms.Field] = {f"{code}_prompt": long(_("Question"), required=needed)}
        for name in self.type.lists:
            fields[f"{code}_{name}"] = PairsField(label=LISTS[name], required=needed, help_text=LINES)
        if "unit" in self.type.extra_texts:
            fields[f"{code}_unit"] = PlainField(
                label=_("Unit"), required=False, max_length=40, widget=forms.TextInput(attrs={"lang": code})
            )
        if self.kind == "text":
            fields[f"{code}_accepted"] = LinesField(
                label=_("Accepted answers"),
                required=needed,
                help_text=_("A line for each. Capitals, accents and spaces do not matter."),
            )
        if self.type.is_graded_here:
            fields[f"{code}_why"] = long(
                _("Why this is right"), required=needed, help_text=_("Told with the right answer.")
            )
        else:
            fields[f"{code}_why"] = long(
                _("Model answer"), required=False, help_text=_("Tutors read it beside what was written.")
            )
        if self.has_choices:
            fields[f"{code}_choices"] = PairsField(
                label=_("What is said of single answers"),
                required=False,
                help_text=_("Only where there is something to say: “a: Text”.")
                if self.kind != "truefalse"
                else _("Only where there is something to say: “true: Text” and “false: Text”."),
            )
        for field in fields.values():
            field.widget.attrs["lang"] = code
        return fields

    def _answer(self) -> dict[str, forms.Field]:
        if self.kind == "single":
            return {"answer": PlainField(label=_("Right answer"), max_length=40, help_text=_("Its id."))}
        if self.kind == "multiple":
            return {"answer": self._ids(_("Right answers"), _("Their ids, a line for each."))}
        if self.kind == "order":
            return {"answer": self._ids(_("Right order"), _("The ids in their order, a line for each."))}
        if self.kind == "truefalse":
            return {"answer": forms.ChoiceField(label=_("Right answer"), choices=TRUTH, widget=forms.RadioSelect)}
        if self.kind == "match":
            return {
                "answer": PairsField(
                    label=_("Right pairs"), help_text=_("A line for each: “id on the left: id on the right”.")
                )
            }
        if self.kind == "classify":
            return {
                "answer": PairsField(
                    label=_("Right boxes"), help_text=_("A line for each: “id of the item: id of its box”.")
                )
            }
        if self.kind == "number":
            return {
                "answer": NumberField(label=_("Right number")),
                "margin": NumberField(
                    label=_("Difference that counts as right"),
                    help_text=_("0 where it must be exact."),
                ),
                "margin_kind": forms.ChoiceField(
                    label=_("How the difference is counted"),
                    choices=[("tolerance", _("as a number")), ("percent", _("in percent"))],
                    widget=forms.RadioSelect,
                    initial="tolerance",
                ),
            }
        return {}

    @staticmethod
    def _ids(label: Any, hint: Any) -> IdsField:
        return IdsField(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": 4}))

    def parts(self) -> Iterable[tuple[str, Any, Any, Sequence[str]]]:
        yield "", _("The question"), "", ("key", "tag", "points", "decimals", "min_words")
        yield SOURCE, capfirst(language_name(SOURCE)), "", self._names(SOURCE)
        yield "", _("The right answer"), "", ("answer", "margin", "margin_kind")
        yield "", _("Evidence"), _("Where the right answer is written down."), [*EVIDENCE]
        hint = _("Leave everything of this language empty, or write all of it.")
        for code in CODES:
            if code != SOURCE:
                yield code, capfirst(language_name(code)), hint, self._names(code)

    def _names(self, code: str) -> list[str]:
        return [f"{code}_{name}" for name in ("prompt", *self.type.lists, "unit", "accepted", "why", "choices")]

    def _initial(self, version: QuestionVersion) -> dict[str, Any]:
        key, structure = version.answer_key, version.structure
        found: dict[str, Any] = {"version": version.n, "tag": version.question.tag, "points": version.points}
        found |= {name: structure.get(name, default) for name, default in SETTINGS.items()}
        for code, said in version.texts.items():
            found |= {f"{code}_{name}": said.get(name, "") for name in ("prompt", "unit")}
            found |= {f"{code}_{name}": {one: said[name][one] for one in structure[name]} for name in self.type.lists}
        for code, said in key.feedback.items():
            found[f"{code}_why"] = said.get("_", "")
            found[f"{code}_choices"] = {one: text for one, text in said.items() if one != "_"}
        found |= {name: key.evidence.get(name, "") for name in EVIDENCE}
        return found | self._initial_answer(key.answer)

    def _initial_answer(self, answer: Any) -> dict[str, Any]:
        if self.kind == "text":
            return {f"{code}_accepted": lines for code, lines in answer.items()}
        if self.kind == "truefalse":
            return {"answer": "true" if answer else "false"}
        if self.kind == "number":
            kind = "percent" if "percent" in answer else "tolerance"
            return {
                "answer": self._figures(answer["value"]),
                "margin": self._figures(answer[kind]),
                "margin_kind": kind,
            }
        return {"answer": answer}

    def _figures(self, value: str) -> Any:
        return self.type.shown({}, {"value": value, "typed": value})["answer"]

    # --- What was written ---

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self._check_lists(given)
        for code in CODES:
            if code != SOURCE and self._is_begun(given, code):
                self._check_language(given, code)
        if not self.errors:
            self._check_key()
        if not self.errors:
            document = self.document
            wrong = self.type.problems(
                document["structure"], document["texts"], document["answer_key"], document["points"]
            )
            for problem in wrong:
                self.add_error(None, problem)
        return given

    def _check_lists(self, given: Mapping[str, Any]) -> None:
        for name, least in self.type.lists.items():
            field = f"{SOURCE}_{name}"
            if field not in self.errors and len(given[field]) < least:
                self.add_error(field, _("Give at least %(least)d of them.") % {"least": least})
        if self.has_choices and f"{SOURCE}_choices" not in self.errors:
            names = ["true", "false"] if self.kind == "truefalse" else [*(given.get(f"{SOURCE}_options") or ())]
            if unknown := [one for one in given[f"{SOURCE}_choices"] if one not in names]:
                words = _("The question has no answer with these ids: %(ids)s.")
                self.add_error(f"{SOURCE}_choices", words % {"ids": ", ".join(unknown)})

    def _is_begun(self, given: Mapping[str, Any], code: str) -> bool:
        return any(given.get(name) or name in self.errors for name in self._names(code))

    def _check_language(self, given: Mapping[str, Any], code: str) -> None:
        for name in ("prompt", "unit", "accepted", "why"):
            if f"{code}_{name}" in self.fields:
                check_text(self, given, code, name)
        for name in (*self.type.lists, "choices"):
            if f"{code}_{name}" in self.fields:
                check_ids(self, given, code, name)

    def _check_key(self) -> None:
        document = self.document
        margin = self.cleaned_data.get("margin")
        if margin is not None and margin["value"].startswith("-"):
            self.add_error("margin", _("The difference cannot be below 0."))
        field = "answer" if "answer" in self.fields else None
        answer = document["answer_key"]["answer"]
        for problem in self.type.key_problems(document["structure"], document["texts"], answer):
            self.add_error(field, problem)

    @property
    def document(self) -> dict[str, Any]:
        """The question as the service takes it."""
        given = self.cleaned_data
        codes = [code for code in CODES if self._is_begun(given, code)]
        return {
            "tag": given["tag"],
            "type": self.kind,
            "points": given["points"],
            "structure": {name: list(given[f"{SOURCE}_{name}"]) for name in self.type.lists} | dict(self._settings()),
            "texts": {code: self._said(code) for code in codes},
            "answer_key": {
                "answer": self._right(codes),
                "feedback": {code: said for code in codes if (said := self._feedback(code))},
                "evidence": {name: given[name] for name in EVIDENCE if given[name]},
            },
        }

    def _settings(self) -> Iterator[tuple[str, Any]]:
        """Settings that are not what they are anyway; those that stood there stay, so that nothing seems changed."""
        held = self.held.structure if self.held else {}
        for name, default in SETTINGS.items():
            if name in self.type.settings:
                value = self.cleaned_data[name] if name in self.fields else held.get(name, default)
                if value != default or name in held:
                    yield name, value

    def _said(self, code: str) -> dict[str, Any]:
        given = self.cleaned_data
        said = {"prompt": given[f"{code}_prompt"]} | {name: given[f"{code}_{name}"] for name in self.type.lists}
        unit = given.get(f"{code}_unit")
        return said | ({"unit": unit} if unit else {})

    def _feedback(self, code: str) -> dict[str, str]:
        why = self.cleaned_data[f"{code}_why"]
        return ({"_": why} if why else {}) | (self.cleaned_data.get(f"{code}_choices") or {})

    def _right(self, codes: Sequence[str]) -> Any:
        given = self.cleaned_data
        if self.kind == "text":
            return {code: given[f"{code}_accepted"] for code in codes}
        if self.kind == "truefalse":
            return given["answer"] == "true"
        if self.kind == "number":
            return {"value": given["answer"]["value"], given["margin_kind"]: given["margin"]["value"]}
        return given.get("answer")
