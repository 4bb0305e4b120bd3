"""The two kinds of private model, and the short list of models that are not private.

`TenantModel` has an owner and may be shared; `ChildOf("parent")` is readable exactly when its
parent is (unscoped children are the classic hole). tests/architecture/test_tenancy.py walks every
model of ours and fails on one that is neither nor listed in `SHARED_MODELS`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Exists, OuterRef, Q

from network_site.common.scoping import ActorLike, AskedAt, ScopedModel, nobody, register_root_reader, unscoped

from .enums import Capacity

# Models of ours that hold no tenant's secret, each with the reason.
SHARED_MODELS: dict[str, str] = {
    "common.Announcement": "sentences of the Network for a whole audience; nothing of a tenant",
    "common.AuditHead": "a sequence number and a hash for each tenant; no page shows it",
    "common.IdempotencyKey": "random keys bound to a user; no content",
    "common.Outbox": "identifiers only; the relay works for all tenants",
    "taxonomy.Scheme": "public vocabulary",
    "taxonomy.Term": "public vocabulary",
    "taxonomy.Country": "public facts",
    "taxonomy.ContextFigure": "public figures with their source",
    "taxonomy.GlossaryConcept": "public vocabulary",
    "taxonomy.GlossaryTerm": "public vocabulary",
    "organizations.User": "read by authentication before there is an actor; no page lists users",
    "organizations.Organization": "the public directory of institutions: names, kind, country",
    "organizations.IdentityProvider": "read before there is an actor: which server signs whose people in",
    "organizations.IdentityDomain": "read before there is an actor: which server answers for an address",
    "organizations.SeenAssertion": "hashes of used assertions; no page shows them",
    "publishing.PublishedRecord": "the public plane; its manager filters by audience",
    "publishing.PublishedFile": "the public plane; read through its record",
    "publishing.PublishedVersion": "the public plane; read through its record",
    "publishing.RecordTerm": "the public plane; read through its record",
    "publishing.RecordNumber": "the counter of public numbers",
    "publishing.HomePage": "a public page of the CMS",
    "publishing.TextPage": "a public page of the CMS",
    "publishing.OrganizationsPage": "a public page of the CMS",
    "publishing.NewsIndexPage": "a public page of the CMS",
    "publishing.NewsPage": "a public page of the CMS",
    "publishing.PublicationIndexPage": "a public page of the CMS",
    "publishing.PublicationPage": "a public page of the CMS",
    "publishing.CountryIndexPage": "a public page of the CMS",
    "publishing.CountryPage": "a public page of the CMS",
    "practices.DatabankPage": "a public page of the CMS",
    "practices.Adaptation": "the public plane: who took a published practice over, and what came of it",
    "needs.NeedsPage": "a public page of the CMS",
    "projects.ProjectsPage": "a public page of the CMS",
    "funders.OffersPage": "a public page of the CMS",
    "funders.Profile": "what an organisation says of itself on its public page",
    "learning.CoursesPage": "a public page of the CMS",
    "learning.CoursePage": "written by the Network's staff; readers get what was published from it",
    "learning.ModulePage": "written by the Network's staff; readers get what was published from it",
    "learning.LessonPage": "written by the Network's staff; readers get what was published from it",
    "learning.LessonPractice": "the public plane: which practice a published lesson is about",
    "search.SearchPage": "a public page of the CMS",
    "search.Entry": "copies of the public plane; its manager filters by audience",
    "search.EntryFacet": "copies of the public plane; read through its entry",
    "search.EmbeddedEntry": "copies of the public plane; the engine asks for audiences, the façade looks again",
    "search.EntryVector": "the meaning of entries; readers are narrowed by the entry's audience",
    "search.Mark": "counters of changes, without content",
    "search.VocabularyWord": "single words of what everybody may read",
}


def active_shares(actor: ActorLike, object_id: Any, capacities: list[str] | None = None) -> Exists:
    """A condition: the object is shared, today, with the actor's organisation or with the actor."""
    from .models import Share

    parties = Q(user_id=actor.user_id) if actor.user_id else nobody()
    if actor.organization_id:
        parties |= Q(organization_id=actor.organization_id)
    shares = unscoped(Share).filter(
        parties,
        Q(valid_to__isnull=True) | Q(valid_to__gt=AskedAt()),
        valid_from__lte=AskedAt(),
        object_id=object_id,
        revoked_at__isnull=True,
    )
    if capacities is not None:
        shares = shares.filter(capacity__in=capacities)
    return Exists(shares)


