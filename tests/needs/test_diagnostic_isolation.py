"""A ministry's diagnostic is visible to nobody else: not by a manager, a share, a policy, nor in what is made of it."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction

from needs import services
from needs.models import Answer, Diagnostic
from network_site.common import outbox
from network_site.common.models import AuditEntry, Export, Notice, Outbox, TransitionRecord
from network_site.common.scoping import ForeignWrite
from network_site.organizations import rls
from network_site.organizations import services as organizations
from network_site.organizations.actor import SERVICES, acting_as, service_actor
from network_site.organizations.enums import Capacity, Role
from network_site.organizations.models import User
from network_site.organizations.trail import describers
from network_site.publishing.models import PublishedRecord
from search.models import Entry

from ..people import People, acting
from .diagnosing import evidence, finished, score

pytestmark = pytest.mark.django_db
embedded = pytest.mark.embedded
WORD = "zqdiagnosticqz"


def lived(people: People) -> tuple[Diagnostic, User]:
    """A diagnostic that went through everything: answered with a file, finished, needs drafted, opened again."""
    focal_point = people.focal_point(people.organization(country="UY"))
    made = finished(focal_point, {"D3.3": 0, "D5.1": 2, "D1.1": 4}, f"{WORD} title", f"{WORD} note")
    with acting(focal_point):
        services.reopen_diagnostic(made)
    score(focal_point, made, {"D7.5": 1}, f"{WORD} note", upload=evidence(name=f"{WORD}.pdf"))
    with acting(focal_point):
        services.finish_diagnostic(made)
    outbox.drain()
    return made, focal_point


@embedded
def test_a_share_opens_it_to_nobody(people: People) -> None:
    made, focal_point = lived(people)
    specialist = people.specialist()
    with acting(focal_point):
        for capacity in Capacity.values:
            organizations.share(made, capacity=capacity, user=specialist)
            organizations.share(made, capacity=capacity, organization=people.network())
    with acting(specialist):
        assert not Diagnostic.objects.exists()
        assert not Answer.objects.exists()


@embedded
def test_no_service_of_the_site_reads_it(people: People) -> None:
    lived(people)
    for name in SERVICES:
        with acting_as(service_actor(name), reason="test"):
            assert not Diagnostic.objects.exists(), name
            assert not Answer.objects.exists(), name


@embedded
def test_nothing_of_it_stands_in_what_the_site_makes_of_records(people: People) -> None:
    """Search, public records, notices, outbox, trail, history: none holds a word, and none a score."""
    made, _focal_point = lived(people)
    told = {"relay": (Entry, PublishedRecord, Notice, Export, Outbox), "auditor": (AuditEntry, TransitionRecord)}
    for name, models in told.items():
        with acting_as(service_actor(name), reason="test"):
            for model in models:
                rows = json.dumps(list(model.objects.values()), default=str, ensure_ascii=False)
                assert WORD not in rows, model.__name__
    assert not Outbox.objects.filter(object_id=made.pk).exists()
    entries = trail_of(made)
    assert {action for action, *_rest in entries} == {
        "diagnostic.answered", "diagnostic.created", "diagnostic.finish", "diagnostic.reopen",
    }  # fmt: skip
    # Not even a digest, from which a score could be guessed.
    assert {rest for _action, *rest_of in entries for rest in rest_of} == {""}


def trail_of(diagnostic: Diagnostic) -> list[tuple[str, ...]]:
    """Everything that the audit trail keeps of it."""
    with acting_as(service_actor("auditor"), reason="test"):
        entries = AuditEntry.objects.filter(object_id=diagnostic.pk)
        return list(entries.values_list("action", "before_hash", "after_hash", "reason"))


@embedded
def test_the_trail_has_words_for_every_step_and_a_title_for_its_ministry_alone(people: People) -> None:
    made, focal_point = lived(people)
    describer = next(one for one in describers if one.words("diagnostic.created"))
    actions = {entry[0] for entry in trail_of(made)}
    assert [action for action in actions if not describer.words(action)] == []
    with acting(focal_point):
        assert describer.subjects("needs.diagnostic", [made.pk])[made.pk][0] == f"{WORD} title"
    with acting(people.specialist()):
        assert describer.subjects("needs.diagnostic", [made.pk]) == {}


@embedded
def test_nobody_begins_one_for_another_ministry(people: People) -> None:
    made, _focal_point = lived(people)
    rival = people.focal_point()
    with acting(rival) as actor:
        with pytest.raises(ForeignWrite):
            Diagnostic.objects.create(owner_id=made.owner_id, title="x", created_by_id=actor.user_id)
        with pytest.raises(ForeignWrite):
            Answer.objects.create(diagnostic=made, item_id="D6.2.1")
        assert Diagnostic.objects.filter(pk=made.pk).update(title="x") == 0
        assert Answer.objects.filter(diagnostic=made).update(score=4) == 0


@pytest.mark.postgresql
def test_the_second_lock_says_the_same(people: People) -> None:
    """Without our managers, as the role of the site: the ministry's people read it, and nobody else."""
    made, focal_point = lived(people)
    network = people.network()
    with acting(focal_point):
        organizations.share(made, capacity=Capacity.NETWORK, organization=network)
        assert _seen() == {"needs_diagnostic": 1, "needs_answer": 40}
    for stranger in (
        people.focal_point(), people.specialist(), people.publisher(), people.member(network, Role.LEAD),
        people.member(network, Role.ADMINISTRATOR),
    ):  # fmt: skip
        with acting(stranger):
            assert _seen() == {"needs_diagnostic": 0, "needs_answer": 0}
            assert _changed(made) == 0
    for name in SERVICES:
        with acting_as(service_actor(name), reason="test"):
            assert _seen() == {"needs_diagnostic": 0, "needs_answer": 0}, name
    with (
        acting(people.focal_point()),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO needs_answer (id, diagnostic_id, item_id, note, file, file_name, content_type, lock_version)"
            " VALUES (gen_random_uuid(), %s, 'D6.2.1', '', '', '', '', 1)",
            [made.pk],
        )


def _seen() -> dict[str, int]:
    seen = {}
    with connection.cursor() as cursor:
        for table in ("needs_diagnostic", "needs_answer"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            seen[table] = cursor.fetchone()[0]
    return seen


def _changed(diagnostic: Diagnostic) -> int:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE needs_diagnostic SET title = 'x' WHERE id = %s", [diagnostic.pk])
        first = cursor.rowcount
        cursor.execute("UPDATE needs_answer SET score = 4 WHERE diagnostic_id = %s", [diagnostic.pk])
        return int(first + cursor.rowcount)


@embedded
def test_the_policies_of_both_tables_are_the_ministrys_alone() -> None:
    assert Diagnostic.read_sql() == Diagnostic.write_sql() == "owner_id = enlace_organization()"
    assert {Diagnostic, Answer} <= set(rls.private_models())
