"""Signing in through one's organisation: the good way for both protocols, and every forgery we could think of.

The providers are real servers with real keys (`identity_servers.py`); Django's test client is the browser.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt
import pytest
import requests
import yaml
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount, SocialApp
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from network_site.common.models import AuditEntry
from network_site.common.scoping import ForeignWrite
from network_site.organizations import services
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import (
    IdentityDomain,
    IdentityProvider,
    Membership,
    Organization,
    SeenAssertion,
    User,
)
from network_site.organizations.selectors import actor_for
from network_site.organizations.sso import configuring

from ..people import People
from .identity_servers import ANOTHER, OURS, SAML, Answer, OpenID, encoded
from .test_second_factor import SECRET, code

pytestmark = pytest.mark.django_db

EMAIL = "ana@labour.example"
START = "/en/accounts/organisation/"


@pytest.fixture(autouse=True)
def site_url(settings: Any) -> None:
    settings.SITE_URL = "http://testserver"


@pytest.fixture
def ministry(people: People) -> Organization:
    return people.organization()


@pytest.fixture
def openid() -> Iterator[OpenID]:
    with OpenID().running() as server:
        yield server


@pytest.fixture
def saml() -> Iterator[SAML]:
    with SAML().running() as server:
        yield server


def configure(organization: Organization, server: OpenID | SAML, **given: Any) -> IdentityProvider:
    """What network staff would write into the file."""
    described: dict[str, Any] = {
        "key": organization.key,
        "organization": organization.key,
        "domains": ["labour.example"],
    }
    if isinstance(server, OpenID):
        described |= {"protocol": "oidc", "issuer": server.url, "client_id": "enlace", "client_secret": server.secret}
    else:
        described |= {"protocol": "saml", "entity_id": server.url, "sso_url": f"{server.url}/sso"}
        described |= {"certificates": OURS.certificate()}
    with acting_as(service_actor("sign_in"), reason="test"):
        return configuring.load(yaml.safe_dump(described | given))


@pytest.fixture
def by_openid(ministry: Organization, openid: OpenID) -> IdentityProvider:
    return configure(ministry, openid)


@pytest.fixture
def by_saml(ministry: Organization, saml: SAML) -> IdentityProvider:
    return configure(ministry, saml)


# --- A browser ---------------------------------------------------------------------------------


def leave(client: Client, email: str = EMAIL, **given: str) -> str:
    """Fill the form in; where the link on the next page leads."""
    page = client.post(START, {"email": email, **given})
    assert page.status_code == 200, page.content
    link = BeautifulSoup(page.content, "html.parser").select_one("main a.btn")
    assert link is not None
    return str(link["href"])


def openid_answer(client: Client, **given: str) -> str:
    """Go to the provider; the address on our site to which it sends the browser back."""
    answer = requests.get(leave(client, **given), allow_redirects=False, timeout=5)
    assert answer.status_code == 302
    return answer.headers["Location"].removeprefix("http://testserver")


def saml_answer(client: Client, **given: str) -> dict[str, str]:
    """Go to the provider; what its page would post to our site."""
    told: dict[str, str] = requests.get(leave(client, **given), timeout=5).json()
    return told


def deliver(client: Client, told: dict[str, str]) -> Any:
    """Post a SAML answer as the provider's page does, and follow to where our own cookies are sent."""
    kept = client.post(told["action"].removeprefix("http://testserver"), {"SAMLResponse": told["SAMLResponse"]})
    return client.get(kept.url) if kept.status_code == 302 else kept


def sign_in(client: Client, server: OpenID | SAML) -> Any:
    """The whole way."""
    if isinstance(server, OpenID):
        return client.get(openid_answer(client))
    return deliver(client, saml_answer(client))


def signed_in(client: Client) -> str:
    """Who the browser is signed in as; nobody is empty."""
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key).email if key else ""


@dataclass(frozen=True)
class Written:
    """Everything that signing in may write."""

    users: int
    accounts: int
    memberships: int

    @classmethod
    def now(cls) -> Written:
        with acting_as(service_actor("seeding"), reason="test"):
            memberships = Membership.objects.count()
        return cls(User.objects.count(), SocialAccount.objects.count(), memberships)


NOTHING = Written(0, 0, 0)


def since(before: Written) -> Written:
    now = Written.now()
    return Written(now.users - before.users, now.accounts - before.accounts, now.memberships - before.memberships)


def actions(organization: Organization) -> list[tuple[str, str]]:
    """What the organisation's audit trail says, in order."""
    with acting_as(service_actor("auditor"), reason="test"):
        rows = AuditEntry.objects.filter(tenant_id=organization.pk).order_by("sequence")
        return [(row.action, row.reason) for row in rows]


