"""Inputs of those who write courses: terms of a scheme, and lists of short texts, ids and pairs, a line for each."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.taxonomy.models import Term

from ..quiz.checks import ID
from .keeping import PlainField, area

MOST, LENGTH = 20, 500
BETWEEN = re.compile(r"[\s,;]+")


class TermsField(forms.MultipleChoiceField):
    """Terms of one scheme, grouped below their broader ones: codes in, labels on screen."""

    def __init__(self, scheme: str, **kwargs: Any) -> None:
        self.scheme = scheme
        super().__init__(choices=self._terms, required=False, widget=forms.CheckboxSelectMultiple, **kwargs)

    def _terms(self) -> list[tuple[str, Any]]:
        terms = list(Term.objects.of(self.scheme).in_use())
        names = {term.pk: term.label for term in terms}
        groups: dict[str, list[tuple[str, str]]] = {}
        for term in terms:
            if term.parent_id in names:
                groups.setdefault(names[term.parent_id], []).append((term.pk, term.label))
        return list(groups.items()) or [(term.pk, term.label) for term in terms]


class LinesField(PlainField):
    """A list of short texts, one on each line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=area(4), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = [line for line in (line.strip() for line in super().to_python(value).splitlines()) if line]
        if len(lines) > MOST:
            raise ValidationError(_("Give %(most)d lines at most.") % {"most": MOST})
        if any(len(line) > LENGTH for line in lines):
            raise ValidationError(_("Keep each line under %(length)d characters.") % {"length": LENGTH})
        return lines


class PairsField(LinesField):
    """Ids with their texts, a line for each: `id: text`. Its value is a dictionary in the order of the lines."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{one}: {text}" for one, text in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        wrong = []
        for number, line in enumerate(super().to_python(value), start=1):
            one, colon, text = (part.strip() for part in line.partition(":"))
            if not (colon and text and ID.fullmatch(one)):
                wrong.append(
                    _("Line %(number)d: write an id, a colon and the text, such as “a: Text”.") % {"number": number}
                )
            elif one in found:
                wrong.append(_("Line %(number)d: the id %(id)s is there already.") % {"number": number, "id": one})
            else:
                found[one] = text
        if wrong:
            raise ValidationError(wrong)
        return found


class IdsField(PlainField):
    """Ids in their order, on lines of their own or with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [one for one in BETWEEN.split(super().to_python(value)) if one]


class KeyField(forms.SlugField):
    """A code or a key, which is for ever."""

    default_error_messages = {
        "required": gettext_lazy("Fill this in."),
        "invalid": gettext_lazy("Use small letters without accents, figures and hyphens."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python(value).lower()


def whole(label: Any, least: int, most: int, **kwargs: Any) -> forms.IntegerField:
    """A whole number between two others."""
    messages = {"required": gettext_lazy("Fill this in.")}
    return forms.IntegerField(label=label, min_value=least, max_value=most, error_messages=messages, **kwargs)
