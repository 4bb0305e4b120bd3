"""Coming in by invitation: one letter, one person, once (reliability page, R5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from network_site.common import outbox
from network_site.common.idempotency import new_key
from network_site.common.models import AuditEntry, IdempotencyKey, Notice, Outbox
from network_site.organizations import services
from network_site.organizations.actor import ANONYMOUS, acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.models import Invitation, Membership, Organization, User
from network_site.organizations.models.invitation import hash_of
from network_site.organizations.services import InvitationRefused

from ..people import People, acting
from ..practices.test_races import kinds, together

SignIn = Callable[[User], Client]
ADDRESS = "new.colleague@ministry.example"
PASSWORD = "seven quiet rivers"
NEW = {
    "first_name": "Aimée",
    "last_name": "Baptiste",
    "language": "fr",
    "password": PASSWORD,
    "again": PASSWORD,
}


@pytest.fixture
def house(people: People) -> tuple[User, Organization]:
    """An administrator and her ministry."""
    ministry = people.organization(country="HT", names={"en": "Ministry of Labour", "fr": "Ministère du travail"})
    return people.member(ministry, Role.ADMINISTRATOR, first_name="Elena", last_name="Soto"), ministry


def invited(administrator: User, email: str = ADDRESS, **given: Any) -> Invitation:
    with acting(administrator):
        return services.invite(**{"email": email, "roles": [Role.CONTRIBUTOR], "language": "fr", **given})


def state_of(invitation: Invitation) -> str:
    with acting_as(service_actor("accounts")):
        return str(Invitation.objects.get(pk=invitation.pk).state)


def memberships(organization: Organization, user: User) -> list[list[str]]:
    with acting_as(service_actor("accounts")):
        rows = Membership.objects.filter(organization=organization, user=user).order_by("valid_from")
        return list(rows.values_list("roles", flat=True))


def letters() -> list[tuple[list[str], str]]:
    """Receivers and links of the mails that went out."""
    outbox.drain()
    return [(list(letter.to), re.findall(r"https?://\S+", str(letter.body))[0]) for letter in mail.outbox]


def path_in_letter() -> str:
    return letters()[-1][1].split("//")[1].partition("/")[2].join(["/", ""])


def trail(organization: Organization) -> list[str]:
    with acting_as(service_actor("auditor")):
        return list(
            AuditEntry.objects.filter(tenant_id=organization.pk).order_by("sequence").values_list("action", flat=True)
        )


# --- The letter ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_letter_is_in_the_language_of_the_invited_and_names_who_and_what(house: tuple[User, Organization]) -> None:
    administrator, _ministry = house
    invited(administrator)
    assert letters()[0][0] == [ADDRESS]
    letter = mail.outbox[0]
    assert "Ministère du travail" in letter.subject
    assert "Elena Soto" in str(letter.body)
    assert "/fr/accounts/invitation/" in str(letter.body)
    html = str(letter.alternatives[0][0])  # type: ignore[attr-defined]
    assert 'lang="fr"' in html
    assert letters()[0][1] in html


@pytest.mark.django_db
def test_the_token_lies_nowhere(house: tuple[User, Organization], caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the outbox, nor in the table, nor in the log; and it is no function of what the table holds alone."""
    administrator, _ministry = house
    with caplog.at_level("DEBUG"):
        invitation = invited(administrator)
        outbox.drain()
    token = invitation.token()
    assert token in str(mail.outbox[0].body)
    row = Outbox.objects.get(kind="invitation.sent")
    with acting_as(service_actor("accounts")):
        stored = Invitation.objects.filter(pk=invitation.pk).values()[0]
    assert token not in f"{row.__dict__} {stored} {caplog.text}"
    assert stored["token_hash"] == hash_of(token)
    assert (row.data, row.object_id) == ({}, invitation.pk)


@pytest.mark.django_db
def test_another_secret_key_makes_another_token(house: tuple[User, Organization], settings: Any) -> None:
    invitation = invited(house[0])
    before = invitation.token()
    settings.SECRET_KEY = "another"
    assert invitation.token() != before


