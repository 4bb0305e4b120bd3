"""What every page's frame needs: languages, menu, who acts for whom."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext
from wagtail.models import Page

from learning import permissions as learning
from network_site.common import announcements, staff
from network_site.common.language import pick, without_language
from network_site.common.models import Announcement, Notice
from network_site.organizations.actor import Actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import IdentityProvider
from network_site.publishing.linked_data import tag as language_tag
from network_site.publishing.staff import EDITING_ROLES
from network_site.publishing.translations import notice, page_siblings
from search.selectors import search_path


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame's inputs; each is worked out only when a template asks for it."""
    return {
        "actor": SimpleLazyObject(lambda: shown_actor(request)),
        "language_links": SimpleLazyObject(lambda: language_links(request)),
        "translation_note": SimpleLazyObject(lambda: notice(request)),
        "alternates": SimpleLazyObject(lambda: alternates(request)),
        "main_menu": SimpleLazyObject(lambda: main_menu(request)),
        "nav_groups": SimpleLazyObject(lambda: nav_groups(request)),
        "footer_groups": SimpleLazyObject(lambda: footer_groups(request)),
        "announcements": SimpleLazyObject(lambda: announcements_for(request)),
        # Called by the template, once: a number behind a lazy object cannot be counted in other languages.
        "unread_notices": cache(lambda: unread(request)),
        # Not `search_url`: Wagtail's own lists take a variable of that name for theirs.
        "site_search_url": SimpleLazyObject(search_path),
        "home_url": f"/{get_language() or settings.LANGUAGE_CODE}/",
        "sign_in_url": reverse("account_login"),
        "has_organization_sign_in": SimpleLazyObject(lambda: IdentityProvider.objects.filter(is_active=True).exists()),
        "sign_out_url": reverse("account_logout"),
        "workspace_url": reverse("workspace:home"),
        "switch_url": reverse("workspace:switch"),
    }


def _actor(request: HttpRequest) -> Actor:
    return getattr(request, "actor", None) or Actor()


def shown_actor(request: HttpRequest) -> dict[str, Any]:
    """The actor in words."""
    actor = _actor(request)
    labels = dict(Role.choices)

    def words(roles: frozenset[str]) -> str:
        return ", ".join(str(labels[role]) for role in Role.values if role in roles)

    acting = actor.acting
    return {
        "is_authenticated": actor.is_authenticated,
        "organization_name": pick(acting.organization_names) if acting else "",
        "role_label": words(actor.roles),
        "is_demo": bool(acting and acting.is_demo),
        "memberships": [
            {
                "id": str(fact.organization_id),
                "organization_name": pick(fact.organization_names),
                "role_label": words(fact.roles),
                "current": fact.organization_id == actor.organization_id,
            }
            for fact in actor.memberships
        ],
    }


def language_links(request: HttpRequest) -> list[dict[str, Any]]:
    """The same page in the other languages; on a record the reader stays on the record."""
    known: list[dict[str, Any]] | None = getattr(request, "enlace_language_links", None)
    if known is None:
        known = _language_links(request)
        request.enlace_language_links = known  # type: ignore[attr-defined]
    return known


def alternates(request: HttpRequest) -> list[dict[str, str]]:
    """A public page in all its languages, for the head; x-default is English."""
    if getattr(request, "enlace_page", None) is None:
        return []
    links = [
        {"hreflang": language_tag(link["code"]), "href": f"{settings.SITE_URL}{link['url']}"}
        for link in language_links(request)
    ]
    return [*links, *({"hreflang": "x-default", "href": link["href"]} for link in links if link["hreflang"] == "en")]


def _language_links(request: HttpRequest) -> list[dict[str, Any]]:
    here = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    page = getattr(request, "enlace_page", None)
    urls = _translated_page_urls(request, page) if page is not None else {}
    links = []
    for code, label in settings.LANGUAGES:
        url = urls.get(code)
        if url is None:
            url = translate_url(request.get_full_path(), code) if page is None else f"/{code}/"
        if url == request.get_full_path() and code != here:
            url = f"/{code}/"
        links.append({"code": code, "label": label, "url": url, "current": code == here})
    return links


def _translated_page_urls(request: HttpRequest, page: Page) -> dict[str, str]:
    own = page.get_url(request) or "/"
    rest = request.path.removeprefix(own) if request.path.startswith(own) else ""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    urls = {}
    for sibling in page_siblings(request, page):
        url = sibling.get_url(request)
        if url:
            urls[sibling.locale.language_code] = f"{url}{rest}{query}"
    return urls


