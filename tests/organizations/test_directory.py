"""Organisations, memberships and shares."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from network_site.common.models import AuditEntry
from network_site.common.scoping import ForeignWrite
from network_site.organizations import seeding, services
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Capacity, OrganizationKind, Role
from network_site.organizations.models import Membership, Organization, Share
from network_site.organizations.selectors import actor_for, affiliations_of, members_with_role
from network_site.publishing.models import OrganizationsPage
from network_site.taxonomy.models import Country

from ..people import People, acting, draft

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "es", "fr", "pt-br")


def seeds() -> object:
    return acting_as(service_actor("seeding"), reason="test")


# --- The directory ---------------------------------------------------------------------------


def test_loading_it_again_changes_nothing() -> None:
    def everything() -> list[dict[str, object]]:
        rows = list(Organization.objects.order_by("key").values())
        return [{name: value for name, value in row.items() if name != "changed_at"} for row in rows]

    before = everything()
    with seeds():  # type: ignore[attr-defined]
        assert seeding.load_organizations() == len(before)
    assert everything() == before


def test_every_organisation_has_its_name_and_text_in_four_languages() -> None:
    lacking = [
        (one.key, language)
        for one in Organization.objects.all()
        for language in LANGUAGES
        if not one.names.get(language) or (one.about and not one.about.get(language))
    ]
    assert lacking == []


def test_there_is_one_network_and_one_ministry_of_each_member() -> None:
    assert Organization.objects.filter(kind=OrganizationKind.NETWORK).count() == 1
    members = set(Country.objects.members().values_list("pk", flat=True))
    with_ministry = Organization.objects.filter(kind=OrganizationKind.MINISTRY, is_demo=False, is_observer=False)
    assert set(with_ministry.values_list("country_id", flat=True)) == members
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.create(key="second-network", kind=OrganizationKind.NETWORK, names={"en": "x"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.create(key="strange", kind="club", names={"en": "x"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_anybody_reads_it_and_finds_by_words_and_kind(client: Client, people: People, language: str) -> None:
    services.save_organization(
        key="ministerio-de-prueba", kind="ministry", country_id="UY",
        names=dict.fromkeys(LANGUAGES, "Ministerio de la Prueba Única"),
    )  # fmt: skip
    services.save_organization(key="hidden", kind="donor", names=dict.fromkeys(LANGUAGES, "Fondo Oculto"), listed=False)
    url = OrganizationsPage.objects.get(locale__language_code=language).url
    assert client.get(url).status_code == 200
    for text in ("prueba unica", "PRUEBA", "única"):
        assert [row["cells"][0]["text"] for row in client.get(url, {"q": text}).context["rows"]] == [
            "Ministerio de la Prueba Única"
        ]
    assert client.get(url, {"q": "prueba", "kind": "donor"}).context["rows"] == []
    assert client.get(url, {"q": "Oculto"}).context["rows"] == []
    assert client.get(f"{url}ministerio-de-prueba/").status_code == 200
    assert [client.get(f"{url}{key}/").status_code for key in ("hidden", "nobody")] == [404, 404]


@pytest.mark.parametrize(
    "params",
    [{"page": "-1"}, {"page": "NaN"}, {"page": "9" * 30}, {"kind": "club"}, {"q": "%_\\'\""}, {"q": "x" * 5000}],
)
def test_odd_questions_are_answered(client: Client, params: dict[str, str]) -> None:
    url = OrganizationsPage.objects.get(locale__language_code="en").url
    assert client.get(url, params).status_code == 200


# --- Memberships -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        (OrganizationKind.MINISTRY, [Role.PUBLISHER]),
        (OrganizationKind.MINISTRY, [Role.FOCAL_POINT, Role.SPECIALIST]),
        (OrganizationKind.NETWORK, [Role.FOCAL_POINT]),
        (OrganizationKind.NETWORK, [Role.LEARNER]),
        (OrganizationKind.DONOR, ["owner"]),
        (OrganizationKind.MINISTRY, []),
    ],
)
def test_a_role_exists_where_it_exists(people: People, kind: str, roles: list[str]) -> None:
    organization = people.network() if kind == OrganizationKind.NETWORK else people.organization(kind)
    user = people.user()
    with seeds(), pytest.raises(ValidationError):  # type: ignore[attr-defined]
        services.grant_membership(user=user, organization=organization, roles=roles)
    assert actor_for(user).organization_id is None


def test_a_membership_is_one_and_its_roles_change(people: People) -> None:
    ministry, user = people.organization(), people.user()
    with seeds():  # type: ignore[attr-defined]
        for roles in ([Role.LEARNER], [Role.LEARNER], [Role.FOCAL_POINT, Role.CONTRIBUTOR]):
            services.grant_membership(user=user, organization=ministry, roles=roles)
        assert list(Membership.objects.filter(user=user).values_list("roles", flat=True)) == [
            ["contributor", "focal_point"]
        ]
    with acting_as(service_actor("auditor"), reason="test"):
        assert AuditEntry.objects.filter(tenant_id=ministry.pk, action="membership.granted").count() == 2
    assert actor_for(user).roles == {"contributor", "focal_point"}


def test_an_administrator_grants_in_her_own_house_only(people: People) -> None:
    ministry, other = people.organization(), people.organization()
    administrator, user = people.member(ministry, Role.ADMINISTRATOR), people.user()
    with acting(administrator):
        services.grant_membership(user=user, organization=ministry, roles=[Role.LEARNER])
        with pytest.raises(ForeignWrite):
            services.grant_membership(user=user, organization=other, roles=[Role.LEARNER])
    with acting(people.focal_point(ministry)), pytest.raises(ForeignWrite):
        services.grant_membership(user=people.user(), organization=ministry, roles=[Role.LEARNER])


def test_who_holds_a_role_and_where_a_person_belongs(people: People) -> None:
    ministry = people.organization(country="UY")
    focal_point, contributor = people.focal_point(ministry), people.contributor(ministry)
    with acting(focal_point):
        assert members_with_role(ministry.pk, Role.FOCAL_POINT) == [focal_point.pk]
        assert set(members_with_role(ministry.pk, Role.FOCAL_POINT, Role.CONTRIBUTOR)) == {
            focal_point.pk, contributor.pk,
        }  # fmt: skip
        assert [(one.kind, one.country_id) for one in affiliations_of(focal_point.pk)] == [("ministry", "UY")]


# --- Shares ----------------------------------------------------------------------------------


def test_a_record_is_shared_once_and_closed_once(people: People) -> None:
    focal_point, reader = people.focal_point(), people.reviewer()
    version = draft(focal_point)
    with acting(focal_point):
        practice = version.practice
        shares = [services.share(practice, capacity=Capacity.DRAFT, user=reader) for _time in range(2)]
        assert shares[0].pk == shares[1].pk
        closed = [
            services.revoke_shares(object_id=practice.pk, capacity=Capacity.DRAFT, user=reader) for _time in range(2)
        ]
        assert closed == [1, 0]
    with acting_as(service_actor("auditor"), reason="test"):
        actions = AuditEntry.objects.filter(action__startswith="share.").values_list("action", flat=True)
        assert sorted(actions) == ["share.granted", "share.revoked"]


def test_nobody_shares_what_is_not_hers(people: People) -> None:
    focal_point, rival = people.focal_point(), people.focal_point()
    version = draft(focal_point)
    with acting(focal_point):
        practice = version.practice
    with acting(rival), pytest.raises(ForeignWrite):
        services.share(practice, capacity=Capacity.DRAFT, user=rival)
    with acting(focal_point):
        assert Share.objects.filter(object_id=practice.pk).exists() is False


def test_a_share_names_one_party(people: People) -> None:
    focal_point = people.focal_point()
    version = draft(focal_point)
    with acting(focal_point) as actor, pytest.raises(IntegrityError), transaction.atomic():
        Share.objects.create(
            owner_id=actor.organization_id,
            object_type="practices.practice",
            object_id=version.practice_id,
            capacity=Capacity.DRAFT,
            granted_by=actor.user_id,
        )


def test_the_page_of_an_organisation_lists_what_it_published(people: People, client: Client) -> None:
    from ..people import published

    ministry = people.organization(country="UY")
    published(people, people.focal_point(ministry))
    draft(people.focal_point(ministry), title="Still a secret")
    page = client.get(f"{OrganizationsPage.objects.get(locale__language_code='en').url}{ministry.key}/")
    body = page.content.decode()
    assert ("Inspection by appointment" in body, "Still a secret" in body) == (True, False)
