"""The organisation's own audit trail: everything that was done, nobody else's people by name."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from network_site.common import audit
from network_site.common.models import AuditEntry
from network_site.organizations import services
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.models import Organization, User
from network_site.organizations.selectors import actor_for

from ..people import People, acting, in_review, published
from ..queries import asking

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
URL = "/en/workspace/organization/trail/"


@pytest.fixture
def house(people: People) -> tuple[User, User, Organization]:
    ministry = people.organization(country="UY")
    administrator = people.member(ministry, Role.ADMINISTRATOR, first_name="Elena", last_name="Soto")
    return administrator, people.member(ministry, Role.FOCAL_POINT, first_name="Luis", last_name="Ferrer"), ministry


def shown(page: Any) -> list[tuple[str, str, str]]:
    return [(line.action, line.subject, line.who) for line in page.context["lines"]]


def test_it_tells_what_staff_did_and_does_not_name_them(
    house: tuple[User, User, Organization], people: People, sign_in: SignIn
) -> None:
    administrator, focal, _ministry = house
    specialist = people.member(people.network(), Role.SPECIALIST, first_name="Zqclara", last_name="Zqnunez")
    in_review(focal, specialist, title="Inspection by appointment")
    page = sign_in(administrator).get(URL)
    told = shown(page)
    assert ("A practice was begun", "Inspection by appointment", "Luis Ferrer") in told
    assert ("The exclusion questions were answered", "Inspection by appointment", "The Network") in told
    assert [line.from_outside for line in page.context["lines"] if line.who == "The Network"] != []
    assert all(line.from_outside == (line.who == "The Network") for line in page.context["lines"] if line.entry.user_id)
    text = page.content.decode()
    assert "Zqclara" not in text
    assert "Zqnunez" not in text


def test_reviewers_are_never_in_it(house: tuple[User, User, Organization], people: People, sign_in: SignIn) -> None:
    administrator, focal, _ministry = house
    published(people, focal)
    page = sign_in(administrator).get(URL)
    assert "Somebody of another organisation" not in {who for _action, _subject, who in shown(page)}


def test_every_line_has_words(house: tuple[User, User, Organization], people: People, sign_in: SignIn) -> None:
    administrator, focal, _ministry = house
    published(people, focal)
    lines = sign_in(administrator).get(URL).context["lines"]
    assert {line.entry.action for line in lines if line.action == line.entry.action} == set()


def test_roles_read_as_words(house: tuple[User, User, Organization], people: People, sign_in: SignIn) -> None:
    administrator, _focal, ministry = house
    member = people.contributor(ministry)
    from .test_people import membership_of

    with acting(administrator):
        services.change_roles(membership_of(member, ministry), roles=["learner", "focal_point"])
    line = sign_in(administrator).get(URL).context["lines"][0]
    assert (line.action, line.reason, line.subject) == (
        "A person's roles changed", "contributor → focal point, learner", str(member)
    )  # fmt: skip


@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.CONTRIBUTOR, Role.LEARNER])
@pytest.mark.parametrize("address", [URL, f"{URL}csv/"])
def test_it_is_for_administrators(people: People, sign_in: SignIn, role: str, address: str) -> None:
    browser = sign_in(people.member(people.organization(), role))
    assert (browser.post(address) if "csv" in address else browser.get(address)).status_code == 403


def test_another_organisations_trail_is_not_in_it(
    house: tuple[User, User, Organization], people: People, sign_in: SignIn
) -> None:
    rival = people.organization()
    people.focal_point(rival)
    rivals = people.member(rival, Role.ADMINISTRATOR)
    mine = {line.entry.tenant_id for line in sign_in(rivals).get(URL).context["lines"]}
    assert mine == {rival.pk}


# --- Narrowing -------------------------------------------------------------------------------


def test_narrowed_by_person_kind_and_day(
    house: tuple[User, User, Organization], people: People, sign_in: SignIn
) -> None:
    administrator, focal, ministry = house
    in_review(focal, people.specialist())
    browser = sign_in(administrator)

    def found(**query: str) -> set[str]:
        return {who for _action, _subject, who in shown(browser.get(URL, query))}

    assert found(person=str(focal.pk)) == {"Luis Ferrer"}
    assert found(person="network") == {"The Network"}
    assert found(person="site") == {"Enlace, by rule"}
    assert found(person="others") == set()
    people_only = {line.entry.action for line in browser.get(URL, {"kind": "people"}).context["lines"]}
    assert people_only == {"membership.granted"}
    today = timezone.localdate()
    assert found(since=str(today + timedelta(days=1))) == set()
    assert found(until=str(today - timedelta(days=1))) == set()
    assert found(since=str(today), until=str(today)) == {"Luis Ferrer", "The Network", "Enlace, by rule"}
    assert ministry.pk == actor_for(administrator).organization_id


def test_asking_for_somebody_outside_tells_nothing(
    house: tuple[User, User, Organization], people: People, sign_in: SignIn
) -> None:
    administrator, focal, _ministry = house
    specialist = people.specialist()
    in_review(focal, specialist)
    with acting(administrator):
        from network_site.organizations import trail

        assert trail.list_entries(actor_for(administrator), person=str(specialist.pk)).count() == 0
    # On the page it is no choice, so the page is as if nothing was asked.
    browser = sign_in(administrator)
    asked = browser.get(URL, {"person": str(specialist.pk)})
    unknown = browser.get(URL, {"person": "00000000-0000-4000-8000-000000000000"})
    assert shown(asked) == shown(unknown) == shown(browser.get(URL))


@pytest.mark.parametrize(
    "query", [{"since": "no day"}, {"kind": "x"}, {"page": "99999999999999999999"}, {"page": "-1"}]
)
def test_nonsense_in_the_address_breaks_nothing(
    house: tuple[User, User, Organization], sign_in: SignIn, query: dict[str, str]
) -> None:
    assert sign_in(house[0]).get(URL, query).status_code == 200


def plant(ministry: Organization, count: int) -> None:
    with acting_as(service_actor("seeding"), reason="test"):
        for _number in range(count):
            audit.record("actor.switched", tenant_id=ministry.pk)


def test_it_has_pages(house: tuple[User, User, Organization], sign_in: SignIn) -> None:
    administrator, _focal, ministry = house
    plant(ministry, 51)
    browser = sign_in(administrator)
    page = browser.get(URL)
    assert (len(page.context["lines"]), page.context["page"].paginator.num_pages) == (50, 2)
    assert len(browser.get(URL, {"page": "2"}).context["lines"]) == 53 - 50


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_line_or_three(count: int, people: People, sign_in: SignIn) -> None:
    ministry = people.organization()
    browser = sign_in(people.member(ministry, Role.ADMINISTRATOR))
    for _more in range(count - 1):
        people.contributor(ministry)
    with asking(11):
        assert len(browser.get(URL).context["lines"]) == count


# --- The file --------------------------------------------------------------------------------


def test_the_file_holds_the_narrowed_lines_and_is_itself_recorded(
    house: tuple[User, User, Organization], people: People, sign_in: SignIn
) -> None:
    administrator, focal, ministry = house
    from ..people import draft, step

    version = draft(focal, title="=HYPERLINK(1)")
    step(focal, version, "hand_over", note="=cmd()")
    answer = sign_in(administrator).post(f"{URL}csv/", {"person": str(focal.pk)})
    assert answer["Content-Disposition"] == 'attachment; filename="audit-trail.csv"'
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {line["Who"] for line in table} == {"Luis Ferrer"}
    assert {line["To what"] for line in table} == {"'=HYPERLINK(1)"}
    assert "'=cmd()" in {line["Reason or detail"] for line in table}
    with acting_as(service_actor("auditor")):
        last = AuditEntry.objects.filter(tenant_id=ministry.pk).order_by("-sequence")[0]
        assert (last.action, last.user_id) == ("trail.exported", administrator.pk)
        assert {line["Hash"] for line in table} <= set(
            AuditEntry.objects.filter(tenant_id=ministry.pk).values_list("hash", flat=True)
        )
