"""M3: a whole review leaves no private word in a table, an index, the cache, a session, a mail or a log."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client

from network_site.common import outbox
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import Membership, User
from network_site.organizations.selectors import network_organization
from network_site.publishing.models import PublishedRecord, PublishedVersion
from practices import services
from practices.enums import Aspect, Criterion, Exclusion
from practices.models import PracticeVersion, Review

from ..people import acting, draft, get
from .dump import private_rows
from .matrix import FORM, enter
from .population import World, rename, texts
from .side_channels import TITLE, mail_text, open_tables, side_channel_leaks, table_text

pytestmark = pytest.mark.embedded

EARLY, FINAL, LATER = "zqearlyqz", "zqfinalqz", "zqlaterqz"
NEVER_PUBLIC = {
    EARLY, LATER, f"{FINAL}hidden", f"{FINAL}file", "zqnoteqz", "zqscreeningqz", "zqinterestqz", "zqnameoneqz",
    "zqnametwoqz",
}  # fmt: skip


def post(client: Client, path: str, **data: object) -> None:
    """Send a form that must be accepted."""
    response = client.post(f"/en/workspace/{path}", urlencode(data, doseq=True), content_type=FORM)
    assert (response.status_code, path) == (302, path)


def versions_number(user: User, version: PracticeVersion) -> int:
    with acting(user):
        return get(version.pk).lock_version


class Story:
    """A practice on its way through the review, by the site's own pages."""

    def __init__(self, world: World) -> None:
        people = world.people
        self.owner, self.specialist, self.publisher = world.b.focal_point, world.specialist, world.publisher
        self.reviewers = [
            rename(people.reviewer(), "zqnameoneqz"),
            rename(people.reviewer("international_organization"), "zqnametwoqz"),
        ]
        self.browsers = {
            user.pk: enter(user) for user in (self.owner, self.specialist, self.publisher, *self.reviewers)
        }
        self.version = draft(self.owner, **texts(EARLY))
        self.world = world

    def step(self, user: User, name: str, note: str = "") -> None:
        self.look(user)
        post(
            self.browsers[user.pk],
            f"practices/{self.version.pk}/do/{name}/",
            version=versions_number(user, self.version),
            note=note,
        )
        outbox.drain()

    def look(self, user: User) -> None:
        """Open the pages that somebody would open."""
        for path in ("", "notices/", "practices/", f"practices/{self.version.pk}/", "reviews/"):
            assert self.browsers[user.pk].get(f"/en/workspace/{path}").status_code == 200

    def screen(self) -> None:
        self.step(self.specialist, "start_screening")
        answers = dict.fromkeys(Exclusion.values, "yes")
        path = f"practices/{self.version.pk}/screening/"
        post(self.browsers[self.specialist.pk], path, note="zqscreeningqz", **answers)

    def rewrite(self, word: str) -> None:
        with acting(self.owner):
            fields = texts(word)
            rows = fields.pop("rows")
            services.save_version(
                self.version, lock_version=get(self.version.pk).lock_version, fields=fields, rows=rows
            )

    def ask_reviewers(self) -> None:
        for reviewer in self.reviewers:
            organization = self.world.organization_of(reviewer)
            post(
                self.browsers[self.specialist.pk],
                f"practices/{self.version.pk}/reviewers/",
                candidate=f"{reviewer.pk}:{organization.pk}",
            )
        outbox.drain()

    def review(self, reviewer: User) -> None:
        browser = self.browsers[reviewer.pk]
        with acting(reviewer):
            own = Review.objects.get(version_id=self.version.pk)
        post(browser, f"reviews/{own.pk}/", interest="none", note="zqinterestqz")
        with acting(reviewer):
            own = Review.objects.get(pk=own.pk)
            studies = [item.pk for item in get(self.version.pk).evidence_items.all()]
        answers: dict[str, object] = {"version": own.lock_version, "rationale": "It can be repeated.", "file": "1"}
        answers |= {f"x_{name}": "yes" for name in Exclusion.values}
        answers |= {f"c_{name}": "3" for name in Criterion.values}
        answers |= {f"a_{name}": "partly" for name in Aspect.values}
        answers |= {f"s_{pk}": "moderate" for pk in studies}
        post(browser, f"reviews/{own.pk}/", **answers)
        outbox.drain()


def test_a_whole_review_leaves_no_private_word_outside_of_the_private_tables(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    cache.clear()
    everything = NEVER_PUBLIC | {FINAL}
    with caplog.at_level(logging.DEBUG):
        story = Story(world)
        story.step(story.owner, "submit")
        story.screen()
        assert side_channel_leaks(everything, caplog.text) == []
        story.step(story.specialist, "request_revision", note="zqnoteqz: what do you mean?")
        story.rewrite(FINAL)
        story.step(story.owner, "submit")
        story.screen()
        story.ask_reviewers()
        for reviewer in story.reviewers:
            story.review(reviewer)
        assert side_channel_leaks(everything, caplog.text) == []

        story.step(story.publisher, "publish")
        with acting(story.owner):
            story.version = get(services.open_next_version(get(story.version.pk)).pk)
        story.rewrite(LATER)
        for path in ("/en/", "/en/practices/", "/en/practices/?q=zq", "/en/institutions/"):
            enter(None).get(path)
    assert side_channel_leaks(NEVER_PUBLIC, caplog.text) == []

    told = {message.to[0] for message in mail.outbox if TITLE.search(mail_text(message))}
    concerned = (story.owner, world.b.contributor, story.specialist, story.publisher, *story.reviewers)
    assert {person.email for person in concerned} <= told
    # Colleagues hear as well: those of the Network, and those of the ministry.
    with acting_as(service_actor("relay"), reason="test"):
        houses = (world.b.organization.pk, network_organization().pk)
        colleagues = Membership.objects.filter(organization__in=houses).values_list("user__email", flat=True)
        assert told <= {person.email for person in concerned} | set(colleagues)

    record = PublishedRecord.objects.get(pk=story.version.practice_id)
    assert record.title == f"{FINAL} title"
    assert PublishedVersion.objects.filter(record=record).count() == 1
    text = "\n".join(private_rows().values())
    assert [word for word in sorted(NEVER_PUBLIC) if word not in text] == ["zqnameoneqz", "zqnametwoqz"]


def test_wagtail_knows_no_private_row(world: World) -> None:
    """Wagtail notes by itself which rows point to which; its tables are read by everybody in its admin."""
    keys = {key for _label, key in private_rows()}
    tables = [table for table in open_tables() if table.split("_")[0].startswith(("wagtail", "taggit", "modelsearch"))]
    assert len(tables) > 20
    known = {}
    for table in tables:
        text = table_text(table)
        found = [key for key in keys if key in text or key.replace("-", "") in text]
        if found:
            known[table] = len(found)
    assert known == {}


@pytest.mark.postgresql
def test_the_dump_reads_the_open_tables_as_the_site_does(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("app",)
    assert table_text("organizations_organization") != ""
