"""Ten clicks on one button make one row."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from network_site.common import idempotency
from network_site.common.models import IdempotencyKey
from network_site.organizations.actor import Actor, acting_as
from network_site.organizations.models import Organization, User

from ..people import People, acting

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture
def user(people: People) -> User:
    return people.user()


def once(people: People, key: str | None, purpose: str = "test.create") -> Organization:
    return idempotency.once(
        key, purpose, lambda: people.organization("donor"), lambda pk: Organization.objects.get(pk=pk)
    )


def test_the_second_time_answers_with_what_the_first_made(people: People, user: User) -> None:
    key = idempotency.new_key()
    with acting(user):
        made = [once(people, key) for _click in range(3)]
    assert [one.pk for one in made] == [made[0].pk] * 3
    entry = IdempotencyKey.objects.get()
    assert (entry.key, entry.user_id, entry.purpose, entry.object_id) == (
        UUID(key), user.pk, "test.create", made[0].pk,
    )  # fmt: skip


def test_another_person_and_another_purpose_are_another_answer(people: People, user: User) -> None:
    key = idempotency.new_key()
    with acting(user):
        first, second = once(people, key), once(people, key, "test.other")
    with acting(people.user()):
        third = once(people, key)
    assert len({first.pk, second.pk, third.pk}) == 3


@pytest.mark.parametrize("key", [None, "", "no uuid", "123", "\x00", "x" * 1000])
def test_what_is_no_key_is_nobodys_second_click(people: People, user: User, key: str | None) -> None:
    with acting(user):
        assert once(people, key).pk != once(people, key).pk
    assert IdempotencyKey.objects.count() == 0


def test_nobody_has_no_keys(people: People) -> None:
    key = idempotency.new_key()
    with acting_as(Actor()):
        assert once(people, key).pk != once(people, key).pk


def test_a_creation_that_fails_leaves_the_key_free(people: People, user: User) -> None:
    key = idempotency.new_key()

    def fail() -> Organization:
        raise RuntimeError

    with acting(user), pytest.raises(RuntimeError):
        idempotency.once(key, "test.create", fail, lambda pk: Organization.objects.get(pk=pk))
    assert IdempotencyKey.objects.count() == 0
    with acting(user):
        assert once(people, key).pk == once(people, key).pk


def test_a_conflict_of_the_creation_itself_is_not_taken_for_a_second_click(people: People, user: User) -> None:
    known = people.organization("donor")

    def again() -> Organization:
        return Organization.objects.create(key=known.key, kind="donor", names={"en": "Twice"})

    with acting(user), pytest.raises(IntegrityError):
        idempotency.once(str(uuid4()), "test.create", again, lambda pk: Organization.objects.get(pk=pk))


def test_keys_are_not_guessed() -> None:
    assert len({idempotency.new_key() for _number in range(100)}) == 100
