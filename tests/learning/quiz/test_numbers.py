"""Numbers as people type them, in four languages, and what is none."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some

from learning.quiz.writing import NumberField

from .asking import NUMBER, SEED, QuestionForm


def value(typed: str, language: str = "en") -> str:
    with translation.override(language):
        return NumberField().clean(typed)["value"]


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt-br"])
@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1,5", "1.5"),
        ("1.5", "1.5"),
        (" 39 ", "39"),
        ("1 234", "1234"),
        ("1\N{NARROW NO-BREAK SPACE}234,50", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("-0", "0"),
        ("-0,50", "-0.5"),
        ("\N{MINUS SIGN}3", "-3"),
        ("+3", "3"),
        ("007", "7"),
        ("1500000", "1500000"),
        ("12345678901234567890", "12345678901234567890"),
        (",12345678901234567890", "0.1234567890123456789"),
    ],
)
def test_what_can_be_read_in_one_way_is_read_so_in_every_language(language: str, typed: str, number: str) -> None:
    assert value(typed, language) == number


@pytest.mark.parametrize(
    ("language", "point", "comma"),
    [("en", "1.234", "1234"), ("es", "1.234", "1234"), ("fr", "1234", "1.234"), ("pt-br", "1234", "1.234")],
)
def test_a_sign_before_three_figures_is_read_as_the_reader_writes(language: str, point: str, comma: str) -> None:
    assert (value("1.234", language), value("1,234", language)) == (point, comma)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("NaN", "number"),
        ("Infinity", "number"),
        ("-inf", "number"),
        ("1e309", "number"),
        ("1E5", "number"),
        ("0x10", "number"),
        ("39 %", "number"),
        ("five", "number"),
        ("1 2", "number"),
        ("1.2.3", "number"),
        ("\N{ARABIC-INDIC DIGIT FIVE}", "number"),
        ("1" * 21, "digits"),
        ("1" * 30, "digits"),
        ("0." + "1" * 30, "digits"),
        ("9" * 10_000, "digits"),
        ("e" * 10_000, "number"),
    ],
)
def test_what_is_no_number_is_refused_in_words(typed: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        NumberField().clean(typed)
    (error,) = refused.value.error_list
    assert error.code == code
    assert len(error.messages[0]) < 140


def test_the_words_of_a_refusal() -> None:
    form = NUMBER.send("1e309")
    assert form.errors == {
        "answer": ["Enter a number in figures, for example 1500.5. You entered “1e309”."],
    }
    assert NUMBER.send("1" * 30).errors["answer"][0].startswith("A number has at most 20 figures. You entered “111")


def test_what_was_typed_is_kept_beside_the_number() -> None:
    form = NUMBER.send(" 1,234.50 ")
    assert form.is_valid()
    assert form.given == {"value": "1234.5", "typed": "1,234.50"}


@pytest.mark.parametrize(
    ("language", "typed", "shown"),
    [("en", "1,5", "1,5"), ("fr", "1,5", "1,5"), ("en", "1.500", "1500"), ("fr", "1.500", "1.500")],
)
def test_what_would_read_otherwise_in_another_language_is_written_anew(language: str, typed: str, shown: str) -> None:
    with translation.override("fr"):
        stored = NumberField().clean(typed)
    with translation.override(language):
        form = QuestionForm(NUMBER.drawn, SEED, answer=stored)
        assert form["answer"].value() == shown
        assert NumberField().clean(shown)["value"] == stored["value"]


@given(some.decimals(-(10**12), 10**12, places=5), some.sampled_from(["en", "es", "fr", "pt-br"]))
def test_a_stored_number_is_read_back_in_every_language(number: object, language: str) -> None:
    stored = {"value": value(format(number, "f")), "typed": "not in figures"}
    with translation.override(language):
        shown = QuestionForm(NUMBER.drawn, SEED, answer=stored)["answer"].value()
        assert NumberField().clean(shown)["value"] == stored["value"]
