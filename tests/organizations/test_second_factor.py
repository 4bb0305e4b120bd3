"""Who must show a second factor, and that there is no door beside it (reliability page, section 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from network_site.organizations.enums import Role
from network_site.organizations.models import User

from ..people import People, prove_second_factor

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "a long enough password"
MISSING = "00000000-0000-4000-8000-000000000000"
# Every address of the workspace and of the CMS that a session without a proof could try.
CLOSED = [
    "/en/workspace/", "/es/workspace/", "/en/workspace/notices/", "/en/workspace/practices/", "/en/workspace/reviews/",
    "/en/workspace/network/queue/", f"/en/workspace/practices/{MISSING}/", f"/en/workspace/reviews/{MISSING}/",
    f"/files/{MISSING}/", "/admin/", "/admin/pages/", "/admin/users/", "/documents/1/x.pdf", "/en/", "/en/practices/",
    "/en/accounts/email/", "/en/accounts/password/change/", "/en/accounts/2fa/recovery-codes/generate/",
    "/en/accounts/2fa/totp/deactivate/",
]  # fmt: skip


def code(secret: str = SECRET) -> str:
    """What an authenticator application shows now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def leads(client: Client, url: str) -> tuple[int, str]:
    answer = client.get(url)
    return answer.status_code, getattr(answer, "url", "")


STAFF: dict[str, Callable[[People], User]] = {
    "specialist": lambda people: people.specialist(),
    "publisher": lambda people: people.publisher(),
    "lead": lambda people: people.member(people.network(), Role.LEAD),
    "web editor": lambda people: people.member(people.network(), Role.WEB_EDITOR, is_staff=True),
    "administrator of a ministry": lambda people: people.member(people.organization(), Role.ADMINISTRATOR),
    "administrator who acts as contributor elsewhere": lambda people: people.member(
        people.organization(), Role.ADMINISTRATOR, user=people.contributor(people.organization())
    ),
    "superuser without membership": lambda people: people.user(is_staff=True, is_superuser=True),
}


@pytest.mark.django_db
@pytest.mark.parametrize("who", STAFF)
def test_staff_without_a_factor_reach_the_set_up_page_only(people: People, client: Client, who: str) -> None:
    client.force_login(STAFF[who](people))
    target = {url: (302, f"/{url[1:3] if url[:4] == '/es/' else 'en'}/accounts/2fa/totp/activate/") for url in CLOSED}
    assert {url: leads(client, url) for url in CLOSED} == target
    # Setting a factor up is confirmed with the password first; that page is open too.
    assert client.get(reverse("mfa_activate_totp"), follow=True).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("who", STAFF)
