"""The pages of the site in four languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from .models import HomePage, OrganizationsPage, TextPage

SEED = Path(__file__).parent / "seed"


@transaction.atomic
def load_pages(databank_model: type[Page]) -> int:
    """Create the tree of each language; pages that exist keep what their editors wrote. Returns how many are new."""
    data = yaml.safe_load((SEED / "pages.yaml").read_text(encoding="utf-8"))
    locales = {code: Locale.objects.get_or_create(language_code=code)[0] for code, _name in settings.LANGUAGES}
    count = 0
    root = Page.objects.get(depth=1)
    source_home = HomePage.objects.filter(locale=locales["en"]).first()
    if source_home is None:
        # Wagtail's own first page makes room for ours.
        Page.objects.filter(depth=2, slug="home").exclude(pk__in=HomePage.objects.values("pk")).delete()
        root = Page.objects.get(depth=1)
    for code, locale in locales.items():
        home, new = _page(
            HomePage,
            root,
            locale,
            source_home,
            slug="home" if code == "en" else f"home-{code}",
            title=data["home"]["title"][code],
            seo_title=data["home"]["seo_title"][code],
            heading=data["home"]["heading"][code],
            lead=data["home"]["lead"][code],
        )
        count += new
        if code == "en":
            source_home = home
            Site.objects.update_or_create(
                is_default_site=True,
                defaults={"hostname": "localhost", "port": 80, "root_page": home, "site_name": "Enlace"},
            )
        for model, part in ((databank_model, data["databank"]), (OrganizationsPage, data["organizations"])):
            source = model.objects.filter(locale=locales["en"]).first()
            _made, new = _page(
                model,
                home,
                locale,
                source,
                slug=part["slug"][code],
                title=part["title"][code],
                lead=part["lead"][code],
                show_in_menus=True,
            )
            count += new
        for part in data["texts"]:
            source = TextPage.objects.filter(locale=locales["en"], slug=part["slug"]["en"]).first()
            _made, new = _page(
                TextPage,
                home,
                locale,
                source,
                slug=part["slug"][code],
                title=part["title"][code],
                lead=part["lead"][code],
                body=part["body"][code],
                show_in_menus=part["menu"],
            )
            count += new
    return count


def _page(model: type[Page], parent: Page, locale: Locale, source: Page | None, **values: Any) -> tuple[Page, bool]:
    if source is not None:
        known = model.objects.filter(translation_key=source.translation_key, locale=locale).first()
        if known is not None:
            return known, False
    page = model(locale=locale, live=True, **values)
    if source is not None:
        page.translation_key = source.translation_key
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page, True
