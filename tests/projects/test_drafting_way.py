"""From a registered need to a published request, as people go it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from needs.models import Need
from network_site.common.models import Outbox
from network_site.organizations.models import Share
from network_site.publishing.models import PublishedRecord, PublishedVersion
from projects.models import Funding

from ..people import People, acting
from .drafts import begun, got, proposed, published, team, to_sign

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def test_the_whole_way(people: People) -> None:
    crew = team(people)
    project = published(crew)
    assert project.status == "published"
    record = PublishedRecord.objects.get(pk=project.pk)
    assert (record.kind, record.code, record.version) == ("project", "PR-0001", 1)
    with acting(crew.focal_point):
        assert Need.objects.get(pk=crew.need.pk).status == "advertised"
        funding = Funding.objects.get(project=project)
    assert (funding.needed, funding.counterpart, funding.gap) == (Decimal(40000), Decimal(12000), Decimal(40000))
    assert PublishedVersion.objects.filter(record=record).count() == 1
    assert Outbox.objects.filter(kind="project.published", object_id=project.pk).count() == 1


def test_the_network_may_begin_it_and_both_read_it(people: People) -> None:
    crew = team(people)
    project = begun(crew.specialist, crew.need)
    assert project.owner_id == crew.ministry.pk
    assert got(crew.contributor, project.pk).title == crew.need.title
    assert got(crew.specialist, project.pk).status == "concept"
    with acting(crew.focal_point):
        assert Need.objects.get(pk=crew.need.pk).status == "in_drafting"
        assert [share.capacity for share in Share.objects.filter(object_id=project.pk)] == ["network"]


def test_it_begins_half_filled(people: People) -> None:
    crew = team(people)
    project = begun(crew.contributor, crew.need)
    sections = proposed(crew.contributor, project)
    assert sections["context"] >= 3
    assert sections["beneficiaries"] == 1
    assert sections["results"] == 2


def test_whoever_signs_has_read_it(people: People) -> None:
    crew = team(people)
    project = to_sign(crew)
    assert project.status == "ministry_validation"
    assert PublishedRecord.objects.filter(pk=project.pk).exists() is False
