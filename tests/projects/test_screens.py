"""The screens of draft projects: who sees what, what a form refuses, what two writers do to each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord
from projects import services
from projects.enums import ProjectStatus, Proposal
from projects.models import Annex, BudgetLine, Project, ResultRow, Risk, Text
from projects.outline import SECTIONS
from projects.selectors import get_project

from ..databases import Stages
from ..people import People, acting
from ..practices.pages import errors_beside, filled, soup, words
from ..queries import asking
from .drafts import Team, begun, completed, drafting, in_review, read_everything, team, to_sign

SignIn = Callable[[User], Client]


def prepare() -> tuple[Team, None]:
    """A team that has begun nothing."""
    return team(People()), None


def begin() -> tuple[Team, Project]:
    """A team, and a project that it has just begun: half filled with proposals."""
    crew = team(People())
    return crew, begun(crew.contributor, crew.need)


@pytest.fixture
def world(request: pytest.FixtureRequest, stages: Stages) -> Iterator[tuple[Team, Any]]:
    with stages.open(begin if "draft" in request.fixturenames else prepare) as built:
        yield built


@pytest.fixture
def crew(world: tuple[Team, Any]) -> Team:
    return world[0]


@pytest.fixture
def draft(world: tuple[Team, Project]) -> Project:
    return world[1]


@pytest.fixture
def people(crew: Team) -> People:
    return crew.people


def at(name: str, project: Project, *args: Any) -> str:
    return reverse(f"projects:{name}", args=[project.pk, *args])


def now(reader: User, project: Project) -> Project:
    with acting(reader):
        return get_project(project.pk)


def held(reader: User, model: Any, project: Project) -> list[Any]:
    with acting(reader):
        return list(model.objects.filter(project_id=project.pk))


# --- Begin, lists, one project ---------------------------------------------------------------


def test_a_ministry_starts_a_project_from_its_need_and_finds_it_half_filled(crew: Team, sign_in: SignIn) -> None:
    client = sign_in(crew.contributor)
    page = client.get(reverse("projects:start", args=[crew.need.pk]))
    sent = filled(page, "key")

    answer = client.post(reverse("projects:start", args=[crew.need.pk]), sent | {"practice": ""})
    again = client.post(reverse("projects:start", args=[crew.need.pk]), sent | {"practice": ""})

    assert answer.status_code == 302
    assert again["Location"] == answer["Location"]
    shown = words(client.get(answer["Location"]))
    assert "Complaints get lost between offices" in shown
    assert "proposals wait to be read" in shown


def test_the_page_of_a_need_leads_to_a_project_and_to_the_beginning_of_one(crew: Team, sign_in: SignIn) -> None:
    page, start = (reverse(name, args=[crew.need.pk]) for name in ("needs:need", "projects:start"))
    clients = [sign_in(user) for user in (crew.contributor, crew.specialist)]
    for client in clients:
        assert soup(client.get(page)).select(f"a[href='{start}']")

    project = begun(crew.contributor, crew.need)

    for client in clients:
        shown = soup(client.get(page))
        assert not shown.select(f"a[href='{start}']"), "it is being drafted already"
        assert [link.text for link in shown.select(f"a[href='{at('project', project)}']")] == [project.title]


def test_others_do_not_know_that_the_need_or_the_project_is_there(
    crew: Team, draft: Project, sign_in: SignIn, people: People
) -> None:
    client = sign_in(people.focal_point(people.organization(country="BR")))

    for name, args in (
        ("project", ()), ("section", ("context",)), ("findings", ()), ("word", ()), ("row_new", ("risks",)),
        ("review", ()), ("sign", ()),
    ):  # fmt: skip
        assert client.get(at(name, draft, *args)).status_code == 404, name
    assert draft.title not in words(client.get(reverse("projects:list")))
    assert client.get(reverse("projects:queue")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_project_or_three(crew: Team, people: People, sign_in: SignIn, count: int) -> None:
    from ..needs.stating import registered

    begun(crew.contributor, crew.need)
    for number in range(count - 1):
        need = registered(people, crew.focal_point, title=f"Another need {number}")
        begun(crew.contributor, need)
    client = sign_in(crew.contributor)
    client.get(reverse("projects:list"))
    with asking(LIST_COST):
        page = client.get(reverse("projects:list"))
    assert len(soup(page).select("main tbody tr")) == count

    client = sign_in(crew.specialist)
    client.get(reverse("projects:queue"))
    with asking(QUEUE_COST):
        page = client.get(reverse("projects:queue"))
    assert len(soup(page).select("main tbody tr")) == count


LIST_COST = 7
QUEUE_COST = 8


def test_the_page_of_a_project_shows_what_stands_in_the_way_and_then_lets_it_pass(crew: Team, sign_in: SignIn) -> None:
    project = drafting(crew)
    with acting(crew.contributor):
        services.save_rows(get_project(project.pk), kind="results", rows=[])
    client = sign_in(crew.focal_point)

    blocked = client.get(at("project", project))
    refused = client.post(at("do", project, "send_to_review"), {"version": now(crew.focal_point, project).lock_version})

    assert "Before “Send to quality review”" in words(blocked)
    assert refused.status_code == 422
    assert "Not done." in words(refused)
    completed(crew.contributor, project)
    passed = client.post(
        at("do", project, "send_to_review"), {"version": now(crew.focal_point, project).lock_version}, follow=True
    )
    assert now(crew.focal_point, project).status == ProjectStatus.REVIEW
    assert "Sent to quality review" in words(passed)


def test_a_step_on_what_somebody_changed_meanwhile_answers_409(crew: Team, sign_in: SignIn) -> None:
    project = drafting(crew)
    client = sign_in(crew.focal_point)
    stale = now(crew.focal_point, project).lock_version
    with acting(crew.contributor):
        services.set_texts(get_project(project.pk), texts={"theory": "Because it is simple."})

    answer = client.post(at("do", project, "send_to_review"), {"version": stale})

    assert answer.status_code == 409
    assert "Somebody else changed this project meanwhile" in words(answer)
    assert client.post(at("do", project, "open_negotiation"), {"version": 1}).status_code == 404


# --- Texts -----------------------------------------------------------------------------------


def test_every_section_opens_with_label_heading_and_its_number(crew: Team, draft: Project, sign_in: SignIn) -> None:
    client = sign_in(crew.contributor)

    for number, section in enumerate(SECTIONS, start=1):
        page = soup(client.get(at("section", draft, section)))
        titles = [title.get_text(" ", strip=True) for title in page.find_all("h1")]
        assert len(titles) == 1
        assert titles[0].startswith(f"{number} ")
        labels = {label["for"] for label in page.select("main label[for]")}
        for field in page.select("main textarea, main select, main input:not([type=hidden])"):
            assert field["id"] in labels, (section, field["id"])
        assert all(table.find("caption") for table in page.select("main table"))
        ids = [tag["id"] for tag in page.select("[id]")]
        assert len(ids) == len(set(ids)), section


def test_a_proposal_says_where_it_comes_from_and_is_accepted_changed_or_refused(
    crew: Team, draft: Project, sign_in: SignIn
) -> None:
    client = sign_in(crew.contributor)
    url = at("section", draft, "context")
    page = client.get(url)
    assert "Proposed, unread" in words(page)
    assert "From the need: Complaints get lost between offices" in words(page)
    row = next(one for one in held(crew.contributor, Text, draft) if one.key == "problem")

    sent = filled(page, "text-problem")
    client.post(url, sent | {"accept": str(row.pk)})
    assert now_text(crew.contributor, draft, "problem").proposal == Proposal.ACCEPTED

    changed = filled(client.get(url), "text-problem") | {"text-problem": "Nobody answers."}
    client.post(url, changed | {"save": "1"})
    text = now_text(crew.contributor, draft, "problem")
    assert (text.text, text.proposal) == ("Nobody answers.", Proposal.EDITED)
    assert text.citation
    assert "Changed by hand" in words(client.get(url))


def now_text(reader: User, project: Project, key: str) -> Text:
    return next(one for one in held(reader, Text, project) if one.key == key)


def test_accepting_one_proposal_keeps_what_was_typed_beside_it(crew: Team, draft: Project, sign_in: SignIn) -> None:
    client = sign_in(crew.contributor)
    url = at("section", draft, "context")
    row = now_text(crew.contributor, draft, "problem")

    sent = filled(client.get(url), "text-problem") | {"text-context": "Thirty offices.", "accept": str(row.pk)}
    client.post(url, sent)

    assert now_text(crew.contributor, draft, "context").text == "Thirty offices."
    assert now_text(crew.contributor, draft, "problem").proposal == Proposal.ACCEPTED


def test_all_of_a_section_is_accepted_at_once_and_nothing_of_another(
    crew: Team, draft: Project, sign_in: SignIn
) -> None:
    client = sign_in(crew.contributor)
    url = at("section", draft, "context")

    client.post(url, filled(client.get(url), "text-problem") | {"accept_all": "1"})

    rows = held(crew.contributor, Text, draft)
    assert {one.proposal for one in rows if one.section == "context"} == {Proposal.ACCEPTED}
    assert Proposal.PROPOSED in {one.proposal for one in rows if one.section != "context"}


def test_a_text_of_many_is_added_and_taken_out(crew: Team, draft: Project, sign_in: SignIn) -> None:
    client = sign_in(crew.contributor)
    url = at("section", draft, "objective")

    added = client.post(url, {"add": "components"})
    page = client.get(added["Location"])
    client.post(url, filled(page, "text-components:new") | {"text-components:new": "Component 1: A register."})

    row = next(one for one in held(crew.contributor, Text, draft) if one.key.startswith("components:"))
    assert row.text == "Component 1: A register."
    client.post(url, filled(client.get(url), f"text-{row.key}") | {"dismiss": str(row.pk)})
    assert not [one for one in held(crew.contributor, Text, draft) if one.key == row.key]


def test_two_writers_on_different_texts_lose_nothing_on_the_same_text_see_both(
    crew: Team, draft: Project, sign_in: SignIn
) -> None:
    client = sign_in(crew.contributor)
    url = at("section", draft, "context")
    opened = filled(client.get(url), "text-problem")
    with acting(crew.focal_point):
        services.set_texts(get_project(draft.pk), texts={"context": "Hers.", "evidence": "A count."})

    kept = client.post(url, opened | {"text-problem": "His.", "save": "1"})
    clash = client.post(url, opened | {"text-context": "His too.", "save": "1"})

    assert kept.status_code == 302
    assert now_text(crew.contributor, draft, "problem").text == "His."
    assert now_text(crew.contributor, draft, "evidence").text == "A count."
    assert clash.status_code == 409
    texts = [area.get_text().strip() for area in soup(clash).select("textarea[readonly]")]
    assert texts == ["His too.", "Hers."]
    assert now_text(crew.contributor, draft, "context").text == "Hers."

    client.post(url, filled(clash, "text-context"))
    assert now_text(crew.contributor, draft, "context").text == "His too."
    assert now_text(crew.contributor, draft, "evidence").text == "A count."


def test_facts_refuse_what_cannot_be_and_keep_everything_typed(crew: Team, draft: Project, sign_in: SignIn) -> None:
    client = sign_in(crew.contributor)
    url = at("section", draft, "identification")
    bad = filled(client.get(url), "title") | {
        "title": "A better title", "months": "1e309", "start_on": "2027-02-31", "currency": "XQQ",
        "interest_until": "0001-01-01", "text-team": "The unit of complaints",
    }  # fmt: skip

    refused = client.post(url, bad | {"save": "1"})

    assert refused.status_code == 422
    beside = errors_beside(refused)
    assert {"months", "start_on", "currency", "interest_until"} <= set(beside)
    assert "Enter a whole number between 1 and 240." in beside["months"]
    again = filled(refused, "title")
    assert again["title"] == ["A better title"]
    assert again["text-team"] == ["The unit of complaints"]
    assert now(crew.contributor, draft).title == "Complaints get lost between offices"

    good = again | {"months": "18", "start_on": "2027-02-01", "currency": "eur", "interest_until": "",
                    "countries": ["BR"]}  # fmt: skip
    assert client.post(url, good | {"next": "1"})["Location"] == at("section", draft, "parties")
    saved = now(crew.contributor, draft)
    assert (saved.months, saved.start_on, saved.currency, saved.countries) == (18, dt.date(2027, 2, 1), "EUR", ["BR"])


def test_a_reader_of_a_closed_text_sees_it_without_a_form(crew: Team, sign_in: SignIn) -> None:
    project = in_review(crew)
    client = sign_in(crew.contributor)

    page = client.get(at("section", project, "context"))

    assert not soup(page).select("main textarea")
    assert "Nobody keeps a register." in words(page)
    assert client.post(at("section", project, "context"), {"text-problem": "Other"}, follow=True).status_code == 200
    assert now_text(crew.contributor, project, "problem").text == "Nobody keeps a register."


# --- Rows ------------------------------------------------------------------------------------

LINE = {
    "description": "Trainer", "component": "", "category": "consultants", "source": "requested", "quantity": "10",
    "unit": "days", "unit_cost": "1500", "currency": "USD", "rate": "", "rate_on": "", "rate_source": "",
    "starts_on": "", "ends_on": "", "note": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("unit_cost", "NaN"),
        ("unit_cost", "Infinity"),
        ("unit_cost", "1e309"),
        ("unit_cost", "9" * 30),
        ("unit_cost", "1.500,00,1"),
        ("unit_cost", "-5"),
        ("unit_cost", ""),
        ("quantity", "0"),
        ("quantity", "1e309"),
        ("currency", "XQQ"),
        ("currency", "US"),
        ("category", "gold"),
        ("starts_on", "2027-13-45"),
        ("ends_on", "9999-99-99"),
    ],
)
def test_bad_money_and_dates_are_refused_beside_their_field_and_nothing_is_lost(
    crew: Team, draft: Project, sign_in: SignIn, name: str, typed: str
) -> None:
    client = sign_in(crew.contributor)

    refused = client.post(at("row_new", draft, "budget"), LINE | {"note": "Keep me", name: typed})

    assert refused.status_code == 422
    assert name in errors_beside(refused)
    again = filled(refused, "description")
    assert again["note"] == ["Keep me"]
    if name != "category":
        assert again[name] == [typed]
    assert held(crew.contributor, BudgetLine, draft) == []


def test_a_period_that_ends_before_it_begins_is_refused(crew: Team, draft: Project, sign_in: SignIn) -> None:
    client = sign_in(crew.contributor)

    budget = client.post(at("row_new", draft, "budget"), LINE | {"starts_on": "2027-05-01", "ends_on": "2027-04-30"})
    plan = client.post(
        at("row_new", draft, "activities"), {"title": "Train", "first_quarter": "3", "last_quarter": "2"}
    )

    assert "This day lies before the first one." in errors_beside(budget)["ends_on"]
    assert "This quarter lies before the first one." in errors_beside(plan)["last_quarter"]


@pytest.mark.parametrize("typed", ["1,500.50", "1.500,50", "1500.5", "1500,50", "1 500.50"])
def test_money_is_read_as_people_write_it(crew: Team, draft: Project, sign_in: SignIn, typed: str) -> None:
    client = sign_in(crew.contributor)

    answer = client.post(at("row_new", draft, "budget"), LINE | {"unit_cost": typed})

    assert answer.status_code == 302
    assert [line.unit_cost for line in held(crew.contributor, BudgetLine, draft)] == [Decimal("1500.50")]


def test_another_currency_wants_a_dated_rate_and_the_sums_follow_it(
    crew: Team, draft: Project, sign_in: SignIn
) -> None:
    client = sign_in(crew.contributor)
    client.post(at("row_new", draft, "budget"), LINE)

    bare = client.post(at("row_new", draft, "budget"), LINE | {"currency": "EUR", "source": "counterpart_cash"})
    assert {"rate", "rate_on"} <= set(errors_beside(bare))
    full = client.post(
        at("row_new", draft, "budget"),
        LINE | {"currency": "EUR", "source": "counterpart_cash", "rate": "1.10", "rate_on": "2026-11-02"},
    )
    assert full.status_code == 302

    text = words(client.get(at("section", draft, "budget"))).replace("\N{NO-BREAK SPACE}", " ")
    assert "USD 16,500 (EUR 15,000)" in text
    sums = soup(client.get(at("section", draft, "budget"))).select("tfoot td")
    assert [cell.get_text(strip=True).replace("\N{NO-BREAK SPACE}", " ") for cell in sums] == [
        "USD 15,000", "USD 16,500", "USD 31,500",
    ]  # fmt: skip


def test_a_result_is_added_changed_with_its_targets_and_taken_out(crew: Team, draft: Project, sign_in: SignIn) -> None:
    client = sign_in(crew.contributor)
    read_everything(crew.contributor, draft)
    with acting(crew.contributor):
        services.save_rows(get_project(draft.pk), kind="results", rows=[])
    outcome = filled(client.get(at("row_new", draft, "results")), "statement") | {
        "level": "outcome", "code": "1", "statement": "Complaints are answered", "indicator": "Share answered",
        "baseline": "0", "baseline_year": "2026", "target": "90.5", "targets-0-ends_on": "2027-12-31",
        "targets-0-value": "40",
    }  # fmt: skip
    assert client.post(at("row_new", draft, "results"), outcome).status_code == 302
    output = outcome | {"level": "output", "code": "1.1", "parent": "1", "statement": "A register"}
    assert client.post(at("row_new", draft, "results"), output).status_code == 302
    double = client.post(at("row_new", draft, "results"), output)
    assert double.status_code == 422
    assert "Each result has a number of its own." in words(double)

    first, second = sorted(held(crew.contributor, ResultRow, draft), key=lambda one: one.code)
    assert (first.baseline, first.target, second.parent_id) == (Decimal(0), Decimal("90.5"), first.pk)

    # The number of the outcome changes: its product stays below it.
    form = filled(client.get(at("row", draft, "results", first.pk)), "statement")
    assert form["targets-0-value"] == ["40"]
    assert form["baseline"] == ["0"]
    client.post(
        at("row", draft, "results", first.pk), form | {"code": "2", "targets-0-ends_on": "", "targets-0-value": ""}
    )
    first, second = sorted(held(crew.contributor, ResultRow, draft), key=lambda one: one.level, reverse=False)
    by_code = {one.code: one for one in held(crew.contributor, ResultRow, draft)}
    assert by_code["1.1"].parent_id == by_code["2"].pk
    with acting(crew.contributor):
        assert [target.value for target in by_code["2"].targets.all()] == []
        assert [target.value for target in by_code["1.1"].targets.all()] == [Decimal(40)]

    gone = at("row_remove", draft, "results", by_code["1.1"].pk)
    assert "A register" in words(client.get(gone))
    client.post(gone)
    assert [one.code for one in held(crew.contributor, ResultRow, draft)] == ["2"]


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("risks", {"statement": "Nobody reads it", "probability": "high", "impact": "low"}),
        ("assignments", {"title": "Expert", "tasks": "Write", "days": "20", "cost": "8000"}),
        ("procurement", {"item": "Server", "kind": "equipment", "amount": "2.000,00", "planned_on": "2027-03-01"}),
        ("parties", {"name": "Union of clerks", "role": "workers"}),
        ("activities", {"title": "Train", "first_quarter": "1", "last_quarter": "4"}),
        ("annexes", {"kind": "letter", "title": "Letter of request", "number": "I"}),
    ],
)
def test_each_kind_of_row_is_added_shown_changed_and_taken_out(
    crew: Team, draft: Project, sign_in: SignIn, kind: str, sent: dict[str, str]
) -> None:
    from projects.outline import SECTION_OF_KIND
    from projects.selectors import KINDS

    client = sign_in(crew.contributor)
    before = {one.pk for one in held(crew.contributor, KINDS[kind], draft)}
    assert client.post(at("row_new", draft, kind), sent).status_code == 302
    row = next(one for one in held(crew.contributor, KINDS[kind], draft) if one.pk not in before)

    name = next(value for name, value in sent.items() if name in {"statement", "title", "item", "name"})
    section = client.get(at("section", draft, SECTION_OF_KIND[kind]))
    assert name in words(section)
    url = at("row", draft, kind, row.pk)
    field = next(key for key, value in sent.items() if value == name)
    assert client.post(url, filled(client.get(url), field) | {field: "Another name"}).status_code == 302
    assert "Another name" in words(client.get(at("section", draft, SECTION_OF_KIND[kind])))
    client.post(at("row_remove", draft, kind, row.pk))
    assert {one.pk for one in held(crew.contributor, KINDS[kind], draft)} == before


def test_an_annex_brings_its_file_and_a_file_that_is_none_is_refused(
    crew: Team, draft: Project, sign_in: SignIn
) -> None:
    client = sign_in(crew.contributor)
    sent = {"kind": "letter", "title": "Letter of request", "number": "I"}

    bad = client.post(at("row_new", draft, "annexes"), sent | {"upload": SimpleUploadedFile("a.exe", b"MZ\x90\x00")})
    good = client.post(
        at("row_new", draft, "annexes"), sent | {"upload": SimpleUploadedFile("letter.pdf", b"%PDF-1.4\n%%EOF\n")}
    )

    assert bad.status_code == 422
    assert "upload" in errors_beside(bad)
    assert good.status_code == 302
    (annex,) = held(crew.contributor, Annex, draft)
    assert annex.file_name == "letter.pdf"
    page = client.get(at("section", draft, "annexes"))
    assert soup(page).select_one(f'a[href$="{reverse("private_file", args=[annex.pk])}"]') is not None


def test_two_writers_on_one_row_see_both_and_on_two_rows_keep_both(crew: Team, draft: Project, sign_in: SignIn) -> None:
    with acting(crew.contributor):
        rows = services.save_rows(
            get_project(draft.pk), kind="risks", rows=[{"statement": "First"}, {"statement": "Second"}]
        )
    client = sign_in(crew.contributor)
    url = at("row", draft, "risks", rows[0].pk)
    opened = filled(client.get(url), "statement")
    with acting(crew.focal_point):
        services.save_rows(
            get_project(draft.pk), kind="risks", rows=[{"id": rows[0].pk}, {"id": rows[1].pk, "statement": "Hers"}]
        )

    assert client.post(url, opened | {"statement": "His"}).status_code == 302
    assert [one.statement for one in held(crew.contributor, Risk, draft)] == ["His", "Hers"]
    clash = client.post(url, opened | {"statement": "His again"})
    assert clash.status_code == 409
    assert [area.get_text().strip() for area in soup(clash).select("textarea[readonly]")] == ["His again", "His"]
    client.post(url, filled(clash, "statement"))
    assert [one.statement for one in held(crew.contributor, Risk, draft)] == ["His again", "Hers"]

    with acting(crew.focal_point):
        services.save_rows(get_project(draft.pk), kind="risks", rows=[{"id": rows[1].pk}])
    gone = client.post(url, opened | {"statement": "Typed for nothing?"})
    assert gone.status_code == 409
    assert filled(gone, "statement")["statement"] == ["Typed for nothing?"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_section_costs_the_same_for_one_row_or_three(crew: Team, draft: Project, sign_in: SignIn, count: int) -> None:
    with acting(crew.contributor):
        services.save_rows(
            get_project(draft.pk), kind="risks", rows=[{"statement": f"Risk {one}"} for one in range(count)]
        )
    client = sign_in(crew.contributor)
    url = at("section", draft, "risks")
    client.get(url)

    with asking(SECTION_COST):
        page = client.get(url)

    assert len(soup(page).select("#rows-risks tbody tr")) == count


SECTION_COST = 28


# --- Findings, review, signature -------------------------------------------------------------


def test_findings_lead_to_the_place(crew: Team, draft: Project, sign_in: SignIn) -> None:
    client = sign_in(crew.contributor)

    page = soup(client.get(at("findings", draft)))

    links = [str(link["href"]) for link in page.select("main .list-c a")]
    assert links
    assert any("#place-" in link for link in links)
    for link in {link for link in links if "#" in link}:
        address, _sign, place = link.partition("#")
        assert soup(client.get(address)).find(id=place) is not None, link


def test_a_judge_files_once_with_reasons_and_a_writer_is_told_why_not(crew: Team, sign_in: SignIn) -> None:
    project = in_review(crew)
    judge = crew.judges[0]
    client = sign_in(judge)
    url = at("review", project)
    assert "Nobody keeps a register." in words(client.get(url))

    bare = client.post(url, {"verdict": "ready", "has_interest": "no", "note": ""})
    tied = client.post(url, {"verdict": "ready", "has_interest": "yes", "note": "Good."})
    filed = client.post(url, {"verdict": "ready", "has_interest": "no", "note": "It can be carried out."})

    assert bare.status_code == 422
    assert "note" in errors_beside(bare)
    assert tied.status_code == 422
    assert "interest" in words(tied)
    assert filed.status_code == 302
    assert "You judged this round" in words(client.get(url))
    owner = sign_in(crew.focal_point)
    assert owner.get(url).status_code == 403
    assert "It can be carried out." in words(owner.get(at("project", project)))


def test_the_ministry_signs_after_proving_who_she_is_and_the_project_is_public(
    crew: Team, sign_in: SignIn, client: Client
) -> None:
    project = to_sign(crew)
    signer = sign_in(crew.focal_point)
    url = at("sign", project)
    sent = filled(signer.get(url), "name")

    bare = signer.post(url, sent | {"name": ""})
    assert bare.status_code == 422
    assert {"name", "agreed"} <= set(errors_beside(bare))
    done = signer.post(url, sent | {"name": "Luis Ferrer, director", "agreed": "on"})

    assert done.status_code == 302
    record = PublishedRecord.objects.get(pk=project.pk)
    page = Client().get(f"/en/projects/{record.number}/", follow=True)
    assert page.status_code == 200
    assert "Luis Ferrer" not in page.content.decode()
    assert "Who signed Uruguay" in words(page)


def test_a_session_that_is_old_is_asked_again_before_the_signature(crew: Team, sign_in: SignIn) -> None:
    project = to_sign(crew)
    client = sign_in(crew.focal_point)
    session = client.session
    session["account_authentication_methods"] = []
    session.save()

    answer = client.get(at("sign", project))

    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]


def test_the_public_sees_nothing_of_a_draft(crew: Team, sign_in: SignIn, client: Client) -> None:
    project = in_review(crew)

    everything = [
        client.get("/en/projects/"), client.get("/en/projects/feed/"), client.get("/en/export/projects/csv/"),
        client.get("/api/v1/projects/"), client.get("/sitemap.xml"),
    ]  # fmt: skip

    for page in everything:
        assert project.title not in page.content.decode()
        assert str(project.pk) not in page.content.decode()
    assert client.get(at("project", project)).status_code == 302
