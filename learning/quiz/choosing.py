"""Types that are answered by choosing: one, several, true or false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from . import checks
from .base import ONE, ZERO, Answer, Key, QuestionType, Said, Structure, Texts, share
from .drawing import order_of

REFUSALS = {name: gettext_lazy("Choose from the answers shown.") for name in ("invalid_choice", "invalid_list")}


def options(structure: Structure, said: Said, seed: object) -> list[tuple[str, str]]:
    """The options as they are offered: shuffled, the same way in every language."""
    return [(one, said["options"][one]) for one in order_of(structure["options"], seed)]


class Single(QuestionType):
    """One of several options: "b"."""

    label = gettext_lazy("One answer")
    rule = gettext_lazy("One answer is right: all points or none.")
    part = "choices"
    lists = {"options": 2}

    def key_problems(self, structure: Structure, texts: Texts, answer: Any) -> Iterator[str]:
        return checks.unknown([answer], structure["options"])

    def with_feedback(self, structure: Structure) -> Sequence[str]:
        return structure["options"]

    def fields(self, structure: Structure, said: Said, seed: object) -> dict[str, forms.Field]:
        field = forms.ChoiceField(
            label=said["prompt"],
            required=False,
            widget=forms.RadioSelect,
            choices=options(structure, said, seed),
            error_messages=REFUSALS,
        )
        return {"answer": field}

    def grade(self, structure: Structure, answer_key: Key, answer: Answer) -> Decimal:
        return ONE if answer == self.right(answer_key) else ZERO

    def right(self, answer_key: Key) -> str:
        return answer_key["answer"]

    def in_words(self, structure: Structure, said: Said, answer: Answer) -> list[str]:
        return [said["options"][one] for one in self.chosen(structure, answer)]

    def chosen(self, structure: Structure, answer: Answer) -> list[str]:
        return [one for one in structure["options"] if one == answer]


class Multiple(Single):
    """Several of several options: ["a", "c"], in the order of the structure."""

    label = gettext_lazy("Several answers")
    rule = gettext_lazy("Choose all that apply. Each wrong choice takes away one right choice.")

    def key_problems(self, structure: Structure, texts: Texts, answer: Any) -> Iterator[str]:
        if not isinstance(answer, list) or not answer:
            yield _("The key has no right option.")
            return
        yield from checks.unknown(answer, structure["options"])
        if len({str(one) for one in answer}) < len(answer):
            yield _("The key names an option twice.")

    def fields(self, structure: Structure, said: Said, seed: object) -> dict[str, forms.Field]:
        field = forms.MultipleChoiceField(
            label=said["prompt"],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=options(structure, said, seed),
            error_messages=REFUSALS,
        )
        return {"answer": field}

    def read(self, structure: Structure, sent: Mapping[str, Any]) -> list[str] | None:
        return self.chosen(structure, sent["answer"]) or None

    def grade(self, structure: Structure, answer_key: Key, answer: Answer) -> Decimal:
        right, given = set(self.right(answer_key)), set(self.chosen(structure, answer))
        return share(len(given & right) - len(given - right), of=len(right))

    def chosen(self, structure: Structure, answer: Answer) -> list[str]:
        return [one for one in structure["options"] if isinstance(answer, list) and one in answer]


class TrueFalse(QuestionType):
    """A statement to judge: true or false. Never shuffled."""

    label = gettext_lazy("True or false")
    rule = gettext_lazy("All points or none.")
    part = "choices"
    names = {True: "true", False: "false"}

    def key_problems(self, structure: Structure, texts: Texts, answer: Any) -> Iterator[str]:
        if not isinstance(answer, bool):
            yield _("The key must be true or false.")

    def with_feedback(self, structure: Structure) -> Sequence[str]:
        return [*self.names.values()]

    def words(self) -> dict[bool, str]:
        return {True: pgettext("statement", "True"), False: pgettext("statement", "False")}

    def fields(self, structure: Structure, said: Said, seed: object) -> dict[str, forms.Field]:
        field = forms.ChoiceField(
            label=said["prompt"],
            required=False,
            widget=forms.RadioSelect,
            choices=[(self.names[value], word) for value, word in self.words().items()],
            error_messages=REFUSALS,
        )
        return {"answer": field}

    def shown(self, structure: Structure, answer: Answer) -> dict[str, Any]:
        return {"answer": next(iter(self.chosen(structure, answer)), None)}

    def read(self, structure: Structure, sent: Mapping[str, Any]) -> bool | None:
        return {name: value for value, name in self.names.items()}.get(sent["answer"])

    def grade(self, structure: Structure, answer_key: Key, answer: Answer) -> Decimal:
        return ONE if answer is self.right(answer_key) else ZERO

    def right(self, answer_key: Key) -> bool:
        return answer_key["answer"]

    def in_words(self, structure: Structure, said: Said, answer: Answer) -> list[str]:
        return [self.words()[answer]] if isinstance(answer, bool) else []

    def chosen(self, structure: Structure, answer: Answer) -> list[str]:
        return [self.names[answer]] if isinstance(answer, bool) else []
