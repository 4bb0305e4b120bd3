"""Probes of the two locks: each looks for one kind of leak and returns what it found, in words.

The tests assert that a probe finds nothing; test_planted_holes.py asserts that it finds a hole that
was made on purpose.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from network_site.common.scoping import ForeignWrite, NoActor, ScopedModel, unscoped
from network_site.organizations.actor import Actor, acting_as
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Share
from network_site.organizations.rls import private_models
from network_site.publishing.models import PublishedFile, PublishedRecord, PublishedVersion
from practices import services
from practices.conflicts import ConflictOfInterest
from practices.models import PracticeVersion, Review, ReviewScore

from . import plant_execution, plant_needs, plant_offers
from .dump import rows_of, text_of, words_in
from .population import World

JOURNALS = {"common.AuditEntry", "common.TransitionRecord"}
# The services that together read most of what there is.
READERS = ("service relay", "service auditor", "service accounts", "service grader")


# --- Reading ---------------------------------------------------------------------------------


def words_met(world: World, name: str, actor: Actor, query: Callable[[type[ScopedModel]], Any]) -> list[str]:
    """Rows that an actor reads although a word in them is not meant for it."""
    forbidden = world.all_words - world.rows_words(name)
    met: dict[str, set[str]] = {}
    with acting_as(actor):
        for model in private_models():
            for text in rows_of(query(model)).values():
                for word in words_in(text, forbidden):
                    met.setdefault(word, set()).add(model.__name__)
    return [f"{name} reads {word} in {', '.join(sorted(models))}" for word, models in sorted(met.items())]


def reading_leaks(world: World, names: Iterable[str] = ()) -> list[str]:
    """Words that anybody meets through the managers of the private models."""
    actors = world.actors()
    return [
        leak for name in (names or actors) for leak in words_met(world, name, actors[name], lambda model: model.objects)
    ]


def unscoped_leaks(world: World, names: Iterable[str] = ()) -> list[str]:
    """The same when lock 1 is gone round: only row-level security stands in the way."""
    actors = world.actors()
    return [leak for name in (names or actors) for leak in words_met(world, name, actors[name], unscoped)]


def join_leaks(world: World) -> list[str]:
    """Values of foreign rows that an actor reaches by a join from rows of its own."""
    leaks = []
    for name, actor in world.actors().items():
        with acting_as(actor):
            visible = {model: set(model.objects.values_list("pk", flat=True)) for model in private_models()}
            for model in private_models():
                for field in model._meta.get_fields():
                    target = field.related_model if field.is_relation else None
                    if target not in visible or not visible[model]:
                        continue
                    # A column beside the key, because Django reads the key itself from the row at hand.
                    columns = [part.name for part in target._meta.concrete_fields if not part.is_relation]
                    column = next((name for name in columns if name not in {"id", "created_at"}), "pk")
                    joined = model.objects.values_list(f"{field.name}__pk", f"{field.name}__{column}")
                    if any(pk and value is not None and pk not in visible[target] for pk, value in joined):
                        leaks.append(f"{name} joins from {model._meta.label} over {field.name} to foreign rows")
    return leaks


def public_leaks(world: World) -> list[str]:
    """Published records that were meant for members and are read by others."""
    leaks = []
    for name, actor in world.actors().items():
        member = bool(actor.organization_id or actor.service)
        with acting_as(actor):
            found = text_of({"rows": list(PublishedRecord.objects.values("snapshot", "slug"))})
        if words_in(found, {"zqmembersqz"}) and not member:
            leaks.append(f"{name} reads a record for members")
    if words_in(text_of({"rows": list(PublishedRecord.objects.values("snapshot"))}), {"zqmembersqz"}):
        leaks.append("nobody at all reads a record for members")
    return leaks


def publication_leaks(world: World) -> list[str]:
    """Words of the private plane in the public one."""
    public = {house.word("public") for house in (world.a, world.b)} | {"zqmembersqz"}
    public |= plant_needs.public_words(world, is_member=True)
    public |= plant_offers.public_words(world)
    public |= plant_execution.public_words(world)
    with acting_as(world.actors()["specialist"]):
        text = text_of(
            {
                "records": list(PublishedRecord.objects.values()),
                "versions": list(PublishedVersion.objects.values()),
                "files": list(PublishedFile.objects.values()),
            }
        )
    return [f"the public plane holds {word}" for word in words_in(text, world.all_words - public)]


def review_leaks(world: World) -> list[str]:
    """Reviews and scores that others than their reviewer and the Network read."""
    leaks = []
    for name, actor in world.actors().items():
        if name in {"specialist", "publisher", "service relay", "service reviews"}:
            continue
        with acting_as(actor):
            foreign = Review.objects.exclude(reviewer_id=actor.user_id or uuid4()).count()
            scores = ReviewScore.objects.exclude(review__reviewer_id=actor.user_id or uuid4()).count()
        if foreign or scores:
            leaks.append(f"{name} reads {foreign} foreign reviews and {scores} foreign scores")
    return leaks


def share_leaks(world: World) -> list[str]:
    """Parties that still read the shared draft although their share ended."""
    version = world.b.versions["shared"]
    ended = ("donor", "reviewer of something else", "specialist", "publisher")
    leaks = []
    for name in ended:
        with acting_as(world.actors()[name]):
            if PracticeVersion.objects.filter(pk=version.pk).exists():
                leaks.append(f"{name} reads on after the share ended")
    return leaks


def conflict_leaks(world: World) -> list[str]:
    """People with a tie to a practice who may be asked to review it all the same."""
    people, dossier = world.people, world.b.versions["dossier"]
    neighbours = people.organization(OrganizationKind.ACADEMIC, country=world.b.organization.country_id)
    elsewhere = people.organization(OrganizationKind.ACADEMIC)
    tied = {
        "somebody of the practice's country": (people.member(neighbours, Role.CONTRIBUTOR), neighbours),
        "somebody who wrote it": (people.member(elsewhere, Role.CONTRIBUTOR, user=world.b.focal_point), elsewhere),
        "somebody of a ministry": (people.member(elsewhere, Role.CONTRIBUTOR, user=world.a.focal_point), elsewhere),
    }
    leaks = []
    for words, (user, organization) in tied.items():
        with acting_as(world.actors()["specialist"]):
            version = PracticeVersion.objects.get(pk=dossier.pk)
            try:
                with transaction.atomic():
                    services.assign_reviewer(version, reviewer=user, organization=organization)
                    transaction.set_rollback(True)
            except ConflictOfInterest:
                continue
        leaks.append(f"{words} is asked to review")
    return leaks


# --- Nobody asks -----------------------------------------------------------------------------

WAYS: dict[str, Callable[[Any], object]] = {
    "all": lambda model: list(model.objects.all()),
    "filter": lambda model: list(model.objects.filter(pk=uuid4())),
    "exclude.exists": lambda model: model.objects.exclude(pk=uuid4()).exists(),
    "exists": lambda model: model.objects.exists(),
    "count": lambda model: model.objects.count(),
    "get": lambda model: model.objects.get(pk=uuid4()),
    "first": lambda model: model.objects.first(),
    "values": lambda model: list(model.objects.values("pk")),
    "aggregate": lambda model: model.objects.aggregate(models.Count("pk")),
    "in_bulk": lambda model: model.objects.in_bulk(),
    "iterator": lambda model: list(model.objects.iterator()),
    "explain": lambda model: model.objects.all().explain(),
    "union": lambda model: list(model.objects.all().union(unscoped(model).none())),
    "update": lambda model: model.objects.update(id=uuid4()),
    "delete": lambda model: model.objects.all().delete(),
    "bulk_create": lambda model: model.objects.bulk_create([model()]),
    "refresh_from_db": lambda model: model(pk=uuid4()).refresh_from_db(),
    "save": lambda model: model(pk=uuid4()).save(),
    "save of an old row": lambda model: _as_read(model(pk=uuid4())).save(),
    "delete of an old row": lambda model: _as_read(model(pk=uuid4())).delete(),
}


def _as_read(row: Any) -> Any:
    row._state.adding = False
    return row


def silent_ways() -> list[str]:
    """Ways to reach private rows that do not raise NoActor although nobody asks."""
    silent = []
    for model in private_models():
        for name, way in WAYS.items():
            try:
                with transaction.atomic():
                    answer = way(model)
            except NoActor:
                continue
            except Exception as error:
                if isinstance(error, DatabaseError) and "no actor" in str(error):  # the second lock held
                    continue
                silent.append(f"{model._meta.label}: {name} raises {type(error).__name__}")
            else:
                # What nobody at all may change the second lock does not even find: it has nobody to ask for.
                if (name, answer, model.write_sql(), connection.vendor) != ("update", 0, "false", "postgresql"):
                    silent.append(f"{model._meta.label}: {name} answers")
    return silent


def silent_relations(world: World) -> list[str]:
    """Related managers and forward keys that answer although nobody asks."""
    silent, rows = [], []
    for name in ("service relay", "service grader"):
        with acting_as(world.actors()[name]):
            rows += [
                (row, field)
                for model in private_models()
                for field in model._meta.get_fields()
                if field.is_relation
                and issubclass(field.related_model, ScopedModel)
                # A key that is empty asks nothing, so one that is not is looked for.
                and (row := model.objects.exclude(**{f"{field.name}__isnull": True} if field.concrete else {}).first())
            ]
    assert any(field.concrete and field.null for _row, field in rows)
    for row, field in rows:
        name = field.name if field.concrete else field.get_accessor_name()
        try:
            found = getattr(row, name)
            if not field.concrete:
                found.count()
        except NoActor:
            continue
        silent.append(f"{row._meta.label}.{name} answers")
    return silent


# --- Writing ---------------------------------------------------------------------------------


def _people(world: World) -> dict[str, Actor]:
    return {name: actor for name, actor in world.actors().items() if not actor.service}


def foreign_rows(world: World, per_model: int = 3) -> dict[str, list[Any]]:
    """For each person a few rows of every private model that are not hers to read."""
    everything: dict[type[ScopedModel], list[Any]] = {}
    for name in READERS:
        with acting_as(world.actors()[name]):
            for model in private_models():
                everything.setdefault(model, []).extend(model.objects.all())
    found = {}
    for name, actor in _people(world).items():
        with acting_as(actor):
            found[name] = [
                row for model, rows in everything.items() for row in _unreadable(model, rows, actor)[:per_model]
            ]
    return found


def _unreadable(model: type[ScopedModel], rows: list[Any], actor: Actor) -> list[Any]:
    known = set(model.objects.values_list("pk", flat=True))
    return [
        row
        for row in rows
        if row.pk not in known
        # Whoever acts writes into the journal of the tenant that she acts upon.
        and not (model._meta.label in JOURNALS and row.user_id == actor.user_id)
        # The owner of a record, and the Network for it, say who else reads it.
        and not (model is Share and row.granted_by == actor.user_id)
    ]


def twin(row: Any) -> Any:
    """A new row with the same values."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**(values | {row._meta.pk.attname: uuid4()}))


