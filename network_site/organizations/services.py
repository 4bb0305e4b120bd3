"""Writes on people, organisations and shares."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common import audit
from network_site.common.scoping import current_actor

from .enums import NETWORK_ROLES, TENANT_ROLES, OrganizationKind
from .models import Membership, Organization, Share, User


@transaction.atomic
def save_organization(*, key: str, **fields: Any) -> Organization:
    """Create the organisation with this key, or bring it up to date. Running it twice changes nothing."""
    organization, _created = Organization.objects.update_or_create(key=key, defaults=fields)
    return organization


@transaction.atomic
def grant_membership(*, user: User, organization: Organization, roles: Collection[str]) -> Membership:
    """Let a person belong to an organisation, in these roles; an open membership gets the new roles.

    Raises ValidationError for a role that does not exist in that kind of organisation.
    """
    permitted = NETWORK_ROLES if organization.kind == OrganizationKind.NETWORK else TENANT_ROLES
    unknown = set(roles) - permitted
    if unknown or not roles:
        raise ValidationError(
            _("Choose roles that exist in this organisation, not: %(roles)s."),
            params={"roles": ", ".join(sorted(unknown))},
        )
    wanted = sorted(set(roles))
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .filter(user=user, organization=organization, valid_to__isnull=True)
        .first()
    )
    if membership is None:
        membership = Membership.objects.create(user=user, organization=organization, roles=wanted)
    elif membership.roles != wanted:
        membership.roles = wanted
        membership.save(update_fields=["roles"])
    else:
        return membership
    audit.record("membership.granted", tenant_id=organization.pk, subject=membership, after=wanted)
    return membership


@transaction.atomic
def share(
    record: models.Model,
    *,
    capacity: str,
    organization: Organization | None = None,
    user: User | None = None,
) -> Share:
    """Let one organisation or one person read a record; sharing it twice changes nothing.

    Raises ForeignWrite when the actor neither owns the record nor holds it for the Network.
    """
    owner_id, object_id = record.workflow_root()  # type: ignore[attr-defined]
    known = Share.objects.filter(
        object_id=object_id, organization=organization, user=user, capacity=capacity, revoked_at__isnull=True
    ).first()
    if known is not None:
        return known
    granted = Share.objects.create(
        owner_id=owner_id,
        object_type=record._meta.label_lower,
        object_id=object_id,
        organization=organization,
        user=user,
        capacity=capacity,
        granted_by=current_actor().user_id,
    )
    audit.record("share.granted", tenant_id=owner_id, subject=granted, reason=capacity)
    return granted


@transaction.atomic
def revoke_shares(*, object_id: UUID, capacity: str, user: User | None = None) -> int:
    """Close the open shares of a record in one capacity (for one person, if named); how many were closed."""
    shares = Share.objects.filter(object_id=object_id, capacity=capacity, revoked_at__isnull=True)
    if user is not None:
        shares = shares.filter(user=user)
    closed = 0
    for granted in shares:
        Share.objects.filter(pk=granted.pk).update(revoked_at=timezone.now())
        audit.record("share.revoked", tenant_id=granted.owner_id, subject=granted, reason=capacity)
        closed += 1
    return closed


@transaction.atomic
def note_switch(*, organization_id: UUID) -> None:
    """Log that a person now acts for another of her organisations."""
    audit.record("actor.switched", tenant_id=organization_id)


@transaction.atomic
def choose_language(*, user: User, language: str) -> User:
    """Write down the language in which a person is written to and greeted."""
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language
    return user
