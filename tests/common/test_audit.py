"""The audit trail: one chain for each tenant, and nobody changes it unseen."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from network_site.common import audit, guards
from network_site.common.database import as_owner
from network_site.common.models import AuditEntry, AuditHead, TransitionRecord
from network_site.organizations.actor import Actor, acting_as, service_actor
from network_site.organizations.enums import Role

from ..databases import is_postgresql
from ..people import People, acting, draft

pytestmark = pytest.mark.embedded


def as_auditor() -> Any:
    return acting_as(service_actor("auditor"), reason="test")


def write(tenant: UUID, *reasons: str) -> list[AuditEntry]:
    """Append entries to a chain."""
    with as_auditor():
        return [
            audit.record("test.done", tenant_id=tenant, reason=reason, before={"n": 1}, after={"n": 2})
            for reason in reasons
        ]


def faults() -> list[tuple[int, str]]:
    with as_auditor():
        _count, found = audit.verify(AuditEntry.objects.all())
    return [(fault.sequence, fault.fault) for fault in found]


CHANGED = "was changed after it was written"
BEFORE = "does not follow the entry before it"
MISSING = "entries are missing before this one"
CUT = "the end of the chain is missing"


# --- The chain -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_tenant_has_a_chain_of_its_own() -> None:
    first, second = uuid4(), uuid4()
    one, other, two = *write(first, "a"), *write(second, "b"), *write(first, "c")
    assert [(entry.sequence, entry.previous_hash) for entry in (one, other, two)] == [(1, ""), (1, ""), (2, one.hash)]
    assert two.hash == audit.entry_hash(two)
    with as_auditor():
        assert audit.verify(AuditEntry.objects.all()) == (3, [])
        assert audit.verify(AuditEntry.objects.filter(tenant_id=first))[0] == 2


@pytest.mark.django_db
def test_texts_are_kept_as_hashes_only() -> None:
    with as_auditor():
        entry = audit.record("test.done", tenant_id=uuid4(), before={"title": "Secret"}, after={"title": "Secreto"})
        kept = AuditEntry.objects.values().get(pk=entry.pk)
    assert "Secret" not in str(kept)
    assert kept["before_hash"] == audit.digest({"title": "Secret"})
    assert kept["after_hash"] != kept["before_hash"]


@pytest.mark.django_db
def test_an_entry_that_is_rolled_back_leaves_no_gap() -> None:
    tenant = uuid4()
    write(tenant, "a")
    with as_auditor(), transaction.atomic():
        audit.record("test.done", tenant_id=tenant)
        transaction.set_rollback(True)
    assert [entry.sequence for entry in write(tenant, "b")] == [2]
    assert faults() == []


@pytest.mark.django_db
def test_a_tenants_administrator_reads_her_own_trail_and_nobody_elses(people: People) -> None:
    ministry = people.organization()
    draft(people.focal_point(ministry))
    draft(people.focal_point())
    with acting(people.member(ministry, Role.ADMINISTRATOR)):
        assert set(AuditEntry.objects.values_list("tenant_id", flat=True)) == {ministry.pk}
    for role in (Role.FOCAL_POINT, Role.CONTRIBUTOR):
        with acting(people.member(ministry, role)):
            assert AuditEntry.objects.count() == 0
    with acting_as(Actor()):
        assert AuditEntry.objects.count() == 0


# --- Append-only -----------------------------------------------------------------------------

CHANGES = ["UPDATE {table} SET id = id", "DELETE FROM {table}"]


@pytest.mark.django_db
@pytest.mark.parametrize("model", [AuditEntry, TransitionRecord])
@pytest.mark.parametrize("statement", CHANGES)
def test_no_statement_changes_or_deletes_an_entry(people: People, model: Any, statement: str) -> None:
    version = draft(people.focal_point())
    with acting(people.member(version.practice.owner, Role.FOCAL_POINT, Role.ADMINISTRATOR)):
        from practices import services

        services.perform(version, "hand_over")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table=model._meta.db_table))


@pytest.mark.postgresql
@pytest.mark.parametrize("model", [AuditEntry, TransitionRecord])
@pytest.mark.parametrize("statement", CHANGES)
def test_not_even_the_tables_owner_does(committed_people: People, model: Any, statement: str) -> None:
    from practices import services

    focal_point = committed_people.focal_point()
    version = draft(focal_point)
    with acting(focal_point):
        services.perform(version, "hand_over")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE ROW LEVEL SECURITY")
        with pytest.raises(DatabaseError, match="append-only"):
            cursor.execute(statement.format(table=model._meta.db_table))


# --- Tampering -------------------------------------------------------------------------------


@contextmanager
def tampering() -> Iterator[Callable[..., None]]:
    """What somebody with the owner's password (or the file) can do: take the guard away and write."""
    entry = next(one for one in guards.GUARDS if one.model == "common.AuditEntry")
    with as_owner():
        with connection.cursor() as cursor:
            if is_postgresql():
                cursor.execute(f"DROP TRIGGER {entry.name} ON {entry.table}")
                cursor.execute(f"ALTER TABLE {entry.table} DISABLE ROW LEVEL SECURITY")
            else:
                cursor.execute(f"DROP TRIGGER {entry.name}_update")
                cursor.execute(f"DROP TRIGGER {entry.name}_delete")

        def execute(statement: str, *parameters: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters)

        yield execute


