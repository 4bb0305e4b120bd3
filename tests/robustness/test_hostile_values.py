"""Every place that takes a value, and values that nobody sane sends: a clear answer each time, and nothing lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from network_site.publishing.models import PublishedRecord
from practices.models import PracticeVersion

from ..people import acting, draft, endorsed, step
from .conftest import Stage
from .reading import TEXTUAL, Answer, Field, Form, even
from .values import CHOSEN, KILLERS, VALUES, naughty, pair, path_part, query, text_of

# Not marked `embedded`: what it asks does not depend on the database, and it is long.

PARAMETERS = {
    "home": ("q", "page"),
    "databank": ("q", "country", "theme", "group", "evidence", "sort", "page", "unknown"),
    "practice": ("q", "page"),
    "withdrawn": ("page",),
    "search": (
        "q",
        "kind",
        "theme",
        "country",
        "evidence",
        "organization",
        "section",
        "language",
        "sort",
        "view",
        "exact",
        "page",
    ),
    "search_feed": ("q", "country", "page"),
    "suggest": ("q", "kind"),
    "organizations": ("q", "kind", "page"),
    "organization": ("page",),
    "text": ("page",),
}
FORMS = (
    "new", "edit brief", "edit where", "edit story", "edit results", "edit needs", "edit contact",
    "edit with questions", "check", "version to send", "version to screen", "version to settle", "version to publish",
    "version to withdraw", "version to follow", "translate", "screening", "reviewers", "adjudication", "declaration",
    "rubric", "notices", "sign in", "password reset", "assistance to ask", "assistance to end", "confirm", "word",
    "mail settings", "people", "person", "farewell", "leave", "invite", "sessions", "my data", "single sign-on",
)  # fmt: skip
STEPS = ("brief", "where", "story", "results", "needs", "contact")
COUNTERS = ("-TOTAL_FORMS", "-INITIAL_FORMS")
WIDER_THAN_TEXT = {"checkbox", "radio", "select", "hidden", "file"}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def gather(answers: Iterable[tuple[str, Answer]]) -> list[str]:
    """What went wrong, each with the place and the value."""
    return [f"{where}: {wrong}" for where, answer in answers for wrong in answer.wrongs]


# --- Addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PARAMETERS)
def test_query_of_a_public_page(page: str, stage: Stage) -> None:
    assert query_answers(stage, page, VALUES if page in {"databank", "search"} else CHOSEN) == []


@pytest.mark.nightly
@pytest.mark.parametrize("page", PARAMETERS)
def test_query_of_a_public_page_with_the_naughty_list(page: str, stage: Stage) -> None:
    """The list where words are typed; the values everywhere."""
    assert query_answers(stage, page, VALUES, words=VALUES | naughty()) == []


def query_answers(
    stage: Stage, page: str, values: dict[str, bytes], words: dict[str, bytes] | None = None
) -> list[str]:
    wrong = []
    for parameter in PARAMETERS[page]:
        given = words if words and parameter == "q" else values
        for number, (label, value) in enumerate(given.items()):
            # From many places, or the limit on suggestions would be all that is seen.
            place = f"10.0.{number // 250}.{number % 250 + 1}"
            answer = stage.get("", stage.paths[page], pair(parameter, value), REMOTE_ADDR=place)
            wrong += gather([(f"{parameter}={label}", answer)])
            wanted = {400} if b"\x00" in value else {410} if page == "withdrawn" else {200}
            if answer.status not in wanted:
                wrong.append(f"{parameter}={label}: {answer.status}")
            if answer.status == 200 and parameter == "q" and page != "home" and answer.page is not None:
                # The last one: the first is the box of the frame, which is empty.
                shown = answer.page.typed().get("q", [""])[-1]
                if not _in_one_line(text_of(value)).startswith(_in_one_line(shown)):
                    wrong.append(f"{parameter}={label}: the box shows {shown[:40]!r}")
    return wrong


def _in_one_line(text: str) -> str:
    """Words with single blanks: what the search keeps of what was typed."""
    return " ".join(even(text).split())


# Every list and page of the workspace and of accounts that is read, and who reads it.
WORKSPACE = {
    "workspace:home": "contributor", "workspace:notices": "contributor", "workspace:mail_settings": "contributor",
    "workspace:exports": "contributor", "practices:list": "contributor", "practices:new": "contributor",
    "practices:reviews": "reviewer", "practices:queue": "specialist", "organizations:people": "administrator",
    "organizations:invite": "administrator", "organizations:leave": "contributor",
    "organizations:trail": "administrator", "organizations:trail_csv": "administrator", "my_sessions": "contributor",
    "my_data": "contributor", "account_email": "contributor", "account_change_password": "contributor",
    "mfa_index": "administrator", "mfa_list_webauthn": "contributor", "account_reauthenticate": "contributor",
    "glossary": "", "vocab:index": "", "api:front": "", "sso_start": "", "invitation": "",
}  # fmt: skip
OBJECTS = {
    "workspace:export": ("contributor", "export"), "practices:word": ("contributor", "draft"),
    "practices:interview": ("contributor", "draft"), "practices:assistance": ("focal", "assisted"),
    "practices:confirm": ("focal", "assisted"), "practices:check": ("contributor", "draft"),
    "practices:version": ("focal", "in_review"), "organizations:person": ("administrator", "membership"),
    "organizations:end": ("administrator", "membership"),
}  # fmt: skip
# The console's own pages; Wagtail's are Wagtail's.
CONSOLE = {
    "letters": "", "letter_discard": "letter", "organizations": "", "organization_new": "",
    "organization": "organization", "organization_verify": "organization", "schemes": "", "announcements": "",
    "announcement_new": "", "announcement": "announcement", "glossary": "", "concept_new": "", "concept": "concept",
}  # fmt: skip
ASKED = ("page", "next", "q", "kind", "country", "state", "language", "lang", "organisation", "action", "since")


def hostile_queries(stage: Stage, who: str, address: str) -> list[str]:
    """The page with everything that any page reads from its address, all of it hostile."""
    found = (
        (label, stage.get(who, address, query([(parameter, value) for parameter in ASKED])))
        for label, value in KILLERS.items()
    )
    return gather(found)


@pytest.mark.parametrize("name", WORKSPACE)
def test_query_of_a_workspace_page(name: str, stage: Stage) -> None:
    assert hostile_queries(stage, WORKSPACE[name], str(reverse(name))) == []


@pytest.mark.parametrize("name", OBJECTS)
def test_query_of_the_page_of_an_object(name: str, stage: Stage) -> None:
    who, key = OBJECTS[name]
    address = str(reverse(name, args=[stage.ids[key]]))
    assert stage.get(who, address).status == 200
    assert hostile_queries(stage, who, address) == []


@pytest.mark.parametrize("name", CONSOLE)
def test_query_of_a_page_of_the_console(name: str, stage: Stage) -> None:
    address = str(reverse(f"console:{name}", args=[stage.ids[CONSOLE[name]]] if CONSOLE[name] else []))
    assert stage.get("operator", address).status == 200
    wrong = [one for one in hostile_queries(stage, "operator", address) if "ran something" not in one]
    assert wrong == []


def path_patterns(stage: Stage) -> list[tuple[str, str, str]]:
    """Who asks, the path before the hostile part, and the path after it."""
    base, directory = stage.paths["databank"], stage.paths["organizations"]
    draft_path = f"/en/workspace/practices/{stage.ids['draft']}/"
    return [
        ("", "/", "/"), ("", "/en/", "/"), ("", base, "/"), ("", base, "-slug/"), ("", f"{base}1-", "/"),
        ("", stage.paths["practice"] + "v", "/"), ("", directory, "/"), ("", "/files/", "/"),
        ("", "/documents/1/", ""), ("", "/static/", ""), ("", "/media/", ""), ("", "/en/accounts/", "/"),
        ("", "/en/accounts/password/reset/key/", "/"), ("", "/en/accounts/confirm-email/", "/"),
        ("contributor", "/en/workspace/", "/"), ("contributor", "/en/workspace/practices/", "/"),
        ("contributor", draft_path + "edit/", "/"), ("contributor", draft_path + "text/", "/"),
        ("contributor", draft_path, "/"), ("focal", "/en/workspace/notices/", "/"),
        ("reviewer", "/en/workspace/reviews/", "/"), ("specialist", "/en/workspace/practices/", "/screening/"),
        ("specialist", "/en/workspace/network/", "/"),
    ]  # fmt: skip


def further_patterns(stage: Stage) -> list[tuple[str, str, str]]:
    """The same for addresses whose parts are read as those above are: by Django's converters, then by one query."""
    return [
        ("contributor", "/en/workspace/exports/", "/"), ("contributor", "/en/export/practices/", "/"),
        ("contributor", "/en/export/", "/csv/"), ("administrator", "/en/workspace/organization/people/", "/"),
        ("contributor", f"/en/workspace/practices/{stage.ids['draft']}/assistance/", "/"),
        ("specialist", "/en/workspace/network/assistance/", "/"), ("", "/en/mail/stop/", "/"),
        ("", "/en/accounts/invitation/", "/"), ("", "/accounts/oidc/", "/callback/"), ("", "/vocab/", ""),
        ("", "/vocab/LAF/", ""), ("", "/api/v1/practices/", "/"), ("operator", "/admin/console/terms/", "/"),
        ("operator", "/admin/console/term/", "/"), ("operator", "/admin/console/letters/", "/discard/"),
    ]  # fmt: skip


