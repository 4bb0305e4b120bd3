"""Rows that belong to one person: both locks, said once."""

from __future__ import annotations

from django.db import models

from ..scoping import ActorLike, ScopedModel, nobody


class PersonalModel(ScopedModel):
    """A row of one person, named in `tenant_field`: she reads it, the relay reads it, nobody else does.

    Either she makes her rows, or the relay makes them for her (`made_by_relay`). Whoever may read a row may change
    it, unless only its maker may (`kept_by_maker`).
    """

    tenant_field = "person_id"
    made_by_relay = False
    kept_by_maker = False

    class Meta(ScopedModel.Meta):
        abstract = True

    @classmethod
    def readable_q(cls, actor: ActorLike) -> models.Q:
        if actor.service == "relay":
            return models.Q()
        return models.Q(**{cls.tenant_field: actor.user_id}) if actor.user_id else nobody()

    def may_insert(self, actor: ActorLike) -> bool:
        if self.made_by_relay:
            return actor.service == "relay"
        return actor.user_id is not None and getattr(self, self.tenant_field) == actor.user_id

    @classmethod
    def read_sql(cls) -> str:
        return f"enlace_service() = 'relay' OR {cls.tenant_field} = enlace_user()"

    @classmethod
    def write_sql(cls) -> str:
        return cls.insert_sql() if cls.kept_by_maker else cls.read_sql()

    @classmethod
    def insert_sql(cls) -> str:
        return "enlace_service() = 'relay'" if cls.made_by_relay else f"{cls.tenant_field} = enlace_user()"
