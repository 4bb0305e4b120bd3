"""The page on which a person chooses what comes by mail, how soon, when and in which language."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from network_site.common import notices, rhythms
from network_site.common.models import DigestTime, MailChoice
from network_site.common.scoping import ForeignWrite
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import User

from ..people import People, acting

# Chosen for each saved search, not here.
ELSEWHERE = {"search.found"}

pytestmark = pytest.mark.django_db

PATH = "/en/workspace/mail/"
OF_A_MINISTRY = {
    "practice.handed_over": "at_once",
    "practice.returned": "at_once",
    "review.assigned": "at_once",
    "practice.keeper_changed": "at_once",
    "negotiation.expressed": "at_once",
    "negotiation.discussed": "at_once",
    "negotiation.message": "at_once",
    "negotiation.pledged": "at_once",
    "negotiation.lapsing": "at_once",
    "funding.complete": "at_once",
    "call.closed": "at_once",
    "proposal.decided": "at_once",
    "proposal.answered": "at_once",
    "project.review_asked": "at_once",
    "project.returned": "at_once",
    "project.to_sign": "at_once",
    "need.returned": "at_once",
    "need.merge_asked": "at_once",
    "offer.ends": "at_once",
    "offer.hidden": "at_once",
    "project.completed": "at_once",
    "update.sent": "at_once",
    "update.returned": "at_once",
    "practice.screened": "daily",
    "practice.declined": "daily",
    "practice.published": "daily",
    "practice.withdrawn": "daily",
    "assistance.accepted": "daily",
    "assistance.ended": "daily",
    "practice.adapted": "daily",
    "negotiation.committed": "daily",
    "negotiation.received": "daily",
    "negotiation.ended": "daily",
    "project.started": "daily",
    "project.drafting": "daily",
    "project.published": "daily",
    "project.secured": "daily",
    "project.agency": "daily",
    "project.cancelled": "daily",
    "project.executing": "daily",
    "project.suspended": "daily",
    "project.resumed": "daily",
    "project.amended": "daily",
    "project.evaluated": "daily",
    "project.closed": "daily",
    "update.approved": "daily",
    "need.matched": "daily",
    "project.matched": "daily",
    "need.registered": "daily",
    "need.advertised": "daily",
    "need.started": "daily",
    "need.met": "daily",
    "need.unmet": "daily",
    "need.closed": "daily",
    "invitation.accepted": "daily",
    "offer.fits": "daily",
    "request.changed": "daily",
    "offer.changed": "daily",
    "enrolment.accepted": "daily",
    "enrolment.refused": "daily",
    "attempt.graded": "daily",
    "certificate.issued": "daily",
    "certificate.revoked": "daily",
    "course.invited": "daily",
    "course_proposal.decided": "daily",
}
OF_THE_NETWORK = {
    "practice.submitted": "at_once",
    "practice.diverged": "at_once",
    "practice.endorsed": "at_once",
    "enrolment.requested": "at_once",
    "attempt.waiting": "at_once",
    "course_proposal.sent": "at_once",
    "review.assigned": "at_once",
    "review.released": "at_once",
    "assistance.asked": "at_once",
    "negotiation.expressed": "at_once",
    "negotiation.message": "at_once",
    "negotiation.pledged": "at_once",
    "funding.complete": "at_once",
    "call.closed": "at_once",
    "project.in_review": "at_once",
    "project.returned": "at_once",
    "need.submitted": "at_once",
    "need.merge_refused": "at_once",
    "need.results_stated": "at_once",
    "offer.ends": "at_once",
    "offer.hidden": "at_once",
    "project.completed": "at_once",
    "update.sent": "at_once",
    "update.returned": "at_once",
    "practice.published": "daily",
    "practice.withdrawn": "daily",
    "assistance.ended": "daily",
    "practice.adapted": "daily",
    "negotiation.committed": "daily",
    "negotiation.ended": "daily",
    "project.started": "daily",
    "project.judged": "daily",
    "project.published": "daily",
    "project.secured": "daily",
    "project.agency": "daily",
    "project.cancelled": "daily",
    "project.executing": "daily",
    "project.suspended": "daily",
    "project.resumed": "daily",
    "project.amended": "daily",
    "project.evaluated": "daily",
    "project.closed": "daily",
    "update.approved": "daily",
    "need.unmet": "daily",
    "review.filed": "daily",
    "invitation.accepted": "daily",
    "need.merged": "daily",
    "need.withdrawn": "daily",
    "request.changed": "daily",
    "offer.changed": "daily",
}
WHEN = {"language": "en", "hour": "7", "weekday": "0", "time_zone": ""}


def radios(page: str) -> dict[str, str]:
    """What is chosen on the page, kind by kind, in its order."""
    inputs = re.findall(r'<input type="radio" name="([^"]+)" value="([^"]+)"([^>]*)>', page)
    return {name: value for name, value, rest in inputs if "checked" in rest}


def own(person: User) -> dict[str, str]:
    with acting(person):
        return dict(MailChoice.objects.values_list("kind", "rhythm"))


def test_the_page_shows_what_concerns_the_person_with_its_defaults(
    people: People, sign_in: Callable[..., Client]
) -> None:
    ministry = sign_in(people.focal_point()).get(PATH).content.decode()
    assert radios(ministry) == OF_A_MINISTRY
    assert re.findall(r'<h2 id="group-(\w+)">', ministry) == [
        "waiting", "practices", "projects", "needs", "courses", "network",
    ]  # fmt: skip


def test_members_of_the_network_choose_among_theirs(people: People, sign_in: Callable[..., Client]) -> None:
    page = sign_in(people.specialist()).get(PATH).content.decode()
    assert {kind: rhythm for kind, rhythm in radios(page).items() if kind in OF_THE_NETWORK} == OF_THE_NETWORK
    assert re.findall(r'<h2 id="group-(\w+)">', page) == [
        "waiting", "practices", "projects", "needs", "courses", "network",
    ]  # fmt: skip


def test_who_belongs_to_both_chooses_among_all(people: People, sign_in: Callable[..., Client]) -> None:
    person = people.member(people.organization(OrganizationKind.ACADEMIC), Role.CONTRIBUTOR, user=people.specialist())
    assert set(radios(sign_in(person).get(PATH).content.decode())) == set(notices.WORDS) - ELSEWHERE


def test_every_kind_has_a_name_and_a_group() -> None:
    assert set(notices.NAMES) == set(notices.WORDS)
    assert set(rhythms.GROUPS) == set(notices.WORDS) - ELSEWHERE


def test_saving_keeps_what_was_chosen_and_writes_only_what_is_new(
    people: People, sign_in: Callable[..., Client]
) -> None:
    person = people.focal_point(people.organization(country="PY"))
    client = sign_in(person)
    given = OF_A_MINISTRY | {"practice.screened": "never", "practice.returned": "weekly"}
    when = {"language": "es", "hour": "18", "weekday": "4", "time_zone": "America/Lima"}
    answer = client.post(PATH, given | when)
    assert (answer.status_code, answer["Location"]) == (302, "/es/workspace/mail/")
    assert own(person) == {"practice.screened": "never", "practice.returned": "weekly"}
    with acting(person):
        (wish,) = DigestTime.objects.all()
    assert (wish.hour, wish.weekday, wish.time_zone) == (18, 4, "America/Lima")
    person.refresh_from_db()
    assert person.language == "es"
    page = client.get(PATH).content.decode()
    assert radios(page) == given
    assert 'value="18" selected' in page
    assert 'value="America/Lima" selected' in page
    client.post(PATH, OF_A_MINISTRY | WHEN)
    assert own(person) == {"practice.screened": "daily", "practice.returned": "at_once"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("practice.screened", "hourly"),
        ("practice.screened", ""),
        ("hour", "24"),
        ("weekday", "7"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("language", "de"),
    ],
)
def test_what_nobody_offered_is_refused_and_nothing_typed_is_lost(
    people: People, sign_in: Callable[..., Client], name: str, value: str
) -> None:
    person = people.focal_point()
    answer = sign_in(person).post(PATH, OF_A_MINISTRY | WHEN | {"practice.declined": "weekly", name: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [name]
    assert radios(answer.content.decode())["practice.declined"] == "weekly"
    assert own(person) == {}
    with acting(person):
        assert DigestTime.objects.count() == 0


def test_a_kind_of_others_cannot_be_chosen(people: People, sign_in: Callable[..., Client]) -> None:
    person = people.focal_point()
    sign_in(person).post(PATH, OF_A_MINISTRY | WHEN | {"practice.submitted": "never", "x": "never"})
    assert own(person) == {}


def test_the_zone_of_the_country_is_named(people: People, sign_in: Callable[..., Client]) -> None:
    for country, zone in (("PY", "America/Asuncion"), ("BR", "America/Sao Paulo"), ("RU", "UTC")):
        person = people.focal_point(people.organization(country=country))
        assert f"That of your organisation ({zone})" in sign_in(person).get(PATH).content.decode()


@pytest.mark.parametrize(("language", "words"), [("es", "Bogotá"), ("fr", "Le Caire"), ("pt-br", "Cidade do México")])
def test_zones_and_days_speak_the_readers_language(
    people: People, sign_in: Callable[..., Client], language: str, words: str
) -> None:
    page = sign_in(people.focal_point()).get(f"/{language}/workspace/mail/").content.decode()
    assert words in page
    assert {"es": "Viernes", "fr": "Vendredi", "pt-br": "Sexta-feira"}[language] in page


def test_nobody_chooses_for_somebody_else(people: People) -> None:
    person, other = people.focal_point(), people.focal_point()
    with acting(other), pytest.raises(ForeignWrite):
        rhythms.choose(person_id=person.pk, rhythms={"practice.screened": "never"})
    with acting(other), pytest.raises(ForeignWrite):
        rhythms.set_digest_time(person_id=person.pk, hour=1, weekday=1, time_zone="")
    assert own(person) == {}


@pytest.mark.parametrize(
    ("make", "constraint"),
    [
        (lambda pk: MailChoice(person_id=pk, kind="practice.screened", rhythm="hourly"), "mail_choice_rhythm_known"),
        (lambda pk: DigestTime(person_id=pk, hour=24), "digest_hour_of_the_day"),
        (lambda pk: DigestTime(person_id=pk, weekday=7), "digest_day_of_the_week"),
    ],
)
def test_the_database_keeps_the_rules(people: People, make: Callable[[Any], Any], constraint: str) -> None:
    person = people.focal_point()
    with acting(person), pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(person.pk).save()