def test_parts_of_a_path(stage: Stage) -> None:
    assert path_answers(stage, path_patterns(stage), VALUES) == []


def test_parts_of_further_paths(stage: Stage) -> None:
    assert path_answers(stage, further_patterns(stage), KILLERS | {"path": VALUES["path"]}) == []


@pytest.mark.nightly
def test_parts_of_a_path_with_the_naughty_list(stage: Stage) -> None:
    """Of the patterns every fourth: they are read by the same few converters."""
    assert path_answers(stage, (path_patterns(stage) + further_patterns(stage))[::4], naughty()) == []


def path_answers(stage: Stage, patterns: list[tuple[str, str, str]], values: dict[str, bytes]) -> list[str]:
    wrong = []
    for who, before, after in patterns:
        for label, value in values.items():
            answer = stage.get(who, before + path_part(value) + after)
            wrong += gather([(f"{before}{label}{after}", answer)])
            if answer.status not in {200, 301, 302, 400, 403, 404, 405, 410}:
                wrong.append(f"{before}{label}{after}: {answer.status}")
    return wrong


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_methods_that_a_page_does_not_know(method: str, stage: Stage) -> None:
    """A public page answers 405 or as it does to GET; nothing breaks."""
    for path in stage.paths.values():
        response = getattr(stage.client(""), method)(path)
        assert response.status_code < 500, path
    found = {
        name: getattr(stage.client(who), method)(str(reverse(name))).status_code for name, who in WORKSPACE.items()
    }
    assert {name: status for name, status in found.items() if status not in {200, 204, 302, 405, 410, 422}} == {}


