"""Questions as forms: one for each, and a page of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from network_site.common.language import current_language, language_name

from .base import Answer, DrawnQuestion, language_of
from .types import TYPES


class QuestionForm(forms.Form):
    """One drawn question, with its stored answer or with what was sent.

    Nothing is required: what is missing is told by `lacking`. A question that is not understood keeps what was typed,
    and says why beside it.
    """

    def __init__(self, question: DrawnQuestion, seed: object, data: Any = None, answer: Answer = None) -> None:
        self.question, self.kind = question, TYPES[question.type]
        self.given = answer  # what is stored; once a valid form was sent, what it says
        self.language = language_of(question.texts, current_language())
        said = question.texts[self.language]
        super().__init__(data, prefix=question.key, initial=self.kind.shown(question.structure, answer))
        self.prompt = said["prompt"]
        self.fields.update(self.kind.fields(question.structure, said, f"{seed}:{question.key}"))

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            self.given = self.kind.read(self.question.structure, self.cleaned_data)
        return self.cleaned_data

    @property
    def lacking(self) -> str:
        """What is still missing, as a sentence; empty when nothing is."""
        return self.kind.lacking(self.question.structure, self.given)

    @property
    def borrowed_language(self) -> str:
        """The name of the language in which it is shown, where that is not the reader's."""
        return "" if self.language == current_language() else language_name(self.language)

    @property
    def template(self) -> str:
        """Where its inputs are drawn."""
        return f"learning/questions/{self.kind.part}.html"


class QuizForm:
    """The questions of a page: shown from what is stored, or read from what was sent, as one."""

    def __init__(
        self,
        questions: Iterable[DrawnQuestion],
        seed: object,
        data: Any = None,
        answers: Mapping[str, Answer] | None = None,
    ) -> None:
        stored = answers or {}
        self.forms = [QuestionForm(one, seed, data, stored.get(one.key)) for one in questions]

    def is_valid(self) -> bool:
        """Whether every answer was understood (all are checked, so that all errors show at once)."""
        return not [form for form in self.forms if not form.is_valid()]

    @property
    def answers(self) -> dict[str, Answer]:
        """What was sent and understood, by question. The others keep what is stored."""
        return {form.question.key: form.given for form in self.forms if form.is_valid()}

    @property
    def lacking(self) -> dict[str, str]:
        """What is still missing, by question: to ask once more, not to refuse."""
        return {form.question.key: form.lacking for form in self.forms if form.lacking and not form.errors}
