"""The forms of offers, rules and profiles: bad input gets its message, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from funders.enums import RuleKind
from funders.models import Offer, OfferRule, Profile
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import User

from ..people import People, acting, organization_of
from ..queries import asking
from .builders import CAP, donor, drafted, offered

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]

ANSWERS: dict[str, Any] = {
    "form": "funding",
    "source_language": "en",
    "title": "Grants for inspectors",
    "summary": "Small grants.",
    "functions": ["LAF1.1"],
    "languages": ["en"],
    "time_zone": "America/Lima",
}
NEW = "/en/workspace/offers/new/"


def test_an_offer_is_made_with_its_form(people: People, sign_in: SignIn) -> None:
    focal_point = donor(people)
    client = sign_in(focal_point)
    given = ANSWERS | {"least": "1,000", "most": "150,000.50", "currency": "usd", "competences": ["D6.1"]}

    answer = client.post(NEW, given | {"key": "7b0c9b64-5d52-4a54-9f35-0f0c1d8f6f11", "closes_on": "2099-01-31"})
    client.post(NEW, given | {"key": "7b0c9b64-5d52-4a54-9f35-0f0c1d8f6f11", "closes_on": "2099-01-31"})

    with acting(focal_point):
        offer = Offer.objects.get()
        assert answer.url == reverse("funders:offer", args=[offer.pk])
        assert (str(offer.least), str(offer.most), offer.currency) == ("1000.00", "150000.50", "USD")
        assert (str(offer.closes_on), offer.time_zone) == ("2099-01-31", "America/Lima")
        assert [row.term_id for row in offer.competences.all()] == ["D6.1"]


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("least", {"least": "NaN", "currency": "USD"}),
        ("least", {"least": "1e309", "currency": "USD"}),
        ("most", {"most": "9" * 30, "currency": "USD"}),
        ("most", {"most": "-5", "currency": "USD"}),
        ("most", {"least": "10", "most": "9", "currency": "USD"}),
        ("currency", {"most": "10", "currency": "ZZZ"}),
        ("currency", {"most": "10"}),
        ("closes_on", {"closes_on": "31/31/2027"}),
        ("closes_on", {"closes_on": "tomorrow"}),
        ("time_zone", {"time_zone": "Mars/Olympus"}),
        ("capacity", {"capacity": "-1"}),
        ("title", {"title": "x" * 151}),
        ("functions", {"functions": ["LAF99"]}),
        ("countries", {"countries": ["ZZ"]}),
        ("languages", {"languages": []}),
        ("person_agrees", {"person": "Rosa Lima"}),
        ("url", {"url": "javascript:alert(1)"}),
        ("form", {"form": "gift"}),
    ],
)
def test_bad_input_gets_a_message_at_its_field_and_nothing_is_lost(
    field: str, given: dict[str, Any], people: People, sign_in: SignIn
) -> None:
    focal_point = donor(people)

    answer = sign_in(focal_point).post(NEW, ANSWERS | {"description": "Typed with care."} | given)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "Typed with care." in answer.content.decode()
    with acting(focal_point):
        assert not Offer.objects.exists()


def test_an_amount_is_read_as_its_reader_writes_it(people: People, sign_in: SignIn) -> None:
    focal_point = donor(people)

    sign_in(focal_point).post("/es/workspace/offers/new/", ANSWERS | {"most": "1.500,25", "currency": "EUR"})

    with acting(focal_point):
        assert str(Offer.objects.get().most) == "1500.25"


def test_a_stale_edit_is_answered_409_with_what_was_typed(people: People, sign_in: SignIn) -> None:
    focal_point = donor(people)
    offer = drafted(focal_point)
    client = sign_in(focal_point)
    address = reverse("funders:offer_edit", args=[offer.pk])
    assert client.post(address, ANSWERS | {"version": 1}).status_code == 302

    answer = client.post(address, ANSWERS | {"version": 1, "title": "The second title"})

    assert answer.status_code == 409
    assert "The second title" in answer.content.decode()
    with acting(focal_point):
        assert Offer.objects.get().title == "Grants for inspectors"


RULES: dict[str, dict[str, Any]] = {
    "countries": {"codes": ["PY", "BR"]},
    "organizations": {"codes": ["ministry"]},
    "themes": {"codes": ["LAF3", "LAF7.5"]},
    "not_themes": {"codes": ["LAF1.1"]},
    "most": {"amount": "150.000,00", "currency": "USD", "of": "total"},
    "least": {"amount": "1000", "currency": "EUR", "of": "asked"},
    "months": {"months": "48"},
    "languages": {"codes": ["en", "es"], "all": "on"},
    "share": {"percent": "12.5"},
    "letter": {},
    "other": {},
}
STORED: dict[str, dict[str, Any]] = {
    "countries": {"codes": ["BR", "PY"]},
    "organizations": {"codes": ["ministry"]},
    "themes": {"codes": ["LAF3", "LAF7.5"]},
    "not_themes": {"codes": ["LAF1.1"]},
    "most": {"amount": "150000.00", "currency": "USD", "of": "total"},
    "least": {"amount": "1000", "currency": "EUR", "of": "asked"},
    "months": {"months": 48},
    "languages": {"codes": ["en", "es"], "all": True},
    "share": {"percent": "12.5"},
    "letter": {},
    "other": {},
}


@pytest.mark.parametrize("kind", RuleKind.values)
def test_a_rule_of_each_kind_is_added_shown_changed_and_taken_out(kind: str, people: People, sign_in: SignIn) -> None:
    focal_point = donor(people)
    offer = drafted(focal_point)
    client = sign_in(focal_point)
    chosen = client.get(reverse("funders:rules", args=[offer.pk]), {"kind": kind})
    answers = RULES[kind] | {"sentence": "So it is written.", "stated_on": "2026-01-15"}

    assert client.post(chosen.url, answers | {"version": 1}).status_code == 302
    with acting(focal_point):
        rule = OfferRule.objects.get()
        assert (rule.kind, rule.value, str(rule.stated_on)) == (kind, STORED[kind], "2026-01-15")
    address = reverse("funders:rule", args=[offer.pk, 1])
    page = client.get(reverse("funders:offer", args=[offer.pk])).content.decode()
    assert "So it is written." in page
    assert "So it is written." in client.get(address).content.decode()

    assert client.post(address, answers | {"sentence": "Now so.", "version": 2}).status_code == 302
    assert client.post(address, answers | {"version": 2}).status_code == 409
    assert client.post(address, {"remove": "1", "version": 3}).status_code == 302
    with acting(focal_point):
        assert not OfferRule.objects.exists()


@pytest.mark.parametrize(
    ("kind", "field", "given"),
    [
        ("most", "amount", {"amount": "NaN", "currency": "USD", "of": "asked"}),
        ("most", "amount", {"amount": "1e309", "currency": "USD", "of": "asked"}),
        ("most", "amount", {"amount": "0", "currency": "USD", "of": "asked"}),
        ("most", "currency", {"amount": "1", "currency": "dollars", "of": "asked"}),
        ("most", "of", {"amount": "1", "currency": "USD", "of": "half"}),
        ("months", "months", {"months": "0"}),
        ("months", "months", {"months": "four"}),
        ("share", "percent", {"percent": "101"}),
        ("themes", "codes", {"codes": []}),
        ("countries", "codes", {"codes": ["Paraguay"]}),
        ("other", "sentence", {"sentence": ""}),
        ("other", "stated_on", {"stated_on": "2999-01-01"}),
    ],
)
def test_a_bad_rule_is_refused_at_its_field(
    kind: str, field: str, given: dict[str, Any], people: People, sign_in: SignIn
) -> None:
    focal_point = donor(people)
    offer = drafted(focal_point)

    answer = sign_in(focal_point).post(
        reverse("funders:rule_new", args=[offer.pk, kind]), {"sentence": "Kept words.", "version": 1} | given
    )

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    with acting(focal_point):
        assert not OfferRule.objects.exists()


def test_a_kind_of_rule_that_is_none_leads_back_or_nowhere(people: People, sign_in: SignIn) -> None:
    focal_point = donor(people)
    offer = drafted(focal_point)
    client = sign_in(focal_point)

    assert client.get(reverse("funders:rules", args=[offer.pk]), {"kind": "moon"}).url == reverse(
        "funders:offer", args=[offer.pk]
    )
    assert client.get(reverse("funders:rule_new", args=[offer.pk, "moon"])).status_code == 404


def test_an_offer_opens_with_its_button_and_says_what_is_missing(people: People, sign_in: SignIn) -> None:
    focal_point = donor(people)
    ready, bare = drafted(focal_point), drafted(focal_point, terms={"LAF": []})
    client = sign_in(focal_point)

    done = client.post(reverse("funders:offer_do", args=[ready.pk, "open"]), {"version": 1}, follow=True)
    refused = client.post(reverse("funders:offer_do", args=[bare.pk, "open"]), {"version": 1})
    stale = client.post(reverse("funders:offer_do", args=[ready.pk, "pause"]), {"version": 1})
    unknown = client.post(reverse("funders:offer_do", args=[ready.pk, "explode"]), {"version": 2})

    assert "Opened" in done.content.decode()
    assert "Choose the function that it is for" in refused.content.decode()
    assert [answer.status_code for answer in (refused, stale, unknown)] == [422, 409, 422]


def test_how_one_knows_is_asked_for_each_competence_that_is_chosen(people: People, sign_in: SignIn) -> None:
    focal_point = donor(people)
    offer = drafted(focal_point, form="advice", competences={"D6.1": ""})

    answers = ANSWERS | {"form": "advice", "competences": ["D6.1"], "evidence_D6.1": "Two services", "version": 1}
    sign_in(focal_point).post(reverse("funders:offer_edit", args=[offer.pk]), answers)

    with acting(focal_point):
        assert offer.competences.get().evidence == "Two services"


def test_a_contributor_writes_drafts_and_does_not_touch_what_is_public(people: People, sign_in: SignIn) -> None:
    focal_point = donor(people)
    writer = people.member(organization_of(focal_point), Role.CONTRIBUTOR)
    draft, public = drafted(focal_point), offered(focal_point)
    client = sign_in(writer)

    assert client.get(reverse("funders:offer_edit", args=[draft.pk])).status_code == 200
    assert client.get(reverse("funders:offer_edit", args=[public.pk])).status_code == 403
    assert client.get(reverse("funders:profile")).status_code == 403
    assert client.get(reverse("funders:offer", args=[public.pk])).status_code == 200


def test_a_profile_is_saved_with_its_form(people: People, sign_in: SignIn) -> None:
    focal_point = people.focal_point(people.organization(OrganizationKind.PROVIDER))
    client = sign_in(focal_point)
    address = reverse("funders:profile")
    given = {"supports_en": "Case work.", "themes": ["LAF3"], "languages": ["en"], "version": "0"}

    assert client.post(address, given | {"contact_email": "no address"}).status_code == 422
    assert client.post(address, given | {"supports_en": ""}).status_code == 422
    assert client.post(address, given).status_code == 302
    assert client.post(address, given | {"supports_en": "Other words."}).status_code == 409

    profile = Profile.objects.get()
    assert (profile.texts, profile.themes) == ({"en": {"supports": "Case work.", "how": ""}}, ["LAF3"])
    assert "Case work." in client.get(address).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_own_offers_costs_the_same_for_one_or_three(count: int, people: People, sign_in: SignIn) -> None:
    focal_point = donor(people)
    for _each in range(count):
        drafted(focal_point, rules=(CAP,))
    client = sign_in(focal_point)
    client.get(reverse("funders:offers"))

    with asking(8):
        page = client.get(reverse("funders:offers"))
    assert len(page.context["offers"]) == count


def test_signing_in_is_asked_for(client: Client, people: People) -> None:
    offer = drafted(donor(people))
    for name, args in (
        ("offers", []), ("offer_new", []), ("profile", []), ("offer", [offer.pk]), ("requests", []), ("request", [1]),
    ):  # fmt: skip
        assert "/accounts/login/" in client.get(reverse(f"funders:{name}", args=args)).url


def test_a_person_without_an_organisation_reads_no_requests(people: People, sign_in: SignIn) -> None:
    client = sign_in(people.user("loner"))

    assert client.get(reverse("funders:requests")).status_code == 403
    assert client.get(reverse("funders:offer_new")).status_code == 403