def test_many_filters_are_cut_and_the_page_says_so(stage: Stage) -> None:
    answer = stage.get("", stage.paths["databank"], query([("country", b"%d" % number) for number in range(1_000)]))
    assert (answer.status, answer.wrongs) == (200, [])
    assert "Only the first 50 filters were used." in answer.body


def test_long_words_are_cut_and_the_page_says_so(stage: Stage) -> None:
    answer = stage.get("", stage.paths["databank"], pair("q", b"x" * 10_240))
    assert (answer.status, answer.wrongs) == (200, [])
    assert "Only the first 200 characters of your words were used." in answer.body


@pytest.mark.parametrize("page", [b"-1", b"0", b"NaN", b"1" + b"0" * 30, b"99999", b"1.5", b"\xd9\xa1"])
def test_a_page_number_out_of_range_shows_a_page(page: bytes, stage: Stage) -> None:
    answer = stage.get("", stage.paths["databank"], pair("page", page))
    assert (answer.status, answer.wrongs) == (200, [])
    assert "practice" in answer.body


def test_more_parameters_than_anybody_needs(stage: Stage) -> None:
    answer = stage.get("", stage.paths["databank"], query([("theme", b"x")] * 10_001))
    assert (answer.status, answer.wrongs) == (400, [])


def test_headers(stage: Stage) -> None:
    names = (
        "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE", "HTTP_REFERER", "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR",
        "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_RANGE", "HTTP_HX_REQUEST", "HTTP_ACCEPT",
        "HTTP_ACCEPT_ENCODING", "HTTP_X_HTTP_METHOD_OVERRIDE", "CONTENT_LENGTH",
    )  # fmt: skip
    wrong = []
    for name in names:
        for label, value in CHOSEN.items():
            text = value.decode("latin-1").replace("\r", "").replace("\n", "")
            if name == "HTTP_COOKIE":
                text = (
                    f"{settings.LANGUAGE_COOKIE_NAME}={text}; {settings.SESSION_COOKIE_NAME}={text}; csrftoken={text}"
                )
            for path in ("/", "/en/accounts/login/"):
                wrong += gather([(f"{name}={label}", stage.get("", path, "", **{name: text}))])
    assert wrong == []


