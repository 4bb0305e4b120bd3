"""What every type of question promises, and what passes between it and the rest.

Structure, texts and key are plain JSON, in the shapes that docs and seed files show. An answer is JSON too; None is
"not answered". Structure and key must have passed `problems`; an answer may be anything that ever was stored.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _

from . import checks

Structure = Mapping[str, Any]
Texts = Mapping[str, Mapping[str, Any]]  # by language
Said = Mapping[str, Any]  # the texts of one language
Key = Mapping[str, Any]  # {answer, feedback, evidence}
Answer = Any

ZERO, ONE = Decimal("0.0000"), Decimal("1.0000")


def share(right: int, of: int) -> Decimal:
    """So many right ones of so many, with four places; never below 0."""
    return (Decimal(max(right, 0)) / of).quantize(ONE, ROUND_HALF_UP)


def language_of(texts: Texts, wanted: str) -> str:
    """The language in which a question is shown: the reader's, else English. A language is never there in part."""
    return wanted if wanted in texts else checks.SOURCE


@dataclass(frozen=True)
class DrawnQuestion:
    """A question as it was drawn for an attempt: all of it that a learner may see. Its key is not in it."""

    key: str
    type: str
    points: int
    structure: Structure
    texts: Texts


@dataclass(frozen=True)
class Revealed:
    """What may be said when the feedback rule allows it: the right answer, and why, in one language."""

    right: tuple[str, ...]
    chosen: tuple[str, ...]
    why: str
    language: str


class QuestionType(ABC):
    """One type of question. It keeps nothing: one instance of each serves all questions."""

    label: ClassVar[Any]
    rule: ClassVar[Any]  # how it is scored, told to the learner beside each question
    part: ClassVar[str]  # the template that draws its inputs: choices, written or placed
    is_graded_here: ClassVar[bool] = True  # whether its key tells right from wrong; else a tutor does

    # Its structure: lists of ids with the least length of each, and what else may stand there.
    lists: ClassVar[Mapping[str, int]] = {}
    settings: ClassVar[checks.Settings] = {}
    # Texts that a question may do without; what is there in English is there in every language.
    extra_texts: ClassVar[frozenset[str]] = frozenset()

    # What an author writes

    def problems(self, structure: Any, texts: Any, answer_key: Any, points: Any) -> list[str]:
        """Everything that is wrong with what an author wrote, in words. Nothing: it can be asked."""
        broken = [*checks.structure(structure, self.lists, self.settings)]
        if not isinstance(answer_key, Mapping) or "answer" not in answer_key:
            broken.append(_("The key has no answer."))
        if not isinstance(texts, Mapping):
            broken.append(_("The English text is missing."))
        wrong = [*checks.points(points), *broken]
        if broken:
            return wrong  # what follows would only say so again
        feedback = {"feedback._", *(f"feedback.{name}" for name in self.with_feedback(structure))}
        needed = {"prompt", *(f"{name}.{one}" for name in self.lists for one in structure[name])}
        if self.is_graded_here:
            needed.add("feedback._")
            wrong += checks.evidence(answer_key.get("evidence"))
        wrong += checks.texts(texts, answer_key.get("feedback") or {}, needed, self.extra_texts | feedback)
        return [*wrong, *self.key_problems(structure, texts, answer_key["answer"])]

    @abstractmethod
    def key_problems(self, structure: Structure, texts: Texts, answer: Any) -> Iterator[str]:
        """What is wrong with the answer in the key."""

    def with_feedback(self, structure: Structure) -> Sequence[str]:
        """The choices that may have feedback of their own."""
        return ()

    # What a learner answers

    @abstractmethod
    def fields(self, structure: Structure, said: Said, seed: object) -> dict[str, forms.Field]:
        """The inputs of the question, by name, in the order in which they are shown."""

    def shown(self, structure: Structure, answer: Answer) -> dict[str, Any]:
        """What the inputs show of a stored answer."""
        return {"answer": answer}

    def read(self, structure: Structure, sent: Mapping[str, Any]) -> Answer:
        """The answer that cleaned inputs make. Raises ValidationError where together they make none."""
        return sent["answer"] or None

    def lacking(self, structure: Structure, answer: Answer) -> str:
        """What is still missing, as a sentence that warns and does not refuse; empty when nothing is."""
        return _("Not answered yet.") if answer is None else ""

    # What it is worth, and what is said about it

    @abstractmethod
    def grade(self, structure: Structure, answer_key: Key, answer: Answer) -> Decimal | None:
        """The share of the points, 0 to 1 with four places; None where a tutor grades."""

    @abstractmethod
    def right(self, answer_key: Key) -> Answer:
        """An answer that earns everything; None where there is none."""

    @abstractmethod
    def in_words(self, structure: Structure, said: Said, answer: Answer) -> list[str]:
        """An answer as lines of words. What the question does not know is left out."""

    def right_in_words(self, structure: Structure, said: Said, answer_key: Key, language: str) -> list[str]:
        """The right answer as lines of words."""
        return self.in_words(structure, said, self.right(answer_key))

    def chosen(self, structure: Structure, answer: Answer) -> Sequence[str]:
        """The choices of an answer that may have feedback, in the order of the structure."""
        return ()

    def reveal(self, structure: Structure, texts: Texts, answer_key: Key, answer: Answer, language: str) -> Revealed:
        """The right answer and the reasons, for a reader of a language. Ask `marks.may_reveal` first."""
        shown = language_of(texts, language)
        reasons: Mapping[str, str] = (answer_key.get("feedback") or {}).get(shown) or {}
        with translation.override(language):
            right = self.right_in_words(structure, texts[shown], answer_key, shown)
        said = [reasons[name] for name in self.chosen(structure, answer) if name in reasons]
        return Revealed(tuple(right), tuple(said), reasons.get("_", ""), shown)
