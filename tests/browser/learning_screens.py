"""What `planting.py` plants and names of courses: the catalogue, learners at work, certificates, keepers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

PUBLIC = (
    "courses", "courses_narrowed", "courses_empty", "course", "course_begins", "course_asks", "course_waits",
    "course_uninvited", "course_inside", "lesson_open", "certificate_check", "certificate_not_typed", "certificate",
    "certificate_mine", "certificate_revoked", "certificate_unknown",
)  # fmt: skip
LEARNER = (
    "my_courses", "my_courses_waiting", "my_courses_none", "my_outline", "my_outline_done", "my_lesson",
    "my_lesson_practices", "my_quiz", "my_quiz_tried", "my_quiz_open", "my_quiz_marked", "my_quiz_unanswered",
    "my_quiz_waiting", "my_case", "my_case_opened", "my_case_applied", "my_case_as_learner", "my_certificates",
    "my_certificates_none", "my_part_closed",
)  # fmt: skip
KEEPERS = (
    "kept_courses", "kept_course", "kept_course_unfinished", "kept_questions", "kept_learners", "kept_certificates",
    "kept_requests", "kept_request", "kept_time", "kept_answers", "kept_answer", "kept_revoke", "kept_proposals",
    "kept_proposal", "kept_report", "kept_course_new", "kept_frame", "kept_question_new", "kept_question_typed",
    "kept_question", "kept_question_edit", "kept_question_number", "kept_quizzes", "kept_quiz_new", "kept_quiz",
    "kept_cases", "kept_case_new", "kept_case", "kept_prompt_new", "kept_prompt", "kept_closed",
)  # fmt: skip
ORGANIZATIONS = (
    "course_report", "course_report_none", "course_lists", "course_people", "course_proposals",
    "course_proposals_none", "course_proposal_new", "course_proposal", "course_proposal_declined",
    "course_proposal_edit",
)  # fmt: skip
WORKSPACE = (*LEARNER, *KEEPERS, *ORGANIZATIONS)
STATUS = {"certificate_not_typed": 422, "certificate_unknown": 404}

# Who completed a course; who is under way in three; who completed one, asks for another, and lost her certificate.
DONE, AT_WORK, ASKING = "learner", "focal-b", "contributor-b"
# With those two who completed it, five have decided the small case before whoever is at work.
PEERS = ("reviewer-a", "reviewer-b", "provider")
UNKNOWN = "7KQ2MXRA94TBWEHNCV6P2Z0D1E"
PROPOSAL = {
    "title": "Talking with employers",
    "purpose": "Counsellors call firms before they have somebody to place. Today they call when it is too late.",
    "learners": "Counsellors and heads of offices",
    "material": "A manual of forty pages, and two people who could teach.",
}


def person(name: str) -> Any:
    from network_site.organizations.models import User

    return User.objects.get(email=f"{name}@demo.enlace.example")


def plant(places: dict[str, Any]) -> None:
    """Four small courses beside those of the seed, one that is still written, and people who stand everywhere."""
    from learning.models import Case, CasePrompt, Question, Quiz, Response
    from learning.seeding import key_of
    from network_site.publishing.models import PublishedRecord

    from ..learning.courses import published_course, written_course
    from ..learning.learners import move_back
    from ..people import acting

    with acting(person("publisher")):
        courses = {
            "small": published_course(reviewer=person("specialist")),
            "tutored": published_course(code="tutored", with_open=True, reviewer=person("specialist")),
            "asked": published_course(code="asked", entry="approval", reviewer=person("specialist")),
            "invited": published_course(code="invited", entry="invitation", reviewer=person("specialist")),
        }
        unfinished = written_course(code="unfinished", reviewer=person("specialist"))
    courses["balmi"] = PublishedRecord.objects.get(pk=key_of("balmi", ""))
    places |= {f"course_{code}": record.pk for code, record in courses.items()}
    places["course_unfinished"] = unfinished.pk
    plant_at_work(places, courses)
    plant_completed(places, courses)
    plant_proposals(places, courses)
    # Reports count what happened before this month.
    move_back(timedelta(days=10))
    with acting(person("publisher")):
        places["answer_to_mark"] = Response.objects.get().pk
        small = courses["small"].pk
        places["question_towns"] = Question.objects.get(course_id=small, key="towns").pk
        places["question_regions"] = Question.objects.get(course_id=small, key="regions").pk
        places["quiz_small"] = Quiz.objects.get(course_id=small, key="quiz").pk
        places["case_small"] = Case.objects.get(course_id=small).pk
        places["prompt_where"] = CasePrompt.objects.get(case__course_id=small, key="where").pk


def plant_at_work(places: dict[str, Any], courses: dict[str, Any]) -> None:
    """One who reads, tries, waits for a tutor, and has decided where five others have."""
    from learning import services

    from ..learning.courses import items
    from ..learning.learners import RIGHT, begin, decide, try_quiz
    from ..people import acting

    user, balmi = person(AT_WORK), courses["balmi"]
    enrolments = {code: begin(user, courses[code]) for code in ("small", "tutored", "balmi")}
    places |= {f"working_{code}": enrolment.pk for code, enrolment in enrolments.items()}
    decide(user, courses["small"], "Case")
    for name in PEERS:
        begin(person(name), courses["small"])
        decide(person(name), courses["small"], "Case", is_shared=True)
    try_quiz(user, courses["tutored"], "Quiz", RIGHT)
    parts = items(balmi)
    with acting(person("publisher")):
        services.unlock(enrolments["balmi"], note="She has done the case on paper.")
    with acting(user):
        unanswered = services.start_attempt(enrolments["balmi"], parts["Check: why act"].id)
        services.hand_in(unanswered, parts["Check: why act"], {})
        services.start_attempt(enrolments["balmi"], parts["What was decided in Balmi"].id)


def plant_completed(places: dict[str, Any], courses: dict[str, Any]) -> None:
    """Two who completed the small course: a certificate that stands, a revoked one, and a need that came of it."""
    from uuid import UUID

    from learning import services
    from learning.models import Certificate

    from ..learning.courses import items
    from ..learning.learners import RIGHT, begin, complete
    from ..people import acting

    small = courses["small"]
    for name in (DONE, ASKING):
        enrolment = complete(person(name), small, before=RIGHT)
        with acting(person(name)):
            certificate = Certificate.objects.get(enrolment=enrolment)
        places |= {
            f"completed_{name}": enrolment.pk,
            f"certificate_{name}": certificate.pk,
            f"code_{name}": certificate.code,
        }
    case = items(small)["Case"]
    first = UUID((case.case or {})["prompts"][0]["id"])
    with acting(person(ASKING)):
        services.save_home(enrolment, case.id, {first: "The money goes to the towns that ask first."})
        services.draft_need(enrolment, case.id)
    with acting(person("publisher")):
        services.revoke_certificate(places[f"certificate_{ASKING}"], reason="Somebody else sat the tests.")
    places["enrolment_asked"] = begin(person(ASKING), courses["asked"], why="I teach our counsellors.").pk
    refused = begin(person(DONE), courses["asked"], why="I am curious.")
    with acting(person("publisher")):
        services.decide_enrolment(refused, accept=False, note="It is for those who counsel. Ask again when you do.")
    places["working_closed"] = begin(person(DONE), courses["balmi"]).pk


def plant_proposals(places: dict[str, Any], courses: dict[str, Any]) -> None:
    """A draft, a proposal that waits and one that was declined; and a list of people for a course."""
    from learning import services
    from learning.models import Proposal

    from ..people import acting

    with acting(person("focal")):
        made = {
            name: services.create_proposal(fields=PROPOSAL | {"title": title})
            for name, title in (
                ("draft", "Talking with employers"),
                ("sent", "Reading a labour market"),
                ("declined", "Leading an office"),
            )
        }
        for name in ("sent", "declined"):
            services.send_proposal(made[name])
        services.invite(courses["invited"], ["rosa@ministry.example", "ivo@ministry.example"])
    with acting(person("publisher")):
        declined = Proposal.objects.get(pk=made["declined"].pk)
        services.decide_proposal(declined, accept=False, note="A course like this one begins in March.")
    places |= {f"course_proposal_{name}": proposal.pk for name, proposal in made.items()}


def addresses(code: str, places: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The account that looks at each of these screens, and its address in the active language."""
    return _of_everybody(code, places) | _of_learners(places) | _of_keepers(places) | _of_organizations(places)


