"""Eight tabs at once, through the pages: one open attempt, one marking, one completion and certificate."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.test import Client

from learning.models import Attempt, Certificate, Completion, Enrolment, Response
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord

from ..people import People, acting
from ..practices.test_races import together
from .courses import items, published_course

pytestmark = pytest.mark.postgresql
TABS = 8
ROUNDS = [pytest.param(3, id="by day"), pytest.param(100, id="by night", marks=pytest.mark.nightly)]
BASE = "/en/workspace/learning"


def posting(user: User, url: str, sent: dict[str, str] | None = None) -> Any:
    """A tab of its own, signed in before the race."""
    client = Client()
    client.force_login(user)

    def run() -> tuple[int, str]:
        response = client.post(url, sent or {})
        return response.status_code, str(getattr(response, "url", ""))

    return run


def answers(url: str, sent: dict[str, str], user: User) -> list[Any]:
    return list(together(*[posting(user, url, sent) for _tab in range(TABS)]))


@pytest.mark.parametrize("rounds", ROUNDS)
def test_of_eight_tabs_one_counts(rounds: int, committed_people: People) -> None:
    people = committed_people
    with acting(people.publisher()):
        course = published_course()
    ministry = people.organization()
    found = items(course)
    for number in range(rounds):
        learner = people.contributor(ministry)
        _round(learner, course, found)
        with acting_as(service_actor("registrar"), reason="test"):
            counts = {
                "enrolments": Enrolment.objects.filter(person=learner).count(),
                "attempts": Attempt.objects.filter(person=learner).count(),
                "responses": Response.objects.filter(person=learner).count(),
                "completions": Completion.objects.filter(person=learner).count(),
                "certificates": Certificate.objects.filter(person=learner).count(),
            }
        assert counts == {
            "enrolments": 1,
            "attempts": 2,
            "responses": 4,
            "completions": 1,
            "certificates": 1,
        }, f"round {number}"


def _round(learner: User, course: PublishedRecord, found: dict[str, Any]) -> None:
    begun = Counter(answers(f"{BASE}/enrol/{course.pk}/", {}, learner))
    assert {status for status, _url in begun} == {302}
    assert len(begun) == 1
    with acting(learner):
        enrolment = Enrolment.objects.get(person=learner)
    base = f"{BASE}/taking/{enrolment.pk}/"
    client = Client()
    client.force_login(learner)
    client.post(f"{base}{found['Lesson 1'].id}/")
    case = {
        "where-value": "region",
        "where-text": "Because they differ much.",
        "why-text": "Ask them before.",
        "lock": "1",
    }
    assert Counter(answers(f"{base}{found['Case'].id}/", case, learner)).total() == TABS
    for title in ("Quiz", "After"):
        url = f"{base}{found[title].id}/"
        started = Counter(answers(url, {}, learner))
        assert started == {(302, f"{url}attempt/1/"): TABS}
        sent = {"regions-answer": "39", "towns-answer": "many", "hand_in": "1"}
        assert Counter(answers(f"{url}attempt/1/", sent, learner)) == {(302, f"{url}attempt/1/"): TABS}
        with acting(learner):
            assert [str(one.score) for one in Attempt.objects.filter(quiz=found[title].quiz_id)] == ["2.00"]
    # The last lesson completes the course.
    assert {status for status, _url in answers(f"{base}{found['Lesson 2'].id}/", {}, learner)} == {302}
