"""Four languages: which translation is stale, who is told, and how a page travels to a translator and back."""

from __future__ import annotations

from typing import Any

import polib
import pytest
from bs4 import BeautifulSoup
from django.test import Client
from wagtail.models import Locale, Page
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from network_site.publishing.models import NewsPage, TextPage
from network_site.publishing.translations import adopt, stale_pages, state_of, with_state

from ..people import People
from .cms import block, change, news

pytestmark = pytest.mark.django_db
OTHERS = ("es", "fr", "pt-br")


def read(client: Client, url: str) -> BeautifulSoup:
    answer = client.get(url)
    assert (url, answer.status_code) == (url, 200)
    return BeautifulSoup(answer.content.decode(), "html.parser")


def states(page: Page) -> dict[str, str]:
    siblings = with_state(Page.objects.filter(translation_key=page.translation_key).select_related("locale"))
    return {one.locale.language_code: state_of(one) for one in siblings}


def note(client: Client, page: Page) -> str:
    found = read(client, page.get_url()).select_one("main > .note.flat")
    return " ".join(found.get_text(" ", strip=True).split()) if found else ""


def into(language: str, page: Page) -> Any:
    return page.specific_class.objects.get(translation_key=page.translation_key, locale__language_code=language)


def submitted(page: Page, *languages: str) -> dict[str, Translation]:
    """What "Translate this page" does: a source, and a translation into each language."""
    source, _created = TranslationSource.update_or_create_from_instance(page)
    made = {}
    for language in languages:
        made[language] = Translation.objects.create(
            source=source, target_locale=Locale.objects.get(language_code=language)
        )
    return made


def translate(translation: Translation, words: str, **options: Any) -> None:
    """What a translator does with the PO file, and "Publish" after it."""
    file = polib.pofile(str(translation.export_po()))
    for number, entry in enumerate(file):
        if not entry.msgstr:
            entry.msgstr = f"{words} {number}" if entry.msgctxt != "slug" else f"{words.lower()}-{number}"
    assert translation.import_po(file, **options) == []
    translation.save_target(publish=True)


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks: Any) -> Any:
    return lambda: django_capture_on_commit_callbacks(execute=True)


# --- Seeded pages ----------------------------------------------------------------------------


def test_every_seeded_page_is_known_as_a_translation_and_none_is_stale() -> None:
    pages = with_state(Page.objects.filter(depth__gt=1).select_related("locale"))
    sources = {page.source_language for page in pages if page.locale.language_code != "en"}
    assert sources == {"en"}
    assert {page.source_language for page in pages if page.locale.language_code == "en"} == {None}
    assert {state_of(page) for page in pages} == {""}
    assert stale_pages() == []


def test_a_seeded_translation_written_again_is_the_page_that_it_was(client: Client, after_commit: Any) -> None:
    """Otherwise the first click on "Publish" would change what stands there."""
    for model, slug in ((TextPage, "functions"), (TextPage, "about"), (NewsPage, "what-you-can-do")):
        page = model.objects.get(locale__language_code="en", slug=slug)
        target = into("fr", page)
        before = read(client, target.url).main.get_text()
        with after_commit():
            Translation.objects.get(
                source__object_id=page.translation_key, target_locale__language_code="fr"
            ).save_target(publish=True)
        assert read(client, into("fr", page).url).main.get_text() == before


# --- Stale -----------------------------------------------------------------------------------


def test_a_changed_source_makes_its_translations_stale_and_readers_and_editors_are_told(
    client: Client, after_commit: Any
) -> None:
    page = TextPage.objects.get(locale__language_code="en", slug="functions")
    assert {language: note(client, into(language, page)) for language in OTHERS} == dict.fromkeys(OTHERS, "")
    change(page, lead="A new first sentence.")
    assert states(page) == {"en": "", "es": "stale", "fr": "stale", "pt-br": "stale"}
    assert note(client, page) == ""
    assert note(client, into("es", page)).startswith("Traducción desactualizada. El texto en inglés cambió")
    link = read(client, into("es", page).url).select_one("main > .note.flat a")
    assert link["href"] == page.url
    assert [(item.page.pk, item.language, item.state) for item in stale_pages()] == [
        (into(language, page).pk, language, "stale") for language in OTHERS
    ]

    translation = Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code="es")
    with after_commit():
        translate(translation, "Nuevo")
    assert into("es", page).lead.startswith("Nuevo")
    assert note(client, into("es", page)) == ""
    assert states(page) == {"en": "", "es": "", "fr": "stale", "pt-br": "stale"}


