"""K1 and K3 of the reliability page, with real processes: whoever dies or hangs, nothing is lost and nobody waits.

A relay (`manage.py relay`) and a node of the test's own are killed while ministries publish; at the end the index is
the database, entry by entry.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone

from network_site.common.models import Notice, Outbox
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord
from practices import services
from practices.importing import Row
from practices.models import PracticeVersion
from search import indexing, queries
from search import services as saving
from search.asked import SearchQuery
from search.engines.elasticsearch import comparing, writing
from search.kinds import kinds
from search.models import Entry

from ..common.test_outbox import lease_runs_out, wait_until
from ..databases import is_postgresql
from ..people import People, acting, get, step, submitted
from ..practices.documents import record
from . import conftest

log = logging.getLogger(__name__)

FOLDER = Path(configured.BASE_DIR, "tools", "elasticsearch_node")
PREFIX = "kills"
CHOICES = ("publish", "publish", "publish", "change", "change", "change", "withdraw", "send")
HEALED = 60
REDIS = os.environ.get("TEST_REDIS_URL", "")


class Node:
    """An Elasticsearch of the test's own, with its data in a folder; it can be killed, and comes back as it was."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            # The cluster's own port lies a hundred above.
            self.port = min(int(probe.getsockname()[1]), 65_000)
        self.url = f"http://127.0.0.1:{self.port}"
        self._starting: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to start."""
        self._starting = subprocess.Popen(
            ["bash", FOLDER / "node.sh", "start", self.home, str(self.port)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def started(self) -> None:
        """Wait until it answers."""
        assert self._starting is not None
        assert self._starting.wait(120) == 0, (self.home / "node.log").read_text()[-2000:]

    def send(self, number: signal.Signals) -> None:
        """Kill it, let it hang, or let it go on."""
        os.kill(int((self.home / "node.pid").read_text()), number)

    def stop(self) -> None:
        if self._starting is not None:
            self._starting.wait(120)
        if (self.home / "node.pid").exists():
            subprocess.run(["bash", FOLDER / "node.sh", "stop", self.home], check=False, capture_output=True)


class Process:
    """The relay, or a worker, as a process of its own; supervised: when it was killed it is started again."""

    COMMANDS = {
        "relay": (["manage.py", "relay"], b"relay: waiting for work"),
        "worker": (["-m", "celery", "-A", "network_site", "worker", "-P", "solo", "-l", "INFO"], b" ready."),
    }

    def __init__(self, name: str, node: Node) -> None:
        site = connection.settings_dict
        self.command, self.says = self.COMMANDS[name]
        self.log = node.home / f"{name}.log"
        left_out = {"DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL"}
        self.environment = {name: value for name, value in os.environ.items() if name not in left_out} | {
            "DATABASE_URL": f"postgresql://{site['USER']}@{site['HOST']}:{site['PORT']}/{site['NAME']}"
            if is_postgresql()
            else f"sqlite:///{site['NAME']}",
            "DJANGO_SETTINGS_MODULE": "tests.search.settings_kills",
            "TEST_ELASTICSEARCH_URL": node.url,
            "TEST_ELASTICSEARCH_PREFIX": PREFIX,
            "TEST_REDIS_URL": REDIS,
            "TEST_QUEUE": f"kills-{node.port}",
            "PYTHONUNBUFFERED": "1",
        }
        self.starts = 0
        self.start()

    def start(self) -> None:
        """Begin to start."""
        self.starts += 1
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=configured.BASE_DIR, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip

    def started(self) -> None:
        """Wait until it works."""
        wait_until(lambda: self.log.read_bytes().count(self.says) == self.starts, 120)

    def kill(self) -> None:
        self.started()
        self.process.send_signal(signal.SIGKILL)
        # It must have lived until now.
        assert self.process.wait(30) == -signal.SIGKILL, self.log.read_text()[-4000:]


@pytest.fixture
def node(tmp_path: Path, settings: Any, committed_db: str) -> Iterator[Node]:
    """A running node, set up as this site's. In CI one that was not built is a failure."""
    if not (FOLDER / "target" / "lib").is_dir():
        why = "needs Elasticsearch's node: tools/elasticsearch_node/node.sh build, or make services"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    Outbox.objects.update(state="done", done_at=timezone.now())
    own = Node(tmp_path / "node")
    own.start()
    try:
        own.started()
        settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_PREFIX, settings.SEARCH_ENCODER = own.url, PREFIX, ""
        conftest.forget_engines()
        yield own
    finally:
        own.stop()
        conftest.forget_engines()


