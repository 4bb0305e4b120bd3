"""On what grounds the Network says that an organisation is who it says it is."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from network_site.common.scoping import ActorLike, ScopedModel, nobody

from ..enums import OrganizationKind, VerificationState


class Verification(ScopedModel):
    """One decision, for good; the newest one counts. Read by the Network only: grounds may name people.

    What everybody may know, that an organisation is verified, is `Organization.verified_at`.
    """

    tenant_field = "organization"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=VerificationState.choices)
    grounds = models.TextField()
    decided_by = models.UUIDField()
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta(ScopedModel.Meta):
        ordering = ["-decided_at"]
        indexes = [models.Index(fields=["organization", "-decided_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["unverified", "verified", "refused"]), name="verification_state_known"
            ),
            models.CheckConstraint(condition=~Q(grounds=""), name="verification_has_grounds"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.state}"

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        if actor.service:
            return Q() if actor.service == "auditor" else nobody()
        return Q() if actor.user_id and actor.organization_kind == OrganizationKind.NETWORK else nobody()

    def may_insert(self, actor: ActorLike) -> bool:
        decides = bool(actor.roles & {"lead", "administrator"})
        own = self.decided_by == actor.user_id
        return actor.organization_kind == OrganizationKind.NETWORK and decides and own

    @classmethod
    def read_sql(cls) -> str:
        # The last part lets nobody else in. It compares a column, so that PostgreSQL asks who is there when it plans,
        # and refuses a question that nobody asks even where no row fits.
        return (
            "enlace_service() = 'auditor' OR enlace_organization_kind() = 'network'"
            " OR (decided_by = enlace_user() AND enlace_organization_kind() = 'network')"
        )

    @classmethod
    def write_sql(cls) -> str:
        # No service is called so: nobody changes a decision, and without an actor the question raises.
        return "enlace_service() = 'none'"

    @classmethod
    def insert_sql(cls) -> str:
        return (
            "enlace_organization_kind() = 'network' AND decided_by = enlace_user()"
            " AND (enlace_has_role('lead') OR enlace_has_role('administrator'))"
        )