@pytest.mark.django_db
def test_a_letter_that_is_delivered_twice_is_one_for_the_reader(house: tuple[User, Organization]) -> None:
    invited(house[0])
    outbox.drain()
    Outbox.objects.filter(kind="invitation.sent").update(state="waiting", done_at=None)
    outbox.drain()
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == 1


@pytest.mark.django_db
def test_an_invitation_that_was_withdrawn_before_the_mail_went_is_not_mailed(house: tuple[User, Organization]) -> None:
    invitation = invited(house[0])
    with acting(house[0]):
        services.revoke_invitation(invitation)
    assert letters() == []


# --- Inviting --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.CONTRIBUTOR, Role.LEARNER])
def test_only_administrators_invite(house: tuple[User, Organization], people: People, role: str) -> None:
    member = people.member(house[1], role)
    with acting(member), pytest.raises(PermissionDenied):
        services.invite(email=ADDRESS, roles=[Role.CONTRIBUTOR], language="en")
    assert Outbox.objects.filter(kind="invitation.sent").count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("roles", [[], ["publisher"], ["superuser"], ["contributor", "lead"]])
def test_a_ministry_gives_only_its_own_roles(house: tuple[User, Organization], roles: list[str]) -> None:
    with pytest.raises(ValidationError):
        invited(house[0], roles=roles)


@pytest.mark.django_db
def test_one_open_invitation_for_each_address_whatever_its_case(house: tuple[User, Organization]) -> None:
    invited(house[0])
    with pytest.raises(ValidationError) as refused:
        invited(house[0], email=ADDRESS.upper())
    assert refused.value.code == "invited"
    assert Outbox.objects.filter(kind="invitation.sent").count() == 1


@pytest.mark.django_db
def test_the_database_itself_refuses_a_second_open_one(house: tuple[User, Organization]) -> None:
    invited(house[0])
    with acting(house[0]), pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(owner=house[1], email=ADDRESS, roles=["learner"], invited_by=house[0])


@pytest.mark.django_db
def test_two_organisations_may_invite_the_same_person(house: tuple[User, Organization], people: People) -> None:
    other = people.member(people.organization(), Role.ADMINISTRATOR)
    assert invited(house[0]).pk != invited(other).pk


@pytest.mark.django_db
def test_one_who_belongs_already_is_not_invited(house: tuple[User, Organization], people: People) -> None:
    member = people.contributor(house[1])
    with pytest.raises(ValidationError) as refused:
        invited(house[0], email=member.email)
    assert refused.value.code == "member"


@pytest.mark.django_db
def test_after_two_weeks_a_new_one_takes_the_place_of_the_old(house: tuple[User, Organization]) -> None:
    old = invited(house[0])
    with acting(house[0]):
        Invitation.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    new = invited(house[0])
    assert (state_of(old), state_of(new)) == ("expired", "pending")


@pytest.mark.django_db
def test_two_clicks_send_one_letter(house: tuple[User, Organization], sign_in: SignIn) -> None:
    browser = sign_in(house[0])
    form = {"email": ADDRESS, "roles": ["contributor"], "language": "fr", "key": new_key()}
    answers = [browser.post(reverse("organizations:invite"), form) for _click in range(2)]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, reverse("organizations:people"))] * 2
    assert len(letters()) == 1
    assert IdempotencyKey.objects.filter(purpose="organization.invite").count() == 1


@pytest.mark.django_db
def test_a_refused_form_keeps_what_was_typed(house: tuple[User, Organization], sign_in: SignIn) -> None:
    page = sign_in(house[0]).post(reverse("organizations:invite"), {"email": "no address", "language": "fr"})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"email", "roles"}
    assert 'value="no address"' in page.content.decode()


# --- Sending again and withdrawing -----------------------------------------------------------


@pytest.mark.django_db
def test_sending_again_replaces_the_link(house: tuple[User, Organization], sign_in: SignIn, client: Client) -> None:
    invitation = invited(house[0])
    first = path_in_letter()
    sign_in(house[0]).post(reverse("organizations:send_again", args=[invitation.pk]))
    second = path_in_letter()
    assert first != second
    assert len(mail.outbox) == 2
    stranger = Client()
    assert (stranger.get(first).status_code, stranger.get(second).status_code) == (410, 302)


