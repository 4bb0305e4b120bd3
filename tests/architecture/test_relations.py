"""Arrows go down: imports, foreign keys (string ones too), and nothing shadows Python's own modules."""

from __future__ import annotations

import pytest
from django.apps import apps

from .sources import FLOOR_OF, ROOT, TOPS, app_of, imported_modules, module_of, python_files

pytestmark = pytest.mark.embedded

ROOF_ALLOWED = {
    ("network_site.workspace.management.commands.seed", "network_site.seeding"): (
        "the command that fills the site is the roof's, and Django finds commands in apps only"
    ),
}


def _goes_down(source: str, target: str) -> bool:
    """Whether app `source` may know app `target`."""
    if source == target:
        return True
    if source not in FLOOR_OF:  # a module of the roof knows everything
        return True
    if target not in FLOOR_OF:
        return False
    # `learning` alone shares a floor with another app, and sees what is below both.
    return FLOOR_OF[target] < FLOOR_OF[source]


def test_every_installed_app_of_ours_has_a_floor() -> None:
    ours = {config.name for config in apps.get_app_configs() if config.name.split(".")[0] in TOPS}
    assert ours == set(FLOOR_OF)


def test_foreign_keys_go_down() -> None:
    arrows = [
        (model._meta.label, field.name, field.related_model._meta.label)
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.split(".")[0] in TOPS
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
    ]
    assert len(arrows) > 30
    upward = [
        (source, name, target)
        for source, name, target in arrows
        if not _goes_down(_app_of_label(source), _app_of_label(target))
    ]
    assert upward == []


def _app_of_label(label: str) -> str:
    name = apps.get_app_config(label.split(".")[0]).name
    # A foreign package (auth, wagtailcore) lies below everything of ours.
    return app_of(name) if name.split(".")[0] in TOPS else "network_site.common"


def test_imports_go_down() -> None:
    upward = {
        (module_of(path), target)
        for path in python_files()
        for target in imported_modules(path)
        if not _goes_down(app_of(module_of(path)), app_of(target)) and app_of(target) != "network_site"
    }
    assert upward == set(ROOF_ALLOWED)


def test_no_two_apps_import_each_other() -> None:
    pairs = {
        (app_of(module_of(path)), app_of(target))
        for path in python_files()
        for target in imported_modules(path)
        if app_of(module_of(path)) != app_of(target)
    }
    assert len(pairs) > 10
    assert sorted(pair for pair in pairs if pair[::-1] in pairs and pair[0] < pair[1]) == []


def test_locale_is_no_package() -> None:
    """An `__init__.py` there would shadow Python's own `locale`."""
    assert sorted(path.name for path in (ROOT / "locale").rglob("*.py")) == []
