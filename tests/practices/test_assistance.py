"""The Network writes with a ministry: nobody reads before it asks, and nothing counts before it confirms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from network_site.common import outbox
from network_site.common.models import AuditEntry, Notice
from network_site.common.scoping import unscoped
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import acting_as, current, service_actor
from network_site.organizations.enums import Capacity, OrganizationKind
from network_site.organizations.models import Organization, Share, User
from practices import services
from practices.conflicts import PUBLISH, REVIEW, SCREEN, conflicts_of
from practices.models import Assistance, Edit, PracticeVersion, ProposedField
from practices.workflow import PRACTICE

from ..people import People, acting, draft, get, organization_of, step
from .pages import errors_beside, filled, soup, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]

ASKED: dict[str, Any] = {
    "reason": "Nobody of us has written such a text.",
    "languages": ["es", "en"],
    "call_when": "Mondays, 9 to 12, Montevideo",
}


@pytest.fixture
def ministry(people: People) -> Organization:
    return people.organization(country="UY")


@pytest.fixture
def focal_point(people: People, ministry: Organization) -> User:
    return people.focal_point(ministry)


@pytest.fixture
def specialist(people: People) -> User:
    return people.specialist()


def ask(writer: User, version: PracticeVersion, **more: Any) -> Assistance:
    with acting(writer):
        return services.ask_for_assistance(get(version.pk), **ASKED | more)


def accept(specialist: User, assistance: Assistance) -> Assistance:
    with acting(specialist):
        return services.accept_assistance(assistance)


def end(who: User, assistance: Assistance) -> Assistance:
    with acting(who):
        return services.end_assistance(assistance, note="Thank you.")


def write(who: User, version: PracticeVersion, **given: Any) -> PracticeVersion:
    terms, rows = given.pop("terms", {}), given.pop("rows", {})
    with acting(who):
        current = get(version.pk)
        return services.save_version(current, lock_version=current.lock_version, fields=given, terms=terms, rows=rows)


def reads(user: User, version: PracticeVersion) -> bool:
    with acting(user):
        return bool(PracticeVersion.objects.filter(pk=version.pk).exists())


def waiting(owner: User, version: PracticeVersion) -> set[str]:
    with acting(owner):
        return set(get(version.pk).proposed_fields.filter(confirmed_at=None).values_list("name", flat=True))


def helped(people: People, focal_point: User, specialist: User) -> tuple[PracticeVersion, Assistance]:
    """A draft in which a specialist writes."""
    version = draft(focal_point)
    return version, accept(specialist, ask(focal_point, version))


# --- Who reads -------------------------------------------------------------------------------


def test_before_asking_the_network_sees_nothing(
    people: People, focal_point: User, specialist: User, sign_in: SignIn
) -> None:
    version = draft(focal_point, title="A very private title")
    publisher = people.publisher()
    assert [reads(user, version) for user in (specialist, publisher)] == [False, False]
    browser = sign_in(specialist)
    for name in ("version", "assistance", "interview", "confirm", "word"):
        assert browser.get(reverse(f"practices:{name}", args=[version.pk])).status_code == 404
    assert "A very private title" not in words(browser.get(reverse("practices:queue")))
    ask(focal_point, version)
    assert [reads(user, version) for user in (specialist, publisher)] == [True, True]
    assert "A very private title" in words(browser.get(reverse("practices:queue")))


def test_asking_opens_this_version_to_the_network_and_to_nobody_else(
    people: People, focal_point: User, specialist: User
) -> None:
    version, other = draft(focal_point), draft(focal_point)
    ask(focal_point, version)
    outsiders = [people.reviewer(), people.focal_point(), people.member(people.organization(OrganizationKind.DONOR))]
    assert [reads(user, version) for user in outsiders] == [False] * 3
    assert (reads(specialist, version), reads(specialist, other)) == (True, False)


def test_a_named_specialist_reads_and_her_colleagues_do_not(people: People, focal_point: User) -> None:
    version = draft(focal_point)
    named, colleague = people.specialist(), people.specialist()
    assistance = ask(focal_point, version, specialist_email=named.email.upper())
    assert (reads(named, version), reads(colleague, version)) == (True, False)
    assert assistance.specialist_id == named.pk
    outbox.drain()
    with acting(named):
        assert [n.kind for n in Notice.objects.all()] == ["assistance.asked"]
    with acting(colleague):
        assert list(Notice.objects.all()) == []


@pytest.mark.parametrize("kind", ["reviewer", "publisher", "nobody"])
def test_only_a_specialist_can_be_named(people: People, focal_point: User, kind: str) -> None:
    version = draft(focal_point)
    email = "nobody@example.org" if kind == "nobody" else getattr(people, kind)().email
    with pytest.raises(TransitionRefused) as refused:
        ask(focal_point, version, specialist_email=email)
    assert [unmet.code for unmet in refused.value.unmet] == ["specialist"]
    with acting(focal_point):
        assert (Assistance.objects.count(), Share.objects.count()) == (0, 0)


def test_asking_twice_is_one_request(focal_point: User) -> None:
    version = draft(focal_point)
    assert ask(focal_point, version).pk == ask(focal_point, version, reason="Again").pk
    with acting(focal_point), pytest.raises(IntegrityError), transaction.atomic():
        Assistance.objects.create(version=version, reason="x", call_when="x", asked_by=focal_point)


def test_nobody_asks_for_a_foreign_draft_or_for_what_was_sent(people: People, focal_point: User) -> None:
    version = draft(focal_point)
    learner = people.member(organization_of(focal_point), "learner")
    with pytest.raises(TransitionRefused):
        ask(learner, version)
    with pytest.raises(PracticeVersion.DoesNotExist):
        ask(people.focal_point(), version)
    step(focal_point, version, "submit")
    with pytest.raises(TransitionRefused):
        ask(focal_point, version)


# --- Who writes ------------------------------------------------------------------------------


def test_she_writes_only_after_she_took_it_on_and_only_she(people: People, focal_point: User, specialist: User) -> None:
    version = draft(focal_point)
    assistance = ask(focal_point, version)
    with pytest.raises(TransitionRefused):
        write(specialist, version, reach="Too early")
    accept(specialist, assistance)
    write(specialist, version, reach="From the interview")
    colleague = people.specialist()
    with pytest.raises(TransitionRefused):
        write(colleague, version, reach="Not hers")
    with pytest.raises(TransitionRefused) as refused:
        accept(colleague, assistance)
    assert [unmet.code for unmet in refused.value.unmet] == ["taken"]
    with pytest.raises(TransitionRefused):
        accept(people.publisher(), assistance)


def test_she_cannot_send_hand_over_translate_or_ask(people: People, focal_point: User, specialist: User) -> None:
    version, _assistance = helped(people, focal_point, specialist)
    with acting(specialist):
        assert PRACTICE.options(get(version.pk), current()) == []
        for name in ("submit", "hand_over"):
            with pytest.raises(TransitionRefused):
                services.perform(get(version.pk), name)
        with pytest.raises(TransitionRefused):
            services.translate_version(get(version.pk), language="es", texts={"title": "x", "one_line": "y"})
        with pytest.raises(TransitionRefused):
            services.confirm_answers(get(version.pk), names=["reach"], lock_version=get(version.pk).lock_version)


def test_who_wrote_can_never_screen_review_or_publish(people: People, focal_point: User, specialist: User) -> None:
    version, _assistance = helped(people, focal_point, specialist)
    write(specialist, version, reach="From the interview")
    with acting(specialist):
        assert Edit.objects.filter(version=version, user=specialist).count() == 1
    with acting(focal_point):
        services.confirm_answers(get(version.pk), names=["reach"], lock_version=get(version.pk).lock_version)
    step(focal_point, version, "submit")
    for duty in (SCREEN, REVIEW, PUBLISH):
        assert next(unmet.code for unmet in conflicts_of(specialist.pk, version.pk, duty)) == "drafted"
    with pytest.raises(TransitionRefused) as refused:
        step(specialist, version, "start_screening")
    assert "drafted" in [unmet.code for unmet in refused.value.unmet]
    step(people.specialist(), version, "start_screening")


# --- What waits for the ministry -------------------------------------------------------------


def test_every_answer_she_changes_is_marked_and_no_other(people: People, focal_point: User, specialist: User) -> None:
    version, _assistance = helped(people, focal_point, specialist)
    with acting(specialist):
        same = get(version.pk)
        contacts = [{"id": c.pk, "name": c.name, "email": c.email} for c in same.contacts.all()]
    write(
        specialist,
        version,
        title="A better title",
        problem=version.problem,
        terms={"TG": ["TG02"], "LAF": ["LAF1.1"]},
        rows={"contacts": contacts, "costs": [{"category": "Stamps", "amount": "5", "currency": "UYU"}]},
    )
    assert waiting(focal_point, version) == {"title", "TG", "costs"}


def test_what_the_ministry_changes_is_its_own_again(people: People, focal_point: User, specialist: User) -> None:
    version, _assistance = helped(people, focal_point, specialist)
    write(specialist, version, title="A better title", reach="Some")
    write(focal_point, version, title="Our own title", reach="Some")
    assert waiting(focal_point, version) == {"reach"}
    write(specialist, version, title="Yet another")
    assert waiting(focal_point, version) == {"reach", "title"}


def test_sending_is_refused_with_the_list_of_what_waits(people: People, focal_point: User, specialist: User) -> None:
    version, assistance = helped(people, focal_point, specialist)
    write(specialist, version, reach="Some", terms={"IN": ["IN01"]})
    end(focal_point, assistance)
    with pytest.raises(TransitionRefused) as refused:
        step(focal_point, version, "submit")
    assert [(unmet.code, str(unmet.message)) for unmet in refused.value.unmet] == [
        ("unconfirmed_IN", "Confirm or change what the Network proposed: What kind of measure is it?"),
        ("unconfirmed_reach", "Confirm or change what the Network proposed: Whom did it reach?"),
    ]
    assert [unmet.url.rpartition("/edit/")[2] for unmet in refused.value.unmet] == [
        "story/#proposed-IN", "results/#proposed-reach",
    ]  # fmt: skip
    with acting(focal_point):
        confirmed = services.confirm_answers(
            get(version.pk), names=["reach", "IN", "title"], lock_version=get(version.pk).lock_version
        )
    assert confirmed == 2
    assert step(focal_point, version, "submit").status == "submitted"


def test_only_the_focal_point_confirms_and_only_what_she_saw(
    people: People, focal_point: User, specialist: User
) -> None:
    version, _assistance = helped(people, focal_point, specialist)
    write(specialist, version, reach="Some")
    contributor = people.contributor(organization_of(focal_point))
    with acting(contributor), pytest.raises(TransitionRefused):
        services.confirm_answers(get(version.pk), names=["reach"], lock_version=2)
    write(specialist, version, reach="Some more")
    with acting(focal_point), pytest.raises(StaleVersion):
        services.confirm_answers(get(version.pk), names=["reach"], lock_version=2)
    assert waiting(focal_point, version) == {"reach"}
    with acting(focal_point):
        services.confirm_answers(get(version.pk), names=["reach"], lock_version=3)
        row = ProposedField.objects.get(version=version)
    assert (row.proposed_by_id, row.confirmed_by_id) == (specialist.pk, focal_point.pk)
    with acting_as(service_actor("auditor"), reason="test"):
        assert AuditEntry.objects.get(action="assistance.confirmed").reason == "reach"


# --- The end ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["focal_point", "specialist"])
def test_either_side_ends_it_and_the_door_is_shut(
    people: People, focal_point: User, specialist: User, who: str
) -> None:
    version, assistance = helped(people, focal_point, specialist)
    write(specialist, version, reach="Some")
    end({"focal_point": focal_point, "specialist": specialist}[who], assistance)
    assert reads(specialist, version) is False
    with pytest.raises(PracticeVersion.DoesNotExist):
        write(specialist, version, reach="More")
    with acting_as(service_actor("reviews"), reason="test"):
        assert [s.revoked_at is not None for s in unscoped(Share).filter(capacity=Capacity.DRAFT)] == [True, True]
    assert waiting(focal_point, version) == {"reach"}
    outbox.drain()
    told = {}
    for name, user in (("focal_point", focal_point), ("specialist", specialist)):
        with acting(user):
            told[name] = sorted(n.kind for n in Notice.objects.all())
    other = {"focal_point": "specialist", "specialist": "focal_point"}[who]
    expected = {"focal_point": ["assistance.accepted"], "specialist": ["assistance.asked"]}
    expected[other].append("assistance.ended")
    assert told == expected


def test_somebody_else_cannot_end_it(people: People, focal_point: User, specialist: User) -> None:
    version, assistance = helped(people, focal_point, specialist)
    with pytest.raises(TransitionRefused):
        end(people.specialist(), assistance)
    with pytest.raises(PracticeVersion.DoesNotExist):
        end(people.focal_point(), assistance)
    assert reads(specialist, version)


def test_sending_ends_it(people: People, focal_point: User, specialist: User) -> None:
    version, _assistance = helped(people, focal_point, specialist)
    step(focal_point, version, "submit")
    with acting(focal_point):
        assert Assistance.objects.filter(ended_at=None).count() == 0
        open_shares = Share.objects.filter(object_id=version.pk, revoked_at=None).values_list("capacity", flat=True)
        assert list(open_shares) == ["network"]


def test_it_can_be_asked_for_again(people: People, focal_point: User, specialist: User) -> None:
    version, assistance = helped(people, focal_point, specialist)
    end(focal_point, assistance)
    again = accept(specialist, ask(focal_point, version))
    assert again.pk != assistance.pk
    write(specialist, version, reach="Some")


# --- The pages -------------------------------------------------------------------------------


def test_the_whole_way_through_the_pages(people: People, focal_point: User, specialist: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    here = reverse("practices:assistance", args=[version.pk])
    browser = sign_in(focal_point)
    empty = browser.post(here, {})
    assert (empty.status_code, sorted(errors_beside(empty))) == (422, ["call_when", "languages", "reason"])
    assert browser.post(here, ASKED).status_code == 302
    assert "Waits for the Network" in words(browser.get(here))

    helper = sign_in(specialist)
    assert "asks for help" in words(helper.get(reverse("workspace:home")))
    assert helper.post(reverse("practices:assistance_answer", args=[version.pk, "accept"])).status_code == 302
    sheet = helper.get(reverse("practices:interview", args=[version.pk]) + "?language=es")
    assert len(soup(sheet).select(".sheet > li")) == 35
    assert "Qué se hace, en 100 caracteres" in words(sheet)
    results = reverse("practices:edit", args=[version.pk, "results"])
    sent = filled(helper.get(results), "reach") | {"reach": "From the interview"}
    assert helper.post(results, sent).status_code == 302

    browser = sign_in(focal_point)
    assert "Proposed by the Network, not confirmed yet." in words(browser.get(results))
    confirming = reverse("practices:confirm", args=[version.pk])
    page = browser.get(confirming)
    assert [button["value"] for button in soup(page).find_all("button", attrs={"name": "one"})] == ["reach"]
    assert browser.post(confirming, filled(page, "version") | {"page": "results"}).status_code == 302
    assert waiting(focal_point, version) == set()
    assert "Everything that the Network wrote is confirmed." in words(browser.get(confirming))
    assert browser.post(reverse("practices:assistance_answer", args=[version.pk, "end"])).status_code == 302

    helper = sign_in(specialist)
    gone = helper.get(reverse("practices:helped", args=[version.pk]))
    assert (gone.status_code, gone.url) == (302, reverse("practices:queue"))
    assert helper.get(here).status_code == 404


def test_where_notices_to_the_network_lead_nobody_else_goes(people: People, focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    assert sign_in(focal_point).get(reverse("practices:helped", args=[version.pk])).status_code == 404


def test_confirming_what_changed_meanwhile_is_refused_and_shown_again(
    people: People, focal_point: User, specialist: User, sign_in: SignIn
) -> None:
    version, _assistance = helped(people, focal_point, specialist)
    write(specialist, version, reach="Some")
    browser = sign_in(focal_point)
    confirming = reverse("practices:confirm", args=[version.pk])
    sent = filled(browser.get(confirming), "version")
    write(specialist, version, reach="Some more")
    late = browser.post(confirming, sent | {"one": "reach"})
    assert late.status_code == 409
    assert "Nothing was confirmed." in words(late)
    assert "Some more" in words(late)
    assert waiting(focal_point, version) == {"reach"}


def test_tasks_and_queue_cost_the_same_for_one_and_three_requests(
    focal_point: User, specialist: User, sign_in: SignIn
) -> None:
    browser = sign_in(specialist)
    counts = []
    for number in (1, 2):
        for _each in range(number):
            ask(focal_point, draft(focal_point))
        with CaptureQueriesContext(connection) as found:
            page = browser.get(reverse("practices:queue"))
        assert page.status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]