class TenantModel(ScopedModel):
    """A record that belongs to an organisation and is read by it and by those it is shared with."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")

    # Services that may read rows of all tenants, by name.
    services: frozenset[str] = frozenset()

    class Meta(ScopedModel.Meta):
        abstract = True

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        if actor.service:
            return Q() if actor.service in cls.services else nobody()
        if not actor.user_id:
            return nobody()
        shared = Q(active_shares(actor, OuterRef("pk")))
        return Q(owner_id=actor.organization_id) | shared if actor.organization_id else shared

    def may_insert(self, actor: ActorLike) -> bool:
        return actor.organization_id is not None and self.owner_id == actor.organization_id  # type: ignore[attr-defined]

    @classmethod
    def read_sql(cls) -> str:
        shared = "owner_id = enlace_organization() OR enlace_shared(id, NULL)"
        if cls.services:
            names = ", ".join(f"'{name}'" for name in sorted(cls.services))
            return f"{shared} OR enlace_service() IN ({names})"
        return shared

    @classmethod
    def write_sql(cls) -> str:
        """The owner, network staff and drafting assistants; a reviewer reads only."""
        writers = "owner_id = enlace_organization() OR enlace_shared(id, ARRAY['network', 'draft'])"
        return f"{writers} OR enlace_service() = 'reviews'" if "reviews" in cls.services else writers

    @classmethod
    def insert_sql(cls) -> str:
        return "owner_id = enlace_organization()"

    def workflow_root(self) -> tuple[UUID, UUID]:
        """The tenant and the record that history, audit and shares hang on."""
        return self.owner_id, self.pk  # type: ignore[attr-defined]


class ChildModel(ScopedModel):
    """A part of a private record; see `ChildOf`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    parent_field: str
    tenant_field = ""

    class Meta(ScopedModel.Meta):
        abstract = True

    @classmethod
    def parent_model(cls) -> type[ScopedModel]:
        """The model that decides who reads this one."""
        related: type[ScopedModel] = cls._meta.get_field(cls.parent_field).related_model  # type: ignore[assignment]
        return related

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        parents = unscoped(cls.parent_model()).filter(cls.parent_model().readable_q(actor))
        return Q(Exists(parents.filter(pk=OuterRef(f"{cls.parent_field}_id"))))

    def may_insert(self, actor: ActorLike) -> bool:
        parent_id = getattr(self, f"{self.parent_field}_id")
        return self.parent_model()._default_manager.filter(pk=parent_id).exists()

    @classmethod
    def read_sql(cls) -> str:
        return cls._through_parent("")

    @classmethod
    def write_sql(cls) -> str:
        return cls._through_parent(f" AND ({cls.parent_model().write_sql()})")

    @classmethod
    def insert_sql(cls) -> str:
        return cls.write_sql()

    @classmethod
    def _through_parent(cls, condition: str) -> str:
        """The parent's own policy hides it where it must; `condition` is asked of the parent's columns."""
        parent = cls.parent_model()._meta.db_table
        key = f'"{parent}".id = "{cls._meta.db_table}"."{cls.parent_field}_id"'
        return f'EXISTS (SELECT 1 FROM "{parent}" WHERE {key}{condition})'

    def workflow_root(self) -> tuple[UUID, UUID]:
        """The parent's."""
        root: tuple[UUID, UUID] = getattr(self, self.parent_field).workflow_root()
        return root


def ChildOf(parent_field: str) -> type[ChildModel]:  # noqa: N802  (it reads as a base class)
    """The base class of a model that is private exactly as its parent is.

    class Outcome(ChildOf("version")):
        version = models.ForeignKey("practices.PracticeVersion", ...)
    """

    class Child(ChildModel):
        class Meta(ChildModel.Meta):
            abstract = True

    Child.parent_field = parent_field
    Child.tenant_field = parent_field
    return Child


def _histories_shared_with(actor: ActorLike) -> Q:
    """Histories are open to those with whom the record is shared, but not to its reviewers."""
    if not actor.user_id:
        return nobody()
    return Q(active_shares(actor, OuterRef("root_id"), [Capacity.NETWORK, Capacity.DRAFT]))


register_root_reader(_histories_shared_with)
