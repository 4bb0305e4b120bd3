"""How the search hears of changes."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from network_site.common import outbox
from network_site.organizations.models import Organization
from network_site.taxonomy.glossary import terms_written
from network_site.taxonomy.models import GlossaryConcept

from . import encoding, indexing, spelling, topics
from .kinds import courses, needs, offers, organizations, pages, practices, projects


def connect() -> None:
    """Called once, when the app is ready."""
    indexing.follow(practices.KIND, "record.published", "record.withdrawn", "record.confirmed")
    indexing.follow(needs.KIND, "record.published", "record.withdrawn")
    indexing.follow(projects.KIND, "record.published", "record.withdrawn")
    indexing.follow(offers.KIND, "record.published", "record.withdrawn")
    indexing.follow(courses.KIND, "record.published", "record.withdrawn")
    post_save.connect(_organization_saved, sender=Organization, dispatch_uid="search.organization")
    for signal in (page_published, page_unpublished, post_page_move):
        signal.connect(_page_changed, dispatch_uid="search.page")
    post_delete.connect(_page_deleted, dispatch_uid="search.page")
    terms_written.connect(_terms_written, dispatch_uid="search.glossary")
    indexing.companion(encoding.follow)
    outbox.consumer(encoding.WANTED, slow=True)(encoding.consume)
    outbox.consumer(spelling.COUNTED, slow=True)(spelling.consume)
    outbox.consumer(topics.GLOSSARY_CHANGED, slow=True)(topics.consume)


def _organization_saved(sender: Any, instance: Organization, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        indexing.want(organizations.KIND, instance.pk)


def _page_changed(sender: Any, instance: Page, **kwargs: Any) -> None:
    indexing.want(pages.KIND, instance.translation_key)


def _page_deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, Page):
        indexing.want(pages.KIND, instance.translation_key)


def _terms_written(sender: Any, concept: GlossaryConcept, **kwargs: Any) -> None:
    topics.glossary_changed(concept)
