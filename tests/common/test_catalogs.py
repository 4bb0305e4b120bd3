"""Message catalogues: what is marked is found, what is missing or broken is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import write_po
from django.core.management import CommandError, call_command

from network_site.common import catalogs

TEXTS = """from django.utils.translation import gettext as _, ngettext, pgettext

a = _("Save the draft")
b = _("Dear %(name)s, %(count)d are left.") % {"name": "x", "count": 1}
c = ngettext("One row", "%(count)d rows", 2)
d = pgettext("month", "May")
e = pgettext("verb", "May")
"""
TEMPLATE = '{% load i18n %}{% translate "From a template" %}{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}'


@pytest.fixture
def site(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small site of its own with a few marked strings and no catalogue yet."""
    package = tmp_path / "practices"
    (package / "templates").mkdir(parents=True)
    (package / "texts.py").write_text(TEXTS, encoding="utf-8")
    (package / "templates" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    return tmp_path


def translated() -> None:
    """Fill every catalogue: each string is its own translation."""
    catalogs.update_catalogues()
    for language in catalogs.TRANSLATED:
        change(language, lambda message: None)


def change(language: str, touch: Any) -> None:
    """Translate what is open, then touch each message; write the catalogue."""
    catalogue: Catalog = catalogs.read_catalogue(language)
    for message in catalogue:
        if not message.id:
            continue
        if not any(message.string) and isinstance(message.id, tuple):
            message.string = (message.id[0], *[message.id[1]] * (catalogue.num_plurals - 1))
        elif not message.string:
            message.string = message.id
        touch(message)
    with catalogs.catalogue_path(language).open("wb") as file:
        write_po(file, catalogue)


def names() -> set[Any]:
    return {(message.id, message.context) for message in catalogs.find_messages() if message.id}


def faults() -> list[str]:
    return [str(fault) for fault in catalogs.check_catalogues()]


def test_strings_of_code_and_templates_are_found_with_their_context(site: Path) -> None:
    assert names() == {
        ("Save the draft", None),
        ("Dear %(name)s, %(count)d are left.", None),
        (("One row", "%(count)d rows"), None),
        ("May", "month"),
        ("May", "verb"),
        ("From a template", None),
        ("Hello %(name)s", None),
    }


def test_a_new_catalogue_lacks_everything_and_a_filled_one_nothing(site: Path) -> None:
    assert catalogs.update_catalogues() == dict.fromkeys(catalogs.TRANSLATED, 7)
    assert len(faults()) == 7 * len(catalogs.TRANSLATED)
    translated()
    assert faults() == []
    assert catalogs.update_catalogues() == dict.fromkeys(catalogs.TRANSLATED, 0)


def test_a_missing_translation_is_named_with_its_language(site: Path) -> None:
    translated()

    def forget(message: Any) -> None:
        if message.id == "Save the draft":
            message.string = ""

    change("es", forget)
    assert faults() == ["es: not translated: Save the draft"]


def test_half_of_a_plural_is_no_translation(site: Path) -> None:
    translated()

    def forget(message: Any) -> None:
        if isinstance(message.id, tuple):
            message.string = ("Una fila", *[""] * (len(message.string) - 1))

    change("es", forget)
    assert faults() == ["es: not translated: One row"]


def test_a_doubtful_translation_is_no_translation(site: Path) -> None:
    translated()

    def doubt(message: Any) -> None:
        if message.id == "Save the draft":
            message.flags.add("fuzzy")

    change("fr", doubt)
    assert faults() == ["fr: not translated: Save the draft"]


@pytest.mark.parametrize(
    "broken", ["Estimada %(nombre)s, quedan %(count)d.", "Estimada, quedan %(count)d.", "%(name)s %(count)d %(more)s"]
)
def test_a_placeholder_that_is_lost_or_invented_is_named(site: Path, broken: str) -> None:
    translated()

    def spoil(message: Any) -> None:
        if isinstance(message.id, str) and message.id.startswith("Dear"):
            message.string = broken

    change("pt-br", spoil)
    assert faults() == ["pt-br: placeholders differ: Dear %(name)s, %(count)d are left."]


def test_a_singular_may_leave_the_number_out(site: Path) -> None:
    translated()

    def one(message: Any) -> None:
        if isinstance(message.id, tuple):
            message.string = ("Une ligne", *["%(count)d lignes"] * (len(message.string) - 1))

    change("fr", one)
    assert faults() == []


def test_a_new_string_is_missed_and_an_old_one_goes(site: Path) -> None:
    translated()
    (site / "practices" / "texts.py").write_text(TEXTS.replace("Save the draft", "Keep the draft"), encoding="utf-8")
    assert faults() == [f"{language}: not translated: Keep the draft" for language in catalogs.TRANSLATED]
    catalogs.update_catalogues()
    assert "Save the draft" not in catalogs.catalogue_path("es").read_text("utf-8")


def test_the_commands_say_how_many_and_fail_where_something_is_wrong(site: Path, capsys: Any) -> None:
    call_command("make_messages")
    assert capsys.readouterr().out.splitlines() == [f"{code}: 7 strings to translate" for code in catalogs.TRANSLATED]
    with pytest.raises(CommandError, match=r"^21 strings are not right"):
        call_command("check_messages")
    translated()
    call_command("check_messages")
    assert capsys.readouterr().out.strip().endswith("Every string is translated.")


def test_compiled_catalogues_carry_the_translations_and_are_made_once(site: Path) -> None:
    translated()
    assert catalogs.compile_catalogues() == len(catalogs.TRANSLATED)
    assert catalogs.compile_catalogues() == 0
    with catalogs.catalogue_path("es").with_suffix(".mo").open("rb") as file:
        assert read_mo(file).get("Save the draft").string == "Save the draft"
