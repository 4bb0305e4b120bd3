"""The form of a practice as a Word file, and back.

Each answer stands in a table beside its question; a hidden key in the cell of the question says which it is, so
that the file survives other programs, other languages and people who move things. What comes back is compared
with what is saved, answer by answer; nothing is taken over that nobody chose (decision 0027).
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django import forms
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from network_site.common.language import CODES, current_language
from network_site.common.textdiff import Piece, word_diff
from network_site.taxonomy.models import Country

from .forms import MAX_ROWS, STEPS, Group, LinesField, Step, StepPage, TermField, TermsField, stored_name
from .guides import guide
from .models import PracticeVersion

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_ANSWER = 20_000
MAX_DOCUMENT = 30 * 1024 * 1024
BLANK_ROWS = 2
TICKED, UNTICKED = "☒", "☐"

_KEY = re.compile(r"⟦([^⟦⟧]{1,120})⟧")
_HEAD = re.compile(r"^enlace-form/1 ([0-9a-f-]{36}) (\d{1,9})$")
_MARK = re.compile(r"^\s*(?:([☒☑✓✔■])|[\[(]\s*([xX✓✔]?)\s*[\])]|([☐□])|([xX✓✔])(?=\s))\s*")
_CODE = re.compile(r"\(([A-Z][\w.\-]*)\)\s*$")
_QUIET = RGBColor(0x43, 0x53, 0x5A)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"

# Answers as a form would send them: the values of each input, by its name.
Values = dict[str, list[str]]


class Unreadable(Exception):
    """A file that is not this form; the words say what it is instead."""


# --- Out -------------------------------------------------------------------------------------


def build(version: PracticeVersion) -> bytes:
    """The whole form with the answers of now, in the reader's language."""
    document = Document()
    _prepare(document, version)
    for step in STEPS:
        document.add_heading(str(step.label), level=1)
        page = StepPage(step, version)
        table = _table(document)
        for bound in page.form:
            _question(table, bound.name, str(bound.label), _help(stored_name(bound.name, bound.field), bound.help_text))
            _answer(table.rows[-1].cells[1], bound)
        for entry in page.groups:
            _group(document, entry["group"], entry["formset"])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _prepare(document: Any, version: PracticeVersion) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10.5)
    normal.paragraph_format.space_after = Pt(3)
    language = {"en": "en-GB", "es": "es-419", "fr": "fr-FR", "pt-br": "pt-BR"}[current_language()]
    normal.element.get_or_add_rPr().append(_element("w:lang", **{"w:val": language}))
    for level, size in ((0, 20), (1, 15), (2, 12)):
        style = document.styles["Title" if level == 0 else f"Heading {level}"]
        style.font.name, style.font.size, style.font.color.rgb = "Georgia", Pt(size), RGBColor(0x0A, 0x3B, 0x44)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:asciiTheme"), "")
        for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            style.element.rPr.rFonts.attrib.pop(qn(f"w:{attribute}"), None)
    document.core_properties.title = version.title
    document.core_properties.author = "Enlace"
    document.core_properties.comments = ""
    document.add_heading(version.title, level=0)
    first = document.add_paragraph(
        _("Write in the right-hand column. To choose, put %(ticked)s (or an x) in place of %(unticked)s.")
        % {"ticked": TICKED, "unticked": UNTICKED}
    )
    _hidden(first, f"enlace-form/1 {version.pk} {version.lock_version}")
    document.add_paragraph(
        _(
            "Leave the left-hand column as it is. To add a row, copy one of the empty tables. When you are done, bring "
            "the file back to Enlace: you see what has changed and choose answer by answer what to take over."
        )
    )


def _help(name: str, hint: Any) -> list[str]:
    return [text for text in (str(hint or ""), str(guide(name).get("wanted", ""))) if text]


def _table(document: Any) -> Any:
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    return table


def _question(table: Any, key: str, label: str, help_lines: list[str]) -> None:
    row = table.add_row()
    cells = row.cells
    cells[0].width, cells[1].width = Cm(5.6), Cm(11.4)
    _shade(cells[0])
    paragraph = cells[0].paragraphs[0]
    paragraph.add_run(label[:1].upper() + label[1:]).bold = True
    _hidden(paragraph, key)
    for line in help_lines:
        run = cells[0].add_paragraph().add_run(line)
        run.font.size, run.font.color.rgb = Pt(8.5), _QUIET


def _answer(cell: Any, bound: Any) -> None:
    _write(cell, _lines_of(bound))