def insert_leaks(world: World) -> list[str]:
    """New rows that lock 1 lets somebody make for another tenant, or on a foreign parent."""
    leaks = []
    actors = world.actors()
    for name, rows in foreign_rows(world).items():
        with acting_as(actors[name]):
            for row in rows:
                for way, insert in {
                    "bulk_create": lambda new: type(new).objects.bulk_create([new]),
                    "save": lambda new: new.save(force_insert=True),
                }.items():
                    try:
                        with transaction.atomic():
                            insert(twin(row))
                    except ForeignWrite:
                        continue
                    except (IntegrityError, DatabaseError):
                        pass
                    leaks.append(f"{name}: {way} of a foreign {row._meta.label}")
    return leaks


CHANGES: dict[str, Callable[[Any], Any]] = {
    "update": lambda row: type(row).objects.filter(pk=row.pk).update(**_harmless(row)),
    "delete": lambda row: type(row).objects.filter(pk=row.pk).delete()[1].get(row._meta.label),
}
CHANGES_OF_A_ROW_AT_HAND: dict[str, Callable[[Any], Any]] = {
    "save": lambda row: copy.deepcopy(row).save() or 1,
    "save(update_fields)": lambda row: copy.deepcopy(row).save(update_fields=list(_harmless(row))) or 1,
    "delete": lambda row: copy.deepcopy(row).delete()[1].get(row._meta.label),
}


