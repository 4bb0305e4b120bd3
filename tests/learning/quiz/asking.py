"""Questions of each type, with their keys, and how to answer them through a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from hypothesis import strategies as some

from learning.quiz.base import DrawnQuestion
from learning.quiz.forms import QuestionForm
from learning.quiz.types import TYPES

EVIDENCE = {"document": "000", "quote": "word for word", "place": "slide 4"}
SEED = 7


@dataclass(frozen=True)
class Sample:
    """A question and its key."""

    type: str
    structure: dict[str, Any]
    answer: Any
    more: dict[str, Any]

    @property
    def key(self) -> dict[str, Any]:
        feedback = {code: {"_": f"{code} why"} for code in self.texts} if self.type != "open" else {}
        if self.type == "single" and "a" in self.structure["options"]:
            feedback = {code: words | {"a": f"{code} not a"} for code, words in feedback.items()}
        evidence = {} if self.type == "open" else {"evidence": EVIDENCE}
        return {"answer": self.answer, "feedback": feedback} | evidence

    @property
    def texts(self) -> dict[str, dict[str, Any]]:
        return {code: texts_of(self.structure, code) | self.more for code in ("en", "es", "fr")}

    @property
    def drawn(self) -> DrawnQuestion:
        return DrawnQuestion("q1", self.type, 2, self.structure, self.texts)

    @property
    def problems(self) -> list[str]:
        return TYPES[self.type].problems(self.structure, self.texts, self.key, 2)

    def grade(self, answer: Any) -> Any:
        share = TYPES[self.type].grade(self.structure, self.key, answer)
        return None if share is None else str(share)

    def send(self, answer: Any = None, /, **fields: Any) -> QuestionForm:
        """The form with what was sent: `answer` alone, or a place for each item."""
        return QuestionForm(self.drawn, SEED, post({"answer": answer} if answer is not None else at(fields)))


def texts_of(structure: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Texts of one language for whatever ids there are."""
    lists = {name: ids for name, ids in structure.items() if isinstance(ids, list)}
    said = {name: {one: f"{language} {one}" for one in ids} for name, ids in lists.items()}
    return {"prompt": f"{language} prompt"} | said


def at(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {f"at_{item}": place for item, place in fields.items()}


def post(fields: Mapping[str, Any], prefix: str = "q1") -> QueryDict:
    """What a browser sends; a list is sent as repeated keys."""
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(f"{prefix}-{name}", value if isinstance(value, list) else [value])
    return data


SINGLE = Sample("single", {"options": ["a", "b", "c"]}, "b", {})
MULTIPLE = Sample("multiple", {"options": ["a", "b", "c", "d"]}, ["a", "c", "d"], {})
TRUEFALSE = Sample("truefalse", {}, True, {})
NUMBER = Sample("number", {"unit": "", "decimals": 1}, {"value": "39.5", "tolerance": "0.5"}, {"unit": "regions"})
PERCENT = Sample("number", {"decimals": 0}, {"value": "7182", "percent": "0.1"}, {})
TEXT = Sample(
    "text",
    {},
    {"en": ["public works", "Jobs"], "es": ["obras públicas"], "fr": ["l’emploi aidé"], "pt-br": ["ação"]},
    {},
)
MATCH = Sample(
    "match", {"left": ["l1", "l2", "l3"], "right": ["r1", "r2", "r3", "r4"]}, {"l1": "r2", "l2": "r1", "l3": "r2"}, {}
)
ORDER = Sample("order", {"items": ["a", "b", "c"]}, ["c", "a", "b"], {})
CLASSIFY = Sample("classify", {"items": ["a", "b", "c"], "boxes": ["x", "y"]}, {"a": "x", "b": "y", "c": "x"}, {})
OPEN = Sample("open", {"min_words": 3}, None, {})
ALL = [SINGLE, MULTIPLE, TRUEFALSE, NUMBER, PERCENT, TEXT, MATCH, ORDER, CLASSIFY, OPEN]

ids = some.lists(some.from_regex(r"[a-z0-9][a-z0-9_]{0,5}", fullmatch=True), min_size=2, max_size=8, unique=True)
figures = some.decimals(-(10**15), 10**15, places=3).map(lambda number: format(number, "f"))
margins = some.sampled_from(["0", "0.5", "3"])


@some.composite
def samples(draw: some.DrawFn) -> Sample:
    """Any question that can be graded here."""
    type_, one, two = draw(some.sampled_from([name for name in TYPES if name != "open"])), draw(ids), draw(ids)
    structure: dict[str, Any] = {}
    answer: Any
    match type_:
        case "single":
            structure, answer = {"options": one}, draw(some.sampled_from(one))
        case "multiple":
            structure = {"options": one}
            answer = draw(some.lists(some.sampled_from(one), min_size=1, unique=True))
        case "truefalse":
            answer = draw(some.booleans())
        case "number":
            structure = {"decimals": 3}
            answer = {"value": draw(figures), draw(some.sampled_from(["tolerance", "percent"])): draw(margins)}
        case "text":
            words = some.text(min_size=1).filter(lambda text: "".join(text.split()).isalnum())
            answer = {code: draw(some.lists(words, min_size=1, max_size=3)) for code in ("en", "es", "fr")}
        case "order":
            structure, answer = {"items": one}, draw(some.permutations(one))
        case "match":
            structure = {"left": one, "right": two}
            answer = {item: draw(some.sampled_from(two)) for item in one}
        case _:
            structure = {"items": one, "boxes": two}
            answer = {item: draw(some.sampled_from(two)) for item in one}
    return Sample(type_, structure, answer, {})
