"""The form of a practice, through its pages: nothing typed is lost, and every refusal says what is wanted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from network_site.organizations.models import User
from practices import services
from practices.enums import PracticeStatus
from practices.models import EvidenceItem, Practice, PracticeVersion
from practices.workflow import is_complete

from ..people import People, acting, assign, draft, get, in_review, step, submitted
from .pages import errors_beside, filled, soup, values, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]

SEVEN: dict[str, Any] = {
    "source_language": "es",
    "title": "Inspección con cita",
    "one_line": "Los inspectores avisan <antes> y hallan más.",
    "problem": "La mitad de las visitas\nencontraba la puerta cerrada & nadie.",
    "description": "Escriben una semana antes.\n\nLuego van.",
    "labour_function": ["LAF1.1", "LAF2.1"],
    "target_groups": ["TG16"],
    "contacts-TOTAL_FORMS": "1",
    "contacts-INITIAL_FORMS": "0",
    "contacts-MIN_NUM_FORMS": "1",
    "contacts-MAX_NUM_FORMS": "30",
    "contacts-0-name": "Rosa Lima",
    "contacts-0-email": "rosa@example.org",
    "contacts-0-language": "es",
    "contacts-0-is_public": "on",
}


@pytest.fixture
def contributor(people: People) -> User:
    return people.contributor(people.organization(country="UY"))


def edit(version: PracticeVersion, name: str) -> str:
    return reverse("practices:edit", args=[version.pk, name])


def only(model: Any, reader: User) -> Any:
    with acting(reader):
        return model.objects.get()


# --- The seven inputs ------------------------------------------------------------------------


def test_seven_inputs_make_a_draft(contributor: User, sign_in: SignIn) -> None:
    browser = sign_in(contributor)
    blank = browser.get(reverse("practices:new"))
    assert blank.status_code == 200
    answer = browser.post(reverse("practices:new"), SEVEN | {"key": filled(blank, "title")["key"][0]})
    version = only(PracticeVersion, contributor)
    assert (answer.status_code, answer.url) == (302, edit(version, "where"))
    assert (version.status, version.number, version.source_language, version.country_id) == ("draft", 1, "es", "UY")
    assert (version.title, version.one_line) == (SEVEN["title"], SEVEN["one_line"])
    assert version.problem == SEVEN["problem"].replace("\n", "\r\n") or version.problem == SEVEN["problem"]
    assert version.description == "<p>Escriben una semana antes.</p><p>Luego van.</p>"
    with acting(contributor):
        assert sorted(version.version_terms.values_list("term_id", flat=True)) == ["LAF1.1", "LAF2.1", "TG16"]
        assert list(version.contacts.values_list("name", "email", "language", "is_public")) == [
            ("Rosa Lima", "rosa@example.org", "es", True)
        ]


@pytest.mark.parametrize(
    ("missing", "beside", "wanted"),
    [
        ({"title": ""}, "title", "Fill this in."),
        ({"one_line": " "}, "one_line", "Fill this in."),
        ({"problem": ""}, "problem", "Fill this in."),
        ({"description": ""}, "description", "Fill this in."),
        ({"labour_function": []}, "labour_function", "Choose an answer."),
        ({"target_groups": []}, "target_groups", "Choose an answer."),
        ({"contacts-0-name": ""}, "contacts-0-name", "Fill this in."),
        ({"contacts-0-email": ""}, "contacts-0-email", "Fill this in."),
    ],
)
def test_a_missing_input_is_named_beside_its_field_and_nothing_typed_is_lost(
    contributor: User, sign_in: SignIn, missing: dict[str, Any], beside: str, wanted: str
) -> None:
    sent = SEVEN | missing
    page = sign_in(contributor).post(reverse("practices:new"), sent)
    assert page.status_code == 422
    assert errors_beside(page) == {beside: f"Error: {wanted}"}
    kept = filled(page, "title")
    typed = {name: value for name, value in values(sent).items() if value not in ([], [""], [" "])}
    assert {name: [part.replace("\r\n", "\n") for part in kept.get(name, [])] for name in typed} == typed
    with acting(contributor):
        assert Practice.objects.exists() is False


def test_a_draft_without_any_contact_is_refused(contributor: User, sign_in: SignIn) -> None:
    empty = {"contacts-0-name": "", "contacts-0-email": "", "contacts-0-is_public": ""}
    page = sign_in(contributor).post(reverse("practices:new"), SEVEN | empty)
    assert page.status_code == 422
    assert filled(page, "title")["title"] == [SEVEN["title"]]


@pytest.mark.parametrize(
    ("field", "text"),
    [("title", "x" * 101), ("one_line", "x" * 241), ("problem", "x" * 1501), ("description", "x" * 6001)],
)
def test_a_text_over_its_limit_is_refused_and_kept(contributor: User, sign_in: SignIn, field: str, text: str) -> None:
    page = sign_in(contributor).post(reverse("practices:new"), SEVEN | {field: text})
    assert (page.status_code, list(errors_beside(page))) == (422, [field])
    assert filled(page, "title")[field] == [text]


def test_the_same_form_twice_is_one_practice(contributor: User, sign_in: SignIn) -> None:
    browser = sign_in(contributor)
    key = filled(browser.get(reverse("practices:new")), "title")["key"][0]
    first = browser.post(reverse("practices:new"), SEVEN | {"key": key})
    second = browser.post(reverse("practices:new"), SEVEN | {"key": key})
    assert (first.status_code, second.status_code, first.url) == (302, 302, second.url)
    with acting(contributor):
        assert Practice.objects.count() == 1
    browser.post(reverse("practices:new"), SEVEN | {"key": "no key at all"})
    with acting(contributor):
        assert Practice.objects.count() == 2


def test_one_persons_key_is_not_anothers(people: People, contributor: User, sign_in: SignIn) -> None:
    key = filled(sign_in(contributor).get(reverse("practices:new")), "title")["key"][0]
    sign_in(contributor).post(reverse("practices:new"), SEVEN | {"key": key})
    other = people.contributor(people.organization(country="PY"))
    sign_in(other).post(reverse("practices:new"), SEVEN | {"key": key})
    assert only(PracticeVersion, other).country_id == "PY"


@pytest.mark.parametrize("who", ["learner", "administrator"])
def test_nobody_else_begins_a_practice(people: People, sign_in: SignIn, who: str) -> None:
    user = people.member(people.organization(), who)
    assert sign_in(user).get(reverse("practices:new")).status_code == 403
    assert sign_in(user).post(reverse("practices:new"), SEVEN).status_code == 403


# --- Saving page by page ---------------------------------------------------------------------


def test_every_page_of_the_form_keeps_what_is_already_there(contributor: User, sign_in: SignIn) -> None:
    rows = {
        "outcomes": [{"indicator": "Closed doors", "baseline": 50, "value": 20, "source": "The register"}],
        "evidence_items": [{"type": "survey", "title": "A survey", "year": 2022}],
        "costs": [{"category": "Letters", "amount": "1200.50", "currency": "UYU", "year": 2022}],
        "building_blocks": [{"title": "The letter", "text": "One page.", "kind": "core"}],
    }
    version = draft(contributor, rows=rows)
    before = everything(contributor, version)
    browser = sign_in(contributor)
    for name, holding in (
        ("brief", "title"), ("where", "region"), ("story", "where_to_read"), ("results", "reach"),
        ("needs", "risks_if_copied"), ("contact", "transfer_offer"),
    ):  # fmt: skip
        page = browser.get(edit(version, name))
        answer = browser.post(edit(version, name), filled(page, holding))
        assert (name, answer.status_code) == (name, 302)
    assert everything(contributor, version) == before


def everything(reader: User, version: PracticeVersion) -> dict[str, Any]:
    """All content of a version, rows with their ids."""
    with acting(reader):
        version = get(version.pk)
        found = services._content(version)
        for name in services.ROWS:
            found[name] = list(getattr(version, name).order_by("position").values())
        found["terms"] = sorted(version.version_terms.values_list("term_id", flat=True))
    found.pop("lock_version")
    return found


def test_a_stale_save_shows_both_texts_and_can_be_sent_again(people: People, sign_in: SignIn) -> None:
    ministry = people.organization()
    ana, luis = people.contributor(ministry), people.focal_point(ministry)
    version = draft(ana)
    browser = sign_in(ana)
    mine = filled(browser.get(edit(version, "brief")), "title") | {"title": "Ana's title", "one_line": "Ana's line."}
    with acting(luis):
        services.save_version(get(version.pk), lock_version=1, fields={"title": "Luis's title"})

    page = browser.post(edit(version, "brief"), mine)
    assert page.status_code == 409
    texts = [area.get_text().removeprefix("\n") for area in soup(page).find_all("textarea")]
    assert "Ana's title" in texts
    assert "Luis's title" in texts
    with acting(ana):
        assert get(version.pk).title == "Luis's title"

    answer = browser.post(edit(version, "brief"), filled(page, "title"))
    assert answer.status_code == 302
    with acting(ana):
        saved = get(version.pk)
        assert (saved.title, saved.one_line) == ("Ana's title", "Ana's line.")
        assert saved.contacts.count() == 1


def test_a_stale_page_of_rows_keeps_the_rows_of_both(people: People, sign_in: SignIn) -> None:
    ministry = people.organization()
    ana, luis = people.contributor(ministry), people.focal_point(ministry)
    version = draft(ana)
    browser = sign_in(ana)
    mine = filled(browser.get(edit(version, "needs")), "risks_if_copied")
    mine["preconditions-0-statement"] = ["Ana's condition"]
    with acting(luis):
        services.save_version(
            get(version.pk),
            lock_version=1,
            fields={},
            rows={"preconditions": [{"statement": "Luis's condition", "strength": "must"}]},
        )
    page = browser.post(edit(version, "needs"), mine)
    assert page.status_code == 409
    text = "\n".join(area.get_text() for area in soup(page).find_all("textarea"))
    assert ("Ana's condition" in text, "Luis's condition" in text) == (True, True)
    assert browser.post(edit(version, "needs"), filled(page, "risks_if_copied")).status_code == 302
    with acting(ana):
        statements = list(get(version.pk).preconditions.values_list("statement", flat=True))
    assert statements == ["Ana's condition", "Letters reach firms within a week", "Inspectors have calendars"]


def test_add_a_row_keeps_what_was_typed_and_complains_of_nothing(contributor: User, sign_in: SignIn) -> None:
    page = sign_in(contributor).post(reverse("practices:new"), SEVEN | {"title": "", "add_contacts": "1"})
    kept = filled(page, "title")
    assert (page.status_code, errors_beside(page)) == (200, {})
    assert kept["contacts-TOTAL_FORMS"] == ["2"]
    assert (kept["contacts-0-name"], kept["contacts-1-name"]) == (["Rosa Lima"], [""])
    assert (kept["one_line"], kept["labour_function"]) == ([SEVEN["one_line"]], SEVEN["labour_function"])


def test_add_a_row_to_a_saved_page(contributor: User, sign_in: SignIn) -> None:
    version, browser = draft(contributor), sign_in(contributor)
    typed = filled(browser.get(edit(version, "needs")), "risks_if_copied")
    count = int(typed["preconditions-TOTAL_FORMS"][0])
    typed["preconditions-0-statement"] = ["Typed and not saved"]
    page = browser.post(edit(version, "needs"), typed | {"add_preconditions": "1"})
    kept = filled(page, "risks_if_copied")
    assert (page.status_code, kept["preconditions-TOTAL_FORMS"]) == (200, [str(count + 1)])
    assert kept["preconditions-0-statement"] == ["Typed and not saved"]
    with acting(contributor):
        assert get(version.pk).lock_version == 1


def test_a_row_that_is_ticked_goes_when_saved(contributor: User, sign_in: SignIn) -> None:
    version, browser = draft(contributor), sign_in(contributor)
    typed = filled(browser.get(edit(version, "needs")), "risks_if_copied") | {"preconditions-1-DELETE": ["on"]}
    assert browser.post(edit(version, "needs"), typed).status_code == 302
    with acting(contributor):
        statements = list(get(version.pk).preconditions.values_list("statement", flat=True))
    assert statements == ["A register of firms with addresses", "Inspectors have calendars"]


def test_another_practices_row_is_not_taken_over(people: People, contributor: User, sign_in: SignIn) -> None:
    foreign = draft(people.contributor(people.organization()))
    version, browser = draft(contributor), sign_in(contributor)
    typed = filled(browser.get(edit(version, "needs")), "risks_if_copied")
    own = typed["preconditions-0-id"]
    typed["preconditions-0-id"] = [str(foreign.pk)]
    typed["preconditions-0-statement"] = ["Mine"]
    assert own != [""]
    assert browser.post(edit(version, "needs"), typed).status_code == 302
    with acting(contributor):
        rows = list(get(version.pk).preconditions.values_list("statement", flat=True))
    assert rows == ["Mine", "Letters reach firms within a week", "Inspectors have calendars"]


@pytest.mark.parametrize(
    ("typed", "beside"),
    [
        ({"start_year": "2021", "end_year": "2020"}, "end_year"),
        ({"start_year": "1500"}, "start_year"),
        ({"start_year": "99999999999"}, "start_year"),
        ({"end_year": "0"}, "end_year"),
        ({"coverage": "-1"}, "coverage"),
        ({"coverage": "9" * 20}, "coverage"),
    ],
)
def test_years_and_numbers_out_of_reach_are_refused(
    contributor: User, sign_in: SignIn, typed: dict[str, str], beside: str
) -> None:
    version, browser = draft(contributor), sign_in(contributor)
    page = browser.post(edit(version, "where"), filled(browser.get(edit(version, "where")), "region") | typed)
    assert (page.status_code, list(errors_beside(page))) == (422, [beside])


@pytest.mark.parametrize(
    ("typed", "beside"),
    [
        ({"costs-0-category": "Letters", "costs-0-amount": "-1", "costs-0-currency": "USD"}, "costs-0-amount"),
        ({"costs-0-category": "Letters", "costs-0-amount": "1e309", "costs-0-currency": "USD"}, "costs-0-amount"),
        ({"costs-0-category": "Letters", "costs-0-amount": "NaN", "costs-0-currency": "USD"}, "costs-0-amount"),
        ({"costs-0-category": "Letters", "costs-0-amount": "10", "costs-0-currency": "ZZZ"}, "costs-0-currency"),
        ({"costs-0-category": "Letters", "costs-0-amount": "1", "costs-0-currency": "USD", "costs-0-year": "9999"},
         "costs-0-year"),
    ],
)  # fmt: skip
def test_amounts_and_currencies_that_cannot_be_are_refused(
    contributor: User, sign_in: SignIn, typed: dict[str, str], beside: str
) -> None:
    version, browser = draft(contributor), sign_in(contributor)
    page = browser.post(edit(version, "results"), filled(browser.get(edit(version, "results")), "reach") | typed)
    assert (page.status_code, beside in errors_beside(page)) == (422, True)


def test_an_outcome_that_was_measured_before_it_began_is_refused_in_words(contributor: User, sign_in: SignIn) -> None:
    version, browser = draft(contributor), sign_in(contributor)
    backwards = {
        "outcomes-0-indicator": "Doors", "outcomes-0-baseline_year": "2022", "outcomes-0-value_year": "2020",
        "outcomes-0-direction": "positive",
    }  # fmt: skip
    page = browser.post(edit(version, "results"), filled(browser.get(edit(version, "results")), "reach") | backwards)
    assert page.status_code == 422
    assert "Constraint “" not in words(page)


# --- Complete, and sent ----------------------------------------------------------------------

STEP_OF = {
    "stage": "where", "start_year": "where", "scale": "where", "sector": "where", "instrument": "story",
    "problem_tags": "story", "objectives": "story", "reach": "results", "negative_effects": "results",
    "preconditions": "needs", "risks_if_copied": "needs", "transfer_offer": "contact",
}  # fmt: skip


def test_everything_that_is_missing_is_listed_at_once_each_with_its_page(contributor: User, sign_in: SignIn) -> None:
    browser = sign_in(contributor)
    browser.post(reverse("practices:new"), SEVEN)
    version = only(PracticeVersion, contributor)
    with acting(contributor) as actor:
        unmet = is_complete(get(version.pk), actor)
    assert {item.code: item.url for item in unmet} == {
        "description": edit(version, "brief"),
        **{code: edit(version, name) for code, name in STEP_OF.items()},
    }
    page = browser.get(reverse("practices:check", args=[version.pk]))
    links = {(link["href"], link.find(class_="vh").get_text()) for link in soup(page).select(".list-c a")}
    assert links == {(item.url, f": {item.message}") for item in unmet}


def test_a_complete_draft_lacks_nothing(contributor: User) -> None:
    version = draft(contributor)
    with acting(contributor) as actor:
        assert is_complete(get(version.pk), actor) == []


def test_a_practice_that_ended_says_when(people: People, sign_in: SignIn) -> None:
    focal_point = people.focal_point()
    version, browser = draft(focal_point, stage="ended"), sign_in(focal_point)
    refused = browser.post(reverse("practices:step", args=[version.pk, "submit"]), {"version": "1"})
    assert (refused.status_code, "It has ended: give its last year" in words(refused)) == (422, True)
    where = filled(browser.get(edit(version, "where")), "region") | {"end_year": ["2024"]}
    assert browser.post(edit(version, "where"), where).status_code == 302
    sent = browser.post(reverse("practices:step", args=[version.pk, "submit"]), {"version": "2"})
    assert sent.status_code == 302
    with acting(focal_point):
        assert (get(version.pk).status, get(version.pk).end_year) == (PracticeStatus.SUBMITTED, 2024)


def test_only_a_focal_point_sends_and_either_takes_back(people: People, sign_in: SignIn) -> None:
    ministry = people.organization()
    contributor, focal_point = people.contributor(ministry), people.focal_point(ministry)
    version = draft(contributor)

    def press(user: User, name: str, seen: int) -> int:
        return sign_in(user).post(
            reverse("practices:step", args=[version.pk, name]), {"version": str(seen)}
        ).status_code  # fmt: skip

    assert press(contributor, "submit", 1) == 422
    assert press(contributor, "hand_over", 1) == 302
    assert press(contributor, "take_back", 2) == 302
    assert press(contributor, "hand_over", 3) == 302
    assert press(focal_point, "take_back", 4) == 302
    assert press(focal_point, "submit", 5) == 302
    assert press(focal_point, "take_back", 6) == 422
    with acting(contributor):
        assert get(version.pk).status == PracticeStatus.SUBMITTED


def test_a_step_on_an_old_reading_answers_409(people: People, sign_in: SignIn) -> None:
    focal_point = people.focal_point()
    version = draft(focal_point)
    with acting(focal_point):
        services.save_version(get(version.pk), lock_version=1, fields={"title": "Changed meanwhile"})
    page = sign_in(focal_point).post(reverse("practices:step", args=[version.pk, "submit"]), {"version": "1"})
    assert (page.status_code, "Somebody else changed this record meanwhile." in words(page)) == (409, True)


def test_a_step_that_does_not_exist_is_refused(people: People, sign_in: SignIn) -> None:
    focal_point = people.focal_point()
    version = draft(focal_point)
    page = sign_in(focal_point).post(reverse("practices:step", args=[version.pk, "approve"]), {"version": "1"})
    assert (page.status_code, "There is no such step." in words(page)) == (422, True)


def test_a_sent_version_is_no_longer_edited(people: People, sign_in: SignIn) -> None:
    focal_point = people.focal_point()
    version = submitted(focal_point)
    browser = sign_in(focal_point)
    for answer in (browser.get(edit(version, "brief")), browser.post(edit(version, "brief"), SEVEN)):
        assert (answer.status_code, answer.url) == (302, reverse("practices:version", args=[version.pk]))
    with acting(focal_point):
        assert get(version.pk).title == "Inspection by appointment"


def test_a_returned_practice_shows_the_question_and_is_sent_again(people: People, sign_in: SignIn) -> None:
    focal_point, specialist = people.focal_point(), people.specialist()
    version = submitted(focal_point)
    step(specialist, version, "start_screening")
    step(specialist, version, "request_revision", note="Who pays for the letters?")
    browser = sign_in(focal_point)
    assert "Who pays for the letters?" in words(browser.get(edit(version, "brief")))
    with acting(focal_point):
        seen = get(version.pk).lock_version
    sent = browser.post(reverse("practices:step", args=[version.pk, "submit"]), {"version": str(seen)})
    assert sent.status_code == 302
    with acting(focal_point):
        assert (get(version.pk).status, get(version.pk).round) == (PracticeStatus.SUBMITTED, 2)


# --- Translations ----------------------------------------------------------------------------

SPANISH = {
    "title": "Inspección con cita", "one_line": "Avisan antes.", "problem": "Puertas cerradas.",
    "description": "Escriben una semana antes.",
}  # fmt: skip


def test_a_translation_is_written_and_read_again(contributor: User, sign_in: SignIn) -> None:
    version, browser = draft(contributor), sign_in(contributor)
    url = reverse("practices:translate", args=[version.pk, "es"])
    assert browser.get(url).status_code == 200
    assert browser.post(url, SPANISH).status_code == 302
    kept = filled(browser.get(url), "title")
    assert (kept["title"], kept["one_line"], kept["problem"]) == (
        [SPANISH["title"]], [SPANISH["one_line"]], [SPANISH["problem"]],
    )  # fmt: skip
    with acting(contributor):
        assert get(version.pk).translations.get().state == "human"


@pytest.mark.parametrize("language", ["en", "de", "xx-klingon"])
def test_there_is_no_translation_into_the_source_or_into_another_language(
    contributor: User, sign_in: SignIn, language: str
) -> None:
    version = draft(contributor)
    url = reverse("practices:translate", args=[version.pk, language])
    assert sign_in(contributor).get(url).status_code == 404
    assert sign_in(contributor).post(url, SPANISH).status_code == 404


def test_an_incomplete_translation_is_refused(contributor: User, sign_in: SignIn) -> None:
    version = draft(contributor)
    page = sign_in(contributor).post(reverse("practices:translate", args=[version.pk, "es"]), SPANISH | {"title": ""})
    assert (page.status_code, list(errors_beside(page))) == (422, ["title"])
    assert filled(page, "title")["one_line"] == [SPANISH["one_line"]]


# --- Files -----------------------------------------------------------------------------------


def upload(contributor: User, sign_in: SignIn, name: str, content: bytes) -> tuple[Any, PracticeVersion]:
    version, browser = draft(contributor), sign_in(contributor)
    form = filled(browser.get(edit(version, "results")), "reach")
    study = {
        "evidence_items-0-type": "survey", "evidence_items-0-title": "A survey of firms",
        "evidence_items-0-direction": "positive",
    }  # fmt: skip
    file = SimpleUploadedFile(name, content)
    return browser.post(edit(version, "results"), form | study | {"evidence_items-0-upload": file}), version


KINDS = "Choose a file of one of these kinds: csv, docx, jpeg, jpg, odt, pdf, png, txt, webp, xlsx."


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("study.exe", b"MZ", KINDS),
        ("study.svg", b"<svg onload='alert(1)'/>", KINDS),
        ("study.html", b"<script>alert(1)</script>", KINDS),
        ("study.docm", b"PK\x03\x04", KINDS),
        ("study", b"%PDF-1.7", KINDS),
        ("study.pdf.exe", b"%PDF-1.7", KINDS),
        ("study.pdf", b"", "The submitted file is empty."),
        ("study.pdf", b"%PDF-1.7" + b"0" * (10 * 1024 * 1024), "This file is larger than 10 MB."),
        ("study.pdf", b"MZ\x90\x00", "This file is not what its name says."),
        ("study.docx", b"%PDF-1.7", "This file is not what its name says."),
        ("study.csv", b"a;b\x00c", "This file is not what its name says."),
    ],
)
def test_a_file_that_is_not_what_we_take_is_refused_with_a_word(
    contributor: User, sign_in: SignIn, name: str, content: bytes, wanted: str
) -> None:
    page, _version = upload(contributor, sign_in, name, content)
    assert (page.status_code, errors_beside(page)) == (422, {"evidence_items-0-upload": f"Error: {wanted}"})
    assert filled(page, "reach")["evidence_items-0-title"] == ["A survey of firms"]
    with acting(contributor):
        assert EvidenceItem.objects.exists() is False


def test_a_good_file_is_kept_under_a_random_name(contributor: User, sign_in: SignIn) -> None:
    answer, _version = upload(contributor, sign_in, "../../etc/Étude finale.PDF", b"%PDF-1.7 words")
    assert answer.status_code == 302
    item = only(EvidenceItem, contributor)
    assert (item.file_name, item.content_type) == ("Étude finale.PDF", "application/pdf")
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{32}\.pdf", item.file.name)
    assert item.file.read() == b"%PDF-1.7 words"


def test_saving_the_page_again_keeps_the_file(contributor: User, sign_in: SignIn) -> None:
    _answer, version = upload(contributor, sign_in, "study.pdf", b"%PDF-1.7 words")
    browser = sign_in(contributor)
    before = only(EvidenceItem, contributor)
    form = filled(browser.get(edit(version, "results")), "reach") | {"evidence_items-0-title": ["Another title"]}
    assert browser.post(edit(version, "results"), form).status_code == 302
    after = only(EvidenceItem, contributor)
    assert (after.pk, after.file.name, after.title) == (before.pk, before.file.name, "Another title")


def test_a_private_file_is_downloaded_by_owner_and_assigned_reviewer_and_nobody_else(
    people: People, sign_in: SignIn, client: Client
) -> None:
    ministry, specialist, reviewer = people.organization(), people.specialist(), people.reviewer()
    focal_point = people.focal_point(ministry)
    _answer, version = upload(focal_point, sign_in, "study.pdf", b"%PDF-1.7 words")
    url = reverse("private_file", args=[only(EvidenceItem, focal_point).pk])
    step(focal_point, version, "submit")
    step(specialist, version, "start_screening")
    with acting(specialist):
        services.screen_practice(get(version.pk), answers=dict.fromkeys(services.Exclusion.values, True))
    step(specialist, version, "pass_screening")
    own = assign(specialist, version, reviewer)
    with acting(reviewer):
        services.declare_interest(own, interest="none")

    for reader in (focal_point, people.contributor(ministry), specialist, reviewer):
        answer = sign_in(reader).get(url)
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) == b"%PDF-1.7 words"
    assert {name: answer[name] for name in (
        "Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control",
    )} == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="study.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }  # fmt: skip
    others = [people.focal_point(), people.reviewer(), people.user(is_superuser=True, is_staff=True)]
    assert [sign_in(other).get(url, follow=True).status_code for other in others] == [404, 404, 404]
    assert Client().get(url, follow=True).status_code == 404
    missing = reverse("private_file", args=["00000000-0000-4000-8000-000000000000"])
    assert Client().get(missing, follow=True).status_code == 404


def test_the_file_closes_when_the_reviewer_is_released(people: People, sign_in: SignIn) -> None:
    focal_point, specialist, reviewer = people.focal_point(), people.specialist(), people.reviewer()
    item = {
        "type": "survey", "title": "A survey", "file": SimpleUploadedFile("study.pdf", b"%PDF-1.7"),
        "file_name": "study.pdf", "content_type": "application/pdf",
    }  # fmt: skip
    version = in_review(focal_point, specialist, rows={"evidence_items": [item]})
    own = assign(specialist, version, reviewer)
    with acting(reviewer):
        own = services.declare_interest(own, interest="none")
    url = reverse("private_file", args=[only(EvidenceItem, focal_point).pk])
    assert sign_in(reviewer).get(url).status_code == 200
    with acting(specialist):
        services.release_reviewer(own, note="She asked for it.")
    assert sign_in(reviewer).get(url, follow=True).status_code == 404


# --- What others may not ---------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_foreign_practice_and_a_missing_one_are_the_same(people: People, sign_in: SignIn, method: str) -> None:
    version = draft(people.focal_point())
    rival = sign_in(people.focal_point())
    missing = "00000000-0000-4000-8000-000000000000"
    names: list[tuple[str, list[str]]] = [
        ("version", []), ("check", []), ("edit", ["brief"]), ("translate", ["es"]), ("screening", []),
        ("reviewers", []), ("adjudication", []),
    ]  # fmt: skip
    if method == "post":
        names += [("step", ["submit"]), ("next_version", [])]
    answers = {
        name: [
            (answer.status_code, len(answer.content))
            for pk in (str(version.pk), missing)
            for answer in [getattr(rival, method)(reverse(f"practices:{name}", args=[pk, *more]))]
        ]
        for name, more in names
    }
    assert {name: pair[0] == pair[1] for name, pair in answers.items()} == {name: True for name, _more in names}


def test_the_workspace_asks_to_sign_in(client: Client) -> None:
    for name in ("practices:list", "practices:new", "practices:reviews", "practices:queue", "workspace:home"):
        answer = client.get(reverse(name))
        assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("account_login"))
