"""What officials write in courses: read by whom it was handed to, and by nobody else (learning page, 3.4)."""

from __future__ import annotations

import base64

import pytest

from learning.models import CaseAnswer, Certificate, Completion, Enrolment, QuestionKey, Response
from network_site.organizations.actor import ANONYMOUS, acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.models import User
from network_site.organizations.rls import private_models

from ..people import acting
from . import matrix, plant_learning, urls
from .dump import private_rows, rows_of, words_in
from .matrix import Answer, Cell, ask, body_of, enter
from .plant_learning import CASE, KEY, LESSON, OUTCOME, QUESTION, QUIZ
from .population import World, rename
from .side_channels import side_channel_leaks

pytestmark = pytest.mark.embedded
BASE = "/en/workspace/learning"


def opened(user: User | None, path: str, method: str = "GET") -> Answer:
    """What somebody gets at an address."""
    return ask(enter(user), Cell(path, "own", path, "", method), {})


def taking(world: World, letter: str, person: str) -> str:
    return f"{BASE}/taking/{world.learning.enrolments[letter, person]}"


def shown(world: World, user: User | None, path: str) -> set[str]:
    """The canaries of courses on a page that opens."""
    answer = opened(user, path)
    assert answer.status == 200, path
    return set(words_in(answer.text, plant_learning.words(world)))


# --- Rows ------------------------------------------------------------------------------------


def test_everybody_reads_just_the_words_that_the_table_names(world: World) -> None:
    """To the word: those for whom it is meant do read it, too."""
    words = plant_learning.words(world)
    journals = {"common.AuditEntry", "common.TransitionRecord"}
    models = [one for one in private_models() if one._meta.app_label == "learning" or one._meta.label in journals]
    read, expected = {}, {}
    for name, actor in world.actors().items():
        with acting_as(actor):
            text = "\n".join(text for model in models for text in rows_of(model.objects).values())
        read[name] = set(words_in(text, words))
        expected[name] = plant_learning.rows_words(world, name)
    assert read == expected


def test_what_is_not_handed_in_is_nobodys(world: World) -> None:
    """Of people: neither her colleagues', nor her ministry's, nor the Network's, whatever their role there."""
    words = {house.word(thing) for house in (world.a, world.b) for thing in ("openkept", "decision", "locked", "home")}
    everybody = {name: user for name, user in world.users.items() if user is not None}
    everybody |= {role: world.people.member(world.people.network(), role) for role in (Role.LEAD, Role.ADMINISTRATOR)}
    everybody["another administrator"] = world.people.member(world.b.organization, Role.ADMINISTRATOR)
    readers: dict[str, set[str]] = {}
    for name, user in everybody.items():
        with acting(user):
            text = "\n".join(
                text for model in private_models() if model._meta.app_label == "learning"
                for text in rows_of(model.objects).values()
            )  # fmt: skip
        if found := words_in(text, words):
            readers[name] = set(found)
    assert readers == {
        "owner's learner": {world.b.word("locked"), world.b.word("home")},
        "owner's contributor": {world.b.word("openkept"), world.b.word("decision")},
        "rival learner": {world.a.word("locked"), world.a.word("home")},
        "rival contributor": {world.a.word("openkept"), world.a.word("decision")},
    }


def test_a_ministry_learns_of_completions_and_of_nothing_else(world: World) -> None:
    for house in (world.a, world.b):
        with acting(house.administrator):
            assert [row.person_id for row in Completion.objects.all()] == [house.learner.pk]
            assert [model.objects.count() for model in (Enrolment, Response, CaseAnswer, Certificate)] == [0] * 4
        for colleague in (house.focal_point, house.contributor):
            with acting(colleague):
                assert Completion.objects.count() == 0
    with acting_as(ANONYMOUS):
        assert Completion.objects.count() == 0


def test_keys_and_outcomes_are_read_by_those_who_write_courses_and_by_the_services(world: World) -> None:
    readers = set()
    for name, actor in world.actors().items():
        with acting_as(actor):
            if QuestionKey.objects.exists():
                readers.add(name)
    assert readers == {"specialist", "publisher", "service grader", "service registrar", "service relay"}


# --- Pages -----------------------------------------------------------------------------------


