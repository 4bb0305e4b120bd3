"""How the search hears of changes."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from network_site.organizations.models import Organization

from . import indexing
from .kinds import organizations, pages, practices


def connect() -> None:
    """Called once, when the app is ready."""
    indexing.follow(practices.KIND, "record.published", "record.withdrawn", "record.confirmed")
    post_save.connect(_organization_saved, sender=Organization, dispatch_uid="search.organization")
    for signal in (page_published, page_unpublished, post_page_move):
        signal.connect(_page_changed, dispatch_uid="search.page")
    post_delete.connect(_page_deleted, dispatch_uid="search.page")


def _organization_saved(sender: Any, instance: Organization, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        indexing.want(organizations.KIND, instance.pk)


def _page_changed(sender: Any, instance: Page, **kwargs: Any) -> None:
    indexing.want(pages.KIND, instance.translation_key)


def _page_deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, Page):
        indexing.want(pages.KIND, instance.translation_key)