def _lines_of(bound: Any) -> list[str]:
    """An answer as it stands in the file: a list of ticks, or lines of text."""
    options = _options(bound.field)
    if options is None:
        return _text(bound).split("\n")
    chosen = set(_sent(bound))
    lines: list[str] = []
    for heading, entries in options:
        lines += [heading] if heading else []
        lines += [f"{TICKED if value in chosen else UNTICKED} {label}" for value, label in entries]
    return lines


def _options(asked: forms.Field) -> list[tuple[str, list[tuple[str, str]]]] | None:
    """What can be ticked, by heading; None for an answer that is written."""
    if isinstance(asked, forms.BooleanField):
        return [("", [("on", _("yes"))])]
    if not isinstance(asked, forms.ChoiceField) or isinstance(asked, forms.ModelChoiceField):
        return None
    terms = isinstance(asked, TermsField | TermField)
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for key, label in asked.choices:
        if isinstance(label, list | tuple):
            groups.append((str(key), [(str(code), f"{text} ({code})") for code, text in label]))
        elif str(key):
            if not groups or groups[-1][0]:
                groups.append(("", []))
            groups[-1][1].append((str(key), f"{label} ({key})" if terms else str(label)))
    return groups


def _text(bound: Any) -> str:
    value = bound.value()
    if isinstance(bound.field, forms.ModelChoiceField):
        country = Country.objects.filter(pk=value).first() if value else None
        return country.name if country else ""
    return "" if value is None else str(value).replace("\r\n", "\n")


def _group(document: Any, group: Group, formset: Any) -> None:
    document.add_heading(str(group.title), level=2)
    for line in _help(group.stored_name, group.hint):
        run = document.add_paragraph().add_run(line)
        run.font.size, run.font.color.rgb = Pt(8.5), _QUIET
    helps = guide(group.stored_name).get("fields", {})
    rows = [form for form in formset.forms if form.initial]
    blank = [group.form(prefix=f"{group.prefix}-{MAX_ROWS}") for _number in range(BLANK_ROWS)]
    for number, form in enumerate([*rows, *blank], start=1):
        table = _table(document)
        head = table.add_row().cells
        merged = head[0].merge(head[1])
        _shade(merged)
        paragraph = merged.paragraphs[0]
        paragraph.add_run(f"{group.legend} {number}").bold = True
        stored = form.initial.get("id") if number <= len(rows) else None
        place = str(stored or (f"at-{number}" if number <= len(rows) else "new"))
        _hidden(paragraph, f"row {group.prefix} {place}")
        for name, asked in form.fields.items():
            if name in {"id", "DELETE"} or isinstance(asked, forms.FileField):
                continue
            _question(
                table, f"{group.prefix}.{name}", str(form[name].label), [str(helps[name])] if name in helps else []
            )
            if number <= len(rows):
                _answer(table.rows[-1].cells[1], form[name])
            else:
                _write(table.rows[-1].cells[1], _blank_lines(form[name]))
        document.add_paragraph()


def _blank_lines(bound: Any) -> list[str]:
    options = _options(bound.field)
    if options is None:
        return [""]
    return [f"{UNTICKED} {label}" for _heading, entries in options for _value, label in entries]


def _write(cell: Any, lines: list[str]) -> None:
    for number, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.add_run(_printable(line))


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign in "\t\n" or ord(sign) >= 32).replace("⟦", "[").replace("⟧", "]")


def _hidden(paragraph: Any, key: str) -> None:
    run = paragraph.add_run(f"⟦{key}⟧")
    run.font.hidden = True
    run.font.size = Pt(6)


def _shade(cell: Any) -> None:
    cell._tc.get_or_add_tcPr().append(_element("w:shd", **{"w:val": "clear", "w:color": "auto", "w:fill": "EFF6F6"}))


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement

    made = OxmlElement(name)
    for attribute, value in attributes.items():
        made.set(qn(attribute), value)
    return made


# --- Back: what the file says ----------------------------------------------------------------


