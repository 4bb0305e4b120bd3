"""Writing a draft: stable rows, nothing overwritten, foreign is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from needs.models import Need
from network_site.common import audit
from network_site.common.files import find_private_file
from network_site.common.idempotency import new_key
from network_site.common.models import AuditEntry
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from projects import services
from projects.models import Annex, Project, ResultRow, Text, Writer
from projects.outline import UnknownKey
from projects.selectors import list_projects, list_tasks, read_sections

from ..people import People, acting
from .drafts import BUDGET, RESULTS, Team, begun, drafting, got, in_review, published, team, to_sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew(people: People) -> Team:
    return team(people)


def rows_of(project: Project) -> list[ResultRow]:
    return list(ResultRow.objects.filter(project=project).order_by("position"))


def test_a_row_with_its_id_stays_the_same_row(crew: Team) -> None:
    project = begun(crew.contributor, crew.need)
    with acting(crew.contributor):
        first, second = services.save_rows(project, kind="results", rows=RESULTS)
        given = [
            RESULTS[1] | {"id": str(second.pk), "code": "2", "parent": ""},
            RESULTS[0] | {"id": str(first.pk), "statement": "Complaints are answered in time"},
        ]
        services.save_rows(project, kind="results", rows=given)
        assert [(row.pk, row.code, row.statement) for row in rows_of(project)] == [
            (second.pk, "2", "A register"), (first.pk, "1", "Complaints are answered in time"),
        ]  # fmt: skip


def test_two_results_exchange_their_numbers(crew: Team) -> None:
    project = begun(crew.contributor, crew.need)
    with acting(crew.contributor):
        first, second = services.save_rows(project, kind="results", rows=RESULTS)
        given = [
            RESULTS[0] | {"id": first.pk, "code": "1.1", "parent": "1"},
            RESULTS[1] | {"id": second.pk, "code": "1"},
        ]
        given[1].pop("parent")
        services.save_rows(project, kind="results", rows=given)
        assert [(row.pk, row.code, row.parent_id) for row in rows_of(project)] == [
            (first.pk, "1.1", second.pk), (second.pk, "1", None),
        ]  # fmt: skip


def test_targets_are_kept_with_their_result(crew: Team) -> None:
    project = begun(crew.contributor, crew.need)
    with acting(crew.contributor):
        _first, second = services.save_rows(project, kind="results", rows=RESULTS)
        assert [(one.ends_on, one.value) for one in second.targets.all()] == [(dt.date(2027, 12, 31), Decimal(15))]
        version = got(crew.contributor, project.pk).lock_version
        same = [row | {"id": one.pk} for row, one in zip(RESULTS, rows_of(project), strict=True)]
        services.save_rows(project, kind="results", rows=same)
        assert got(crew.contributor, project.pk).lock_version == version


REFUSED_ROWS: list[tuple[list[dict[str, Any]], str]] = [
    ([RESULTS[0], RESULTS[0]], "Each result has a number of its own."),
    ([RESULTS[0] | {"parent": "9"}], "Result 1 belongs to 9, which is not there."),
    ([RESULTS[0] | {"id": str(uuid4())}], "A row that you changed is no longer there. Reload the page."),
    ([RESULTS[0] | {"statement": "x" * 401}], "Ensure this value has at most 400 characters (it has 401)."),
    ([RESULTS[0] | {"target": Decimal("1e20")}], "Ensure that there are no more than 18 digits in total."),
    ([RESULTS[0] | {"target": Decimal("NaN")}], "“NaN” value must be a decimal number."),
]


@pytest.mark.parametrize(("rows", "words"), REFUSED_ROWS)
def test_rows_that_do_not_fit_change_nothing(crew: Team, rows: list[dict[str, Any]], words: str) -> None:
    project = begun(crew.contributor, crew.need)
    with acting(crew.contributor):
        before = [str(row) for row in rows_of(project)]
        with pytest.raises(ValidationError) as refused:
            services.save_rows(project, kind="results", rows=rows)
        assert words in refused.value.messages
        assert [str(row) for row in rows_of(project)] == before


def test_a_row_of_another_project_is_no_row_of_ours(crew: Team, people: People) -> None:
    other = team(people)
    theirs = begun(other.contributor, other.need)
    with acting(other.contributor):
        foreign = services.save_rows(theirs, kind="budget", rows=BUDGET)[0]
    ours = begun(crew.contributor, crew.need)
    with acting(crew.contributor), pytest.raises(ValidationError):
        services.save_rows(ours, kind="budget", rows=[BUDGET[0] | {"id": foreign.pk}])


def test_who_saves_later_is_told(crew: Team) -> None:
    project = begun(crew.contributor, crew.need)
    seen = project.lock_version
    with acting(crew.specialist):
        services.set_text(project, key="problem", text="The Network's words.", lock_version=seen)
    with acting(crew.contributor):
        for act in (
            lambda: services.set_text(project, key="problem", text="Ours.", lock_version=seen),
            lambda: services.save_rows(project, kind="risks", rows=[], lock_version=seen),
            lambda: services.save_facts(project, fields={"months": 3}, lock_version=seen),
            lambda: services.accept_section(project, section="context", lock_version=seen),
            lambda: services.fill_in(project, lock_version=seen),
        ):
            with pytest.raises(StaleVersion):
                act()
        assert Text.objects.get(project=project, key="problem").text == "The Network's words."


def test_the_trail_and_the_list_of_writers_know_who_wrote(crew: Team) -> None:
    project = begun(crew.contributor, crew.need)
    with acting(crew.specialist):
        services.set_text(project, key="problem", text="The Network's words.")
        assert set(Writer.objects.filter(project=project).values_list("user_id", flat=True)) == {
            crew.contributor.pk, crew.specialist.pk,
        }  # fmt: skip
    with acting_as(service_actor("auditor"), reason="test"):
        entry = AuditEntry.objects.get(action="project.edited", object_id=project.pk)
        assert (entry.user_id, entry.tenant_id, entry.reason) == (crew.specialist.pk, crew.ministry.pk, "problem")
        assert audit.verify(AuditEntry.objects.all())[1] == []


def test_text_is_cleaned_and_measured(crew: Team) -> None:
    project = begun(crew.contributor, crew.need)
    with acting(crew.contributor):
        written = services.set_text(project, key="theory", text="  It\u202e works.\x00 ")
        assert written is not None
        assert written.text == "It works."
        with pytest.raises(ValidationError):
            services.set_text(project, key="theory", text="x" * 8001)
        for key in ("nothing", "problem:2", "reuse"):
            with pytest.raises(UnknownKey):
                services.set_text(project, key=key, text="x")


def test_ministries_write_what_the_form_asks_and_nothing_else(crew: Team) -> None:
    project = begun(crew.contributor, crew.need)
    with acting(crew.contributor):
        with pytest.raises(TypeError):
            services.save_facts(project, fields={"status": "published"})
        with pytest.raises(ValidationError):
            services.save_facts(project, fields={"title": "x" * 151})


def test_one_click_twice_is_one_project(crew: Team) -> None:
    key = new_key()
    with acting(crew.contributor):
        need = Need.objects.select_related("owner").get(pk=crew.need.pk)
        first = services.start_project(need, key=key)
        assert services.start_project(need, key=key) == first
        assert Project.objects.count() == 1


# --- Foreign is missing ------------------------------------------------------------------------


def strangers(people: People) -> dict[str, Any]:
    another = people.organization(country="PY")
    return {
        "focal point of another ministry": people.focal_point(another),
        "donor": people.member(people.organization(OrganizationKind.DONOR), Role.FOCAL_POINT),
        "provider": people.member(people.organization(OrganizationKind.PROVIDER), Role.FOCAL_POINT),
        "partner": people.reviewer(OrganizationKind.INTERNATIONAL),
    }


@pytest.mark.parametrize("bring", [drafting, in_review, to_sign])
def test_a_draft_is_nobody_elses(people: People, crew: Team, bring: Callable[[Team], Project]) -> None:
    project = bring(crew)
    for name, person in strangers(people).items():
        with acting(person):
            assert list(list_projects()) == [], name
            assert Text.objects.count() == 0, name
            assert Writer.objects.count() == 0, name
            with pytest.raises((Project.DoesNotExist, TransitionRefused)):
                services.set_text(Project(pk=project.pk), key="problem", text="Mine.")


def test_nor_when_it_is_published_is_the_private_record(people: People, crew: Team) -> None:
    published(crew)
    for name, person in strangers(people).items():
        with acting(person):
            assert list(list_projects()) == [], name


def test_others_begin_nothing_for_a_ministry(people: People, crew: Team) -> None:
    for person in strangers(people).values():
        with acting(person), pytest.raises(PermissionDenied):
            services.start_project(crew.need)


def test_a_file_is_read_by_those_who_read_the_project(people: People, crew: Team) -> None:
    project = begun(crew.contributor, crew.need)
    letter = SimpleUploadedFile("letter.txt", b"We ask for this project.")
    with acting(crew.contributor):
        annex = services.add_annex(project, fields={"kind": "letter", "title": "Letter", "number": "1"}, upload=letter)
        assert (annex.name, annex.content_type) == ("letter.txt", "text/plain")
    with acting(crew.specialist):
        assert find_private_file(annex.pk) == Annex.objects.get(pk=annex.pk)
    for person in strangers(people).values():
        with acting(person):
            assert find_private_file(annex.pk) is None


# --- What pages ask ----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_all_sections_cost_the_same_for_one_row_or_three(
    crew: Team, count: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    project = begun(crew.contributor, crew.need)
    with acting(crew.contributor):
        results = [RESULTS[0] | {"code": str(n)} for n in range(1, count + 1)]
        services.save_rows(project, kind="results", rows=results)
        for kind, row in {
            "budget": BUDGET[0],
            "risks": {"statement": "It is not used"},
            "parties": {"name": "A partner", "role": "other"},
        }.items():
            services.save_rows(project, kind=kind, rows=[row] * count)
        found = got(crew.contributor, project.pk)
        with django_assert_num_queries(10):
            sections = read_sections(found)
            for view in sections:
                assert view.unread >= 0
                for rows in view.rows.values():
                    assert all(str(row) for row in rows)
    assert len(sections) == 16


def test_my_work_names_what_waits(people: People, crew: Team) -> None:
    project = in_review(crew)

    def waiting(person: Any) -> list[tuple[str, Any]]:
        with acting(person) as actor:
            return [(str(task["title"]), task["pk"]) for task in list_tasks(actor)]

    assert waiting(crew.specialist) == [("Judge the Terms of Reference", project.pk)]
    assert waiting(crew.contributor) == []
    for person in strangers(people).values():
        assert waiting(person) == []


@pytest.mark.parametrize("count", [1, 3])
def test_my_work_costs_the_same_for_one_or_three(
    people: People, count: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    ministry = people.organization(country="UY")
    writer, focal_point = people.contributor(ministry), people.focal_point(ministry)
    from ..needs.stating import registered

    for number in range(count):
        begun(writer, registered(people, focal_point, title=f"Need {number}"))
    with acting(writer) as actor, django_assert_num_queries(1):
        assert len(list_tasks(actor)) == count