def _at(name: str, *given: Any) -> str:
    from django.urls import reverse

    return str(reverse(name, args=given))


def _items(places: dict[str, Any], course: str) -> dict[str, Any]:
    """The ids of what stands in a course, by English titles."""
    from network_site.publishing.models import PublishedRecord

    from ..learning.courses import items

    found = items(PublishedRecord.objects.get(pk=places[f"course_{course}"]))
    return {title: item.id for title, item in found.items()}


def _of_everybody(code: str, places: dict[str, Any]) -> dict[str, tuple[str, str]]:
    from learning.models import CoursesPage
    from network_site.publishing.models import PublishedRecord

    base = CoursesPage.objects.live().get(locale__language_code=code).url

    def course(name: str) -> str:
        return f"{base}{PublishedRecord.objects.get(pk=places[f'course_{name}']).path}"

    def certificate(value: str) -> str:
        return _at("certificates:certificate", value)

    lesson = _items(places, "balmi")["Balmi in one table"]
    return {
        "courses": ("", base),
        "courses_narrowed": ("", f"{base}?level=introductory&hours=6_10&certificate=yes&sort=shortest"),
        "courses_empty": ("", f"{base}?q=nothing+at+all+like+this&level=advanced"),
        "course": ("", course("balmi")),
        "course_begins": ("contributor", course("balmi")),
        "course_asks": ("contributor", course("asked")),
        "course_waits": (ASKING, course("asked")),
        "course_uninvited": ("donor", course("invited")),
        "course_inside": (AT_WORK, course("balmi")),
        "lesson_open": ("", f"{course('balmi')}{lesson}/"),
        "certificate_check": ("", _at("certificates:check")),
        "certificate_not_typed": ("", f"{_at('certificates:check')}?code="),
        "certificate": ("", certificate(places[f"code_{DONE}"])),
        "certificate_mine": (DONE, certificate(places[f"code_{DONE}"])),
        "certificate_revoked": ("", certificate(places[f"code_{ASKING}"])),
        "certificate_unknown": ("", certificate(UNKNOWN)),
    }


