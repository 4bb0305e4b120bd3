"""From a question to what Elasticsearch is asked (decision 0029).

Everything typed is the text of a `match` or a phrase, never syntax: no query_string is built anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from elasticsearch.dsl import A, Q, Search, function
from elasticsearch.dsl.query import Query

from network_site.common.language import CODES

from ...documents import FIELDS
from ...enums import Sort
from ...meaning import ALIKE, THRESHOLD
from ..base import FIELD_WEIGHTS, FOLDED, MAX_RISE, OWN_LANGUAGE, TITLE_PHRASE, OtherName, Question, Unit
from .indices import LANGUAGES, LONGEST_PREFIX, SHORTEST_PREFIX

# What stands in more than one field or under more than one name counts a little more than what stands in one.
TIE = 0.1
# A thing that is about the concept, whatever words it uses. (Times how rare the concept is.)
TOPIC = 4.0
# By meaning: so many nearest things of each kind, out of so many that are looked at, and what they gain by it.
NEAREST = 20
CANDIDATES = 100
MEANING = 10.0
# What is new may be up to so much better than what is old; a practice does not go bad by itself.
FRESHNESS = 0.3
FRESH_FOR, FRESH_LEFT = "1095d", 0.7
# More than any facet has values.
ALL_VALUES = 1000
UNCHOSEN = "unchosen"
# Characters that no text needs stand around what was found; they never reach a page.
MARK, UNMARK = "\ue000", "\ue001"
SHOWN = {"title": (0, 0), "summary": (0, 0), "keywords": (1, 120), "body": (2, 180)}


# --- What fits -------------------------------------------------------------------------------


def search(question: Question) -> Search:
    """What is asked for a page of the answer, with facets and highlights."""
    own_choice = _choices(question)
    counted = {name: choice for name, choice in own_choice.items() if name in question.facets}
    asked = Search().query(_fitting(question, _others(own_choice, counted)))
    if counted:
        asked = asked.post_filter(Q("bool", filter=list(counted.values())))
    for group, names in counted_together(question).items():
        rest = [choice for other, choice in counted.items() if other != group]
        bucket = asked.aggs.bucket(group, "filter", filter=Q("bool", filter=rest))
        for name in names:
            bucket.bucket(name, A("terms", field=_facet_field(name), size=ALL_VALUES))
    if question.highlight and question.units:
        asked = _highlighted(asked, question)
    asked = asked.sort(*order(question)).source(False).extra(track_total_hits=True)
    return asked[question.offset : question.offset + question.limit]


def counted_together(question: Question) -> dict[str, list[str]]:
    """The counted facets by what narrows them: one in which something was chosen by all choices but its own, so each
    of these is alone; all others by the same choices."""
    groups: dict[str, list[str]] = {}
    for name in question.facets:
        has_choice = question.kinds if name == "kind" else question.filters.get(name)
        groups.setdefault(name if has_choice else UNCHOSEN, []).append(name)
    return groups


def walk(question: Question) -> Search:
    """What is asked to go through all of an answer in the same order, without facets and highlights."""
    fitting = _fitting(question, _choices(question).values())
    return Search().query(fitting).sort(*order(question), {"_shard_doc": "asc"}).source(False)


def always(audiences: Sequence[str], kinds: Sequence[str] = (), published_after: Any = None) -> list[Query]:
    """The filters that no question goes around: only what is there, and only for whom it is."""
    filters = [Q("term", is_gone=False), Q("terms", audience=list(audiences))]
    if kinds:
        filters.append(Q("terms", kind=list(kinds)))
    if published_after is not None:
        filters.append(Q("range", published_at={"gt": published_after.isoformat()}))
    return filters


def _others(choices: dict[str, Query], counted: dict[str, Query]) -> list[Query]:
    """Choices of facets that are not counted narrow everything alike."""
    return [choice for name, choice in choices.items() if name not in counted]


def _choices(question: Question) -> dict[str, Query]:
    """What was chosen, by facet."""
    chosen = {name: values for name, values in question.filters.items() if values}
    if question.kinds:
        chosen["kind"] = question.kinds
    return {name: Q("terms", **{_facet_field(name): list(values)}) for name, values in chosen.items()}


def _facet_field(name: str) -> str:
    return "kind" if name == "kind" else f"facets.{name}"


def _fitting(question: Question, narrowed: Iterable[Query]) -> Query:
    """What has the words, or is near in meaning, with its score."""
    filters = always(question.audiences, published_after=question.published_after)
    if question.only:
        filters.append(Q("ids", values=[str(pk) for pk in question.only]))
    ways: list[Query] = []
    if question.units:
        ways.append(_by_words(question))
    if question.vector is not None:
        # Without the chosen facets: the nearest are the same whatever is chosen, so the counts stay true.
        ways.append(nearest(question.vector, filters, count=NEAREST, near=THRESHOLD, boost=MEANING))
    fitting = Q(
        "bool",
        should=ways,
        minimum_should_match=1 if ways else 0,
        filter=[*filters, *narrowed],
    )
    return _weighed(fitting) if question.sort == Sort.RELEVANCE else fitting


def _by_words(question: Question) -> Query:
    enough = _enough(question)
    if len(question.text.split()) < 2:
        return enough
    fields = _fields(question.language, ("title",), weight=TITLE_PHRASE)
    return Q(
        "bool", must=[enough], should=[Q("multi_match", query=question.text, type="phrase", slop=1, fields=fields)]
    )


def _enough(question: Question) -> Query:
    units = [_unit(unit, question.language) for unit in question.units]
    return Q("bool", should=units, minimum_should_match=question.needed)


def _unit(unit: Unit, language: str) -> Query:
    """One thing that is spoken of, under whichever of its names it stands there."""
    names = [Q("multi_match", query=unit.words, operator="and", fields=_fields(language), tie_breaker=TIE)]
    names += [_other_name(other, unit, language) for other in unit.other_names]
    if unit.concept:
        names.append(Q("term", topics={"value": unit.concept, "boost": TOPIC}))
    return Q("dis_max", queries=names, tie_breaker=TIE)


def _other_name(other: OtherName, unit: Unit, language: str) -> Query:
    """A phrase in the texts of its language; an acronym in those of all, as it is written.

    A phrase scores with each of its words. It is brought to as many as were typed, so that only its weight decides.
    """
    weight = other.weight * len(unit.words.split()) / max(1, len(other.text.split()))
    if other.language:
        fields = _fields(language, weight=weight, codes=(other.language,), folded=False)
    else:
        fields = _fields(language, weight=weight, stemmed=False)
    return Q("multi_match", query=other.text, type="phrase", fields=fields, tie_breaker=TIE)


def _fields(
    language: str,
    names: Sequence[str] = FIELDS,
    *,
    weight: float = 1.0,
    codes: Sequence[str] = CODES,
    stemmed: bool = True,
    folded: bool = True,
) -> list[str]:
    """Fields with their weights: the reader's language counts more, words without stemming less."""
    fields = []
    for code in codes:
        own = OWN_LANGUAGE if code == language else 1.0
        for name in names:
            worth = FIELD_WEIGHTS[name] * own * weight
            field = f"{name}.{LANGUAGES[code]}"
            fields += [f"{field}^{worth:.3g}"] if stemmed else []
            fields += [f"{field}.folded^{worth * FOLDED:.3g}"] if folded else []
    return fields


