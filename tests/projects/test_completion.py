"""What comes of a project: a practice in the ministry's workspace, and an entry on the practice that it took over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from network_site.common import outbox
from network_site.common.models import Notice
from network_site.common.scoping import unscoped
from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import acting_as, service_actor
from network_site.publishing.models import PublishedRecord
from practices.models import Adaptation, DatabankPage, Practice, PracticeVersion
from projects import services
from projects.models import Candidate, Project, Risk, Text

from ..people import People, acting, published
from .running import Running, all_periods, entry, reported, running, start_of, two_periods

pytestmark = pytest.mark.django_db


def of_origin(people: People, **fields: Any) -> tuple[Running, PracticeVersion]:
    """A project that takes over a published practice of another ministry."""
    owner = people.focal_point(people.organization(country="PY"))
    origin = published(people, owner)
    world = running(people, practice_id=origin.practice_id, practice_version=1, **fields)
    with acting(world.focal_point):
        Text.objects.create(
            project=world.project, section="objective", key="objective", text="Inspection <b>finds</b> more."
        )
        Risk.objects.create(project=world.project, statement="Trainers leave.", mitigation="Two for each course.")
    return world, origin


def complete(world: Running, **more: Any) -> Project:
    given: dict[str, Any] = {"actual_end": timezone.localdate(), "result": "none", "changed": "Letters, not calls."}
    with acting(world.lead):
        return services.complete_project(world.fresh(world.lead), **given | more)


def test_a_project_is_completed_when_nothing_is_open(people: People) -> None:
    world, _origin = of_origin(people)
    two_periods(world)
    with pytest.raises(TransitionRefused) as refused:
        complete(world)
    assert [item.code for item in refused.value.unmet] == [
        "final_report", "value_1.1", "value_1.2", "value_1.3", "value_2.1",
    ]  # fmt: skip
    world, _origin = of_origin(people)
    all_periods(world)
    assert complete(world).status == "completed"
    assert PublishedRecord.objects.get(pk=world.project.pk).snapshot["iati_status"] == "3"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"actual_end": timezone.localdate() + dt.timedelta(days=1)}, "actual_end"),
        ({"actual_end": start_of() - dt.timedelta(days=1)}, "actual_end"),
        ({"changed": "  "}, "changed"),
    ],
)
def test_an_end_that_cannot_be_is_refused_at_its_field(people: People, given: dict[str, Any], code: str) -> None:
    world, _origin = of_origin(people)
    all_periods(world)
    with pytest.raises(TransitionRefused) as refused:
        complete(world, **given)
    assert [item.code for item in refused.value.unmet] == [code]


def test_the_practice_is_filled_from_the_project_failures_too(people: People) -> None:
    world, _origin = of_origin(people)
    all_periods(world)
    complete(world)
    with acting(world.contributor):
        version = services.open_candidate(world.fresh())
        practice = Practice.objects.get(pk=version.practice_id)
        assert (practice.owner_id, practice.provenance) == (world.ministry.pk, "PV05")
        assert (version.title, version.stage) == ("Inspection that finds more", "ended")
        assert version.start_year == start_of().year
        assert "Inspection &lt;b&gt;finds&lt;/b&gt; more." in version.description
        assert "Three courses were held." in version.description
        assert "The guide was never written." in version.negative_effects
        assert "Not measured: Firms that are content. The survey was not paid for" in version.negative_effects
        assert version.risks_if_copied == "Trainers leave. Two for each course."
        outcomes = {row.indicator: row for row in version.outcomes.all()}
        trained, guides, content = (
            outcomes[name] for name in ("Inspectors trained", "Guides published", "Firms that are content")
        )
        assert (trained.baseline, trained.baseline_year, trained.value, trained.direction) == (0, 2024, 90, "positive")
        assert (guides.value, guides.direction) == (0, "none")
        assert (content.value, content.direction) == (None, "not_measured")
        assert sum(row.amount for row in version.costs.all()) == 90000
        assert [(row.name, row.role) for row in version.contributions.all()] == [("Agency for Work", "co_deliver")]
        assert set(version.version_terms.values_list("term_id", flat=True)) == {"LAF1.1", "LAF2.1", "CM07"}


def test_clicked_twice_it_is_one_practice(people: People, sign_in: Any) -> None:
    world, _origin = of_origin(people)
    all_periods(world)
    complete(world)
    browser = sign_in(world.contributor)
    address = f"/en/workspace/projects/{world.project.pk}/execution/practice/"
    first, second = browser.post(address), browser.post(address)
    assert (first.status_code, first.url) == (302, second.url)
    with acting(world.contributor):
        assert Candidate.objects.filter(project_id=world.project.pk).count() == 1
        assert Practice.objects.count() == 1


@pytest.mark.parametrize("who", ["officer", "specialist", "lead"])
def test_only_the_ministry_opens_the_practice(people: People, who: str) -> None:
    world, _origin = of_origin(people)
    all_periods(world)
    complete(world)
    with acting(getattr(world, who)), pytest.raises(TransitionRefused):
        services.open_candidate(world.fresh(getattr(world, who)))


def test_no_practice_comes_of_what_has_not_ended_or_never_began(people: People) -> None:
    world, _origin = of_origin(people)
    with acting(world.focal_point):
        with pytest.raises(TransitionRefused):
            services.open_candidate(world.fresh())
        Project.objects.filter(pk=world.project.pk).update(status="cancelled", actual_start=None)
        with pytest.raises(TransitionRefused):
            services.open_candidate(world.fresh())


def test_a_project_that_failed_opens_a_practice_the_same_way(people: People) -> None:
    world, origin = of_origin(people)
    reported(world, 1, entry(world, "1.1", 0), difficulties="Nobody came.")
    with acting(world.focal_point):
        services.perform(world.fresh(), "cancel", note="The donor left.")
        version = services.open_candidate(world.fresh())
        assert "Nobody came." in version.negative_effects
        assert "The project was cancelled before its end." in version.negative_effects
        assert version.outcomes.get(indicator="Inspectors trained").direction == "none"
    told = Adaptation.objects.get(origin_id=origin.practice_id)
    assert (told.result, told.is_verified) == ("unknown", False)
    assert told.changed


def test_the_origin_tells_who_took_it_over_and_its_people_hear_of_it(people: People, client: Client) -> None:
    world, origin = of_origin(people)
    all_periods(world)
    complete(world)
    told = Adaptation.objects.get(origin_id=origin.practice_id)
    assert (told.organization_id, told.country_id, told.result, told.changed) == (
        world.ministry.pk,
        "UY",
        "none",
        "Letters, not calls.",
    )
    outbox.drain()
    with acting_as(service_actor("relay"), reason="test"):
        heard = unscoped(Notice).filter(kind="practice.adapted")
        assert [notice.object_id for notice in heard] == [origin.pk]
    page = DatabankPage.objects.filter(locale__language_code="en").get()
    record = PublishedRecord.objects.get(pk=origin.practice_id)
    text = client.get(f"{page.url}{record.path}").content.decode()
    for words in ("Who took it over", "no effect found", "Letters, not calls.", "not verified yet", "PR-0001"):
        assert words in text
    with acting(world.lead):
        services.perform_execution(world.fresh(world.lead), "evaluate", note="Relevance 3, coherence 3.")
    told.refresh_from_db()
    assert told.is_verified
    assert "Verified by the evaluation" in client.get(f"{page.url}{record.path}").content.decode()


def test_nobody_writes_an_adaptation_past_the_services(people: People) -> None:
    world, origin = of_origin(people)
    all_periods(world)
    complete(world)
    told = Adaptation.objects.get(origin_id=origin.practice_id)
    for act in (lambda: told.save(), lambda: told.delete(), lambda: Adaptation.objects.update(is_verified=True)):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
