"""What waits for me, what we have, what is new, and how I hear of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from network_site.common import letters, notices, rhythms
from network_site.common.models import DigestTime, Notice
from network_site.common.models.mailings import DIGESTS
from network_site.organizations import services as organizations
from network_site.organizations.actor import Actor, acting_as, current
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.models import User
from network_site.organizations.readers import zones_of
from network_site.organizations.slots import panels, tasks
from practices import permissions
from practices import selectors as practices

from .forms import MailForm
from .selectors import latest_notices, newest_notice_at, notices_by_record


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
            "tasks": [*practices.list_tasks(actor), *(task for fill in tasks for task in fill(actor))],
            "panels": [filled for fill in panels if (filled := fill(actor))],
            "versions": own,
            "counts": practices.count_by_status(actor) if own else {},
            "notices": latest_notices(5),
            "can_write": permissions.can_create(actor),
            "queue": list(practices.list_shared_with_network()[:20]) if actor.is_network else [],
        },
    )


# --- Notices ---------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def notice_list(request: HttpRequest) -> HttpResponse:
    """All notices by record; a POST marks those as read that were there when the page was made."""
    if request.method == "POST":
        notices.mark_all_read(_moment(request.POST.get("until", "")))
        return redirect("workspace:notices")
    return render(
        request,
        "workspace/notices.html",
        {"page": notices_by_record(request.GET.get("page")), "until": newest_notice_at()},
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if timezone.is_aware(moment) and 2000 < moment.year < 3000 else None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go to what a notice is about (GET), or stay (POST).

    It counts as read from now on, and so does what was said of the same record before.
    """
    notice = Notice.objects.filter(pk=pk).first()
    if notice is None:
        raise Http404
    notices.mark_read(notice)
    if request.method == "POST":
        return redirect("workspace:notices")
    return redirect(notice.url_name, notice.object_id)


# --- Mail ------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def mail_settings(request: HttpRequest) -> HttpResponse:
    """How soon each kind of notice also comes by mail, when and in which language."""
    actor = current()
    person: User = request.user  # type: ignore[assignment]
    where = {fact.organization_kind for fact in actor.memberships}
    kinds = notices.kinds_for(
        in_network=OrganizationKind.NETWORK in where, elsewhere=bool(where - {OrganizationKind.NETWORK})
    )
    wish = DigestTime.objects.filter(person_id=person.pk).first() or DigestTime()
    form = MailForm(
        request.POST if request.method == "POST" else None,
        kinds=kinds,
        zone=zones_of([person.pk])[person.pk],
        initial={
            "language": person.language,
            "hour": wish.hour,
            "weekday": wish.weekday,
            "time_zone": wish.time_zone,
            **rhythms.choices_of(person.pk, kinds),
        },
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        rhythms.choose(person_id=person.pk, rhythms=form.rhythms)
        rhythms.set_digest_time(
            person_id=person.pk, hour=given["hour"], weekday=given["weekday"], time_zone=given["time_zone"]
        )
        organizations.choose_language(user=person, language=given["language"])
        with translation.override(given["language"]):
            messages.success(request, _("Saved. What is new comes as you chose."))
            return redirect(reverse("workspace:mail_settings"))
    return render(
        request,
        "workspace/mail_settings.html",
        {"form": form, "address": person.email},
        status=422 if form.errors else 200,
    )


@csrf_exempt  # A mail program posts without cookies (RFC 8058); the signed token is the permission.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop mail of one kind, or one digest, without signing in. GET only asks; POST does it, again and again alike."""
    try:
        person, what = letters.read_stop_token(token)
    except (signing.BadSignature, ValueError, TypeError):
        return render(request, "workspace/mail_stop.html", {"state": "unknown"}, status=404)
    if request.method == "POST":
        with acting_as(Actor(user_id=person), reason="mail stopped by a link in it"):
            notices.stop_mail(person_id=person, what=what)
    return render(
        request,
        "workspace/mail_stop.html",
        {
            "state": "done" if request.method == "POST" else "asked",
            "digest": what if what in DIGESTS else "",
            "kind": notices.name_of(what),
            "settings_url": reverse("workspace:mail_settings"),
        },
    )
