"""The register's pages in the workspace and in public, as browsers ask for them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from needs import services
from needs.models import Need
from needs.selectors import unmet_report
from network_site.common import outbox
from network_site.common.idempotency import new_key
from network_site.common.models import Notice
from network_site.organizations.actor import ANONYMOUS, acting_as

from ..people import People, acting
from .stating import answered, cost_of, do, need_of, registered, sent, stated, with_results

pytestmark = pytest.mark.django_db

Enter = Callable[[Any], Client]
BRIEF = {"source_language": "en", "title": "No register of inspections", "summary": "We do not know.", "problem": "x"}
LIST = "/en/needs/"
EXPORT = "/en/export/needs/csv/"


def test_a_need_is_stated_page_by_page(people: People, sign_in: Enter) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    client = sign_in(focal_point)
    key = new_key()
    for _twice in range(2):
        answer = client.post(reverse("needs:new"), BRIEF | {"country": "UY", "key": key})
        assert answer.status_code == 302
    with acting(focal_point):
        need = Need.objects.get()
    pages = {
        "lacking": {"beneficiaries": "All offices", "tried": "Nothing yet", "evidence": "", "wants_assessment": "on"},
        "help": {"functions": ["LAF1.1"], "problems": ["D6.2"], "groups": ["TG17"], "help": ["CM02"]},
        "skills": {"essential": ["D6.2", "D6.6"], "useful": ["D6.7"]},
        "success": {"measures": "One register for all offices\nRead by the minister each month"},
        "limits": {"constraints": "", "budget_band": "50_150", "languages": ["en"], "audience": "network"}
        | {"contact_name": "Rosa", "contact_email": "rosa@example.org"},
    }
    for version, (step, answers) in enumerate(pages.items(), start=1):
        url = reverse("needs:edit", args=[need.pk, step])
        assert client.get(url).status_code == 200
        answer = client.post(url, answers | {"version": version})
        assert answer.status_code == 302, answer.content.decode()
    page = client.get(reverse("needs:check", args=[need.pk])).content.decode()
    assert "All required answers are given" in page
    assert "One register for all offices" in page
    assert client.post(reverse("needs:do", args=[need.pk, "submit"]), {"version": 6}).status_code == 302
    saved = need_of(focal_point, need.pk)
    assert (saved.status, saved.audience, saved.languages) == ("submitted", "network", ["en"])
    with acting(focal_point):
        assert set(saved.competences.values_list("term_id", "is_essential")) == {
            ("D6.2", True), ("D6.6", True), ("D6.7", False),
        }  # fmt: skip


def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(people: People, sign_in: Enter) -> None:
    client = sign_in(people.focal_point(people.organization(country="UY")))
    answer = client.post(reverse("needs:new"), BRIEF | {"summary": "", "title": "Kept all the same"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Kept all the same" in page
    assert "Fill this in." in page


def test_a_stale_page_is_answered_with_both_texts(people: People, sign_in: Enter) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = stated(focal_point)
    with acting(focal_point):
        services.save_need(need, lock_version=1, fields={"tried": "THEIR-WORDS"})
    url = reverse("needs:edit", args=[need.pk, "lacking"])
    answer = sign_in(focal_point).post(url, {"version": 1, "tried": "MY-WORDS", "beneficiaries": "b"})
    assert answer.status_code == 409
    assert {"THEIR-WORDS", "MY-WORDS"} <= set(answer.content.decode().replace("<", " ").replace(">", " ").split())


def test_strangers_find_no_need_at_its_address(people: People, sign_in: Enter) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = sent(focal_point)
    client = sign_in(people.focal_point())
    for name in ("need", "check", "results", "overlaps"):
        assert client.get(reverse(f"needs:{name}", args=[need.pk])).status_code == 404, name
    assert client.post(reverse("needs:do", args=[need.pk, "withdraw"]), {"version": 2}).status_code == 404


def test_the_specialist_answers_duplicates_and_registers(people: People, sign_in: Enter) -> None:
    first = registered(people)
    second = sent(people.focal_point(people.organization(country="PY")), title="Letters without an answer")
    client = sign_in(people.specialist())
    assert "Letters without an answer" in client.get(reverse("needs:queue")).content.decode()
    page = client.get(reverse("needs:need", args=[second.pk])).content.decode()
    assert reverse("needs:overlaps", args=[second.pk]) in page
    url = reverse("needs:overlaps", args=[second.pk])
    page = client.get(url).content.decode()
    assert first.title in page
    assert client.post(url, {"version": 2}).status_code == 422
    assert client.post(url, {"version": 2, "oneed1-answer": "different", "oneed1-note": "no"}).status_code == 302
    answer = client.post(reverse("needs:do", args=[second.pk, "register"]), {"version": 2})
    assert answer.status_code == 302, answer.content.decode()
    assert "Letters without an answer" in Client().get(LIST).content.decode()


def test_results_are_stated_and_confirmed_on_the_pages(people: People, sign_in: Enter) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = registered(people, focal_point)
    client = sign_in(focal_point)
    url = reverse("needs:results", args=[need.pk])
    given = {"version": 3, "m0-is_met": "yes", "m0-evidence": "Report", "m0-seen_on": "2026-01-05"}
    assert client.get(url).status_code == 200
    refused = client.post(url, given | {"m1-is_met": "no", "m1-evidence": "Kept", "m1-seen_on": "2199-01-01"})
    assert refused.status_code == 422
    assert "cannot lie ahead" in refused.content.decode()
    assert "Kept" in refused.content.decode()
    done = client.post(url, given | {"m1-is_met": "no", "m1-evidence": "None yet", "m1-seen_on": "2026-01-05"})
    assert done.status_code == 302
    staff = sign_in(people.specialist())
    assert "Confirm that it is partly met" in staff.get(reverse("needs:need", args=[need.pk])).content.decode()
    assert staff.post(reverse("needs:do", args=[need.pk, "meet_partly"]), {"version": 4}).status_code == 302
    assert need_of(focal_point, need.pk).status == "partly_met"


def test_marking_as_unmet_wants_a_reason(people: People, sign_in: Enter) -> None:
    need = registered(people)
    client = sign_in(people.specialist())
    url = reverse("needs:do", args=[need.pk, "mark_unmet"])
    assert client.post(url, {"version": 3}).status_code == 422
    assert client.post(url, {"version": 3, "reason": "no_provider"}).status_code == 302
    page = Client().get(f"{LIST}unmet/").content.decode()
    assert need.title in page
    assert "nobody could provide it" in page


def test_the_public_page_shows_the_need_and_no_contact(people: People) -> None:
    need = registered(people, contact_name="CANARY-CONTACT", contact_email="canary@example.org")
    client = Client()
    page = client.get(LIST).content.decode()
    assert need.title in page
    answer = client.get(f"{LIST}1/", follow=True)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Every complaint is answered within ten days" in page
    assert "canary" not in page.lower()
    assert client.get(f"{LIST}99/").status_code == 404
    assert client.get("/es/necesidades/").status_code == 200
    feed = client.get(f"{LIST}feed/")
    assert (feed.status_code, need.title in feed.content.decode()) == (200, True)


def test_members_see_what_the_public_does_not_even_count(people: People, sign_in: Enter) -> None:
    registered(people, title="OPEN-NEED")
    registered(people, title="CANARY-NETWORK", audience="network")
    registered(people, title="CANARY-MINISTRY", audience="ministry")
    public = Client().get(LIST).content.decode()
    assert "OPEN-NEED" in public
    assert "CANARY" not in public
    assert '<b class="num">1 need</b> of 1' in public
    members = sign_in(people.focal_point()).get(LIST).content.decode()
    assert "CANARY-NETWORK" in members
    assert "CANARY-MINISTRY" not in members
    assert '<b class="num">2 needs</b> of 2' in members
    for path in (f"{LIST}feed/", "/api/v1/needs/", f"{LIST}unmet/", EXPORT):
        answer = Client().get(path)
        assert answer.status_code == 200
        assert "CANARY" not in answer.content.decode()
    assert "OPEN-NEED" in Client().get(EXPORT).content.decode()
    assert "CANARY-NETWORK" in sign_in(people.focal_point()).get(EXPORT).content.decode()


def test_facets_narrow_the_list(people: People) -> None:
    registered(people, title="ABOUT-COMPLAINTS")
    registered(
        people, people.focal_point(people.organization(country="PY")), title="ABOUT-RECRUITERS", country_id="PY",
        terms={"LAF": ["LAF5.3"], "DI": ["D9.3"], "TG": ["TG06"]},
    )  # fmt: skip
    client = Client()
    for query in ("country=PY", "theme=LAF5", "problem=D9.3", "problem=D9", "group=TG06"):
        page = client.get(f"{LIST}?{query}").content.decode()
        assert "ABOUT-RECRUITERS" in page, query
        assert "ABOUT-COMPLAINTS" not in page, query
    page = client.get(f"{LIST}?state=unmet").content.decode()
    assert "No need fits all of this" in page
    assert client.get(f"{LIST}?state=nonsense&page=x&country=ZZ").status_code == 200


def test_the_report_counts_what_nobody_met(people: People) -> None:
    specialist = people.specialist()
    for reason in ("no_funder", "no_funder", "ineligible"):
        need = registered(people)
        with acting(specialist):
            services.mark_unmet(Need.objects.get(pk=need.pk), reason=reason)
    registered(people)
    with acting_as(ANONYMOUS):
        report = unmet_report()
    assert [(row.label, row.count) for row in report.by_reason] == [
        ("nobody funded it", 2), ("no open offer allows it", 1),
    ]  # fmt: skip
    assert [(row.label, row.count) for row in report.by_country] == [("Uruguay", 3)]
    assert (len(report.rows), report.open_total, report.rows[0].days) == (3, 4, 0)
    page = Client().get(f"{LIST}unmet/").content.decode()
    assert '<b class="num">3 needs</b> of 4' in page
    file = Client().get("/en/export/unmet-needs/csv/").content.decode("utf-8-sig")
    assert sorted(row["Reason"] for row in csv.DictReader(io.StringIO(file))) == [
        "no open offer allows it", "nobody funded it", "nobody funded it",
    ]  # fmt: skip


def test_the_api_answers_like_the_page(people: People) -> None:
    need = registered(people)
    client = Client()
    listed = client.get("/api/v1/needs/?problem=D7.5").json()
    assert [row["title"] for row in listed["results"]] == [need.title]
    whole = client.get("/api/v1/needs/1/").json()
    assert (whole["code"], whole["status"], whole["document"]["schema"]) == ("N-0001", "registered", "enlace.need/1")
    assert client.get("/api/v1/needs/9/").status_code == 404
    assert client.get("/api/v1/needs/?state=draft").status_code == 422


@pytest.mark.parametrize("path", [LIST, f"{LIST}unmet/", f"{LIST}feed/", "/api/v1/needs/"])
def test_a_public_list_costs_the_same_for_one_and_for_three(people: People, path: str) -> None:
    counts = []
    specialist = people.specialist()
    for _number in range(3):
        need = registered(people)
        with acting(specialist):
            services.mark_unmet(Need.objects.get(pk=need.pk), reason="no_funder")
        counts.append(cost_of(Client(), path))
    assert counts[0] == counts[2]


@pytest.mark.parametrize("name", ["needs:list", "needs:queue", "workspace:home"])
def test_a_private_list_costs_the_same_for_one_and_for_three(people: People, sign_in: Enter, name: str) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    reader = sign_in(people.specialist() if name == "needs:queue" else focal_point)
    counts = []
    for _number in range(3):
        need = sent(focal_point)
        if name == "workspace:home":
            do(people.specialist(), need, "return_to_author", note="Which offices?")
        counts.append(cost_of(reader, reverse(name)))
    assert counts[0] == counts[2]


def test_the_page_of_a_need_tells_its_history(people: People, sign_in: Enter) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = sent(focal_point)
    do(people.specialist(), need, "return_to_author", note="Which offices?")
    page = sign_in(focal_point).get(reverse("needs:need", args=[need.pk])).content.decode()
    assert page.count("Which offices?") == 2
    assert "Returned with questions" in page
    home = sign_in(focal_point).get(reverse("workspace:home")).content.decode()
    assert "Answer the questions and send it again" in home


def test_the_ministry_is_asked_on_the_page_whether_it_is_the_same(people: People, sign_in: Enter) -> None:
    first = registered(people)
    focal_point = people.focal_point(people.organization(country="PY"))
    second = sent(focal_point, title="Letters without an answer")
    specialist = people.specialist()
    answered(specialist, second, "same")
    staff = sign_in(specialist)
    page = staff.get(reverse("needs:need", args=[second.pk])).content.decode()
    assert "Ask the ministry to join them" in page
    asked = staff.post(reverse("needs:do", args=[second.pk, "ask_to_merge"]), {"version": 2, "into": str(first.pk)})
    assert asked.status_code == 302
    client = sign_in(focal_point)
    page = client.get(reverse("needs:need", args=[second.pk])).content.decode()
    assert "is this the same matter?" in page
    assert client.post(reverse("needs:do", args=[second.pk, "merge"]), {"version": 3}).status_code == 302
    assert need_of(focal_point, second.pk).status == "merged"


def test_with_evidence_the_ministry_waits_for_the_network(people: People, sign_in: Enter) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = registered(people, focal_point)
    with_results(focal_point, need)
    page = sign_in(people.specialist()).get(reverse("needs:need", args=[need.pk])).content.decode()
    assert "Confirm that it is met" in page
    assert "Report of the year" in page


def test_needs_stand_on_pages_of_country_and_ministry_and_in_the_sitemap(people: People) -> None:
    ministry = people.organization(country="CA")
    registered(people, people.focal_point(ministry), title="OPEN-NEED", country_id="CA")
    registered(people, people.focal_point(ministry), title="CANARY-NETWORK", country_id="CA", audience="network")
    client = Client()
    for path in (f"/en/organisations/{ministry.key}/", "/en/countries/canada/", "/sitemap-1.xml"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        assert "open-need" in page.lower(), path
        assert "canary" not in page.lower(), path


def test_a_withdrawn_need_says_why_at_its_address(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = registered(people, focal_point)
    do(focal_point, need, "withdraw", note="The law was changed.")
    answer = Client().get(f"{LIST}1/")
    assert (answer.status_code, "The law was changed." in answer.content.decode()) == (410, True)
    assert Client().get("/api/v1/needs/1/").status_code == 410


def test_notices_reach_those_who_have_to_act(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    specialist = people.specialist()
    need = sent(focal_point)
    do(specialist, need, "return_to_author", note="Which offices?")
    outbox.drain()
    with acting(specialist):
        assert set(Notice.objects.filter(object_id=need.pk).values_list("kind", flat=True)) == {"need.submitted"}
    with acting(focal_point):
        assert set(Notice.objects.filter(object_id=need.pk).values_list("kind", flat=True)) == {"need.returned"}


def test_two_unread_notices_can_be_counted_in_every_language(people: People, sign_in: Enter) -> None:
    specialist = people.specialist()
    for _number in range(2):
        sent(people.focal_point(people.organization(country="UY")))
    outbox.drain()
    client = sign_in(specialist)
    for path in ("/en/needs/", "/es/necesidades/", "/fr/besoins/", "/pt-br/necessidades/"):
        answer = client.get(path)
        assert (answer.status_code, '<span class="pill">2<' in answer.content.decode()) == (200, True), path
