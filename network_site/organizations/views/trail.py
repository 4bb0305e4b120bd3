"""The organisation's own audit trail, for its administrators."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from network_site.common import audit, exports

from .. import permissions
from .. import trail as lines
from ..actor import Actor, current
from ..proving import recently_proved

PER_PAGE = 50


def _day() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class TrailForm(forms.Form):
    """What to narrow the trail to."""

    person = forms.ChoiceField(required=False, label=_("Who"))
    kind = forms.ChoiceField(
        required=False,
        label=_("What it concerns"),
        choices=[("", _("Everything")), *((key, words) for key, (words, _beginnings) in lines.KINDS.items())],
    )
    since = forms.DateField(
        required=False, label=pgettext_lazy("date", "From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        required=False, label=_("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", _("Everybody")), *people]  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """What was chosen; nothing for a choice that is no choice."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return {name: value for name, value in given.items() if value}


def _administrator() -> Actor:
    actor = current()
    if not permissions.can_administer(actor):
        raise PermissionDenied
    return actor


@login_required
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Who did what, the newest first."""
    return _page(request, _administrator(), request.GET)


def _page(request: HttpRequest, actor: Actor, query: QueryDict, *, too_many: bool = False) -> HttpResponse:
    form = TrailForm(query, people=lines.people_of(actor))
    entries = lines.list_entries(actor, **form.wanted())
    page = Paginator(entries, PER_PAGE).get_page(query.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": lines.describe(page.object_list, actor),
        "narrowed": bool(form.wanted()),
        "too_many": too_many,
        "most": exports.MAX_ROWS,
    }
    return render(request, "organizations/trail.html", context, status=422 if too_many else 200)


@login_required
@require_POST
@recently_proved()
def trail_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file; that it was taken stands in the trail too, so it is a POST."""
    actor = _administrator()
    form = TrailForm(request.POST, people=lines.people_of(actor))
    entries = lines.list_entries(actor, **form.wanted())[: exports.MAX_ROWS + 1]
    try:
        answer = exports.respond(
            "csv", "audit-trail", lines.COLUMNS, (line.as_row() for line in lines.describe(entries, actor))
        )
    except exports.TooManyRows:
        return _page(request, actor, request.POST, too_many=True)
    assert actor.organization_id is not None
    audit.record("trail.exported", tenant_id=actor.organization_id)
    return answer
