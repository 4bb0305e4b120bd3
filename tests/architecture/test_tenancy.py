"""Every model of ours is private or shared for a reason, and nothing in our source goes around the locks."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from wagtail.models import DraftStateMixin, LockableMixin, RevisionMixin, WorkflowMixin

from network_site.common.scoping import ScopedManager, ScopedModel
from network_site.organizations.rls import private_models
from network_site.organizations.tenancy import SHARED_MODELS, ChildModel

from .sources import TOPS, calls, imports, python_files, short, templates, tree

pytestmark = pytest.mark.embedded

UNSCOPED_ALLOWED = {
    "network_site/organizations/tenancy.py": "the rules themselves: a condition inside EXISTS may not ask for itself",
    "network_site/organizations/models/sharing.py": "the rule of shares, for the same reason",
    "network_site/organizations/selectors.py": "memberships are read before there is an actor",
    "search/models/matching.py": "a match has one of two parents: their conditions inside EXISTS, for the same reason",
    "network_site/common/management/commands/verify_audit.py": "the auditor walks the chains of all tenants",
}
CURSOR_ALLOWED = {
    "network_site/common/database.py": "opens guarded tables for one transaction",
    "network_site/common/guards.py": "installs and counts triggers",
    "network_site/common/views.py": "the health page asks whether the database answers",
    "network_site/organizations/actor.py": "tells the database who is asking",
    "network_site/organizations/rls.py": "installs and counts policies",
    "network_site/organizations/selectors.py": "memberships are read before there is an actor",
    "search/engines/database/sql.py": "full-text search of two databases, on copies of the public plane",
}
QUERYSET_ALLOWED = {"network_site/common/scoping.py": "`unscoped` itself"}
SAFE_ALLOWED = {"network_site/common/templatetags/enlace.py": "what nh3 or Django's own widgets have made"}
STATUS_ALLOWED = {
    "network_site/common/workflow.py": "the one engine",
    "network_site/taxonomy/services.py": "a term is current or retired as its scheme's file says",
    "learning/services/content.py": "a question is a draft, reviewed or retired as whoever writes the course says",
    "learning/services/quizzes.py": "an attempt ends by being marked: nobody decides it, and it is the learner's own",
}

WAGTAIL_HISTORY = {
    "Revision", "BaseLogEntry", "ModelLogEntry", "PageLogEntry", "TaskState", "WorkflowState", "Task", "Workflow",
    "WorkflowContentType", "GroupApprovalTask", "Comment", "CommentReply", "ReferenceIndex", "EditingSession",
}  # fmt: skip


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in TOPS]


def files_with(wrong: Callable[[ast.AST], bool]) -> set[str]:
    """Names of the files in which some node is wrong."""
    return {short(path) for path in python_files() if any(wrong(node) for node in ast.walk(tree(path)))}


def calls_method(*names: str) -> Callable[[ast.AST], bool]:
    return lambda node: (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in set(names)
    )


def names(*wanted: str) -> Callable[[ast.AST], bool]:
    """Whether a node speaks of one of these names, as a variable, an attribute or an import."""

    def says(node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in wanted
        if isinstance(node, ast.Attribute):
            return node.attr in wanted
        return isinstance(node, ast.alias) and node.name in wanted

    return says


# --- Models ----------------------------------------------------------------------------------


def test_every_model_is_private_or_shared_for_a_reason() -> None:
    neither = [
        model._meta.label
        for model in our_models()
        if not issubclass(model, ScopedModel) and model._meta.label not in SHARED_MODELS
    ]
    assert neither == []


def test_no_model_is_private_and_shared() -> None:
    both = [model._meta.label for model in private_models() if model._meta.label in SHARED_MODELS]
    assert both == []


def test_the_list_of_shared_models_names_only_models_that_exist() -> None:
    assert set(SHARED_MODELS) - {model._meta.label for model in our_models()} == set()
    assert [label for label, reason in SHARED_MODELS.items() if len(reason.split()) < 2] == []


@pytest.mark.parametrize("rule", ["readable_q", "read_sql", "may_insert", "insert_sql"])
def test_every_private_model_says_itself_who_reads_and_who_creates(rule: str) -> None:
    silent = [
        model._meta.label
        for model in private_models()
        if next(base for base in model.__mro__ if rule in vars(base)) is ScopedModel
    ]
    assert silent == []


def test_every_manager_of_a_private_model_is_scoped() -> None:
    open_managers = [
        (model._meta.label, manager.name)
        for model in private_models()
        for manager in (*model._meta.managers, model._base_manager, model._default_manager)
        if not isinstance(manager, ScopedManager)
    ]
    assert open_managers == []
    assert [model._meta.label for model in private_models() if model._meta.base_manager_name != "objects"] == []


def test_every_child_hangs_on_a_private_parent_and_never_on_none() -> None:
    loose = [
        model._meta.label
        for model in private_models()
        if issubclass(model, ChildModel)
        and (not issubclass(model.parent_model(), ScopedModel) or model._meta.get_field(model.parent_field).null)
    ]
    assert loose == []


def test_nobody_can_join_from_a_shared_model_to_a_private_one() -> None:
    """A join is not filtered by lock 1, so a shared model has no way back to a private one."""
    ways = [
        f"{field.related_model._meta.label}.{field.remote_field.get_accessor_name()} to {model._meta.label}"
        for model in private_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and not issubclass(field.related_model, ScopedModel)
        and not field.remote_field.hidden
    ]
    assert ways == []


def test_nobody_can_join_from_a_private_model_to_one_that_fewer_people_read() -> None:
    """A way back is safe only to children, which are read exactly by those who read the parent."""
    ways = [
        f"{field.related_model._meta.label}.{field.remote_field.get_accessor_name()} to {model._meta.label}"
        for model in private_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and issubclass(field.related_model, ScopedModel)
        and not field.remote_field.hidden
        and not (_is_read_as_its_parent(model) and model.parent_field == field.name)
    ]
    assert ways == []


def _is_read_as_its_parent(model: type[ScopedModel]) -> bool:
    """Whether a child has no rule of its own for readers."""
    return issubclass(model, ChildModel) and model.readable_q.__func__ is ChildModel.readable_q.__func__  # type: ignore[attr-defined]


def test_no_private_model_takes_part_in_wagtails_history() -> None:
    mixed = [
        model._meta.label
        for model in private_models()
        if issubclass(model, RevisionMixin | DraftStateMixin | WorkflowMixin | LockableMixin)
    ]
    assert mixed == []


# --- Source ----------------------------------------------------------------------------------


def test_unscoped_is_imported_only_where_it_has_a_reason() -> None:
    importers = {short(path) for path in python_files() if any("unscoped" in given for _module, given in imports(path))}
    assert importers == set(UNSCOPED_ALLOWED)
    others = files_with(lambda node: isinstance(node, ast.Attribute) and node.attr == "unscoped")
    assert others == set()


def test_nobody_reaches_for_the_base_manager() -> None:
    assert files_with(names("_base_manager")) == set()


def test_nobody_builds_a_queryset_beside_the_managers() -> None:
    builds = files_with(
        lambda node: (
            isinstance(node, ast.Call)
            and (getattr(node.func, "id", None) or getattr(node.func, "attr", None)) in {"QuerySet", "RawQuerySet"}
        )
    )
    assert builds == set(QUERYSET_ALLOWED)


def test_nobody_writes_raw_sql_but_the_floor() -> None:
    # The DSL of Elasticsearch has an `extra` too; no SQL is near it.
    of_elasticsearch = {path for path in files_with(calls_method("extra")) if "/engines/elasticsearch/" in path}
    assert files_with(calls_method("raw", "extra")) - of_elasticsearch == set()
    assert files_with(names("RawSQL")) == set()
    assert files_with(calls_method("cursor")) == set(CURSOR_ALLOWED)


def test_nobody_declares_text_safe_beside_the_one_module_that_cleans_it() -> None:
    assert files_with(names("mark_safe")) == set()
    assert files_with(names("SafeString", "SafeText")) == set(SAFE_ALLOWED)
    assert files_with(lambda node: isinstance(node, ast.FunctionDef) and node.name == "__html__") == set()


def test_no_template_switches_escaping_off() -> None:
    forbidden = re.compile(r"\|\s*safe(seq)?\b|{%-?\s*autoescape\s+off|{%-?\s*filter\s+[^%]*\bsafe\b")
    assert len(templates()) > 50
    assert [short(path) for path in templates() if forbidden.search(path.read_text(encoding="utf-8"))] == []


def test_nobody_touches_wagtails_histories() -> None:
    touched = {
        (short(path), name)
        for path in python_files()
        for module, given in imports(path)
        if module.split(".")[0] == "wagtail"
        for name in WAGTAIL_HISTORY & set(given)
    }
    # Which page names which published record: both are public, and no other kind of object is asked for.
    assert touched == {("network_site/publishing/selectors.py", "ReferenceIndex")}
    assert files_with(names("register_snippet")) == set()


def _writes_status(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(part, ast.Attribute) and part.attr == "status" for part in _flat(targets))
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr in {"update", "update_or_create", "aupdate"}:
        return any(keyword.arg == "status" for keyword in node.keywords)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "bulk_update":
        return '"status"' in ast.unparse(node).replace("'", '"')
    return isinstance(node.func, ast.Name) and node.func.id == "setattr" and ast.unparse(node.args[1]) == "'status'"


def _flat(targets: list[Any]) -> Iterator[Any]:
    for target in targets:
        if isinstance(target, ast.Tuple | ast.List):
            yield from _flat(target.elts)
        else:
            yield target


def test_only_the_workflow_engine_writes_a_status() -> None:
    assert files_with(_writes_status) == set(STATUS_ALLOWED)


@pytest.mark.parametrize(
    "line",
    [
        "version.status = 'published'",
        "a, b.status = 1, 2",
        "Version.objects.filter(pk=1).update(status='published')",
        "setattr(version, 'status', 'published')",
        "Version.objects.bulk_update(rows, ['status'])",
    ],
)
def test_the_test_of_status_sees_every_way_of_writing_one(line: str) -> None:
    assert any(_writes_status(node) for node in ast.walk(ast.parse(line)))


def test_calls_are_found_at_all() -> None:
    """The tests above would all pass on an empty list of files."""
    assert len(python_files()) > 100
    assert sum(1 for path in python_files() for _call in calls(tree(path))) > 1000
