"""Announcements: what stands at the top of every page for a while."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common import announcements, staff
from network_site.common.models import Announcement

from .access import for_staff, page_of, show
from .editing import Edit, Editable
from .forms import MOMENT, AnnouncementForm

EDITABLE = Editable(AnnouncementForm, AnnouncementForm.of, announcements.mark)
OVER, ON, TO_COME = gettext_lazy("over"), gettext_lazy("shown now"), gettext_lazy("to come")


@require_safe
@for_staff(staff.ANNOUNCEMENTS)
def index(request: HttpRequest) -> HttpResponse:
    """All announcements, the newest first."""
    now = timezone.now()
    page = page_of(Announcement.objects.all(), request)
    for one in page:
        is_over = one.ends_at is not None and one.ends_at <= now
        one.can_end, one.stands = not is_over, OVER if is_over else TO_COME if one.starts_at > now else ON
    return show(request, "console/announcements.html", {"page": page}, title=_("Announcements"))


@require_http_methods(["GET", "POST"])
@for_staff(staff.ANNOUNCEMENTS)
def write(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """A new announcement, or a change to one."""
    announcement = get_object_or_404(Announcement, pk=pk) if pk else None
    new = {"level": "info", "audience": "public", "starts_at": timezone.now().strftime(MOMENT)}
    edit = Edit(request, EDITABLE, announcement, new)
    save = announcements.save_announcement
    if edit.attempt(lambda seen: save(announcement=announcement, seen=seen, **edit.form.arguments())):
        messages.success(request, _("Saved. Pages show it within a minute of its time."))
        return redirect("console:announcements")
    return show(
        request,
        "console/announcement_form.html",
        edit.context | {"save": _("Save")},
        title=_("Change an announcement") if announcement else _("A new announcement"),
        crumbs=[(reverse("console:announcements"), _("Announcements"))],
        status=edit.status,
    )


@require_POST
@for_staff(staff.ANNOUNCEMENTS)
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take one down now."""
    announcements.end_announcement(announcement=get_object_or_404(Announcement, pk=pk))
    messages.success(request, _("It is taken down. Pages stop showing it within a minute."))
    return redirect("console:announcements")
