"""Courses in the isolation matrix: what a learner writes is hers, and its few readers are named here one by one.

The Network gives two courses. In each ministry the learner has completed the first one, with an open text that was
marked and another that waits; the contributor has begun it and has handed nothing in; the focal point was not let into
the second one. Somebody without an organisation has lost her certificate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from learning import services
from learning.credentials import codes
from learning.enums import QuizRole
from learning.models import (
    Case,
    CasePrompt,
    Certificate,
    Course,
    CoursesPage,
    Enrolment,
    LessonPage,
    Proposal,
    Question,
    QuestionVersion,
    Quiz,
    Response,
)
from learning.services.cases import Decision
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord

from ..learning.courses import EVIDENCE, OPEN, PROMPTS, QUESTIONS, items, published_course, review_bank, written_course
from ..learning.learners import RIGHT, begin, try_quiz
from ..people import acting

CODE, ASKED = "isolated", "asked"

# --- Who may read what -----------------------------------------------------------------------

# By the person of a ministry who wrote it, or of whom it is. Nobody of her ministry reads any of it.
OF_LEARNER = ("opentext", "comment", "locked", "sharedcase", "home", "holder")
OF_CONTRIBUTOR = ("openkept", "decision", "why")
# The reason why she was not let in: hers to read, and in a history of the Network's.
REFUSAL = "refusal"
OF_FOCAL_POINT = ("whynot", REFUSAL)
OF_PEOPLE = {"learner": OF_LEARNER, "contributor": OF_CONTRIBUTOR, "focal point": OF_FOCAL_POINT}
# Everybody's in the ministry: a proposal that is being written, those that were sent, with the answer; the list.
OF_MINISTRY = ("proposal", "sentproposal", "verdict", "listed")
# What the Network reads of all that: what was handed to it, said by it, or sent to it, and names on certificates.
OF_NETWORK = ("opentext", "comment", "why", "whynot", "holder", REFUSAL, "sentproposal", "verdict")
# In the bank of the course: words of questions, right answers with all that is said of them, what came of the case.
QUESTION, KEY, OUTCOME = "zqquestionqz", "zqkeyqz", "zqoutcomeqz"
BANK = {QUESTION, KEY, OUTCOME}
# Why a certificate was taken back.
REVOKED = "zqrevokedqz"

STAFF = {"specialist", "publisher"}
LONER = "user without membership"
# Those who may put people on a list: focal points and administrators, and the Network.
SENDERS = STAFF | {
    "owner's focal point", "owner's administrator", "rival focal point", "rival administrator",
    "reviewer's colleague", "donor",
}  # fmt: skip


def _words(house: Any, things: Iterable[str]) -> set[str]:
    return {house.word(thing) for thing in things}


def words(world: Any) -> set[str]:
    """Every canary of courses."""
    things = {*OF_LEARNER, *OF_CONTRIBUTOR, *OF_FOCAL_POINT, *OF_MINISTRY}
    return _words(world.a, things) | _words(world.b, things) | BANK | {REVOKED}


def rows_words(world: Any, name: str) -> set[str]:
    """The canaries in the private rows that this actor may read."""
    both = (world.a, world.b)
    if name.startswith("service "):
        return _services_words(both, name.removeprefix("service "))
    if name in STAFF:
        return {word for house in both for word in _words(house, OF_NETWORK)} | BANK | {REVOKED}
    if name.startswith(("owner's ", "rival ")):
        house = world.b if name.startswith("owner's ") else world.a
        return _words(house, (*OF_MINISTRY, *OF_PEOPLE.get(name.partition(" ")[2], ())))
    return {REVOKED} if name == LONER else set()


def _services_words(houses: Iterable[Any], service: str) -> set[str]:
    """Histories are open to every service. Those of learning read what learners write, and never what is proposed."""
    of_learners = (*OF_LEARNER, *OF_CONTRIBUTOR, *OF_FOCAL_POINT)
    things, bank = {
        "grader": (of_learners, BANK | {REVOKED}),
        "registrar": ((*of_learners, "listed"), BANK | {REVOKED}),
        "relay": (("proposal", "sentproposal", "listed"), BANK),
        "auditor": ((), {REVOKED}),
    }.get(service, ((), set()))
    return {word for house in houses for word in _words(house, (*things, REFUSAL, "verdict"))} | bank


def page_words(world: Any, name: str) -> set[str]:
    """The canaries that stand on pages which this person may open, beside those in rows that are hers to read."""
    # The learner of ministry A lets her name be seen by everybody who has the code.
    seen = {world.a.word("holder")}
    if name.endswith((" learner", " contributor")) or name == LONER:
        seen |= {QUESTION}
    # What came of a case is told to those who have locked their decisions; right answers never, in these quizzes.
    return seen | ({OUTCOME} if name.endswith(" learner") or name == LONER else set())


# --- The world -------------------------------------------------------------------------------

# Items of the first course whose addresses are asked for, so that their keys are known beforehand.
ITEMS = {key: UUID(int=0xC0 + place) for place, key in enumerate(("lesson-1", "quiz", "case"))}
LESSON, QUIZ, CASE = (str(key) for key in ITEMS.values())
NO_ITEM = str(UUID(int=0xCF))


@dataclass
class Planted:
    """Keys of what was planted."""

    course: UUID
    asked: UUID
    # Parts of the first course: a question, a quiz, its case and a decision of that.
    parts: dict[str, UUID] = field(default_factory=dict)
    # By letter and person of the ministry.
    enrolments: dict[tuple[str, str], UUID] = field(default_factory=dict)
    requests: dict[tuple[str, str], UUID] = field(default_factory=dict)
    # Texts that wait for a tutor, and those that were marked, by letter.
    waiting: dict[str, UUID] = field(default_factory=dict)
    marked: dict[str, UUID] = field(default_factory=dict)
    # (key, code) of certificates, by letter; the revoked one by "".
    certificates: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    drafts: dict[str, UUID] = field(default_factory=dict)
    sent: dict[str, UUID] = field(default_factory=dict)


def plant(world: Any) -> None:
    """Two courses, and in each ministry somebody in each state."""
    course = _publish(world.publisher, world.specialist)
    with acting(world.publisher):
        asked = published_course(code=ASKED, entry="approval", reviewer=world.specialist)
    world.learning = Planted(course.pk, asked.pk, _parts(world.publisher, course))
    for house in (world.a, world.b):
        _complete(world, house, course)
        _begin(world, house, course, asked)
        _ask_in_vain(world, house, asked)
        _propose(world, house, course)
    with acting(world.a.learner):
        services.show_name(Certificate.objects.get(), shows=True)
    _lose(world, course)
    with acting(world.publisher):
        services.set_prerequisites(Course.objects.get(pk=asked.pk), [Course.objects.get(pk=course.pk)])


def _parts(publisher: User, course: PublishedRecord) -> dict[str, UUID]:
    """What the course is made of, by the kinds of the addresses."""
    with acting(publisher):
        return {
            "question": Question.objects.get(course_id=course.pk, key="towns").pk,
            "quiz": Quiz.objects.get(course_id=course.pk, key="quiz").pk,
            "case": Case.objects.get(course_id=course.pk).pk,
            "prompt": CasePrompt.objects.get(case__course_id=course.pk, key="where").pk,
        }


def _publish(publisher: User, reviewer: User) -> PublishedRecord:
    """The course, with its words in what readers of the course never see. Its quizzes tell no right answer."""
    with acting(publisher):
        course = written_course(code=CODE, with_open=True, reviewer=reviewer)
        for key, question in (QUESTIONS | {"open": OPEN}).items():
            tag = "text" if key == "open" else "facts"
            given = _in_the_bank(question)
            services.save_question(course, key=key, tag=tag, points=1, **given)
        review_bank(course, reviewer)
        facts: list[tuple[str, int | None]] = [("facts", None)]
        roles = {"before": (QuizRole.PRE, 0), "quiz": (QuizRole.LESSON, 1), "after": (QuizRole.POST, 1)}
        for key, (role, weight) in roles.items():
            rules = {"role": role, "weight": weight, "attempts_allowed": None, "feedback": "after_close"}
            pools = [*facts, ("text", None)] if key == "quiz" else facts
            services.save_quiz(course, key=key, fields=rules, pools=pools)
        need = {"terms": ["LAF3.1"], "titles": {"en": "Money for places"}}
        prompts = [_with_outcome(prompt) for prompt in PROMPTS]
        services.save_case_study(course, key="case", weight=1, need=need, prompts=prompts)
        for key, item in ITEMS.items():
            LessonPage.objects.filter(slug__endswith=f"-{CODE}-{key}").update(translation_key=item)
        return services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))


def _in_the_bank(question: dict[str, Any]) -> dict[str, Any]:
    texts = {code: said | {"prompt": f"{QUESTION} {said['prompt']}"} for code, said in question["texts"].items()}
    told = question["answer_key"]
    feedback = {code: {name: f"{KEY} {text}" for name, text in said.items()} for code, said in told["feedback"].items()}
    evidence = EVIDENCE | {"place": f"{KEY} slide 7"}
    return question | {"texts": texts, "answer_key": told | {"feedback": feedback, "evidence": evidence}}


def _with_outcome(prompt: dict[str, Any]) -> dict[str, Any]:
    outcome = prompt["outcome"]
    texts = {code: {"text": f"{OUTCOME} {said['text']}"} for code, said in outcome["texts"].items()}
    return prompt | {"outcome": outcome | {"texts": texts, "place": f"{OUTCOME} slide 9"}}


def _prompts(course: PublishedRecord) -> dict[str, UUID]:
    """The prompts of the case by their keys."""
    return {prompt["key"]: UUID(prompt["id"]) for prompt in (items(course)["Case"].case or {})["prompts"]}


def _decisions(course: PublishedRecord, where: str, why: str) -> dict[UUID, Decision]:
    prompts = _prompts(course)
    return {
        prompts["where"]: Decision("region", f"{where} for good reasons", 3, False),
        prompts["why"]: Decision("", f"{why} for others to read", 4, True),
    }


def _complete(world: Any, house: Any, course: PublishedRecord) -> None:
    """The learner's whole way. Her name stands on the certificate alone, so that it is found there."""
    learner, word, planted = house.learner, house.word, world.learning
    learner.first_name, learner.last_name = word("holder"), "Person"
    learner.save(update_fields=["first_name", "last_name"])
    planted.enrolments[house.letter, "learner"] = begin(learner, course).pk
    parts = items(course)
    for title in ("Lesson 1", "Lesson 2"):
        with acting(learner):
            services.finish_item(_own(learner, course), parts[title].id)
    said = RIGHT | {"open": f"{word('opentext')} in four words"}
    first = try_quiz(learner, course, "Quiz", said)
    with acting(learner):
        services.lock_case(
            _own(learner, course), parts["Case"].id, _decisions(course, word("locked"), word("sharedcase"))
        )
        home = {pk: f"{word('home')} {key}" for key, pk in _prompts(course).items()}
        services.save_home(_own(learner, course), parts["Case"].id, home)
        services.save_reflection(_own(learner, course), parts["Case"].id, f"{word('home')} instead")
    try_quiz(learner, course, "After", RIGHT)
    with acting(world.publisher):
        text = Response.objects.get(attempt_id=first.pk)
        services.mark_response(text, share=Decimal("0.5"), comment=f"{word('comment')} well said")
    planted.marked[house.letter] = text.pk
    second = try_quiz(learner, course, "Quiz", said)
    with acting(world.publisher):
        planted.waiting[house.letter] = Response.objects.get(attempt_id=second.pk).pk
    with acting(learner):
        planted.certificates[house.letter] = Certificate.objects.values_list("pk", "code").get()
    learner.first_name = learner.last_name = ""
    learner.save(update_fields=["first_name", "last_name"])


