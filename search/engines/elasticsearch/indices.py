"""What the indices of Elasticsearch look like, and under which names they stand (decision 0031).

One index for each kind, `{prefix}-{kind}-{moment}`, behind the alias `{prefix}-{kind}`, through which everything is
written and read; `{prefix}-all` is over all kinds. Nobody but a rebuild names an index itself, so an index can be
replaced while people search and ministries publish.

A document carries the texts of all languages, each language with its own stems: a translation is the same thing
again, and counts once. Its `_id` is the entry's, its `_version` the entry's revision (external versions): whatever
comes late is refused. What was withdrawn stays as a document without texts, `is_gone`, for the same reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from ... import meaning
from ...documents import FIELDS
from ...kinds import kinds
from ...models import Entry

# Languages as fields name them; Brazilian Portuguese is our only one.
LANGUAGES = {"en": "en", "es": "es", "fr": "fr", "pt-br": "pt"}
# What a prefix of a title's word may be long to be looked up in `title.*.ac`: the question is cut to it.
SHORTEST_PREFIX, LONGEST_PREFIX = 2, 15
FOLDED, PREFIXES = "lex_folded", "lex_prefixes"

# Left as they are by the stemmers, which take them for plurals or verbs.
ACRONYMS = (
    "almp", "ane", "bit", "bls", "cinterfor", "cnae", "cnt", "cps", "crm", "ctps", "ddt", "efp", "eftp", "epi", "epis",
    "esco", "fgts", "fmi", "gbv", "hse", "iap", "ids", "ifp", "ilo", "ilostat", "imss", "inss", "isco", "ispm", "lgbti",
    "lmis", "mipes", "mipymes", "mpes", "mpme", "mpmes", "msme", "msmes", "mtps", "neet", "neets", "nini", "ninis",
    "oas", "ocde", "oea", "oecd", "oei", "oit", "oms", "ong", "ongs", "onu", "osh", "pae", "pas", "pea", "pes", "pme",
    "pmes", "ppe", "pyme", "pymes", "rial", "riial", "rse", "sena", "sence", "sies", "simo", "sine", "sme", "smes",
    "sne", "spe", "spes", "sst", "tic", "tics", "tvet", "ue", "undp", "usdol", "vae", "vet",
)  # fmt: skip
# Elided before a vowel; given in full because the distribution has no default for them.
ARTICLES = ("l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu")

# By language: what comes before lower case, the stop words, the stemmer.
STEMS = {
    "en": (("lex_possessive",), "_english_", "light_english"),
    "es": ((), "_spanish_", "light_spanish"),
    "fr": (("lex_elision",), "_french_", "light_french"),
    "pt": ((), "_portuguese_", "light_portuguese"),
}


def analysis() -> dict[str, Any]:
    """Analyzers and their filters. Accents are folded last: the stemmers of the three languages need them."""
    filters: dict[str, Any] = {
        "lex_possessive": {"type": "stemmer", "language": "possessive_english"},
        "lex_elision": {"type": "elision", "articles_case": True, "articles": list(ARTICLES)},
        "lex_acronyms": {"type": "keyword_marker", "keywords": list(ACRONYMS)},
        "lex_beginnings": {"type": "edge_ngram", "min_gram": SHORTEST_PREFIX, "max_gram": LONGEST_PREFIX},
    }
    analyzers: dict[str, Any] = {
        FOLDED: _analyzer("lex_elision", "lowercase", "asciifolding"),
        PREFIXES: _analyzer("lex_elision", "lowercase", "asciifolding", "lex_beginnings"),
    }
    for language, (first, stop, stemmer) in STEMS.items():
        filters[f"lex_stop_{language}"] = {"type": "stop", "stopwords": stop}
        filters[f"lex_stem_{language}"] = {"type": "stemmer", "language": stemmer}
        analyzers[f"lex_{language}"] = _analyzer(
            *first, "lowercase", f"lex_stop_{language}", "lex_acronyms", f"lex_stem_{language}", "asciifolding"
        )
    return {"filter": filters, "analyzer": analyzers}


def _analyzer(*filters: str) -> dict[str, Any]:
    return {"type": "custom", "tokenizer": "standard", "filter": list(filters)}


def index_settings(*, is_filling: bool = False) -> dict[str, Any]:
    """The settings of an index. It has a replica wherever there is a second node; one being filled shows nothing."""
    return {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        "refresh_interval": "-1" if is_filling else "1s",
        "analysis": analysis(),
    }


def mappings() -> dict[str, Any]:
    """The fields. A field that nobody declared is refused; facets alone come by themselves, one keyword each."""
    keyword, boolean = {"type": "keyword"}, {"type": "boolean"}
    return {
        "dynamic": "strict",
        "date_detection": False,
        "dynamic_templates": [{"facets": {"path_match": "facets.*", "mapping": keyword}}],
        "properties": {
            "kind": keyword,
            "key": keyword,
            "audience": keyword,
            "languages": keyword,
            "source_language": keyword,
            "evidence_level": {"type": "byte"},
            "quality": {"type": "float"},
            "published_at": {"type": "date"},
            "sort_title": keyword,
            "is_gone": boolean,
            "is_demo": boolean,
            "facets": {"type": "object", "dynamic": True},
            "topics": keyword,
            "revision": {"type": "long"},
            "vector": {
                "type": "dense_vector",
                "dims": meaning.DIMENSIONS,
                "index": True,
                "similarity": "cosine",
                "index_options": {"type": "int8_hnsw"},
            },
            **{name: {"type": "object", "properties": _texts(name)} for name in FIELDS},
        },
    }


def _texts(name: str) -> dict[str, Any]:
    """A text in the four languages: with stems, folded without them, and for titles by the beginnings of words."""
    more: dict[str, Any] = {"folded": {"type": "text", "analyzer": FOLDED}}
    if name == "title":
        more["ac"] = {"type": "text", "analyzer": PREFIXES, "search_analyzer": FOLDED, "norms": False}
    return {
        language: {"type": "text", "analyzer": f"lex_{language}", "fields": more} for language in LANGUAGES.values()
    }


def vectors_of(entries: Sequence[Entry]) -> Mapping[UUID, Sequence[float]]:
    """The vectors of these entries, as far as there are any."""
    found: Mapping[UUID, Sequence[float]] = meaning.vectors_of([entry.pk for entry in entries if not entry.is_gone])
    return found


# --- Names -----------------------------------------------------------------------------------


def alias_of(kind: str) -> str:
    """The alias through which the documents of a kind are written, and read where one kind is asked for."""
    return f"{settings.ELASTICSEARCH_PREFIX}-{kind}"


def read_alias() -> str:
    """The alias over all kinds, for people who look into the cluster."""
    return f"{settings.ELASTICSEARCH_PREFIX}-all"


def read_names() -> str:
    """What the site reads: the aliases of all kinds one by one. Where one is missing the cluster refuses, and the
    database answers; through the one alias over all an answer would silently be without that kind."""
    return ",".join(alias_of(name) for name, _kind in kinds.items())


def index_name(kind: str, at: datetime | None = None) -> str:
    """A name for a new index of a kind; later ones sort behind."""
    return f"{alias_of(kind)}-{(at or datetime.now(UTC)).astimezone(UTC):%Y%m%d%H%M%S%f}"


def indices_of(kind: str, names: Iterable[str]) -> list[str]:
    """Those of these names that are indices of a kind, the oldest first. Never another site's or another kind's."""
    shape = re.compile(rf"{re.escape(alias_of(kind))}-\d{{14,20}}")
    return sorted(name for name in names if shape.fullmatch(name))


# --- Documents -------------------------------------------------------------------------------


def document_of(entry: Entry, vector: Sequence[float] | None = None) -> dict[str, Any]:
    """What is indexed of an entry; of one whose thing has gone, nothing but that."""
    marks = {"kind": entry.kind, "key": entry.key, "is_gone": entry.is_gone, "revision": entry.revision}
    if entry.is_gone:
        return marks
    body: Mapping[str, Any] = entry.body
    texts: Mapping[str, Mapping[str, str]] = body["texts"]
    found = {
        **marks,
        "audience": body["audience"],
        "languages": body["languages"],
        "source_language": body["source_language"],
        "evidence_level": body["evidence_level"],
        "quality": body["quality"],
        "is_demo": body["is_demo"],
        "published_at": body["published_at"],
        "sort_title": entry.sort_title,
        "facets": body["facets"],
        "topics": body["facets"].get("topic", []),
        **{
            name: {LANGUAGES[code]: text[name] for code, text in texts.items() if code in LANGUAGES and text.get(name)}
            for name in FIELDS
        },
    }
    # The cosine of a vector of zeros is nothing, and Elasticsearch refuses it.
    if vector is not None and any(vector):
        found["vector"] = [float(value) for value in vector]
    return found