def change_leaks(world: World, ways: dict[str, Callable[[Any], Any]]) -> list[str]:
    """Foreign rows that somebody changes or deletes."""
    leaks: dict[str, set[str]] = {}
    actors = world.actors()
    for name, rows in foreign_rows(world, per_model=2).items():
        with acting_as(actors[name]):
            for row in rows:
                for way, attempt in ways.items():
                    if _done(lambda attempt=attempt, row=row: attempt(row)):
                        leaks.setdefault(f"{name}: {way}", set()).add(type(row).__name__)
    return [f"{what} of a foreign {', '.join(sorted(models))}" for what, models in leaks.items()]


def _done(attempt: Callable[[], Any]) -> bool:
    """Whether an attempt wrote anything; what it wrote is undone."""
    try:
        with transaction.atomic():
            written = attempt()
            transaction.set_rollback(True)
    except (DatabaseError, PermissionDenied, models.ProtectedError, ObjectDoesNotExist):
        return False
    return bool(written)


def _harmless(row: Any) -> dict[str, Any]:
    field = next(
        field for field in row._meta.concrete_fields if not field.primary_key and field.name != row.tenant_field
    )
    return {field.attname: getattr(row, field.attname)}


def moved_rows(world: World) -> list[str]:
    """Rows that their own tenant can give to another one."""
    leaks = []
    with acting_as(world.actors()["owner's focal point"]) as actor:
        other = world.a.organization.pk
        practice = type(world.b.versions["draft"].practice).objects.get(pk=world.b.versions["draft"].practice_id)
        foreign_practice = world.a.versions["draft"].practice_id
        version = PracticeVersion.objects.get(pk=world.b.versions["draft"].pk)
        contact, foreign_version = version.contacts.first(), world.a.versions["draft"].pk
        attempts: dict[str, Callable[[], object]] = {
            "update(owner=)": lambda: type(practice).objects.filter(pk=practice.pk).update(owner=other),
            "update(owner_id=)": lambda: type(practice).objects.filter(pk=practice.pk).update(owner_id=other),
            "bulk_update": lambda: type(practice).objects.bulk_update([_with(practice, owner_id=other)], ["owner"]),
            "save()": lambda: _with(type(practice).objects.get(pk=practice.pk), owner_id=other).save(),
            "save() of a child": lambda: _with(contact, version_id=foreign_version).save(),
            "update() of a child": lambda: PracticeVersion.objects.filter(pk=version.pk).update(
                practice=foreign_practice
            ),
        }
        assert actor.organization_id == world.b.organization.pk
        for name, attempt in attempts.items():
            try:
                with transaction.atomic():
                    attempt()
            except (ForeignWrite, DatabaseError):
                continue
            leaks.append(f"{name} moves a row to another tenant")
    return leaks


