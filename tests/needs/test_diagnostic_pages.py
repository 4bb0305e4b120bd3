"""The pages of a diagnostic, as a browser without scripts uses them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from needs.models import Diagnostic, Need
from needs.selectors.diagnostic import by_area, list_items
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import User

from ..people import People, acting, endorsed, step
from ..queries import asking
from .diagnosing import PDF, answer_of, begun, evidence, finished, form_of, score

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
# How many questions each page asks the database.
LIST, RESULT, AREA = 7, 15, 10


def area_url(diagnostic: Diagnostic, area: str = "D3") -> str:
    return reverse("needs:diagnostic_area", args=[diagnostic.pk, area])


def result_url(diagnostic: Diagnostic) -> str:
    return reverse("needs:diagnostic", args=[diagnostic.pk])


def soup(answer: object) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")  # type: ignore[attr-defined]


def words(node: object) -> str:
    return " ".join(node.get_text(" ").split())  # type: ignore[attr-defined]


@pytest.fixture
def focal_point(people: People) -> User:
    return people.focal_point(people.organization(country="UY"))


# --- Beginning and answering -----------------------------------------------------------------


def test_the_whole_way_without_a_script(sign_in: SignIn, focal_point: User) -> None:
    client = sign_in(focal_point)
    page = soup(client.get(reverse("needs:diagnostic_new")))
    key = page.find("input", {"name": "key"})["value"]
    begin = {"title": "Spring 2026", "kind": "self", "key": key}
    first = client.post(reverse("needs:diagnostic_new"), begin)
    again = client.post(reverse("needs:diagnostic_new"), begin)
    assert first["Location"] == again["Location"]
    with acting(focal_point):
        made = Diagnostic.objects.get()
    for area in by_area(list_items()):
        page = soup(client.get(area_url(made, area)))
        sent = {box["name"]: box["value"] for box in page.select("main form input[type=hidden]")}
        for legend in page.select("main fieldset"):
            sent[legend.find("input")["name"]] = "1"
        answer = client.post(area_url(made, area), sent)
        assert answer.status_code == 302
    assert answer["Location"] == result_url(made)
    page = soup(client.get(result_url(made)))
    assert "40 of 40 items answered" in words(page)
    client.post(reverse("needs:diagnostic_do", args=[made.pk, "finish"]), {"version": made.lock_version})
    page = soup(client.get(result_url(made)))
    boxes = [box["value"] for box in page.select("#needs input[type=checkbox]")]
    assert len(boxes) == 40
    answer = client.post(reverse("needs:diagnostic_needs", args=[made.pk]), {"items": boxes[:2]})
    assert answer["Location"] == reverse("needs:list")
    page = soup(client.get(result_url(made)))
    assert len(page.select("#needs input[type=checkbox]")) == 38
    with acting(focal_point):
        assert {link["href"] for link in page.select("#needs li a, #needs p a")} == {
            reverse("needs:need", args=[need.pk]) for need in Need.objects.all()
        }


def test_each_score_carries_its_sentence_and_nothing_is_chosen_at_first(sign_in: SignIn, focal_point: User) -> None:
    made = begun(focal_point)
    page = soup(sign_in(focal_point).get(area_url(made)))
    options = page.select("fieldset")[2].select(".opt")
    assert words(options[0]) == "0 · There are no individual action plans."
    assert [option.find("input")["value"] for option in options] == ["0", "1", "2", "3", "4", ""]
    assert [option.find("input").has_attr("checked") for option in options] == [False] * 5 + [True]


def test_an_area_is_saved_and_comes_back_as_it_was(sign_in: SignIn, focal_point: User) -> None:
    client, made = sign_in(focal_point), begun(focal_point)
    sent = form_of(focal_point, made.pk, "D3.1", "D3.2")
    sent |= {"D3-1-score": "0", "D3-1-note": "Line one\r\nLine two"}
    file = SimpleUploadedFile("proof.pdf", PDF, content_type="application/pdf")
    answer = client.post(area_url(made), sent | {"D3-1-upload": file, "leave": "1"})
    assert (answer.status_code, answer["Location"]) == (302, result_url(made))
    page = soup(client.get(area_url(made)))
    assert page.select_one("input[name=D3-1-score][checked]")["value"] == "0"
    assert page.find("textarea", {"name": "D3-1-note"}).get_text().strip() == "Line one\nLine two"
    assert f"Last answered by {focal_point.get_full_name()}".strip() in words(page)
    saved = answer_of(focal_point, made, "D3.1")
    link = page.find("a", href=reverse("private_file", args=[saved.pk]))
    assert link.get_text() == "proof.pdf"
    assert b"".join(client.get(link["href"]).streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer_of(focal_point, made, "D3.2").answered_at is None


def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(sign_in: SignIn, focal_point: User) -> None:
    client, made = sign_in(focal_point), begun(focal_point)
    sent = form_of(focal_point, made.pk, "D3.1", "D3.2", "D3.3")
    sent |= {
        "D3-1-score": "9",
        "D3-1-note": "kept one",
        "D3-2-score": "2",
        "D3-2-note": "n" * 1001,
        "D3-3-score": "4",
        "D3-3-note": "kept three",
    }
    wrong = SimpleUploadedFile("program.exe", b"MZ")
    answer = client.post(area_url(made), sent | {"D3-3-upload": wrong})
    page = soup(answer)
    assert answer.status_code == 422
    assert page.title.get_text().strip().startswith("Error:")
    targets = [link["href"] for link in page.select(".summary a")]
    assert len(targets) == 3
    assert [page.select_one(target) is not None for target in targets] == [True] * 3
    assert page.find("textarea", {"name": "D3-1-note"}).get_text().strip() == "kept one"
    assert page.find("textarea", {"name": "D3-2-note"}).get_text().strip() == "n" * 1001
    assert page.select_one("input[name=D3-2-score][checked]")["value"] == "2"
    assert page.select_one("input[name=D3-3-score][checked]")["value"] == "4"
    assert answer_of(focal_point, made, "D3.3").score is None


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_form_that_does_not_know_its_version_overwrites_nobody(
    sign_in: SignIn, focal_point: User, version: str
) -> None:
    client, made = sign_in(focal_point), begun(focal_point)
    score(focal_point, made, {"D3.1": 4}, "hers")
    answer = client.post(area_url(made), {"D3-1-version": version, "D3-1-score": "0", "D3-1-note": "mine"})
    assert answer.status_code in {409, 422}
    assert answer_of(focal_point, made, "D3.1").note == "hers"


def test_two_people_at_one_page_lose_nothing(sign_in: SignIn, people: People, focal_point: User) -> None:
    """What I did not touch does not count against me; what both touched comes back with both texts."""
    made = begun(focal_point)
    sent = form_of(focal_point, made.pk, "D3.1", "D3.2", "D3.3")
    with acting(focal_point) as actor:
        colleague = people.member(type(made.owner).objects.get(pk=actor.organization_id), Role.CONTRIBUTOR)
    colleague.first_name, colleague.last_name = "Rosa", "Lima"
    colleague.save(update_fields=["first_name", "last_name"])
    score(colleague, made, {"D3.1": 1, "D3.2": 1}, "from Rosa")
    client = sign_in(focal_point)
    sent |= {"D3-2-score": "3", "D3-2-note": "from me", "D3-3-score": "2"}
    answer = client.post(area_url(made), sent)
    page = soup(answer)
    assert answer.status_code == 409
    assert "Rosa Lima changed this text" in words(page)
    texts = [area.get_text() for area in page.select(".two-texts textarea")]
    assert len(texts) == 2
    assert ("from me" in texts[0], "from Rosa" in texts[1]) == (True, True)
    assert answer_of(focal_point, made, "D3.1").note == "from Rosa"
    assert answer_of(focal_point, made, "D3.2").note == "from Rosa"
    assert answer_of(focal_point, made, "D3.3").score == 2
    form = page.find("form", action=area_url(made))
    second = {box["name"]: box["value"] for box in form.select("input[type=hidden]")}
    assert client.post(area_url(made), second).status_code == 302
    saved = answer_of(focal_point, made, "D3.2")
    assert (saved.score, saved.note) == (3, "from me")


def test_a_finished_diagnostic_shows_no_form(sign_in: SignIn, focal_point: User) -> None:
    client, made = sign_in(focal_point), finished(focal_point, {"D3.1": 1})
    sent = form_of(focal_point, made.pk, "D3.1") | {"D3-1-score": "4"}
    assert client.get(area_url(made))["Location"] == result_url(made)
    assert client.post(area_url(made), sent)["Location"] == result_url(made)
    assert answer_of(focal_point, made, "D3.1").score == 1


# --- The result ------------------------------------------------------------------------------


def test_bars_and_table_say_the_same(sign_in: SignIn, focal_point: User) -> None:
    finished(focal_point, {"D1.1": 1, "D1.2": 2, "D2.1": 4}, "2024")
    made = finished(focal_point, {"D1.1": 2, "D1.2": 3, "D2.1": 0, "D5.1": 1, "D5.2": 1, "D5.3": 2}, "2026")
    page = soup(sign_in(focal_point).get(result_url(made)))
    drawn = {}
    for row in page.select(".bars > li"):
        bar = row.select_one("rect")
        number = row.select_one(".num b")
        drawn[words(row.select_one(".lb"))] = (
            number.get_text() if number else words(row.select_one(".nr")),
            float(bar["width"]) if bar else None,
        )
    table = page.find("caption", string="The same in numbers").parent
    told = {words(row.find("th")): [words(cell) for cell in row.select("td")] for row in table.select("tbody tr")}
    assert len(drawn) == 9
    assert {area: shown[0] for area, shown in drawn.items()} == {area: cells[0] for area, cells in told.items()}
    assert told["Strategy and budget"] == ["2.5", "1.5", "+1", "2 of 4"]
    assert told["Organization and roles"] == ["0", "4", "−4", "1 of 4"]
    assert told["Labour market information"] == ["1.3", "not answered", "–", "3 of 3"]
    assert told["Staff"][0] == "not answered"
    assert drawn["Strategy and budget"] == ("2.5", 250.0)
    assert drawn["Organization and roles"] == ("0", 0.0)
    assert drawn["Staff"] == ("not answered", None)


def test_the_third_round_shows_them_over_time(sign_in: SignIn, focal_point: User) -> None:
    client = sign_in(focal_point)
    for title in ("2022", "2024"):
        made = finished(focal_point, {"D1.1": 1}, title)
    assert "Over time" not in words(soup(client.get(result_url(made))))
    made = finished(focal_point, {"D1.1": 3}, "2026")
    table = soup(client.get(result_url(made))).find("caption", string="Our own diagnostics, the oldest first").parent
    assert [words(head) for head in table.select("thead th")] == ["Area", "2022", "2024", "2026"]
    assert [words(cell) for cell in table.select_one("tbody tr").select("td")] == ["1", "1", "3"]


def test_a_middling_score_shows_practices_and_a_strong_one_asks_to_share(
    sign_in: SignIn, people: People, focal_point: User
) -> None:
    specialist, reviewers = people.specialist(), [people.reviewer(), people.reviewer()]
    version = endorsed(people.focal_point(people.organization(country="PY")), specialist, reviewers)
    step(people.publisher(), version, "publish")
    made = finished(focal_point, {"D2.2": 2, "D9.4": 2, "D3.3": 3})
    client = sign_in(focal_point)
    page = soup(client.get(result_url(made)))
    practice = page.find("a", string="Inspection by appointment")
    assert client.get(practice["href"]).status_code == 200
    assert "No practice yet." in words(page)
    share = page.find("a", string=lambda text: bool(text) and text.startswith("Share how you do this")) or next(
        link for link in page.select("aside a") if words(link).startswith("Share how you do this")
    )
    form = soup(client.get(share["href"]))
    chosen = form.select("input[name=labour_function][checked]")
    assert [box["value"] for box in chosen] == ["LAF3.3"]


def test_needs_are_drafted_only_from_what_was_chosen(sign_in: SignIn, focal_point: User) -> None:
    client, made = sign_in(focal_point), finished(focal_point, {"D3.3": 0, "D1.1": 3})
    url = reverse("needs:diagnostic_needs", args=[made.pk])
    for chosen in ([], ["D1.1"], ["nonsense"], ["D3.3", "D1.1"]):
        assert client.post(url, {"items": chosen}).status_code == 422
    with acting(focal_point):
        assert not Need.objects.exists()


def test_an_older_page_finishes_nothing(sign_in: SignIn, focal_point: User) -> None:
    client, made = sign_in(focal_point), begun(focal_point)
    score(focal_point, made, {"D1.1": 1})
    url = reverse("needs:diagnostic_do", args=[made.pk, "finish"])
    for version in ("0", "", "x"):
        page = soup(client.post(url, {"version": version}, follow=True))
        assert "Somebody else was faster" in words(page)
    with acting(focal_point):
        assert Diagnostic.objects.get(pk=made.pk).is_open


# --- Other people ----------------------------------------------------------------------------


def test_nobody_outside_the_ministry_opens_a_page(sign_in: SignIn, people: People, focal_point: User) -> None:
    made = finished(focal_point, {"D3.3": 0, "D5.1": 2})
    score_file = begun(focal_point, "next")
    score(focal_point, score_file, {"D1.1": 1}, upload=evidence())
    file = answer_of(focal_point, score_file, "D1.1").pk
    donor = people.member(people.organization(OrganizationKind.DONOR), Role.FOCAL_POINT)
    operator = people.user(is_superuser=True, is_staff=True)
    for stranger in (people.focal_point(), people.specialist(), people.publisher(), donor, operator):
        client = sign_in(stranger)
        assert "2026" not in [
            words(row.find("th")) for row in soup(client.get(reverse("needs:diagnostics"))).select("tr")
        ]
        for url in (result_url(made), area_url(score_file), reverse("private_file", args=[file])):
            assert client.get(url).status_code == 404, (stranger.email, url)
        for name, rest in (("diagnostic_do", ["reopen"]), ("diagnostic_needs", [])):
            answer = client.post(reverse(f"needs:{name}", args=[made.pk, *rest]), {"version": "2", "items": "D3.3"})
            assert answer.status_code == 404
        assert client.post(area_url(score_file), {"D3-1-version": "1", "D3-1-score": "4"}).status_code == 404


def test_a_learner_of_the_ministry_reads_and_changes_nothing(
    sign_in: SignIn, people: People, focal_point: User
) -> None:
    made = begun(focal_point)
    score(focal_point, made, {"D3.3": 0})
    with acting(focal_point) as actor:
        learner = people.member(type(made.owner).objects.get(pk=actor.organization_id), Role.LEARNER)
    client = sign_in(learner)
    page = soup(client.get(result_url(made)))
    assert not page.select("main form")
    assert client.get(area_url(made)).status_code == 403
    assert client.get(reverse("needs:diagnostic_new")).status_code == 403
    url = reverse("needs:diagnostic_do", args=[made.pk, "finish"])
    assert client.post(url, {"version": made.lock_version}).status_code == 403
    assert client.post(reverse("needs:diagnostic_needs", args=[made.pk]), {"items": "D3.3"}).status_code == 403


# --- Taken along -----------------------------------------------------------------------------


def test_the_ministry_takes_its_own_diagnostic_along(sign_in: SignIn, people: People, focal_point: User) -> None:
    stranger = people.focal_point()
    finished(stranger, {"D1.1": 4}, "theirs", note="zqtheirsqz")
    finished(focal_point, {"D1.1": 0}, "2024")
    made = finished(focal_point, {"D3.3": 0, "D1.1": 2}, "2026", note="=1+1")
    client = sign_in(focal_point)
    page = soup(client.get(result_url(made)))
    link = next(link["href"] for link in page.select("main a") if words(link) == "CSV")
    rows = list(csv.reader(io.StringIO(client.get(link).content.decode("utf-8-sig"))))
    assert len(rows) == 41
    assert rows[1][2:7] == ["D1.1", rows[1][3], "2", rows[1][5], "'=1+1"]
    by_code = {row[2]: row for row in rows[1:]}
    assert by_code["D3.3"][4:6] == ["0", "There are no individual action plans."]
    assert by_code["D9.4"][4:6] == ["", ""]
    every = client.get(reverse("take_list", args=["our-diagnostic", "csv"])).content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(every)))) == 81
    assert "zqtheirsqz" not in every
    book = load_workbook(io.BytesIO(client.get(link.replace("csv", "xlsx")).content))
    assert len(list(book.active.rows)) == 41
    foreign = sign_in(stranger).get(link).content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(foreign)))) == 1


# --- What a page costs -----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_or_three(sign_in: SignIn, focal_point: User, count: int) -> None:
    for number in range(count):
        finished(focal_point, {"D1.1": 1}, f"round {number}")
    client = sign_in(focal_point)
    client.get(reverse("needs:diagnostics"))
    with asking(LIST):
        page = client.get(reverse("needs:diagnostics"))
    assert len(page.context["diagnostics"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_result_costs_the_same_for_one_or_three_of_everything(
    sign_in: SignIn, people: People, focal_point: User, count: int
) -> None:
    specialist, reviewers = people.specialist(), [people.reviewer(), people.reviewer()]
    for number in range(count):
        version = endorsed(people.focal_point(people.organization(country="PY")), specialist, reviewers)
        step(people.publisher(), version, "publish")
        finished(focal_point, {"D1.1": 1}, f"round {number}")
    items = ["D1.1", "D1.2", "D1.3"][:count]
    every = dict.fromkeys(items, 0) | {f"D9.{number + 1}": 3 for number in range(count)}
    made = finished(focal_point, every | {"D2.2": 2} | {f"D5.{number + 1}": 2 for number in range(count)})
    client = sign_in(focal_point)
    client.post(reverse("needs:diagnostic_needs", args=[made.pk]), {"items": items})
    client.get(result_url(made))
    with asking(RESULT):
        page = client.get(result_url(made))
    assert len(page.context["lacking"]) == count
    assert len(page.context["middling"][0]["practices"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_an_area_costs_the_same_for_one_or_three_answers(sign_in: SignIn, focal_point: User, count: int) -> None:
    made = begun(focal_point)
    score(focal_point, made, {f"D3.{number + 1}": 1 for number in range(count)})
    client = sign_in(focal_point)
    client.get(area_url(made))
    with asking(AREA):
        client.get(area_url(made))