def _of_learners(places: dict[str, Any]) -> dict[str, tuple[str, str]]:
    small, tutored, balmi = (_items(places, course) for course in ("small", "tutored", "balmi"))
    working = {course: places[f"working_{course}"] for course in ("small", "tutored", "balmi")}
    done, applied = places[f"completed_{DONE}"], places[f"completed_{ASKING}"]

    def at(name: str, *given: Any) -> str:
        return _at(f"learning:{name}", *given)

    return {
        "my_courses": (DONE, at("mine")),
        "my_courses_waiting": (ASKING, at("mine")),
        "my_courses_none": ("donor", at("mine")),
        "my_outline": (AT_WORK, at("outline", working["balmi"])),
        "my_outline_done": (DONE, at("outline", done)),
        "my_lesson": (AT_WORK, at("item", working["balmi"], balmi["Balmi in one table"])),
        "my_lesson_practices": (
            AT_WORK,
            at("item", working["balmi"], balmi["Contracts and monitoring: what others did"]),
        ),
        "my_part_closed": (DONE, at("item", places["working_closed"], balmi["What was decided in Balmi"])),
        "my_quiz": (AT_WORK, at("item", working["small"], small["Before"])),
        "my_quiz_tried": (DONE, at("item", done, small["Quiz"])),
        "my_quiz_open": (AT_WORK, at("attempt", working["balmi"], balmi["What was decided in Balmi"], 1)),
        "my_quiz_marked": (DONE, at("attempt", done, small["Quiz"], 1)),
        "my_quiz_unanswered": (AT_WORK, at("attempt", working["balmi"], balmi["Check: why act"], 1)),
        "my_quiz_waiting": (AT_WORK, at("attempt", working["tutored"], tutored["Quiz"], 1)),
        "my_case": (AT_WORK, at("item", working["balmi"], balmi["Eleven decisions for Balmi"])),
        "my_case_opened": (AT_WORK, at("item", working["small"], small["Case"])),
        "my_case_applied": (ASKING, at("item", applied, small["Case"])),
        "my_case_as_learner": (DONE, at("item", done, small["Case"])),
        "my_certificates": (DONE, at("certificates")),
        "my_certificates_none": ("donor", at("certificates")),
    }