@pytest.mark.parametrize("host", ["evil.example", "testserver:x", "a b", "a" * 300, "[::1", "testserver@evil.example"])
def test_a_host_that_is_not_ours(host: str, stage: Stage) -> None:
    answer = stage.get("", "/en/", HTTP_HOST=host)
    assert answer.status == 400
    assert "evil.example" not in answer.body


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(target: str, stage: Stage) -> None:
    user = stage.users["contributor"]
    pairs = [("login", user.email.encode()), ("password", b"a long enough password"), ("next", target.encode())]
    answer = stage.post("", str(reverse("account_login")), pairs)
    assert (answer.status, answer.wrongs) == (302, [])
    assert answer.headers["Location"].endswith("/workspace/")


# --- Forms -----------------------------------------------------------------------------------


def filled(form: Form, value: bytes | None, *, only: str | None = None, kinds: set[str] | None = None) -> Any:
    """The form as a browser would send it, with the hostile value in the named field, or in all."""
    pairs: list[tuple[str, bytes]] = []
    for one in form.fields:
        hostile = value is not None and (only == one.name if only else one.kind in (kinds or TEXTUAL | {"textarea"}))
        if hostile and value is not None:
            if (one.name, value) not in pairs or one.kind not in {"checkbox", "radio"}:
                pairs.append((one.name, value))
        elif one.checked and one.kind != "file":
            pairs.append((one.name, one.value.encode()))
    return pairs


def lost(answer: Answer, pairs: list[tuple[str, bytes]], fields: list[Field]) -> list[str]:
    """Which of the texts that were sent the page does not show in its form any more.

    A counter of rows that somebody forged takes the rows with it; nobody types a counter.
    """
    if answer.page is None:
        return ["no page"]
    counters = {one.name: one.value.encode() for one in fields if one.name.endswith(COUNTERS)}
    if not counters.items() <= dict(pairs).items():
        return []
    typed = answer.page.typed()
    textual = {one.name for one in fields if one.kind in TEXTUAL - {"password"} | {"textarea"}}
    missing = []
    for name, value in pairs:
        if name in textual and even(text_of(value)) not in {even(shown) for shown in typed.get(name, [])}:
            missing.append(f"{name} lost {text_of(value)[:30]!r}, shows {[text[:30] for text in typed.get(name, [])]}")
    return missing


def send(stage: Stage, where: str, who: str, path: str, form: Form, pairs: list[tuple[str, bytes]]) -> list[str]:
    """Send a form, take it back, and say what was wrong with the answer."""
    with undone():
        answer = stage.post(who, path, pairs)
        wrong = gather([(where, answer)])
        if answer.status in {409, 422}:
            wrong += [f"{where}: {words}" for words in lost(answer, pairs, form.fields)]
        elif answer.status in {301, 302} and any(b"<" in value for _name, value in pairs):
            following = stage.get(who, answer.headers["Location"].split("?")[0].removeprefix("http://testserver"))
            wrong += gather([(f"{where}, then {answer.headers['Location']}", following)])
        elif answer.status not in {200, 301, 302, 400, 403, 404, 429}:
            wrong.append(f"{where}: {answer.status}")
    return wrong


@pytest.mark.parametrize("page", FORMS)
def test_all_texts_of_a_form_at_once(page: str, stage: Stage) -> None:
    assert form_answers(stage, page, CHOSEN) == []


@pytest.mark.nightly
@pytest.mark.parametrize("page", FORMS)
def test_all_texts_of_a_form_with_the_naughty_list(page: str, stage: Stage) -> None:
    """Every string of the list goes into a text of the form, another one into each."""
    wrong = []
    for who, path, form in stage.forms(page):
        for label, pairs in spread(form, naughty()):
            wrong += send(stage, f"{path} {label}", who, path, form, pairs)
    assert wrong == []


def spread(form: Form, values: dict[str, bytes]) -> Iterator[tuple[str, Any]]:
    """The form sent as often as it takes until each value has stood in one of its texts; with the first one's label."""
    texts = list(dict.fromkeys(one.name for one in form.fields if one.kind in TEXTUAL | {"textarea"}))
    left = list(values.items())
    while texts and left:
        now, left = left[: len(texts)], left[len(texts) :]
        given = {name: value for name, (_label, value) in zip(texts, now, strict=False)}
        yield now[0][0], [(name, given.get(name, value)) for name, value in filled(form, None)]


