"""What the databank knows about a person, for herself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from network_site.organizations.models import User

from .models import Edit, Practice, Review


class Source:
    """For the organisations floor, which makes the copy."""

    fields: Mapping[str, str] = {
        "practices.Practice.created_by": "practices",
        "practices.Practice.keeper": "practices",
        "practices.Edit.user": "edits",
        "practices.Review.reviewer": "reviews",
        "practices.Screening.screener": "none: the Network's decision; the step stands under steps",
        "practices.Adjudication.adjudicator": "none: the Network's decision; the step stands under steps",
        "practices.Contact.name": "none: part of an organisation's text, which it corrects on request",
        "practices.Contact.email": "none: part of an organisation's text, which it corrects on request",
        "practices.Contribution.name": "none: the name of an organisation",
        "practices.EvidenceItem.author": "none: the author of a publication",
        "practices.EvidenceItem.file_name": "none: the name of a file",
        "practices.Attachment.file_name": "none: the name of a file",
        "publishing.PublishedFile.name": "none: the name of a file",
        "practices.ProposedField.name": "none: the name of a question",
        **dict.fromkeys(
            (
                "practices.Assistance.asked_by", "practices.Assistance.ended_by", "practices.Assistance.specialist",
                "practices.ProposedField.confirmed_by", "practices.ProposedField.proposed_by",
            ),
            "none: the ministry's own record of who wrote with it; her edits are in the copy",
        ),
        **{
            f"{page}.{name}": "none: the history of staff in the CMS; kept as long as the page"
            for page in (
                "publishing.HomePage", "publishing.TextPage", "publishing.OrganizationsPage", "practices.DatabankPage",
                "publishing.CountryIndexPage", "publishing.CountryPage", "publishing.NewsIndexPage",
                "publishing.NewsPage", "publishing.PublicationIndexPage", "publishing.PublicationPage",
                "search.SearchPage",
            )
            for name in ("locked_by", "owner")
        },
    }  # fmt: skip

    def parts(self, user: User) -> Mapping[str, Any]:
        """Practices that she began or looks after, her edits, and the reviews that she wrote."""
        edits = Edit.objects.filter(user=user).select_related("version")
        practices = Practice.objects.filter(created_by=user) | Practice.objects.filter(keeper=user)
        reviews = Review.objects.filter(reviewer=user).prefetch_related("scores")
        return {
            "practices": [
                {"id": one.pk, "began": one.created_by_id == user.pk, "looks_after": one.keeper_id == user.pk}
                for one in practices
            ],
            "edits": [
                {"version": one.version_id, "title": one.version.title, "first_at": one.first_at} for one in edits
            ],
            "reviews": [
                {
                    "id": one.pk,
                    "subject": one.subject,
                    "status": one.status,
                    "interest": one.interest,
                    "interest_note": one.interest_note,
                    "rationale": one.rationale,
                    "scores": {score.criterion: score.score for score in one.scores.all()},
                    "filed_at": one.filed_at,
                }
                for one in reviews
            ],
        }
