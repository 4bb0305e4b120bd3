"""The form saves itself while somebody types: what is in order, on the version that she saw, and told once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from network_site.common import audit, outbox
from network_site.common.models import AuditEntry, Outbox
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from practices import services
from practices.models import Edit, EvidenceItem, PracticeVersion

from ..people import People, acting, draft, get, organization_of, step, submitted
from .pages import filled

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Nobody has saved in the last five seconds."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def focal_point(people: People) -> User:
    return people.focal_point()


def edit(version: PracticeVersion, name: str) -> str:
    return reverse("practices:edit", args=[version.pk, name])


def autosave(browser: Client, version: PracticeVersion, name: str, sent: dict[str, Any]) -> Any:
    """Send a page as autosave.js does."""
    cache.clear()
    return browser.post(reverse("practices:autosave", args=[version.pk, name]), sent)


def now(reader: User, version: PracticeVersion) -> PracticeVersion:
    with acting(reader):
        return get(version.pk)


def trail(version: PracticeVersion) -> list[tuple[str, UUID | None, int | None, str, str]]:
    """What the audit trail says of a version's texts."""
    with acting_as(service_actor("auditor"), reason="test"):
        entries = AuditEntry.objects.filter(object_id=version.pk, action__in=["practice.edited", "practice.autosaved"])
        return [(e.action, e.user_id, e.object_version, e.before_hash, e.after_hash) for e in entries]


