"""Third-party records come in by a file, marked for what they are (`manage.py import_documented`)."""

from __future__ import annotations

import copy
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from network_site.common.models import Outbox
from network_site.organizations.enums import Role
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord, PublishedVersion, RecordNumber
from practices import services
from practices.enums import PracticeStatus
from practices.importing import Row, RowError, read_rows
from practices.models import DatabankPage, Practice, PracticeVersion
from practices.snapshot import JSON_SCHEMA, SCHEMA

from ..people import People, acting, get, step
from .documents import documented, record
from .pages import words

pytestmark = pytest.mark.django_db

SEED = Path(services.__file__).parent / "seed" / "documented"


@pytest.fixture
def writer(people: People) -> User:
    return people.specialist()


@pytest.fixture
def publisher(people: People) -> User:
    return people.publisher()


class Import:
    """What the command said, and how it ended."""

    def __init__(
        self, folder: Path, lines: list[Any], *, writer: str = "", publisher: str | None = None, **more: Any
    ) -> None:
        path = folder / "records.jsonl"
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        path.write_text(text, encoding="utf-8")
        out, err = io.StringIO(), io.StringIO()
        options = {"writer": writer, "publisher": publisher} | more
        options = {name: value for name, value in options.items() if value}
        self.failure = ""
        try:
            call_command("import_documented", str(path), stdout=out, stderr=err, **options)
        except CommandError as error:
            self.failure = str(error)
        self.out = out.getvalue().strip().splitlines()
        self.errors = err.getvalue().strip().splitlines()

    @property
    def summary(self) -> str:
        return self.out[-1] if self.out else ""


# --- A good file -----------------------------------------------------------------------------


def test_a_good_file_is_written_by_one_and_published_by_another(
    tmp_path: Path, people: People, writer: User, publisher: User
) -> None:
    lines = [record(title="First"), "", record(title="Second")]
    done = Import(tmp_path, lines, writer=writer.email, publisher=publisher.email)
    assert (done.summary, done.errors, done.failure) == ("2 written, 0 unchanged, 2 published.", [], "")
    records = list(PublishedRecord.objects.order_by("number"))
    assert [(one.title, one.version, one.provenance, one.country_id) for one in records] == [
        ("First", 1, "PV02", "EE"),
        ("Second", 1, "PV02", "EE"),
    ]
    with acting(writer):
        practice = Practice.objects.get(pk=records[0].pk)
        assert (practice.owner_id, practice.created_by_id) == (people.network().pk, writer.pk)
        assert practice.source == lines[0]["source"]


def test_the_same_file_again_changes_nothing(tmp_path: Path, writer: User, publisher: User) -> None:
    lines = [record(title="First"), record(title="Second")]
    Import(tmp_path, lines, writer=writer.email, publisher=publisher.email)

    def everything() -> tuple[Any, ...]:
        with acting(writer):
            versions = list(PracticeVersion.objects.order_by("pk").values())
        return versions, list(PublishedVersion.objects.order_by("pk").values()), Outbox.objects.count()

    before = everything()
    again = Import(tmp_path, lines, writer=writer.email, publisher=publisher.email)
    assert (again.summary, again.failure) == ("0 written, 2 unchanged, 0 published.", "")
    assert everything() == before


def test_a_record_that_changed_becomes_the_second_version(tmp_path: Path, writer: User, publisher: User) -> None:
    first = record(title="One case manager")
    Import(tmp_path, [first], writer=writer.email, publisher=publisher.email)
    second = Import(tmp_path, [first | {"title": "One manager"}], writer=writer.email, publisher=publisher.email)
    assert second.summary == "1 written, 0 unchanged, 1 published."
    public = PublishedRecord.objects.get()
    assert (public.version, public.title) == (2, "One manager")
    assert [one.snapshot["texts"]["en"]["title"] for one in public.versions.order_by("version")] == [
        "One case manager",
        "One manager",
    ]
    with acting(writer):
        statuses = dict(PracticeVersion.objects.values_list("number", "status"))
    assert statuses == {1: PracticeStatus.SUPERSEDED, 2: PracticeStatus.PUBLISHED}


