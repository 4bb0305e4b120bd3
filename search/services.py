"""Writes of the search floor: saved searches and who follows them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from network_site.common import audit, idempotency
from network_site.common.html import plain
from network_site.common.models import Notice, Rhythm
from network_site.common.models.mailings import DIGESTS
from network_site.organizations.actor import acting_as, current
from network_site.organizations.models import User
from network_site.organizations.selectors import actor_for

from . import permissions
from .asked import SearchQuery
from .models import SavedSearch, SearchFollower
from .models.saved import MAX_NAME, MAX_QUERY

FOUND = "search.found"
MOST_SEARCHES = 50


@transaction.atomic
def save_search(
    *, name: str, query: SearchQuery, rhythm: str = Rhythm.DAILY, is_shared: bool = False, key: str | None = None
) -> SavedSearch:
    """Keep a question under a name and follow it; ten clicks make one.

    Raises ValidationError, with the field of each fault: a name that is empty, too long or taken, a question that is
    empty or too long, too many searches, a search shared by somebody who acts for no organisation.
    """
    actor = current()
    if actor.user_id is None:
        raise PermissionDenied

    def create() -> SavedSearch:
        cleaned = _checked_name(name, actor.user_id)
        params = query.as_params()
        if query.is_empty and not query.kinds:
            raise ValidationError({"name": _("There is nothing to look for yet: give words or filters first.")})
        if len(params) > MAX_QUERY:
            raise ValidationError({"name": _("This question is too long to be saved. Take some filters away.")})
        if SavedSearch.objects.filter(person_id=actor.user_id).count() >= MOST_SEARCHES:
            raise ValidationError({"name": _("You have 50 saved searches. Remove one you no longer need.")})
        if is_shared and not permissions.can_share(actor):
            raise ValidationError({"is_shared": _("You act for no organisation. Save it for yourself.")})
        search = SavedSearch.objects.create(
            person_id=actor.user_id,
            organization_id=actor.organization_id if is_shared else None,
            is_shared=is_shared,
            name=cleaned,
            query=params,
            language=query.language,
        )
        SearchFollower.objects.create(search=search, person_id=actor.user_id, rhythm=rhythm)
        if is_shared and actor.organization_id:
            audit.record("search.shared", tenant_id=actor.organization_id, subject=search)
        return search

    return idempotency.once(key, "saved_search", create, lambda pk: SavedSearch.objects.get(pk=pk))


def _checked_name(name: str, person_id: UUID | None, but: UUID | None = None) -> str:
    cleaned = " ".join(plain(name).split())
    if not cleaned:
        raise ValidationError({"name": _("Give it a name, so that you know it again.")})
    if len(cleaned) > MAX_NAME:
        raise ValidationError({"name": _("Keep the name under 100 characters.")})
    if SavedSearch.objects.filter(person_id=person_id, name=cleaned).exclude(pk=but).exists():
        raise ValidationError({"name": _("You have a saved search with this name. Choose another one.")})
    return cleaned


@transaction.atomic
def follow(*, search: SavedSearch, rhythm: str) -> None:
    """The current person is told of what is new for a search, and how soon by mail; "never" is in Enlace alone.

    What waits for a digest of hers follows the new choice. Raises ValidationError for a rhythm that there is not.
    """
    if rhythm not in Rhythm.values:
        raise ValidationError({"rhythm": _("Choose one of the answers.")})
    person = current().user_id
    SearchFollower.objects.update_or_create(search=search, person_id=person, defaults={"rhythm": rhythm})
    if rhythm != Rhythm.AT_ONCE:
        _waiting(person).update(rhythm=_soonest(person))


@transaction.atomic
def unfollow(*, search: SavedSearch) -> None:
    """The current person hears no more of a search, neither in Enlace nor by mail."""
    SearchFollower.objects.filter(search=search, person_id=current().user_id).delete()


@transaction.atomic
def rename(*, search: SavedSearch, name: str) -> SavedSearch:
    """Give a saved search another name. Raises ValidationError as `save_search`, PermissionDenied for others."""
    if not permissions.can_change(current(), search):
        raise PermissionDenied
    search.name = _checked_name(name, search.person_id, but=search.pk)
    search.save(update_fields=["name"])
    return search


@transaction.atomic
def remove(*, search: SavedSearch) -> None:
    """Remove a saved search, for everybody who follows it. Raises PermissionDenied for others than its keepers."""
    actor = current()
    if not permissions.can_change(actor, search):
        raise PermissionDenied
    if search.is_shared and actor.organization_id:
        audit.record("search.removed", tenant_id=actor.organization_id, subject=search)
    search.delete()


@transaction.atomic
def stop_mail(person_id: UUID, rhythm: str = "") -> None:
    """No more mail about saved searches (of one rhythm, if it is named); the searches and their notices stay.

    For each of her organisations, because what is shared in one is read there only.
    """
    user = User.objects.get(pk=person_id)
    for organization_id in [fact.organization_id for fact in actor_for(user).memberships] or [None]:
        with acting_as(actor_for(user, organization_id)):
            followers = SearchFollower.objects.filter(person_id=person_id)
            (followers.filter(rhythm=rhythm) if rhythm else followers).update(rhythm=Rhythm.NEVER)
            waiting = _waiting(person_id)
            (waiting.filter(rhythm=rhythm) if rhythm else waiting).update(rhythm=Rhythm.NEVER)


def _waiting(person_id: UUID | None) -> Any:
    return Notice.objects.filter(recipient_id=person_id, kind=FOUND, rhythm__in=DIGESTS, mailing__isnull=True)


def _soonest(person_id: UUID | None) -> str:
    """The soonest digest that any of her searches still wants; "never" when none does."""
    wanted = set(SearchFollower.objects.filter(person_id=person_id).values_list("rhythm", flat=True))
    if Rhythm.AT_ONCE in wanted or Rhythm.DAILY in wanted:
        return Rhythm.DAILY
    return Rhythm.WEEKLY if Rhythm.WEEKLY in wanted else Rhythm.NEVER