def refused(client: Client, answer: Any, words: str, before: Written) -> None:
    """The page says so in our look, nobody is signed in, nothing is written."""
    assert answer.status_code == 403
    page = BeautifulSoup(answer.content, "html.parser")
    assert words in page.select_one("main [role=alert]").get_text()  # type: ignore[union-attr]
    assert page.select_one("header.mast") is not None
    assert signed_in(client) == ""
    assert client.get("/en/workspace/").status_code == 302
    assert since(before) == NOTHING


UNPROVED = "could not be verified"
NOT_ASKED = "not begun in this window"


# --- The good way ------------------------------------------------------------------------------


@pytest.fixture(params=["openid", "saml"])
def server(request: pytest.FixtureRequest, ministry: Organization) -> Any:
    """Either kind, configured for the ministry."""
    running = request.getfixturevalue(request.param)
    configure(ministry, running)
    return running


def test_the_first_sign_in_makes_an_account_and_a_membership_of_that_organisation(
    server: Any, ministry: Organization, client: Client
) -> None:
    before = Written.now()
    answer = sign_in(client, server)
    assert (answer.status_code, answer.url) == (302, "/en/workspace/")
    assert since(before) == Written(1, 1, 1)
    person = User.objects.get(email=EMAIL)
    actor = actor_for(person)
    assert (actor.organization_id, actor.roles) == (ministry.pk, {"contributor"})
    assert person.has_usable_password() is False
    assert list(EmailAddress.objects.filter(user=person).values_list("email", "verified", "primary")) == [
        (EMAIL, True, True)
    ]
    account = SocialAccount.objects.get(user=person)
    assert (account.provider, account.uid, account.extra_data) == (ministry.key, "a-lasting-name", {})
    assert actions(ministry)[-2:] == [("membership.granted", ministry.key), ("identity.connected", ministry.key)]
    assert client.get("/en/workspace/").status_code == 200


def test_the_second_sign_in_is_the_same_person_and_writes_nothing(server: Any, client: Client) -> None:
    sign_in(client, server)
    before = Written.now()
    other = Client()
    assert sign_in(other, server).url == "/en/workspace/"
    assert (signed_in(other), since(before)) == (EMAIL, NOTHING)


def test_whoever_has_a_new_address_at_work_is_still_the_same_person(server: Any, client: Client) -> None:
    sign_in(client, server)
    give(server, email="ana.silva@labour.example")
    other = Client()
    sign_in(other, server)
    assert signed_in(other) == EMAIL


def give(server: OpenID | SAML, **told: str) -> None:
    """Let the provider tell something else of its person."""
    if isinstance(server, OpenID):
        server.person |= {"sub" if name == "subject" else name: value for name, value in told.items()}
    else:
        server.given |= told


def test_a_member_with_a_confirmed_address_is_connected(
    server: Any, ministry: Organization, people: People, client: Client
) -> None:
    member = people.member(ministry, Role.FOCAL_POINT)
    give(server, email=member.email)
    domain(ministry, "example.org")
    before = Written.now()
    assert sign_in(client, server).url == "/en/workspace/"
    assert (signed_in(client), since(before)) == (member.email, Written(0, 1, 0))
    assert actor_for(member).roles == {"focal_point"}
    assert member.has_usable_password() is True


def domain(organization: Organization, name: str) -> None:
    """Let the organisation's provider answer for one more domain."""
    IdentityDomain.objects.create(provider=IdentityProvider.objects.get(organization=organization), domain=name)


def test_the_question_carries_state_nonce_and_a_challenge(by_openid: Any, openid: OpenID, client: Client) -> None:
    openid_answer(client)
    openid_answer(client)
    first, second = openid.asked
    assert (first["response_type"], first["code_challenge_method"]) == ("code", "S256")
    assert first["redirect_uri"] == f"http://testserver/accounts/oidc/{by_openid.key}/callback/"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]


def test_the_address_may_come_from_the_users_data_of_the_same_person(
    by_openid: Any, openid: OpenID, client: Client
) -> None:
    openid.claims = {"email": None}
    openid.user_data = {"sub": "a-lasting-name", "email": EMAIL}
    assert client.get(openid_answer(client)).url == "/en/workspace/"
    openid.user_data = {"sub": "another", "email": EMAIL}
    other, before = Client(), Written.now()
    refused(other, other.get(openid_answer(other)), UNPROVED, before)


