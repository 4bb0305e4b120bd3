"""What the program fills in: every value with its origin, once, and never over what a person has decided."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet

from needs.enums import FitStatus
from needs.models import AdaptationTask, Answer, Diagnostic, FitCheck, Need
from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import acting_as
from network_site.organizations.models import User
from network_site.organizations.selectors import actor_for
from network_site.publishing.models import PublishedRecord
from network_site.taxonomy.models import ContextFigure
from practices.seeding import import_lines
from projects import services
from projects.enums import Origin, Proposal
from projects.models import Dismissed, Project, ResultRow, Risk, Text
from projects.selectors import KINDS, unread, unread_by_section

from ..needs.stating import registered
from ..people import People, acting, published
from .drafts import begun, got, read_everything, team

pytestmark = pytest.mark.django_db

PRACTICE_ROWS: dict[str, list[dict[str, Any]]] = {
    "building_blocks": [
        {"title": "One door", "text": "<p>Every complaint enters one register.</p>", "kind": "core"},
        {"title": "A clock", "text": "<p>Ten days, counted by the register.</p>", "kind": "adaptable"},
    ],
    "outcomes": [
        {
            "indicator": "Complaints answered in time", "unit": "% of all", "baseline": Decimal(40),
            "baseline_year": 2020, "value": Decimal(85), "value_year": 2022, "source": "The register",
            "direction": "positive",
        }
    ],
    "costs": [
        {"category": "software", "year": 2020, "amount": Decimal(12000), "currency": "EUR"},
        {"category": "training", "year": 2021, "amount": Decimal(3000), "currency": "EUR"},
    ],
}  # fmt: skip


def parts(project: Project) -> list[Any]:
    """Every value of a project, of all kinds."""
    models = [Text, *(model for model in KINDS.values() if hasattr(model, "proposal"))]
    return [row for model in models for row in model.objects.filter(project=project)]  # type: ignore[attr-defined]


def texts(project: Project, prefix: str) -> dict[str, str]:
    rows: QuerySet[Text] = Text.objects.filter(project=project, key__startswith=prefix)
    return dict(rows.values_list("key", "text"))


def model_practice(people: People) -> PublishedRecord:
    version = published(people, rows=PRACTICE_ROWS, risks_if_copied="Nobody reads the letters.\nThe clock is ignored.")
    return PublishedRecord.objects.get(pk=version.practice_id)


def full_project(people: People) -> tuple[Any, Project]:
    crew = team(people)
    return crew, begun(crew.contributor, crew.need, model_practice(people))


def test_no_value_is_without_its_origin(people: People) -> None:
    crew, project = full_project(people)
    with acting(crew.contributor):
        found = parts(project)
        assert {row.proposal for row in found} == {Proposal.PROPOSED.value}
        assert len(found) == unread(project) == sum(unread_by_section(project).values())
        assert {row.origin for row in found} == {"need", "practice", "figure", "default"}
        for row in found:
            assert row.origin != Origin.PERSON
            assert all(row.citation.get(name) for name in ("key", "label", "field")), row
        cited = {row.citation["code"] for row in found if row.origin == Origin.PRACTICE}
    assert cited == {PublishedRecord.objects.get(pk=project.practice_id).code}


def test_what_a_practice_gives(people: People) -> None:
    crew, project = full_project(people)
    with acting(crew.contributor):
        assert texts(project, "reuse") == {
            "reuse:1": "One door: Every complaint enters one register.",
            "reuse:2": "A clock: Ten days, counted by the register.",
        }
        assert texts(project, "preconditions")["preconditions:1"] == (
            "A register of firms with addresses. How to see it: A list of last month."
        )
        assert [row.title for row in project.activities.all()] == [
            "See to it: A register of firms with addresses", "See to it: Letters reach firms within a week",
        ]  # fmt: skip
        assert [row.statement for row in Risk.objects.filter(project=project)] == [
            "Nobody reads the letters.", "The clock is ignored.",
        ]  # fmt: skip
        outcome = ResultRow.objects.get(project=project, origin=Origin.PRACTICE)
        assert (outcome.indicator, outcome.unit, outcome.measure) == ("Complaints answered in time", "% of all", "2")
        # What was measured elsewhere is told, and is no value before of ours.
        assert (outcome.baseline, outcome.target) == (None, None)
        assert outcome.citation["there"]["value"] == "85"


def test_costs_of_elsewhere_are_a_sentence_and_never_a_line(people: People) -> None:
    crew, project = full_project(people)
    with acting(crew.contributor):
        note = texts(project, "costs")["costs:practice"]
        assert project.budget.count() == 0
    assert "between EUR\N{NO-BREAK SPACE}3,000 and EUR\N{NO-BREAK SPACE}12,000 (2020, 2021)" in note
    assert note.endswith("Prices of another country: compare before you use them.")


def test_a_second_time_nothing_is_new(people: People) -> None:
    crew, project = full_project(people)
    with acting(crew.contributor):
        before = {row.pk for row in parts(project)}
        assert services.fill_in(got(crew.contributor, project.pk)) == 0
        assert {row.pk for row in parts(project)} == before


def test_what_a_person_decided_stays(people: People) -> None:
    crew, project = full_project(people)
    writer = crew.contributor
    with acting(writer):
        services.set_text(got(writer, project.pk), key="problem", text="In our own words.")
        services.set_text(got(writer, project.pk), key="evidence", text="")
        services.set_text(got(writer, project.pk), key="reuse:2", text="")
        services.dismiss(Risk.objects.filter(project=project).first())
        services.accept(Text.objects.get(project=project, key="reuse:1"))
        rows = [{"id": row.pk, "statement": row.statement} for row in Risk.objects.filter(project=project)]
        services.save_rows(got(writer, project.pk), kind="risks", rows=[rows[0] | {"mitigation": "Ask them."}])
        kept = ResultRow.objects.filter(project=project, origin=Origin.NEED)[0]
        values = {"id": kept.pk, "code": kept.code, "level": kept.level, "statement": kept.statement}
        services.save_rows(got(writer, project.pk), kind="results", rows=[values])
        before = {row.pk: (str(row), row.proposal) for row in parts(project)}
        assert services.fill_in(got(writer, project.pk)) == 0
        assert {row.pk: (str(row), row.proposal) for row in parts(project)} == before
        assert Text.objects.get(project=project, key="problem").citation["field"] == "problem"
        assert Dismissed.objects.filter(project=project).count() == 4
        states = dict(Text.objects.filter(project=project).values_list("key", "proposal"))
    assert (states["problem"], states["evidence"], states["reuse:1"]) == ("edited", "edited", "accepted")
    assert "reuse:2" not in states


def test_a_proposal_that_nobody_changed_stays_unread(people: People) -> None:
    crew = team(people)
    project = begun(crew.contributor, crew.need)
    with acting(crew.contributor):
        count = unread(project)
        row = Text.objects.get(project=project, key="problem")
        services.set_texts(got(crew.contributor, project.pk), texts={"problem": row.text, "context": ""})
        rows = [
            {"id": one.pk, "code": one.code, "level": one.level, "statement": one.statement}
            for one in ResultRow.objects.filter(project=project)
        ]
        services.save_rows(got(crew.contributor, project.pk), kind="results", rows=rows)
        assert unread(project) == count
        assert got(crew.contributor, project.pk).lock_version == 1


def test_what_is_new_is_added(people: People) -> None:
    crew = team(people)
    record = model_practice(people)
    project = begun(crew.contributor, crew.need, record)
    read_everything(crew.contributor, project)
    with acting(crew.contributor):
        check = FitCheck.objects.create(
            need_id=crew.need.pk, practice=record, practice_version=1, created_by_id=crew.contributor.pk,
            status=FitStatus.DONE,
        )  # fmt: skip
        for kind, text in (
            ("clause", "Letters in two languages."),
            ("risk", "The law is slow."),
            ("budget", "A translator"),
        ):
            AdaptationTask.objects.create(fit_check=check, kind=kind, text=text)
        assert services.fill_in(got(crew.contributor, project.pk)) == 3
        assert list(texts(project, "adapt").values()) == ["Letters in two languages."]
        assert Risk.objects.get(project=project, origin=Origin.ADAPTATION).statement == "The law is slow."
        line = project.budget.get()
        assert (line.description, line.unit_cost, line.origin) == ("A translator", 0, "adaptation")
        assert unread(project) == 3
        assert services.fill_in(got(crew.contributor, project.pk)) == 0


def test_open_fit_checks_give_nothing(people: People) -> None:
    crew = team(people)
    record = model_practice(people)
    with acting(crew.contributor):
        check = FitCheck.objects.create(
            need_id=crew.need.pk, practice=record, practice_version=1, created_by_id=crew.contributor.pk
        )
        AdaptationTask.objects.create(fit_check=check, text="Not decided yet.")
    project = begun(crew.contributor, crew.need, record)
    with acting(crew.contributor):
        assert texts(project, "adapt") == {}


def test_figures_come_with_year_and_source(people: People) -> None:
    ministry = people.organization(country="MN")
    need = registered(people, people.focal_point(ministry), country_id="MN")
    project = begun(people.contributor(ministry), need)
    with acting(people.contributor(ministry)):
        row = Text.objects.get(project=project, key="figures:CTX04")
        newest = ContextFigure.objects.filter(country_id="MN", item_id="CTX04").latest("year")
        assert row.text == f"Unemployment rate: {newest.value} {newest.unit} ({newest.year})"
        assert row.citation["source"] == f"{newest.source}, {newest.year}"
        assert texts(project, "figures")["figures:CTX01"].startswith("Income group: lower middle")


# --- The diagnostic is the ministry's own ------------------------------------------------------

SECRET = "Canary: the director knows"


def need_from_diagnostic(people: People, focal_point: User) -> Need:
    need = registered(people, focal_point)
    with acting(focal_point) as actor:
        diagnostic = Diagnostic.objects.create(
            owner_id=actor.organization_id, title=SECRET, created_by_id=focal_point.pk
        )
        for code, score in (("D7.5", 0), ("D6.1", 1), ("D3.1", 4)):
            Answer.objects.create(diagnostic=diagnostic, item_id=code, score=score, note=SECRET)
        found: Need = Need.objects.get(pk=need.pk)
        found.diagnostic, found.diagnostic_items = diagnostic, ["D7.5", "D6.1"]
        found.save()
        return found


def test_the_ministry_takes_its_findings_along_in_common_words(people: People) -> None:
    ministry = people.organization(country="UY")
    focal_point = people.focal_point(ministry)
    need = need_from_diagnostic(people, focal_point)
    project = begun(focal_point, need)
    with acting(focal_point):
        findings = texts(project, "findings")
        assert sorted(findings) == ["findings:D6.1", "findings:D7.5"]
        row = Text.objects.get(project=project, key="findings:D7.5")
        assert (row.origin, row.citation["code"]) == ("diagnostic", "D7.5")
    # The Network reads the draft, and learns no score and no note.
    specialist = people.specialist()
    with acting(specialist):
        everything = str([(row.__dict__) for row in parts(Project.objects.get(pk=project.pk))])
        assert SECRET not in everything
        assert Diagnostic.objects.count() == 0


def test_what_the_network_begins_holds_nothing_of_the_diagnostic(people: People) -> None:
    ministry = people.organization(country="UY")
    focal_point, specialist = people.focal_point(ministry), people.specialist()
    project = begun(specialist, need_from_diagnostic(people, focal_point))
    with acting(specialist):
        assert texts(project, "findings") == {}
        services.fill_in(got(specialist, project.pk))
        assert texts(project, "findings") == {}
    with acting(focal_point):
        assert services.fill_in(got(focal_point, project.pk)) == 2


# --- A need of source 001 ----------------------------------------------------------------------

DOCUMENTED = Path(__file__).parents[2] / "practices" / "seed" / "documented" / "part2.jsonl"
SOURCE = {
    "publisher": "World Bank",
    "title": "Labor Market Programs and Services in Mongolia: Assessment of the Public Employment Service",
    "year": 2020,
    "place": "section 5.1",
    "url": None,
}


def test_a_need_of_source_001_fills_context_objective_and_matrix_with_citations(people: People) -> None:
    """Section 5.1 asks for a new information system; box 11 describes what such a system does."""
    specialist, publisher = people.specialist(), people.publisher()
    lines = [line for line in DOCUMENTED.read_text(encoding="utf-8").splitlines() if '"wb-mongolia-2020-bp11"' in line]
    assert import_lines(lines, writer=specialist, publisher=publisher).published == 1
    practice = PublishedRecord.objects.get(kind="practice")
    ministry = people.organization(country="MN")
    focal_point = people.focal_point(ministry)
    need = registered(
        people, focal_point, country_id="MN",
        title="The information system of the employment service is at its end",
        summary="Staff go around a system that records and neither matches nor tells what works.",
        problem="Officers copy vacancies into tables and print them. Jobseekers come in person only to be registered.",
        terms={"LAF": ["LAF7.5"], "DI": ["D6.1", "D6.3"], "TG": ["TG17"], "CM": ["CM04", "CM06"]},
        measures=["Jobseekers and employers register themselves", "Officers find fitting vacancies in the system"],
        source=SOURCE,
    )  # fmt: skip
    project = begun(focal_point, need, practice)
    with acting(focal_point):
        by_section: dict[str, list[Any]] = {}
        for row in Text.objects.filter(project=project):
            by_section.setdefault(row.section, []).append(row)
        by_section["results"] = list(ResultRow.objects.filter(project=project))
    assert {row.origin for row in by_section["context"]} == {"need", "figure"}
    assert {row.origin for row in by_section["objective"]} == {"practice"}
    assert {row.origin for row in by_section["results"]} == {"need"}
    assert len(by_section["objective"]) == len(practice.snapshot["building_blocks"]) == 5
    for row in [*by_section["context"], *by_section["results"]]:
        if row.origin == "need":
            assert row.citation["source"] == f"{SOURCE['title']}, 2020, section 5.1"
    for row in by_section["objective"]:
        assert (row.citation["code"], row.citation["version"]) == (practice.code, 1)
        assert "2020" in row.citation["source"]


# --- Nothing unread goes on --------------------------------------------------------------------


def test_an_unread_proposal_keeps_from_the_review(people: People) -> None:
    from .drafts import completed, stepped

    crew = team(people)
    project = completed(crew.contributor, begun(crew.contributor, crew.need))
    stepped(crew.focal_point, project, "start_drafting")
    with acting(crew.contributor):
        row = Text.objects.filter(project=project, origin=Origin.DEFAULT).first()
        assert row is not None
        Text.objects.filter(pk=row.pk).update(proposal=Proposal.PROPOSED)
    with acting_as(actor_for(crew.focal_point)), pytest.raises(TransitionRefused) as refused:
        services.perform(got(crew.focal_point, project.pk), "send_to_review")
    assert refused.value.messages == ["1 proposal has not been read: accept, change or refuse it."]
    with acting(crew.contributor):
        services.accept(Text.objects.get(pk=row.pk))
    assert stepped(crew.focal_point, project, "send_to_review").status == "quality_review"


def test_a_need_that_is_not_registered_begins_no_project(people: People) -> None:
    from ..needs.stating import stated

    focal_point = people.focal_point(people.organization(country="UY"))
    need = stated(focal_point)
    with acting(focal_point), pytest.raises(TransitionRefused) as refused:
        services.start_project(need)
    assert refused.value.messages == ["A project is begun for a need that is registered and open."]


def test_one_draft_for_each_need(people: People) -> None:
    crew = team(people)
    begun(crew.contributor, crew.need)
    with acting(crew.focal_point), pytest.raises(TransitionRefused) as refused:
        services.start_project(Need.objects.select_related("owner").get(pk=crew.need.pk))
    assert refused.value.messages == ["A project for this need is being drafted already."]
