"""Every address of the site and what it is. An address that is missing here fails the suite.

Addresses come from two places: the URLconf, and the routes of each routable page, which the URLconf
shows none of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.urls import get_resolver
from django.urls.resolvers import URLResolver
from django.utils.regex_helper import normalize
from wagtail.contrib.routable_page.models import RoutablePageMixin

from funders.enums import RuleKind
from funders.workflow.offer import OFFER
from learning.workflow import COURSE, PROPOSAL
from needs.forms.register import STEPS as NEED_STEPS
from needs.workflow.need import NEED
from practices.forms import STEPS
from practices.workflow import PRACTICE
from projects.workflow.execution import STEPS as EXECUTION_STEPS

from . import plant_learning, plant_rooms

PUBLIC = "public"
MACHINE = "for supervisors"
ACCOUNT = "account"
LIST = "workspace list"
OBJECT = "workspace object"
PUBLIC_OBJECT = "public object"
WAGTAIL_ADMIN = "Wagtail's admin"
CONSOLE = "our screens in Wagtail's admin"
DOCUMENT = "Wagtail's documents"

LANGUAGE = re.compile(r"^(?:en|es|fr|pt-br)/")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Address:
    """What an address is; for objects of which kind, and which other values its route takes."""

    is_a: str
    of: str = ""
    others: tuple[dict[str, str], ...] = field(default=({},))


def _each(name: str, values: Iterable[str]) -> tuple[dict[str, str], ...]:
    return tuple({name: value} for value in values)


_steps = _each("name", [*PRACTICE.transitions, "no-such-step"])
_pages = _each("step", [step.name for step in STEPS])
_lists = tuple(
    {"source": source, "kind": "csv"}
    for source in (
        *("practices", "organizations", "terms", "search", "our-practices", "our-diagnostic", "nothing"),
        *("needs", "unmet-needs", "our-needs", "projects", "offers", "completions", "course-report"),
    )
)
_need_steps = _each("name", [*NEED.transitions, "ask_to_merge", "refuse_merge", "no-such-step"])
_need_pages = _each("step", [step.name for step in NEED_STEPS])
OFFER_STEPS = [*OFFER.transitions, "no-such-step"]
RULE_KINDS = [*RuleKind.values, "no-such-kind"]
_project_steps = _each("name", ["send_to_review", "return_to_drafting", "cancel", "no-such-step"])
_project_sections = _each("section", ["identification", "context", "budget", "no-such-section"])
_project_rows = _each("kind", ["budget", "results", "no-such-kind"])
_project_row = tuple({"kind": kind, "row": str(UUID(int=0))} for kind in ("risks", "no-such-kind"))
_execution_steps = _each("name", [*EXECUTION_STEPS, "no-such-step"])
_periods = _each("number", ["1", "2", "99"])
_report_steps = tuple({"number": "2", "name": name} for name in ("send", "return", "approve", "no-such-step"))
_languages = _each("language", ["es", "en", "xx"])
_items = _each("item", [plant_learning.LESSON, plant_learning.QUIZ, plant_learning.CASE, plant_learning.NO_ITEM])
_attempts = tuple({"item": plant_learning.QUIZ, "n": number} for number in ("1", "2", "9"))
_course_steps = _each("name", [*COURSE.transitions, "reread", "no-such-step"])
_question_steps = _each("name", ["review", "retire", "restore", "no-such-step"])
_proposal_steps = _each("name", [*PROPOSAL.transitions, "no-such-step"])

ADDRESSES: dict[str, Address] = {
    "health/": Address(MACHINE),
    "*/files/<uuid:pk>/": Address(OBJECT, "file"),
    # For machines: what is public, whoever asks.
    **dict.fromkeys(
        (
            "api/v1/",
            "api/v1/openapi.json",
            "api/v1/search/",
            "api/v1/practices/",
            "api/v1/needs/",
            "api/v1/organizations/",
            "api/v1/offers/",
            "api/v1/courses/",
            "api/v1/schemes/",
            "api/v1/schemes/<code>/",
            "api/v1/terms/",
            "api/v1/terms/<code>/",
            "api/v1/<path:rest>",
            "sitemap.xml",
            "sitemap-<int:number>.xml",
            "robots.txt",
            "vocab/",
            "vocab/all.ttl",
            "vocab/all.jsonld",
            "vocab/<slug:code>",
            "vocab/<slug:code>.ttl",
            "vocab/<slug:code>.jsonld",
            "vocab/<slug:scheme>/<str:code>",
            "credentials/",
            "credentials/keys/",
        ),
        Address(PUBLIC),
    ),
    "api/v1/practices/<int:number>/": Address(PUBLIC_OBJECT, "record"),
    "api/v1/practices/<int:number>/versions/": Address(PUBLIC_OBJECT, "record"),
    "api/v1/practices/<int:number>/versions/<int:version>/": Address(PUBLIC_OBJECT, "record", ({"version": "1"},)),
    "api/v1/organizations/<key>/": Address(PUBLIC_OBJECT, "organization"),
    "api/v1/needs/<int:number>/": Address(PUBLIC_OBJECT, "need_record"),
    "api/v1/offers/<int:number>/": Address(PUBLIC_OBJECT, "offer_record"),
    "api/v1/courses/<int:number>/": Address(PUBLIC_OBJECT, "course_number"),
    # Lists as files: those of the workspace hold what the person who asks may read.
    "*/export/<slug:source>/<slug:kind>/": Address(LIST, others=_lists),
    "*/workspace/exports/": Address(LIST),
    "*/workspace/exports/<uuid:pk>/": Address(OBJECT, "export"),
    "*/workspace/searches/": Address(LIST),
    "*/workspace/searches/new/": Address(LIST),
    "*/workspace/searches/<uuid:pk>/follow/": Address(OBJECT, "saved_search"),
    "*/workspace/searches/<uuid:pk>/remove/": Address(OBJECT, "saved_search"),
    "*/workspace/searches/found/<uuid:pk>/": Address(OBJECT, "entry"),
    # Accounts: allauth's own pages, about the one who asks.
    "admin/login/": Address(ACCOUNT),
    "_util/login/": Address(ACCOUNT),
    **dict.fromkeys(
        (
            "*/accounts/2fa/",
            "*/accounts/2fa/authenticate/",
            "*/accounts/2fa/reauthenticate/",
            "*/accounts/2fa/totp/activate/",
            "*/accounts/2fa/totp/deactivate/",
            "*/accounts/2fa/recovery-codes/",
            "*/accounts/2fa/recovery-codes/generate/",
            "*/accounts/2fa/recovery-codes/download/",
            "*/accounts/login/",
            "*/accounts/organisation/",
            "accounts/oidc/<slug:key>/callback/",
            "accounts/saml/<slug:key>/acs/",
            "accounts/saml/<slug:key>/acs/finish/",
            "accounts/saml/<slug:key>/metadata/",
            "*/accounts/logout/",
            "*/accounts/inactive/",
            "*/accounts/signup/",
            "*/accounts/reauthenticate/",
            "*/accounts/email/",
            "*/accounts/confirm-email/",
            "*/accounts/password/change/",
            "*/accounts/password/set/",
            "*/accounts/password/reset/",
            "*/accounts/password/reset/done/",
            "*/accounts/password/reset/key/done/",
            "*/accounts/login/code/confirm/",
            "*/accounts/2fa/webauthn/",
            "*/accounts/2fa/webauthn/add/",
            "*/accounts/2fa/webauthn/login/",
            "*/accounts/2fa/webauthn/reauthenticate/",
            "*/accounts/2fa/webauthn/keys/<int:pk>/edit/",
            "*/accounts/2fa/webauthn/keys/<int:pk>/remove/",
            "*/accounts/invitation/",
            "*/accounts/invitation/<str:token>/",
            "*/accounts/data/",
            "*/accounts/sessions/",
            "*/accounts/sessions/others/end/",
            r"*/accounts/^confirm-email/(?P<key>[-:\w]+)/$",
            r"*/accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        ),
        Address(ACCOUNT),
    ),
    # For developers: sample content only, and not there in production.
    "*/dev/components/": Address(PUBLIC),
    "*/dev/components/<slug:name>/": Address(PUBLIC, "", _each("name", ["map", "no-such-component"])),
    "*/dev/components/<slug:name>/bare/": Address(PUBLIC, "", _each("name", ["map", "no-such-component"])),
    "*/dev/frames/<slug:name>/": Address(PUBLIC, "", _each("name", ["editor", "no-such-frame"])),
    # The workspace.
    "*/workspace/": Address(LIST),
    "*/workspace/notices/": Address(LIST),
    "*/workspace/notices/<uuid:pk>/": Address(OBJECT, "notice"),
    "*/workspace/switch/": Address(LIST),
    "*/workspace/mail/": Address(LIST),
    # The signed token is the permission; tests/common/test_fewer_mails.py forges it.
    "*/mail/stop/<str:token>/": Address(ACCOUNT),
    "*/workspace/diagnostics/": Address(LIST),
    "*/workspace/diagnostics/new/": Address(LIST),
    "*/workspace/diagnostics/<uuid:pk>/": Address(OBJECT, "diagnostic"),
    "*/workspace/diagnostics/<uuid:pk>/area/<slug:area>/": Address(OBJECT, "diagnostic", _each("area", ["D3", "D9"])),
    "*/workspace/diagnostics/<uuid:pk>/do/<slug:name>/": Address(
        OBJECT, "diagnostic", _each("name", ["finish", "reopen", "no-such-step"])
    ),
    "*/workspace/diagnostics/<uuid:pk>/needs/": Address(OBJECT, "diagnostic"),
    "*/workspace/practices/": Address(LIST),
    "*/workspace/practices/new/": Address(LIST),
    "*/workspace/practices/<uuid:pk>/": Address(OBJECT, "version"),
    "*/workspace/practices/<uuid:pk>/check/": Address(OBJECT, "version"),
    "*/workspace/practices/<uuid:pk>/next-version/": Address(OBJECT, "version"),
    "*/workspace/practices/<uuid:pk>/screening/": Address(OBJECT, "version"),
    "*/workspace/practices/<uuid:pk>/reviewers/": Address(OBJECT, "version"),
    "*/workspace/practices/<uuid:pk>/adjudication/": Address(OBJECT, "version"),
    "*/workspace/practices/<uuid:pk>/text/<str:language>/": Address(OBJECT, "version", _languages),
    "*/workspace/practices/<uuid:pk>/do/<slug:name>/": Address(OBJECT, "version", _steps),
    "*/workspace/practices/<uuid:pk>/edit/<slug:step>/": Address(OBJECT, "version", _pages),
    "*/workspace/practices/<uuid:pk>/edit/<slug:step>/autosave/": Address(OBJECT, "version", _pages),
    "*/workspace/practices/<uuid:pk>/word/": Address(OBJECT, "version"),
    "*/workspace/practices/<uuid:pk>/word/form/": Address(OBJECT, "version"),
    "*/workspace/practices/<uuid:pk>/word/take/": Address(OBJECT, "version"),
    "*/workspace/practices/<uuid:pk>/assistance/": Address(OBJECT, "version"),
    "*/workspace/practices/<uuid:pk>/assistance/<slug:what>/": Address(
        OBJECT, "version", _each("what", ["accept", "end", "no-such-thing"])
    ),
    "*/workspace/practices/<uuid:pk>/interview/": Address(OBJECT, "version"),
    "*/workspace/practices/<uuid:pk>/confirm/": Address(OBJECT, "version"),
    "*/workspace/network/assistance/<uuid:pk>/": Address(OBJECT, "version"),
    # Rooms, pledges, calls for an agency.
    "*/workspace/rooms/": Address(LIST),
    "*/workspace/rooms/<uuid:pk>/": Address(OBJECT, "room"),
    "*/workspace/rooms/<uuid:pk>/message/": Address(OBJECT, "room"),
    "*/workspace/rooms/<uuid:pk>/file/": Address(OBJECT, "room"),
    "*/workspace/rooms/<uuid:pk>/pledge/": Address(OBJECT, "room"),
    "*/workspace/rooms/<uuid:pk>/commitment/": Address(OBJECT, "room"),
    "*/workspace/rooms/<uuid:pk>/received/": Address(OBJECT, "room"),
    "*/workspace/rooms/<uuid:pk>/do/<slug:name>/": Address(OBJECT, "room", _each("name", plant_rooms.STEPS)),
    "*/workspace/requests/<int:number>/interest/": Address(OBJECT, "request"),
    "*/workspace/requests/<int:number>/propose/": Address(OBJECT, "request"),
    "*/workspace/projects/<uuid:pk>/funding/": Address(OBJECT, "funding"),
    "*/workspace/projects/<uuid:pk>/call/": Address(OBJECT, "funding"),
    "*/workspace/calls/<uuid:pk>/": Address(OBJECT, "call"),
    "*/workspace/calls/<uuid:pk>/decide/": Address(OBJECT, "call"),
    "*/workspace/proposals/": Address(LIST),
    "*/workspace/proposals/<uuid:pk>/": Address(OBJECT, "proposal"),
    "*/workspace/proposals/<uuid:pk>/score/": Address(OBJECT, "proposal"),
    "*/workspace/proposals/<uuid:pk>/do/<slug:name>/": Address(
        OBJECT, "proposal", _each("name", plant_rooms.PROPOSAL_STEPS)
    ),
    "*/workspace/reviews/": Address(LIST),
    "*/workspace/reviews/<uuid:pk>/": Address(OBJECT, "review"),
    "*/workspace/network/queue/": Address(LIST),
    "*/workspace/needs/": Address(LIST),
    "*/workspace/needs/new/": Address(LIST),
    "*/workspace/needs/<uuid:pk>/": Address(OBJECT, "need"),
    "*/workspace/needs/<uuid:pk>/check/": Address(OBJECT, "need"),
    "*/workspace/needs/<uuid:pk>/results/": Address(OBJECT, "need"),
    "*/workspace/needs/<uuid:pk>/edit/<slug:step>/": Address(OBJECT, "need", _need_pages),
    "*/workspace/needs/<uuid:pk>/do/<slug:name>/": Address(OBJECT, "need", _need_steps),
    # Matches of needs and projects, and what one could help with.
    "*/workspace/matches/help/": Address(LIST),
    "*/workspace/matches/needs/<uuid:pk>/": Address(OBJECT, "need"),
    "*/workspace/matches/needs/<uuid:pk>/again/": Address(OBJECT, "need"),
    "*/workspace/matches/projects/<uuid:pk>/": Address(OBJECT, "matched_project"),
    "*/workspace/matches/projects/<uuid:pk>/again/": Address(OBJECT, "matched_project"),
    "*/workspace/matches/<uuid:pk>/judge/": Address(OBJECT, "match"),
    "*/workspace/network/needs/": Address(LIST),
    "*/workspace/network/needs/<uuid:pk>/overlaps/": Address(OBJECT, "need"),
    "*/workspace/needs/<uuid:pk>/fit/": Address(OBJECT, "need"),
    "*/workspace/needs/<uuid:pk>/fit/<uuid:check>/": Address(OBJECT, "need", _each("check", [str(UUID(int=0))])),
    # The console of the Network's staff: tests/isolation/test_console.py walks it by role.
    "admin/console/letters/": Address(CONSOLE, "dead_letters"),
    "admin/console/letters/retry/": Address(CONSOLE, "dead_letters"),
    "admin/console/letters/<uuid:pk>/retry/": Address(CONSOLE, "dead_letters"),
    "admin/console/letters/<uuid:pk>/discard/": Address(CONSOLE, "dead_letters"),
    "admin/console/organisations/": Address(CONSOLE, "organizations"),
    "admin/console/organisations/new/": Address(CONSOLE, "organizations"),
    "admin/console/organisations/<uuid:pk>/": Address(CONSOLE, "organizations"),
    "admin/console/organisations/<uuid:pk>/verification/": Address(CONSOLE, "organizations"),
    "admin/console/terms/": Address(CONSOLE, "terms"),
    "admin/console/terms/<slug:scheme>/": Address(CONSOLE, "terms"),
    "admin/console/terms/<slug:scheme>/new/": Address(CONSOLE, "terms"),
    "admin/console/term/<str:code>/": Address(CONSOLE, "terms"),
    "admin/console/term/<str:code>/restore/": Address(CONSOLE, "terms"),
    "admin/console/term/<str:code>/out-of-use/": Address(CONSOLE, "terms"),
    "admin/console/term/<str:code>/back-in-use/": Address(CONSOLE, "terms"),
    "admin/console/announcements/": Address(CONSOLE, "announcements"),
    "admin/console/announcements/new/": Address(CONSOLE, "announcements"),
    "admin/console/announcements/<uuid:pk>/": Address(CONSOLE, "announcements"),
    "admin/console/announcements/<uuid:pk>/end/": Address(CONSOLE, "announcements"),
    "admin/console/glossary/": Address(CONSOLE, "glossary"),
    "admin/console/glossary/new/": Address(CONSOLE, "glossary"),
    "admin/console/glossary/<uuid:pk>/": Address(CONSOLE, "glossary"),
    # What the Network tells everybody, and its words.
    "*/announcements/<uuid:pk>/put-away/": Address(PUBLIC),
    "*/glossary/": Address(PUBLIC),
    # Draft projects, and published ones.
    "*/workspace/projects/": Address(LIST),
    "*/workspace/network/projects/": Address(LIST),
    "*/workspace/needs/<uuid:pk>/project/": Address(OBJECT, "need"),
    "*/workspace/projects/<uuid:pk>/": Address(OBJECT, "project"),
    "*/workspace/projects/<uuid:pk>/section/<slug:section>/": Address(OBJECT, "project", _project_sections),
    "*/workspace/projects/<uuid:pk>/rows/<slug:kind>/new/": Address(OBJECT, "project", _project_rows),
    "*/workspace/projects/<uuid:pk>/rows/<slug:kind>/<uuid:row>/": Address(OBJECT, "project", _project_row),
    "*/workspace/projects/<uuid:pk>/rows/<slug:kind>/<uuid:row>/remove/": Address(OBJECT, "project", _project_row),
    "*/workspace/projects/<uuid:pk>/findings/": Address(OBJECT, "project"),
    "*/workspace/projects/<uuid:pk>/fill/": Address(OBJECT, "project"),
    "*/workspace/projects/<uuid:pk>/do/<slug:name>/": Address(OBJECT, "project", _project_steps),
    "*/workspace/projects/<uuid:pk>/review/": Address(OBJECT, "project"),
    "*/workspace/projects/<uuid:pk>/reviewers/": Address(OBJECT, "project"),
    "*/workspace/projects/<uuid:pk>/sign/": Address(OBJECT, "project"),
    "*/workspace/projects/<uuid:pk>/word/": Address(OBJECT, "project"),
    "api/v1/projects/": Address(PUBLIC),
    "api/v1/projects/<int:number>/": Address(PUBLIC_OBJECT, "project_record"),
    "projects.ProjectsPage: ": Address(PUBLIC),
    "projects.ProjectsPage: feed/": Address(PUBLIC),
    "projects.ProjectsPage: <int:number>/": Address(PUBLIC_OBJECT, "project_record"),
    "projects.ProjectsPage: <int:number>-<slug:slug>/": Address(PUBLIC_OBJECT, "project_record"),
    "projects.ProjectsPage: <int:number>-<slug:slug>/v<int:version>/": Address(PUBLIC_OBJECT, "project_record"),
    "projects.ProjectsPage: <int:number>-<slug:slug>/word/": Address(PUBLIC_OBJECT, "project_record"),
    "projects.ProjectsPage: <int:number>-<slug:slug>/v<int:version>/word/": Address(PUBLIC_OBJECT, "project_record"),
    # Projects in execution.
    "*/workspace/projects/<uuid:pk>/execution/": Address(OBJECT, "execution"),
    "*/workspace/projects/<uuid:pk>/execution/agreement/": Address(OBJECT, "execution"),
    "*/workspace/projects/<uuid:pk>/execution/amend/": Address(OBJECT, "execution"),
    "*/workspace/projects/<uuid:pk>/execution/practice/": Address(OBJECT, "execution"),
    "*/workspace/projects/<uuid:pk>/execution/do/<slug:name>/": Address(OBJECT, "execution", _execution_steps),
    "*/workspace/projects/<uuid:pk>/execution/periods/<int:number>/": Address(OBJECT, "execution", _periods),
    "*/workspace/projects/<uuid:pk>/execution/periods/<int:number>/correct/": Address(OBJECT, "execution", _periods),
    "*/workspace/projects/<uuid:pk>/execution/periods/<int:number>/<slug:name>/": Address(
        OBJECT, "execution", _report_steps
    ),
    "projects.ProjectsPage: <int:number>-<slug:slug>/iati/": Address(PUBLIC_OBJECT, "project_record"),
    "projects.ProjectsPage: <int:number>-<slug:slug>/results/": Address(PUBLIC_OBJECT, "project_record"),
    # My organisation.
    "*/accounts/sessions/<uuid:pk>/end/": Address(OBJECT, "session"),
    "*/workspace/organization/people/": Address(LIST),
    "*/workspace/organization/people/<uuid:pk>/": Address(OBJECT, "membership"),
    "*/workspace/organization/people/<uuid:pk>/end/": Address(OBJECT, "membership"),
    "*/workspace/organization/leave/": Address(LIST),
    "*/workspace/organization/invitations/new/": Address(LIST),
    "*/workspace/organization/invitations/<uuid:pk>/send/": Address(OBJECT, "invitation"),
    "*/workspace/organization/invitations/<uuid:pk>/revoke/": Address(OBJECT, "invitation"),
    "*/workspace/organization/trail/": Address(LIST),
    "*/workspace/organization/trail/csv/": Address(LIST),
    # Wagtail's own addresses outside of its admin.
    r"documents/^(\d+)/(.*)$": Address(DOCUMENT),
    "documents/authenticate_with_password/<int:restriction_id>/": Address(DOCUMENT),
    "*/_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/": Address(PUBLIC),
    "*/_util/login/": Address(ACCOUNT),
    r"*/^((?:[\w\-]+/)*)$": Address(PUBLIC),
    "media/images/<str:name>": Address(PUBLIC),
    # Our chooser of published records in Wagtail's admin.
    "admin/record_chooser/": Address(WAGTAIL_ADMIN),
    "admin/record_chooser/results/": Address(WAGTAIL_ADMIN),
    # The routes of the pages.
    "practices.DatabankPage: ": Address(PUBLIC),
    "practices.DatabankPage: <int:number>/": Address(PUBLIC_OBJECT, "record"),
    "practices.DatabankPage: <int:number>-<slug:slug>/": Address(PUBLIC_OBJECT, "record"),
    "practices.DatabankPage: <int:number>-<slug:slug>/v<int:version>/": Address(PUBLIC_OBJECT, "record"),
    "practices.DatabankPage: <int:number>-<slug:slug>/pdf/": Address(PUBLIC_OBJECT, "record"),
    "practices.DatabankPage: <int:number>-<slug:slug>/v<int:version>/pdf/": Address(PUBLIC_OBJECT, "record"),
    "practices.DatabankPage: feed/": Address(PUBLIC),
    "needs.NeedsPage: ": Address(PUBLIC),
    "needs.NeedsPage: feed/": Address(PUBLIC),
    "needs.NeedsPage: unmet/": Address(PUBLIC),
    "needs.NeedsPage: <int:number>/": Address(PUBLIC_OBJECT, "need_record"),
    "needs.NeedsPage: <int:number>-<slug:slug>/": Address(PUBLIC_OBJECT, "need_record"),
    "publishing.OrganizationsPage: <slug:key>/feed/": Address(PUBLIC_OBJECT, "organization"),
    "publishing.OrganizationsPage: ": Address(PUBLIC),
    "publishing.OrganizationsPage: <slug:key>/": Address(PUBLIC_OBJECT, "organization"),
    # Offers, and requests as donors read them.
    "*/workspace/offers/": Address(LIST),
    "*/workspace/offers/new/": Address(LIST),
    "*/workspace/offers/profile/": Address(LIST),
    "*/workspace/offers/<uuid:pk>/": Address(OBJECT, "offer"),
    "*/workspace/offers/<uuid:pk>/edit/": Address(OBJECT, "offer"),
    "*/workspace/offers/<uuid:pk>/do/<slug:name>/": Address(OBJECT, "offer", _each("name", OFFER_STEPS)),
    "*/workspace/offers/<uuid:pk>/rules/": Address(OBJECT, "offer"),
    "*/workspace/offers/<uuid:pk>/rules/new/<slug:kind>/": Address(OBJECT, "offer", _each("kind", RULE_KINDS)),
    "*/workspace/offers/<uuid:pk>/rules/<int:place>/": Address(OBJECT, "offer", _each("place", ["1", "9"])),
    "*/workspace/requests/": Address(LIST),
    "*/workspace/requests/<int:number>/": Address(OBJECT, "request"),
    "*/workspace/followed/<uuid:pk>/": Address(OBJECT, "followed"),
    "*/workspace/follow/<slug:kind>/<int:number>/": Address(
        OBJECT, "offer_record", _each("kind", ["offer", "project", "no-such-kind"])
    ),
    "funders.OffersPage: ": Address(PUBLIC),
    "funders.OffersPage: feed/": Address(PUBLIC),
    "funders.OffersPage: <int:number>/": Address(PUBLIC_OBJECT, "offer_record"),
    "funders.OffersPage: <int:number>-<slug:slug>/": Address(PUBLIC_OBJECT, "offer_record"),
    # Courses: what a learner does, which is hers alone.
    "*/workspace/learning/": Address(LIST),
    "*/workspace/learning/certificates/": Address(LIST),
    "*/workspace/learning/enrol/<uuid:pk>/": Address(OBJECT, "course_record"),
    "*/workspace/learning/taking/<uuid:pk>/": Address(OBJECT, "enrolment"),
    "*/workspace/learning/taking/<uuid:pk>/go-on/": Address(OBJECT, "enrolment"),
    "*/workspace/learning/taking/<uuid:pk>/leave/": Address(OBJECT, "enrolment"),
    "*/workspace/learning/taking/<uuid:pk>/newer/": Address(OBJECT, "enrolment"),
    "*/workspace/learning/taking/<uuid:pk>/finish/": Address(OBJECT, "enrolment"),
    plant_learning.ITEM_PAGE: Address(OBJECT, "enrolment", _items),
    plant_learning.ATTEMPT_PAGE: Address(OBJECT, "enrolment", _attempts),
    # Courses as the Network keeps them.
    "*/workspace/learning/keep/": Address(LIST),
    "*/workspace/learning/keep/requests/": Address(LIST),
    "*/workspace/learning/keep/answers/": Address(LIST),
    "*/workspace/learning/keep/answers/<uuid:pk>/": Address(OBJECT, "response"),
    "*/workspace/learning/keep/proposals/": Address(LIST),
    "*/workspace/learning/keep/report/": Address(LIST),
    "*/workspace/learning/keep/courses/<uuid:pk>/": Address(OBJECT, "course"),
    "*/workspace/learning/keep/courses/<uuid:pk>/do/<slug:name>/": Address(OBJECT, "course", _course_steps),
    "*/workspace/learning/keep/courses/<uuid:pk>/questions/": Address(OBJECT, "course"),
    "*/workspace/learning/keep/courses/<uuid:pk>/learners/": Address(OBJECT, "course"),
    "*/workspace/learning/keep/courses/<uuid:pk>/certificates/": Address(OBJECT, "course"),
    "*/workspace/learning/keep/courses/new/": Address(LIST),
    **dict.fromkeys(
        (
            "*/workspace/learning/keep/courses/<uuid:pk>/edit/",
            "*/workspace/learning/keep/courses/<uuid:pk>/questions/new/",
            "*/workspace/learning/keep/courses/<uuid:pk>/quizzes/",
            "*/workspace/learning/keep/courses/<uuid:pk>/quizzes/new/",
            "*/workspace/learning/keep/courses/<uuid:pk>/cases/",
            "*/workspace/learning/keep/courses/<uuid:pk>/cases/new/",
        ),
        Address(OBJECT, "course"),
    ),
    "*/workspace/learning/keep/questions/<uuid:pk>/": Address(OBJECT, "question"),
    "*/workspace/learning/keep/questions/<uuid:pk>/edit/": Address(OBJECT, "question"),
    "*/workspace/learning/keep/questions/<uuid:pk>/do/<slug:name>/": Address(OBJECT, "question", _question_steps),
    "*/workspace/learning/keep/quizzes/<uuid:pk>/": Address(OBJECT, "quiz"),
    "*/workspace/learning/keep/cases/<uuid:pk>/": Address(OBJECT, "case"),
    "*/workspace/learning/keep/cases/<uuid:pk>/prompts/new/": Address(OBJECT, "case"),
    "*/workspace/learning/keep/prompts/<uuid:pk>/": Address(OBJECT, "prompt"),
    "*/workspace/learning/keep/prompts/<uuid:pk>/remove/": Address(OBJECT, "prompt"),
    "*/workspace/learning/keep/enrolments/<uuid:pk>/": Address(OBJECT, "kept_enrolment"),
    "*/workspace/learning/keep/enrolments/<uuid:pk>/do/<slug:name>/": Address(
        OBJECT, "kept_enrolment", _each("name", ["accept", "refuse", "unlock", "leave", "no-such-step"])
    ),
    "*/workspace/learning/keep/enrolments/<uuid:pk>/time/": Address(OBJECT, "kept_enrolment"),
    "*/workspace/learning/keep/certificates/<uuid:pk>/": Address(OBJECT, "kept_certificate"),
    # Courses as an organisation sees them: who completed what, its lists, what it proposes.
    "*/workspace/learning/report/": Address(LIST),
    "*/workspace/learning/lists/": Address(LIST),
    "*/workspace/learning/lists/<uuid:pk>/": Address(OBJECT, "course_list"),
    "*/workspace/learning/proposals/": Address(LIST),
    "*/workspace/learning/proposals/new/": Address(LIST),
    "*/workspace/learning/proposals/<uuid:pk>/": Address(OBJECT, "course_proposal"),
    plant_learning.PROPOSAL_PAGE: Address(OBJECT, "course_proposal"),
    "*/workspace/learning/proposals/<uuid:pk>/do/<slug:name>/": Address(OBJECT, "course_proposal", _proposal_steps),
    # Certificates: for everybody who has the code.
    "*/certificates/": Address(PUBLIC),
    "*/certificates/<str:code>/": Address(PUBLIC_OBJECT, "certificate"),
    "*/certificates/<str:code>/pdf/": Address(PUBLIC_OBJECT, "certificate"),
    "*/certificates/<str:code>/name/": Address(OBJECT, "own_certificate"),
    "credentials/keys/<slug:kid>/": Address(PUBLIC, "", _each("kid", ["no-such-key"])),
    "credentials/courses/<int:number>/": Address(PUBLIC_OBJECT, "course_number"),
    "credentials/<str:code>/": Address(PUBLIC_OBJECT, "certificate"),
    "credentials/<str:code>/status/": Address(PUBLIC_OBJECT, "certificate"),
    "learning.CoursesPage: ": Address(PUBLIC),
    "learning.CoursesPage: feed/": Address(PUBLIC),
    "learning.CoursesPage: <int:number>/": Address(PUBLIC_OBJECT, "course_number"),
    "learning.CoursesPage: <int:number>-<slug:slug>/": Address(PUBLIC_OBJECT, "course_number"),
    "learning.CoursesPage: <int:number>-<slug:slug>/<uuid:item>/": Address(PUBLIC_OBJECT, "course_number", _items),
    "search.SearchPage: ": Address(PUBLIC),
    "search.SearchPage: feed/": Address(PUBLIC),
    "search.SearchPage: suggest/": Address(PUBLIC),
}


@dataclass(frozen=True)
class Found:
    """A pattern of the URLconf or of a page."""

    pattern: str
    module: str
    regex: str

    @property
    def address(self) -> Address | None:
        """What it is, if anybody has said so. Under admin/, Wagtail's own views are one class."""
        known = ADDRESSES.get(self.pattern)
        if (
            known is None
            and self.pattern.startswith("admin/")
            and self.module.split(".")[0] in {"wagtail", "django", "wagtail_localize"}
        ):
            return Address(WAGTAIL_ADMIN)
        return known


