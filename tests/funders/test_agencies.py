"""A call for an executing agency: sealed until its deadline, judged apart, answered to everybody."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from funders import services
from funders.enums import ProposalStatus
from funders.models import AgencyCall, AgencyProposal, ProposalScore
from funders.selectors import agencies as selectors
from funders.workflow.call import PROPOSAL
from network_site.common import outbox
from network_site.common.files import find_private_file
from network_site.common.models import AuditEntry, Notice, TransitionRecord
from network_site.common.scoping import ForeignWrite
from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import Actor, acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.models import Share, User
from network_site.organizations.selectors import actor_for
from network_site.publishing.models import PublishedRecord
from projects.models import Project

from ..people import People, acting
from ..queries import asking
from .builders_calls import admit, agency, handed_in, open_call, pass_deadline, proposal, score
from .builders_rooms import Market, house_of, later

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
CANARY = "zqsealedqz"


@pytest.fixture
def market(people: People) -> Market:
    return Market(people)


def of(row: AgencyProposal) -> AgencyProposal:
    return AgencyProposal.objects.get(pk=row.pk)


# --- The call --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"criteria": [{"label": "One", "weight": 99}]}, "The weights must sum to 100."),
        ({"criteria": []}, "Give each criterion its name and its weight."),
        ({"criteria": [{"label": "", "weight": 100}]}, "Give each criterion its name and its weight."),
        ({"text": " "}, "Say what is asked."),
        ({"closes_at": timezone.now() - dt.timedelta(minutes=1)}, "The deadline lies in the past."),
    ],
)
def test_a_call_that_says_too_little(market: Market, more: dict[str, Any], message: str) -> None:
    with pytest.raises(TransitionRefused) as refused:
        open_call(market, **more)
    assert refused.value.messages == [message]


def test_one_open_call_for_a_project(market: Market) -> None:
    open_call(market)
    with pytest.raises(TransitionRefused) as refused:
        open_call(market)
    assert refused.value.messages == ["There is an open call for this project already."]


def test_who_may_open_a_call(market: Market, people: People) -> None:
    for user in (people.contributor(market.ministry), market.specialist, people.member(people.network(), Role.LEAD)):
        with acting(user):
            project = Project.objects.get(pk=market.record.pk)
            with pytest.raises(PermissionDenied):
                services.open_call(project, text="x", criteria=[], closes_at=timezone.now())
    for user in (market.donor, people.focal_point()):
        with acting(user):
            assert not Project.objects.filter(pk=market.record.pk).exists()


def test_the_form_of_a_call_reads_the_time_zone_and_keeps_what_was_typed(market: Market, sign_in: SignIn) -> None:
    browser = sign_in(market.minister)
    address = reverse("funders:call_new", args=[market.record.pk])
    given = {
        "text": "Who trains our staff?", "closes_on": str(later(10)), "closes_time": "17:00",
        "time_zone": "America/Asuncion",
        "label_1": "Experience", "weight_1": "50", "label_2": "Price", "weight_2": "40",
    }  # fmt: skip
    answer = browser.post(address, given)
    assert answer.status_code == 422
    assert answer.context["form"].errors["weight_1"] == ["The weights must sum to 100. They sum to 90."]
    assert "Who trains our staff?" in answer.content.decode()
    assert browser.post(address, given | {"weight_1": "60"}).status_code == 302
    with acting(market.minister):
        call = AgencyCall.objects.get()
    # Paraguay is three hours behind all year round.
    assert call.closes_at == dt.datetime.combine(later(10), dt.time(20, 0), tzinfo=dt.UTC)


# --- Sealed ------------------------------------------------------------------------------------


def readers(market: Market) -> dict[str, User]:
    return {
        "minister": market.minister,
        "specialist": market.specialist,
        "lead": market.people.member(market.people.network(), Role.LEAD),
        "superuser of the ministry": market.people.member(
            market.ministry, Role.FOCAL_POINT, is_superuser=True, is_staff=True
        ),
        "donor": market.donor,
        "another agency": agency(market),
    }


def what_is_read(row: AgencyProposal) -> dict[str, Any]:
    """Every way to a proposal, for the current actor."""
    text = f"{CANARY}"
    return {
        "rows": AgencyProposal.objects.count(),
        "words": AgencyProposal.objects.filter(approach__contains=text).exists(),
        "file": find_private_file(row.pk) is not None,
        "history": TransitionRecord.objects.filter(object_id=row.pk).count(),
        "audit": AuditEntry.objects.filter(object_id=row.pk).count(),
        "notices": Notice.objects.filter(object_id=row.pk).count(),
    }


NOTHING = {"rows": 0, "words": False, "file": False, "history": 0, "audit": 0, "notices": 0}


def test_nobody_reads_a_proposal_before_the_deadline_and_the_judges_do_after_it(market: Market) -> None:
    call = open_call(market)
    provider = agency(market)
    row = handed_in(market, provider, CANARY)
    outbox.drain()
    everybody = readers(market)
    for name, user in everybody.items():
        with acting(user):
            assert what_is_read(row) == NOTHING, name
            with pytest.raises(ObjectDoesNotExist):
                services.judge_proposal(of(row), "admit")
    for name in ("clock", "relay", "funding", "matcher"):
        with acting_as(service_actor(name), reason="test"):
            assert (AgencyProposal.objects.count(), find_private_file(row.pk)) == (0, None), name
    # Not even with a share that is valid at once: the column is asked on its own.
    with acting(provider):
        Share.objects.filter(object_id=row.pk).update(valid_from=timezone.now() - dt.timedelta(days=1))
    for name, user in everybody.items():
        with acting(user):
            assert not AgencyProposal.objects.exists(), name
            assert find_private_file(row.pk) is None, name

    pass_deadline(market, call, [provider])
    seen = {}
    for name, user in everybody.items():
        with acting(user):
            seen[name] = (AgencyProposal.objects.count(), find_private_file(row.pk) is not None)
    judges = ("minister", "specialist", "lead", "superuser of the ministry")
    assert seen == {name: (1, True) if name in judges else (0, False) for name in everybody}


@pytest.mark.postgresql
def test_the_database_itself_keeps_a_proposal_sealed(market: Market) -> None:
    call = open_call(market)
    provider = agency(market)
    handed_in(market, provider, CANARY)

    def counted(user: User) -> int:
        with acting(user), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM funders_agencyproposal")
            return int(cursor.fetchone()[0])

    assert [counted(user) for user in (provider, market.minister, market.specialist)] == [1, 0, 0]
    pass_deadline(market, call, [provider])
    assert [counted(user) for user in (provider, market.minister, market.specialist, market.donor)] == [1, 1, 1, 0]


def test_a_draft_and_what_was_taken_back_stay_the_agencys(market: Market) -> None:
    call = open_call(market)
    drafting, back = agency(market), agency(market)
    proposal(market, drafting, CANARY)
    row = handed_in(market, back, CANARY)
    with acting(back):
        services.take_back(of(row))
    pass_deadline(market, call, [drafting, back])
    for user in (market.minister, market.specialist):
        with acting(user):
            assert AgencyProposal.objects.count() == 0


def test_pages_say_nothing_before_the_deadline(market: Market, sign_in: SignIn) -> None:
    call = open_call(market)
    provider = agency(market)
    browser = sign_in(market.minister)
    empty = browser.get(reverse("funders:call", args=[call.pk])).content
    row = handed_in(market, provider, CANARY)
    browser = sign_in(market.minister)
    assert b"Sealed until the deadline." in empty
    assert without_tokens(browser.get(reverse("funders:call", args=[call.pk])).content) == without_tokens(empty)
    for address in (reverse("funders:proposal", args=[row.pk]), reverse("private_file", args=[row.pk])):
        assert browser.get(address).status_code == 404
    assert browser.post(reverse("funders:proposal_do", args=[row.pk, "admit"]), {"version": 2}).status_code == 404
    assert browser.post(reverse("funders:proposal_score", args=[row.pk]), {}).status_code == 404
    assert "Our way" in sign_in(provider).get(reverse("funders:proposal", args=[row.pk])).content.decode()


def without_tokens(page: bytes) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"', "", page.decode())


def test_nothing_is_handed_in_late(market: Market) -> None:
    call = open_call(market)
    provider = agency(market)
    row = proposal(market, provider)
    past = timezone.now() - dt.timedelta(minutes=1)
    with acting(provider):
        AgencyProposal.objects.update(sealed_until=past)
        with pytest.raises(TransitionRefused) as refused:
            services.hand_in(of(row))
    assert refused.value.messages == ["The deadline has passed."]
    record = PublishedRecord.objects.get(pk=call.record_id)
    assert services.open_call_of(record) is not None
    assert services.open_call_of(record, now=call.closes_at) is None


def test_who_may_propose(market: Market, people: People) -> None:
    open_call(market)
    for user in (market.minister, market.donor, market.specialist, people.focal_point()):
        with pytest.raises(PermissionDenied):
            proposal(market, user)
    provider = agency(market)
    first = proposal(market, provider)
    # Its colleague writes on the same one.
    assert proposal(market, people.contributor(house_of(provider))).pk == first.pk


# --- Judged --------------------------------------------------------------------------------------


def judged(market: Market, count: int = 2) -> tuple[AgencyCall, list[User], list[AgencyProposal]]:
    """A call after its deadline with so many admitted proposals."""
    call = open_call(market)
    agencies = [agency(market) for _number in range(count)]
    rows = [handed_in(market, user, f"n{number}") for number, user in enumerate(agencies)]
    pass_deadline(market, call, agencies)
    for row in rows:
        admit(market.minister, row)
    with acting(market.minister):
        return AgencyCall.objects.get(pk=call.pk), agencies, rows


def test_points_of_others_are_hidden_until_ones_own_are_filed(market: Market) -> None:
    _call, agencies, rows = judged(market)
    score(market.specialist, rows[0], 80, 50)
    with acting(market.minister) as actor:
        assert selectors.scores_for(of(rows[0]), actor) == []
        assert [line.result for line in selectors.lines_of(_call, actor)] == [None, None]
    score(market.minister, rows[0], 60, 70)
    with acting(market.minister) as actor:
        sheets = selectors.scores_for(of(rows[0]), actor)
        assert sorted(sheets, key=str) == [{"c1": 60, "c2": 70}, {"c1": 80, "c2": 50}]
        # (80 + 60) / 2 at 60, (50 + 70) / 2 at 40.
        assert [str(line.result) for line in selectors.lines_of(_call, actor)] == ["66.0", "None"]
    # Neither agency reads points, nor gives any.
    for user in agencies:
        with acting(user):
            assert ProposalScore.objects.count() == 0
    with acting(agencies[0]) as actor, pytest.raises(ForeignWrite):
        ProposalScore.objects.create(proposal=of(rows[0]), scorer_id=actor.user_id, criterion="c1", points=100)


def test_filed_points_do_not_change_and_are_complete(market: Market) -> None:
    _call, _agencies, rows = judged(market, 1)
    with acting(market.minister):
        for points in ({"c1": 50}, {"c1": 101, "c2": 0}, {"c1": 1, "c2": 1, "c3": 1}):
            with pytest.raises(TransitionRefused, match="Give 0 to 100 points"):
                services.score_proposal(of(rows[0]), points=points)
    score(market.minister, rows[0], 0, 0)
    with pytest.raises(TransitionRefused, match="You have scored this proposal already"):
        score(market.minister, rows[0], 100, 100)


def decide(
    market: Market, call: AgencyCall, winner: AgencyProposal | None, rows: list[AgencyProposal], why: str
) -> Any:
    with acting(market.minister):
        return services.decide_call(
            AgencyCall.objects.get(pk=call.pk),
            winner=winner,
            feedback={row.pk: f"Feedback {number}" for number, row in enumerate(rows)},
            reason=why,
        )


def test_three_score_or_a_reason_stands_in_the_history_and_everybody_is_answered(market: Market) -> None:
    call, agencies, rows = judged(market)
    score(market.minister, rows[0], 80, 50)
    with pytest.raises(TransitionRefused, match="Fewer than three people scored"):
        decide(market, call, rows[0], rows, " ")
    decide(market, call, rows[0], rows, "We are three in the whole office.")
    outbox.drain()
    with acting(market.minister):
        assert [of(row).status for row in rows] == ["selected", "unsuccessful"]
        note = TransitionRecord.objects.get(workflow="call", name="decide").note
    assert note == "We are three in the whole office."
    for number, user in enumerate(agencies):
        with acting(user):
            assert [told.note for told in selectors.feedback_on(of(rows[number]))] == [f"Feedback {number}"]
            assert Notice.objects.filter(kind="proposal.decided").count() == 1
    with acting(agencies[0]):
        services.answer_selection(of(rows[0]), "accept")
    outbox.drain()
    with acting(market.minister):
        assert of(rows[0]).status == "accepted"
        assert Notice.objects.filter(kind="proposal.answered").count() == 1


def test_with_three_scorers_no_reason_is_asked(market: Market) -> None:
    call, _agencies, rows = judged(market, 1)
    for user in (market.minister, market.specialist, market.people.contributor(market.ministry)):
        score(user, rows[0], 70, 70)
    assert decide(market, call, None, rows, "").status == "decided"


def test_no_decision_while_a_proposal_waits_or_without_feedback(market: Market) -> None:
    call = open_call(market)
    user = agency(market)
    row = handed_in(market, user)
    pass_deadline(market, call, [user])
    with pytest.raises(TransitionRefused, match="Admit or refuse every proposal first"):
        decide(market, call, None, [row], "Why not.")
    admit(market.minister, row)
    with pytest.raises(TransitionRefused, match="Give the reason"):
        decide(market, call, None, [], "Why not.")
    with acting(market.minister):
        assert (of(row).status, AgencyCall.objects.get().status) == ("eligible", "opened")


def test_the_weighted_result_is_rounded_once() -> None:
    criteria = [{"key": "a", "weight": 33}, {"key": "b", "weight": 67}]
    assert selectors.weighted(criteria, [{"a": 70, "b": 71}, {"a": 71, "b": 70}]) == Decimal("70.5")
    assert selectors.weighted(criteria, []) is None
    assert selectors.weighted(criteria, [{"a": 0, "b": 0}]) == Decimal("0.0")


# --- The table -----------------------------------------------------------------------------------

OWNER = {"focal point of the agency"}
JUDGES = {"focal point of the ministry", "specialist", "lead"}
CHOOSER = {"focal point of the ministry"}
# Before the deadline, and after it.
SEALED: dict[str, dict[str, set[str]]] = {
    "draft": {"submit": OWNER, "retract": OWNER},
    "submitted": {"retract": OWNER},
}
OPENED: dict[str, dict[str, set[str]]] = {
    "draft": {},
    "submitted": {"admit": JUDGES, "refuse": JUDGES},
    "eligible": {"recommend": {"specialist", "lead"}, "select": CHOOSER, "pass_over": CHOOSER},
    "ineligible": {},
    "recommended": {"select": CHOOSER, "pass_over": CHOOSER},
    "selected": {"accept": OWNER, "decline": OWNER},
    "unsuccessful": {},
    "accepted": {},
    "declined": {},
    "retracted": {},
}


def test_the_table_names_every_state() -> None:
    assert sorted(OPENED) == sorted(ProposalStatus.values)


def people_of(market: Market, provider: User) -> dict[str, Actor]:
    people, house = market.people, house_of(provider)
    users = {
        "focal point of the agency": provider,
        "contributor of the agency": people.contributor(house),
        "administrator of the agency": people.member(house, Role.ADMINISTRATOR),
        "focal point of another agency": agency(market),
        "focal point of the ministry": market.minister,
        "contributor of the ministry": people.contributor(market.ministry),
        "focal point of another ministry": people.focal_point(),
        "focal point of a donor": market.donor,
        "specialist": market.specialist,
        "lead": people.member(people.network(), Role.LEAD),
        "publisher": people.publisher(),
    }
    return {name: actor_for(user) for name, user in users.items()} | {"the clock": service_actor("clock")}


@pytest.mark.parametrize(
    ("state", "is_sealed"),
    [*((state, True) for state in sorted(SEALED)), *((state, False) for state in sorted(OPENED))],
)
def test_who_may_do_what(state: str, is_sealed: bool, market: Market) -> None:
    call = open_call(market)
    provider = agency(market)
    row = handed_in(market, provider)
    if not is_sealed:
        pass_deadline(market, call, [provider])
    with acting(provider):
        AgencyProposal.objects.update(status=state)
    everybody = people_of(market, provider)
    allowed: dict[str, set[str]] = {}
    for name, actor in everybody.items():
        for action in PROPOSAL.transitions:
            point = transaction.savepoint()
            try:
                with acting_as(actor), transaction.atomic():
                    PROPOSAL.perform(of(row), action, note="Because.")
            except (TransitionRefused, ObjectDoesNotExist):
                pass
            else:
                allowed.setdefault(action, set()).add(name)
            transaction.savepoint_rollback(point)
    assert allowed == (SEALED if is_sealed else OPENED)[state]


# --- Pages ---------------------------------------------------------------------------------------


def test_an_agency_and_a_ministry_go_the_whole_way_on_the_pages(market: Market, sign_in: SignIn) -> None:
    call = open_call(market)
    provider = agency(market)
    browser = sign_in(provider)
    address = reverse("funders:propose", args=[market.record.number])
    given = {"title": "Our way", "approach": "We train.", "team": "", "price": "1.500,50", "currency": "XQX"}
    answer = browser.post(address, given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["currency"])
    assert "We train." in answer.content.decode()
    assert browser.post(address, given | {"currency": "usd"}).status_code == 302
    with acting(provider):
        row = AgencyProposal.objects.get()
    assert (row.price, row.currency) == (Decimal("1500.50"), "USD")
    own = reverse("funders:proposal", args=[row.pk])
    stale = browser.post(own, given | {"currency": "USD", "version": 7, "title": "Kept words"})
    assert (stale.status_code, b"Kept words" in stale.content) == (409, True)
    browser.post(reverse("funders:proposal_do", args=[row.pk, "submit"]), {"version": 1})
    assert "Handed in" in browser.get(reverse("funders:proposals")).content.decode()

    pass_deadline(market, call, [provider])
    outbox.drain()
    browser = sign_in(market.minister)
    assert "Judge the proposals" in browser.get(reverse("workspace:home")).content.decode()
    browser.post(reverse("funders:proposal_do", args=[row.pk, "admit"]), {"version": 2})
    wrong = browser.post(reverse("funders:proposal_score", args=[row.pk]), {"c1": "101", "c2": "5"})
    assert (wrong.status_code, list(wrong.context["score_form"].errors)) == (422, ["c1"])
    browser.post(reverse("funders:proposal_score", args=[row.pk]), {"c1": "80", "c2": "50"})
    assert "Weighted result: 68 of 100" in browser.get(own).content.decode()
    decision = {"version": 2, "winner": str(row.pk), "reason": "", "feedback_1": "You convinced us."}
    refused = browser.post(reverse("funders:call_decide", args=[call.pk]), decision)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["reason"])
    assert b"You convinced us." in refused.content
    done = browser.post(reverse("funders:call_decide", args=[call.pk]), decision | {"reason": "A small office."})
    assert done.status_code == 302

    browser = sign_in(provider)
    assert "You convinced us." in browser.get(own).content.decode()
    browser.post(reverse("funders:proposal_do", args=[row.pk, "accept"]), {"version": 4})
    with acting(provider):
        assert of(row).status == "accepted"


@pytest.mark.parametrize("count", [1, 3])
def test_a_call_costs_the_same_for_one_proposal_or_three(market: Market, sign_in: SignIn, count: int) -> None:
    call, _agencies, rows = judged(market, count)
    for row in rows:
        score(market.specialist, row, 50, 50)
    browser = sign_in(market.minister)
    browser.get(reverse("funders:rooms"))
    with asking(9):
        page = browser.get(reverse("funders:call", args=[call.pk]))
    assert len(page.context["lines"]) == count
