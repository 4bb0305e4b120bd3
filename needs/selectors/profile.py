"""A need as matching reads it: plain values, no row of the database."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ..enums import OPEN
from ..models import Need
from ..models.need import LIMITS


@dataclass(frozen=True)
class NeedProfile:
    """What is looked for, in codes and words."""

    id: UUID
    owner_id: UUID
    # Empty for fictional ministries, which are of no country.
    country_id: str
    income: str
    subregion: str
    languages: tuple[str, ...]
    source_language: str
    title: str
    texts: dict[str, str]
    functions: tuple[str, ...]
    problems: tuple[str, ...]
    groups: tuple[str, ...]
    help: tuple[str, ...]
    essential: tuple[str, ...]
    useful: tuple[str, ...]
    budget_band: str
    constraints: str
    audience: str
    is_smaller_economy: bool


def need_profile(need: Need) -> NeedProfile:
    """A need's codes and words, read once (three queries at most)."""
    schemes: dict[str, list[str]] = {}
    for row in need.need_terms.select_related("term").order_by("term__position", "term_id"):
        schemes.setdefault(row.term.scheme_id, []).append(row.term_id)
    competences = list(need.competences.order_by("term__position", "term_id").values_list("term_id", "is_essential"))
    country = need.country
    return NeedProfile(
        id=need.pk,
        owner_id=need.owner_id,
        country_id=need.country_id or "",
        income=country.income if country else "",
        subregion=country.subregion if country else "",
        languages=tuple(need.languages),
        source_language=need.source_language,
        title=need.title,
        texts={name: getattr(need, name) for name in LIMITS if getattr(need, name)},
        functions=tuple(schemes.get("LAF", ())),
        problems=tuple(schemes.get("DI", ())),
        groups=tuple(schemes.get("TG", ())),
        help=tuple(schemes.get("CM", ())),
        essential=tuple(code for code, is_essential in competences if is_essential),
        useful=tuple(code for code, is_essential in competences if not is_essential),
        budget_band=need.budget_band,
        constraints=need.constraints,
        audience=need.audience,
        is_smaller_economy=bool(country and country.smaller_economy),
    )


def open_needs() -> object:
    """Needs for which help is looked for (for the service "matcher"; others see what they may read)."""
    return Need.objects.filter(status__in=[*OPEN]).select_related("country", "owner").order_by("created_at", "pk")
