"""The common schemes as linked data: read back, whole, and at addresses that stay."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS

from network_site.taxonomy.models import Scheme, Term
from network_site.taxonomy.services import deprecate_term

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"


def parsed(client: Client, path: str, kind: str) -> Graph:
    answer = client.get(path)
    assert answer.status_code == 200
    return Graph().parse(data=answer.content, format=kind)


def whole(client: Client, kind: str = "ttl") -> Graph:
    graph = Graph()
    for code in Scheme.objects.values_list("code", flat=True):
        graph += parsed(client, f"/vocab/{code}.{kind}", {"ttl": "turtle", "jsonld": "json-ld"}[kind])
    return graph


@pytest.mark.parametrize("kind", ["ttl", "jsonld"])
def test_every_scheme_reads_back_whole(client: Client, kind: str) -> None:
    graph = whole(client, kind)
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    schemes = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
    assert (len(concepts), len(schemes)) == (Term.objects.count(), Scheme.objects.count())
    assert len(concepts) > 300
    for concept in concepts:
        assert len(set(graph.objects(concept, SKOS.inScheme)) & schemes) == 1
        labels = [label.language.lower() for label in graph.objects(concept, SKOS.prefLabel)]
        assert Counter(labels) == Counter({"en": 1, "es": 1, "fr": 1, "pt-br": 1})
        assert set(graph.objects(concept, SKOS.broader)) <= concepts
        for above in graph.objects(concept, SKOS.broader):
            assert (above, SKOS.narrower, concept) in graph
    assert {near for concept in concepts for near in graph.objects(concept, SKOS.relatedMatch)} <= concepts
    for concept in concepts:
        seen, level = {concept}, [concept]
        while level:
            level = [above for one in level for above in graph.objects(one, SKOS.broader)]
            assert not seen & set(level)
            seen |= set(level)
    tops = {top for scheme in schemes for top in graph.objects(scheme, SKOS.hasTopConcept)}
    assert tops == {concept for concept in concepts if (concept, SKOS.broader, None) not in graph}


def test_turtle_and_json_ld_say_the_same(client: Client) -> None:
    assert set(parsed(client, "/vocab/DI.ttl", "turtle")) == set(parsed(client, "/vocab/DI.jsonld", "json-ld"))


def test_a_term_answers_in_the_kind_that_is_liked_best(client: Client) -> None:
    for accept, content_type in (
        ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("application/ld+json;q=0.9, text/turtle;q=0.2", "application/ld+json"),
        ("image/png", "text/html; charset=utf-8"),
    ):
        answer = client.get("/vocab/LAF/LAF1.1", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, content_type)
        assert "Accept" in answer.headers["Vary"].split(", ")
    graph = parsed(client, "/vocab/LAF/LAF1.1.ttl", "turtle")
    assert URIRef(f"{SITE}/vocab/LAF/LAF1") in set(graph.objects(URIRef(f"{SITE}/vocab/LAF/LAF1.1"), SKOS.broader))


def test_a_term_out_of_use_stays_and_names_its_replacement(client: Client) -> None:
    old, new = Term.objects.get(pk="LAF1.1"), Term.objects.get(pk="LAF1.2")
    before = client.get("/vocab/LAF.ttl")
    deprecate_term(term=old, replaced_by=new)
    graph = parsed(client, "/vocab/LAF.ttl", "turtle")
    subject = URIRef(f"{SITE}/vocab/LAF/LAF1.1")
    assert (subject, OWL.deprecated, Literal(True)) in graph
    assert (subject, DCTERMS.isReplacedBy, URIRef(f"{SITE}/vocab/LAF/LAF1.2")) in graph
    page = client.get("/vocab/LAF/LAF1.1").content.decode()
    assert f"Its place was taken by “{new.label}”." in page
    again = client.get("/vocab/LAF.ttl", headers={"If-None-Match": before.headers["ETag"]})
    assert again.status_code == 200
    with pytest.raises(ValidationError):
        old.delete()


def test_who_has_it_already_is_told_so(client: Client) -> None:
    for path in ("/vocab/LAF.ttl", "/vocab/LAF.jsonld", "/vocab/all.ttl", "/vocab/LAF/LAF1.ttl"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304)


def test_a_page_says_the_labels_in_four_languages_and_keeps_the_readers(client: Client) -> None:
    term = Term.objects.get(pk="LAF1.1")
    page = client.get("/vocab/LAF/LAF1.1?lang=es")
    html = page.content.decode()
    assert ('<html lang="es"' in html, page.headers["Content-Language"]) == (True, "es")
    for label in term.labels.values():
        assert label in html
    assert "/vocab/LAF/LAF1?lang=es" in html
    assert '<html lang="fr"' in client.get("/vocab/", headers={"Accept-Language": "fr"}).content.decode()


@pytest.mark.parametrize(
    "path", ["/vocab/NONE", "/vocab/NONE.ttl", "/vocab/LAF/NONE", "/vocab/TG/LAF1.1", "/vocab/a/b/c"]
)
def test_what_is_not_there_is_missing_and_leads_nowhere_else(client: Client, path: str) -> None:
    assert client.get(f"/vocab/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/vocab/{}.ttl", "/vocab/{}"])
def test_a_scheme_costs_the_same_however_many_terms(client: Client, path: str) -> None:
    def cost(scheme: str) -> int:
        client.get(path.format(scheme))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path.format(scheme)).status_code == 200
        return len(seen)

    assert cost("ST") == cost("DI")
