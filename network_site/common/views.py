"""Pages that belong to no feature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import announcements, exports, outbox
from .files import find_private_file, send_private_file
from .hooks import ask_to_prove, health_of_others
from .idempotency import new_key
from .models import Export


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """For supervisors: 200 with the outbox's age in seconds, 503 when the database is away.

    What the upper floors add is for reading: nothing of theirs makes the site unwell.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        seconds = round(outbox.age().total_seconds(), 1)
    except DatabaseError:
        return JsonResponse({"status": "down", "database": False}, status=503)
    return JsonResponse({"status": "ok", "database": True, "outbox_age_seconds": seconds, **health_of_others()})


@require_safe
def private_file(request: HttpRequest, pk: UUID) -> HttpResponse | FileResponse:
    """A private file for whoever may read it now; 404 for everybody else."""
    found = find_private_file(pk)
    if found is None:
        raise Http404
    if isinstance(found, Export) and exports.is_private(found):
        ask_to_prove(request)
    return send_private_file(found)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Say when to come back. No window of ACCOUNT_RATE_LIMITS is longer than five minutes."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "300"
    response["Cache-Control"] = "no-store"
    return response


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


@require_http_methods(["GET", "POST"])
def take_list(request: HttpRequest, source: str, kind: str) -> HttpResponse:
    """A list as CSV or XLSX, narrowed by the parameters of its own page.

    Up to AT_ONCE rows come at once. For more a signed-in person leaves an order (POST) and is led to its progress;
    everybody else gets the first rows, and a last line that says so. A private list leaves only with whoever showed
    recently who she is.
    """
    wanted = exports.sources.get(source)
    if wanted is None or kind not in exports.CONTENT_TYPES:
        raise Http404
    if wanted.is_private:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        ask_to_prove(request)
    found = wanted.find(request.GET)
    total = exports.size_of(found)
    if total <= exports.AT_ONCE:
        return exports.respond(kind, f"enlace-{source}", wanted.columns(), wanted.rows(found))
    if not request.user.is_authenticated:
        return exports.respond(kind, f"enlace-{source}", wanted.columns(), _first_rows(wanted, found, total))
    if request.method == "POST" and total <= exports.MAX_ROWS:
        export = exports.request_export(
            source=source, kind=kind, params=request.GET, rows=total, key=request.POST.get("key")
        )
        return redirect("workspace:export", export.pk)
    context = {
        "title": wanted.title,
        "kind": kind.upper(),
        "total": total,
        "most": exports.MAX_ROWS,
        "is_too_long": total > exports.MAX_ROWS,
        "key": new_key(),
        "back_url": wanted.back(),
    }
    return render(request, "exports/ask.html", context, status=422 if request.method == "POST" else 200)


def _first_rows(wanted: exports.Source, found: Any, total: int) -> Iterator[Mapping[str, Any]]:
    yield from wanted.rows(found[: exports.AT_ONCE])
    first = wanted.columns()[0].key
    yield {
        first: _("Only the first %(most)s of %(total)s rows. Narrow the list, or sign in to get all.")
        % {"most": exports.AT_ONCE, "total": total}
    }


@login_required
@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """The files that the person asked for and that have not expired."""
    mine = [export for export in Export.objects.all()[:50] if not export.is_over]
    return render(request, "exports/list.html", {"exports": [_shown_export(export) for export in mine]})


@login_required
@require_safe
def export_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a file is; with htmx only the part that changes."""
    export = Export.objects.filter(pk=pk).first()
    if export is None or export.is_over:
        raise Http404
    template = "exports/progress.html" if getattr(request, "htmx", False) else "exports/export.html"
    response = render(request, template, {"export": _shown_export(export)})
    if export.state in {Export.State.WAITING, Export.State.RUNNING} and template.endswith("export.html"):
        # Without JavaScript the page asks again by itself.
        response["Refresh"] = "5"
    return response


def _shown_export(export: Export) -> dict[str, Any]:
    source = exports.sources.get(export.source)
    return {
        "pk": export.pk,
        "title": source.title if source else export.source,
        "kind": export.format.upper(),
        "state": export.state,
        "state_label": export.get_state_display(),
        "rows_done": export.rows_done,
        "rows_all": export.rows_all,
        "created_at": export.created_at,
        "expires_at": export.expires_at,
        "back_url": source.back() if source else "",
        "most": exports.MAX_ROWS,
    }
