"""The Terms of Reference as a Word file: title, table of contents, sixteen sections, tables, sources as notes.

Everything comes from a snapshot, so that a draft and a published version look the same; a draft says so on its first
page. The table of contents is a field: the program that opens the file fills it in.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from network_site.common.language import language_name, pick
from network_site.common.templatetags.enlace import format_day, format_money

from .cards import (
    ShownSection,
    codes_of,
    country_names,
    day_of,
    money_of,
    sections_of,
    tables_of,
    term_labels,
)
from .enums import ProjectStatus, ProjectType

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LANGUAGES = {"en": "en-GB", "es": "es-419", "fr": "fr-FR", "pt-br": "pt-BR"}
PETROL = RGBColor(0x0A, 0x3B, 0x44)
QUIET = RGBColor(0x43, 0x53, 0x5A)
WIDTH = Cm(17)
NUMERIC = "n"


class Notes:
    """Sources, numbered in the order in which the text cites them; the same source keeps its number."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def number(self, words: str) -> int:
        if words not in self.words:
            self.words.append(words)
        return self.words.index(words) + 1


def build(snapshot: Mapping[str, Any], *, code: str = "", is_draft: bool = False) -> bytes:
    """The file, in the reader's language where it is ours to choose; the texts stay in their own."""
    document = Document()
    source = snapshot["source_language"]
    texts = snapshot["texts"][source]
    _styles(document, LANGUAGES[source])
    properties = document.core_properties
    properties.title, properties.author = texts["title"][:255], pick(snapshot["owner"]["names"]) or "Enlace"
    properties.subject, properties.comments = _("Terms of Reference"), ""
    properties.keywords = code
    properties.language = LANGUAGES[source]
    properties.created = properties.modified = timezone.now().replace(tzinfo=None)
    names = country_names(codes_of(snapshot))
    notes = Notes()
    tables = tables_of(snapshot, names)
    _front(document, snapshot, texts, code=code, names=names, is_draft=is_draft)
    for section in sections_of(snapshot):
        _section(document, section, snapshot, tables, notes)
    _signatures(document, tables["signatures"])
    _sources(document, notes)
    _footer(document, code or texts["title"])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


# --- Parts of the file -----------------------------------------------------------------------


def _front(
    document: Any,
    snapshot: Mapping[str, Any],
    texts: Mapping[str, Any],
    *,
    code: str,
    names: Mapping[str, str],
    is_draft: bool,
) -> None:
    kicker = document.add_paragraph()
    run = kicker.add_run(" · ".join(part for part in (_("Terms of Reference"), code) if part))
    run.font.size, run.font.color.rgb = Pt(11), QUIET
    document.add_paragraph(_printable(texts["title"]), style="Title")
    if texts.get("summary"):
        document.add_paragraph(_printable(texts["summary"]), style="Subtitle")
    if is_draft:
        _marked(document, _("Draft. Nobody has signed this text."))
    if snapshot.get("is_demo"):
        _marked(document, _("Demonstration: an invented project that shows how the site works."))
    money = money_of(snapshot)
    start = day_of(snapshot.get("actual_start")) or day_of(snapshot.get("start_on"))
    countries = ", ".join(names.get(one, one) for one in codes_of(snapshot))
    functions = "; ".join(term["label"] for term in term_labels(snapshot) if term["scheme"] == "LAF")
    facts = [
        (_("Country") if len(names) < 2 else _("Countries"), countries),
        (_("Asked for by"), pick(snapshot["owner"]["names"]) or ""),
        (_("Function"), functions),
        (_("State"), str(ProjectStatus(snapshot["status"]).label)),
        (_("Type"), str(ProjectType(snapshot["type"]).label)),
        (_("Number elsewhere"), snapshot.get("reference") or ""),
        (_("Planned start"), format_day(start) if start else ""),
        (_("Months"), str(snapshot.get("months") or "")),
        (_("Whole cost"), format_money(money.total, money.currency) if money.total else ""),
        (_("Asked for"), format_money(money.needed, money.currency) if money.needed else ""),
        (_("Counterpart"), format_money(money.counterpart, money.currency) if money.counterpart else ""),
        (_("Answers the need"), _reference(snapshot.get("need"))),
        (_("Takes over the practice"), _reference(snapshot.get("practice"))),
        (_("Language of the text"), language_name(snapshot["source_language"])),
        (_("Date of this file"), format_day(timezone.localdate())),
    ]
    table = _table(document, 2)
    for label, value in facts:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = Cm(5), Cm(12)
        _shade(cells[0])
        cells[0].paragraphs[0].add_run(label).bold = True
        cells[1].paragraphs[0].add_run(_printable(value) or _("not reported"))
    heading = document.add_paragraph(_("Contents"), style="Heading 1")
    heading.paragraph_format.page_break_before = True
    _contents(document)


