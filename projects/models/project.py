"""A project from its first idea to its closing, with those who take part and those who judged it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from needs.models import Need
from network_site.common.files import private_path, private_storage
from network_site.common.models import TimestampedModel
from network_site.common.scoping import ActorLike
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.tenancy import ChildOf, TenantModel
from network_site.taxonomy.models import Country, Term

from ..enums import AnnexKind, PartyRole, ProjectStatus, ProjectType, ReviewVerdict


class Project(TenantModel, TimestampedModel):
    """What is to be done about a need. The owner is the ministry that asks; network staff draft with it.

    A documented project (no need, source named) belongs to the Network.
    """

    # "matcher" ranks donors; "funding" and "clock" make the steps that follow from pledges and dates.
    services = frozenset({"relay", "matcher", "clock", "funding"})

    need = models.ForeignKey(Need, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The practice that it takes over, with the version whose words were proposed.
    practice = models.ForeignKey(
        "publishing.PublishedRecord", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    practice_version = models.PositiveIntegerField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=ProjectStatus.choices, default=ProjectStatus.CONCEPT)
    lock_version = models.PositiveIntegerField(default=1)
    # Counts the snapshots: the next publication, also after an amendment, is one more.
    edition = models.PositiveIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    source_language = models.CharField(
        _("language of the text"), max_length=5, choices=settings.LANGUAGES, default="en"
    )

    title = models.CharField(_("title"), max_length=150)
    reference = models.CharField(_("number elsewhere"), max_length=40, blank=True)
    type = models.CharField(_("type"), max_length=24, choices=ProjectType.choices, default=ProjectType.PROJECT)
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("country")
    )
    # ISO codes of further countries that take part; each of them signs.
    countries = models.JSONField(_("countries"), default=list, blank=True)
    start_on = models.DateField(_("planned start"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    actual_start = models.DateField(null=True, blank=True)
    actual_end = models.DateField(null=True, blank=True)
    # Currency of totals; lines in others are converted with a dated rate.
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    interest_until = models.DateField(_("interest is taken until"), null=True, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    source = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ProjectStatus.values), name="project_status_known"),
            models.CheckConstraint(condition=~Q(title=""), name="project_has_a_title"),
            models.CheckConstraint(
                condition=Q(months__isnull=True) | Q(months__range=(1, 240)), name="project_months_plausible"
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="project_currency_is_iso"),
            models.CheckConstraint(
                condition=Q(actual_end__isnull=True)
                | Q(actual_start__isnull=True)
                | Q(actual_end__gte=F("actual_start")),
                name="project_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(status="in_execution") | Q(actual_start__isnull=False), name="running_project_has_started"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_documented(self) -> bool:
        """Whether the Network wrote it down from a publication."""
        return bool(self.source) and self.need_id is None  # type: ignore[attr-defined]

    def may_insert(self, actor: ActorLike) -> bool:
        """The ministry itself, or network staff who read its need."""
        if self.created_by_id != actor.user_id:  # type: ignore[attr-defined]
            return False
        if super().may_insert(actor):
            return True
        return actor.organization_kind == OrganizationKind.NETWORK and bool(
            Need.objects.filter(pk=self.need_id, owner_id=self.owner_id).exists()  # type: ignore[attr-defined]
        )

    @classmethod
    def insert_sql(cls) -> str:
        of_need = (
            'SELECT 1 FROM "needs_need" need WHERE need.id = need_id AND need.owner_id = "projects_project".owner_id'
        )
        return (
            "created_by_id = enlace_user() AND (owner_id = enlace_organization()"
            f" OR (enlace_organization_kind() = 'network' AND EXISTS ({of_need})))"
        )

    @classmethod
    def write_sql(cls) -> str:
        return f"{super().write_sql()} OR enlace_service() IN ('clock', 'funding')"

    def codes(self, scheme: str) -> list[str]:
        """Codes of its terms of one scheme (uses prefetched `project_terms`)."""
        return [row.term_id for row in self.project_terms.all() if row.term.scheme_id == scheme]


class Writer(ChildOf("project")):  # type: ignore[misc]
    """Somebody who wrote on a project: she neither judges it nor signs it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="writers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField(default=timezone.now)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="one_writer_per_project")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.user_id}"


