"""The way of a need through the register, as people go it."""

from __future__ import annotations

import jsonschema
import pytest
from django.utils import timezone

from needs import services
from needs.models import Need
from needs.selectors import need_profile, open_needs
from needs.snapshot import JSON_SCHEMA, TEXTS
from network_site.common.models import Outbox
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import ANONYMOUS, acting_as, service_actor
from network_site.publishing.models import PublishedRecord

from ..people import People, acting
from .stating import FIELDS, answered, do, need_of, registered, sent, stated, with_results

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def record_of(need: Need) -> PublishedRecord:
    with acting_as(service_actor("relay"), reason="test"):
        return PublishedRecord.objects.get(pk=need.pk)


def test_a_draft_is_read_by_its_ministry_alone(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = stated(focal_point)
    assert need_of(focal_point, need.pk).title == FIELDS["title"]
    for other in (people.specialist(), people.focal_point(people.organization(country="UY"))):
        with acting(other):
            assert not Need.objects.filter(pk=need.pk).exists()


def test_sending_shows_it_to_the_network_and_to_nobody_else(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = sent(focal_point)
    assert need_of(people.specialist(), need.pk).status == "submitted"
    with acting(people.focal_point()):
        assert not Need.objects.filter(pk=need.pk).exists()


def test_what_is_missing_is_said_at_once_and_with_its_page(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = stated(focal_point, beneficiaries="", tried="", contact_email="", evidence="", terms={}, measures=[])
    with pytest.raises(TransitionRefused) as refused:
        do(focal_point, need, "submit")
    assert [one.code for one in refused.value.unmet] == [
        "beneficiaries", "tried", "evidence", "functions", "problems", "measures", "contact",
    ]  # fmt: skip
    assert refused.value.unmet[0].url.endswith("/edit/lacking/")


def test_registering_publishes_a_snapshot_with_nothing_private_in_it(people: People) -> None:
    need = registered(people, contact_name="CANARY-NAME", contact_email="canary@example.org")
    record = record_of(need)
    jsonschema.validate(record.snapshot, JSON_SCHEMA)
    assert record.code == f"N-{record.number:04d}"
    assert record.snapshot["status"] == "registered"
    assert record.snapshot["registered_on"] == timezone.now().date().isoformat()
    assert set(record.snapshot["texts"]["en"]) == {*TEXTS, "state"}
    assert "canary" not in str(record.snapshot).lower()
    assert "diagnostic" not in str(record.snapshot)
    terms = set(record.record_terms.filter(is_given=True).values_list("term_id", flat=True))
    assert terms == {"LAF7.6", "D7.5", "TG03", "CM02", "CM04"}


@pytest.mark.parametrize(
    ("audience", "everybody", "members"), [("ministry", 0, 0), ("network", 0, 1), ("public", 1, 1)]
)
def test_the_audience_decides_who_reads_it(people: People, audience: str, everybody: int, members: int) -> None:
    need = registered(people, audience=audience)
    member = people.focal_point()
    with acting_as(ANONYMOUS):
        assert PublishedRecord.objects.filter(pk=need.pk).count() == everybody
    with acting(member):
        assert PublishedRecord.objects.filter(pk=need.pk).count() == members
        assert not Need.objects.filter(pk=need.pk).exists()


def test_possible_duplicates_must_be_answered_before_registration(people: People) -> None:
    registered(people)
    second = sent(people.focal_point(people.organization(country="PY")), title="Letters without an answer")
    specialist = people.specialist()
    with pytest.raises(TransitionRefused) as refused:
        do(specialist, second, "register")
    assert [one.code for one in refused.value.unmet] == ["overlaps"]
    answered(specialist, second)
    assert do(specialist, second, "register").status == "registered"


def test_a_need_of_another_field_is_no_possible_duplicate(people: People) -> None:
    registered(people)
    other = sent(
        people.focal_point(people.organization(country="PY")),
        title="Recruiters work without a licence",
        terms={"LAF": ["LAF5.3"], "DI": ["D9.3"]},
    )
    assert do(people.specialist(), other, "register").status == "registered"


def test_a_need_is_joined_with_another_only_when_its_ministry_agrees(people: People) -> None:
    first = registered(people)
    focal_point = people.focal_point(people.organization(country="PY"))
    second = sent(focal_point)
    specialist = people.specialist()
    with acting(specialist), pytest.raises(TransitionRefused):
        services.ask_to_merge(second, into=first.pk)
    with pytest.raises(TransitionRefused):
        do(focal_point, second, "merge")
    answered(specialist, second, "same")
    with acting(specialist):
        services.ask_to_merge(second, into=first.pk)
    with acting(focal_point):
        assert services.refuse_merge(need_of(focal_point, second.pk)).merged_into_id is None
    with acting(specialist):
        services.ask_to_merge(second, into=first.pk)
    merged = do(focal_point, second, "merge")
    assert (merged.status, merged.merged_into_id) == ("merged", first.pk)
    with acting_as(ANONYMOUS):
        assert not PublishedRecord.objects.filter(pk=second.pk).exists()


def test_meeting_a_need_takes_two(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = registered(people, focal_point)
    specialist = people.specialist()
    with pytest.raises(TransitionRefused) as refused:
        do(specialist, need, "meet")
    assert [one.code for one in refused.value.unmet] == ["results"]
    with_results(focal_point, need, True, False)
    with pytest.raises(TransitionRefused):
        do(specialist, need, "meet")
    assert do(specialist, need, "meet_partly").status == "partly_met"
    measures = record_of(need).snapshot["measures"]
    assert [row["is_met"] for row in measures] == [True, False]
    assert measures[0]["evidence"] == "Report of the year"


def test_evidence_from_the_future_is_refused(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = registered(people, focal_point)
    with acting(focal_point):
        found = Need.objects.get(pk=need.pk)
        ahead = timezone.localdate() + timezone.timedelta(days=1)
        results = {row.pk: {"is_met": True, "evidence": "x", "seen_on": ahead} for row in found.measures.all()}
        with pytest.raises(TransitionRefused):
            services.state_results(found, results=results)
    with acting(focal_point):
        assert set(Need.objects.get(pk=need.pk).measures.values_list("is_met", flat=True)) == {None}


def test_an_unmet_need_gives_its_reason_and_can_be_opened_again(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = registered(people, focal_point)
    with acting(people.specialist()):
        services.mark_unmet(Need.objects.get(pk=need.pk), reason="no_funder")
    snapshot = record_of(need).snapshot
    assert (snapshot["status"], snapshot["unmet_reason"]) == ("unmet", "no_funder")
    assert snapshot["unmet_on"] == timezone.now().date().isoformat()
    do(focal_point, need, "reopen", note="A donor has written.")
    assert record_of(need).snapshot["unmet_reason"] == ""
    assert record_of(need).version == 3


def test_withdrawing_takes_it_off_the_public_plane_with_the_reason(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = registered(people, focal_point)
    do(focal_point, need, "withdraw", note="The law was changed.")
    record = record_of(need)
    assert (record.state, record.withdrawal_reason) == ("withdrawn", "The law was changed.")


def test_a_need_follows_its_project(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = registered(people, focal_point)
    do(focal_point, need, "start_drafting")
    assert services.follow_project(need.pk, "start_execution").status == "in_drafting"
    assert services.follow_project(need.pk, "advertise").status == "advertised"
    assert services.follow_project(need.pk, "start_execution").status == "in_execution"
    assert record_of(need).snapshot["status"] == "in_execution"


def test_a_stale_edit_is_refused_and_a_sent_need_is_closed(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = stated(focal_point)
    with acting(focal_point):
        services.save_need(need, lock_version=1, fields={"title": "First"})
        with pytest.raises(StaleVersion):
            services.save_need(need, lock_version=1, fields={"title": "Second"})
    do(focal_point, need, "submit")
    with acting(focal_point), pytest.raises(TransitionRefused):
        services.save_need(need, lock_version=3, fields={"title": "Third"})
    assert need_of(focal_point, need.pk).title == "First"


def test_the_profile_says_what_matching_wants_to_know(people: People) -> None:
    need = registered(people)
    with acting_as(service_actor("matcher"), reason="test"):
        profile = need_profile(Need.objects.get(pk=need.pk))
        assert need.pk in {one.pk for one in open_needs()}
    assert (profile.functions, profile.problems) == (("LAF7.6",), ("D7.5",))
    assert (profile.essential, profile.useful) == (("D7.5",), ("D6.4",))
    assert profile.help == ("CM02", "CM04")
    assert (profile.country_id, profile.subregion != "") == ("UY", True)
    assert profile.texts["tried"] == "A letter box in two offices."
    assert "rosa" not in str(profile).lower()


def test_what_others_follow_is_told(people: People) -> None:
    need = registered(people)
    kinds = set(Outbox.objects.filter(object_id=need.pk).values_list("kind", flat=True))
    assert {"need.submitted", "need.registered", "need.changed", "record.published"} <= kinds
