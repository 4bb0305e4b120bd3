"""M1: every address × everybody × own, foreign, missing × every method (reliability page, section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.views import LoginView
from django.urls import Resolver404, resolve
from django.utils import translation
from wagtail.models import Page

from network_site.organizations.models import User

from . import matrix, urls
from .dump import private_rows, words_in
from .matrix import READ_AND_WRITE, Cell, ask, enter
from .population import World
from .urls import METHODS, WAGTAIL_ADMIN

embedded = pytest.mark.embedded

# Those whose cells differ most are asked by every method. That a method is refused does not depend on who asks it:
# the others of the day read and write, and everybody does everything by night.
BY_EVERY_METHOD = {"anonymous", "rival focal point", "specialist"}
# Whose cells are like those of somebody above or below her in the list, but for a few: by night.
BY_NIGHT = {
    "owner's contributor", "owner's administrator", "rival contributor", "first reviewer", "reviewer's colleague",
    "reviewer of something else", "superuser without membership", "user without membership",
}  # fmt: skip
# On SQLite lock 1 stands alone; by day somebody tries it to whom everything is foreign.
ON_BOTH = {"rival focal point"}
NAMES = (
    "anonymous", "owner's contributor", "owner's focal point", "owner's learner", "owner's administrator",
    "rival focal point", "rival contributor", "rival learner", "rival administrator", "first reviewer",
    "second reviewer", "reviewer's colleague", "reviewer of something else", "donor", "specialist", "publisher",
    "superuser without membership", "user without membership",
)  # fmt: skip


@embedded
def test_somebody_has_said_of_every_address_what_it_is() -> None:
    assert urls.unclassified() == []
    assert len(urls.patterns()) > 200


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[embedded] if name in ON_BOTH else []) for name in NAMES if name not in BY_NIGHT],
)
def test_nothing_leaks_in_the_cells_of(name: str, world: World) -> None:
    methods = METHODS if name in BY_EVERY_METHOD else READ_AND_WRITE
    assert matrix.leaks_for(world, name, matrix.filled_forms(world), methods=methods) == []


@pytest.mark.nightly
@pytest.mark.parametrize("name", [name for name in NAMES if name not in BY_EVERY_METHOD])
def test_nothing_leaks_by_any_method_in_the_cells_of(name: str, world: World) -> None:
    assert matrix.leaks_for(world, name, matrix.filled_forms(world)) == []


# --- The matrix sees what there is to see ----------------------------------------------------


@embedded
@pytest.mark.parametrize(
    ("name", "pattern", "thing"),
    [
        ("owner's focal point", "*/workspace/practices/<uuid:pk>/", "draft"),
        ("owner's contributor", "*/workspace/practices/<uuid:pk>/check/", "draft"),
        ("first reviewer", "*/workspace/practices/<uuid:pk>/", "dossier"),
        ("specialist", "*/workspace/practices/<uuid:pk>/", "dossier"),
        ("specialist", "*/workspace/practices/<uuid:pk>/adjudication/", "dispute"),
        ("user without membership", "*/workspace/practices/<uuid:pk>/", "shared"),
    ],
)
def test_those_who_may_do_meet_the_word(name: str, pattern: str, thing: str, world: World) -> None:
    path = urls.path_of(pattern, {"pk": str(world.b.versions[thing].pk)})
    answer = ask(enter(world.users[name]), Cell(pattern, "own", path, "", "GET"), private_rows())
    assert answer.status == 200
    assert world.b.word(thing) in answer.body


@embedded
def test_a_reviewer_downloads_the_evidence_and_its_name_and_words_are_in_the_answer(world: World) -> None:
    path = f"/en/files/{world.evidence(world.b.versions['dossier'])}/"
    answer = ask(enter(world.second), Cell("", "own", path, "", "GET"), private_rows())
    assert answer.body == f"%PDF-1.4 {world.b.word('dossier')} in the file"
    assert words_in(answer.headers, [f"{world.b.word('dossier')}file"]) != []


@embedded
def test_everybody_downloads_what_a_published_practice_offers(world: World) -> None:
    path = f"/en/files/{world.attached(world.b.versions['public'], is_public=True)}/"
    answer = ask(enter(None), Cell("", "own", path, "", "GET"), private_rows())
    assert (answer.status, answer.body) == (200, f"%PDF-1.4 {world.b.word('public')} in the handout")


@embedded
def test_an_export_holds_the_words_of_its_owner_and_of_nobody_else(world: World) -> None:
    answer = ask(enter(world.b.focal_point), Cell("", "own", f"/en/files/{world.b.export.pk}/", "", "GET"), {})
    assert answer.status == 200
    assert words_in(answer.body, world.b.words("draft", "dossier", "next")) != []
    assert words_in(answer.body, world.all_words - world.b.words(*world.b.versions)) == []


@embedded
@pytest.mark.parametrize(
    ("name", "pattern", "thing", "others"),
    [
        ("owner's focal point", "*/workspace/practices/<uuid:pk>/edit/<slug:step>/", "draft", {"step": "brief"}),
        ("owner's focal point", "*/workspace/practices/<uuid:pk>/edit/<slug:step>/", "draft", {"step": "needs"}),
        ("owner's focal point", "*/workspace/practices/<uuid:pk>/text/<str:language>/", "draft", {"language": "es"}),
        ("owner's contributor", "*/workspace/practices/<uuid:pk>/do/<slug:name>/", "draft", {"name": "hand_over"}),
        ("owner's contributor", "*/workspace/practices/new/", "", {}),
        ("specialist", "*/workspace/practices/<uuid:pk>/adjudication/", "dispute", {}),
        ("specialist", "*/workspace/practices/<uuid:pk>/do/<slug:name>/", "dossier", {"name": "request_revision"}),
        ("second reviewer", "*/workspace/reviews/<uuid:pk>/", "second", {}),
    ],
)
def test_the_forms_that_the_matrix_sends_do_write_when_they_may(
    name: str, pattern: str, thing: str, others: dict[str, str], world: World
) -> None:
    """Otherwise a refused form would look like a closed door."""
    things: dict[str, Any] = {**world.b.versions, **world.b.reviews}
    pk = str(things[thing].pk) if thing else ""
    forms = matrix.filled_forms(world)
    (group,) = matrix._cells(world, pattern, urls.ADDRESSES[pattern], {"pk": pk} | others, "own", pk, ("POST",), forms)
    answer = ask(enter(world.users[name]), group[0], private_rows())
    assert (answer.status, bool(answer.changed)) == (302, True)


# --- Wagtail's admin -------------------------------------------------------------------------

TENANTS = ("rival focal point", "rival administrator", "first reviewer", "donor", "rival learner")


def admin_paths() -> Iterator[tuple[str, str]]:
    """Every address of Wagtail's admin with the id of a page, or of nothing."""
    home = str(Page.objects.filter(depth=2).values_list("pk", flat=True)[0])
    for found in urls.patterns():
        address = found.address
        if address is not None and address.is_a == WAGTAIL_ADMIN:
            names = ("pk", "page_id", "page_to_edit_id", "parent_page_id", "object_id", "revision_id")
            yield found.pattern, urls.example_path(found, dict.fromkeys(names, home))


