"""What pages and editors' groups do when something else happens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.signals import post_save
from wagtail.models import Page
from wagtail.signals import page_published

from network_site.common import hooks
from network_site.organizations.models import Membership, membership_updated

from . import staff, translations


def connect() -> None:
    """Called once, when the app is ready."""
    post_save.connect(_membership_changed, sender=Membership, dispatch_uid="publishing.staff")
    membership_updated.connect(_memberships_updated, dispatch_uid="publishing.staff")
    page_published.connect(_page_published, dispatch_uid="publishing.translations")


def _membership_changed(sender: Any, instance: Membership, **kwargs: Any) -> None:
    staff.follow_membership(instance.user_id)


def _memberships_updated(sender: Any, user_id: UUID, **kwargs: Any) -> None:
    staff.follow_membership(user_id)


def _page_published(sender: Any, instance: Page, **kwargs: Any) -> None:
    translations.note_change(instance)


def publish_scheduled() -> None:
    """Publish and take down what has come of age."""
    from django.core.management import call_command

    with hooks.as_service("relay", "scheduled pages"):
        call_command("publish_scheduled", verbosity=0)


def follow_staff() -> None:
    """Groups follow memberships that ended by themselves."""
    with hooks.as_service("relay", "groups of the staff"), transaction.atomic():
        staff.follow_all()