def _with(row: Any, **values: Any) -> Any:
    for name, value in values.items():
        setattr(row, name, value)
    return row


# --- Lock 2 ----------------------------------------------------------------------------------


def refused_by_policy(attempt: Callable[[], object]) -> bool:
    """Whether PostgreSQL itself refuses a statement (and not a constraint by chance)."""
    try:
        with transaction.atomic():
            attempt()
    except DatabaseError as error:
        words = str(error)
        return any(
            told in words
            for told in ("row-level security", "permission denied", "no actor", "owner of a record never changes")
        )
    return False


def unscoped_write_leaks(world: World) -> list[str]:
    """Foreign rows that row-level security lets somebody make, change or delete."""
    leaks = []
    actors = world.actors()
    for name, rows in foreign_rows(world, per_model=2).items():
        with acting_as(actors[name]):
            for row in rows:
                model = type(row)
                if not refused_by_policy(lambda row=row, model=model: unscoped(model).bulk_create([twin(row)])):
                    leaks.append(f"{name} inserts a foreign {row._meta.label}")
                for way in ("update", "delete"):
                    if _rows_written(model, row, way):
                        leaks.append(f"{name}: {way} of a foreign {row._meta.label}")
    return leaks


def _rows_written(model: Any, row: Any, way: str) -> int:
    table = connection.ops.quote_name(model._meta.db_table)
    sql = f"UPDATE {table} SET id = id WHERE id = %s" if way == "update" else f"DELETE FROM {table} WHERE id = %s"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [row.pk])
            written: int = cursor.rowcount
            transaction.set_rollback(True)
        return written
    except DatabaseError:
        return 0


def disagreements(world: World) -> list[str]:
    """Where lock 1 alone and lock 2 alone show an actor different rows (PostgreSQL, committed rows).

    The role `owner` bypasses row-level security, so through it only the manager filters; through
    the role `app` and `unscoped` only the policies do.
    """
    found = []
    for name, actor in world.actors().items():
        with acting_as(actor):
            for model in private_models():
                first = set(model.objects.using("owner").values_list("pk", flat=True))
                second = set(unscoped(model).values_list("pk", flat=True))
                if first != second:
                    found.append(
                        f"{name}, {model._meta.label}: {len(first - second)} rows by lock 1 only,"
                        f" {len(second - first)} by lock 2 only"
                    )
    return found


def insert_disagreements(world: World) -> list[str]:
    """Rows that lock 2 lets a person make although lock 1 would refuse them: twins of what there is."""
    found = set()
    rows: list[Any] = []
    for name in READERS:
        with acting_as(world.actors()[name]):
            rows += [row for model in private_models() for row in model.objects.all()[:12]]
    for name, actor in _people(world).items():
        with acting_as(actor):
            for row in rows:
                new = twin(row)
                if new.may_insert(actor):
                    continue
                if not refused_by_policy(lambda new=new: unscoped(type(new)).bulk_create([new])):
                    found.add(f"{name} inserts a {row._meta.label}")
    return sorted(found)
