"""A need is compared as the service "matcher": what is kept, who reads it, and that nothing is told twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from needs.models import Need
from network_site.common import outbox
from network_site.common.hooks import as_service
from network_site.common.models import Notice, Outbox
from network_site.common.scoping import ForeignWrite
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import User
from network_site.publishing import services as publishing
from network_site.publishing.models import Audience
from search.matching import judging, services
from search.matching.receivers import WANTED, needs_sharing
from search.matching.services import compare_need
from search.models import Match, MatchNote, Standing

from ...needs.stating import do, registered, stated
from ...people import People, acting, published
from .making import index, published_offer

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]

COMPLAINTS = {"LAF": ["LAF7.6"], "DI": ["D7.5"], "TG": ["TG03"]}


def practice_on_complaints(people: People, **fields: Any) -> Any:
    return published(
        people,
        title="One register of complaints",
        one_line="Complaints are taken at any office and answered in ten days.",
        terms=COMPLAINTS,
        **fields,
    )


def matches(reader: User | None, need: Need) -> list[Match]:
    """The matches of a need as somebody reads them, best first."""
    if reader is None:
        with as_service("matcher", "test"):
            return list(Match.objects.filter(need=need).select_related("record").order_by("-score"))
    with acting(reader):
        return list(Match.objects.filter(need=need).select_related("record").order_by("-score"))


@pytest.fixture
def focal_point(people: People) -> User:
    return people.focal_point(people.organization(country="UY"))


def test_a_need_finds_what_fits_and_keeps_why(people: People, focal_point: User) -> None:
    version = practice_on_complaints(people)
    offer = published_offer(people)
    elsewhere = published(people, title="Letters to employers")
    need = registered(people, focal_point)
    index("practice", "offer")
    assert compare_need(need.pk) >= 2
    found = {str(row.record_id): row for row in matches(focal_point, need)}
    practice, advice = found[str(version.practice_id)], found[str(offer.pk)]
    assert (practice.family, practice.standing, practice.verdict) == ("practice", "match", "eligible")
    assert (advice.family, advice.standing, advice.verdict) == ("help", "match", "eligible")
    for row in found.values():
        assert row.score == sum(reason["points"] for reason in row.reasons)
        assert row.weights == "2026-11"
        assert row.owner_id == need.owner_id
    assert practice.coverage == {
        "asked": ["D7.5", "D6.4"], "essential": ["D7.5"], "covered": ["D7.5"], "percent": 67,
    }  # fmt: skip
    # Who closes the gap of the practice: the advice.
    assert practice.missing == [{"term": "D6.4", "essential": False, "by": [str(offer.pk)]}]
    other = found.get(str(elsewhere.practice_id))
    assert other is None or other.score < practice.score


def test_a_spanish_need_finds_an_english_practice(people: People, focal_point: User) -> None:
    version = practice_on_complaints(people)
    need = registered(
        people,
        focal_point,
        source_language="es",
        title="Las quejas se pierden entre oficinas",
        summary="No hay un camino único para presentar una queja.",
        problem="La gente se queja por carta en treinta oficinas y nadie responde a tiempo.",
        languages=["es"],
    )
    index("practice")
    compare_need(need.pk)
    first = matches(focal_point, need)[0]
    assert first.record_id == version.practice_id
    # The text is in no language that it can use, and that is no refusal.
    assert "language" not in {reason["name"] for reason in first.reasons}


def test_what_was_hidden_stays_hidden_and_what_was_noted_stays(people: People, focal_point: User) -> None:
    practice_on_complaints(people)
    need = registered(people, focal_point)
    index("practice")
    compare_need(need.pk)
    row = matches(focal_point, need)[0]
    with acting(focal_point):
        services.note(row, opinion="hide", note="We tried it in 2019.")
    compare_need(need.pk)
    assert matches(focal_point, need)[0].pk == row.pk
    with acting(focal_point):
        assert [note.opinion for note in MatchNote.objects.filter(match=row)] == ["hide"]
    # It is a candidate no more, and what was said of it is not forgotten.
    with as_service("relay", "test: withdraw"):
        publishing.withdraw(record_id=row.record_id, reason="It ended.")
    index("practice")
    compare_need(need.pk)
    assert matches(focal_point, need)[0].standing == Standing.GONE


def test_what_is_no_candidate_any_more_is_forgotten(people: People, focal_point: User) -> None:
    offer = published_offer(people)
    need = registered(people, focal_point)
    index("offer")
    compare_need(need.pk)
    assert [row.record_id for row in matches(focal_point, need)] == [offer.pk]
    with as_service("relay", "test: withdraw"):
        publishing.withdraw(record_id=offer.pk, reason="It ended.")
    index("offer")
    compare_need(need.pk)
    assert matches(focal_point, need) == []


def test_a_need_that_is_withdrawn_keeps_no_matches(people: People, focal_point: User) -> None:
    published_offer(people)
    need = registered(people, focal_point)
    index("offer")
    compare_need(need.pk)
    do(focal_point, need, "withdraw", note="Not wanted any more.")
    compare_need(need.pk)
    assert matches(None, need) == []


def test_a_draft_is_compared_with_nobody(people: People, focal_point: User) -> None:
    published_offer(people)
    need = stated(focal_point)
    index("offer")
    assert compare_need(need.pk) == 0
    assert matches(None, need) == []


def test_comparing_again_changes_nothing(people: People, focal_point: User) -> None:
    practice_on_complaints(people)
    published_offer(people)
    need = registered(people, focal_point)
    index("practice", "offer")
    compare_need(need.pk)
    before = [(row.pk, row.computed_at, row.score) for row in matches(focal_point, need)]
    Outbox.objects.all().delete()
    compare_need(need.pk)
    assert [(row.pk, row.computed_at, row.score) for row in matches(focal_point, need)] == before
    assert not Outbox.objects.filter(kind__in=["need.matched", "offer.fits"]).exists()


def test_helpers_below_half_are_proposed_together_only(people: People, focal_point: User) -> None:
    first = published_offer(people, competences=["D7.5"], title="Complaints only")
    second = published_offer(people, competences=["D6.4", "D1.1"], title="Portals only")
    need = registered(
        people, focal_point, competences=[("D7.5", True), ("D6.4", True), ("D1.1", True), ("D2.1", False)]
    )
    index("offer")
    compare_need(need.pk)
    rows = {row.record_id: row for row in matches(focal_point, need)}
    assert {rows[first.pk].standing, rows[second.pk].standing} == {"partner"}
    assert rows[first.pk].in_proposal
    assert rows[second.pk].in_proposal


# --- Who reads it ----------------------------------------------------------------------------


def test_nobody_but_the_ministry_and_the_network_reads_matches(people: People, focal_point: User) -> None:
    provider = people.organization("provider")
    offerer = people.member(provider, Role.FOCAL_POINT)
    published_offer(people, provider)
    donor = people.member(people.organization(OrganizationKind.DONOR), Role.FOCAL_POINT)
    other = people.focal_point(people.organization(country="CL"))
    need = registered(people, focal_point)
    index("offer")
    compare_need(need.pk)
    assert len(matches(focal_point, need)) == 1
    assert len(matches(people.specialist(), need)) == 1
    for stranger in (offerer, donor, other):
        assert matches(stranger, need) == []
        with acting(stranger):
            assert Match.objects.count() == 0
            assert MatchNote.objects.count() == 0


def test_people_write_no_matches(people: People, focal_point: User) -> None:
    offer = published_offer(people)
    need = registered(people, focal_point)
    for writer in (focal_point, people.specialist()):
        with acting(writer), pytest.raises(ForeignWrite):
            Match.objects.create(
                owner_id=need.owner_id, need=need, record=offer, family="help", standing="match", verdict="eligible",
                score=100, confidence=100, weights="mine",
            )  # fmt: skip


@pytest.mark.postgresql
def test_the_database_hides_and_guards_matches_by_itself(people: People, focal_point: User) -> None:
    from django.db import connection

    published_offer(people)
    need = registered(people, focal_point)
    index("offer")
    compare_need(need.pk)
    other = people.focal_point(people.organization(country="CL"))

    def count() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM search_match")
            return int(cursor.fetchone()[0])

    with acting(other):
        assert count() == 0
    with acting(focal_point):
        assert count() == 1
        with connection.cursor() as cursor:
            cursor.execute("UPDATE search_match SET score = 100")
            assert cursor.rowcount == 0


# --- What people say of it -------------------------------------------------------------------


@pytest.fixture
def match(people: People, focal_point: User) -> Match:
    published_offer(people)
    need = registered(people, focal_point)
    index("offer")
    compare_need(need.pk)
    return matches(focal_point, need)[0]


def test_the_newest_place_by_hand_counts_and_each_person_has_one_opinion(
    people: People, focal_point: User, match: Match
) -> None:
    specialist = people.specialist()
    for writer, opinion in ((focal_point, "pin"), (specialist, "hide"), (focal_point, "useful"), (specialist, "useful"),
                            (focal_point, "useless")):  # fmt: skip
        with acting(writer):
            services.note(match, opinion=opinion, note="Because.")
    with acting(focal_point):
        kept = {(note.made_by_id, note.opinion) for note in MatchNote.objects.all()}
    assert kept == {(specialist.pk, "hide"), (specialist.pk, "useful"), (focal_point.pk, "useless")}
    with acting(focal_point):
        assert services.take_back(match, opinion="useless")
        assert not services.take_back(match, opinion="useless")
        assert services.take_back(match, opinion="hide")
        assert MatchNote.objects.count() == 1


@pytest.mark.parametrize("opinion", ["hide", "useless"])
def test_refusing_a_match_gives_its_reason(focal_point: User, match: Match, opinion: str) -> None:
    with acting(focal_point), pytest.raises(ValidationError):
        services.note(match, opinion=opinion, note="  ")
    with acting(focal_point), pytest.raises(IntegrityError), transaction.atomic():
        MatchNote.objects.create(
            match=match, opinion=opinion, made_by=focal_point, organization_id=match.owner_id, note=""
        )


def test_a_reader_without_a_role_for_it_may_not_judge(people: People, match: Match) -> None:
    publisher = people.publisher()
    with acting(publisher), pytest.raises(PermissionDenied):
        services.note(match, opinion="pin")


# --- Followed through the outbox -------------------------------------------------------------


def drain() -> None:
    """Everything that waits is done; entries of offers follow by themselves where the funders' floor tells of them."""
    outbox.drain()
    index("offer")
    outbox.drain()