def test_one_goes_on_where_one_wanted_to_and_nowhere_else(by_openid: Any, client: Client) -> None:
    assert client.get(openid_answer(client, next="/en/workspace/practices/")).url == "/en/workspace/practices/"
    other = Client()
    assert other.get(openid_answer(other, next="https://evil.example/")).url == "/en/workspace/"


def test_the_metadata_says_what_we_want(by_saml: Any, client: Client) -> None:
    answer = client.get(f"/accounts/saml/{by_saml.key}/metadata/")
    assert answer["Content-Type"] == "application/samlmetadata+xml"
    tree = BeautifulSoup(answer.content, "xml")
    assert tree.EntityDescriptor["entityID"] == f"http://testserver/accounts/saml/{by_saml.key}/metadata/"
    assert tree.SPSSODescriptor["WantAssertionsSigned"] == "true"
    assert tree.AssertionConsumerService["Location"] == f"http://testserver/accounts/saml/{by_saml.key}/acs/"
    assert tree.NameIDFormat.text.endswith("persistent")


# --- OpenID: forgeries -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("wrong nonce", {"nonce": "another"}),
        ("no nonce", {"nonce": None}),
        ("wrong audience", {"aud": "another-client"}),
        ("ours among several audiences, made for another", {"aud": ["enlace", "another"], "azp": "another"}),
        ("several audiences, made for nobody", {"aud": ["enlace", "another"]}),
        ("wrong issuer", {"iss": "https://login.another.example"}),
        ("expired", {"exp": 1_600_000_000}),
        ("without an end", {"exp": None}),
        ("without a subject", {"sub": None}),
    ],
)
def test_a_wrong_id_token_is_refused(
    name: str, claims: dict[str, Any], by_openid: Any, openid: OpenID, client: Client
) -> None:
    openid.claims = claims
    before = Written.now()
    refused(client, client.get(openid_answer(client)), UNPROVED, before)


