"""The pages of the site in four languages, and the groups of those who edit them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml
from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Locale, Page, Site

from network_site.taxonomy.models import Country

from . import staff, translations
from .models import (
    CountryIndexPage,
    CountryPage,
    HomePage,
    NewsIndexPage,
    NewsPage,
    OrganizationsPage,
    PublicationIndexPage,
    PublicationPage,
    TextPage,
)

SEED = Path(__file__).parent / "seed"
NAMESPACE = uuid5(NAMESPACE_URL, "enlace:pages")
KINDS: dict[str, type[Page]] = {
    "text": TextPage,
    "news_index": NewsIndexPage,
    "news": NewsPage,
    "publication_index": PublicationIndexPage,
    "publication": PublicationPage,
    "country_index": CountryIndexPage,
    "country": CountryPage,
}
SHAPE = {"key", "type", "parent", "menu", "content", "body"}
FIRST = "en"
# Pages whose addresses below them are ours, in the order of the menu.
ROUTED = ("databank", "needs", "projects", "offers", "courses", "organizations", "search")


@dataclass
class Planting:
    """What is known while the trees grow: the page of each key in each language, and which are new."""

    locales: dict[str, Locale]
    pages: dict[tuple[str, str], Page] = field(default_factory=dict)
    new: set[int] = field(default_factory=set)


@transaction.atomic
def load_pages(from_above: Mapping[str, type[Page]]) -> int:
    """Create the tree of each language; pages that exist keep what their editors wrote. Returns how many are new.

    In order: the groups of the staff, all pages without their bodies, the bodies (which point to pages), and
    last the translations as wagtail-localize knows them, so that editors see which one is stale.

    `from_above` names the pages whose classes stand on floors above, by their keys in seed/pages.yaml.
    """
    staff.make_groups()
    old = yaml.safe_load((SEED / "pages.yaml").read_text(encoding="utf-8"))
    site = yaml.safe_load((SEED / "site.yaml").read_text(encoding="utf-8"))
    planting = Planting(
        {code: Locale.objects.get_or_create(language_code=code)[0] for code, _name in settings.LANGUAGES}
    )
    entries = [*_texts(old["texts"]), *site["pages"], *(_countries(site["countries"]) if settings.DEMO else ())]
    for code in planting.locales:
        _trunk(planting, old, code, from_above)
        for entry in entries:
            _branch(planting, entry, code)
    for code in planting.locales:
        for entry in ({"key": "home", "content": site["home"]}, *entries):
            if entry.get("content"):
                _fill(planting, entry, code)
    _publish(planting)
    _tie(planting)
    return len(planting.new)


def _trunk(planting: Planting, data: dict[str, Any], code: str, from_above: Mapping[str, type[Page]]) -> None:
    """The front page of a language, the directory, and what floors above bring: the databank, the search."""
    if code == FIRST and not HomePage.objects.filter(locale=planting.locales[FIRST]).exists():
        # Wagtail's own first page makes room for ours.
        Page.objects.filter(depth=2, slug="home").exclude(pk__in=HomePage.objects.values("pk")).delete()
    home = _page(
        planting,
        HomePage,
        "home",
        code,
        Page.objects.get(depth=1),
        slug="home" if code == FIRST else f"home-{code}",
        title=data["home"]["title"][code],
        seo_title=data["home"]["seo_title"][code],
        heading=data["home"]["heading"][code],
        lead=data["home"]["lead"][code],
    )
    if code == FIRST:
        Site.objects.update_or_create(
            is_default_site=True,
            defaults={"hostname": "localhost", "port": 80, "root_page": home, "site_name": "Enlace"},
        )
    for key in ROUTED:
        model, part = OrganizationsPage if key == "organizations" else from_above[key], data[key]
        _page(
            planting,
            model,
            key,
            code,
            home,
            slug=part["slug"][code],
            title=part["title"][code],
            lead=part["lead"][code],
            show_in_menus=part.get("menu", True),
        )


def _branch(planting: Planting, entry: dict[str, Any], code: str) -> None:
    values = {name: _in(value, code) for name, value in entry.items() if name not in SHAPE}
    _page(
        planting,
        KINDS[entry["type"]],
        entry["key"],
        code,
        planting.pages[entry["parent"], code],
        show_in_menus=bool(entry.get("menu")),
        **values,
    )


def _page(planting: Planting, model: type[Page], key: str, code: str, parent: Page, **values: Any) -> Page:
    """The page of a key in a language, made if it is not there; found by its translation key, or by its address."""
    locale = planting.locales[code]
    first = planting.pages.get((key, FIRST))
    own = {"translation_key": first.translation_key} if first else {"translation_key": uuid5(NAMESPACE, key)}
    page = model.objects.filter(locale=locale, **own).first()
    if page is None and first is None:
        # Sites that were filled before keys were fixed.
        page = model.objects.filter(locale=locale, depth=parent.depth + 1, slug=values["slug"]).first()
    if page is None:
        page = model(locale=locale, live=True, **own, **values)
        # The parent may have got children since it was read.
        Page.objects.get(pk=parent.pk).add_child(instance=page)
        planting.new.add(page.pk)
    planting.pages[key, code] = page
    return page


def _fill(planting: Planting, entry: dict[str, Any], code: str) -> None:
    """Give a body to a page that has none; `_publish` saves it."""
    page: Any = planting.pages[entry["key"], code]
    if not page.content:
        page.content = json.dumps(_stream(planting, entry["key"], entry["content"], code))
        planting.new.add(page.pk)


def _publish(planting: Planting) -> None:
    for page in planting.pages.values():
        if page.pk in planting.new:
            # A page that was read before its children came would write their number back to none.
            page.refresh_from_db(fields=["numchild", "path"])
            page.save_revision().publish()


def _tie(planting: Planting) -> None:
    """Tell wagtail-localize which page is the translation of which."""
    for (key, code), page in planting.pages.items():
        if code != FIRST and page.pk in planting.new:
            translations.adopt(planting.pages[key, FIRST], page)


# --- Blocks ----------------------------------------------------------------------------------


def _stream(planting: Planting, key: str, blocks: Iterable[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    """Blocks as a stream stores them. A block has the same id in each language: that is what ties its strings."""
    made = []
    for place, block in enumerate(blocks):
        ((kind, value),) = block.items()
        name = f"{key}:{place}"
        made.append({"type": kind, "value": _value(planting, value, code, name), "id": str(uuid5(NAMESPACE, name))})
    return made


def _value(planting: Planting, value: Any, code: str, name: str) -> Any:
    if isinstance(value, list):
        return [
            {
                "type": "item",
                "value": _value(planting, item, code, f"{name}:{place}"),
                "id": str(uuid5(NAMESPACE, f"{name}:{place}")),
            }
            for place, item in enumerate(value)
        ]
    if value is True:
        return None
    if isinstance(value, dict) and FIRST not in value:
        return {
            part: planting.pages[given, code].pk if part == "page" else _value(planting, given, code, name)
            for part, given in value.items()
        }
    return _in(value, code)


def _in(value: Any, code: str) -> Any:
    """A text in a language; what is not a text by language stands as it is."""
    return value[code] if isinstance(value, dict) else value


def _texts(parts: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Pages whose text is one piece of HTML in each language: every <h2> opens a heading and a text."""
    for part in parts:
        cut = {code: _cut(html) for code, html in part["body"].items()}
        content = []
        for place, (kind, _text) in enumerate(cut[FIRST]):
            content.append({kind: {code: pieces[place][1] for code, pieces in cut.items()}})
        yield part | {"type": "text", "parent": "home", "content": content}


def _cut(html: str) -> list[tuple[str, str]]:
    pieces = []
    for piece in re.split(r"(<h2>.*?</h2>)", html):
        if piece.startswith("<h2>"):
            pieces.append(("heading", piece[4:-5]))
        elif piece.strip():
            pieces.append(("text", "".join(line.strip() for line in piece.splitlines())))
    return pieces


def _countries(part: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """A page for each country, named as the country is."""
    for country in Country.objects.filter(pk__in=part["codes"]):
        yield {
            "key": f"country-{country.pk}",
            "type": "country",
            "parent": "countries",
            "country": country,
            "title": country.names,
            "slug": {code: slugify(name) for code, name in country.names.items()},
            "lead": part["lead"],
            "content": part["content"],
        }