def told(person: User, kind: str) -> list[str]:
    with acting(person):
        return list(Notice.objects.filter(kind=kind).values_list("subject", flat=True))


def test_a_need_is_compared_when_it_is_registered_and_the_ministry_hears_of_it_once(
    people: People, focal_point: User
) -> None:
    practice_on_complaints(people)
    provider = people.organization("provider")
    offerer = people.member(provider, Role.FOCAL_POINT)
    published_offer(people, provider)
    drain()
    need = registered(people, focal_point)
    drain()
    assert matches(focal_point, need)
    assert told(focal_point, "need.matched") == [need.title]
    assert told(offerer, "offer.fits") == [need.title]
    # Everything is handed out once more, as after a crash.
    Outbox.objects.update(state="taken", done_at=None, leased_until=timezone.now())
    drain()
    compare_need(need.pk)
    drain()
    assert told(focal_point, "need.matched") == [need.title]
    assert told(offerer, "offer.fits") == [need.title]


def test_what_is_published_later_reaches_the_needs_that_share_a_term_and_no_others(
    people: People, focal_point: User
) -> None:
    need = registered(people, focal_point)
    far = registered(
        people,
        focal_point,
        title="Too few inspectors",
        summary="Inspectors do not reach the country.",
        problem="Half of all districts never saw one.",
        terms={"LAF": ["LAF1.1"], "DI": ["D2.2"]},
        competences=[("D2.2", True)],
    )
    drain()
    Outbox.objects.all().delete()
    offer = published_offer(people)
    with as_service("matcher", "test"):
        assert needs_sharing(offer.pk) == {need.pk}
    drain()
    wanted = set(Outbox.objects.filter(kind=WANTED).values_list("object_id", flat=True))
    assert wanted == {need.pk}
    assert [row.record_id for row in matches(focal_point, need)] == [offer.pk]
    assert matches(focal_point, far) == []
    assert told(focal_point, "need.matched") == [need.title]


