"""What comes before: other courses, other parts, a result; and who may open what to whom (learning page, 1.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from learning import services
from learning.enums import AttemptState, EnrolmentState
from learning.models import (
    Attempt,
    CaseAnswer,
    CaseReflection,
    Certificate,
    Course,
    Enrolment,
    Invitation,
    ItemProgress,
    LessonPage,
    Response,
)
from learning.personal_data import Source
from learning.selectors.peers import peers_of
from learning.selectors.proposals import list_proposed
from needs.models import Need
from network_site.common import outbox
from network_site.common.models import Notice, Outbox
from network_site.common.scoping import ForeignWrite
from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord

from ..people import People, acting
from .courses import items, published_course, written_course
from .learners import HALF, NOTHING, RIGHT, begin, complete, decide, enrolment_of, try_quiz

pytestmark = pytest.mark.django_db

Enter = Callable[[Any], Client]


@pytest.fixture
def publisher(people: People) -> User:
    return people.publisher()


@pytest.fixture
def learner(people: People) -> User:
    return people.contributor(people.organization(country="UY"))


def text_of(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def changed_course(publisher: User, page: str, **values: Any) -> PublishedRecord:
    """The small course, published with other values on one of its pages."""
    with acting(publisher):
        course = written_course()
        LessonPage.objects.filter(quiz_key=page, locale__language_code="en").update(**values)
        return services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))


# --- Another course first --------------------------------------------------------------------


def test_who_knows_it_already_asks_and_is_let_in(
    people: People, sign_in: Enter, publisher: User, learner: User
) -> None:
    with acting(publisher):
        first, second = published_course(code="first"), published_course(code="second")
        services.set_prerequisites(Course.objects.get(pk=second.pk), [Course.objects.get(pk=first.pk)])
        second = services.publish_course(Course.objects.select_related("owner").get(pk=second.pk))
    client, url = sign_in(learner), reverse("learning:enrol", args=[second.pk])
    refused = client.post(url)
    assert refused.status_code == 422
    assert "Complete “A small course first” first." in text_of(refused)
    assert BeautifulSoup(refused.content, "html.parser").find("textarea", {"name": "why"}) is not None
    assert client.post(url, {"why": "I taught it for years."}).status_code == 302
    enrolment = enrolment_of(learner, second)
    assert (enrolment.status, enrolment.why) == (EnrolmentState.REQUESTED, "I taught it for years.")

    keeper = sign_in(publisher)
    page = text_of(keeper.get(reverse("learning:enrolment", args=[enrolment.pk])))
    assert "Courses that should come first A small course first" in page
    keeper.post(reverse("learning:enrolment_do", args=[enrolment.pk, "accept"]), {"note": ""})
    assert enrolment_of(learner, second).status == EnrolmentState.ACTIVE


def test_who_is_not_let_in_reads_why_and_may_ask_again(
    people: People, sign_in: Enter, publisher: User, learner: User
) -> None:
    with acting(publisher):
        course = published_course(entry="approval")
    enrolment = begin(learner, course, why="I am curious.")
    with acting(publisher):
        services.decide_enrolment(enrolment, accept=False, note="It is for labour inspectors.")
    page = sign_in(learner).get(reverse("learning:mine"))
    assert "Not accepted It is for labour inspectors. See the course" in text_of(page)
    with acting(learner):
        assert Source().parts(learner)["courses"][0]["refusal_reason"] == "It is for labour inspectors."
        assert services.enrol(course, why="I was made an inspector.").status == EnrolmentState.REQUESTED


def test_nobody_lets_herself_in_or_gives_herself_time(people: People, sign_in: Enter, publisher: User) -> None:
    with acting(publisher):
        asked, open_to_all = published_course(code="asked", entry="approval"), published_course(code="open")
    request, enrolment = begin(publisher, asked, why="I wrote it."), begin(publisher, open_to_all)
    with acting(publisher):
        with pytest.raises(TransitionRefused, match="You may not do this"):
            services.decide_enrolment(request, accept=True)
        with pytest.raises(TransitionRefused, match="You may not do this"):
            services.unlock(enrolment, note="I wrote it.")
        with pytest.raises(PermissionDenied):
            services.give_time(enrolment, percent=300)
    page = text_of(sign_in(publisher).get(reverse("learning:enrolment", args=[enrolment.pk])))
    assert "Save the time" not in page
    colleague = people.member(people.network(), Role.LEAD)
    with acting(colleague):
        assert services.decide_enrolment(request, accept=True).status == EnrolmentState.ACTIVE
        assert services.give_time(enrolment, percent=50).extra_time == 50


def test_those_who_keep_a_course_are_told_who_asks(people: People, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = published_course(entry="approval")
    begin(learner, course, why="I am curious.")
    outbox.drain()
    with acting(publisher):
        told = Notice.objects.get(kind="enrolment.requested")
    assert (told.recipient_id, told.url_name, told.object_id) == (publisher.pk, "learning:course", course.pk)
    with acting(learner):
        assert not Notice.objects.filter(kind="enrolment.requested").exists()


# --- Another part first ----------------------------------------------------------------------


def test_a_part_that_waits_opens_when_the_parts_before_it_are_done(
    sign_in: Enter, publisher: User, learner: User
) -> None:
    course = changed_course(publisher, "quiz", waits=True)
    enrolment = begin(learner, course)
    client, found = sign_in(learner), items(course)
    url = reverse("learning:item", args=[enrolment.pk, found["Quiz"].id])
    page = client.get(url)
    assert (page.status_code, "This part is not open yet." in text_of(page)) == (200, True)
    assert "Begin the quiz" not in text_of(page)
    first = BeautifulSoup(page.content, "html.parser").select_one(".read .list-c a")
    assert first is not None
    assert first["href"] == reverse("learning:item", args=[enrolment.pk, found["Lesson 1"].id])
    assert client.post(url).status_code == 422
    assert "not open yet" in text_of(client.get(reverse("learning:outline", args=[enrolment.pk])))
    with acting(learner):
        with pytest.raises(TransitionRefused, match="Do “Lesson 1” first"):
            services.start_attempt(enrolment, found["Quiz"].id)
        assert not Attempt.objects.exists()
        # Looking at a closed part is not opening it.
        assert not ItemProgress.objects.filter(item=found["Quiz"].id).exists()
    for title in ("Lesson 1", "Lesson 2"):
        client.post(reverse("learning:item", args=[enrolment.pk, found[title].id]))
    assert "Begin the quiz" in text_of(client.get(url))
    assert client.post(url).status_code == 302


def test_a_part_may_ask_for_a_result_in_the_quiz_before_the_course(
    sign_in: Enter, publisher: User, learner: User
) -> None:
    course = changed_course(publisher, "quiz", least_before=60)
    enrolment = begin(learner, course)
    quiz = items(course)["Quiz"].id
    try_quiz(learner, course, "Before", RIGHT | {"towns": "few"})
    page = text_of(sign_in(learner).get(reverse("learning:item", args=[enrolment.pk, quiz])))
    assert "It opens with a result of 60 of 100 in the quiz before the course" in page
    with acting(learner), pytest.raises(TransitionRefused, match="Do “Before” first"):
        services.start_attempt(enrolment, quiz)

    keeper, url = sign_in(publisher), reverse("learning:enrolment_do", args=[enrolment.pk, "unlock"])
    refused = keeper.post(url, {"note": " "})
    assert (refused.status_code, "Fill this in." in text_of(refused)) == (422, True)
    assert keeper.post(url, {"note": "She has the certificate of our school."}).status_code == 302
    page = text_of(keeper.get(reverse("learning:enrolment", args=[enrolment.pk])))
    assert "She has the certificate of our school." in page
    assert "Every part of the course is open to this learner." in page
    with acting(learner):
        assert services.start_attempt(enrolment_of(learner, course), quiz).n == 1


def test_who_has_the_result_goes_on(publisher: User, learner: User) -> None:
    course = changed_course(publisher, "quiz", least_before=60)
    enrolment = begin(learner, course)
    try_quiz(learner, course, "Before", RIGHT)
    with acting(learner):
        assert services.start_attempt(enrolment, items(course)["Quiz"].id).n == 1


def test_a_result_in_a_quiz_that_is_not_there_is_not_published(publisher: User) -> None:
    with acting(publisher):
        course = written_course()
        LessonPage.objects.filter(quiz_key="before").update(quiz_key="")
        LessonPage.objects.filter(quiz_key="quiz").update(least_before=60)
        with pytest.raises(TransitionRefused, match="asks for a result in a quiz before the course") as refused:
            services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
    assert [one.code for one in refused.value.unmet] == ["before"]


# --- What is told, and when ------------------------------------------------------------------


def marked(client: Client, enrolment: Enrolment, course: PublishedRecord, title: str, n: int) -> str:
    return text_of(client.get(reverse("learning:attempt", args=[enrolment.pk, items(course)[title].id, n])))


def test_the_quiz_before_a_course_tells_its_key_with_the_certificate(
    sign_in: Enter, publisher: User, learner: User
) -> None:
    with acting(publisher):
        course = written_course()
        course.quizzes.filter(key="before").update(feedback="after_close")
        record = services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
    enrolment = begin(learner, record)
    try_quiz(learner, record, "Before", RIGHT)
    client = sign_in(learner)
    page = marked(client, enrolment, record, "Before", 1)
    assert "There are 264 of them." not in page
    assert "What is right is told when you have completed the course." in page
    with acting(learner):
        assert [row["share"] for row in Source().parts(learner)["quiz_answers"]] == [None, None]
    complete(learner, record)
    assert "There are 264 of them." in marked(client, enrolment, record, "Before", 1)
    with acting(learner):
        assert {str(row["share"]) for row in Source().parts(learner)["quiz_answers"]} == {"1.0000"}


def test_no_key_is_told_while_the_last_attempt_is_open(sign_in: Enter, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = written_course()
        course.quizzes.filter(key="quiz").update(feedback="after_close", attempts_allowed=2)
        record = services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
    enrolment = begin(learner, record)
    try_quiz(learner, record, "Quiz", HALF)
    client = sign_in(learner)
    assert "There are 264 of them." not in marked(client, enrolment, record, "Quiz", 1)
    with acting(learner):
        services.start_attempt(enrolment, items(record)["Quiz"].id)
    assert "There are 264 of them." not in marked(client, enrolment, record, "Quiz", 1)
    try_quiz(learner, record, "Quiz", HALF)
    assert "There are 264 of them." in marked(client, enrolment, record, "Quiz", 1)


def test_who_has_everything_right_is_told_so_at_once(sign_in: Enter, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = written_course()
        course.quizzes.filter(key="quiz").update(feedback="after_close", attempts_allowed=3)
        record = services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
    enrolment = begin(learner, record)
    try_quiz(learner, record, "Quiz", RIGHT)
    assert "There are 264 of them." in marked(sign_in(learner), enrolment, record, "Quiz", 1)


def test_under_the_rule_now_what_was_understood_is_told_and_the_rest_is_asked_again(
    sign_in: Enter, publisher: User, learner: User
) -> None:
    with acting(publisher):
        course = written_course()
        course.quizzes.filter(key="quiz").update(feedback="now")
        record = services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
    enrolment = begin(learner, record)
    client = sign_in(learner)
    url = client.post(reverse("learning:item", args=[enrolment.pk, items(record)["Quiz"].id])).url
    answer = client.post(url, {"regions-answer": "many", "towns-answer": "many", "hand_in": "1"})
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 422
    assert page.find("input", {"name": "regions-answer"})["value"] == "many"  # type: ignore[index]
    assert page.find("input", {"name": "towns-answer"}) is None
    assert "There are 264 of them." in text_of(answer)


def test_an_attempt_whose_time_is_over_is_marked_with_what_was_saved(
    sign_in: Enter, publisher: User, learner: User
) -> None:
    with acting(publisher):
        course = written_course()
        course.quizzes.filter(key="quiz").update(minutes=20)
        record = services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
    enrolment = begin(learner, record)
    client = sign_in(learner)
    url = client.post(reverse("learning:item", args=[enrolment.pk, items(record)["Quiz"].id])).url
    client.post(url, {"regions-answer": "39", "save": "1"})
    line = BeautifulSoup(client.get(url).content, "html.parser").select_one("[data-deadline]")
    assert line is not None
    assert "19 minutes are left" in line.text
    assert "(UTC)" in line.text
    outbox.drain()
    due = Outbox.objects.get(kind="attempt.due")
    with acting(learner):
        attempt = Attempt.objects.get()
        assert attempt.status == AttemptState.OPEN
        Attempt.objects.update(deadline_at=attempt.started_at - timedelta(minutes=1))
    Outbox.objects.filter(pk=due.pk).update(next_at=attempt.started_at)
    outbox.drain()
    with acting(learner):
        attempt.refresh_from_db()
    assert (attempt.status, str(attempt.score)) == (AttemptState.EXPIRED, "1.00")
    # Once more is nothing more.
    services.end_when_due(attempt.pk, learner.pk)
    assert "The time was over: what you had saved counts." in text_of(client.get(url))


def test_the_certificate_says_the_result_that_counts_now(publisher: User, learner: User) -> None:
    with acting(publisher):
        course = written_course()
        course.quizzes.filter(key="quiz").update(counting="last", weight=10)
        record = services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
    begin(learner, record)
    try_quiz(learner, record, "Quiz", RIGHT)
    try_quiz(learner, record, "Quiz", NOTHING)
    for title in ("Lesson 1", "Lesson 2"):
        with acting(learner):
            services.finish_item(enrolment_of(learner, record), items(record)[title].id)
    decide(learner, record, "Case")
    try_quiz(learner, record, "After", RIGHT)
    assert str(enrolment_of(learner, record).score) == "16.67"
    with acting(learner):
        services.finish_with_attendance(enrolment_of(learner, record))
        certificate = Certificate.objects.get()
    assert (certificate.kind, certificate.snapshot["score"]) == ("attendance", "16.67")


def test_nobody_finishes_with_attendance_while_a_tutor_reads(
    people: People, sign_in: Enter, publisher: User, learner: User
) -> None:
    with acting(publisher):
        course = published_course(with_open=True, pass_mark=90)
    enrolment = begin(learner, course)
    for title in ("Lesson 1", "Lesson 2"):
        with acting(learner):
            services.finish_item(enrolment, items(course)[title].id)
    for title in ("Quiz", "After"):
        try_quiz(learner, course, title, RIGHT)
    decide(learner, course, "Case")
    page = text_of(sign_in(learner).get(reverse("learning:outline", args=[enrolment.pk])))
    assert "A tutor reads your text. Everything is done." in page
    assert "Finish with attendance" not in page
    with acting(learner), pytest.raises(TransitionRefused, match="A tutor is reading a text of yours"):
        services.finish_with_attendance(enrolment)
    with acting(publisher):
        services.mark_response(Response.objects.get(share=None), share=Decimal(1), comment="Good.")
    assert enrolment_of(learner, course).status == EnrolmentState.COMPLETED


def test_a_newer_version_without_what_was_left_completes_the_course(publisher: User, learner: User) -> None:
    with acting(publisher):
        record = published_course()
    enrolment = begin(learner, record)
    with acting(learner):
        services.finish_item(enrolment, items(record)["Lesson 1"].id)
    for title in ("Quiz", "After"):
        try_quiz(learner, record, title, RIGHT)
    decide(learner, record, "Case")
    with acting(publisher):
        LessonPage.objects.filter(title="Lesson 2").update(is_required=False)
        services.publish_course(Course.objects.select_related("owner").get(pk=record.pk))
    with acting(learner):
        assert services.take_newer(enrolment_of(learner, record)).status == EnrolmentState.COMPLETED


# --- Cases -----------------------------------------------------------------------------------


def test_a_mistake_elsewhere_does_not_lock_short_reasons(sign_in: Enter, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = published_course()
    enrolment = begin(learner, course)
    client, url = sign_in(learner), reverse("learning:item", args=[enrolment.pk, items(course)["Case"].id])
    sent = {"where-value": "nowhere", "where-text": "Short.", "why-text": "Short.", "lock": "1"}
    wrong = client.post(url, sent)
    assert (wrong.status_code, 'name="anyway"' in wrong.content.decode()) == (422, False)
    short = client.post(url, sent | {"where-value": "region"})
    assert (short.status_code, 'name="anyway"' in short.content.decode()) == (422, True)
    assert "Some reasons are short." in text_of(short)
    with acting(learner):
        assert not CaseAnswer.objects.exists()
    assert client.post(url, sent | {"where-value": "region", "anyway": "1"}).status_code == 302
    with acting(learner):
        assert CaseAnswer.objects.count() == 2


def test_who_comes_back_goes_on_where_she_was(people: People, sign_in: Enter, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = published_course()
    hers = begin(learner, course)
    decide(learner, course, "Case")
    client = sign_in(learner)
    assert client.post(reverse("learning:leave", args=[hers.pk])).status_code == 302
    assert enrolment_of(learner, course).status == EnrolmentState.LEFT
    assert client.get(reverse("learning:outline", args=[hers.pk])).url == reverse("learning:mine")
    assert client.get(reverse("learning:item", args=[hers.pk, items(course)["Case"].id])).status_code == 404
    assert "Left See the course" in text_of(client.get(reverse("learning:mine")))
    page = client.get(f"/en/courses/{course.path}")
    assert "Go on where you left off" in text_of(page)
    client.post(reverse("learning:enrol", args=[course.pk]))
    again = enrolment_of(learner, course)
    assert (again.pk, again.status) == (hers.pk, EnrolmentState.ACTIVE)
    # What was decided before stands, and what happened is told.
    assert "By region." in text_of(client.get(reverse("learning:item", args=[hers.pk, items(course)["Case"].id])))
    with acting(learner):
        assert CaseAnswer.objects.count() == 2


def test_a_text_is_shared_and_taken_back(people: People, sign_in: Enter, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = published_course()
    case = items(course)["Case"]
    for _number in range(5):
        other = people.contributor(people.organization())
        begin(other, course)
        decide(other, course, "Case")
    enrolment = begin(learner, course)
    decide(learner, course, "Case")
    client, url = sign_in(learner), reverse("learning:item", args=[enrolment.pk, case.id])
    prompt = case.case["prompts"][0]["id"]  # type: ignore[index]
    reader = people.contributor(people.organization())

    def shown() -> list[int]:
        return [len(peers.texts) for peers in peers_of(case, reader.pk).values() if peers]

    assert shown() == [0, 0]
    assert client.post(url, {"share": prompt}).url == f"{url}#d-{prompt}"
    assert client.post(url, {"share": prompt}).status_code == 302
    assert shown() == [1, 0]
    assert "Others read it without your name or organisation." in text_of(client.get(url))
    assert client.post(url, {"unshare": prompt}).status_code == 302
    assert shown() == [0, 0]
    assert client.post(url, {"share": str(course.pk)}).status_code == 404
    assert client.post(url, {"share": "nothing"}).status_code == 404


def test_what_one_would_change_is_kept_for_oneself(sign_in: Enter, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = published_course()
    enrolment = begin(learner, course)
    client, url = sign_in(learner), reverse("learning:item", args=[enrolment.pk, items(course)["Case"].id])
    # Before it is locked there is nothing to change.
    assert client.post(url, {"reflect-text": "Too early.", "reflect": "1"}).status_code == 302
    with acting(learner):
        assert not CaseReflection.objects.exists()
    decide(learner, course, "Case")
    long = client.post(url, {"reflect-text": "x" * 3001, "reflect": "1"})
    assert long.status_code == 422
    kept = BeautifulSoup(long.content, "html.parser").find("textarea", {"name": "reflect-text"})
    assert kept is not None
    assert kept.text.strip() == "x" * 3001
    for text in ("Ask the offices first.", "Ask the offices first, and the firms."):
        assert client.post(url, {"reflect-text": text, "reflect": "1"}).url == f"{url}#changed"
    assert "Ask the offices first, and the firms." in text_of(client.get(url))
    with acting(learner):
        assert Source().parts(learner)["case_reflections"] == [
            {"case": items(course)["Case"].case_id, "text": "Ask the offices first, and the firms."}
        ]
    with acting(publisher):
        assert not CaseReflection.objects.exists()


def test_what_was_not_understood_is_kept_as_it_was_typed(sign_in: Enter, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = published_course()
    enrolment = begin(learner, course)
    client, url = sign_in(learner), reverse("learning:item", args=[enrolment.pk, items(course)["Case"].id])
    good = {"where-value": "town", "where-text": "Kept from before.", "why-text": "All of it.", "save": "1"}
    assert client.post(url, good).status_code == 302
    wrong = client.post(url, good | {"where-value": "nowhere", "where-text": "Typed now.", "why-text": "x" * 3001})
    assert wrong.status_code == 422
    page = BeautifulSoup(client.get(url).content, "html.parser")
    assert page.find("textarea", {"name": "where-text"}).text.strip() == "Typed now."  # type: ignore[union-attr]
    assert page.find("textarea", {"name": "why-text"}).text.strip() == "x" * 3001  # type: ignore[union-attr]


def test_a_need_says_what_is_lacking_and_loses_no_word(sign_in: Enter, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = published_course()
    enrolment = begin(learner, course)
    decide(learner, course, "Case")
    client, url = sign_in(learner), reverse("learning:item", args=[enrolment.pk, items(course)["Case"].id])
    refused = client.post(url, {"home-where": "", "home-why": "A law of 2019.", "need": "1"})
    assert refused.status_code == 422
    assert "A need begins with what is lacking. Answer this first: “At home?”" in text_of(refused)
    # 1,500 characters fit into the field of the need, its question among them.
    room = 1500 - len("What was tried?\n")
    long = client.post(url, {"home-where": "Offices.", "home-why": "x" * (room + 1), "need": "1"})
    assert long.status_code == 422
    counter = BeautifulSoup(long.content, "html.parser").find(attrs={"data-count-for": "id_home-why"})
    assert counter is not None
    assert counter["data-count-max"] == str(room)
    made = client.post(url, {"home-where": "Offices.\nMany.", "home-why": "x" * room, "need": "1"})
    assert made.status_code == 302
    with acting(learner):
        need = Need.objects.get()
        assert (need.summary, need.problem, need.tried) == (
            "Offices.", "At home?\nOffices.\nMany.", "What was tried?\n" + "x" * room,
        )  # fmt: skip
    page = text_of(client.get(url))
    assert "What you wrote for your country At home? Offices. Many. What was tried?" in page


# --- Lists and rows --------------------------------------------------------------------------


def test_an_address_is_taken_off_ones_own_list(people: People, sign_in: Enter, publisher: User) -> None:
    with acting(publisher):
        course = published_course(entry="invitation")
    ministry = people.organization(country="UY")
    learner = people.contributor(ministry)
    focal, other = people.focal_point(ministry), people.focal_point(people.organization(country="PY"))
    for user in (focal, other):
        with acting(user):
            services.invite(course, [learner.email])
    client, url = sign_in(focal), reverse("learning:people", args=[course.pk])
    assert learner.email in text_of(client.get(url))
    assert client.post(url, {"take_off": learner.email.upper()}).status_code == 302
    page = text_of(client.get(url))
    assert (learner.email in page, "Nobody yet." in page) == (False, True)
    # Once more is nothing more.
    assert client.post(url, {"take_off": learner.email}).status_code == 302
    with acting(other):
        assert Invitation.objects.get().email == learner.email


def test_nobody_writes_into_the_enrolment_of_another(people: People, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = published_course()
    hers = begin(learner, course)
    attempt = try_quiz(learner, course, "Quiz", RIGHT)
    other = people.contributor(people.organization())
    begin(other, course)
    item = items(course)["Lesson 1"].id
    with acting(other):
        with pytest.raises(ForeignWrite):
            ItemProgress.objects.bulk_create([ItemProgress(person=other, enrolment=hers, item=item, state="done")])
        with pytest.raises(ForeignWrite):
            Attempt.objects.create(
                person=other, enrolment=hers, quiz=items(course)["Quiz"].quiz_id, n=2, seed=1, drawn=[], out_of=1
            )
        version = acting_version(attempt)
        with pytest.raises(ForeignWrite):
            Response.objects.create(person=other, attempt=attempt, version_id=version)


def acting_version(attempt: Attempt) -> Any:
    with acting_as(service_actor("grader"), reason="test"):
        return Response.objects.filter(attempt=attempt).values_list("version_id", flat=True).first()


def test_proposals_wait_from_the_day_on_which_they_are_sent(people: People, publisher: User) -> None:
    fields = {"title": "One", "purpose": "To know more.", "learners": "Inspectors"}
    first, second = (people.focal_point(people.organization(country=code)) for code in ("UY", "PY"))
    with acting(first):
        early = services.create_proposal(fields=fields)
    with acting(second):
        services.send_proposal(services.create_proposal(fields=fields | {"title": "Two"}))
    with acting(first):
        services.send_proposal(early)
    with acting(publisher):
        assert [one.title for one in list_proposed()] == ["Two", "One"]