@dataclass
class Entry:
    """A row as it stands in the file."""

    place: str
    answers: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Reading:
    """Everything that a file says, and what is odd about it, in words."""

    version_id: UUID
    lock_version: int
    answers: dict[str, list[str]] = field(default_factory=dict)
    groups: dict[str, list[Entry]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read(content: bytes) -> Reading:
    """Read a form that comes back. Raises Unreadable for anything else; entities and DTDs are refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.getinfo("word/document.xml").file_size > MAX_DOCUMENT:
                raise Unreadable(_("This file is too large to be the form."))
            body = ElementTree.fromstring(archive.read("word/document.xml"), forbid_dtd=True)
    except DefusedXmlException as error:
        raise Unreadable(_("This file holds instructions for programs that a form never has.")) from error
    except (KeyError, zipfile.BadZipFile, ParseError, OSError, NotImplementedError, RuntimeError) as error:
        raise Unreadable(_("This file is not a Word document that can be read.")) from error
    reading = _head(body)
    for table in body.iter(f"{_W}tbl"):
        _read_table(table, reading)
    return reading


def _head(body: Element) -> Reading:
    for paragraph in body.iter(f"{_W}p"):
        for key in _KEY.findall(_paragraph(paragraph)):
            found = _HEAD.match(key)
            if found:
                return Reading(UUID(found[1]), int(found[2]))
    raise Unreadable(_("This is not the form: download it here, write in it, and bring that file back."))


def _read_table(table: Element, reading: Reading) -> None:
    entry: Entry | None = None
    for row in table.iter(f"{_W}tr"):
        cells = [_cell(cell) for cell in row.iter(f"{_W}tc")]
        keys = _KEY.findall("\n".join(cells[0])) if cells else []
        if not keys:
            continue
        key = keys[0]
        if key.startswith("row "):
            entry = _begin_row(key, reading)
        elif len(cells) < 2:
            reading.problems.append(_("The answer to “%(key)s” is missing: its cell is gone.") % {"key": key})
        elif "." in key and entry is not None:
            entry.answers.setdefault(key.partition(".")[2], cells[-1])
        elif "." in key:
            reading.problems.append(_("“%(key)s” stands outside of its table and was not read.") % {"key": key})
        elif key in reading.answers:
            reading.problems.append(_("The answer to “%(key)s” stands twice: the first one was read.") % {"key": key})
        else:
            reading.answers[key] = cells[-1]


def _begin_row(key: str, reading: Reading) -> Entry:
    prefix, _space, place = key.removeprefix("row ").partition(" ")
    rows = reading.groups.setdefault(prefix, [])
    if place != "new" and any(row.place == place for row in rows):
        reading.problems.append(_("A row of “%(key)s” stands twice: the second one counts as new.") % {"key": prefix})
        place = "new"
    rows.append(Entry(place))
    return rows[-1]


def _cell(cell: Element) -> list[str]:
    return [_paragraph(paragraph) for paragraph in cell.iter(f"{_W}p")]


def _paragraph(paragraph: Element) -> str:
    return "".join(_runs(paragraph)).replace("\N{NO-BREAK SPACE}", " ")


def _runs(part: Element) -> Iterator[str]:
    """The text of a paragraph as it reads now: what a colleague struck out in tracked changes is not in it."""
    for child in part:
        if child.tag in {f"{_W}del", f"{_W}moveFrom", f"{_W}p", _FALLBACK}:
            continue
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in {f"{_W}br", f"{_W}cr"}:
            yield "\n"
        elif child.tag == f"{_W}tab":
            yield "\t"
        elif child.tag == f"{_W}sym":
            yield {"F052": TICKED, "F0FE": TICKED, "F078": TICKED}.get(child.get(f"{_W}char", "").upper(), UNTICKED)
        else:
            yield from _runs(child)


# --- Back: what it would change --------------------------------------------------------------


@dataclass
class Change:
    """An answer that the file gives otherwise than what is saved."""

    name: str
    step: Step
    label: str
    old: str
    new: str
    values: Values
    error: str = ""

    @property
    def pieces(self) -> list[Piece]:
        """Both texts as one."""
        return word_diff(self.old, self.new)


def given(version: PracticeVersion, reading: Reading) -> dict[str, Values]:
    """What the file says, as the inputs of the form, by question; whatever cannot be read becomes a problem."""
    found: dict[str, Values] = {}
    known = {"row"}
    for step in STEPS:
        page = StepPage(step, version)
        for bound in page.form:
            known.add(bound.name)
            if bound.name not in reading.answers:
                words = _("There is no answer to “%(question)s” in the file: it stays as it is.")
                reading.problems.append(words % {"question": bound.label})
                continue
            values = _values(bound, reading.answers[bound.name], reading.problems)
            if values is not None:
                found[stored_name(bound.name, bound.field)] = {bound.name: values}
        for entry in page.groups:
            group = entry["group"]
            if group.prefix in reading.groups:
                found[group.stored_name] = _group_values(group, entry["formset"], reading)
            else:
                words = _("There are no rows of “%(question)s” in the file: they stay as they are.")
                reading.problems.append(words % {"question": group.title})
    prefixes = {group.prefix for step in STEPS for group in step.groups}
    for key in sorted((set(reading.answers) - known) | (set(reading.groups) - prefixes)):
        reading.problems.append(
            _("The file holds “%(key)s”, which is no question here. It was not read.") % {"key": key}
        )
    return found


def _values(bound: Any, lines: list[str], problems: list[str]) -> list[str] | None:
    """One answer as the form would send it; None when it cannot be read."""
    options = _options(bound.field)
    if options is not None:
        return _ticked(bound, lines, problems)
    text = "\n".join(lines).strip()
    if len(text) > MAX_ANSWER:
        problems.append(_("The answer to “%(question)s” is too long and was not read.") % {"question": bound.label})
        return None
    if isinstance(bound.field, forms.ModelChoiceField):
        return _country(bound, text, problems)
    if isinstance(bound.field, LinesField):
        text = "\n".join(line.strip() for line in text.split("\n") if line.strip())
    return [text]


def _ticked(bound: Any, lines: list[str], problems: list[str]) -> list[str] | None:
    names = _names(bound.field)
    chosen: list[str] = []
    for line in (part for text in lines for part in text.split("\n")):
        mark = _MARK.match(line)
        if not mark or not (mark[1] or mark[2] or mark[4]):
            continue
        label = line[mark.end() :].lstrip(" ☐□").strip()
        code = _CODE.search(label)
        value = names.get(code[1].casefold()) if code else None
        value = value or names.get(label.casefold())
        if value is None:
            words = _("“%(label)s” is no answer to “%(question)s” and was not read.")
            problems.append(words % {"label": label[:80], "question": bound.label})
        elif value not in chosen:
            chosen.append(value)
    if len(chosen) > 1 and not isinstance(bound.field, forms.MultipleChoiceField):
        problems.append(_("“%(question)s” has several answers ticked. Tick one.") % {"question": bound.label})
        return None
    return chosen


def _names(asked: forms.Field) -> dict[str, str]:
    """Every word by which an option can be meant, in all languages."""
    names: dict[str, str] = {}
    for language in CODES:
        with translation.override(language):
            for _heading, entries in _options(asked) or []:
                for value, label in entries:
                    names.setdefault(value.casefold(), value)
                    names.setdefault(label.casefold(), value)
    return names


def _country(bound: Any, text: str, problems: list[str]) -> list[str] | None:
    if not text:
        return [""]
    wanted = text.casefold()
    for country in Country.objects.all():
        if wanted in {
            country.iso2.casefold(),
            country.iso3.casefold(),
            *(n.casefold() for n in country.names.values()),
        }:
            return [country.pk]
    problems.append(_("“%(label)s” is no country that Enlace knows. It was not read.") % {"label": text[:80]})
    return None


def _group_values(group: Group, formset: Any, reading: Reading) -> Values:
    """The rows of the file as a formset sends them. An empty new row is none; one that is gone is taken out."""
    stored = _stored_rows(formset)
    rows: list[Values] = []
    for entry in reading.groups[group.prefix]:
        form = stored.get(entry.place)
        if form is None and entry.place != "new":
            words = _("A row of “%(question)s” is not there any more and counts as new.")
            reading.problems.append(words % {"question": group.title})
        blank = form is None
        form = form or group.form(prefix=f"{group.prefix}-0")
        row: Values = {"id": [str(form.initial["id"])]} if form.initial.get("id") else {}
        written = False
        for name, asked in form.fields.items():
            if name in {"id", "DELETE"} or isinstance(asked, forms.FileField):
                continue
            before = _sent(form[name])
            told = _values(form[name], entry.answers[name], reading.problems) if name in entry.answers else None
            if blank and told == []:
                told = None
            row[name] = before if told is None else told
            written = written or bool(_options(asked) is None and told and told != [""])
        if written or not blank:
            rows.append(row)
    if len(rows) > MAX_ROWS:
        reading.problems.append(
            _("“%(question)s” has too many rows: the first 30 were read.") % {"question": group.title}
        )
    return _formset_values(group.prefix, rows[:MAX_ROWS])


def _stored_rows(formset: Any) -> dict[str, Any]:
    """The saved rows by the place that the file gives them."""
    rows = [form for form in formset.forms if form.initial]
    return {str(form.initial.get("id") or f"at-{number}"): form for number, form in enumerate(rows, start=1)}


def _formset_values(prefix: str, rows: list[Values]) -> Values:
    values: Values = {
        f"{prefix}-TOTAL_FORMS": [str(len(rows))],
        f"{prefix}-INITIAL_FORMS": ["0"],
        f"{prefix}-MIN_NUM_FORMS": ["0"],
        f"{prefix}-MAX_NUM_FORMS": [str(MAX_ROWS)],
    }
    for number, row in enumerate(rows):
        values |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return values


def _sent(bound: Any) -> list[str]:
    """What a browser would send of an input that nobody touched."""
    value = bound.value()
    if isinstance(bound.field, forms.BooleanField):
        return ["on"] if value else []
    if value is None or value == "":
        return [] if _options(bound.field) is not None else [""]
    if isinstance(value, list | tuple):
        # In the order of the form, so that the same boxes are the same answer.
        order = [code for _heading, entries in _options(bound.field) or [] for code, _label in entries]
        return sorted(map(str, value), key=lambda code: order.index(code) if code in order else len(order))
    return [str(value).replace("\r\n", "\n")]


def saved_values(version: PracticeVersion, step: Step) -> dict[str, Values]:
    """What is saved of one page, as the inputs of the form, by question."""
    page = StepPage(step, version)
    found = {stored_name(bound.name, bound.field): {bound.name: _sent(bound)} for bound in page.form}
    for entry in page.groups:
        rows = [
            {
                name: _sent(form[name])
                for name, asked in form.fields.items()
                if name != "DELETE" and not isinstance(asked, forms.FileField)
            }
            for form in entry["formset"].forms
            if form.initial
        ]
        found[entry["group"].stored_name] = _formset_values(entry["group"].prefix, rows)
    return found


def page_with(version: PracticeVersion, step: Step, answers: Mapping[str, Values]) -> StepPage:
    """A page of the form as if somebody had typed these answers over what is saved, and sent it."""
    data = QueryDict(mutable=True)
    for values in (saved_values(version, step) | {name: answers[name] for name in answers}).values():
        for name, value in values.items():
            data.setlist(name, value)
    # A form writes into its record while it checks: into a copy, because the page still shows what is saved.
    return StepPage(step, copy.copy(version), data)


def changes(version: PracticeVersion, answers: Mapping[str, Values]) -> list[Change]:
    """Every answer that differs from what is saved, in the order of the form, with what is wrong with it."""
    found: list[Change] = []
    for step in STEPS:
        saved = saved_values(version, step)
        told = {name: answers[name] for name in saved if name in answers and _differ(saved[name], answers[name])}
        if not told:
            continue
        page = page_with(version, step, told)
        page.is_valid()
        for bound in page.form:
            name = stored_name(bound.name, bound.field)
            if name in told:
                old, new = (_in_words(bound.field, values[bound.name]) for values in (saved[name], told[name]))
                error = " ".join(str(text) for text in bound.errors)
                found.append(Change(name, step, str(bound.label), old, new, told[name], error))
        for entry in page.groups:
            group = entry["group"]
            if group.stored_name in told:
                old, new = (
                    _rows_in_words(group, values) for values in (saved[group.stored_name], told[group.stored_name])
                )
                error = _row_errors(group, entry["formset"])
                found.append(
                    Change(group.stored_name, step, str(group.title), old, new, told[group.stored_name], error)
                )
    return found


def _differ(saved: Values, told: Values) -> bool:
    def plain(values: Values) -> dict[str, list[str]]:
        return {
            name: [" ".join(part.split()) for part in value if part.strip()]
            for name, value in values.items()
            if not name.endswith(("INITIAL_FORMS", "MIN_NUM_FORMS"))
        }

    return {name: value for name, value in plain(saved).items() if value} != {
        name: value for name, value in plain(told).items() if value
    }


def _in_words(asked: forms.Field, values: list[str]) -> str:
    options = _options(asked)
    if options is not None:
        labels = {value: label for _heading, entries in options for value, label in entries}
        return "\n".join(labels.get(value, value) for value in values)
    if isinstance(asked, forms.ModelChoiceField):
        country = Country.objects.filter(pk__in=values).first()
        return country.name if country else ""
    return "\n".join(values)


def _rows_in_words(group: Group, values: Values) -> str:
    form = group.form(prefix=f"{group.prefix}-0")
    lines = []
    for number in range(int(values[f"{group.prefix}-TOTAL_FORMS"][0])):
        parts = []
        for name, asked in form.fields.items():
            told = values.get(f"{group.prefix}-{number}-{name}")
            shown = _in_words(asked, told) if told and name != "id" else ""
            if shown:
                parts.append(f"{form[name].label}: {shown}")
        lines.append(f"{number + 1}. " + " · ".join(parts))
    return "\n".join(lines)


def _row_errors(group: Group, formset: Any) -> str:
    words = [str(text) for text in formset.non_form_errors()]
    for number, form in enumerate(formset.forms, start=1):
        for name, errors in form.errors.items():
            label = form[name].label if name in form.fields else ""
            words += [f"{group.legend} {number}, {label}: {text}" for text in errors]
    return " ".join(words)
