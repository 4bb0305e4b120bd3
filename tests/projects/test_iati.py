"""A project as an IATI 2.03 activity: valid against the schema, sound by the ruleset, true to what was reported."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override
from lxml import etree

from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.selectors import network_organization
from network_site.publishing import services as publishing
from network_site.publishing.models import PublishedRecord
from network_site.taxonomy.models import Term
from projects import iati
from projects.models import ProjectsPage

from ..databases import Stages
from ..people import People
from ..queries import asking
from .iati_rules import CHECKS, broken, ruleset, standard
from .running import Running, running, two_periods

needs_standard = pytest.mark.skipif(
    standard() is None, reason="needs the IATI schemas in ../shared/standards/iati (they are there in CI)"
)


def run_for_two_periods() -> Running:
    """A project in execution that has reported twice."""
    found = running(People())
    two_periods(found)
    return found


@pytest.fixture
def world(stages: Stages) -> Iterator[Running]:
    with stages.open(run_for_two_periods) as found:
        yield found


def snapshot_of(world: Running) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(PublishedRecord.objects.get(pk=world.project.pk).snapshot)
    return found


def made(snapshot: dict[str, Any]) -> etree._Element:
    """The activity, read back from the file."""
    today = timezone.localdate()
    written = iati.activities([("PR-0001", snapshot, today)], today=today, network=network_organization())
    return etree.fromstring(written)


def schema() -> etree.XMLSchema:
    folder = standard()
    assert folder is not None
    return etree.XMLSchema(etree.parse(folder / "iati-activities-schema.xsd"))


def fuller(snapshot: dict[str, Any]) -> dict[str, Any]:
    """More than a plain project has: two countries, languages, parts of a whole, money, donors, an amendment."""
    snapshot["countries"] = ["UY", "PY", "BO"]
    snapshot["texts"]["es"] = {"title": "Inspección que encuentra más", "summary": "En breve", "state": "human"}
    snapshot["texts"]["pt-br"] = {"title": "Inspeção que encontra mais", "summary": "", "state": "human"}
    snapshot["sums"] |= {"committed": "90000.00", "received": "1234.50"}
    snapshot["parties"] += [{"name": "A fund", "role": "funder"}, {"name": "A union", "role": "workers"}]
    snapshot["sections"] = {"objective": [{"key": "objective", "text": "Find more.", "origin": "person"}]}
    second = snapshot["execution"]["reports"][1]["values"]
    second.append(second[0] | {"dimension": "sex:f", "value": "20", "state": "reported"})
    return snapshot


@needs_standard
@pytest.mark.parametrize("change", [dict, fuller])
def test_the_file_is_valid_and_breaks_no_rule(world: Running, change: Callable[[Any], Any]) -> None:
    root = made(change(snapshot_of(world)))
    checker = schema()
    assert checker.validate(root), checker.error_log
    assert broken(root, today=timezone.localdate()) == []


@needs_standard
@pytest.mark.parametrize(
    "change",
    [
        {"execution": {}, "actual_start": None, "status": "published", "iati_status": "1"},
        {"execution": {}, "actual_start": None, "start_on": None, "months": None},
        {"country": None, "countries": [], "is_demo": True},
        {"terms": []},
        {"terms": {"LAF": ["LAF1.1", "LAF2.1", "LAF3.1"], "CRS": ["CRS11330"]}},
        {"budget": [], "results": []},
        {"months": 1, "start_on": "2024-02-29"},
    ],
)
def test_whatever_is_missing_the_file_stays_valid(world: Running, change: dict[str, Any]) -> None:
    root = made(snapshot_of(world) | change)
    checker = schema()
    assert checker.validate(root), checker.error_log
    assert broken(root, today=timezone.localdate()) == []


def test_zero_late_not_measured_and_words_are_four_different_things(world: Running) -> None:
    root = made(snapshot_of(world))
    by_indicator = {one.findtext("title/narrative"): one for one in root.iter("indicator")}
    counted = by_indicator["Inspectors trained"]
    assert [period.xpath("string(actual/@value)") for period in counted.findall("period")] == ["12", "35", "", ""]
    third, fourth = counted.findall("period")[2:]
    assert (third.find("actual"), fourth.find("actual")) == (None, None)
    assert "Late: the report was due on" in third.findtext("target/comment/narrative")
    assert fourth.find("target/comment") is None
    zero = by_indicator["Guides published"].findall("period")[0]
    assert zero.find("actual").get("value") == "0"
    unmeasured = by_indicator["Firms that are content"].findall("period")[0]
    assert unmeasured.find("actual") is None
    assert unmeasured.findtext("target/comment/narrative") == "Not measured: The survey was not paid for"
    words = by_indicator["How inspectors explain the law"].findall("period")[0]
    assert words.find("actual").get("value") is None
    assert words.findtext("actual/comment/narrative") == "Half of them explain it well"
    assert root.xpath("//actual/@value") == ["12", "35", "0"]


def test_what_nobody_measured_without_a_target_is_said_of_the_indicator(world: Running) -> None:
    snapshot = snapshot_of(world)
    for row in snapshot["results"]:
        if row["code"] == "1.3":
            row["targets"], row["target"] = [], None
    indicator = made(snapshot).xpath("//indicator[title/narrative='Firms that are content']")[0]
    assert indicator.find("period") is None
    assert "Not measured: The survey was not paid for" in indicator.findtext("description/narrative")


def test_who_what_and_where(world: Running) -> None:
    root = made(fuller(snapshot_of(world)))
    activity = root.find("iati-activity")
    assert activity.findtext("iati-identifier") == "XX-ENLACE-PR-0001"
    assert activity.find("reporting-org").get("secondary-reporter") == "1"
    roles = [(one.get("role"), one.findtext("narrative")) for one in activity.findall("participating-org")]
    assert sorted(roles)[0] == ("1", "A fund")
    assert ("4", "Agency for Work") in roles
    assert len(roles) == 3
    assert [one.text for one in activity.findall("title/narrative")] == [
        "Inspection that finds more", "Inspección que encuentra más", "Inspeção que encontra mais",
    ]  # fmt: skip
    shares = [Decimal(one.get("percentage")) for one in activity.findall("recipient-country")]
    assert shares == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    sectors = [(one.get("vocabulary"), one.get("code"), one.get("percentage")) for one in activity.findall("sector")]
    assert sectors == [
        ("1", "16070", "50.00"), ("1", "16080", "50.00"), ("99", "LAF1.1", "50.00"), ("99", "LAF2.1", "50.00"),
    ]  # fmt: skip
    assert activity.find("tag").get("code") == "8.5"
    assert activity.find("policy-marker").get("code") == "1"
    assert activity.find("collaboration-type").get("code") == "8"


def test_money_is_committed_and_received_but_never_pledged(world: Running) -> None:
    snapshot = fuller(snapshot_of(world))
    snapshot["sums"]["pledged"] = "777.77"  # it never is in a snapshot; if it were, it would stay inside
    root = made(snapshot)
    codes = [(one.find("transaction-type").get("code"), one.findtext("value")) for one in root.iter("transaction")]
    assert codes == [("11", "90000.00"), ("1", "1234.50")]
    assert b"777.77" not in etree.tostring(root)
    assert sum(Decimal(one.findtext("value")) for one in root.iter("budget")) == Decimal("90000.00")


def test_a_fictional_project_says_so_in_its_title(world: Running) -> None:
    snapshot = fuller(snapshot_of(world)) | {"is_demo": True}
    titles = [one.text for one in made(snapshot).findall("iati-activity/title/narrative")]
    assert titles[0] == "Demonstration: Inspection that finds more"
    with override("es"):
        assert titles[1] == f"{gettext('Demonstration')}: Inspección que encuentra más"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (dt.date(2026, 1, 1), dt.date(2026, 12, 31), 1),
        (dt.date(2026, 1, 1), dt.date(2027, 1, 1), 2),
        (dt.date(2024, 2, 29), dt.date(2027, 2, 28), 4),
        (dt.date(2026, 5, 1), dt.date(2026, 5, 1), 1),
    ],
)
def test_a_budget_is_cut_into_years_and_its_sum_stays(start: dt.date, end: dt.date, expected: int) -> None:
    lines = [{"converted": "100.01"}, {"converted": "0.02"}, {"converted": "33.33", "starts_on": "2020-01-01"}]
    pieces = iati.budget_pieces(lines, start, end)
    assert len(pieces) <= expected == len(iati.years(start, end))
    assert all((last - first).days <= 365 for first, last, _amount in pieces)
    assert sum(amount for _first, _last, amount in pieces) == Decimal("133.36")
    assert (pieces[0][0], iati.years(start, end)[-1][1]) == (start, end)


def test_a_line_with_days_of_its_own_stays_in_its_year() -> None:
    lines = [{"converted": "50", "starts_on": "2027-03-01", "ends_on": "2027-04-01"}]
    assert iati.budget_pieces(lines, dt.date(2026, 1, 1), dt.date(2027, 12, 31)) == [
        (dt.date(2027, 1, 1), dt.date(2027, 12, 31), Decimal(50))
    ]


def test_signs_that_xml_cannot_hold_do_not_stop_the_file(world: Running) -> None:
    snapshot = snapshot_of(world)
    snapshot["texts"]["en"]["title"] = "A \x00strange\x0b <title> & \ufffe more 😀"
    assert made(snapshot).findtext("iati-activity/title/narrative") == "A strange <title> & more 😀".replace(
        "& more", "&  more"
    )


# --- Each kind of rule has one failing example ----------------------------------------------------

Break = Callable[[etree._Element], None]


def _set(path: str, name: str, value: str) -> Break:
    return lambda activity: activity.xpath(path)[0].set(name, value)


def _drop(path: str) -> Break:
    def drop(activity: etree._Element) -> None:
        for found in activity.xpath(path):
            found.getparent().remove(found)

    return drop


def _unset(path: str, name: str) -> Break:
    def unset(activity: etree._Element) -> None:
        del activity.xpath(path)[0].attrib[name]

    return unset


def _write(path: str, text: str) -> Break:
    return lambda activity: setattr(activity.xpath(path)[0], "text", text)


def _again(path: str) -> Break:
    def again(activity: etree._Element) -> None:
        found = activity.xpath(path)[0]
        found.addnext(copy.deepcopy(found))

    return again


BREAKS: dict[str, Break] = {
    "unique 1.1.3": _set("reporting-org", "ref", "XX-ENLACE-PR-0001"),
    "startswith 1.1.21": _write("iati-identifier", "YY-OTHER-PR-0001"),
    "atleast_one 6.11.1": _drop("activity-date"),
    "atleast_one 6.2.2": _drop("sector"),
    "atleast_one 4.3.1": _drop("title/narrative"),
    "atleast_one 8.10.1": _unset("//actual[@value]", "value"),
    "one_or_all 4.1.1": lambda activity: activity.attrib.pop("{http://www.w3.org/XML/1998/namespace}lang"),
    "date_now 11.1.1": _set(".", "last-updated-datetime", "2999-01-01T00:00:00Z"),
    "date_order 11.1.4": _set("activity-date[@type='2']", "iso-date", "2999-01-01"),
    "date_order 8.6.3": _set("budget/period-end", "iso-date", "1999-01-01"),
    "time_limit 7.5.3": _set("budget/period-end", "iso-date", "2999-01-01"),
    "no_spaces 1.3.1": _write("iati-identifier", "XX-ENLACE-PR-0001 "),
    "no_more_than_one 107.1.2": _again("default-aid-type"),
    "strict_sum 3.1.2": _set("recipient-country", "percentage", "30"),
    "strict_sum 2.1.2": _set("sector[@vocabulary='99']", "percentage", "30"),
    "range 12.1.1": _set("recipient-country", "percentage", "133"),
    "if_then 2.2.1": _drop("sector/narrative"),
    "if_then 8.10.2": _set("//actual[@value]", "value", "many"),
    "if_then 8.10.3": _set("//indicator[@measure='5']/period/actual", "value", "0"),
}


@needs_standard
@pytest.mark.parametrize("rule", BREAKS)
def test_a_broken_rule_is_found(world: Running, rule: str) -> None:
    root = made(fuller(snapshot_of(world)))
    BREAKS[rule](root.find("iati-activity"))
    assert rule in broken(root, today=timezone.localdate())


@needs_standard
def test_every_kind_of_rule_that_applies_has_its_failing_example() -> None:
    kinds: set[str] = set()
    for context, rules in ruleset().items():
        if "iati-organisation" in context:
            continue
        for kind, given in rules.items():
            for case in given["cases"]:
                if "idCondition" not in case:
                    kinds |= set(case["do"]) if kind == "loop" else {kind}
    assert kinds - {"regex_matches"} == {rule.split()[0] for rule in BREAKS}
    assert kinds <= set(CHECKS)


# --- The addresses of the files -------------------------------------------------------------------


def address(world: Running, tail: str) -> str:
    page = ProjectsPage.objects.filter(locale__language_code="en").first()
    assert page is not None
    return f"{page.url}{PublishedRecord.objects.get(pk=world.project.pk).path}{tail}"


@pytest.mark.parametrize(("tail", "kind"), [("iati/", "application/xml"), ("results/", "text/csv")])
def test_the_files_are_public_and_kept_for_a_while(world: Running, client: Client, tail: str, kind: str) -> None:
    path = address(world, tail)
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, kind)
    assert "public" in answer["Cache-Control"]
    assert "max-age=300" in answer["Cache-Control"]
    assert client.get(path, HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    record = PublishedRecord.objects.get(pk=world.project.pk)
    moved = client.get(path.replace(record.slug, "another-name"))
    assert (moved.status_code, moved.url) == (301, path)
    assert client.get(path.replace(f"{record.number}-", "99999-")).status_code == 404
    with acting_as(service_actor("seeding"), reason="test"):
        publishing.withdraw(record_id=record.pk, reason="It was published by mistake.")
    gone = client.get(path)
    assert gone.status_code == 410
    assert b"It was published by mistake." in gone.content


def test_the_file_asks_the_database_once_for_all_terms(world: Running) -> None:
    snapshot, today, network = snapshot_of(world), timezone.localdate(), network_organization()
    assert Term.objects.filter(pk="LAF1.1").exists()
    for count in (1, 3):
        with asking(1):
            iati.activities([("PR-0001", snapshot, today)] * count, today=today, network=network)