@contextmanager
def processes(node: Node) -> Iterator[dict[str, Process]]:
    """What carries the work: the relay, and where there is a broker (REDIS_URL) a worker."""
    own = {name: Process(name, node) for name in (("relay", "worker") if REDIS else ("relay",))}
    try:
        yield own
    finally:
        for one in own.values():
            one.process.kill()
            one.process.wait(30)


class Databank:
    """The Network's staff writing down practices of others: publishing, changing, withdrawing, all by services."""

    def __init__(self, people: People, chance: random.Random) -> None:
        self.writer: User = people.specialist()
        self.publisher: User = people.publisher()
        # Whoever hears that a ministry sent something.
        self.specialists = [self.writer, people.specialist()]
        self.focal_point: User = people.focal_point()
        # Whoever saved a search that everything here fits.
        self.follower: User = people.focal_point()
        with acting(self.follower):
            saving.save_search(name="Inspection", query=SearchQuery(text="inspection"))
        self.chance = chance
        self.public: dict[str, UUID] = {}
        self.done: Counter[str] = Counter()

    def write(self) -> None:
        """One write: mostly something new or changed, now and then something goes, or is sent and told of."""
        known = sorted(self.public)
        what = self.chance.choice(CHOICES) if known else "publish"
        if what == "send":
            submitted(self.focal_point)
        elif what == "publish":
            self.publish(record(title=f"Inspection by appointment {self.done.total()}"))
        elif what == "change":
            self.publish(record(key=self.chance.choice(known), title=f"Inspection changed {self.done.total()}"))
        else:
            version = get_as(self.publisher, self.public.pop(self.chance.choice(known)))
            step(self.publisher, version, "withdraw", note="The source was taken back.")
        self.done[what] += 1

    def publish(self, given: dict[str, Any]) -> None:
        with acting(self.writer):
            version = services.write_documented(Row(1, given))
        assert version is not None
        step(self.publisher, get_as(self.publisher, version.pk), "publish_documented")
        self.public[given["key"]] = version.pk


def get_as(user: User, pk: UUID) -> PracticeVersion:
    with acting(user):
        return get(pk)


def search_rows() -> Any:
    """Rows on which the index waits."""
    kinds_of_rows = [indexing.DUE, indexing.WANTED, *indexing.followed()]
    return Outbox.objects.filter(kind__in=kinds_of_rows).exclude(state="done")


def differing() -> list[comparing.Differences]:
    """Kinds whose index is not what the entries are: identifiers, versions, documents."""
    with writing.reached(60) as es:
        return [found for name in dict(kinds.items()) if (found := comparing.differences(es, name, deep=True))]


def storm(node: Node, people: People, *, writes: int, kills: int, seed: int) -> Databank:
    """So many writes, with so many kills of relay, worker and node among them; at the end all are up again."""
    chance = random.Random(seed)
    databank = Databank(people, chance)
    moments = set(chance.sample(range(5, writes - 5), kills))
    names = ["relay", "node", *(["worker"] if REDIS else [])]
    victims = [names[number % len(names)] for number in range(kills)]
    chance.shuffle(victims)
    killed: Counter[str] = Counter()
    comes_back: int | None = None
    with processes(node) as own:
        wait_until(lambda: not search_rows().exists() and Entry.objects.exists(), 120)
        for number in range(writes):
            if number == comes_back:
                node.start()
                comes_back = None
            if number in moments:
                victim = victims.pop()
                if victim == "node":
                    if comes_back is None:
                        node.started()
                    else:
                        node.start()
                        node.started()
                    node.send(signal.SIGKILL)
                    comes_back = number + chance.randint(2, 5)
                else:
                    own[victim].kill()
                    own[victim].start()
                killed[victim] += 1
            databank.write()
        if comes_back is not None:
            node.start()
        node.started()
        for one in own.values():
            one.started()
        assert killed.total() == kills
        healed = time.monotonic()
        wait_until(lambda: not search_rows().exists(), HEALED)
        drained = time.monotonic() - healed
        # What is not the search's may wait for the lease of a dead relay: five minutes pass.
        lease_runs_out()
        wait_until(lambda: not Outbox.objects.exclude(state="done").exists(), 120)
    log.info("%s, killed %s, drained %.1f s after healing", dict(databank.done), dict(killed), drained)
    return databank


