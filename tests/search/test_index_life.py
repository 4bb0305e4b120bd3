"""The index follows the entries, is built anew while all goes on, and is mended whatever befell it."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from elasticsearch import ConflictError, Elasticsearch

from network_site.common import outbox
from network_site.common.database import Busy, exclusive
from network_site.common.hooks import as_service
from network_site.common.models import Outbox
from search import indexing, queries, reconciling
from search.asked import SearchQuery
from search.documents import Document
from search.engines.elasticsearch import building, comparing, indices, writing
from search.kinds import kinds
from search.models import Entry
from search.models.entries import entry_id

from . import conftest
from .samples import Samples, document

pytestmark = pytest.mark.django_db

KIND = "practice"


@pytest.fixture
def es(elasticsearch: str) -> Iterator[Elasticsearch]:
    """A line to the node beside the site's own."""
    with conftest.node(elasticsearch) as own:
        yield own


@pytest.fixture
def make(es: Elasticsearch, make_entries: Callable[..., list[Entry]]) -> Callable[..., list[Entry]]:
    """Entries of a site that has Elasticsearch, so that each is due for the index; and nothing else is there."""
    for name in dict(kinds.items()):
        kinds.fill(name, Samples(name))
    Outbox.objects.update(state="done", done_at=timezone.now())

    def make(*documents: Document) -> list[Entry]:
        for one in documents:
            samples().things[one.key] = one
        with as_service("relay", "test: entries"):
            indexing.refresh(KIND, [one.key for one in documents])
        return [entry(one.key) for one in documents]

    return make


def samples() -> Samples:
    found = kinds.get(KIND)
    assert isinstance(found, Samples)
    return found


def change(key: str, one: Document | None) -> None:
    """A thing changes (None: it goes), and its entry with it."""
    if one is None:
        del samples().things[key]
    else:
        samples().things[key] = one
    with as_service("relay", "test: change"):
        indexing.refresh(KIND, [key])


def entry(key: str) -> Entry:
    with as_service("relay", ""):
        found: Entry = Entry.objects.get(pk=entry_id(KIND, key))
        return found


def indexed(es: Elasticsearch, key: str) -> dict[str, Any]:
    """The document of a thing as it is at this moment."""
    return dict(es.get(index=indices.alias_of(KIND), id=str(entry_id(KIND, key))).body)


def names(es: Elasticsearch) -> list[str]:
    """The indices of the kind."""
    return indices.indices_of(KIND, es.indices.get(index=f"{indices.alias_of(KIND)}-*").body)


def current(es: Elasticsearch) -> str:
    (name,) = es.indices.get_alias(name=indices.alias_of(KIND)).body
    return str(name)


def in_step(es: Elasticsearch) -> bool:
    """Whether every index is what the entries are: identifiers, versions, documents."""
    return not any(comparing.differences(es, kind, deep=True) for kind in dict(kinds.items()))


def build_all(es: Elasticsearch) -> None:
    for kind in dict(kinds.items()):
        building.rebuild(es, kind)


def check(*options: str) -> tuple[int, str]:
    """`manage.py search_check`: its exit code and what it prints."""
    output = io.StringIO()
    try:
        call_command("search_check", *options, stdout=output)
    except SystemExit as end:
        return int(str(end.code)), output.getvalue()
    return 0, output.getvalue()


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


# --- Pushing ---------------------------------------------------------------------------------


def test_a_change_reaches_the_index_under_the_revision_of_its_entry(
    es: Elasticsearch, make: Callable[..., list[Entry]]
) -> None:
    (one,) = make(document("Inspection by appointment"))
    build_all(es)
    outbox.drain()
    assert indexed(es, one.key)["_version"] == 1
    change(one.key, replace(samples().things[one.key], texts={"es": {"title": "Inspección"}}, source_language="es"))
    outbox.drain()
    found = indexed(es, one.key)
    assert (found["_version"], found["_source"]["title"]) == (2, {"es": "Inspección"})
    assert not Outbox.objects.exclude(state="done").exists()


