"""Our own screens in Wagtail's admin: by role, and without a word of a tenant's draft."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from network_site.common import announcements, outbox, staff
from network_site.common.models import Announcement, Outbox
from network_site.organizations.enums import Role
from network_site.organizations.models import User
from network_site.taxonomy.models import GlossaryConcept
from practices.models import PracticeVersion

from ..people import acting
from . import urls
from .dump import private_rows, words_in
from .matrix import Answer, Cell, ask, enter
from .population import World
from .urls import CONSOLE

embedded = pytest.mark.embedded
ROLES = (Role.LEAD, Role.SPECIALIST, Role.PUBLISHER, Role.WEB_EDITOR, Role.ADMINISTRATOR)
OUTSIDE = (
    "anonymous", "owner's focal point", "owner's administrator", "rival focal point", "rival administrator",
    "first reviewer", "donor", "rival learner", "user without membership", "superuser without membership",
)  # fmt: skip


def things(world: World) -> dict[str, str]:
    """For each kind of thing in the console, the id of one that is there."""
    version = world.b.versions["draft"]
    with acting(world.b.focal_point):
        # What failed is about a draft: whoever looks at it must learn nothing of that draft.
        outbox.enqueue("practice.handed_over", subject=version, version=99, tenant_id=world.b.organization.pk)
    Outbox.objects.filter(object_version=99).update(state="dead", tries=8, last_error="RuntimeError")
    note = Announcement.objects.create(texts={"en": "Maintenance"}, starts_at=timezone.now())
    announcements.remember([])
    return {
        "letters": str(Outbox.objects.get(object_version=99).pk),
        "organisations": str(world.b.organization.pk),
        "announcements": str(note.pk),
        "glossary": str(GlossaryConcept.objects.values_list("pk", flat=True)[0]),
    }


def paths(ids: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """(pattern, task, path) of every address of the console."""
    for pattern, address in urls.ADDRESSES.items():
        if address.is_a == CONSOLE:
            pk = ids.get(pattern.split("/")[2], "")
            yield pattern, address.of, urls.path_of(pattern, {"pk": pk, "scheme": "LAF", "code": "LAF1.1"})


def target(answer: Answer) -> str:
    found = re.search(r"^Location: (\S+)", answer.headers, re.MULTILINE)
    return found.group(1).partition("?")[0] if found else ""


def is_shut(answer: Answer) -> bool:
    return (answer.status, target(answer)) in {(302, "/admin/login/"), (302, "/en/accounts/login/"), (302, "/admin/")}


def send(client: Any, pattern: str, path: str, method: str, before: Any) -> Answer:
    data = (("kind", "practice.handed_over"), ("reason", "r"), ("state", "refused"), ("grounds", "g"))
    return ask(client, Cell(pattern, "list", path, "", method, data if method == "POST" else ()), before)


@pytest.mark.parametrize("name", [pytest.param(one, marks=[embedded] if "focal" in one else []) for one in OUTSIDE])
def test_nobody_from_outside_gets_into_the_console(name: str, world: World) -> None:
    ids, client = things(world), enter(world.users[name])
    before = private_rows()
    inside = [
        f"{method} {path} answers {answer.status} {target(answer)}"
        for pattern, _task, path in paths(ids)
        for method in ("GET", "POST")
        for answer in [send(client, pattern, path, method, before)]
        # A view that takes one method only says so to whom it does not let in as well.
        if not (is_shut(answer) or answer.status == 405) or answer.changed
    ]
    assert inside == []


@embedded
@pytest.mark.parametrize("role", ROLES)
def test_staff_open_what_lies_in_their_role_and_meet_no_tenants_word(role: str, world: World) -> None:
    ids, user = things(world), world.people.member(world.people.network(), role)
    client = enter(user)
    before = private_rows()
    # Those who decide on organisations read the grounds of earlier decisions.
    forbidden = world.all_words - world.page_words("anonymous") - {"zqgroundsqz"}
    wrong = []
    opened = 0
    for pattern, task, path in paths(ids):
        for method in ("GET", "POST"):
            answer = send(client, pattern, path, method, before)
            mine = role in staff.TASKS[task]
            opened += answer.status == 200
            wrong += [f"{method} {path} shows {word}" for word in words_in(answer.text, forbidden - {"zqhiddenqz"})]
            if answer.status >= 500 or (answer.status != 405 and is_shut(answer) == mine):
                wrong.append(f"{method} {path} answers {answer.status} {target(answer)}")
            if answer.changed and (not mine or {label for label, _key in answer.changed} - OWN_WRITES):
                wrong.append(f"{method} {path} writes {sorted(answer.changed)}")
    assert wrong == []
    assert opened >= 3


# What a task may leave behind in private tables: its entry in the trail, and the decision itself.
OWN_WRITES = {"common.AuditEntry", "organizations.Verification"}


@embedded
def test_a_foreign_address_is_a_missing_one(world: World) -> None:
    client = enter(world.people.member(world.people.network(), Role.LEAD))
    missing = {kind: str(uuid4()) for kind in things(world)}
    # An address without language that leads nowhere is tried once more with one: judge by the end.
    found = {
        path: status
        for pattern, _task, path in paths(missing)
        if "<uuid:pk>" in pattern
        for status in [client.get(path, follow=True).status_code]
        if status not in {404, 405}
    }
    assert found == {}
    for path in ("/admin/console/terms/NONE/", "/admin/console/term/NONE/"):
        assert client.get(path, follow=True).status_code == 404
    assert client.get("/admin/console/term/LAF1.1%00/").status_code == 400


@embedded
def test_staff_lose_the_console_while_they_act_for_a_ministry(world: World) -> None:
    """The roles of the house for which she acts count, not those that she has elsewhere."""
    lead: User = world.people.member(world.people.network(), Role.LEAD)
    world.people.member(world.b.organization, Role.CONTRIBUTOR, user=lead)
    client = enter(lead)
    for organization, status in ((world.people.network(), 200), (world.b.organization, 302)):
        client.post("/en/workspace/switch/", {"membership": str(organization.pk)})
        assert client.get("/admin/console/terms/").status_code == status


@embedded
def test_numbers_of_practices_leave_out_what_was_not_sent(world: World) -> None:
    """The draft, the shared draft and the next version of B carry LAF1.1 as the sent ones do; none is counted."""
    with acting(world.specialist):
        sent = PracticeVersion.objects.filter(status__in=["submitted", "screening", "in_review", "adjudication",
                                                          "endorsed", "revision"]).count()  # fmt: skip
    page = enter(world.specialist).get("/admin/console/terms/LAF/?q=LAF1.1").content.decode()
    cells = re.findall(r'<td data-l="[^"]*">(\d+)</td></tr>', page)
    assert cells == [str(sent)]
    assert sent == 6
