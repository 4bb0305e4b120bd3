"""Those who write courses: the frame, questions and their review, quizzes, case studies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learning import services
from learning.enums import QuestionStatus
from learning.models import (
    Case,
    CaseOutcome,
    CasePrompt,
    Course,
    CourseTerm,
    Prerequisite,
    Proposal,
    Question,
    QuestionVersion,
    Quiz,
)
from learning.selectors import keeping as selectors
from learning.selectors import writing
from network_site.common.models import AuditEntry
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord

from ..people import People, acting
from .courses import PROMPTS, outline, written_course
from .learners import complete

pytestmark = pytest.mark.django_db

Enter = Callable[[Any], Client]


@pytest.fixture
def publisher(people: People) -> User:
    return people.publisher()


@pytest.fixture
def colleague(people: People) -> User:
    return people.specialist()


@pytest.fixture
def course(publisher: User) -> Course:
    with acting(publisher):
        return written_course(with_open=True)


def at(name: str, *given: Any) -> str:
    return reverse(f"learning:{name}", args=given)


def words(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content.decode(), "html.parser").get_text(" ").split())


def errors(response: Any) -> dict[str, str]:
    """What is said beside each field, by its name."""
    page = BeautifulSoup(response.content.decode(), "html.parser")
    found = {}
    for one in page.select("[id$=_error]"):
        name = str(one["id"]).removeprefix("id_").removesuffix("_error")
        found[name] = " ".join(one.get_text(" ").split()).removeprefix("Error: ")
    return found


def sent(client: Client, url: str) -> dict[str, Any]:
    """What the form of a page sends when nothing is changed."""
    page = BeautifulSoup(client.get(url).content.decode(), "html.parser")
    form = next(one for one in page.select("main form") if one.select("[name=csrfmiddlewaretoken]"))
    given: dict[str, Any] = {}
    for field in form.select("input[name], select[name], textarea[name]"):
        name = str(field["name"])
        if field.name == "textarea":
            given[name] = field.get_text().lstrip("\n")
        elif field.name == "select":
            chosen = field.select_one("option[selected]")
            given[name] = str(chosen["value"]) if chosen else ""
        elif field.get("type") in {"radio", "checkbox"}:
            if field.has_attr("checked"):
                given.setdefault(name, []).append(str(field.get("value", "on")))
        else:
            given[name] = str(field.get("value", ""))
    return given


def recorded(action: str, pk: Any) -> int:
    """How often the audit trail says that this was done with it."""
    with acting_as(service_actor("auditor"), reason="test"):
        return AuditEntry.objects.filter(action=action, object_id=pk).count()


def question_of(user: User, key: str, course: Course) -> Question:
    with acting(user):
        return writing.get_question(Question.objects.get(key=key, course=course).pk)


def newest(user: User, key: str, course: Course) -> QuestionVersion:
    with acting(user):
        return writing.newest_version(Question.objects.get(key=key, course=course))


# --- Who may ---------------------------------------------------------------------------------


def test_only_those_who_write_courses_write_them(
    people: People, sign_in: Enter, publisher: User, course: Course
) -> None:
    with acting(publisher):
        question, quiz = Question.objects.get(key="towns"), Quiz.objects.get(key="quiz")
        case, prompt = Case.objects.get(), CasePrompt.objects.get(key="where")
    own = [
        *(at(name, course.pk) for name in ("course_edit", "question_new", "quizzes", "quiz_new", "cases", "case_new")),
        *(at(name, question.pk) for name in ("question", "question_edit")),
        at("quiz", quiz.pk),
        *(at(name, case.pk) for name in ("case", "prompt_new")),
        at("prompt", prompt.pk),
    ]
    posts = [at("question_do", question.pk, "retire"), at("prompt_remove", prompt.pk)]
    for writer in (publisher, people.specialist(), people.member(people.network(), Role.LEAD)):
        client = sign_in(writer)
        assert {client.get(url).status_code for url in (at("course_new"), *own)} == {200}
    strangers = {
        "learner": people.member(people.organization(country="UY"), Role.LEARNER),
        "ministry": people.member(people.organization(country="PY"), Role.ADMINISTRATOR, Role.FOCAL_POINT),
        "donor": people.member(people.organization(OrganizationKind.DONOR), Role.FOCAL_POINT),
        "Network": people.member(people.network(), Role.WEB_EDITOR, Role.ADMINISTRATOR),
        "nobody's": people.user(),
    }
    for who, stranger in strangers.items():
        client = sign_in(stranger)
        wanted = {403} if who == "Network" else {404}
        assert {client.get(at("course_new")).status_code, client.post(at("course_new")).status_code} == {403}, who
        assert {client.get(url).status_code for url in own} == wanted, who
        assert {client.post(url, {"version": 1}).status_code for url in (*own, *posts)} <= {403, 404, 405}, who
    assert {Client().get(url).status_code for url in (at("course_new"), *own)} == {302}
    with acting(publisher):
        assert Question.objects.get(pk=question.pk).status == QuestionStatus.REVIEWED
        assert CasePrompt.objects.count() == len(PROMPTS)


# --- The frame -------------------------------------------------------------------------------

FRAME = {
    "level": "advanced", "hours": "6", "position": "3", "entry": "approval", "pass_mark": "70", "honours_mark": "90",
    "has_certificate": "on", "licence": "CC-BY-4.0", "source_title": "A report", "source_place": "Chapter 2",
    "terms_LAF": ["LAF3.1", "LAF5.1"], "terms_TG": ["TG06"],
}  # fmt: skip


def test_a_course_is_begun(sign_in: Enter, publisher: User, course: Course) -> None:
    client = sign_in(publisher)
    answer = client.post(at("course_new"), FRAME | {"code": "wages", "required": [str(course.pk)]})
    with acting(publisher):
        made = Course.objects.get(code="wages")
        assert answer.url == at("course", made.pk)
        assert (made.level, made.hours, made.position, made.entry, made.pass_mark, made.honours_mark) == (
            "advanced", 6, 3, "approval", 70, 90,
        )  # fmt: skip
        assert made.source == {"title": "A report", "place": "Chapter 2"}
        assert (made.owner_id, made.created_by_id, made.lock_version, made.has_certificate) == (
            course.owner_id, publisher.pk, 1, True,
        )  # fmt: skip
        assert set(CourseTerm.objects.filter(course=made).values_list("term_id", flat=True)) == {
            "LAF3.1", "LAF5.1", "TG06",
        }  # fmt: skip
        assert list(Prerequisite.objects.values_list("course_id", "required_id")) == [(made.pk, course.pk)]
    assert recorded("course.created", made.pk) == 1


def test_a_code_that_is_taken_is_refused_and_nothing_is_overwritten(
    sign_in: Enter, publisher: User, course: Course
) -> None:
    answer = sign_in(publisher).post(at("course_new"), FRAME | {"code": "small"})
    assert (answer.status_code, errors(answer)) == (422, {"code": "This is taken. Choose another one."})
    assert 'value="A report"' in answer.content.decode()
    with acting(publisher):
        assert Course.objects.values_list("code", "hours", "lock_version").get() == ("small", 2, 1)


def test_what_is_wrong_with_a_frame_is_said_beside_it(sign_in: Enter, publisher: User) -> None:
    wrong = FRAME | {"code": "a b!", "hours": "0", "pass_mark": "95", "honours_mark": "90"}
    answer = sign_in(publisher).post(at("course_new"), wrong)
    assert answer.status_code == 422
    assert errors(answer) == {
        "code": "Use small letters without accents, figures and hyphens.",
        "hours": "Ensure this value is greater than or equal to 1.",
        "honours_mark": "The mark for honours cannot be below the mark for passing.",
    }
    assert 'value="a b!"' in answer.content.decode()


def test_a_frame_is_changed_and_keeps_what_no_list_offers(sign_in: Enter, publisher: User, course: Course) -> None:
    with acting(publisher):
        services.save_course(code="small", fields={}, terms=["LAF3.1", "SC03"])
    client, url = sign_in(publisher), at("course_edit", course.pk)
    answer = client.post(url, sent(client, url) | {"hours": "9"})
    assert answer.url == at("course", course.pk)
    with acting(publisher):
        found = Course.objects.get()
        assert (found.hours, found.lock_version, found.source) == (9, 3, {"document": "000", "title": "Balmi"})
        assert set(CourseTerm.objects.values_list("term_id", flat=True)) == {"LAF3.1", "SC03"}


def test_a_circle_is_refused_beside_the_field(sign_in: Enter, publisher: User, course: Course) -> None:
    with acting(publisher):
        second = services.save_course(code="second", fields={}, terms=[], required=[course])
    client, url = sign_in(publisher), at("course_edit", course.pk)
    answer = client.post(url, sent(client, url) | {"hours": "9", "required": [str(second.pk)]})
    assert answer.status_code == 422
    assert errors(answer) == {"required": "These courses would wait for each other. Leave one of them out."}
    with acting(publisher):
        assert Course.objects.get(code="small").hours == 2


def test_who_is_slower_sees_both_frames_and_may_save_hers(sign_in: Enter, publisher: User, course: Course) -> None:
    client, url = sign_in(publisher), at("course_edit", course.pk)
    mine = sent(client, url) | {"hours": "9"}
    with acting(publisher):
        services.save_course(code="small", fields={"hours": 4}, terms=["LAF3.1"])
    answer = client.post(url, mine)
    assert answer.status_code == 409
    page = BeautifulSoup(answer.content.decode(), "html.parser")
    assert [one.get_text().strip() for one in page.select("textarea[readonly]")] == ["9", "4"]
    again = {str(one["name"]): str(one["value"]) for one in page.select("main form input[name]")}
    assert client.post(url, again).url == at("course", course.pk)
    with acting(publisher):
        assert Course.objects.get().hours == 9


def test_a_course_begins_with_an_accepted_proposal(people: People, sign_in: Enter, publisher: User) -> None:
    with acting(people.focal_point(people.organization(country="UY"))):
        fields = {"title": "Talking with employers", "purpose": "They call.", "learners": "All", "material": ""}
        proposal = services.create_proposal(fields=fields)
        services.send_proposal(proposal)
    client, url = sign_in(publisher), at("proposal", proposal.pk)
    assert "Begin this course" not in words(client.get(url))
    with acting(publisher):
        services.decide_proposal(Proposal.objects.get(), accept=True, note="In March.")
    link = f"{at('course_new')}?proposal={proposal.pk}"
    assert link in client.get(url).content.decode()
    assert sent(client, link)["code"] == "talking-with-employers"
    assert sent(client, f"{at('course_new')}?proposal=nothing")["code"] == ""


# --- Questions: one form for nine types ------------------------------------------------------

EN = {"en_prompt": "Which?", "en_why": "Because of the report."}
ES = {"es_prompt": "¿Cuál?", "es_why": "Por el informe."}
PROOF = {"document": "000", "quote": "39 regions", "place": "slide 7"}
BASE = {"key": "fresh", "tag": "facts", "points": "2"} | PROOF
KINDS: dict[str, tuple[dict[str, str], dict[str, Any], dict[str, Any], Any]] = {
    "single": (
        {"en_options": "a: One\nb: Two: and a half", "es_options": "b: Dos\na: Uno", "answer": "b",
         "en_choices": "a: Not this one.", "es_choices": "a: Este no."},
        {"options": ["a", "b"]},
        {"prompt": "Which?", "options": {"a": "One", "b": "Two: and a half"}},
        "b",
    ),
    "multiple": (
        {"en_options": "a: One\nb: Two\nc: Three", "es_options": "a: Uno\nb: Dos\nc: Tres", "answer": "a\nc"},
        {"options": ["a", "b", "c"]},
        {"prompt": "Which?", "options": {"a": "One", "b": "Two", "c": "Three"}},
        ["a", "c"],
    ),
    "truefalse": ({"answer": "false"}, {}, {"prompt": "Which?"}, False),
    "number": (
        {"answer": "12.5", "margin": "0.5", "margin_kind": "percent", "decimals": "1", "en_unit": "km",
         "es_unit": "km"},
        {"decimals": 1},
        {"prompt": "Which?", "unit": "km"},
        {"value": "12.5", "percent": "0.5"},
    ),
    "text": (
        {"en_accepted": "public works\nworks", "es_accepted": "obras"},
        {},
        {"prompt": "Which?"},
        {"en": ["public works", "works"], "es": ["obras"]},
    ),
    "match": (
        {"en_left": "l1: A\nl2: B", "es_left": "l1: A\nl2: B", "en_right": "r1: C\nr2: D", "es_right": "r1: C\nr2: D",
         "answer": "l1: r2\nl2: r1"},
        {"left": ["l1", "l2"], "right": ["r1", "r2"]},
        {"prompt": "Which?", "left": {"l1": "A", "l2": "B"}, "right": {"r1": "C", "r2": "D"}},
        {"l1": "r2", "l2": "r1"},
    ),
    "order": (
        {"en_items": "a: One\nb: Two", "es_items": "a: Uno\nb: Dos", "answer": "b, a"},
        {"items": ["a", "b"]},
        {"prompt": "Which?", "items": {"a": "One", "b": "Two"}},
        ["b", "a"],
    ),
    "classify": (
        {"en_items": "a: One\nb: Two", "es_items": "a: Uno\nb: Dos", "en_boxes": "x: X\ny: Y", "es_boxes": "x: X\ny: Y",
         "answer": "a: x\nb: y"},
        {"items": ["a", "b"], "boxes": ["x", "y"]},
        {"prompt": "Which?", "items": {"a": "One", "b": "Two"}, "boxes": {"x": "X", "y": "Y"}},
        {"a": "x", "b": "y"},
    ),
    "open": (
        {"min_words": "20", "document": "", "quote": "", "place": ""}, {"min_words": 20}, {"prompt": "Which?"}, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_each_type_is_written_and_reads_back_as_it_was(
    sign_in: Enter, publisher: User, course: Course, kind: str
) -> None:
    given, structure, english, answer = KINDS[kind]
    client = sign_in(publisher)
    response = client.post(f"{at('question_new', course.pk)}?type={kind}", BASE | EN | ES | given)
    assert response.status_code == 302, errors(response)
    version = newest(publisher, "fresh", course)
    assert response.url == at("question", version.question_id)
    assert (version.n, version.type, version.points, version.written_by_id) == (1, kind, 2, publisher.pk)
    assert (version.structure, version.texts["en"], version.answer_key.answer) == (structure, english, answer)
    assert set(version.texts) == {"en", "es"}
    assert version.answer_key.feedback["es"]["_"] == "Por el informe."
    assert version.answer_key.evidence == ({} if kind == "open" else PROOF)
    assert (version.question.status, version.question.tag) == (QuestionStatus.DRAFT, "facts")
    # Opened and saved as it is, in any language: nothing has changed.
    for prefix in ("/en/", "/es/"):
        url = at("question_edit", version.question_id).replace("/en/", prefix, 1)
        assert client.post(url, sent(client, url)).status_code == 302
    assert newest(publisher, "fresh", course).n == 1
    page = words(client.get(response.url))
    assert "As a learner sees it" in page
    assert "Which?" in page


@pytest.mark.parametrize("key", ["regions", "towns", "open"])
def test_what_files_wrote_reads_back_as_it_was(sign_in: Enter, publisher: User, course: Course, key: str) -> None:
    client = sign_in(publisher)
    found = newest(publisher, key, course)
    url = at("question_edit", found.question_id)
    assert client.post(url, sent(client, url)).url == at("question", found.question_id)
    assert (newest(publisher, key, course).n, newest(publisher, key, course).pk) == (1, found.pk)
    assert question_of(publisher, key, course).status == QuestionStatus.REVIEWED


def wrong_single(**given: str) -> dict[str, str]:
    return BASE | EN | {"en_options": "a: One\nb: Two", "answer": "b"} | given


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (wrong_single(key="towns"), {"key": "This is taken. Choose another one."}),
        (wrong_single(answer="z"), {"answer": "The key names z, which the question does not have."}),
        (wrong_single(points="21"), {"points": "Ensure this value is less than or equal to 20."}),
        (wrong_single(quote=""), {"quote": "Fill this in."}),
        (wrong_single(en_options="a: One"), {"en_options": "Give at least 2 of them."}),
        (
            wrong_single(en_options="One\nb: Two\nb: Three"),
            {
                "en_options": "Line 1: write an id, a colon and the text, such as “a: Text”. "
                "Line 3: the id b is there already.",
            },
        ),
        (wrong_single(en_choices="c: No."), {"en_choices": "The question has no answer with these ids: c."}),
        (
            wrong_single(es_prompt="¿Cuál?", es_options="a: Uno\nc: Tres"),
            {
                "es_options": "These ids of the English lines are missing: b. "
                "These ids are not among the English lines: c.",
                "es_why": "Write this too, or leave everything in Spanish empty.",
            },
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    sign_in: Enter, publisher: User, course: Course, given: dict[str, str], said: dict[str, str]
) -> None:
    answer = sign_in(publisher).post(f"{at('question_new', course.pk)}?type=single", given)
    assert (answer.status_code, errors(answer)) == (422, said)
    page = BeautifulSoup(answer.content.decode(), "html.parser")
    kept = {str(one["name"]): one.get_text().lstrip("\n") for one in page.select("textarea[name]")}
    assert {name: kept[name] for name in given if name in kept} == {name: given[name] for name in given if name in kept}
    with acting(publisher):
        assert Question.objects.count() == 3


def test_a_margin_below_nothing_and_too_many_decimals_are_refused(
    sign_in: Enter, publisher: User, course: Course
) -> None:
    client, url = sign_in(publisher), f"{at('question_new', course.pk)}?type=number"
    given = BASE | EN | {"answer": "3.5", "margin": "-1", "margin_kind": "tolerance", "decimals": "0"}
    assert errors(client.post(url, given)) == {
        "answer": "The right number has more decimals than the question allows. The key needs either a tolerance or a"
        " percent, in quotes and not below 0.",
        "margin": "The difference cannot be below 0.",
    }


def test_the_type_is_chosen_first(sign_in: Enter, publisher: User, course: Course) -> None:
    client, url = sign_in(publisher), at("question_new", course.pk)
    page = BeautifulSoup(client.get(url).content.decode(), "html.parser")
    assert [one["value"] for one in page.select("input[name=type]")] == list(KINDS)
    assert client.get(f"{url}?type=nothing").status_code == 200
    assert errors(client.get(f"{url}?type=nothing")) == {"type": "Choose an answer."}
    assert at("question_new", course.pk) in client.get(at("questions", course.pk)).content.decode()


def test_a_change_makes_a_draft_version_and_who_is_slower_is_told(
    sign_in: Enter, publisher: User, colleague: User, course: Course
) -> None:
    found = newest(publisher, "towns", course)
    client, url = sign_in(publisher), at("question_edit", found.question_id)
    mine = sent(client, url)
    other = sign_in(colleague)
    theirs = sent(other, url) | {"en_prompt": "How many small towns?"}
    assert other.post(url, theirs).url == at("question", found.question_id)
    second = newest(publisher, "towns", course)
    assert (second.n, second.written_by_id, second.question.status) == (2, colleague.pk, QuestionStatus.DRAFT)
    # Nothing of mine is new: nothing to refuse. Something is: both are shown.
    answer = client.post(url, mine | {"en_prompt": "How many cities?"})
    assert answer.status_code == 409
    page = BeautifulSoup(answer.content.decode(), "html.parser")
    assert [one.get_text().strip() for one in page.select("textarea[readonly]")] == [
        "How many cities?", "How many small towns?",
    ]  # fmt: skip
    assert newest(publisher, "towns", course).n == 2


# --- Review ----------------------------------------------------------------------------------


def test_a_question_is_asked_when_somebody_else_has_reviewed_it(
    sign_in: Enter, publisher: User, colleague: User, course: Course
) -> None:
    given = BASE | EN | KINDS["truefalse"][0]
    client = sign_in(publisher)
    url = client.post(f"{at('question_new', course.pk)}?type=truefalse", given).url
    version = newest(publisher, "fresh", course)
    do = at("question_do", version.question_id, "review")
    assert "Somebody else of the Network has to review it." in words(client.get(url))
    assert do not in client.get(url).content.decode()
    answer = client.post(do, {"version": 1})
    assert answer.status_code == 422
    assert "You wrote this version. Somebody else of the Network has to review it." in words(answer)
    with acting(publisher), pytest.raises(TransitionRefused):
        services.review_question(version.question, n=1)

    def asked() -> int:
        with acting(publisher):
            record = services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
        (pool,) = next(item for item in outline(record).items if item.document["quiz"]).document["quiz"]["pools"]
        return len(pool["questions"])

    assert asked() == 2
    reader = sign_in(colleague)
    assert do in reader.get(url).content.decode()
    assert reader.post(do, {"version": 7}).status_code == 409
    assert reader.post(do, {"version": 1}).url == url
    reviewed = newest(publisher, "fresh", course)
    assert (reviewed.n, reviewed.reviewed_by_id, reviewed.question.status) == (
        1, colleague.pk, QuestionStatus.REVIEWED,
    )  # fmt: skip
    assert asked() == 3
    assert recorded("course.question_reviewed", version.question_id) == 1


def test_the_database_knows_that_nobody_reviews_herself(publisher: User, colleague: User, course: Course) -> None:
    version = newest(publisher, "towns", course)
    with acting(publisher):
        rows = QuestionVersion.objects.filter(pk=version.pk)
        with pytest.raises(IntegrityError, match="question_is_reviewed_by_another_person"), transaction.atomic():
            rows.update(reviewed_by=publisher, reviewed_at=timezone.now())
        with pytest.raises(IntegrityError, match="question_review_says_who_and_when"), transaction.atomic():
            rows.update(reviewed_by=colleague, reviewed_at=None)


def test_strangers_review_nothing(people: People, course: Course, publisher: User) -> None:
    question = question_of(publisher, "towns", course)
    for stranger in (people.member(people.network(), Role.WEB_EDITOR), people.focal_point()):
        for verb in (services.review_question, services.retire_question, services.restore_question):
            with acting(stranger), pytest.raises(PermissionDenied):
                verb(question, n=1)


def test_a_question_is_retired_and_taken_back(sign_in: Enter, publisher: User, course: Course) -> None:
    client = sign_in(publisher)
    pk = question_of(publisher, "towns", course).pk
    assert client.post(at("question_do", pk, "retire"), {"version": 1}).url == at("question", pk)
    assert question_of(publisher, "towns", course).status == QuestionStatus.RETIRED
    assert "Retired" in words(client.get(at("question", pk)))
    client.post(at("question_do", pk, "restore"), {"version": 1})
    assert question_of(publisher, "towns", course).status == QuestionStatus.REVIEWED
    assert client.post(at("question_do", pk, "nothing"), {"version": 1}).status_code == 404
    assert client.post(at("question_do", pk, "retire"), {"version": "x"}).status_code == 422
    with acting(publisher), pytest.raises(StaleVersion):
        services.retire_question(question_of(publisher, "towns", course), n=9)


# --- Quizzes ---------------------------------------------------------------------------------

RULES = {
    "key": "last", "role": "post", "weight": "2", "attempts_allowed": "", "minutes": "20", "feedback": "now",
    "counting": "last", "is_shuffled": "on", "pool_facts": "on", "draw_facts": "1", "pool_text": "on", "draw_text": "",
}  # fmt: skip


def test_a_quiz_is_made_and_changed(sign_in: Enter, publisher: User, course: Course) -> None:
    client = sign_in(publisher)
    assert "Draw from “facts” (reviewed: 2 of 2)" in words(client.get(at("quiz_new", course.pk)))
    assert client.post(at("quiz_new", course.pk), RULES).url == at("quizzes", course.pk)

    def held() -> tuple[Any, ...]:
        with acting(publisher):
            found = Quiz.objects.get(key="last")
            pools = [tuple(pool) for pool in writing.quiz_content(found)["pools"]]
            return found.role, found.weight, found.attempts_allowed, found.minutes, found.feedback, pools

    assert held() == ("post", 2, None, 20, "now", [("facts", 1), ("text", None)])
    with acting(publisher):
        pk = Quiz.objects.get(key="last").pk
    url = at("quiz", pk)
    given = sent(client, url) | {"minutes": "", "attempts_allowed": "3"}
    del given["pool_text"]
    assert client.post(url, given).url == at("quizzes", course.pk)
    assert held() == ("post", 2, 3, None, "now", [("facts", 1)])
    # The page that was read before that is stale now.
    answer = client.post(url, given | {"minutes": "5"})
    assert answer.status_code == 409
    assert held()[3] is None
    page = words(client.get(at("quizzes", course.pk)))
    assert "1 question with the tag facts" in page
    assert "all questions with the tag text" in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"key": "quiz"}, {"key": "This is taken. Choose another one."}),
        ({"draw_facts": "3"}, {"draw_facts": "There are only 2 questions with this tag."}),
        ({"pool_facts": ""}, {"pool_facts": "Choose “facts”, or draw nothing from it."}),
        ({"minutes": "0"}, {"minutes": "Ensure this value is greater than or equal to 1."}),
        ({"role": ""}, {"role": "Choose an answer."}),
    ],
)
def test_rules_that_cannot_hold_are_refused(
    sign_in: Enter, publisher: User, course: Course, given: dict[str, str], said: dict[str, str]
) -> None:
    answer = sign_in(publisher).post(at("quiz_new", course.pk), RULES | given)
    assert (answer.status_code, errors(answer)) == (422, said)
    with acting(publisher):
        assert sorted(Quiz.objects.values_list("key", flat=True)) == ["after", "before", "quiz"]


# --- Case studies ----------------------------------------------------------------------------

PROMPT = {
    "key": "share", "position": "1", "kind": "number", "min_words": "5", "home": "tried", "least": "0", "most": "100",
    "status": "partly", "quote": "Half of it", "place": "page 3",
    "en_question": "What share?", "en_unit": "%", "en_at_home": "And yours?", "en_outcome": "A half.",
    "es_question": "¿Qué parte?", "es_unit": "%", "es_at_home": "¿Y la suya?", "es_outcome": "La mitad.",
}  # fmt: skip


def case_of(publisher: User) -> Case:
    with acting(publisher):
        return writing.get_case(Case.objects.get().pk)


def keys(publisher: User) -> list[tuple[str, int]]:
    with acting(publisher):
        return list(CasePrompt.objects.order_by("position").values_list("key", "position"))


def test_a_case_is_begun_with_its_need(sign_in: Enter, publisher: User, course: Course) -> None:
    client = sign_in(publisher)
    given = {"key": "second", "weight": "2", "en_title": "Money", "fr_title": "De l’argent", "terms_LAF": ["LAF3.1"]}
    answer = client.post(at("case_new", course.pk), given)
    with acting(publisher):
        made = Case.objects.get(key="second")
        assert (made.weight, made.need_terms, made.need_titles) == (
            2, ["LAF3.1"], {"en": "Money", "fr": "De l’argent"},
        )  # fmt: skip
    assert answer.url == at("case", made.pk)
    assert errors(client.post(at("case_new", course.pk), given)) == {"key": "This is taken. Choose another one."}
    url = at("case", made.pk)
    mine = sent(client, url) | {"weight": "3"}
    assert client.post(url, mine).url == url
    assert client.post(url, mine | {"weight": "4"}).status_code == 409
    with acting(publisher):
        assert Case.objects.get(key="second").weight == 3
    page = words(client.get(at("cases", course.pk)))
    assert "second" in page


def test_a_decision_is_written_with_what_came_of_it_and_takes_its_place(
    sign_in: Enter, publisher: User, course: Course
) -> None:
    client, case = sign_in(publisher), case_of(publisher)
    assert client.post(at("prompt_new", case.pk), PROMPT).url == at("case", case.pk)
    assert keys(publisher) == [("share", 0), ("where", 1), ("why", 2)]
    with acting(publisher):
        prompt = CasePrompt.objects.get(key="share")
        assert (prompt.kind, prompt.structure, prompt.min_words, prompt.home) == (
            "number", {"min": 0, "max": 100}, 5, "tried",
        )  # fmt: skip
        assert prompt.texts["es"] == {"question": "¿Qué parte?", "unit": "%", "at_home": "¿Y la suya?"}
        outcome = CaseOutcome.objects.get(prompt=prompt)
    assert (outcome.status, outcome.quote, outcome.place) == ("partly", "Half of it", "page 3")
    assert outcome.texts == {"en": {"text": "A half."}, "es": {"text": "La mitad."}}
    url = at("prompt", prompt.pk)
    mine = sent(client, url) | {"position": "3", "quote": "Half of all of it"}
    assert client.post(url, mine).url == at("case", case.pk)
    assert keys(publisher) == [("where", 0), ("why", 1), ("share", 2)]
    assert client.post(url, mine | {"place": "page 4"}).status_code == 409
    with acting(publisher):
        assert CaseOutcome.objects.values_list("quote", "place").get(prompt=prompt) == ("Half of all of it", "page 3")


def test_what_files_wrote_of_a_decision_reads_back_as_it_was(sign_in: Enter, publisher: User, course: Course) -> None:
    client = sign_in(publisher)
    with acting(publisher):
        before = {prompt.pk: writing.prompt_content(prompt) for prompt in CasePrompt.objects.all()}
    for pk in before:
        assert client.post(at("prompt", pk), sent(client, at("prompt", pk))).status_code == 302
    with acting(publisher):
        assert {prompt.pk: writing.prompt_content(prompt) for prompt in CasePrompt.objects.all()} == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"key": "where"}, {"key": "This is taken. Choose another one."}),
        ({"quote": ""}, {"quote": "Quote what the source says."}),
        ({"kind": "choice", "en_options": "a: One"}, {"en_options": "Give at least two options."}),
        ({"most": "-1"}, {"most": "The largest number cannot be below the smallest one."}),
        ({"most": ""}, {"most": "Give both numbers, or neither."}),
        ({"es_outcome": ""}, {"es_outcome": "Write this too, or leave everything in Spanish empty."}),
        ({"en_at_home": ""}, {"en_at_home": "Fill this in."}),
    ],
)
def test_a_decision_that_lacks_something_is_refused(
    sign_in: Enter, publisher: User, course: Course, given: dict[str, str], said: dict[str, str]
) -> None:
    answer = sign_in(publisher).post(at("prompt_new", case_of(publisher).pk), PROMPT | given)
    assert answer.status_code == 422
    assert {name: text for name, text in errors(answer).items() if name in said} == said
    assert keys(publisher) == [("where", 0), ("why", 1)]


def test_a_decision_is_removed_as_long_as_no_version_asks_it(
    people: People, sign_in: Enter, publisher: User, course: Course
) -> None:
    client, case = sign_in(publisher), case_of(publisher)
    with acting(publisher):
        where, why = CasePrompt.objects.order_by("position")
    assert client.post(at("prompt_remove", where.pk)).url == at("case", case.pk)
    assert keys(publisher) == [("why", 0)]
    with acting(publisher):
        record = services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
    learner = people.member(people.organization(country="UY"), Role.LEARNER)
    complete(learner, PublishedRecord.objects.get(pk=record.pk))
    assert "It has to stay." in words(client.get(at("prompt", why.pk)))
    answer = client.post(at("prompt_remove", why.pk))
    assert answer.status_code == 422
    said = "A published version of the course asks this, and answers of learners hang on it. It has to stay."
    assert said in words(answer)
    assert keys(publisher) == [("why", 0)]
    with acting(publisher), pytest.raises(TransitionRefused):
        services.save_case_study(Course.objects.get(), key="case", weight=1, need={}, prompts=[])


def test_a_published_decision_is_answered_as_it_was(publisher: User, course: Course) -> None:
    case = case_of(publisher)
    given = PROMPTS[0]
    with acting(publisher):
        # Before it is published, everything may change.
        services.save_prompt(case, given=given | {"structure": {"options": ["town"]}}, position=0)
        services.save_prompt(case, given=given, position=0)
        services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
        for changed in ({"kind": "text", "structure": {}}, {"structure": {"options": ["town"]}}):
            with pytest.raises(ValidationError) as refused:
                services.save_prompt(case, given=given | changed, position=0)
            assert [*refused.value.message_dict] == ["kind"]
        more = {"structure": {"options": ["region", "town", "both"]}}
        assert services.save_prompt(case, given=given | more, position=0).structure == more["structure"]


# --- Lists -----------------------------------------------------------------------------------


def test_lists_cost_the_same_for_one_row_or_three(
    publisher: User, course: Course, django_assert_num_queries: Any
) -> None:
    with acting(publisher):
        with django_assert_num_queries(2):
            assert len(writing.quizzes_of(course)) == 3
        empty = services.save_course(code="empty", fields={}, terms=[])
        services.save_quiz(empty, key="one", fields={}, pools=[("facts", None)])
        with django_assert_num_queries(2):
            assert len(writing.quizzes_of(empty)) == 1
        with django_assert_num_queries(1):
            assert [one.decisions for one in writing.cases_of(course)] == [2]
        for key in ("two", "three"):
            services.save_case_frame(course, key=key, weight=1, need={})
        with django_assert_num_queries(1):
            assert [one.decisions for one in writing.cases_of(course)] == [2, 0, 0]
        case = Case.objects.select_related("course").get(key="case")
        with django_assert_num_queries(2):
            assert len(writing.prompts_of(case)) == 2
        services.remove_prompt(CasePrompt.objects.select_related("case__course").get(key="why"))
        with django_assert_num_queries(2):
            assert len(writing.prompts_of(case)) == 1
        with django_assert_num_queries(1):
            assert writing.tags_of(course) == [writing.Tag("facts", 2, 2), writing.Tag("text", 1, 1)]
        with django_assert_num_queries(1):
            assert writing.tags_of(empty) == []
        with django_assert_num_queries(1):
            assert len(selectors.questions_of(course)) == 3
