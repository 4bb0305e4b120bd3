"""Would the suite notice? Each rule of ours is taken away once, and the probe must find the hole.

On PostgreSQL the second lock keeps many of them shut; there the same probe must find nothing, which
is the second lock's own proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.db.models import Exists, Q
from django.http import Http404
from django.urls import path

import learning.facts
import network_site.urls
from learning.models import LearnerModel
from learning.selectors import peers
from network_site.common.scoping import ScopedManager, readable, unscoped
from network_site.organizations import tenancy
from network_site.organizations.models import Share
from network_site.organizations.tenancy import ChildModel, TenantModel
from network_site.publishing import services as publishing
from network_site.publishing.models import PublishedRecord
from network_site.publishing.models.records import PublishedRecordManager
from practices import conflicts, selectors
from practices.models import PracticeVersion, Review
from practices.models import practice as practice_models
from practices.snapshot import JSON_SCHEMA, SCHEMA
from practices.views import life, writing

from ..people import acting
from . import matrix, plant_learning, probes, urls
from .population import World
from .test_noninterference import interference

pytestmark = pytest.mark.embedded

Patch = pytest.MonkeyPatch
VERSION_PAGE = "*/workspace/practices/<uuid:pk>/"


def open_versions(patch: Patch, world: World) -> None:
    patch.setattr(PracticeVersion, "readable_q", classmethod(lambda cls, actor: Q()))


def open_children(patch: Patch, world: World) -> None:
    patch.setattr(ChildModel, "readable_q", classmethod(lambda cls, actor: Q()))


def manager_without_filter(patch: Patch, world: World) -> None:
    patch.setattr(ScopedManager, "get_queryset", models.Manager.get_queryset)


def revoked_shares_count(patch: Patch, world: World) -> None:
    def shares_of_all_times(actor: Any, object_id: Any, capacities: Any = None) -> Exists:
        parties = Q(user_id=actor.user_id) | Q(organization_id=actor.organization_id or uuid4())
        return Exists(unscoped(Share).filter(parties, object_id=object_id))

    patch.setattr(tenancy, "active_shares", shares_of_all_times)
    patch.setattr(practice_models, "active_shares", shares_of_all_times)


def open_reviews(patch: Patch, world: World) -> None:
    patch.setattr(Review, "readable_q", classmethod(lambda cls, actor: Q()))


def view_beside_the_manager(patch: Patch, world: World) -> None:
    patch.setattr(selectors, "get_version", lambda pk: unscoped(PracticeVersion).get(pk=pk))


def records_without_audience(patch: Patch, world: World) -> None:
    patch.setattr(PublishedRecordManager, "get_queryset", models.Manager.get_queryset)


def draft_is_published(patch: Patch, world: World) -> None:
    public = PublishedRecord.objects.get(pk=world.b.versions["public"].practice_id)
    title = {"title": world.b.versions["draft"].title, "one_line": "A line."}
    with acting(world.publisher):
        publishing.publish(
            kind="practice",
            record_id=world.b.versions["draft"].practice_id,
            owner=world.b.organization,
            country_id="UY",
            version=1,
            schema=SCHEMA,
            json_schema=JSON_SCHEMA,
            snapshot=public.snapshot | {"texts": {"en": public.snapshot["texts"]["en"] | title}},
            terms=[],
        )


def address_that_nobody_named(patch: Patch, world: World) -> None:
    door = path("back-door/<uuid:pk>/", life.version_page)
    patch.setattr(network_site.urls, "urlpatterns", network_site.urls.urlpatterns)
    network_site.urls.urlpatterns.append(door)


def everybody_may_insert(patch: Patch, world: World) -> None:
    for model in (TenantModel, ChildModel, PracticeVersion):
        patch.setattr(model, "may_insert", lambda self, actor: True)


def nobody_has_a_conflict(patch: Patch, world: World) -> None:
    patch.setattr(conflicts, "conflicts_of", lambda user_id, version_id, duty: [])


def foreign_is_forbidden_instead_of_missing(patch: Patch, world: World) -> None:
    find = writing.get_version_or_404

    def tell(pk: Any) -> Any:
        try:
            return find(pk)
        except Http404:
            if pk in {version.pk for version in world.b.versions.values()}:
                raise PermissionDenied from None
            raise

    patch.setattr(life, "get_version_or_404", tell)


def count_of_everything(patch: Patch, world: World) -> None:
    def counted(actor: Any) -> dict[str, int]:
        statuses = unscoped(PracticeVersion).order_by().values_list("status")
        return dict(statuses.annotate(n=models.Count("pk")))

    patch.setattr(selectors, "count_by_status", counted)


def open_learners(patch: Patch, world: World) -> None:
    patch.setattr(LearnerModel, "readable_q", classmethod(lambda cls, actor: Q()))


def texts_of_fewer_than_five(patch: Patch, world: World) -> None:
    patch.setattr(peers, "SMALLEST_GROUP", 1)


def names_without_consent(patch: Patch, world: World) -> None:
    patch.setattr(learning.facts, "initials", lambda name: name)


@dataclass(frozen=True)
class Hole:
    """A rule taken away, the probe that must notice, and whether row-level security keeps it shut anyway."""

    plant: Callable[[Patch, World], None]
    probe: Callable[[World], list[str]]
    held_by_lock_2: bool


def _matrix(world: World) -> list[str]:
    return matrix.leaks_for(world, "rival contributor", {}, only=VERSION_PAGE)


def _case_page(world: World) -> list[str]:
    return matrix.leaks_for(world, "rival learner", {}, only=plant_learning.ITEM_PAGE)


def _certificate_page(world: World) -> list[str]:
    return matrix.leaks_for(world, "anonymous", {}, only="*/certificates/<str:code>/")


HOLES = (
    Hole(open_versions, probes.reading_leaks, True),
    Hole(open_children, probes.reading_leaks, True),
    Hole(manager_without_filter, lambda world: probes.silent_ways(), True),
    Hole(revoked_shares_count, probes.share_leaks, True),
    Hole(open_reviews, probes.review_leaks, True),
    Hole(view_beside_the_manager, _matrix, True),
    Hole(count_of_everything, lambda world: interference(world, ("rival contributor",)), True),
    Hole(open_learners, probes.reading_leaks, True),
    Hole(texts_of_fewer_than_five, _case_page, False),
    Hole(names_without_consent, _certificate_page, False),
    Hole(records_without_audience, probes.public_leaks, False),
    Hole(draft_is_published, probes.publication_leaks, False),
    Hole(address_that_nobody_named, lambda world: urls.unclassified(), False),
    Hole(everybody_may_insert, probes.insert_leaks, False),
    Hole(nobody_has_a_conflict, probes.conflict_leaks, False),
    Hole(foreign_is_forbidden_instead_of_missing, _matrix, False),
)


@pytest.fixture
def patch() -> Iterator[Patch]:
    """Changes that are undone, and so is what was put together from them."""
    with pytest.MonkeyPatch.context() as changing:
        yield changing
    readable.cache_clear()


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.plant.__name__)
def test_a_planted_hole_is_found(hole: Hole, world: World, patch: Patch) -> None:
    addresses = list(network_site.urls.urlpatterns)
    sound = set(hole.probe(world))
    try:
        hole.plant(patch, world)
        readable.cache_clear()
        found = set(hole.probe(world)) - sound
    finally:
        network_site.urls.urlpatterns[:] = addresses
    if hole.held_by_lock_2 and connection.vendor == "postgresql":
        assert found == set()
    else:
        assert found != set()


def test_there_are_at_least_ten_of_them() -> None:
    assert len(HOLES) >= 10
