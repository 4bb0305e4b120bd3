"""The door of every view of the console, and what its pages share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db import models
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from network_site.common import staff
from network_site.common.language import language_name

PAGE_SIZE = 50

View = Callable[..., HttpResponse]


def for_staff(task: str) -> Callable[[View], View]:
    """Let only those in whose roles this task lies (deny by default); Wagtail has let nobody else come so far."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not staff.may(task):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    title: Any,
    crumbs: list[tuple[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page of the console; `crumbs` are addresses and labels between the admin's front page and this one."""
    items = [{"url": reverse("wagtailadmin_home"), "label": _("Home")}]
    items += [{"url": url, "label": str(label)} for url, label in crumbs or []]
    return render(request, template, context | {"title": title, "breadcrumbs_items": items}, status=status)


def blame(form: Form, error: ValidationError) -> None:
    """Put what a service refused beside the fields that it names."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, faults in error.error_dict.items():
        form.add_error(field if field in form.fields else None, faults)


def page_of(rows: models.QuerySet[Any] | list[Any], request: HttpRequest) -> Page[Any]:
    """The page of a list that was asked for; the nearest one where it does not exist."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1")[:6])


def asked(request: HttpRequest, name: str, length: int = 100) -> str:
    """A value of the query string, cut to a sensible length."""
    return request.GET.get(name, "").strip()[:length]


def in_language(words: Any, code: str) -> str:
    """A field's label for one language: "Label (Spanish)"."""
    return _("%(words)s (%(language)s)") % {"words": words, "language": language_name(code)}
