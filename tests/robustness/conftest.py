"""One stage for all tests of this folder: practices in every state, committed once; every test rolls back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from network_site.common import outbox
from network_site.common.models import Announcement, Export, Outbox
from network_site.organizations import services as organizations
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Membership, Organization, User
from network_site.publishing.models import OrganizationsPage, PublishedRecord, TextPage
from network_site.taxonomy.models import GlossaryConcept
from practices import services
from practices.models import DatabankPage, Review
from search.models import SearchPage

from ..databases import Stages
from ..people import (
    People,
    acting,
    assign,
    draft,
    endorsed,
    get,
    in_review,
    prove_second_factor,
    published,
    review,
    step,
    submitted,
)
from .reading import Answer, Form, judge
from .values import query


@dataclass
class Stage:
    """People, objects in the right states, and a browser without a screen for each of the people."""

    users: dict[str, User] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def build(self, people: People) -> None:
        ministry = people.organization()
        self.users = {
            "contributor": people.contributor(ministry),
            "focal": people.focal_point(ministry),
            "specialist": people.specialist(),
            "publisher": people.publisher(),
            "reviewer": people.reviewer(),
            "partner": people.reviewer(OrganizationKind.INTERNATIONAL),
            "administrator": people.member(ministry, Role.ADMINISTRATOR),
            "operator": people.member(people.network(), Role.LEAD, Role.ADMINISTRATOR),
        }
        focal, specialist = self.users["focal"], self.users["specialist"]
        reviewers = [self.users["reviewer"], self.users["partner"]]
        self.ids["draft"] = draft(self.users["contributor"]).pk
        self.ids["submitted"] = submitted(focal).pk
        self.ids["screening"] = step(specialist, submitted(focal), "start_screening").pk
        in_hand = in_review(focal, specialist)
        self.ids["in_review"] = in_hand.pk
        for one in reviewers:
            assign(specialist, in_hand, one)
        self.ids["revision"] = step(specialist, in_review(focal, specialist), "request_revision", note="How many?").pk
        disputed = in_review(focal, specialist)
        for one, score in zip(reviewers, (1, 4), strict=True):
            assign(specialist, disputed, one)
            review(one, disputed, score=score)
        self.ids["adjudication"] = disputed.pk
        self.ids["endorsed"] = endorsed(focal, specialist, reviewers).pk
        public = published(people, focal)
        self.ids["published"] = public.pk
        gone = published(people, focal)
        step(self.users["publisher"], gone, "withdraw", note="Asked for.")
        with acting(reviewers[0]):
            mine = Review.objects.get(version_id=in_hand.pk, reviewer=reviewers[0])
            services.declare_interest(mine, interest="none")
            self.ids["review_open"] = mine.pk
            self.ids["review_filed"] = Review.objects.get(version_id=disputed.pk, reviewer=reviewers[0]).pk
        with acting(reviewers[1]):
            self.ids["review_closed"] = Review.objects.get(version_id=in_hand.pk, reviewer=reviewers[1]).pk

        self.build_assistance()
        self.build_organization(ministry)
        self.build_console(ministry)
        # The search finds what the relay has carried.
        outbox.drain()

        def path(page: Page) -> str:
            return str(page.get_url_parts()[2])

        base = path(DatabankPage.objects.get(locale__language_code="en"))
        directory = path(OrganizationsPage.objects.get(locale__language_code="en"))
        self.paths = {
            "home": "/en/",
            "databank": base,
            "practice": f"{base}{PublishedRecord.objects.get(pk=public.practice_id).path}",
            "withdrawn": f"{base}{PublishedRecord.objects.get(pk=gone.practice_id).path}",
            "search": path(SearchPage.objects.get(locale__language_code="en")),
            "search_feed": path(SearchPage.objects.get(locale__language_code="en")) + "feed/",
            "suggest": path(SearchPage.objects.get(locale__language_code="en")) + "suggest/",
            "organizations": directory,
            "organization": f"{directory}{ministry.key}/",
            "text": path(TextPage.objects.live().filter(locale__language_code="en").order_by("path")[0]),
        }

    def build_assistance(self) -> None:
        """A draft that the Network writes with its ministry."""
        helped = draft(self.users["focal"])
        asked = {"reason": "Nobody has time.", "languages": ["en"], "call_when": "Mondays"}
        with acting(self.users["focal"]):
            opened = services.ask_for_assistance(helped, **asked)
        with acting(self.users["specialist"]):
            services.accept_assistance(opened)
            version = get(helped.pk)
            services.save_version(version, lock_version=version.lock_version, fields={"region": "South"})
        self.ids["assisted"] = helped.pk

    def build_organization(self, ministry: Organization) -> None:
        """Somebody who was invited, somebody whose part may end, and a file that was asked for."""
        with acting(self.users["administrator"]):
            invitation = organizations.invite(email="asked@example.org", roles=["contributor"], language="en")
            membership = Membership.objects.get(user=self.users["contributor"], organization=ministry)
        self.ids |= {"invitation": invitation.pk, "membership": membership.pk}
        with acting(self.users["contributor"]) as actor:
            export = Export.objects.create(
                person_id=actor.user_id, source="practices", format="csv", expires_at=timezone.now() + timedelta(days=7)
            )
        self.ids["export"] = export.pk

    def build_console(self, ministry: Organization) -> None:
        """Work that failed, and an announcement of the past."""
        outbox.enqueue("practice.handed_over", subject=ministry, version=99)
        letters = Outbox.objects.filter(object_version=99)
        letters.update(state="dead", tries=8, last_error="RuntimeError")
        then = timezone.now() - timedelta(days=7)
        past = Announcement.objects.create(
            texts={"en": "Maintenance"}, starts_at=then, ends_at=then + timedelta(days=1)
        )
        self.ids |= {
            "letter": letters.get().pk,
            "announcement": past.pk,
            "organization": ministry.pk,
            "concept": GlossaryConcept.objects.order_by("pk")[0].pk,
        }

    def client(self, name: str) -> Client:
        """The browser of one of the people; "" is nobody."""
        if name not in self.clients:
            client = Client(raise_request_exception=False)
            if name:
                client.force_login(self.users[name])
                prove_second_factor(client, self.users[name])
            self.clients[name] = client
        return self.clients[name]

    def get(self, who: str, path: str, given: str = "", **headers: str) -> Answer:
        """Ask for a page; `given` is the query, escaped already. A broken answer breaks no other one."""
        client = self.client(who)
        began = time.perf_counter()
        with transaction.atomic():
            response = client.get(path, QUERY_STRING=given, **headers)
            transaction.set_rollback(response.status_code >= 500)
        return judge(response, time.perf_counter() - began)

    def post(self, who: str, path: str, pairs: list[tuple[str, bytes]]) -> Answer:
        """Send a form, as bytes; what it changed stays until the caller's block ends."""
        client = self.client(who)
        began = time.perf_counter()
        response = client.post(path, query(pairs), content_type="application/x-www-form-urlencoded")
        return judge(response, time.perf_counter() - began)

    def pages_with_forms(self) -> dict[str, tuple[str, str]]:
        """Every page of the workspace that has a form: who fills it in, and where it is."""
        steps = ("brief", "where", "story", "results", "needs", "contact")

        def at(name: str, *keys: Any) -> str:
            return str(reverse(f"practices:{name}", args=keys))

        return {
            "new": ("contributor", at("new")),
            **{f"edit {name}": ("contributor", at("edit", self.ids["draft"], name)) for name in steps},
            "edit with questions": ("focal", at("edit", self.ids["revision"], "brief")),
            "check": ("focal", at("check", self.ids["draft"])),
            "version to send": ("focal", at("version", self.ids["revision"])),
            "version to screen": ("specialist", at("version", self.ids["submitted"])),
            "version to settle": ("specialist", at("version", self.ids["endorsed"])),
            "version to publish": ("publisher", at("version", self.ids["endorsed"])),
            "version to withdraw": ("publisher", at("version", self.ids["published"])),
            "version to follow": ("focal", at("version", self.ids["published"])),
            "translate": ("contributor", at("translate", self.ids["draft"], "fr")),
            "screening": ("specialist", at("screening", self.ids["screening"])),
            "reviewers": ("specialist", at("reviewers", self.ids["in_review"])),
            "adjudication": ("specialist", at("adjudication", self.ids["adjudication"])),
            "declaration": ("partner", at("review", self.ids["review_closed"])),
            "rubric": ("reviewer", at("review", self.ids["review_open"])),
            "assistance to ask": ("focal", at("assistance", self.ids["draft"])),
            "assistance to end": ("specialist", at("assistance", self.ids["assisted"])),
            "confirm": ("focal", at("confirm", self.ids["assisted"])),
            "word": ("contributor", at("word", self.ids["draft"])),
            **self.pages_of_accounts(),
            "notices": ("focal", str(reverse("workspace:notices"))),
            "mail settings": ("focal", str(reverse("workspace:mail_settings"))),
            "sign in": ("", str(reverse("account_login"))),
            "password reset": ("", str(reverse("account_reset_password"))),
        }

    def pages_of_accounts(self) -> dict[str, tuple[str, str]]:
        """Pages with a form about people, their accounts and sessions."""

        def at(name: str, *keys: Any) -> str:
            return str(reverse(name, args=keys))

        return {
            "people": ("administrator", at("organizations:people")),
            "person": ("administrator", at("organizations:person", self.ids["membership"])),
            "farewell": ("administrator", at("organizations:end", self.ids["membership"])),
            "leave": ("contributor", at("organizations:leave")),
            "invite": ("administrator", at("organizations:invite")),
            "sessions": ("contributor", at("my_sessions")),
            "my data": ("contributor", at("my_data")),
            "single sign-on": ("", at("sso_start")),
        }

    def forms(self, name: str) -> list[tuple[str, str, Form]]:
        """The forms in a page that write: who, where to, and their fields."""
        who, path = self.pages_with_forms()[name]
        answer = self.get(who, path)
        assert answer.status == 200, (name, answer.status)
        assert answer.page is not None
        elsewhere = {str(reverse("account_logout")), str(reverse("workspace:switch"))}
        return [
            (who, form.action or path, form)
            for form in answer.page.forms
            if form.method == "post" and form.action not in elsewhere
        ]


def set_stage() -> Stage:
    """A stage with everything on it."""
    stage = Stage()
    stage.build(People())
    return stage


@pytest.fixture
def stage(stages: Stages) -> Iterator[Stage]:
    """The stage; whatever a test does on it is undone."""
    with stages.open(set_stage) as built:
        try:
            yield built
        finally:
            built.clients.clear()
