"""What somebody leaves behind: practices go to a colleague, reviews back to the Network, and all is on record."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from network_site.common import outbox
from network_site.common.models import AuditEntry, Notice
from network_site.organizations import services as organizations
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.handover import open_work
from network_site.organizations.models import Organization, User
from practices import services as practices
from practices.models import Contact, Practice, PracticeVersion, Review

from ..people import People, acting, assign, draft, in_review, published
from ..practices.pages import words
from .test_people import membership_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def house(people: People) -> tuple[User, User, User, Organization]:
    """An administrator, a focal point who leaves, a colleague who stays, and their ministry."""
    ministry = people.organization(country="UY")
    stays = people.member(ministry, Role.FOCAL_POINT, first_name="Rosa", last_name="Lima", language="es")
    return people.member(ministry, Role.ADMINISTRATOR), people.focal_point(ministry), stays, ministry


def naming(user: User) -> dict[str, object]:
    contact = {"name": str(user), "email": user.email, "language": "en", "is_public": True}
    return {"rows": {"contacts": [contact]}}


def kept_by(version: PracticeVersion, reader: User) -> object:
    with acting(reader):
        return Practice.objects.values_list("keeper", flat=True).get(pk=version.practice_id)


def actions(organization: Organization) -> list[str]:
    with acting_as(service_actor("auditor")):
        rows = AuditEntry.objects.filter(tenant_id=organization.pk).order_by("sequence")
        return list(rows.values_list("action", flat=True))


def test_drafts_go_to_the_colleague_and_their_writer_stays_who_she_was(
    house: tuple[User, User, User, Organization], sign_in: SignIn
) -> None:
    administrator, goes, stays, ministry = house
    mine, others = draft(goes, title="Hers", **naming(goes)), draft(stays, title="Not hers")
    browser = sign_in(administrator)
    address = reverse("organizations:end", args=[membership_of(goes, ministry).pk])
    page = browser.get(address)
    assert [(one.title, one.goes_on) for one in page.context["work"]] == [("Hers", True), ("Hers", True)]
    browser.post(address, {"heir": str(membership_of(stays, ministry).pk)})
    assert (kept_by(mine, stays), kept_by(others, stays)) == (stays.pk, None)
    with acting(stays):
        version = PracticeVersion.objects.select_related("practice").get(pk=mine.pk)
        assert version.practice.created_by_id == goes.pk
        # Whoever has the form open saves against a version that is gone.
        assert version.lock_version == mine.lock_version + 1
        assert list(Contact.objects.filter(version=version).values_list("name", "email", "language", "is_public")) == [
            ("Rosa Lima", stays.email, "es", False)
        ]
    assert actions(ministry)[-4:] == [
        "practice.keeper_changed", "practice.contact_changed", "membership.work_handed_over", "membership.ended"
    ]  # fmt: skip


def test_the_page_says_to_colleagues_who_looks_after_a_practice(
    house: tuple[User, User, User, Organization], people: People, sign_in: SignIn
) -> None:
    administrator, goes, stays, ministry = house
    User.objects.filter(pk=goes.pk).update(first_name="Ana", last_name="Paz")
    version, done = in_review(goes, people.specialist()), published(people, goes, title="Done")

    def shown(reader: User, of: PracticeVersion = version) -> str:
        page = words(sign_in(reader).get(reverse("practices:version", args=[of.pk])))
        _before, found, after = page.partition("Who looks after it ")
        return after[:15] if found else ""

    assert shown(stays).startswith("Ana Paz")
    with acting(administrator):
        practices.hand_over_work(user=goes, heir=stays, organization_id=ministry.pk)
    assert shown(goes).startswith("Rosa Lima")
    assert shown(stays).startswith("Rosa Lima (you")
    # The Network reads of organisations and roles, not of people in a ministry.
    assert shown(people.specialist()) == ""
    # A published practice is handed to nobody, and its writer is no longer there to ask.
    assert shown(stays, done).startswith("Ana Paz")
    with acting(administrator):
        organizations.end_membership(membership_of(goes, ministry), sure=True)
    assert shown(stays, done) == ""


def test_the_colleague_hears_of_each_practice_once(house: tuple[User, User, User, Organization]) -> None:
    _administrator, goes, stays, ministry = house
    draft(goes, title="First")
    draft(goes, title="Second")
    from network_site.organizations import services

    heir = membership_of(stays, ministry)
    with acting(goes):
        services.leave_organization(heir=heir)
    outbox.drain()
    with acting(stays):
        told = Notice.objects.filter(kind="practice.keeper_changed").values_list("subject", flat=True)
        assert sorted(told) == ["First", "Second"]


def test_what_was_handed_over_once_is_handed_over_again(house: tuple[User, User, User, Organization]) -> None:
    administrator, goes, stays, ministry = house
    version = draft(goes)
    with acting(administrator):
        practices.hand_over_work(user=goes, heir=stays, organization_id=ministry.pk)
        assert open_work(goes.pk, ministry.pk) == []
        practices.hand_over_work(user=stays, heir=administrator, organization_id=ministry.pk)
    assert kept_by(version, stays) == administrator.pk


def test_published_practices_and_other_organisations_are_left_alone(
    house: tuple[User, User, User, Organization], people: People
) -> None:
    _administrator, goes, stays, ministry = house
    done = published(people, goes, **naming(goes))
    rival = people.focal_point()
    elsewhere = draft(rival, **naming(goes))
    with acting(stays):
        assert practices.hand_over_work(user=goes, heir=stays, organization_id=ministry.pk) == 0
    with acting(rival), pytest.raises(PermissionDenied):
        practices.hand_over_work(user=goes, heir=rival, organization_id=ministry.pk)
    with acting(rival):
        assert Contact.objects.get(version=elsewhere).email == goes.email
    with acting(goes):
        assert Contact.objects.get(version=done).email == goes.email


@pytest.mark.parametrize("who", ["stranger", "herself", "nonsense"])
def test_only_a_colleague_who_stays_can_take_it_over(
    house: tuple[User, User, User, Organization], people: People, sign_in: SignIn, who: str
) -> None:
    administrator, goes, _stays, ministry = house
    stranger = people.focal_point()
    from ..people import organization_of

    heir = {
        "stranger": str(membership_of(stranger, organization_of(stranger)).pk),
        "herself": str(membership_of(goes, ministry).pk),
        "nonsense": "x",
    }[who]
    address = reverse("organizations:end", args=[membership_of(goes, ministry).pk])
    page = sign_in(administrator).post(address, {"heir": heir})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["heir"])
    assert membership_of(goes, ministry).valid_to is None


def test_reviews_are_released_and_colleagues_never_hear_of_them(people: People, sign_in: SignIn) -> None:
    specialist = people.specialist()
    version = in_review(people.focal_point(people.organization(country="UY")), specialist)
    university = people.organization("academic")
    administrator, reviewer = people.member(university, Role.ADMINISTRATOR), people.contributor(university)
    colleague = people.contributor(university)
    review = assign(specialist, version, reviewer)
    address = reverse("organizations:end", args=[membership_of(reviewer, university).pk])
    browser = sign_in(administrator)
    assert browser.get(address).context["work"] == []
    with acting(reviewer):
        assert [(one.title, one.goes_on) for one in open_work(reviewer.pk, university.pk)] == [(version.title, False)]
    assert browser.post(address, {"heir": str(membership_of(colleague, university).pk)}).status_code == 302
    outbox.drain()
    outbox.drain()
    with acting(specialist):
        assert Review.objects.get(pk=review.pk).status == "released"
        assert Notice.objects.filter(kind="review.released").count() == 1
    with acting(colleague):
        assert Notice.objects.count() == 0
        assert Review.objects.count() == 0