@pytest.mark.django_db
def test_a_withdrawn_link_lets_nobody_in(house: tuple[User, Organization], sign_in: SignIn) -> None:
    invitation = invited(house[0])
    stranger = Client()
    assert stranger.get(path_in_letter(), follow=True).status_code == 200
    sign_in(house[0]).post(reverse("organizations:revoke", args=[invitation.pk]))
    # Also for somebody who had the page open already.
    assert stranger.post(reverse("invitation"), NEW).status_code == 410
    assert stranger.get(path_in_letter()).status_code == 410
    assert not User.objects.filter(email=ADDRESS).exists()
    assert trail(house[1])[-2:] == ["invitation.sent", "invitation.revoked"]


@pytest.mark.django_db
def test_a_foreign_invitation_and_a_missing_one_are_the_same(
    house: tuple[User, Organization], people: People, sign_in: SignIn
) -> None:
    invitation = invited(house[0])
    rival = sign_in(people.member(people.organization(), Role.ADMINISTRATOR))
    for verb in ("send_again", "revoke"):
        for pk in (invitation.pk, "00000000-0000-4000-8000-000000000000"):
            assert rival.post(reverse(f"organizations:{verb}", args=[pk])).status_code == 404
    assert state_of(invitation) == "pending"


# --- Accepting -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_new_person_opens_her_account_and_is_in(house: tuple[User, Organization]) -> None:
    administrator, ministry = house
    invitation = invited(administrator)
    browser = Client()
    link = path_in_letter()
    assert browser.get(link).url == "/fr/accounts/invitation/"
    page = browser.get("/fr/accounts/invitation/")
    assert page.context["way"] == "new"
    assert invitation.token() not in page.content.decode()
    answer = browser.post("/fr/accounts/invitation/", NEW)
    assert (answer.status_code, answer.url) == (302, "/fr/workspace/")
    user = User.objects.get(email=ADDRESS)
    assert (user.first_name, user.last_name, user.language) == ("Aimée", "Baptiste", "fr")
    assert user.check_password(PASSWORD)
    # The letter proved the address.
    assert list(EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary")) == [
        (ADDRESS, True, True)
    ]
    assert memberships(ministry, user) == [["contributor"]]
    home = browser.get("/fr/workspace/")
    assert home.context["actor"]["organization_name"] == "Ministère du travail"
    assert trail(ministry)[-3:] == ["invitation.sent", "membership.granted", "invitation.accepted"]
    assert (browser.get(link).status_code, state_of(invitation)) == (410, "accepted")


@pytest.mark.django_db
def test_the_trail_says_who_came(house: tuple[User, Organization]) -> None:
    invited(house[0])
    browser = Client()
    browser.get(path_in_letter())
    browser.post(reverse("invitation"), NEW)
    user = User.objects.get(email=ADDRESS)
    with acting_as(service_actor("auditor")):
        entry = AuditEntry.objects.get(tenant_id=house[1].pk, action="invitation.accepted")
    assert (entry.user_id, entry.service) == (user.pk, "accounts")


@pytest.mark.django_db
def test_whoever_invited_is_told(house: tuple[User, Organization]) -> None:
    invited(house[0])
    browser = Client()
    browser.get(path_in_letter())
    browser.post(reverse("invitation"), NEW)
    outbox.drain()
    with acting(house[0]):
        assert list(Notice.objects.values_list("kind", "subject", "url_name")) == [
            ("invitation.accepted", "Aimée Baptiste", "organizations:person")
        ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"again": "something else"}, "again"),
        ({"password": "short", "again": "short"}, "password"),
        ({"password": ADDRESS, "again": ADDRESS}, "password"),
        ({"first_name": "  "}, "first_name"),
        ({"last_name": "\u202e"}, "last_name"),
        ({"language": "de"}, "language"),
    ],
)
def test_a_bad_answer_comes_back_and_opens_nothing(
    house: tuple[User, Organization], changed: dict[str, str], field: str
) -> None:
    invited(house[0])
    browser = Client()
    browser.get(path_in_letter())
    page = browser.post(reverse("invitation"), NEW | changed)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not User.objects.filter(email=ADDRESS).exists()


