"""What is wanted, and who could be it: needs and projects as they are compared, and candidates from one question.

Candidates are read in two steps: the engine's few hundred as narrow rows, then the published records of those that are
judged to the end. Nothing else of the databank is ever in memory, however large it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from needs.selectors import NeedProfile
from network_site.common.language import CODES
from network_site.publishing.models import Audience, PublishedRecord
from network_site.taxonomy.models import Country, Term

from .. import queries, questions
from ..viewers import Viewer
from .coverage import Asked
from .scoring import FUNDING, HELP, PRACTICE, Place, given

# Whoever has a need belongs to the Network.
MEMBERS = Viewer((Audience.PUBLIC.value, Audience.NETWORK.value))
# So many are compared at most, and so many of those practices in full.
CANDIDATES, IN_FULL = 200, 24
# So much of a need's text is asked for by its words.
LEAD = 400
FUNDING_FORM = "funding"


@dataclass(frozen=True)
class Wanted:
    """A need, or a project, as candidates are compared with it."""

    id: UUID
    owner_id: UUID
    title: str
    # What its words mean.
    text: str
    language: str = "en"
    languages: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)
    functions: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    asked: Asked = field(default_factory=Asked)
    budget_band: str = ""

    @property
    def terms(self) -> tuple[str, ...]:
        """Every term by which it is looked for, what matters most first."""
        return tuple(dict.fromkeys((*self.problems, *self.asked.all, *self.functions, *self.groups)))


def of_profile(profile: NeedProfile) -> Wanted:
    """A need as its own ministry wrote it."""
    return Wanted(
        id=profile.id,
        owner_id=profile.owner_id,
        title=profile.title,
        text=_text(profile.texts, profile.title),
        language=profile.source_language,
        languages=tuple(dict.fromkeys((*profile.languages, profile.source_language))),
        place=Place(profile.country_id or "", profile.income, profile.subregion, profile.is_smaller_economy),
        functions=tuple(profile.functions),
        problems=tuple(profile.problems),
        groups=tuple(profile.groups),
        help=tuple(profile.help),
        asked=Asked(tuple(profile.essential), tuple(profile.useful)),
        budget_band=profile.budget_band,
    )


def _text(texts: Mapping[str, str], title: str) -> str:
    parts = [title, *(texts.get(name, "") for name in ("summary", "problem"))]
    return " ".join(" ".join(parts).split())[:LEAD]


def of_record(record: PublishedRecord, countries: Mapping[str, Country]) -> Wanted:
    """A published need, from its snapshot alone: what those see who are not its ministry."""
    snapshot = record.snapshot
    text = snapshot["texts"][record.source_language]
    terms = by_scheme(snapshot.get("terms") or ())
    asked = snapshot.get("competences") or ()
    return Wanted(
        id=record.pk,
        owner_id=record.owner_id,
        title=record.title,
        text=_text(text, text.get("title", "")),
        language=record.source_language,
        languages=tuple(dict.fromkeys((*(snapshot.get("languages") or ()), record.source_language))),
        place=place_of(countries.get(record.country_id or "")),
        functions=terms["LAF"],
        problems=terms["DI"],
        groups=terms["TG"],
        help=terms["CM"],
        asked=Asked(
            tuple(row["term"] for row in asked if row["essential"]),
            tuple(row["term"] for row in asked if not row["essential"]),
        ),
        budget_band=snapshot.get("budget_band") or "",
    )


def place_of(country: Country | None) -> Place:
    """A country as far as likeness of context goes."""
    if country is None:
        return Place()
    return Place(country.iso2, country.income, country.subregion, country.smaller_economy)


SCHEMES = {"D": "DI", "LAF": "LAF", "TG": "TG", "CM": "CM"}


def by_scheme(terms: Any) -> dict[str, tuple[str, ...]]:
    """Codes by scheme, from a snapshot's list of codes or its codes by scheme."""
    if isinstance(terms, Mapping):
        return {scheme: tuple(terms.get(scheme) or ()) for scheme in SCHEMES.values()}
    found: dict[str, list[str]] = {scheme: [] for scheme in SCHEMES.values()}
    for code in terms:
        scheme = SCHEMES.get("".join(letter for letter in code.partition(".")[0] if letter.isalpha()))
        if scheme:
            found[scheme].append(code)
    return {scheme: tuple(codes) for scheme, codes in found.items()}


