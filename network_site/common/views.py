"""Pages that belong to no feature."""

from __future__ import annotations

from uuid import UUID

from django.db import DatabaseError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from . import announcements, outbox
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


@require_POST
def put_away(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hide an announcement for this session and go back. The answer is the same whether there is such a one."""
    known = {row["id"] for row in announcements.running()}
    kept = [one for one in request.session.get(announcements.PUT_AWAY, []) if one in known]
    if str(pk) in known and str(pk) not in kept:
        request.session[announcements.PUT_AWAY] = [*kept, str(pk)]
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if safe else "/")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that nothing is lost and how to go on."""
    return render(request, "403_csrf.html", status=403)
