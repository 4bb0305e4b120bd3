"""My organisation: who belongs, in which roles, and how one parts; never without an administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from network_site.common.models import AuditEntry
from network_site.organizations import selectors, services
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.models import Membership, Organization, User
from network_site.organizations.selectors import actor_for

from ..people import People, acting
from ..practices.test_races import kinds, together
from ..queries import asking

SignIn = Callable[[User], Client]


@pytest.fixture
def house(people: People) -> tuple[User, User, Organization]:
    """An administrator, a focal point, and their ministry."""
    ministry = people.organization(country="UY")
    return people.member(ministry, Role.ADMINISTRATOR), people.focal_point(ministry), ministry


def membership_of(user: User, organization: Organization) -> Membership:
    with acting_as(service_actor("accounts")):
        found: Membership = Membership.objects.get(user=user, organization=organization, valid_to__isnull=True)
        return found


def entries(organization: Organization) -> list[tuple[str, Any, str]]:
    with acting_as(service_actor("auditor")):
        rows = AuditEntry.objects.filter(tenant_id=organization.pk).order_by("sequence")
        return list(rows.values_list("action", "user_id", "reason"))


# --- Who sees whom ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_members_see_their_own_people_and_nobody_elses(
    house: tuple[User, User, Organization], people: People, sign_in: SignIn
) -> None:
    administrator, focal, _ministry = house
    stranger = people.focal_point()
    page = sign_in(focal).get(reverse("organizations:people"))
    assert {entry["colleague"].user for entry in page.context["colleagues"]} == {administrator, focal}
    assert stranger.email not in page.content.decode()
    # Addresses, sign-ins and second factors are for administrators.
    assert administrator.email not in page.content.decode().replace(str(administrator), "")
    assert page.context["administers"] is False


@pytest.mark.django_db
def test_administrators_see_who_is_protected(
    house: tuple[User, User, Organization], people: People, sign_in: SignIn
) -> None:
    administrator, focal, ministry = house
    second = people.member(ministry, Role.ADMINISTRATOR)
    TOTP.activate(second, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    page = sign_in(administrator).get(reverse("organizations:people"))
    shown = {
        entry["colleague"].user: (entry["colleague"].has_second_factor, entry["colleague"].needs_second_factor)
        for entry in page.context["colleagues"]
    }
    assert shown == {administrator: (False, True), second: (True, True), focal: (False, False)}


@pytest.mark.django_db
@pytest.mark.parametrize("members", [1, 3])
def test_the_list_costs_the_same_for_one_or_three(members: int, people: People, sign_in: SignIn) -> None:
    ministry = people.organization()
    browser = sign_in(people.member(ministry, Role.ADMINISTRATOR))
    for number in range(members - 1):
        people.contributor(ministry)
        with acting(browser_user(browser)):
            services.invite(email=f"n{number}@example.org", roles=["learner"], language="en")
    with asking(9):
        assert browser.get(reverse("organizations:people")).status_code == 200


def browser_user(browser: Client) -> User:
    return User.objects.get(pk=browser.session["_auth_user_id"])


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["people", "leave"])
def test_somebody_without_an_organisation_has_no_such_page(people: People, sign_in: SignIn, name: str) -> None:
    assert sign_in(people.user()).get(reverse(f"organizations:{name}")).status_code == 403


# --- Roles -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_administrator_changes_roles_and_the_trail_keeps_both(
    house: tuple[User, User, Organization], people: People, sign_in: SignIn
) -> None:
    administrator, _focal, ministry = house
    member = people.contributor(ministry)
    own = membership_of(member, ministry)
    answer = sign_in(administrator).post(
        reverse("organizations:person", args=[own.pk]), {"roles": ["contributor", "focal_point"]}
    )
    assert (answer.status_code, answer.url) == (302, reverse("organizations:people"))
    assert membership_of(member, ministry).roles == ["contributor", "focal_point"]
    assert entries(ministry)[-1] == (
        "membership.roles_changed", administrator.pk, "contributor > contributor+focal_point"
    )  # fmt: skip


@pytest.mark.django_db
def test_saving_the_same_roles_writes_nothing(house: tuple[User, User, Organization]) -> None:
    administrator, focal, ministry = house
    before = entries(ministry)
    with acting(administrator):
        services.change_roles(membership_of(focal, ministry), roles=["focal_point"])
    assert entries(ministry) == before


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.CONTRIBUTOR, Role.LEARNER])
def test_nobody_else_changes_roles_not_even_her_own(people: People, sign_in: SignIn, role: str) -> None:
    ministry = people.organization()
    people.member(ministry, Role.ADMINISTRATOR)
    member = people.member(ministry, role)
    own = membership_of(member, ministry)
    with acting(member), pytest.raises(PermissionDenied):
        services.change_roles(own, roles=[Role.ADMINISTRATOR])
    with acting(member), pytest.raises(PermissionDenied):
        services.end_membership(own)
    browser = sign_in(member)
    for name in ("person", "end"):
        address = reverse(f"organizations:{name}", args=[own.pk])
        assert browser.post(address, {"roles": ["administrator"]}).status_code == 403
    assert membership_of(member, ministry).roles == [role]


@pytest.mark.django_db
def test_people_of_another_organisation_are_missing(
    house: tuple[User, User, Organization], people: People, sign_in: SignIn
) -> None:
    _administrator, focal, ministry = house
    rival = sign_in(people.member(people.organization(), Role.ADMINISTRATOR))
    pk = membership_of(focal, ministry).pk
    for name in ("person", "end"):
        address = reverse(f"organizations:{name}", args=[pk])
        assert (rival.get(address).status_code, rival.post(address, {"roles": ["learner"]}).status_code) == (404, 404)
    assert membership_of(focal, ministry).roles == ["focal_point"]


@pytest.mark.django_db
def test_the_last_administrator_stays(house: tuple[User, User, Organization], sign_in: SignIn) -> None:
    administrator, _focal, ministry = house
    own = membership_of(administrator, ministry)
    browser = sign_in(administrator)
    tried = {
        "person": browser.post(reverse("organizations:person", args=[own.pk]), {"roles": ["learner"], "sure": "on"}),
        "end": browser.post(reverse("organizations:end", args=[own.pk]), {"sure": "on"}),
        "leave": browser.post(reverse("organizations:leave"), {"sure": "on"}),
    }
    words = "An organisation needs an administrator. Make somebody else administrator first."
    assert {name: (page.status_code, words in page.content.decode()) for name, page in tried.items()} == {
        "person": (422, True), "end": (422, True), "leave": (422, True)
    }  # fmt: skip
    assert membership_of(administrator, ministry).roles == ["administrator"]


@pytest.mark.django_db
def test_the_last_focal_point_is_warned_about_and_may_go(
    house: tuple[User, User, Organization], sign_in: SignIn
) -> None:
    administrator, focal, ministry = house
    own = membership_of(focal, ministry)
    browser = sign_in(administrator)
    address = reverse("organizations:end", args=[own.pk])
    warned = browser.post(address)
    assert (warned.status_code, warned.context["warned"]) == (422, True)
    assert membership_of(focal, ministry).valid_to is None
    assert browser.post(address, {"sure": "on"}).status_code == 302
    with acting_as(service_actor("accounts")):
        assert Membership.objects.get(pk=own.pk).valid_to is not None
    assert [entry[0] for entry in entries(ministry)][-1] == "membership.ended"


@pytest.mark.django_db
def test_with_a_second_focal_point_nobody_is_warned(house: tuple[User, User, Organization], people: People) -> None:
    administrator, focal, ministry = house
    people.focal_point(ministry)
    with acting(administrator):
        services.end_membership(membership_of(focal, ministry))
    assert actor_for(focal).organization_id is None


# --- Parting ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_one_leaves_by_oneself_and_the_time_there_stays_as_history(
    house: tuple[User, User, Organization], people: People, sign_in: SignIn
) -> None:
    _administrator, _focal, ministry = house
    member = people.contributor(ministry)
    pk = membership_of(member, ministry).pk
    browser = sign_in(member)
    assert browser.get(reverse("organizations:leave")).status_code == 200
    assert browser.post(reverse("organizations:leave")).url == reverse("workspace:home")
    assert actor_for(member).organization_id is None
    assert browser.get(reverse("organizations:people")).status_code == 403
    with acting_as(service_actor("accounts")):
        left = Membership.objects.get(pk=pk)
    assert (left.roles, left.valid_to is None) == (["contributor"], False)
    assert entries(ministry)[-1][:2] == ("membership.left", member.pk)


@pytest.mark.django_db
def test_whoever_left_can_be_invited_again(house: tuple[User, User, Organization], people: People) -> None:
    administrator, _focal, ministry = house
    member = people.contributor(ministry)
    with acting(member):
        services.leave_organization()
    with acting(administrator):
        invitation = services.invite(email=member.email, roles=["learner"], language="en")
    services.accept_invitation(token_hash=invitation.token_hash, user=member)
    with acting_as(service_actor("accounts")):
        rows = Membership.objects.filter(user=member, organization=ministry).order_by("valid_from")
        assert [(row.roles, row.valid_to is None) for row in rows] == [(["contributor"], False), (["learner"], True)]


@pytest.mark.django_db
def test_a_role_that_needs_a_second_factor_asks_for_it_at_the_next_request(
    house: tuple[User, User, Organization], client: Client
) -> None:
    administrator, focal, ministry = house
    client.force_login(focal)
    assert client.get("/en/workspace/").status_code == 200
    with acting(administrator):
        services.change_roles(membership_of(focal, ministry), roles=["focal_point", "administrator"])
    assert client.get("/en/workspace/").url == "/en/accounts/2fa/totp/activate/"


@pytest.mark.django_db
def test_a_membership_that_ended_meanwhile_is_said_so(house: tuple[User, User, Organization], people: People) -> None:
    administrator, _focal, ministry = house
    member = people.contributor(ministry)
    own = membership_of(member, ministry)
    with acting(member):
        services.leave_organization()
    with acting(administrator), pytest.raises(ValidationError) as gone:
        services.change_roles(own, roles=["learner"])
    assert gone.value.code == "gone"
    with acting(administrator), pytest.raises(Membership.DoesNotExist):
        selectors.get_colleague(own.pk, actor_for(administrator))


@pytest.mark.postgresql
def test_two_administrators_who_go_at_once_leave_one(committed_people: People) -> None:
    for _round in range(10):
        ministry = committed_people.organization()
        pair = [committed_people.member(ministry, Role.ADMINISTRATOR) for _one in range(2)]

        def leaving(user: User) -> Callable[[], Any]:
            def job() -> Any:
                with acting(user):
                    return services.leave_organization()

            return job

        assert kinds(together(*map(leaving, pair))) == {"done": 1, "ValidationError": 1}
        with acting_as(service_actor("accounts")):
            assert Membership.objects.filter(organization=ministry, valid_to__isnull=True).count() == 1
