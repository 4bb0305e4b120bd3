"""Two of the staff write on the same thing: the second one is told, sees both texts, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from network_site.common import announcements
from network_site.common.models import Announcement
from network_site.common.workflow import StaleVersion
from network_site.organizations.enums import Role
from network_site.organizations.models import Organization
from network_site.taxonomy import services
from network_site.taxonomy.models import GlossaryConcept, Term

from ..people import People, acting
from .screens import fields, page, staff_client, table, words

pytestmark = pytest.mark.django_db
CODES = ("en", "es", "fr", "pt-br")


@dataclass(frozen=True)
class Case:
    """A form, the field that both change, and what is saved in it."""

    path: str
    field: str
    label: str
    saved: Callable[[], str]


def the_term(people: People) -> Case:
    return Case(
        "/admin/console/term/LAF1.1/", "label_en", "Label (English)", lambda: Term.objects.get(pk="LAF1.1").labels["en"]
    )


def the_organization(people: People) -> Case:
    pk = people.organization(country="UY", names={code: f"Ministry of tests ({code})" for code in CODES}).pk
    return Case(
        f"/admin/console/organisations/{pk}/",
        "name_en",
        "Name (English)",
        lambda: Organization.objects.get(pk=pk).names["en"],
    )


def the_concept(people: People) -> Case:
    pk = GlossaryConcept.objects.all()[0].pk
    return Case(
        f"/admin/console/glossary/{pk}/",
        "definition_en",
        "Definition (English)",
        lambda: GlossaryConcept.objects.get(pk=pk).definition["en"],
    )


def the_announcement(people: People) -> Case:
    with acting(people.member(people.network(), Role.LEAD)):
        one = announcements.save_announcement(
            texts=dict.fromkeys(CODES, "Maintenance"), audience="public", level="info", starts_at=timezone.now()
        )
    return Case(
        f"/admin/console/announcements/{one.pk}/",
        "text_en",
        "Text (English)",
        lambda: Announcement.objects.get(pk=one.pk).texts["en"],
    )


@pytest.fixture(params=[the_term, the_organization, the_concept, the_announcement])
def case(request: Any, people: People) -> Case:
    made: Case = request.param(people)
    return made


@pytest.fixture
def client(people: People) -> Client:
    return staff_client(people, Role.ADMINISTRATOR, Role.LEAD, Role.WEB_EDITOR, Role.SPECIALIST)


def test_a_stale_save_is_refused_with_both_texts_and_saved_when_it_is_sent_again(case: Case, client: Client) -> None:
    mine = fields(page(client, case.path)) | {case.field: "What I wrote with care"}
    theirs = mine | {case.field: "What a colleague saved"}
    assert client.post(case.path, theirs).status_code == 302
    refused = client.post(case.path, mine)
    assert (refused.status_code, case.saved()) == (409, "What a colleague saved")
    tree = page_of(refused)
    assert [row for row in table(tree) if row[0] == case.label] == [
        [case.label, "What I wrote with care", "What a colleague saved"]
    ]
    assert "nothing is lost" in words(tree)
    # The form holds what was typed, and now knows what it writes over.
    again = fields(tree)
    assert again[case.field] == "What I wrote with care"
    assert client.post(case.path, again).status_code == 302
    assert case.saved() == "What I wrote with care"


def test_the_second_click_on_save_is_no_conflict(case: Case, client: Client) -> None:
    sent = fields(page(client, case.path)) | {case.field: "Said once"}
    assert [client.post(case.path, sent).status_code for _click in range(2)] == [302, 302]
    assert case.saved() == "Said once"


def test_a_fault_in_between_does_not_hide_that_somebody_else_was_faster(case: Case, client: Client) -> None:
    mine = fields(page(client, case.path)) | {case.field: ""}
    assert client.post(case.path, mine | {case.field: "What a colleague saved"}).status_code == 302
    faulty = client.post(case.path, mine)
    assert faulty.status_code == 422
    mended = fields(page_of(faulty)) | {case.field: "Mended"}
    assert client.post(case.path, mended).status_code == 409
    assert case.saved() == "What a colleague saved"


def test_a_form_that_does_not_say_what_it_saw_writes_over_nothing(case: Case, client: Client) -> None:
    sent = fields(page(client, case.path)) | {case.field: "Written blindly"}
    before = case.saved()
    del sent["seen"]
    assert client.post(case.path, sent).status_code == 409
    assert case.saved() == before


def test_loading_the_files_again_makes_no_form_stale(people: People, client: Client) -> None:
    case = the_term(people)
    sent = fields(page(client, case.path)) | {case.field: "Inspection of work"}
    services.load_schemes()
    assert client.post(case.path, sent).status_code == 302


def test_an_announcement_that_was_taken_down_meanwhile_is_not_put_up_again_unseen(
    people: People, client: Client
) -> None:
    case = the_announcement(people)
    sent = fields(page(client, case.path)) | {
        "level": "warning", "ends_at": (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    client.post(f"{case.path}end/")
    refused = client.post(case.path, sent)
    assert refused.status_code == 409
    # Choices and times are in words.
    rows = {row[0]: row[1:] for row in table(page_of(refused))}
    assert rows["Look"] == ["warning", "information"]
    assert Announcement.objects.get().ends_at <= timezone.now()


def test_the_service_itself_refuses_what_was_not_seen(people: People) -> None:
    term = Term.objects.get(pk="LAF1.1")
    seen = services.words_mark(term)
    labels = {code: f"Labour ({code})" for code in CODES}
    with acting(people.specialist()):
        services.edit_term(term=term, labels=labels, definition={}, seen=seen)
        with pytest.raises(StaleVersion) as stale:
            services.edit_term(term=term, labels=term.labels, definition={}, seen=seen)
    assert stale.value.current.labels == labels  # type: ignore[attr-defined]


def page_of(answer: Any) -> Any:
    """The page that a refused form comes back on."""
    from bs4 import BeautifulSoup

    return BeautifulSoup(answer.content.decode(), "html.parser")
