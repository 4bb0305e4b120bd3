"""Types that are answered by writing: a number, a few words, a longer text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from babel.numbers import format_decimal, get_decimal_symbol
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from network_site.common.html import plain
from network_site.common.language import CODES, fold
from network_site.common.money import read_amount
from network_site.common.templatetags.enlace import babel_locale

from . import checks
from .base import ONE, ZERO, Answer, Key, QuestionType, Said, Structure, Texts

DIGITS = 20
SHOWN = 40
WORDS_AT_MOST = 200
TEXT_AT_MOST = 10_000
NORMAL = re.compile(rf"-?[0-9]{{1,{DIGITS}}}(\.[0-9]{{1,{DIGITS}}})?", re.ASCII)


def exact(text: Any) -> Fraction | None:
    """A number from its normal text (7182, -0.5), without any rounding; None for everything else."""
    return Fraction(text) if isinstance(text, str) and NORMAL.fullmatch(text) else None


def read_number(typed: str) -> Decimal | None:
    """A number as a reader of the language in use types it, or None."""
    return read_amount(typed) if sum(char.isdigit() for char in typed) <= DIGITS else None


def normal(number: Decimal) -> str:
    """1500.0 as "1500": the text by which a number is stored."""
    return format(number.normalize() + 0, "f")


class NumberField(forms.Field):
    """A number in figures: {value, typed}, the normal text and what was typed."""

    widget = forms.TextInput
    default_error_messages = {
        "number": gettext_lazy("Enter a number in figures, for example %(example)s. You entered “%(given)s”."),
        "digits": gettext_lazy("A number has at most %(digits)s figures. You entered “%(given)s”."),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> dict[str, str] | None:
        typed = plain(str(value or "")).strip()
        if not typed:
            return None
        number = read_number(typed)
        if number is None:
            code = "digits" if read_amount(typed) is not None else "number"
            raise ValidationError(
                self.error_messages[code],
                code=code,
                params={
                    "given": Truncator(typed).chars(SHOWN),
                    "digits": DIGITS,
                    "example": f"1500{get_decimal_symbol(babel_locale())}5",
                },
            )
        return {"value": normal(number), "typed": typed}


class Number(QuestionType):
    """A number with a tolerance: {value: "7182", typed: "7.182"}.

    The value is what counts. What was typed is shown again where it still reads as the same number: after
    a change of language "1.500" may not.
    """

    label = gettext_lazy("Number")
    rule = gettext_lazy("All points or none. A small difference counts as right where the key allows for it.")
    part = "written"
    settings = {"unit": str, "decimals": range(11)}
    extra_texts = frozenset({"unit"})

    def key_problems(self, structure: Structure, texts: Texts, answer: Any) -> Iterator[str]:
        if not isinstance(answer, Mapping) or exact(answer.get("value")) is None:
            yield _('The right number must be in quotes and in plain figures, such as "39" or "0.5".')
            return
        if len(str(answer["value"]).partition(".")[2]) > structure.get("decimals", 0):
            yield _("The right number has more decimals than the question allows.")
        margins = [answer[name] for name in ("tolerance", "percent") if name in answer]
        if len(margins) != 1 or (exact(margins[0]) or 0) < 0 or exact(margins[0]) is None:
            yield _("The key needs either a tolerance or a percent, in quotes and not below 0.")

    def fields(self, structure: Structure, said: Said, seed: object) -> dict[str, forms.Field]:
        decimals, unit = structure.get("decimals", 0), self.unit(structure, said)
        hints = [
            ngettext("Up to %(count)s decimal.", "Up to %(count)s decimals.", decimals) % {"count": decimals}
            if decimals
            else _("A whole number."),
            *([_("Unit: %(unit)s.") % {"unit": unit}] if unit else []),
        ]
        return {"answer": NumberField(label=said["prompt"], required=False, help_text=" ".join(hints))}

    def shown(self, structure: Structure, answer: Answer) -> dict[str, Any]:
        if not answer:
            return {"answer": None}
        read = read_number(answer["typed"])
        if read is not None and normal(read) == answer["value"]:
            return {"answer": answer["typed"]}
        return {"answer": answer["value"].replace(".", get_decimal_symbol(babel_locale()))}

    def grade(self, structure: Structure, answer_key: Key, answer: Answer) -> Decimal:
        value = exact(answer.get("value")) if isinstance(answer, Mapping) else None
        if value is None:
            return ZERO
        right, key = Fraction(answer_key["answer"]["value"]), answer_key["answer"]
        margin = abs(right) * Fraction(key["percent"]) / 100 if "percent" in key else Fraction(key["tolerance"])
        return ONE if abs(value - right) <= margin else ZERO

    def right(self, answer_key: Key) -> dict[str, str]:
        value = answer_key["answer"]["value"]
        return {"value": value, "typed": value}

    def in_words(self, structure: Structure, said: Said, answer: Answer) -> list[str]:
        if not isinstance(answer, Mapping) or exact(answer.get("value")) is None:
            return []
        return [f"{figures(answer['value'])}\N{NO-BREAK SPACE}{self.unit(structure, said)}".strip()]

    def right_in_words(self, structure: Structure, said: Said, answer_key: Key, language: str) -> list[str]:
        (number,), key = super().right_in_words(structure, said, answer_key, language), answer_key["answer"]
        margin = f"{figures(key['percent'])}\N{NO-BREAK SPACE}%" if "percent" in key else figures(key["tolerance"])
        if not exact(key.get("percent", key.get("tolerance"))):
            return [number]
        return [_("%(number)s, give or take %(margin)s") % {"number": number, "margin": margin}]

    def unit(self, structure: Structure, said: Said) -> str:
        return said.get("unit") or structure.get("unit", "")


def figures(value: str) -> str:
    """A stored number as the reader writes it, with all its decimals."""
    return str(format_decimal(Decimal(value), locale=babel_locale(), decimal_quantization=False))


def folded(text: str) -> str:
    """What counts of an answer in words: no capitals, accents, white space or kinds of apostrophe."""
    return "".join(fold(plain(text)).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())


class Text(QuestionType):
    """A few words, compared with lists of accepted ones in all languages: "public works"."""

    label = gettext_lazy("Short text")
    rule = gettext_lazy("All points or none. Capitals, accents and spaces do not matter, nor does the language.")
    part = "written"

    def key_problems(self, structure: Structure, texts: Texts, answer: Any) -> Iterator[str]:
        if not isinstance(answer, Mapping):
            yield _("The key needs a list of accepted answers for each language.")
            return
        for language in {**texts, **answer}:
            accepted = answer.get(language)
            if language not in CODES:
                yield _("“%(code)s” is not a language of this site.") % {"code": language}
            elif not isinstance(accepted, list) or not accepted:
                yield _("The key accepts nothing in %(language)s.") % {"language": checks.language_name(language)}
            elif not all(isinstance(one, str) and folded(one) for one in accepted):
                yield _("The key accepts an empty answer in %(language)s.") % {
                    "language": checks.language_name(language)
                }

    def fields(self, structure: Structure, said: Said, seed: object) -> dict[str, forms.Field]:
        return {"answer": forms.CharField(label=said["prompt"], required=False, max_length=WORDS_AT_MOST)}

    def read(self, structure: Structure, sent: Mapping[str, Any]) -> str | None:
        return plain(sent["answer"]).strip() or None

    def grade(self, structure: Structure, answer_key: Key, answer: Answer) -> Decimal:
        accepted = {folded(one) for several in answer_key["answer"].values() for one in several}
        return ONE if isinstance(answer, str) and folded(answer) in accepted else ZERO

    def right(self, answer_key: Key) -> str:
        return answer_key["answer"][checks.SOURCE][0]

    def in_words(self, structure: Structure, said: Said, answer: Answer) -> list[str]:
        return [answer] if isinstance(answer, str) else []

    def right_in_words(self, structure: Structure, said: Said, answer_key: Key, language: str) -> list[str]:
        return answer_key["answer"][language][:1]


class Open(QuestionType):
    """A longer text that a tutor reads. One that was not written is worth nothing, and keeps no tutor waiting."""

    label = gettext_lazy("Open question")
    rule = gettext_lazy("A tutor reads and grades your answer.")
    part = "written"
    settings = {"min_words": range(1001)}
    is_graded_here = False

    def key_problems(self, structure: Structure, texts: Texts, answer: Any) -> Iterator[str]:
        if answer is not None:
            yield _("An open question has no right answer in its key.")

    def fields(self, structure: Structure, said: Said, seed: object) -> dict[str, forms.Field]:
        least = structure.get("min_words", 0)
        field = forms.CharField(
            label=said["prompt"],
            required=False,
            max_length=TEXT_AT_MOST,
            widget=forms.Textarea(attrs={"rows": 8}),
            help_text=ngettext("At least %(count)s word.", "At least %(count)s words.", least) % {"count": least}
            if least
            else "",
        )
        return {"answer": field}

    def read(self, structure: Structure, sent: Mapping[str, Any]) -> str | None:
        return plain(sent["answer"]).strip() or None

    def lacking(self, structure: Structure, answer: Answer) -> str:
        if not isinstance(answer, str):
            return super().lacking(structure, None)
        count, least = len(answer.split()), structure.get("min_words", 0)
        if count >= least:
            return ""
        return _("Words so far: %(count)s, of at least %(least)s.") % {"count": count, "least": least}

    def grade(self, structure: Structure, answer_key: Key, answer: Answer) -> Decimal | None:
        return None if isinstance(answer, str) else ZERO

    def right(self, answer_key: Key) -> None:
        return None

    def in_words(self, structure: Structure, said: Said, answer: Answer) -> list[str]:
        return [line for line in answer.splitlines() if line.strip()] if isinstance(answer, str) else []
