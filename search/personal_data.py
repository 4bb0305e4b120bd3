"""What the search knows about a person, for herself; and how its entries in the audit trail read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from network_site.organizations.models import User

from .models import MatchNote, SavedSearch, SearchFollower

WORDS: dict[str, Any] = {
    "search.shared": _("A search was saved for the organisation"),
    "search.removed": _("A saved search of the organisation was removed"),
}


class Source:
    """For the organisations floor, which makes the copy."""

    fields: Mapping[str, str] = {
        "search.SavedSearch.person_id": "saved_searches",
        "search.SavedSearch.name": "saved_searches",
        "search.SearchFollower.person_id": "saved_searches",
        "search.MatchNote.made_by": "match_notes",
        "search.EntryFacet.name": "none: the name of a facet of what is public",
        "search.Mark.name": "none: the name of a counter",
    }

    def parts(self, user: User) -> Mapping[str, Any]:
        """Her saved searches, the rhythm of those that she follows, and what she said of matches."""
        rhythms = dict(SearchFollower.objects.filter(person_id=user.pk).values_list("search_id", "rhythm"))
        searches = SavedSearch.objects.filter(person_id=user.pk) | SavedSearch.objects.filter(pk__in=rhythms)
        return {
            "saved_searches": [
                {
                    "id": one.pk,
                    "name": one.name,
                    "query": one.query,
                    "mine": one.person_id == user.pk,
                    "shared": one.is_shared,
                    "mail": rhythms.get(one.pk, ""),
                    "created_at": one.created_at,
                }
                for one in searches
            ],
            "match_notes": [
                {"match": one.match_id, "opinion": one.opinion, "note": one.note, "at": one.at}
                for one in MatchNote.objects.filter(made_by=user)
            ],
        }


class Describer:
    """Words and titles for the organisations floor, which knows no search."""

    def words(self, action: str) -> str:
        return str(WORDS.get(action, ""))

    def subjects(self, object_type: str, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Names of the searches that are still there."""
        if object_type != SavedSearch._meta.label_lower:
            return {}
        found = SavedSearch.objects.filter(pk__in=ids)
        return {one.pk: (one.name, reverse("searches:list")) for one in found}