def _own(user: User, course: PublishedRecord) -> Enrolment:
    found: Enrolment = Enrolment.objects.get(person=user, record=course)
    return found


def _begin(world: Any, house: Any, course: PublishedRecord, asked: PublishedRecord) -> None:
    """The contributor's work, of which nothing was handed in; and her request for the other course."""
    person, word, planted = house.contributor, house.word, world.learning
    planted.requests[house.letter, "contributor"] = begin(person, asked, why=f"{word('why')} I ask").pk
    planted.enrolments[house.letter, "contributor"] = begin(person, course).pk
    parts = items(course)
    with acting(person):
        attempt = services.start_attempt(_own(person, course), parts["Quiz"].id)
        with acting_as(service_actor("grader"), reason="test"):
            text = QuestionVersion.objects.get(pk__in=attempt.drawn, question__key="open")
        services.answer_quiz(attempt, parts["Quiz"], {text.pk: f"{word('openkept')} so far"})
        decisions = _decisions(course, word("decision"), word("decision"))
        services.save_case(_own(person, course), parts["Case"].id, decisions)


def _ask_in_vain(world: Any, house: Any, asked: PublishedRecord) -> None:
    """The focal point asks for the other course and is not let in."""
    request = begin(house.focal_point, asked, why=f"{house.word('whynot')} I ask")
    world.learning.requests[house.letter, "focal point"] = request.pk
    with acting(world.specialist):
        services.decide_enrolment(Enrolment.objects.get(pk=request.pk), accept=False, note=f"{house.word(REFUSAL)} why")


