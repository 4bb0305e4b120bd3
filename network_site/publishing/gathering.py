"""What the blocks of a page need, read for the whole page at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from wagtail.models import Page

from .slots import record_cards


def gather(body: Any, *, locale_id: int, request: HttpRequest | None) -> dict[str, Any]:
    """Cards of the records and addresses of the pages in a body, in as many queries for one as for many.

    A record that was withdrawn, or that is not public, gets no card.
    """
    records: dict[UUID, Any] = {}
    pages: dict[int, Page] = {}
    for block in body:
        if block.block_type == "records":
            records |= {record.pk: record for record in block.value if record is not None and record.is_open}
        elif block.block_type == "doors":
            pages |= {door["page"].pk: door["page"] for door in block.value if door["page"]}
        elif block.block_type == "action" and block.value["page"]:
            pages[block.value["page"].pk] = block.value["page"]
    return {
        "cards": _cards(list(records.values())),
        "page_links": _page_links(pages, locale_id, request),
    }


def _cards(records: list[Any]) -> dict[UUID, dict[str, Any]]:
    made: dict[UUID, dict[str, Any]] = {}
    for kind in dict.fromkeys(record.kind for record in records):
        draw = record_cards.get(kind)
        if draw is not None:
            made |= draw([record for record in records if record.kind == kind])
    return made


def _page_links(pages: dict[int, Page], locale_id: int, request: HttpRequest | None) -> dict[int, str]:
    """Each page's address in this language, else its own; pages that are not live have none."""
    foreign = {page.translation_key for page in pages.values() if page.locale_id != locale_id}
    here = (
        {
            page.translation_key: page
            for page in Page.objects.live().filter(locale=locale_id, translation_key__in=foreign)
        }
        if foreign
        else {}
    )
    links = {}
    for pk, page in pages.items():
        shown = here.get(page.translation_key, page)
        if shown.live:
            links[pk] = shown.get_url(request) or ""
    return links
