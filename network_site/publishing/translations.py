"""Languages of the pages: which there are, which are stale, and pages written elsewhere taken over.

wagtail-localize keeps for each page the text it was translated from (`TranslationSource`), its strings,
and a log of every time that a translation was written (`TranslationLog`). A translation is stale when its
source changed after it was last written, or when a string of the source has no translation.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from wagtail.models import Locale, Page
from wagtail_localize.models import (
    OverridableSegment,
    SegmentOverride,
    StringSegment,
    StringTranslation,
    Translation,
    TranslationLog,
    TranslationSource,
)
from wagtail_localize.segments import OverridableSegmentValue, StringSegmentValue
from wagtail_localize.segments.extract import extract_segments

from network_site.common.language import current_language, language_name

# What changes at every save without changing what is to be translated.
OWN_FIELDS = {"title", "slug", "seo_title", "search_description"}


def page_siblings(request: HttpRequest, page: Page) -> list[Any]:
    """The page in each language in which it is live, with how far its translation can be trusted; read once."""
    known: list[Any] | None = getattr(request, "enlace_siblings", None)
    if known is None:
        pages = Page.objects.filter(translation_key=page.translation_key).live().select_related("locale")
        known = list(with_state(pages))
        request.enlace_siblings = known  # type: ignore[attr-defined]
    return known


def with_state(pages: QuerySet[Page]) -> QuerySet[Page]:
    """Pages with `source_language`, `source_changed_at`, `written_at`, `is_missing` and `is_machine` beside them."""
    into = Translation.objects.filter(
        source__object_id=OuterRef("translation_key"), target_locale_id=OuterRef("locale_id"), enabled=True
    )
    written = TranslationLog.objects.filter(
        source__object_id=OuterRef("translation_key"), locale_id=OuterRef("locale_id")
    ).order_by("-created_at")
    # An address that nobody translated is no text that anybody misses.
    strings = StringSegment.objects.exclude(context__path="slug").filter(
        source__object_id=OuterRef("translation_key"),
        source__translations__target_locale_id=OuterRef("locale_id"),
        source__translations__enabled=True,
    )
    return pages.annotate(
        source_language=Subquery(into.values("source__locale__language_code")[:1]),
        source_changed_at=Subquery(into.values("source__last_updated_at")[:1]),
        written_at=Subquery(written.values("created_at")[:1]),
        is_missing=Exists(strings.filter(~Exists(_translated()))),
        is_machine=Exists(strings.filter(Exists(_translated().filter(translation_type="machine")))),
    )


def _translated() -> QuerySet[StringTranslation]:
    return StringTranslation.objects.filter(
        translation_of_id=OuterRef("string_id"),
        context_id=OuterRef("context_id"),
        locale_id=OuterRef(OuterRef("locale_id")),
        has_error=False,
    )


def state_of(page: Any) -> str:
    """stale, machine or nothing, for a page that `with_state` has read."""
    if not page.source_language:
        return ""
    if page.is_missing or page.written_at is None or page.written_at < page.source_changed_at:
        return "stale"
    return "machine" if page.is_machine else ""


def notice(request: HttpRequest) -> dict[str, Any]:
    """What the reader must know about the text before her, as language_notice.html wants it; empty mostly."""
    page = getattr(request, "enlace_page", None)
    if page is None or not page.has_own_text:
        return {}
    siblings = page_siblings(request, page)
    shown = next((one for one in siblings if one.pk == page.pk), None)
    state = state_of(shown) if shown is not None else ""
    if shown is None or not state:
        return {}
    source = next((one for one in siblings if one.locale.language_code == shown.source_language), None)
    return {
        "state": state,
        "shown": language_name(shown.source_language),
        "wanted": language_name(current_language()),
        "changed_on": shown.source_changed_at,
        "url": source.get_url(request) if source else "",
    }


@dataclass(frozen=True)
class StalePage:
    """A translation that waits for somebody."""

    page: Any
    language: str
    source_language: str
    changed_at: Any
    state: str


def stale_pages(limit: int = 50) -> list[StalePage]:
    """Live translations that are stale or that only a machine has made, the longest waiting first."""
    pages = with_state(Page.objects.live().select_related("locale"))
    waiting = pages.filter(source_language__isnull=False).order_by("source_changed_at", "pk")
    found = [
        StalePage(page, page.locale.language_code, page.source_language, page.source_changed_at, state_of(page))
        for page in waiting
        if state_of(page)
    ]
    return found[:limit]


@transaction.atomic
def note_change(page: Page) -> bool:
    """A page was published: if it is translated and its text changed, its translations are stale from now on.

    Returns whether anything changed. Publishing the same text again leaves translations as they are.
    """
    source = TranslationSource.objects.filter(
        object_id=page.translation_key, locale_id=page.locale_id, translations__enabled=True
    ).first()
    if source is None:
        return False
    live = page.specific
    if _text_of(live, json.loads(source.content_json)) == _text_of(live, json.loads(live.to_json())):
        return False
    source.update_from_db()
    return True


def _text_of(page: Page, content: dict[str, Any]) -> dict[str, Any]:
    own = {field.name for field in page._meta.local_fields if not field.remote_field or not field.primary_key}
    text = {name: content.get(name) for name in OWN_FIELDS | own}
    # A stream is stored as text; two spellings of the same blocks are the same.
    return {
        name: json.loads(value) if isinstance(value, str) and value[:1] in "[{" and value else value
        for name, value in text.items()
    }


@transaction.atomic
def adopt(source_page: Page, target_page: Page, *, machine: bool = False) -> bool:
    """Let wagtail-localize know that one page is the translation of the other, string by string.

    Both have the same blocks with the same keys. Returns False, and registers nothing, when their texts do
    not run in parallel: the page is then edited as one of its own.
    """
    source, _created = TranslationSource.get_or_create_from_instance(source_page)
    target_strings: dict[str, list[Any]] = defaultdict(list)
    overrides: dict[str, Any] = {}
    for segment in extract_segments(target_page.specific):
        if isinstance(segment, StringSegmentValue):
            target_strings[segment.path].append(segment.string.data)
        elif isinstance(segment, OverridableSegmentValue):
            overrides[segment.path] = segment.data
    pairs = []
    wanted: dict[str, list[StringSegment]] = defaultdict(list)
    for row in StringSegment.objects.filter(source=source).select_related("context").order_by("order"):
        wanted[row.context.path].append(row)
    if {path: len(rows) for path, rows in wanted.items()} != {path: len(rows) for path, rows in target_strings.items()}:
        return False
    for path, rows in wanted.items():
        pairs += list(zip(rows, target_strings[path], strict=True))
    locale = target_page.locale
    Translation.objects.get_or_create(source=source, target_locale=locale)
    now = timezone.now()
    # In bulk: `save` would look at each string's links, which are the page's own and were checked with it.
    StringTranslation.objects.bulk_create(
        [
            StringTranslation(
                translation_of_id=row.string_id,
                context_id=row.context_id,
                locale=locale,
                data=text,
                translation_type="machine" if machine else "manual",
                updated_at=now,
            )
            for row, text in {(row.string_id, row.context_id): (row, text) for row, text in pairs}.values()
        ],
        ignore_conflicts=True,
    )
    for segment in OverridableSegment.objects.filter(source=source).select_related("context"):
        path = segment.context.path
        if path in overrides and overrides[path] != segment.data:
            SegmentOverride.objects.get_or_create(
                locale=locale, context=segment.context, defaults={"data_json": json.dumps(overrides[path])}
            )
    TranslationLog.objects.create(source=source, locale=locale, revision=target_page.get_latest_revision())
    return True


def untranslated(locale: Locale) -> QuerySet[Page]:
    """Live pages of the first language that do not exist in this one."""
    there = Page.objects.filter(translation_key=OuterRef("translation_key"), locale=locale)
    default = Page.objects.live().filter(locale__language_code="en", depth__gt=1)
    return default.filter(~Exists(there)).order_by(F("last_published_at").desc(nulls_last=True))
