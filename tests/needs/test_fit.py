"""The fit check: questions, lights, the hard stop, tasks, distances, and who may do what."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from needs import services
from needs.context import Distance, distances
from needs.enums import FitLight, FitPart, TaskKind
from needs.models import AdaptationTask, FitAnswer, FitCheck, Need
from needs.selectors import fit as selectors
from needs.workflow.fit import FIT
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.enums import Role
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord
from network_site.taxonomy.models import ContextFigure

from ..databases import Stages
from ..people import People, acting, published
from ..queries import asking

TEXTS = {
    "title": "Plans for each jobseeker",
    "summary": "Most clients have no plan.",
    "problem": "Plans are made in two pilots only.",
    "source_language": "en",
}


@dataclass
class Scene:
    """Mongolia's ministry with a need, and a practice of Estonia's that could answer it."""

    people: People
    ministry_user: User
    practice: PublishedRecord
    need: Need


def set_scene() -> Scene:
    people = People()
    user = people.focal_point(people.organization(country="MN"))
    version = published(people, people.focal_point(people.organization(country="EE")), country_id="EE")
    with acting(user):
        need = services.create_need(fields=TEXTS, terms={}, competences=[])
    return Scene(people, user, PublishedRecord.objects.get(pk=version.practice_id), need)


@pytest.fixture
def scene(stages: Stages) -> Iterator[Scene]:
    with stages.open(set_scene) as built:
        yield built


@pytest.fixture
def people(scene: Scene) -> People:
    return scene.people


@pytest.fixture
def ministry_user(scene: Scene) -> User:
    return scene.ministry_user


@pytest.fixture
def practice(scene: Scene) -> PublishedRecord:
    return scene.practice


@pytest.fixture
def need(scene: Scene) -> Need:
    return scene.need


def begun(user: User, need: Need, practice: PublishedRecord) -> FitCheck:
    with acting(user):
        return services.start_fit_check(need, practice)


def answered(user: User, check: FitCheck, **lights: str) -> FitCheck:
    """Answer questions, named `part_key`, and leave the others as they are."""
    with acting(user):
        check = FitCheck.objects.get(pk=check.pk)
        rows = {f"{row.part}_{row.key}": row for row in check.answers.all()}
        given = {rows[name].pk: (light, f"note on {name}") for name, light in lights.items()}
        return services.answer_fit_check(check, answers=given, lock_version=check.lock_version)


# Questions that the page of a check asks, however many answers and tasks it has.
PAGE = 11
MUSTS = {"precondition_1": "green", "precondition_2": "green"}


def test_a_check_asks_for_relevance_conditions_factors_and_applicability(
    ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    check = begun(ministry_user, need, practice)
    with acting(ministry_user):
        asked = [(row.part, row.key, row.is_must) for row in check.answers.all()]
    parts = {part: [key for one, key, _must in asked if one == part] for part in FitPart.values}
    assert parts["relevance"] == ["problem", "groups", "priority"]
    assert parts["precondition"] == ["1", "2", "3"]
    assert [must for part, _key, must in asked if part == "precondition"] == [True, True, False]
    assert parts["factor"] == [f"FA{number:02}" for number in range(1, 13)]
    assert parts["applicability"] == ["theory", "conditions", "evidence", "delivery"]


def test_the_same_version_again_is_the_same_check(ministry_user: User, need: Need, practice: PublishedRecord) -> None:
    assert begun(ministry_user, need, practice).pk == begun(ministry_user, need, practice).pk


def test_only_a_practice_of_the_databank_can_be_checked(
    ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    practice.state = PublishedRecord.State.WITHDRAWN
    with acting(ministry_user), pytest.raises(ValidationError):
        services.start_fit_check(need, practice)


def test_a_red_must_stops_and_red_and_amber_answers_become_tasks_once(
    ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    check = begun(ministry_user, need, practice)
    check = answered(
        ministry_user,
        check,
        precondition_1="red",
        precondition_2="green",
        factor_FA07="amber",
        relevance_problem="amber",
    )
    with acting(ministry_user):
        check = services.finish_fit_check(check, lock_version=check.lock_version)
        assert [row.key for row in selectors.red_musts(list(check.answers.all()))] == ["1"]
        tasks = [(task.kind, task.text) for task in check.tasks.all()]
        assert tasks == [
            (TaskKind.RISK, "Is our problem the one that it solved?: note on relevance_problem"),
            (TaskKind.CLAUSE, "A register of firms with addresses: note on precondition_1"),
            (TaskKind.BUDGET, "Finance: note on factor_FA07"),
        ]
        assert [task.text for task in services.fit_tasks(need)] == [text for _kind, text in tasks]
        check = services.reopen_fit_check(check, lock_version=check.lock_version)
        assert services.fit_tasks(need) == []
        check = services.finish_fit_check(check, lock_version=check.lock_version)
        assert check.tasks.count() == 3


def test_a_must_is_answered_or_noted_before_the_check_is_done(
    ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    check = answered(ministry_user, begun(ministry_user, need, practice), precondition_1="green")
    with acting(ministry_user):
        with pytest.raises(TransitionRefused) as refused:
            services.finish_fit_check(check, lock_version=check.lock_version)
        assert [unmet.code for unmet in refused.value.unmet] == ["musts"]
    check = answered(ministry_user, check, precondition_2="unknown")
    with acting(ministry_user):
        assert services.finish_fit_check(check, lock_version=check.lock_version).status == "done"


def test_tasks_are_written_anew_and_those_left_out_go(
    ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    check = answered(ministry_user, begun(ministry_user, need, practice), **MUSTS, relevance_problem="amber")
    with acting(ministry_user):
        check = services.finish_fit_check(check, lock_version=check.lock_version)
        (task,) = check.tasks.all()
        check = services.save_tasks(
            check, tasks=[(None, "clause", "First"), (task.pk, "budget", "Second")], lock_version=check.lock_version
        )
        assert [(row.kind, row.text) for row in check.tasks.all()] == [("clause", "First"), ("budget", "Second")]
        check = services.save_tasks(check, tasks=[(task.pk, "budget", "Second")], lock_version=check.lock_version)
        assert [row.pk for row in check.tasks.all()] == [task.pk]
        with pytest.raises(StaleVersion):
            services.save_tasks(check, tasks=[], lock_version=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("item", "home", "there", "expected"),
    [
        ("CTX01", "L", "L", Distance.SAME),
        ("CTX01", "L", "U", Distance.NEAR),
        ("CTX01", "L", "H", Distance.FAR),
        ("CTX01", "?", "H", Distance.UNKNOWN),
        ("CTX17", "es gn", "es", Distance.SAME),
        ("CTX17", "es en", "en fr", Distance.NEAR),
        ("CTX17", "mn", "et", Distance.FAR),
        ("CTX04", "8", "10", Distance.SAME),
        ("CTX04", "8", "10.1", Distance.NEAR),
        ("CTX04", "5", "10", Distance.NEAR),
        ("CTX04", "5", "10.1", Distance.FAR),
        ("CTX04", "0", "10", Distance.FAR),
        ("CTX04", "0", "0", Distance.SAME),
        ("CTX04", "0", None, Distance.UNKNOWN),
    ],
)
def test_a_distance_is_told_item_by_item(item: str, home: str, there: str | None, expected: Distance) -> None:
    ContextFigure.objects.filter(country_id__in=["MN", "EE"]).delete()
    for country, value in (("MN", home), ("EE", there)):
        if value is not None:
            ContextFigure.objects.create(country_id=country, item_id=item, year="2020", value=value, source="test")
    (row,) = (row for row in distances("MN", "EE") if row["item"] == item)
    assert row["distance"] == expected


@pytest.mark.django_db
def test_numbers_of_different_units_are_not_compared() -> None:
    ContextFigure.objects.filter(country_id__in=["MN", "EE"]).delete()
    for country, unit in (("MN", "% of workers"), ("EE", "% of firms")):
        ContextFigure.objects.create(country_id=country, item_id="CTX03", year="2020", value="5", unit=unit, source="t")
    (row,) = (row for row in distances("MN", "EE") if row["item"] == "CTX03")
    assert row["distance"] == Distance.UNKNOWN


@pytest.mark.django_db
def test_the_latest_year_is_compared_and_what_nobody_reported_comes_last() -> None:
    rows = distances("MN", "EE")
    (unemployment,) = (row for row in rows if row["item"] == "CTX04")
    assert (unemployment["home"]["year"], unemployment["there"]) == ("2019", None)
    assert [row["item"] for row in rows[:2]] == ["CTX01", "CTX17"]
    assert rows[-1]["home"] is rows[-1]["there"] is None


# --- Who may ---------------------------------------------------------------------------------

RELATIONS = ("focal point", "contributor", "learner", "other ministry", "donor", "specialist")


def everybody(people: People, ministry_user: User, need: Need) -> dict[str, User]:
    ministry = need.owner
    return {
        "focal point": ministry_user,
        "contributor": people.contributor(ministry),
        "learner": people.member(ministry, Role.LEARNER),
        "other ministry": people.focal_point(),
        "donor": people.focal_point(people.organization("donor")),
        "specialist": people.specialist(),
    }


@pytest.mark.parametrize(("name", "relation"), list(itertools.product(FIT.transitions, RELATIONS)))
def test_each_step_is_for_the_ministry_s_writers_alone(
    name: str, relation: str, people: People, ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    check = answered(ministry_user, begun(ministry_user, need, practice), **MUSTS)
    if name == "reopen":
        with acting(ministry_user):
            check = services.finish_fit_check(check, lock_version=check.lock_version)
    user = everybody(people, ministry_user, need)[relation]
    with acting(user):
        if relation in {"focal point", "contributor"}:
            assert FIT.perform(check, name).status == ("done" if name == "finish" else "open")
        else:
            with pytest.raises((TransitionRefused, FitCheck.DoesNotExist)):
                FIT.perform(check, name)


@pytest.mark.parametrize("name", list(FIT.transitions))
@pytest.mark.parametrize("status", ["open", "done"])
def test_a_step_begins_where_the_table_says(
    name: str, status: str, ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    check = answered(ministry_user, begun(ministry_user, need, practice), **MUSTS)
    with acting(ministry_user):
        if status == "done":
            check = services.finish_fit_check(check, lock_version=check.lock_version)
        if status in FIT.transitions[name].sources:
            FIT.perform(check, name)
        else:
            with pytest.raises(TransitionRefused):
                FIT.perform(check, name)


@pytest.mark.parametrize("relation", ["learner", "other ministry", "donor", "specialist"])
def test_nobody_else_begins_a_check_or_reads_one(
    relation: str, people: People, ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    check = begun(ministry_user, need, practice)
    user = everybody(people, ministry_user, need)[relation]
    with acting(user):
        with pytest.raises(PermissionDenied):
            services.start_fit_check(need, practice)
        readable = relation == "learner"  # of the ministry itself
        assert FitCheck.objects.filter(pk=check.pk).exists() == readable
        assert FitAnswer.objects.filter(fit_check=check.pk).exists() == readable
        assert not AdaptationTask.objects.exists()


# --- Pages -----------------------------------------------------------------------------------


@pytest.fixture
def client(ministry_user: User) -> Client:
    client = Client()
    client.force_login(ministry_user)
    return client


def test_a_practice_is_chosen_by_its_number(client: Client, need: Need, practice: PublishedRecord) -> None:
    address = reverse("needs:fit_start", args=[need.pk])
    refused = client.post(address, {"number": "P-9999"})
    assert refused.status_code == 422
    assert "There is no practice with this number" in refused.content.decode()
    assert 'value="P-9999"' in refused.content.decode()
    answer = client.post(address, {"number": f" p-{practice.number:04} "})
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "A register of firms with addresses" in page.content.decode()


def filled(check: FitCheck, user: User, **lights: str) -> dict[str, Any]:
    with acting(user):
        check = FitCheck.objects.get(pk=check.pk)
        data: dict[str, Any] = {"version": check.lock_version}
        for row in check.answers.all():
            data[f"light-{row.pk}"] = lights.get(f"{row.part}_{row.key}", row.light)
            data[f"note-{row.pk}"] = row.note
        return data


def test_answers_are_saved_finished_and_shown(
    client: Client, ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    check = begun(ministry_user, need, practice)
    address = reverse("needs:fit", args=[need.pk, check.pk])
    data = filled(check, ministry_user, precondition_1="red", precondition_2="green")
    assert client.post(address, data | {"finish": "1"}).status_code == 302
    page = client.get(address).content.decode()
    assert "Do not transfer as it is" in page
    assert "What would have to be done first" in page
    assert "far apart" in page


def test_a_stale_save_keeps_what_was_typed(
    client: Client, ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    check = begun(ministry_user, need, practice)
    data = filled(check, ministry_user)
    with acting(ministry_user):
        note = next(f"note-{row.pk}" for row in check.answers.all())
    answered(ministry_user, check, relevance_groups=FitLight.GREEN)
    address = reverse("needs:fit", args=[need.pk, check.pk])
    refused = client.post(address, data | {note: "typed by me"})
    assert refused.status_code == 409
    assert "typed by me" in refused.content.decode()
    again = client.post(address, filled(check, ministry_user) | {note: "typed by me"})
    assert again.status_code == 302


def test_a_bad_answer_is_said_beside_it(
    client: Client, ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    check = begun(ministry_user, need, practice)
    data = filled(check, ministry_user)
    name = next(name for name in data if name.startswith("light-"))
    answer = client.post(reverse("needs:fit", args=[need.pk, check.pk]), data | {name: "purple"})
    assert answer.status_code == 422
    assert f'id="id_{name}_error"' in answer.content.decode()


@pytest.mark.parametrize("relation", ["other ministry", "donor"])
def test_a_foreign_check_is_a_missing_one(
    relation: str, people: People, ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    check = begun(ministry_user, need, practice)
    client = Client()
    client.force_login(everybody(people, ministry_user, need)[relation])
    assert client.get(reverse("needs:fit", args=[need.pk, check.pk])).status_code == 404
    assert client.get(reverse("needs:fit_start", args=[need.pk])).status_code == 404


def test_the_page_asks_the_same_for_one_task_and_for_three(
    client: Client, ministry_user: User, need: Need, practice: PublishedRecord
) -> None:
    check = answered(ministry_user, begun(ministry_user, need, practice), **MUSTS, relevance_problem="amber")
    with acting(ministry_user):
        check = services.finish_fit_check(check, lock_version=check.lock_version)
    address = reverse("needs:fit", args=[need.pk, check.pk])
    client.get(address)
    with asking(PAGE):
        client.get(address)
    with acting(ministry_user):
        check = FitCheck.objects.get(pk=check.pk)
        rows = [(None, "clause", f"Task {number}") for number in range(3)]
        services.save_tasks(check, tasks=rows, lock_version=check.lock_version)
    with asking(PAGE):
        client.get(address)
