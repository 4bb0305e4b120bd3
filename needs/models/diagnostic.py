"""A ministry's diagnostic of itself: 40 items scored from 0 to 4. Nobody outside the ministry reads it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from network_site.common.files import private_path, private_storage
from network_site.common.models import TimestampedModel
from network_site.common.scoping import ActorLike, nobody
from network_site.organizations.tenancy import ChildOf, TenantModel
from network_site.taxonomy.models import Term

from ..enums import MAX_SCORE, DiagnosticKind, DiagnosticStatus


class Diagnostic(TenantModel, TimestampedModel):
    """One round of answers, by several people of one ministry (classification page, A6).

    It cannot be shared: no share, service or role of the Network opens it.
    """

    title = models.CharField(_("title"), max_length=120)
    kind = models.CharField(
        _("who answers"), max_length=10, choices=DiagnosticKind.choices, default=DiagnosticKind.SELF
    )
    status = models.CharField(max_length=10, choices=DiagnosticStatus.choices, default=DiagnosticStatus.OPEN)
    lock_version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=DiagnosticStatus.values), name="diagnostic_status_known"),
            models.CheckConstraint(
                condition=Q(status="open") | Q(finished_at__isnull=False), name="finished_diagnostic_says_when"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        if actor.service or not actor.user_id or not actor.organization_id:
            return nobody()
        return Q(owner_id=actor.organization_id)

    @classmethod
    def read_sql(cls) -> str:
        return "owner_id = enlace_organization()"

    @classmethod
    def write_sql(cls) -> str:
        return cls.read_sql()

    @property
    def is_open(self) -> bool:
        """Whether it is still being answered."""
        return self.status == DiagnosticStatus.OPEN


class Answer(ChildOf("diagnostic")):  # type: ignore[misc]
    """The score of one item, with its reason and its evidence. Unscored while nobody has answered."""

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.CASCADE, related_name="answers")
    item = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    file = models.FileField(_("evidence"), storage=private_storage, upload_to=private_path, blank=True)
    file_name = models.CharField(max_length=200, blank=True, editable=False)
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    lock_version = models.PositiveIntegerField(default=1)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["diagnostic", "item"], name="one_answer_per_item"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__lte=MAX_SCORE), name="diagnostic_score_at_most_4"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.score}"

    @property
    def name(self) -> str:
        """The file's own name, for the download."""
        return self.file_name