def form_answers(stage: Stage, page: str, values: dict[str, bytes]) -> list[str]:
    return [
        wrong
        for who, path, form in stage.forms(page)
        for label, value in values.items()
        for wrong in send(stage, f"{path} {label}", who, path, form, filled(form, value))
    ]


# One form of each make by day; by night all of them, with every value.
@pytest.mark.parametrize("page", ["new", "edit results", "translate", "rubric", "sign in", "invite", "word"])
def test_each_field_of_a_form_alone(page: str, stage: Stage) -> None:
    assert field_answers(stage, page, KILLERS) == []


@pytest.mark.nightly
@pytest.mark.parametrize("page", FORMS)
def test_each_field_of_a_form_alone_with_every_value(page: str, stage: Stage) -> None:
    assert field_answers(stage, page, VALUES) == []


def field_answers(stage: Stage, page: str, values: dict[str, bytes]) -> list[str]:
    return [
        wrong
        for who, path, form in stage.forms(page)
        for name in dict.fromkeys(one.name for one in form.fields)
        for label, value in values.items()
        for wrong in send(stage, f"{path} {name}={label}", who, path, form, filled(form, value, only=name))
    ]


@pytest.mark.parametrize("page", FORMS)
def test_a_form_without_its_fields(page: str, stage: Stage) -> None:
    """Nothing at all, the button alone, and every choice and counter hostile at once."""
    wrong = []
    for who, path, form in stage.forms(page):
        for pairs in (
            [],
            [("leave", b"1")],
            [("add_contacts", b"1"), ("contacts-TOTAL_FORMS", b"1" + b"0" * 30)],
            *(filled(form, value, kinds=WIDER_THAN_TEXT) for value in KILLERS.values()),
        ):
            wrong += send(stage, f"{path} {str(pairs)[:60]}", who, path, form, pairs)
    assert wrong == []


def test_what_is_stored_is_shown_and_runs_nowhere(stage: Stage) -> None:
    """All pages of the form full of markup that the form takes, one after the other; then every page that shows it."""
    assert stored_answers(stage, {"markup": b"Words<script>alert(1)</script><img src=x onerror=alert(2)>"}) == []


@pytest.mark.nightly
def test_what_is_stored_runs_nowhere_with_the_naughty_list(stage: Stage) -> None:
    """What has markup in it: other strings cannot run."""
    assert stored_answers(stage, VALUES | {label: text for label, text in naughty().items() if b"<" in text}) == []


def stored_answers(stage: Stage, values: dict[str, bytes]) -> list[str]:
    wrong = []
    version = stage.ids["draft"]
    for who in ("contributor", "reviewer"):
        stage.client(who)  # signed in before anything is undone, or the session would be undone as well
    shown = [("contributor", f"practices:{name}", [version]) for name in ("version", "check")]
    shown += [("contributor", "practices:edit", [version, name]) for name in STEPS]
    shown += [("contributor", "practices:translate", [version, "fr"]), ("contributor", "practices:list", [])]
    shown += [("reviewer", "practices:review", [stage.ids["review_open"]])]
    for label, value in values.items():
        with undone():
            taken = 0
            for page in (*(f"edit {name}" for name in STEPS), "translate", "rubric"):
                who, path, form = stage.forms(page)[0]
                answer = stage.post(who, path, completed(form, value))
                wrong += gather([(f"{path} {label}", answer)])
                taken += answer.status == 302
                if label == "markup" and answer.status != 302:
                    wrong.append(f"{path} does not take markup as text: {answer.status}")
            for who, name, keys in shown if taken else []:
                address = str(reverse(name, args=keys))
                wrong += gather([(f"{address} {label}", stage.get(who, address))])
    return wrong


STRICT = {"amount": b"1.00", "currency": b"USD", "email": b"x@example.org"}
NUMBERS = ("year", "coverage", "url", "baseline", "value", "sample_size", "months_followed")


def completed(form: Form, value: bytes) -> list[tuple[str, bytes]]:
    """The form with the value in every text, something fitting in every choice, and numbers left as they are."""
    pairs = []
    for one in form.fields:
        word = one.name.rpartition("-")[2]
        if one.name.startswith("attachments-") and word == "title":
            continue  # a row with words wants a file
        if word in STRICT:
            pairs.append((one.name, STRICT[word]))
        elif one.kind == "select" and not one.value:
            pairs.append((one.name, next(filter(None, one.options), "").encode()))
        elif one.kind in {"text", "textarea"} and not word.endswith(NUMBERS):
            pairs.append((one.name, value))
        elif one.checked and one.kind != "file":
            pairs.append((one.name, one.value.encode()))
    return pairs


