"""One click stops mail of one kind, without signing in, for one person, and for nobody else (RFC 8058)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core import mail as sent
from django.core import signing
from django.test import Client
from django.utils import timezone

from network_site.common import letters, outbox, rhythms
from network_site.common.models import MailChoice
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User

from ..people import People, acting, submitted

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def path_of(token: str, language: str = "en") -> str:
    return f"/{language}/mail/stop/{token}/"


def choices() -> list[tuple[Any, str, str]]:
    """Everything that anybody chose."""
    with acting_as(service_actor("relay")):
        return sorted(MailChoice.objects.values_list("person_id", "kind", "rhythm"))


def strict() -> Client:
    """A mail program: no cookies, no token of a form, no redirect wanted."""
    return Client(enforce_csrf_checks=True)


def link_to(person: User) -> str:
    """The link in the header of her only mail."""
    (message,) = [message for message in sent.outbox if message.to == [person.email]]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return urlsplit(message.extra_headers["List-Unsubscribe"][1:-1]).path


def test_one_click_in_the_mail_program_stops_the_kind_for_good(people: People) -> None:
    specialist, colleague = people.specialist(), people.specialist()
    ministry = people.focal_point()
    submitted(ministry)
    outbox.drain()
    path = link_to(specialist)
    for _again in range(3):
        answer = strict().post(path, ONE_CLICK)
        assert (answer.status_code, answer["Cache-Control"]) == (
            200,
            "max-age=0, no-cache, no-store, must-revalidate, private",
        )
        assert "You get no more mail of the kind “A practice waits to be screened”." in answer.content.decode()
    assert choices() == [(specialist.pk, "practice.submitted", "never")]
    submitted(ministry)
    outbox.drain()
    assert [len([m for m in sent.outbox if m.to == [one.email]]) for one in (specialist, colleague)] == [1, 2]


def test_looking_at_the_link_changes_nothing(people: People) -> None:
    person = people.specialist()
    path = path_of(letters.stop_token(person.pk, "practice.submitted"))
    for method in ("get", "head"):
        answer = getattr(strict(), method)(path)
        assert answer.status_code == 200
    assert choices() == []
    page = strict().get(path).content.decode()
    assert "Do you want to get no more mail of the kind “A practice waits to be screened”?" in page
    assert page.count('method="post"') == 1
    assert strict().put(path).status_code == 405


@pytest.mark.parametrize("digest", ["daily", "weekly"])
def test_the_link_of_a_digest_stops_its_kinds_and_leaves_the_others(people: People, digest: str) -> None:
    person = people.focal_point()
    with acting(person):
        rhythms.choose(
            person_id=person.pk,
            rhythms={"practice.published": "weekly", "practice.withdrawn": "daily", "practice.returned": "at_once"},
        )
    strict().post(path_of(letters.stop_token(person.pk, digest)), ONE_CLICK)
    kinds = ["practice.published", "practice.withdrawn", "practice.screened", "practice.returned", "review.assigned"]
    with acting(person):
        now = rhythms.choices_of(person.pk, kinds)
    expected = {
        "daily": ["weekly", "never", "never", "at_once", "at_once"],
        "weekly": ["never", "daily", "daily", "at_once", "at_once"],
    }
    assert list(now.values()) == expected[digest]


def forged(person: User) -> dict[str, str]:
    good = letters.stop_token(person.pk, "practice.submitted")
    payload, moment, signature = good.split(":")
    return {
        "cut": good[:-1],
        "other signature": f"{payload}:{moment}:{signature[:-1]}{'A' if signature[-1] != 'A' else 'B'}",
        "other kind": f"{signing.b64_encode(b'x').decode()}:{moment}:{signature}",
        "other moment": f"{payload}:zzzzzz:{signature}",
        "another secret": signing.dumps([str(person.pk), "daily"], key="guessed", salt="enlace.mail.stop"),
        "another purpose": signing.dumps([str(person.pk), "daily"]),
        "no signature": payload,
        "not a person": signing.dumps(["x", "daily"], salt="enlace.mail.stop"),
        "not a pair": signing.dumps("daily", salt="enlace.mail.stop"),
        "words": "stop-everything",
    }


@pytest.mark.parametrize("fault", list(forged(User(pk=uuid4()))))
def test_a_forged_link_does_nothing(people: People, fault: str) -> None:
    person = people.specialist()
    path = path_of(forged(person)[fault])
    for answer in (strict().get(path), strict().post(path, ONE_CLICK)):
        assert answer.status_code == 404
        assert "This link does not work any more" in answer.content.decode()
        assert person.email not in answer.content.decode()
    assert choices() == []


def test_a_link_works_for_a_year(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    person = people.specialist()
    now = timezone.now().timestamp()
    days = 24 * 3600
    monkeypatch.setattr(signing.time, "time", lambda: now - 367 * days)
    old = letters.stop_token(person.pk, "practice.submitted")
    monkeypatch.setattr(signing.time, "time", lambda: now - 365 * days)
    young = letters.stop_token(person.pk, "practice.submitted")
    monkeypatch.undo()
    assert strict().post(path_of(old), ONE_CLICK).status_code == 404
    assert choices() == []
    assert strict().post(path_of(young), ONE_CLICK).status_code == 200
    assert choices() == [(person.pk, "practice.submitted", "never")]


def test_whoever_is_signed_in_stops_the_mail_of_the_person_in_the_link(people: People, sign_in: Any) -> None:
    """A link that was passed on stops mail of the one to whom it was written, whoever clicks."""
    written_to, clicks = people.focal_point(), people.focal_point()
    answer = sign_in(clicks).post(path_of(letters.stop_token(written_to.pk, "practice.returned")), ONE_CLICK)
    assert answer.status_code == 200
    assert choices() == [(written_to.pk, "practice.returned", "never")]


def test_the_link_of_a_person_who_is_gone_says_nothing_of_her(people: People) -> None:
    gone, here = uuid4(), people.specialist()
    pages = []
    for person in (gone, here.pk):
        token = letters.stop_token(person, "practice.submitted")
        answer = strict().post(path_of(token), ONE_CLICK)
        pages.append((answer.status_code, answer.content.decode().replace(token, "…")))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("language", ["es", "fr", "pt-br"])
def test_the_page_speaks_the_language_of_the_mail(people: People, language: str) -> None:
    path = path_of(letters.stop_token(people.specialist().pk, "daily"), language)
    assert f'<html lang="{language}"' in strict().get(path).content.decode()
