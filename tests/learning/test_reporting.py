"""Reports on courses: exact counts, nothing of those who are under way, and no small number."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learning import services
from learning.models import Enrolment
from learning.selectors.reporting import Line, Report, network_report
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Organization, User
from network_site.organizations.selectors import actor_for
from network_site.publishing.models import PublishedRecord

from ..databases import Stages
from ..needs.stating import cost_of
from ..people import People, acting
from .courses import items, published_course
from .learners import HALF, NOTHING, RIGHT, begin, complete, enrolment_of, try_quiz

Enter = Callable[[Any], Client]
Counts = tuple[int | None, int | None, int | None]
EXPORT = "/en/export/{}/csv/"


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
    """Twenty-four people in one course, three organisations, two countries, two months."""

    publisher: User
    course: PublishedRecord
    uruguay: Organization
    paraguay: Organization
    small: Organization
    last_month: dt.date


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
        timezone.localdate().replace(day=1) - dt.timedelta(days=10),
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
    begin(people.member(world.small, Role.LEARNER), asked, why="I need it.")
    gone = people.member(world.small, Role.LEARNER)
    begin(gone, course)
    # Whoever left and came back began once.
    twice = people.member(world.uruguay, Role.LEARNER)
    lesson = items(course)["Lesson 1"].id
    with acting(twice):
        services.finish_item(services.enrol(course), lesson)
        services.leave(Enrolment.objects.get())
        services.enrol(course)
    with acting(gone):
        services.leave(Enrolment.objects.get())
    with acting(publisher):
        rows = Enrolment.objects.filter(organization=world.uruguay, status="active").order_by("pk")[:2]
        moment = timezone.now() - dt.timedelta(days=timezone.localdate().day + 9)
        Enrolment.objects.filter(pk__in=[row.pk for row in rows]).update(created_at=moment)
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


def gains(lines: list[Line]) -> dict[str, tuple[int | None, Decimal | None]]:
    return {line.label: (line.pairs, line.gain) for line in lines}


def test_the_network_counts_exactly(world: World) -> None:
    report = reported(world)
    assert counts([report.total]) == {"All courses": (24, 12, 12)}
    assert counts(report.courses) == {"A small course small": (24, 12, 12)}
    assert counts(report.countries) == {"Paraguay": (11, 5, 6), "Uruguay": (13, 7, 6)}


def test_a_small_organisation_takes_another_along(world: World) -> None:
    """One person learns in the smaller one of a country: what her neighbours have would give hers away."""
    organizations = counts(reported(world).organizations)
    assert organizations == {
        world.uruguay.name: (13, 7, 6),
        world.paraguay.name: (None, None, None),
        world.small.name: (None, None, None),
    }


def test_a_small_month_takes_another_along(world: World) -> None:
    months = reported(world).months
    assert [(line.begun, line.completed, line.not_completed) for line in months] == [(None, None, None)] * 2
    assert str(world.last_month.year) in months[0].label


def test_the_gain_is_the_mean_of_those_who_took_both_quizzes(world: World) -> None:
    report = reported(world)
    # From 50 to 100 for seven, from 0 to 100 for five.
    assert gains([report.total]) == {"All courses": (12, Decimal("70.8"))}
    assert gains(report.countries) == {"Paraguay": (5, Decimal("100.0")), "Uruguay": (7, Decimal("50.0"))}
    assert gains(report.organizations)[world.uruguay.name] == (7, Decimal("50.0"))
    # All five of Paraguay are of one organisation. Nobody of the other took a quiz, and that is not told either.
    assert gains(report.organizations)[world.paraguay.name] == (None, None)
    assert gains(report.organizations)[world.small.name] == (None, None)


def test_the_pages_tell_no_more_than_that(world: World, sign_in: Enter) -> None:
    client = sign_in(world.publisher)
    answer = client.get(reverse("learning:network_report"))
    page = BeautifulSoup(answer.content, "html.parser")
    table = page.find("section", {"aria-labelledby": "by-organisation"}).find("table")
    rows = {row.find("th").contents[0].strip(): [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
            for row in table.find("tbody").find_all("tr")}  # fmt: skip
    assert rows == {
        world.uruguay.name: ["13", "7", "6", "+50 7 people"],
        world.paraguay.name: ["not shown"] * 4,
        world.small.name: ["not shown"] * 4,
    }
    assert [word for word in ("Ximena", "Quispe", "@example.org") if word in answer.content.decode()] == []
    exported = rows_of(client.get(EXPORT.format("course-report")))
    assert len(exported) == 10
    assert sorted(row[1:] for row in exported if row[0] == "By organisation") == sorted(
        [
            [world.uruguay.name, "Uruguay", "13", "7", "6", "50.0", "7"],
            [world.paraguay.name, "Paraguay", "", "", "", "", ""],
            [world.small.name, "Paraguay", "", "", "", "", ""],
        ]
    )


def test_the_report_costs_the_same_however_many_learn(world: World, django_assert_num_queries: Any) -> None:
    actor = actor_for(world.publisher)
    with acting(world.publisher):
        with django_assert_num_queries(5):
            network_report(actor)
        people = People()
        for _number in range(3):
            begin(people.member(people.organization(country="BO"), Role.LEARNER), world.course)
        with django_assert_num_queries(5):
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
    client = sign_in(publisher)
    assert "Too few people have begun a course" in text_of(client.get(reverse("learning:network_report")))
    assert rows_of(client.get(EXPORT.format("course-report")))[1:] == [["All courses", "All courses", *[""] * 6]]
    # Six began and one completed: how many completed is not told, neither here nor as what is left.
    begin(learners[4], course)
    complete(learners[5], course, before=RIGHT)
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
