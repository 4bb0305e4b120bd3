"""Drawings and formats of the public face: icons, the three marks, dates, money, form fields.

Everything here is a pure function of what the template was given: no query, no request.
"""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from babel import dates as babel_dates
from babel import numbers as babel_numbers
from django import forms, template
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.template.defaultfilters import date as format_date_fallback
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from network_site.common import americas as map_of_the_americas
from network_site.common.html import clean

register = template.Library()

# --- Icons -----------------------------------------------------------------------------------

# The names of the sprite in components/sprite.html; a name outside draws nothing.
ICONS = frozenset(
    {"arr", "clock", "dash", "doc", "dot", "edit", "flag", "globe", "half", "info", "lock"}
    | {"mix", "no", "ok", "plus", "search", "stop", "talk", "unk", "up", "warn"}
)
TONES = frozenset({"ok", "stop", "warn", "unk"})


@register.simple_tag
def icon(name: str, tone: str = "") -> str:
    """Draw one sign of the sprite, for the eye only: the word stands beside it."""
    if name not in ICONS:
        return ""
    css = f"i c-{tone}" if tone in TONES else "i"
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>',
        css,
        name,
    )


# --- The three marks -------------------------------------------------------------------------

EVIDENCE_WORDS = {
    0: _("not assessed"),
    1: _("account of impact"),
    2: _("monitored change"),
    3: _("causal"),
    4: _("confirmed independently"),
    5: _("works elsewhere"),
}
EVIDENCE_NOTES = {
    0: _("Not assessed: it is described, but it does not yet say why it should help."),
    1: _("Account of impact: it says why it should help. No value before and after."),
    2: _("Monitored change: a value before and after, from a named source. Something else may have caused it."),
    3: _("Causal: a study compared it with what would have happened anyway."),
    4: _("Confirmed independently: a second study, not paid for by the owner, found the same."),
    5: _("Works elsewhere: taken up in another country, run by others, and measured there."),
}
DIRECTIONS: dict[str, tuple[str, Any, Any, Any]] = {
    "positive": (
        "up",
        _("Positive"),
        _("Effect positive"),
        _("What was measured moved the way that was wanted."),
    ),
    "mixed": (
        "mix",
        _("Mixed"),
        _("Effect mixed"),
        _("Some of what was measured moved the way that was wanted, some did not."),
    ),
    "no_effect": (
        "no",
        _("No effect found"),
        _("No effect found"),
        _("It was measured, and no change was found. That is worth knowing too."),
    ),
    "negative": (
        "warn",
        _("Negative"),
        _("Effect negative"),
        _("What was measured moved the wrong way."),
    ),
    "not_measured": (
        "dash",
        _("Not measured"),
        _("Effect not measured"),
        _("Neither good nor bad news: nobody has published a result."),
    ),
}
# EMMIE, in the order in which the five boxes are drawn.
ASPECTS = {
    "effect": _("effect"),
    "mechanism": _("why it works"),
    "moderators": _("for whom"),
    "implementation": _("how it runs"),
    "economics": _("cost"),
}
DEGREES = {"none": 0, "partly": 1, "partial": 1, "fully": 2, "full": 2}


def _level(value: Any) -> int:
    try:
        return min(max(int(value), 0), 5)
    except (TypeError, ValueError):
        return 0


def _direction(value: Any) -> str:
    """The stored word of a direction; a direction nobody gave was not measured."""
    return str(value) if str(value) in DIRECTIONS else "not_measured"


def _degrees(completeness: Mapping[str, Any] | None) -> list[int]:
    given = completeness or {}
    return [DEGREES.get(str(given.get(aspect, "none")), 0) for aspect in ASPECTS]


def _box(x: float, y: float, width: int, height: int, *, full: bool) -> str:
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="currentColor"/>',
        x,
        y,
        width,
        height,
        "currentColor" if full else "none",
    )


@register.simple_tag
def evidence_mark(level: Any, size: str = "") -> str:
    """Five rising bars, as many filled as the level says."""
    filled = _level(level)
    bars = format_html_join(
        "",
        "{}",
        ((_box(0.5 + 7 * i, 13.5 - 3 * i, 5, 4 + 3 * i, full=i < filled),) for i in range(5)),
    )
    width, height = (51, 27) if size == "large" else (34, 18)
    return format_html(
        '<svg width="{}" height="{}" viewBox="0 0 36 19" aria-hidden="true" focusable="false">{}</svg>',
        width,
        height,
        bars,
    )


