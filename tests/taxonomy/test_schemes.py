"""The common schemes: complete in four languages, loaded as often as one likes, and nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from network_site.organizations.actor import acting_as, service_actor
from network_site.taxonomy import services
from network_site.taxonomy.models import ContextFigure, Country, Scheme, Term

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "es", "fr", "pt-br")
FILES = sorted((services.DATA / "schemes").glob("*.yaml"))


def term(code: str) -> Term:
    return Term.objects.get(pk=code)


# --- The files -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_term_of_every_file_is_there_with_four_labels(path: Path) -> None:
    data = yaml.safe_load(path.read_text("utf-8"))
    codes = [str(entry["code"]) for entry in data["terms"]]
    assert len(codes) == len(set(codes))
    found = list(Term.objects.filter(scheme_id=data["code"]).order_by("position"))
    assert [one.pk for one in found] == codes
    lacking = [(one.pk, language) for one in found for language in LANGUAGES if not one.labels.get(language)]
    lacking += [
        (one.pk, language)
        for one in found
        if one.definition
        for language in LANGUAGES
        if not one.definition.get(language)
    ]
    assert lacking == []
    assert [language for language in LANGUAGES if not Scheme.objects.get(pk=data["code"]).labels.get(language)] == []


def test_a_code_belongs_to_one_scheme() -> None:
    codes = [str(entry["code"]) for path in FILES for entry in yaml.safe_load(path.read_text("utf-8"))["terms"]]
    assert sorted(codes) == sorted(Term.objects.values_list("pk", flat=True))
    assert len(codes) == len(set(codes))


def test_every_problem_can_be_said_and_scored_in_four_languages() -> None:
    items = [one for one in Term.objects.of("DI") if one.pk.count(".") == 1]
    assert len(items) > 20
    lacking = [
        (one.pk, part, language)
        for one in items
        for part in ("lack", "statement")
        for language in LANGUAGES
        if not one.extra.get(part, {}).get(language)
    ]
    assert lacking == []


def test_a_term_never_stands_under_itself_or_under_another_scheme() -> None:
    wrong = [
        one.pk
        for one in Term.objects.select_related("parent")
        if one.parent and (one.parent.scheme_id != one.scheme_id or one.parent_id == one.pk)
    ]
    assert wrong == []


def everything(model: Any) -> list[dict[str, Any]]:
    return list(model.objects.order_by("pk").values())


def test_loading_again_changes_nothing() -> None:
    models = (Scheme, Term, Country, ContextFigure)
    before = [everything(model) for model in models]
    assert services.load_schemes() == len(before[1])
    assert services.load_countries() == len(before[2])
    assert services.load_context_figures() == len(before[3])
    assert [everything(model) for model in models] == before


def test_countries_have_names_in_four_languages_and_members_an_income_and_a_currency() -> None:
    assert [one.pk for one in Country.objects.all() if any(not one.names.get(language) for language in LANGUAGES)] == []
    members = list(Country.objects.members())
    assert len(members) == 35
    assert [one.pk for one in members if not one.currency or not one.iso3] == []


def test_a_label_follows_the_readers_language() -> None:
    labels = {}
    for language in LANGUAGES:
        with translation.override(language):
            labels[language] = str(term("LAF1.1"))
    assert labels == {
        "en": "Labour inspection and enforcement", "es": "Inspección y fiscalización del trabajo",
        "fr": "Inspection et contrôle du travail", "pt-br": "Inspeção e fiscalização do trabalho",
    }  # fmt: skip


# --- Files that are not right ------------------------------------------------------------------


LABELS = dict.fromkeys(LANGUAGES, "A word")
WriteScheme = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> WriteScheme:
    def write(*terms: dict[str, Any], **changes: Any) -> Path:
        data = {"code": "TST", "version": 1, "labels": LABELS, "terms": list(terms)} | changes
        (tmp_path / "tst.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_label_is_named_and_nothing_is_loaded(folder: WriteScheme, language: str) -> None:
    three = {code: words for code, words in LABELS.items() if code != language}
    good = {"code": "TST1", "labels": LABELS}
    with pytest.raises(services.DataError, match=f"^tst.yaml: TST2: no label in {language}.$"):
        services.load_schemes(folder(good, {"code": "TST2", "labels": three}))
    with pytest.raises(services.DataError, match=f"^tst.yaml: TST: no label in {language}.$"):
        services.load_schemes(folder(good, labels=three))
    assert Scheme.objects.filter(pk="TST").exists() is False


def test_a_parent_comes_before_its_children(folder: WriteScheme) -> None:
    child, parent = {"code": "TST1.1", "labels": LABELS, "parent": "TST1"}, {"code": "TST1", "labels": LABELS}
    with pytest.raises(services.DataError, match=r"the parent TST1 of TST1\.1 does not come before it"):
        services.load_schemes(folder(child, parent))
    assert services.load_schemes(folder(parent, child)) == 2
    assert term("TST1.1").parent_id == "TST1"


def test_a_changed_label_arrives_and_a_term_that_left_the_file_stays(folder: WriteScheme) -> None:
    services.load_schemes(folder({"code": "TST1", "labels": LABELS}, {"code": "TST2", "labels": LABELS}))
    services.load_schemes(folder({"code": "TST1", "labels": LABELS | {"en": "Another word"}}))
    assert (term("TST1").labels["en"], term("TST2").status) == ("Another word", "current")


# --- Deprecation -----------------------------------------------------------------------------


def test_a_term_is_taken_out_of_use_and_names_its_replacement() -> None:
    old, new = term("LAF1.1"), term("LAF1.2")
    assert services.deprecate_term(term=old, replaced_by=new).status == "deprecated"
    assert Term.objects.in_use().filter(pk="LAF1.1").exists() is False
    assert services.current_term(term("LAF1.1")) == new
    assert services.current_term(new) == new


def test_a_line_of_replacements_is_followed_to_its_end() -> None:
    services.deprecate_term(term=term("LAF1.1"), replaced_by=term("LAF1.2"))
    services.deprecate_term(term=term("LAF1.2"), replaced_by=term("LAF1.3"))
    assert services.current_term(term("LAF1.1")).pk == "LAF1.3"


def test_a_term_may_go_without_a_replacement() -> None:
    services.deprecate_term(term=term("LAF1.1"))
    assert services.current_term(term("LAF1.1")).pk == "LAF1.1"
    assert Term.objects.in_use().filter(pk="LAF1.1").exists() is False


def test_a_replacement_is_in_use_in_the_same_scheme_and_another_term() -> None:
    with pytest.raises(ValidationError, match="in use"):
        services.deprecate_term(term=term("LAF1.1"), replaced_by=term("LAF1.1"))
    with pytest.raises(ValidationError, match="same scheme"):
        services.deprecate_term(term=term("LAF1.1"), replaced_by=term("TG16"))
    services.deprecate_term(term=term("LAF1.2"))
    with pytest.raises(ValidationError, match="in use"):
        services.deprecate_term(term=term("LAF1.1"), replaced_by=term("LAF1.2"))
    assert term("LAF1.1").status == "current"


def test_data_files_do_not_revive_a_deprecated_term() -> None:
    services.deprecate_term(term=term("LAF1.1"), replaced_by=term("LAF1.2"))
    services.load_schemes()
    assert (term("LAF1.1").status, term("LAF1.1").replaced_by_id) == ("deprecated", "LAF1.2")


def test_a_circle_of_replacements_ends() -> None:
    Term.objects.filter(pk="LAF1.1").update(status="deprecated", replaced_by="LAF1.2")
    Term.objects.filter(pk="LAF1.2").update(status="deprecated", replaced_by="LAF1.1")
    assert services.current_term(term("LAF1.1")).pk in {"LAF1.1", "LAF1.2"}


@pytest.mark.parametrize("changes", [{"replaced_by": "LAF1.2"}, {"status": "deprecated", "replaced_by": "LAF1.1"}])
def test_the_database_keeps_the_rules_too(changes: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.filter(pk="LAF1.1").update(**changes)


def test_a_term_is_never_deleted() -> None:
    with pytest.raises(ValidationError, match="never deleted"):
        term("LAF1.1").delete()
    with acting_as(service_actor("seeding"), reason="test"), pytest.raises(ValidationError, match="never deleted"):
        Term.objects.filter(pk="LAF1.1").delete()
    assert Term.objects.filter(pk="LAF1.1").exists() is True
