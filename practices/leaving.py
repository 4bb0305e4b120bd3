"""The practices and reviews of somebody who leaves her organisation."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from network_site.organizations.handover import OpenWork
from network_site.organizations.models import User

from . import selectors, services
from .models import PracticeVersion


class Workplace:
    """For the organisations floor, which knows no practice."""

    def open_work(self, user_id: UUID, organization_id: UUID) -> list[OpenWork]:
        """Practices in work that she looks after, drafts that name her as contact, reviews that she has not filed."""
        kept = selectors.list_kept(user_id, organization_id)
        named = selectors.list_naming(user_id, organization_id)
        reviews = selectors.list_open_reviews(user_id, organization_id)
        return [
            *(self._of(_("A practice she looks after"), one) for one in kept),
            *(self._of(_("A draft that names her as contact"), one) for one in named),
            *(OpenWork(_("A review"), one.subject, goes_on=False) for one in reviews),
        ]

    def _of(self, kind: str, version: PracticeVersion) -> OpenWork:
        return OpenWork(kind, version.title, reverse("practices:version", args=[version.pk]))

    def hand_over(self, *, user: User, heir: User, organization_id: UUID) -> int:
        """See `services.hand_over_work`."""
        return services.hand_over_work(user=user, heir=heir, organization_id=organization_id)