def nearest(vector: Sequence[float], filters: Sequence[Query], *, count: int, near: float, boost: float = 1.0) -> Query:
    """The things of nearest meaning, so many of each kind (an index of one shard each), at least so near (cosine)."""
    return Q(
        "knn",
        field="vector",
        query_vector=list(vector),
        k=count,
        num_candidates=max(CANDIDATES, count),
        filter=list(filters),
        boost=boost,
        similarity=near,
    )


# --- Order -----------------------------------------------------------------------------------


def _weighed(fitting: Query) -> Query:
    """The score by words and meaning, times quality, times a factor between 1 - FRESHNESS and 1 by age."""
    # Today, not now: the score of a thing stays the same from page to page.
    age = {"origin": timezone.now().date().isoformat(), "scale": FRESH_FOR, "decay": FRESH_LEFT}
    aged = Q(
        "function_score",
        query=fitting,
        functions=[
            {"weight": 1 - FRESHNESS},
            {"gauss": {"published_at": age}, "weight": FRESHNESS},
        ],
        score_mode="sum",
        boost_mode="multiply",
    )
    quality = function.FieldValueFactor(field="quality", missing=1.0)
    return Q("function_score", query=aged, functions=[quality], max_boost=MAX_RISE, boost_mode="multiply")


def order(question: Question) -> list[Any]:
    """The order; of two that are equal the newer one, and then always the same one."""
    newest = {"published_at": {"order": "desc", "missing": "_last"}}
    first: dict[str, list[Any]] = {
        Sort.RELEVANCE: [{"_score": "desc"}, newest],
        Sort.NEWEST: [newest],
        Sort.EVIDENCE: [{"evidence_level": {"order": "desc", "missing": "_last"}}, newest],
        Sort.TITLE: [{"sort_title": {"order": "asc", "missing": "_last"}}],
    }
    return [*first[question.sort], {"key": "asc"}, {"kind": "asc"}]


