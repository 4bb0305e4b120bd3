"""What becomes public of a project: everything that was read and agreed, and nothing else."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from network_site.organizations.actor import acting_as, service_actor
from network_site.publishing.models import PublishedFile, PublishedRecord, PublishedVersion
from projects import services
from projects.models import Annex, Funding, Project, Text
from projects.services.publishing import NotPublic
from projects.snapshot import JSON_SCHEMA

from ..people import People, acting
from .drafts import begun, completed, got, judged, published, signed, stepped, team

pytestmark = pytest.mark.django_db

CANARIES = ("Luis Ferrer", "It can be carried out.", "Rosa Lima", "rosa@example.org", "Canary annex", "777.77")


def with_annexes(people: People) -> tuple[Any, Project]:
    """A published project with one public and one private annex, and pledges on it."""
    crew = team(people)
    project = completed(crew.contributor, begun(crew.contributor, crew.need))
    with acting(crew.contributor):
        for title, is_public in (("Matrix", True), ("Canary annex", False)):
            services.add_annex(
                got(crew.contributor, project.pk),
                fields={"kind": "other", "title": title, "number": title[:1], "is_public": is_public},
                upload=SimpleUploadedFile(f"{title}.txt", b"Lines"),
            )
    stepped(crew.focal_point, project, "start_drafting")
    stepped(crew.focal_point, project, "send_to_review")
    for judge in crew.judges:
        judged(judge, project, specialist=crew.specialist)
    stepped(crew.specialist, project, "pass_to_ministry")
    signed(crew.focal_point, project)
    return crew, project


def test_the_snapshot_is_what_the_schema_says(people: People) -> None:
    _crew, project = with_annexes(people)
    snapshot = PublishedRecord.objects.get(pk=project.pk).snapshot
    jsonschema.Draft202012Validator.check_schema(JSON_SCHEMA)
    jsonschema.validate(snapshot, JSON_SCHEMA)
    assert snapshot["sums"] == {
        "total": "52000.00", "counterpart": "12000.00", "needed": "40000.00", "committed": "0.00", "received": "0.00",
    }  # fmt: skip
    assert (snapshot["status"], snapshot["iati_status"], snapshot["version"]) == ("published", "1", 1)
    assert snapshot["need"]["code"] == "N-0001"
    assert [row["country"] for row in snapshot["signatures"]] == ["UY"]
    assert [(row["code"], row["parent"]) for row in snapshot["results"]] == [("1", None), ("1.1", "1")]
    assert snapshot["results"][1]["targets"] == [{"ends_on": "2027-12-31", "value": "15", "text": ""}]
    assert snapshot["results"][1]["baseline"] == "0"
    problem = next(row for row in snapshot["sections"]["context"] if row["key"] == "problem")
    assert (problem["origin"], problem["citation"]["label"]) == ("need", "Complaints get lost between offices")
    assert "key" not in problem["citation"]


def test_nothing_private_is_in_it(people: People) -> None:
    crew, project = with_annexes(people)
    with acting_as(service_actor("funding"), reason="test"):
        Funding.objects.filter(project_id=project.pk).update(pledged=Decimal("777.77"))
        record = services.publish_edition(Project.objects.get(pk=project.pk))
    words = json.dumps(record.snapshot, ensure_ascii=False)
    for canary in (*CANARIES, crew.contributor.email, str(crew.contributor.pk)):
        assert canary not in words
    assert (record.version, PublishedVersion.objects.filter(record=record).count()) == (2, 2)


def test_public_annexes_go_with_it_and_private_ones_do_not(people: People) -> None:
    crew, project = with_annexes(people)
    with acting(crew.focal_point):
        public = Annex.objects.get(project=project, is_public=True)
    assert list(PublishedFile.objects.values_list("pk", "name")) == [(public.pk, "Matrix.txt")]
    snapshot = PublishedRecord.objects.get(pk=project.pk).snapshot
    assert [row["title"] for row in snapshot["annexes"]] == ["Matrix"]


def test_the_gap_closes_with_what_is_committed(people: People) -> None:
    crew = team(people)
    project = published(crew)
    with acting_as(service_actor("funding"), reason="test"):
        Funding.objects.filter(project_id=project.pk).update(committed=Decimal(15000), received=Decimal(5000))
        record = services.publish_edition(Project.objects.get(pk=project.pk))
    assert (record.snapshot["sums"]["committed"], record.snapshot["sums"]["received"]) == ("15000.00", "5000.00")


def test_a_draft_has_no_edition(people: People) -> None:
    crew = team(people)
    project = begun(crew.contributor, crew.need)
    with acting(crew.contributor), pytest.raises(NotPublic):
        services.publish_edition(project)
    assert PublishedRecord.objects.filter(kind="project").count() == 0


@pytest.mark.parametrize("audience", ["ministry", "network"])
def test_a_need_that_the_public_may_not_read_is_not_named(people: People, audience: str) -> None:
    crew = team(people, audience=audience, title="Canary need")
    project = completed(crew.contributor, begun(crew.contributor, crew.need))
    with acting(crew.contributor):
        services.save_facts(got(crew.contributor, project.pk), fields={"title": "A register"})
    stepped(crew.focal_point, project, "start_drafting")
    stepped(crew.focal_point, project, "send_to_review")
    for judge in crew.judges:
        judged(judge, project, specialist=crew.specialist)
    stepped(crew.specialist, project, "pass_to_ministry")
    signed(crew.focal_point, project)
    record = PublishedRecord.objects.get(pk=project.pk)
    assert record.snapshot["need"] is None
    words = json.dumps(record.snapshot, ensure_ascii=False)
    assert "Canary need" not in words
    assert str(crew.need.pk) not in words
    with acting(crew.focal_point):
        assert Text.objects.get(project=project, key="problem").citation["label"] == "Canary need"


def test_cancelled_in_public_says_so(people: People) -> None:
    crew = team(people)
    project = published(crew)
    stepped(crew.focal_point, project, "cancel", note="The ministry has other plans.")
    record = PublishedRecord.objects.get(pk=project.pk)
    assert (record.snapshot["status"], record.snapshot["iati_status"], record.version) == ("cancelled", "5", 2)
