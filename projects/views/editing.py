"""The editor of the Terms of Reference: one section a page, texts with their provenance, rows in small tables.

A form carries a mark of each value that its writer saw. What somebody else changed meanwhile and this writer did not
touch stays as it is; where both changed the same value, the answer is 409 with both.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from network_site.common.staleness import mark_of
from network_site.common.templatetags.enlace import format_day, format_money
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import current

from .. import linter, permissions, services
from ..cards import budget_of, figure, origin_words, plan_of
from ..enums import Level, Proposal, Section
from ..forms.drafting import FORMS, FactsForm, TextsForm, row_initial, targets_formset
from ..models import Project, ResultRow, Text
from ..outline import FIELDS, MANY, SECTION_OF_KIND, SECTIONS, UnknownKey, field_of
from ..selectors import KINDS, SectionView, TextView, read_section
from .drafting import anchor, get_project_or_404, section_links

NEW = "new"
TRIES = 3
# Title of the table, what one row is called, words of the button.
WORDS: dict[str, tuple[Any, Any]] = {
    "results": (gettext_lazy("Results matrix"), gettext_lazy("Add a result")),
    "budget": (gettext_lazy("Lines of the budget"), gettext_lazy("Add a line")),
    "activities": (gettext_lazy("Work plan"), gettext_lazy("Add an activity")),
    "risks": (gettext_lazy("Risks"), gettext_lazy("Add a risk")),
    "assignments": (gettext_lazy("Assignments"), gettext_lazy("Add an assignment")),
    "procurement": (gettext_lazy("Procurement plan"), gettext_lazy("Add a purchase")),
    "parties": (gettext_lazy("Parties"), gettext_lazy("Add an organisation")),
    "annexes": (gettext_lazy("Annexes"), gettext_lazy("Add an annex")),
}


# --- One section -----------------------------------------------------------------------------


def plain(text: Any) -> str:
    """A value as it is compared: what a browser does to line ends does not count."""
    if isinstance(text, list | tuple):
        return "\n".join(sorted(str(part) for part in text))
    if isinstance(text, dt.date):
        return text.isoformat()
    return "" if text is None else str(text).replace("\r\n", "\n").strip()


class SectionPage:
    """The texts of a section, and the facts of the project on the first one: read, or as they were typed."""

    def __init__(self, project: Project, section: str, data: Any = None, *, add: str = "") -> None:
        self.project, self.section, self.data = project, section, data
        self.view: SectionView = read_section(project, section)
        views = list(self.view.texts)
        if data is not None:
            views = [view for view in views if f"text-{view.key}" in data] + self._others(data)
        elif add in FIELDS and FIELDS[add][0] == section and FIELDS[add][1].many:
            views = self._with_new(views, add)
        self.views = views
        lang = project.source_language
        self.texts = TextsForm(data, texts=views, lang=lang)
        self.has_facts = section == Section.IDENTIFICATION and (data is None or "title" in data)
        self.facts = FactsForm(data, instance=project) if self.has_facts else None

    def _with_new(self, views: list[TextView], key: str) -> list[TextView]:
        blank = TextView(FIELDS[key][1], f"{key}{MANY}{NEW}")
        last = max((place for place, view in enumerate(views) if view.field.key == key), default=None)
        if last is None:
            order = [field.key for field in SECTIONS[self.section].fields]
            last = max(
                (place for place, view in enumerate(views) if order.index(view.field.key) < order.index(key)),
                default=-1,
            )
        return [*views[: last + 1], blank, *views[last + 1 :]]

    def _others(self, data: Any) -> list[TextView]:
        """New texts, and texts that somebody else took out meanwhile: what was typed into them is kept."""
        known = {view.key for view in self.view.texts}
        found = []
        for name in data:
            key = name.removeprefix("text-")
            if name.startswith("text-") and key not in known:
                try:
                    section, text_field = field_of(key)
                except UnknownKey:
                    continue
                if section == self.section:
                    found.append(TextView(text_field, key))
        return found

    def is_valid(self) -> bool:
        """Whether all of it is in order (all is checked, so that all errors show at once)."""
        checks = [self.texts.is_valid(), self.facts is None or self.facts.is_valid()]
        return all(checks)

    def _values(self) -> list[tuple[str, Any, Any, Any]]:
        """Name, label, what was typed, what is stored."""
        found = [
            (f"text-{view.key}", view.field.label, self.texts.cleaned_data[f"text-{view.key}"], view.text)
            for view in self.views
        ]
        if self.facts is not None:
            found += [
                (name, self.facts.fields[name].label, value, getattr(self.project, name))
                for name, value in self.facts.values().items()
            ]
        return found

    def _changed(self) -> list[tuple[str, Any, Any, Any]]:
        return [
            (name, label, mine, stored)
            for name, label, mine, stored in self._values()
            if mark_of(plain(mine)) != self.data.get(f"seen-{name}", mark_of(plain(stored)))
        ]

    def conflicts(self) -> list[dict[str, Any]]:
        """Values that this writer and somebody else changed both, in different ways."""
        return [
            {"name": name, "label": label, "mine": plain(mine), "theirs": plain(stored)}
            for name, label, mine, stored in self._changed()
            if mark_of(plain(stored)) != self.data.get(f"seen-{name}", mark_of(plain(stored)))
            and plain(mine) != plain(stored)
        ]

    def save(self) -> None:
        """Save what this writer changed. Raises StaleVersion when somebody else saved while this ran."""
        changed = [(name, mine) for name, _label, mine, stored in self._changed() if plain(mine) != plain(stored)]
        facts = {name: mine for name, mine in changed if not name.startswith("text-")}
        texts: dict[str, str] = {}
        for name, mine in changed:
            key = name.removeprefix("text-")
            if name.startswith("text-"):
                texts[f"{key.removesuffix(NEW)}{uuid4().hex[:8]}" if key.endswith(f"{MANY}{NEW}") else key] = mine
        version = self.project.lock_version
        with transaction.atomic():
            if facts:
                version = services.save_facts(self.project, fields=facts, lock_version=version).lock_version
            if texts:
                services.set_texts(self.project, texts=texts, lock_version=version)

    def shown(self) -> list[dict[str, Any]]:
        """The texts for the template: field, mark, provenance."""
        return [
            {
                "field": self.texts[f"text-{view.key}"],
                "key": view.key,
                "base": view.field.key,
                "place": f"place-{view.key}",
                "seen": mark_of(plain(view.text)),
                "required": view.field.required,
                "many": view.field.many,
                "row": view.row,
                "text": view.text,
                "origin": origin_words(view.row.origin, view.row.citation) if view.row else "",
                "url": str((view.row.citation or {}).get("url", "")) if view.row else "",
                "state": _state(view.row),
            }
            for view in self.views
        ]

    def seen_facts(self) -> list[tuple[str, str]]:
        """The marks of the facts."""
        names = FactsForm.Meta.fields if self.facts is not None else ()
        return [(f"seen-{name}", mark_of(plain(getattr(self.project, name)))) for name in names]


def _state(row: Any) -> str:
    if row is None or not getattr(row, "proposal", ""):
        return ""
    return {Proposal.PROPOSED: "proposed", Proposal.ACCEPTED: "accepted", Proposal.EDITED: "changed"}[
        Proposal(row.proposal)
    ]


@login_required
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, pk: UUID, section: str) -> HttpResponse:
    """One section of the Terms of Reference: read by all who may, written by those who write it."""
    if section not in SECTIONS:
        raise Http404
    project = get_project_or_404(pk)
    if request.method != "POST":
        page = SectionPage(project, section, add=request.GET.get("add", ""))
        return _show(request, page)
    if not permissions.can_write(current(), project):
        raise PermissionDenied
    try:
        return _save(request, project, section)
    except TransitionRefused as refused:
        messages.error(request, str(refused.unmet[0].message))
        return redirect("projects:section", project.pk, section)


def _save(request: HttpRequest, project: Project, section: str) -> HttpResponse:
    """Save what was typed, then do what the pressed button says."""
    for _try in range(TRIES):
        project = get_project_or_404(project.pk)
        page = SectionPage(project, section, request.POST)
        if not page.is_valid():
            return _show(request, page, status=422)
        if page.conflicts():
            break
        try:
            page.save()
        except StaleVersion:
            continue
        except TransitionRefused:  # is a ValidationError too, and nothing that a field could mend
            raise
        except ValidationError as error:
            page.texts.add_error(None, error.messages)
            return _show(request, page, status=422)
        return _after_saving(request, project, page)
    return _conflict(request, page)


def _after_saving(request: HttpRequest, project: Project, page: SectionPage) -> HttpResponse:
    data, section = request.POST, page.section
    here = reverse("projects:section", args=[project.pk, section])
    if "accept_all" in data:
        count = services.accept_section(project, section=section)
        messages.success(request, _("Accepted: %(count)s.") % {"count": count})
        return redirect(here)
    if "accept" in data or "dismiss" in data:
        part = _part_of(project, section, data.get("accept") or data.get("dismiss"))
        if part is None:
            messages.info(request, _("This text is no longer there."))
        elif "accept" in data:
            services.accept(part)
        else:
            services.dismiss(part)
        return redirect(f"{here}#place-{part.key}" if isinstance(part, Text) and "accept" in data else here)
    if "add" in data:
        return redirect(f"{here}?add={data['add']}#place-{data['add']}{MANY}{NEW}")
    messages.success(request, _("Saved."))
    if "next" in data:
        order = list(SECTIONS)
        place = order.index(section) + 1
        following = order[place] if place < len(order) else ""
        return redirect("projects:section", project.pk, following) if following else redirect(_findings(project))
    if "leave" in data:
        return redirect("projects:project", project.pk)
    return redirect(here)


def _findings(project: Project) -> str:
    return reverse("projects:findings", args=[project.pk])


def _part_of(project: Project, section: str, given: Any) -> Any:
    """A text or row of this section, by its id."""
    try:
        key = UUID(str(given))
    except ValueError:
        return None
    found = Text.objects.select_related("project").filter(project=project, section=section, pk=key).first()
    for kind in SECTIONS[section].parts:
        if found is None and hasattr(KINDS[kind], "proposal"):
            found = KINDS[kind].objects.select_related("project").filter(project=project, pk=key).first()  # type: ignore[attr-defined]
    return found


def _conflict(request: HttpRequest, page: SectionPage) -> HttpResponse:
    project = page.project
    url = reverse("projects:section", args=[project.pk, page.section])
    # Who saves after all has seen these; what she did not touch keeps its old mark, and so stays as others left it.
    now = {f"seen-{one['name']}": mark_of(one["theirs"]) for one in page.conflicts()}
    hidden = [
        {"name": name, "value": now.get(name, value)}
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    context = {
        "project": project,
        "title": SECTIONS[page.section].label,
        "fields": page.conflicts(),
        "changed_at": project.changed_at,
        "resend_url": url,
        "keep_url": url,
        "hidden": hidden,
    }
    return render(request, "projects/conflict.html", context, status=409)


def _show(request: HttpRequest, page: SectionPage, *, status: int = 200) -> HttpResponse:
    project, section = page.project, page.section
    found = linter.findings(project)
    outline = SECTIONS[section]
    can_edit = permissions.can_edit(current(), project)
    order = list(SECTIONS)
    place = order.index(section)
    shown = {view.key for view in page.views}
    context = {
        "project": project,
        "outline": outline,
        "page": page,
        "texts": page.shown(),
        "facts": page.facts,
        "seen_facts": page.seen_facts(),
        "forms": [form for form in (page.texts, page.facts) if form is not None],
        "can_edit": can_edit,
        "addable": [field for field in outline.fields if field.many and f"{field.key}{MANY}{NEW}" not in shown],
        "tables": [row_table(kind, project, page.view.rows[kind]) for kind in outline.parts],
        "budget": _sums(project, page.view.rows["budget"]) if "budget" in page.view.rows else None,
        "plan": _plan(project, page.view.rows["activities"]) if page.view.rows.get("activities") else None,
        "unread": page.view.unread,
        "findings": [
            {"finding": one, "url": anchor(one.anchor)} for one in found if one.section == section
        ],
        "sections": section_links(project, found, section),
        "previous": order[place - 1] if place else "",
        "following": order[place + 1] if place + 1 < len(order) else "",
        "back_url": reverse("projects:project", args=[project.pk]),
        "back_label": _("The project"),
    }  # fmt: skip
    return render(request, "projects/section.html", context, status=status)


# --- Tables of rows --------------------------------------------------------------------------


def _columns(kind: str) -> list[dict[str, Any]]:
    columns: dict[str, list[tuple[Any, bool]]] = {
        "results": [(_("Result"), False), (_("Indicator"), False), (_("Before"), True), (_("Target"), True)],
        "budget": [(_("What for"), False), (_("Cost"), True), (_("Amount"), True), (_("Paid by"), False)],
        "activities": [(_("Activity"), False), (_("Quarters"), False), (_("Who"), False)],
        "risks": [(_("Risk"), False), (_("Probability"), False), (_("Impact"), False), (_("Answer to it"), False)],
        "assignments": [(_("Assignment"), False), (_("Working days"), True), (_("Cost"), True)],
        "procurement": [(_("What is bought"), False), (_("Method"), False), (_("Amount"), True)],
        "parties": [(_("Organisation"), False), (_("Part in it"), False), (_("What it brings"), False)],
        "annexes": [(_("Annex"), False), (_("Kind"), False), (_("Readers"), False)],
    }
    return [{"label": label, "num": number} for label, number in columns[kind]]


def _cells(kind: str, row: Any, project: Project) -> tuple[str, str, list[str]]:
    """The words that name a row, the quiet line under them, and its other cells."""

    def money(amount: Any) -> str:
        return format_money(amount, project.currency) if amount is not None else ""

    if kind == "results":
        before = figure(row.baseline) or (
            _("none: %(reason)s") % {"reason": row.baseline_missing} if row.baseline_missing else ""
        )
        return (
            row.statement,
            f"{row.get_level_display()} {row.code}",
            [row.indicator, before, figure(row.target) or row.target_text],
        )
    if kind == "budget":
        each = f"{figure(row.quantity)} {row.unit} × {format_money(row.unit_cost, row.currency)}".replace("  ", " ")
        amount = money(row.converted)
        if row.currency != project.currency:
            amount += f" ({format_money(row.amount, row.currency)})"
        quiet = " · ".join(part for part in (row.component, str(row.get_category_display())) if part)
        return row.description, quiet, [each, amount, str(row.get_source_display())]
    if kind == "activities":
        quarters = _("%(first)s to %(last)s") % {"first": row.first_quarter, "last": row.last_quarter}
        return row.title, row.component, [quarters, row.responsible]
    if kind == "risks":
        return row.statement, "", [str(row.get_probability_display()), str(row.get_impact_display()), row.mitigation]
    if kind == "assignments":
        return row.title, row.component, [str(row.days or ""), money(row.cost)]
    if kind == "procurement":
        planned = format_day(row.planned_on, "short") if row.planned_on else ""
        quiet = " · ".join(part for part in (row.component, str(row.get_kind_display()), planned) if part)
        return row.item, quiet, [row.method, money(row.amount)]
    if kind == "parties":
        return row.name, "", [str(row.get_role_display()), row.capacity]
    readers = _("everyone") if row.is_public else _("only who reads this project")
    return row.title, row.number, [str(row.get_kind_display()), readers]


def row_table(kind: str, project: Project, rows: list[Any]) -> dict[str, Any]:
    """The rows of a kind as a small table, each with its provenance and its two ways on."""
    title, add = WORDS[kind]
    shown = []
    for row in rows:
        name, quiet, cells = _cells(kind, row, project)
        shown.append(
            {
                "id": row.pk,
                "name": name,
                "quiet": quiet,
                "cells": cells,
                "state": _state(row),
                "origin": origin_words(row.origin, row.citation) if getattr(row, "origin", "") else "",
                "change_url": reverse("projects:row", args=[project.pk, kind, row.pk]),
                "remove_url": reverse("projects:row_remove", args=[project.pk, kind, row.pk]),
                "file_url": reverse("private_file", args=[row.pk]) if getattr(row, "file", None) else "",
                "url": getattr(row, "url", ""),
            }
        )
    return {
        "kind": kind,
        "title": title,
        "add": add,
        "add_url": reverse("projects:row_new", args=[project.pk, kind]),
        "columns": _columns(kind),
        "rows": shown,
    }


def _sums(project: Project, lines: list[Any]) -> Any:
    """The budget by component and source, drawn as on the public page."""
    names = ResultRow.objects.filter(project=project).values("code", "statement")
    shown = [
        {
            "component": line.component, "category": line.category, "description": line.description, "unit": line.unit,
            "quantity": line.quantity, "unit_cost": line.unit_cost, "currency": line.currency, "amount": line.amount,
            "rate": line.rate, "rate_on": line.rate_on, "converted": line.converted, "source": line.source,
        }
        for line in lines
    ]  # fmt: skip
    return budget_of({"currency": project.currency, "results": list(names), "budget": shown})


def _plan(project: Project, activities: list[Any]) -> Any:
    rows = [
        {"component": row.component, "title": row.title, "first_quarter": row.first_quarter,
         "last_quarter": row.last_quarter}
        for row in activities
    ]  # fmt: skip
    return plan_of(rows, start=project.start_on, months=project.months)


# --- One row ---------------------------------------------------------------------------------


def _row_or_404(project: Project, kind: str, pk: UUID) -> Any:
    found = KINDS[kind].objects.filter(project=project, pk=pk).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


def _codes(project: Project, kind: str) -> list[tuple[str, str]]:
    """The numbers of the matrix, to choose from: components for what costs money, all rows for a parent."""
    rows = ResultRow.objects.filter(project=project).order_by("position")
    if kind != "results":
        rows = rows.filter(level__in=[Level.OUTCOME, Level.OUTPUT])
    return [(row.code, f"{row.code} {row.statement[:80]}") for row in rows]


@login_required
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, pk: UUID, kind: str, row: UUID | None = None) -> HttpResponse:
    """Add or change one row of a typed part."""
    if kind not in FORMS:
        raise Http404
    project = get_project_or_404(pk)
    if not permissions.can_write(current(), project):
        raise PermissionDenied
    if request.method != "POST":
        held = _row_or_404(project, kind, row) if row else None
        return _show_row(request, RowPage(project, kind, held))
    try:
        return _save_row(request, project, kind, row)
    except TransitionRefused as refused:
        messages.error(request, str(refused.unmet[0].message))
        return redirect("projects:section", project.pk, SECTION_OF_KIND[kind])


class RowPage:
    """The form of one row, with the targets of a result."""

    def __init__(self, project: Project, kind: str, held: Any, data: Any = None, files: Any = None) -> None:
        self.project, self.kind, self.held, self.data = project, kind, held, data
        self.initial = row_initial(kind, held, project)
        self.form = FORMS[kind](data, files, project=project, codes=_codes(project, kind), initial=self.initial)
        self.targets = targets_formset(held, data) if kind == "results" else None

    @property
    def seen(self) -> str:
        """The mark of what the form shows of a stored row."""
        shown: dict[str, Any] = {name: plain(value) for name, value in self.initial.items()}
        if self.targets is not None:
            shown["targets"] = [[plain(value) for value in one.values()] for one in self.targets.initial or []]
        return mark_of(shown) if self.held is not None else ""

    def is_valid(self) -> bool:
        checks = [self.form.is_valid(), self.targets is None or self.targets.is_valid()]
        return all(checks)

    def is_conflict(self) -> bool:
        """Whether somebody else changed the row since its writer read it, and differently."""
        seen = self.data.get("seen", self.seen)
        return self.held is not None and seen != self.seen and any(self.differing())

    def differing(self) -> list[dict[str, Any]]:
        """The fields in which what was typed is not what is stored."""
        found = [
            {"label": field.label, "mine": plain(self.form.cleaned_data[name]), "theirs": plain(self.initial.get(name))}
            for name, field in self.form.fields.items()
            if name != "upload" and plain(self.form.cleaned_data.get(name)) != plain(self.initial.get(name))
        ]
        if self.targets is not None:
            mine = _in_lines(self.targets.values())
            theirs = _in_lines(self.targets.initial or [])
            if mine != theirs:
                found.append({"label": _("Targets"), "mine": mine, "theirs": theirs})
        return found

    def save(self) -> Any:
        """Save the row among the others. Raises what the service raises."""
        values = self.form.values()
        upload = values.pop("upload", None)
        version = self.project.lock_version
        if self.kind == "annexes" and self.held is None:
            return services.add_annex(self.project, fields=values, upload=upload, lock_version=version)
        if self.targets is not None:
            values["targets"] = self.targets.values()
        rows = self._others(values)
        if self.held is None:
            rows.append(values)
        return services.save_rows(self.project, kind=self.kind, rows=rows, lock_version=version)

    def _others(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        """All rows as they are, this one as it was typed; results keep their numbers and whose they are."""
        held: Any = KINDS[self.kind].objects.filter(project=self.project)  # type: ignore[attr-defined]
        rows: list[dict[str, Any]] = [{"id": one.pk} for one in held]
        if self.kind == "results":
            codes = {one.pk: one.code for one in held}
            if self.held is not None:
                codes[self.held.pk] = values["code"]
            rows = [{"id": one.pk, "code": codes[one.pk], "parent": codes.get(one.parent_id, "")} for one in held]
        own = self.held.pk if self.held is not None else None
        return [one | values if one["id"] == own else one for one in rows]

    def refuse(self, error: ValidationError) -> None:
        """Put what the service refused beside its field."""
        if hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                self.form.add_error(name if name in self.form.fields else None, errors)
        else:
            self.form.add_error(None, error)


def _in_lines(targets: Any) -> str:
    lines = [" ".join(plain(one.get(name)) for name in ("ends_on", "value", "text")).strip() for one in targets]
    return "\n".join(sorted(lines))


def _save_row(request: HttpRequest, project: Project, kind: str, pk: UUID | None) -> HttpResponse:
    for _try in range(TRIES):
        project = get_project_or_404(project.pk)
        held = KINDS[kind].objects.filter(project=project, pk=pk).first() if pk else None  # type: ignore[attr-defined]
        page = RowPage(project, kind, held, request.POST, request.FILES)
        if pk and held is None:
            page.is_valid()
            page.form.add_error(None, _("Somebody took this row out meanwhile. Saving it now adds it again."))
            return _show_row(request, page, status=409)
        if not page.is_valid():
            return _show_row(request, page, status=422)
        if page.is_conflict():
            break
        try:
            page.save()
        except StaleVersion:
            continue
        except TransitionRefused:
            raise
        except ValidationError as error:
            page.refuse(error)
            return _show_row(request, page, status=422)
        messages.success(request, _("Saved."))
        if "more" in request.POST:
            return redirect("projects:row_new", project.pk, kind)
        url = reverse("projects:section", args=[project.pk, SECTION_OF_KIND[kind]])
        return redirect(f"{url}#rows-{kind}")
    return _row_conflict(request, page)


def _row_conflict(request: HttpRequest, page: RowPage) -> HttpResponse:
    args = [page.project.pk, page.kind, page.held.pk]
    hidden = [
        {"name": name, "value": page.seen if name == "seen" else value}
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    context = {
        "project": page.project,
        "title": WORDS[page.kind][0],
        "fields": page.differing(),
        "changed_at": page.project.changed_at,
        "resend_url": reverse("projects:row", args=args),
        "keep_url": reverse("projects:row", args=args),
        "hidden": hidden,
    }
    return render(request, "projects/conflict.html", context, status=409)


def _show_row(request: HttpRequest, page: RowPage, *, status: int = 200) -> HttpResponse:
    project, kind = page.project, page.kind
    section = SECTION_OF_KIND[kind]
    title, add = WORDS[kind]
    args = [project.pk, kind, *([page.held.pk] if page.held is not None else [])]
    context = {
        "project": project,
        "page": page,
        "form": page.form,
        "targets": page.targets,
        "kind": kind,
        "title": title,
        "heading": add if page.held is None else _("Change: %(name)s") % {"name": page.held},
        "action": reverse("projects:row" if page.held is not None else "projects:row_new", args=args),
        "section_url": reverse("projects:section", args=[project.pk, section]),
        "remove_url": reverse("projects:row_remove", args=args) if page.held is not None else "",
        "origin": origin_words(page.held.origin, page.held.citation) if getattr(page.held, "origin", "") else "",
        "state": _state(page.held),
        "more": list(page.targets.forms if page.targets is not None else []),
        "has_upload": "upload" in page.form.fields,
        "sections": section_links(project, [], section),
        "back_url": reverse("projects:project", args=[project.pk]),
        "back_label": _("The project"),
    }
    return render(request, "projects/row.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def row_remove(request: HttpRequest, pk: UUID, kind: str, row: UUID) -> HttpResponse:
    """Take one row out, after asking; what the program proposed is not proposed again."""
    if kind not in FORMS:
        raise Http404
    project = get_project_or_404(pk)
    if not permissions.can_write(current(), project):
        raise PermissionDenied
    held = _row_or_404(project, kind, row)
    url = f"{reverse('projects:section', args=[project.pk, SECTION_OF_KIND[kind]])}#rows-{kind}"
    if request.method == "POST":
        try:
            if hasattr(held, "proposal"):
                services.dismiss(held)
            else:
                others = KINDS[kind].objects.filter(project=project).exclude(pk=held.pk)  # type: ignore[attr-defined]
                services.save_rows(project, kind=kind, rows=[{"id": one.pk} for one in others])
        except TransitionRefused as refused:
            messages.error(request, str(refused.unmet[0].message))
        else:
            messages.success(request, _("Taken out."))
        return redirect(url)
    return render(request, "projects/remove.html", {"project": project, "row": held, "back_url": url})