def _propose(world: Any, house: Any, course: PublishedRecord) -> None:
    """A draft, one that waits and one that was declined; and somebody on the ministry's list."""

    def proposed(word: str) -> Proposal:
        fields = {name: f"{word} {name}" for name in ("title", "purpose", "learners", "material")}
        return services.create_proposal(fields=fields)

    with acting(house.focal_point):
        draft, sent, declined = proposed(house.word("proposal")), *(proposed(house.word("sentproposal")) for _ in "12")
        for one in (sent, declined):
            services.send_proposal(one)
        services.invite(course, [f"{house.word('listed')}@example.org"])
    with acting(world.specialist):
        answer = f"{house.word('verdict')} is why"
        services.decide_proposal(Proposal.objects.get(pk=declined.pk), accept=False, note=answer)
    world.learning.drafts[house.letter], world.learning.sent[house.letter] = draft.pk, sent.pk


def _lose(world: Any, course: PublishedRecord) -> None:
    """Somebody without an organisation attends the course; her certificate is taken back."""
    person = world.loner
    world.learning.enrolments["", "loner"] = begin(person, course).pk
    parts = items(course)
    for title in ("Lesson 1", "Lesson 2"):
        with acting(person):
            services.finish_item(_own(person, course), parts[title].id)
    with acting(person):
        services.lock_case(_own(person, course), parts["Case"].id, _decisions(course, "Mine", "Ours"))
        for title in ("Quiz", "After"):
            services.hand_in(services.start_attempt(_own(person, course), parts[title].id), parts[title])
        services.finish_with_attendance(_own(person, course))
        world.learning.certificates[""] = Certificate.objects.values_list("pk", "code").get()
    with acting(world.publisher):
        services.revoke_certificate(world.learning.certificates[""][0], reason=f"{REVOKED} is why")


