"""Money always with its ISO 4217 code, and read as its reader writes it."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any

from babel.numbers import get_decimal_symbol, list_currencies
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SHOWN = 40

SPACE = re.compile(
    "(?<=[0-9])[ '\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{RIGHT SINGLE QUOTATION MARK}]"
    "(?=[0-9]{3}(?![0-9]))"
)
GROUPED = {sign: re.compile(rf"[0-9]{{1,3}}({re.escape(sign)}[0-9]{{3}})+", re.ASCII) for sign in ".,"}
DIGITS = re.compile(r"[0-9]+", re.ASCII)


@cache
def currencies() -> frozenset[str]:
    """All currency codes that CLDR knows."""
    return frozenset(list_currencies())


def is_currency(code: str) -> bool:
    """Whether the three letters name a currency."""
    return code in currencies()


def _point() -> str:
    """The decimal sign of the language in use, as pages show it."""
    from .templatetags.enlace import babel_locale

    return str(get_decimal_symbol(babel_locale()))


def read_amount(text: str) -> Decimal | None:
    """A number as people write it, or None for what is none.

    Where both a point and a comma stand, the last one is the decimal sign. One sign alone that stands once before
    exactly three digits could be either: the language of the reader decides.
    """
    text = SPACE.sub("", text.strip())
    sign, digits = (text[0], text[1:]) if text[:1] in {"-", "+", "\N{MINUS SIGN}"} else ("", text)
    point, group = _signs(digits)
    whole, _sign, cents = digits.rpartition(point) if point else (digits, "", "")
    if group and group in whole:
        if not GROUPED[group].fullmatch(whole):
            return None
        whole = whole.replace(group, "")
    if point and not DIGITS.fullmatch(cents):
        return None
    if not (DIGITS.fullmatch(whole) or (not whole and cents)):
        return None
    number = Decimal(f"{whole or 0}.{cents or 0}" if point else whole)
    return -number if sign in {"-", "\N{MINUS SIGN}"} else number


def _signs(digits: str) -> tuple[str, str]:
    """Which sign stands before the decimals here, and which between thousands."""
    used = [sign for sign in ".," if sign in digits]
    if len(used) == 2:
        last = max(used, key=digits.rfind)
        return last, "." if last == "," else ","
    if not used:
        return "", ""
    sign = used[0]
    if digits.count(sign) > 1 or (sign != _point() and GROUPED[sign].fullmatch(digits)):
        return "", sign
    return sign, ""


def _shown(value: Any) -> str:
    text = str(value).strip()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


class AmountField(forms.Field):
    """An amount of money: a Decimal with at most two decimals.

    It reads 1500, 1,500.00 and 1.500,00; "1.500" as the reader's language does. Every refusal says what was given.
    """

    widget = forms.TextInput
    default_error_messages = {
        "amount": _("Enter an amount in figures, for example 1500 or %(example)s. You entered “%(given)s”."),
        "decimals": _(
            "An amount has at most %(places)s decimals. You entered “%(given)s”; for thousands write it without a sign."
        ),
        "digits": _("An amount has at most %(digits)s figures before the decimals. You entered “%(given)s”."),
        "least": _("Enter an amount of at least %(least)s. You entered “%(given)s”."),
        "most": _("Enter an amount of at most %(most)s. You entered “%(given)s”."),
    }

    def __init__(
        self,
        *,
        max_digits: int = 18,
        decimal_places: int = 2,
        min_value: Decimal | int | None = 0,
        max_value: Decimal | int | None = None,
        **more: Any,
    ) -> None:
        self.max_digits, self.decimal_places = max_digits, decimal_places
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**more)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        """Show a stored amount with the decimal sign of the reader; leave what was typed as it was."""
        if isinstance(value, Decimal):
            cents = value == value.to_integral_value()
            return format(value, "f" if not cents else ".0f").replace(".", _point())
        return value

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or (isinstance(value, str) and not value.strip()):
            return None
        number = value if isinstance(value, Decimal) else read_amount(str(value))
        if number is None or not number.is_finite():
            raise self._refusal("amount", value, example=f"1500{_point()}50")
        return number

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > self.decimal_places:
            raise self._refusal("decimals", self.prepare_value(value), places=self.decimal_places)
        if value.adjusted() + 1 > self.max_digits - self.decimal_places:
            raise self._refusal("digits", value, digits=self.max_digits - self.decimal_places)
        if self.min_value is not None and value < self.min_value:
            raise self._refusal("least", value, least=self.prepare_value(Decimal(self.min_value)))
        if self.max_value is not None and value > self.max_value:
            raise self._refusal("most", value, most=self.prepare_value(Decimal(self.max_value)))

    def _refusal(self, code: str, given: Any, **params: Any) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params={"given": _shown(given)} | params)


class CurrencyField(forms.CharField):
    """A currency by its three letters; small letters and spaces around them are forgiven."""

    default_error_messages = {
        "currency": _("Enter a currency by its three letters, for example USD. You entered %(code)s."),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"size": "4", "autocomplete": "off"}

    def clean(self, value: Any) -> str:
        code = str(super().clean(value)).upper()
        if code and not is_currency(code):
            raise ValidationError(self.error_messages["currency"], code="currency", params={"code": _shown(code)})
        return code