SIGNATURES: dict[str, Callable[[OpenID, dict[str, Any]], str]] = {
    "algorithm none": lambda _server, claims: jwt.encode(claims, None, algorithm="none", headers={"kid": OURS.name}),
    "algorithm none without a name": lambda _server, claims: jwt.encode(claims, None, algorithm="none"),
    "another key": lambda server, claims: server.sign(claims, ANOTHER),
    "another key under the name of ours": lambda server, claims: server.sign(claims, replace(ANOTHER, name=OURS.name)),
    "the secret that we know too": lambda server, claims: jwt.encode(
        claims, server.secret.ljust(32), algorithm="HS256", headers={"kid": OURS.name}
    ),
    "the public key as a secret": lambda _server, claims: jwt.encode(
        claims, OURS.jwk["n"], algorithm="HS256", headers={"kid": OURS.name}
    ),
    "no signature": lambda server, claims: server.sign(claims).rpartition(".")[0] + ".",
    "other claims under a good signature": lambda server, claims: (
        server.sign(claims | {"sub": "x"}).rpartition(".")[0] + "." + server.sign(claims).rpartition(".")[2]
    ),
    "no token at all": lambda _server, _claims: "",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_an_id_token_with_another_signature_is_refused(
    name: str, by_openid: Any, openid: OpenID, client: Client
) -> None:
    openid.forge = lambda claims: SIGNATURES[name](openid, claims)
    before = Written.now()
    refused(client, client.get(openid_answer(client)), UNPROVED, before)


def test_an_answer_without_state_is_refused(by_openid: Any, client: Client) -> None:
    before = Written.now()
    path = openid_answer(client)
    given = parse_qs(urlsplit(path).query)["code"][0]
    address = urlsplit(path).path
    refused(client, client.get(address, {"code": given}), NOT_ASKED, before)
    refused(client, client.get(address, {"code": given, "state": "made-up"}), NOT_ASKED, before)


def test_an_answer_to_another_browsers_question_is_refused(by_openid: Any, client: Client) -> None:
    """Otherwise somebody could be signed in as somebody else by a link."""
    before = Written.now()
    victim = Client()
    refused(victim, victim.get(openid_answer(client)), NOT_ASKED, before)


def test_an_answer_is_used_once(by_openid: Any, client: Client) -> None:
    path = openid_answer(client)
    assert client.get(path).status_code == 302
    client.post(reverse("account_logout"))
    before = Written.now()
    refused(client, client.get(path), NOT_ASKED, before)


def test_a_code_that_the_provider_does_not_know_is_refused(by_openid: Any, openid: OpenID, client: Client) -> None:
    path = openid_answer(client)
    openid.codes.clear()
    before = Written.now()
    refused(client, client.get(path), UNPROVED, before)


def test_an_answer_that_names_another_issuer_is_refused(by_openid: Any, client: Client) -> None:
    before = Written.now()
    refused(client, client.get(f"{openid_answer(client)}&iss=https://login.another.example"), UNPROVED, before)


def test_a_description_of_another_issuer_is_refused(by_openid: Any, openid: OpenID, client: Client) -> None:
    path = openid_answer(client)
    openid.description = {"issuer": "https://login.another.example"}
    before = Written.now()
    refused(client, client.get(path), UNPROVED, before)


def test_a_provider_that_sends_us_elsewhere_without_https_is_refused(
    by_openid: Any, openid: OpenID, client: Client
) -> None:
    openid.description = {"authorization_endpoint": "http://login.example/authorize"}
    assert client.post(START, {"email": EMAIL}).status_code == 403


def test_a_provider_that_is_away_is_said_to_be(by_openid: Any, openid: OpenID, client: Client) -> None:
    path = openid_answer(client)
    openid.httpd.shutdown()
    openid.httpd.server_close()
    before = Written.now()
    refused(client, client.get(path), "does not answer", before)
    refused(client, client.post(START, {"email": EMAIL}), "does not answer", before)


def test_whoever_stops_at_the_provider_is_told_that_nothing_happened(by_openid: Any, client: Client) -> None:
    given = parse_qs(urlsplit(leave(client)).query)
    answer = client.get(
        f"/accounts/oidc/{by_openid.key}/callback/", {"error": "access_denied", "state": given["state"][0]}
    )
    refused(client, answer, "You stopped", Written.now())


# --- SAML: forgeries ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("unsigned assertion", {"assertion_key": None}),
        ("unsigned message", {"message_key": None}),
        ("nothing signed", {"assertion_key": None, "message_key": None}),
        ("assertion signed by another key", {"assertion_key": ANOTHER}),
        ("message signed by another key", {"message_key": ANOTHER}),
        ("all signed by another key", {"assertion_key": ANOTHER, "message_key": ANOTHER}),
        ("wrong audience", {"audience": "https://another.example/metadata/"}),
        ("no audience", {"audience": ""}),
        ("wrong issuer", {"issuer": "https://login.another.example"}),
        ("expired", {"valid_for": timedelta(minutes=-20)}),
        ("wrong destination", {"destination": "https://another.example/acs/"}),
        ("for another recipient", {"recipient": "https://another.example/acs/"}),
        ("for no recipient", {"recipient": ""}),
        ("a name for this session only", {"name_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}),
        ("an address as name", {"name_format": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"}),
    ],
)
def test_a_wrong_assertion_is_refused(
    name: str, given: dict[str, Any], by_saml: Any, saml: SAML, client: Client
) -> None:
    saml.given = given
    before = Written.now()
    refused(client, deliver(client, saml_answer(client)), UNPROVED, before)


def test_an_assertion_changed_after_signing_is_refused(by_saml: Any, saml: SAML, client: Client) -> None:
    saml.forge = lambda answer: answer.xml().replace("a-lasting-name", "a-wanted-name")
    before = Written.now()
    refused(client, deliver(client, saml_answer(client)), UNPROVED, before)


def test_a_second_assertion_wrapped_around_the_signed_one_is_refused(by_saml: Any, saml: SAML, client: Client) -> None:
    def wrap(answer: Answer) -> str:
        good = answer.xml()
        evil = replace(
            answer, subject="a-wanted-name", assertion_key=None, message_key=None, assertion_id="_evil"
        ).xml()
        assertion = evil[evil.index("<saml:Assertion") : evil.index("</samlp:Response>")]
        return good.replace("<saml:Assertion", f"{assertion}<saml:Assertion", 1)

    saml.forge = wrap
    before = Written.now()
    refused(client, deliver(client, saml_answer(client)), UNPROVED, before)


def test_an_answer_that_nobody_asked_for_is_refused(by_saml: Any, saml: SAML, client: Client) -> None:
    """The provider began (IdP-initiated): nobody knows whose window it is."""
    saml.given = {"in_response_to": ""}
    before = Written.now()
    refused(client, deliver(client, saml_answer(client)), "", before)
    saml.given = {"in_response_to": "_made-up"}
    refused(client, deliver(client, saml_answer(client)), NOT_ASKED, before)


def test_an_assertion_for_another_browsers_question_is_refused(by_saml: Any, client: Client) -> None:
    before = Written.now()
    victim = Client()
    refused(victim, deliver(victim, saml_answer(client)), NOT_ASKED, before)


def test_the_same_assertion_twice_is_refused(by_saml: Any, client: Client) -> None:
    told = saml_answer(client)
    assert deliver(client, told).status_code == 302
    client.post(reverse("account_logout"))
    before = Written.now()
    refused(client, deliver(client, told), NOT_ASKED, before)


def test_an_assertion_that_was_used_opens_nothing_even_for_a_new_question(
    by_saml: Any, saml: SAML, client: Client
) -> None:
    saml.given = {"assertion_id": "_used-once"}
    assert deliver(client, saml_answer(client)).status_code == 302
    assert SeenAssertion.objects.count() == 1
    before = Written.now()
    other = Client()
    refused(other, deliver(other, saml_answer(other)), "used already", before)


@pytest.mark.parametrize(
    "text",
    ["", "no base64 ###", encoded("no xml"), encoded("<a/>"), encoded("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")],
)
def test_what_is_no_saml_is_refused(text: str, by_saml: Any, client: Client) -> None:
    before = Written.now()
    told = {"action": f"/accounts/saml/{by_saml.key}/acs/", "SAMLResponse": text}
    refused(client, deliver(client, told), UNPROVED, before)


def test_more_than_200_kb_are_not_even_kept(by_saml: Any, client: Client) -> None:
    answer = client.post(f"/accounts/saml/{by_saml.key}/acs/", {"SAMLResponse": "x" * 200_001})
    assert answer.status_code == 403
    assert "enlace_saml" not in answer.cookies


def test_whoever_stops_at_the_saml_provider_is_told_so(by_saml: Any, saml: SAML, client: Client) -> None:
    saml.given = {"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"}
    refused(client, deliver(client, saml_answer(client)), "You stopped", Written.now())


# --- Whose people ------------------------------------------------------------------------------


def test_an_address_of_another_organisations_domain_is_refused(
    server: Any, ministry: Organization, client: Client
) -> None:
    for email in (
        "ana@other.example",
        "ana@evil.labour.example",
        "ana@labour.example.evil.example",
        "labour.example",
        "",
    ):
        give(server, email=email)
        before = Written.now()
        other = Client()
        refused(other, sign_in(other, server), "not one of its own", before)
    assert actions(ministry)[-1] == ("identity.refused", "address")


def test_an_address_that_the_provider_calls_unconfirmed_is_refused(
    by_openid: Any, openid: OpenID, client: Client
) -> None:
    openid.claims = {"email_verified": False}
    before = Written.now()
    refused(client, client.get(openid_answer(client)), "not confirmed", before)


def test_another_organisations_provider_cannot_vouch_for_a_person_it_does_not_have(
    server: Any, people: People, client: Client
) -> None:
    """Even if that person's address lay in its domain."""
    member = people.contributor(people.organization())
    IdentityDomain.objects.create(provider=IdentityProvider.objects.get(), domain="example.org")
    give(server, email=member.email)
    before = Written.now()
    refused(client, sign_in(client, server), "no place in it", before)


def test_the_same_name_at_two_providers_is_two_people(ministry: Organization, people: People, client: Client) -> None:
    with SAML().running() as first, SAML().running() as second:
        configure(ministry, first)
        other = people.organization()
        configure(other, second, domains=["other.example"], certificates=ANOTHER.certificate())
        sign_in(client, first)
        second.given = {"email": "eve@other.example", "assertion_key": ANOTHER, "message_key": ANOTHER}
        browser = Client()
        deliver(browser, saml_answer(browser, email="eve@other.example"))
        assert (signed_in(client), signed_in(browser)) == (EMAIL, "eve@other.example")


def test_one_providers_answer_at_anothers_address_is_refused(
    ministry: Organization, people: People, client: Client
) -> None:
    with SAML().running() as first, SAML().running() as second:
        configure(ministry, first)
        other = configure(people.organization(), second, domains=["other.example"])
        second.given = {"email": EMAIL}
        told = saml_answer(client, email="eve@other.example")
        before = Written.now()
        here = f"/accounts/saml/{ministry.key}/acs/"
        refused(client, deliver(client, told | {"action": here}), UNPROVED, before)
        refused(client, deliver(client, told), "not one of its own", before)
        # A state of one provider opens nothing at another.
        with OpenID().running() as openid:
            configure(people.organization(), openid, domains=["third.example"])
            path = openid_answer(client, email="ana@third.example")
            key = IdentityProvider.objects.exclude(pk=other.pk).exclude(organization=ministry).get().key
            assert client.get(path.replace(key, ministry.key), follow=True).status_code == 404


def test_whoever_belongs_to_two_organisations_is_vouched_for_by_neither(
    server: Any, ministry: Organization, people: People, client: Client
) -> None:
    sign_in(client, server)
    people.member(people.organization(), user=User.objects.get(email=EMAIL))
    before = Written.now()
    other = Client()
    refused(other, sign_in(other, server), "several organisations", before)


def test_a_session_that_an_organisation_opened_acts_for_it_alone(
    server: Any, ministry: Organization, people: People, client: Client
) -> None:
    sign_in(client, server)
    person, second = User.objects.get(email=EMAIL), people.organization()
    people.member(second, Role.FOCAL_POINT, user=person)
    assert client.post("/en/workspace/switch/", {"membership": str(second.pk)}).status_code == 404
    page = client.get("/en/workspace/").content.decode()
    assert ministry.name in page
    assert second.name not in page
    # Her own password opens both.
    other = Client()
    other.force_login(person)
    assert other.post("/en/workspace/switch/", {"membership": str(second.pk)}).status_code == 302


def test_whoever_left_is_not_let_in_again(server: Any, ministry: Organization, people: People, client: Client) -> None:
    from django.utils import timezone

    sign_in(client, server)
    with acting_as(service_actor("seeding"), reason="test"):
        Membership.objects.filter(organization=ministry).update(valid_to=timezone.now())
    before = Written.now()
    other = Client()
    refused(other, sign_in(other, server), "no place in it", before)


def test_a_successor_with_an_old_address_does_not_get_the_account(server: Any, client: Client) -> None:
    sign_in(client, server)
    give(server, subject="the-successor")
    before = Written.now()
    other = Client()
    refused(other, sign_in(other, server), "no place in it", before)


def test_an_unconfirmed_local_address_is_not_connected(
    server: Any, ministry: Organization, people: People, client: Client
) -> None:
    member = people.contributor(ministry)
    EmailAddress.objects.filter(user=member).update(verified=False)
    domain(ministry, "example.org")
    give(server, email=member.email)
    before = Written.now()
    refused(client, sign_in(client, server), "no place in it", before)


def test_somebody_elses_unconfirmed_address_keeps_nobody_out(server: Any, people: People, client: Client) -> None:
    EmailAddress.objects.create(user=people.contributor(people.organization()), email=EMAIL, verified=False)
    assert sign_in(client, server).url == "/en/workspace/"
    assert signed_in(client) == EMAIL


def test_an_operator_of_the_site_is_vouched_for_by_the_network_alone(
    server: Any, ministry: Organization, people: People, client: Client
) -> None:
    operator = people.member(ministry, is_staff=True, is_superuser=True)
    domain(ministry, "example.org")
    give(server, email=operator.email)
    before = Written.now()
    refused(client, sign_in(client, server), "several", before)


def test_a_disabled_account_stays_closed(server: Any, client: Client) -> None:
    sign_in(client, server)
    User.objects.filter(email=EMAIL).update(is_active=False)
    other = Client()
    assert sign_in(other, server).url == reverse("account_inactive")
    assert signed_in(other) == ""


def test_with_an_empty_role_nobody_new_comes_in(ministry: Organization, openid: OpenID, client: Client) -> None:
    configure(ministry, openid, role="")
    before = Written.now()
    refused(client, sign_in(client, openid), "no place in it", before)


# --- Our second factor -------------------------------------------------------------------------


def test_a_factor_of_ours_is_asked_for_after_the_providers_word(server: Any, client: Client) -> None:
    sign_in(client, server)
    TOTP.activate(User.objects.get(email=EMAIL), SECRET)
    other = Client()
    assert sign_in(other, server).url.split("?")[0] == reverse("mfa_authenticate")
    assert signed_in(other) == ""
    assert other.post(reverse("mfa_authenticate"), {"code": code()}).url == "/en/workspace/"
    assert signed_in(other) == EMAIL


def test_the_providers_second_factor_is_none_of_ours(
    by_openid: Any, ministry: Organization, people: People, openid: OpenID, client: Client
) -> None:
    administrator = people.member(ministry, Role.ADMINISTRATOR)
    domain(ministry, "example.org")
    openid.person |= {"email": administrator.email, "amr": ["mfa", "hwk"], "acr": "https://refeds.org/profile/mfa"}
    assert client.get(openid_answer(client)).status_code == 302
    assert client.get("/en/workspace/").url == reverse("mfa_activate_totp")


# --- The page ----------------------------------------------------------------------------------


def test_the_sign_in_page_offers_it_where_somebody_has_it(
    client: Client, ministry: Organization, openid: OpenID
) -> None:
    link = f'href="{START}"'
    assert link not in client.get("/en/accounts/login/").content.decode()
    configure(ministry, openid)
    assert link in client.get("/en/accounts/login/").content.decode()
    assert f'href="{START}?next=/en/workspace/reviews/"' in (
        client.get("/en/accounts/login/?next=/en/workspace/reviews/").content.decode().replace("%2F", "/")
    )


def test_the_answer_does_not_tell_whether_an_account_exists(
    by_saml: Any, ministry: Organization, people: People, client: Client
) -> None:
    domain(ministry, "example.org")
    known = people.contributor(ministry).email
    unknown = "x" * (len(known) - len("@example.org")) + "@example.org"
    pages = [client.post(START, {"email": email}) for email in (known, unknown)]
    # The question to the provider has a new name each time.
    assert [page.status_code for page in pages] == [200, 200]
    shown = [BeautifulSoup(page.content, "html.parser").main.get_text() for page in pages]  # type: ignore[union-attr]
    assert shown[0] == shown[1]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Give your address, or choose your organisation."),
        ({"email": "ana@nowhere.example"}, "addresses at nowhere.example"),
        ({"email": "not an address"}, "Enter a valid email address"),
        ({"provider": "no-such-key"}, "Select a valid choice"),
    ],
)
def test_a_form_that_names_nobody_comes_back_with_what_was_typed(
    given: dict[str, str], words: str, by_openid: Any, client: Client
) -> None:
    page = client.post(START, given)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert given.get("email", "") in page.content.decode()


def test_choosing_the_organisation_is_enough(by_openid: Any, client: Client) -> None:
    assert leave(client, email="", provider=by_openid.key).startswith("http://127.0.0.1:")


def test_one_that_is_switched_off_does_not_exist(ministry: Organization, openid: OpenID, client: Client) -> None:
    configure(ministry, openid)
    path = openid_answer(client)
    configure(ministry, openid, active=False)
    assert client.get(path, follow=True).status_code == 404
    assert client.post(START, {"email": EMAIL}).status_code == 422


@pytest.mark.parametrize(
    "path", ["oidc/{0}/callback/", "saml/{0}/acs/finish/", "saml/{0}/metadata/", "oidc/none/callback/"]
)
def test_addresses_of_the_other_protocol_or_of_nobody_are_missing(
    path: str, ministry: Organization, openid: OpenID, client: Client
) -> None:
    configure(ministry, openid)
    wanted = 403 if path == "oidc/{0}/callback/" else 404
    assert client.get(f"/accounts/{path.format(ministry.key)}", follow=True).status_code == wanted


def test_nothing_of_allauths_own_pages_is_reachable(client: Client) -> None:
    for path in ("social/signup/", "social/connections/", "3rdparty/", "social/login/error/"):
        assert client.get(f"/en/accounts/{path}").status_code == 404


# --- Configuring -------------------------------------------------------------------------------


def described(of: Organization, **given: Any) -> str:
    base = {
        "key": of.key, "organization": of.key, "protocol": "oidc", "domains": ["labour.example"],
        "issuer": "https://login.labour.example", "client_id": "enlace", "client_secret": "s3cret",
    }  # fmt: skip
    return yaml.safe_dump({name: value for name, value in (base | given).items() if value is not None})


def test_the_command_saves_lists_and_removes(ministry: Organization, tmp_path: Path) -> None:
    file, said = tmp_path / "provider.yaml", StringIO()
    file.write_text(described(ministry), encoding="utf-8")
    call_command("identity_provider", "save", str(file), stdout=said)
    call_command("identity_provider", "save", str(file), stdout=said)
    assert f"http://testserver/accounts/oidc/{ministry.key}/callback/" in said.getvalue()
    app = SocialApp.objects.get()
    assert "s3cret" not in str(app.settings) + app.secret
    listed = StringIO()
    call_command("identity_provider", "list", stdout=listed)
    assert listed.getvalue() == f"{ministry.key}  {ministry.key}  oidc  contributor  labour.example\n"
    call_command("identity_provider", "remove", ministry.key, stdout=said)
    assert (IdentityProvider.objects.count(), SocialApp.objects.count(), IdentityDomain.objects.count()) == (0, 0, 0)
    assert [action for action, _reason in actions(ministry)] == [
        "identity.provider_saved", "identity.provider_saved", "identity.provider_removed"
    ]  # fmt: skip
    with pytest.raises(CommandError, match="No identity provider is called"):
        call_command("identity_provider", "remove", ministry.key)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"protocol": "ldap"}, "Say protocol"),
        ({"issuer": "http://login.labour.example"}, "must begin with https"),
        ({"issuer": None}, "Missing, empty or unknown for oidc: issuer"),
        ({"colour": "red"}, "Missing, empty or unknown for oidc: colour"),
        ({"organization": "nobody"}, "No organisation has the key nobody"),
        ({"domains": []}, "domains"),
        ({"domains": ["@labour.example"]}, "domain"),
        ({"domains": ["localhost ; drop"]}, "domain"),
        ({"role": "administrator"}, "administrator"),
        ({"role": "focal_point"}, "focal_point"),
        ({"client_secret_variable": "NO_SUCH_VARIABLE"}, "NO_SUCH_VARIABLE is empty"),
        ({"key": "with space"}, "slug"),
    ],
)
def test_a_wrong_description_is_refused_and_writes_nothing(
    given: dict[str, Any], words: str, ministry: Organization, tmp_path: Path
) -> None:
    file = tmp_path / "provider.yaml"
    file.write_text(described(ministry, **given), encoding="utf-8")
    with pytest.raises(CommandError, match=words):
        call_command("identity_provider", "save", str(file))
    assert (IdentityProvider.objects.count(), SocialApp.objects.count()) == (0, 0)


