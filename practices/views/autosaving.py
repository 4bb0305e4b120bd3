"""The form saves itself while somebody types (decision 0026). Answers are for autosave.js."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from network_site.common.workflow import StaleVersion, TransitionRefused

from .. import services
from ..forms import STEP_BY_NAME, Savable, StepPage
from ..models import PracticeVersion
from .writing import conflicts, get_editable_or_404, posted_version

LEAST_SECONDS = 5


@login_required
@require_POST
def autosave(request: HttpRequest, pk: UUID, step: str) -> JsonResponse:
    """Save what is in order of a page that somebody is still writing; never more often than every five seconds."""
    if step not in STEP_BY_NAME:
        raise Http404
    version = get_editable_or_404(pk)
    if not cache.add(f"autosave:{request.user.pk}:{pk}:{step}", 1, LEAST_SECONDS):
        return JsonResponse({"state": "wait"}, status=429, headers={"Retry-After": str(LEAST_SECONDS)})
    page = StepPage(STEP_BY_NAME[step], version, request.POST)
    found = page.savable()
    try:
        saved = services.save_version(
            version,
            lock_version=posted_version(request),
            fields=found.fields,
            terms=found.terms,
            rows=found.rows,
            autosave=True,
        )
    except StaleVersion as stale:
        theirs: PracticeVersion = stale.current  # type: ignore[assignment]
        fields = conflicts(theirs, page)
        if fields:
            return _conflict(request, theirs, step, fields)
        saved = theirs
    except TransitionRefused as refused:
        return JsonResponse({"state": "closed", "message": str(refused.unmet[0].message)}, status=422)
    return JsonResponse(
        {
            "state": "saved",
            "version": saved.lock_version,
            "complete": not found.held,
            "ids": _row_ids(saved, found),
        }
    )


def _row_ids(version: PracticeVersion, found: Savable) -> dict[str, str]:
    """The hidden id of each row of the form that is stored now, so that the next saving knows it again."""
    ids = {}
    for prefix, places in found.places.items():
        stored = list(getattr(version, prefix).values_list("pk", flat=True))
        ids |= {f"{prefix}-{place}-id": str(pk) for place, pk in zip(places, stored, strict=False)}
    return ids


def _conflict(request: HttpRequest, theirs: PracticeVersion, step: str, fields: list[dict[str, Any]]) -> JsonResponse:
    html = render_to_string(
        "practices/parts/conflict_inline.html",
        {
            "fields": fields,
            "changed_at": theirs.changed_at,
            "keep_url": reverse("practices:edit", args=[theirs.pk, step]),
            "lock_version": theirs.lock_version,
        },
        request=request,
    )
    return JsonResponse(
        {"state": "conflict", "message": _("Not saved: somebody else changed this"), "html": html}, status=409
    )
