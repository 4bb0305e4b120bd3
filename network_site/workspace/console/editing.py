"""One visit to a form of the console: what was typed, what the service refused, what somebody else saved meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from network_site.common.workflow import StaleVersion

from .access import blame, show

R = TypeVar("R", bound=models.Model)


def attempt(request: HttpRequest, form: Form, verb: Callable[[], Any]) -> Any:
    """What a service made of a form that was sent; None when there is nothing to do, or it stands beside a field."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return verb()
    except ValidationError as error:
        blame(form, error)
        return None


def show_form(
    request: HttpRequest,
    template: str,
    form: Form,
    *,
    save: Any,
    title: Any,
    crumbs: list[tuple[str, Any]],
    **context: Any,
) -> HttpResponse:
    """A page with a form; 422 where something is wrong with what was sent."""
    status = 422 if form.errors else 200
    return show(request, template, context | {"form": form, "save": save}, title=title, crumbs=crumbs, status=status)


@dataclass(frozen=True)
class Editable(Generic[R]):
    """How rows of one kind are edited: the form for one, its values, and the mark of what it shows."""

    form: Callable[..., Form]
    values: Callable[[R], dict[str, Any]]
    mark: Callable[[R], str]


@dataclass
class Edit(Generic[R]):
    """A form on one row (or on a new one) that refuses to write over what its writer has not seen."""

    request: HttpRequest
    kind: Editable[R]
    row: R | None
    new: dict[str, Any] = field(default_factory=dict)
    differences: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seen = self.kind.mark(self.row) if self.row is not None else ""
        if self.request.method == "POST":
            self.seen = self.request.POST.get("seen", "")
        self.form = self._form(self.row)

    def _form(self, row: R | None) -> Any:
        values = self.kind.values(row) if row is not None else self.new
        return self.kind.form(self.request.POST or None, initial=values)

    def attempt(self, verb: Callable[..., Any]) -> Any:
        """What `verb(seen=…)` made of the form that was sent; None when it has to be shown (again)."""
        try:
            return attempt(self.request, self.form, lambda: verb(seen=self.seen))
        except StaleVersion as stale:
            current: R = stale.current  # type: ignore[assignment]
            # Whoever sends the form again has seen what stands there now.
            self.seen, self.form = self.kind.mark(current), self._form(current)
            self.differences = _differences(self.form)
            # What was saved meanwhile may be what was typed here.
            return None if self.differences else self.attempt(verb)

    @property
    def context(self) -> dict[str, Any]:
        """What console/form.html wants."""
        return {"form": self.form, "seen": self.seen, "differences": self.differences}

    @property
    def status(self) -> int:
        """409 where somebody else was faster, 422 where something is wrong."""
        return 409 if self.differences else 422 if self.form.errors else 200


def _differences(form: Form) -> list[dict[str, str]]:
    """Each field in which what was typed is not what is saved, with both in words."""
    form.full_clean()
    found = []
    for name in form.changed_data:
        bound = form[name]
        mine, theirs = (_in_words(bound.field, value) for value in (form.cleaned_data.get(name), bound.initial))
        if mine != theirs:
            found.append({"label": str(bound.label), "mine": mine, "theirs": theirs})
    return found


def _in_words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ModelChoiceField):
        chosen = field.queryset.filter(pk=field.prepare_value(value)).first() if value else None  # type: ignore[union-attr]
        return field.label_from_instance(chosen) if chosen is not None else ""
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(value, "j F Y, H:i")
    return "" if value is None else str(value)
