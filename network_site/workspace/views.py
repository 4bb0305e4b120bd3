"""What waits for me, what we have, what is new."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from network_site.common import notices
from network_site.common.models import Notice
from network_site.organizations.actor import current
from practices import permissions
from practices import selectors as practices

NOTICES_SHOWN = 100


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My work: tasks, the organisation's practices by state, the latest notices."""
    actor = current()
    own = [] if actor.is_network or not actor.organization_id else list(practices.list_versions(actor)[:20])
    return render(
        request,
        "workspace/home.html",
        {
            "tasks": practices.list_tasks(actor),
            "versions": own,
            "counts": practices.count_by_status(actor) if own else {},
            "notices": _notices()[:5],
            "can_write": permissions.can_create(actor),
            "queue": list(practices.list_shared_with_network()[:20]) if actor.is_network else [],
        },
    )


def _notices() -> list[dict[str, object]]:
    return [
        {
            "words": str(notices.WORDS.get(notice.kind, notice.kind)),
            "subject": notice.subject,
            "at": notice.created_at,
            "unread": notice.read_at is None,
            "url": reverse("workspace:notice", args=[notice.pk]),
        }
        for notice in Notice.objects.all()[:NOTICES_SHOWN]
    ]


@login_required
@require_http_methods(["GET", "POST"])
def notice_list(request: HttpRequest) -> HttpResponse:
    """All notices; a POST marks them as read."""
    if request.method == "POST":
        notices.mark_all_read()
        return redirect("workspace:notices")
    return render(request, "workspace/notices.html", {"notices": _notices()})


@login_required
@require_safe
def open_notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go to what a notice is about; it counts as read from now on."""
    notice = Notice.objects.filter(pk=pk).first()
    if notice is None:
        raise Http404
    Notice.objects.filter(pk=pk, read_at__isnull=True).update(read_at=timezone.now())
    return redirect(notice.url_name, notice.object_id)