def test_what_is_withdrawn_leaves_no_word_behind_and_cannot_come_back(
    es: Elasticsearch, make: Callable[..., list[Entry]]
) -> None:
    (one,) = make(document("Inspection by appointment", summary="A letter first.", body="Long."))
    build_all(es)
    change(one.key, None)
    outbox.drain()
    found = indexed(es, one.key)
    assert found["_source"] == {"kind": KIND, "key": one.key, "is_gone": True, "revision": 2}
    # A worker that read the entry before it was withdrawn, and writes only now.
    with writing.reached() as own, pytest.raises(ConflictError):
        writing.index_entry(own, one, None)
    # And a row that comes a second time.
    reconciling.push(Outbox(kind=indexing.DUE, object_id=one.pk, object_version=1))
    assert indexed(es, one.key)["_version"] == 2
    change(one.key, document("Inspection again", key=one.key))
    outbox.drain()
    assert indexed(es, one.key)["_version"] == 3


def test_without_an_index_the_first_push_builds_the_whole(es: Elasticsearch, make: Callable[..., list[Entry]]) -> None:
    """One that held a single document would answer as if there were no other."""
    made = make(*(document() for _number in range(5)))
    Outbox.objects.exclude(object_id=made[0].pk).update(state="done", done_at=timezone.now())
    outbox.drain()
    assert comparing.differences(es, KIND).documents == 5
    # The alias is never taken for the name of an index.
    assert list(es.indices.get(index=f"{indices.alias_of(KIND)}*").body) == [current(es)]


def test_a_bulk_into_a_missing_alias_makes_no_index(es: Elasticsearch, make: Callable[..., list[Entry]]) -> None:
    (one,) = make(document())
    assert writing.send(es, [one], index=indices.alias_of(KIND)) == [str(one.pk)]
    assert not es.indices.exists(index=indices.alias_of(KIND))


def test_an_outage_costs_little_makes_no_dead_letter_and_is_made_up_at_once(
    es: Elasticsearch, make: Callable[..., list[Entry]], settings: Any, client: Client
) -> None:
    build_all(es)
    url, settings.ELASTICSEARCH_URL = settings.ELASTICSEARCH_URL, closed_port()
    make(*(document() for _number in range(20)))
    began = time.monotonic()
    for _try in range(12):
        Outbox.objects.filter(kind=indexing.DUE).update(next_at=timezone.now())
        outbox.drain()
    assert time.monotonic() - began < 20
    rows = Outbox.objects.filter(kind=indexing.DUE)
    assert set(rows.values_list("state", "tries", "last_error")) == {("waiting", 12, "IndexAway")}
    Outbox.objects.filter(kind=indexing.DUE).update(created_at=timezone.now() - timedelta(hours=3))
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["index_answers"]) == (200, False)
    assert answer.json()["index_lag_seconds"] >= 3 * 3600
    reconciling.hasten()  # nothing: it is still away
    assert rows.filter(next_at__lte=timezone.now()).count() == 0
    settings.ELASTICSEARCH_URL = url
    reconciling.hasten()
    assert outbox.drain() == 20
    assert in_step(es)
    assert client.get("/health/").json() | {"outbox_age_seconds": 0} == {
        "status": "ok", "database": True, "outbox_age_seconds": 0, "index_lag_seconds": 0.0, "index_answers": True,
    }  # fmt: skip


def test_what_a_dead_worker_held_is_handed_out_again_within_half_a_minute(
    es: Elasticsearch, make: Callable[..., list[Entry]]
) -> None:
    (one,) = make(document())
    outbox.enqueue("test.slow", subject=one)
    taken = outbox.claim()
    reconciling.hasten()
    assert set(Outbox.objects.filter(pk__in=taken).values_list("state", flat=True)) == {"taken"}
    Outbox.objects.filter(pk__in=taken).update(leased_until=timezone.now() + outbox.LEASE - timedelta(seconds=21))
    reconciling.hasten()
    assert dict(Outbox.objects.filter(pk__in=taken).values_list("kind", "state")) == {
        indexing.DUE: "waiting", indexing.CHANGED: "taken", "test.slow": "taken",
    }  # fmt: skip