def test_a_domain_belongs_to_one_provider(by_openid: Any, people: People) -> None:
    with acting_as(service_actor("sign_in"), reason="test"), pytest.raises(ValidationError, match="another provider"):
        configuring.load(described(people.organization()))
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityDomain.objects.create(provider=by_openid, domain="labour.example")


def test_a_provider_never_changes_its_organisation(by_openid: Any, people: People) -> None:
    with acting_as(service_actor("sign_in"), reason="test"), pytest.raises(ValidationError, match="never change"):
        configuring.load(described(people.organization(), key=by_openid.key))


def test_the_network_lets_nobody_in_by_itself(people: People, openid: OpenID, client: Client) -> None:
    network = people.network()
    with acting_as(service_actor("sign_in"), reason="test"), pytest.raises(ValidationError, match="one by one"):
        configuring.load(described(network))
    configure(network, openid, role="", domains=["example.org"])
    specialist = people.specialist()
    openid.person |= {"email": specialist.email}
    assert client.get(openid_answer(client, email=specialist.email)).status_code == 302
    assert signed_in(client) == specialist.email
    assert client.get("/en/workspace/").url == reverse("mfa_activate_totp")


@pytest.mark.parametrize("roles", [["administrator"], ["focal_point"], ["contributor", "administrator"], []])
def test_the_service_that_lets_people_in_gives_no_power(
    roles: list[str], ministry: Organization, people: People
) -> None:
    person = people.user()
    with acting_as(service_actor("sign_in"), reason="test"):
        with pytest.raises(ForeignWrite):
            Membership.objects.create(user=person, organization=ministry, roles=roles)
        assert Membership.objects.count() == 0


