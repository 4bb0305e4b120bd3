"""Races on one project in execution: real threads, each with a connection of its own."""

from __future__ import annotations

from typing import Any

import pytest

from network_site.publishing.models import PublishedVersion
from practices.models import Practice
from projects import services
from projects.models import Candidate, Update

from ..people import People, acting
from ..practices.test_races import kinds, together
from .running import all_periods, entry, report, running, write

pytestmark = pytest.mark.postgresql


def test_ten_approvals_are_one(committed_people: People) -> None:
    world = running(committed_people)
    report(world, 1, entry(world, "1.1", 12))
    judges = [world.focal_point, world.specialist, world.lead]
    before = PublishedVersion.objects.filter(record_id=world.project.pk).count()

    def approving(judge: Any) -> Any:
        def job() -> Update:
            with acting(judge):
                return services.perform_report(Update.objects.get(period=world.period(1)), "approve")

        return job

    outcomes = together(*[approving(judges[number % 3]) for number in range(10)])
    assert kinds(outcomes) == {"done": 1, "TransitionRefused": 9}
    assert PublishedVersion.objects.filter(record_id=world.project.pk).count() == before + 1
    assert world.update(1).status == "approved"


def test_ten_first_saves_are_one_report(committed_people: People) -> None:
    world = running(committed_people)

    def saving(number: int) -> Any:
        return lambda: write(world, 1, entry(world, "1.1", number))

    outcomes = together(*[saving(number) for number in range(10)])
    assert set(kinds(outcomes)) <= {"done", "TransitionRefused", "IntegrityError"}
    with acting(world.focal_point):
        assert Update.objects.filter(project_id=world.project.pk).count() == 1


def test_ten_clicks_open_one_practice(committed_people: People) -> None:
    world = running(committed_people)
    all_periods(world)
    with acting(world.lead):
        services.complete_project(world.fresh(world.lead), actual_end=world.period(3).ends_on)

    def opening() -> Any:
        with acting(world.contributor):
            return services.open_candidate(world.fresh(world.contributor))

    outcomes = together(*[opening] * 10)
    assert kinds(outcomes) == {"done": 10}
    with acting(world.contributor):
        assert Candidate.objects.count() == Practice.objects.count() == 1