def more(world: Any) -> None:
    """Two more of ministry B learn, its list grows, it begins a proposal: nothing that others may notice."""
    course = PublishedRecord.objects.get(pk=world.learning.course)
    parts = items(course)
    for _number in range(2):
        person = world.people.contributor(world.b.organization)
        begin(person, course)
        try_quiz(person, course, "Quiz", RIGHT)
        with acting(person):
            decisions = _decisions(course, "zqmoreqz", "zqmoreqz")
            services.lock_case(_own(person, course), parts["Case"].id, decisions)
    with acting(world.b.focal_point):
        services.invite(course, ["zqmoreqz@example.org"])
        services.create_proposal(fields=dict.fromkeys(("title", "purpose", "learners"), "zqmoreqz"))


# --- What belongs to whom --------------------------------------------------------------------

Held = dict[str, tuple[list[str], list[str]]]


def ids(world: Any, name: str, user: User | None) -> Held:
    """By kind of object what somebody may open, and what she may not; ministry B's first."""
    planted: Planted = world.learning
    is_staff = name in STAFF

    def kept(*keys: UUID) -> tuple[list[str], list[str]]:
        found = [str(key) for key in keys]
        return (found, []) if is_staff else ([], found)

    certificates = [code for _pk, code in planted.certificates.values()]
    courses = [str(planted.course), str(planted.asked)]
    return {
        "enrolment": _enrolments(world, name, user),
        "kept_enrolment": kept(planted.requests["b", "contributor"], planted.enrolments["b", "learner"]),
        "response": kept(planted.waiting["b"], planted.marked["b"], planted.waiting["a"]),
        "course": kept(planted.course, planted.asked),
        **{kind: kept(pk) for kind, pk in planted.parts.items()},
        "kept_certificate": kept(*(planted.certificates[letter][0] for letter in ("b", "a"))),
        "course_list": (courses[:1], []) if name in SENDERS else ([], courses[:1]),
        "course_record": (courses, []),
        "course_number": (numbers(), []),
        # Whoever has the code opens the page: what stands on it is another matter.
        "certificate": (certificates, []),
        "own_certificate": _certificates(planted, name),
        "course_proposal": _proposals(world, name, user),
    }