def raw(pk: UUID) -> str:
    """An id as this database keeps it."""
    return str(pk) if is_postgresql() else pk.hex


def test_one_altered_byte_is_found_in_every_column(committed_db: str) -> None:
    tenant = uuid4()
    entries = write(tenant, "first", "second", "third")
    second = entries[1]
    other = raw(uuid4())
    altered: dict[str, Any] = {
        "action": "test.dono", "reason": "secone", "role": "x", "service": "auditoR", "object_type": "x",
        "object_id": other, "object_version": 7, "user_id": other, "organization_id": other,
        "before_hash": "0" * 64, "after_hash": "0" * 64, "at": "2020-01-01 00:00:00+00:00",
    }  # fmt: skip
    columns = ", ".join(altered)
    with connection.cursor() as cursor, as_auditor():
        cursor.execute(f"SELECT {columns} FROM common_auditentry WHERE id = %s", [raw(second.pk)])
        genuine = dict(zip(altered, cursor.fetchone(), strict=True))
    found = {}
    with tampering() as execute:
        for column, value in altered.items():
            execute(f"UPDATE common_auditentry SET {column} = %s WHERE id = %s", value, raw(second.pk))
            found[column] = faults()
            execute(f"UPDATE common_auditentry SET {column} = %s WHERE id = %s", genuine[column], raw(second.pk))
        assert faults() == []
    assert found == {column: [(2, CHANGED)] for column in altered}


def test_an_altered_hash_breaks_the_chain_after_it(committed_db: str) -> None:
    second = write(uuid4(), "first", "second", "third")[1]
    with tampering() as execute:
        execute("UPDATE common_auditentry SET hash = %s WHERE id = %s", "0" * 64, raw(second.pk))
        assert faults() == [(2, CHANGED), (3, BEFORE)]


def test_an_entry_rewritten_with_its_hash_breaks_the_next(committed_db: str) -> None:
    second = write(uuid4(), "first", "second", "third")[1]
    second.reason = "forged"
    with tampering() as execute:
        execute(
            "UPDATE common_auditentry SET reason = %s, hash = %s WHERE id = %s",
            second.reason,
            audit.entry_hash(second),
            raw(second.pk),
        )
        assert faults() == [(3, BEFORE)]


def test_a_missing_entry_and_a_cut_end_are_found(committed_db: str) -> None:
    entries = write(uuid4(), "first", "second", "third", "fourth")
    with tampering() as execute:
        execute("DELETE FROM common_auditentry WHERE id = %s", raw(entries[1].pk))
        assert faults() == [(3, MISSING)]
        execute("DELETE FROM common_auditentry WHERE id = %s", raw(entries[3].pk))
        assert faults() == [(3, MISSING), (4, CUT)]


def test_a_chain_that_was_taken_away_whole_is_found(committed_db: str) -> None:
    tenant = uuid4()
    write(tenant, "first", "second")
    with tampering() as execute:
        execute("DELETE FROM common_auditentry")
        assert faults() == [(2, CUT)]


def test_a_chain_whose_head_was_taken_away_is_found(committed_db: str) -> None:
    write(uuid4(), "first", "second")
    with tampering() as execute:
        execute("DELETE FROM common_audithead")
        assert faults() != []


def test_the_command_says_where_the_chain_does_not_hold(committed_db: str) -> None:
    tenant = uuid4()
    entry = write(tenant, "first")[0]
    out, err = io.StringIO(), io.StringIO()
    call_command("verify_audit", stdout=out, stderr=err)
    assert out.getvalue().strip() == "1 entries, every chain holds."
    with tampering() as execute:
        execute("UPDATE common_auditentry SET reason = 'forged' WHERE id = %s", raw(entry.pk))
    with pytest.raises(CommandError, match=r"^1 faults in 1 entries\.$") as failed:
        call_command("verify_audit", stdout=out, stderr=err)
    assert failed.value.returncode == 1
    assert err.getvalue().strip() == f"tenant {tenant}, entry 1: {CHANGED}"


@pytest.mark.django_db
def test_the_head_follows_the_chain() -> None:
    tenant = uuid4()
    last = write(tenant, "a", "b", "c")[-1]
    head = AuditHead.objects.get(tenant_id=tenant)
    assert (head.sequence, head.hash) == (3, last.hash)
