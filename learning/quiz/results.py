"""An answered question as its reader sees it again."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from network_site.common.language import current_language, language_name

from .base import ONE, ZERO, Answer, DrawnQuestion, Revealed, language_of
from .marks import points_of
from .types import TYPES


@dataclass(frozen=True)
class Result:
    """For templates/learning/questions/answered.html.

    `share` tells right from wrong, and `revealed` the right answer: leave out whatever may not be said yet.
    """

    question: DrawnQuestion
    answer: Answer
    share: Decimal | None = None
    revealed: Revealed | None = None

    @property
    def language(self) -> str:
        return language_of(self.question.texts, current_language())

    @property
    def borrowed_language(self) -> str:
        """The name of the language in which it is shown, where that is not the reader's."""
        return "" if self.language == current_language() else language_name(self.language)

    @property
    def prompt(self) -> str:
        return self.question.texts[self.language]["prompt"]

    @property
    def lines(self) -> list[str]:
        """What was answered, in words."""
        kind = TYPES[self.question.type]
        return kind.in_words(self.question.structure, self.question.texts[self.language], self.answer)

    @property
    def verdict(self) -> str:
        """unanswered, waiting (for a tutor), graded (by one), right, partly, wrong; empty while it may not be said."""
        if self.answer is None:
            return "unanswered"
        if not TYPES[self.question.type].is_graded_here:
            return "waiting" if self.share is None else "graded"
        if self.share is None:
            return ""
        return "right" if self.share == ONE else "wrong" if self.share == ZERO else "partly"

    @property
    def earned(self) -> Decimal:
        return points_of(self.question.points, self.share or ZERO)
