"""Pages of matches: what they say, to whom, in how many queries, and as JSON."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from needs.models import Need
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import User
from network_site.publishing.models import Audience
from projects.models import BudgetLine, Project, ProjectTerm
from search.matching import panels, services
from search.matching.services import compare_need, compare_project
from search.models import Match, MatchNote

from ...needs.stating import registered
from ...people import People, acting, organization_of
from ...queries import asking
from .making import index, published_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def focal_point(people: People) -> User:
    return people.focal_point(people.organization(country="UY"))


@pytest.fixture
def need(people: People, focal_point: User) -> Need:
    published_offer(people, title="Advice on complaints")
    published_offer(people, title="A fund for complaints", form="funding", kind=OrganizationKind.DONOR, competences=[],
                    countries=["CL"])  # fmt: skip
    published_offer(people, title="Portals only", competences=["D6.4"])
    published_offer(people, title="Says nothing", competences=[])
    found = registered(people, focal_point)
    index("offer")
    compare_need(found.pk)
    return found


def page(client: Client, need: Need, **query: str) -> Any:
    return client.get(reverse("matching:need", args=[need.pk]), query)


def test_the_page_says_why_and_why_not(sign_in: Any, focal_point: User, need: Need) -> None:
    client = sign_in(focal_point)
    answer = page(client, need, kind="help")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Advice on complaints" in text
    assert "Covers 2 of 2 competences" in text
    assert "100 % of what is asked for" in text
    assert "They work in" in text
    why_not = text[text.index("Looked at, and why not") :]
    assert "Portals only" in why_not
    assert "Covers 1 of 2 competences" in why_not
    assert "Says nothing" in why_not
    assert "It does not say what it can do." in why_not
    assert "Not among the countries named" in why_not
    assert "D7.5" not in text


def test_the_same_as_json_with_points_that_sum_to_the_score(sign_in: Any, focal_point: User, need: Need) -> None:
    given = page(sign_in(focal_point), need, format="json").json()
    assert given["need"] == str(need.pk)
    assert given["competences"] == {"essential": ["D7.5"], "useful": ["D6.4"]}
    by_title = {one["record"]["title"]: one for one in given["matches"]}
    assert by_title["Advice on complaints"]["standing"] == "match"
    assert by_title["A fund for complaints"]["verdict"] == "not"
    assert by_title["Says nothing"]["standing"] == "unknown"
    for one in given["matches"]:
        assert sum(reason["points"] for reason in one["reasons"]) == one["score"]
        assert all(reason["text"] for reason in one["reasons"])
        assert one["weights"] == "2026-11"


def test_the_page_speaks_the_readers_language(sign_in: Any, focal_point: User, need: Need) -> None:
    client = sign_in(focal_point)
    answer = client.get(f"/es{reverse('matching:need', args=[need.pk]).removeprefix('/en')}?kind=help")
    assert answer.status_code == 200
    assert 'lang="es"' in answer.content.decode()


def test_strangers_find_nothing(people: People, sign_in: Any, need: Need) -> None:
    offerer = people.member(people.organization("provider"), Role.FOCAL_POINT)
    match = None
    for stranger in (offerer, people.focal_point(), people.member(people.organization("donor"), Role.FOCAL_POINT)):
        client = sign_in(stranger)
        assert page(client, need).status_code == 404
        assert page(client, need, format="json").status_code == 404
        assert client.post(reverse("matching:need_again", args=[need.pk])).status_code == 404
    match = _match(need)
    assert client.post(reverse("matching:judge", args=[match.pk]), {"opinion": "pin"}).status_code == 404
    assert client.post(reverse("matching:judge", args=[uuid4()]), {"opinion": "pin"}).status_code == 404
    assert page(sign_in(people.specialist()), need).status_code == 200


def _match(need: Need) -> Match:
    from network_site.common.hooks import as_service

    with as_service("matcher", "test"):
        return Match.objects.filter(need=need, standing="match").order_by("-score")[0]


def test_pin_hide_and_useful_without_a_script(sign_in: Any, focal_point: User, need: Need) -> None:
    client, match = sign_in(focal_point), _match(need)
    url = reverse("matching:judge", args=[match.pk])
    assert client.post(url, {"opinion": "pin"}).status_code == 302
    assert "Pinned" in page(client, need, kind="help").content.decode()
    wrong = client.post(url, {"opinion": "hide", "note": " "})
    assert wrong.status_code == 422
    assert "Say why in a few words." in wrong.content.decode()
    too_little = client.post(url, {"opinion": "nonsense", "note": "What I typed"})
    assert too_little.status_code == 422
    assert "What I typed" in too_little.content.decode()
    assert client.post(url, {"opinion": "hide", "note": "Tried in 2019"}).status_code == 302
    text = page(client, need, kind="help").content.decode()
    assert text.index("Nothing fits yet") < text.index("Tried in 2019")
    client.post(url, {"back": "hide"})
    with acting(focal_point):
        assert not MatchNote.objects.exists()
    assert client.get(url).status_code == 405


def test_compare_anew_by_hand(people: People, sign_in: Any, focal_point: User, need: Need) -> None:
    offer = published_offer(people, title="Just published")
    index("offer")
    client = sign_in(focal_point)
    assert "Just published" not in page(client, need, kind="help").content.decode()
    assert client.post(reverse("matching:need_again", args=[need.pk])).status_code == 302
    assert "Just published" in page(client, need, kind="help").content.decode()
    with acting(focal_point):
        assert Match.objects.filter(record=offer).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_number_of_questions(people: People, focal_point: User, count: int) -> None:
    from search.matching import selectors

    for number in range(count):
        published_offer(people, title=f"Advice {number}")
    found = registered(people, focal_point)
    index("offer")
    compare_need(found.pk)
    with acting(focal_point), asking(8):
        need = Need.objects.get(pk=found.pk)
        shown = selectors.page_of_need(need)
        selectors.as_json(shown)
        shown.gaps()
        shown.why_not()
    assert len(shown.of("help")) == count


def test_the_panel_shows_three_and_nothing_that_is_hidden(people: People, focal_point: User) -> None:
    for number in range(4):
        published_offer(people, title=f"Advice {number}")
    found = registered(people, focal_point)
    index("offer")
    compare_need(found.pk)
    first = _match(found)
    with acting(focal_point) as actor:
        need = Need.objects.get(pk=found.pk)
        services.note(Match.objects.get(pk=first.pk), opinion="hide", note="No.")
        panel = panels.of_need(need, actor)
        assert panel is not None
        template, more = panel
        assert template == "search/match_panel.html"
        assert len(more["matches"]) == 3
        assert first.pk not in {one.match.pk for one in more["matches"]}


# --- Projects --------------------------------------------------------------------------------


def draft_project(writer: User, *, amount: str = "150000", months: int = 36) -> Project:
    with acting(writer):
        project = Project.objects.create(
            owner=organization_of(writer), created_by=writer, title="One way to complain", country_id="UY",
            months=months, source_language="en",
        )  # fmt: skip
        ProjectTerm.objects.create(project=project, term_id="LAF7.6")
        BudgetLine.objects.create(
            project=project, category="consultants", description="Advisers", quantity="1", unit_cost=amount,
            currency="USD",
        )  # fmt: skip
        return project


def _rules() -> list[dict[str, Any]]:
    given = {"sentence": "In the fund's words.", "stated_on": "2004-06-01"}
    return [
        {"kind": "most", "value": {"amount": "150000", "currency": "USD"}, **given},
        {"kind": "months", "value": {"months": 48}, **given},
    ]


@pytest.mark.parametrize(
    ("amount", "months", "verdict"),
    [("150000", 36, "eligible"), ("150000.01", 36, "not"), ("150000", 49, "not")],
)
def test_a_draft_is_compared_with_offers_when_its_ministry_asks(
    people: People, sign_in: Any, focal_point: User, amount: str, months: int, verdict: str
) -> None:
    published_offer(people, title="A fund", form="funding", kind=OrganizationKind.DONOR, competences=[], rules=_rules())
    index("offer")
    project = draft_project(focal_point, amount=amount, months=months)
    client = sign_in(focal_point)
    assert client.post(reverse("matching:project_again", args=[project.pk])).status_code == 302
    answer = client.get(reverse("matching:project", args=[project.pk]))
    assert answer.status_code == 200
    assert "A fund" in answer.content.decode()
    with acting(focal_point):
        assert [row.verdict for row in Match.objects.filter(project=project)] == [verdict]
    donor = people.member(people.organization("donor"), Role.FOCAL_POINT)
    assert sign_in(donor).get(reverse("matching:project", args=[project.pk])).status_code == 404


def test_a_project_is_not_offered_practices(people: People, focal_point: User) -> None:
    published_offer(people)
    index("offer")
    project = draft_project(focal_point)
    assert compare_project(project.pk) == 0


# --- Those who offer -------------------------------------------------------------------------


def test_an_offerer_sees_published_needs_that_her_offers_fit(people: People, sign_in: Any, focal_point: User) -> None:
    provider = people.organization("provider")
    offerer = people.member(provider, Role.FOCAL_POINT)
    client = sign_in(offerer)
    url = reverse("matching:help")
    assert "No published need fits" in client.get(url).content.decode()
    published_offer(people, provider)
    registered(people, focal_point, title="A need for everybody")
    registered(people, focal_point, title="A need for members", audience="network")
    registered(people, focal_point, title="A need of the ministry alone", audience="ministry")
    registered(people, focal_point, title="Another matter", terms={"LAF": ["LAF1.1"], "DI": ["D2.2"]},
               competences=[("D2.2", True)])  # fmt: skip
    index("offer")
    text = client.get(url).content.decode()
    assert "A need for everybody" in text
    assert "A need for members" in text
    assert "A need of the ministry alone" not in text
    assert "Another matter" not in text
    with acting(offerer) as actor:
        assert panels.of_workspace(actor) is not None


def test_who_has_nothing_to_offer_has_no_panel(people: People) -> None:
    with acting(people.member(people.organization("donor"), Role.FOCAL_POINT)) as actor:
        assert panels.of_workspace(actor) is None
    with acting(people.specialist()) as actor:
        assert panels.of_workspace(actor) is None


def test_the_network_has_no_list_of_help_it_could_give(people: People, sign_in: Any) -> None:
    assert sign_in(people.specialist()).get(reverse("matching:help")).status_code == 404
    assert Audience.NETWORK
