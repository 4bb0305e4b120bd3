"""The matrix: every address of an object × everybody × own, foreign, missing × every method.

`leaks_for` walks all cells of one person and returns what was wrong, in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.apps import apps
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from wagtail.models import Page

from funders.models import Offer
from learning.models import Course, Proposal
from needs.models import Need
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import Membership, User
from network_site.publishing.models import OrganizationsPage, PublishedFile, PublishedRecord
from practices.models import DatabankPage, PracticeVersion, Review
from search.models import SearchPage
from search.models.entries import entry_id

from ..people import prove_second_factor
from . import (
    plant_diagnostics,
    plant_execution,
    plant_learning,
    plant_matches,
    plant_needs,
    plant_offers,
    plant_projects,
    plant_rooms,
    urls,
)  # fmt: skip
from .dump import Rows, changes_in, private_rows, watching_writes, words_in
from .population import House, World
from .urls import ACCOUNT, METHODS, OBJECT, PUBLIC_OBJECT, Address

OWN, FOREIGN, MISSING = "own", "foreign", "missing"
MOST_OWN, MOST_FOREIGN = 2, 3
# A certificate without a name, one with it, and one that was revoked.
MOST_CODES = 3
READ_AND_WRITE = ("GET", "POST")
FORM = "application/x-www-form-urlencoded"

# For each address that takes a form, the names and values that are sent to it.
Forms = dict[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Cell:
    """One request of the matrix."""

    pattern: str
    relation: str
    path: str
    mark: str
    method: str
    data: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.pattern} ({self.relation})"


@dataclass(frozen=True)
class Answer:
    """What came back, and what it changed in the private tables."""

    status: int
    headers: str
    body: str
    changed: dict[tuple[str, str], str]

    @property
    def text(self) -> str:
        return f"{self.headers}\n{self.body}"


def enter(user: User | None) -> Client:
    """A browser in which a person is signed in with everything that her session must prove."""
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
        prove_second_factor(client, user)
    return client


def body_of(response: HttpResponse) -> str:
    """The whole body, streamed or not."""
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return content.decode("utf-8", "replace")


def without_chance(text: str) -> str:
    """A page without what differs from one request to the next: tokens, nonces, form keys, the second of signing."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "TOKEN", text)
    text = re.sub(r'name="key" value="[0-9a-f-]{36}"', "KEY", text)
    text = re.sub(r'"default";r=\d+;t=\d+', "LIMIT", text)
    # The cookie of messages is signed with the time: what it says stays, "value:second:signature" ends.
    text = re.sub(r"(?m)^messages=([^:;]*):[^;]*", r"messages=\1", text)
    text = re.sub(r"nonce-[\w+/=-]+", "NONCE", text)
    return re.sub(r'nonce="[^"]*"', "NONCE", text)


def ask(client: Client, cell: Cell, before: Rows) -> Answer:
    """Send one request, look at everything it did, and undo it."""
    cookies = client.cookies.copy()
    with transaction.atomic(), watching_writes() as watch:
        response = client.generic(
            cell.method, cell.path, urlencode(cell.data) if cell.data else "", content_type=FORM, headers={}
        )
        body = body_of(response)
        changed = changes_in(watch.written, before) if watch.written else {}
        transaction.set_rollback(True)
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(response.items()))
    # Cookies carry messages to the reader.
    sent = "\n".join(morsel.OutputString() for morsel in response.cookies.values() if "csrf" not in morsel.key)
    client.cookies = cookies
    return Answer(response.status_code, f"{headers}\n{sent}", body, changed)


# --- What belongs to whom --------------------------------------------------------------------


@dataclass(frozen=True)
class Belongings:
    """Ids of objects of one kind: what somebody may open, and what she may not."""

    own: list[str]
    foreign: list[str]


def _versions(world: World, name: str) -> Belongings:
    own, foreign = [], []
    # The most telling ones first; B's before A's, because B's are the secrets that are looked for.
    for thing in ("draft", "dossier", "dispute", "next", "returned", "public", "shared"):
        for house in (world.b, world.a):
            if thing in house.versions:
                (own if world.may_read(name, house, thing) else foreign).append(str(house.versions[thing].pk))
    return Belongings(own[:MOST_OWN], foreign[:MOST_FOREIGN])


def _files(world: World, name: str) -> Belongings:
    own, foreign = [], []
    for thing in ("draft", "dossier", "next", "shared"):
        for house in (world.b, world.a):
            if thing in house.versions:
                item = str(world.evidence(house.versions[thing]))
                (own if world.may_read(name, house, thing) else foreign).append(item)
    return Belongings(own[:MOST_OWN], foreign[:MOST_FOREIGN])


