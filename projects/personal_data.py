"""What projects know about a person, for herself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from network_site.organizations.models import User

from .models import Project, QualityReview, SignOff, Writer


class Source:
    """For the organisations floor, which makes the copy."""

    fields: Mapping[str, str] = {
        "projects.Project.created_by": "projects",
        "projects.Writer.user": "projects",
        "projects.QualityReview.reviewer": "quality_reviews",
        "projects.SignOff.signed_by": "signatures",
        "projects.SignOff.name": "signatures",
        "projects.Party.name": "none: the name of an organisation",
        "projects.Annex.file_name": "none: the name of a file",
        "projects.Agreement.agency_name": "none: the name of an organisation",
        "projects.Amendment.made_by": "none: the ministry's own record; the step stands under steps",
        "projects.Update.reporter": "none: the agency's own record; the step stands under steps",
        "projects.Update.approver": "none: the ministry's own record; the step stands under steps",
        "projects.ProjectsPage.locked_by": "none: the history of staff in the CMS; kept as long as the page",
        "projects.ProjectsPage.owner": "none: the history of staff in the CMS; kept as long as the page",
    }

    def parts(self, user: User) -> Mapping[str, Any]:
        """Projects that she began or wrote on, quality reviews that she filed, and what she signed."""
        written = Writer.objects.filter(user=user).select_related("project")
        begun = set(Project.objects.filter(created_by=user).values_list("pk", flat=True))
        return {
            "projects": [
                {
                    "id": one.project_id,
                    "title": one.project.title,
                    "began": one.project_id in begun,
                    "first_wrote_at": one.first_at,
                }
                for one in written
            ],
            "quality_reviews": [
                {"project": one.project_id, "round": one.round, "verdict": one.verdict, "note": one.note, "at": one.at}
                for one in QualityReview.objects.filter(reviewer=user)
            ],
            "signatures": [
                {"project": one.project_id, "country": one.country_id, "name": one.name, "at": one.at}
                for one in SignOff.objects.filter(signed_by=user)
            ],
        }
