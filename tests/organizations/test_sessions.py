"""Where one is signed in; and who it is, once more, before what matters (reliability page, T9)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from network_site.organizations import sessions
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import SignedInSession, User
from network_site.publishing.models import PublishedRecord

from ..people import People, acting, endorsed, get
from ..queries import asking

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PASSWORD = "a long enough password"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
TELEPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"
)
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"


def entered(user: User, agent: str = FIREFOX) -> Client:
    """A browser that signed in through the page."""
    browser = Client(HTTP_USER_AGENT=agent)
    answer = browser.post("/en/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return browser


def listed(browser: Client) -> list[tuple[str, str, bool]]:
    page = browser.get("/en/accounts/sessions/")
    return [(entry["session"].browser, entry["session"].system, entry["is_this"]) for entry in page.context["sessions"]]


def rows(user: User) -> dict[str, Any]:
    with acting(user):
        return {row.session_key: row.pk for row in SignedInSession.objects.all()}


def end(browser: Client, pk: Any) -> int:
    return browser.post(f"/en/accounts/sessions/{pk}/end/").status_code


# --- The list --------------------------------------------------------------------------------


def test_one_sees_ones_own_sessions_and_this_one_first(people: People) -> None:
    user = people.user()
    office, telephone, other = entered(user), entered(user, TELEPHONE), entered(people.user(), EDGE)
    assert listed(office) == [("Firefox", "Linux", True), ("Safari", "iPhone", False)]
    assert listed(telephone) == [("Safari", "iPhone", True), ("Firefox", "Linux", False)]
    assert listed(other) == [("Edge", "Windows", True)]


def test_no_address_and_no_whole_name_of_the_program_is_kept(people: People) -> None:
    user = people.user()
    entered(user)
    with acting(user):
        stored = SignedInSession.objects.values()[0]
    assert set(stored) == {"id", "user_id", "session_key", "browser", "system", "started_at", "seen_at"}
    assert (stored["browser"], stored["system"]) == ("Firefox", "Linux")


@pytest.mark.parametrize("agent", ["", "curl/8.5", "\u0000", "x" * 5000])
def test_a_device_that_does_not_say_is_listed_too(people: People, agent: str) -> None:
    assert listed(entered(people.user(), agent)) == [("", "", True)]


def test_ending_one_signs_that_one_out(people: People) -> None:
    user = people.user()
    office, telephone = entered(user), entered(user, TELEPHONE)
    pk = rows(user)[telephone.session.session_key]
    assert end(office, pk) == 302
    assert telephone.get("/en/workspace/").status_code == 302
    assert office.get("/en/workspace/").status_code == 200
    assert listed(office) == [("Firefox", "Linux", True)]


def test_ending_this_one_leads_to_the_sign_in_page(people: People) -> None:
    user = people.user()
    browser = entered(user)
    answer = browser.post(f"/en/accounts/sessions/{rows(user)[browser.session.session_key]}/end/")
    assert answer.url == "/en/accounts/login/"
    assert browser.get("/en/workspace/").status_code == 302
    assert rows(user) == {}


def test_ending_all_others_leaves_this_one(people: People) -> None:
    user = people.user()
    here, first, second = entered(user), entered(user, TELEPHONE), entered(user, EDGE)
    stranger = entered(people.user())
    assert here.post("/en/accounts/sessions/others/end/").status_code == 302
    signed_in = [one.get("/en/workspace/").status_code == 200 for one in (here, first, second, stranger)]
    assert signed_in == [True, False, False, True]


def test_a_foreign_session_and_a_missing_one_are_the_same(people: People) -> None:
    user, other = people.user(), people.user()
    mine, theirs = entered(user), entered(other)
    foreign = rows(other)[theirs.session.session_key]
    assert [end(mine, pk) for pk in (foreign, "00000000-0000-4000-8000-000000000000")] == [404, 404]
    assert theirs.get("/en/workspace/").status_code == 200


def test_a_new_password_ends_all_others(people: People) -> None:
    user = people.user()
    here, there = entered(user), entered(user, TELEPHONE)
    given = {"oldpassword": PASSWORD, "password1": "nine quiet rivers", "password2": "nine quiet rivers"}
    assert here.post("/en/accounts/password/change/", given).status_code == 302
    assert listed(here) == [("Firefox", "Linux", True)]
    assert there.get("/en/workspace/").status_code == 302
    assert Session.objects.filter(session_key=there.session.session_key).count() == 0


def test_most_requests_write_nothing(people: People) -> None:
    """Only after ten minutes the row is written again."""
    user = people.user()
    browser = entered(user)
    key = browser.session.session_key
    with acting(user):
        before = SignedInSession.objects.get(session_key=key).seen_at
    browser.get("/en/workspace/")
    with acting(user):
        assert SignedInSession.objects.get(session_key=key).seen_at == before
    session = browser.session
    session[sessions.NOTED] = {"key": key, "at": time.time() - sessions.EVERY - 1}
    session.save()
    browser.get("/en/workspace/")
    with acting(user):
        assert SignedInSession.objects.get(session_key=key).seen_at > before


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_or_three(count: int, people: People) -> None:
    user = people.user()
    browser = entered(user)
    for _more in range(count - 1):
        entered(user, EDGE)
    with asking(7):
        assert len(listed(browser)) == count


# --- Who it is, once more --------------------------------------------------------------------


def grow_old(browser: Client, seconds: int = 901) -> None:
    """As if everything that the session has shown had been shown that long ago."""
    session = browser.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] -= seconds
    session.save()


def test_publishing_asks_and_then_does_what_was_asked(people: People, sign_in: SignIn) -> None:
    focal = people.focal_point()
    reviewers = [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)]
    version = endorsed(focal, people.specialist(), reviewers)
    publisher = people.publisher()
    browser = sign_in(publisher)
    grow_old(browser)
    step = reverse("practices:step", args=[version.pk, "publish"])
    given = {"version": version.lock_version, "note": "Read twice."}
    asked = browser.post(step, given)
    assert asked.url.split("?")[0] == reverse("account_reauthenticate")
    assert PublishedRecord.objects.filter(pk=version.practice_id).count() == 0
    wrong = browser.post(asked.url, {"password": "not it", "next": step})
    assert wrong.status_code == 200
    assert PublishedRecord.objects.filter(pk=version.practice_id).count() == 0
    done = browser.post(asked.url, {"password": PASSWORD, "next": step})
    assert (done.status_code, done.url) == (302, reverse("practices:version", args=[version.pk]))
    with acting(publisher):
        assert get(version.pk).status == "published"


def test_steps_that_the_public_does_not_see_are_not_asked_about(people: People, sign_in: SignIn) -> None:
    focal = people.focal_point()
    from ..people import draft

    version = draft(focal)
    browser = sign_in(focal)
    grow_old(browser)
    answer = browser.post(
        reverse("practices:step", args=[version.pk, "submit"]), {"version": version.lock_version, "note": ""}
    )
    assert answer.url == reverse("practices:version", args=[version.pk])


ASKED = {
    "roles": ("organizations:person", {"roles": ["learner"]}),
    "end": ("organizations:end", {"sure": "on"}),
}


@pytest.mark.parametrize("what", ASKED)
def test_changes_of_people_are_asked_about(what: str, people: People, sign_in: SignIn) -> None:
    from .test_people import membership_of

    ministry = people.organization()
    administrator, member = people.member(ministry, Role.ADMINISTRATOR), people.contributor(ministry)
    name, given = ASKED[what]
    browser = sign_in(administrator)
    grow_old(browser)
    address = reverse(name, args=[membership_of(member, ministry).pk])
    assert browser.get(address).status_code == 200
    asked = browser.post(address, given)
    assert asked.url.split("?")[0] == reverse("account_reauthenticate")
    assert membership_of(member, ministry).roles == ["contributor"]
    assert browser.post(asked.url, {"password": PASSWORD, "next": address}).url == reverse("organizations:people")
    with acting(administrator):
        from network_site.organizations.models import Membership

        row = Membership.objects.get(user=member)
        assert (row.roles, row.valid_to is None) == (
            (["learner"], True) if what == "roles" else (["contributor"], False)
        )


def test_an_invitation_typed_before_the_question_is_not_lost(people: People, sign_in: SignIn) -> None:
    from network_site.organizations.models import Invitation

    administrator = people.member(people.organization(), Role.ADMINISTRATOR)
    browser = sign_in(administrator)
    grow_old(browser)
    address = reverse("organizations:invite")
    asked = browser.post(address, {"email": "new@example.org", "roles": ["learner", "contributor"], "language": "fr"})
    browser.post(asked.url, {"password": PASSWORD, "next": address})
    with acting(administrator):
        assert list(Invitation.objects.values_list("email", "roles", "language")) == [
            ("new@example.org", ["contributor", "learner"], "fr")
        ]


@pytest.mark.parametrize(("seconds", "asked"), [(0, False), (890, False), (901, True)])
def test_a_proof_lasts_fifteen_minutes(seconds: int, asked: bool, people: People, sign_in: SignIn) -> None:
    browser = sign_in(people.member(people.organization(), Role.ADMINISTRATOR))
    grow_old(browser, seconds)
    answer = browser.post(reverse("organizations:trail_csv"))
    assert answer.status_code == (302 if asked else 200)


def test_a_session_that_showed_nothing_at_all_is_asked(people: People, client: Client) -> None:
    member = people.contributor(people.organization())
    client.force_login(member)
    assert client.post(reverse("organizations:leave")).url.split("?")[0] == reverse("account_reauthenticate")