def test_staff_whose_session_proved_nothing_are_asked_again(people: People, client: Client, who: str) -> None:
    user = STAFF[who](people)
    TOTP.activate(user, SECRET)
    client.force_login(user)
    assert {leads(client, url)[0] for url in CLOSED} == {302}
    assert leads(client, "/en/workspace/") == (302, reverse("mfa_reauthenticate"))
    assert client.post("/en/workspace/practices/new/", {"title": "x"}).url == reverse("mfa_reauthenticate")
    prove_second_factor(client, user)
    assert client.get("/en/workspace/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.LEARNER, Role.CONTRIBUTOR, Role.FOCAL_POINT])
def test_others_need_none(people: People, client: Client, role: str) -> None:
    client.force_login(people.member(people.organization(), role))
    assert client.get("/en/workspace/").status_code == 200


@pytest.mark.django_db
def test_a_proof_of_another_person_in_the_same_session_is_none(people: People, client: Client) -> None:
    first, second = people.specialist(), people.specialist()
    client.force_login(first)
    prove_second_factor(client, first)
    assert client.get("/en/workspace/").status_code == 200
    session = client.session
    proofs = {name: value for name, value in session.items() if name.startswith("account_authentication")}
    client.force_login(second)
    session = client.session
    session.update(proofs)
    session.save()
    assert client.get("/en/workspace/").status_code == 302


# --- Through the sign-in page ------------------------------------------------------------------


def sign_in(client: Client, user: User, password: str = PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": user.email, "password": password})


@pytest.mark.django_db
def test_password_and_code_open_the_workspace(people: People, client: Client) -> None:
    user = people.specialist()
    TOTP.activate(user, SECRET)
    assert sign_in(client, user).url.split("?")[0] == reverse("mfa_authenticate")
    assert client.get("/en/workspace/").url.split("?")[0] == reverse("account_login")
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000" if code() != "000000" else "111111"})
    assert wrong.status_code == 200
    assert client.get("/en/workspace/").status_code == 302
    right = client.post(reverse("mfa_authenticate"), {"code": code()})
    assert (right.status_code, right.url) == (302, reverse("workspace:home"))
    assert client.get("/en/workspace/").status_code == 200


@pytest.mark.django_db
def test_a_wrong_password_and_an_unknown_address_read_the_same(people: People, client: Client) -> None:
    user = people.contributor(people.organization())
    wrong = sign_in(client, user, "another password")
    unknown = client.post(reverse("account_login"), {"login": "nobody@example.org", "password": PASSWORD})
    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert client.get("/en/workspace/").status_code == 302


def test_setting_a_factor_up_is_a_proof_for_this_session_and_no_other(committed_people: People, client: Client) -> None:
    user = committed_people.specialist()
    sign_in(client, user)
    url = reverse("mfa_activate_totp")
    assert client.get("/en/workspace/").url == url
    again = client.get(url).url
    page = client.post(again, {"password": PASSWORD}, follow=True)
    secret = page.context["form"].secret
    assert client.post(url, {"code": code(secret)}).status_code == 302
    assert client.get("/en/workspace/").status_code == 200
    other = Client()
    other.force_login(user)
    assert leads(other, "/en/workspace/") == (302, reverse("mfa_reauthenticate"))


@pytest.mark.django_db
def test_the_secret_is_encrypted_at_rest(people: People) -> None:
    user = people.specialist()
    TOTP.activate(user, SECRET)
    stored = Authenticator.objects.get(user=user)
    assert SECRET not in str(stored.data)
    assert stored.wrap().validate_code(code()) is True


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["/admin/login/", "/_util/login/"])
def test_every_other_door_leads_to_the_one_sign_in_page(client: Client, door: str) -> None:
    assert leads(client, door) == (302, reverse("account_login"))
    assert leads(client, f"{door}?next=/admin/pages/%3Fa%3Db") == (
        302,
        f"{reverse('account_login')}?next=%2Fadmin%2Fpages%2F%3Fa%3Db",
    )
    assert client.post(door, {"username": "a", "password": "b"}).status_code == 405


@pytest.mark.django_db
def test_the_cms_asks_to_sign_in_at_the_one_page(client: Client) -> None:
    status, url = leads(client, "/admin/")
    assert (status, url.split("?")[0]) == (302, reverse("account_login"))


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(people: People, client: Client, url: str) -> None:
    user = people.contributor(people.organization())
    answer = client.post(f"{reverse('account_login')}", {"login": user.email, "password": PASSWORD, "next": url})
    assert (answer.status_code, answer.url) == (302, reverse("workspace:home"))


# --- No sign-up ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_nobody_signs_up_alone(client: Client) -> None:
    before = User.objects.count()
    page = client.get(reverse("account_signup"))
    assert page.status_code == 200
    assert b'name="password1"' not in page.content
    client.post(reverse("account_signup"), {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.count() == before


@pytest.mark.django_db
def test_a_second_account_on_one_address_is_refused_whatever_its_case(people: People) -> None:
    from django.db import IntegrityError, transaction

    user = people.user()
    with pytest.raises(IntegrityError), transaction.atomic():
        User(email=user.email.upper()).save()