def test_what_a_changed_record_no_longer_says_goes_too(tmp_path: Path, writer: User, publisher: User) -> None:
    full = record(
        preconditions=[{"statement": "A register", "strength": "must"}],
        translations={"es": {"title": "Uno", "one_line": "Uno."}},
    )
    Import(tmp_path, [full], writer=writer.email, publisher=publisher.email)
    bare = {name: value for name, value in full.items() if name not in {"preconditions", "translations"}}
    Import(tmp_path, [bare], writer=writer.email, publisher=publisher.email)
    snapshot = PublishedRecord.objects.get().snapshot
    assert (snapshot["version"], snapshot["preconditions"], sorted(snapshot["texts"])) == (2, [], ["en"])


def test_without_a_publisher_the_records_stay_drafts_and_may_be_mended(tmp_path: Path, writer: User) -> None:
    line = record(title="First")
    assert Import(tmp_path, [line], writer=writer.email).summary == "1 written, 0 unchanged, 0 published."
    again = Import(tmp_path, [line | {"title": "Mended"}], writer=writer.email)
    assert again.summary == "1 written, 0 unchanged, 0 published."
    with acting(writer):
        version = PracticeVersion.objects.get()
        assert (version.number, version.title, version.status) == (1, "Mended", PracticeStatus.DRAFT)
    assert PublishedRecord.objects.exists() is False


def test_drafts_are_published_by_the_same_file_later(tmp_path: Path, writer: User, publisher: User) -> None:
    line = record()
    Import(tmp_path, [line], writer=writer.email)
    done = Import(tmp_path, [line], writer=writer.email, publisher=publisher.email)
    assert done.summary == "0 written, 1 unchanged, 1 published."


def test_a_withdrawn_record_stays_withdrawn(tmp_path: Path, writer: User, publisher: User) -> None:
    line = record(title="First")
    Import(tmp_path, [line], writer=writer.email, publisher=publisher.email)
    with acting(writer):
        version = PracticeVersion.objects.get()
    step(publisher, version, "withdraw", note="The publisher of the report asked for it.")
    Import(tmp_path, [line | {"title": "Changed"}], writer=writer.email, publisher=publisher.email)
    with acting(writer):
        assert get(version.pk).title == "First"
    assert PublishedRecord.objects.get().state == "withdrawn"


# --- Out again -------------------------------------------------------------------------------


def test_a_set_goes_out_again_and_comes_in_again(tmp_path: Path, writer: User, publisher: User, client: Client) -> None:
    lines = [record(title="First"), record(title="Second")]
    Import(tmp_path, lines, writer=writer.email, publisher=publisher.email)
    out = Import(tmp_path, lines, publisher=publisher.email, remove=True, note="It was for trying.")
    assert (out.summary, out.errors, out.failure) == ("2 withdrawn, 0 deleted, 0 not there.", [], "")
    gone = list(PublishedRecord.objects.order_by("number"))
    assert [(one.number, one.state, one.withdrawal_reason) for one in gone] == [
        (1, "withdrawn", "It was for trying."),
        (2, "withdrawn", "It was for trying."),
    ]
    page = client.get(DatabankPage.objects.get(locale__language_code="en").url + gone[0].path)
    assert (page.status_code, "It was for trying." in words(page)) == (410, True)
    back = Import(tmp_path, lines, writer=writer.email, publisher=publisher.email)
    assert (back.summary, back.failure) == ("2 written, 0 unchanged, 2 published.", "")
    assert [(one.number, one.title) for one in PublishedRecord.objects.live().order_by("number")] == [
        (3, "First"),
        (4, "Second"),
    ]


def test_taken_out_twice_is_taken_out_once(tmp_path: Path, writer: User, publisher: User) -> None:
    lines = [record(), record()]
    Import(tmp_path, lines, writer=writer.email, publisher=publisher.email)
    Import(tmp_path, lines, publisher=publisher.email, remove=True)
    events = Outbox.objects.count()
    again = Import(tmp_path, lines, publisher=publisher.email, remove=True)
    assert (again.summary, again.failure) == ("0 withdrawn, 0 deleted, 2 not there.", "")
    assert Outbox.objects.count() == events


def test_drafts_of_a_set_are_deleted(tmp_path: Path, writer: User, publisher: User) -> None:
    lines = [record(translations={"es": {"title": "Uno", "one_line": "Uno."}}), record()]
    Import(tmp_path, lines, writer=writer.email)
    out = Import(tmp_path, [lines[0]], publisher=publisher.email, remove=True)
    assert (out.summary, out.failure) == ("0 withdrawn, 1 deleted, 0 not there.", "")
    with acting(writer):
        assert [one.import_key for one in Practice.objects.all()] == [f"International Labour Office|{lines[1]['key']}"]
        assert PracticeVersion.objects.count() == 1


