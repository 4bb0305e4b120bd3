"""Execution: the agreement, its periods, reports on results, amendments."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.models import TimestampedModel
from network_site.organizations.tenancy import ChildOf

from ..enums import UpdateStatus
from .terms import ResultRow


class Agreement(ChildOf("project")):  # type: ignore[misc]
    """What was signed: with which agency, from when to when."""

    project = models.OneToOneField("projects.Project", on_delete=models.CASCADE, related_name="agreement")
    agency = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agency_name = models.CharField(_("executing agency"), max_length=200)
    signed_on = models.DateField(_("signed on"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    document = models.ForeignKey("projects.Annex", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="agreement_dates_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.agency_name}"


class Period(ChildOf("project")):  # type: ignore[misc]
    """A reporting period. It closes when its report is approved; a correction is a new report with a reason."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="periods")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="one_period_per_number"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")) & Q(due_on__gte=F("ends_on")), name="period_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.number}"


class Update(ChildOf("project"), TimestampedModel):  # type: ignore[misc]
    """A report on one period; whoever reports does not approve (funding page, section 2)."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="updates")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=8, choices=UpdateStatus.choices, default=UpdateStatus.DRAFT)
    lock_version = models.PositiveIntegerField(default=1)
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    narrative = models.TextField(_("what happened"), max_length=4000, blank=True)
    difficulties = models.TextField(_("what went wrong"), max_length=4000, blank=True)
    reason = models.CharField(_("why it is corrected"), max_length=500, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["period__number", "version"]
        constraints = [
            models.UniqueConstraint(fields=["period", "version"], name="one_report_per_version"),
            models.UniqueConstraint(
                fields=["period"], condition=Q(status="approved"), name="one_approved_report_per_period"
            ),
            models.UniqueConstraint(
                fields=["period"], condition=Q(status__in=["draft", "pending", "returned"]),
                name="one_report_in_work_per_period",
            ),
            models.CheckConstraint(condition=Q(status__in=UpdateStatus.values), name="report_status_known"),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("reporter")), name="reporter_does_not_approve"
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | (Q(approver__isnull=False) & Q(approved_at__isnull=False)),
                name="approved_report_says_by_whom",
            ),
            models.CheckConstraint(condition=Q(version=1) | ~Q(reason=""), name="correction_gives_its_reason"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.period_id} version {self.version}"

    def workflow_root(self) -> tuple[UUID, UUID]:
        """The project's."""
        root: tuple[UUID, UUID] = self.project.workflow_root()
        return root

    @classmethod
    def write_sql(cls) -> str:
        """Whoever writes the project, and the executing agency, which writes reports and nothing else."""
        project = cls.parent_model()
        agency = f"""enlace_shared("{project._meta.db_table}".id, ARRAY['execution'])"""
        return cls._through_parent(f" AND (({project.write_sql()}) OR {agency})")


class Value(ChildOf("update")):  # type: ignore[misc]
    """What is reported of one result: a number (a true zero too), words, or that it was not measured and why."""

    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="values")
    result = models.ForeignKey(ResultRow, on_delete=models.PROTECT, related_name="+")
    # "" for the whole; "sex:f" and the like for a part of it.
    dimension = models.CharField(max_length=40, blank=True)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4, null=True, blank=True)
    text = models.CharField(_("in words"), max_length=1000, blank=True)
    not_measured = models.CharField(_("not measured, because"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["update", "result", "dimension"], name="one_value_per_result"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(not_measured=""), name="measured_or_not_but_never_both"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result_id}: {self.value}"


class Amendment(ChildOf("project")):  # type: ignore[misc]
    """A change of a running project's matrix, budget or dates: what it was, what it is, and why."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="amendments")
    edition = models.PositiveIntegerField()
    reason = models.TextField(max_length=2000)
    changes = models.JSONField(default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["edition"]
        constraints = [
            models.UniqueConstraint(fields=["project", "edition"], name="one_amendment_per_edition"),
            models.CheckConstraint(condition=~Q(reason=""), name="amendment_gives_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.edition}"


class Candidate(ChildOf("project")):  # type: ignore[misc]
    """The practice that was opened from what came of a project: one at most."""

    project = models.OneToOneField("projects.Project", on_delete=models.CASCADE, related_name="candidate")
    practice = models.ForeignKey("practices.Practice", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.project_id} {self.practice_id}"
