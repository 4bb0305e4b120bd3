"""Schemes, terms and countries: what everything in the network is classified by.

Codes are stable. A term is never deleted; it is deprecated and names its replacement
(classification page, section A0).
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from network_site.common.language import pick


class Scheme(models.Model):
    """A controlled vocabulary, such as LAF, the functions of labour administration."""

    code = models.CharField(max_length=12, primary_key=True)
    version = models.CharField(max_length=20)
    labels = models.JSONField()
    source = models.TextField(blank=True)
    single = models.BooleanField(default=False, help_text=_("A record carries one term of this scheme at most."))

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return pick(self.labels) or self.code


class TermQuerySet(models.QuerySet["Term"]):
    def in_use(self) -> TermQuerySet:
        """Terms that may be chosen today."""
        return self.filter(replaced_by__isnull=True, status=Term.Status.CURRENT)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Terms are not deleted. Raises ValidationError; deprecate instead."""
        raise ValidationError(_("A term is never deleted. Deprecate it and name its replacement."))

    def of(self, scheme: str) -> TermQuerySet:
        """Terms of one scheme."""
        return self.filter(scheme_id=scheme)


class Term(models.Model):
    """One concept of a scheme, with its labels in four languages."""

    class Status(models.TextChoices):
        CURRENT = "current", _("current")
        DEPRECATED = "deprecated", _("deprecated")

    code = models.CharField(max_length=24, primary_key=True)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="terms")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField(default=0)
    labels = models.JSONField()
    definition = models.JSONField(default=dict, blank=True)
    extra = models.JSONField(default=dict, blank=True)
    exact_match = models.URLField(blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.CURRENT)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["scheme_id", "position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(replaced_by__isnull=True) | models.Q(status="deprecated"),
                name="only_deprecated_terms_are_replaced",
            ),
            models.CheckConstraint(
                condition=~models.Q(replaced_by=models.F("code")), name="term_does_not_replace_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The label in the interface language."""
        return pick(self.labels) or self.code

    @property
    def statement(self) -> str:
        """What is to be scored, for capability items (scheme DI); otherwise empty."""
        return pick(self.extra.get("statement", {})) or ""

    @property
    def lack(self) -> str:
        """The item as a problem, for capability items (scheme DI); otherwise the label."""
        return pick(self.extra.get("lack", {})) or self.label

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Terms are not deleted. Raises ValidationError; deprecate instead."""
        raise ValidationError(_("A term is never deleted. Deprecate it and name its replacement."))


class CountryQuerySet(models.QuerySet["Country"]):
    def members(self) -> CountryQuerySet:
        """The member states of the network."""
        return self.filter(member=True)


class Country(models.Model):
    """A country of ISO 3166, with the facts that the network needs of it."""

    iso2 = models.CharField(max_length=2, primary_key=True)
    iso3 = models.CharField(max_length=3, unique=True)
    m49 = models.CharField(max_length=3, blank=True)
    names = models.JSONField()
    m49_region = models.CharField(max_length=60, blank=True)
    m49_subregion = models.CharField(max_length=60, blank=True)
    income = models.CharField(max_length=2, blank=True)
    income_year = models.CharField(max_length=20, blank=True)
    income_source = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    subregion = models.CharField(max_length=40, blank=True)
    member = models.BooleanField(default=False)
    oas_status = models.CharField(max_length=20, blank=True)
    smaller_economy = models.BooleanField(default=False)
    languages = models.CharField(max_length=60, blank=True)

    objects = CountryQuerySet.as_manager()

    class Meta:
        ordering = ["iso2"]
        verbose_name_plural = "countries"

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The country's name in the interface language."""
        return pick(self.names) or self.iso2


class ContextFigure(models.Model):
    """One figure about a country's context, with its year and where it was read."""

    country = models.ForeignKey(Country, on_delete=models.CASCADE, related_name="figures")
    item = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    year = models.CharField(max_length=20)
    value = models.CharField(max_length=200)
    unit = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=300)
    place = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["country_id", "item_id", "year"]
        constraints = [
            models.UniqueConstraint(fields=["country", "item", "year", "source"], name="one_figure_per_source_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.country_id} {self.item_id} {self.year}: {self.value} {self.unit}"
