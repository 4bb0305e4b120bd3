"""Pages that belong to no feature."""

from __future__ import annotations

from uuid import UUID

from django.db import DatabaseError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import outbox
from .files import find_private_file, send_private_file


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """For supervisors: 200 with the outbox's age in seconds, 503 when the database is away."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        seconds = round(outbox.age().total_seconds(), 1)
    except DatabaseError:
        return JsonResponse({"status": "down", "database": False}, status=503)
    return JsonResponse({"status": "ok", "database": True, "outbox_age_seconds": seconds})


@require_safe
def private_file(request: HttpRequest, pk: UUID) -> HttpResponse | FileResponse:
    """A private file for whoever may read it now; 404 for everybody else."""
    found = find_private_file(pk)
    if found is None:
        raise Http404
    return send_private_file(found)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Say when to come back. No window of ACCOUNT_RATE_LIMITS is longer than five minutes."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "300"
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that nothing is lost and how to go on."""
    return render(request, "403_csrf.html", status=403)
