"""Who took a published practice over, what was changed, and what came of it. Public, also where it failed."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.taxonomy.models import Country

from ..enums import AdaptationResult


class Adaptation(models.Model):
    """One adaptation of a practice by somebody else, told by the project that made it. Written by services alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    origin = models.ForeignKey("publishing.PublishedRecord", on_delete=models.PROTECT, related_name="adaptations")
    origin_version = models.PositiveIntegerField()
    country = models.ForeignKey(Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    organization = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    # The public record of the project; a later one of the same project changes this entry.
    project = models.OneToOneField("publishing.PublishedRecord", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=5)
    changed = models.TextField(_("what was changed, and why"), max_length=2000)
    result = models.CharField(_("what came of it"), max_length=8, choices=AdaptationResult.choices)
    is_verified = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=Q(result__in=AdaptationResult.values), name="adaptation_result_known"),
            models.CheckConstraint(condition=~Q(changed=""), name="adaptation_says_what_was_changed"),
            models.CheckConstraint(condition=~Q(origin=models.F("project")), name="adaptation_is_of_another_record"),
        ]

    def __str__(self) -> str:
        return f"{self.origin_id} in {self.project_id}"