# --- Candidates ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """Somebody or something that could be of use, with what is compared."""

    key: str
    family: str
    # Between 0 and 1: how near its words and their meaning are, beside the best of the same question.
    words: float = 0.0
    functions: frozenset[str] = frozenset()
    problems: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    competences: frozenset[str] = frozenset()
    country: str = ""
    languages: frozenset[str] = frozenset()
    evidence_level: int | None = None
    published_on: dt.date | None = None
    # None while only the narrow row is known.
    record: PublishedRecord | None = None

    @property
    def snapshot(self) -> Mapping[str, Any]:
        return self.record.snapshot if self.record is not None else {}

    @property
    def form(self) -> str:
        """What an offer is: funding, advice, expert, visit; empty for a practice."""
        return str(self.snapshot.get("form", ""))


def practices(wanted: Wanted, *, limit: int = CANDIDATES, viewer: Viewer = MEMBERS) -> list[Candidate]:
    """Practices that carry a term or speak of it, as narrow rows."""
    found = queries.near(question(wanted, ("practice",), limit=limit, viewer=viewer))
    best = max((one.score for one in found), default=0.0) or 1.0
    return [_practice(one, best) for one in found]


def offers(wanted: Wanted, *, limit: int = CANDIDATES, viewer: Viewer = MEMBERS) -> list[Candidate]:
    """Offers: of help those that carry a term or speak of it; of money all there are, the newest first.

    Funders fund themes, not words, and a rule must not be missed because nobody wrote the same word.
    """
    found = {one.key: one.score for one in queries.near(question(wanted, ("offer",), limit=limit, viewer=viewer))}
    best = max(found.values(), default=0.0) or 1.0
    live = PublishedRecord.objects.live().of_kind("offer").filter(audience__in=viewer.audiences)
    helping = live.filter(pk__in=_uuids(found)).exclude(snapshot__form=FUNDING_FORM)
    paying = live.filter(snapshot__form=FUNDING_FORM).order_by("-published_at", "pk")[:limit]
    rows = [
        *helping.select_related("owner", "country").defer("search_text"),
        *paying.select_related("owner", "country").defer("search_text"),
    ]
    return [offer(record, found.get(str(record.pk), 0.0) / best) for record in rows]


def question(wanted: Wanted, kinds: Sequence[str], *, limit: int, viewer: Viewer = MEMBERS) -> Any:
    """The one question for candidates of these kinds."""
    terms = Term.objects.in_bulk(list(wanted.terms))
    labels = [_labels(terms[code]) for code in wanted.terms if code in terms]
    return questions.near(labels, wanted.text, language=wanted.language, viewer=viewer, kinds=kinds, limit=limit)


def _labels(term: Term) -> dict[str, str]:
    return {code: term.labels[code] for code in CODES if term.labels.get(code)}


def _practice(one: queries.Near, best: float) -> Candidate:
    facets = one.facets
    problems = facets.get("problem", frozenset())
    return Candidate(
        key=one.key,
        family=PRACTICE,
        words=one.score / best,
        functions=facets.get("theme", frozenset()),
        problems=problems,
        groups=facets.get("group", frozenset()),
        # Without the broader terms that stand above the given ones: these would cover everything below them.
        competences=given(problems),
        country=next(iter(facets.get("country", ())), ""),
        languages=facets.get("language", frozenset()),
        evidence_level=one.evidence_level,
        published_on=one.published_at.date(),
    )


def offer(record: PublishedRecord, words: float = 0.0) -> Candidate:
    """A published offer as it is compared."""
    snapshot = record.snapshot
    terms = by_scheme(snapshot.get("terms") or ())
    competences = frozenset(row["term"] for row in snapshot.get("competences") or ())
    return Candidate(
        key=str(record.pk),
        family=FUNDING if snapshot.get("form") == FUNDING_FORM else HELP,
        words=words,
        functions=frozenset(terms["LAF"]),
        problems=frozenset(terms["DI"]) | competences,
        groups=frozenset(terms["TG"]),
        competences=competences,
        country=record.country_id or "",
        languages=frozenset(snapshot.get("languages") or ()),
        published_on=record.published_at.date(),
        record=record,
    )


def in_full(candidates: Sequence[Candidate]) -> list[Candidate]:
    """These candidates with their records; those whose record has gone drop out. One query."""
    records = _records([one.key for one in candidates if one.record is None], PRACTICE)
    full = [one if one.record else replace(one, record=records.get(one.key)) for one in candidates]
    return [one for one in full if one.record is not None]


def _records(keys: Collection[str] | Iterable[str], kind: str) -> dict[str, PublishedRecord]:
    ids = _uuids(keys)
    rows = PublishedRecord.objects.live().of_kind(kind).filter(pk__in=ids).select_related("owner", "country")
    return {str(row.pk): row for row in rows.defer("search_text")} if ids else {}


def _uuids(keys: Iterable[str]) -> list[UUID]:
    return [UUID(key) for key in keys]