def test_a_published_practice_full_of_hostile_texts(stage: Stage) -> None:
    """Every free text of a practice hostile, through review and publication: the public pages in four languages."""
    evil = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}\u202e"
    users = stage.users
    texts = ("title", "one_line", "problem", "description", "region", "reach", "negative_effects", "risks_if_copied")
    fields = {name: f"{evil} {name}"[:100] for name in texts} | {
        "description": f"{evil} {'Inspectors write letters. ' * 12}",
        "transfer_offer": evil,
    }
    rows = {
        "contacts": [{"name": evil, "email": "x@example.org", "language": "en", "is_public": True}],
        "contributions": [{"name": evil, "role": "lead"}],
        "outcomes": [{"indicator": evil, "unit": evil[:60], "source": evil, "direction": "positive"}],
        "building_blocks": [{"title": evil, "text": evil, "kind": "core", "usable_alone": True}],
        "costs": [{"category": evil, "year": 2020, "amount": "1.00", "currency": "USD"}],
        "evidence_items": [{"type": "survey", "title": evil, "url": "https://example.org/?a='><script>alert(1)"}],
    }
    with undone():
        version = endorsed(
            users["focal"], users["specialist"], [users["reviewer"], users["partner"]], **fields, rows=rows
        )
        wrong = gather(
            [
                (f"{who} {name}", stage.get(who, str(reverse(f"practices:{name}", args=[version.pk]))))
                for who, name in (("focal", "version"), ("specialist", "version"), ("publisher", "version"))
            ]
        )
        step(users["publisher"], version, "publish")
        record = PublishedRecord.objects.get(pk=version.practice_id)
        for language, base in (("en", "practices"), ("es", "practicas"), ("fr", "pratiques"), ("pt-br", "praticas")):
            for path in (f"/{language}/", f"/{language}/{base}/", f"/{language}/{base}/{record.path}"):
                answer = stage.get("", path)
                assert answer.status == 200
                wrong += gather([(path, answer)])
                assert "{{7*7}}" in answer.body or path == f"/{language}/"
                assert "\u202e" not in answer.body
    assert wrong == []


def test_titles_lose_marks_that_turn_text_around(stage: Stage) -> None:
    with acting(stage.users["contributor"]):
        version = draft(stage.users["contributor"], title="Safe \u202etxt.exe\u2069 e\u0301")
        assert PracticeVersion.objects.get(pk=version.pk).title == "Safe txt.exe é"


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt-br"])
def test_a_refusal_names_every_question_in_the_readers_language(language: str, stage: Stage) -> None:
    path = f"/{language}/workspace/practices/new/"
    answer = stage.post("contributor", path, [("title", b"x" * 101), ("contacts-TOTAL_FORMS", b"1")])
    assert answer.status == 422
    assert answer.wrongs == []
    english = stage.post("contributor", "/en/workspace/practices/new/", [("contacts-TOTAL_FORMS", b"1")])
    assert ("Fill this in." in answer.body) == (language == "en")
    assert "Fill this in." in english.body


@pytest.mark.parametrize(("before", "now"), [("es", "en"), ("en", "fr")])
def test_what_cannot_be_read_is_refused_in_the_language_of_its_address(before: str, now: str, stage: Stage) -> None:
    """Not in that of whoever the same thread answered before."""
    stage.get("", f"/{before}/")
    answer = stage.get("", f"/{now}/", "q=%00")
    assert (answer.status, f'<html lang="{now}"' in answer.body) == (400, True)


def test_a_body_that_is_no_form(stage: Stage) -> None:
    path = str(reverse("practices:new"))
    client = stage.client("contributor")
    for body, kind in (
        (b"{}", "application/json"),
        (b"\x00\xff", "application/x-www-form-urlencoded"),
        (b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n', "multipart/form-data; boundary=x"),
        (b"nothing", "multipart/form-data"),
        (b"nothing", "multipart/form-data; boundary=\xc3\xa9"),
        (b"a=1", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"a=1", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"title=" + b"x" * (5 * 1024 * 1024 + 1), "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(10_001)), "application/x-www-form-urlencoded"),
    ):
        with undone():
            response = client.generic("POST", path, body, content_type=kind)
            assert response.status_code in {400, 413, 415, 422}, (kind, response.status_code)
