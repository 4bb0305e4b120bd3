"""A donor's room with a ministry: exactly three sides read it, and nobody else learns that it is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from funders import services
from funders.models import Message, Negotiation, Pledge, Receipt, RoomFile
from network_site.common import outbox
from network_site.common.models import AuditEntry, Notice, TransitionRecord
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Share, User
from network_site.publishing.models import PublishedRecord
from projects.models import Funding, Project

from ..people import People, acting
from ..practices.pages import soup
from ..queries import asking
from .builders_rooms import PDF, Market, commit, house_of, later, promise, receive, request_of, room_of, step

pytestmark = pytest.mark.django_db

CANARY = "zqroomqz"


@pytest.fixture
def market(people: People) -> Market:
    return Market(people)


SignIn = Callable[[User], Client]


def furnished(market: Market) -> Negotiation:
    """A room with everything in it that can be written, each with the canary."""
    with acting(market.donor):
        room = services.express_interest(PublishedRecord.objects.get(pk=market.record.pk), text=f"{CANARY} words")
        services.add_file(
            room,
            title=f"{CANARY} letter",
            upload=SimpleUploadedFile(f"{CANARY}.pdf", PDF),
            content_type="application/pdf",
        )
    step(market.minister, room, "discuss")
    with acting(market.donor):
        given = promise("31234.56", currency="CAD", conditions=f"{CANARY} conditions", rate_source=f"{CANARY} bank")
        services.make_pledge(room_of(room), promise=given)
    commit(market.donor, room)
    receive(market.minister, room, "100", "CAD", note=f"{CANARY} money")
    return room


PRIVATE = (Negotiation, Message, RoomFile, Pledge, Receipt, Funding, Project, Share)


def test_exactly_the_donor_the_ministry_and_the_network_read_a_room(market: Market, people: People) -> None:
    furnished(market)
    rival = house_of(market.rival)
    strangers = {
        "another donor": market.rival,
        "its administrator": people.member(rival, Role.ADMINISTRATOR),
        "another ministry": people.focal_point(people.organization(country="PY")),
        "a provider": people.member(people.organization(OrganizationKind.PROVIDER), Role.FOCAL_POINT),
        "nobody's": people.user(),
    }
    for name, user in strangers.items():
        with acting(user):
            seen = {model.__name__: model.objects.count() for model in PRIVATE}
            seen |= {
                "audit": AuditEntry.objects.filter(action__startswith="negotiation").count(),
                "history": TransitionRecord.objects.filter(workflow="negotiation").count(),
                "notices": Notice.objects.filter(kind__startswith="negotiation").count(),
            }
        assert {key: count for key, count in seen.items() if count} == {}, name
    expected = {"Negotiation": 1, "Message": 1, "RoomFile": 2, "Pledge": 1, "Receipt": 1}
    for name in ("donor", "minister", "specialist"):
        with acting(getattr(market, name)):
            assert {model.__name__: model.objects.count() for model in PRIVATE[:5]} == expected, name


def test_a_foreign_room_answers_like_a_missing_one(market: Market, sign_in: SignIn) -> None:
    room = furnished(market)
    with acting(market.donor):
        file = room_of(room).files.first()
    missing = "00000000-0000-4000-8000-000000000001"
    browser = sign_in(market.rival)
    names = [("funders:room", []), ("funders:pledge", []), ("funders:commit", []), ("funders:receipt", [])]
    for name, more in names:
        answers = [browser.get(reverse(name, args=[pk, *more])) for pk in (room.pk, missing)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content.replace(missing.encode(), str(room.pk).encode())
    for name in ("funders:room_say", "funders:room_file"):
        assert browser.post(reverse(name, args=[room.pk]), {"text": "x"}).status_code == 404
    assert browser.post(reverse("funders:room_do", args=[room.pk, "withdraw"]), {}).status_code == 404
    assert browser.get(reverse("funders:funding", args=[market.record.pk])).status_code == 404
    assert browser.get(reverse("private_file", args=[file.pk])).status_code == 404


def test_another_donor_sees_the_same_before_and_after(market: Market, sign_in: SignIn) -> None:
    """Until money is committed nothing that a rival can ask has changed: not the request, not a list, not a refusal."""
    pages = [reverse("funders:rooms"), reverse("workspace:home"), reverse("workspace:notices")]

    def look() -> list[Any]:
        browser = sign_in(market.rival)
        record = PublishedRecord.objects.get(pk=market.record.pk)
        form = browser.get(reverse("funders:express", args=[record.number]))
        texts = [str(browser.get(page).content.count(b"<li")) + page for page in pages]
        return [record.version, record.published_at, record.snapshot, form.status_code, texts]

    before = look()
    market.pledged("31234.56")
    assert look() == before


def test_both_other_sides_hear_of_it_and_nobody_else(market: Market) -> None:
    furnished(market)
    outbox.drain()
    with acting_as(service_actor("relay"), reason="test"):
        told = {(notice.recipient_id, notice.kind, notice.subject) for notice in Notice.objects.all()}
    title = market.record.title
    minister, donor, specialist = market.minister.pk, market.donor.pk, market.specialist.pk
    assert {one for one in told if one[0] in {minister, donor, specialist, market.rival.pk}} == {
        (minister, "negotiation.expressed", title),
        (specialist, "negotiation.expressed", title),
        (minister, "negotiation.message", title),
        (donor, "negotiation.discussed", title),
        (minister, "negotiation.pledged", title),
        (specialist, "negotiation.pledged", title),
        (minister, "negotiation.committed", title),
        (specialist, "negotiation.committed", title),
        (donor, "negotiation.received", title),
    }
    assert not [one for one in told if CANARY in one[2]]


def test_one_room_for_each_donor_and_request(market: Market) -> None:
    first, again = market.interested(), market.interested()
    assert first.pk == again.pk
    other = market.interested(market.rival)
    assert other.pk != first.pk
    with acting(market.minister):
        assert Negotiation.objects.count() == 2
    with acting(market.donor):
        assert [one.pk for one in Negotiation.objects.all()] == [first.pk]


def test_who_cannot_express_interest(market: Market, people: People) -> None:
    house = house_of(market.donor)
    provider = people.organization(OrganizationKind.PROVIDER)
    refused = [market.minister, market.specialist, people.member(house, Role.LEARNER)]
    for user in [*refused, people.member(provider, Role.FOCAL_POINT)]:
        with acting(user), pytest.raises(PermissionDenied):
            services.express_interest(market.record)


@pytest.mark.parametrize("more", [{"status": "funding_secured"}, {"interest_until": "2020-01-01"}])
def test_a_request_that_looks_for_no_money_takes_no_interest(
    people: People, sign_in: SignIn, more: dict[str, str]
) -> None:
    record = request_of(people.organization(country="PY"), **more)
    donor = people.member(people.organization(OrganizationKind.DONOR), Role.FOCAL_POINT)
    browser = sign_in(donor)
    address = reverse("funders:express", args=[record.number])
    assert "This project takes no new interest." in browser.get(address).content.decode()
    assert browser.post(address, {"text": "We want it."}).status_code == 422
    with acting(donor):
        assert Negotiation.objects.count() == 0


# --- Pages -------------------------------------------------------------------------------------


def test_a_donor_goes_the_whole_way_on_the_pages(market: Market, sign_in: SignIn) -> None:
    browser = sign_in(market.donor)
    came = browser.post(reverse("funders:express", args=[market.record.number]), {"text": "Good morning."}, follow=True)
    with acting(market.donor):
        room = Negotiation.objects.get()
    assert came.redirect_chain[-1][0] == reverse("funders:room", args=[room.pk])
    assert "Good morning." in came.content.decode()

    browser = sign_in(market.minister)
    page = browser.get(reverse("workspace:home")).content.decode()
    assert "Answer a donor’s interest" in page
    browser.post(reverse("funders:room_do", args=[room.pk, "discuss"]), {"version": 1})
    browser.post(reverse("funders:room_say", args=[room.pk]), {"text": "Welcome."})

    browser = sign_in(market.donor)
    address = reverse("funders:pledge", args=[room.pk])
    given = {
        "version": 2, "amount": "10,000.05", "currency": "CAD", "rate": "0,73", "rate_on": str(later(-1)),
        "rate_source": "Bank of Canada", "valid_until": str(later(20)), "components": ["C1"],
    }  # fmt: skip
    page = browser.post(address, given, follow=True).content.decode()
    assert "CAD 10,000.05" in page.replace("\xa0", " ")
    assert "USD 7,300.04" in page.replace("\xa0", " ")
    assert market.sums() == ("7300.04", "0.00", "0.00", "100000.00")
    signed = {"version": 3, "upload": SimpleUploadedFile("signed.pdf", PDF, "application/pdf")}
    browser.post(reverse("funders:commit", args=[room.pk]), signed)
    assert market.sums() == ("0.00", "7300.04", "0.00", "92699.96")

    browser = sign_in(market.minister)
    given = {"version": 4, "amount": "10000.05", "currency": "CAD", "received_on": str(later(-1)), "note": ""}
    browser.post(reverse("funders:receipt", args=[room.pk]), given)
    browser.post(reverse("funders:room_do", args=[room.pk, "fulfil"]), {"version": 5})
    assert market.sums() == ("0.00", "7300.04", "7300.04", "92699.96")
    with acting(market.minister):
        assert room_of(room).status == "fulfilled"


WRONG = {
    "NaN": "amount",
    "1e309": "amount",
    "9" * 30: "amount",
    "1.2.3": "amount",
    "-5": "amount",
    "": "amount",
}


@pytest.mark.parametrize("amount", sorted(WRONG))
def test_a_wrong_amount_is_said_at_its_field_and_nothing_typed_is_lost(
    market: Market, sign_in: SignIn, amount: str
) -> None:
    room = market.talking()
    given = {
        "version": 2, "amount": amount, "currency": "USD", "valid_until": str(later(20)),
        "conditions": "Paid in two parts.",
    }  # fmt: skip
    answer = sign_in(market.donor).post(reverse("funders:pledge", args=[room.pk]), given)
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (422, ["amount"])
    assert "Paid in two parts." in answer.content.decode()
    assert (form["amount"].value() or "") == amount
    assert market.sums()[0] == "0.00"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"currency": "XQX"}, "currency"),
        ({"currency": "EUR"}, "rate"),
        ({"currency": "EUR", "rate": "Infinity"}, "rate"),
        ({"currency": "EUR", "rate": "1.123456789"}, "rate"),
        ({"currency": "EUR", "rate": "1.1", "rate_source": "ECB", "rate_on": str(later(3))}, "rate_on"),
        ({"valid_until": "2020-02-30"}, "valid_until"),
        ({"valid_until": str(later(-1))}, "valid_until"),
        ({"amount": "100000.01"}, "__all__"),
        ({"components": ["C9"]}, "components"),
    ],
)
def test_other_slips_of_a_pledge(market: Market, sign_in: SignIn, changed: dict[str, Any], field: str) -> None:
    room = market.talking()
    given = {"version": 2, "amount": "500", "currency": "USD", "valid_until": str(later(20))} | changed
    answer = sign_in(market.donor).post(reverse("funders:pledge", args=[room.pk]), given)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert market.sums()[0] == "0.00"


def test_a_stale_pledge_answers_409(market: Market, sign_in: SignIn) -> None:
    room = market.pledged("500")
    given = {"version": 2, "amount": "400", "currency": "USD", "valid_until": str(later(20))}
    answer = sign_in(market.donor).post(reverse("funders:pledge", args=[room.pk]), given)
    assert answer.status_code == 409
    assert market.sums()[0] == "500.00"


def test_nobody_finds_the_pledges_of_others_by_trying(market: Market, sign_in: SignIn) -> None:
    cache.clear()
    market.pledged("60000", donor=market.rival)
    room = market.talking()
    browser, address = sign_in(market.donor), reverse("funders:pledge", args=[room.pk])
    given = {"version": 2, "currency": "USD", "valid_until": str(later(20))}
    for _try in range(10):
        assert browser.post(address, given | {"amount": "99000"}).status_code == 422
    # What would have been taken is refused in the same words now.
    answer = browser.post(address, given | {"amount": "100"})
    assert answer.context["form"].non_field_errors() == [
        "This is more than can be taken now. Ask the ministry in your room."
    ]
    assert market.sums()[0] == "60000.00"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("run.exe", b"MZ", "Choose a file of one of these kinds"),
        ("letter.pdf", b"no pdf", "This file is not what its name says."),
        ("letter.pdf", b"", "empty"),
    ],
)
def test_a_file_that_is_not_taken(market: Market, sign_in: SignIn, name: str, content: bytes, words: str) -> None:
    room = market.interested()
    given = {"title": "Our letter", "upload": SimpleUploadedFile(name, content)}
    answer = sign_in(market.donor).post(reverse("funders:room_file", args=[room.pk]), given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Our letter" in answer.content.decode()


def test_what_each_side_reads_of_the_money(market: Market, sign_in: SignIn) -> None:
    market.pledged("31234.56", donor=market.rival)
    room = market.pledged("20000")
    address = reverse("funders:room", args=[room.pk])
    seen = {}
    for name in ("donor", "minister", "specialist"):
        page = sign_in(getattr(market, name)).get(address).content.decode().replace("\xa0", " ")
        seen[name] = ("USD 51,234.56" in page, "USD 31,234.56" in page, "USD 20,000" in page)
    # The sum of pledges is the ministry's and the Network's; each donor reads its own, and never another's.
    assert seen == {"donor": (False, False, True), "minister": (True, False, True), "specialist": (True, False, True)}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_and_the_funding_page_cost_the_same_for_one_room_or_three(
    market: Market, sign_in: SignIn, count: int
) -> None:
    for _number in range(count):
        market.pledged("100", donor=market.new_donor())
    browser = sign_in(market.minister)
    browser.get(reverse("funders:rooms"))
    with asking(LIST_COSTS):
        browser.get(reverse("funders:rooms"))
    with asking(FUNDING_COSTS):
        page = browser.get(reverse("funders:funding", args=[market.record.pk]))
    assert len(page.context["lines"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_room_costs_the_same_for_one_message_or_three(market: Market, sign_in: SignIn, count: int) -> None:
    room = market.committed("100")
    with acting(market.minister):
        for number in range(count):
            services.say(room_of(room), text=f"Message {number}")
    receive(market.minister, room, "50")
    browser = sign_in(market.donor)
    browser.get(reverse("funders:rooms"))
    with asking(ROOM_COSTS):
        page = browser.get(reverse("funders:room", args=[room.pk]))
    assert len(page.context["said"]) == count + 2


LIST_COSTS = 8
FUNDING_COSTS = 9
ROOM_COSTS = 12


def test_words_that_come_while_a_colleague_opens_the_room_are_said_in_it(market: Market, sign_in: SignIn) -> None:
    contributor = market.people.contributor(house_of(market.donor))
    browser = sign_in(contributor)
    address = reverse("funders:express", args=[market.record.number])
    form = soup(browser.get(address)).select_one("main form [name=key]")
    assert form is not None
    room = market.interested()
    answer = browser.post(address, {"key": form["value"], "text": "We could pay for the training."})
    assert (answer.status_code, answer["Location"]) == (302, reverse("funders:room", args=[room.pk]))
    with acting(contributor):
        assert [row.text for row in Message.objects.order_by("at")] == [
            "We are interested.", "We could pay for the training.",
        ]  # fmt: skip
