"""What those who keep courses see and do, and what they never see."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from learning import services
from learning.credentials import codes
from learning.enums import CertificateKind, CourseStatus, EnrolmentState
from learning.models import Attempt, Certificate, Course, CoursePage, LessonPage, LessonPractice, QuestionKey, Response
from learning.selectors import keeping as selectors
from network_site.common.workflow import TransitionRefused
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import User
from network_site.organizations.selectors import actor_for
from network_site.publishing.models import PublishedRecord

from ..people import People, acting, prove_second_factor, published
from ..people import step as practice_step
from .courses import published_course, written_course
from .learners import RIGHT, begin, complete, enrolment_of, try_quiz

pytestmark = pytest.mark.django_db

Enter = Callable[[Any], Client]


@pytest.fixture
def publisher(people: People) -> User:
    return people.publisher()


@pytest.fixture
def course(publisher: User) -> PublishedRecord:
    with acting(publisher):
        return published_course(with_open=True)


@pytest.fixture
def learner(people: People) -> User:
    return people.member(people.organization(country="UY"), Role.LEARNER, first_name="Ximena", last_name="Quispe")


def read(pk: Any, user: User) -> Course:
    with acting(user):
        return selectors.get_course(pk)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


# --- Who may ---------------------------------------------------------------------------------


def strangers(people: People) -> dict[str, User]:
    return {
        "learner": people.member(people.organization(country="UY"), Role.LEARNER),
        "administrator of a ministry": people.member(people.organization(country="PY"), Role.ADMINISTRATOR),
        "donor": people.member(people.organization(OrganizationKind.DONOR), Role.FOCAL_POINT, Role.CONTRIBUTOR),
        "web editor of the Network": people.member(people.network(), Role.WEB_EDITOR),
        "administrator of the Network": people.member(people.network(), Role.ADMINISTRATOR),
        "nobody's": people.user(),
    }


def test_only_those_who_write_courses_keep_them(
    people: People, sign_in: Enter, publisher: User, course: PublishedRecord, learner: User
) -> None:
    complete(learner, course)
    with acting(publisher):
        certificate = Certificate.objects.get()
        answer = Response.objects.get()
    shared = [reverse(f"learning:{name}") for name in ("keep", "requests", "answers", "proposed", "network_report")]
    own = [
        *(
            reverse(f"learning:{name}", args=[course.pk])
            for name in ("course", "questions", "learners", "course_certificates")
        ),
        reverse("learning:enrolment", args=[enrolment_of(learner, course).pk]),
        reverse("learning:revoke", args=[certificate.pk]),
        reverse("learning:answer", args=[answer.pk]),
    ]
    for keeper in (publisher, people.specialist(), people.member(people.network(), Role.LEAD)):
        client = sign_in(keeper)
        assert [client.get(url).status_code for url in (*shared, *own)] == [200] * 12
    for who, stranger in strangers(people).items():
        client = sign_in(stranger)
        assert {client.get(url).status_code for url in shared} == {403}, who
        # Of the Network, they know that there are such things; all others do not.
        assert {client.get(url).status_code for url in own} == ({403} if "Network" in who else {404}), who
    client = sign_in(learner)
    assert {client.get(url).status_code for url in own} == {404}
    assert {Client().get(url).status_code for url in (*shared, *own)} == {302}


def test_strangers_do_nothing(people: People, sign_in: Enter, course: PublishedRecord, learner: User) -> None:
    enrolment = complete(learner, course)
    with acting(learner):
        certificate = Certificate.objects.get()
        response = Response.objects.exclude(tutors=None).get()
    posts = {
        reverse("learning:course_do", args=[course.pk, "withdraw"]): {"version": 2, "note": "No."},
        reverse("learning:enrolment_time", args=[enrolment.pk]): {"percent": 50},
        reverse("learning:revoke", args=[certificate.pk]): {"reason": "No."},
        reverse("learning:answer", args=[response.pk]): {"percent": 100},
    }
    for stranger in (*strangers(people).values(), learner):
        client = sign_in(stranger)
        assert {client.post(url, sent).status_code for url, sent in posts.items()} <= {403, 404}
    with acting(learner):
        assert Response.objects.get(pk=response.pk).share is None
        assert Certificate.objects.get().revoked_at is None
    assert enrolment_of(learner, course).extra_time == 0
    assert PublishedRecord.objects.get(pk=course.pk).state == PublishedRecord.State.PUBLISHED


# --- Courses ---------------------------------------------------------------------------------


def test_the_list_counts_learners_and_what_waits(
    people: People, sign_in: Enter, publisher: User, course: PublishedRecord, learner: User
) -> None:
    complete(learner, course)
    with acting(publisher):
        asked = published_course(code="asked", entry="approval")
    ministry = people.organization(country="PY")
    for _number in range(2):
        begin(people.member(ministry, Role.LEARNER), course)
    begin(people.member(ministry, Role.LEARNER), asked, why="I need it.")
    with acting(publisher):
        rows = {
            kept.title: (kept.under_way, kept.completed, kept.requests, kept.answers, kept.stale)
            for kept in selectors.list_kept(actor_for(publisher))
        }
    assert rows == {"A small course small": (2, 1, 0, 1, 0), "A small course asked": (0, 0, 1, 0, 0)}
    page = text_of(sign_in(publisher).get(reverse("learning:keep")))
    assert "1 answer to mark" in page
    assert "1 request to be let in" in page
    assert "Quispe" not in page


def test_the_list_costs_the_same_for_one_course_or_three(
    publisher: User, course: PublishedRecord, django_assert_num_queries: Any
) -> None:
    actor = actor_for(publisher)
    with acting(publisher):
        with django_assert_num_queries(5):
            selectors.list_kept(actor)
        published_course(code="second")
        published_course(code="third")
        with django_assert_num_queries(5):
            assert len(selectors.list_kept(actor)) == 3


def test_a_course_says_what_is_missing_and_is_published_when_nothing_is(
    people: People, sign_in: Enter, publisher: User
) -> None:
    with acting(publisher):
        course = written_course()
        page = LessonPage.objects.get(slug="quiz-small-quiz")
        page.quiz_key = "nowhere"
        page.save()
        unmet = [str(one.message) for one in selectors.missing(course)]
        with pytest.raises(TransitionRefused) as refused:
            services.publish_course(course)
    assert unmet == refused.value.messages == ["“Quiz” names nowhere, which is not in this course."]
    client = sign_in(publisher)
    url, do = reverse("learning:course", args=[course.pk]), reverse("learning:course_do", args=[course.pk, "publish"])
    assert "“Quiz” names nowhere, which is not in this course." in text_of(client.get(url))
    assert do not in text_of(client.get(url))
    answer = client.post(do, {"version": 1})
    assert (answer.status_code, read(course.pk, publisher).edition) == (422, 0)

    LessonPage.objects.filter(pk=page.pk).update(quiz_key="quiz")
    assert do in text_of(client.get(url))
    assert client.post(do, {"version": 1}).url == url
    assert "Version 1 is published." in text_of(client.get(url))
    assert (read(course.pk, publisher).status, read(course.pk, publisher).edition) == (CourseStatus.PUBLISHED, 1)


def test_who_is_slower_is_told_and_publishes_nothing(sign_in: Enter, publisher: User, course: PublishedRecord) -> None:
    answer = sign_in(publisher).post(reverse("learning:course_do", args=[course.pk, "publish"]), {"version": 1})
    assert answer.status_code == 409
    assert "Somebody else changed this record meanwhile." in text_of(answer)
    assert read(course.pk, publisher).edition == 1


def test_publishing_wants_a_fresh_proof(client: Client, publisher: User, course: PublishedRecord) -> None:
    client.force_login(publisher)
    prove_second_factor(client, publisher)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 24 * 60 * 60
    session.save()
    answer = client.post(reverse("learning:course_do", args=[course.pk, "publish"]), {"version": 2})
    assert (answer.status_code, "reauthenticate" in answer.url) == (302, True)
    assert read(course.pk, publisher).edition == 1


def test_a_course_is_withdrawn_with_a_reason(sign_in: Enter, publisher: User, course: PublishedRecord) -> None:
    client = sign_in(publisher)
    url = reverse("learning:course_do", args=[course.pk, "withdraw"])
    assert client.post(url, {"version": 2, "note": "  "}).status_code == 422
    assert client.post(url, {"version": 2, "note": "The law has changed."}).status_code == 302
    record = PublishedRecord.objects.get(pk=course.pk)
    assert (record.state, record.withdrawal_reason) == (PublishedRecord.State.WITHDRAWN, "The law has changed.")
    assert client.post(reverse("learning:course_do", args=[course.pk, "nothing"]), {"version": 3}).status_code == 404


def test_the_page_leads_to_the_pages_of_the_site_for_those_who_write_there(
    people: People, sign_in: Enter, publisher: User, course: PublishedRecord
) -> None:
    url = reverse("learning:course", args=[course.pk])
    pages = CoursePage.objects.filter(course_code="small")
    edits = [reverse("wagtailadmin_pages:edit", args=[page.pk]) for page in pages]
    assert len(edits) == 2
    shown = text_of(sign_in(publisher).get(url))
    assert [edit in shown for edit in edits] == [True, True]
    # Specialists write no pages.
    shown = text_of(sign_in(people.specialist()).get(url))
    assert [edit in shown for edit in edits] == [False, False]


def test_prerequisites_and_practices_that_moved_on_are_told(people: People, sign_in: Enter, publisher: User) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    version = published(people, focal_point)
    with acting(publisher):
        first = published_course(code="first")
        course = written_course(code="second")
        services.set_prerequisites(course, [Course.objects.get(pk=first.pk)])
        lesson = LessonPage.objects.get(slug="lesson-1-second-lesson-1")
        lesson.content = [("practice", {"record": PublishedRecord.objects.get(pk=version.practice_id), "why": ""})]
        lesson.save()
        record = services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
    assert LessonPractice.objects.get(course=record).is_stale is False
    url = reverse("learning:course", args=[course.pk])
    page = text_of(sign_in(publisher).get(url))
    assert "Courses that come before" in page
    assert "A small course first" in page
    assert "Practices that have changed" not in page
    practice_step(publisher, version, "withdraw", note="It has ended.")
    page = text_of(sign_in(publisher).get(url))
    assert "Practices that have changed" in page
    assert "no longer public" in page
    with acting(publisher):
        kept = {one.course.code: one.stale for one in selectors.list_kept(actor_for(publisher))}
    assert kept == {"first": 0, "second": 1}


def test_the_bank_is_shown_with_its_evidence(
    sign_in: Enter, publisher: User, course: PublishedRecord, django_assert_num_queries: Any
) -> None:
    page = text_of(sign_in(publisher).get(reverse("learning:questions", args=[course.pk])))
    assert page.count("“39 regions and 264 small municipalities”") == 2
    for words in (
        "How many regions?",
        "Number",
        "Single choice" if "Single choice" in page else "One answer",
        "slide 7",
    ):
        assert words in page
    assert "No evidence: a tutor marks it." in page
    with acting(publisher):
        found = read(course.pk, publisher)
        with django_assert_num_queries(1):
            assert [(one.key, one.status) for one in selectors.questions_of(found)] == [
                ("open", "reviewed"), ("regions", "reviewed"), ("towns", "reviewed"),
            ]  # fmt: skip


# --- Learners --------------------------------------------------------------------------------


def test_somebody_is_let_in_and_somebody_is_not(people: People, sign_in: Enter, publisher: User, learner: User) -> None:
    with acting(publisher):
        course = published_course(entry="approval")
    other = people.member(people.organization(country="PY"), Role.LEARNER)
    begin(learner, course, why="Our office opens in May.")
    begin(other, course, why="I am curious.")
    client = sign_in(publisher)
    page = text_of(client.get(reverse("learning:requests")))
    assert "Ximena Quispe" in page
    pk = enrolment_of(learner, course).pk
    assert "Our office opens in May." in text_of(client.get(reverse("learning:enrolment", args=[pk])))
    assert client.post(reverse("learning:enrolment_do", args=[pk, "accept"]), {"note": ""}).status_code == 302
    assert enrolment_of(learner, course).status == EnrolmentState.ACTIVE

    url = reverse("learning:enrolment_do", args=[enrolment_of(other, course).pk, "refuse"])
    answer = client.post(url, {"note": ""})
    assert (answer.status_code, "Give the reason." in text_of(answer)) == (422, True)
    assert client.post(url, {"note": "It is for labour inspectors."}).status_code == 302
    assert enrolment_of(other, course).status == EnrolmentState.REFUSED
    # Twice is once, and says so.
    assert client.post(url, {"note": "Again."}).status_code == 422
    assert "Nobody waits" in text_of(client.get(reverse("learning:requests")))


def test_more_time_is_given_and_no_answer_shown(
    sign_in: Enter, publisher: User, course: PublishedRecord, learner: User
) -> None:
    begin(learner, course)
    try_quiz(learner, course, "Quiz", RIGHT | {"open": "SECRET-WORDS of mine."})
    client = sign_in(publisher)
    pk = enrolment_of(learner, course).pk
    url = reverse("learning:enrolment_time", args=[pk])
    answer = client.post(url, {"percent": 301})
    assert (answer.status_code, 'value="301"' in text_of(answer)) == (422, True)
    assert client.post(url, {"percent": 50}).url == reverse("learning:learners", args=[course.pk])
    assert enrolment_of(learner, course).extra_time == 50
    for page in (reverse("learning:learners", args=[course.pk]), reverse("learning:enrolment", args=[pk])):
        shown = text_of(client.get(page))
        assert "Ximena Quispe" in shown
        assert "SECRET-WORDS" not in shown
        assert "66.67" not in shown


# --- Answers ---------------------------------------------------------------------------------


def test_an_answer_is_marked_without_a_name(
    people: People, sign_in: Enter, publisher: User, course: PublishedRecord, learner: User
) -> None:
    begin(learner, course)
    attempt = try_quiz(learner, course, "Quiz", RIGHT | {"open": "WE-ASK them twice a year."})
    client = sign_in(publisher)
    assert f'href="{reverse("learning:answers")}">1<' in text_of(
        client.get(reverse("learning:course", args=[course.pk]))
    )
    queue = text_of(client.get(reverse("learning:answers")))
    assert "And yours?" in queue
    with acting(publisher):
        response = Response.objects.get()
        # The tutor's organisation reads the text, and neither the attempt nor whose it is comes with it.
        assert Attempt.objects.count() == 0
    url = reverse("learning:answer", args=[response.pk])
    page = text_of(client.get(url))
    for words in ("And yours?", "A model answer.", "WE-ASK them twice a year."):
        assert words in page
    for shown in (queue, page):
        assert [word for word in ("Ximena", "Quispe", learner.email, str(learner.pk)) if word in shown] == []
    answer = client.post(url, {"percent": 101, "comment": "KEPT words"})
    assert (answer.status_code, "KEPT words" in text_of(answer)) == (422, True)
    assert client.post(url, {"percent": 75, "comment": "Say how."}).url == reverse("learning:answers")
    with acting(learner):
        marked = Response.objects.get(pk=response.pk)
        assert (marked.share, marked.comment) == (Decimal("0.75"), "Say how.")
        # Two points for the others, and three quarters of one.
        assert Attempt.objects.get(pk=attempt.pk).score == Decimal("2.75")
    # A colleague was faster.
    again = client.post(url, {"percent": 10, "comment": "Late."})
    assert (again.status_code, "A colleague has marked this answer." in text_of(again)) == (422, True)
    assert "This answer has been marked." in text_of(client.get(url))
    assert "Nothing waits to be marked" in text_of(client.get(reverse("learning:answers")))


def test_nobody_marks_herself(people: People, sign_in: Enter, publisher: User, course: PublishedRecord) -> None:
    begin(publisher, course)
    try_quiz(publisher, course, "Quiz", RIGHT)
    with acting(publisher):
        response = Response.objects.exclude(tutors=None).get()
        key = QuestionKey.objects.get(version_id=response.version_id)
    assert key.feedback["en"]["_"] == "A model answer."
    url = reverse("learning:answer", args=[response.pk])
    client = sign_in(publisher)
    assert client.get(url).status_code == 404
    assert "Nothing waits to be marked" in text_of(client.get(reverse("learning:answers")))
    assert client.post(url, {"percent": 100}).status_code == 404
    assert sign_in(people.specialist()).get(url).status_code == 200


# --- Certificates ----------------------------------------------------------------------------


def test_a_certificate_is_found_by_its_code_and_revoked(
    people: People, sign_in: Enter, publisher: User, learner: User
) -> None:
    with acting(publisher):
        course, other = published_course(), published_course(code="other")
    complete(learner, course)
    with acting(learner):
        certificate = Certificate.objects.get()
    client = sign_in(publisher)
    url = reverse("learning:course_certificates", args=[course.pk])
    assert "Ximena Quispe" in text_of(client.get(url))
    assert "Ximena Quispe" in text_of(client.get(url, {"code": certificate.code.lower()}))
    assert "Ximena Quispe" not in text_of(client.get(url, {"code": "nothing"}))
    elsewhere = reverse("learning:course_certificates", args=[other.pk])
    assert "There is no certificate yet" in text_of(client.get(elsewhere))

    # Behind a whole code stands what the certificate says, so keepers read its first group, and no kind.
    page = text_of(client.get(url))
    url = reverse("learning:revoke", args=[certificate.pk])
    told = [page, text_of(client.get(url))]
    words = [certificate.code, codes.shown(certificate.code), certificate.code[:8], codes.shown(certificate.code[:8])]
    words += [str(label) for label in CertificateKind.labels] + [certificate.snapshot["score"]]
    assert [word for text in told for word in words if word in text] == []
    assert [text.count(f"{certificate.code[:4]}…") for text in told] == [1, 2]

    assert client.post(url, {"reason": " \u200b "}).status_code == 422
    assert client.post(url, {"reason": "Issued to another person."}).status_code == 302
    with acting(learner):
        revoked = Certificate.objects.get()
    assert (revoked.revoked_at is not None, revoked.revocation_reason) == (True, "Issued to another person.")
    assert client.post(url, {"reason": "Again."}).status_code == 422
    assert "Issued to another person." in text_of(client.get(url))
