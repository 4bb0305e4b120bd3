"""Saved searches, and whoever saved one is told once of each new thing that fits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as sent
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from network_site.common import letters, mailings, outbox
from network_site.common.models import Notice, Outbox, Rhythm
from network_site.organizations import services as organizations
from network_site.organizations.enums import Role
from network_site.organizations.models import Membership, User
from network_site.publishing.models import PublishedRecord
from search import selectors, services
from search.asked import SearchQuery
from search.models import Entry, SavedSearch, SearchFollower
from search.models.entries import entry_id
from search.services import FOUND

from ..people import People, acting, published, step
from ..queries import asking

pytestmark = pytest.mark.django_db


def saved(person: User, words: str = "appointment", *, rhythm: str = Rhythm.DAILY, **given: Any) -> SavedSearch:
    """A search that somebody saved yesterday."""
    with acting(person):
        search = services.save_search(
            name=given.pop("name", words or "Everything"),
            query=SearchQuery(text=words, kinds=given.pop("kinds", ("practice",)), filters=given.pop("filters", {})),
            rhythm=rhythm,
            **given,
        )
        SavedSearch.objects.filter(pk=search.pk).update(created_at=timezone.now() - timedelta(days=1))
    return search


def told(person: User) -> list[str]:
    """What she was told of saved searches, oldest first."""
    with acting(person):
        return list(Notice.objects.filter(kind=FOUND).order_by("created_at").values_list("subject", flat=True))


def again() -> None:
    """The relay hands out everything once more, as after a crash."""
    Outbox.objects.update(state="taken", done_at=None, leased_until=timezone.now() - timedelta(seconds=1))
    outbox.drain()


def entry_of(version: Any) -> Entry:
    return Entry.objects.get(pk=entry_id("practice", str(version.practice_id)))


# --- Being told ------------------------------------------------------------------------------


def test_a_new_practice_that_fits_is_told_once(people: People) -> None:
    donor, other = people.focal_point(), people.focal_point()
    saved(donor)
    saved(other, "apprentices")
    published(people, title="Inspection by appointment")
    outbox.drain()
    assert told(donor) == ["Inspection by appointment"]
    assert told(other) == []
    again()
    assert told(donor) == ["Inspection by appointment"]


def test_several_searches_that_find_the_same_tell_her_once_and_as_soon_as_the_soonest(people: People) -> None:
    donor = people.focal_point()
    saved(donor, rhythm=Rhythm.WEEKLY)
    saved(donor, "", name="All of inspection", rhythm=Rhythm.AT_ONCE, filters={"theme": ("LAF1",)})
    published(people, title="Inspection by appointment")
    outbox.drain()
    assert told(donor) == ["Inspection by appointment"]
    assert [message.subject for message in sent.outbox if message.to == [donor.email]] == [
        "Something new fits a search that you saved"
    ]
    again()
    assert len([message for message in sent.outbox if message.to == [donor.email]]) == 1


def test_what_was_published_before_is_no_news_and_a_new_version_is_none_either(people: People) -> None:
    donor = people.focal_point()
    version = published(people, title="Inspection by appointment")
    outbox.drain()
    with acting(donor):
        services.save_search(name="Mine", query=SearchQuery(text="appointment"))
    again()
    Entry.objects.filter(pk=entry_of(version).pk).update(digest="changed")
    from network_site.common.hooks import as_service
    from search import indexing

    with as_service("relay", "test"):
        indexing.refresh("practice", [str(version.practice_id)])
    outbox.drain()
    assert told(donor) == []


def test_a_search_narrowed_by_another_facet_is_not_told(people: People) -> None:
    donor = people.focal_point()
    saved(donor, "", name="Elsewhere", filters={"country": ("ZZ",)})
    saved(donor, "", name="Proven", filters={"evidence": ("5",)})
    saved(donor, "telework", name="Other words")
    published(people, title="Inspection by appointment")
    outbox.drain()
    assert told(donor) == []


def test_never_means_no_mail_but_a_notice(people: People) -> None:
    donor = people.focal_point()
    saved(donor, rhythm=Rhythm.NEVER)
    published(people, title="Inspection by appointment")
    outbox.drain()
    mailings.schedule_digests(timezone.now() + timedelta(days=8))
    outbox.drain()
    assert told(donor) == ["Inspection by appointment"]
    assert [message for message in sent.outbox if message.to == [donor.email]] == []


def test_the_daily_mail_holds_all_that_was_found(people: People) -> None:
    donor = people.focal_point()
    saved(donor, "inspection")
    specialists = people.focal_point()
    for title in ("Inspection by appointment", "Inspection on water"):
        published(people, specialists, title=title)
    outbox.drain()
    mailings.schedule_digests(timezone.now() + timedelta(days=1))
    outbox.drain()
    (message,) = [message for message in sent.outbox if message.to == [donor.email]]
    assert "Inspection by appointment" in message.body
    assert "Inspection on water" in message.body
    assert message.body.count("Something new fits a search that you saved") == 2


def test_a_notice_leads_to_the_page_in_the_readers_language(people: People, client: Client) -> None:
    donor = people.focal_point()
    saved(donor)
    version = published(people, title="Inspection by appointment")
    outbox.drain()
    client.force_login(donor)
    record = PublishedRecord.objects.get(pk=version.practice_id)
    with acting(donor):
        notice = Notice.objects.get(kind=FOUND)
    answer = client.get(reverse("workspace:notice", args=[notice.pk]), follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0].endswith(record.path)


def test_what_was_withdrawn_meanwhile_is_not_mailed(people: People) -> None:
    donor = people.focal_point()
    saved(donor)
    version = published(people, title="Inspection by appointment")
    outbox.drain()
    step(people.publisher(), version, "withdraw", note="The ministry asked for it, because the law was repealed.")
    outbox.drain()
    mailings.schedule_digests(timezone.now() + timedelta(days=1))
    outbox.drain()
    assert [message for message in sent.outbox if message.to == [donor.email]] == []


# --- Of the whole organisation ---------------------------------------------------------------


def test_a_shared_search_is_followed_by_colleagues_each_in_her_rhythm(people: People) -> None:
    donor = people.focal_point()
    with acting(donor) as actor:
        house = Membership.objects.get(user=donor).organization
    colleague = people.member(house, Role.CONTRIBUTOR)
    search = saved(donor, is_shared=True)
    assert actor.organization_id == house.pk
    with acting(colleague):
        services.follow(search=selectors.get_search(search.pk), rhythm=Rhythm.AT_ONCE)
    published(people, title="Inspection by appointment")
    outbox.drain()
    assert told(donor) == told(colleague) == ["Inspection by appointment"]
    assert [message.to for message in sent.outbox if message.to in ([donor.email], [colleague.email])] == [
        [colleague.email]
    ]


def test_who_left_hears_no_more_of_a_shared_search(people: People) -> None:
    donor = people.focal_point()
    with acting(donor):
        house = Membership.objects.get(user=donor).organization
    colleague = people.member(house, Role.CONTRIBUTOR)
    search = saved(donor, is_shared=True)
    with acting(colleague):
        services.follow(search=selectors.get_search(search.pk), rhythm=Rhythm.AT_ONCE)
    with acting(colleague):
        organizations.leave_organization()
    published(people, title="Inspection by appointment")
    outbox.drain()
    assert told(colleague) == []
    assert told(donor) == ["Inspection by appointment"]


def test_only_its_keeper_and_administrators_remove_a_shared_search(people: People) -> None:
    donor = people.focal_point()
    with acting(donor):
        house = Membership.objects.get(user=donor).organization
    colleague, administrator = people.member(house, Role.CONTRIBUTOR), people.member(house, Role.ADMINISTRATOR)
    search = saved(donor, is_shared=True)
    with acting(colleague), pytest.raises(PermissionDenied):
        services.remove(search=selectors.get_search(search.pk))
    with acting(administrator):
        services.remove(search=selectors.get_search(search.pk))
        assert list(SavedSearch.objects.all()) == []
        assert list(SearchFollower.objects.all()) == []


def test_one_click_in_a_mail_stops_all_mail_of_saved_searches_and_no_notice(people: People, client: Client) -> None:
    donor = people.focal_point()
    saved(donor, is_shared=True, rhythm=Rhythm.AT_ONCE)
    address = reverse("mail_stop", args=[letters.stop_token(donor.pk, FOUND)])
    assert client.post(address).status_code == 200
    with acting(donor):
        assert list(SearchFollower.objects.values_list("rhythm", flat=True)) == [Rhythm.NEVER]
    published(people, title="Inspection by appointment")
    outbox.drain()
    assert told(donor) == ["Inspection by appointment"]
    assert [message for message in sent.outbox if message.to == [donor.email]] == []


# --- Saving ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " \u200b ", "query": SearchQuery(text="a")}, "name"),
        ({"name": "x" * 101, "query": SearchQuery(text="a")}, "name"),
        ({"name": "Taken", "query": SearchQuery(text="a")}, "name"),
        ({"name": "Empty", "query": SearchQuery()}, "name"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field(people: People, given: dict[str, Any], field: str) -> None:
    donor = people.focal_point()
    saved(donor, name="Taken")
    with acting(donor), pytest.raises(ValidationError) as refused:
        services.save_search(**given)
    assert list(refused.value.message_dict) == [field]


def test_the_form_keeps_what_was_typed_and_saves_once(people: People, client: Client) -> None:
    donor = people.focal_point()
    client.force_login(donor)
    address = f"{reverse('searches:new')}?{QueryDict('q=profiling&country=CL&kind=practice').urlencode()}"
    page = client.get(address)
    assert page.context["form"].initial["name"] == "“profiling” · Practices · Chile"
    refused = client.post(address, {"name": "", "rhythm": "weekly"})
    assert refused.status_code == 422
    assert refused.context["form"]["rhythm"].value() == "weekly"
    key = page.context["form"].initial["key"]
    for _click in range(3):
        done = client.post(address, {"name": "Profiling", "rhythm": "weekly", "key": key})
        assert done.status_code == 302
    with acting(donor):
        (search,) = SavedSearch.objects.all()
        assert (search.query, search.language) == ("q=profiling&kind=practice&country=CL", "en")
    assert selectors.query_of(search).filters == {"country": ("CL",)}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(people: People, client: Client, count: int) -> None:
    donor = people.focal_point()
    for number in range(count):
        saved(donor, name=f"Search {number}", filters={"country": ("CL",)})
    client.force_login(donor)
    address = reverse("searches:list")
    client.get(address)
    with asking(LIST_COSTS):
        page = client.get(address)
    assert len(page.context["rows"]) == count


LIST_COSTS = 9
