"""Pages of the CMS: content, news, publications, countries. One entry for a page in all its languages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from network_site.common.html import to_text
from network_site.common.language import CODES, current_language
from network_site.publishing.models import CountryPage, NewsPage, PublicationPage, TextPage

from ..documents import Document
from ..models import Entry
from .base import SearchKind

KIND = "page"
SECTIONS: dict[str, type[Page]] = {
    "text": TextPage, "news": NewsPage, "publication": PublicationPage, "country": CountryPage,
}  # fmt: skip


class PageKind(SearchKind):
    """Live pages that everybody may read."""

    name = KIND
    label = _("News and pages")
    one = _("Page")
    facets = ("section", "language")

    def stamps(self) -> Iterable[tuple[str, str]]:
        found: dict[UUID, list[str]] = {}
        pages = Page.objects.live().public().exact_type(*SECTIONS.values()).order_by("translation_key", "locale_id")
        for key, pk, at in pages.values_list("translation_key", "pk", "last_published_at"):
            found.setdefault(key, []).append(f"{pk}@{_seconds(at)}")
        for key, parts in found.items():
            yield str(key), ",".join(parts)[:200]

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        by_key: dict[UUID, list[Any]] = {}
        sections: dict[UUID, str] = {}
        for section, model in SECTIONS.items():
            pages = model.objects.live().public().filter(translation_key__in=keys).select_related("locale")
            for page in pages.order_by("locale_id"):
                by_key.setdefault(page.translation_key, []).append(page)
                sections[page.translation_key] = section
        for key, pages_of_key in by_key.items():
            yield _document(key, sections[key], pages_of_key)

    def links(self, entries: Sequence[Entry]) -> Mapping[UUID, str]:
        keys = {UUID(entry.key): entry.pk for entry in entries}
        pages = Page.objects.live().public().filter(translation_key__in=keys).select_related("locale")
        wanted, source = current_language(), {UUID(entry.key): entry.source_language for entry in entries}
        links: dict[UUID, str] = {}
        for page in pages:
            code = page.locale.language_code
            if code == wanted or (code == source[page.translation_key] and keys[page.translation_key] not in links):
                links[keys[page.translation_key]] = page.get_url_parts()[2] or "/"
        return links


def _document(key: UUID, section: str, pages: Sequence[Any]) -> Document:
    texts, at = {}, None
    for page in pages:
        code = page.locale.language_code
        texts[code] = {
            "title": page.title,
            "summary": getattr(page, "lead", "") or page.search_description,
            "body": _text_of(page),
        }
        at = min(at or page.first_published_at or timezone.now(), page.first_published_at or timezone.now())
    source = next((code for code in CODES if code in texts), CODES[0])
    return Document(
        kind=KIND,
        key=str(key),
        texts=texts,
        source_language=source,
        published_at=at or timezone.now(),
        facets={"section": (section,), "language": tuple(texts)},
        stamp=",".join(f"{page.pk}@{_seconds(page.last_published_at)}" for page in pages)[:200],
    )


def _seconds(at: Any) -> str:
    return f"{at.timestamp() if at else 0:.3f}"


def _text_of(page: Any) -> str:
    stream = getattr(page, "content", None)
    if stream is None:
        return ""
    return "\n".join(to_text(str(text)) for text in stream.stream_block.get_searchable_content(stream) if text)