def test_of_several_comparisons_that_wait_only_the_last_is_made(people: People, focal_point: User) -> None:
    need = registered(people, focal_point)
    drain()
    offer = published_offer(people)
    drain()
    with as_service("matcher", "test"):
        Match.objects.filter(need=need).delete()
    Outbox.objects.all().delete()
    now = timezone.now()
    rows = [
        Outbox.objects.create(
            kind=WANTED, object_type=need._meta.label_lower, object_id=need.pk, dedupe_key=f"test:{number}",
            created_at=now + timedelta(seconds=number), state=Outbox.State.TAKEN,
        )
        for number in range(3)
    ]  # fmt: skip
    for row, found in zip(rows, ([], [], [offer.pk]), strict=True):
        assert outbox.deliver(row.pk)
        assert [match.record_id for match in matches(focal_point, need)] == found
    assert set(Outbox.objects.filter(kind=WANTED).values_list("state", flat=True)) == {"done"}


def test_a_wide_theme_of_a_funder_reaches_what_lies_below_it(people: People, focal_point: User) -> None:
    need = registered(people, focal_point)
    offer = published_offer(
        people, form="funding", kind=OrganizationKind.DONOR, terms=["LAF7"], competences=[], title="A fund"
    )
    with as_service("matcher", "test"):
        assert needs_sharing(offer.pk) == {need.pk}


def test_a_provider_hears_nothing_of_a_need_that_is_the_ministrys_own(people: People, focal_point: User) -> None:
    provider = people.organization("provider")
    offerer = people.member(provider, Role.FOCAL_POINT)
    published_offer(people, provider)
    need = registered(people, focal_point, audience="ministry")
    drain()
    compare_need(need.pk)
    drain()
    assert matches(focal_point, need)
    assert told(focal_point, "need.matched") == [need.title]
    assert told(offerer, "offer.fits") == []


def test_an_offer_for_members_reaches_a_need_of_a_member(people: People, focal_point: User) -> None:
    offer = published_offer(people, audience=Audience.NETWORK)
    need = registered(people, focal_point)
    index("offer")
    compare_need(need.pk)
    assert [row.record_id for row in matches(focal_point, need)] == [offer.pk]


def test_own_offers_are_no_matches(people: People, focal_point: User) -> None:
    from network_site.organizations.models import Organization

    published_offer(people, Organization.objects.get(pk=registered(people, focal_point).owner_id))
    need = registered(people, focal_point, title="Another matter")
    index("offer")
    compare_need(need.pk)
    assert matches(focal_point, need) == []


def test_a_need_that_is_not_there_is_compared_with_nothing() -> None:
    assert compare_need(uuid4()) == 0
    assert judging.LEAST > 0
