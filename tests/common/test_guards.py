"""Tables that keep their promise even when the code does not."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from network_site.common import guards
from network_site.common.database import allow, as_owner
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.publishing.models import PublishedRecord, PublishedVersion, RecordTerm

from ..databases import is_postgresql
from ..people import People, acting, published

pytestmark = pytest.mark.embedded


def names_of(entry: guards.Guard) -> list[str]:
    """The triggers that a guard consists of."""
    if is_postgresql():
        return [entry.name]
    events = ["update", "delete"] if entry.promise == guards.APPEND_ONLY else ["insert", "update", "delete"]
    return [f"{entry.name}_{event}" for event in events]


def drop(entry: guards.Guard, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name} ON {entry.table}" if is_postgresql() else f"DROP TRIGGER {name}")


def complaints() -> list[str]:
    """What `manage.py check --database default` says of guards."""
    return [error.msg for error in run_checks(databases=["default"]) if error.id == "enlace.E001"]


def test_which_tables_are_guarded() -> None:
    assert {(entry.model, entry.promise) for entry in guards.GUARDS} >= {
        ("common.AuditEntry", "append-only"),
        ("common.TransitionRecord", "append-only"),
        ("publishing.PublishedRecord", "publishing-only"),
        ("publishing.PublishedVersion", "publishing-only"),
        ("publishing.RecordTerm", "publishing-only"),
        ("learning.CaseAnswer", "append-only"),
    }


@pytest.mark.django_db
def test_every_guard_stands() -> None:
    assert guards.missing_guards("default") == []
    assert complaints() == []


def test_each_lost_trigger_is_reported_and_comes_back(committed_db: str) -> None:
    missed = []
    with as_owner():
        for entry in guards.GUARDS:
            for name in names_of(entry):
                drop(entry, name)
                if guards.missing_guards("default") != [entry.table]:
                    missed.append(name)
                guards.install_guards("default")
                assert guards.missing_guards("default") == []
    assert missed == []


def test_check_says_so_and_migrate_mends_it(committed_db: str) -> None:
    entry = guards.GUARDS[0]
    with as_owner():
        for name in names_of(entry):
            drop(entry, name)
    assert complaints() == [f"The table {entry.table} has lost its guard."]
    call_command("migrate", verbosity=0, interactive=False)
    assert complaints() == []


@pytest.mark.django_db
def test_the_public_plane_is_written_by_publishing_alone(people: People) -> None:
    version = published(people)
    record = PublishedRecord.objects.get(pk=version.practice_id)
    writes: list[Any] = [
        lambda: PublishedRecord.objects.filter(pk=record.pk).update(slug="another"),
        lambda: PublishedVersion.objects.filter(record=record).update(digest=""),
        lambda: RecordTerm.objects.filter(record=record).delete(),
        lambda: RecordTerm.objects.create(record=record, term_id="LAF1.2"),
        lambda: PublishedVersion.objects.create(record=record, version=9, schema="x", snapshot={}, digest=""),
        lambda: record.delete(),
    ]
    refused = 0
    with acting(people.member(people.network(), Role.PUBLISHER)):
        for write in writes:
            try:
                with transaction.atomic():
                    write()
            except DatabaseError:
                refused += 1
    assert refused == len(writes)
    record.refresh_from_db()
    assert record.slug == "inspection-by-appointment"


@pytest.mark.django_db
def test_the_gate_closes_again_after_publishing(people: People) -> None:
    version = published(people)
    with acting_as(service_actor("relay"), reason="test"), transaction.atomic():
        with allow("publishing"):
            PublishedRecord.objects.filter(pk=version.practice_id).update(slug="opened")
        with pytest.raises(DatabaseError, match="publishing-only"), transaction.atomic():
            PublishedRecord.objects.filter(pk=version.practice_id).update(slug="closed")
        assert PublishedRecord.objects.get(pk=version.practice_id).slug == "opened"


@pytest.mark.django_db
def test_the_gate_closes_after_a_failure_too() -> None:
    with pytest.raises(RuntimeError), transaction.atomic(), allow("publishing"):
        raise RuntimeError
    with pytest.raises(DatabaseError), transaction.atomic():
        PublishedVersion.objects.create(record_id=uuid4(), version=1, schema="x", snapshot={}, digest="")