def index_is_the_database(databank: Databank) -> None:
    """What K1 asks for at the end of a storm."""
    assert differing() == []
    with acting_as(service_actor("relay")):
        public = PublishedRecord.objects.live().of_kind("practice").count()
        assert public == len(databank.public)
        assert Entry.objects.live().filter(kind="practice").count() == public
        assert [indexing.drift(name).keys for name in dict(kinds.items())] == [()] * len(dict(kinds.items()))
        assert not Outbox.objects.filter(state="dead").exists()
        told = Counter(Notice.objects.exclude(kind=saving.FOUND).values_list("recipient_id", "kind"))
        alerts = list(Notice.objects.filter(kind=saving.FOUND).values_list("recipient_id", "object_id"))
        there = set(Entry.objects.live().filter(kind="practice").values_list("pk", flat=True))
    # Each thing is told once; what was withdrawn before anybody looked is told to nobody.
    assert len(alerts) == len(set(alerts))
    assert {person for person, _entry in alerts} == {databank.follower.pk}
    assert there <= {entry for _person, entry in alerts}
    assert databank.done["send"] > 0
    assert told == {(one.pk, "practice.submitted"): databank.done["send"] for one in databank.specialists}


def test_two_hundred_writes_and_five_kills_leave_the_index_as_the_database(node: Node, committed_db: str) -> None:
    """K1."""
    index_is_the_database(storm(node, People(), writes=200, kills=5, seed=1))


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_thousand_writes_and_twenty_kills_leave_the_index_as_the_database(
    node: Node, committed_db: str, seed: int
) -> None:
    """K1, the long form."""
    index_is_the_database(storm(node, People(), writes=1_000, kills=20, seed=seed))


def test_a_node_that_hangs_slows_no_write_and_search_answers_reduced(node: Node, committed_db: str) -> None:
    """K3. Rounds with and without the hanging node take turns, so that both meet the same machine."""
    databank = Databank(People(), random.Random(3))
    took: dict[bool, list[float]] = {False: [], True: []}
    with processes(node):
        databank.write()
        wait_until(lambda: not search_rows().exists() and Entry.objects.exists(), 120)
        wait_until(lambda: not queries.search(SearchQuery(text="inspection")).is_reduced)
        for number in range(8):
            hangs = number % 2 == 1
            if hangs:
                node.send(signal.SIGSTOP)
            for _write in range(8):
                began = time.perf_counter()
                databank.publish(record(title="Inspection by appointment"))
                took[hangs].append(time.perf_counter() - began)
            if hangs and number < 7:
                node.send(signal.SIGCONT)
        began = time.perf_counter()
        result = queries.search(SearchQuery(text="inspection"))
        assert (result.is_reduced, time.perf_counter() - began < 1.5) == (True, True)
        assert result.total > 0
        node.send(signal.SIGCONT)
        wait_until(lambda: not search_rows().exists(), HEALED)
        wait_until(lambda: not queries.search(SearchQuery(text="inspection")).is_reduced, HEALED)
    medians = {hangs: statistics.median(times) for hangs, times in took.items()}
    log.info("median write %.1f ms, with a hanging node %.1f ms", medians[False] * 1000, medians[True] * 1000)
    assert medians[True] <= 1.2 * medians[False]
    assert differing() == []
