"""Matches: who could help with a need or fund a project, as it was judged, and what people think of it.

A match is as private as the need or the project that it belongs to: whoever may read that one reads its matches, and
nobody else does, least of all whoever is matched. The service "matcher" writes them; people write notes beside them.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from needs.models import Need
from network_site.common.scoping import ActorLike, ScopedModel, unscoped
from network_site.organizations.tenancy import ChildOf, TenantModel
from network_site.publishing.models import PublishedRecord
from projects.models import Project

MATCHER = "matcher"
MAX_NOTE = 500


class Family(models.TextChoices):
    """What sort of thing is matched; each has its own weights."""

    PRACTICE = "practice", _("Practices")
    HELP = "help", _("Providers and experts")
    FUNDING = "funding", _("Offers of funding")


class Standing(models.TextChoices):
    """Where a candidate stands."""

    MATCH = "match", _("Match")
    PARTNER = "partner", _("Below half: a partner at most")
    REFUSED = "refused", _("Refused by a rule")
    UNKNOWN = "unknown", _("Not known what it covers")
    # What people wrote a note on and is no candidate any more.
    GONE = "gone", _("No candidate any more")


class Match(TenantModel):
    """One candidate for one need or one project, as it was last judged."""

    services = frozenset({MATCHER})

    need = models.ForeignKey(Need, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    record = models.ForeignKey(PublishedRecord, on_delete=models.CASCADE, related_name="+")
    family = models.CharField(max_length=8, choices=Family.choices)
    standing = models.CharField(max_length=8, choices=Standing.choices)
    verdict = models.CharField(max_length=8)
    score = models.PositiveSmallIntegerField()
    confidence = models.PositiveSmallIntegerField()
    # Names of facts that were not known.
    gaps = models.JSONField(default=list, blank=True)
    # [{"name", "points", "of", "data"}]: the points sum to the score.
    reasons = models.JSONField(default=list, blank=True)
    # [{"kind", "outcome", "stated_on", "why", "change", "sentence"}], the words by language.
    rules = models.JSONField(default=list, blank=True)
    # {"asked", "essential", "covered", "share"} in codes of competences and percent.
    coverage = models.JSONField(default=dict, blank=True)
    # [{"term", "essential", "by": [ids of records]}]
    missing = models.JSONField(default=list, blank=True)
    risks = models.JSONField(default=list, blank=True)
    # Among those who are proposed together.
    in_proposal = models.BooleanField(default=False)
    weights = models.CharField(max_length=20)
    record_version = models.PositiveIntegerField(default=1)
    computed_at = models.DateTimeField(default=timezone.now)
    # When the ministry, and whoever is matched, heard of it: once each.
    told_at = models.DateTimeField(null=True, blank=True)
    offerer_told_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["family", "-score", "id"]
        verbose_name_plural = "matches"
        constraints = [
            models.UniqueConstraint(
                fields=["need", "record"], condition=Q(need__isnull=False), name="one_match_per_need_and_record"
            ),
            models.UniqueConstraint(
                fields=["project", "record"],
                condition=Q(project__isnull=False),
                name="one_match_per_project_and_record",
            ),
            models.CheckConstraint(
                condition=Q(need__isnull=True, project__isnull=False) | Q(need__isnull=False, project__isnull=True),
                name="match_of_a_need_or_a_project",
            ),
            models.CheckConstraint(
                condition=Q(score__lte=100) & Q(confidence__lte=100), name="match_points_at_most_100"
            ),
            models.CheckConstraint(condition=Q(standing__in=Standing.values), name="match_standing_known"),
            models.CheckConstraint(condition=Q(family__in=Family.values), name="match_family_known"),
        ]

    def __str__(self) -> str:
        return f"{self.need_id or self.project_id} {self.record_id}: {self.score}"

    @classmethod
    def readable_q(cls, actor: ActorLike) -> Q:
        return _of(Need, "need_id", actor) | _of(Project, "project_id", actor)

    @classmethod
    def read_sql(cls) -> str:
        """The policies of needs and projects hide theirs, and so what hangs on them."""
        return f"{_exists(Need, 'need_id')} OR {_exists(Project, 'project_id')}"

    @classmethod
    def write_sql(cls) -> str:
        return f"enlace_service() = '{MATCHER}'"

    def may_insert(self, actor: ActorLike) -> bool:
        return actor.service == MATCHER

    @classmethod
    def insert_sql(cls) -> str:
        return f"enlace_service() = '{MATCHER}'"

    def workflow_root(self) -> tuple[UUID, UUID]:
        """The need's, or the project's."""
        own: Any = self
        return own.owner_id, own.need_id or own.project_id


def _of(model: type[ScopedModel], field: str, actor: ActorLike) -> Q:
    return Q(Exists(unscoped(model).filter(model.readable_q(actor), pk=OuterRef(field))))


def _exists(model: type[ScopedModel], field: str) -> str:
    table = model._meta.db_table
    key = f'"{table}".id = "search_match".{field}'
    return f'EXISTS (SELECT 1 FROM "{table}" WHERE {key})'  # noqa: S608  (names of our own tables)


class Opinion(models.TextChoices):
    """What people do with a match."""

    PIN = "pin", _("Pinned")
    HIDE = "hide", _("Hidden")
    USEFUL = "useful", _("Useful")
    USELESS = "useless", _("Not useful")


PLACES = (Opinion.PIN, Opinion.HIDE)


class MatchNote(ChildOf("match")):  # type: ignore[misc]
    """A match pinned or hidden for everybody who reads it, or called useful or not by a person: labels for later."""

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="notes")
    opinion = models.CharField(max_length=8, choices=Opinion.choices)
    note = models.CharField(_("why"), max_length=MAX_NOTE, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["match"], condition=Q(opinion__in=["pin", "hide"]), name="one_place_by_hand_per_match"
            ),
            models.UniqueConstraint(
                fields=["match", "made_by"],
                condition=Q(opinion__in=["useful", "useless"]),
                name="one_opinion_per_match_and_person",
            ),
            models.CheckConstraint(condition=Q(opinion__in=Opinion.values), name="match_opinion_known"),
            models.CheckConstraint(
                condition=~Q(opinion__in=["hide", "useless"]) | ~Q(note=""), name="refusing_a_match_gives_its_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.match_id}: {self.opinion}"

    def may_insert(self, actor: ActorLike) -> bool:
        """Whoever reads the match, for the organisation in which she acts; who may judge is in permissions."""
        own: Any = self
        return bool(
            super().may_insert(actor)
            and actor.user_id
            and own.made_by_id == actor.user_id
            and own.organization_id == actor.organization_id
        )

    @classmethod
    def insert_sql(cls) -> str:
        return f"made_by_id = enlace_user() AND organization_id = enlace_organization() AND {cls._through_parent('')}"

    @classmethod
    def write_sql(cls) -> str:
        """Of the places by hand anybody who reads the match; of opinions each person her own."""
        return f"(opinion IN ('pin', 'hide') OR made_by_id = enlace_user()) AND {cls._through_parent('')}"
