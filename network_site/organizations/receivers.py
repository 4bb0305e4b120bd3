"""What follows from invitations: the letter, and word to whoever sent it."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from network_site.common import mail, notices, outbox
from network_site.common.hooks import as_service
from network_site.common.language import pick
from network_site.common.models import Outbox

from . import permissions
from .models import Invitation, Membership


@outbox.consumer("invitation.sent")
def mail_invitation(row: Outbox) -> None:
    """Mail the letter, unless the invitation was answered, withdrawn or sent again meanwhile."""
    with as_service("accounts", "an invitation is mailed"):
        invitation = Invitation.objects.select_related("owner", "invited_by").get(pk=row.object_id)
    if not invitation.is_open or invitation.sendings != row.object_version:
        return
    with translation.override(invitation.language):
        path = reverse("invitation_link", args=[invitation.token()])
        context = {
            "organization": pick(invitation.owner.names) or invitation.owner.key,
            "sender": invitation.invited_by.get_full_name() if invitation.invited_by else "",
            "roles": permissions.role_words(invitation.roles),
            "until": invitation.expires_at,
            "address": invitation.email,
            "link": f"{settings.SITE_URL}{path}",
        }
    mail.send(
        "invitation",
        to=invitation.email,
        language=invitation.language,
        context=context,
        key=f"invitation-{invitation.pk}-{invitation.sendings}",
    )


@outbox.consumer("invitation.accepted")
def tell_inviter(row: Outbox) -> None:
    """Whoever invited hears that the colleague has come."""
    with as_service("accounts", f"notices for {row.kind}"):
        invitation = Invitation.objects.select_related("accepted_by").get(pk=row.object_id)
        membership = Membership.objects.filter(
            user_id=invitation.accepted_by_id, organization_id=invitation.owner_id, valid_to__isnull=True
        ).first()
    if invitation.invited_by_id is None or membership is None:
        return
    with as_service("relay", f"notices for {row.kind}"):
        notices.tell(
            row,
            recipients=[invitation.invited_by_id],
            subject=str(invitation.accepted_by),
            url_name="organizations:person",
            object_id=membership.pk,
            object_type=Membership._meta.label_lower,
        )