def test_an_administrators_report_names_who_completed_what_and_shows_no_word_of_them(world: World) -> None:
    theirs = opened(world.b.administrator, f"{BASE}/report/")
    assert world.b.learner.email in theirs.body
    assert [one.email for one in (world.b.contributor, world.a.learner) if one.email in theirs.body] == []
    assert words_in(theirs.text, plant_learning.words(world)) == []
    listing = opened(world.b.administrator, "/en/export/completions/csv/")
    assert (listing.status, world.b.learner.email in listing.body) == (200, True)
    assert [one.email for one in (world.b.contributor, world.a.learner) if one.email in listing.body] == []
    for other in (world.b.focal_point, world.b.contributor, world.specialist):
        assert opened(other, f"{BASE}/report/").status == 403


def test_a_tutor_reads_an_answer_and_not_whose_it_is(world: World) -> None:
    learner = rename(world.b.learner, "zqwriterqz")
    whose = {"zqwriterqz", learner.email.lower(), str(learner.pk), str(world.b.organization.key)}
    client = enter(world.specialist)
    waiting = body_of(client.get(f"{BASE}/keep/answers/"))
    assert QUESTION in waiting
    for pk in (world.learning.waiting["b"], world.learning.marked["b"]):
        page = client.get(f"{BASE}/keep/answers/{pk}/")
        text = body_of(page)
        assert (page.status_code, world.b.word("opentext") in text) == (200, True)
        assert words_in(text + waiting, whose) == []
        # What helps to mark it stands beside it.
        assert {KEY, QUESTION} <= set(words_in(text, plant_learning.BANK))
    # Otherwise a name that stands nowhere would pass.
    assert "zqwriterqz" in body_of(client.get(f"{BASE}/keep/courses/{world.learning.course}/learners/"))


def test_a_learner_reads_her_answer_with_the_comment_and_no_key(world: World) -> None:
    marked = f"{taking(world, 'b', 'learner')}/{QUIZ}/attempt/1/"
    seen = shown(world, world.b.learner, marked)
    assert seen == {world.b.word("opentext"), world.b.word("comment"), QUESTION}
    begun = f"{taking(world, 'b', 'contributor')}/{QUIZ}/attempt/1/"
    assert shown(world, world.b.contributor, begun) == {world.b.word("openkept"), QUESTION}


def test_a_case_tells_what_came_of_it_to_those_who_have_locked_it(world: World) -> None:
    locked = shown(world, world.b.learner, f"{taking(world, 'b', 'learner')}/{CASE}/")
    assert locked == {OUTCOME} | {world.b.word(thing) for thing in ("locked", "sharedcase", "home")}
    assert shown(world, world.b.contributor, f"{taking(world, 'b', 'contributor')}/{CASE}/") == {
        world.b.word("decision")
    }


def test_the_network_opens_what_it_keeps(world: World) -> None:
    keep, planted, b = f"{BASE}/keep", world.learning, world.b
    pages = {
        "requests/": set(),
        f"enrolments/{planted.requests['b', 'contributor']}/": {b.word("why")},
        f"enrolments/{planted.requests['b', 'focal point']}/": {b.word("whynot"), b.word("refusal")},
        f"courses/{planted.course}/certificates/": {world.a.word("holder"), b.word("holder")},
        f"courses/{planted.course}/questions/": {QUESTION, KEY},
    }
    assert {path: shown(world, world.specialist, f"{keep}/{path}") for path in pages} == pages
    sent = f"{BASE}/proposals/{planted.sent['b']}/"
    assert shown(world, world.specialist, sent) == shown(world, b.contributor, sent) == {b.word("sentproposal")}
    draft = f"{BASE}/proposals/{planted.drafts['b']}/"
    assert shown(world, b.contributor, draft) == {b.word("proposal")}
    assert opened(world.specialist, draft).status == 404


def test_a_list_of_people_is_its_organisations(world: World) -> None:
    path = f"{BASE}/lists/{world.learning.course}/"
    for user, words in {
        world.b.focal_point: {world.b.word("listed")},
        world.a.administrator: {world.a.word("listed")},
        world.donor: set(),
        world.publisher: set(),
    }.items():
        assert shown(world, user, path) == words