@pytest.mark.parametrize(
    "name",
    [pytest.param("rival focal point", marks=embedded), *TENANTS[1:], "anonymous", "user without membership"],
)
def test_no_tenant_gets_into_wagtails_admin(name: str, world: World) -> None:
    client = enter(world.users[name])
    before = private_rows()
    forbidden = world.all_words - world.page_words(name)
    inside = []
    tried = 0
    for pattern, path in admin_paths():
        for method in ("GET", "POST"):
            answer = ask(client, Cell(pattern, "foreign", path, "", method), before)
            tried += 1
            closed = answer.status in {403, 404, 405} or (answer.status == 302 and _leads_out(answer))
            if pattern not in OPEN_IN_ADMIN and (not closed or words_in(answer.text, forbidden) or answer.changed):
                inside.append(f"{method} {path} answers {answer.status} {_target(answer)}")
    assert inside == []
    assert tried > 300


# A catalogue of translated words of Wagtail's own interface, its icons, and a page that is always 404.
OPEN_IN_ADMIN = {"admin/jsi18n/", "admin/sprite/", "admin/test404/"}


def _leads_out(answer: matrix.Answer) -> bool:
    """To the sign-in page, or (from an address that does not exist) to one with a language, which is missing too."""
    return _target(answer) == "/admin/login/" or not _target(answer).startswith("/admin/")


def _target(answer: matrix.Answer) -> str:
    found = [line.partition(": ")[2] for line in answer.headers.splitlines() if line.startswith("Location: ")]
    return found[0].partition("?")[0] if found else ""


@embedded
def test_an_operator_of_the_cms_meets_no_private_word_in_the_admin(world: World) -> None:
    client = enter(world.operator)
    before = private_rows()
    # The operator sees accounts, and therefore their names.
    forbidden = world.all_words - {"zqfirstreviewerqz", "zqsecondreviewerqz"}
    forbidden -= world.page_words("superuser without membership")
    shown, opened = [], 0
    for pattern, path in admin_paths():
        answer = ask(client, Cell(pattern, "foreign", path, "", "GET"), before)
        opened += answer.status == 200
        shown += [f"{path} shows {word}" for word in words_in(answer.text, forbidden)]
        shown += [f"{path} changes private rows" for _ in answer.changed]
    assert shown == []
    assert opened > 40


# --- Sign-in ---------------------------------------------------------------------------------


@embedded
@pytest.mark.parametrize("code", ["", "en/", "es/", "fr/", "pt-br/"])
@pytest.mark.parametrize("path", ["admin/login/", "_util/login/"])
def test_no_other_sign_in_page_stands_beside_the_one_that_asks_for_the_second_factor(code: str, path: str) -> None:
    """Wagtail's and Django's own sign-in pages would make a session without one."""
    with translation.override(code.rstrip("/") or "en"):
        try:
            found = resolve(f"/{code}{path}")
        except Resolver404:
            return
    assert found.func.__module__ != "django.contrib.auth.views"
    assert getattr(found.func, "view_class", None) is not LoginView


def without_second_factor(user: User) -> Any:
    client = enter(None)
    client.force_login(user)
    return client


@embedded
@pytest.mark.parametrize("name", ["specialist", "publisher", "rival administrator", "superuser without membership"])
def test_staff_without_a_second_factor_reach_no_page_of_data(name: str, world: World) -> None:
    user = world.users[name]
    assert user is not None
    client = without_second_factor(user)
    reached = [
        path
        for path in ("/admin/", "/admin/users/", "/admin/pages/", "/en/workspace/", "/en/workspace/network/queue/")
        if client.get(path).status_code == 200
    ]
    assert reached == []