def test_publishing_the_same_text_again_makes_nothing_stale() -> None:
    page = TextPage.objects.get(locale__language_code="en", slug="functions")
    change(page)
    assert set(states(page).values()) == {""}
    change(page, show_in_menus=True)
    assert set(states(page).values()) == {""}


def test_a_draft_of_the_source_makes_nothing_stale() -> None:
    page = TextPage.objects.get(locale__language_code="en", slug="functions")
    page.lead = "Not yet."
    page.save_revision()
    assert set(states(page).values()) == {""}


def test_writing_the_target_with_words_missing_leaves_it_stale(client: Client, after_commit: Any) -> None:
    """wagtail-localize fills gaps with the source's words; the reader is told all the same."""
    page = TextPage.objects.get(locale__language_code="en", slug="functions")
    change(page, lead="A new first sentence.")
    with after_commit():
        Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code="fr").save_target(
            publish=True
        )
    assert into("fr", page).lead == "A new first sentence."
    assert states(page)["fr"] == "stale"


def test_a_machine_draft_says_so_until_somebody_has_checked_it(client: Client, after_commit: Any) -> None:
    page = news(block("text", "<p>Words of the Network.</p>"))
    (translation,) = submitted(page, "es").values()
    with after_commit():
        translate(translation, "Palabras", translation_type="machine", tool_name="a machine")
    assert states(page) == {"en": "", "es": "machine"}
    assert note(client, into("es", page)) != ""
    StringTranslation.objects.filter(locale__language_code="es", translation_type="machine").update(
        translation_type="manual"
    )
    assert note(client, into("es", page)) == ""


# --- The whole way ---------------------------------------------------------------------------


def test_a_page_goes_to_three_translators_by_po_file_and_the_switch_stays_on_it(
    client: Client, after_commit: Any
) -> None:
    page = news(block("heading", "What changed"), block("text", "<p>Two <b>new</b> things.</p>"), title="Two things")
    for language, translation in submitted(page, *OTHERS).items():
        with after_commit():
            translate(translation, f"Text {language}")
    links = {link["hreflang"]: link["href"] for link in read(client, page.url).select("nav.langs a")}
    assert links == {"en": page.url, **{language: into(language, page).url for language in OTHERS}}
    assert states(page) == dict.fromkeys(("en", *OTHERS), "")
    assert read(client, links["fr"]).main.h2.get_text().startswith("Text fr")
    assert into("fr", page).get_parent().locale.language_code == "fr"


def test_texts_that_do_not_run_in_parallel_are_not_tied() -> None:
    page = news(block("text", "<p>One.</p><p>Two.</p>"))
    other = news(block("text", "<p>Uno.</p>"), language="es", title="Otra")
    NewsPage.objects.filter(pk=other.pk).update(translation_key=page.translation_key)
    assert adopt(page, NewsPage.objects.get(pk=other.pk)) is False
    assert Translation.objects.filter(source__object_id=page.translation_key).count() == 0


def test_a_link_leads_to_the_page_in_the_readers_language(client: Client, after_commit: Any) -> None:
    about = TextPage.objects.get(locale__language_code="en", slug="about")
    page = news(block("action", {"label": "Read on", "page": about.pk, "place": "", "url": ""}))
    (translation,) = submitted(page, "fr").values()
    with after_commit():
        translate(translation, "Lire")
    assert read(client, into("fr", page).url).select_one("main a.btn")["href"] == into("fr", about).url


# wagtail-localize's own list has no order.
@pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning")
def test_the_report_of_translations_is_open_to_web_editors(people: People, sign_in: Any) -> None:
    editor = people.member(people.network(), "web_editor")
    answer = sign_in(editor).get("/admin/localize/reports/translations/")
    assert answer.status_code == 200
    assert "The seven functions of the Network" in answer.content.decode()
