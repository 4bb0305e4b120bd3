"""A project in execution: agreement, reports, states of values, corrections, amendments."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.utils import timezone

from network_site.common import exports
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.enums import OrganizationKind, Role
from network_site.publishing.models import PublishedRecord
from projects import services
from projects.enums import ValueState
from projects.models import Amendment, Period, Project, Update, Value
from projects.progress import progress_context
from projects.selectors.execution import execution_part, list_tasks, progress_of
from projects.services.execution import spans
from projects.states import Goal, PeriodFacts, ValueFacts, months_after, progress, state_of
from projects.views.machines import COLUMNS, result_rows

from ..people import People, acting
from ..queries import asking
from .running import approve, entry, report, reported, running, selected, sign, two_periods, write

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 10, 31)
QUARTER = PeriodFacts(1, dt.date(2026, 7, 1), dt.date(2026, 9, 30), dt.date(2026, 10, 30))
GOAL = Goal(Decimal(5))


# --- States --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goal", "value", "today", "expected"),
    [
        (GOAL, None, QUARTER.ends_on, ValueState.NOT_DUE),
        (GOAL, None, QUARTER.ends_on + DAY, ValueState.DUE),
        (GOAL, None, QUARTER.due_on, ValueState.DUE),
        (GOAL, None, QUARTER.due_on + DAY, ValueState.LATE),
        (None, None, TODAY, ValueState.NOT_DUE),
        (GOAL, ValueFacts(Decimal(0)), TODAY, ValueState.ZERO),
        (GOAL, ValueFacts(Decimal("0.0000")), TODAY, ValueState.ZERO),
        (GOAL, ValueFacts(Decimal("-1")), TODAY, ValueState.REPORTED),
        (GOAL, ValueFacts(text="Much better"), TODAY, ValueState.REPORTED),
        (GOAL, ValueFacts(not_measured="No money"), TODAY, ValueState.NOT_MEASURED),
        (GOAL, ValueFacts(), TODAY, ValueState.LATE),
        (None, ValueFacts(Decimal(3)), TODAY, ValueState.REPORTED),
    ],
)
def test_the_six_states(goal: Any, value: Any, today: dt.date, expected: str) -> None:
    assert state_of(goal, value, QUARTER, today) == expected


def test_periods_follow_from_the_dates() -> None:
    found = spans(dt.date(2025, 11, 30), dt.date(2026, 7, 15), months=3)
    assert found == [
        (dt.date(2025, 11, 30), dt.date(2026, 2, 27), dt.date(2026, 3, 27)),
        (dt.date(2026, 2, 28), dt.date(2026, 5, 29), dt.date(2026, 6, 29)),
        (dt.date(2026, 5, 30), dt.date(2026, 7, 15), dt.date(2026, 8, 15)),
    ]
    assert [len(spans(dt.date(2026, 1, 1), dt.date(2027, 12, 31), months=each)) for each in (3, 6)] == [8, 4]
    assert months_after(dt.date(2028, 1, 31), 1) == dt.date(2028, 2, 29)


# --- The start -----------------------------------------------------------------------------------


def test_a_start_wants_the_agreement_the_baselines_and_a_day_that_has_come(people: People) -> None:
    world = selected(people)
    with acting(world.focal_point):
        world.rows["1.1"].baseline = None
        world.rows["1.1"].save()
    with acting(world.lead), pytest.raises(TransitionRefused) as refused:
        services.begin_execution(world.fresh(world.lead), actual_start=timezone.localdate())
    assert [item.code for item in refused.value.unmet] == ["agreement", "baseline_1.1"]
    with acting(world.focal_point):
        world.rows["1.1"].baseline_missing = "Nobody counted"
        world.rows["1.1"].save()
    sign(world)
    with acting(world.lead):
        with pytest.raises(TransitionRefused) as refused:
            services.begin_execution(world.fresh(world.lead), actual_start=timezone.localdate() + DAY)
        assert [item.code for item in refused.value.unmet] == ["actual_start"]
        started = services.begin_execution(world.fresh(world.lead), actual_start=timezone.localdate())
    assert started.status == "in_execution"
    assert PublishedRecord.objects.get(pk=started.pk).snapshot["execution"]["agreement"]["agency"] == "Agency for Work"


def test_an_agreement_is_corrected_before_the_start_and_not_after(people: People) -> None:
    world = selected(people)
    sign(world)
    sign(world, months_each=6)
    with acting(world.officer):
        assert Period.objects.filter(project=world.project).count() == 2
    with acting(world.lead):
        services.begin_execution(world.fresh(world.lead), actual_start=timezone.localdate())
    with pytest.raises(TransitionRefused):
        sign(world)


def test_two_people_write_the_agreement_and_the_second_hears_of_it(people: People) -> None:
    world = selected(people)
    seen = world.fresh()
    sign(world)
    start = timezone.localdate()
    with acting(world.focal_point), pytest.raises(StaleVersion):
        services.sign_agreement(
            seen, agency_name="Another", signed_on=start, starts_on=start, ends_on=start, months_each=3,
            lock_version=seen.lock_version,
        )  # fmt: skip


# --- Reports -------------------------------------------------------------------------------------


def test_a_report_is_written_sent_returned_mended_and_approved_by_another(people: People) -> None:
    world = running(people)
    update = report(world, 1, entry(world, "1.1", 12))
    assert update.status == "pending"
    with acting(world.focal_point):
        assert Period.objects.get(pk=update.period_id).closed_at is None
        with pytest.raises(TransitionRefused):
            services.perform_report(world.update(1), "return")  # without a reason
        services.perform_report(world.update(1), "return", note="Which courses?")
    write(world, 1, entry(world, "1.1", 13), narrative="Courses A and B.")
    with acting(world.officer):
        services.perform_report(world.update(1), "send")
    approved = approve(world, 1)
    assert (approved.status, approved.reporter_id, approved.approver_id) == (
        "approved",
        world.officer.pk,
        world.focal_point.pk,
    )
    assert world.period(1).closed_at == approved.approved_at
    snapshot = PublishedRecord.objects.get(pk=world.project.pk).snapshot
    assert [(one["period"], one["narrative"]) for one in snapshot["execution"]["reports"]] == [(1, "Courses A and B.")]


def test_whoever_reports_does_not_approve(people: People) -> None:
    world = running(people)
    report(world, 1, entry(world, "1.1", 12), reporter=world.focal_point)
    with acting(world.focal_point), pytest.raises(TransitionRefused):
        services.perform_report(world.update(1), "approve")
    with acting(world.focal_point), pytest.raises(IntegrityError), transaction.atomic():
        Update.objects.filter(pk=world.update(1).pk).update(
            status="approved", approver=world.focal_point, approved_at=timezone.now()
        )
    assert approve(world, 1, by=world.specialist).status == "approved"


def test_what_is_due_must_be_said_before_a_report_is_sent(people: People) -> None:
    world = running(people)
    write(world, 2, entry(world, "1.1", 35), narrative="")
    with acting(world.officer), pytest.raises(TransitionRefused) as refused:
        services.perform_report(world.update(2), "send")
    assert [item.code for item in refused.value.unmet] == ["narrative", "value_1.2", "value_1.3"]
    write(world, 2, entry(world, "1.1", 35), entry(world, "1.2", 0), entry(world, "1.3", not_measured="No survey"))
    with acting(world.officer):
        assert services.perform_report(world.update(2), "send").status == "pending"


def test_nobody_reports_on_what_has_not_begun(people: People) -> None:
    world = running(people)
    with acting(world.focal_point):
        Period.objects.filter(pk=world.period(4).pk).update(
            starts_on=timezone.localdate() + DAY, ends_on=timezone.localdate() + 2 * DAY
        )
    write(world, 4, entry(world, "1.1", 1))
    with acting(world.officer), pytest.raises(TransitionRefused) as refused:
        services.perform_report(world.update(4), "send")
    assert refused.value.unmet[0].code == "period"


def test_a_value_is_measured_or_not_but_never_both(people: People) -> None:
    world = running(people)
    with pytest.raises(IntegrityError), transaction.atomic():
        write(world, 1, entry(world, "1.1", 0, not_measured="Lost"))


def test_a_report_takes_no_result_of_another_project(people: People) -> None:
    world, other = running(people), running(people)
    with pytest.raises(TransitionRefused):
        write(world, 1, entry(other, "1.1", 3))


def test_only_the_reporter_goes_on_with_a_report(people: People) -> None:
    world = running(people)
    write(world, 1, entry(world, "1.1", 12))
    with pytest.raises(TransitionRefused):
        write(world, 1, entry(world, "1.1", 99), reporter=world.contributor)
    with acting(world.contributor), pytest.raises(TransitionRefused):
        services.perform_report(world.update(1), "send")


def test_a_correction_counts_only_once_it_is_approved_and_keeps_the_old_one(people: People) -> None:
    world = running(people)
    reported(world, 1, entry(world, "1.1", 12))
    with pytest.raises(TransitionRefused):
        write(world, 1, entry(world, "1.1", 13))
    with acting(world.officer):
        with pytest.raises(TransitionRefused):
            services.open_correction(world.period(1), reason="  ")
        correction = services.open_correction(world.period(1), reason="Two people were counted twice.")
        assert correction.version == 2
        assert [value.value for value in correction.values.all()] == [Decimal(12)]
    assert _actual(world) == {"12"}
    write(world, 1, entry(world, "1.1", 10))
    with acting(world.officer):
        services.perform_report(world.update(1), "send")
    approve(world, 1)
    assert _actual(world) == {"10"}
    with acting(world.focal_point):
        versions = Update.objects.filter(period=world.period(1)).order_by("version")
        assert [(one.version, one.status) for one in versions] == [(1, "replaced"), (2, "approved")]
    kept = PublishedRecord.objects.get(pk=world.project.pk).versions.order_by("version")
    values = [_values(one.snapshot) for one in kept]
    assert values[-2:] == [["12"], ["10"]]


def _values(snapshot: dict[str, Any]) -> list[str]:
    return [value["value"] for one in snapshot["execution"]["reports"] for value in one["values"]]


def _actual(world: Any) -> set[str]:
    return set(_values(PublishedRecord.objects.get(pk=world.project.pk).snapshot))


# --- From entry to screen, file and snapshot -----------------------------------------------------


def states(snapshot: dict[str, Any]) -> dict[str, list[str]]:
    lines = progress(snapshot, timezone.localdate())
    return {line.code: [cell.state.value for cell in line.cells] for line in lines}


EXPECTED = {
    "1.1": ["reported", "reported", "late", "not_due"],
    "1.2": ["not_due", "zero", "not_due", "not_due"],
    "1.3": ["not_due", "not_measured", "not_due", "not_due"],
    "2.1": ["not_due", "reported", "not_due", "not_due"],
}


def test_zero_late_and_not_measured_stay_apart_in_the_snapshot(people: People) -> None:
    world = running(people)
    two_periods(world)
    snapshot = PublishedRecord.objects.get(pk=world.project.pk).snapshot
    assert states(snapshot) == EXPECTED
    second = {value["result"]: value for value in snapshot["execution"]["reports"][1]["values"]}
    zero, unmeasured = second[str(world.rows["1.2"].pk)], second[str(world.rows["1.3"].pk)]
    assert (zero["value"], zero["state"]) == ("0", "zero")
    assert (unmeasured["value"], unmeasured["state"]) == (None, "not_measured")
    with acting(world.contributor):
        assert {line.code: [cell.state.value for cell in line.cells] for line in progress_of(world.fresh())} == EXPECTED


def test_zero_late_and_not_measured_stay_apart_in_the_file(people: People) -> None:
    world = running(people)
    two_periods(world)
    snapshot = PublishedRecord.objects.get(pk=world.project.pk).snapshot
    written = exports.write("csv", COLUMNS, result_rows(snapshot)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(written)))
    found = {(row["Number of the result"], row["Period"]): (row["Code of the state"], row["Value"]) for row in rows}
    assert len(rows) == 16
    assert found["1.1", "1"] == ("reported", "12")
    assert found["1.1", "3"] == ("late", "")
    assert found["1.1", "4"] == ("not_due", "")
    assert found["1.2", "2"] == ("zero", "0")
    assert found["1.3", "2"] == ("not_measured", "")
    assert found["2.1", "2"] == ("reported", "")
    assert [key for key, (_state, value) in found.items() if value == "0"] == [("1.2", "2")]


def test_the_page_says_the_states_in_words(people: People, sign_in: Any) -> None:
    world = running(people)
    two_periods(world)
    page = sign_in(world.contributor).get(f"/en/workspace/projects/{world.project.pk}/execution/").content.decode()
    for words in (
        "Reported as zero",
        "Late",
        "Not measured",
        "The survey was not paid for",
        '<span class="st-0">0</span>',
    ):
        assert words in page
    context = progress_context(PublishedRecord.objects.get(pk=world.project.pk).snapshot)["progress"]
    assert [entry["value"] for entry in context["figures"]] == [1, 1, 1]


def test_drafts_of_reports_and_names_stay_inside(people: People) -> None:
    world = running(people)
    reported(world, 1, entry(world, "1.1", 12))
    write(world, 2, entry(world, "1.1", 35, source="zqdraftqz"), narrative="zqdraftqz", difficulties="zqdraftqz")
    report(world, 3, entry(world, "1.1", 70), narrative="zqpendingqz", reporter=world.contributor)
    with acting(world.focal_point):
        services.perform_execution(world.fresh(), "suspend", note="The money is late.")
        part = str(execution_part(world.fresh()))
    snapshot = str(PublishedRecord.objects.get(pk=world.project.pk).snapshot)
    for text in (part, snapshot):
        assert "zqdraftqz" not in text
        assert "zqpendingqz" not in text
        assert str(world.officer.pk) not in text
    for stranger in (
        people.focal_point(),
        people.member(people.organization(OrganizationKind.DONOR), Role.FOCAL_POINT),
        people.contributor(people.organization(OrganizationKind.PROVIDER)),
    ):
        with acting(stranger):
            assert not Project.objects.filter(pk=world.project.pk).exists()
            assert not Update.objects.filter(project_id=world.project.pk).exists()
            assert not Value.objects.filter(update__project_id=world.project.pk).exists()
            with pytest.raises(ObjectDoesNotExist):
                services.perform_report(Update(pk=world.update(3).pk, project_id=world.project.pk), "approve")


# --- Amendments ----------------------------------------------------------------------------------


def test_an_amendment_keeps_what_was_and_says_what_changed(people: People) -> None:
    world = running(people)
    two_periods(world)
    with acting(world.focal_point):
        project = world.fresh()
        line = project.budget.get(position=0)
        end = project.agreement.ends_on
        services.amend_project(
            project,
            reason="The trainers were ill for a quarter.",
            ends_on=months_after(end, 3),
            targets={world.rows["1.1"].pk: (Decimal(80), ""), world.rows["1.2"].pk: (Decimal(1), "")},
            costs={line.pk: (Decimal(1), Decimal(65000))},
        )
        amendment = Amendment.objects.get(project=project)
        assert [(change["field"], change["before"], change["after"]) for change in amendment.changes] == [
            ("ends_on", end.isoformat(), months_after(end, 3).isoformat()),
            ("target", "100", "80"),
            ("budget", "USD 60000.00", "USD 65000.00"),
        ]
        assert Period.objects.filter(project=project).count() == 5
    record = PublishedRecord.objects.get(pk=world.project.pk)
    assert record.version == amendment.edition
    before, after = (record.versions.get(version=amendment.edition + step).snapshot for step in (-1, 0))
    assert [_target(snapshot) for snapshot in (before, after)] == ["100", "80"]
    assert before["execution"]["amendments"] == []
    assert after["execution"]["amendments"][0]["reason"] == "The trainers were ill for a quarter."


def _target(snapshot: dict[str, Any]) -> str:
    return next(str(row["target"]) for row in snapshot["results"] if row["code"] == "1.1")


def test_an_amendment_that_changes_nothing_or_breaks_a_promise_is_refused(people: People) -> None:
    world = running(people)
    two_periods(world)
    with acting(world.focal_point):
        project = world.fresh()
        line = project.budget.get(position=0)
        start = project.agreement.starts_on
        for changes, code in (
            ({}, "changes"),
            ({"ends_on": project.agreement.ends_on}, "changes"),
            ({"ends_on": months_after(start, 4)}, "ends_on"),
            ({"ends_on": start - DAY}, "ends_on"),
            ({"costs": {line.pk: (Decimal(1), Decimal(1000))}}, "budget"),
        ):
            with pytest.raises(TransitionRefused) as refused, transaction.atomic():
                services.amend_project(world.fresh(), reason="Because.", **changes)
            assert refused.value.unmet[0].code == code, changes
        line.refresh_from_db()
        assert line.unit_cost == 60000
        services.amend_project(world.fresh(), reason="Shorter by a quarter.", ends_on=months_after(start, 9) - DAY)
        assert Period.objects.filter(project=project).count() == 3


# --- Work and questions ----------------------------------------------------------------------------


def test_tasks_say_who_has_to_do_something(people: People) -> None:
    world = running(people)
    reported(world, 1, entry(world, "1.1", 12))
    report(world, 2, entry(world, "1.1", 35), entry(world, "1.2", 0), entry(world, "1.3", not_measured="No survey"))

    def tasks(user: Any) -> list[tuple[str, str]]:
        with acting(user) as actor:
            return [(task["title"], task["status"]) for task in list_tasks(actor)]

    late = ("Report on results", "late")
    judge = ("Approve a report on results", "pending")
    assert tasks(world.officer) == [late]
    assert tasks(world.contributor) == [late]
    assert tasks(world.focal_point) == [late, judge]
    assert tasks(world.specialist) == [judge]
    assert tasks(people.focal_point()) == []


@pytest.mark.parametrize("count", [1, 3, 300])
def test_the_number_of_questions_does_not_grow_with_periods(people: People, count: int) -> None:
    world = running(people)
    with acting(world.focal_point):
        Period.objects.filter(project=world.project).delete()
        start = dt.date(1990, 1, 1)
        periods = Period.objects.bulk_create(
            Period(
                project=world.project, number=number, starts_on=start + number * 10 * DAY,
                ends_on=start + number * 10 * DAY + 9 * DAY, due_on=start + number * 10 * DAY + 30 * DAY,
            )
            for number in range(1, count + 1)
        )  # fmt: skip
        updates = Update.objects.bulk_create(
            Update(
                project=world.project, period=period, status="approved", reporter=world.officer,
                approver=world.focal_point, approved_at=timezone.now(), narrative="Done.",
            )
            for period in periods
        )  # fmt: skip
        Value.objects.bulk_create(Value(update=update, result=world.rows["1.1"], value=0) for update in updates)
        with asking(8):
            part = execution_part(world.fresh())
        with asking(5):
            lines = progress_of(Project(pk=world.project.pk))
        assert len(part["reports"]) == len(lines[0].cells) == count