def test_what_is_typed_is_saved_and_the_version_follows(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    sent = filled(browser.get(edit(version, "needs")), "risks_if_copied") | {"risks_if_copied": "It rains."}
    answer = autosave(browser, version, "needs", sent)
    told = answer.json()
    assert (answer.status_code, told["state"], told["version"], told["complete"]) == (200, "saved", 2, True)
    assert now(focal_point, version).risks_if_copied == "It rains."
    again = autosave(browser, version, "needs", sent | {"version": "2", "risks_if_copied": "It pours."})
    assert again.json()["version"] == 3


def test_the_same_text_again_writes_nothing(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    for name, holding in (("brief", "title"), ("where", "region"), ("story", "objectives"), ("results", "reach"),
                          ("needs", "risks_if_copied"), ("contact", "transfer_offer")):  # fmt: skip
        answer = autosave(browser, version, name, filled(browser.get(edit(version, name)), holding))
        assert (name, answer.json()["state"], answer.json()["version"]) == (name, "saved", 1)
    assert now(focal_point, version).lock_version == 1
    assert [entry[0] for entry in trail(version)] == []


def test_what_is_not_in_order_waits_and_the_rest_is_saved(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    sent = filled(browser.get(edit(version, "brief")), "title")
    typed = {"title": "", "one_line": "Half a sentence", "labour_function": [], "contacts-0-email": "rosa@"}
    told = autosave(browser, version, "brief", sent | typed).json()
    assert (told["state"], told["complete"]) == ("saved", False)
    saved = now(focal_point, version)
    assert (saved.title, saved.one_line) == (version.title, "Half a sentence")
    with acting(focal_point):
        assert saved.version_terms.filter(term__scheme_id="LAF").count() == 1
        assert list(saved.contacts.values_list("name", "email")) == [("Rosa Lima", "rosa@example.org")]


def test_years_that_contradict_each_other_wait_together(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point, stage="ended", start_year=2015, end_year=2018)
    browser = sign_in(focal_point)
    sent = filled(browser.get(edit(version, "where")), "region") | {"start_year": "2020", "region": "South"}
    assert autosave(browser, version, "where", sent).json()["complete"] is False
    saved = now(focal_point, version)
    assert (saved.region, saved.start_year, saved.end_year) == ("South", 2015, 2018)


def test_a_new_row_is_one_row_however_often_it_is_saved(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    sent = filled(browser.get(edit(version, "results")), "reach") | {"outcomes-0-indicator": "Closed doors"}
    first = autosave(browser, version, "results", sent).json()
    with acting(focal_point):
        row = get(version.pk).outcomes.get()
    assert first["ids"]["outcomes-0-id"] == str(row.pk)
    sent |= {"version": str(first["version"])} | first["ids"] | {"outcomes-0-unit": "%"}
    second = autosave(browser, version, "results", sent).json()
    # The page still says that it began with no row; the id alone says that this one is known.
    assert sent["outcomes-INITIAL_FORMS"] == ["0"]
    third = autosave(browser, version, "results", sent | {"version": str(second["version"]), "reach": "Some"}).json()
    assert third["state"] == "saved"
    with acting(focal_point):
        assert list(get(version.pk).outcomes.values_list("pk", "indicator", "unit")) == [(row.pk, "Closed doors", "%")]
    kept = browser.post(edit(version, "results"), sent | {"version": str(third["version"])})
    assert kept.status_code == 302
    with acting(focal_point):
        assert list(get(version.pk).outcomes.values_list("pk", flat=True)) == [row.pk]


def test_an_autosave_takes_no_row_away(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    sent = filled(browser.get(edit(version, "needs")), "risks_if_copied")
    typed = {"preconditions-0-DELETE": "on", "preconditions-1-statement": "", "risks_if_copied": "Rain"}
    told = autosave(browser, version, "needs", sent | typed).json()
    assert (told["state"], told["complete"]) == ("saved", False)
    with acting(focal_point):
        assert list(get(version.pk).preconditions.values_list("statement", flat=True)) == [
            "A register of firms with addresses", "Letters reach firms within a week", "Inspectors have calendars",
        ]  # fmt: skip


def test_half_a_reason_takes_the_stored_one_not_away(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    sent = filled(browser.get(edit(version, "story")), "objectives") | {"theory-0-outcome": ""}
    autosave(browser, version, "story", sent | {"where_to_read": "None"})
    saved = now(focal_point, version)
    assert (saved.theory_of_change, saved.where_to_read) == (version.theory_of_change, "None")


def test_a_form_without_its_counters_takes_nothing_away(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    answer = autosave(sign_in(focal_point), version, "needs", {"version": "1", "risks_if_copied": "Rain"})
    assert answer.json()["complete"] is False
    with acting(focal_point):
        assert get(version.pk).preconditions.count() == 3


def test_two_tabs_never_overwrite_each_other_in_silence(people: People, focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    first = filled(browser.get(edit(version, "needs")), "risks_if_copied")
    second = dict(first)
    assert autosave(browser, version, "needs", first | {"risks_if_copied": "Mine <b>"}).status_code == 200
    late = autosave(browser, version, "needs", second | {"risks_if_copied": "Theirs"})
    told = late.json()
    assert (late.status_code, told["state"]) == (409, "conflict")
    shown = BeautifulSoup(told["html"], "html.parser")
    assert [area.get_text().removeprefix("\n") for area in shown.find_all("textarea")] == ["Theirs", "Mine <b>"]
    assert shown.find(attrs={"data-autosave-mine": True})["data-autosave-mine"] == "2"
    assert now(focal_point, version).risks_if_copied == "Mine <b>"


def test_a_term_that_somebody_else_chose_is_a_conflict_too(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    sent = filled(browser.get(edit(version, "brief")), "title")
    autosave(browser, version, "brief", sent | {"target_groups": ["TG01"]})
    late = autosave(browser, version, "brief", sent | {"target_groups": ["TG02"]})
    shown = BeautifulSoup(late.json()["html"], "html.parser")
    assert [area.get_text().removeprefix("\n") for area in shown.find_all("textarea")] == ["Women", "Young people"]


@pytest.mark.parametrize("by", ["button", "autosave"])
def test_a_saving_whose_answer_got_lost_is_no_conflict(focal_point: User, sign_in: SignIn, by: str) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    sent = filled(browser.get(edit(version, "needs")), "risks_if_copied") | {"risks_if_copied": "Rain"}
    autosave(browser, version, "needs", sent)
    if by == "button":
        assert browser.post(edit(version, "needs"), sent).status_code == 302
    else:
        assert autosave(browser, version, "needs", sent).json()["version"] == 2
    assert now(focal_point, version).lock_version == 2


def test_one_saving_in_five_seconds(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    sent = filled(browser.get(edit(version, "needs")), "risks_if_copied") | {"risks_if_copied": "Rain"}
    address = reverse("practices:autosave", args=[version.pk, "needs"])
    first = browser.post(address, sent)
    second = browser.post(address, sent | {"version": "2", "risks_if_copied": "Snow"})
    assert (first.status_code, second.status_code, second["Retry-After"]) == (200, 429, "5")
    assert now(focal_point, version).risks_if_copied == "Rain"


def test_what_was_sent_meanwhile_is_closed(focal_point: User, sign_in: SignIn) -> None:
    version = submitted(focal_point)
    answer = autosave(sign_in(focal_point), version, "needs", {"version": "2", "risks_if_copied": "Rain"})
    assert (answer.status_code, answer.json()["state"]) == (422, "closed")


def test_the_page_carries_the_address_and_without_script_nothing_changes(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    page = BeautifulSoup(browser.get(edit(version, "needs")).content, "html.parser")
    form = page.find("form", attrs={"data-autosave": True})
    assert form["data-autosave"] == reverse("practices:autosave", args=[version.pk, "needs"])
    assert form.find("button", string="Save and go on") is not None
    blank = BeautifulSoup(browser.get(reverse("practices:new")).content, "html.parser")
    assert blank.find("form", attrs={"data-autosave": True}) is None


# --- The audit trail -------------------------------------------------------------------------


def save_risks(browser: Client, version: PracticeVersion, number: int, text: str) -> None:
    answer = autosave(browser, version, "needs", RISKS | {"version": str(number), "risks_if_copied": text})
    assert answer.json()["version"] == number + 1


RISKS = {"building_blocks-TOTAL_FORMS": "0", "building_blocks-INITIAL_FORMS": "0"}


def test_many_autosaves_are_one_entry_with_the_first_and_the_last_hash(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    with acting(focal_point):
        before = audit.digest(_texts(get(version.pk)))
    for number in range(1, 6):
        save_risks(browser, version, number, f"Rain {number}")
    assert trail(version) == []
    with acting(focal_point):
        after = audit.digest(_texts(get(version.pk)))
        Edit.objects.update(autosaved_since=timezone.now() - timedelta(minutes=16))
    Outbox.objects.filter(kind="practice.autosaved").update(next_at=timezone.now())
    assert Outbox.objects.filter(kind="practice.autosaved").count() == 1
    outbox.drain()
    assert trail(version) == [("practice.autosaved", None, 6, before, after)]
    with acting_as(service_actor("auditor"), reason="test"):
        assert AuditEntry.objects.get(action="practice.autosaved").reason == f"autosaved by {focal_point.pk}"
        assert audit.verify(AuditEntry.objects.all())[1] == []


def _texts(version: PracticeVersion) -> dict[str, Any]:
    return services._content(version)


def test_a_waiting_entry_is_no_late_work(focal_point: User, sign_in: SignIn) -> None:
    save_risks(sign_in(focal_point), draft(focal_point), 1, "Rain")
    outbox.drain()
    assert Outbox.objects.get(kind="practice.autosaved").state == "waiting"
    assert outbox.age() == timedelta(0)


def test_a_button_closes_the_quarter_of_an_hour(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    save_risks(browser, version, 1, "Rain")
    browser.post(edit(version, "contact"), CONTACT | {"version": "2", "transfer_offer": "Nothing"})
    told = trail(version)
    assert [entry[:3] for entry in told] == [
        ("practice.autosaved", focal_point.pk, 2),
        ("practice.edited", focal_point.pk, 3),
    ]
    assert told[0][4] == told[1][3]


CONTACT = {"attachments-TOTAL_FORMS": "0", "attachments-INITIAL_FORMS": "0"}


def test_somebody_else_closes_it_and_is_not_taken_for_its_writer(
    people: People, focal_point: User, sign_in: SignIn
) -> None:
    version = draft(focal_point)
    save_risks(sign_in(focal_point), version, 1, "Rain")
    colleague = people.contributor(organization_of(focal_point))
    save_risks(sign_in(colleague), version, 2, "Snow")
    save_risks(sign_in(focal_point), version, 3, "Hail")
    told = trail(version)
    assert [entry[:3] for entry in told] == [("practice.autosaved", None, 2), ("practice.autosaved", None, 3)]
    assert told[0][4] == told[1][3]


def test_sending_closes_it(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    save_risks(sign_in(focal_point), version, 1, "Rain")
    step(focal_point, version, "submit")
    assert [entry[:3] for entry in trail(version)] == [("practice.autosaved", focal_point.pk, 2)]


def test_a_file_that_is_stored_stays_when_its_row_is_saved_by_itself(focal_point: User, sign_in: SignIn) -> None:
    study = {
        "type": "survey", "title": "A study", "file": ContentFile(b"%PDF-1.4 x", name="a.pdf"),
        "file_name": "a.pdf", "content_type": "application/pdf",
    }  # fmt: skip
    version = draft(focal_point, rows={"evidence_items": [study]})
    browser = sign_in(focal_point)
    sent = filled(browser.get(edit(version, "results")), "reach") | {"evidence_items-0-title": "Another title"}
    assert autosave(browser, version, "results", sent).json()["state"] == "saved"
    with acting(focal_point):
        item = EvidenceItem.objects.get(version_id=version.pk)
        assert (item.title, item.file_name, bool(item.file)) == ("Another title", "a.pdf", True)
