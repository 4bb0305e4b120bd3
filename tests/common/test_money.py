"""Amounts as people write them, in four languages, and what is no amount."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms
from django.utils import translation

from network_site.common.money import AmountField, CurrencyField


class Sum(forms.Form):
    amount = AmountField()
    currency = CurrencyField()


def read(text: str, language: str = "en") -> Decimal:
    with translation.override(language):
        return AmountField().clean(text)


def refusal(field: forms.Field, text: str, language: str = "en") -> tuple[str, str]:
    with translation.override(language), pytest.raises(forms.ValidationError) as refused:
        field.clean(text)
    return str(refused.value.error_list[0].code), refused.value.messages[0]


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt-br"])
@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0"),
        ("1500", "1500"),
        (" 1500 ", "1500"),
        ("+1500", "1500"),
        ("1.500,00", "1500"),
        ("1,500.00", "1500"),
        ("1.500.000", "1500000"),
        ("1,500,000", "1500000"),
        ("1\N{NARROW NO-BREAK SPACE}500,5", "1500.5"),
        ("1 500", "1500"),
        ("1'500.25", "1500.25"),
        ("1500.5", "1500.5"),
        ("1500,25", "1500.25"),
        (",5", "0.5"),
        ("9999999999999999.99", "9999999999999999.99"),
    ],
)
def test_what_can_be_read_in_one_way_is_read_so_in_every_language(language: str, text: str, amount: str) -> None:
    assert read(text, language) == Decimal(amount)


@pytest.mark.parametrize(
    ("language", "point", "comma"),
    [("en", None, 1500), ("es", None, 1500), ("fr", 1500, None), ("pt-br", 1500, None)],
)
def test_a_sign_before_three_figures_is_read_as_the_reader_writes(
    language: str, point: int | None, comma: int | None
) -> None:
    """Where it is the decimal sign, money with three decimals is asked about and never guessed."""
    for text, amount in (("1.500", point), ("1,500", comma)):
        if amount is None:
            code, words = refusal(AmountField(), text, language)
            assert (code, text in words) == ("decimals", True)
        else:
            assert read(text, language) == amount


@pytest.mark.parametrize(
    "text",
    ["NaN", "sNaN", "Infinity", "-inf", "1e309", "1E5", "0x10", "1_000", "15 00", "1 2", "1,50,000.00", "1.5.0",
     "12,3456.00", "1.", "--5", "-", ".", "USD 5", "five", "\N{ARABIC-INDIC DIGIT FIVE}", "1.500,00.00", "<script>",
     "1\x000"],
)  # fmt: skip
def test_what_is_no_amount_is_refused_in_words(text: str) -> None:
    code, words = refusal(AmountField(), text)
    assert code == "amount"
    assert words == f"Enter an amount in figures, for example 1500 or 1500.50. You entered “{text}”."


def test_thirty_figures_are_too_many() -> None:
    text = "1" * 30
    assert refusal(AmountField(), text) == (
        "digits",
        f"An amount has at most 16 figures before the decimals. You entered “{text}”.",
    )


def test_ten_thousand_figures_are_not_repeated() -> None:
    code, words = refusal(AmountField(), "1" * 10_000)
    assert (code, len(words) < 160) == ("digits", True)


def test_negative_amounts_only_where_they_are_allowed() -> None:
    assert refusal(AmountField(), "-5") == ("least", "Enter an amount of at least 0. You entered “-5”.")
    assert AmountField(min_value=None).clean("-5,50") == Decimal("-5.50")
    assert AmountField(min_value=None).clean("\N{MINUS SIGN}5") == Decimal(-5)


def test_a_least_and_a_most() -> None:
    field = AmountField(min_value=Decimal("0.01"), max_value=150_000)
    assert refusal(field, "0") == ("least", "Enter an amount of at least 0.01. You entered “0”.")
    assert field.clean("150,000") == 150_000
    assert refusal(field, "150,001") == ("most", "Enter an amount of at most 150000. You entered “150001”.")


def test_too_many_decimals() -> None:
    code, words = refusal(AmountField(), "10.1234")
    assert code == "decimals"
    assert "10.1234" in words


def test_nothing_is_missing_or_nothing() -> None:
    assert refusal(AmountField(), "   ") == ("required", "This field is required.")
    assert AmountField(required=False).clean("") is None


@pytest.mark.parametrize(("language", "shown"), [("en", "1500.50"), ("es", "1500.50"), ("fr", "1500,50")])
def test_a_stored_amount_is_shown_so_that_it_is_read_back(language: str, shown: str) -> None:
    with translation.override(language):
        field = AmountField()
        assert field.prepare_value(Decimal("1500.50")) == shown
        assert field.prepare_value(Decimal("1500.00")) == "1500"
        assert field.clean(shown) == Decimal("1500.50")
        assert field.has_changed(Decimal("1500.50"), shown) is False


def test_what_was_typed_stays_in_the_form() -> None:
    form = Sum({"amount": "1e309", "currency": "pesos"})
    assert form.is_valid() is False
    assert 'value="1e309"' in form["amount"].as_widget()
    assert 'value="pesos"' in form["currency"].as_widget()


def test_a_currency_is_known() -> None:
    assert CurrencyField().clean(" pyg ") == "PYG"
    assert CurrencyField(required=False).clean("") == ""


@pytest.mark.parametrize("text", ["XQX", "dollars", "US", "12"])
def test_an_unknown_currency_is_refused_in_words(text: str) -> None:
    assert refusal(CurrencyField(), text) == (
        "currency",
        f"Enter a currency by its three letters, for example USD. You entered {text.upper()}.",
    )