@register.simple_tag
def direction_mark(direction: Any) -> str:
    """The sign of a direction: arrow up, both ways, cross, triangle or dash."""
    return icon(DIRECTIONS[_direction(direction)][0])


@register.simple_tag
def completeness_mark(completeness: Mapping[str, Any] | None, size: str = "") -> str:
    """Five boxes (effect, mechanism, moderators, implementation, economics): empty, half, full."""
    boxes = []
    for i, degree in enumerate(_degrees(completeness)):
        boxes.append(_box(0.5 + 9 * i, 4.5, 7, 10, full=degree == 2))
        if degree == 1:
            boxes.append(format_html('<path d="M{} 14.5h7v-5h-7z" fill="currentColor"/>', 0.5 + 9 * i))
    width, height = (66, 27) if size == "large" else (45, 18)
    return format_html(
        '<svg width="{}" height="{}" viewBox="0 0 45 19" aria-hidden="true" focusable="false">{}</svg>',
        width,
        height,
        format_html_join("", "{}", ((box,) for box in boxes)),
    )


@register.filter
def evidence_words(level: Any) -> Any:
    """Level 1 → "account of impact", to stand inside a sentence."""
    return EVIDENCE_WORDS[_level(level)]


@register.filter
def evidence_note(level: Any) -> Any:
    """The rule behind a level, in one or two sentences."""
    return EVIDENCE_NOTES[_level(level)]


@register.filter
def direction_words(direction: Any) -> Any:
    """positive → "Positive"."""
    return DIRECTIONS[_direction(direction)][1]


@register.filter
def direction_line(direction: Any) -> Any:
    """positive → "Effect positive", to stand alone in a line of marks."""
    return DIRECTIONS[_direction(direction)][2]


@register.filter
def direction_note(direction: Any) -> Any:
    """What a direction means for the reader, in one sentence."""
    return DIRECTIONS[_direction(direction)][3]


@register.filter
def completeness_count(completeness: Mapping[str, Any] | None) -> int:
    """How many of the five aspects are described in full."""
    return sum(degree == 2 for degree in _degrees(completeness))


@register.filter
def completeness_words(completeness: Mapping[str, Any] | None) -> str:
    """In full: how it runs. In part: why it works. Not described: effect, for whom, cost."""
    degrees = _degrees(completeness)
    said = []
    for degree, sentence in (
        (2, _("In full: %(aspects)s.")),
        (1, _("In part: %(aspects)s.")),
        (0, _("Not described: %(aspects)s.")),
    ):
        names = [str(name) for name, given in zip(ASPECTS.values(), degrees, strict=True) if given == degree]
        if names:
            said.append(str(sentence) % {"aspects": ", ".join(names)})
    return " ".join(said)


# --- Dates and money -------------------------------------------------------------------------

# es-419 and pt-BR because most of the Network's ministries write so; a page that knows the
# reader's country calls `format_money` and `format_day` with a locale of its own.
LOCALES = {"en": "en_GB", "es": "es_419", "fr": "fr", "pt-br": "pt_BR", "pt": "pt_BR"}


def babel_locale() -> str:
    """The CLDR locale for the language in use."""
    return LOCALES.get((get_language() or "en").lower(), "en_GB")


def format_day(value: datetime.date, style: str = "long", *, locale: str | None = None) -> str:
    """A date with its month as a word. Styles: long, short, month, weekday, time."""
    locale = locale or babel_locale()
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    if style == "month":
        return babel_dates.format_skeleton("yMMMM", value, locale=locale)
    if style == "time" and isinstance(value, datetime.datetime):
        day = babel_dates.format_date(value, format="long", locale=locale)
        return f"{day}, {value:%H:%M}"
    names = {"short": "medium", "weekday": "full"}
    return babel_dates.format_date(value, format=names.get(style, "long"), locale=locale)


