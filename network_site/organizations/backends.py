"""Who enters the admin: staff of the Network, by their membership."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db import models

from network_site.common import staff
from network_site.common.scoping import actor_or_none


class NetworkStaffBackend(BaseBackend):
    """Opens the door of the admin, and no room in it, to whoever now acts for the Network in a role of its staff.

    Nothing is stored: with the membership, or while acting for another organisation, the door is
    shut. What is open behind it is said by page permissions and by `common.staff`.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: models.Model | None = None) -> bool:
        actor = actor_or_none()
        return (
            perm == "wagtailadmin.access_admin"
            and bool(user_obj.is_active)
            and actor is not None
            and actor.user_id == user_obj.pk
            and staff.may_enter(actor)
        )
