"""Meanings: what is near is found across languages, what is not is not, and all of it works without an encoder."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.conf import settings as site
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from network_site.organizations.actor import acting_as, service_actor
from network_site.publishing.models import PublishedRecord
from practices import pdf
from practices.cards import page_context
from practices.models import DatabankPage
from search import encoding, indexing, meaning, questions
from search.asked import SearchQuery
from search.models import EntryVector
from search.viewers import PUBLIC

from ..people import People, published
from ..queries import asking
from .things import KIND, Things, deliver, entry, things, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
needs_encoder = pytest.mark.skipif(not site.TEST_SEARCH_ENCODER, reason="this run goes by words alone (SEARCH_ENCODER)")
ENCODER = "search.meaning:SentenceEncoder"

PROFILING = "Statistical profiling of jobseekers"
INSPECTION = "Labour inspectors announce their visits by letter"
APPRENTICES = "Ausbildung"


@pytest.fixture
def kind(db: None) -> Iterator[Things]:
    with things() as made:
        yield made


@pytest.fixture
def encoded(kind: Things) -> Things:
    kind.put(PROFILING)
    kind.put(INSPECTION)
    deliver(encoding.WANTED)
    return kind


def near(text: str, audiences: tuple[str, ...] = ("public",), kinds: tuple[str, ...] = (KIND,)) -> list[str]:
    vector = meaning.vector_of(text)
    assert vector is not None
    found = meaning.nearest(vector, audiences, kinds)
    titles = {entry(title).pk: title for title in (PROFILING, INSPECTION) if entry_exists(title)}
    return [titles.get(pk, str(pk)) for pk, _score in found]


def entry_exists(title: str) -> bool:
    from search.models import Entry
    from search.models.entries import entry_id

    with acting_as(service_actor("relay"), reason="test"):
        return Entry.objects.filter(pk=entry_id(KIND, title)).exists()


# --- With an encoder -------------------------------------------------------------------------


@needs_encoder
@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("perfilado de desempleados", PROFILING),
        ("profilage des demandeurs d'emploi", PROFILING),
        ("os inspetores avisam a visita por carta", INSPECTION),
    ],
)
def test_a_question_finds_what_is_meant_in_another_language_first(encoded: Things, question: str, found: str) -> None:
    assert near(question)[0] == found


@needs_encoder
@pytest.mark.parametrize(
    "question",
    ["receta de pastel de chocolate", "weather in paris tomorrow", "prix des billets d'avion", "como plantar tomates"],
)
def test_a_question_about_nothing_here_finds_nothing(encoded: Things, question: str) -> None:
    assert near(question, kinds=()) == []


@needs_encoder
def test_a_vector_makes_the_entry_one_revision_newer_once(kind: Things) -> None:
    made = kind.put(PROFILING)
    assert (len(waiting(indexing.CHANGED)), len(waiting(encoding.WANTED))) == (1, 1)
    deliver(encoding.WANTED)
    after = entry(PROFILING)
    assert (after.revision, after.body, after.digest) == (made.revision + 1, made.body, made.digest)
    assert [row.object_version for row in waiting(indexing.CHANGED)] == [made.revision, after.revision]
    vector = meaning.vectors_of([made.pk, uuid4()])
    assert list(vector) == [made.pk]
    assert len(vector[made.pk]) == meaning.DIMENSIONS
    assert sum(number * number for number in vector[made.pk]) == pytest.approx(1, abs=0.01)
    with acting_as(service_actor("relay"), reason="test"):
        assert encoding.encode([made.pk]) == 0
    assert (deliver(encoding.WANTED), entry(PROFILING).revision) == (0, after.revision)


@needs_encoder
def test_only_another_text_gets_another_vector(encoded: Things) -> None:
    before = EntryVector.objects.get(entry=entry(PROFILING))
    changed = encoded.put(PROFILING, keywords="a new keyword")
    deliver(encoding.WANTED)
    assert (EntryVector.objects.get(entry=changed).vector, entry(PROFILING).revision) == (
        before.vector, changed.revision,
    )  # fmt: skip
    encoded.put(PROFILING, summary="Now about something else: the pay of domestic workers.")
    deliver(encoding.WANTED)
    assert EntryVector.objects.get(entry=changed).digest != before.digest


@needs_encoder
def test_a_name_alone_has_no_vector(encoded: Things) -> None:
    bare = encoded.put(PROFILING, summary="")
    assert deliver(encoding.WANTED) == 0
    assert not EntryVector.objects.filter(entry=bare).exists()
    assert near("perfilado de desempleados") == []


@needs_encoder
def test_a_new_vector_is_found_at_once_and_a_gone_one_no_more(encoded: Things) -> None:
    assert near("perfilado de desempleados") == [PROFILING]
    encoded.remove(PROFILING)
    assert not EntryVector.objects.filter(entry=entry(PROFILING)).exists()
    assert near("perfilado de desempleados") == []
    encoded.put(PROFILING)
    deliver(encoding.WANTED)
    assert near("perfilado de desempleados") == [PROFILING]


@needs_encoder
def test_who_may_not_find_an_entry_is_not_told_that_it_is_near(encoded: Things) -> None:
    encoded.put(PROFILING, audience="network")
    assert near("perfilado de desempleados") == []
    with acting_as(service_actor("relay"), reason="test"):
        assert near("perfilado de desempleados", ("public", "network")) == [PROFILING]


@needs_encoder
def test_the_nearest_cost_two_queries_however_many(encoded: Things) -> None:
    vector = meaning.vector_of("perfilado de desempleados") or ()
    meaning.nearest(vector, ["public"], [KIND])
    with asking(2):
        meaning.nearest(vector, ["public"], [KIND])
    for number in range(20):
        encoded.put(f"Profiling {number}", summary="Statistical profiling of jobseekers.")
    deliver(encoding.WANTED)
    assert len(meaning.nearest(vector, ["public"], [KIND], 15)) == 15
    with asking(2):
        meaning.nearest(vector, ["public"], [KIND], 15)


@needs_encoder
def test_neighbours_are_others_only(encoded: Things) -> None:
    twin = encoded.put("Perfilado estadístico de desempleados", language="es")
    deliver(encoding.WANTED)
    assert [pk for pk, _score in meaning.neighbours(entry(PROFILING).pk, ["public"], [KIND])] == [twin.pk]
    assert meaning.neighbours(uuid4(), ["public"]) == []


@needs_encoder
def test_threads_share_one_encoder() -> None:
    texts = [f"Inspection of workplace number {number} in the north" for number in range(12)]
    alone = [meaning.vector_of(text) for text in texts]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(meaning.vector_of, texts)) == alone


@needs_encoder
def test_questions_of_one_word_codes_and_alerts_go_by_words(kind: Things) -> None:
    def vector(text: str, **how: bool) -> object:
        return questions.make(SearchQuery(text=text), PUBLIC, **how).vector

    assert len(vector("profiling of jobseekers") or ()) == meaning.DIMENSIONS  # type: ignore[arg-type]
    assert [vector("profiling"), vector("P-0007 profiling"), vector(""), vector("jobs here", with_meaning=False)] == [
        None, None, None, None,
    ]  # fmt: skip


@needs_encoder
def test_the_command_encodes_what_lacks_it_and_tells_the_cost(kind: Things) -> None:
    kind.put(PROFILING)
    out = StringIO()
    call_command("search_encode", stdout=out)
    assert "have one." in out.getvalue()
    assert EntryVector.objects.filter(entry=entry(PROFILING)).exists()
    revision = entry(PROFILING).revision
    call_command("search_encode", stdout=StringIO())
    assert entry(PROFILING).revision == revision
    call_command("search_encode", "--cost", stdout=out)
    assert all(words in out.getvalue() for words in ("a question:", "1,000 records:", "MB"))


# --- Without one -----------------------------------------------------------------------------


@pytest.fixture(params=["", "nobody.has.this:Encoder"])
def wordless(request: pytest.FixtureRequest, settings: object) -> str:
    settings.SEARCH_ENCODER = request.param  # type: ignore[attr-defined]
    return str(request.param)


def test_without_an_encoder_nothing_has_a_meaning_and_nothing_breaks(wordless: str, kind: Things) -> None:
    made = kind.put(PROFILING)
    deliver(encoding.WANTED)
    assert entry(PROFILING).revision == made.revision
    assert questions.make(SearchQuery(text="profiling of jobseekers"), PUBLIC).vector is None
    assert meaning.nearest([0.0] * meaning.DIMENSIONS, ["public"]) == []
    assert (meaning.neighbours(made.pk, ["public"]), meaning.vectors_of([made.pk])) == ([], {})
    with pytest.raises(CommandError, match="no encoder"):
        call_command("search_encode")


# --- Similar practices -----------------------------------------------------------------------


def record_of(people: People, **texts: str) -> PublishedRecord:
    version = published(people, **texts)
    with acting_as(service_actor("relay"), reason="test"):
        indexing.refresh("practice", [str(version.practice_id)])
    return PublishedRecord.objects.select_related("owner", "country").get(pk=version.practice_id)


def address(record: PublishedRecord, language: str = "en") -> str:
    return f"{DatabankPage.objects.get(locale__language_code=language).url}{record.path}"


def section(client: Client, url: str) -> object:
    return BeautifulSoup(client.get(url).content.decode(), "html.parser").select_one("section[aria-labelledby=similar]")


@needs_encoder
def test_a_practice_names_similar_ones_with_their_place_and_language_and_its_pdf_does_not(
    people: People, client: Client
) -> None:
    one = record_of(people, title="Inspection by appointment")
    other = record_of(people, title="Inspectors write before they visit")
    deliver(encoding.WANTED)
    shown = section(client, address(one, "es"))
    assert shown is not None
    (link,) = shown.select("a")  # type: ignore[attr-defined]
    assert (link.get_text(), link["href"], link["lang"]) == (
        "Inspectors write before they visit", address(other, "es"), "en",
    )  # fmt: skip
    assert "Se muestra en inglés" in shown.get_text() or "inglés" in shown.get_text()  # type: ignore[attr-defined]
    html = pdf.page_as_html(page_context(one, one.snapshot) | {"record": one, "snapshot": one.snapshot})
    assert "Inspectors write before they visit" not in html


@needs_encoder
def test_similar_practices_cost_the_same_for_one_and_for_four(people: People, client: Client) -> None:
    from search.beside import similar_practices

    one = record_of(people, title="Inspection by appointment")
    record_of(people, title="Inspectors write before they visit")
    deliver(encoding.WANTED)

    def cost() -> tuple[int, int]:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        cache.clear()
        similar_practices(one)
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            made = similar_practices(one)
        return len(made[1]["similar"]) if made else 0, len(asked.captured_queries)

    few = cost()
    for number in range(3):
        record_of(people, title=f"Inspectors write before they visit, district {number}")
    deliver(encoding.WANTED)
    assert (few, cost()) == ((1, few[1]), (4, few[1]))
    assert few[1] <= 13


@needs_encoder
def test_rows_that_wait_together_are_encoded_together_and_each_entry_once(kind: Things) -> None:
    made = [kind.put(f"Profiling of jobseekers in district {number}") for number in range(5)]
    deliver(encoding.WANTED)
    assert [entry(one.key).revision - one.revision for one in made] == [1] * 5
    assert len(waiting(indexing.CHANGED)) == 10


def test_loading_the_glossary_again_after_an_update_of_its_file_is_one_walk(db: None) -> None:
    from network_site.taxonomy.glossary import load_glossary
    from network_site.taxonomy.models import GlossaryTerm
    from search import topics

    deliver(topics.GLOSSARY_CHANGED)
    load_glossary()
    assert waiting(topics.GLOSSARY_CHANGED) == []
    GlossaryTerm.objects.filter(concept__code__in=["telework", "strike"]).delete()
    load_glossary()
    assert len(waiting(topics.GLOSSARY_CHANGED)) == 1