def _exports(world: World, user: User | None) -> Belongings:
    exports = {house.focal_point.pk: str(house.export.pk) for house in (world.b, world.a)}
    own = exports.pop(user.pk, "") if user is not None else ""
    return Belongings([own] if own else [], list(exports.values()))


def _attachments(world: World, name: str) -> Belongings:
    """What published records offer: for everybody, for members; and beside it what a ministry keeps to itself."""
    b = world.b
    published = str(world.attached(b.versions["public"], is_public=True))
    kept = str(world.attached(b.versions["public"], is_public=False))
    for_members = str(PublishedFile.objects.filter(record=world.members_only).values_list("pk", flat=True)[0])
    own, foreign = [published], []
    (own if "zqmembersqz" in world.page_words(name) else foreign).append(for_members)
    (own if world.may_read(name, b, "public") else foreign).append(kept)
    return Belongings(own, foreign)


def _together(*several: Belongings) -> Belongings:
    return Belongings([pk for one in several for pk in one.own], [pk for one in several for pk in one.foreign])


def _reviews(world: World, user: User | None) -> Belongings:
    reviews = [world.b.reviews["second"], world.b.reviews["first"], world.a.reviews["second"], world.a.reviews["first"]]
    mine = [str(review.pk) for review in reviews if user is not None and review.reviewer_id == user.pk]
    return Belongings(mine, [str(review.pk) for review in reviews if str(review.pk) not in mine][:MOST_FOREIGN])


def _notices(world: World, user: User | None) -> Belongings:
    of_others = [
        pk
        for other in (world.b.focal_point, world.first, world.specialist, world.a.focal_point)
        for pk in world.notices(other)[:1]
        if other != user
    ]
    return Belongings([str(pk) for pk in world.notices(user)[:1]], [str(pk) for pk in of_others][:MOST_FOREIGN])


def _of_members(world: World, user: User | None) -> dict[str, Belongings]:
    """Memberships, invitations and sessions: whoever belongs to a ministry opens its people's pages."""
    with acting_as(service_actor("accounts")):
        memberships = {
            house.letter: [
                str(pk)
                for pk in Membership.objects.filter(organization=house.organization).values_list("pk", flat=True)[:2]
            ]
            for house in (world.b, world.a)
        }
    inside = [house for house in (world.b, world.a) if user is not None and _belongs(world, user, house)]
    outside = [house for house in (world.b, world.a) if house not in inside]
    invitations = {house.letter: [str(house.invitation.pk)] for house in (world.b, world.a) if house.invitation}
    administers = [house for house in inside if user == house.administrator]
    others = [house for house in (world.b, world.a) if house not in administers]
    return {
        "membership": Belongings(
            [pk for house in inside for pk in memberships[house.letter]],
            [pk for house in outside for pk in memberships[house.letter]][:MOST_FOREIGN],
        ),
        "invitation": Belongings(
            [pk for house in administers for pk in invitations[house.letter]],
            [pk for house in others for pk in invitations[house.letter]],
        ),
        "session": Belongings(
            [str(one.pk) for one in world.sessions if one.user_id == (user.pk if user else None)],
            [str(one.pk) for one in world.sessions if one.user_id != (user.pk if user else None)][:MOST_FOREIGN],
        ),
    }


def _saved_searches(world: World, user: User | None) -> Belongings:
    """One's own, and those shared in the organisation that one acts for."""
    own, foreign = [], []
    for house in (world.b, world.a):
        for name, search in house.searches.items():
            inside = user is not None and _belongs(world, user, house)
            mine = inside and (name == "commonsearch" or user == house.focal_point)
            (own if mine else foreign).append(str(search.pk))
    return Belongings(own, foreign[:MOST_FOREIGN])


def _entries(world: World, *, is_member: bool) -> Belongings:
    """What can be found: the public's for everybody, the members' for members."""
    members_only = str(entry_id("practice", str(world.members_only.pk)))
    public = str(entry_id("practice", str(world.b.versions["public"].practice_id)))
    return Belongings([public, *([members_only] if is_member else [])], [] if is_member else [members_only])


