"""The catalogue, a course and its lessons as anybody reads them. What is shown comes from the public plane.

The one thing asked of the private plane is whether a signed-in reader is in the course herself, for the button.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from network_site.common.html import plain
from network_site.common.language import current_language, language_name
from network_site.organizations.actor import current
from network_site.publishing.models import OrganizationsPage, PublishedRecord
from network_site.publishing.slots import record_sections

from .. import cards, feeds, linked_data
from ..blocks import published
from ..enums import EnrolmentState, Entry
from ..forms.cases import AskForm
from ..outline import Item, Outline
from ..selectors.learning import enrolment_in
from ..selectors.public import CourseQuery, find_course, list_catalogue
from ..services.enrolling import is_invited


def catalogue(request: HttpRequest, page: Any) -> HttpResponse:
    """The list of courses with its facets."""
    query = CourseQuery.from_params(request.GET)
    found = list_catalogue(query)
    base = page.get_url(request)
    narrowed = _without(request, "page", "sort")
    return render(
        request,
        "learning/courses.html",
        {
            "page": page,
            "found": found,
            "cards": [cards.card(record, base) for record in found.page],
            "chips": _chips(request, found),
            "list_url": base,
            "query": query,
            "feed_url": f"{base}feed/{'?' if narrowed else ''}{narrowed}",
            "canonical_url": f"{settings.SITE_URL}{base}",
            "linked_data": linked_data.catalogue(base, found.page.object_list),
        },
    )


def catalogue_feed(request: HttpRequest, page: Any) -> HttpResponse:
    """The newest courses as a feed."""
    return feeds.catalogue_feed(request, page)


def _without(request: HttpRequest, *names: str) -> str:
    params = [(name, value) for name, values in request.GET.lists() if name not in names for value in values]
    return urlencode(params)


def _chips(request: HttpRequest, found: Any) -> list[dict[str, str]]:
    """Filters in use, each with the address of the list without it."""
    given = [(name, value) for name, values in request.GET.lists() for value in values if name != "page"]
    chips = [
        {
            "label": f"{facet.title}: {option.label}" if facet.name == "language" else option.label,
            "url": f"?{urlencode([pair for pair in given if pair != (facet.name, option.value)])}",
        }
        for facet in found.facets
        for option in facet.options
        if option.checked
    ]
    if found.query.text:
        chips.insert(0, {"label": f"“{found.query.text}”", "url": f"?{_without(request, 'q', 'page')}"})
    return chips


# --- A course --------------------------------------------------------------------------------


def course_page(request: HttpRequest, page: Any, number: int, slug: str) -> HttpResponse:
    """A course; 410 with the reason once withdrawn."""
    record = _opened(request, page, number, slug)
    if isinstance(record, HttpResponse):
        return record
    base = page.get_url(request)
    context = cards.page_context(record, base)
    filled = [section for fill in record_sections if (section := fill(record))]
    for _template, more in filled:
        context |= more
    context |= {
        "page": page,
        "record": record,
        "snapshot": record.snapshot,
        "record_url": f"{base}{record.path}",
        "list_url": base,
        "owner_url": _owner_url(record),
        "way_in": _way_in(record, f"{base}{record.path}"),
        "citation": _citation(record, context, f"{settings.SITE_URL}{base}{record.path}"),
        "sections": [template for template, _more in filled],
    }
    return render(request, "learning/course.html", context | {"linked_data": linked_data.course(context)})


def _opened(request: HttpRequest, page: Any, number: int, slug: str, tail: str = "") -> HttpResponse | PublishedRecord:
    """The course, or the answer where there is nothing to show at this address."""
    record = find_course(number)
    if record is None:
        raise Http404
    if record.state == PublishedRecord.State.WITHDRAWN:
        gone = {
            "reason": record.withdrawal_reason,
            "withdrawn_on": record.withdrawn_at,
            "record_title": record.title,
        }
        return render(request, "410.html", gone, status=410)
    if slug != record.slug:
        return HttpResponsePermanentRedirect(f"{page.get_url(request)}{record.path}{tail}")
    return record


def _way_in(record: PublishedRecord, here: str) -> dict[str, Any]:
    """How this reader begins, or goes on: the state by which the page chooses its button, and what that needs."""
    actor = current()
    if actor.user_id is None:
        return {"state": "visitor", "url": f"{reverse('account_login')}?{urlencode({'next': here})}"}
    enrolment = enrolment_in(record.pk, actor)
    if enrolment is not None and enrolment.status == EnrolmentState.REQUESTED:
        return {"state": "waits"}
    if enrolment is not None and enrolment.status == EnrolmentState.LEFT:
        return {"state": "begins", "url": reverse("learning:enrol", args=[record.pk]), "is_back": True}
    if enrolment is not None:
        is_completed = enrolment.status == EnrolmentState.COMPLETED
        return {"state": "inside", "is_completed": is_completed, "url": reverse("learning:go_on", args=[enrolment.pk])}
    entry = record.snapshot["entry"]
    if entry == Entry.INVITATION and not is_invited(record, actor.user_id):
        return {"state": "uninvited"}
    begin = {"state": "begins", "url": reverse("learning:enrol", args=[record.pk])}
    return begin | {"form": AskForm()} if entry == Entry.APPROVAL else begin


def _owner_url(record: PublishedRecord) -> str:
    """The owner's page in the directory, in the interface language; empty when it is not listed."""
    if not record.owner.listed:
        return ""
    page = OrganizationsPage.objects.live().filter(locale__language_code=current_language()).first()
    return f"{page.url}{record.owner.key}/" if page else ""


