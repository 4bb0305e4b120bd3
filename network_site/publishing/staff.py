"""Who may edit pages: groups of Wagtail that follow the roles in the Network, and nothing else.

The truth is the membership. `follow_membership` runs whenever one changes, `follow_all` every few minutes
(a membership can end by itself) and in `manage.py sync_staff`. Nobody outside of the Network's organisation
ever gets a group, so no tenant gets into the admin.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import User
from network_site.organizations.selectors import bootstrap_memberships


@dataclass(frozen=True)
class Kind:
    """What a role of the Network may do with pages."""

    group: str
    pages: tuple[str, ...]
    media: tuple[str, ...]
    permissions: tuple[str, ...]


_EDITOR = (
    "wagtailadmin.access_admin",
    "wagtail_localize.submit_translation",
    "wagtailredirects.add_redirect",
    "wagtailredirects.change_redirect",
    "wagtailredirects.delete_redirect",
)
_MEDIA = (
    "wagtailimages.add_image",
    "wagtailimages.change_image",
    "wagtailimages.choose_image",
    "wagtaildocs.add_document",
    "wagtaildocs.change_document",
    "wagtaildocs.choose_document",
)
# The web editor writes and publishes pages; the publisher corrects and takes pages down; the lead also
# locks, deletes in bulk and sees the collections.
KINDS: dict[str, Kind] = {
    Role.WEB_EDITOR: Kind("Network: web editors", ("add", "change", "publish"), _MEDIA, _EDITOR),
    Role.PUBLISHER: Kind(
        "Network: publishers",
        ("change", "publish"),
        ("wagtailimages.choose_image", "wagtaildocs.choose_document"),
        ("wagtailadmin.access_admin",),
    ),
    Role.LEAD: Kind(
        "Network: lead",
        ("add", "change", "publish", "bulk_delete", "lock", "unlock"),
        (*_MEDIA, "wagtailimages.delete_image", "wagtaildocs.delete_document"),
        (*_EDITOR, "wagtailcore.add_collection", "wagtailcore.change_collection"),
    ),
}
EDITING_ROLES = frozenset(KINDS)


def _permission(name: str) -> Permission | None:
    app, codename = name.split(".")
    return Permission.objects.filter(content_type__app_label=app, codename=codename).first()


@transaction.atomic
def make_groups() -> None:
    """Make each group, or give it back exactly what it should have."""
    root, collection = Page.objects.get(depth=1), Collection.get_first_root_node()
    for kind in KINDS.values():
        group, _created = Group.objects.get_or_create(name=kind.group)
        group.permissions.set([found for name in kind.permissions if (found := _permission(name))])
        pages = [found for name in kind.pages if (found := _permission(f"wagtailcore.{name}_page"))]
        media = [found for name in kind.media if (found := _permission(name))]
        GroupPagePermission.objects.filter(group=group).exclude(page=root, permission__in=pages).delete()
        GroupCollectionPermission.objects.filter(group=group).exclude(
            collection=collection, permission__in=media
        ).delete()
        for permission in pages:
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
        for permission in media:
            GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)


def groups_of(user_id: UUID) -> set[str]:
    """The names of the groups that a person's current roles in the Network give her."""
    return {
        KINDS[role].group
        for fact in bootstrap_memberships(user_id)
        if fact.organization_kind == OrganizationKind.NETWORK
        for role in fact.roles
        if role in KINDS
    }


def _held(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


@transaction.atomic
def follow_membership(user_id: UUID) -> bool:
    """Give a person the groups of her roles, and take every other one away. Returns whether anything changed.

    Groups of Wagtail that we did not make are taken too: they could open the admin past the roles.
    """
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return False
    wanted, held = groups_of(user_id), _held(user)
    if wanted == held:
        return False
    if wanted and Group.objects.filter(name__in=wanted).count() < len(wanted):
        make_groups()
    user.groups.set(Group.objects.filter(name__in=wanted))
    return True


def out_of_step() -> list[str]:
    """People whose groups are not those of their roles, and permissions that were given past the groups."""
    wrong = []
    for user in _concerned():
        wanted, held = groups_of(user.pk), _held(user)
        if wanted != held:
            wrong.append(f"{user.email}: has {sorted(held) or 'no group'}, should have {sorted(wanted) or 'none'}")
        if user.user_permissions.exists():
            wrong.append(f"{user.email}: holds permissions of her own, past the groups")
    return wrong


def _concerned() -> list[User]:
    """Everybody with a group or permission, and everybody who acts for the Network."""
    from network_site.organizations.selectors import members_with_role, network_organization

    in_network = members_with_role(network_organization().pk, *EDITING_ROLES)
    found = User.objects.filter(groups__isnull=False) | User.objects.filter(user_permissions__isnull=False)
    return list((found | User.objects.filter(pk__in=in_network)).distinct().order_by("email"))


@transaction.atomic
def follow_all() -> int:
    """Bring everybody's groups in step with their roles; how many changed. Needs an actor that reads memberships."""
    return sum(follow_membership(user.pk) for user in _concerned())