def test_the_draft_of_a_next_version_goes_with_the_published_one(tmp_path: Path, writer: User, publisher: User) -> None:
    line = record(title="First")
    Import(tmp_path, [line], writer=writer.email, publisher=publisher.email)
    Import(tmp_path, [line | {"title": "Second"}], writer=writer.email)
    out = Import(tmp_path, [line], publisher=publisher.email, remove=True)
    assert out.summary == "1 withdrawn, 0 deleted, 0 not there."
    with acting(writer):
        assert [(one.title, one.status) for one in PracticeVersion.objects.all()] == [("First", "withdrawn")]


def test_what_somebody_withdrew_herself_stays_as_she_left_it(tmp_path: Path, writer: User, publisher: User) -> None:
    line = record(title="First")
    Import(tmp_path, [line], writer=writer.email, publisher=publisher.email)
    with acting(writer):
        version = PracticeVersion.objects.get()
    step(publisher, version, "withdraw", note="The publisher of the report asked for it.")
    out = Import(tmp_path, [line], publisher=publisher.email, remove=True)
    assert out.summary == "0 withdrawn, 0 deleted, 1 not there."
    changed = line | {"title": "Changed"}
    back = Import(tmp_path, [changed], writer=writer.email, publisher=publisher.email)
    assert "was withdrawn and is not written again" in " ".join(back.errors)


def test_only_the_networks_publisher_takes_a_set_out(tmp_path: Path, writer: User, publisher: User) -> None:
    line = record()
    Import(tmp_path, [line], writer=writer.email, publisher=publisher.email)
    out = Import(tmp_path, [line], publisher=writer.email, remove=True)
    assert out.errors == ["line 1, (publisher): You may not do this with this record."]
    assert PublishedRecord.objects.get().state == "published"


def test_taking_out_asks_for_a_publisher_and_names_lines_without_a_key(tmp_path: Path, publisher: User) -> None:
    assert Import(tmp_path, [record()], remove=True).failure == "Who does it? Give --publisher."
    assert Import(tmp_path, [record()]).failure == "Who does it? Give --writer."
    out = Import(tmp_path, ["{", '{"key": "x"}', "[]"], publisher=publisher.email, remove=True)
    assert out.errors == [f"line {number}, (line): names no publisher and key" for number in (1, 2, 3)]


# --- What is wrong with a line ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "field", "words_wanted"),
    [
        ("{not json", "(line)", "is not JSON"),
        ("[]", "(record)", "is not of type 'object'"),
        ("null", "(record)", "is not of type 'object'"),
        ("x" * 200_001, "(line)", "is longer than 200000 characters"),
        (record(labour_functions=["LAF99.9"]), "labour_functions", "LAF99.9 is no term in use of the scheme LAF"),
        (record(labour_functions=["TG16"]), "labour_functions", "TG16 is no term in use of the scheme LAF"),
        (record(labour_functions=[]), "labour_functions", "[] should be non-empty"),
        (record(source={"title": "T", "year": 2019, "place": "p. 1"}), "source", "'publisher' is a required property"),
        (record(country="XX"), "country", "XX is no country of ISO 3166"),
        (record(country="Estonia"), "country", "does not match"),
        (record(title="x" * 101), "title", "is too long"),
        (record(one_line="x" * 241), "one_line", "is too long"),
        (record(title=""), "title", "should be non-empty"),
        (record(start_year=2020, end_year=2019), "end_year", "comes before the first year"),
        (record(start_year=20), "start_year", "20 is less than the minimum of 1850"),
        (record(stage="finished"), "stage", "is not one of"),
        (record(language="de"), "language", "is not one of"),
        (record(evidence_level=4), "(record)", "Additional properties are not allowed"),
        (record(schema="enlace.practice/1"), "schema", "was expected"),
        (record(key="No Spaces"), "key", "does not match"),
        (record(translations={"en": {"title": "T", "one_line": "L"}}), "translations.en", "language of the record"),
        (record(costs=[{"category": "c", "amount": -1, "currency": "USD"}]), "costs.0.amount", "less than the minimum"),
        (
            record(outcomes=[{"indicator": "i", "baseline_year": 2020, "value_year": 2019}]),
            "outcomes.0.value_year",
            "before",
        ),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "record",
)
def test_a_wrong_line_is_named_with_its_field_and_the_others_go_in(
    tmp_path: Path, writer: User, publisher: User, line: Any, field: str, words_wanted: str
) -> None:
    good = record(title="A good one")
    done = Import(tmp_path, [good, line], writer=writer.email, publisher=publisher.email)
    assert done.summary == "1 written, 0 unchanged, 1 published."
    assert done.failure == "1 lines were not taken. Mend them and run the same file again."
    assert [error.startswith(f"line 2, {field}: ") for error in done.errors] == [True]
    assert words_wanted in done.errors[0]
    assert [one.title for one in PublishedRecord.objects.all()] == ["A good one"]


