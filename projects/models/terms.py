"""The parts of the Terms of Reference. Every value knows where it came from and whether a person has read it."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from network_site.organizations.tenancy import ChildOf

from ..enums import BudgetCategory, BudgetSource, Degree, Level, Measure, Origin, Proposal, Section


class Part(ChildOf("project")):  # type: ignore[misc]
    """A value of the Terms of Reference with its origin (funding page, 3.1)."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE)
    position = models.PositiveSmallIntegerField(default=0)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.PERSON)
    # What is cited: {"label", "url", "code", "version", "field", "source"}; a citation stays with accepted text.
    citation = models.JSONField(default=dict, blank=True)
    proposal = models.CharField(max_length=8, choices=Proposal.choices, default=Proposal.EDITED)

    class Meta:
        abstract = True
        ordering = ["position", "id"]
        base_manager_name = "objects"
        default_manager_name = "objects"

    @property
    def is_unread(self) -> bool:
        """Filled in by the program, and nobody has read it."""
        return self.proposal == Proposal.PROPOSED


class Dismissed(ChildOf("project")):  # type: ignore[misc]
    """A proposal that a person took out: its key is remembered, so that it is never made again."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="dismissed")
    # The key of the proposal's citation (projects/autofill.py).
    key = models.CharField(max_length=120)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="one_refusal_per_proposal")]

    def __str__(self) -> str:
        return self.key


class Text(Part):
    """One text field of a section; keys and their sections stand in projects/outline.py."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="text_parts")
    section = models.CharField(max_length=16, choices=Section.choices)
    key = models.CharField(max_length=40)
    text = models.TextField(blank=True, max_length=8000)

    class Meta(Part.Meta):
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="one_text_per_key")]

    def __str__(self) -> str:
        return f"{self.section}.{self.key}"