@register.filter
def month_date(value: Any, style: str = "long") -> str:
    """3 November 2026 ("long"), 3 Nov 2026 ("short"), November 2026 ("month"),
    Tuesday 3 November 2026 ("weekday"), 3 November 2026, 09:41 ("time"). No date: nothing."""
    if not value:
        return ""
    if not isinstance(value, datetime.date):
        return str(value)
    return format_day(value, style)


@register.filter
def iso_date(value: Any) -> str:
    """A date for the machine, for <time datetime>."""
    if isinstance(value, datetime.datetime):
        return format_date_fallback(timezone.localtime(value) if timezone.is_aware(value) else value, "c")
    return value.isoformat() if isinstance(value, datetime.date) else ""


def format_money(amount: Any, currency: str, *, locale: str | None = None) -> str:
    """USD 150,000: the code first, no cents where there are none, never broken over two lines."""
    number = Decimal(str(amount))
    pattern = "#,##0" if number == number.to_integral_value() else "#,##0.00"
    figure = babel_numbers.format_decimal(number, format=pattern, locale=locale or babel_locale())
    return f"{currency}\N{NO-BREAK SPACE}{figure}"


@register.filter
def money(amount: Any, currency: str = "") -> str:
    """{{ 150000|money:"USD" }} or {{ sum|money }} for anything with `amount` and `currency`."""
    if amount is None or amount == "":
        return ""
    if hasattr(amount, "amount") and hasattr(amount, "currency"):
        return format_money(amount.amount, str(amount.currency))
    return format_money(amount, currency)


@register.filter
def number(value: Any) -> str:
    """1234.5 with the separators of the language in use."""
    if value is None or value == "":
        return ""
    try:
        return babel_numbers.format_decimal(Decimal(str(value)), locale=babel_locale())
    except ArithmeticError:
        return str(value)


# --- Linked data -----------------------------------------------------------------------------

# As Django's own json_script: no text can end the element, or begin another one.
_JSON_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@register.simple_tag
def json_ld(nodes: Any) -> str:
    """Linked data for search engines: blocks of data that no browser runs."""
    return format_html_join(
        "",
        '<script type="application/ld+json">{}</script>',
        ((SafeString(json.dumps(node, ensure_ascii=False).translate(_JSON_ESCAPES)),) for node in nodes or ()),
    )


# --- Links -----------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def page_link(context: template.Context, number: int, parameter: str = "") -> str:
    """The address of another page of the same list, filters kept."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query[parameter or "page"] = str(number)
    return f"?{query.urlencode()}"


# --- The map of the Americas -----------------------------------------------------------------


@register.simple_tag
def americas(countries: Iterable[Mapping[str, Any]] | None) -> map_of_the_americas.Drawing:
    """The map with these countries on it, for components/map.html."""
    return map_of_the_americas.drawing(countries or ())


@register.filter
def add_to(value: Any, more: Any) -> float:
    """A sum with one decimal: where something stands beside something else in a drawing."""
    return round(float(value) + float(more), 1)


# --- Cells of tables and lists of facts ------------------------------------------------------


@register.filter
def as_cell(value: Any) -> Any:
    """Let a table or a list of facts take plain values: None was not reported, 0 is a true zero."""
    if value is None:
        return {"state": "not_reported"}
    if isinstance(value, Mapping):
        return value
    if isinstance(value, bool):
        return {"text": _("yes") if value else _("no")}
    if isinstance(value, (int, float, Decimal)):
        return {"state": "zero"} if value == 0 else {"text": number(value), "num": True}
    if isinstance(value, datetime.date):
        return {"text": month_date(value, "short")}
    if isinstance(value, str):
        return {"text": value}
    return value if hasattr(value, "text") or hasattr(value, "state") else {"text": str(value)}


@register.filter
def at(row: Any, position: int) -> Any:
    """The item of a list at a position; nothing when the list is shorter."""
    try:
        return row[position]
    except (IndexError, KeyError, TypeError):
        return ""


@register.filter
def chosen_after(options: Iterable[Any], position: int) -> bool:
    """Is one of the options behind a position chosen?"""
    taken = list(options)[position:]
    return any(one["checked"] if isinstance(one, Mapping) else one.checked for one in taken)


# --- Forms -----------------------------------------------------------------------------------


@register.filter
def kind(field: BoundField) -> str:
    """How components/field.html lays a field out."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.SelectDateWidget):
        return "date_parts"
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checks"
    if isinstance(widget, forms.RadioSelect):
        return "radios"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.Textarea):
        return "textarea"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.DateInput):
        return "date"
    if isinstance(widget, forms.NumberInput):
        return "number"
    if isinstance(widget, forms.FileInput):
        return "file"
    if isinstance(widget, forms.MultiWidget):
        return "group"
    return "text"