def _reference(reference: Mapping[str, Any] | None) -> str:
    if not reference:
        return ""
    return " ".join(str(reference.get(name) or "") for name in ("code", "title")).strip()


def _section(
    document: Any, section: ShownSection, snapshot: Mapping[str, Any], tables: Mapping[str, Any], notes: Notes
) -> None:
    document.add_paragraph(f"{section.number}  {section.title}", style="Heading 1")
    if section.is_empty:
        _quiet(document, _("not reported"))
    previous = ""
    for item in section.texts:
        if item["label"] != previous:
            document.add_paragraph(item["label"], style="Heading 2")
        previous = item["label"]
        for line in [line for line in _printable(item["text"]).split("\n") if line.strip()] or [""]:
            last = document.add_paragraph(line)
        if item["cited"]:
            words = f"{item['cited']}. {item['url']}" if item["url"] else item["cited"]
            run = last.add_run(f" [{notes.number(words)}]")
            run.font.superscript = True
    for part in section.parts:
        PART_WRITERS[part](document, snapshot, tables)


def _results(document: Any, snapshot: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    rows = []
    for row in tables["matrix"]:
        baseline = row["baseline_words"] or row.get("baseline_missing") or ""
        steps = [f"{format_day(step['day'], 'short')}: {step['words']}" for step in row["steps"]]
        indicator = " ".join(part for part in (row["indicator"], f"({row['unit']})" if row["unit"] else "") if part)
        rows.append(
            (
                f"{row['level_label']} {row['code']}\n{row['statement']}",
                indicator,
                baseline,
                "\n".join([row["target_words"], *steps]).strip(),
                row["verification"],
            )
        )
    heads = [
        (_("Result"), 4.8, ""),
        (_("Indicator"), 4.0, ""),
        (_("Baseline"), 2.3, NUMERIC),
        (_("Target"), 2.6, NUMERIC),
        (_("How it is verified"), 3.3, ""),
    ]
    _grid(document, _("Results matrix"), heads, rows)


def _budget(document: Any, snapshot: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    budget = tables["budget"]
    rows = []
    for line in budget.lines:
        amount = format_money(line["converted"], budget.currency)
        if line["is_converted"]:
            amount += f"\n{format_money(line['amount'], line['currency'])}"
            if line["rate_day"]:
                words = _("rate %(rate)s of %(day)s")
                amount += f"\n{words % {'rate': line['rate_words'], 'day': format_day(line['rate_day'], 'short')}}"
        rows.append(
            (
                f"{line.get('component') or ''} {line['description']}".strip(),
                line["category_label"],
                line["quantity_words"],
                format_money(line["unit_cost"], line["currency"]),
                amount,
                line["source_label"],
            )
        )
    heads = [
        (_("What for"), 4.6, ""),
        (_("Category"), 2.8, ""),
        (_("Quantity"), 2.0, NUMERIC),
        (_("Cost of one"), 2.4, NUMERIC),
        (_("Amount"), 2.8, NUMERIC),
        (_("Paid by"), 2.4, ""),
    ]
    total = ("", "", "", _("Sum"), format_money(budget.total, budget.currency), "")
    _grid(document, _("Lines of the budget"), heads, rows, foot=total)
    width = 11.0 / (len(budget.sources) + 1)
    heads = [(_("Component"), 6.0, "")]
    heads += [(source, width, NUMERIC) for source in [*budget.sources, _("Sum")]]
    sums = [
        (
            f"{row['code']} {row['name']}".strip() or _("no component"),
            *(format_money(amount, budget.currency) for amount in [*row["amounts"], row["total"]]),
        )
        for row in budget.by_component
    ]
    foot = (_("Sum"), *(format_money(amount, budget.currency) for amount in [*budget.by_source, budget.total]))
    _grid(document, _("By component and source"), heads, sums, foot=foot)


def _plan(document: Any, snapshot: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    plan = tables["plan"]
    words = _("%(year)s Q%(quarter)s")
    quarters = [
        words % {"year": year["label"], "quarter": quarter} for year in plan.years for quarter in year["quarters"]
    ]
    # Eight quarters stand beside each other on a page; a longer plan goes on below.
    for first in range(0, len(quarters), 8):
        shown = quarters[first : first + 8]
        heads = [(_("Activity"), 5.8, ""), *((quarter, 1.4, "") for quarter in shown)]
        rows = [(row["label"], *("■" if cell else "" for cell in row["cells"][first : first + 8])) for row in plan.rows]
        _grid(document, _("Work plan by quarter"), heads, rows)


def _risks(document: Any, snapshot: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    heads = [
        (_("Risk"), 5.2, ""),
        (_("Probability"), 2.2, ""),
        (_("Impact"), 2.2, ""),
        (_("What is done about it"), 5.0, ""),
        (_("Who"), 2.4, ""),
    ]
    rows = [
        (row["statement"], row["probability_label"], row["impact_label"], row["mitigation"], row["responsible"])
        for row in tables["risks"]
    ]
    _grid(document, _("Risks"), heads, rows)


def _assignments(document: Any, snapshot: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    for row in tables["assignments"]:
        document.add_paragraph(_printable(row["title"]), style="Heading 2")
        facts = [
            (_("Component"), row.get("component")),
            (_("Objective"), row.get("objective")),
            (_("Tasks"), row.get("tasks")),
            (_("What is delivered, and when"), row.get("deliverables")),
            (_("Who is wanted"), row.get("profile")),
            (_("Place"), row.get("place")),
            (_("Working days"), row.get("days")),
            (_("Cost"), row["cost_words"]),
        ]
        table = _table(document, 2)
        for label, value in facts:
            if value:
                cells = table.add_row().cells
                cells[0].width, cells[1].width = Cm(4), Cm(13)
                _shade(cells[0])
                cells[0].paragraphs[0].add_run(label).bold = True
                _fill(cells[1], str(value))
        document.add_paragraph()


def _procurement(document: Any, snapshot: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    heads = [
        (_("What is bought"), 5.6, ""),
        (_("Kind"), 3.2, ""),
        (_("Method"), 3.4, ""),
        (_("Amount"), 2.6, NUMERIC),
        (_("Planned for"), 2.2, ""),
    ]
    rows = [
        (
            f"{row.get('component') or ''} {row['item']}".strip(),
            row["kind_label"],
            row.get("method") or "",
            row["amount_words"],
            format_day(row["planned_day"], "short") if row["planned_day"] else "",
        )
        for row in tables["procurement"]
    ]
    _grid(document, _("Procurement plan"), heads, rows)


def _parties(document: Any, snapshot: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    heads = [(_("Organisation"), 6.0, ""), (_("Part in it"), 4.0, ""), (_("What it brings"), 7.0, "")]
    rows = [(row["name"], row["role_label"], row.get("capacity") or "") for row in tables["parties"]]
    _grid(document, _("Parties"), heads, rows)


def _annexes(document: Any, snapshot: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    for row in tables["annexes"]:
        number = _("Annex %(number)s") % {"number": row["number"]} if row.get("number") else ""
        words = ": ".join(part for part in (number, row["title"]) if part)
        address = f" {row['url']}" if row.get("url") else ""
        document.add_paragraph(_printable(f"{words} ({row['kind_label']}){address}"), style="List Bullet")


PART_WRITERS = {
    "results": _results,
    "budget": _budget,
    "activities": _plan,
    "risks": _risks,
    "assignments": _assignments,
    "procurement": _procurement,
    "parties": _parties,
    "annexes": _annexes,
}


def _signatures(document: Any, signatures: Sequence[Mapping[str, Any]]) -> None:
    if not signatures:
        return
    document.add_paragraph(_("Who signed"), style="Heading 1")
    rows = [(row["name"], format_day(row["day"]) if row["day"] else "") for row in signatures]
    _grid(document, _("Signatures"), [(_("Country"), 9.0, ""), (_("Date"), 8.0, "")], rows)


def _sources(document: Any, notes: Notes) -> None:
    if not notes.words:
        return
    document.add_paragraph(_("Sources"), style="Heading 1")
    for number, words in enumerate(notes.words, start=1):
        paragraph = document.add_paragraph(_printable(f"[{number}] {words}"))
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Cm(0.9), Cm(-0.9)
        paragraph.runs[0].font.size = Pt(9)


# --- Letters and lines -----------------------------------------------------------------------


def _styles(document: Any, language: str) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10.5)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(6), 1.15
    normal.element.get_or_add_rPr().append(_element("w:lang", **{"w:val": language}))
    for name, size, before in (("Title", 24, 0), ("Subtitle", 13, 0), ("Heading 1", 15, 18), ("Heading 2", 12, 10)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Georgia", Pt(size), PETROL
        style.font.bold, style.font.italic = False, False
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(6)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{attribute}"), None)
        for border in style.element.findall(f"{qn('w:pPr')}/{qn('w:pBdr')}"):
            border.getparent().remove(border)


def _contents(document: Any) -> None:
    paragraph = document.add_paragraph()
    for kind, text in (("begin", ""), ("", 'TOC \\o "1-1" \\h \\z \\u'), ("separate", "")):
        run = paragraph.add_run()
        if kind:
            run._r.append(_element("w:fldChar", **{"w:fldCharType": kind, "w:dirty": "true"}))
        else:
            words = _element("w:instrText", **{"xml:space": "preserve"})
            words.text = text
            run._r.append(words)
    shown = paragraph.add_run(_("Right-click here and choose “Update field” to see the contents."))
    shown.font.color.rgb = QUIET
    paragraph.add_run()._r.append(_element("w:fldChar", **{"w:fldCharType": "end"}))


def _footer(document: Any, words: str) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(f"Enlace · {_printable(words)[:80]} · ")
    run.font.size, run.font.color.rgb = Pt(8.5), QUIET
    number = paragraph.add_run()
    number.font.size, number.font.color.rgb = Pt(8.5), QUIET
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            number._r.append(_element("w:fldChar", **{"w:fldCharType": kind}))
        else:
            field = _element("w:instrText", **{"xml:space": "preserve"})
            field.text = text
            number._r.append(field)


def _grid(
    document: Any,
    caption: str,
    heads: Sequence[tuple[str, float, str]],
    rows: Sequence[Sequence[Any]],
    *,
    foot: Sequence[Any] = (),
) -> None:
    """A table with its caption above it, a heading row that repeats on every page, and figures at the right."""
    above = document.add_paragraph(style="Caption")
    above.paragraph_format.keep_with_next = True
    run = above.add_run(caption)
    run.font.size, run.font.color.rgb, run.bold = Pt(9.5), QUIET, True
    table = _table(document, len(heads))
    head = table.add_row()
    head._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    for cell, (label, width, kind) in zip(head.cells, heads, strict=True):
        cell.width = Cm(width)
        _shade(cell)
        paragraph = cell.paragraphs[0]
        paragraph.add_run(label).bold = True
        _small(paragraph, kind)
    for row in [*rows, *([foot] if foot else [])]:
        made = table.add_row()
        made._tr.get_or_add_trPr().append(_element("w:cantSplit"))
        for cell, value, (_label, width, kind) in zip(made.cells, row, heads, strict=True):
            cell.width = Cm(width)
            _fill(cell, str(value), bold=row is foot)
            for paragraph in cell.paragraphs:
                _small(paragraph, kind)
    document.add_paragraph()


def _table(document: Any, columns: int) -> Any:
    table = document.add_table(rows=0, cols=columns)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    return table


def _fill(cell: Any, text: str, *, bold: bool = False) -> None:
    for place, line in enumerate(_printable(text).split("\n")):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        paragraph.add_run(line).bold = bold


def _small(paragraph: Any, kind: str) -> None:
    paragraph.paragraph_format.space_after = Pt(2)
    if kind == NUMERIC:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for run in paragraph.runs:
        run.font.size = Pt(9)


def _quiet(document: Any, text: str) -> None:
    run = document.add_paragraph().add_run(text)
    run.italic, run.font.color.rgb = True, QUIET


def _marked(document: Any, text: str) -> None:
    document.add_paragraph().add_run(text).bold = True


def _shade(cell: Any) -> None:
    cell._tc.get_or_add_tcPr().append(_element("w:shd", **{"w:val": "clear", "w:color": "auto", "w:fill": "EFF6F6"}))


def _printable(text: Any) -> str:
    return "".join(sign for sign in str(text) if sign in "\t\n" or ord(sign) >= 32)


def _element(name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for attribute, value in attributes.items():
        made.set(qn(attribute), value)
    return made
