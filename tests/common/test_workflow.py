"""The one way to change state: the order of its checks, and what a refusal leaves behind (nothing)."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from network_site.common.models import AuditEntry, Outbox, TransitionRecord
from network_site.common.scoping import NoActor
from network_site.common.workflow import (
    StaleVersion,
    TransitionRefused,
    Unmet,
    Workflow,
    transition,
    transition_performed,
)
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from practices.enums import PracticeStatus
from practices.models import PracticeVersion

from ..people import People, acting, draft, get

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def anybody(actor: Any, record: Any) -> bool:
    return True


def nobody(actor: Any, record: Any) -> bool:
    return False


def first_guard(record: Any, actor: Any) -> list[Unmet]:
    return [Unmet("one", "The first thing.")]


def second_guard(record: Any, actor: Any) -> list[Unmet]:
    return [Unmet("two", "The second thing."), Unmet("three", "The third thing.", "/there/")]


def toy(**changes: Any) -> Workflow:
    """A workflow of one step from draft to ready."""
    given: dict[str, Any] = {
        "sources": {"draft"}, "target": "ready", "permission": anybody, "label": "Go", "announces": ("toy.gone",),
    }  # fmt: skip
    return Workflow("toy", {"go": transition(**(given | changes))})


@pytest.fixture
def writer(people: People) -> User:
    return people.focal_point()


@pytest.fixture
def version(writer: User) -> PracticeVersion:
    return draft(writer)


def left_behind(version: PracticeVersion) -> tuple[Any, ...]:
    with acting_as(service_actor("relay"), reason="test"):
        now = PracticeVersion.objects.get(pk=version.pk)
        found = now.status, now.lock_version, TransitionRecord.objects.count(), Outbox.objects.count()
    with acting_as(service_actor("auditor"), reason="test"):
        return *found, AuditEntry.objects.count()


def refusal(workflow: Workflow, writer: User, record: PracticeVersion, **more: Any) -> list[str]:
    """Why the step is refused; "stale" for a reading that is no longer the present one."""
    before = left_behind(record)
    with acting(writer):
        try:
            workflow.perform(get(record.pk), "go", **more)
        except StaleVersion:
            codes = ["stale"]
        except TransitionRefused as refused:
            codes = [item.code for item in refused.unmet]
    assert left_behind(record) == before
    return codes


def test_version_state_permission_reason_and_guards_are_asked_in_this_order(
    writer: User, version: PracticeVersion
) -> None:
    wrong: dict[str, Any] = {
        "sources": {"submitted"}, "permission": nobody, "note_required": True, "guards": (first_guard, second_guard),
    }  # fmt: skip
    assert refusal(toy(**wrong), writer, version, version=99) == ["stale"]
    assert refusal(toy(**wrong), writer, version, version=1) == ["state"]
    wrong["sources"] = {"draft"}
    assert refusal(toy(**wrong), writer, version, version=1) == ["permission"]
    wrong["permission"] = anybody
    assert refusal(toy(**wrong), writer, version, version=1) == ["note"]
    assert refusal(toy(**wrong), writer, version, version=1, note="Why not.") == ["one", "two", "three"]


@pytest.mark.parametrize("note", ["", "   ", "\n\t "])
def test_a_reason_of_nothing_is_no_reason(writer: User, version: PracticeVersion, note: str) -> None:
    assert refusal(toy(note_required=True), writer, version, note=note) == ["note"]


def test_a_version_that_nobody_named_is_not_checked(writer: User, version: PracticeVersion) -> None:
    with acting(writer):
        assert toy().perform(get(version.pk), "go").status == "ready"


def test_a_refusal_says_everything_in_words(writer: User, version: PracticeVersion) -> None:
    with acting(writer), pytest.raises(TransitionRefused) as refused:
        toy(guards=(first_guard, second_guard)).perform(get(version.pk), "go")
    assert refused.value.messages == ["The first thing.", "The second thing.", "The third thing."]


def test_somebody_who_cannot_read_the_record_learns_that_there_is_none(
    people: People, version: PracticeVersion
) -> None:
    stranger = people.focal_point()
    before = left_behind(version)
    with acting(stranger), pytest.raises(PracticeVersion.DoesNotExist):
        toy().perform(version, "go")
    assert left_behind(version) == before


def test_without_an_actor_nothing_moves(version: PracticeVersion) -> None:
    with pytest.raises(NoActor):
        toy().perform(version, "go")


def test_an_unknown_step_is_a_bug(writer: User, version: PracticeVersion) -> None:
    with acting(writer), pytest.raises(KeyError):
        toy().perform(get(version.pk), "fly")


def test_a_step_writes_state_history_trail_and_outbox_once(writer: User, version: PracticeVersion) -> None:
    with acting(writer) as actor:
        moved = toy().perform(get(version.pk), "go", note="It is time.", region="South")
        kept = get(version.pk)
        history = TransitionRecord.objects.get(object_id=version.pk)
    assert (kept.status, kept.lock_version, kept.region) == (moved.status, moved.lock_version, moved.region)
    assert (kept.status, kept.lock_version, kept.region) == ("ready", 2, "South")
    assert (history.workflow, history.name, history.source, history.target) == ("toy", "go", "draft", "ready")
    assert (history.note, history.object_version, history.role) == ("It is time.", 2, "focal_point")
    assert (history.user_id, history.organization_id) == (writer.pk, actor.organization_id)
    assert (history.tenant_id, history.root_id) == (kept.practice.owner_id, version.pk)
    with acting_as(service_actor("auditor"), reason="test"):
        entry = AuditEntry.objects.get(action="toy.go")
    assert (entry.object_id, entry.object_version, entry.reason) == (version.pk, 2, "It is time.")
    row = Outbox.objects.get(kind="toy.gone")
    assert (row.object_id, row.object_version, row.state) == (version.pk, 2, "waiting")


def test_those_who_listen_hear_it_inside_the_transaction_and_can_stop_it(
    writer: User, version: PracticeVersion
) -> None:
    heard = []

    def listen(sender: Any, **told: Any) -> None:
        heard.append((sender, told["record"].pk, told["workflow"], told["transition"], told["note"]))
        raise RuntimeError("no")

    before = left_behind(version)
    transition_performed.connect(listen)
    try:
        with acting(writer), pytest.raises(RuntimeError):
            toy().perform(get(version.pk), "go", note="It is time.")
    finally:
        transition_performed.disconnect(listen)
    assert heard == [(PracticeVersion, version.pk, "toy", "go", "It is time.")]
    assert left_behind(version) == before


def test_options_are_what_is_permitted_now_with_everything_that_is_missing(
    writer: User, version: PracticeVersion
) -> None:
    steps = {
        "open": transition({"draft"}, "ready", anybody, "Open"),
        "blocked": transition({"draft"}, "ready", anybody, "Blocked", guards=(first_guard, second_guard)),
        "forbidden": transition({"draft"}, "ready", nobody, "Forbidden"),
        "later": transition({"ready"}, "draft", anybody, "Later"),
    }
    with acting(writer) as actor:
        options = Workflow("toy", steps).options(get(version.pk), actor)
    assert [(option.name, option.ready, [item.code for item in option.unmet]) for option in options] == [
        ("open", True, []),
        ("blocked", False, ["one", "two", "three"]),
    ]


def test_a_step_is_told_in_the_past_or_by_its_label() -> None:
    assert transition({"draft"}, "ready", anybody, "Go").past == "Go"
    assert transition({"draft"}, "ready", anybody, "Go", past="Gone").past == "Gone"


# --- The engine is the only writer -------------------------------------------------------------

# Files that write a `status` which is no state of a life cycle, each with its reason.
OTHER_STATUS = {
    "network_site/common/workflow.py": "the engine itself",
    "learning/services/content.py": "a question is reviewed or not, by its newest version; the trail tells who did",
    "learning/services/quizzes.py": "an attempt is handed in or its time is over, once; it is its learner's own",
    "network_site/taxonomy/services.py": "a term is current or deprecated; it has no life cycle",
}


def writes_status(tree: ast.AST) -> list[int]:
    """Lines that set an attribute `status`, or pass it to update, save or bulk_update."""
    lines = []
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets += [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []
        if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets):
            lines.append(node.lineno)
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            passed = {keyword.arg for keyword in node.keywords}
            if name in {"update", "aupdate", "update_or_create"} and "status" in passed:
                lines.append(node.lineno)
            if name == "setattr" and any(isinstance(a, ast.Constant) and a.value == "status" for a in node.args):
                lines.append(node.lineno)
    return lines


def test_nothing_but_the_engine_writes_a_status() -> None:
    root = Path(settings.BASE_DIR)
    packages = ("network_site", "practices", "needs", "projects", "funders", "learning", "search")
    found = {
        path.relative_to(root).as_posix(): lines
        for package in packages
        for path in (root / package).rglob("*.py")
        if "migrations" not in path.parts and (lines := writes_status(ast.parse(path.read_text("utf-8"))))
    }
    assert sorted(set(found) - set(OTHER_STATUS)) == []
    assert found["network_site/common/workflow.py"] != []


def test_the_search_for_writers_finds_each_kind_of_writing() -> None:
    guilty = "a.status = 1\nb.objects.update(status=2)\nsetattr(c, 'status', 3)\nd.status += 'x'\nf.filter(status=4)"
    assert sorted(writes_status(ast.parse(guilty))) == [1, 2, 3, 4]


def test_every_state_of_a_practice_has_a_name_that_the_database_knows() -> None:
    names = {one.name: str(one.condition) for one in PracticeVersion._meta.constraints if hasattr(one, "condition")}
    assert all(state in names["practice_status_known"] for state in PracticeStatus.values)