def _described_by(field: BoundField, *, hint: Any, counter: Any) -> str:
    parts = []
    if hint or field.help_text:
        parts.append(f"{field.auto_id}_helptext")
    if field.errors:
        parts.append(f"{field.auto_id}_error")
    if counter:
        parts.append(f"{field.auto_id}_count")
    return " ".join(parts)


@register.simple_tag
def described_by(field: BoundField, hint: Any = "", counter: Any = "") -> str:
    """The ids of hint, error and counter of a field, for aria-describedby."""
    return _described_by(field, hint=hint, counter=counter)


@register.simple_tag
def control(field: BoundField, hint: Any = "", counter: Any = "", width: str = "") -> str:
    """The input itself, tied to its hint, its error and its counter.

    A textarea loses `maxlength`: the browser would cut a pasted text in silence, and the
    counter says it in words. A date becomes the browser's own date input, in ISO form. A number
    stays a text input, because type=number drops what it cannot read, and the error quotes it.
    """
    widget = field.field.widget
    attrs: dict[str, Any] = {}
    described = _described_by(field, hint=hint, counter=counter)
    if described:
        attrs["aria-describedby"] = described
    if isinstance(widget, forms.Textarea):
        attrs["maxlength"] = attrs["cols"] = False
        if str(widget.attrs.get("rows")) == "10":  # Django's own default: too tall for most answers
            attrs["rows"] = "5"
    elif isinstance(widget, forms.DateInput):
        widget = copy.copy(widget)
        widget.input_type, widget.format = "date", "%Y-%m-%d"
        width = width or "m"
    elif isinstance(widget, forms.DateTimeInput):
        widget = copy.copy(widget)
        widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"
        width = width or "m"
    elif isinstance(widget, forms.NumberInput):
        widget = copy.copy(widget)
        widget.input_type = "text"
        attrs["inputmode"] = "numeric" if type(field.field) is forms.IntegerField else "decimal"
        attrs["min"] = attrs["max"] = attrs["step"] = False
        width = width or "m"
    # A placeholder vanishes with the first letter; what one needs to know is in the hint.
    if "placeholder" in widget.attrs and getattr(widget, "input_type", "") != "search":
        attrs["placeholder"] = False
    if width:
        attrs["class"] = f"{widget.attrs.get('class', '')} w-{width}".strip()
    return field.as_widget(widget=widget, attrs=attrs)


@register.simple_tag
def choices(field: BoundField) -> list[dict[str, Any]]:
    """The options of a radio or checkbox group, in their groups: [{"name", "options"}]."""
    groups: list[dict[str, Any]] = []
    widget = field.field.widget
    attrs = field.build_widget_attrs({"id": field.auto_id} if field.auto_id else {}, widget)
    # The group is wrong, not one of its options; the error beside the group says so.
    attrs.pop("aria-invalid", None)
    # One checkbox of several is never required by itself; the group's error says so.
    if isinstance(widget, forms.CheckboxSelectMultiple):
        attrs.pop("required", None)
    context = widget.get_context(field.html_name, field.value(), attrs)["widget"]
    renderer = field.form.renderer
    # Django puts each option without a group into a group of its own.
    merged: list[tuple[str, list[dict[str, Any]]]] = []
    for name, options, _index in context["optgroups"]:
        if not name and merged and not merged[-1][0]:
            merged[-1][1].extend(options)
        else:
            merged.append((name or "", list(options)))
    for name, options in merged:
        # Django's empty radio ("---------") is a choice nobody can mean.
        kept = [option for option in options if option["value"] not in ("", None) or option["label"] != "---------"]
        groups.append(
            {
                "name": name or "",
                "options": [
                    {
                        "id": option["attrs"].get("id", ""),
                        "label": option["label"],
                        "hint": option.get("hint", ""),
                        "value": option["value"],
                        "checked": option["selected"],
                        "tag": SafeString(
                            renderer.render(
                                "django/forms/widgets/input.html",
                                {"widget": option},
                            )
                        ),
                    }
                    for option in kept
                ],
            }
        )
    return groups


