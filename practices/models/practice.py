"""A practice and its versions."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from network_site.common.models import TimestampedModel
from network_site.common.scoping import ActorLike, nobody
from network_site.organizations.tenancy import ChildOf, TenantModel, active_shares
from network_site.taxonomy.models import Country

from ..enums import IN_WORK, Licence, PracticeStatus, Stage
from ..querysets import PracticeVersionManager

LIMITS = {
    "title": 100,
    "one_line": 240,
    "problem": 1500,
    "description": 6000,
    "risks_if_copied": 1500,
    "negative_effects": 1500,
    "reach": 500,
    "transfer_offer": 1000,
    "where_to_read": 500,
}


class Practice(TenantModel, TimestampedModel):
    """What stays the same over all versions: whose practice it is, and how it came to us."""

    # "reviews" compares two filed reviews, which neither reviewer may do; "relay" writes notices.
    services = frozenset({"relay", "reviews"})

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Who looks after it now; empty while that is whoever created it. The creator never changes: conflicts of
    # interest hang on her.
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    provenance = models.CharField(max_length=10, default="PV01")
    import_key = models.CharField(max_length=300, null=True, blank=True, unique=True)
    import_digest = models.CharField(max_length=64, blank=True)
    source = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(provenance="PV02") | Q(import_key__isnull=False),
                name="documented_practice_names_its_source",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_documented(self) -> bool:
        """Whether the Network wrote it down from a publication (nobody in the ministry reported it)."""
        return self.provenance == "PV02"

    @classmethod
    def insert_sql(cls) -> str:
        return f"{super().insert_sql()} AND created_by_id = enlace_user()"

    def may_insert(self, actor: ActorLike) -> bool:
        return super().may_insert(actor) and self.created_by_id == actor.user_id  # type: ignore[attr-defined]


class PracticeVersion(ChildOf("practice"), TimestampedModel):  # type: ignore[misc]
    """One edition of a practice. A published edition stays as it is while the next is written.

    Limits and tiers are those of the practices page, section 4.1 (S is required to submit).
    """

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=20, choices=PracticeStatus.choices, default=PracticeStatus.DRAFT)
    lock_version = models.PositiveIntegerField(default=1)
    round = models.PositiveSmallIntegerField(default=1)
    source_language = models.CharField(
        _("language of the text"), max_length=5, choices=settings.LANGUAGES, default="en"
    )

    # In brief
    title = models.CharField(_("title"), max_length=LIMITS["title"])
    one_line = models.CharField(_("in one sentence"), max_length=LIMITS["one_line"])
    problem = models.TextField(_("problem"), max_length=LIMITS["problem"])
    description = models.TextField(_("what was done"))

    # Who and where
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("country")
    )
    region = models.CharField(_("region"), max_length=80, blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices, blank=True)
    start_year = models.PositiveSmallIntegerField(_("first year"), null=True, blank=True)
    end_year = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)
    licence = models.CharField(_("licence"), max_length=12, choices=Licence.choices, default=Licence.CC_BY)
    coverage = models.PositiveIntegerField(_("coverage"), null=True, blank=True)
    coverage_unit = models.CharField(_("unit of coverage"), max_length=60, blank=True)

    # The problem and what was done
    objectives = models.JSONField(_("objectives"), default=list, blank=True)
    theory_of_change = models.JSONField(_("why it should help"), default=list, blank=True)
    where_to_read = models.CharField(_("where this can be read"), max_length=LIMITS["where_to_read"], blank=True)

    # Results and evidence
    reach = models.CharField(_("reach"), max_length=LIMITS["reach"], blank=True)
    negative_effects = models.TextField(_("no effect or bad effect"), max_length=LIMITS["negative_effects"], blank=True)
    figures = models.JSONField(default=list, blank=True)
    completeness = models.JSONField(default=dict, blank=True)

    # What it needs, what can go wrong; whom others may ask
    risks_if_copied = models.TextField(_("risks if it is copied"), max_length=LIMITS["risks_if_copied"], blank=True)
    transfer_offer = models.TextField(_("what you offer others"), max_length=LIMITS["transfer_offer"], blank=True)

    last_confirmed = models.DateField(null=True, blank=True)

    objects = PracticeVersionManager()

    class Meta:
        ordering = ["-number"]
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["practice", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["practice"], condition=Q(status__in=sorted(IN_WORK)), name="one_version_in_work"
            ),
            models.UniqueConstraint(fields=["practice"], condition=Q(status="published"), name="one_version_published"),
            models.CheckConstraint(condition=Q(status__in=PracticeStatus.values), name="practice_status_known"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(one_line="") & ~Q(problem="") & ~Q(description=""),
                name="practice_draft_has_its_texts",
            ),
            models.CheckConstraint(
                condition=Q(end_year__isnull=True) | Q(start_year__isnull=True) | Q(end_year__gte=F("start_year")),
                name="practice_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=(Q(start_year__isnull=True) | Q(start_year__range=(1850, 2200)))
                & (Q(end_year__isnull=True) | Q(end_year__range=(1850, 2200))),
                name="practice_years_plausible",
            ),
            models.CheckConstraint(
                condition=~Q(stage="ended") | Q(end_year__isnull=False) | Q(status__in=["draft", "ready", "revision"]),
                name="ended_practice_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def owner_id(self) -> UUID:
        """The tenant: the practice's owner."""
        return self.practice.owner_id  # type: ignore[attr-defined, no-any-return]

    def workflow_root(self) -> tuple[UUID, UUID]:
        """The tenant and this version: who reads one version does not read the draft of the next."""
        return self.practice.owner_id, self.pk  # type: ignore[attr-defined]

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        """The owner reads every version; everybody else the versions that were shared, one by one."""
        if actor.service:
            return Q() if actor.service in Practice.services else nobody()
        if not actor.user_id:
            return nobody()
        shared = Q(active_shares(actor, OuterRef("pk")))
        return Q(practice__owner_id=actor.organization_id) | shared if actor.organization_id else shared

    def may_insert(self, actor: ActorLike) -> bool:
        return Practice.objects.filter(pk=self.practice_id, owner_id=actor.organization_id).exists()

    @classmethod
    def read_sql(cls) -> str:
        services = ", ".join(f"'{name}'" for name in sorted(Practice.services))
        return f"{cls.insert_sql()} OR enlace_shared(id, NULL) OR enlace_service() IN ({services})"

    @classmethod
    def write_sql(cls) -> str:
        return f"{cls.insert_sql()} OR enlace_shared(id, ARRAY['network', 'draft']) OR enlace_service() = 'reviews'"

    @classmethod
    def insert_sql(cls) -> str:
        return (
            'EXISTS (SELECT 1 FROM "practices_practice" head WHERE head.id = "practices_practiceversion"."practice_id"'
            " AND head.owner_id = enlace_organization())"
        )

    def codes(self, scheme: str) -> list[str]:
        """Codes of the terms of one scheme on this version (uses a prefetched `version_terms`)."""
        return [row.term_id for row in self.version_terms.all() if row.term.scheme_id == scheme]
