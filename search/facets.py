"""The facets: how a result is narrowed, and what their values are called."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.common.language import CODES, fold, language_name
from network_site.organizations.enums import OrganizationKind
from network_site.publishing.selectors import Facet, Option
from network_site.taxonomy.models import Country, Term

from .kinds import kinds

Labels = Callable[[Collection[str]], Mapping[str, str]]


@dataclass(frozen=True)
class FacetType:
    """A facet: its title, and the labels of its values in the reader's language."""

    name: str
    title: Any
    labels: Labels
    # Values that have an order of their own are not sorted by how many there are.
    is_ordered: bool = False


def _terms(values: Collection[str]) -> Mapping[str, str]:
    return {code: term.label for code, term in Term.objects.only("labels").in_bulk(list(values)).items()}


def _lacks(values: Collection[str]) -> Mapping[str, str]:
    return {code: term.lack for code, term in Term.objects.in_bulk(list(values)).items()}


def _countries(values: Collection[str]) -> Mapping[str, str]:
    return {code: country.name for code, country in Country.objects.in_bulk(list(values)).items()}


def _levels(values: Collection[str]) -> Mapping[str, str]:
    labels = {term.pk: term.label for term in Term.objects.of("EV")}
    return {value: f"{value} {labels.get(f'EV{value}', '')}".strip() for value in values if value in "012345"}


def _languages(values: Collection[str]) -> Mapping[str, str]:
    return {code: language_name(code) for code in values if code in CODES}


def _organization_kinds(values: Collection[str]) -> Mapping[str, str]:
    return {value: str(label) for value, label in OrganizationKind.choices if value in values}


def _sections(values: Collection[str]) -> Mapping[str, str]:
    words = {"text": _("Pages"), "news": _("News"), "publication": _("Publications"), "country": _("Countries")}
    return {value: words[value] for value in values if value in words}


def _kinds(values: Collection[str]) -> Mapping[str, str]:
    return {name: str(kind.label) for name, kind in kinds.items() if name in values}


FACETS: dict[str, FacetType] = {
    facet.name: facet
    for facet in (
        FacetType("kind", gettext_lazy("Kind"), _kinds, is_ordered=True),
        FacetType("theme", gettext_lazy("Function"), _terms),
        FacetType("country", gettext_lazy("Country"), _countries),
        FacetType("group", gettext_lazy("People served"), _terms),
        FacetType("evidence", gettext_lazy("Evidence"), _levels, is_ordered=True),
        FacetType("measure", gettext_lazy("Kind of measure"), _terms),
        FacetType("sector", gettext_lazy("Sector"), _terms),
        FacetType("problem", gettext_lazy("Problem"), _lacks),
        FacetType("provenance", gettext_lazy("Where it comes from"), _terms),
        FacetType("organization", gettext_lazy("Kind of institution"), _organization_kinds),
        FacetType("section", gettext_lazy("Part of the site"), _sections),
        FacetType("language", gettext_lazy("Language of the text"), _languages),
    )
}


@dataclass(frozen=True)
class Counted:
    """The values of a facet with how many things have each, and those that were chosen."""

    name: str
    counts: Mapping[str, int]
    chosen: Collection[str]

    @property
    def values(self) -> set[str]:
        return {*self.counts, *self.chosen}


def shown(counted: Sequence[Counted]) -> tuple[Facet, ...]:
    """Facets with their options: counted values, and chosen ones that nothing has. Without a label they are left out.

    The names of terms are read for all facets at once: a search has five facets of them.
    """
    terms = _terms(set().union(*(one.values for one in counted if FACETS[one.name].labels is _terms)))
    return tuple(_shown(one, terms) for one in counted)


def _shown(counted: Counted, terms: Mapping[str, str]) -> Facet:
    facet = FACETS[counted.name]
    labels = terms if facet.labels is _terms else facet.labels(counted.values)
    options = [
        Option(value, labels[value], counted.counts.get(value, 0), value in counted.chosen)
        for value in {**counted.counts, **dict.fromkeys(counted.chosen, 0)}
        if value in labels
    ]
    if facet.is_ordered:
        order = {value: number for number, value in enumerate([name for name, _kind in kinds.items()])}
        options.sort(key=lambda one: (order.get(one.value, 99), one.value))
    else:
        options.sort(key=lambda one: (-one.count, fold(one.label)))
    return Facet(counted.name, str(facet.title), options)