class ProjectTerm(ChildOf("project")):  # type: ignore[misc]
    """A term of a project: functions (LAF), problem tags (DI), groups (TG), cooperation (CM), SDG, CRS, markers."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="project_terms")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["project", "term"], name="one_link_per_project_and_term")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.term_id}"


class Party(ChildOf("project")):  # type: ignore[misc]
    """An organisation that takes part."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="parties")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("organisation"), max_length=200)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    role = models.CharField(_("part in it"), max_length=12, choices=PartyRole.choices)
    capacity = models.CharField(_("what it brings"), max_length=500, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"


class Annex(ChildOf("project")):  # type: ignore[misc]
    """A file that belongs to the Terms of Reference: a letter, a matrix, an agreement."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="annexes")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=12, choices=AnnexKind.choices)
    title = models.CharField(_("title"), max_length=200)
    # The number by which the text cites it; annexes of old documents may have none.
    number = models.CharField(_("number"), max_length=10, blank=True)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_public = models.BooleanField(_("may be shown to everyone"), default=False)
    url = models.URLField(_("address"), blank=True)
    file = models.FileField(_("file"), storage=private_storage, upload_to=private_path, blank=True)
    file_name = models.CharField(max_length=200, blank=True, editable=False)
    content_type = models.CharField(max_length=100, blank=True, editable=False)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """The file's own name, for the download."""
        return self.file_name


class QualityReview(ChildOf("project")):  # type: ignore[misc]
    """One reading of the Terms of Reference before the ministry signs; nobody judges what she drafted."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reviews")
    round = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    has_interest = models.BooleanField()
    interest_note = models.CharField(max_length=500, blank=True)
    verdict = models.CharField(max_length=8, choices=ReviewVerdict.choices)
    note = models.TextField(max_length=3000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["round", "at"]
        constraints = [
            models.UniqueConstraint(fields=["project", "round", "reviewer"], name="one_quality_review_per_round"),
            models.CheckConstraint(condition=~Q(note=""), name="quality_review_gives_reasons"),
            models.CheckConstraint(condition=Q(has_interest=False), name="quality_review_without_interest"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.verdict}"

    def may_insert(self, actor: ActorLike) -> bool:
        """Whoever reads the project may judge it in her own name, but not for a ministry."""
        if self.reviewer_id != actor.user_id or actor.organization_kind == OrganizationKind.MINISTRY:  # type: ignore[attr-defined]
            return False
        return super().may_insert(actor) and self.organization_id == actor.organization_id  # type: ignore[attr-defined]

    @classmethod
    def write_sql(cls) -> str:
        """What was filed stays."""
        return "false"

    @classmethod
    def insert_sql(cls) -> str:
        return (
            "reviewer_id = enlace_user() AND organization_id = enlace_organization()"
            f" AND enlace_organization_kind() <> 'ministry' AND {cls._through_parent('')}"
        )


class SignOff(ChildOf("project")):  # type: ignore[misc]
    """A country's request or non-objection, once for each round (source 004, note 3)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="sign_offs")
    round = models.PositiveSmallIntegerField()
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name and office"), max_length=200)
    letter = models.ForeignKey(Annex, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["project", "round", "country"], name="one_signature_per_country_and_round")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.country_id}"

    def may_insert(self, actor: ActorLike) -> bool:
        """A ministry's focal point who reads the project signs for her own country."""
        if self.signed_by_id != actor.user_id or self.country_id != getattr(actor, "country_id", ""):  # type: ignore[attr-defined]
            return False
        return actor.organization_kind == OrganizationKind.MINISTRY and super().may_insert(actor)  # type: ignore[attr-defined]

    @classmethod
    def write_sql(cls) -> str:
        """What was signed stays."""
        return "false"

    @classmethod
    def insert_sql(cls) -> str:
        country = "SELECT o.country_id FROM organizations_organization o WHERE o.id = enlace_organization()"
        return (
            "signed_by_id = enlace_user() AND enlace_organization_kind() = 'ministry'"
            f" AND enlace_has_role('focal_point') AND country_id = ({country}) AND {cls._through_parent('')}"
        )
