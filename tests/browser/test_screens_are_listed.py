"""Every address that answers people with a page is looked at by axe, or says here why not: the lists cannot rot."""

from __future__ import annotations

import pytest
from django.apps import apps
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Page

from ..isolation.urls import WAGTAIL_ADMIN, patterns
from . import test_accessibility as looked_at
from .site import Seeded

pytestmark = pytest.mark.browser

LISTS = (looked_at.PUBLIC, looked_at.ACCOUNTS, looked_at.WORKSPACE, looked_at.CONSOLE, looked_at.GALLERY)

FILE = "a file, or an answer for programs"
FORM = "takes a form and leads to a page of these lists"
LEADS = "leads to another page"
WAY = "stands at the end of a way that test_screens_on_the_way.py goes"
COURSE_WAY = "stands at the end of a way that test_learning_on_the_way.py goes"
EVERY_PAGE = r"*/^((?:[\w\-]+/)*)$"  # counted by the kinds of pages
OFF = "what it is for is switched off here"

NO_SCREEN: dict[str, str] = {
    # Files and programs.
    **dict.fromkeys(
        (
            "health/", "api/v1/openapi.json", "api/v1/practices/", "api/v1/practices/<int:number>/",
            "api/v1/practices/<int:number>/versions/", "api/v1/practices/<int:number>/versions/<int:version>/",
            "api/v1/organizations/", "api/v1/organizations/<key>/", "api/v1/schemes/", "api/v1/schemes/<code>/",
            "api/v1/terms/", "api/v1/terms/<code>/", "api/v1/<path:rest>", "sitemap.xml", "sitemap-<int:number>.xml",
            "robots.txt", "vocab/all.ttl", "vocab/all.jsonld", "vocab/<slug:code>.ttl", "vocab/<slug:code>.jsonld",
            "accounts/saml/<slug:key>/metadata/", "media/images/<str:name>", r"documents/^(\d+)/(.*)$",
            "admin/record_chooser/", "admin/record_chooser/results/",  # inside a dialogue that Wagtail opens
            "*/accounts/2fa/recovery-codes/download/", "*/accounts/2fa/webauthn/login/",
            "*/export/<slug:source>/<slug:kind>/",  # asks before it writes more than 2,000 rows
            "*/workspace/organization/trail/csv/", "*/workspace/practices/<uuid:pk>/edit/<slug:step>/autosave/",
            "*/workspace/practices/<uuid:pk>/word/form/", "practices.DatabankPage: feed/",
            "practices.DatabankPage: <int:number>-<slug:slug>/pdf/",
            "practices.DatabankPage: <int:number>-<slug:slug>/v<int:version>/pdf/",
            "publishing.OrganizationsPage: <slug:key>/feed/", "api/v1/search/", "search.SearchPage: feed/",
            "api/v1/needs/", "api/v1/needs/<int:number>/", "needs.NeedsPage: feed/",
            "search.SearchPage: suggest/", "api/v1/offers/", "api/v1/offers/<int:number>/", "funders.OffersPage: feed/",
            "projects.ProjectsPage: <int:number>-<slug:slug>/iati/",
            "projects.ProjectsPage: feed/", "projects.ProjectsPage: <int:number>-<slug:slug>/word/",
            "projects.ProjectsPage: <int:number>-<slug:slug>/v<int:version>/word/",
            "api/v1/projects/", "api/v1/projects/<int:number>/", "*/workspace/projects/<uuid:pk>/word/",
            "projects.ProjectsPage: <int:number>-<slug:slug>/results/",
            "credentials/", "credentials/keys/", "credentials/keys/<slug:kid>/", "credentials/<str:code>/status/",
            "*/certificates/<str:code>/pdf/", "learning.CoursesPage: feed/", "api/v1/courses/",
            "api/v1/courses/<int:number>/",
        ),
        FILE,
    ),
    **dict.fromkeys(
        (
            "accounts/saml/<slug:key>/acs/", "*/announcements/<uuid:pk>/put-away/", "*/accounts/sessions/others/end/",
            "*/accounts/sessions/<uuid:pk>/end/", "*/workspace/switch/",
            "*/workspace/practices/<uuid:pk>/next-version/", "*/workspace/practices/<uuid:pk>/do/<slug:name>/",
            "*/workspace/practices/<uuid:pk>/assistance/<slug:what>/",
            "*/workspace/organization/invitations/<uuid:pk>/send/",
            "*/workspace/organization/invitations/<uuid:pk>/revoke/", "admin/console/letters/retry/",
            "admin/console/letters/<uuid:pk>/retry/", "admin/console/term/<str:code>/restore/",
            "admin/console/announcements/<uuid:pk>/end/", "*/workspace/searches/<uuid:pk>/follow/",
            "*/workspace/searches/<uuid:pk>/remove/", "admin/console/term/<str:code>/back-in-use/",
            "*/workspace/diagnostics/<uuid:pk>/do/<slug:name>/", "*/workspace/diagnostics/<uuid:pk>/needs/",
            "*/workspace/needs/<uuid:pk>/do/<slug:name>/",
            "*/workspace/matches/needs/<uuid:pk>/again/", "*/workspace/matches/projects/<uuid:pk>/again/",
            "*/workspace/matches/<uuid:pk>/judge/",
            "*/workspace/offers/<uuid:pk>/do/<slug:name>/", "*/workspace/follow/<slug:kind>/<int:number>/",
            "*/workspace/projects/<uuid:pk>/do/<slug:name>/", "*/workspace/projects/<uuid:pk>/fill/",
            "*/workspace/projects/<uuid:pk>/execution/do/<slug:name>/",
            "*/workspace/projects/<uuid:pk>/execution/practice/",
            "*/workspace/projects/<uuid:pk>/execution/periods/<int:number>/correct/",
            "*/workspace/projects/<uuid:pk>/execution/periods/<int:number>/<slug:name>/",
            # Rooms, pledges, calls for an agency.
            "*/workspace/rooms/<uuid:pk>/message/", "*/workspace/rooms/<uuid:pk>/file/",
            "*/workspace/rooms/<uuid:pk>/do/<slug:name>/", "*/workspace/calls/<uuid:pk>/decide/",
            "*/workspace/proposals/<uuid:pk>/score/", "*/workspace/proposals/<uuid:pk>/do/<slug:name>/",
            # Courses.
            "*/workspace/learning/taking/<uuid:pk>/leave/", "*/workspace/learning/taking/<uuid:pk>/newer/",
            "*/workspace/learning/taking/<uuid:pk>/finish/", "*/certificates/<str:code>/name/",
            "*/workspace/learning/keep/courses/<uuid:pk>/do/<slug:name>/",
            "*/workspace/learning/keep/enrolments/<uuid:pk>/do/<slug:name>/",
            "*/workspace/learning/keep/enrolments/<uuid:pk>/time/",
            "*/workspace/learning/keep/questions/<uuid:pk>/do/<slug:name>/",
            "*/workspace/learning/keep/prompts/<uuid:pk>/remove/",
            "*/workspace/learning/proposals/<uuid:pk>/do/<slug:name>/",
        ),
        FORM,
    ),
    **dict.fromkeys(
        (
            "admin/login/", "_util/login/", "*/_util/login/", "*/workspace/notices/<uuid:pk>/",
            "*/workspace/network/assistance/<uuid:pk>/", "*/workspace/searches/found/<uuid:pk>/",
            "practices.DatabankPage: <int:number>/", "funders.OffersPage: <int:number>/",
            "*/workspace/offers/<uuid:pk>/rules/", "*/workspace/followed/<uuid:pk>/",
            "needs.NeedsPage: <int:number>/", "projects.ProjectsPage: <int:number>/",
            "learning.CoursesPage: <int:number>/", "*/workspace/learning/taking/<uuid:pk>/go-on/",
            "credentials/courses/<int:number>/", "credentials/<str:code>/",  # this one answers programs, too
            "learning.CoursePage", "learning.ModulePage", "learning.LessonPage",  # what is read stands elsewhere
            "accounts/saml/<slug:key>/acs/finish/",  # or to the refusal that sso_refused shows
        ),
        LEADS,
    ),
    **dict.fromkeys(
        (
            "*/accounts/2fa/authenticate/", "*/accounts/2fa/totp/activate/", "*/accounts/2fa/totp/deactivate/",
            "*/accounts/2fa/recovery-codes/", "*/accounts/2fa/recovery-codes/generate/", "*/accounts/2fa/webauthn/add/",
            "*/accounts/2fa/webauthn/reauthenticate/", "*/accounts/2fa/webauthn/keys/<int:pk>/edit/",
            "*/accounts/2fa/webauthn/keys/<int:pk>/remove/", "*/workspace/practices/<uuid:pk>/word/take/",
        ),
        WAY,
    ),
    "*/workspace/learning/enrol/<uuid:pk>/": COURSE_WAY,
    "*/dev/components/<slug:name>/bare/": "is the frame inside component_map",
    # Every account has a password or a provider of its own; a code by mail signs nobody in; no page is behind a word.
    **dict.fromkeys(
        (
            "*/accounts/password/set/", "*/accounts/login/code/confirm/",
            "documents/authenticate_with_password/<int:restriction_id>/",
            "*/_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        ),
        OFF,
    ),
}  # fmt: skip


def plain(pattern: str) -> str:
    """A pattern as both sides write it: regular expressions inside of a path keep their ^ on one of them only."""
    return pattern.replace("^", "")


def addresses() -> set[str]:
    """Every pattern of the site but Wagtail's own admin, and every kind of page that has no routes of its own."""
    found = {
        entry.pattern
        for entry in patterns()
        if (entry.address is None or entry.address.is_a != WAGTAIL_ADMIN or entry.pattern in NO_SCREEN)
        and entry.pattern != EVERY_PAGE
    }
    kinds = {
        model._meta.label
        for model in apps.get_models()
        if issubclass(model, Page) and not issubclass(model, RoutablePageMixin) and model is not Page
    }
    return found | kinds


def test_every_address_is_looked_at_or_says_why_not(seeded: Seeded) -> None:
    shown = {plain(seeded.routes[screen]) for names in LISTS for screen in names}
    missing = {entry for entry in addresses() if plain(entry) not in shown and entry not in NO_SCREEN}
    gone = {entry for entry in NO_SCREEN if entry not in addresses()}
    needless = {entry for entry in NO_SCREEN if plain(entry) in shown}
    assert (missing, gone, needless) == (set(), set(), set())


def test_every_screen_that_is_planted_is_on_one_list(seeded: Seeded) -> None:
    listed = [screen for names in LISTS for screen in names]
    assert sorted(listed) == sorted(seeded.screens["en"])