class ResultRow(Part):
    """One row of the results matrix (funding page, 3.2)."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="results")
    level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    code = models.CharField(_("number"), max_length=12)
    statement = models.CharField(_("result"), max_length=400)
    indicator = models.CharField(_("indicator"), max_length=300, blank=True)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    measure = models.CharField(_("kind of measure"), max_length=1, choices=Measure.choices, default=Measure.UNIT)
    ascending = models.BooleanField(_("more is better"), default=True)
    baseline = models.DecimalField(_("before"), max_digits=18, decimal_places=4, null=True, blank=True)
    baseline_year = models.PositiveSmallIntegerField(_("year before"), null=True, blank=True)
    baseline_source = models.CharField(_("source of it"), max_length=300, blank=True)
    baseline_missing = models.CharField(_("no value before, because"), max_length=300, blank=True)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=4, null=True, blank=True)
    target_text = models.CharField(_("target in words"), max_length=300, blank=True)
    verification = models.CharField(_("how it is verified"), max_length=300, blank=True)
    assumption = models.CharField(_("assumption"), max_length=300, blank=True)

    class Meta(Part.Meta):
        constraints = [
            models.UniqueConstraint(fields=["project", "code"], name="one_result_per_number"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="result_level_known"),
            models.CheckConstraint(condition=~Q(statement=""), name="result_has_its_statement"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.statement}"


class Target(ChildOf("result")):  # type: ignore[misc]
    """What is to be reached by the end of a period."""

    result = models.ForeignKey(ResultRow, on_delete=models.CASCADE, related_name="targets")
    ends_on = models.DateField(_("by"))
    value = models.DecimalField(_("target"), max_digits=18, decimal_places=4, null=True, blank=True)
    text = models.CharField(max_length=300, blank=True)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["ends_on"]
        constraints = [models.UniqueConstraint(fields=["result", "ends_on"], name="one_target_per_date")]

    def __str__(self) -> str:
        return f"{self.ends_on}: {self.value}"


class BudgetLine(Part):
    """One line of the budget (funding page, 3.3). The amount is computed, never typed."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="budget")
    # Code of the component (an outcome) or product of the results matrix that it pays for.
    component = models.CharField(_("component"), max_length=12, blank=True)
    category = models.CharField(_("category"), max_length=14, choices=BudgetCategory.choices)
    description = models.CharField(_("what for"), max_length=300)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    quantity = models.DecimalField(
        _("quantity"), max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    unit_cost = models.DecimalField(
        _("cost of one"), max_digits=18, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    currency = models.CharField(_("currency"), max_length=3)
    # Units of the project's currency for one unit of this one; 1 where they are the same.
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8, default=Decimal(1))
    rate_on = models.DateField(_("day of the rate"), null=True, blank=True)
    rate_source = models.CharField(_("source of the rate"), max_length=120, blank=True)
    source = models.CharField(_("paid by"), max_length=20, choices=BudgetSource.choices, default=BudgetSource.REQUESTED)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(Part.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="budget_quantity_positive"),
            models.CheckConstraint(condition=Q(unit_cost__gte=0), name="budget_cost_not_negative"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="budget_rate_positive"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="budget_currency_is_iso"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="budget_period_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.description}: {self.currency} {self.amount}"

    @property
    def amount(self) -> Decimal:
        """Quantity times cost, in the line's own currency."""
        return (self.quantity * self.unit_cost).quantize(Decimal("0.01"))

    @property
    def converted(self) -> Decimal:
        """The amount in the project's currency."""
        return (self.quantity * self.unit_cost * self.rate).quantize(Decimal("0.01"))


class Activity(Part):
    """A line of the quarterly plan: which quarters, counted from the start, it takes."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="activities")
    component = models.CharField(_("component"), max_length=12, blank=True)
    title = models.CharField(_("activity"), max_length=200)
    first_quarter = models.PositiveSmallIntegerField(_("first quarter"))
    last_quarter = models.PositiveSmallIntegerField(_("last quarter"))
    responsible = models.CharField(_("who"), max_length=200, blank=True)

    class Meta(Part.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(first_quarter__gte=1) & Q(last_quarter__gte=F("first_quarter")) & Q(last_quarter__lte=80),
                name="activity_quarters_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Risk(Part):
    """What can go wrong, and who does what about it."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="risks")
    statement = models.CharField(_("risk"), max_length=500)
    probability = models.CharField(_("probability"), max_length=6, choices=Degree.choices, default=Degree.MEDIUM)
    impact = models.CharField(_("impact"), max_length=6, choices=Degree.choices, default=Degree.MEDIUM)
    mitigation = models.CharField(_("what is done about it"), max_length=500, blank=True)
    responsible = models.CharField(_("who"), max_length=200, blank=True)

    class Meta(Part.Meta):
        constraints = [models.CheckConstraint(condition=~Q(statement=""), name="risk_has_its_statement")]

    def __str__(self) -> str:
        return self.statement


class Assignment(Part):
    """The terms of reference of one assignment (section 9)."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="assignments")
    title = models.CharField(_("assignment"), max_length=200)
    component = models.CharField(_("component"), max_length=12, blank=True)
    objective = models.TextField(_("objective"), max_length=1500, blank=True)
    tasks = models.TextField(_("tasks"), max_length=3000, blank=True)
    deliverables = models.TextField(_("what is delivered, and when"), max_length=2000, blank=True)
    profile = models.TextField(_("who is wanted"), max_length=1500, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    days = models.PositiveSmallIntegerField(_("working days"), null=True, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=2, null=True, blank=True)

    def __str__(self) -> str:
        return self.title


class ProcurementItem(Part):
    """One purchase of the procurement plan (section 11)."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="procurement")
    component = models.CharField(_("component"), max_length=12, blank=True)
    item = models.CharField(_("what is bought"), max_length=200)
    kind = models.CharField(_("kind"), max_length=14, choices=BudgetCategory.choices)
    method = models.CharField(_("method"), max_length=120, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    planned_on = models.DateField(_("planned for"), null=True, blank=True)

    def __str__(self) -> str:
        return self.item
