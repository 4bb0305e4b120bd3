"""What the gallery shows: every component in every state, with sample words.

The words of a component come from the catalogues, in the language of the page; the samples are in English.
Nothing here asks the database. A component without a specimen fails `tests/common/test_gallery.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.messages import constants as levels
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator

from .americas import sheet

HERE = "#"
DAY = date(2026, 11, 3)
MOMENT = datetime(2026, 11, 22, 9, 40, tzinfo=UTC)


@dataclass(frozen=True)
class State:
    """One state of a component: what it shows, and its inputs."""

    title: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Specimen:
    """A component with its states; `around` is an element that its markup needs around it."""

    name: str
    states: tuple[State, ...]
    around: str = ""


# --- A form with one field of each kind ------------------------------------------------------


class SampleForm(forms.Form):
    title = forms.CharField(label="Title of the practice", max_length=120, help_text="What a stranger understands.")
    story = forms.CharField(
        label="What was done", widget=forms.Textarea, max_length=600, help_text="Who did what, in which order."
    )
    amount = forms.DecimalField(label="Amount in US dollars", min_value=1, max_value=150_000)
    language = forms.ChoiceField(label="Language", choices=[("en", "English"), ("es", "Español"), ("fr", "Français")])
    begun = forms.DateField(label="Begun on", required=False, widget=forms.DateInput)
    due = forms.DateField(
        label="Due on", required=False, widget=forms.SelectDateWidget(years=range(2024, 2030)), help_text="As agreed."
    )
    stage = forms.ChoiceField(
        label="Stage",
        widget=forms.RadioSelect,
        choices=[("pilot", "Pilot"), ("running", "Running"), ("ended", "Ended")],
    )
    groups = forms.MultipleChoiceField(
        label="People served",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("TG01", "Young people"), ("TG02", "Long-term unemployed"), ("TG03", "Employers")],
    )
    agreed = forms.BooleanField(label="The contact agrees to be named", help_text="Ask first.")
    letter = forms.FileField(label="Letter", required=False, help_text="PDF or DOCX, up to 10 MB.")


class QuizForm(forms.Form):
    plans = forms.ChoiceField(
        label="How many plans are drawn in each review?",
        widget=forms.RadioSelect,
        choices=[("13", "13"), ("130", "130"), ("1300", "1,300")],
    )


class ScaleForm(forms.Form):
    clarity = forms.ChoiceField(
        label="Is it clear what was done?",
        help_text="0: nobody could repeat it. 2: a colleague could. 4: a stranger could.",
        widget=forms.RadioSelect,
        choices=[("0", "not at all"), ("1", "little"), ("2", "partly"), ("3", "mostly"), ("4", "fully")],
    )


class ContactForm(forms.Form):
    name = forms.CharField(label="Name", max_length=60)
    email = forms.EmailField(label="E-mail", max_length=60)


ContactFormSet = forms.formset_factory(ContactForm, extra=0, can_delete=True)


def sample(prefix: str, data: dict[str, Any] | None = None) -> SampleForm:
    """A form whose ids are its own on the page."""
    given = None if data is None else {f"{prefix}-{name}": value for name, value in data.items()}
    form = SampleForm(given, prefix=prefix, initial={"title": "Reading ten plans a year, drawn by lot"})
    form.is_valid()
    return form


def field_of(name: str, prefix: str, data: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"field": sample(prefix, data)[name], **more}


# --- Sample records --------------------------------------------------------------------------

COMPLETENESS = {
    "effect": "fully", "mechanism": "partly", "moderators": "none", "implementation": "fully", "economics": "none",
}  # fmt: skip
MARKS = {"evidence_level": 3, "direction": "positive", "completeness": COMPLETENESS}
RECORD = {
    "title": "Checking the quality of individual action plans twice a year",
    "url": HERE,
    "from_line": "Estonia · Public employment service, 2010",
    "one_line": "An internal team scores 130 randomly drawn action plans, and the average counts for each region.",
    "marks": {"evidence_level": 1, "direction": "not_measured", "completeness": COMPLETENESS},
}
PLACES = [
    {"code": "CA", "label": "Canada", "count": 12, "said": "12 practices", "url": HERE},
    {"code": "GT", "label": "Guatemala", "count": 2, "said": "2 practices", "url": HERE},
    {"code": "BB", "label": "Barbados", "count": 1, "said": "1 practice", "url": HERE},
    {"code": "PY", "label": "Paraguay", "count": 104, "said": "104 practices", "url": HERE},
    {"code": "BR", "label": "Brazil", "count": 3, "said": "3 projects planned", "url": HERE, "state": "planned"},
    {"code": "EE", "label": "Estonia", "count": 3, "said": "3 practices", "url": HERE},
    {"code": "JP", "label": "Japan", "count": 1, "said": "1 practice", "url": HERE},
]
NAVIGATION = [
    {
        "label": "My work",
        "items": [
            {"label": "Tasks", "url": HERE, "count": 3, "current": True},
            {"label": "Notices", "url": HERE, "count": 1},
            {"label": "Reviews", "url": HERE},
        ],
    },
    {"label": "My organisation", "items": [{"label": "Practices", "url": HERE}, {"label": "People", "url": HERE}]},
]
STEPS = [
    {"label": "In brief", "url": HERE, "state": "done"},
    {"label": "Problem", "url": HERE, "state": "here"},
    {"label": "Results", "url": HERE, "state": "todo", "note": "2 questions from the reviewer"},
    {"label": "Check", "url": HERE, "state": "todo"},
]
SECTIONS = [
    {
        "items": [
            {"label": "1 Identification", "url": HERE, "state": "finding", "count": 1},
            {"label": "2 Parties", "url": HERE, "state": "ok"},
            {"label": "3 Objective, components", "url": HERE, "state": "unread", "count": 2, "current": True},
            {"label": "4 Results matrix", "url": HERE, "state": "half"},
            {"label": "5 Execution", "url": HERE, "state": "open"},
        ]
    }
]
OUTLINE = [
    {
        "label": "1 The person first",
        "items": [
            {"label": "What client-centred means", "url": HERE, "state": "ok"},
            {"label": "Creaming, and how to stop it", "url": HERE, "state": "ok"},
        ],
    },
    {
        "label": "2 Measure",
        "items": [
            {"label": "Judging the quality of plans", "url": HERE, "state": "half", "current": True},
            {"label": "A fair scorecard", "url": HERE, "state": "open"},
        ],
    },
]
CHECKLIST = [
    {"text": "Every output has an indicator", "state": "ok"},
    {"text": "The letter of one ministry is missing", "state": "no", "url": HERE, "action": "Ask for it"},
    {"text": "Whether the fund accepts 36 months is not known", "state": "unknown", "note": "Asked on 3 November."},
]
LINKS = [
    {"code": "en", "label": "English", "url": HERE, "current": True},
    {"code": "es", "label": "Español", "url": HERE},
]
REVIEW_EVENTS = [
    {"at": MOMENT, "title": "Returned with questions", "from_label": "In review", "to_label": "Returned",
     "note": "Which plans were read, and who chose them?", "by": "The Network (specialist)", "now": True},
    {"at": datetime(2026, 11, 3, 8, 0, tzinfo=UTC), "title": "Sent for review", "from_label": "Ready",
     "to_label": "Sent", "by": "Ministry of Labour (focal point)"},
]  # fmt: skip
PROV_ACTS = [
    {"label": "Accept", "url": HERE},
    {"label": "Change", "url": HERE, "kind": "alt"},
    {"label": "Refuse", "name": "refuse", "value": "1", "kind": "alt"},
]


def said(kind: str, text: str) -> Message:
    return Message(getattr(levels, kind), text)


def _all_countries() -> list[dict[str, Any]]:
    return [
        {"code": code, "label": code, "count": number + 1, "said": f"{number + 1} practices", "url": HERE}
        for number, code in enumerate(sheet().countries)
    ]


def _one(name: str, around: str = "", **given: Any) -> Specimen:
    return Specimen(name, (State("as it is", given),), around)


def _several(name: str, states: dict[str, dict[str, Any]], around: str = "") -> Specimen:
    return Specimen(name, tuple(State(title, given) for title, given in states.items()), around)


# --- The groups of the gallery ---------------------------------------------------------------


def finding() -> list[Specimen]:
    """Lists and the ways into them."""
    options = [
        {"value": "a", "label": "Guidance, profiling", "count": 6, "checked": True},
        {"value": "b", "label": "Performance management", "count": 4, "checked": False},
        {"value": "c", "label": "Labour inspection", "count": 0, "checked": False},
    ]
    paginator = Paginator(range(90), 20)
    return [
        _several("record_card", {
            "a record": {"record": RECORD},
            "in another language, with a box to compare": {
                "record": RECORD | {"title": "Un guichet unique pour les jeunes", "lang": "fr", "one_line": "",
                                    "notice": "Shown in French.", "demo": True},
                "compare": {"value": "fr-1", "checked": True, "form_id": "tray-form"}},
            "another kind of record": {"record": {"title": "Chat and mobile channels for rural offices", "url": HERE,
                "from_line": "Mongolia", "tag": {"kind": "warn", "icon": "clock", "text": "Without an answer"},
                "facts": "Client service · no practice in the databank fits"}},
            "something that was found": {"record": RECORD | {
                "title_pieces": (("One ", False), ("profile", True), (" for each jobseeker", False)),
                "excerpts": [{"lang": "es", "pieces": (("el ", False), ("perfilado", True), (" temprano", False))}]}},
        }, around="ul"),
        _several("search_box", {
            "in a frame": {"url": HERE, "id": "b1", "label": "Search the guides"},
            "large, with words": {"url": HERE, "id": "b2", "label": "Find a practice", "value": "profiling",
                                  "large": True},
        }),
        _one("marked", pieces=(("One ", False), ("profile", True), (" for each jobseeker", False))),
        _several("facet_group", {
            "open, one chosen, one without a hit": {
                "title": "Function", "name": "f1", "options": options, "open": True},
            "one choice only, closed": {"title": "Year", "name": "f2", "options": options[1:], "radio": True},
            "a long list": {"title": "People served", "name": "f4", "open": True, "options": [
                {"value": str(number), "label": f"Group {number}", "count": 12 - number, "checked": number == 2}
                for number in range(1, 12)]},
            "with a link to more": {"title": "Country", "name": "f3", "options": options[:1], "open": True,
                                    "more_url": HERE, "more": "All 35 countries"},
        }, around="div.facets"),
        _several("chip", {"a filter in use": {"label": "Guidance, profiling", "url": HERE},
                          "clear all": {"label": "Clear all", "url": HERE, "plain": True}}),
        _several("tray", {
            "empty": {"url": HERE, "form_id": "tray-empty", "limit": 4, "chosen": []},
            "two chosen": {"url": HERE, "form_id": "tray-form", "limit": 4, "chosen": [
                {"value": "18", "title": "Action plan review, Estonia", "url": HERE},
                {"value": "19", "title": "Balanced scorecard, Austria", "url": HERE}]},
        }),
        _several("map", {
            "some countries, one planned, two not on it": {"countries": PLACES, "title": "Practices by country",
                "has": "has a practice on record", "planned": "a project is planned"},
            "all countries": {"countries": _all_countries(), "title": "All countries", "has": "has a practice"},
            "nothing yet": {"countries": [], "title": "No practice yet", "has": "has a practice"},
        }),
        _one("index", items=PLACES),
        _several("switch", {"two ways": {"label": "Show as", "items": [
            {"label": "List", "url": HERE, "current": True}, {"label": "Map", "url": HERE}]}}),
        _several("tabs", {"with counts, one of them 0": {"label": "Parts of this page", "items": [
            {"label": "Practices", "url": HERE, "count": 12, "current": True},
            {"label": "Needs", "url": HERE, "count": 0}, {"label": "About", "url": HERE}]}}),
        _several("pagination", {
            "in the middle": {"page": paginator.page(3), "label": "Pages, in the middle"},
            "the first page": {"page": paginator.page(1), "label": "Pages, the first"},
            "everything on one page": {"page": Paginator(range(7), 20).page(1), "label": "Pages, one only"},
        }),
        _several("empty", {
            "with something to do": {"title": "No practice fits all of this", "text": "Take a filter away.",
                                     "url": HERE, "action": "Show all practices"},
            "nothing to do": {"title": "All done for today.", "text": "New tasks appear here."},
        }),
        _several("reduced_search", {"plain": {}, "with what is missing": {"missing": "Similar words are not found."}}),
        _one("crumbs", items=[{"label": "Practices", "url": HERE}, {"label": "Estonia"}]),
    ]  # fmt: skip


def judging() -> list[Specimen]:
    """Marks, states, results and comparisons."""
    points = [{"points": 30, "text": "Same problem: no profiling, no plan"},
              {"points": 18, "text": "Same function: guidance and case management"},
              {"points": 10, "text": "Tried in your own country"}]  # fmt: skip
    rows = [
        {"label": "Countries with a diagnosis", "baseline": 8, "value": 11, "target": None, "state": "reported"},
        {"label": "Technical notes published", "baseline": 0, "value": 0, "target": 1, "state": "reported"},
        {"label": "Countries advised", "baseline": 0, "value": None, "target": 4, "state": "late",
         "note": "due 15 November, 7 days ago"},
        {"label": "Workshops", "unit": "days", "baseline": 0, "value": None, "target": 2, "state": "not_due",
         "note": "due 15 February 2027"},
        {"label": "Products usable by persons with disabilities", "baseline": 0, "value": None, "target": 3,
         "state": "not_measured", "note": "no test was agreed"},
        {"label": "Staff trained", "baseline": None, "value": None, "target": 40, "state": "not_reported"},
    ]  # fmt: skip
    return [
        _several("marks", {
            "level 3": MARKS, "not assessed, nothing described": {"evidence_level": 0},
            "too old to be shown, mixed": {"evidence_hidden": True, "direction": "mixed", "completeness": COMPLETENESS},
            "negative": {"evidence_level": 5, "direction": "negative", "completeness": COMPLETENESS},
        }),
        _several("marks_3", {"level 3": MARKS, "no effect found": MARKS | {"direction": "no_effect"}}),
        _several("tag", {text: {"text": text, "kind": kind, "icon": sign} for text, kind, sign in (
            ("Published", "ok", "ok"), ("In review", "info", "search"), ("Returned", "warn", "talk"),
            ("Unmet", "stop", "flag"), ("Draft", "", "edit"), ("Core", "line", ""))}),
        _one("demo"),
        _several("cell", {title: {"cell": cell} for title, cell in {
            "a true zero": {"state": "zero"}, "not reported": {"state": "not_reported"},
            "unknown": {"state": "unknown"},
            "not measured": {"state": "not_measured"}, "not due": {"state": "not_due"}, "late": {"state": "late"},
            "a date": {"date": DAY}, "a link": {"text": "Estonia", "url": HERE}, "empty": {},
            "two lines, one quiet": {"lines": ["USD 150,000", "36 months"], "small": "at the cap"}}.items()}),
        _several("table", {
            "cards on a narrow screen": {"caption": "Requests", "columns": [
                {"label": "Request"}, {"label": "Amount", "num": True}, {"label": "State"}],
                "rows": [{"cells": ["Profiling and case files", 120_000, {"state": "late"}]},
                         {"cells": [{"text": "Chat for rural offices", "url": HERE}, 0, ""]}],
                "foot": {"cells": ["Together", 120_000, ""]}},
            "one line of facts": {"caption": "Organisations", "line": True, "columns": [
                {"label": "Organisation"}, {"label": "Place", "keep": True}, {"label": "Kind"}],
                "rows": [{"cells": ["Ministry of Labour", "Uruguay", "Ministry"]}]},
            "no rows": {"caption": "Nothing", "columns": [{"label": "Name"}], "rows": [], "empty": "Nothing yet"},
        }),
        _one("results", caption="Results to 30 September 2026", rows=rows),
        _one("compare", caption="Two practices beside Uruguay", columns=[
            {"label": "My country: Uruguay", "short": "Uruguay"},
            {"label": "Action plan review, Estonia", "short": "Estonia", "url": HERE},
            {"label": "Balanced scorecard, Austria", "short": "Austria", "url": HERE}], rows=[
            {"group": "What it is", "label": "Problem", "differs": True, "cells": [
                "No regular plan", "Plans lacked facts", "Offices could not be compared"]},
            {"label": "Yearly cost", "cells": ["", None, None]},
            {"group": "What it takes", "label": "Offices", "differs": True, "cells": [30, 15, 100]}]),
        _several("reasons", {
            "points": {"points": points},
            "with points taken away": {"title": "Score", "points": [
                *points, {"points": -6, "text": "No cost is reported"}]},
        }),
        _one("why_not", title="Why not", items=[
            {"text": "Amount: “not above USD 150,000”. It is USD 180,000.", "state": "no",
             "change": "a request of USD 150,000 or less", "url": HERE, "action": "Change the budget"},
            {"text": "Length: the fund does not say.", "state": "unknown", "change": "a word from the fund"}]),
        _several("checklist", {
            "three states": {"items": CHECKLIST},
            "with the button that waits": {"items": CHECKLIST[1:2], "button": "Send for review", "blocked": True,
                                           "why": "One thing to do, then you can send it."},
            "all in order": {"items": CHECKLIST[:1], "button": "Send for review"},
        }),
        _one("halt", title="Do not transfer as it is",
             must="Every jobseeker with barriers has a written action plan.",
             text="Reviewing plans that do not exist would add work and change nothing.",
             source="World Bank, Assessment of the Public Employment Service, 2020, p. 30",
             way_out="You can use one building block now:", url=HERE, action="the seven criteria"),
        _several("scale", {"not answered": {"field": ScaleForm(prefix="s1")["clarity"]},
                           "with another score": {"field": ScaleForm({"s2-clarity": "3"}, prefix="s2")["clarity"],
                                                  "given": "The other reviewer gave 1."}}),
    ]  # fmt: skip


def figures() -> list[Specimen]:
    """Amounts, plans and how far something is."""
    years = [{"label": "2026", "quarters": [1, 2, 3, 4]}, {"label": "2027", "quarters": [1, 2, 3, 4]}]
    return [
        _one("figures", items=[{"value": 26, "label": "practices, from 18 countries"},
                               {"value": 0, "label": "with a measured effect on file"},
                               {"value": Decimal("1234567.5"), "label": "US dollars asked for"}]),
        _several("gap", {
            "part received": {"needed": 235_000, "committed": 65_000, "received": 25_000, "pledged": 60_000,
                              "currency": "USD"},
            "for everybody": {"needed": 235_000, "committed": 65_000, "received": 0, "currency": "USD"},
            "nothing yet": {"needed": 150_000, "committed": 0, "received": 0, "pledged": 0, "currency": "USD"},
            "more than asked": {"needed": 100_000, "committed": 80_000, "received": 80_000, "pledged": 30_000,
                                "currency": "USD"},
            "need not reported": {"needed": None, "committed": 5_000, "received": 5_000, "currency": "USD"},
        }),
        _one("bars", of=4, previous_label="in 2024", rows=[
            {"label": "Strategy and budget", "value": Decimal("1.5"), "previous": Decimal("1.3")},
            {"label": "Organisation", "value": 0, "previous": None},
            {"label": "Employers and partners", "value": None, "previous": 1, "note": "2 of 9 questions answered"}]),
        _one("quarters", caption="Work plan by quarter", years=years, now=3, rows=[
            {"label": "1.1 Maturity diagnosis", "cells": ["done", "done", "done", "done", "", "", "", ""]},
            {"label": "1.2 Digital tools", "cells": ["", "", "late", "planned", "planned", "planned", "", ""]},
            {"label": "2.1 Technical note", "cells": ["", "", "", "", "", "", "planned", "planned"]}]),
        _several("progress", {
            "it goes on": {"value": 120, "total": 300, "label": "120 of 300 rows written", "page_url": HERE},
            "done": {"value": 300, "total": 300, "label": "300 rows written", "state": "done", "result_url": HERE,
                     "action": "Fetch the file"},
            "failed": {"value": 12, "total": 300, "label": "12 of 300 rows written", "state": "failed"},
        }),
        _several("facts", {
            "under each other": {"items": [{"label": "Cost", "value": None}, {"label": "Staff", "value": 0},
                                           {"label": "Begun", "value": DAY}]},
            "side by side": {"wide": True, "items": [{"label": "Reach", "value": "2,000 firms"}]},
        }),
        _one("timeline", events=REVIEW_EVENTS, with_time=True),
        _one("steps", steps=STEPS),
        _one("tasks", items=[
            {"title": "Answer the reviewer’s two questions", "url": HERE, "about": "Profiling young jobseekers",
             "due": date(2026, 11, 27), "tag": {"kind": "warn", "icon": "clock", "text": "5 days left"}},
            {"title": "Send the letter of non-objection", "url": HERE, "due": date(2026, 11, 15), "overdue": True,
             "tag": {"kind": "stop", "icon": "warn", "text": "7 days late"}, "demo": True}]),
        _one("pill", count=3),
    ]  # fmt: skip


def writing() -> list[Specimen]:
    """Forms, and texts in work."""
    wrong = {"title": "", "story": "x" * 620, "amount": "1500000", "stage": "", "begun": "2026-11-03"}
    rows = {"g-TOTAL_FORMS": "1", "g-INITIAL_FORMS": "1", "g-MIN_NUM_FORMS": "0", "g-MAX_NUM_FORMS": "9",
            "g-0-name": "Rosa Lima", "g-0-email": "rosa at example"}  # fmt: skip
    return [
        _several("field", {
            "text": field_of("title", "a"), "long text with its length": field_of("story", "a"),
            "choice": field_of("language", "a", width="m"), "date": field_of("begun", "a"),
            "date in parts": field_of("due", "a"), "one of several": field_of("stage", "a", row=True),
            "some of several": field_of("groups", "a"), "yes or no": field_of("agreed", "a"),
            "file": field_of("letter", "a"),
            "refused: empty": field_of("title", "b", wrong), "refused: too long": field_of("story", "b", wrong),
            "refused: out of range": field_of("amount", "b", wrong),
            "refused: not chosen": field_of("stage", "b", wrong),
        }),
        _one("error_summary", form=sample("b", wrong)),
        _one("field_errors", field=sample("c", wrong)["amount"]),
        _several("field_word", {"optional": {"required": False}, "required": {"required": True, "word": "required"}}),
        _several("rows", {
            "one row, refused": {"formset": ContactFormSet(rows, prefix="g"), "legend": "Person",
                                 "title": "Who knows it", "hint": "Somebody who answers.", "add": "Add a person"},
            "no row yet": {"formset": ContactFormSet(prefix="h"), "legend": "Person"},
        }),
        _one("check_answers", answers=[{"label": "Title", "value": "Reading ten plans a year", "url": HERE},
                                       {"label": "Cost", "value": None, "url": HERE}]),
        _several("question", {
            "not answered": {"field": QuizForm(prefix="q1")["plans"], "number": 1},
            "right": {"field": QuizForm(prefix="q2")["plans"], "number": 2, "answered": {
                "right": True, "title": "Right: 130.", "text": "From all regional offices together."}},
            "wrong": {"field": QuizForm(prefix="q3")["plans"], "number": 3, "answered": {
                "right": False, "title": "It is 130.", "text": "You chose 13. The lesson says it under “The draw”."}},
        }),
        _several("provenance", {
            "accepted": {"title": "Objective", "state": "accepted", "text": "Systems that can exchange data.",
                         "origin": "RG-T3661, paragraph 2.3. Accepted by the specialist, 12 November 2026."},
            "proposed": {"title": "What earlier projects left", "state": "proposed", "actions": PROV_ACTS,
                         "text": "Needs in Brazil, Barbados, Chile and Peru.", "origin": "project register, RG-T2604."},
            "changed by hand": {"title": "Component 1", "state": "changed", "text": "Digital tools, in four countries.",
                                "origin": "paragraph 2.5, changed by Rosa Lima on 3 November 2026."},
        }),
        _one("talk", about="Objective", url=HERE, action="Answer", comments=[
            {"who": "Reviewer A", "at": DAY, "text": "Which systems?"},
            {"who": "Rosa Lima", "text": "Los de empleo y formación.", "lang": "es", "settled": True}]),
        _several("block", {
            "a building block": {"title": "The seven criteria", "small": "Core", "text": "Each on four points.",
                                 "tag": {"kind": "line", "text": "Core"}},
            "a match": {"title": "One case manager from first contact on", "url": HERE, "small": "Estonia",
                        "tag": {"kind": "ok", "icon": "ok", "text": "Eligible"},
                        "acts": [{"label": "Check the fit", "url": HERE}, {"label": "Not useful", "url": HERE,
                                                                            "kind": "alt"}]},
        }),
        _one("section_nav", "div.side-n", groups=SECTIONS),
        _one("conflict", fields=[{"label": "What was done", "mine": "Ten plans are read.",
                                  "theirs": "Twelve plans are read."}],
             changed_at=MOMENT, keep_url=HERE, resend_url=HERE, hidden=[{"name": "version", "value": "4"}]),
        _one("keep", saved_at=MOMENT),
        _several("saved", {"nothing to see": {"key": "sample"}}),
    ]  # fmt: skip


def telling() -> list[Specimen]:
    """Notices, languages, sources, mail, and the signs."""
    return [
        _several("note", {
            "plain": {"text": "Nothing for you to do.", "title": "A practice waits for your focal point."},
            "in order": {"kind": "ok", "text": "You get a mail when it is read.", "title": "Sent."},
            "caution": {"kind": "warn", "text": "It is due on Friday.", "url": HERE, "action": "Open it"},
            "stop": {"kind": "stop", "text": "Both versions are below.", "title": "Not saved."},
            "flat": {"kind": "flat", "icon": "globe", "text": "Shown in English."},
        }),
        _one("messages", messages=[said("SUCCESS", "Saved."), said("INFO", "It was saved already."),
                                   said("WARNING", "Two answers are missing."), said("ERROR", "Not saved.")]),
        _several("language_notice", {
            state: {"state": state, "shown": "English", "wanted": "Spanish", "changed_on": DAY}
            for state in ("source", "unchecked", "machine", "stale", "checked")}),
        _one("languages", links=LINKS, label="Languages of a course"),
        _several("cite", {"plain": {"text": "World Bank, 2020, p. 41"}, "with a link": {"text": "IDB, RG-T3661",
                                                                                       "url": HERE}}),
        _several("details", {"closed": {"summary": "Who reads this?", "text": "Your organisation, while you write."},
                             "open": {"summary": "How it is counted", "text": "Each office once.", "open": True}}),
        _one("mail", title="A reviewer asks two questions", url=HERE, action="Read the questions", fewer_url=HERE,
             lines=["Practice: Profiling young jobseekers.", "Please answer by Friday, 27 November 2026."],
             why="You get this because you are the contributor of this practice."),
        _several("icon", {name: {"name": name, "tone": tone} for name, tone in (
            ("ok", "ok"), ("no", "stop"), ("warn", "warn"), ("unk", "unk"), ("stop", ""), ("clock", ""), ("dash", ""),
            ("doc", ""), ("dot", ""), ("edit", ""), ("flag", ""), ("globe", ""), ("half", ""), ("info", ""),
            ("lock", ""), ("mix", ""), ("plus", ""), ("search", ""), ("talk", ""), ("up", ""), ("arr", ""))}),
        _one("wordmark"),
        _one("nav_groups", "div.side-n", groups=NAVIGATION),
        _one("copy_button", target="wordmark-words"),
        _one("take_away", source="practices", query="country=UY", feed_url=HERE),
        _one("words", pieces=[("same", "Visits by "), ("del", "appointment"), ("ins", "letter"), ("same", ".")]),
        _one("guide", id="guide-sample", label="The problem", guide={
            "wanted": "What went wrong, for whom, and how large it was.",
            "good": "Four of ten visits met a closed door in 2020.", "poor": "Inspection was weak.",
            "why": "Nobody can tell whether it got better."}),
        _one("print_button"),
    ]  # fmt: skip


@dataclass(frozen=True)
class Group:
    """A chapter of the gallery."""

    name: str
    title: str
    specimens: list[Specimen]


CHAPTERS: dict[str, tuple[str, Callable[[], list[Specimen]]]] = {
    "finding": ("Finding", finding),
    "judging": ("Judging", judging),
    "figures": ("Figures and progress", figures),
    "writing": ("Writing", writing),
    "telling": ("Telling", telling),
}
# Parts of the skeleton, with nothing to see: the signs themselves, the script of pages that ask again, the
# words of a script, and what stands on top of a frame (a landmark may stand nowhere else).
UNSEEN = frozenset({"announcements", "sprite", "htmx", "autosave"})


def chapters() -> list[Group]:
    """The whole gallery, made anew for each page (a form remembers what was asked of it)."""
    return [Group(name, title, make()) for name, (title, make) in CHAPTERS.items()]
