"""The console in Wagtail's admin: its addresses, its menu, its panel on the front page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from network_site.common import staff

from .console.home import ConsolePanel


class StaffMenuItem(MenuItem):
    """An entry that is there for those in whose roles its task lies."""

    def __init__(self, label: Any, url: Any, *, task: str, **kwargs: Any) -> None:
        super().__init__(label, url, **kwargs)
        self.task = task

    def is_shown(self, request: HttpRequest) -> bool:
        return staff.may(self.task)


ITEMS = (
    (_("Work that failed"), "console:letters", staff.DEAD_LETTERS, "letters", "warning"),
    (_("Organisations"), "console:organizations", staff.ORGANIZATIONS, "organizations", "group"),
    (_("Schemes and terms"), "console:schemes", staff.TERMS, "terms", "list-ul"),
    (_("Glossary"), "console:glossary", staff.GLOSSARY, "glossary", "openquote"),
    (_("Announcements"), "console:announcements", staff.ANNOUNCEMENTS, "announcements", "info-circle"),
)


@hooks.register("register_admin_urls")
def console_urls() -> list[Any]:
    return [path("console/", include("network_site.workspace.console.urls"))]


@hooks.register("register_admin_menu_item")
def console_menu() -> MenuItem:
    items = [
        StaffMenuItem(label, reverse_lazy(name), task=task, name=f"console-{slug}", icon_name=icon, order=order)
        for order, (label, name, task, slug, icon) in enumerate(ITEMS)
    ]
    return SubmenuMenuItem(_("Console"), Menu(items=items), name="console", icon_name="tasks", order=50)


@hooks.register("construct_homepage_panels")
def console_panel(request: HttpRequest, panels: list[Any]) -> None:
    if staff.may_enter():
        panels.insert(0, ConsolePanel())
