"""Schemes, terms and countries: what everything in the network is classified by.

Codes are stable. A term is never deleted; it is deprecated and names its replacement
(classification page, section A0).
"""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from network_site.common.language import CODES, current_language, pick


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
    # Words changed by staff are theirs: loading the files leaves them alone and keeps the files' own beside them.
    edited_at = models.DateTimeField(null=True, blank=True)
    from_file = models.JSONField(default=dict, blank=True)

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


class GlossaryConcept(models.Model):
    """A concept of labour administration: what it means, and what it is called in each language.

    The concept is the same in all languages; its terms are rows of their own, so that a search can
    go from any word in any language to the concept and to its other words.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=60, unique=True)
    definition = models.JSONField()
    source = models.CharField(max_length=300, blank=True)
    # Not shown any more; kept, because the file would bring it back.
    listed = models.BooleanField(default=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The preferred term in the interface language (uses prefetched `terms`)."""
        return pick({code: self.preferred(code) for code in CODES}) or self.code

    def preferred(self, language: str) -> str:
        """The preferred term in a language; empty when there is none."""
        return next(iter(self.words(GlossaryTerm.Kind.PREFERRED, language)), "")

    def words(self, kind: str, language: str = "") -> list[str]:
        """The terms of a kind in a language (else in the interface language), in the order they were given."""
        wanted = language or current_language()
        return [term.text for term in self.terms.all() if term.kind == kind and term.language == wanted]

    @property
    def acronyms(self) -> list[str]:
        """Acronyms in the interface language."""
        return self.words(GlossaryTerm.Kind.ACRONYM)

    @property
    def alternatives(self) -> list[str]:
        """Other words for it in the interface language."""
        return self.words(GlossaryTerm.Kind.ALTERNATIVE)

    @property
    def meaning(self) -> str:
        """The definition in the interface language."""
        return pick(self.definition) or ""


class GlossaryTerm(models.Model):
    """One word for a concept in one language."""

    class Kind(models.TextChoices):
        """Preferred: the word that the Network uses itself."""

        PREFERRED = "preferred", _("preferred term")
        ALTERNATIVE = "alternative", _("other term")
        ACRONYM = "acronym", _("acronym")

    concept = models.ForeignKey(GlossaryConcept, on_delete=models.CASCADE, related_name="terms")
    language = models.CharField(max_length=5)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.CharField(max_length=120)
    # The text in lower case without accents: by this a word is found and told from others.
    folded = models.CharField(max_length=200, db_index=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["language", "kind", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(language__in=CODES), name="glossary_language_known"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["preferred", "alternative", "acronym"]), name="glossary_kind_known"
            ),
            models.UniqueConstraint(
                fields=["concept", "language"],
                condition=models.Q(kind="preferred"),
                name="one_preferred_term_per_concept_and_language",
            ),
            # Two concepts may share another word or an acronym; the word that we use ourselves means one thing.
            models.UniqueConstraint(
                fields=["language", "folded"],
                condition=models.Q(kind="preferred"),
                name="preferred_term_means_one_concept",
            ),
            models.UniqueConstraint(fields=["concept", "language", "folded"], name="a_word_stands_once_for_a_concept"),
        ]

    def __str__(self) -> str:
        return self.text