@pytest.mark.postgresql
def test_row_level_security_says_the_same(ministry: Organization, people: People) -> None:
    """Asked in SQL, because the manager (lock 1) would not even send it."""
    person = people.user()

    def insert(roles: list[str]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO organizations_membership (id, user_id, organization_id, roles, valid_from)"
                " VALUES (%s, %s, %s, %s, now())",
                [uuid4(), person.pk, ministry.pk, json.dumps(roles)],
            )

    with acting_as(service_actor("sign_in"), reason="test"):
        for roles in (["administrator"], ["focal_point"], ["contributor", "administrator"]):
            with pytest.raises(DatabaseError, match="row-level security"):
                insert(roles)
        insert(["contributor"])
    assert actor_for(person).roles == {"contributor"}


def test_the_database_refuses_a_role_with_power(by_openid: IdentityProvider) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityProvider.objects.filter(pk=by_openid.pk).update(role="administrator")


def test_kinds_of_organisation_do_not_matter(people: People, openid: OpenID, client: Client) -> None:
    donor = people.organization(OrganizationKind.DONOR)
    configure(donor, openid)
    sign_in(client, openid)
    assert actor_for(User.objects.get(email=EMAIL)).organization_id == donor.pk


def test_admitting_writes_nothing_when_it_refuses_half_way(by_openid: IdentityProvider) -> None:
    before = Written.now()
    with acting_as(service_actor("sign_in"), reason="test"), pytest.raises(services.NotAdmitted):
        services.admit(provider=by_openid, subject="x" * 192, email=EMAIL)
    assert since(before) == NOTHING
