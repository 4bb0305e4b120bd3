"""Matches on the pages of needs and projects, and the way to "help I could give" on the page My work."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from needs.enums import OPEN
from needs.models import Need
from network_site.organizations.actor import Actor
from network_site.publishing.models import PublishedRecord
from projects.models import Project

from ..models import Match
from . import permissions, selectors

Panel = tuple[str, dict[str, Any]]


def of_need(need: Need, actor: Actor) -> Panel | None:
    """The three best matches of a need; nothing before it is registered and after it is closed."""
    matches = Match.objects.filter(need=need)
    if need.status not in OPEN and not matches.exists():
        return None
    return "search/match_panel.html", {
        "matches": selectors.best_of(matches),
        "url": reverse("matching:need", args=[need.pk]),
        "is_project": False,
    }


def of_project(project: Project, actor: Actor) -> Panel | None:
    """The three offers that fit a project best."""
    return "search/match_panel.html", {
        "matches": selectors.best_of(Match.objects.filter(project=project)),
        "url": reverse("matching:project", args=[project.pk]),
        "is_project": True,
    }


def of_workspace(actor: Actor) -> Panel | None:
    """For whoever has something published to offer."""
    if not permissions.can_help(actor):
        return None
    offers = PublishedRecord.objects.live().of_kind("offer").filter(owner=actor.organization_id)
    return ("search/match_help_panel.html", {"url": reverse("matching:help")}) if offers.exists() else None
