"""Alerts: whoever saved a search is told, once, of each new thing that fits it.

Each change of an entry leaves "search.changed"; here it is compared with the saved searches, in the database, which
is never behind its own entries. Nothing is lost, because the outbox repeats what failed; nothing comes twice,
because a notice's key is the thing and the person: several searches that find the same, or its next version, tell
her nothing new.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import translation

from network_site.common import notices, outbox
from network_site.common.hooks import as_service
from network_site.common.models import Outbox, Rhythm
from network_site.organizations.models import Membership, User
from network_site.publishing.models import Audience

from . import indexing, queries
from .models import Entry, SavedSearch, SearchFollower
from .selectors import query_of
from .services import FOUND
from .viewers import Viewer

# A person with several searches that fit gets the soonest of their rhythms.
ORDER = (Rhythm.AT_ONCE, Rhythm.DAILY, Rhythm.WEEKLY, Rhythm.NEVER)


@outbox.consumer(indexing.CHANGED, slow=True)
def tell_followers(row: Outbox) -> None:
    """Compare a changed entry with the saved searches; the same event again tells nobody again."""
    with as_service("relay", "search: alerts"):
        entry = Entry.objects.live().filter(pk=row.object_id).first()
        if entry is None:
            return
        fitting = [search.pk for search in _candidates(entry) if fits(search, entry)]
        wanted = _wanted(fitting, entry)
    if wanted:
        with as_service("relay", "search: alerts"), transaction.atomic():
            _tell(row, entry, wanted)


def _candidates(entry: Entry) -> list[SavedSearch]:
    """Searches that existed when the thing was first published, as far as kinds and filters alone tell."""
    searches = SavedSearch.objects.filter(created_at__lt=entry.published_at)
    return [search for search in searches if _may_fit(search, entry)]


def _may_fit(search: SavedSearch, entry: Entry) -> bool:
    query = query_of(search)
    if query.kinds and entry.kind not in query.kinds:
        return False
    has = entry.body.get("facets", {})
    return all(set(values) & set(has.get(name, ())) for name, values in query.filters.items())


def fits(search: SavedSearch, entry: Entry) -> bool:
    """Whether an entry is among what a saved search finds, for somebody who may read it."""
    with translation.override(search.language):
        return queries.is_found(query_of(search), entry.pk, Viewer((Audience.PUBLIC.value, Audience.NETWORK.value)))


def _wanted(searches: Collection[UUID], entry: Entry) -> dict[UUID, str]:
    """Whom to tell and how soon: current followers who may read the entry."""
    if not searches:
        return {}
    followers = list(SearchFollower.objects.filter(search__in=searches).select_related("search"))
    people = {follower.person_id for follower in followers}
    active = set(User.objects.filter(pk__in=people, is_active=True).values_list("pk", flat=True))
    member_of: dict[UUID, set[UUID]] = {}
    current = Membership.objects.filter(valid_to__isnull=True, user_id__in=active)
    for person, organization in current.values_list("user_id", "organization_id"):
        member_of.setdefault(person, set()).add(organization)
    found: dict[UUID, str] = {}
    for follower in followers:
        person = follower.person_id
        belongs = member_of.get(person, set())
        if person not in active or (follower.search.is_shared and follower.search.organization_id not in belongs):
            continue
        if entry.audience == Audience.NETWORK and not belongs:
            continue
        found[person] = min(found.get(person, Rhythm.NEVER), follower.rhythm, key=ORDER.index)
    return found


def _tell(row: Outbox, entry: Entry, wanted: dict[UUID, str]) -> None:
    languages = dict(User.objects.filter(pk__in=wanted).values_list("pk", "language"))
    for person, rhythm in sorted(wanted.items()):
        notices.tell(
            row,
            kind=FOUND,
            key=f"{FOUND}:{entry.pk}",
            recipients=[person],
            wanted={person: rhythm},
            subject=_title(entry, languages[person]),
            url_name="searches:found",
            object_id=entry.pk,
            object_type=Entry._meta.label_lower,
        )


def _title(entry: Entry, language: str) -> str:
    texts = entry.body["texts"]
    title = texts.get(language, {}).get("title") or texts.get(entry.source_language, {}).get("title")
    return str(title or entry.key)