def test_without_elasticsearch_nothing_is_due_and_health_says_nothing_of_it(
    make_entries: Callable[..., list[Entry]], client: Client
) -> None:
    make_entries(document())
    assert not Outbox.objects.filter(kind=indexing.DUE).exists()
    reconciling.hasten()
    reconciling.reconcile_index()
    assert set(client.get("/health/").json()) == {"status", "database", "outbox_age_seconds"}
    code, printed = check("--kind", KIND)
    assert (code, "documents" in printed) == (0, False)
    with pytest.raises(CommandError, match="ELASTICSEARCH_URL"):
        call_command("search_rebuild")


# --- Building --------------------------------------------------------------------------------


def test_a_building_loses_nothing_of_what_is_written_meanwhile(
    es: Elasticsearch, make: Callable[..., list[Entry]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the new index is filled things change, go, come back and appear; people search without a gap."""
    monkeypatch.setattr(building, "CHUNK", 5)
    made = make(*(document(f"Sample {number}") for number in range(60)))
    build_all(es)
    outbox.drain()
    before, states = current(es), []

    def go_on(done: int, total: int) -> None:
        number = len(states)
        change(made[number].key, replace(samples().things[made[number].key], texts={"en": {"title": "Changed"}}))
        change(made[-1 - number].key, None)
        change(f"late-{number}", document("Latecomer", key=f"late-{number}"))
        outbox.drain()
        es.indices.refresh(index=indices.alias_of(KIND))
        result = queries.search(SearchQuery(text="latecomer"))
        states.append((result.is_reduced, result.total, current(es) == before))

    built = building.rebuild(es, KIND, go_on)
    assert len(states) >= 6
    assert states == [(False, number + 1, True) for number in range(len(states))]
    assert current(es) == built.index != before
    assert in_step(es)
    assert built.caught_up > 0
    assert queries.search(SearchQuery(text="latecomer")).total == len(states)
    assert comparing.differences(es, KIND).documents == 60 + len(states) == built.documents


def test_what_is_pushed_between_the_last_look_and_the_change_of_aliases_is_not_lost(
    es: Elasticsearch, make: Callable[..., list[Entry]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = make(document("Before"))
    build_all(es)
    change_over = building._change_over

    def change_first(*arguments: Any) -> set[str]:
        change(one.key, document("After", key=one.key))
        outbox.drain()  # to the old index, which the alias still names
        return change_over(*arguments)

    monkeypatch.setattr(building, "_change_over", change_first)
    assert building.rebuild(es, KIND).caught_up == 1
    assert indexed(es, one.key)["_source"]["title"] == {"en": "After"}
    assert in_step(es)


def test_an_index_that_lacks_something_does_not_take_the_place_of_the_old(
    es: Elasticsearch, make: Callable[..., list[Entry]]
) -> None:
    made = make(document("Sound"), document("A secret sentence"))
    build_all(es)
    before = current(es)
    broken = Entry.objects.get(pk=made[1].pk)
    Entry.objects.filter(pk=broken.pk).update(body=broken.body | {"published_at": "some day"})
    with pytest.raises(CommandError) as refused:
        call_command("search_rebuild", "--kind", KIND)
    assert str(broken.pk) in str(refused.value)
    assert "secret" not in str(refused.value)
    assert (current(es), names(es)) == (before, [before])
    assert queries.search(SearchQuery(text="sound")).total == 1


def test_a_document_that_is_refused_leaves_no_word_in_the_log(
    es: Elasticsearch, make: Callable[..., list[Entry]], caplog: pytest.LogCaptureFixture
) -> None:
    build_all(es)
    (one,) = make(document("A secret sentence"))
    Entry.objects.filter(pk=one.pk).update(body=one.body | {"published_at": "A secret day"})
    outbox.drain()
    assert Outbox.objects.get(kind=indexing.DUE).last_error == "IndexRefused"
    assert ("IndexRefused" in caplog.text, "secret" in caplog.text) == (True, False)


def test_the_last_two_indices_are_kept_and_halves_are_not(es: Elasticsearch, make: Callable[..., list[Entry]]) -> None:
    make(document())
    built = [building.rebuild(es, KIND).index for _round in range(3)]
    half = indices.index_name(KIND)
    neighbour = f"{indices.alias_of(KIND)}-notes-20260101000000"
    for name in (half, neighbour):
        es.indices.create(index=name)
    built.append(building.rebuild(es, KIND).index)
    assert names(es) == built[-2:]
    assert es.indices.exists(index=neighbour)
    # Both aliases name the new one alone.
    for alias in (indices.alias_of(KIND), indices.read_alias()):
        assert list(es.indices.get_alias(name=alias).body) == built[-1:]


def test_a_plain_index_under_the_name_of_the_alias_makes_way(
    es: Elasticsearch, make: Callable[..., list[Entry]]
) -> None:
    make(document())
    es.indices.create(index=indices.alias_of(KIND))
    building.rebuild(es, KIND)
    assert comparing.differences(es, KIND).documents == 1


def test_two_cannot_build_one_index_at_once(es: Elasticsearch, make: Callable[..., list[Entry]]) -> None:
    (one,) = make(document())
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with exclusive(f"search-{indices.alias_of(KIND)}"):
                held.set()
                done.wait(60)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert held.wait(60)
        with pytest.raises(Busy):
            building.rebuild(es, KIND)
        with pytest.raises(CommandError, match="somebody else"):
            call_command("search_rebuild", "--kind", KIND)
        reconciling.reconcile_index()  # goes on with the other kinds
        assert not es.indices.exists(index=indices.alias_of(KIND))
        assert es.indices.exists(index=indices.alias_of("organization"))
    finally:
        done.set()
        other.join(60)
    outbox.drain()
    building.rebuild(es, KIND)
    assert indexed(es, one.key)["_version"] == 1


def test_an_index_of_another_shape_is_built_anew(es: Elasticsearch, make: Callable[..., list[Entry]]) -> None:
    """After a release that changes fields or analyzers nobody has to remember a command."""
    make(document())
    build_all(es)
    reconciling.reconcile_index()
    before = current(es)
    es.indices.put_mapping(index=before, meta={"shape": "of last year"})
    assert check("--kind", KIND)[0] == 1
    reconciling.reconcile_index()
    assert current(es) != before
    assert in_step(es)


def test_the_command_says_what_it_built(es: Elasticsearch, make: Callable[..., list[Entry]]) -> None:
    make(*(document() for _number in range(3)))
    output = io.StringIO()
    call_command("search_rebuild", stdout=output)
    lines = output.getvalue().splitlines()
    assert [line.split(":")[0] for line in lines] == [name for name, _kind in kinds.items()]
    assert f"{KIND}: 3 documents" in output.getvalue()
    with pytest.raises(CommandError, match="No such kind"):
        call_command("search_rebuild", "--kind", "nothing")


# --- Comparing -------------------------------------------------------------------------------


def _missing(es: Elasticsearch, one: Entry) -> None:
    """The row that should have brought it there was lost."""
    new = document("Lost")
    change(new.key, new)
    Outbox.objects.update(state="done", done_at=timezone.now())


def _old(es: Elasticsearch, one: Entry) -> None:
    Entry.objects.filter(pk=one.pk).update(revision=9)


def _ahead(es: Elasticsearch, one: Entry) -> None:
    """The database was put back to last night's copy."""
    one.revision = 7
    writing.index_entry(es, one, None)


def _altered(es: Elasticsearch, one: Entry) -> None:
    given = indices.document_of(one) | {"title": {"en": "Something else"}}
    es.index(
        index=indices.alias_of(KIND), id=str(one.pk), document=given, version=one.revision, version_type="external_gte"
    )


def _strange(es: Elasticsearch, one: Entry) -> None:
    es.index(index=indices.alias_of(KIND), id=str(uuid4()), document=indices.document_of(one))


def _never_made(es: Elasticsearch, one: Entry) -> None:
    new = document("Nobody told")
    samples().things[new.key] = new


def _left_over(es: Elasticsearch, one: Entry) -> None:
    del samples().things[one.key]


def _of_before(es: Elasticsearch, one: Entry) -> None:
    samples().things[one.key] = document("New words", key=one.key, stamp="later")


def _altered_entry(es: Elasticsearch, one: Entry) -> None:
    Entry.objects.filter(pk=one.pk).update(body=one.body | {"is_demo": True})


@pytest.mark.parametrize(
    ("plant", "word", "is_deep"),
    [
        (_missing, "missing 1", False), (_old, "old 1", False), (_ahead, "ahead 1", False),
        (_altered, "altered 1", True), (_strange, "strange 1", False), (_never_made, "missing 1", False),
        (_left_over, "left_over 1", False), (_of_before, "old 1", False), (_altered_entry, "altered 1", True),
    ],
)  # fmt: skip
def test_every_kind_of_drift_is_found_and_repaired(
    es: Elasticsearch, make: Callable[..., list[Entry]], plant: Callable[..., None], word: str, is_deep: bool
) -> None:
    made = make(*(document(f"Sample {number}") for number in range(4)))
    build_all(es)
    outbox.drain()
    options = ("--kind", KIND, *(("--deep",) if is_deep else ()))
    assert check(*options)[0] == 0
    with as_service("relay", "test: drift"):
        plant(es, made[1])
    code, printed = check(*options)
    assert (code, word in printed) == (1, True), printed
    assert check(*options, "--repair")[0] == 1
    outbox.drain()
    assert check("--kind", KIND, "--deep") == (0, check("--kind", KIND, "--deep")[1])
    assert in_step(es)


@pytest.mark.parametrize("plant", [_missing, _old, _ahead, _strange])
def test_the_reconciler_repairs_without_being_asked_and_names_no_text(
    es: Elasticsearch,
    make: Callable[..., list[Entry]],
    plant: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = make(document("Quiet words"), document("More quiet words"))
    build_all(es)
    outbox.drain()
    with as_service("relay", "test: drift"):
        plant(es, made[0])
    with caplog.at_level("INFO"):
        reconciling.reconcile_index()
    assert "repaired" in caplog.text
    assert "uiet" not in caplog.text
    assert in_step(es)


def test_a_revision_goes_on_above_what_the_index_has_seen(es: Elasticsearch, make: Callable[..., list[Entry]]) -> None:
    (one,) = make(document("Last night"))
    build_all(es)
    with writing.reached() as own:
        _ahead(own, one)
    reconciling.reconcile_index()
    assert entry(one.key).revision == 8
    change(one.key, document("This morning", key=one.key))
    outbox.drain()
    assert (indexed(es, one.key)["_version"], in_step(es)) == (9, True)


# --- K6 --------------------------------------------------------------------------------------


def test_an_index_deleted_while_people_read_is_built_again_and_the_same(
    es: Elasticsearch, make: Callable[..., list[Entry]]
) -> None:
    make(*(document(f"Inspection {number}") for number in range(7)))
    build_all(es)
    outbox.drain()

    def read() -> tuple[bool, int, set[UUID]]:
        result = queries.search(SearchQuery(text="inspection"))
        return result.is_reduced, result.total, {hit.id for hit in result.hits}

    whole = read()
    assert whole[:2] == (False, 7)
    es.indices.delete(index=current(es))
    # Not an answer without practices: the database answers, with all of them, and the page says so.
    assert read() == (True, *whole[1:])
    reconciling.reconcile_index()
    assert read() == whole
    assert in_step(es)