def belongings(world: World, name: str) -> dict[str, Belongings]:
    """By kind of object."""
    user = world.users[name]
    members_only = str(world.members_only.number)
    public = str(PublishedRecord.objects.get(pk=world.b.versions["public"].practice_id).number)
    is_member = "zqmembersqz" in world.page_words(name)
    needs, their_needs = plant_needs.ids(world, user)
    registered, hidden = plant_needs.numbers(world, is_member=is_member)
    drafts, their_drafts = plant_projects.ids(world, user)
    own, foreign = plant_diagnostics.ids(world, user)
    executed, their_executed = plant_execution.ids(world, user)
    diagnostics = {kind: Belongings(own[kind], foreign[kind]) for kind in own}
    offers, their_offers = plant_offers.ids(world, user)
    rooms_own, rooms_foreign = plant_rooms.ids(world, name, user)
    rooms = {kind: Belongings(rooms_own[kind], rooms_foreign[kind]) for kind in rooms_own}
    courses = plant_learning.ids(world, name, user)
    return {
        **rooms,
        **{kind: Belongings(own[:MOST_CODES], foreign[:MOST_FOREIGN]) for kind, (own, foreign) in courses.items()},
        "execution": Belongings(executed[:MOST_OWN], their_executed[:MOST_FOREIGN]),
        "project_record": Belongings(plant_execution.numbers()[:MOST_OWN], []),
        "need": Belongings(needs[:MOST_OWN], their_needs[:MOST_FOREIGN]),
        "need_record": Belongings(registered[:MOST_OWN], hidden[:MOST_FOREIGN]),
        "diagnostic": diagnostics["diagnostic"],
        **{
            kind: Belongings(own[:MOST_OWN], foreign[:MOST_FOREIGN])
            for kind, (own, foreign) in plant_matches.ids(world, user).items()
        },
        "offer": Belongings(offers[:MOST_OWN], their_offers[:MOST_FOREIGN]),
        "offer_record": Belongings(plant_offers.numbers()[:MOST_OWN], []),
        "request": Belongings(plant_offers.requests()[:MOST_OWN], []),
        "followed": Belongings(plant_offers.followed()[:MOST_OWN], []),
        "project": Belongings(drafts[:MOST_OWN], their_drafts[:MOST_FOREIGN]),
        "version": _versions(world, name),
        "file": _together(
            _exports(world, user),
            _files(world, name),
            _attachments(world, name),
            diagnostics["file"],
            rooms["room_file"],
            rooms["proposal"],
        ),
        "export": _exports(world, user),
        "saved_search": _saved_searches(world, user),
        "entry": _entries(world, is_member=is_member),
        "review": _reviews(world, user),
        "notice": _notices(world, user),
        **_of_members(world, user),
        "record": Belongings([public, *([members_only] if is_member else [])], [] if is_member else [members_only]),
        "organization": Belongings([world.b.organization.key], [world.hidden.key]),
    }


# --- Forms as those fill them in who may -----------------------------------------------------


