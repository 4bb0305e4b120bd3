"""Atom feeds of lists: one writer for all, so that a list needs only to say what is in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.feedgenerator import Atom1Feed

from network_site.common.api import conditional
from network_site.common.html import plain
from network_site.common.language import current_language

ENTRIES = 50


@dataclass(frozen=True)
class Entry:
    """A line of a feed. `key` never changes, whatever the title and the address become."""

    key: str
    title: str
    path: str
    text: str
    published_at: datetime
    updated_at: datetime
    author: str = ""
    categories: tuple[str, ...] = ()


class _Feed(Atom1Feed):
    """A feed in which nothing stands was never changed: otherwise it would be new at every look."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else datetime(2026, 1, 1, tzinfo=UTC)  # type: ignore[no-any-return]


def atom(request: HttpRequest, *, title: str, subtitle: str, path: str, entries: Iterable[Entry]) -> HttpResponse:
    """A list as an Atom feed in the language of its address; `path` is the page of the list.

    Titles and texts are plain text. It carries a tag, so that readers who have it get 304.
    """
    feed = _Feed(
        title=plain(title),
        description=plain(subtitle),
        subtitle=plain(subtitle),
        link=f"{settings.SITE_URL}{path}",
        feed_url=f"{settings.SITE_URL}{request.get_full_path()}",
        feed_guid=f"{settings.SITE_URL}{request.get_full_path()}",
        language=current_language(),
    )
    for entry in list(entries)[:ENTRIES]:
        feed.add_item(
            title=plain(entry.title),
            link=f"{settings.SITE_URL}{entry.path}",
            description=plain(entry.text),
            unique_id=f"urn:uuid:{entry.key}",
            pubdate=entry.published_at,
            updateddate=entry.updated_at,
            author_name=plain(entry.author) or "Enlace",
            categories=[plain(category) for category in entry.categories],
        )
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    response = conditional(request, response, seconds=300)
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
