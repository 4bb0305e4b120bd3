"""Pages of execution: what is wrong is said at the field, what was typed stays, a stale edit is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from projects.models import Period, Update, Value

from ..people import People, acting
from .running import Running, all_periods, entry, report, running, selected, sign, start_of, two_periods, write

pytestmark = pytest.mark.django_db


def base(world: Running) -> str:
    return f"/en/workspace/projects/{world.project.pk}/execution/"


def fields(world: Running, **values: Any) -> dict[str, Any]:
    """A report as the form sends it."""
    given = {"narrative": "Courses were held.", "difficulties": "One trainer was ill."}
    for name, value in values.items():
        code, _sign, field = name.partition("__")
        given[f"r-{world.rows[code.replace('_', '.')].pk}-{field or 'value'}"] = value
    return given


@pytest.mark.parametrize("typed", ["NaN", "1e309", "1" * 30, "many", "1.23456", "Infinity", "0x10", "--1"])
def test_a_value_that_is_none_is_refused_at_its_field_and_nothing_is_lost(
    people: People, sign_in: Any, typed: str
) -> None:
    world = running(people)
    answer = sign_in(world.officer).post(f"{base(world)}periods/1/", fields(world, **{"1_1": typed, "1_2": "7"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert f"id_r-{world.rows['1.1'].pk}-value_error" in page
    for kept in ("Courses were held.", "One trainer was ill.", f'value="{typed}"', 'value="7"'):
        assert kept in page
    with acting(world.officer):
        assert not Update.objects.exists()


def test_zero_is_kept_as_zero_and_empty_as_nothing(people: People, sign_in: Any) -> None:
    world = running(people)
    sign_in(world.officer).post(f"{base(world)}periods/1/", fields(world, **{"1_1": "0", "1_2": " "}))
    with acting(world.officer):
        assert [(value.result_id, value.value) for value in Value.objects.all()] == [(world.rows["1.1"].pk, 0)]


def test_a_value_and_the_reason_why_there_is_none_exclude_each_other(people: People, sign_in: Any) -> None:
    world = running(people)
    answer = sign_in(world.officer).post(
        f"{base(world)}periods/1/", fields(world, **{"1_1": "0", "1_1__not_measured": "Lost"})
    )
    assert answer.status_code == 422
    assert "not both" in answer.content.decode()


def test_sent_without_what_is_due_the_report_stays_a_draft_with_everything(people: People, sign_in: Any) -> None:
    world = running(people)
    browser = sign_in(world.officer)
    answer = browser.post(f"{base(world)}periods/2/", fields(world, **{"1_1": "35"}) | {"send": "1"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "1.2 Guides published: give the value, or say why it was not measured." in page
    assert 'value="35"' in page
    with acting(world.officer):
        version = Update.objects.get().lock_version
    more = {"1_1": "35", "1_2": "0", "1_3__not_measured": "No survey"}
    answer = browser.post(f"{base(world)}periods/2/", fields(world, **more) | {"send": "1", "version": version})
    assert answer.status_code == 302
    assert world.update(2).status == "pending"


def test_a_stale_report_is_refused(people: People, sign_in: Any) -> None:
    world = running(people)
    first = write(world, 1, entry(world, "1.1", 1))
    write(world, 1, entry(world, "1.1", 2))
    stale = fields(world, **{"1_1": "3"}) | {"version": first.lock_version}
    answer = sign_in(world.officer).post(f"{base(world)}periods/1/", stale)
    assert answer.status_code == 409
    assert 'value="3"' in answer.content.decode()
    with acting(world.officer):
        assert Value.objects.get().value == 2


def test_the_agreement_says_what_is_wrong_with_its_dates(people: People, sign_in: Any) -> None:
    world = selected(people)
    given = {
        "version": 1, "agency_name": "Agency", "signed_on": "2026-01-01", "starts_on": "2026-02-01",
        "ends_on": "2026-01-15", "months_each": "3",
    }  # fmt: skip
    browser = sign_in(world.focal_point)
    answer = browser.post(f"{base(world)}agreement/", given)
    assert answer.status_code == 422
    assert "The last day is before the first one." in answer.content.decode()
    assert browser.post(f"{base(world)}agreement/", given | {"ends_on": "2026-12-31"}).status_code == 302
    answer = browser.post(f"{base(world)}agreement/", given | {"ends_on": "2026-12-30"})
    assert answer.status_code == 409
    with acting(world.focal_point):
        assert Period.objects.filter(project=world.project).count() == 4


def test_a_start_in_the_future_is_refused_at_its_field(people: People, sign_in: Any) -> None:
    world = selected(people)
    sign(world)
    answer = sign_in(world.lead).post(f"{base(world)}do/start/", {"actual_start": "2999-01-01", "version": 2})
    assert answer.status_code == 422
    assert "it cannot be in the future" in answer.content.decode()


def test_the_whole_way_by_clicks(people: People, client: Client) -> None:
    from ..people import prove_second_factor

    def enter(user: Any) -> Client:
        browser = Client()
        browser.force_login(user)
        prove_second_factor(browser, user)
        return browser

    world = selected(people)
    sign(world)
    lead, judge, ministry = enter(world.lead), enter(world.focal_point), enter(world.contributor)
    assert lead.post(f"{base(world)}do/start/", {"actual_start": start_of().isoformat()}).status_code == 302
    report(world, 1, entry(world, "1.1", 12))
    assert "Read and approve" in judge.get(base(world)).content.decode()
    assert "Approve the report" in judge.get(f"{base(world)}periods/1/").content.decode()
    assert judge.post(f"{base(world)}periods/1/approve/", {"version": 1}).status_code == 409
    assert judge.post(f"{base(world)}periods/1/approve/").status_code == 302
    assert ministry.post(f"{base(world)}periods/1/correct/", {"reason": ""}).status_code == 422
    assert judge.post(f"{base(world)}do/suspend/", {"note": ""}).status_code == 422
    assert judge.post(f"{base(world)}do/suspend/", {"note": "The money is late."}).status_code == 302
    assert lead.post(f"{base(world)}do/resume/", {"note": "It came."}).status_code == 302
    amended = judge.get(f"{base(world)}amend/")
    assert amended.status_code == 200
    assert ministry.get(f"{base(world)}amend/").status_code == 403
    world.project = world.fresh()
    two = {"version": world.project.lock_version, "reason": "", "ends_on": "x"}
    assert judge.post(f"{base(world)}amend/", two).status_code == 422


def test_pages_ask_the_same_however_much_there_is(people: People, sign_in: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for told in (two_periods, all_periods):
        world = running(people)
        told(world)
        browser = sign_in(world.contributor)
        browser.get(base(world))
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(base(world)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
