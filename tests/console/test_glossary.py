"""The glossary: concepts with their words in four languages, read by everybody, kept by staff."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from network_site.common.models import AuditEntry
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.taxonomy import glossary
from network_site.taxonomy.models import GlossaryConcept, GlossaryTerm

from ..people import People, acting
from .screens import fields, page, staff_client, table, words

pytestmark = pytest.mark.django_db
LIST = "/admin/console/glossary/"
CODES = ("en", "es", "fr", "pt-br")
NEW = {
    **{f"term_{code}": f"Zebra crossing {code}" for code in CODES},
    **{f"definition_{code}": f"Where one crosses ({code})." for code in CODES},
    "also_en": "Pedestrian crossing\n\nzebra CROSSING en\nPedestrian Crossing",
    "acronyms_en": "ZC",
    "listed": "on",
}


def concept(code: str = "public-employment-service") -> GlossaryConcept:
    return GlossaryConcept.objects.prefetch_related("terms").get(code=code)


def everything() -> list[Any]:
    terms = GlossaryTerm.objects.order_by("concept__code", "language", "kind", "position")
    return [
        list(GlossaryConcept.objects.order_by("code").values()),
        list(terms.values("pk", "concept__code", "language", "kind", "text", "folded")),
    ]


def shown(client: Client, query: str = "", language: str = "en") -> list[str]:
    tree = BeautifulSoup(client.get(f"/{language}/glossary/{query}").content.decode(), "html.parser")
    return [one.get_text() for one in tree.select("dl.concepts dfn")]


# --- The file --------------------------------------------------------------------------------


def test_loading_it_again_changes_nothing() -> None:
    before = everything()
    assert glossary.load_glossary() == len(before[0]) >= 40
    assert everything() == before


def test_every_concept_has_a_term_and_a_definition_in_four_languages_and_a_source() -> None:
    lacking = [
        (one.code, code)
        for one in GlossaryConcept.objects.prefetch_related("terms")
        for code in CODES
        if not one.preferred(code) or not one.definition.get(code) or not one.source
    ]
    assert lacking == []


def test_what_staff_changed_outlives_the_loading_of_the_file(people: People) -> None:
    with acting(people.specialist()):
        changed = glossary.save_concept(
            concept=concept(),
            words={code: glossary.Words(f"Job office {code}", ("Dole",), ("JO",)) for code in CODES},
            definition={code: f"An office ({code})." for code in CODES},
        )
    before = everything()
    glossary.load_glossary()
    assert everything() == before
    assert changed.preferred("fr") == "Job office fr"


def test_a_changed_file_arrives(tmp_path: Path) -> None:
    entries = yaml.safe_load(glossary.DATA.read_text("utf-8"))
    entries[0]["terms"]["en"]["also"] = ["labour affairs"]
    path = tmp_path / "glossary.yaml"
    path.write_text(yaml.safe_dump(entries, allow_unicode=True), "utf-8")
    glossary.load_glossary(path)
    assert concept(entries[0]["code"]).words("alternative", "en") == ["labour affairs"]


# --- What a word is --------------------------------------------------------------------------


def test_a_word_of_any_language_leads_to_the_concept() -> None:
    for text in ("job centre", "oficina de empleo", "service public de l'emploi", "agencia do trabalhador", "spe"):
        assert "public-employment-service" in [
            one.code for one in glossary.narrowed(glossary.list_concepts(), text=text)
        ], text


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "preferred", "text": "Another", "folded": "another"},
        {"kind": "acronym", "text": "PES", "folded": "pes"},
        {"kind": "nickname", "text": "x", "folded": "x"},
        {"kind": "acronym", "text": "x", "folded": "x", "language": "de"},
    ],
)
def test_the_database_keeps_the_rules(values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        GlossaryTerm.objects.create(**({"concept": concept(), "language": "en"} | values))


def test_a_preferred_term_means_one_concept_whatever_its_accents(people: People) -> None:
    other = {code: glossary.Words(f"New {code}") for code in CODES} | {
        "es": glossary.Words("SERVICIO PUBLICO de Émpleo")
    }
    with acting(people.specialist()), pytest.raises(ValidationError) as refused:
        glossary.save_concept(words=other, definition=dict.fromkeys(CODES, "x"))
    assert list(refused.value.error_dict) == ["term_es"]
    with pytest.raises(IntegrityError), transaction.atomic():
        GlossaryTerm.objects.create(
            concept=concept("mediation"), language="en", kind="preferred",
            text="Public employment service", folded="public employment service",
        )  # fmt: skip


# --- The public page -------------------------------------------------------------------------


@pytest.mark.parametrize("language", CODES)
def test_everybody_reads_it_in_her_language_and_in_its_order(language: str, client: Client) -> None:
    found = shown(client, language=language)
    assert len(found) == GlossaryConcept.objects.count()
    assert sorted(found) == sorted(concept.preferred(language) for concept in glossary.list_concepts())
    assert found == sorted(found, key=glossary.fold)


def test_it_is_narrowed_by_letter_and_by_words(client: Client) -> None:
    assert {one[0].upper() for one in shown(client, "?letter=m")} == {"M"}
    assert shown(client, "?q=guichet+UNIQUE") == ["one-stop shop"]
    # SINE, a Portuguese acronym; not "business", which has these letters inside.
    assert shown(client, "?q=SINE") == ["public employment service"]
    assert shown(client, "?letter=m&q=pes") == []
    assert "No concept has these words" in client.get("/en/glossary/?q=zzzz").content.decode()
    # Letters without accents: "évaluation d'impact" stands under E.
    assert "évaluation d'impact" in shown(client, "?letter=E", "fr")


@pytest.mark.parametrize("query", ["?letter=%00", "?letter=9", "?letter=<", "?q=%25_", "?q=" + "x" * 5000, "?letter="])
def test_odd_questions_are_answered(query: str, client: Client) -> None:
    assert client.get(f"/en/glossary/{query}").status_code == (400 if "%00" in query else 200)


def test_the_language_switch_stays_on_it_and_the_foot_leads_to_it(client: Client) -> None:
    tree = BeautifulSoup(client.get("/en/glossary/?letter=M").content.decode(), "html.parser")
    assert {link["hreflang"]: link["href"] for link in tree.select("nav.langs a")} == {
        code: f"/{code}/glossary/?letter=M" for code in CODES
    }
    home = BeautifulSoup(client.get("/fr/").content.decode(), "html.parser")
    assert [link["href"] for link in home.select("footer a") if "glossary" in link["href"]] == ["/fr/glossary/"]


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_or_three(count: int, client: Client) -> None:
    GlossaryConcept.objects.exclude(pk__in=GlossaryConcept.objects.values("pk")[:count]).delete()
    client.get("/en/glossary/")
    with CaptureQueriesContext(connection) as queries:
        assert len(shown(client)) == count
    assert len([one for one in queries if "taxonomy_glossary" in one["sql"]]) == 2


# --- The screens -----------------------------------------------------------------------------


def test_a_concept_is_added_changed_and_hidden_on_the_screen(people: People, client: Client) -> None:
    staff = staff_client(people, Role.WEB_EDITOR)
    assert staff.post(f"{LIST}new/", NEW).status_code == 302
    one = concept("zebra-crossing-en")
    # The same word twice is one; the preferred term is no other term of itself.
    assert (one.words("alternative", "en"), one.words("acronym", "en")) == (["Pedestrian crossing"], ["ZC"])
    assert shown(client, "?q=zebra") == ["Zebra crossing en"]
    sent = fields(page(staff, f"{LIST}{one.pk}/"))
    assert sent["also_en"] == "Pedestrian crossing"
    sent.pop("listed")
    assert staff.post(f"{LIST}{one.pk}/", sent | {"term_en": "Crossing"}).status_code == 302
    assert (concept("zebra-crossing-en").preferred("en"), shown(client, "?q=crossing")) == ("Crossing", [])
    assert [row[2] for row in table(page(staff, f"{LIST}?q=crossing"))] == ["hidden · changed here"]
    with acting_as(service_actor("auditor"), reason="test"):
        rows = AuditEntry.objects.filter(tenant_id=people.network().pk, action__startswith="glossary")
        assert list(rows.order_by("sequence").values_list("action", "reason")) == [
            ("glossary.added", "zebra-crossing-en"), ("glossary.edited", "zebra-crossing-en"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"term_fr": " "}, "Write the term in this language too."),
        ({"term_es": "servicio publico de empleo"}, "Another concept has this term."),
        ({"definition_pt-br": ""}, "Write the definition in this language too."),
        ({"also_en": "x" * 121}, "Keep each term under 120 characters."),
        ({"definition_en": "x" * 1001}, "Keep the definition under 1,000 characters."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(change: dict[str, str], said: str, people: People) -> None:
    answer = staff_client(people, Role.SPECIALIST).post(f"{LIST}new/", NEW | change)
    body = answer.content.decode()
    assert (answer.status_code, said in body, "Where one crosses (fr)." in body) == (422, True, True)
    assert "No concept fits." in words(page(staff_client(people, Role.LEAD), f"{LIST}?q=zebra"))


def test_only_those_whose_task_it_is_write(people: People) -> None:
    before = everything()
    for user in (people.publisher(), people.member(people.network(), Role.ADMINISTRATOR), people.focal_point()):
        with acting(user), pytest.raises(PermissionDenied):
            glossary.save_concept(
                concept=concept(),
                words={code: glossary.Words("Mine") for code in CODES},
                definition=dict.fromkeys(CODES, "x"),
            )
    assert everything() == before
