"""Demonstration accounts exist in demonstrations, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from network_site.organizations import seeding
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import Organization, User
from network_site.organizations.selectors import actor_for

pytestmark = pytest.mark.django_db


def load() -> int:
    with acting_as(service_actor("seeding"), reason="test"):
        return seeding.load_demo_accounts()


def test_production_refuses_accounts_codes_and_lists(settings: Any) -> None:
    settings.DEMO = False
    before = User.objects.count()
    with pytest.raises(ImproperlyConfigured, match="refused here"):
        load()
    for command in (["demo_accounts"], ["demo_code", "specialist"]):
        with pytest.raises(CommandError, match="refused here"):
            call_command(*command)
    assert User.objects.count() == before


def test_production_loads_no_demonstration_organisation(settings: Any) -> None:
    settings.DEMO = False
    Organization.objects.filter(is_demo=True)._raw_delete("default")
    with acting_as(service_actor("seeding"), reason="test"):
        assert seeding.load_organizations() == Organization.objects.count()
    assert Organization.objects.filter(is_demo=True).exists() is False


def test_accounts_are_made_once() -> None:
    assert load() == len(seeding.DEMO_ACCOUNTS)
    before = list(User.objects.order_by("pk").values())
    assert load() == len(seeding.DEMO_ACCOUNTS)
    assert list(User.objects.order_by("pk").values()) == before
    assert {user.is_demo for user in User.objects.all()} == {True}


def test_each_account_belongs_where_it_says(capsys: Any) -> None:
    load()
    found = {}
    for account in seeding.DEMO_ACCOUNTS:
        actor = actor_for(User.objects.get(email=account.email))
        key = Organization.objects.get(pk=actor.organization_id).key
        found[account.name] = key, actor.roles, actor.needs_second_factor
    assert found == {
        account.name: (account.organization, set(account.roles), bool(account.secret))
        for account in seeding.DEMO_ACCOUNTS
    }


def test_the_list_names_everybody_with_the_password(capsys: Any) -> None:
    call_command("demo_accounts")
    out = capsys.readouterr().out
    assert [account.email for account in seeding.DEMO_ACCOUNTS if account.email not in out] == []
    assert [secret for secret in seeding.DEMO_SECRETS.values() if secret not in out] == []
    assert seeding.DEMO_PASSWORD in out


@pytest.mark.parametrize("name", [account.name for account in seeding.DEMO_ACCOUNTS])
def test_every_account_signs_in_through_the_page(client: Client, capsys: Any, name: str) -> None:
    load()
    account = seeding.demo_account(name)
    answer = client.post(reverse("account_login"), {"login": account.email, "password": seeding.DEMO_PASSWORD})
    if account.secret:
        assert answer.url.split("?")[0] == reverse("mfa_authenticate")
        call_command("demo_code", name)
        answer = client.post(reverse("mfa_authenticate"), {"code": capsys.readouterr().out.strip()})
    assert (answer.status_code, answer.url) == (302, f"/{account.language}/workspace/")
    assert client.get(answer.url).status_code == 200


def test_a_code_is_asked_for_by_name_or_address(capsys: Any) -> None:
    call_command("demo_code", "specialist")
    by_name = capsys.readouterr().out.strip()
    assert (len(by_name), by_name.isdigit()) == (6, True)
    assert seeding.demo_account("specialist@demo.enlace.example") == seeding.demo_account("specialist")


def test_an_account_without_a_factor_and_an_unknown_one_say_so() -> None:
    with pytest.raises(CommandError, match="signs in with its password alone"):
        call_command("demo_code", "focal")
    with pytest.raises(CommandError, match="No demonstration account is called nobody: contributor, focal"):
        call_command("demo_code", "nobody")


def test_only_accounts_that_need_one_have_a_factor() -> None:
    load()
    have = set(Authenticator.objects.values_list("user__email", flat=True))
    assert have == {account.email for account in seeding.DEMO_ACCOUNTS if account.secret}
