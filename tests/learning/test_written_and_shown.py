"""What stands around a course: its writer's preview, practices that move on, what visitors read, keys and menus."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from pypdf import PdfReader

from learning import services
from learning.credentials import keys
from learning.models import Certificate, Course, CoursePage, LessonPage, LessonPractice
from network_site.common import pdf
from network_site.common.models import AuditEntry
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord

from ..people import People, acting, published
from .courses import items, published_course, written_course
from .learners import complete

pytestmark = pytest.mark.django_db

Enter = Callable[[Any], Client]


@pytest.fixture
def publisher(people: People) -> User:
    return people.publisher()


@pytest.fixture
def learner(people: People) -> User:
    return people.member(people.organization(country="UY"), "learner", first_name="Ximena", last_name="Quispe")


def text_of(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def publish(course: Course) -> PublishedRecord:
    return services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))


def test_a_page_of_a_course_is_looked_at_before_it_is_published(publisher: User) -> None:
    with acting(publisher):
        written_course()
        lesson = LessonPage.objects.get(slug="lesson-1-small-lesson-1")
        course = CoursePage.objects.get(course_code="small", locale__language_code="es")
        for page, words in ((lesson, "Lesson 1 Lesson 1."), (course, "Un curso pequeño small Summary.")):
            response = page.make_preview_request()
            assert response.status_code == 200
            main = BeautifulSoup(response.content, "html.parser").find("main")
            assert words in " ".join(main.get_text(" ").split())  # type: ignore[union-attr]


def test_a_lesson_is_stale_until_somebody_has_read_it_beside_the_practice(
    people: People, sign_in: Enter, publisher: User
) -> None:
    version = published(people, people.focal_point(people.organization(country="UY")))
    with acting(publisher):
        course = written_course()
        lesson = LessonPage.objects.get(slug="lesson-1-small-lesson-1")
        lesson.content = json.dumps(
            [{"type": "practice", "value": {"record": str(version.practice_id), "why": ""}, "id": str(uuid4())}]
        )
        lesson.save()
        publish(course)
    # The practice has moved on since.
    LessonPractice.objects.update(practice_version=0)
    with acting(publisher):
        publish(course)
    link = LessonPractice.objects.get()
    assert (link.practice_version, link.is_stale) == (0, True)

    client, url = sign_in(publisher), reverse("learning:course", args=[course.pk])
    assert "Read, and it holds" in text_of(client.get(url))
    do = reverse("learning:course_do", args=[course.pk, "reread"])
    assert [client.post(do, {"link": given}).status_code for given in ("", "no", str(link.pk + 1))] == [404] * 3
    assert client.post(do, {"link": str(link.pk)}).url == url
    assert LessonPractice.objects.get().is_stale is False
    assert "Practices that have changed" not in text_of(client.get(url))
    with acting(people.member(people.network(), "administrator")):
        assert AuditEntry.objects.filter(action="course.practice_read").count() == 1


def test_visitors_read_no_part_that_waits(people: People, client: Client, publisher: User) -> None:
    with acting(publisher):
        course = written_course()
        LessonPage.objects.filter(slug="lesson-2-small-lesson-2").update(waits=True)
        record = publish(course)
    found = items(record)
    base = f"/en/courses/{record.path}"
    page = BeautifulSoup(client.get(base).content, "html.parser")
    assert page.find("a", href=f"{base}{found['Lesson 1'].id}/") is not None
    assert page.find("a", href=f"{base}{found['Lesson 2'].id}/") is None
    assert client.get(f"{base}{found['Lesson 1'].id}/").status_code == 200
    assert client.get(f"{base}{found['Lesson 2'].id}/").status_code == 404
    answer = client.get(f"/api/v1/courses/{record.number}/").json()
    bodies = {
        item["texts"]["en"]["title"]: len(item["texts"]["en"]["body"])
        for module in answer["document"]["modules"]
        for item in module["items"]
    }
    assert (bodies["Lesson 1"], bodies["Lesson 2"]) == (1, 0)


@pytest.mark.skipif(not pdf.is_possible(), reason="Pango is missing: no PDF can be drawn here.")
def test_the_holders_own_paper_has_her_name_and_nobody_elses_has(
    client: Client, sign_in: Enter, publisher: User, learner: User
) -> None:
    with acting(publisher):
        course = published_course()
    complete(learner, course)
    with acting(learner):
        code = Certificate.objects.get().code
    url = reverse("certificates:pdf", args=[code])

    def words(content: bytes) -> str:
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)

    assert "Ximena Quispe" not in words(Client().get(url).content)
    assert "Ximena Quispe" in words(sign_in(learner).get(url).content)
    assert "Ximena Quispe" not in words(sign_in(publisher).get(url).content)


def test_a_certificate_stays_valid_when_the_site_moves(client: Client, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = published_course()
    complete(learner, course)
    with acting(learner):
        code = Certificate.objects.get().code
    url = reverse("certificates:certificate", args=[code])
    with override_settings(SITE_URL="https://elsewhere.example.org"):
        assert "Valid on" in text_of(client.get(url))
        # What is signed now names where the site stands now.
        with acting(learner):
            services.show_name(Certificate.objects.get(), shows=True)
            assert Certificate.objects.get().snapshot["site"] == "https://elsewhere.example.org"
        assert "Valid on" in text_of(client.get(url))
    assert "Valid on" in text_of(client.get(url))


def test_a_newer_key_signs_and_the_old_one_still_proves(client: Client, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = published_course()
    complete(learner, course)
    with acting(learner):
        certificate = Certificate.objects.get()
    told = io.StringIO()
    call_command("rotate_issuer_key", stdout=told)
    newer = keys.current_key().kid
    assert newer != certificate.kid
    assert f"Certificates are signed with the key {newer} from now on." in told.getvalue()
    assert "Valid on" in text_of(client.get(reverse("certificates:certificate", args=[certificate.code])))


def test_one_entry_of_the_menu_is_current(sign_in: Enter, publisher: User) -> None:
    page = BeautifulSoup(sign_in(publisher).get(reverse("learning:keep")).content, "html.parser")
    current = page.select("nav.side [aria-current=page]")
    assert [one.get_text(strip=True) for one in current] == ["Courses"]
