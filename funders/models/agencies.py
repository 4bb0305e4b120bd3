"""A call for an executing agency, and proposals that stay sealed until its deadline."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q
from django.utils.translation import gettext_lazy as _

from network_site.common.files import private_path, private_storage
from network_site.common.models import TimestampedModel
from network_site.common.scoping import ActorLike, AskedAt, nobody
from network_site.organizations.tenancy import ChildOf, TenantModel, active_shares

from ..enums import CallStatus, ProposalStatus


class AgencyCall(TenantModel, TimestampedModel):
    """A ministry looks for whoever carries its project out. Weights sum to 100 and are published with the call."""

    # "funding" publishes the project's editions, which carry the open call.
    services = frozenset({"relay", "clock", "funding"})

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey("publishing.PublishedRecord", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=CallStatus.choices, default=CallStatus.OPEN)
    lock_version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closes_at = models.DateTimeField(_("deadline"))
    # [{"key", "label", "weight"}]
    criteria = models.JSONField(default=list)
    text = models.TextField(_("what is asked"), max_length=4000)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["project"], condition=~Q(status="decided"), name="one_call_per_project"),
            models.CheckConstraint(condition=Q(status__in=CallStatus.values), name="call_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.closes_at}"

    @classmethod
    def write_sql(cls) -> str:
        return f"{super().write_sql()} OR enlace_service() = 'clock'"


class AgencyProposal(TenantModel, TimestampedModel):
    """What a provider proposes. Nobody else reads it before the deadline, whatever was shared."""

    call = models.ForeignKey(AgencyCall, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey("publishing.PublishedRecord", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=ProposalStatus.choices, default=ProposalStatus.DRAFT)
    lock_version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The call's deadline when it was handed in: both locks ask this column.
    sealed_until = models.DateTimeField()
    title = models.CharField(_("title"), max_length=150)
    approach = models.TextField(_("how you would do it"), max_length=6000)
    team = models.TextField(_("who would do it"), max_length=3000, blank=True)
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    file = models.FileField(_("file"), storage=private_storage, upload_to=private_path, blank=True)
    file_name = models.CharField(max_length=200, blank=True, editable=False)
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["submitted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "owner"], condition=~Q(status="retracted"), name="one_proposal_per_agency_and_call"
            ),
            models.CheckConstraint(condition=Q(status__in=ProposalStatus.values), name="proposal_status_known"),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(status="retracted") | Q(submitted_at__isnull=False),
                name="proposal_says_when_it_came",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """The file's own name, for the download."""
        return self.file_name

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        """The agency; after the deadline, and only what was handed in, also those with whom it is shared."""
        if actor.service or not actor.user_id:
            return nobody()
        opened = Q(sealed_until__lte=AskedAt()) & ~Q(status="draft") & Q(active_shares(actor, OuterRef("pk")))
        return Q(owner_id=actor.organization_id) | opened if actor.organization_id else opened

    @classmethod
    def read_sql(cls) -> str:
        opened = "sealed_until <= now() AND status <> 'draft' AND enlace_shared(id, NULL)"
        return f"owner_id = enlace_organization() OR ({opened})"

    @classmethod
    def write_sql(cls) -> str:
        opened = "sealed_until <= now() AND status <> 'draft' AND enlace_shared(id, ARRAY['network', 'negotiation'])"
        return f"owner_id = enlace_organization() OR ({opened})"


class ProposalScore(ChildOf("proposal")):  # type: ignore[misc]
    """One scorer's points on one criterion, 0 to 100. The agency hears the result and its reasons, not the points."""

    proposal = models.ForeignKey(AgencyProposal, on_delete=models.CASCADE, related_name="+")
    scorer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=40)
    points = models.PositiveSmallIntegerField()

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "scorer", "criterion"], name="one_score_per_scorer_and_criterion"
            ),
            models.CheckConstraint(condition=Q(points__lte=100), name="points_at_most_100"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.points}"

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        of_judges = super().readable_q(actor)
        return of_judges & ~Q(proposal__owner_id=actor.organization_id) if actor.organization_id else of_judges

    def may_insert(self, actor: ActorLike) -> bool:
        return super().may_insert(actor) and self.proposal.owner_id != actor.organization_id

    @classmethod
    def read_sql(cls) -> str:
        return cls._through_parent(" AND owner_id IS DISTINCT FROM enlace_organization()")

    @classmethod
    def write_sql(cls) -> str:
        agency = " AND owner_id IS DISTINCT FROM enlace_organization()"
        return cls._through_parent(f" AND ({AgencyProposal.write_sql()}){agency}")