def test_a_key_given_twice_is_refused_the_second_time(tmp_path: Path, writer: User) -> None:
    line = record(title="First")
    done = Import(tmp_path, [line, "", line | {"title": "Again"}], writer=writer.email)
    assert done.errors == ["line 3, key: was given already on line 1"]
    with acting(writer):
        assert PracticeVersion.objects.get().title == "First"


def test_the_same_key_of_another_publisher_is_another_practice(tmp_path: Path, writer: User) -> None:
    line = record()
    other = line | {"source": line["source"] | {"publisher": "World Bank"}}
    assert Import(tmp_path, [line, other], writer=writer.email).summary == "2 written, 0 unchanged, 0 published."


def test_all_faults_of_a_line_are_named_at_once(tmp_path: Path, writer: User) -> None:
    done = Import(tmp_path, [record(title="", language="de", start_year=20)], writer=writer.email)
    assert sorted(error.split(":")[0] for error in done.errors) == [
        "line 1, language",
        "line 1, start_year",
        "line 1, title",
    ]


def test_a_deprecated_term_is_no_term_in_use(tmp_path: Path, writer: User) -> None:
    from network_site.taxonomy.models import Term
    from network_site.taxonomy.services import deprecate_term

    deprecate_term(term=Term.objects.get(pk="LAF1.1"), replaced_by=Term.objects.get(pk="LAF1.2"))
    done = Import(tmp_path, [record()], writer=writer.email)
    assert done.errors == ["line 1, labour_functions: LAF1.1 is no term in use of the scheme LAF"]


# --- Who imports -----------------------------------------------------------------------------


def test_whoever_writes_does_not_publish(tmp_path: Path, people: People) -> None:
    both = people.member(people.network(), Role.SPECIALIST, Role.PUBLISHER)
    done = Import(tmp_path, [record()], writer=both.email, publisher=both.email)
    assert done.summary == "1 written, 0 unchanged, 0 published."
    assert done.errors == ["line 1, (publisher): You wrote this record. Somebody else publishes it."]
    assert PublishedRecord.objects.exists() is False


@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.CONTRIBUTOR, Role.ADMINISTRATOR])
def test_a_ministry_writes_no_documented_record(tmp_path: Path, people: People, publisher: User, role: str) -> None:
    someone = people.member(people.organization(), role)
    done = Import(tmp_path, [record(), record()], writer=someone.email, publisher=publisher.email)
    assert done.errors == [f"line 1, (writer): {someone.email} is no specialist of the Network"]
    assert PublishedRecord.objects.exists() is False


def test_a_specialist_does_not_publish(tmp_path: Path, people: People, writer: User) -> None:
    done = Import(tmp_path, [record()], writer=writer.email, publisher=people.specialist().email)
    assert done.errors == ["line 1, (publisher): You may not do this with this record."]
    assert PublishedRecord.objects.exists() is False


def test_unknown_people_and_files_are_named(tmp_path: Path, writer: User) -> None:
    done = Import(tmp_path, [record()], writer="nobody@example.org")
    assert done.failure == "Nobody has the address nobody@example.org."
    with pytest.raises(CommandError, match=r"missing\.jsonl cannot be read"):
        call_command("import_documented", str(tmp_path / "missing.jsonl"), writer=writer.email)
    (tmp_path / "latin.jsonl").write_bytes(b'{"title": "\xe9"}')
    with pytest.raises(CommandError, match=r"latin\.jsonl cannot be read"):
        call_command("import_documented", str(tmp_path / "latin.jsonl"), writer=writer.email)


def test_an_address_is_found_whatever_its_case(tmp_path: Path, writer: User) -> None:
    assert Import(tmp_path, [record()], writer=writer.email.upper()).summary.startswith("1 written")


# --- What readers see ------------------------------------------------------------------------


