"""Who belongs to which organisation, in which roles, since when."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone

from network_site.common.scoping import ActorLike, ScopedManager, ScopedModel, ScopedQuerySet, nobody

from ..enums import OrganizationKind

# Sent after rows were changed past `save()`, which has signals of its own. Argument: user_id.
membership_updated = Signal()
DECISIVE = {"roles", "valid_from", "valid_to"}


class MembershipQuerySet(ScopedQuerySet):
    """An `update()` that those who follow memberships hear of at once."""

    def update(self, **kwargs: Any) -> int:
        decisive = bool(DECISIVE & set(kwargs))
        # Read first: afterwards the condition may hold no more.
        people = set(self.order_by().values_list("user_id", flat=True)) if decisive else set()
        count = super().update(**kwargs)
        for user_id in sorted(people):
            membership_updated.send(sender=self.model, user_id=user_id)
        return count


class MembershipManager(ScopedManager.from_queryset(MembershipQuerySet)):  # type: ignore[misc]
    """The scoped manager with that update."""


class Membership(ScopedModel):
    """A person's place in an organisation.

    Read by the person, by the organisation, and by the Network, which must know every membership
    of a reviewer to find conflicts of interest (practices page, section 4.5).
    """

    tenant_field = "organization"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    roles = models.JSONField(default=list)
    valid_from = models.DateTimeField(default=timezone.now)
    valid_to = models.DateTimeField(null=True, blank=True)

    objects = MembershipManager()

    class Meta(ScopedModel.Meta):
        ordering = ["organization_id", "user_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"],
                condition=Q(valid_to__isnull=True),
                name="one_open_membership_per_organization",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="membership_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organization_id}"

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        if actor.service:
            return Q() if actor.service in {"accounts", "relay", "reviews", "seeding"} else nobody()
        if not actor.user_id:
            return nobody()
        if actor.organization_kind == OrganizationKind.NETWORK:
            return Q()
        own = Q(user_id=actor.user_id)
        return own | Q(organization_id=actor.organization_id) if actor.organization_id else own

    def may_insert(self, actor: ActorLike) -> bool:
        if actor.service == "sign_in":
            # An organisation's own identity provider lets people in, and gives them no power.
            return self.roles in (["contributor"], ["learner"])
        if actor.service:
            return actor.service in {"accounts", "seeding"}
        return "administrator" in actor.roles and self.organization_id == actor.organization_id

    @classmethod
    def read_sql(cls) -> str:
        return (
            "enlace_service() IN ('accounts', 'relay', 'reviews', 'seeding') OR user_id = enlace_user()"
            " OR organization_id = enlace_organization() OR enlace_organization_kind() = 'network'"
        )

    @classmethod
    def write_sql(cls) -> str:
        return (
            "enlace_service() IN ('accounts', 'seeding')"
            " OR (organization_id = enlace_organization() AND enlace_has_role('administrator'))"
        )

    @classmethod
    def insert_sql(cls) -> str:
        given = """roles IN ('["contributor"]'::jsonb, '["learner"]'::jsonb)"""
        return f"{cls.write_sql()} OR (enlace_service() = 'sign_in' AND {given})"
