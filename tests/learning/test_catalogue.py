"""The catalogue, courses and open lessons as visitors and learners meet them, and what no public answer may hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree

import jsonschema
import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from learning import cards, services
from learning.models import Course, Enrolment, Invitation, LessonPractice
from learning.outline import Outline
from learning.selectors.public import CourseQuery, band_of, list_catalogue
from learning.snapshot import JSON_SCHEMA, SCHEMA
from learning.workflow import ENROLMENT
from network_site.common import outbox
from network_site.organizations.actor import ANONYMOUS, acting_as, person_through
from network_site.publishing import services as public
from network_site.publishing.models import PublishedRecord

from ..databases import Stages
from ..needs.stating import cost_of
from ..people import People, acting
from ..queries import NOT_ASKED, asking
from .catalogue import LIST, WHY, Catalogue, change_practice, publish, secrets, set_scene, soup, words, write
from .courses import items, published_course

Enter = Callable[[Any], Client]


@pytest.fixture
def scene(stages: Stages) -> Iterator[Catalogue]:
    with stages.open(set_scene) as built:
        yield built


@pytest.fixture
def client(scene: Catalogue) -> Client:
    return Client()


def titles(found: BeautifulSoup) -> list[str]:
    return [words(heading).removeprefix("A small course ") for heading in found.select("main .rec h3")]


def facets(found: BeautifulSoup) -> dict[str, dict[str, int]]:
    """The counts of every facet, in the order of the page."""
    counted: dict[str, dict[str, int]] = {}
    for box in found.select("#facets input[type=checkbox]"):
        label = box.find_next_sibling("label")
        counted.setdefault(str(box["name"]), {})[str(box["value"])] = int(words(label.select_one(".num")))  # type: ignore[union-attr]
    return counted


# --- The catalogue ---------------------------------------------------------------------------


def test_each_facet_is_counted_as_if_its_own_choice_were_not_made(client: Client) -> None:
    everything = soup(client, LIST)
    assert titles(everything) == ["condor", "tapir", "llama"]
    assert "3 courses of 3" in words(everything.select_one("main [role=status]"))
    assert facets(everything) == {
        "theme": {"LAF3.1": 2, "LAF5.1": 1},
        "level": {"introductory": 1, "intermediate": 1, "advanced": 1},
        "language": {"en": 3, "es": 2},
        "hours": {"up_to_2": 1, "3_5": 0, "6_10": 2, "over_10": 0},
        "certificate": {"yes": 2, "no": 1},
    }
    advanced = soup(client, f"{LIST}?level=advanced")
    assert titles(advanced) == ["condor"]
    assert "1 course of 3" in words(advanced.select_one("main [role=status]"))
    assert facets(advanced) == {
        "theme": {"LAF5.1": 1},
        "level": {"introductory": 1, "intermediate": 1, "advanced": 1},
        "language": {"en": 1, "es": 1},
        "hours": {"up_to_2": 0, "3_5": 0, "6_10": 1, "over_10": 0},
        "certificate": {"yes": 1, "no": 0},
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("theme=LAF3.1", ["tapir", "llama"]),
        ("theme=LAF5", ["condor"]),
        ("theme=LAF5.1&theme=LAF3.1", ["condor", "tapir", "llama"]),
        ("level=introductory&level=advanced", ["condor", "llama"]),
        ("language=es", ["condor", "llama"]),
        ("language=fr", []),
        ("language=pt-br&language=es", ["condor", "llama"]),
        ("hours=up_to_2", ["llama"]),
        ("hours=6_10", ["condor", "tapir"]),
        ("hours=3_5&hours=over_10", []),
        ("certificate=no", ["tapir"]),
        ("certificate=yes&hours=6_10", ["condor"]),
        ("q=tapir", ["tapir"]),
        ("q=vicu%C3%B1a", ["llama"]),
        ("q=llama&certificate=no", []),
        ("sort=shortest", ["llama", "condor", "tapir"]),
        ("sort=title", ["condor", "llama", "tapir"]),
        ("level=nonsense&hours=9&language=xx&certificate=maybe&page=x", ["condor", "tapir", "llama"]),
    ],
)
def test_filters_words_and_orders(client: Client, query: str, found: list[str]) -> None:
    assert titles(soup(client, f"{LIST}?{query}")) == found


def test_a_chip_takes_its_filter_away(client: Client) -> None:
    page = soup(client, f"{LIST}?level=advanced&language=es&q=condor")
    chips = {words(chip).removeprefix("Remove "): chip["href"] for chip in page.select(".chips a")}
    assert chips == {
        "“condor”": "?level=advanced&language=es",
        "Advanced": "?language=es&q=condor",
        "Complete in: Spanish": "?level=advanced&q=condor",
        "Clear all": LIST,
    }


def test_an_empty_list_says_why(client: Client, scene: Catalogue) -> None:
    nothing = soup(client, f"{LIST}?certificate=no&level=advanced").select_one(".empty")
    assert nothing is not None
    assert "No course fits all of this" in words(nothing)
    assert nothing.a["href"] == LIST  # type: ignore[index]
    with acting(scene.publisher):
        for course in Course.objects.all():
            services.withdraw_course(course, reason="Rewritten.")
    assert "No course is open yet" in words(soup(client, LIST).select_one(".empty"))


def test_a_card_says_what_one_has_to_know(client: Client) -> None:
    cards_of = {words(card.h3): words(card) for card in soup(client, LIST).select(".rec")}
    assert cards_of["A small course llama"] == (
        "Introductory · 2 hours A small course llama Summary. with a certificate · English, Spanish"
    )
    assert cards_of["A small course tapir"] == (
        "Intermediate · 10 hours A small course tapir Summary. without a certificate · English, Spanish (in part)"
    )


def test_a_card_in_a_language_that_the_course_lacks_says_so(client: Client) -> None:
    for code, path, lang in (("fr", "/fr/cours/", "en"), ("es", "/es/cursos/", None)):
        links = [link.get("lang") for link in soup(client, path).select(".rec h3 a")]
        assert links == [lang] * 3, code
    with translation.override("es"), acting_as(ANONYMOUS):
        made = {record.number: cards.card(record, "/") for record in PublishedRecord.objects.of_kind("course")}
    assert [(made[n]["lang"], bool(made[n]["notice"])) for n in (1, 2, 3)] == [("", False), ("", True), ("", False)]


@pytest.mark.parametrize(
    ("hours", "band"),
    [(1, "up_to_2"), (2, "up_to_2"), (3, "3_5"), (5, "3_5"), (6, "6_10"), (10, "6_10"), (11, "over_10")],
)
def test_every_hour_has_one_band_and_is_found_by_it(scene: Catalogue, hours: int, band: str) -> None:
    with acting(scene.publisher):
        copied(scene, hours=hours)
    assert band_of(hours) == band
    with acting_as(ANONYMOUS):
        for name in ("up_to_2", "3_5", "6_10", "over_10"):
            found = list_catalogue(CourseQuery(hours=(name,))).page.object_list
            assert (hours in [one.snapshot["hours"] for one in found if one.number == 4]) == (name == band)


def test_a_long_list_has_pages(client: Client, scene: Catalogue) -> None:
    with acting(scene.publisher):
        for _number in range(18):
            copied(scene)
    assert len(titles(soup(client, LIST))) == 20
    second = soup(client, f"{LIST}?page=2&level=introductory&level=intermediate&level=advanced")
    assert titles(second) == ["llama"]
    assert second.select_one("a[rel=prev]") is not None


def copied(scene: Catalogue, **changes: Any) -> PublishedRecord:
    """One more course on the public plane, like `llama` but for these values."""
    model = scene.record("llama")
    return public.publish(
        kind="course",
        record_id=uuid4(),
        owner=model.owner,
        country_id=None,
        version=1,
        schema=SCHEMA,
        json_schema=JSON_SCHEMA,
        snapshot=model.snapshot | changes,
        terms=model.snapshot["terms"],
    )


# --- The page of a course --------------------------------------------------------------------


def test_the_page_of_a_course_says_what_it_is(client: Client, scene: Catalogue) -> None:
    page = soup(client, scene.path("tapir"))
    assert words(page.h1) == "A small course tapir"
    facts = {words(fact.dt): words(fact.dd) for fact in page.select("aside .facts > div")}
    version = facts.pop("Version")
    assert version.startswith("1, published on ")
    assert facts.pop("Institution") == scene.record("tapir").owner.name
    assert set(facts) == {
        "Hours of work", "Level", "Languages", "Who may take it", "Certificate", "Function", "Licence of the texts",
    }  # fmt: skip
    assert (facts["Hours of work"], facts["Level"], facts["Languages"]) == (
        "10 hours", "Intermediate", "English Spanish (in part)",
    )  # fmt: skip
    assert (facts["Who may take it"], facts["Certificate"]) == ("Open to everybody with an account", "none")
    marks = {words(fact.dt): words(fact.dd) for fact in soup(client, scene.path("llama")).select("aside .facts > div")}
    assert marks["Certificate"] == "passed from 65 of 100, with honours from 90"
    assert "Source: Balmi" in words(page.select_one(".cite"))
    assert page.select_one("link[rel=canonical]")["href"] == scene.path("tapir")  # type: ignore[index]


def test_the_outline_leads_to_lessons_and_to_nothing_else(client: Client, scene: Catalogue) -> None:
    rows = [
        (words(row.select_one(".what")), words(row.select_one(".due")), row.a and row.a["href"])
        for row in soup(client, scene.path("llama")).select(".tasks > li")
    ]
    assert rows == [
        ("Before", "Quiz · 15 minutes · not required", None),
        ("Lesson 1", "Lesson · 10 minutes", scene.path("llama", "Lesson 1")),
        ("Lesson 2", "Lesson · 10 minutes", scene.path("llama", "Lesson 2")),
        ("Quiz", "Quiz · 15 minutes", None),
        ("Case", "Case study · 15 minutes", None),
        ("After", "Quiz · 15 minutes", None),
    ]


def test_what_comes_first_is_named(client: Client, scene: Catalogue) -> None:
    (first,) = soup(client, scene.path("condor")).select("section[aria-labelledby=first] li a")
    assert (words(first), first["href"]) == ("A small course llama", scene.path("llama"))
    assert soup(client, scene.path("llama")).select_one("section[aria-labelledby=first]") is None


def test_a_course_without_the_readers_language_shows_the_source_marked(client: Client, scene: Catalogue) -> None:
    french = soup(client, scene.path("llama", base="/fr/cours/"))
    assert (french.h1["lang"], words(french.h1)) == ("en", "A small course llama")  # type: ignore[index]
    assert {row.a["lang"] for row in french.select(".tasks > li") if row.a} == {"en"}
    assert french.select_one("main .note.flat") is not None
    whole, part = (soup(client, scene.path(code, base="/es/cursos/")) for code in ("llama", "tapir"))
    assert (words(whole.h1), whole.h1.get("lang")) == ("Un curso pequeño llama", None)  # type: ignore[union-attr]
    assert (whole.select_one("main .note.flat"), part.select_one("main .note.flat") is not None) == (None, True)


def test_addresses_lead_to_the_one_with_the_title(client: Client, scene: Catalogue) -> None:
    record = scene.record("llama")
    for wrong in (f"{LIST}1/", f"{LIST}1-another/"):
        answer = client.get(wrong)
        assert (answer.status_code, answer["Location"]) == (301, f"{LIST}{record.path}")
    item = items(record)["Lesson 1"].id
    answer = client.get(f"{LIST}1-another/{item}/")
    assert (answer.status_code, answer["Location"]) == (301, f"{LIST}{record.path}{item}/")
    assert [client.get(f"{LIST}{number}/").status_code for number in (0, 9, 2**40)] == [404, 404, 404]


def test_a_withdrawn_course_says_why_at_each_of_its_addresses(client: Client, scene: Catalogue) -> None:
    paths = [scene.path("llama"), scene.path("llama", "Lesson 1")]
    with acting(scene.publisher):
        services.withdraw_course(Course.objects.get(code="llama"), reason="The law was changed.")
    for path in (*paths, f"{LIST}1/"):
        answer = client.get(path)
        assert (answer.status_code, "The law was changed." in answer.content.decode()) == (410, True), path
    machine = client.get("/api/v1/courses/1/")
    assert (machine.status_code, machine.json()["detail"]) == (410, "The law was changed.")
    assert titles(soup(client, LIST)) == ["condor", "tapir"]
    outbox.drain()
    for path in ("/api/v1/courses/", f"{LIST}feed/", "/sitemap.xml", "/en/search/?q=llama"):
        assert "small course llama" not in client.get(path, follow=True).content.decode().lower(), path
    practice = PublishedRecord.objects.get(pk=scene.practice)
    assert "Lessons about this practice" not in client.get(f"/en/practices/{practice.path}").content.decode()


# --- Getting in ------------------------------------------------------------------------------


def test_a_visitor_signs_in_first_and_comes_back(client: Client, scene: Catalogue) -> None:
    path = scene.path("llama")
    button = soup(client, path).find("a", string="Sign in to begin")
    assert button is not None
    assert button["href"] == f"{reverse('account_login')}?next={path.replace('/', '%2F')}"


def test_somebody_signed_in_begins_and_goes_on(scene: Catalogue, sign_in: Enter) -> None:
    person = scene.people.focal_point()
    client = sign_in(person)
    form = soup(client, scene.path("llama")).select_one("main form[method=post]")
    assert form is not None
    assert form["action"] == reverse("learning:enrol", args=[scene.courses["llama"]])
    assert (words(form.button), form.select_one("textarea")) == ("Begin", None)
    assert client.post(str(form["action"])).status_code == 302
    with acting(person):
        enrolment = Enrolment.objects.get()
    page = soup(client, scene.path("llama"))
    assert page.select_one("main form[method=post]") is None
    assert page.find("a", string="Go on")["href"] == reverse("learning:go_on", args=[enrolment.pk])  # type: ignore[index]


def test_on_request_one_says_why_and_waits(scene: Catalogue, sign_in: Enter) -> None:
    person = scene.people.focal_point()
    with acting(person):
        first = services.enrol(scene.record("llama"))
    completed(first)
    client = sign_in(person)
    form = soup(client, scene.path("condor")).select_one("main form[method=post]")
    assert form is not None
    assert (words(form.button), form.textarea["name"]) == ("Ask to take part", "why")  # type: ignore[index]
    assert client.post(str(form["action"]), {"why": "Our office begins in May."}).status_code == 302
    assert "You have asked to take this course." in words(soup(client, scene.path("condor")).main)


def completed(enrolment: Enrolment) -> None:
    """A course that somebody has worked through."""
    with acting_as(person_through("registrar", enrolment.person_id)):
        ENROLMENT.perform(Enrolment.objects.get(pk=enrolment.pk), "complete", completed_at=timezone.now())


def test_by_invitation_one_is_told_how(scene: Catalogue, sign_in: Enter) -> None:
    with acting(scene.publisher):
        record = copied(scene, entry="invitation")
    focal_point = scene.people.focal_point()
    person = scene.people.member(scene.people.organization())
    client = sign_in(person)
    page = soup(client, f"{LIST}{record.path}")
    assert "Ask your organisation's administrator or focal point" in words(page.main)
    assert page.select_one("main form[method=post]") is None
    with acting(focal_point):
        services.invite(record, [person.email])
        assert Invitation.objects.count() == 1
    page = soup(client, f"{LIST}{record.path}")
    assert words(page.select_one("main form[method=post] button")) == "Begin"


# --- Open lessons ----------------------------------------------------------------------------


def test_a_lesson_is_read_without_an_account(client: Client, scene: Catalogue) -> None:
    page = soup(client, scene.path("llama", "Lesson 1"))
    assert (words(page.h1), "Read the vicuna." in words(page.main)) == ("Lesson 1", True)
    assert words(page.select_one(".kicker")) == "Lesson 1 of 2 · Module · 10 minutes"
    assert page.select_one("a[rel=prev]") is None
    assert page.select_one("a[rel=next]")["href"] == scene.path("llama", "Lesson 2")  # type: ignore[index]
    assert "You are reading without an account." in words(page.main)
    second = soup(client, scene.path("llama", "Lesson 2"))
    assert second.select_one("a[rel=prev]")["href"] == scene.path("llama", "Lesson 1")  # type: ignore[index]
    assert second.select_one("a[rel=next]") is None


@pytest.mark.parametrize("title", ["Before", "Quiz", "Case", "After"])
def test_quizzes_and_cases_are_no_open_lessons(client: Client, scene: Catalogue, title: str) -> None:
    assert client.get(scene.path("llama", title)).status_code == 404


def test_a_lesson_of_another_course_is_none_of_this_one(client: Client, scene: Catalogue) -> None:
    foreign = items(scene.record("tapir"))["Lesson 1"].id
    for item in (foreign, uuid4()):
        assert client.get(f"{scene.path('llama')}{item}/").status_code == 404


def test_reading_leaves_no_trace(client: Client, scene: Catalogue) -> None:
    client.get(scene.path("llama", "Lesson 1"))
    with acting(scene.publisher):
        assert Enrolment.objects.count() == 0


def test_a_lesson_that_was_not_translated_is_shown_in_the_source_marked(client: Client, scene: Catalogue) -> None:
    there, lacking = (
        soup(client, scene.path("tapir", title, base="/es/cursos/")) for title in ("Lesson 1", "Lesson 2")
    )
    assert (words(there.h1), there.select_one("main [lang=en]")) == ("Lección 1", None)
    assert (words(lacking.h1), lacking.h1.get("lang")) == ("Lección 2", None)  # type: ignore[union-attr]
    assert words(lacking.select_one("div[lang=en]")) == "Lesson 2."
    assert lacking.select_one("main .note.flat") is not None


def test_whoever_is_in_the_course_is_led_there(scene: Catalogue, sign_in: Enter) -> None:
    person = scene.people.focal_point()
    client = sign_in(person)
    assert "You have not begun this course." in words(soup(client, scene.path("llama", "Lesson 1")).main)
    with acting(person):
        enrolment = services.enrol(scene.record("llama"))
    page = soup(client, scene.path("llama", "Lesson 1"))
    assert page.find("a", string="Go on")["href"] == reverse("learning:go_on", args=[enrolment.pk])  # type: ignore[index]


def test_practices_stand_in_lessons_as_cards(client: Client, scene: Catalogue) -> None:
    practice = PublishedRecord.objects.get(pk=scene.practice)
    page = soup(client, scene.path("llama", "Lesson 1"))
    assert page.select_one(".rec h3 a")["href"] == f"/en/practices/{practice.path}"  # type: ignore[index]
    assert f"What to look at: {WHY}" in words(page.main)
    with acting(scene.publisher):
        public.withdraw(record_id=practice.pk, reason="Ended.")
    page = soup(client, scene.path("llama", "Lesson 1"))
    assert (page.select_one(".rec"), "no longer in the databank" in words(page.main)) == (None, True)


# --- Practices and their lessons -------------------------------------------------------------


def test_a_practice_shows_its_lessons_and_whether_they_are_stale(client: Client, scene: Catalogue) -> None:
    def section() -> tuple[str, str]:
        record = PublishedRecord.objects.get(pk=scene.practice)
        found = soup(client, f"/en/practices/{record.path}").select_one("section[aria-labelledby=lessons-about]")
        assert found is not None
        return words(found), str(found.a["href"])  # type: ignore[index]

    fresh = "Lessons about this practice Lesson 1 Course: A small course llama"
    assert section() == (fresh, scene.path("llama", "Lesson 1"))
    change_practice(scene)
    mark = "It speaks of version 1 of this practice, which has changed since."
    assert section() == (f"{fresh} {mark}", scene.path("llama", "Lesson 1"))
    # Publishing it anew, for a reason of its own, is no reading; saying that it was read is.
    with acting(scene.publisher):
        publish("llama")
        assert section() == (f"{fresh} {mark}", scene.path("llama", "Lesson 1"))
        link = LessonPractice.objects.get(course=scene.record("llama"))
        services.reread_practice(Course.objects.get(pk=link.course_id), link.pk)
    assert section() == (fresh, scene.path("llama", "Lesson 1"))


def test_the_lessons_of_a_practice_cost_one_question(scene: Catalogue) -> None:
    from learning.selectors.public import lessons_about

    record = PublishedRecord.objects.get(pk=scene.practice)
    with acting(scene.publisher):
        for language in ("en", "es"):
            write("tapir", language, "lesson-1", {"practice": {"record": str(record.pk), "why": ""}})
        publish("tapir")
    with acting_as(ANONYMOUS), asking(1):
        links = lessons_about(record)
        assert [(link.course.number, link.is_stale) for link in links] == [(1, False), (2, False)]


# --- Machines --------------------------------------------------------------------------------


def test_the_api_answers_like_the_page(client: Client, scene: Catalogue) -> None:
    listed = client.get("/api/v1/courses/?hours=6_10&certificate=no").json()
    assert (listed["count"], [one["code"] for one in listed["results"]]) == (1, ["C-0002"])
    (entry,) = listed["results"]
    record = scene.record("tapir")
    assert {name: entry[name] for name in ("id", "title", "language", "level", "hours", "entry", "terms", "url")} == {
        "id": str(record.pk),
        "title": "A small course tapir",
        "language": "en",
        "level": "intermediate",
        "hours": 10,
        "entry": "open",
        "terms": ["LAF3.1"],
        "url": f"http://localhost:8000{scene.path('tapir')}",
    }
    assert (entry["languages"], entry["languages_in_part"]) == (["en"], ["es"])
    assert (entry["lessons"], entry["quizzes"], entry["cases"]) == (2, 3, 1)
    whole = client.get("/api/v1/courses/2/?lang=es").json()
    assert (whole["title"], whole["language"]) == ("Un curso pequeño tapir", "es")
    assert whole["document"] == record.snapshot
    jsonschema.validate(whole["document"], JSON_SCHEMA)
    assert client.get("/api/v1/courses/9/").status_code == 404
    assert client.get("/api/v1/courses/?level=hard").status_code == 422


def test_the_feed_has_the_newest_first_and_keeps_the_filters(client: Client, scene: Catalogue) -> None:
    def feed(query: str = "") -> list[tuple[str, str]]:
        root = ElementTree.fromstring(client.get(f"{LIST}feed/{query}").content)
        atom = "{http://www.w3.org/2005/Atom}"
        return [
            (entry.findtext(f"{atom}id", ""), entry.findtext(f"{atom}title", "")) for entry in root.iter(f"{atom}entry")
        ]

    newest = [(f"urn:uuid:{scene.courses[code]}", f"A small course {code}") for code in ("condor", "tapir", "llama")]
    assert feed() == newest
    assert feed("?level=introductory") == newest[2:]


def test_search_engines_are_told_what_the_course_is(client: Client, scene: Catalogue) -> None:
    scripts = soup(client, scene.path("condor")).select("script[type='application/ld+json']")
    course, way = (json.loads(script.get_text()) for script in scripts)
    url = f"http://localhost:8000{scene.path('condor')}"
    assert (course["@type"], course["@id"], course["name"]) == ("Course", url, "A small course condor")
    assert course["coursePrerequisites"] == [
        {"@type": "Course", "name": "A small course llama", "url": f"http://localhost:8000{scene.path('llama')}"}
    ]
    assert (course["timeRequired"], course["availableLanguage"]) == ("PT6H", ["en", "es"])
    assert [one["termCode"] for one in course["about"]] == ["LAF5.1", "TG06"]
    assert [step["name"] for step in way["itemListElement"]] == ["Courses", "A small course condor"]


def test_the_sitemap_has_courses_and_their_lessons_in_their_languages(client: Client, scene: Catalogue) -> None:
    found = "".join(client.get(path).content.decode() for path in ("/sitemap.xml", "/sitemap-1.xml"))
    for path in (
        scene.path("llama"),
        scene.path("llama", base="/fr/cours/"),
        scene.path("llama", "Lesson 1"),
        scene.path("llama", "Lesson 1", base="/es/cursos/"),
        scene.path("tapir", "Lesson 2"),
    ):
        assert f"<loc>http://localhost:8000{path}</loc>" in found, path
    for path in (
        scene.path("llama", "Quiz"),
        scene.path("llama", "Case"),
        scene.path("llama", "Lesson 1", base="/fr/cours/"),
        scene.path("tapir", "Lesson 2", base="/es/cursos/"),
    ):
        assert path not in found, path


def test_no_public_answer_tells_a_key_or_an_outcome(client: Client, scene: Catalogue, sign_in: Enter) -> None:
    practice = PublishedRecord.objects.get(pk=scene.practice)
    paths = [LIST, f"{LIST}feed/", "/es/cursos/feed/", "/api/v1/courses/", f"/en/practices/{practice.path}"]
    for number, code in enumerate(scene.courses, start=1):
        paths += [scene.path(code), scene.path(code, base="/es/cursos/"), f"/api/v1/courses/{number}/?lang=es"]
        paths += [scene.path(code, title) for title in ("Lesson 1", "Lesson 2", "Before", "Quiz", "Case", "After")]
    for secret in secrets():
        hits = client.get("/api/v1/search/", {"q": secret, "kind": "course"}).json()["hits"]
        assert secret not in json.dumps(hits, ensure_ascii=False), secret
    for reader in (client, sign_in(scene.people.focal_point())):
        for path in paths:
            answer = reader.get(path)
            assert answer.status_code in {200, 404}, path
            page = answer.content.decode()
            assert [secret for secret in secrets() if secret in page] == [], path
    with acting_as(ANONYMOUS):
        told = json.dumps([record.snapshot for record in PublishedRecord.objects.of_kind("course")], ensure_ascii=False)
    assert [secret for secret in secrets() if secret in told] == []


# What each way to show courses asks the database, the frame of the page included.
PINNED = {LIST: 17, f"{LIST}feed/": 8, "/api/v1/courses/": 3, "course": 12, "lesson": 10}


@pytest.mark.django_db
def test_lists_and_pages_cost_the_same_for_one_and_for_three_courses(people: People) -> None:
    client = Client()
    publisher = people.publisher()

    def costs(record: PublishedRecord) -> dict[str, int]:
        page = f"{LIST}{record.path}"
        shown = {"course": page, "lesson": f"{page}{items(record)['Lesson 1'].id}/"}
        return {name: cost_of(client, shown.get(name, name)) for name in PINNED}

    with acting(publisher):
        record = published_course(code="one")
    first = costs(record)
    with acting(publisher):
        published_course(code="two")
        published_course(code="three")
    assert [first, costs(record)] == [PINNED, PINNED]


# --- The text of a lesson --------------------------------------------------------------------


def drawn(*blocks: dict[str, Any], **more: Any) -> BeautifulSoup:
    listed = [{"type": kind, "value": value} for block in blocks for kind, value in block.items()]
    page = render_to_string("learning/parts/body.html", {"blocks": listed, "cards": {}, **more})
    return BeautifulSoup(page, "html.parser")


def test_every_block_of_a_lesson_is_drawn() -> None:
    found = drawn(
        {"heading": "A heading"},
        {"text": "<p>Rich <strong>text</strong></p><script>alert(1)</script><h3>Small</h3>"},
        {"note": "Think <b>about</b> it."},
        {"steps": ["First", "Then"]},
        {"table": {"caption": "Two offices", "head": ["Office", "People"], "rows": [["North", "12"], ["South", ""]]}},
        {"quote": {"text": "We called them.", "who": "An officer", "source": "Report"}},
        {"figures": [{"value": "39", "label": "regions", "source": "Slide", "year": 2004, "url": ""}]},
        {"cite": {"text": "A report", "url": "https://example.org/"}},
    )
    assert [words(heading) for heading in found.select("h2")] == ["A heading"]
    assert (str(found.select_one(".prose p")), found.select("script")) == ("<p>Rich <strong>text</strong></p>", [])
    assert "Think <b>about</b> it." in words(found.select_one(".note"))
    assert [words(step) for step in found.select("ol li")] == ["First", "Then"]
    assert [words(cell) for cell in found.select("th[scope=col], th[scope=row], td")] == [
        "Office", "People", "North", "12", "South", "–",
    ]  # fmt: skip
    assert [cell["data-l"] for cell in found.select("td")] == ["People", "People"]
    assert words(found.select_one(".figs")) == "regions Source: Slide, 2004 39"
    assert found.select("p.cite a")[0]["href"] == "https://example.org/"


def test_what_has_to_be_loaded_says_how_large_it_is() -> None:
    image = {"url": "/i.webp", "width": 960, "height": 1200, "bytes": 48_000}
    film = {"url": "/f.mp4", "type": "video/mp4", "bytes": 12_582_912, "captions": "/f.vtt", "title": "A visit"}
    found = drawn(
        {"image": image | {"alt": "A queue", "caption": "At nine", "credit": "Ana"}},
        {"film": film | {"transcript": "Good morning.\nCome in."}},
        {"document": {"url": "/d.pdf", "bytes": 2048, "extension": "pdf", "title": "The form"}},
        language="es",
    )
    picture, moving = found.select("figure")
    assert (picture.img["alt"], picture.img["width"], picture.img["height"]) == ("A queue", "960", "1200")  # type: ignore[index]
    assert words(picture.figcaption) == "At nine · Ana · image, 46.9 KB"
    assert moving.video["preload"] == "none"  # type: ignore[index]
    assert (moving.track["kind"], moving.track["src"], moving.track["srclang"]) == ("captions", "/f.vtt", "es")  # type: ignore[index]
    assert words(moving.figcaption) == "A visit · film with captions, 12.0 MB; nothing is loaded before you start it"
    assert words(moving.details) == "Read what is said in the film Good morning. Come in."
    assert words(found.select_one("p.file")) == "The form PDF file, 2.0 KB"


def test_titles_of_cards_leave_no_step_out(scene: Catalogue) -> None:
    practice = {"practice": {"record": str(scene.practice), "why": ""}}
    blocks = [{"type": kind, "value": value} for kind, value in practice.items()]
    heading = {"type": "heading", "value": "A heading"}
    with acting_as(ANONYMOUS):
        first, after = cards.cards_of(blocks), cards.cards_of([heading, *blocks])
    key = str(scene.practice)
    assert (first[key]["level"], after[key]["level"]) == (2, 3)
    assert len(drawn(practice, cards=first).select("h2")) == 1
    assert len(drawn({"heading": "A heading"}, practice, cards=after).select("h3")) == 1
    below = drawn({"heading": "A heading"}, practice, cards=after, level=3)
    assert (len(below.select("h2")), len(below.select("h3"))) == (0, 2)


def test_cards_cost_the_same_however_many_and_nothing_where_there_are_none(scene: Catalogue) -> None:
    block = {"type": "practice", "value": {"record": str(scene.practice), "why": ""}}
    other = {"type": "practice", "value": {"record": str(uuid4()), "why": ""}}

    def cost(*blocks: dict[str, Any]) -> int:
        with acting_as(ANONYMOUS), CaptureQueriesContext(connection) as asked:
            cards.cards_of(blocks)
        return len([one for one in asked.captured_queries if not one["sql"].startswith(NOT_ASKED)])

    assert (cost(block), cost(block, other, block)) == (2, 2)
    assert cost({"type": "text", "value": "<p>x</p>"}) == 0


def test_an_item_without_words_of_its_own_is_not_foreign() -> None:
    quiz = {
        "id": str(UUID(int=1)), "kind": "quiz", "minutes": 5, "is_required": True, "quiz": {}, "case": None,
        "texts": {
            code: {"title": title, "summary": "", "body": []} for code, title in (("en", "Quiz"), ("es", "Prueba"))
        },
    }  # fmt: skip
    outline = Outline({"source_language": "en", "modules": [{"texts": {}, "items": [quiz]}]})
    with translation.override("es"):
        text = cards.lesson_text(outline, outline.items[0])
        assert (text.words["title"], text.body, text.is_foreign) == ("Prueba", [], False)