def _enrolments(world: Any, name: str, user: User | None) -> tuple[list[str], list[str]]:
    """What she takes herself; not what the Network looks after, which has its own pages."""
    planted: Planted = world.learning
    of_houses = [
        (getattr(house, person.replace(" ", "_")), str(pk))
        for found in (planted.enrolments, planted.requests)
        for house in (world.b, world.a)
        for (letter, person), pk in found.items()
        if letter == house.letter
    ]
    everything = [*of_houses, (world.loner, str(planted.enrolments["", "loner"]))]
    own = [pk for person, pk in everything if person == user]
    if user is not None:
        with acting(user):
            found = Enrolment.objects.filter(person=user).values_list("pk", flat=True)
            assert {str(pk) for pk in found} == set(own), "who takes which course is not as the table says"
            assert Enrolment.objects.count() == (len(everything) if name in STAFF else len(own))
    return own, [pk for person, pk in everything if person != user]


def _certificates(planted: Planted, name: str) -> tuple[list[str], list[str]]:
    letter = {"owner's learner": "b", "rival learner": "a", LONER: ""}.get(name, "?")
    found = {one: code for one, (_pk, code) in planted.certificates.items()}
    return ([found.pop(letter)] if letter in found else []), [found[one] for one in ("b", "a") if one in found]


def _proposals(world: Any, name: str, user: User | None) -> tuple[list[str], list[str]]:
    """A ministry's own; for the Network, what was sent to it."""
    planted: Planted = world.learning
    letter = "b" if name.startswith("owner's") else "a" if name.startswith("rival") else ""
    everything = [(one, pk) for found in (planted.drafts, planted.sent) for one in "ba" for pk in (found[one],)]
    own = [pk for one, pk in everything if one == letter or (name in STAFF and pk in planted.sent.values())]
    if user is not None:
        with acting(user):
            keys = [pk for _letter, pk in everything]
            found = set(Proposal.objects.filter(pk__in=keys).values_list("pk", flat=True))
        assert found == set(own), "who reads which proposal is not as the table says"
    return [str(pk) for pk in own], [str(pk) for _letter, pk in everything if pk not in own]


def numbers() -> list[str]:
    """The public numbers of courses."""
    found = PublishedRecord.objects.of_kind("course").order_by("number").values_list("number", flat=True)
    return [str(number) for number in found]


def nobodys_code() -> str:
    """A code of a certificate that nobody has."""
    return codes.new_code()


