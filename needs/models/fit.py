"""The fit check: whether a published practice fits a need, and what would have to be adapted."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from network_site.common.models import TimestampedModel
from network_site.organizations.tenancy import ChildOf
from network_site.publishing.models import PublishedRecord

from ..enums import FitLight, FitPart, FitStatus, TaskKind


class FitCheck(ChildOf("need"), TimestampedModel):  # type: ignore[misc]
    """One practice, in one published version, held against one need (practices page, section 4.3)."""

    need = models.ForeignKey("needs.Need", on_delete=models.CASCADE, related_name="fit_checks")
    practice = models.ForeignKey(PublishedRecord, on_delete=models.PROTECT, related_name="+")
    practice_version = models.PositiveIntegerField()
    status = models.CharField(max_length=5, choices=FitStatus.choices, default=FitStatus.OPEN)
    lock_version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The distances shown when it was done: item, both values with year and source, distance (needs/context.py).
    context = models.JSONField(default=list, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["need", "practice", "practice_version"], name="one_fit_check_per_version"),
            models.CheckConstraint(condition=Q(status__in=FitStatus.values), name="fit_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.need_id} {self.practice_id}"

    def workflow_root(self) -> tuple[UUID, UUID]:
        """The need's."""
        root: tuple[UUID, UUID] = self.need.workflow_root()
        return root


class FitAnswer(ChildOf("fit_check")):  # type: ignore[misc]
    """One question of a fit check with its light."""

    fit_check = models.ForeignKey(FitCheck, on_delete=models.CASCADE, related_name="answers")
    part = models.CharField(max_length=14, choices=FitPart.choices)
    # Names the question within its part: a number for preconditions, a code of FA for factors, a word else.
    key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    # Words of the practice (its own language); empty where the question is ours.
    statement = models.TextField(blank=True)
    is_must = models.BooleanField(default=False)
    light = models.CharField(max_length=8, choices=FitLight.choices, default=FitLight.UNKNOWN)
    note = models.TextField(_("note"), max_length=1000, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["fit_check", "part", "key"], name="one_light_per_question"),
            models.CheckConstraint(condition=Q(light__in=FitLight.values), name="fit_light_known"),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.key}: {self.light}"


class AdaptationTask(ChildOf("fit_check")):  # type: ignore[misc]
    """What has to be done so that the practice fits; becomes a clause, a risk or a line of the budget."""

    fit_check = models.ForeignKey(FitCheck, on_delete=models.CASCADE, related_name="tasks")
    answer = models.ForeignKey(FitAnswer, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("becomes"), max_length=8, choices=TaskKind.choices, default=TaskKind.CLAUSE)
    text = models.CharField(_("what has to be done"), max_length=500)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["position", "id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="adaptation_task_has_its_text")]

    def __str__(self) -> str:
        return self.text
