"""M2: what somebody sees is the same to the byte, whatever else is done in private by others.

A count that gives away a hidden row carries no canary; this test finds it.
"""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client

from network_site.common import outbox

from ..people import assign, draft, in_review, submitted
from . import plant_learning
from .matrix import belongings, body_of, enter, named, public_paths, without_chance
from .population import World, fill_review, texts
from .urls import ADDRESSES, LIST, MACHINE, OBJECT, path_of

pytestmark = pytest.mark.embedded

VIEWERS = (
    "anonymous", "rival focal point", "rival contributor", "rival learner", "rival administrator", "first reviewer",
    "reviewer's colleague", "reviewer of something else", "donor", "superuser without membership",
    "user without membership",
)  # fmt: skip
# By day those who see most, each from another side; by night everybody.
BY_DAY = ("anonymous", "rival focal point", "rival learner", "first reviewer", "donor")

# They carry the moment at which they were written.
WORD_FILES = {"*/workspace/practices/<uuid:pk>/word/form/", "*/workspace/projects/<uuid:pk>/word/"}


def paths_for(world: World, name: str) -> list[str]:
    """Every public page, every list of the workspace, and every kind of page of what is the viewer's own."""
    things = belongings(world, name)
    paths = [path for path in public_paths() if name == "anonymous" or path.startswith("/en/")]
    for pattern, address in ADDRESSES.items():
        if address.is_a in {LIST, MACHINE}:
            # A spreadsheet carries the moment at which it was packed; the same rows come as CSV.
            paths += [path_of(pattern, given) for given in address.others if given.get("kind") != "xlsx"]
        elif address.is_a == OBJECT and pattern not in WORD_FILES:
            paths += [path_of(pattern, named(pk) | address.others[0]) for pk in things[address.of].own[:1]]
    return paths


def seen(client: Client, path: str) -> tuple[int, str]:
    """Status and text of a page, without what differs from one request to the next."""
    with transaction.atomic():  # a page that fails must not take the others with it
        response = client.get(path)
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(response.items()) if name != "Expires")
    return response.status_code, without_chance(f"{headers}\n{body_of(response)}")


def thirty_rows_more(world: World) -> None:
    """Drafts, practices sent and in review, reviews and notices of ministry B, and what its people learn: nothing
    that others may notice."""
    b = world.b
    drafts = [draft(b.focal_point, **texts("zqmoreqz")) for _ in range(20)]
    sent = [submitted(b.focal_point, **texts("zqmoreqz")) for _ in range(8)]
    for reviewer in world.spare:
        version = in_review(b.focal_point, world.specialist, **texts("zqmoreqz"))
        assign(world.specialist, version, reviewer)
        fill_review(reviewer, version, "zqmoreqz")
    plant_learning.more(world)
    outbox.drain()
    assert (len(drafts), len(sent)) == (20, 8)


def interference(world: World, names: tuple[str, ...] = VIEWERS) -> list[str]:
    """Pages on which somebody notices that ministry B has thirty practices more in work, and learns."""
    clients = {name: enter(world.users[name]) for name in names}
    paths = {name: paths_for(world, name) for name in names}
    outbox.drain()
    for name, client in clients.items():
        for path in paths[name]:
            # The first visit leaves the notice read, and a learner where she goes on.
            if "/notices/" in path or "/taking/" in path:
                seen(client, path)
    before = {(name, path): seen(clients[name], path) for name in names for path in paths[name]}
    thirty_rows_more(world)
    after = {(name, path): seen(clients[name], path) for name in names for path in paths[name]}
    assert len(before) > 20 * len(names)
    return [
        f"{name} sees another {re.sub('[0-9a-f-]{36}', '…', path)}"
        for name, path in before
        if before[name, path] != after[name, path]
    ]


@pytest.mark.parametrize(
    "names", [pytest.param(BY_DAY, id="by day"), pytest.param(VIEWERS, id="everybody", marks=pytest.mark.nightly)]
)
def test_nobody_notices_what_others_do_in_private(world: World, names: tuple[str, ...]) -> None:
    assert interference(world, names) == []


def test_whom_it_concerns_does_notice(world: World) -> None:
    """Otherwise two empty pages would be equal too."""
    path = "/en/workspace/"
    clients = [enter(user) for user in (world.b.focal_point, world.specialist)]
    before = [seen(client, path) for client in clients]
    thirty_rows_more(world)
    assert [seen(client, path) == page for client, page in zip(clients, before, strict=True)] == [False, False]
