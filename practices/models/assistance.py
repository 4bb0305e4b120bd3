"""The Network writes with a ministry: who asked, who helps, and what nobody in the ministry has confirmed yet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.organizations.tenancy import ChildOf


class Assistance(ChildOf("version")):  # type: ignore[misc]
    """A ministry asked the Network to write with it; until it ends, one specialist may write in the draft."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="assistances")
    reason = models.TextField(_("reason"), max_length=1000)
    languages = models.JSONField(_("languages"), default=list)
    call_when = models.CharField(_("when to call"), max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    specialist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    end_note = models.TextField(blank=True, max_length=1000)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(ended_at__isnull=True), name="one_open_assistance_per_version"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(specialist__isnull=False),
                name="accepted_assistance_has_a_name",
            ),
        ]

    def __str__(self) -> str:
        return f"assistance for {self.version_id}"

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    @property
    def is_accepted(self) -> bool:
        """Whether somebody of the Network writes now."""
        return self.is_open and self.accepted_at is not None


class ProposedField(ChildOf("version")):  # type: ignore[misc]
    """An answer that the Network wrote for a ministry; open until the ministry confirms or changes it."""

    version = models.ForeignKey("practices.PracticeVersion", on_delete=models.CASCADE, related_name="proposed_fields")
    # A column of the version, a scheme of terms (LAF), or a group of rows (outcomes): see enums.QUESTIONS.
    name = models.CharField(max_length=40)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="one_proposal_per_field"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.version_id}"
