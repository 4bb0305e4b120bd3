"""The schemes in the hands of staff: words are mended, terms added and taken out of use, files stay the seed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from network_site.common.models import AuditEntry
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.taxonomy import services
from network_site.taxonomy.models import Scheme, Term
from practices.models import DatabankPage

from ..people import People, acting, draft, published, submitted
from .screens import fields, page, staff_client, table, words

pytestmark = pytest.mark.django_db
SCHEMES = "/admin/console/terms/"
TERM = "/admin/console/term/LAF1.1/"
CODES = ("en", "es", "fr", "pt-br")
LABELS = {code: f"Labour ({code})" for code in CODES}
NEW = {f"label_{code}": f"Labour ({code})" for code in CODES} | {"code": "LAF1.99", "parent": "LAF1"}


def term(code: str = "LAF1.1") -> Term:
    return Term.objects.get(pk=code)


def trail(people: People) -> list[tuple[str, str]]:
    with acting_as(service_actor("auditor"), reason="test"):
        rows = AuditEntry.objects.filter(tenant_id=people.network().pk, action__startswith="term.")
        return list(rows.order_by("sequence").values_list("action", "reason"))


def specialist(people: People) -> Any:
    return people.specialist()


# --- Words, and the files --------------------------------------------------------------------


def test_words_that_staff_changed_outlive_the_loading_of_the_files_and_can_be_taken_back(people: People) -> None:
    client = staff_client(people, Role.WEB_EDITOR)
    before = term()
    sent = fields(page(client, TERM)) | {"label_en": "Inspection of work"}
    assert client.post(TERM, sent).status_code == 302
    services.load_schemes()
    assert term().labels == before.labels | {"en": "Inspection of work"}
    # The file's own words stand beside it.
    shown = words(page(client, TERM))
    assert "The file says otherwise" in shown
    assert before.labels["en"] in shown
    assert client.post(f"{TERM}restore/").status_code == 302
    assert (term().labels, term().edited_at) == (before.labels, None)
    assert "The file says otherwise" not in words(page(client, TERM))
    services.load_schemes()
    assert term().labels == before.labels
    assert trail(people) == [("term.edited", "LAF1.1"), ("term.restored", "LAF1.1")]


def test_the_files_still_move_a_term_whose_words_staff_changed(people: People) -> None:
    with acting(specialist(people)):
        services.edit_term(term=term(), labels=LABELS, definition={})
    Term.objects.filter(pk="LAF1.1").update(position=999, exact_match="https://example.org/x", parent=None)
    services.load_schemes()
    assert (term().parent_id, term().position != 999, term().exact_match) == ("LAF1", True, "")
    assert term().labels == LABELS


def test_saving_the_same_words_changes_nothing(people: People) -> None:
    client = staff_client(people, Role.SPECIALIST)
    assert client.post(TERM, fields(page(client, TERM))).status_code == 302
    assert (term().edited_at, trail(people)) == (None, [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label_fr": " \u200b"}, "Write the label in this language too."),
        ({"label_fr": "x" * 201}, "Keep the label under 200 characters."),
        ({"definition_es": "Only here"}, "Write the definition in all four languages, or in none."),
        ({f"definition_{code}": "x" * 1001 for code in CODES}, "Keep the definition under 1,000 characters."),
    ],
)
def test_what_is_wrong_with_words_is_said_and_they_are_kept(change: dict[str, str], said: str, people: People) -> None:
    client = staff_client(people, Role.LEAD)
    empty = {f"definition_{code}": "" for code in CODES}
    answer = client.post(TERM, fields(page(client, TERM)) | empty | {"label_en": "Typed with care"} | change)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert "Typed with care" in answer.content.decode()
    assert term().edited_at is None


# --- New terms -------------------------------------------------------------------------------


def test_a_term_is_added_at_the_end_of_its_siblings_and_the_files_leave_it(people: People) -> None:
    client = staff_client(people, Role.SPECIALIST)
    answer = client.post(f"{SCHEMES}LAF/new/", NEW)
    assert (answer.status_code, answer.url) == (302, "/admin/console/term/LAF1.99/")
    services.load_schemes()
    made = term("LAF1.99")
    assert (made.labels, made.parent_id, made.definition, made.from_file) == (LABELS, "LAF1", {}, {})
    rows = [row[0].split()[0] for row in table(page(client, f"{SCHEMES}LAF/"))]
    assert rows.index("LAF1.99") == rows.index("LAF2") - 1
    assert client.post("/admin/console/term/LAF1.99/restore/", follow=True).content.decode().count("no file has") == 1
    assert trail(people) == [("term.added", "LAF1.99")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "laf1.1"}, "This code is taken."),
        ({"code": "LAF 1"}, "A code has up to 24 letters"),
        ({"code": "LAF1."}, "A code has up to 24 letters"),
        ({"code": "L" * 25}, "A code has up to 24 letters"),
        ({"code": "../x"}, "A code has up to 24 letters"),
        ({"code": ""}, "A code has up to 24 letters"),
        ({"parent": "TG16"}, "Select a valid choice"),
        ({"label_en": ""}, "Write the label in this language too."),
    ],
)
def test_a_code_is_a_code_and_nobody_elses(change: dict[str, str], said: str, people: People) -> None:
    answer = staff_client(people, Role.SPECIALIST).post(f"{SCHEMES}LAF/new/", NEW | change)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert Term.objects.filter(pk="LAF1.99").exists() is False


def test_a_new_term_stands_below_one_in_use_of_its_scheme(people: People) -> None:
    scheme = Scheme.objects.get(pk="LAF")
    with acting(specialist(people)):
        services.deprecate_term(term=term("LAF1.2"))
        for parent in ("LAF1.2", "TG16"):
            with pytest.raises(ValidationError, match="broader term of the same scheme"):
                services.add_term(scheme=scheme, code="LAF1.99", labels=LABELS, definition={}, parent=term(parent))


# --- Out of use ------------------------------------------------------------------------------


def test_a_term_goes_out_of_use_with_its_replacement_and_the_trail_says_who(people: People) -> None:
    client = staff_client(people, Role.SPECIALIST)
    path = f"{TERM}out-of-use/"
    options = {one["value"] for one in page(client, path).select("select[name=replaced_by] option")}
    assert ("LAF1.1" in options, "LAF1.2" in options, "TG16" in options) == (False, True, False)
    assert client.post(path, {"replaced_by": "TG16"}).status_code == 422
    assert client.post(path, {"replaced_by": "LAF1.2"}).status_code == 302
    assert (term().status, term().replaced_by_id) == ("deprecated", "LAF1.2")
    (row,) = table(page(client, f"{SCHEMES}LAF/?q=LAF1.1&state=deprecated"))
    assert row[2] == "out of use, see LAF1.2"
    assert trail(people) == [("term.deprecated", "LAF1.1 → LAF1.2")]
    assert "out of use already" in client.get(path, follow=True).content.decode()


def test_a_term_comes_back_into_use_and_nothing_stands_in_its_place(people: People) -> None:
    client = staff_client(people, Role.SPECIALIST)
    client.post(f"{TERM}out-of-use/", {"replaced_by": "LAF1.2"})
    services.load_schemes()
    assert "Bring it back into use" in words(page(client, TERM))
    assert client.post(f"{TERM}back-in-use/").status_code == 302
    assert (term().status, term().replaced_by_id) == ("current", None)
    assert term() in Term.objects.in_use()
    assert "Bring it back into use" not in words(page(client, TERM))
    assert trail(people) == [("term.deprecated", "LAF1.1 → LAF1.2"), ("term.revived", "LAF1.1 ← LAF1.2")]
    # It is a step like any other: it can go out of use again.
    assert client.post(f"{TERM}out-of-use/", {"replaced_by": ""}).status_code == 302
    assert (term().status, term().replaced_by_id) == ("deprecated", None)
    assert client.post(f"{TERM}back-in-use/").status_code == 302
    again = client.post(f"{TERM}back-in-use/", follow=True).content.decode()
    assert "in use already" in again


def test_a_term_through_which_others_are_led_on_does_not_come_back(people: People) -> None:
    with acting(specialist(people)):
        services.deprecate_term(term=term("LAF1.3"), replaced_by=term("LAF1.1"))
        services.deprecate_term(term=term("LAF1.1"), replaced_by=term("LAF1.2"))
        with pytest.raises(ValidationError, match=r"LAF1\.3: replaced through this term by LAF1\.2"):
            services.revive_term(term=term("LAF1.1"))
        assert services.current_term(term("LAF1.3")) == term("LAF1.2")
        services.revive_term(term=term("LAF1.3"))
        services.revive_term(term=term("LAF1.1"))
    assert [term(code).status for code in ("LAF1.1", "LAF1.3")] == ["current", "current"]


def test_a_term_that_replaces_others_and_was_replaced_by_nothing_comes_back_for_them(people: People) -> None:
    with acting(specialist(people)):
        services.deprecate_term(term=term("LAF1.3"), replaced_by=term("LAF1.1"))
        services.deprecate_term(term=term("LAF1.1"))
        services.revive_term(term=term("LAF1.1"))
    assert services.current_term(term("LAF1.3")).status == "current"


def test_a_term_does_not_come_back_below_a_broader_one_that_is_out_of_use(people: People) -> None:
    with acting(specialist(people)):
        services.deprecate_term(term=term("LAF1.1"))
        services.deprecate_term(term=term("LAF1"))
        with pytest.raises(ValidationError, match="Bring the broader term back first"):
            services.revive_term(term=term("LAF1.1"))


def test_only_those_whose_task_it_is_write(people: People) -> None:
    users = [people.publisher(), people.member(people.network(), Role.ADMINISTRATOR), people.focal_point()]
    for user in users:
        with acting(user):
            for verb in (
                lambda: services.edit_term(term=term(), labels=LABELS, definition={}),
                lambda: services.restore_term(term=term()),
                lambda: services.deprecate_term(term=term()),
                lambda: services.revive_term(term=term("LAF1.2")),
                lambda: services.add_term(
                    scheme=Scheme.objects.get(pk="LAF"), code="LAF1.99", labels=LABELS, definition={}
                ),
            ):
                with pytest.raises(PermissionDenied):
                    verb()
    assert (term().status, term().edited_at, trail(people)) == ("current", None, [])


# --- Where used ------------------------------------------------------------------------------


def test_where_used_counts_what_is_published_and_what_was_sent_and_leads_to_the_databank(people: People) -> None:
    published(people)
    submitted(people.focal_point())
    draft(people.focal_point())
    client = staff_client(people, Role.SPECIALIST)
    tree = page(client, f"{SCHEMES}LAF/")
    found = {row[0].split()[0]: row[3:] for row in table(tree)}
    # The broader term has what stands below it.
    assert (found["LAF1.1"], found["LAF1"], found["LAF1.2"]) == (["1", "1"], ["1", "0"], ["0", "0"])
    databank = DatabankPage.objects.get(locale__language_code="en").url
    links = [link["href"] for link in tree.select("main td a")]
    assert links == [f"{databank}?theme=LAF1", f"{databank}?theme=LAF1.1"]
    assert len(page(client, links[1]).select("article.rec, .rec")) == 1
    # A scheme without a filter in the databank has the number alone.
    assert page(client, f"{SCHEMES}SC/").select("main td a") == []


# --- Lists -----------------------------------------------------------------------------------


def test_the_tree_is_found_by_words_of_any_language_and_by_code(people: People) -> None:
    client = staff_client(people, Role.SPECIALIST)
    for text in ("LAF1.1", "INSPECCION", "inspection du travail"):
        assert "LAF1.1" in [row[0].split()[0] for row in table(page(client, f"{SCHEMES}LAF/?q={text}"))]
    assert "No term fits." in words(page(client, f"{SCHEMES}LAF/?q=zzzz"))
    assert "No term fits." in words(page(client, f"{SCHEMES}LAF/?state=deprecated"))


def test_schemes_are_listed_with_their_numbers(people: People) -> None:
    with acting(specialist(people)):
        services.edit_term(term=term(), labels=LABELS, definition={})
        services.deprecate_term(term=term("LAF1.2"))
    rows = {row[0].split()[0]: row for row in table(page(staff_client(people, Role.LEAD), SCHEMES))}
    all_of_laf = Term.objects.of("LAF").count()
    assert set(rows) == set(Scheme.objects.values_list("pk", flat=True))
    assert rows["LAF"][2:] == [str(all_of_laf - 1), "1", "1"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_scheme_costs_the_same_for_one_term_or_three(count: int, people: People) -> None:
    Scheme.objects.create(pk="TST", version="1", labels=LABELS)
    for number in range(count):
        Term.objects.create(pk=f"TST{number}", scheme_id="TST", labels=LABELS)
    client = staff_client(people, Role.LEAD)
    client.get(SCHEMES)
    with CaptureQueriesContext(connection) as queries:
        assert len(table(page(client, f"{SCHEMES}TST/"))) == count
    # The scheme, its terms, what is published, what was sent.
    assert len([one for one in queries if "taxonomy_" in one["sql"] and "organizations_org" not in one["sql"]]) == 4
