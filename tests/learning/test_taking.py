"""Taking a course from the first click to the certificate, through the pages, and what others learn of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from learning import services
from learning.enums import AttemptState, EnrolmentState
from learning.models import (
    Attempt,
    CaseAnswer,
    Certificate,
    Completion,
    Enrolment,
    HomeAnswer,
    ItemProgress,
    Response,
)
from needs.models import Need
from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord

from ..people import People, acting
from .courses import items, published_course

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
BASE = "/en/workspace/learning"


@pytest.fixture
def course(people: People) -> PublishedRecord:
    with acting(people.publisher()):
        return published_course()


@pytest.fixture
def learner(people: People) -> User:
    return people.contributor(people.organization(country="UY"))


def mine(user: User) -> Enrolment:
    with acting(user):
        found: Enrolment = Enrolment.objects.get(person=user)
        return found


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


class Taking:
    """A learner in her browser, without scripts."""

    def __init__(self, client: Client, user: User, course: PublishedRecord) -> None:
        client.force_login(user)
        self.client, self.user, self.course = client, user, course
        self.items = items(course)
        self.language = "en"

    @property
    def base(self) -> str:
        return f"/{self.language}/workspace/learning/taking/{mine(self.user).pk}/"

    def begin(self) -> Any:
        return self.client.post(f"{BASE}/enrol/{self.course.pk}/", follow=True)

    def url(self, title: str) -> str:
        return f"{self.base}{self.items[title].id}/"

    def read(self, title: str) -> Any:
        return self.client.post(self.url(title))

    def start(self, title: str) -> str:
        response = self.client.post(self.url(title))
        assert response.status_code == 302, response.content
        return str(response.url)

    def answer(self, title: str, regions: str, towns: str, **more: str) -> str:
        url = self.start(title)
        sent = {"regions-answer": regions, "towns-answer": towns, "hand_in": "1"} | more
        assert self.client.post(url, sent).status_code == 302
        return url

    def decide(self, **changed: str) -> Any:
        sent = {
            "where-value": "region",
            "where-text": "Because they differ much.",
            "where-confidence": "4",
            "why-text": "Ask them before.",
            "lock": "1",
        } | changed
        return self.client.post(self.url("Case"), sent)

    def all_of_it(self) -> None:
        self.begin()
        for title in ("Lesson 1", "Lesson 2"):
            self.read(title)
        self.answer("Quiz", "39", "many")
        self.decide()
        self.answer("After", "39", "many")


def test_the_whole_way(client: Client, learner: User, course: PublishedRecord) -> None:
    taking = Taking(client, learner, course)
    first = taking.begin()
    assert first.redirect_chain[-1][0] == taking.url("Before")
    assert taking.read("Lesson 1").url == taking.url("Lesson 2")
    taking.read("Lesson 2")
    with acting(learner):
        assert mine(learner).status == EnrolmentState.ACTIVE

    taking.language = "es"
    result = taking.answer("Quiz", "39,0", "few")
    page = soup(client.get(result))
    assert page.find("html")["lang"] == "es"
    # The single question is wrong, the number right: half of the points.
    assert "50 de 100" in page.get_text(" ")
    taking.language = "en"
    page = soup(client.get(taking.url("Quiz") + "attempt/1/"))
    assert "There are 264 of them." in page.get_text(" ")

    taking.decide()
    taking.answer("After", "39", "many")
    enrolment = mine(learner)
    # (50 + 100 + 100) / 3, by weight.
    assert (enrolment.status, str(enrolment.score)) == (EnrolmentState.COMPLETED, "83.33")
    with acting(learner):
        certificate = Certificate.objects.get(enrolment=enrolment)
        assert (certificate.kind, certificate.snapshot["score"]) == ("approved", "83.33")

    # A better result afterwards is the same certificate, and says so.
    taking.answer("Quiz", "39", "many")
    with acting(learner):
        again = Certificate.objects.get(enrolment=enrolment)
    assert (again.code, again.kind, again.snapshot["score"]) == (certificate.code, "honours", "100.00")


def test_what_an_organisation_and_the_network_learn(
    client: Client, people: People, learner: User, course: PublishedRecord
) -> None:
    Taking(client, learner, course).all_of_it()
    with acting(learner):
        ministry = mine(learner).organization
    assert ministry is not None
    administrator = people.member(ministry, Role.ADMINISTRATOR)
    private = (Enrolment, Attempt, Response, CaseAnswer, HomeAnswer, ItemProgress, Certificate)
    with acting(administrator):
        assert [row.person_id for row in Completion.objects.all()] == [learner.pk]
        assert [model.objects.count() for model in private] == [0] * len(private)
    for stranger in (people.contributor(ministry), people.member(people.organization(), Role.ADMINISTRATOR)):
        with acting(stranger):
            assert Completion.objects.count() == 0
            assert [model.objects.count() for model in private] == [0] * len(private)
    with acting(people.publisher()):
        seen = {model.__name__ for model in private if model.objects.exists()}
    assert seen == {"Enrolment", "Certificate"}
    with acting_as(service_actor("relay"), reason="test"):
        assert [model.objects.count() for model in private] == [0] * len(private)


def test_a_second_click_and_a_second_tab_begin_nothing(client: Client, learner: User, course: PublishedRecord) -> None:
    taking = Taking(client, learner, course)
    taking.begin()
    taking.begin()
    assert mine(learner).version == 1
    assert taking.start("Quiz") == taking.start("Quiz")
    with acting(learner):
        assert Attempt.objects.count() == 1


def test_looking_at_the_address_begins_nothing(client: Client, learner: User, course: PublishedRecord) -> None:
    client.force_login(learner)
    assert client.get(f"{BASE}/enrol/{course.pk}/").status_code == 302
    with acting(learner):
        assert not Enrolment.objects.exists()


def test_nothing_typed_is_lost_and_what_is_missing_is_asked_again(
    client: Client, learner: User, course: PublishedRecord
) -> None:
    taking = Taking(client, learner, course)
    taking.begin()
    url = taking.start("Quiz")
    refused = client.post(url, {"regions-answer": "many", "towns-answer": "many", "hand_in": "1"})
    assert refused.status_code == 422
    page = soup(refused)
    assert page.find("input", {"name": "regions-answer"})["value"] == "many"
    assert page.find("input", {"name": "towns-answer", "value": "many"}).has_attr("checked")
    asked = client.post(url, {"regions-answer": "", "towns-answer": "many", "hand_in": "1"})
    assert (asked.status_code, "Not answered yet." in soup(asked).get_text(" ")) == (422, True)
    assert client.post(url, {"towns-answer": "many", "hand_in": "1", "anyway": "1"}).status_code == 302
    with acting(learner):
        attempt = Attempt.objects.get()
    assert (attempt.status, str(attempt.score), str(attempt.out_of)) == (AttemptState.GRADED, "1.00", "2.00")


def test_keys_are_told_after_handing_in_and_not_before(client: Client, learner: User, course: PublishedRecord) -> None:
    taking = Taking(client, learner, course)
    taking.begin()
    url = taking.start("Quiz")
    client.post(url, {"regions-answer": "39", "save": "1"})
    assert "There are 39." not in client.get(url).content.decode()
    client.post(url, {"regions-answer": "39", "towns-answer": "few", "hand_in": "1"})
    assert "There are 39." in client.get(url).content.decode()


def test_a_late_answer_does_not_count_and_what_was_saved_does(
    client: Client, learner: User, course: PublishedRecord
) -> None:
    taking = Taking(client, learner, course)
    taking.begin()
    url = taking.start("Quiz")
    client.post(url, {"regions-answer": "39", "save": "1"})
    with acting(learner):
        attempt = Attempt.objects.get()
        attempt.deadline_at = attempt.started_at
        attempt.started_at = attempt.started_at.replace(year=2020)
        attempt.deadline_at = attempt.started_at
        attempt.save()
    client.post(url, {"regions-answer": "39", "towns-answer": "many", "hand_in": "1"})
    with acting(learner):
        attempt.refresh_from_db()
    assert (attempt.status, str(attempt.score)) == (AttemptState.EXPIRED, "1.00")


def test_an_attempt_at_the_end_of_attempts(client: Client, learner: User, course: PublishedRecord) -> None:
    taking = Taking(client, learner, course)
    taking.begin()
    taking.answer("Before", "39", "many")
    refused = taking.client.post(taking.url("Before"))
    assert refused.status_code == 422
    assert "You have used all attempts at this quiz." in refused.content.decode()


# --- Cases -----------------------------------------------------------------------------------


def test_a_case_is_locked_once_and_opened_then(client: Client, learner: User, course: PublishedRecord) -> None:
    taking = Taking(client, learner, course)
    taking.begin()
    assert "By region." not in client.get(taking.url("Case")).content.decode()
    undecided = taking.decide(**{"where-value": ""})
    assert undecided.status_code == 422
    assert "Because they differ much." in undecided.content.decode()
    assert taking.decide().status_code == 302
    page = soup(client.get(taking.url("Case"))).get_text(" ")
    assert "By region." in page
    assert "Shown when at least five others have decided." in page
    taking.decide(**{"where-value": "town"})
    with acting(learner):
        assert sorted(CaseAnswer.objects.values_list("value", flat=True)) == ["", "region"]


def test_peers_are_shown_from_five_on(client: Client, people: People, learner: User, course: PublishedRecord) -> None:
    item = items(course)["Case"]
    prompts = [UUID(prompt["id"]) for prompt in item.case["prompts"]]  # type: ignore[index]

    def one_more() -> None:
        with acting(people.contributor(people.organization())):
            enrolment = services.enrol(course)
            decisions = {
                prompts[0]: services.cases.Decision("town", "Three words here.", 3, True),
                prompts[1]: services.cases.Decision("", "A secret of ours.", None, False),
            }
            services.lock_case(enrolment, item.id, decisions)

    taking = Taking(client, learner, course)
    taking.begin()
    taking.decide()
    for _number in range(4):
        one_more()
    page = soup(client.get(taking.url("Case"))).get_text(" ")
    assert "Three words here." not in page
    one_more()
    page = soup(client.get(taking.url("Case"))).get_text(" ")
    assert "Three words here." in page
    assert "A secret of ours." not in page


def test_a_draft_need_is_made_once(client: Client, learner: User, course: PublishedRecord) -> None:
    taking = Taking(client, learner, course)
    taking.begin()
    taking.decide()
    prompts = {prompt["key"]: prompt["id"] for prompt in items(course)["Case"].case["prompts"]}  # type: ignore[index]
    assert set(prompts) == {"where", "why"}
    empty = client.post(taking.url("Case"), {"home-where": "", "home-why": "", "need": "1"})
    assert empty.status_code == 422
    made = client.post(
        taking.url("Case"), {"home-where": "By town, as ever.", "home-why": "A law of 2019.", "need": "1"}
    )
    assert made.status_code == 302
    client.post(taking.url("Case"), {"home-where": "Other words.", "need": "1"})
    with acting(learner):
        need = Need.objects.get()
        assert (need.status, need.title) == ("draft", "Money for places")
        assert need.problem == "At home?\nBy town, as ever."
        assert need.tried == "What was tried?\nA law of 2019."
        assert need.codes("LAF") == ["LAF3.1"]


def test_a_donor_cannot_make_a_need(client: Client, people: People, course: PublishedRecord) -> None:
    donor = people.contributor(people.organization("donor"))
    taking = Taking(client, donor, course)
    taking.begin()
    taking.decide()
    assert "Make a draft need of it" not in client.get(taking.url("Case")).content.decode()
    response = client.post(taking.url("Case"), {"home-where": "By town.", "need": "1"})
    assert response.status_code == 403
    with acting(donor):
        assert not Need.objects.exists()


# --- Versions and ways in --------------------------------------------------------------------


def test_a_learner_stays_in_her_version_until_she_takes_the_newer(
    client: Client, people: People, learner: User, course: PublishedRecord
) -> None:
    taking = Taking(client, learner, course)
    taking.begin()
    taking.read("Lesson 1")
    with acting(people.publisher()):
        from learning.models import Course, LessonPage

        page = LessonPage.objects.get(translation_key=taking.items["Lesson 1"].id, locale__language_code="en")
        page.title = "Lesson one"
        page.save()
        services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
    assert "Lesson one" not in client.get(taking.url("Lesson 1")).content.decode()
    client.post(f"{taking.base}newer/")
    page_now = client.get(taking.url("Lesson 1")).content.decode()
    assert "Lesson one" in page_now
    with acting(learner):
        assert ItemProgress.objects.filter(item=taking.items["Lesson 1"].id, state="done").count() == 1


def test_on_request_and_by_invitation(client: Client, people: People, learner: User) -> None:
    publisher = people.publisher()
    with acting(publisher):
        asked = published_course(code="asked", entry="approval")
        closed = published_course(code="closed", entry="invitation")
    client.force_login(learner)
    refused = client.post(f"{BASE}/enrol/{asked.pk}/", {"why": ""})
    assert refused.status_code == 422
    client.post(f"{BASE}/enrol/{asked.pk}/", {"why": "I run the programme."})
    with acting(publisher):
        request = Enrolment.objects.get(record=asked)
        assert (request.status, request.why) == ("requested", "I run the programme.")
        services.decide_enrolment(request, accept=True)
    with acting(learner):
        assert Enrolment.objects.get(record=asked).status == "active"
        with pytest.raises(TransitionRefused):
            services.enrol(closed)
        ministry = mine(learner).organization
    assert ministry is not None
    with acting(people.focal_point(ministry)):
        assert services.invite(closed, [learner.email.upper(), "x@example.org"]).added == [
            learner.email,
            "x@example.org",
        ]
    with acting(learner):
        assert services.enrol(closed).status == "active"


def test_what_comes_before_has_to_be_completed(client: Client, people: People, learner: User) -> None:
    with acting(people.publisher()):
        first = published_course(code="first")
        from learning.models import Course

        second = published_course(code="second")
        one, two = Course.objects.get(pk=first.pk), Course.objects.select_related("owner").get(pk=second.pk)
        services.set_prerequisites(two, [one])
        with pytest.raises(Exception, match="wait for each other"):
            services.set_prerequisites(one, [two])
        services.publish_course(Course.objects.select_related("owner").get(pk=two.pk))
    with acting(learner), pytest.raises(TransitionRefused, match="Complete"):
        services.enrol(PublishedRecord.objects.get(pk=second.pk))
    Taking(client, learner, first).all_of_it()
    with acting(learner):
        assert services.enrol(PublishedRecord.objects.get(pk=second.pk)).status == "active"


def test_attendance_is_for_who_did_all_and_did_not_reach_the_mark(
    client: Client, learner: User, course: PublishedRecord
) -> None:
    taking = Taking(client, learner, course)
    taking.begin()
    refused = client.post(f"{taking.base}finish/", follow=True)
    assert "Some parts of the course are still to be done." in refused.content.decode()
    for title in ("Lesson 1", "Lesson 2"):
        taking.read(title)
    taking.answer("Quiz", "1", "few")
    taking.decide()
    taking.answer("After", "1", "few")
    assert mine(learner).status == EnrolmentState.ACTIVE
    client.post(f"{taking.base}finish/")
    with acting(learner):
        assert Certificate.objects.get().kind == "attendance"
