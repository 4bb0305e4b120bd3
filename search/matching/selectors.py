"""What a page of matches shows: the same facts for a reader and as JSON, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from needs.models import Need
from network_site.organizations.actor import Actor
from network_site.publishing.models import PublishedRecord
from network_site.taxonomy.models import Country, Term
from projects.models import Project

from .. import queries
from ..models import Family, Match, MatchNote, Opinion, Standing
from ..models.entries import entry_id
from ..models.matching import PLACES
from . import asking, judging, permissions, words
from .coverage import Asked, Coverage
from .judging import Judged

# So many needs are compared with one's own offers.
NEEDS = 100


@dataclass
class Shown:
    """One match as it is shown."""

    match: Match
    title: str
    url: str
    small: str
    language: str
    points: list[dict[str, Any]]
    rules: list[dict[str, Any]]
    covered: list[str]
    missing: list[str]
    confidence: str
    risks: list[str]
    tag: dict[str, Any]
    notes: list[MatchNote] = field(default_factory=list)
    is_demo: bool = False

    @property
    def place(self) -> MatchNote | None:
        """Pinned or hidden by hand."""
        return next((note for note in self.notes if note.opinion in PLACES), None)

    @property
    def is_pinned(self) -> bool:
        return self.place is not None and self.place.opinion == Opinion.PIN

    @property
    def is_hidden(self) -> bool:
        return self.place is not None and self.place.opinion == Opinion.HIDE

    @property
    def coverage(self) -> dict[str, Any]:
        return self.match.coverage

    @property
    def covered_count(self) -> int:
        return len(self.coverage.get("covered", ()))

    @property
    def asked_count(self) -> int:
        return len(self.coverage.get("asked", ()))

    def opinion_of(self, actor: Actor) -> str:
        """What this reader said of it: useful, useless, or nothing."""
        return next(
            (note.opinion for note in self.notes if note.opinion not in PLACES and note.made_by_id == actor.user_id), ""
        )


@dataclass
class Page:
    """All matches of one need or project."""

    shown: list[Shown]
    terms: Mapping[str, Term]
    asked: Asked
    computed_at: Any = None

    def of(self, family: str) -> list[Shown]:
        """Matches of a family that are not hidden; pinned ones first, then by score."""
        found = [
            one
            for one in self.shown
            if one.match.family == family
            and not one.is_hidden
            and (one.match.standing == Standing.MATCH or one.is_pinned)
        ]
        return sorted(found, key=lambda one: not one.is_pinned)

    @property
    def hidden(self) -> list[Shown]:
        return [one for one in self.shown if one.is_hidden]

    @property
    def counts(self) -> list[tuple[str, Any, int]]:
        """Families with their labels and how many matches each has."""
        return [(value, label, len(self.of(value))) for value, label in Family.choices]

    def why_not(self) -> list[dict[str, Any]]:
        """What was looked at and is no match, with what would change it; unknown is never a no."""
        items = []
        for one in self.shown:
            if one.is_hidden or one.is_pinned or one.match.standing in (Standing.MATCH, Standing.GONE):
                continue
            items += [{"title": one.title, "text": text, "url": one.url, **more} for text, more in _refusals(one)]
        return items

    def partners(self) -> tuple[list[Shown], Coverage] | None:
        """Who could help together, though each of them covers less than half."""
        members = [one for one in self.shown if one.match.in_proposal and not one.is_hidden]
        if len(members) < 2:
            return None
        return members, self.together(members)

    def together(self, some: Iterable[Shown]) -> Coverage:
        """What some of them cover between them."""
        covered = {code for one in some for code in one.coverage.get("covered", ())}
        return Coverage(self.asked, tuple(code for code in self.asked.all if code in covered))

    def gaps(self) -> list[dict[str, Any]]:
        """Each competence that the first practice or the first helper lacks: where it is missing, and who has it."""
        best = [*self.of(Family.PRACTICE)[:1], *self.of(Family.HELP)[:1]]
        others = {
            str(one.match.record_id): one for one in self.shown if not one.is_hidden and one.match.verdict != "not"
        }
        rows = []
        for code in self.asked.all:
            has = [one for one in others.values() if code in one.coverage.get("covered", ())]
            lacking = [one for one in best if code not in one.coverage.get("covered", ())]
            if not lacking and best:
                continue
            rows.append(
                {
                    "term": self.terms.get(code),
                    "is_essential": code in self.asked.essential,
                    "is_nowhere": not has,
                    "missing_in": lacking if has else [],
                    "by": has[:3],
                }
            )
        return rows


def _refusals(one: Shown) -> list[tuple[str, dict[str, Any]]]:
    from django.utils.translation import gettext as _

    wrong = [rule for rule in one.rules if rule["outcome"] == "fail"]
    if wrong:
        return [(rule["why"], {"state": "no", "change": rule["change"]}) for rule in wrong]
    if one.match.standing == Standing.UNKNOWN:
        text = _("It does not say what it can do.")
        return [(text, {"state": "unknown", "change": _("a list of its competences")})]
    text = _("Covers %(covered)s of %(of)s competences, less than half or not all essential ones.") % {
        "covered": one.covered_count,
        "of": one.asked_count,
    }
    return [(text, {"state": "no", "change": _("a partner who covers the rest")})]


# --- Reading ---------------------------------------------------------------------------------


def page_of_need(need: Need) -> Page:
    """The matches of a need that the actor reads."""
    competences = list(need.competences.order_by("term__position", "term_id").values_list("term_id", "is_essential"))
    asked = Asked(
        tuple(code for code, is_essential in competences if is_essential),
        tuple(code for code, is_essential in competences if not is_essential),
    )
    return _page(Match.objects.filter(need=need), asked)


def page_of_project(project: Project) -> Page:
    """The offers for a project that the actor reads."""
    return _page(Match.objects.filter(project=project), Asked())


def best_of(matches: Any, count: int = 3) -> list[Shown]:
    """The first matches, for a panel."""
    found = matches.filter(standing=Standing.MATCH).order_by("-score", "family", "id")
    hidden = MatchNote.objects.filter(opinion=Opinion.HIDE).values("match_id")
    return _shown(list(found.exclude(pk__in=hidden).select_related("record__owner", "record__country")[:count]), {}, {})


def _page(matches: Any, asked: Asked) -> Page:
    rows = list(matches.select_related("record__owner", "record__country").order_by("-score", "id"))
    notes: dict[UUID, list[MatchNote]] = {}
    for note in MatchNote.objects.filter(match__in=rows).select_related("organization"):
        notes.setdefault(note.match_id, []).append(note)
    terms = Term.objects.in_bulk(sorted({*asked.all, *(code for row in rows for code in _codes(row))}))
    return Page(
        shown=_shown(rows, terms, notes),
        terms=terms,
        asked=asked,
        computed_at=max((row.computed_at for row in rows), default=None),
    )


def _codes(row: Match) -> Iterable[str]:
    yield from row.coverage.get("asked", ())
    for reason in row.reasons:
        for name in ("same", "near"):
            yield from (reason.get("data") or {}).get(name, ())


def _shown(rows: Sequence[Match], terms: Mapping[str, Term], notes: Mapping[UUID, list[MatchNote]]) -> list[Shown]:
    ids = {row.pk: entry_id(row.record.kind, str(row.record_id)) for row in rows}
    hits = {hit.id: hit for hit in queries.shown(list(ids.values()), asking.MEMBERS)}
    found = []
    for row in rows:
        hit = hits.get(ids[row.pk])
        record = row.record
        covered = row.coverage.get("covered", ())
        found.append(
            Shown(
                match=row,
                title=hit.title if hit else record.title,
                url=hit.url if hit else "",
                language=hit.language if hit else record.source_language,
                small=_small(record),
                points=[{"points": one["points"], "text": words.reason(one, terms)} for one in row.reasons],
                rules=[words.rule(one) for one in row.rules],
                covered=[terms[code].label for code in covered if code in terms],
                missing=[terms[one["term"]].label for one in row.missing if one["term"] in terms],
                confidence=words.confidence(row.confidence, row.gaps),
                risks=[str(words.RISKS[name]) for name in row.risks if name in words.RISKS],
                tag=words.verdict_tag(row.verdict),
                notes=notes.get(row.pk, []),
                is_demo=record.is_demo,
            )
        )
    return found


def _small(record: PublishedRecord) -> str:
    country = record.country.name if record.country else ""
    return " · ".join(part for part in (country, record.owner.name) if part)


# --- As JSON ---------------------------------------------------------------------------------


def as_json(page: Page) -> dict[str, Any]:
    """The page for a program: codes and sentences, the points that sum to each score, and the weights' version."""
    return {
        "computed_at": page.computed_at.isoformat() if page.computed_at else None,
        "competences": {"essential": list(page.asked.essential), "useful": list(page.asked.useful)},
        "matches": [
            {
                "id": str(one.match.pk),
                "record": {"code": one.match.record.code, "kind": one.match.record.kind, "title": one.title,
                           "url": one.url},
                "version": one.match.record_version,
                "family": one.match.family,
                "standing": one.match.standing,
                "verdict": one.match.verdict,
                "score": one.match.score,
                "reasons": [
                    {"name": kept["name"], "of": kept["of"], **point}
                    for kept, point in zip(one.match.reasons, one.points, strict=True)
                ],
                "confidence": {"percent": one.match.confidence, "not_known": one.match.gaps},
                "rules": [
                    {**rule, "stated_on": rule["stated_on"].isoformat() if rule["stated_on"] else None}
                    for rule in one.rules
                ],
                "coverage": one.match.coverage,
                "missing": one.match.missing,
                "risks": one.match.risks,
                "in_proposal": one.match.in_proposal,
                "pinned": one.is_pinned,
                "hidden": one.is_hidden,
                "weights": one.match.weights,
                "computed_at": one.match.computed_at.isoformat(),
            }
            for one in page.shown
        ],
    }  # fmt: skip


