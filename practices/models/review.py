"""Screening, reviews, adjudication."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from network_site.common.language import pick
from network_site.common.models import TimestampedModel
from network_site.common.scoping import ActorLike, nobody
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.selectors import network_organization
from network_site.organizations.tenancy import ChildOf, TenantModel

from ..enums import MAX_SCORE, Criterion, Interest, ReviewStatus, StudyRating


class Screening(ChildOf("version")):  # type: ignore[misc]
    """The answers to the five exclusion questions, by network staff."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.PROTECT, related_name="screenings")
    round = models.PositiveSmallIntegerField()
    screener = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField()
    note = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["-round", "-at"]
        constraints = [models.UniqueConstraint(fields=["version", "round"], name="one_screening_per_round")]

    def __str__(self) -> str:
        return f"screening of {self.version_id}"

    @property
    def passed(self) -> bool:
        """Whether every question was answered with yes."""
        return bool(self.answers) and all(self.answers.values())


class Review(TenantModel, TimestampedModel):
    """One reviewer's work on one version: asked, declared, filed.

    The owner is the reviewer's organisation. Only the reviewer herself and the Network, which runs
    the review, read the row; her colleagues, the other reviewer and the ministry do not.
    """

    services = frozenset({"relay", "reviews"})

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    # What a reviewer is told before she declares her interests; the dossier itself stays closed.
    subject = models.CharField(max_length=100)
    subject_language = models.CharField(max_length=5)
    subject_owner = models.JSONField()
    is_demo = models.BooleanField(default=False)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=ReviewStatus.choices, default=ReviewStatus.ASSIGNED)
    lock_version = models.PositiveIntegerField(default=1)
    due_on = models.DateField(null=True, blank=True)
    interest = models.CharField(max_length=14, choices=Interest.choices, blank=True)
    interest_note = models.TextField(blank=True)
    declared_at = models.DateTimeField(null=True, blank=True)
    exclusions = models.JSONField(default=dict, blank=True)
    rationale = models.TextField(blank=True)
    completeness = models.JSONField(default=dict, blank=True)
    filed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "round", "reviewer"], name="one_review_per_person_version_and_round"
            ),
            models.UniqueConstraint(
                fields=["version", "round", "owner"],
                condition=~Q(status="released"),
                name="one_review_per_organization_version_and_round",
            ),
            models.CheckConstraint(condition=Q(status__in=ReviewStatus.values), name="review_status_known"),
            models.CheckConstraint(
                condition=~Q(status__in=["declared", "filed"]) | ~Q(interest=""),
                name="review_opens_after_the_declaration",
            ),
            models.CheckConstraint(
                condition=~Q(status="filed") | (Q(filed_at__isnull=False) & ~Q(rationale="")),
                name="filed_review_gives_reasons",
            ),
        ]

    def __str__(self) -> str:
        return f"review of {self.version_id} by {self.reviewer_id}"

    def workflow_root(self) -> tuple[UUID, UUID]:
        """The Network, which runs the review, and this row: a reviewer's colleagues read no history of it."""
        return network_organization().pk, self.pk

    @property
    def owner_name(self) -> str:
        """Whose practice it is, in the interface language."""
        return pick(self.subject_owner) or ""

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        if actor.service:
            return Q() if actor.service in cls.services else nobody()
        if actor.organization_kind == OrganizationKind.NETWORK:
            return Q()
        return Q(reviewer_id=actor.user_id) if actor.user_id else nobody()

    def may_insert(self, actor: ActorLike) -> bool:
        """Network staff ask reviewers; the row belongs to the reviewer's organisation."""
        return actor.organization_kind == OrganizationKind.NETWORK

    @classmethod
    def read_sql(cls) -> str:
        return (
            "reviewer_id = enlace_user() OR enlace_organization_kind() = 'network'"
            " OR enlace_service() IN ('relay', 'reviews')"
        )

    @classmethod
    def write_sql(cls) -> str:
        """The service releases the reviewers who left their organisation."""
        return "reviewer_id = enlace_user() OR enlace_organization_kind() = 'network' OR enlace_service() = 'reviews'"

    @classmethod
    def insert_sql(cls) -> str:
        return "enlace_organization_kind() = 'network'"


class ReviewScore(ChildOf("review")):  # type: ignore[misc]
    """One criterion's score, 0 to 4."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="scores")
    criterion = models.CharField(max_length=20, choices=Criterion.choices)
    score = models.PositiveSmallIntegerField()

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="one_score_per_criterion"),
            models.CheckConstraint(condition=Q(score__lte=MAX_SCORE), name="score_at_most_4"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.score}"


class StudyJudgement(ChildOf("review")):  # type: ignore[misc]
    """A reviewer's rating of one study."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="study_judgements")
    item = models.ForeignKey("practices.EvidenceItem", on_delete=models.CASCADE, related_name="+")
    rating = models.CharField(max_length=10, choices=StudyRating.choices)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["review", "item"], name="one_judgement_per_study")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.rating}"


class Adjudication(ChildOf("version")):  # type: ignore[misc]
    """How the Network settled scores and study ratings on which two reviewers differed."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.PROTECT, related_name="adjudications")
    round = models.PositiveSmallIntegerField()
    adjudicator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    scores = models.JSONField()
    study_ratings = models.JSONField(default=dict, blank=True)
    rationale = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["-round"]
        constraints = [
            models.UniqueConstraint(fields=["version", "round"], name="one_adjudication_per_round"),
            models.CheckConstraint(condition=~Q(rationale=""), name="adjudication_gives_reasons"),
        ]

    def __str__(self) -> str:
        return f"adjudication of {self.version_id}"
