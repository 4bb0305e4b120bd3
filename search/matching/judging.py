"""Who could help: every candidate is judged by rules, by the half rule and by points, and put in its place."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from funders.enums import OfferForm, Verdict
from funders.rules import ProjectFacts
from needs.enums import OPEN as OPEN
from network_site.publishing.models import PublishedRecord
from network_site.taxonomy.models import Country
from practices.enums import Direction

from . import asking, rules, scoring
from .asking import Candidate, Wanted
from .coverage import Consortium, Coverage, consortium, cover, who_fills
from .scoring import FUNDING, HELP, PRACTICE, Confidence, Part, part

# Where a candidate stands: a match; below half, so a partner at most; refused by a rule, or not known to cover.
MATCH, PARTNER, REFUSED, UNKNOWN = "match", "partner", "refused", "unknown"
# Below this a practice has too little in common to be shown.
LEAST = 20
# So many of each place are kept for each family.
KEPT = {MATCH: 12, PARTNER: 12, REFUSED: 12, UNKNOWN: 12}
# Which help a form of offer gives (scheme CM).
FORMS: dict[str, frozenset[str]] = {
    OfferForm.ADVICE.value: frozenset({"CM01", "CM02", "CM05", "CM06", "CM07", "CM09"}),
    OfferForm.EXPERT.value: frozenset({"CM02", "CM04", "CM06"}),
    OfferForm.VISIT.value: frozenset({"CM03", "CM08"}),
    OfferForm.FUNDING.value: frozenset({"CM10"}),
}
# A past record of so many published things is all that it can be worth.
MUCH = 3


@dataclass(frozen=True)
class Judged:
    """A candidate with everything that was found about it."""

    wanted: Wanted
    candidate: Candidate
    parts: tuple[Part, ...]
    coverage: Coverage
    rules: tuple[rules.Line, ...]
    verdict: str
    place: str
    confidence: Confidence
    risks: tuple[str, ...] = ()
    # For each competence that it lacks, the keys of those who have it.
    filled_by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    facts: ProjectFacts | None = None

    @property
    def score(self) -> int:
        return scoring.score(self.parts)

    @property
    def reasons(self) -> list[Part]:
        """The parts that are shown: those that add something, the strongest first."""
        return sorted((one for one in self.parts if one.points), key=lambda one: -one.points)


@dataclass(frozen=True)
class Ranking:
    """Everybody who was compared, in order, by family."""

    wanted: Wanted
    judged: tuple[Judged, ...]
    # Helpers that reach enough together only, and what the shown practices cover together.
    consortium: Consortium | None = None
    compared: int = 0

    def of(self, family: str, *places: str) -> list[Judged]:
        """Those of a family (in these places), best first."""
        return [one for one in self.judged if one.candidate.family == family and (not places or one.place in places)]


@dataclass(frozen=True)
class Background:
    """What candidates are compared with beside the need: read once for all of them."""

    countries: Mapping[str, Country]
    # Published practices and projects by owner.
    past: Mapping[Any, int]
    today: dt.date
    threshold: float
    facts: ProjectFacts | None = None

    @classmethod
    def of(cls, candidates: Sequence[Candidate], wanted: Wanted, facts: ProjectFacts | None = None) -> Background:
        codes = {one.country for one in candidates} | {wanted.place.iso2}
        owners = {one.record.owner_id for one in candidates if one.record is not None and one.family != PRACTICE}
        published = PublishedRecord.objects.live().filter(owner__in=owners, kind__in=("practice", "project"))
        return cls(
            countries=Country.objects.in_bulk(sorted(codes - {""})),
            past=Counter(published.order_by().values_list("owner_id", flat=True)) if owners else {},
            today=timezone.localdate(),
            threshold=settings.MATCHING_THRESHOLD,
            facts=facts,
        )


def with_countries(background: Background, countries: Mapping[str, Country]) -> Background:
    """The same with these countries read."""
    return replace(background, countries=countries)


# --- Ranking ---------------------------------------------------------------------------------


def rank(wanted: Wanted, *, families: Collection[str] = (PRACTICE, HELP, FUNDING), facts: Any = None) -> Ranking:
    """All candidates for a need or, with the facts of a project, for this; best first.

    One question to the engine for practices, two for offers. The same number of queries however many there are.
    """
    candidates: list[Candidate] = []
    compared = 0
    if PRACTICE in families:
        found = asking.practices(wanted)
        compared += len(found)
        candidates += _best(wanted, found)
    if {HELP, FUNDING} & set(families):
        found = [one for one in asking.offers(wanted) if one.family in families and _owner(one) != wanted.owner_id]
        compared += len(found)
        candidates += found
    return replace(judge_all(wanted, candidates, facts=facts), compared=compared)


def _owner(candidate: Candidate) -> Any:
    return candidate.record.owner_id if candidate.record else None


def _best(wanted: Wanted, found: Sequence[Candidate]) -> list[Candidate]:
    """The practices that are worth reading in full: by everything but freshness, which only the record tells."""
    background = Background.of(found, wanted)
    ordered = sorted(found, key=lambda one: (-_exact(parts_of(wanted, one, background)), one.key))
    return asking.in_full(ordered[: asking.IN_FULL])


def _exact(parts: Sequence[Part]) -> float:
    return round(sum(one.value * one.of for one in parts), 6)


def judge_all(wanted: Wanted, candidates: Sequence[Candidate], *, facts: ProjectFacts | None = None) -> Ranking:
    """These candidates (with their records), judged and in order, with who closes whose gap."""
    background = Background.of(candidates, wanted, facts)
    judged = [judge(wanted, one, background) for one in candidates]
    judged.sort(key=lambda one: (-one.score, -_exact(one.parts), one.candidate.key))
    usable = [one for one in judged if one.verdict != Verdict.NOT.value and one.candidate.family != FUNDING]
    covering = {one.candidate.key: one.coverage.covered for one in usable if one.coverage.covered}
    helpers = {
        one.candidate.key: one.coverage.covered
        for one in usable
        if one.place == PARTNER and one.candidate.family == HELP
    }
    filled = [
        replace(
            one,
            filled_by=who_fills(
                one.coverage.missing, {key: codes for key, codes in covering.items() if key != one.candidate.key}
            ),
        )
        for one in judged
    ]
    together = consortium(wanted.asked, helpers, threshold=background.threshold)
    return Ranking(wanted, tuple(_kept(filled, together)), together, len(candidates))


def _kept(judged: Sequence[Judged], together: Consortium | None) -> list[Judged]:
    """The best of each place and family, and whoever is part of a proposal; practices with too little drop out."""
    counts: Counter[tuple[str, str]] = Counter()
    chosen = []
    for one in judged:
        place = (one.candidate.family, one.place)
        if one.candidate.family == PRACTICE and one.score < LEAST:
            continue
        counts[place] += 1
        if counts[place] <= KEPT[one.place] or (together and one.candidate.key in together.members):
            chosen.append(one)
    return chosen


# --- One candidate ---------------------------------------------------------------------------


def judge(wanted: Wanted, candidate: Candidate, background: Background) -> Judged:
    """One candidate: rules first, then the half rule, then points."""
    found = tuple(rules.lines(wanted, candidate, background.facts, today=None))
    coverage = coverage_of(wanted, candidate)
    outcome = rules.verdict(found)
    return Judged(
        wanted=wanted,
        candidate=candidate,
        parts=tuple(parts_of(wanted, candidate, background)),
        coverage=coverage,
        rules=found,
        verdict=outcome,
        place=_place(candidate, coverage, outcome, background.threshold),
        confidence=_confidence(wanted, candidate, background),
        risks=_risks(candidate),
        facts=background.facts,
    )


def coverage_of(wanted: Wanted, candidate: Candidate) -> Coverage:
    """What it covers; a funder is asked for money, not for competences."""
    return cover(wanted.asked, candidate.competences if candidate.family != FUNDING else ())


def _place(candidate: Candidate, coverage: Coverage, outcome: str, threshold: float) -> str:
    if outcome == Verdict.NOT.value:
        return REFUSED
    # For practices coverage counts in points and is no gate: half of a good idea is one.
    if candidate.family != HELP or coverage.is_enough(threshold):
        return MATCH
    # Nothing was said of what they can do: not known, which is not no.
    return PARTNER if candidate.competences else UNKNOWN


def parts_of(wanted: Wanted, candidate: Candidate, background: Background) -> list[Part]:
    """All parts of the score of its family, also those worth nothing."""
    found = []
    for name in scoring.WEIGHTS[candidate.family]:
        value, data = VALUES[name](wanted, candidate, background)
        found.append(part(candidate.family, name, value, **data))
    return found


Value = tuple[float, dict[str, Any]]


def _near(wanted: Sequence[str], codes: Collection[str]) -> Value:
    found = scoring.nearness(wanted, codes)
    return found.value, {"same": list(found.same), "near": list(found.near)}


def _problem(wanted: Wanted, candidate: Candidate, background: Background) -> Value:
    return _near(wanted.problems, candidate.problems)


def _function(wanted: Wanted, candidate: Candidate, background: Background) -> Value:
    if candidate.family == FUNDING and candidate.functions:
        # A funder's theme holds everything below it.
        inside = [code for code in wanted.functions if any(_is_below(code, one) for one in candidate.functions)]
        return (1.0, {"same": inside, "near": []}) if inside else _near(wanted.functions, candidate.functions)
    return _near(wanted.functions, candidate.functions)


def _is_below(code: str, other: str) -> bool:
    return code == other or code.startswith(f"{other}.")


def _group(wanted: Wanted, candidate: Candidate, background: Background) -> Value:
    return _near(wanted.groups, candidate.groups)


def _words(wanted: Wanted, candidate: Candidate, background: Background) -> Value:
    return candidate.words, {}


def _context(wanted: Wanted, candidate: Candidate, background: Background) -> Value:
    if candidate.family != PRACTICE:
        named = candidate.snapshot.get("countries") or ()
        if wanted.place.iso2 in named:
            return 1.0, {"alike": ["named"]}
        if not named and candidate.country != wanted.place.iso2:
            return 0.5, {"alike": ["any"]}
    there = asking.place_of(background.countries.get(candidate.country))
    value, alike = scoring.likeness(wanted.place, there)
    return value, {"alike": list(alike), "country": candidate.country}


def _coverage(wanted: Wanted, candidate: Candidate, background: Background) -> Value:
    found = coverage_of(wanted, candidate)
    return found.share, {"covered": len(found.covered), "of": len(found.asked.all)}


def _evidence(wanted: Wanted, candidate: Candidate, background: Background) -> Value:
    level = candidate.evidence_level or 0
    return level / scoring.STRONGEST, {"level": level}


def _language(wanted: Wanted, candidate: Candidate, background: Background) -> Value:
    shared = [code for code in wanted.languages if code in candidate.languages]
    return float(bool(shared)), {"languages": shared}


def _freshness(wanted: Wanted, candidate: Candidate, background: Background) -> Value:
    on = _day(candidate)
    return scoring.freshness(on, background.today), {"on": on.isoformat() if on else ""}


def _day(candidate: Candidate) -> dt.date | None:
    """When somebody last made sure that it is so."""
    record = candidate.record
    verified = candidate.snapshot.get("verified_on")
    if verified:
        return dt.date.fromisoformat(verified)
    return (record.last_confirmed if record is not None else None) or candidate.published_on


def _help(wanted: Wanted, candidate: Candidate, background: Background) -> Value:
    gives = FORMS.get(candidate.form, frozenset())
    shared = [code for code in wanted.help if code in gives]
    return float(bool(shared)), {"same": shared}


def _record(wanted: Wanted, candidate: Candidate, background: Background) -> Value:
    count = background.past.get(candidate.record.owner_id, 0) if candidate.record is not None else 0
    return min(1.0, count / MUCH), {"count": count}


def _amount(wanted: Wanted, candidate: Candidate, background: Background) -> Value:
    """Whether the money is of that size: of a project its sum, of a need its rough size. Unknown is worth nothing."""
    facts = background.facts or rules.facts_of_need(wanted, candidate.snapshot)
    least, most = (_number(candidate.snapshot.get(name)) for name in ("least", "most"))
    currency = candidate.snapshot.get("currency")
    amount = facts.amount if facts.currency == currency else facts.usd if currency == "USD" else None
    if amount is None or (least is None and most is None):
        return 0.0, {}
    return float((least is None or amount >= least) and (most is None or amount <= most)), {}


def _number(given: Any) -> Decimal | None:
    return Decimal(str(given)) if given not in (None, "") else None


VALUES: dict[str, Callable[[Wanted, Candidate, Background], Value]] = {
    "problem": _problem,
    "function": _function,
    "group": _group,
    "words": _words,
    "context": _context,
    "coverage": _coverage,
    "evidence": _evidence,
    "language": _language,
    "freshness": _freshness,
    "help": _help,
    "record": _record,
    "amount": _amount,
}


# --- How sure, and what to mind --------------------------------------------------------------


def _confidence(wanted: Wanted, candidate: Candidate, background: Background) -> Confidence:
    """How complete and fresh the facts were, on both sides."""
    snapshot = candidate.snapshot
    on = _day(candidate)
    known = {
        "problems": bool(wanted.problems),
        "functions": bool(wanted.functions and candidate.functions),
        "fresh": on is not None and (background.today - on).days <= 2 * scoring.FRESH,
    }
    if candidate.family != FUNDING:
        known["competences"] = bool(wanted.asked.all and candidate.competences)
    if candidate.family == PRACTICE:
        marks = snapshot.get("marks") or {}
        known |= {
            "country": bool(candidate.country),
            "result": marks.get("direction") not in (None, "", Direction.NOT_MEASURED.value),
            "evidence": bool(candidate.evidence_level),
            "cost": bool(snapshot.get("costs")),
        }
    else:
        known |= {
            "languages": bool(candidate.languages),
            "verified": bool(snapshot.get("verified_on")),
        }
        if candidate.family == FUNDING:
            known["amounts"] = bool(snapshot.get("least") or snapshot.get("most"))
        else:
            known["capacity"] = snapshot.get("capacity") is not None
    return scoring.confidence(known)


def _risks(candidate: Candidate) -> tuple[str, ...]:
    """What to mind, by name: a practice that did harm or did nothing is worth knowing, and worth saying so."""
    direction = (candidate.snapshot.get("marks") or {}).get("direction")
    return (f"effect_{direction}",) if direction in (Direction.NEGATIVE, Direction.NONE, Direction.MIXED) else ()
