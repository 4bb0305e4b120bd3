"""The demonstration's diagnostics: what is read from a publication says where, and all is marked."""

from __future__ import annotations

import pytest
import yaml

from needs.models import Answer, Diagnostic
from needs.planting_diagnostic import SEED, load_diagnostic
from needs.selectors.diagnostic import list_items, result_of
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from network_site.organizations.seeding import demo_account, load_demo_accounts, load_organizations

from ..people import acting

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def account(name: str) -> User:
    return User.objects.get(email=demo_account(name).email)


def test_it_is_planted_once_finished_and_marked() -> None:
    load()
    assert load_diagnostic(str) == len(yaml.safe_load(SEED.read_text(encoding="utf-8")))
    assert load_diagnostic(str) == 0
    with acting(account("mongolia")):
        made = Diagnostic.objects.get()
        assert (made.owner.key, made.is_demo, made.is_open, made.kind) == ("mongolia-molsp", True, False, "moderated")
        scored = Answer.objects.filter(score__isnull=False)
        assert [answer.item_id for answer in scored if "section" not in answer.note] == []
        result = result_of(made, list_items())
        assert (result.answered, result.areas[-1].mean) == (31, None)
    with acting(account("focal")):
        assert sorted(Diagnostic.objects.values_list("title", "is_demo")) == [("2024", True), ("2026", True)]


def load() -> None:
    load_organizations()
    with acting_as(service_actor("seeding"), reason="test"):
        load_demo_accounts()
