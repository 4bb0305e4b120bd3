"""Types that are answered by giving each item a place: pairs, an order, boxes. Lists to choose from, no dragging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from . import checks
from .base import Answer, Key, QuestionType, Said, Structure, Texts, share
from .drawing import order_of


def field_of(item: str) -> str:
    """The input of an item. An id alone could hide something else that a form has by that name."""
    return f"at_{item}"


class Placing(QuestionType):
    """Items on the left, places on the right: {item: place}. Items without a place are left out."""

    part = "placed"
    items: ClassVar[str]
    places: ClassVar[str]
    shuffled: ClassVar[str]  # one of the two; the other reads best as its author wrote it
    nothing: ClassVar[Any]  # what a list says before a place was chosen

    def key_problems(self, structure: Structure, texts: Texts, answer: Any) -> Iterator[str]:
        if not isinstance(answer, Mapping):
            yield _("The key needs a place for each item.")
            return
        yield from checks.unknown(answer, structure[self.items])
        yield from checks.unknown(answer.values(), structure[self.places])
        if missing := [one for one in structure[self.items] if one not in answer]:
            yield _("The key has no place for %(names)s.") % {"names": checks.listed(missing)}

    def fields(self, structure: Structure, said: Said, seed: object) -> dict[str, forms.Field]:
        choices = [("", self.nothing), *self.offered(structure, said, seed)]
        return {
            field_of(item): forms.ChoiceField(
                label=said[self.items][item],
                required=False,
                choices=choices,
                error_messages={"invalid_choice": gettext_lazy("Choose from the list.")},
            )
            for item in self.ordered(structure, self.items, seed)
        }

    def offered(self, structure: Structure, said: Said, seed: object) -> list[tuple[str, str]]:
        """The places to choose from."""
        return [(one, said[self.places][one]) for one in self.ordered(structure, self.places, seed)]

    def ordered(self, structure: Structure, name: str, seed: object) -> list[str]:
        return order_of(structure[name], seed) if name == self.shuffled else structure[name]

    def shown(self, structure: Structure, answer: Answer) -> dict[str, Any]:
        return {field_of(item): place for item, place in self.placed(structure, answer).items()}

    def read(self, structure: Structure, sent: Mapping[str, Any]) -> Answer:
        return {item: sent[field_of(item)] for item in structure[self.items] if sent[field_of(item)]} or None

    def placed(self, structure: Structure, answer: Answer) -> dict[str, str]:
        """Which item has which place: of a stored answer what the question knows."""
        if not isinstance(answer, Mapping):
            return {}
        places = structure[self.places]
        return {item: answer[item] for item in structure[self.items] if item in answer and answer[item] in places}

    def lacking(self, structure: Structure, answer: Answer) -> str:
        left = len(structure[self.items]) - len(self.placed(structure, answer))
        if answer is None or not left:
            return super().lacking(structure, answer)
        return ngettext("%(count)s item has no place yet.", "%(count)s items have no place yet.", left) % {
            "count": left
        }

    def grade(self, structure: Structure, answer_key: Key, answer: Answer) -> Decimal:
        right = self.placed(structure, self.right(answer_key))
        given = self.placed(structure, answer)
        return share(sum(given.get(item) == place for item, place in right.items()), of=len(right))

    def right(self, answer_key: Key) -> Answer:
        return answer_key["answer"]

    def in_words(self, structure: Structure, said: Said, answer: Answer) -> list[str]:
        return [
            _("%(item)s – %(place)s") % {"item": said[self.items][item], "place": said[self.places][place]}
            for item, place in self.placed(structure, answer).items()
        ]


class Match(Placing):
    """Pairs: {l1: "r2"}. There may be more on the right than on the left, and one may be right twice."""

    label = gettext_lazy("Matching")
    rule = gettext_lazy("Each right pair earns its share of the points.")
    lists = {"left": 2, "right": 2}
    items, places, shuffled = "left", "right", "right"
    nothing = gettext_lazy("Choose what belongs to it")


class Classify(Placing):
    """Items into boxes: {a: "x"}."""

    label = gettext_lazy("Sorting into boxes")
    rule = gettext_lazy("Each item in its right box earns its share of the points.")
    lists = {"items": 2, "boxes": 2}
    items, places, shuffled = "items", "boxes", "items"
    nothing = gettext_lazy("Choose a box")


class Order(Placing):
    """Items in their order: ["c", "a", "b"]; while some have no place yet, None stands in the gaps."""

    label = gettext_lazy("Ordering")
    rule = gettext_lazy("Each item in its right place earns its share of the points.")
    lists = {"items": 2}
    items, places, shuffled = "items", "", "items"
    nothing = gettext_lazy("Choose a place")

    def key_problems(self, structure: Structure, texts: Texts, answer: Any) -> Iterator[str]:
        if not isinstance(answer, list) or len(answer) != len(structure["items"]):
            yield _("The key must name each item once, in the right order.")
            return
        yield from checks.unknown(answer, structure["items"])
        if missing := [one for one in structure["items"] if one not in answer]:
            yield _("The key has no place for %(names)s.") % {"names": checks.listed(missing)}

    def offered(self, structure: Structure, said: Said, seed: object) -> list[tuple[str, str]]:
        return [(place, place) for place in self.numbers(structure)]

    def numbers(self, structure: Structure) -> Sequence[str]:
        return [str(number) for number in range(1, len(structure["items"]) + 1)]

    def read(self, structure: Structure, sent: Mapping[str, Any]) -> list[str | None] | None:
        fields = [name for name in sent if sent[name]]
        first = {sent[name]: name for name in reversed(fields)}
        words = _("Place %(place)s is given twice. Each item has a place of its own.")
        if doubles := {name: words % {"place": sent[name]} for name in fields if name != first[sent[name]]}:
            raise ValidationError(doubles)
        items = {sent[field_of(item)]: item for item in structure["items"]}
        return [items.get(place) for place in self.numbers(structure)] if fields else None

    def placed(self, structure: Structure, answer: Answer) -> dict[str, str]:
        numbers = zip(answer, self.numbers(structure), strict=False) if isinstance(answer, list) else ()
        return {item: place for item, place in numbers if item in structure["items"]}

    def in_words(self, structure: Structure, said: Said, answer: Answer) -> list[str]:
        return [f"{place}. {said['items'][item]}" for item, place in self.placed(structure, answer).items()]