def _citation(record: PublishedRecord, context: dict[str, Any], url: str) -> str:
    day = record.published_at.date().isoformat()
    return f"{context['owner_name']}: {context['text']['title']}. Enlace {record.code}, v{record.version}, {day}. {url}"


# --- A lesson --------------------------------------------------------------------------------


def open_lesson(request: HttpRequest, page: Any, number: int, slug: str, item: UUID) -> HttpResponse:
    """A lesson, read without an account and without a trace. Quizzes and cases are for those who are in the course."""
    record = _opened(request, page, number, slug, f"{item}/")
    if isinstance(record, HttpResponse):
        return record
    outline = Outline(record.snapshot)
    lessons = cards.lessons_of(outline)
    found = outline.find(item)
    if found is None or found not in lessons:
        raise Http404
    place = lessons.index(found)
    base = page.get_url(request)
    record_url = f"{base}{record.path}"
    text, text_lang = cards.shown_text(record.snapshot)
    lesson = cards.lesson_text(outline, found)
    module = record.snapshot["modules"][found.module_place]
    context = {
        "page": page,
        "record": record,
        "text": text,
        "text_lang": text_lang,
        "lesson": lesson,
        "module": outline.words(module["texts"], current_language()),
        "item": found,
        "place": place + 1,
        "lesson_count": len(lessons),
        "minutes": cards.counted_minutes(found.minutes),
        "shown": language_name(lesson.language),
        "wanted": language_name(current_language()),
        "cards": cards.cards_of(lesson.body),
        "before": _neighbour(outline, lessons[place - 1], record_url) if place else None,
        "after": _neighbour(outline, lessons[place + 1], record_url) if place + 1 < len(lessons) else None,
        "record_url": record_url,
        "lesson_url": f"{record_url}{found.id}/",
        "list_url": base,
        "way_in": _way_in(record, record_url),
        "citation": f"{text['title']}: {lesson.words['title']}. Enlace {record.code}, v{record.version}. "
        f"{settings.SITE_URL}{record_url}{found.id}/",
    }
    return render(request, "learning/lesson_open.html", context | {"linked_data": linked_data.lesson(context)})


def _neighbour(outline: Outline, item: Item, record_url: str) -> dict[str, Any]:
    words = outline.words(item.document["texts"], current_language())
    return {"words": words, "url": f"{record_url}{item.id}/"}


def manuscript(request: HttpRequest, page: Any) -> HttpResponse:
    """A page of a course as its writer looks at it before it is published: its own words and nothing around them."""
    body = published(getattr(page, "content", ()))
    outcomes = [plain(str(block.value)) for block in getattr(page, "outcomes", ())]
    context = {"page": page, "body": body, "cards": cards.cards_of(body), "outcomes": outcomes}
    return render(request, "learning/manuscript.html", context)
