"""Inputs of this floor: terms of a scheme, and lists of short texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from network_site.taxonomy.models import Term


class TermsField(forms.MultipleChoiceField):
    """Terms of one scheme, grouped below their broader ones: codes in, labels on screen."""

    def __init__(
        self, scheme: str, *, most: int = 10, labels: Callable[[Term], str] | None = None, **kwargs: Any
    ) -> None:
        self.scheme = scheme
        self.most = most
        self.describe = labels or (lambda term: term.label)
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(choices=self._terms, **kwargs)

    def _terms(self) -> list[tuple[str, Any]]:
        terms = list(Term.objects.of(self.scheme).in_use())
        parents = {term.parent_id for term in terms if term.parent_id}
        if not parents:
            return [(term.pk, self.describe(term)) for term in terms]
        names = {term.pk: term.label for term in terms}
        groups: dict[str, list[tuple[str, str]]] = {}
        for term in terms:
            if term.parent_id in names:
                groups.setdefault(names[term.parent_id], []).append((term.pk, self.describe(term)))
        return list(groups.items())

    def clean(self, value: Any) -> list[str]:
        codes: list[str] = super().clean(value)
        if len(codes) > self.most:
            raise ValidationError(
                _("Choose %(most)d at most. You chose %(given)d."), params={"most": self.most, "given": len(codes)}
            )
        return codes


class LinesField(forms.CharField):
    """A list of short texts, one on each line."""

    def __init__(self, *, most: int, length: int, **kwargs: Any) -> None:
        self.most, self.length = most, length
        super().__init__(widget=forms.Textarea(attrs={"rows": 5}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip(" \t-•*") for line in (super().clean(value) or "").splitlines()]
        lines = [line for line in lines if line]
        if len(lines) > self.most:
            raise ValidationError(_("Give %(most)d lines at most."), params={"most": self.most})
        if any(len(line) > self.length for line in lines):
            raise ValidationError(_("Keep each line under %(length)d characters."), params={"length": self.length})
        return lines