def _of_keepers(places: dict[str, Any]) -> dict[str, tuple[str, str]]:
    small = places["course_small"]
    found: dict[str, tuple[Any, ...]] = {
        "courses": ("keep",),
        "course": ("course", small),
        "course_unfinished": ("course", places["course_unfinished"]),
        "questions": ("questions", small),
        "learners": ("learners", small),
        "certificates": ("course_certificates", small),
        "requests": ("requests",),
        "request": ("enrolment", places["enrolment_asked"]),
        "time": ("enrolment", places["working_small"]),
        "closed": ("enrolment", places["working_closed"]),
        "answers": ("answers",),
        "answer": ("answer", places["answer_to_mark"]),
        "revoke": ("revoke", places[f"certificate_{DONE}"]),
        "proposals": ("proposed",),
        "proposal": ("proposal", places["course_proposal_sent"]),
        "report": ("network_report",),
        "course_new": ("course_new",),
        "frame": ("course_edit", small),
        "question_new": ("question_new", small),
        "question": ("question", places["question_towns"]),
        "question_edit": ("question_edit", places["question_towns"]),
        "question_number": ("question_edit", places["question_regions"]),
        "quizzes": ("quizzes", small),
        "quiz_new": ("quiz_new", small),
        "quiz": ("quiz", places["quiz_small"]),
        "cases": ("cases", small),
        "case_new": ("case_new", small),
        "case": ("case", places["case_small"]),
        "prompt_new": ("prompt_new", places["case_small"]),
        "prompt": ("prompt", places["prompt_where"]),
    }
    kept = {f"kept_{name}": ("publisher", _at(f"learning:{route}", *args)) for name, (route, *args) in found.items()}
    return kept | {"kept_question_typed": ("publisher", f"{_at('learning:question_new', small)}?type=classify")}


def _of_organizations(places: dict[str, Any]) -> dict[str, tuple[str, str]]:
    def at(name: str, *given: Any) -> str:
        return _at(f"learning:{name}", *given)

    return {
        "course_report": ("admin-b", at("report")),
        "course_report_none": ("admin", at("report")),
        "course_lists": ("focal", at("lists")),
        "course_people": ("focal", at("people", places["course_invited"])),
        "course_proposals": ("focal", at("proposals")),
        "course_proposals_none": ("donor", at("proposals")),
        "course_proposal_new": ("focal", at("proposal_new")),
        "course_proposal": ("focal", at("proposal", places["course_proposal_draft"])),
        "course_proposal_declined": ("focal", at("proposal", places["course_proposal_declined"])),
        "course_proposal_edit": ("focal", at("proposal_edit", places["course_proposal_draft"])),
    }
