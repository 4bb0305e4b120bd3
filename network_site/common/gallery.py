"""The gallery of components and page frames, for developers: in the embedded profile and in tests, never in production.

`network_site/urls.py` adds these addresses only where `DEVELOPER_PAGES` is set.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from .specimens import (
    CHECKLIST,
    DAY,
    HERE,
    NAVIGATION,
    OUTLINE,
    PROV_ACTS,
    SECTIONS,
    STEPS,
    QuizForm,
    Specimen,
    chapters,
    sample,
)

COMPONENTS = Path(__file__).parent / "templates" / "components"
DECLARED = re.compile(r"{% comment %}(.*?){% endcomment %}", re.S)
SMALL = {"icon", "tag", "cell", "chip"}  # shown side by side
FRAMES = ("public", "entrance", "workspace", "form-step", "check", "editor", "player")


def inputs_of(name: str) -> str:
    """What a component says of itself in its first comment: what it is, and what it takes."""
    found = DECLARED.search((COMPONENTS / f"{name}.html").read_text(encoding="utf-8"))
    return found.group(1).strip() if found else ""


def _shown(specimen: Specimen, request: HttpRequest) -> dict[str, Any]:
    """A specimen as the templates want it: each state rendered with nothing but its declared inputs."""
    return {
        "name": specimen.name,
        "inputs": inputs_of(specimen.name),
        "few": specimen.name in SMALL,
        "around": specimen.around.partition(".")[0],
        "around_class": specimen.around.partition(".")[2],
        "states": [
            {
                "number": number,
                "title": state.title,
                "html": render_to_string(f"components/{specimen.name}.html", state.given, request),
            }
            for number, state in enumerate(specimen.states, 1)
        ],
    }


def _find(name: str) -> Specimen:
    for group in chapters():
        for specimen in group.specimens:
            if specimen.name == name:
                return specimen
    raise Http404


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, with a table of contents; `?chapter=` shows one chapter of it."""
    whole = chapters()
    wanted = request.GET.get("chapter", "")
    if wanted and wanted not in {group.name for group in whole}:
        raise Http404
    return render(
        request,
        "dev/components.html",
        {
            "contents": whole,
            "wanted": wanted,
            "groups": [
                {"name": group.name, "specimens": [_shown(specimen, request) for specimen in group.specimens]}
                for group in whole
                if wanted in ("", group.name)
            ],
            "frames": FRAMES,
        },
    )


@require_safe
def component(request: HttpRequest, name: str) -> HttpResponse:
    """One component, narrow and wide: the same bare page in two frames."""
    response = render(request, "dev/component.html", {"specimen": _shown(_find(name), request)})
    response._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined]
    return response


@require_safe
@xframe_options_sameorigin
def bare(request: HttpRequest, name: str) -> HttpResponse:
    """One component and nothing else, to be shown in a frame of the page above."""
    response = render(request, "dev/bare.html", {"specimen": _shown(_find(name), request)})
    response._csp_replace = {"frame-ancestors": ["'self'"]}  # type: ignore[attr-defined]
    return response


@require_safe
def frame(request: HttpRequest, name: str) -> HttpResponse:
    """A page frame with sample content. Who acts for whom is made up; nothing is read but the frame's own words."""
    if name not in FRAMES:
        raise Http404
    context: dict[str, Any] = {
        "nav_groups": NAVIGATION,
        "unread_notices": 1,
        "sections": SECTIONS,
        "outline": OUTLINE,
        "steps": STEPS,
        "step_number": 2,
        "step_count": 4,
        "form_title": "Describe a need",
        "page_title": "The problem",
        "record_title": "Reaching jobseekers who do not come",
        "leave_url": HERE,
        "form": sample("frame", {"title": "Ten plans"} if request.GET.get("state") == "refused" else None),
        "back_url": HERE,
        "back_label": "All projects",
        "course_title": "From file to person",
        "course_url": HERE,
        "done": 5,
        "lessons": 12,
        "previous": {"label": "Contracting out", "url": HERE},
        "next": {"label": "A fair scorecard", "url": HERE},
        "answers": [
            {"label": "Title", "value": "Reaching jobseekers who do not come", "url": HERE},
            {"label": "Cost", "value": None, "url": HERE},
        ],
        "checklist": CHECKLIST,
        "texts": [
            {
                "title": "Objective",
                "text": "Systems that can exchange data.",
                "state": "accepted",
                "origin": "RG-T3661",
            },
            {
                "title": "Component 1",
                "text": "Digital tools, in four countries.",
                "state": "proposed",
                "origin": "project register",
                "actions": PROV_ACTS,
            },
        ],
        "comments": [{"who": "Reviewer A", "at": DAY, "text": "Which systems?"}],
        "quiz": QuizForm(prefix="lesson")["plans"],
    }
    context["forms"] = [context["form"]]
    if name not in {"public", "entrance"}:
        context["actor"] = {
            "is_authenticated": True,
            "organization_name": "Ministry of Labour of Valdoria",
            "role_label": "Contributor",
            "is_demo": True,
            "memberships": [],
        }
    return render(request, f"dev/frames/{name}.html", context)
