"""Tell people inside the application."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Notice, Outbox

# What each kind of notice says; %(subject)s is the record's title.
WORDS: dict[str, Any] = {
    "practice.handed_over": _("A practice was handed to you: read it and send it for review."),
    "practice.submitted": _("A ministry sent a practice: it waits to be screened."),
    "practice.screened": _("Your practice passed the screening and is in review."),
    "practice.returned": _("Your practice came back with questions."),
    "practice.declined": _("Your practice was declined. The reasons stand on its page."),
    "practice.diverged": _("Two reviewers differ: their scores wait to be settled."),
    "practice.endorsed": _("A practice was reviewed and can be published."),
    "practice.published": _("Your practice is in the databank."),
    "practice.withdrawn": _("Your practice was withdrawn. The reason stands on its page."),
    "review.assigned": _("You were asked to review a practice."),
    "review.filed": _("A review was filed."),
    "review.released": _("A reviewer was released. Ask somebody else."),
    "practice.keeper_changed": _("A practice of a colleague who left was handed to you."),
    "invitation.accepted": _("A colleague whom you invited has come."),
}


def tell(
    row: Outbox, *, recipients: Iterable[UUID], subject: str, url_name: str, object_id: UUID | None = None
) -> None:
    """One notice for each recipient of an event; the same event again writes nothing (unique key)."""
    notices = [
        Notice(
            recipient_id=recipient,
            organization_id=row.tenant_id,
            kind=row.kind,
            subject=subject[:200],
            object_id=object_id or row.object_id,
            url_name=url_name,
            dedupe_key=f"{row.dedupe_key}:{recipient}",
        )
        for recipient in dict.fromkeys(recipients)
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def mark_all_read() -> int:
    """The current person has seen her notices; how many were unread."""
    return Notice.objects.filter(read_at__isnull=True).update(read_at=timezone.now())