def test_what_the_source_does_not_give_reads_not_reported(
    tmp_path: Path, writer: User, publisher: User, client: Client
) -> None:
    silent = record(
        reach=None, negative_effects=None, risks_if_copied=None, transfer_offer=None, stage=None, start_year=None,
        end_year=None, region=None, scale=None, coverage=None, coverage_unit=None,
    )  # fmt: skip
    Import(tmp_path, [silent], writer=writer.email, publisher=publisher.email)
    public = PublishedRecord.objects.get()
    page = client.get(DatabankPage.objects.get(locale__language_code="en").url + public.path)
    text = words(page)
    assert (page.status_code, "not reported" in text.lower()) == (200, True)
    assert ("None" in text.replace("None known", ""), "null" in text) == (False, False)


def test_a_documented_record_says_so_everywhere_and_no_review_is_claimed(
    tmp_path: Path, writer: User, publisher: User, client: Client
) -> None:
    Import(tmp_path, [record()], writer=writer.email, publisher=publisher.email)
    public = PublishedRecord.objects.get()
    assert (public.provenance, public.snapshot["provenance"]) == ("PV02", "PV02")
    assert public.snapshot["review"]["reviews"] == []
    assert public.snapshot["last_confirmed"] is None
    page = words(client.get(DatabankPage.objects.get(locale__language_code="en").url + public.path))
    assert "Documented, not reviewed" in page
    assert "International Labour Office, A. Author, Public employment services that work" in page


# --- The files that come with us ---------------------------------------------------------------


def test_every_record_of_the_seed_may_go_in() -> None:
    lines = [line for path in sorted(SEED.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    rows = list(read_rows(lines))
    assert [str(row) for row in rows if isinstance(row, RowError)] == []
    assert len([row for row in rows if isinstance(row, Row)]) == len([line for line in lines if line.strip()])


def test_a_record_of_each_seed_file_reaches_the_page_in_four_languages(
    tmp_path: Path, writer: User, publisher: User, client: Client
) -> None:
    lines = [path.read_text("utf-8").splitlines()[0] for path in sorted(SEED.glob("*.jsonl"))]
    done = Import(tmp_path, lines, writer=writer.email, publisher=publisher.email)
    assert (done.errors, PublishedRecord.objects.count()) == ([], len(lines))
    for language in ("en", "es", "fr", "pt-br"):
        base = DatabankPage.objects.get(locale__language_code=language).url
        assert [client.get(base + one.path).status_code for one in PublishedRecord.objects.all()] == [200] * len(lines)


# --- The contract of a snapshot ----------------------------------------------------------------


def broken(snapshot: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one value changed, or left out."""
    changed = copy.deepcopy(snapshot)
    *way, last = path.split(".")
    part: Any = changed
    for name in way:
        part = part[name]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("texts", {}),
        ("texts", {"de": {"title": "T", "one_line": "L", "state": "source"}}),
        ("texts.en.title", ...),
        ("marks", ...),
        ("marks.evidence_level", 6),
        ("marks.evidence_level", "3"),
        ("marks.direction", "good"),
        ("marks.label", "best"),
        ("marks.completeness", {"effect": "full"}),
        ("owner.key", ...),
        ("review.steps", ...),
        ("review.reviews", [{"organization": {}, "scores": {"equity": 5}, "rationale": ""}]),
        ("provenance", ...),
        ("is_demo", "no"),
        ("source_language", "de"),
    ],
)
def test_a_snapshot_that_breaks_its_contract_is_not_published(people: People, path: str, value: Any) -> None:
    from network_site.publishing import services as publishing
    from practices.snapshot import build_snapshot

    writer = people.specialist()
    version = documented(writer)
    events = Outbox.objects.count()
    with acting(writer):
        good = build_snapshot(get(version.pk))
        more: dict[str, Any] = {
            "kind": "practice", "record_id": version.practice_id, "owner": people.network(), "country_id": "EE",
            "version": 1, "schema": SCHEMA, "json_schema": JSON_SCHEMA, "terms": ["LAF1.1"],
        }  # fmt: skip
        with pytest.raises(jsonschema.ValidationError):
            publishing.publish(snapshot=broken(good, path, value), **more)
        assert (PublishedRecord.objects.count(), RecordNumber.objects.count(), Outbox.objects.count()) == (0, 0, events)
        assert publishing.publish(snapshot=good, **more).number == 1