@pytest.mark.django_db
def test_a_person_with_an_account_signs_in_and_joins(house: tuple[User, Organization], people: People) -> None:
    elsewhere = people.organization()
    known = people.member(elsewhere, Role.CONTRIBUTOR)
    invited(house[0], email=known.email, roles=[Role.FOCAL_POINT])
    browser = Client()
    browser.get(path_in_letter())
    page = browser.get(reverse("invitation"))
    assert page.context["way"] == "sign_in"
    signed_in = browser.post(
        reverse("account_login"),
        {"login": known.email, "password": "a long enough password", "next": reverse("invitation")},
    )
    assert signed_in.url == reverse("invitation")
    assert browser.get(reverse("invitation")).context["way"] == "join"
    assert browser.post(reverse("invitation")).url == reverse("workspace:home")
    assert memberships(house[1], known) == [["focal_point"]]
    # She acts at once for whom she has just joined.
    assert browser.get("/en/workspace/").context["actor"]["organization_name"] == "Ministry of Labour"


@pytest.mark.django_db
def test_nobody_opens_a_second_account_beside_an_existing_one(house: tuple[User, Organization], people: People) -> None:
    known = people.user()
    invited(house[0], email=known.email)
    browser = Client()
    browser.get(path_in_letter())
    page = browser.post(reverse("invitation"), NEW)
    assert page.context["way"] == "sign_in"
    assert User.objects.filter(email=known.email).count() == 1
    assert memberships(house[1], known) == []


@pytest.mark.django_db
def test_another_account_is_refused_with_a_clear_sentence(
    house: tuple[User, Organization], people: People, sign_in: SignIn
) -> None:
    invitation = invited(house[0])
    other = people.contributor(people.organization())
    browser = sign_in(other)
    browser.get(path_in_letter())
    page = browser.get(reverse("invitation"))
    assert page.context["way"] == "other_account"
    # In the language in which she was invited.
    sentence = f"Cette invitation est pour {ADDRESS}, et votre session est ouverte sous {other.email}."
    assert sentence in page.content.decode()
    assert browser.post(reverse("invitation")).status_code == 403
    assert (memberships(house[1], other), state_of(invitation)) == ([], "pending")
    # Signing out keeps the invitation, and only that.
    assert browser.post(reverse("invitation"), {"sign_out": "1"}).url == reverse("invitation")
    assert browser.get(reverse("invitation")).context["way"] == "new"


@pytest.mark.django_db
def test_a_second_address_of_hers_counts_when_she_has_confirmed_it(
    house: tuple[User, Organization], people: People, sign_in: SignIn
) -> None:
    known = people.user()
    unconfirmed = EmailAddress.objects.create(user=known, email=ADDRESS, verified=False)
    invitation = invited(house[0])
    with acting_as(ANONYMOUS), pytest.raises(InvitationRefused) as refused:
        services.accept_invitation(token_hash=invitation.token_hash, user=known)
    assert refused.value.code == "other_account"
    unconfirmed.verified = True
    unconfirmed.save()
    with acting_as(ANONYMOUS):
        services.accept_invitation(token_hash=invitation.token_hash, user=known)
    assert memberships(house[1], known) == [["contributor"]]


@pytest.mark.django_db
def test_an_account_that_was_closed_does_not_come_back_by_invitation(
    house: tuple[User, Organization], people: People
) -> None:
    known = people.user(is_active=False)
    invitation = invited(house[0], email=known.email)
    with acting_as(ANONYMOUS), pytest.raises(InvitationRefused):
        services.accept_invitation(token_hash=invitation.token_hash, user=known)
    assert memberships(house[1], known) == []


@pytest.mark.django_db
@pytest.mark.parametrize("link", ["0" * 64, "x", "invitation", "a" * 300])
def test_a_link_that_nobody_sent_is_closed_like_a_used_one(link: str) -> None:
    assert Client().get(reverse("invitation_link", args=[link])).status_code == 410


@pytest.mark.django_db
def test_without_a_link_there_is_no_page() -> None:
    browser = Client()
    assert browser.get(reverse("invitation")).status_code == 410
    assert browser.post(reverse("invitation"), NEW).status_code == 410


