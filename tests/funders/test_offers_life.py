"""An offer's life: every state, every action, everybody; what is public at each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction

from funders import services
from funders.enums import OfferStatus
from funders.models import Offer, OfferRule
from funders.rules import RuleValueError
from funders.workflow.offer import OFFER
from network_site.common.models import Outbox, TransitionRecord
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import Actor, acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Organization, User
from network_site.organizations.selectors import actor_for
from network_site.publishing.models import PublishedRecord

from ..people import People, acting, organization_of
from .builders import CAP, FIELDS, TERMS, YEARS, donor, drafted, offered, step

pytestmark = pytest.mark.django_db

REFUSALS = (TransitionRefused, PermissionDenied, ObjectDoesNotExist)
SPEAKS = {"focal point of the donor"}
WRITES = SPEAKS | {"contributor of the donor"}
STAFF = {"specialist", "lead"}
CLOCK = {"clock"}

# In this state, this is done by these people. Whatever is not named is refused and writes nothing.
TABLE: dict[str, dict[str, set[str]]] = {
    "draft": {"announce": SPEAKS, "open": SPEAKS, "archive": SPEAKS, "edit": WRITES, "add_rule": WRITES},
    "forecasted": {
        "open": SPEAKS,
        "close": SPEAKS | CLOCK,
        "verify": SPEAKS | STAFF,
        "edit": SPEAKS,
        "add_rule": SPEAKS,
    },
    "open": {"pause": SPEAKS, "close": SPEAKS | CLOCK, "verify": SPEAKS | STAFF, "edit": SPEAKS, "add_rule": SPEAKS},
    "paused": {"resume": SPEAKS, "close": SPEAKS | CLOCK, "verify": SPEAKS | STAFF, "edit": SPEAKS, "add_rule": SPEAKS},
    "closed": {"archive": SPEAKS},
    "archived": {},
}
ACTIONS = [
    *(name for name in OFFER.transitions if not name.startswith("verify_")),
    "edit",
    "add_rule",
]
WAY: dict[str, tuple[str, ...]] = {
    "draft": (),
    "forecasted": ("announce",),
    "open": ("open",),
    "paused": ("open", "pause"),
    "closed": ("open", "close"),
    "archived": ("open", "close", "archive"),
}


def everybody(people: People, owner: Organization) -> dict[str, Actor]:
    """Every role at the donor, at another donor, at a ministry, at the Network; services."""
    others = {
        "the donor": owner,
        "another donor": people.organization(OrganizationKind.DONOR),
        "a ministry": people.organization(country="PY"),
        "a provider": people.organization(OrganizationKind.PROVIDER),
    }
    actors = {
        f"{role.value.replace('_', ' ')} of {name}": actor_for(people.member(organization, role))
        for name, organization in others.items()
        for role in (Role.FOCAL_POINT, Role.CONTRIBUTOR, Role.ADMINISTRATOR, Role.LEARNER)
    }
    for role in (Role.SPECIALIST, Role.LEAD, Role.PUBLISHER, Role.WEB_EDITOR):
        actors[role.value] = actor_for(people.member(people.network(), role))
    actors["superuser"] = actor_for(people.user(is_superuser=True, is_staff=True))
    for name in ("clock", "matcher", "relay", "funding"):
        actors[name] = service_actor(name)
    return actors


def act(offer: Offer, action: str) -> None:
    current = Offer.objects.get(pk=offer.pk)
    if action == "edit":
        services.save_offer(current, lock_version=current.lock_version, fields={"title": "Another title"})
    elif action == "add_rule":
        services.save_rule(current, lock_version=current.lock_version, **CAP)
    else:
        services.perform_offer(current, action, lock_version=current.lock_version)


def counted() -> tuple[int, int, int]:
    with acting_as(service_actor("clock"), reason="test"):
        return (
            OfferRule.objects.count(),
            PublishedRecord.objects.filter(kind="offer").values("version", "state").count(),
            Outbox.objects.count(),
        )


@pytest.mark.parametrize("state", OfferStatus.values)
def test_everybody_does_exactly_what_the_table_says(state: str, people: People) -> None:
    focal_point = donor(people)
    offer = drafted(focal_point)
    for name in WAY[state]:
        step(focal_point, offer, name)
    wrong = []
    for who, actor in everybody(people, organization_of(focal_point)).items():
        for action in ACTIONS:
            allowed = who in TABLE[state].get(action, set())
            before = counted()
            try:
                with transaction.atomic(), acting_as(actor, reason="test"):
                    act(offer, action)
                    transaction.set_rollback(True)
                    done = True
            except REFUSALS:
                done = False
                if counted() != before:
                    wrong.append(f"{who} left something behind with {action}")
            if done != allowed:
                wrong.append(f"{who} {'may' if done else 'may not'} {action}")
    assert wrong == []


def test_the_table_names_every_state() -> None:
    assert sorted(TABLE) == sorted(OfferStatus.values)


def test_a_draft_is_public_nowhere_and_an_open_offer_is(people: People) -> None:
    focal_point = donor(people)
    offer = drafted(focal_point, rules=(CAP, YEARS))
    assert not PublishedRecord.objects.filter(pk=offer.pk).exists()

    step(focal_point, offer, "open")

    record = PublishedRecord.objects.get(pk=offer.pk)
    assert (record.code[:2], record.version, record.snapshot["status"]) == ("O-", 1, "open")
    assert [rule["sentence"] for rule in record.snapshot["rules"]] == [CAP["sentence"], YEARS["sentence"]]
    assert record.snapshot["rules"][0]["value"] == {"amount": "150000", "currency": "USD", "of": "asked"}


def test_each_step_shows_its_state_and_putting_away_takes_it_from_the_list(people: People) -> None:
    focal_point = donor(people)
    offer = offered(focal_point)
    shown = []
    for name in ("pause", "resume", "close"):
        step(focal_point, offer, name)
        shown.append(PublishedRecord.objects.get(pk=offer.pk).snapshot["status"])
    step(focal_point, offer, "archive")

    record = PublishedRecord.objects.get(pk=offer.pk)
    assert shown == ["paused", "open", "closed"]
    assert (record.state, record.version) == ("withdrawn", 4)
    with acting(focal_point):
        names = list(TransitionRecord.objects.filter(root_id=offer.pk).order_by("at").values_list("name", flat=True))
    assert names == ["open", "pause", "resume", "close", "archive"]


def test_what_is_missing_is_said_all_at_once(people: People) -> None:
    focal_point = donor(people)
    offer = drafted(focal_point, form="expert", terms={"LAF": []}, languages=[])
    with acting(focal_point), pytest.raises(TransitionRefused) as refused:
        services.perform_offer(offer, "open")

    assert [item.code for item in refused.value.unmet] == ["functions", "languages", "competences", "person"]


def test_a_draft_does_not_begin_as_closed_unless_it_was_published_elsewhere(people: People) -> None:
    focal_point, specialist = donor(people), people.specialist()
    offer = drafted(focal_point)
    with acting(focal_point), pytest.raises(TransitionRefused):
        services.perform_offer(offer, "close")

    documented = drafted(specialist, source={"title": "Feasibility study", "year": 2004}, languages=[])
    step(specialist, documented, "close")

    assert PublishedRecord.objects.get(pk=documented.pk).snapshot["status"] == "closed"


def test_only_the_network_names_a_source(people: People) -> None:
    with acting(donor(people)), pytest.raises(PermissionDenied):
        services.create_offer(fields=FIELDS | {"source": {"title": "Mine"}}, terms=TERMS)


def test_a_change_of_what_is_public_is_public_at_once_and_told_once(people: People) -> None:
    focal_point = donor(people)
    offer = offered(focal_point)
    with acting(focal_point):
        services.save_offer(offer, lock_version=offer.lock_version, fields={"summary": "New words."})
        assert not Outbox.objects.filter(kind="offer.changed").exists()
        again = Offer.objects.get(pk=offer.pk)
        services.save_rule(again, lock_version=again.lock_version, **CAP)

    record = PublishedRecord.objects.get(pk=offer.pk)
    assert (record.version, record.snapshot["texts"]["en"]["summary"]) == (3, "New words.")
    assert Outbox.objects.filter(kind="offer.changed", object_id=offer.pk).count() == 1


def test_whoever_read_an_older_version_is_told(people: People) -> None:
    focal_point = donor(people)
    offer = drafted(focal_point)
    with acting(focal_point):
        services.save_offer(offer, lock_version=1, fields={"title": "First"})
        with pytest.raises(StaleVersion):
            services.save_offer(offer, lock_version=1, fields={"title": "Second"})
        with pytest.raises(StaleVersion):
            services.save_rule(offer, lock_version=1, **CAP)
        with pytest.raises(StaleVersion):
            services.perform_offer(offer, "open", lock_version=1)
        assert Offer.objects.get(pk=offer.pk).title == "First"


def test_a_rule_of_another_shape_is_not_stored(people: People) -> None:
    focal_point = donor(people)
    offer = drafted(focal_point)
    with acting(focal_point):
        with pytest.raises(RuleValueError):
            services.save_rule(offer, lock_version=1, kind="most", value={"amount": "NaN"}, sentence="Not much.")
        assert OfferRule.objects.count() == 0


def test_a_rule_of_another_offer_is_not_there(people: People) -> None:
    focal_point = donor(people)
    mine, other = drafted(focal_point), drafted(donor(people), rules=(CAP,))
    with acting_as(service_actor("clock"), reason="test"):
        rule = OfferRule.objects.get(offer=other)
    with acting(focal_point), pytest.raises(OfferRule.DoesNotExist):
        services.remove_rule(mine, lock_version=mine.lock_version, rule_id=rule.pk)


def test_the_same_form_sent_twice_makes_one_offer(people: People) -> None:
    key = "7b0c9b64-5d52-4a54-9f35-0f0c1d8f6f10"
    with acting(donor(people)):
        first = services.create_offer(fields=FIELDS, terms=TERMS, key=key)
        second = services.create_offer(fields=FIELDS, terms=TERMS, key=key)
        assert (first.pk, Offer.objects.count()) == (second.pk, 1)


PROFILE: dict[str, Any] = {
    "texts": {"en": {"supports": "Services.", "how": "Write."}, "es": {"supports": "", "how": ""}},
    "themes": ["LAF3"],
    "countries": [],
    "languages": ["en"],
    "contact_email": "office@example.org",
    "url": "",
}


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (lambda people: donor(people), True),
        (lambda people: people.focal_point(people.organization(OrganizationKind.PROVIDER)), True),
        (lambda people: people.member(people.organization(OrganizationKind.DONOR), Role.CONTRIBUTOR), False),
        (lambda people: people.member(people.organization(OrganizationKind.DONOR), Role.ADMINISTRATOR), False),
        (lambda people: people.specialist(), False),
    ],
)
def test_a_profile_is_the_focal_points_word(who: Callable[[People], User], allowed: bool, people: People) -> None:
    with acting(who(people)):
        if not allowed:
            with pytest.raises(PermissionDenied):
                services.save_profile(fields=PROFILE, lock_version=0)
            return
        profile = services.save_profile(fields=PROFILE, lock_version=0)
        assert (profile.lock_version, profile.texts) == (1, {"en": {"supports": "Services.", "how": "Write."}})
        with pytest.raises(StaleVersion):
            services.save_profile(fields=PROFILE, lock_version=0)