# --- For those who offer ---------------------------------------------------------------------


@dataclass(frozen=True)
class Fitting:
    """A published need that an own offer fits."""

    need: PublishedRecord
    url: str
    offer: PublishedRecord
    judged: Judged
    points: list[dict[str, Any]]
    tag: dict[str, Any]


def help_i_could_give(actor: Actor, *, limit: int = 20) -> list[Fitting]:
    """Published needs that the actor's published offers fit, best first: from the public plane alone.

    What is known of a need here is what everybody in the Network reads; matches themselves are the ministry's.
    """
    if not permissions.can_help(actor):
        return []
    offers = list(
        PublishedRecord.objects.live().of_kind("offer").filter(owner=actor.organization_id).select_related("owner")
    )
    if not offers:
        return []
    candidates = [asking.offer(row) for row in offers]
    needs = _needs_for(candidates, actor)
    codes = {need.country_id for need in needs if need.country_id}
    countries = Country.objects.in_bulk(sorted(codes | {row.country_id for row in offers if row.country_id}))
    found: list[tuple[PublishedRecord, Judged]] = []
    background: judging.Background | None = None
    for need in needs:
        wanted = asking.of_record(need, countries)
        if background is None:
            background = judging.Background.of(candidates, wanted)
        judged = [judging.judge(wanted, one, judging.with_countries(background, countries)) for one in candidates]
        best = max((one for one in judged if one.place == judging.MATCH), key=lambda one: one.score, default=None)
        if best is not None and best.score >= judging.LEAST:
            found.append((need, best))
    found.sort(key=lambda pair: (-pair[1].score, pair[0].number))
    return _fitting(found[:limit])