@pytest.mark.django_db
def test_an_administrator_who_comes_must_set_a_second_factor_up_first(house: tuple[User, Organization]) -> None:
    invited(house[0], roles=[Role.ADMINISTRATOR])
    browser = Client()
    browser.get(path_in_letter())
    browser.post(reverse("invitation"), NEW)
    assert browser.get("/fr/workspace/").url == "/fr/accounts/2fa/totp/activate/"


# --- The first administrator -----------------------------------------------------------------


@pytest.mark.django_db
def test_an_operator_invites_the_first_administrator_of_an_organisation(people: People) -> None:
    ministry = people.organization()
    call_command("invite", "First@Ministry.example", "--organization", ministry.key, "--language", "es")
    assert letters()[0][0] == ["first@ministry.example"]
    with acting_as(service_actor("accounts")):
        invitation = Invitation.objects.get(owner=ministry)
    assert (invitation.roles, invitation.language, invitation.invited_by) == (["administrator"], "es", None)
    assert trail(ministry) == ["invitation.sent"]


@pytest.mark.django_db
def test_an_operator_is_told_what_is_wrong(people: People) -> None:
    ministry = people.organization()
    with pytest.raises(CommandError, match="No organisation has the key nowhere"):
        call_command("invite", ADDRESS, "--organization", "nowhere")
    with pytest.raises(CommandError, match="publisher"):
        call_command("invite", ADDRESS, "--organization", ministry.key, "--role", "publisher")


# --- Races -----------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_twenty_accept_at_once_and_one_is_in(committed_people: People) -> None:
    people = committed_people
    ministry = people.organization()
    administrator, known = people.member(ministry, Role.ADMINISTRATOR), people.user()
    invitation = invited(administrator, email=known.email)

    def job() -> Any:
        with acting_as(ANONYMOUS):
            return services.accept_invitation(token_hash=invitation.token_hash, user=known)

    outcomes = together(*[job] * 20)
    assert kinds(outcomes) == {"done": 1, "InvitationRefused": 19}
    assert memberships(ministry, known) == [["contributor"]]
    assert trail(ministry).count("invitation.accepted") == 1


@pytest.mark.postgresql
def test_twenty_new_people_behind_one_link_are_one_account(committed_people: People) -> None:
    ministry = committed_people.organization()
    invitation = invited(committed_people.member(ministry, Role.ADMINISTRATOR))
    told = {name: value for name, value in NEW.items() if name != "again"}

    def job() -> Any:
        with acting_as(ANONYMOUS):
            return services.accept_as_new_person(token_hash=invitation.token_hash, **told)

    outcomes = together(*[job] * 20)
    assert kinds(outcomes) == {"done": 1, "InvitationRefused": 19}
    assert memberships(ministry, User.objects.get(email=ADDRESS)) == [["contributor"]]


@pytest.mark.postgresql
def test_accepting_against_withdrawing_has_one_winner(committed_people: People) -> None:
    for _round in range(10):
        ministry = committed_people.organization()
        administrator, known = committed_people.member(ministry, Role.ADMINISTRATOR), committed_people.user()
        invitation = invited(administrator, email=known.email)

        def accept(invitation: Invitation = invitation, known: User = known) -> Any:
            with acting_as(ANONYMOUS):
                return services.accept_invitation(token_hash=invitation.token_hash, user=known)

        def withdraw(invitation: Invitation = invitation, administrator: User = administrator) -> Any:
            with acting(administrator):
                return services.revoke_invitation(invitation)

        assert kinds(together(accept, withdraw)) == {"done": 1, "InvitationRefused": 1}
        came = memberships(ministry, known) == [["contributor"]]
        assert state_of(invitation) == ("accepted" if came else "revoked")


@pytest.mark.postgresql
def test_ten_invitations_of_one_person_at_once_are_one(committed_people: People) -> None:
    administrator = committed_people.member(committed_people.organization(), Role.ADMINISTRATOR)
    outcomes = together(*[lambda: invited(administrator)] * 10)
    assert kinds(outcomes) == {"done": 1, "ValidationError": 9}
