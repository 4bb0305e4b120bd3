"""Rows of one person: what both locks say of each of them, in words that nobody changes by accident."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps

from network_site.common.models.personal import PersonalModel
from network_site.organizations.actor import ANONYMOUS, Actor, service_actor

HERS = "{0} = enlace_user()"
RELAY = "enlace_service() = 'relay'"
READ = f"{RELAY} OR {HERS}"
# Model: whose row it is; who reads, changes and makes it in SQL; whether the person makes it herself.
RULES: dict[str, tuple[str, str, str, str, bool]] = {
    "common.Export": ("person_id", READ, READ, HERS, True),
    "common.MailChoice": ("person_id", READ, HERS, HERS, True),
    "common.DigestTime": ("person_id", READ, HERS, HERS, True),
    "common.Mailing": ("recipient_id", READ, RELAY, RELAY, False),
    "common.Notice": ("recipient_id", READ, READ, RELAY, False),
}
PERSONAL = {model._meta.label: model for model in apps.get_models() if issubclass(model, PersonalModel)}


def test_every_such_model_has_its_rules_here() -> None:
    assert set(PERSONAL) == set(RULES)


@pytest.mark.parametrize("label", RULES)
def test_the_second_lock_of(label: str) -> None:
    column, read, write, insert, _herself = RULES[label]
    model = PERSONAL[label]
    found = (model.tenant_field, model.read_sql(), model.write_sql(), model.insert_sql())
    assert found == (column, *(rule.format(column) for rule in (read, write, insert)))


@pytest.mark.parametrize("label", RULES)
def test_the_first_lock_says_the_same_as_the_second_of(label: str) -> None:
    column, _read, _write, _insert, herself = RULES[label]
    model, person = PERSONAL[label], uuid4()
    row: Any = model(**{column: person})
    actors = {
        "she": Actor(user_id=person), "another": Actor(user_id=uuid4()), "nobody": ANONYMOUS,
        "relay": service_actor("relay"), "reviews": service_actor("reviews"),
    }  # fmt: skip
    assert {name for name, actor in actors.items() if row.may_insert(actor)} == ({"she"} if herself else {"relay"})
    shown = {name: str(model.readable_q(actor)) for name, actor in actors.items()}
    assert shown["relay"] == "(AND: )"
    assert shown["she"] == f"(AND: ('{column}', {person!r}))"
    assert shown["nobody"] == shown["reviews"] == "(AND: ('pk__in', []))"
    assert str(person) not in shown["another"]