def patterns() -> list[Found]:
    """Every pattern of the URLconf and of every routable page."""
    found = list(_walk(get_resolver()))
    for model in apps.get_models():
        if issubclass(model, RoutablePageMixin):
            found += [
                Found(f"{model._meta.label}: {url.pattern}", url.callback.__module__, "")
                for url in model.get_subpage_urls()
            ]
    return found


def _walk(resolver: URLResolver, prefix: str = "", regex: str = "") -> Iterator[Found]:
    for entry in resolver.url_patterns:
        pattern = LANGUAGE.sub("*/", prefix + str(entry.pattern))
        joined = regex + entry.pattern.regex.pattern.removeprefix("^").removeprefix("\\A")
        if isinstance(entry, URLResolver):
            yield from _walk(entry, pattern, joined.removesuffix("$").removesuffix("\\Z"))
        else:
            yield Found(pattern, _module(entry.callback), joined)


def _module(callback: Any) -> str:
    view = getattr(callback, "view_class", None) or callback
    return str(getattr(view, "__module__", type(view).__module__))


def unclassified() -> list[str]:
    """Patterns about which nobody has said what they are, and entries whose pattern is gone."""
    found = patterns()
    missing = [f"{entry.pattern} ({entry.module}) is not classified" for entry in found if entry.address is None]
    gone = [
        f"{pattern} is classified and does not exist" for pattern in set(ADDRESSES) - {entry.pattern for entry in found}
    ]
    return sorted(missing + gone)


def example_path(found: Found, arguments: dict[str, str]) -> str:
    """A path that the pattern accepts, with plausible values (Wagtail's admin takes numbers and words)."""
    template, names = normalize(found.regex)[0]
    return "/" + template % {name: arguments.get(name, _plausible(name)) for name in names}


def _plausible(name: str) -> str:
    if name.startswith("_") or name.endswith(("id", "pk", "_to", "order")) or name in {"page", "revision"}:
        return "1"
    return {"language": "en", "app_label": "practices", "model_name": "practice", "filename": "a.pdf"}.get(name, "x")


def path_of(pattern: str, values: dict[str, str]) -> str:
    """The path of one of our own patterns."""
    path = pattern.replace("*/", "en/", 1)
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values[match.group(1)], path)
