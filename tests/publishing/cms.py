"""Pages and blocks for tests of the CMS, made as an editor would make them."""

from __future__ import annotations

import io
import json
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.core.files.base import ContentFile
from PIL import Image as Pillow
from wagtail.images.models import Image
from wagtail.models import Page

from network_site.organizations.models import User
from network_site.publishing.models import NewsIndexPage, NewsPage, PublishedRecord


def block(kind: str, value: Any) -> dict[str, Any]:
    """A block as a stream stores it; the items of a list get keys of their own."""
    if isinstance(value, list):
        value = [{"type": "item", "value": item, "id": str(uuid4())} for item in value]
    return {"type": kind, "value": value, "id": str(uuid4())}


def records(*shown: PublishedRecord) -> dict[str, Any]:
    return block("records", [str(record.pk) for record in shown])


def news_index(language: str = "en") -> NewsIndexPage:
    return NewsIndexPage.objects.get(locale__language_code=language)


def news(*blocks: dict[str, Any], title: str = "A word from the Network", language: str = "en", **fields: Any) -> Any:
    """A published piece of news."""
    page = NewsPage(title=title, lead=f"{title}, in short.", content=json.dumps(blocks), **fields)
    news_index(language).add_child(instance=page)
    page.save_revision().publish()
    return NewsPage.objects.get(pk=page.pk)


def change(page: Page, *blocks: dict[str, Any], user: User | None = None, **fields: Any) -> Any:
    """Edit a page and publish it again."""
    fresh: Any = page.specific_class.objects.get(pk=page.pk)
    for name, value in fields.items():
        setattr(fresh, name, value)
    if blocks:
        fresh.content = json.dumps(blocks)
    fresh.save_revision(user=user).publish(user=user)
    return fresh


def image(title: str = "A street", size: tuple[int, int] = (1600, 1200), **fields: Any) -> Image:
    """An uploaded picture, half black and half white from left to right."""
    # Wagtail keeps drawn pictures in the cache, by the number of the image; a rolled back test gives it again.
    cache.clear()
    drawn = Pillow.new("RGB", size, "black")
    drawn.paste("white", (size[0] // 2, 0, *size))
    file = io.BytesIO()
    drawn.save(file, "PNG")
    made: Image = Image.objects.create(title=title, file=ContentFile(file.getvalue(), "street.png"), **fields)
    return made