DATE_PARTS = {"day": _("Day"), "month": _("Month"), "year": _("Year")}


@register.simple_tag
def parts(field: BoundField) -> list[dict[str, Any]]:
    """The inputs of a date in three selects, or of any other group of inputs, each with its label."""
    widget = field.field.widget
    attrs = field.build_widget_attrs({"id": field.auto_id} if field.auto_id else {}, widget)
    context = widget.get_context(field.html_name, field.value(), attrs)["widget"]
    renderer = field.form.renderer
    labels = [getattr(inner, "label", None) for inner in getattr(field.field, "fields", [])]
    answer = []
    for position, inner in enumerate(context["subwidgets"]):
        suffix = inner["name"].rsplit("_", 1)[-1]
        label: Any = DATE_PARTS.get(suffix) if isinstance(widget, forms.SelectDateWidget) else None
        if label is None:
            label = labels[position] if position < len(labels) and labels[position] else str(position + 1)
        answer.append(
            {
                "id": inner["attrs"].get("id", ""),
                "label": label,
                "tag": SafeString(renderer.render(inner["template_name"], {"widget": inner})),
            }
        )
    return answer


@register.filter
def target(field: BoundField) -> str:
    """The id a link in the error summary jumps to: the input, or the first one of a group."""
    found = kind(field)
    if found in {"radios", "checks"} and field.subwidgets:
        return field.subwidgets[0].id_for_label  # options in groups are numbered by group and place
    if found in {"radios", "checks", "group"}:
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


def _flatten(given: Iterable[Any]) -> Iterable[Any]:
    for one in given:
        if isinstance(one, (list, tuple)):
            yield from _flatten(one)
        elif isinstance(one, (forms.BaseForm, forms.BaseFormSet)) and one.is_bound:
            yield one


def _is_stock(field: BoundField, error: ValidationError) -> bool:
    """Is this one of Django's own sentences, which do not say which answer they mean?"""
    stock = [
        message
        for cls in type(field.field).__mro__
        if cls.__module__.startswith("django.")
        for message in getattr(cls, "default_error_messages", {}).values()
    ]
    stock += [
        getattr(type(validator), "message", None)
        for validator in field.field.validators
        if type(validator).__module__.startswith("django.")
    ]
    # A form may replace the sentences of a field; those name no answer either.
    stock += [field.field.error_messages.get("required")]
    return any(str(error.message) == str(message) for message in stock)


def _with_label(field: BoundField, error: ValidationError) -> str:
    text = " ".join(error.messages)
    if not _is_stock(field, error):
        return text
    label = str(field.label)
    return f"{label} {text}" if label.endswith(("?", ".", ":")) else f"{label}: {text}"


@register.simple_tag
def refusals(*given: Any) -> list[dict[str, str]]:
    """Every error of forms and formsets as {"text", "target"}, in the order of the page."""
    found: list[dict[str, str]] = []
    for one in _flatten(given):
        if isinstance(one, forms.BaseFormSet):
            found += [{"text": str(text), "target": ""} for text in one.non_form_errors()]
            # A row that goes when saved need not be right.
            found += refusals([form for form in one.forms if form.is_valid() or not form.cleaned_data.get("DELETE")])
            continue
        found += [{"text": str(text), "target": ""} for text in one.non_field_errors()]
        for field in one:
            found += [
                {"text": _with_label(field, error), "target": "" if field.is_hidden else target(field)}
                for error in field.errors.as_data()
            ]
    return found


@register.simple_tag
def refusals_title(count: int) -> str:
    """The words above the list of errors: One answer needs another look."""
    return ngettext(
        "One answer needs another look",
        "%(count)s answers need another look",
        count,
    ) % {"count": count}


@register.filter
def clean_html(text: str) -> SafeString:
    """HTML from people, cleaned once more on its way out. The only place that marks such text as safe."""
    return SafeString(clean(text or ""))