class _Fields(HTMLParser):
    """The fields of every form on a page, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self._textarea = self._select = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = {key: value or "" for key, value in attrs}
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in {"submit", "file", "button"}:
            if given.get("type") not in {"radio", "checkbox"}:
                self.values.append((name, given.get("value", "")))
            elif "checked" in given:
                self.values.append((name, given.get("value", "on")))
        elif tag == "textarea":
            self._textarea, self._text = name, []
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values.append((self._select, given.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea:
            self.values.append((self._textarea, "".join(self._text).removeprefix("\n")))
            self._textarea = ""
        elif tag == "select":
            self._select = ""


NOT_SENT = {"csrfmiddlewaretoken", "membership", "key"}
ANSWERS = {
    "screening": [*((question, "yes") for question in ("relevant", "repeatable", "ethical", "lawful", "no_promotion"))],
    "text": [(name, "posted text") for name in ("title", "one_line", "problem", "description")],
    "adjudication": [("rationale", "posted"), ("c_equity", "2")],
    "review": [("file", "1")],
}


def fields_on(html: str) -> list[tuple[str, str]]:
    """Names and values of the fields on a page, without any canary."""
    parser = _Fields()
    parser.feed(html)
    return [
        (name, re.sub(r"zq\w+?qz(hidden|file)?", "posted", value))
        for name, value in parser.values
        if name not in NOT_SENT
    ]


def filled_forms(world: World) -> Forms:
    """For each address that takes a form, what somebody who may would send to it."""
    filled: Forms = {}
    b = world.b
    asked: list[tuple[User, str, str, dict[str, str]]] = [
        (world.specialist, "*/workspace/practices/<uuid:pk>/screening/", "dossier", {}),
        (world.specialist, "*/workspace/practices/<uuid:pk>/reviewers/", "dossier", {}),
        (world.specialist, "*/workspace/practices/<uuid:pk>/adjudication/", "dispute", {}),
        (b.focal_point, "*/workspace/practices/<uuid:pk>/text/<str:language>/", "draft", {"language": "es"}),
    ]
    asked += [
        (b.focal_point, "*/workspace/practices/<uuid:pk>/edit/<slug:step>/", "draft", others)
        for others in urls.ADDRESSES["*/workspace/practices/<uuid:pk>/edit/<slug:step>/"].others
    ]
    for user, pattern, thing, others in asked:
        path = urls.path_of(pattern, {"pk": str(b.versions[thing].pk)} | others)
        html = body_of(enter(user).get(path))
        extra = next((given for word, given in ANSWERS.items() if word in pattern), [])
        filled[_form_key(pattern, others)] = (*fields_on(html), *extra)
    answering = "*/workspace/diagnostics/<uuid:pk>/area/<slug:area>/"
    html = body_of(enter(b.focal_point).get(plant_diagnostics.area_path(b, "D3")))
    filled[_form_key(answering, {"area": "D3"})] = tuple(fields_on(html))
    # A new practice is sent like the first page of an old one, without the ids of its rows.
    filled["*/workspace/practices/new/"] = tuple(
        (name, "0" if name.endswith("INITIAL_FORMS") else value)
        for name, value in filled["*/workspace/practices/<uuid:pk>/edit/<slug:step>/brief"]
        if name != "version" and not name.endswith("-id")
    )
    people = "*/workspace/organization/people/<uuid:pk>/"
    filled[people] = (("roles", "learner"), ("sure", "on"))
    filled[f"{people}end/"] = filled["*/workspace/organization/leave/"] = (("sure", "on"),)
    filled["*/workspace/organization/invitations/new/"] = (
        ("email", "posted@example.org"), ("roles", "learner"), ("language", "en")
    )  # fmt: skip
    for pattern, others, user, path in plant_needs.forms(world):
        filled[_form_key(pattern, others)] = tuple(fields_on(body_of(enter(user).get(path))))
    for pattern, user, path in plant_offers.forms(world):
        filled[pattern] = tuple(fields_on(body_of(enter(user).get(path))))
    for pattern, others, user, path, button in plant_learning.forms(world):
        filled[_form_key(pattern, others)] = (*fields_on(body_of(enter(user).get(path))), *button)
    filled |= plant_learning.FILLED
    filled["*/workspace/offers/profile/"] = plant_offers.PROFILE
    filled["*/workspace/offers/<uuid:pk>/rules/new/<slug:kind>/"] = plant_offers.RULE
    review = enter(world.second).get(f"/en/workspace/reviews/{b.reviews['second'].pk}/")
    filled["*/workspace/reviews/<uuid:pk>/"] = (*fields_on(body_of(review)), *ANSWERS["review"])
    return filled


def _form_key(pattern: str, others: dict[str, str]) -> str:
    return pattern + (others.get("step") or others.get("item", ""))


def lock_version_of(world: World, kind: str, pk: str) -> str:
    """The version that the form of an object must carry."""
    models: dict[str, Any] = {
        "version": PracticeVersion, "review": Review, "need": Need, "offer": Offer, "course": Course,
        "course_proposal": Proposal,
    }  # fmt: skip
    if kind not in models:
        return "1"
    model = models[kind]
    with acting_as(service_actor("relay")):
        return str(model.objects.filter(pk=pk).values_list("lock_version", flat=True).first() or 1)


# --- Cells -----------------------------------------------------------------------------------


def object_cells(
    world: World, name: str, forms: Forms, only: str = "", methods: tuple[str, ...] = METHODS
) -> Iterator[list[Cell]]:
    """The cells of each address and object (or of `only` one); a foreign one comes with its missing twin."""
    things = belongings(world, name)
    for pattern, address in urls.ADDRESSES.items():
        if address.is_a not in {OBJECT, PUBLIC_OBJECT} or only not in {"", pattern}:
            continue
        held = things[address.of]
        for place, others in enumerate(address.others):
            for relation, ids in ((OWN, held.own), (FOREIGN, held.foreign)):
                for number, pk in enumerate(ids if methods == METHODS else ids[:1]):
                    asked = [one for one in _methods(pattern, relation, place, number) if one in methods]
                    yield from _cells(world, pattern, address, others, relation, pk, asked, forms)


def _methods(pattern: str, relation: str, place: int, number: int) -> tuple[str, ...]:
    """All methods on the first object of each address; reading and writing on the others."""
    if place == number == 0:
        return METHODS
    if place and number:
        return ()
    if "/do/" in pattern:
        return ("POST",)
    return ("GET",) if relation == OWN and number else ("GET", "POST")


def _cells(
    world: World,
    pattern: str,
    address: Address,
    others: dict[str, str],
    relation: str,
    pk: str,
    methods: Iterable[str],
    forms: Forms,
) -> Iterator[list[Cell]]:
    version = lock_version_of(world, address.of, pk)
    data = tuple(
        (name, version if name == "version" else value)
        for name, value in (forms.get(_form_key(pattern, others)) or (("note", "posted note"), ("version", version)))
    )
    for method in methods:
        body = data if method in {"POST", "PUT", "PATCH"} else ()
        cells = [Cell(pattern, relation, *_path(pattern, pk, others), method, body)]
        if relation == FOREIGN:
            twin = _missing(world, address.of, pk)
            cells.append(Cell(pattern, MISSING, *_path(pattern, twin, others), method, body))
        yield cells


def _missing(world: World, kind: str, pk: str) -> str:
    """A value of the same length that names nothing, so that the answers have the same length too."""
    if kind == "organization":
        return "z" * len(pk)
    if kind == "record":
        return str(world.members_only.number + 1).zfill(len(pk))
    if kind == "own_certificate":
        return plant_learning.nobodys_code()
    if kind in {"need_record", "offer_record", "project_record", "request"}:
        return "9".zfill(len(pk))
    return str(uuid4())


def named(pk: str) -> dict[str, str]:
    """The value by which an address names its object, whatever it calls it."""
    return dict.fromkeys(("pk", "number", "key", "code"), pk)


def _path(pattern: str, pk: str, others: dict[str, str]) -> tuple[str, str]:
    """The path, and the part of it by which an answer may name the object."""
    if ": " not in pattern:
        # A public number is short: the digits alone may stand anywhere in an answer.
        mark = f"/{pk}/" if pk.isdigit() else pk
        return urls.path_of(pattern, named(pk) | others), mark
    label, route = pattern.split(": ")
    page = apps.get_model(label).objects.get(locale__language_code="en")
    values = named(pk) | {"slug": "x", "version": "1"} | others
    rest = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values[match.group(1)], route)
    return page.url + rest, f"/{rest}"


def list_cells(world: World, name: str, forms: Forms, methods: tuple[str, ...] = METHODS) -> Iterator[Cell]:
    """The addresses without an object: lists, forms, account pages, public pages."""
    for pattern, address in urls.ADDRESSES.items():
        if address.is_a in {OBJECT, PUBLIC_OBJECT} or ": " in pattern or "(" in pattern:
            continue
        if "<" in pattern and not any(address.others):
            continue
        for others in address.others:
            for method in READ_AND_WRITE if address.is_a == ACCOUNT else methods:
                data = forms.get(pattern, ()) if method == "POST" else ()
                yield Cell(pattern, "list", urls.path_of(pattern, others), "", method, data)
    for path in public_paths("" if methods == METHODS else "en"):
        yield Cell("public page", "list", path, "", "GET")


def public_paths(language: str = "") -> list[str]:
    """Every live page (or those in one language), and databank, directory and search, asked for the canaries."""
    live = Page.objects.live().filter(depth__gte=2, **{"locale__language_code": language} if language else {})
    pages = [page.url for page in live.order_by("path") if page.url]
    databank = DatabankPage.objects.get(locale__language_code="en").url
    directory = OrganizationsPage.objects.get(locale__language_code="en").url
    searches = ["?q=zq", "?q=zqbdraft", "?theme=LAF1.1", "?country=UY&evidence=1", "?page=2", "?sort=title"]
    looking = SearchPage.objects.get(locale__language_code="en").url
    asked = [
        "", "?q=zq", "?q=zqbdraft", "?kind=practice&country=UY", "?view=table", "?view=map", "?kind=organization&q=zq",
        "feed/?q=zq", "suggest/?q=zq", "suggest/?q=zqbdraft",
    ]  # fmt: skip
    return [
        *pages,
        *plant_learning.paths(language),
        *(databank + search for search in searches),
        f"{directory}?q=zq",
        f"{directory}?kind=academic",
        *(looking + one for one in asked),
        "/api/v1/search/?q=zq",
        "/en/export/search/csv/?q=zq",
    ]


# --- Judgement -------------------------------------------------------------------------------


def leaks_for(
    world: World, name: str, forms: Forms, *, only: str = "", methods: tuple[str, ...] = METHODS
) -> list[str]:
    """Everything that is wrong in the cells of one person (or in those of one address).

    Without all `methods`, only the most telling object of each kind is asked for, and the CMS in English alone.
    """
    client = enter(world.users[name])
    before = private_rows()
    secrets = Secrets.of(world, name, before)
    leaks: list[str] = []
    for cell in () if only else list_cells(world, name, forms, methods):
        answer = ask(client, cell, before)
        leaks += judge(name, cell, answer, secrets)
    for group in object_cells(world, name, forms, only, methods):
        answers = [ask(client, cell, before) for cell in group]
        for cell, answer in zip(group, answers, strict=True):
            leaks += judge(name, cell, answer, secrets)
        if len(group) == 2:
            leaks += compare(name, group, answers)
    leaks += switch_leaks(world, name, client, before)
    return sorted(set(leaks))


@dataclass(frozen=True)
class Secrets:
    """What somebody may not meet on a page, may not copy into a row, and which rows she may not change."""

    on_pages: set[str]
    in_rows: set[str]
    rows: set[tuple[str, str]]

    @classmethod
    def of(cls, world: World, name: str, before: Rows) -> Secrets:
        """The secrets of the world before one person."""
        in_rows = world.all_words - world.rows_words(name)
        rows = {key for key, text in before.items() if words_in(text, in_rows)}
        return cls(world.all_words - world.page_words(name), in_rows, rows)


def judge(name: str, cell: Cell, answer: Answer, secrets: Secrets) -> Iterator[str]:
    """What one answer gives away, and what it did that it may not do."""
    if answer.status >= 500:
        yield f"{name}: {cell} answers {answer.status}"
    for word in words_in(answer.text, secrets.on_pages):
        yield f"{name}: {cell} shows {word}"
    for word in words_in("\n".join(answer.changed.values()), secrets.in_rows):
        yield f"{name}: {cell} copies {word}"
    if set(answer.changed) & secrets.rows:
        yield f"{name}: {cell} changes foreign rows"
    if cell.relation in {FOREIGN, MISSING} and answer.changed:
        labels = sorted({label for label, _key in answer.changed})
        yield f"{name}: {cell} writes {', '.join(labels)}"
    if cell.relation == FOREIGN and answer.status < 300 and cell.method != "OPTIONS":
        yield f"{name}: {cell} answers {answer.status}"
    if name == "anonymous" and "/workspace/" in cell.path and not _leads_to_sign_in(answer):
        yield f"{name}: {cell} answers {answer.status} instead of leading to the sign-in page"


def _leads_to_sign_in(answer: Answer) -> bool:
    return answer.status == 302 and "Location: /en/accounts/login/" in answer.headers


def compare(name: str, cells: list[Cell], answers: list[Answer]) -> Iterator[str]:
    """A foreign object and a missing one are the same answer, to the byte."""
    foreign, missing = (
        (answer.status, *(without_chance(part).replace(cell.mark, "ID") for part in (answer.headers, answer.body)))
        for cell, answer in zip(cells, answers, strict=True)
    )
    if foreign[0] != missing[0]:
        yield f"{name}: {cells[0]} answers {foreign[0]}, a missing one {missing[0]}"
    elif foreign != missing:
        yield f"{name}: {cells[0]} answers another text than a missing one"


def switch_leaks(world: World, name: str, client: Client, before: Rows) -> list[str]:
    """Nobody acts for an organisation to which she does not belong, and it looks like a missing one."""
    user = world.users[name]
    foreign = [house.organization for house in (world.b, world.a) if user is None or not _belongs(world, user, house)]
    cells = [
        Cell("*/workspace/switch/", relation, "/en/workspace/switch/", mark, "POST", (("membership", mark),))
        for relation, mark in ((FOREIGN, str(foreign[0].pk)), (MISSING, str(uuid4())))
    ]
    answers = [ask(client, cell, before) for cell in cells]
    leaks = list(compare(name, cells, answers))
    for cell, answer in zip(cells, answers, strict=True):
        leaks += judge(name, cell, answer, Secrets(set(), set(), set()))
    return leaks


def _belongs(world: World, user: User, house: House) -> bool:
    return user in {house.focal_point, house.contributor, house.learner, house.administrator}
