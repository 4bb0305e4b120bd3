"""A person's own copy of what is known about her; and no field in which a person stands is forgotten."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse

from network_site.organizations import personal_data
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.models import User

from ..people import People, acting, draft, endorsed

SignIn = Callable[[User], Client]
SOUNDS_PERSONAL = re.compile(
    r"(^|_)(name|email|ip|phone|agent|author|by|person|user|reviewer|recipient|keeper|granted)($|_)"
)


def personal_fields() -> set[str]:
    """Every column that is an address, an IP address, a reference to a user, or sounds like a person."""
    found = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if (
                isinstance(field, models.EmailField | models.GenericIPAddressField)
                or (field.is_relation and field.related_model is User)
                or (
                    isinstance(field, models.CharField | models.TextField | models.UUIDField)
                    and SOUNDS_PERSONAL.search(field.name)
                )
            ):
                found.add(f"{model._meta.label}.{field.name}")
    return found


def test_somebody_has_said_of_every_personal_field_where_it_is() -> None:
    """A new field is named in the `fields` of its floor: the part of the copy, or "none: " and the reason."""
    known = personal_data.registered()
    assert sorted(personal_fields() - set(known)) == []
    assert sorted(set(known) - personal_fields()) == []
    assert [name for name, part in known.items() if part.startswith("none") and len(part.split()) < 4] == []


def parts(client: Client) -> dict[str, Any]:
    answer = client.post(reverse("my_data"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name.removesuffix(".json"): json.loads(archive.read(name)) for name in archive.namelist()}


@pytest.mark.django_db
def test_the_copy_holds_every_part_that_the_registry_names(people: People, sign_in: SignIn) -> None:
    named = {part for part in personal_data.registered().values() if not part.startswith("none")}
    assert set(parts(sign_in(people.user()))) == named | {"about"}


@pytest.mark.django_db
def test_a_writer_finds_her_name_her_time_and_her_texts_and_nobody_elses(people: People, sign_in: SignIn) -> None:
    ministry = people.organization(country="UY")
    writer, other = people.focal_point(ministry), people.focal_point(ministry)
    mine, theirs = draft(writer, title="Mine"), draft(other, title="Theirs")
    copy = parts(sign_in(writer))
    assert copy["profile"]["email"] == writer.email
    assert [(row["roles"], row["valid_to"]) for row in copy["memberships"]] == [(["focal_point"], None)]
    assert [(row["version"], row["title"]) for row in copy["edits"]] == [(str(mine.pk), "Mine")]
    assert [row["id"] for row in copy["practices"]] == [str(mine.practice_id)]
    assert len(copy["sessions"]) == 1
    text = json.dumps(copy)
    assert other.email not in text
    assert str(theirs.pk) not in text


@pytest.mark.django_db
def test_a_reviewer_finds_what_she_wrote(people: People, sign_in: SignIn) -> None:
    reviewer = people.reviewer()
    endorsed(people.focal_point(), people.specialist(), [reviewer, people.reviewer(OrganizationKind.INTERNATIONAL)])
    (review,) = parts(sign_in(reviewer))["reviews"]
    assert (review["status"], review["rationale"]) == ("filed", "The text can be repeated.")
    assert set(review["scores"].values()) == {3}


@pytest.mark.django_db
def test_of_two_organisations_both_are_in_it_whichever_she_acts_for(people: People, sign_in: SignIn) -> None:
    first, second = people.organization(country="UY"), people.organization(OrganizationKind.PROVIDER, country="UY")
    user = people.focal_point(first)
    draft(user, title="For the first")
    people.member(second, "focal_point", user=user)
    titles = {row["title"] for row in parts(sign_in(user))["edits"]}
    assert titles == {"For the first"}
    assert len(parts(sign_in(user))["memberships"]) == 2


@pytest.mark.django_db
def test_nobody_makes_a_copy_about_somebody_else(people: People) -> None:
    user, other = people.user(), people.user()
    with acting(user), pytest.raises(ValueError, match="for the person herself"):
        personal_data.copy_of(other)