def paths(language: str = "") -> list[str]:
    """The catalogue searched, and the pages of courses and of a lesson, by their own names."""
    pages = CoursesPage.objects.filter(**{"locale__language_code": language} if language else {})
    records = PublishedRecord.objects.of_kind("course").order_by("number")
    found = []
    for page in pages.order_by("path"):
        found += [f"{page.url}?q=zq", f"{page.url}?theme=LAF3.1&sort=title", f"{page.url}feed/?q=zq"]
        found += [page.url + record.path for record in records]
        found += [f"{page.url}{record.path}{LESSON}/" for record in records[:1]]
    return found


# --- Forms -----------------------------------------------------------------------------------

ITEM_PAGE = "*/workspace/learning/taking/<uuid:pk>/<uuid:item>/"
ATTEMPT_PAGE = f"{ITEM_PAGE}attempt/<int:n>/"
PROPOSAL_PAGE = "*/workspace/learning/proposals/<uuid:pk>/edit/"
KEEP = "*/workspace/learning/keep"
PARTS = {"question": "questions", "quiz": "quizzes", "case": "cases", "prompt": "prompts"}


def forms(world: Any) -> list[tuple[str, dict[str, str], User, str, tuple[tuple[str, str], ...]]]:
    """For each address that takes a form which stands on its page: who fills it in, where, and with which button."""
    planted, b = world.learning, world.b
    taking = f"/en/workspace/learning/taking/{planted.enrolments['b', 'contributor']}"
    draft = f"/en/workspace/learning/proposals/{planted.drafts['b']}/edit/"
    hand_in = (("hand_in", "1"), ("anyway", "1"))
    keep = "/en/workspace/learning/keep"
    course = f"{keep}/courses/{planted.course}/edit/"
    pages = {kind: f"{keep}/{name}/{planted.parts[kind]}/" for kind, name in PARTS.items()}
    key = (("key", "posted"),)
    writer = world.publisher
    return [
        (f"{KEEP}/courses/<uuid:pk>/edit/", {}, writer, course, ()),
        (f"{KEEP}/courses/new/", {}, writer, course, (("code", "posted"),)),
        (f"{KEEP}/questions/<uuid:pk>/edit/", {}, writer, f"{pages['question']}edit/", ()),
        (f"{KEEP}/quizzes/<uuid:pk>/", {}, writer, pages["quiz"], ()),
        (f"{KEEP}/courses/<uuid:pk>/quizzes/new/", {}, writer, pages["quiz"], key),
        (f"{KEEP}/cases/<uuid:pk>/", {}, writer, pages["case"], ()),
        (f"{KEEP}/courses/<uuid:pk>/cases/new/", {}, writer, pages["case"], key),
        (f"{KEEP}/prompts/<uuid:pk>/", {}, writer, pages["prompt"], ()),
        (f"{KEEP}/cases/<uuid:pk>/prompts/new/", {}, writer, pages["prompt"], key),
        (ITEM_PAGE, {"item": CASE}, b.contributor, f"{taking}/{CASE}/", (("lock", "1"), ("anyway", "1"))),
        (ATTEMPT_PAGE, {"item": QUIZ, "n": "1"}, b.contributor, f"{taking}/{QUIZ}/attempt/1/", hand_in),
        (PROPOSAL_PAGE, {}, b.focal_point, draft, ()),
        ("*/workspace/learning/proposals/new/", {}, b.focal_point, draft, ()),
    ]


# Answers of forms that are small, or have none on their own page.
FILLED: dict[str, tuple[tuple[str, str], ...]] = {
    "*/workspace/learning/enrol/<uuid:pk>/": (("why", "posted reason"),),
    "*/workspace/learning/lists/<uuid:pk>/": (("addresses", "posted@example.org"),),
    f"{KEEP}/answers/<uuid:pk>/": (("percent", "50"), ("comment", "posted comment")),
    f"{KEEP}/enrolments/<uuid:pk>/time/": (("percent", "50"),),
    f"{KEEP}/certificates/<uuid:pk>/": (("reason", "posted reason"),),
    "*/certificates/<str:code>/name/": (("shows", "yes"), ("back", "page")),
}
