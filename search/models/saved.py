"""Saved searches: what somebody wants to find again, and to be told of when something new fits."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from network_site.common.models import Rhythm
from network_site.common.scoping import ActorLike, ScopedModel, nobody
from network_site.organizations.tenancy import ChildOf

MAX_NAME = 100
MAX_QUERY = 2000


class SavedSearch(ScopedModel):
    """A question under a name. It is one person's, or her whole organisation's when she shares it.

    `query` is the address of the results (SearchQuery.as_params), so that saving and opening mean the same.
    """

    tenant_field = "person_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    # The organisation for which she acted when she saved it; with it the search is shared.
    organization_id = models.UUIDField(null=True)
    is_shared = models.BooleanField(default=False)
    name = models.CharField(max_length=MAX_NAME)
    query = models.CharField(max_length=MAX_QUERY, blank=True)
    language = models.CharField(max_length=5)
    # Only what was published after this moment is news.
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(ScopedModel.Meta):
        ordering = ["name", "id"]
        verbose_name_plural = "saved searches"
        indexes = [models.Index(fields=["organization_id"], condition=models.Q(is_shared=True), name="shared_searches")]
        constraints = [
            models.UniqueConstraint(fields=["person_id", "name"], name="one_saved_search_per_name"),
            models.CheckConstraint(
                condition=models.Q(is_shared=False) | models.Q(organization_id__isnull=False),
                name="shared_search_has_organization",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_search_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def readable_q(cls, actor: ActorLike) -> models.Q:
        if actor.service:
            return models.Q() if actor.service == "relay" else nobody()
        if not actor.user_id:
            return nobody()
        own = models.Q(person_id=actor.user_id)
        if not actor.organization_id:
            return own
        return own | models.Q(is_shared=True, organization_id=actor.organization_id)

    def may_insert(self, actor: ActorLike) -> bool:
        return (
            actor.user_id is not None
            and self.person_id == actor.user_id
            and self.organization_id in (None, actor.organization_id)
        )

    @classmethod
    def read_sql(cls) -> str:
        return f"enlace_service() = 'relay' OR {cls.write_sql()}"

    @classmethod
    def write_sql(cls) -> str:
        return "person_id = enlace_user() OR (is_shared AND organization_id = enlace_organization())"

    @classmethod
    def insert_sql(cls) -> str:
        return "person_id = enlace_user() AND (organization_id IS NULL OR organization_id = enlace_organization())"


class SearchFollower(ChildOf("search")):  # type: ignore[misc]
    """A person who is told of what is new for a saved search, and how soon by mail."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="followers")
    person_id = models.UUIDField()
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.DAILY)

    class Meta(ScopedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["search", "person_id"], name="one_follower_per_search_and_person"),
            models.CheckConstraint(condition=models.Q(rhythm__in=Rhythm.values), name="follower_rhythm_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} follows {self.search_id} ({self.rhythm})"
