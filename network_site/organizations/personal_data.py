"""What the site knows about a person, for herself: one ZIP with a JSON file for each part.

Each floor names every field in which a person can stand, and the part of the copy in which she finds it, or why it is
in none. A test walks all models and fails for a field that nobody has named.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from network_site.common.models import DigestTime, Export, MailChoice, Notice, TransitionRecord
from network_site.common.slots import Slot

from .actor import acting_as, current
from .models import Membership, SignedInSession, User
from .selectors import actor_for


class Source(Protocol):
    """A floor on which something about people is kept."""

    # Field by its full name: the part of the copy that holds it, or "none: " and the reason.
    fields: Mapping[str, str]

    def parts(self, user: User) -> Mapping[str, Any]:
        """Name and content of each part, read as this person for the organisation for which she acts."""
        ...


sources: Slot[Source] = Slot("what a floor knows about a person")

CMS = "none: the history of staff in the CMS; kept as long as the page"
FIELDS: dict[str, str] = {
    "organizations.User.first_name": "profile",
    "organizations.User.last_name": "profile",
    "organizations.User.email": "profile",
    "account.EmailAddress.user": "profile",
    "account.EmailAddress.email": "profile",
    "mfa.Authenticator.user": "second_factors",
    "organizations.Membership.user": "memberships",
    "organizations.SignedInSession.user": "sessions",
    "common.Notice.recipient_id": "notices",
    "common.TransitionRecord.user_id": "steps",
    "common.MailChoice.person_id": "mail",
    "common.DigestTime.person_id": "mail",
    "common.Mailing.recipient_id": "none: says that a notice was mailed; the notices are in the copy",
    "common.Export.person_id": "exports",
    "socialaccount.SocialAccount.user": "sign_in_servers",
    "organizations.Verification.decided_by": "none: the Network's decision, in its audit trail",
    "common.AuditEntry.user_id": "none: each organisation's own record; its administrators read and export it",
    "common.IdempotencyKey.user_id": "none: a random key of a form, without content",
    "organizations.Invitation.email": "none: the organisation's letter; her memberships say what became of it",
    "organizations.Invitation.invited_by": "none: the organisation's letter, in its audit trail",
    "organizations.Invitation.accepted_by": "none: her memberships say the same",
    "organizations.Share.user": "none: says what others have opened to her; a reviewer's are in her reviews",
    "organizations.Share.granted_by": "none: the organisation's decision, in its audit trail",
    # Not about people, though their names sound like it.
    "socialaccount.SocialApp.name": "none: the name of an organisation's server",
    "wagtail_localize.StringTranslation.tool_name": "none: the name of a program",
    "common.Notice.url_name": "none: the name of an address",
    "common.TransitionRecord.name": "none: the name of a step",
    "wagtailcore.Site.site_name": "none: the site's own name",
    "wagtailcore.Collection.name": "none: the name of a folder",
    "wagtailcore.Workflow.name": "none: the name of a workflow",
    "wagtailcore.Task.name": "none: the name of a task",
    "wagtailcore.GroupApprovalTask.name": "none: the name of a task",
    "wagtailembeds.Embed.author_name": "none: embedding is switched off",
    "wagtailembeds.Embed.provider_name": "none: embedding is switched off",
    "taggit.Tag.name": "none: a keyword of a page",
    "auth.Permission.name": "none: the name of a permission",
    "auth.Group.name": "none: the name of a group",
    **dict.fromkeys(
        (
            "wagtailusers.UserProfile.user",
            "wagtaildocs.Document.uploaded_by_user",
            "wagtailimages.Image.uploaded_by_user",
            "wagtailadmin.EditingSession.user",
            "wagtailadmin.FormState.user",
            "wagtailcore.APIToken.user",
            "wagtailcore.APIToken.name",
            "wagtailcore.ModelLogEntry.user",
            "wagtailcore.Revision.user",
            "wagtailcore.UploadedFile.uploaded_by_user",
            "wagtailcore.WorkflowState.requested_by",
            "wagtailcore.TaskState.finished_by",
            "wagtailcore.Page.locked_by",
            "wagtailcore.Page.owner",
            "wagtailcore.PageLogEntry.user",
            "wagtailcore.Comment.user",
            "wagtailcore.Comment.resolved_by",
            "wagtailcore.CommentReply.user",
            "wagtailcore.PageSubscription.user",
            "wagtail_localize.SegmentOverride.last_translated_by",
            "wagtail_localize.StringTranslation.last_translated_by",
        ),
        CMS,
    ),
}


def registered() -> dict[str, str]:
    """Every field that any floor has named."""
    return FIELDS | {name: part for source in sources for name, part in source.fields.items()}


def _own_parts(user: User) -> dict[str, Any]:
    factors = Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")
    sessions = SignedInSession.objects.filter(user=user).values("browser", "system", "started_at", "seen_at")
    steps = TransitionRecord.objects.filter(user_id=user.pk).values(
        "workflow", "name", "object_id", "note", "role", "at"
    )
    return {
        "profile": {
            "id": user.pk,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
            "addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
            "language": user.language,
            "joined_at": user.date_joined,
            "last_sign_in_at": user.last_login,
        },
        "second_factors": list(factors),
        "memberships": [
            {
                "organization": row.organization.names,
                "roles": row.roles,
                "valid_from": row.valid_from,
                "valid_to": row.valid_to,
            }
            for row in Membership.objects.filter(user=user).select_related("organization").order_by("valid_from")
        ],
        "sessions": list(sessions),
        "notices": list(Notice.objects.filter(recipient_id=user.pk).values("kind", "subject", "created_at", "read_at")),
        "mail": [
            *MailChoice.objects.filter(person_id=user.pk).values("kind", "rhythm"),
            *DigestTime.objects.filter(person_id=user.pk).values("hour", "weekday", "time_zone"),
        ],
        "exports": list(
            Export.objects.filter(person_id=user.pk).values("source", "format", "state", "created_at", "expires_at")
        ),
        "sign_in_servers": list(
            SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined", "last_login")
        ),
        "steps": list(steps.values("workflow", "name", "object_id", "note", "role", "at")),
    }


def collect(user: User) -> dict[str, Any]:
    """Everything by part. What hangs on an organisation is read as its member, for each that she belongs to."""
    found = _own_parts(user)
    organizations: list[UUID | None] = [fact.organization_id for fact in actor_for(user).memberships]
    for organization_id in organizations or [None]:
        with acting_as(actor_for(user, organization_id)):
            for source in sources:
                for name, rows in source.parts(user).items():
                    known = found.setdefault(name, [])
                    known += [row for row in rows if row not in known]
    return found


def copy_of(user: User) -> bytes:
    """The ZIP. Raises ValueError for anybody but the current person."""
    if current().user_id != user.pk:
        raise ValueError("A copy of personal data is for the person herself.")
    parts = collect(user) | {"about": {"made_at": timezone.now(), "fields": registered()}}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(parts.items()):
            archive.writestr(f"{name}.json", json.dumps(content, ensure_ascii=False, indent=2, default=str))
    return out.getvalue()