def test_the_forms_that_the_matrix_sends_do_write_when_they_may(world: World) -> None:
    """Otherwise a refused form would look like a closed door."""
    planted, b, staff = world.learning, world.b, world.specialist
    keep, begun = plant_learning.KEEP, str(planted.enrolments["b", "contributor"])
    sent: list[tuple[User, str, str, dict[str, str]]] = [
        (b.contributor, plant_learning.ITEM_PAGE, begun, {"item": CASE}),
        (b.contributor, plant_learning.ATTEMPT_PAGE, begun, {"item": QUIZ, "n": "1"}),
        (b.focal_point, plant_learning.PROPOSAL_PAGE, str(planted.drafts["b"]), {}),
        (b.focal_point, "*/workspace/learning/lists/<uuid:pk>/", str(planted.course), {}),
        (world.loner, "*/workspace/learning/enrol/<uuid:pk>/", str(planted.asked), {}),
        (b.learner, "*/certificates/<str:code>/name/", planted.certificates["b"][1], {}),
        (staff, f"{keep}/answers/<uuid:pk>/", str(planted.waiting["b"]), {}),
        (staff, f"{keep}/enrolments/<uuid:pk>/time/", begun, {}),
        (staff, f"{keep}/certificates/<uuid:pk>/", str(planted.certificates["b"][0]), {}),
    ]
    waits = str(planted.requests["b", "contributor"])
    sent.append((staff, f"{keep}/enrolments/<uuid:pk>/do/<slug:name>/", waits, {"name": "accept"}))
    forms, before, outcomes = matrix.filled_forms(world), private_rows(), {}
    for user, pattern, pk, others in sent:
        (group,) = matrix._cells(world, pattern, urls.ADDRESSES[pattern], others, "own", pk, ("POST",), forms)
        answer = ask(enter(user), group[0], before)
        outcomes[pattern] = (answer.status, bool(answer.changed))
    assert outcomes == dict.fromkeys(outcomes, (302, True))


# --- Certificates ----------------------------------------------------------------------------


def said_by(credential: str) -> str:
    """What a signed badge says, which stands in it in another alphabet."""
    middle = credential.split(".")[1]
    return base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)).decode()


@pytest.mark.parametrize(("letter", "is_told"), [("a", True), ("b", False)])
def test_a_name_stands_on_a_certificate_by_consent_only(letter: str, is_told: bool, world: World) -> None:
    pk, code = world.learning.certificates[letter]
    house = world.a if letter == "a" else world.b
    for user in (None, world.donor, house.administrator):
        assert (house.word("holder") in opened(user, f"/en/certificates/{code}/").text) is is_told
    badge = opened(None, f"/credentials/{code}/?format=jwt").body
    with acting_as(service_actor("registrar"), reason="test"):
        assert Certificate.objects.get(pk=pk).credential == badge
    said = said_by(badge).lower()
    assert words_in(said, plant_learning.words(world)) == []
    assert house.learner.email.lower() not in said
    # The badge itself never names its holder in clear: by consent it carries the hash of her address.
    assert ("identityhash" in said) is is_told


def test_a_revoked_certificate_says_so_and_not_why(world: World) -> None:
    _pk, code = world.learning.certificates[""]
    assert shown(world, None, f"/en/certificates/{code}/") == set()
    assert "Revoked on" in opened(None, f"/en/certificates/{code}/").body


# --- The public plane and what lies beside it ------------------------------------------------


def test_readers_of_a_course_meet_nothing_of_the_bank_nor_of_those_who_take_it(world: World) -> None:
    paths: list[str] = [*plant_learning.paths("en"), "/api/v1/courses/"]
    paths += [f"/api/v1/courses/{number}/" for number in plant_learning.numbers()]
    seen = {path: words_in(opened(None, path).text, plant_learning.words(world)) for path in paths}
    assert {path: found for path, found in seen.items() if found} == {}
    # They are the pages that were meant: one of them is the lesson.
    assert any(LESSON in path for path in paths)
    assert {opened(None, path).status for path in paths} == {200}


def test_no_word_of_a_learner_lies_open_beside_the_private_tables(world: World) -> None:
    assert side_channel_leaks(plant_learning.words(world), "") == []
