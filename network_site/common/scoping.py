"""Lock 1 of the tenant isolation: managers that filter by who is asking, and fail when nobody is.

Every private model derives from `ScopedModel`. Its manager filters by `readable_q(actor)` inside
`get_queryset()`, so that `exists()`, `count()`, forward keys, `refresh_from_db()` and related
managers are all covered; without an actor every one of them raises `NoActor`.
The actor's own class lives one floor up (`network_site.organizations.actor`); this module knows
only what it must be able to tell (`ActorLike`). Architecture, section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Protocol, Self, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models.sql import Query
from django.utils import timezone

M = TypeVar("M", bound=models.Model)


class NoActor(RuntimeError):
    """Private data was asked for and nobody was asking: a bug, never a user's mistake."""


class ForeignWrite(PermissionDenied):
    """An attempt to create a row for, or to move a row to, a tenant that the actor may not write for."""


class ActorLike(Protocol):
    """What the ground floor needs to know of whoever is asking."""

    @property
    def user_id(self) -> UUID | None: ...
    @property
    def organization_id(self) -> UUID | None: ...
    @property
    def organization_kind(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def service(self) -> str: ...
    @property
    def role_label(self) -> str: ...
    def __hash__(self) -> int: ...


_actor: ContextVar[ActorLike | None] = ContextVar("enlace_actor", default=None)


def current_actor() -> ActorLike:
    """Whoever is asking. Raises NoActor when no request, task or `acting_as` has said."""
    actor = _actor.get()
    if actor is None:
        raise NoActor("No actor: open acting_as(...) or let ActorMiddleware do it.")
    return actor


def actor_or_none() -> ActorLike | None:
    """Whoever is asking, or None outside of requests, tasks and `acting_as`."""
    return _actor.get()


def nobody() -> models.Q:
    """A filter that no row passes."""
    return models.Q(pk__in=[])


class ScopedQuerySet(models.QuerySet[M]):
    """Refuses the writes that would carry a row across a tenant's border."""

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        rows = list(objs)
        actor = current_actor()
        for row in rows:
            row.refuse_foreign_insert(actor)  # type: ignore[attr-defined]
        return super().bulk_create(rows, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        moved = {self.model.tenant_field, f"{self.model.tenant_field}_id"} & set(kwargs)  # type: ignore[attr-defined]
        if moved:
            raise ForeignWrite(f"{self.model.__name__}.{moved.pop()} never changes.")
        return super().update(**kwargs)


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """The only manager of a private model."""

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        rows.query = readable(self.model, current_actor()).chain()
        return rows


@lru_cache(maxsize=1024)
def readable(model: type[ScopedModel], actor: ActorLike) -> Query:
    """The question for the rows that an actor may read, put together once.

    It follows from the actor alone (and from the time at which it is asked: `AskedAt`), and hundreds of questions
    of one request begin with it: putting it together each time took a third of the time of a step in a life cycle.
    """
    return models.QuerySet(model).filter(model.readable_q(actor)).query


class AskedAt(models.Value):
    """The time at which a question is put to the database, not the one at which it was put together."""

    def __init__(self) -> None:
        super().__init__(None, output_field=models.DateTimeField())

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return models.Value(timezone.now(), self.output_field).as_sql(compiler, connection)


class ScopedModel(models.Model):
    """A model whose rows belong to somebody.

    Subclasses say in `readable_q` who may read a row and in `may_insert` who may create one; the
    matching row-level-security expressions for PostgreSQL (lock 2) stand beside them in
    `read_sql` and `insert_sql`.
    """

    tenant_field = "owner"

    objects = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    @classmethod
    def readable_q(cls, actor: ActorLike) -> models.Q:
        """The rows that the actor may read. Nothing, unless a subclass says otherwise."""
        return nobody()

    def may_insert(self, actor: ActorLike) -> bool:
        """Whether the actor may create this very row. No, unless a subclass says otherwise."""
        return False

    @classmethod
    def read_sql(cls) -> str:
        """The same as `readable_q`, as an SQL expression for a row-level-security policy."""
        return "false"

    @classmethod
    def write_sql(cls) -> str:
        """Who may change or delete a row, as an SQL expression; reading is not writing."""
        return cls.read_sql()

    @classmethod
    def insert_sql(cls) -> str:
        """The same as `may_insert`, as an SQL expression for a row-level-security policy."""
        return "false"

    def refuse_foreign_insert(self, actor: ActorLike) -> None:
        """Raise ForeignWrite unless the actor may create this row."""
        if not self.may_insert(actor):
            raise ForeignWrite(f"{type(self).__name__} cannot be created for this tenant by this actor.")

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any) -> Self:  # type: ignore[override]
        """Remember whose row it was when it was read."""
        row = super().from_db(db, field_names, values)
        row._read_tenant = row.__dict__.get(cls._tenant_attribute())  # type: ignore[attr-defined]
        return row

    @classmethod
    def _tenant_attribute(cls) -> str:
        return cls._meta.get_field(cls.tenant_field).attname if cls.tenant_field else ""  # type: ignore[union-attr]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save as Django does, after the tenant's border has been checked. Raises ForeignWrite at it."""
        if self._state.adding:
            self.refuse_foreign_insert(current_actor())
        else:
            before = getattr(self, "_read_tenant", None)
            if before is not None and self.__dict__.get(self._tenant_attribute(), before) != before:
                raise ForeignWrite(f"{type(self).__name__}.{self.tenant_field} never changes.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete as Django does, if the actor may read the row (Django's own deletion asks no manager)."""
        if not type(self)._default_manager.filter(pk=self.pk).exists():
            raise ForeignWrite(f"This {type(self).__name__} is not the actor's to delete.")
        return super().delete(*args, **kwargs)


def unscoped(model: type[M]) -> models.QuerySet[M]:
    """All rows of a private model, whoever asks.

    Only the few modules named in tests/architecture/test_tenancy.py may import this; each has its
    reason beside its name there.
    """
    return models.QuerySet(model)


# Filled by the organizations floor: rows that hang on a shared record (its history) are readable
# by those with whom the record is shared.
RootReader = Callable[[ActorLike], models.Q]
_root_readers: list[RootReader] = []


def register_root_reader(reader: RootReader) -> None:
    """Let a floor above say which records' histories an actor may read through shares."""
    if reader not in _root_readers:
        _root_readers.append(reader)


def readable_roots(actor: ActorLike) -> models.Q:
    """A filter over `root_id` for rows that record what happened to a tenant's record."""
    condition = nobody()
    for reader in _root_readers:
        condition |= reader(actor)
    return condition
