"""Reports on courses: exact counts, nothing of those who are under way, and no small number."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learning import services
from learning.models import Attempt, Enrolment
from learning.selectors.reporting import Line, Report, network_report
from network_site.common import outbox
from network_site.common.templatetags.enlace import format_day
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Organization, User
from network_site.organizations.selectors import actor_for
from network_site.publishing.models import PublishedRecord

from ..databases import Stages
from ..needs.stating import cost_of
from ..people import People, acting
from ..queries import asking
from .courses import items, published_course
from .learners import (
    HALF,
    NOTHING,
    RIGHT,
    begin,
    complete,
    enrolment_of,
    first_of_this_month,
    move_back,
    try_quiz,
)

Enter = Callable[[Any], Client]
Counts = tuple[int | None, int | None, int | None]
EXPORT = "/en/export/{}/csv/"
REST = "The rest, together"


def text_of(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def rows_of(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


# --- An organisation's own people ------------------------------------------------------------


@pytest.fixture
def course(people: People) -> PublishedRecord:
    with acting(people.publisher()):
        return published_course()


@pytest.fixture
def ministry(people: People) -> Organization:
    return people.organization(country="UY")


@pytest.fixture
def administrator(people: People, ministry: Organization) -> User:
    return people.member(ministry, Role.ADMINISTRATOR)


@pytest.mark.django_db
def test_an_administrator_reads_completions_and_nothing_else(
    people: People, sign_in: Enter, course: PublishedRecord, ministry: Organization, administrator: User
) -> None:
    done = people.member(ministry, Role.LEARNER, first_name="Rosa", last_name="Lima")
    complete(done, course)
    going = people.member(ministry, Role.LEARNER, first_name="Ximena", last_name="Quispe")
    begin(going, course)
    try_quiz(going, course, "Quiz", HALF)
    left = people.member(ministry, Role.LEARNER, first_name="Luz", last_name="Mamani")
    begin(left, course)
    with acting(left):
        services.leave(Enrolment.objects.get())
    elsewhere = people.member(people.organization(country="PY"), Role.LEARNER, first_name="Eva", last_name="Benitez")
    complete(elsewhere, course)

    client = sign_in(administrator)
    page = text_of(client.get(reverse("learning:report")))
    assert "Rosa Lima" in page
    hidden = ["Ximena", "Quispe", "Luz", "Mamani", "Eva", "Benitez", going.email, left.email]
    assert [word for word in hidden if word in page] == []
    # Nor how anybody did: 100 for who completed, 50 for who is under way.
    score = enrolment_of(done, course).score
    assert score == 100
    assert [word for word in ("100", "50", "honours") if word in page.replace("2026", "")] == []

    rows = rows_of(client.get(EXPORT.format("completions")))
    today = timezone.localdate().isoformat()
    assert rows == [
        ["Name", "E-mail address", "Course", "Version", "Completed on"],
        ["Rosa Lima", done.email, "A small course small", "1", today],
    ]


@pytest.mark.django_db
def test_who_reads_no_report(
    people: People, sign_in: Enter, course: PublishedRecord, ministry: Organization, administrator: User
) -> None:
    learner = people.member(ministry, Role.LEARNER, first_name="Rosa", last_name="Lima")
    complete(learner, course)
    refused = [
        learner,
        people.focal_point(ministry),
        people.contributor(ministry),
        people.member(people.network(), Role.WEB_EDITOR),
        people.publisher(),
        people.member(people.organization(OrganizationKind.DONOR), Role.FOCAL_POINT),
        people.user(),
    ]
    for user in refused:
        client = sign_in(user)
        assert client.get(reverse("learning:report")).status_code == 403
        # Not even her own row stands in a list that is not hers to take.
        assert len(rows_of(client.get(EXPORT.format("completions")))) == 1
    # Administrators of others read of their own people: there are none.
    for organization in (
        people.organization(country="PY"),
        people.organization(OrganizationKind.DONOR),
        people.network(),
    ):
        client = sign_in(people.member(organization, Role.ADMINISTRATOR))
        assert "Nobody has completed a course yet" in text_of(client.get(reverse("learning:report")))
        assert len(rows_of(client.get(EXPORT.format("completions")))) == 1
    assert Client().get(reverse("learning:report")).status_code == 302
    assert Client().get(EXPORT.format("completions")).status_code == 302


@pytest.mark.django_db
def test_the_report_is_narrowed_to_a_course_and_costs_the_same(
    people: People, sign_in: Enter, course: PublishedRecord, ministry: Organization, administrator: User
) -> None:
    with acting(people.publisher()):
        other = published_course(code="other")
    first = people.member(ministry, Role.LEARNER, first_name="Rosa", last_name="Lima")
    complete(first, course)
    client, url = sign_in(administrator), reverse("learning:report")
    cost = cost_of(client, url)
    complete(people.member(ministry, Role.LEARNER, first_name="Ana", last_name="Paz"), other)
    complete(first, other)
    assert cost_of(client, url) == cost
    assert text_of(client.get(url)).count("Rosa Lima") == 2
    page = text_of(client.get(url, {"course": str(course.pk)}))
    assert (page.count("Rosa Lima"), "Ana Paz" in page) == (1, False)
    assert len(rows_of(client.get(EXPORT.format("completions"), {"course": str(other.pk)}))) == 3
    # What is no course narrows nothing.
    assert text_of(client.get(url, {"course": "x' OR 1"})).count("Rosa Lima") == 2


@pytest.mark.django_db
def test_names_are_no_formulas_in_a_spreadsheet(
    people: People, sign_in: Enter, course: PublishedRecord, ministry: Organization, administrator: User
) -> None:
    complete(people.member(ministry, Role.LEARNER, first_name='=HYPERLINK("http://x"', last_name="Lima"), course)
    rows = rows_of(sign_in(administrator).get(EXPORT.format("completions")))
    assert rows[1][0] == '\'=HYPERLINK("http://x" Lima'


# --- The whole Network -----------------------------------------------------------------------


@dataclass
class World:
    """Twenty-four people in one course, three organisations, two countries, two months that are over."""

    publisher: User
    course: PublishedRecord
    uruguay: Organization
    paraguay: Organization
    small: Organization
    waiting: User


LAST_MONTH = dt.timedelta(days=10)
THE_ONE_BEFORE = dt.timedelta(days=40)


def was_left(enrolment: Enrolment) -> None:
    """She left it in a month that is over: her doing it now would be history of this one."""
    with acting_as(service_actor("registrar"), reason="test"):
        Enrolment.objects.filter(pk=enrolment.pk).update(status="left")


def learn() -> World:
    people = People()
    publisher = people.publisher()
    with acting(publisher):
        course = published_course()
        asked = published_course(code="asked", entry="approval")
    world = World(
        publisher,
        course,
        people.organization(country="UY"),
        people.organization(country="PY"),
        people.organization(OrganizationKind.PROVIDER, country="PY"),
        people.user(),
    )
    for organization, before, completed, under_way in (
        (world.uruguay, HALF, 7, 5), (world.paraguay, NOTHING, 5, 5), (world.small, None, 0, 1),
    ):  # fmt: skip
        for number in range(completed + under_way):
            user = people.member(organization, Role.LEARNER, first_name="Ximena", last_name="Quispe")
            if number < completed:
                complete(user, course, before=before)
            else:
                begin(user, course)
    # Neither of these began: she waits, and she left before she opened anything.
    world.waiting = people.member(world.small, Role.LEARNER)
    begin(world.waiting, asked, why="I need it.")
    gone = people.member(world.small, Role.LEARNER)
    was_left(begin(gone, course))
    # Whoever left and came back began once.
    twice = people.member(world.uruguay, Role.LEARNER)
    lesson = items(course)["Lesson 1"].id
    with acting(twice):
        services.finish_item(services.enrol(course), lesson)
    was_left(enrolment_of(twice, course))
    begin(twice, course)
    move_back(LAST_MONTH)
    with acting(publisher):
        rows = Enrolment.objects.filter(organization=world.uruguay, status="active").order_by("pk")[:2]
        early = [row.person for row in rows]
    move_back(THE_ONE_BEFORE, *early)
    return world


@pytest.fixture
def world(stages: Stages) -> Iterator[World]:
    with stages.open(learn) as built:
        yield built


def reported(world: World) -> Report:
    with acting(world.publisher):
        return network_report(actor_for(world.publisher))


def counts(lines: list[Line]) -> dict[str, Counts]:
    return {line.label: (line.begun, line.completed, line.not_completed) for line in lines}


def gains(lines: list[Line]) -> dict[str, tuple[int | None, int | None]]:
    return {line.label: (line.pairs, line.gain) for line in lines}


def test_the_network_counts_exactly(world: World) -> None:
    report = reported(world)
    assert counts([report.total]) == {"All courses": (24, 12, 12)}
    assert counts(report.courses) == {"A small course small": (24, 12, 12)}
    assert counts(report.countries) == {"Paraguay": (11, 5, 6), "Uruguay": (13, 7, 6)}


def test_a_small_organisation_takes_another_along(world: World) -> None:
    """One person learns in the smaller one of a country: what her neighbours have would give hers away.

    Neither is listed, because the name alone would say that somebody there began.
    """
    organizations = reported(world).organizations
    assert counts(organizations) == {world.uruguay.name: (13, 7, 6), REST: (11, 5, 6)}
    assert [line.below for line in organizations] == ["Uruguay", "Paraguay"]


def test_a_small_month_takes_another_along(world: World) -> None:
    assert counts(reported(world).months) == {REST: (24, 12, 12)}


def test_the_gain_is_the_mean_of_those_who_took_both_quizzes(world: World) -> None:
    report = reported(world)
    # From 50 to 100 for seven, from 0 to 100 for five: 70.8 points.
    assert gains([report.total]) == {"All courses": (12, 71)}
    assert gains(report.countries) == {"Paraguay": (5, 100), "Uruguay": (7, 50)}
    assert gains(report.organizations) == {world.uruguay.name: (7, 50), REST: (5, 100)}


def test_what_happens_in_a_month_is_counted_in_the_next(world: World) -> None:
    before = reported(world)
    assert before.up_to == timezone.localdate().replace(day=1) - dt.timedelta(days=1)
    with acting(world.publisher):
        under_way = Enrolment.objects.filter(organization=world.paraguay, status="active").order_by("pk")
        completing, leaving, trying = [one.person for one in under_way[:3]]
        asked = Enrolment.objects.get(person=world.waiting)
        services.decide_enrolment(asked, accept=True)
    complete(completing, world.course, before=NOTHING)
    with acting(leaving):
        services.leave(Enrolment.objects.get())
    try_quiz(trying, world.course, "Before", NOTHING)
    people = People()
    newcomer = people.member(world.uruguay, Role.LEARNER)
    complete(newcomer, world.course, before=NOTHING)
    assert reported(world) == before
    # Had the same happened in the month before, she who completed would be counted, and so would the newcomer.
    move_back(LAST_MONTH, completing, newcomer)
    assert counts([reported(world).total]) == {"All courses": (25, 14, 11)}
    assert gains([reported(world).total])["All courses"] == (14, 75)


def test_a_quiz_that_is_marked_this_month_counts_in_the_next(world: World) -> None:
    with acting(world.publisher):
        done = Enrolment.objects.filter(organization=world.uruguay, status="completed").order_by("pk")[0]
    with acting_as(service_actor("grader"), reason="test"):
        last = Attempt.objects.filter(enrolment=done).order_by("started_at").last()
        assert last is not None
        outbox.enqueue("attempt.graded", subject=last, version=last.n, tenant_id=done.keeper_id)
    report = reported(world)
    assert counts([report.total]) == {"All courses": (24, 12, 12)}
    # From 50 to 100 for six, from 0 to 100 for five: 72.7 points.
    assert gains([report.total]) == {"All courses": (11, 73)}


def test_the_pages_tell_no_more_than_that(world: World, sign_in: Enter) -> None:
    client = sign_in(world.publisher)
    answer = client.get(reverse("learning:network_report"))
    page = BeautifulSoup(answer.content, "html.parser")
    table = page.find("section", {"aria-labelledby": "by-organisation"}).find("table")
    up_to = timezone.localdate().replace(day=1) - dt.timedelta(days=1)
    assert f"Up to {format_day(up_to)}." in text_of(answer)
    rows = {row.find("th").contents[0].strip(): [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
            for row in table.find("tbody").find_all("tr")}  # fmt: skip
    assert rows == {
        world.uruguay.name: ["13", "7", "6", "+50 7 people"],
        REST: ["11", "5", "6", "+100 5 people"],
    }
    hidden = ("Ximena", "Quispe", "@example.org", world.paraguay.name, world.small.name)
    assert [word for word in hidden if word in answer.content.decode()] == []
    exported = rows_of(client.get(EXPORT.format("course-report")))
    assert len(exported) == 8
    assert {row[-1] for row in exported[1:]} == {up_to.isoformat()}
    assert [row[1:-1] for row in exported if row[0] == "By organisation"] == [
        [world.uruguay.name, "Uruguay", "13", "7", "6", "50", "7"],
        [REST, "Paraguay", "11", "5", "6", "100", "5"],
    ]


def test_the_report_costs_the_same_however_many_learn(world: World) -> None:
    actor = actor_for(world.publisher)
    with acting(world.publisher):
        with asking(7):
            network_report(actor)
        people = People()
        newcomers = [people.member(people.organization(country="BO"), Role.LEARNER) for _number in range(3)]
        for newcomer in newcomers:
            begin(newcomer, world.course)
        move_back(LAST_MONTH, *newcomers)
        with asking(7):
            assert network_report(actor).total.begun == 27


@pytest.mark.django_db
def test_few_people_are_not_reported(people: People, sign_in: Enter) -> None:
    publisher = people.publisher()
    with acting(publisher):
        course = published_course()
    ministry = people.organization(country="UY")
    learners = [people.member(ministry, Role.LEARNER) for _number in range(6)]
    for learner in learners[:4]:
        begin(learner, course)
    move_back(LAST_MONTH)
    # The fifth is one only when the month is over.
    begin(learners[4], course)
    client = sign_in(publisher)
    assert "Too few people have begun a course" in text_of(client.get(reverse("learning:network_report")))
    assert rows_of(client.get(EXPORT.format("course-report")))[1:] == [
        ["All courses", "All courses", *[""] * 6, (first_of_this_month() - dt.timedelta(days=1)).date().isoformat()]
    ]
    # Six began and one completed: how many completed is not told, neither here nor as what is left.
    complete(learners[5], course, before=RIGHT)
    move_back(LAST_MONTH)
    page = text_of(client.get(reverse("learning:network_report")))
    assert "as soon as five people have completed one" in page
    assert "Not completed" not in page
    with acting(publisher):
        report = network_report(actor_for(publisher))
    lines = [report.total, *report.courses, *report.countries, *report.organizations, *report.months]
    assert {(line.begun, line.completed, line.not_completed, line.pairs) for line in lines} == {(6, None, None, None)}


@pytest.mark.django_db
def test_only_those_who_write_courses_read_the_networks_report(people: People, sign_in: Enter) -> None:
    for user in (
        people.member(people.organization(country="UY"), Role.ADMINISTRATOR),
        people.member(people.organization(OrganizationKind.DONOR), Role.FOCAL_POINT),
        people.member(people.network(), Role.WEB_EDITOR),
        people.member(people.network(), Role.ADMINISTRATOR),
        people.member(people.organization(), Role.LEARNER),
    ):
        client = sign_in(user)
        assert client.get(reverse("learning:network_report")).status_code == 403
        assert len(rows_of(client.get(EXPORT.format("course-report")))) == 1