# --- What is shown of it ---------------------------------------------------------------------


def _highlighted(asked: Search, question: Question) -> Search:
    """Each field is marked by a query of its own: the whole one, run on every field, costs more than the search."""
    asked = asked.highlight_options(type="unified", pre_tags=[MARK], post_tags=[UNMARK])
    for name, (count, size) in SHOWN.items():
        for code in CODES:
            field = f"{name}.{LANGUAGES[code]}"
            options: dict[str, Any] = {
                "number_of_fragments": count,
                "matched_fields": [field, f"{field}.folded"],
                "highlight_query": _marked(question, field, code).to_dict(),
            }
            if size:
                options |= {"fragment_size": size, "order": "score"}
            asked = asked.highlight(field, **options)
    return asked


def _marked(question: Question, field: str, code: str) -> Query:
    """What is marked in a field of a language: the words of the units, and their other names."""
    marks: list[Query] = []
    for unit in question.units:
        for name in (field, f"{field}.folded"):
            marks.append(Q("match", **{name: {"query": unit.words, "operator": "and"}}))
        for other in unit.other_names:
            if other.language in ("", code):
                marks.append(Q("match_phrase", **{field if other.language else f"{field}.folded": other.text}))
    return Q("bool", should=marks)


# --- Beginnings and neighbours ---------------------------------------------------------------


def completion(prefix: str, language: str, audiences: Sequence[str], kinds: Sequence[str], limit: int) -> Search | None:
    """Titles with a word that begins like each of these, those with all in this order first among a language's.

    None when there is nothing long enough to look for.
    """
    words = [word[:LONGEST_PREFIX] for word in prefix.split() if len(word) >= SHORTEST_PREFIX]
    if not words:
        return None
    text = " ".join(words)
    titles, in_order = [], []
    for code, field in LANGUAGES.items():
        begun = Q("match", **{f"title.{field}.ac": {"query": text, "operator": "and"}})
        titles.append(Q("constant_score", filter=begun, boost=OWN_LANGUAGE if code == language else 1.0))
        in_order.append(Q("match_phrase_prefix", **{f"title.{field}.folded": text}))
    fitting = Q(
        "bool",
        must=[Q("dis_max", queries=titles)],
        should=[Q("constant_score", filter=Q("bool", should=in_order), boost=1.0)],
        filter=always(audiences, kinds),
    )
    ordered = Search().query(fitting).sort({"_score": "desc"}, {"sort_title": "asc"}, {"key": "asc"})
    return ordered.source(False)[:limit]


def one(entry: UUID, audiences: Sequence[str]) -> Search:
    """An entry with what its neighbours are found by."""
    found = Search().query(Q("bool", filter=[Q("ids", values=[str(entry)]), *always(audiences)]))
    return found.source(["topics"]).extra(fields=["vector"])[:1]


def neighbours(
    hit: dict[str, Any], vector: Sequence[float] | None, audiences: Sequence[str], kinds: Sequence[str], limit: int
) -> Search:
    """The things of nearest meaning to this one; those with most in common when nothing is known of its meaning."""
    filters = always(audiences, kinds)
    others = Q("bool", must_not=[Q("ids", values=[hit["_id"]])])
    if vector is not None:
        fitting = Q("bool", must=[nearest(vector, [*filters, others], count=limit, near=ALIKE)])
    else:
        fitting = Q("bool", must=[_in_common(hit)], filter=[*filters, others])
    ordered = Search().query(fitting).sort({"_score": "desc"}, {"key": "asc"}, {"kind": "asc"})
    return ordered.source(False)[:limit]


def _in_common(hit: dict[str, Any]) -> Query:
    """Terms, rare words or concepts in common; the labels of terms are there in all languages."""
    ways = [_alike(hit, ("keywords",), "40%"), _alike(hit, ("title", "summary", "body"), "25%")]
    ways += [Q("term", topics={"value": topic, "boost": TOPIC}) for topic in hit["_source"].get("topics", [])]
    return Q("bool", should=ways, minimum_should_match=1)


def _alike(hit: dict[str, Any], names: Sequence[str], share: str) -> Query:
    return Q(
        "more_like_this",
        fields=[f"{name}.{language}" for name in names for language in LANGUAGES.values()],
        like=[{"_index": hit["_index"], "_id": hit["_id"]}],
        min_term_freq=1,
        min_doc_freq=2,
        max_query_terms=40,
        minimum_should_match=share,
    )
