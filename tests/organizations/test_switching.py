"""One person, several organisations: she acts for one at a time, and changing is on record."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from network_site.common.models import AuditEntry
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import Membership, Organization, User
from network_site.organizations.selectors import actor_for

from ..people import People, draft

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def switches() -> list[tuple[object, object, object]]:
    with acting_as(service_actor("auditor"), reason="test"):
        rows = AuditEntry.objects.filter(action="actor.switched").order_by("at")
        return list(rows.values_list("tenant_id", "user_id", "organization_id"))


@pytest.fixture
def two(people: People) -> tuple[User, Organization, Organization]:
    first, second = people.organization(country="UY"), people.organization("academic")
    user = people.contributor(first)
    people.member(second, user=user)
    return user, first, second


def acts_for(client: Client) -> str:
    shown: str = client.get(reverse("workspace:home")).context["actor"]["organization_name"]
    return shown


def test_she_switches_and_reads_what_that_organisation_reads(
    people: People, two: tuple[User, Organization, Organization], sign_in: SignIn
) -> None:
    user, first, second = two
    version = draft(people.contributor(first))
    browser = sign_in(user)
    page = reverse("practices:version", args=[version.pk])
    for organization, status in ((first, 200), (second, 404), (first, 200)):
        answer = browser.post(reverse("workspace:switch"), {"membership": str(organization.pk)})
        assert (answer.status_code, answer.url) == (302, reverse("workspace:home"))
        assert (acts_for(browser), browser.get(page).status_code) == (organization.name, status)
    assert switches() == [(one.pk, user.pk, one.pk) for one in (first, second, first)]


@pytest.mark.parametrize("given", ["foreign", "00000000-0000-4000-8000-000000000000", "", "no uuid", "\u0661"])
def test_a_foreign_organisation_and_a_missing_one_are_the_same(
    people: People, two: tuple[User, Organization, Organization], sign_in: SignIn, given: str
) -> None:
    user, _first, _second = two
    browser = sign_in(user)
    before = acts_for(browser)
    wanted = str(people.organization().pk) if given == "foreign" else given
    assert browser.post(reverse("workspace:switch"), {"membership": wanted}).status_code == 404
    assert acts_for(browser) == before
    assert switches() == []


def test_looking_does_not_switch(two: tuple[User, Organization, Organization], sign_in: SignIn) -> None:
    user, first, _second = two
    browser = sign_in(user)
    assert browser.get(reverse("workspace:switch"), {"membership": str(first.pk)}).status_code == 405


def test_the_organisation_never_comes_from_the_address(
    people: People, two: tuple[User, Organization, Organization], sign_in: SignIn
) -> None:
    user, first, second = two
    browser = sign_in(user)
    browser.post(reverse("workspace:switch"), {"membership": str(first.pk)})
    page = browser.get(reverse("workspace:home"), {"membership": str(second.pk), "acting_for": str(second.pk)})
    assert page.context["actor"]["organization_name"] == first.name


def test_a_membership_that_ended_is_no_longer_acted_for(
    two: tuple[User, Organization, Organization], sign_in: SignIn
) -> None:
    user, first, second = two
    browser = sign_in(user)
    browser.post(reverse("workspace:switch"), {"membership": str(second.pk)})
    with acting_as(service_actor("seeding"), reason="test"):
        Membership.objects.filter(user=user, organization=second).update(valid_to=timezone.now())
    assert acts_for(browser) == first.name
    assert actor_for(user, second.pk).organization_id == first.pk
    assert browser.post(reverse("workspace:switch"), {"membership": str(second.pk)}).status_code == 404


def test_somebody_without_an_organisation_has_an_empty_workspace(people: People, sign_in: SignIn) -> None:
    browser = sign_in(people.user())
    assert browser.get(reverse("workspace:home")).status_code == 200
    assert browser.get(reverse("practices:new")).status_code == 403
