"""Who else may read a record, in which capacity, from when to when, and who said so."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q
from django.utils import timezone

from network_site.common.scoping import ActorLike, ScopedModel, nobody, unscoped

from ..enums import Capacity
from ..tenancy import active_shares


class Share(ScopedModel):
    """A reading capacity on one record. Every one of them is a row here; there is no side door."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    object_type = models.CharField(max_length=80)
    object_id = models.UUIDField()
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    capacity = models.CharField(max_length=20, choices=Capacity.choices)
    valid_from = models.DateTimeField(default=timezone.now)
    valid_to = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.UUIDField(null=True, help_text="the person; empty when a rule granted it")

    class Meta(ScopedModel.Meta):
        indexes = [models.Index(fields=["object_id", "organization", "user"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=False, user__isnull=True)
                | Q(organization__isnull=True, user__isnull=False),
                name="share_names_one_party",
            ),
            models.UniqueConstraint(
                fields=["object_id", "organization", "capacity"],
                condition=Q(revoked_at__isnull=True, organization__isnull=False),
                name="one_open_share_per_organization",
            ),
            models.UniqueConstraint(
                fields=["object_id", "user", "capacity"],
                condition=Q(revoked_at__isnull=True, user__isnull=False),
                name="one_open_share_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id} for {self.organization_id or self.user_id}"

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        if actor.service:
            return Q() if actor.service in {"relay", "reviews"} else nobody()
        if not actor.user_id:
            return nobody()
        mine = Q(user_id=actor.user_id)
        if actor.organization_id:
            # The owner does not learn who reviews.
            owned = Q(owner_id=actor.organization_id) & ~Q(capacity=Capacity.REVIEW)
            mine |= owned | Q(organization_id=actor.organization_id)
        return mine | Q(active_shares(actor, OuterRef("object_id"), [Capacity.NETWORK]))

    def may_insert(self, actor: ActorLike) -> bool:
        if actor.service == "reviews":
            return self.capacity == Capacity.REVIEW
        if actor.service == "funding":
            # A draft project that the Network begins for a ministry is open to both from its first moment.
            return self.capacity == Capacity.NETWORK
        if self.granted_by != actor.user_id:
            return False
        if self.owner_id == actor.organization_id:  # type: ignore[attr-defined]
            return True
        return (
            unscoped(Share)
            .filter(
                Q(valid_to__isnull=True) | Q(valid_to__gt=timezone.now()),
                object_id=self.object_id,
                organization_id=actor.organization_id,
                capacity=Capacity.NETWORK,
                valid_from__lte=timezone.now(),
                revoked_at__isnull=True,
            )
            .exists()
        )

    @classmethod
    def read_sql(cls) -> str:
        return (
            "enlace_service() IN ('relay', 'reviews') "
            " OR (owner_id = enlace_organization() AND capacity <> 'review')"
            " OR organization_id = enlace_organization() OR user_id = enlace_user()"
            " OR enlace_shared(object_id, ARRAY['network'])"
        )

    @classmethod
    def write_sql(cls) -> str:
        """Whoever was let in does not change the terms on which she was."""
        return (
            "enlace_service() = 'reviews' OR owner_id = enlace_organization()"
            " OR enlace_shared(object_id, ARRAY['network'])"
        )

    @classmethod
    def insert_sql(cls) -> str:
        return (
            "(granted_by = enlace_user() AND (owner_id = enlace_organization()"
            " OR enlace_shared(object_id, ARRAY['network'])))"
            " OR (enlace_service() = 'reviews' AND capacity = 'review')"
            " OR (enlace_service() = 'funding' AND capacity = 'network')"
        )
