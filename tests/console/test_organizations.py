"""Organisations: kept by the Network's lead and administrators, verified on grounds, shown with a tick."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from network_site.common.models import AuditEntry
from network_site.organizations import seeding, services
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Organization, Verification
from network_site.publishing.models import OrganizationsPage

from ..people import People, acting
from .screens import fields, page, staff_client, table, words

pytestmark = pytest.mark.django_db
LIST = "/admin/console/organisations/"
CODES = ("en", "es", "fr", "pt-br")
NEW = {f"name_{code}": f"Institute of Work {code}" for code in CODES} | {
    "kind": "academic", "country": "UY", "website": "https://work.example", "listed": "on",
    "domains": "work.example\n@Mail.Work.example, work.example", "acronym": "IW",
}  # fmt: skip


def lead(people: People) -> Any:
    return people.member(people.network(), Role.LEAD)


def keep(organization: Organization | None = None, **changes: Any) -> Organization:
    given = {
        "names": {code: f"Bureau of Work {code}" for code in CODES},
        "kind": OrganizationKind.MINISTRY,
        "country": None,
    }
    return services.keep_organization(organization=organization, **(given | changes))


def trail(organization: Organization) -> list[str]:
    with acting_as(service_actor("auditor"), reason="test"):
        rows = AuditEntry.objects.filter(tenant_id=organization.pk).order_by("sequence")
        return list(rows.values_list("action", flat=True))


# --- Keeping ---------------------------------------------------------------------------------


def test_an_organisation_is_added_and_changed_on_the_screen(people: People) -> None:
    client = staff_client(people, Role.ADMINISTRATOR)
    made = client.post(f"{LIST}new/", NEW)
    one = Organization.objects.get(acronym="IW")
    assert (made.status_code, made.url) == (302, f"{LIST}{one.pk}/")
    assert (one.key, one.kind, one.country_id, one.website) == (
        "institute-of-work-en", "academic", "UY", "https://work.example",
    )  # fmt: skip
    assert one.domains == ["work.example", "mail.work.example"]
    shown = fields(page(client, f"{LIST}{one.pk}/"))
    assert shown["name_fr"] == "Institute of Work fr"
    assert client.post(f"{LIST}{one.pk}/", shown | {"name_fr": "Institut du travail"}).status_code == 302
    one.refresh_from_db()
    assert (one.names["fr"], one.names["en"]) == ("Institut du travail", "Institute of Work en")
    assert trail(one) == ["organization.created", "organization.edited"]
    # Saving what stands there already leaves no trace.
    client.post(f"{LIST}{one.pk}/", fields(page(client, f"{LIST}{one.pk}/")))
    assert trail(one) == ["organization.created", "organization.edited"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name_es": " \u200b "}, "Write the name in this language too."),
        ({"name_en": "x" * 201}, "Keep the name under 200 characters."),
        ({"name_en": "Enlace Network Secretariat"}, "looks like that of Enlace Network Secretariat"),
        ({"name_en": "Εnlace Network Secretariat"}, "letters of two alphabets"),
        ({"name_en": "ENLACE NETW0RK SECRETARIAT"}, "looks like that of Enlace Network Secretariat"),
        ({"domains": "not a domain"}, "You wrote: not, a, domain."),
        ({"domains": "localhost"}, "You wrote: localhost."),
        ({"website": "javascript:alert(1)"}, "Write the address with https://"),
        ({"website": "ftp://work.example"}, "Write the address with https://"),
        ({"kind": "network"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    change: dict[str, str], said: str, people: People
) -> None:
    answer = staff_client(people, Role.LEAD).post(f"{LIST}new/", NEW | change)
    body = answer.content.decode()
    assert answer.status_code == 422
    assert said in body
    assert "Institute of Work pt-br" in body
    assert Organization.objects.filter(acronym="IW").exists() is False


def test_ministries_of_two_countries_may_bear_one_name_and_others_may_not(people: People) -> None:
    from network_site.taxonomy.models import Country

    uruguay, paraguay = Country.objects.get(pk="UY"), Country.objects.get(pk="PY")
    with acting(lead(people)):
        first = keep(country=uruguay)
        assert keep(country=paraguay).pk != first.pk
        assert Organization.objects.filter(key__startswith="bureau-of-work").count() == 2
        for country in (uruguay, None):
            with pytest.raises(ValidationError, match="looks like that of"):
                keep(country=country)
        # Its own name is its own.
        assert keep(first, country=uruguay, acronym="BW").acronym == "BW"


def test_the_network_stays_what_it_is(people: People) -> None:
    network = people.network()
    with acting(lead(people)):
        with pytest.raises(ValidationError, match="There is one Network"):
            keep(network, kind=OrganizationKind.DONOR)
        with pytest.raises(ValidationError, match="There is one Network"):
            keep(kind=OrganizationKind.NETWORK)
        assert keep(network, names=network.names, kind=OrganizationKind.NETWORK).pk == network.pk


def test_loading_the_file_again_leaves_what_staff_changed(people: People) -> None:
    one = Organization.objects.filter(kind="ministry", is_demo=False, country__isnull=False).order_by("key")[0]
    before = one.names
    with acting(lead(people)):
        keep(one, names=before | {"en": "A better name"}, country=one.country)
    with acting_as(service_actor("seeding"), reason="test"):
        seeding.load_organizations()
    assert Organization.objects.get(pk=one.pk).names["en"] == "A better name"


# --- Verification ----------------------------------------------------------------------------


def test_a_decision_has_grounds_and_the_newest_counts(people: People) -> None:
    ministry = people.organization(country="UY")
    client, path = staff_client(people, Role.LEAD), f"{LIST}{ministry.pk}/verification/"
    assert "is not verified now" in words(page(client, path))
    for given, said in (
        ({"state": "verified", "grounds": ""}, "Say on what grounds"),
        ({"state": "unverified", "grounds": "x"}, "That is how it stands already."),
        ({"grounds": "x"}, "This field is required"),
    ):
        answer = client.post(path, given)
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
    for state, grounds in (("verified", "A letter of 3 May"), ("refused", "The letter was forged")):
        assert client.post(path, {"state": state, "grounds": grounds}).status_code == 302
    assert [row[1:] for row in table(page(client, f"{LIST}{ministry.pk}/"))] == [
        ["refused", table(page(client, f"{LIST}{ministry.pk}/"))[0][2], "The letter was forged"],
        ["verified", table(page(client, f"{LIST}{ministry.pk}/"))[1][2], "A letter of 3 May"],
    ]
    assert Organization.objects.get(pk=ministry.pk).verified_at is None
    assert trail(ministry) == ["organization.verified", "organization.refused"]


def test_everybody_sees_the_tick_and_nobody_outside_the_grounds(people: People, client: Client) -> None:
    ministry = people.organization(country="UY")
    url = OrganizationsPage.objects.get(locale__language_code="en").url + f"{ministry.key}/"
    assert "Verified by the Network" not in client.get(url).content.decode()
    with acting(lead(people)):
        services.decide_verification(organization=ministry, state="verified", grounds="A call with the minister")
    shown = client.get(url).content.decode()
    assert ("Verified by the Network" in shown, "A call" in shown) == (True, False)
    own = people.member(ministry, Role.ADMINISTRATOR)
    for user, count in ((own, 0), (people.specialist(), 1), (people.focal_point(), 0)):
        with acting(user):
            assert Verification.objects.count() == count


def test_only_lead_and_administrator_keep_and_decide(people: People) -> None:
    ministry = people.organization()
    users = [people.member(people.network(), role) for role in (Role.SPECIALIST, Role.PUBLISHER, Role.WEB_EDITOR)]
    for user in (*users, people.member(ministry, Role.ADMINISTRATOR)):
        with acting(user):
            with pytest.raises(PermissionDenied):
                services.decide_verification(organization=ministry, state="verified", grounds="I say so")
            with pytest.raises(PermissionDenied):
                keep()
    assert Organization.objects.get(pk=ministry.pk).verified_at is None


def test_a_decision_is_for_good(people: People) -> None:
    from django.db import DatabaseError, transaction

    ministry, user = people.organization(), lead(people)
    with acting(user):
        decision = services.decide_verification(organization=ministry, state="verified", grounds="Seen")
        for change in (
            lambda: Verification.objects.filter(pk=decision.pk).update(grounds="Other"),
            lambda: Verification.objects.filter(pk=decision.pk).delete(),
        ):
            try:
                with transaction.atomic():
                    changed = change()
            except DatabaseError:
                continue
            # PostgreSQL's policy hides the row from every change instead of refusing it.
            assert changed in (0, (0, {}))
        assert Verification.objects.get(pk=decision.pk).grounds == "Seen"


# --- The list --------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_words_kind_country_and_verification(people: People) -> None:
    names = {code: f"Zebra House {code}" for code in CODES}
    one = people.organization(OrganizationKind.DONOR, country="UY", names=names)
    people.organization(OrganizationKind.ACADEMIC, country="PY", names=names)
    with acting(lead(people)):
        services.decide_verification(organization=one, state="verified", grounds="Seen")
    client = staff_client(people, Role.LEAD)
    found = {
        query: [row[1] for row in table(page(client, f"{LIST}?q=zébra{query}"))]
        for query in ("", "&kind=donor", "&country=PY", "&state=verified", "&state=unverified", "&kind=none&state=x")
    }
    both, donor, academic = (
        ["Donor", "University or research institute"],
        ["Donor"],
        ["University or research institute"],
    )
    assert {query: sorted(rows) for query, rows in found.items()} == {
        "": both, "&kind=donor": donor, "&country=PY": academic, "&state=verified": donor,
        "&state=unverified": academic, "&kind=none&state=x": both,
    }  # fmt: skip
    assert "No organisation fits." in words(page(client, f"{LIST}?q=zebra&state=refused"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_or_three(count: int, people: People) -> None:
    for number in range(count):
        people.organization(country="UY", names={code: f"Zebra {number} {code}" for code in CODES})
    client = staff_client(people, Role.LEAD)
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        assert len(table(page(client, f"{LIST}?q=zebra"))) == count
    # Organisations with their state, and the countries to choose from; the actor's own house is read before.
    assert len([one for one in queries if "organizations_verification" in one["sql"]]) == 1
    assert len([one for one in queries if 'FROM "taxonomy_country"' in one["sql"]]) == 1