def _needs_for(candidates: Sequence[asking.Candidate], actor: Actor) -> list[PublishedRecord]:
    rows = PublishedRecord.objects.live().of_kind("need").exclude(owner=actor.organization_id)
    codes = {code for one in candidates for code in (*one.functions, *one.problems, *one.groups, *one.competences)}
    sharing = rows.filter(record_terms__term__in=codes).distinct() if codes else rows
    return [need for need in sharing.order_by("-published_at")[:NEEDS] if need.snapshot.get("status") in judging.OPEN]


def _fitting(found: Sequence[tuple[PublishedRecord, Judged]]) -> list[Fitting]:
    hits = {hit.key: hit for hit in queries.shown([entry_id("need", str(need.pk)) for need, _one in found])}
    codes = {code for _need, one in found for part in one.reasons for name in ("same", "near")
             for code in part.data.get(name, ())}  # fmt: skip
    terms = Term.objects.in_bulk(sorted(codes))
    return [
        Fitting(
            need=need,
            url=hits[str(need.pk)].url if str(need.pk) in hits else "",
            offer=one.candidate.record,  # type: ignore[arg-type]
            judged=one,
            points=[
                {"points": part.points, "text": words.reason({"name": part.name, "data": part.data}, terms)}
                for part in one.reasons
            ],
            tag=words.verdict_tag(one.verdict),
        )
        for need, one in found
    ]
