"""The common schemes as linked data (SKOS), at addresses that stay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS, XSD

from .models import Scheme, Term

FORMATS = {"ttl": ("turtle", "text/turtle; charset=utf-8"), "jsonld": ("json-ld", "application/ld+json")}


def scheme_uri(code: str) -> str:
    """The stable address of a scheme."""
    return f"{settings.SITE_URL}/vocab/{code}"


def term_uri(term: Term) -> str:
    """The stable address of a term."""
    return f"{settings.SITE_URL}/vocab/{term.scheme_id}/{term.code}"


def serialize(schemes: Sequence[Scheme], terms: Sequence[Term], kind: str) -> bytes:
    """Schemes with these of their terms, as Turtle (ttl) or JSON-LD (jsonld); remembered as long as nothing changes."""
    digest = hashlib.sha256(repr([settings.SITE_URL, kind, *map(_facts, (*schemes, *terms))]).encode()).hexdigest()

    def make() -> bytes:
        return graph_of(schemes, terms).serialize(format=FORMATS[kind][0], encoding="utf-8", **_compact(kind))

    made: bytes = cache.get_or_set(f"skos:{digest}", make, timeout=24 * 3600)
    return made


def _compact(kind: str) -> dict[str, Any]:
    if kind != "jsonld":
        return {}
    prefixes = {"skos": str(SKOS), "dct": str(DCTERMS), "owl": str(OWL), "xsd": str(XSD)}
    return {"context": prefixes, "auto_compact": False}


def _facts(row: Scheme | Term) -> list[Any]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields]


def graph_of(schemes: Iterable[Scheme], terms: Iterable[Term]) -> Graph:
    """The graph: each scheme with its labels, each term with everything that is known of it."""
    graph = Graph(bind_namespaces="none")
    for prefix, space in (("skos", SKOS), ("dct", DCTERMS), ("owl", OWL), ("xsd", XSD)):
        graph.bind(prefix, Namespace(str(space)))
    for scheme in schemes:
        _add_scheme(graph, scheme)
    for term in terms:
        _add_term(graph, term)
    return graph


def _texts(graph: Graph, subject: URIRef, predicate: URIRef, texts: dict[str, str]) -> None:
    for code, text in texts.items():
        if text:
            graph.add((subject, predicate, Literal(text, lang=_tag(code))))


def _tag(code: str) -> str:
    """pt-br as machines write it: pt-BR."""
    language, _, region = code.partition("-")
    return f"{language}-{region.upper()}" if region else language


def _add_scheme(graph: Graph, scheme: Scheme) -> None:
    subject = URIRef(scheme_uri(scheme.code))
    graph.add((subject, RDF.type, SKOS.ConceptScheme))
    graph.add((subject, SKOS.notation, Literal(scheme.code)))
    graph.add((subject, OWL.versionInfo, Literal(scheme.version)))
    _texts(graph, subject, SKOS.prefLabel, scheme.labels)
    _texts(graph, subject, DCTERMS.title, scheme.labels)
    if scheme.source:
        graph.add((subject, DCTERMS.source, Literal(scheme.source, lang="en")))


def _add_term(graph: Graph, term: Term) -> None:
    subject, scheme = URIRef(term_uri(term)), URIRef(scheme_uri(term.scheme_id))
    graph.add((subject, RDF.type, SKOS.Concept))
    graph.add((subject, SKOS.inScheme, scheme))
    graph.add((subject, SKOS.notation, Literal(term.code)))
    _texts(graph, subject, SKOS.prefLabel, term.labels)
    _texts(graph, subject, SKOS.definition, term.definition)
    # Capability items (scheme DI) are also known by what is lacking, and by the statement that is scored.
    _texts(graph, subject, SKOS.altLabel, term.extra.get("lack", {}))
    _texts(graph, subject, SKOS.scopeNote, term.extra.get("statement", {}))
    if term.parent_id:
        above = URIRef(f"{scheme}/{term.parent_id}")
        graph.add((subject, SKOS.broader, above))
        graph.add((above, SKOS.narrower, subject))
    else:
        graph.add((subject, SKOS.topConceptOf, scheme))
        graph.add((scheme, SKOS.hasTopConcept, subject))
    if term.exact_match:
        graph.add((subject, SKOS.exactMatch, URIRef(term.exact_match)))
    for codelist, code in term.extra.get("links", {}).items():
        for one in code if isinstance(code, list) else [code]:
            if str(one).startswith(codelist.upper()):
                near = URIRef(f"{settings.SITE_URL}/vocab/{codelist.upper()}/{one}")
                graph.add((subject, SKOS.relatedMatch, near))
                continue
            # A code in a list of others, such as a purpose of the OECD's CRS: a notation of that list's kind.
            kind = URIRef(f"{settings.SITE_URL}/vocab/#{codelist}")
            graph.add((subject, SKOS.notation, Literal(str(one), datatype=kind)))
    if term.extra.get("source"):
        graph.add((subject, DCTERMS.source, Literal(term.extra["source"])))
    if term.status == Term.Status.DEPRECATED:
        graph.add((subject, OWL.deprecated, Literal(True, datatype=XSD.boolean)))
        if term.replaced_by_id:
            graph.add((subject, DCTERMS.isReplacedBy, URIRef(f"{scheme}/{term.replaced_by_id}")))