def site_pages(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages right below the front page in this language, read once for menu and foot."""
    known: list[dict[str, Any]] | None = getattr(request, "enlace_site_pages", None)
    if known is None:
        pages = Page.objects.live().filter(locale__language_code=get_language(), depth=3).order_by("path")
        known = [{"label": page.title, "url": page.get_url(request), "menu": page.show_in_menus} for page in pages]
        request.enlace_site_pages = known  # type: ignore[attr-defined]
    return known


def main_menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages that their editors put into the menu, in this language."""
    return [
        {"label": page["label"], "url": page["url"], "current": request.path.startswith(page["url"] or "-")}
        for page in site_pages(request)
        if page["menu"]
    ]


def footer_groups(request: HttpRequest) -> list[dict[str, Any]]:
    """The foot of public pages: first what the menu has, then the pages of help."""
    pages = site_pages(request)
    home = {"label": gettext("Home"), "url": f"/{get_language()}/"}
    return [
        {"label": gettext("The Network"), "items": [home, *(page for page in pages if page["menu"])]},
        {
            "label": gettext("Help"),
            "items": [
                *(page for page in pages if not page["menu"]),
                {"label": gettext("Glossary"), "url": reverse("glossary")},
            ],
        },
    ]


def announcements_for(request: HttpRequest) -> list[announcements.Shown]:
    """What the Network tells this reader now."""
    actor = _actor(request)
    audiences = {Announcement.Audience.PUBLIC}
    if actor.is_authenticated:
        audiences.add(Announcement.Audience.MEMBERS)
    if actor.is_network:
        audiences.add(Announcement.Audience.STAFF)
    return announcements.for_reader(audiences=audiences, session=getattr(request, "session", {}))


def unread(request: HttpRequest) -> int:
    """How many notices the person has not seen."""
    return Notice.objects.filter(read_at__isnull=True).count() if _actor(request).is_authenticated else 0


def nav_groups(request: HttpRequest) -> list[dict[str, Any]]:
    """The workspace's navigation for this actor."""
    actor = _actor(request)
    if not actor.is_authenticated:
        return []

    here = without_language(request.path)

    def item(label: str, name: str, count: int | None = None, *, exact: bool = False) -> dict[str, Any]:
        url = reverse(name)
        target = without_language(url)
        current = here == target if exact else here.startswith(target)
        return {"label": label, "url": url, "count": count, "current": current}

    people = [item(gettext("People"), "organizations:people")]
    if actor.has(Role.ADMINISTRATOR):
        people.append(item(gettext("Audit trail"), "organizations:trail"))
    groups = [
        {
            "label": gettext("My work"),
            "items": [
                item(gettext("Tasks"), "workspace:home", exact=True),
                item(gettext("Notices"), "workspace:notices", unread(request) or None),
                item(gettext("Reviews"), "practices:reviews"),
                item(gettext("My courses"), "learning:mine"),
                item(gettext("Saved searches"), "searches:list"),
                item(gettext("Exports"), "workspace:exports"),
                item(gettext("Notices and mail"), "workspace:mail_settings"),
            ],
        }
    ]
    if actor.is_network:
        of_network = [
            item(gettext("Practices in review"), "practices:queue"),
            item(gettext("Needs"), "needs:queue"),
            item(gettext("Projects"), "projects:queue"),
            item(gettext("Negotiations"), "funders:rooms"),
            *([item(gettext("Courses"), "learning:keep")] if learning.can_write_courses(actor) else []),
        ]
        if actor.has(*EDITING_ROLES):
            of_network.append(item(gettext("Pages of the site"), "wagtailadmin_home"))
        groups.append({"label": gettext("Network"), "items": of_network})
        groups.append(
            {
                "label": gettext("Our organisation"),
                "items": [item(gettext("Documented practices"), "practices:list", exact=True), *people],
            }
        )
        if staff.may_enter(actor):
            # In the admin, which has a frame of its own.
            console = {
                "label": gettext("Console"),
                "url": reverse("wagtailadmin_home"),
                "count": None,
                "current": False,
            }
            groups.append({"label": gettext("Console"), "items": [console]})
    elif actor.organization_id:
        mine = [*_own_work(actor, item), *_own_courses(actor, item), *people]
        groups.append({"label": gettext("My organisation"), "items": mine})
    groups.append(
        {
            "label": gettext("My account"),
            "items": [
                item(gettext("Safety"), "mfa_index", exact=True),
                item(gettext("Where I am signed in"), "my_sessions", exact=True),
                item(gettext("My data"), "my_data", exact=True),
            ],
        }
    )
    _mark_the_nearest(groups)
    return groups


def _mark_the_nearest(groups: list[dict[str, Any]]) -> None:
    """Of entries of which one leads to a part of the other, only the one that is nearest to the page is current."""
    marked = [entry for group in groups for entry in group["items"] if entry["current"]]
    nearest = max((len(entry["url"]) for entry in marked), default=0)
    for entry in marked:
        entry["current"] = len(entry["url"]) == nearest


def _own_work(actor: Actor, item: Callable[..., dict[str, Any]]) -> list[dict[str, Any]]:
    """What an organisation of this kind works on."""
    if actor.organization_kind == OrganizationKind.MINISTRY:
        return [
            item(gettext("Practices"), "practices:list"),
            item(gettext("Diagnostics"), "needs:diagnostics"),
            item(gettext("Needs"), "needs:list"),
            item(gettext("Projects"), "projects:list"),
            item(gettext("Negotiations"), "funders:rooms"),
        ]
    work = [
        item(gettext("Practices"), "practices:list"),
        item(gettext("Funding requests"), "funders:requests"),
        item(gettext("Our offers"), "funders:offers"),
        item(gettext("Negotiations"), "funders:rooms"),
    ]
    # Donors pay for projects; whoever else belongs to the Network can carry them out.
    if actor.organization_kind != OrganizationKind.DONOR:
        work.append(item(gettext("Our proposals"), "funders:proposals"))
    return [*work, item(gettext("Projects"), "projects:list")]


def _own_courses(actor: Actor, item: Callable[..., dict[str, Any]]) -> list[dict[str, Any]]:
    """What an organisation's people do about courses, beside taking them."""
    found = []
    if learning.can_send_people(actor):
        found.append(item(gettext("People for courses"), "learning:lists"))
    if learning.can_read_report(actor):
        found.append(item(gettext("Completed courses"), "learning:report"))
    if learning.can_propose(actor):
        found.append(item(gettext("Proposed courses"), "learning:proposals"))
    return found
