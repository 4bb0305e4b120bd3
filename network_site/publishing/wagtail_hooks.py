"""What we add to the admin: the chooser of records, and a panel that tells editors where they are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component

from .choosers import records


@hooks.register("register_admin_viewset")
def record_chooser() -> Any:
    return records


class Welcome(Component):
    """What this admin is for, which translations are stale, and which cards lost their record."""

    name = "enlace_welcome"
    template_name = "publishing/admin/welcome.html"
    order = 10

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        from .selectors import fallen_cards
        from .translations import stale_pages

        return {"stale": stale_pages(), "fallen": fallen_cards()}


@hooks.register("construct_homepage_panels")
def welcome(request: HttpRequest, panels: list[Any]) -> None:
    panels.insert(0, Welcome())
