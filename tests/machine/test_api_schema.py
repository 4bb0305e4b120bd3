"""Whatever the API's own description allows, and what it forbids, is asked: no error of ours, no broken promise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from network_site.api import description
from network_site.wsgi import application

from ..databases import Stages
from ..people import People, prove_second_factor, published, step

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PATHS = list(description()["paths"])
# The client that reads the answers does not unpack them.
PLAIN = {"Accept-Encoding": "identity"}
ROLES = ("anonymous", "tenant", "staff")


def publish_three() -> dict[str, Any]:
    """Three practices, one of them withdrawn, and who asks for them in each role."""
    people = People()
    focal_point = people.focal_point(people.organization(country="UY"))
    published(people, focal_point)
    published(people, focal_point, title="=HYPERLINK(1)")
    gone = published(people, focal_point)
    step(people.publisher(), gone, "withdraw", note="Asked for.")
    return {"anonymous": None, "tenant": focal_point, "staff": people.specialist()}


@pytest.fixture
def headers(request: pytest.FixtureRequest, stages: Stages) -> Iterator[dict[str, str]]:
    """A session of the role, where three practices are."""
    with stages.open(publish_three) as users:
        user = users[request.node.callspec.params["role"]]
        if user is None:
            yield dict(PLAIN)
            return
        client = Client()
        client.force_login(user)
        prove_second_factor(client, user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        yield PLAIN | {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The test's transaction must outlive each request, as it does under Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def bombard(path: str, headers: dict[str, str], examples: int) -> None:
    """Ask an address for what its description allows and for what it forbids; then for every record there is."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operation = schema[path]["GET"]
    asked = 0

    def within(mode: GenerationMode, checks: list[Any]) -> None:
        @hypothesis_settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=examples < 100,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(headers=headers, checks=checks)

        ask()

    within(GenerationMode.POSITIVE, CHECKS)
    within(GenerationMode.NEGATIVE, [*CHECKS, negative_data_rejection])
    if "{number}" in path:
        for number in range(5):
            case = operation.Case(path_parameters={"number": number, "version": 1})
            case.call_and_validate(headers=headers, checks=CHECKS)
    assert asked > examples


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", PATHS)
def test_no_address_breaks_its_promise(path: str, role: str, headers: dict[str, str]) -> None:
    bombard(path, headers, examples=20)


@pytest.mark.nightly
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", PATHS)
def test_no_address_breaks_its_promise_all_night(path: str, role: str, headers: dict[str, str]) -> None:
    bombard(path, headers, examples=500)
