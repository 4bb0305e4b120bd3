"""An organisation's own audit trail, in words: who did what with its data, its own people and others alike.

The names of people outside are not told: whose reviewers they are is the Network's secret. Upper floors say in a
slot what their actions are called and how their records are titled.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.common.exports import Column
from network_site.common.models import AuditEntry
from network_site.common.slots import Slot

from . import permissions
from .actor import Actor
from .enums import Capacity
from .models import Invitation, Membership, Organization, User


class Describer(Protocol):
    """How an upper floor puts its entries into words."""

    def words(self, action: str) -> str:
        """What an action is called; empty for one that is not this floor's."""
        ...

    def subjects(self, object_type: str, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Title and address of each of these records that the current actor may read."""
        ...


describers: Slot[Describer] = Slot("words for entries of the audit trail")

WORDS: dict[str, Any] = {
    "membership.granted": gettext_lazy("A person joined, or got further roles"),
    "membership.roles_changed": gettext_lazy("A person's roles changed"),
    "membership.ended": gettext_lazy("A membership was ended"),
    "membership.left": gettext_lazy("A person left"),
    "membership.work_handed_over": gettext_lazy("Somebody's work was handed over"),
    "invitation.sent": gettext_lazy("An invitation was sent"),
    "invitation.sent_again": gettext_lazy("An invitation was sent again"),
    "invitation.revoked": gettext_lazy("An invitation was withdrawn"),
    "invitation.accepted": gettext_lazy("An invitation was accepted"),
    "share.granted": gettext_lazy("A record was opened to somebody"),
    "share.revoked": gettext_lazy("A record was closed to somebody"),
    "actor.switched": gettext_lazy("A person began to act for this organisation"),
    "session.ended": gettext_lazy("A session was signed out"),
    "trail.exported": gettext_lazy("The audit trail was exported"),
    "data.exported": gettext_lazy("A person took a copy of her own data"),
}
# What one can narrow to: the beginnings of the actions' names.
KINDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "people": (gettext_lazy("People and roles"), ("membership.", "invitation.")),
    "records": (gettext_lazy("Records"), ("practice.", "review.", "record.")),
    "access": (gettext_lazy("Access and exports"), ("share.", "actor.", "session.", "trail.", "data.")),
}
# Who is not one of one's own people.
NETWORK, SITE, OTHERS = "network", "site", "others"

COLUMNS = (
    Column("at", gettext_lazy("Date and time (UTC)")),
    Column("action", gettext_lazy("What happened")),
    Column("subject", gettext_lazy("To what")),
    Column("who", gettext_lazy("Who")),
    Column("role", gettext_lazy("Role")),
    Column("reason", gettext_lazy("Reason or detail")),
    Column("code", gettext_lazy("Code of the action")),
    Column("sequence", gettext_lazy("Number")),
    Column("hash", gettext_lazy("Hash")),
)


@dataclass(frozen=True)
class Line:
    """An entry in words."""

    entry: AuditEntry
    action: str
    subject: str
    url: str
    who: str
    role: str
    reason: str
    from_outside: bool

    def as_row(self) -> dict[str, Any]:
        """The same for a spreadsheet."""
        return {
            "at": self.entry.at,
            "action": self.action,
            "subject": self.subject,
            "who": self.who,
            "role": self.role,
            "reason": self.reason,
            "code": self.entry.action,
            "sequence": self.entry.sequence,
            "hash": self.entry.hash,
        }


def list_entries(
    actor: Actor,
    *,
    person: str = "",
    kind: str = "",
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> QuerySet[AuditEntry]:
    """The entries of the actor's organisation, the newest first (its administrators; the manager sees to it)."""
    entries: QuerySet[AuditEntry] = AuditEntry.objects.filter(tenant_id=actor.organization_id).order_by("-sequence")
    if kind in KINDS:
        beginnings = Q()
        for beginning in KINDS[kind][1]:
            beginnings |= Q(action__startswith=beginning)
        entries = entries.filter(beginnings)
    if since is not None:
        entries = entries.filter(at__gte=_midnight(since))
    if until is not None:
        entries = entries.filter(at__lt=_midnight(until + dt.timedelta(days=1)))
    return _of_person(entries, person, actor) if person else entries


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_current_timezone())


def _of_person(entries: QuerySet[AuditEntry], person: str, actor: Actor) -> QuerySet[AuditEntry]:
    own = _own_people(actor).values_list("user_id", flat=True)
    if person == SITE:
        return entries.filter(user_id__isnull=True)
    if person == NETWORK:
        return entries.filter(organization_id__in=_network_ids()).exclude(user_id__in=own)
    if person == OTHERS:
        strangers = entries.filter(user_id__isnull=False).exclude(user_id__in=own)
        return strangers.exclude(organization_id__in=_network_ids())
    try:
        wanted = UUID(person)
    except ValueError:
        return entries.none()
    # Asking for somebody outside would tell whether she did anything here.
    return entries.filter(user_id=wanted, user_id__in=own)


def _network_ids() -> Any:
    return Organization.objects.filter(kind="network").values("pk")


def _own_people(actor: Actor) -> QuerySet[Membership]:
    """Everybody who belongs or once belonged to the actor's organisation."""
    found: QuerySet[Membership] = Membership.objects.filter(organization_id=actor.organization_id)
    return found


def people_of(actor: Actor) -> list[tuple[str, str]]:
    """Whom one can narrow to: one's own people by name, then the Network, others, and the site's own rules."""
    rows = _own_people(actor).values_list("user_id", flat=True)
    people = User.objects.filter(pk__in=rows).order_by("last_name", "first_name", "email")
    own = [(str(user.pk), str(user)) for user in people]
    network = [] if actor.is_network else [(NETWORK, _("The Network"))]
    return [*own, *network, (OTHERS, _("Others")), (SITE, _("Enlace, by rule"))]


def describe(entries: Iterable[AuditEntry], actor: Actor) -> list[Line]:
    """Entries in words, with a fixed number of queries for each kind of subject."""
    known = list(entries)
    users = {entry.user_id for entry in known} | set()
    memberships = _own_people(actor).filter(user_id__in=users - {None})
    own = set(memberships.values_list("user_id", flat=True))
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=own)}
    network = set(Organization.objects.filter(kind="network").values_list("pk", flat=True))
    subjects = _subjects(known)
    return [_line(entry, names, network, subjects, actor) for entry in known]


def _line(
    entry: AuditEntry,
    names: Mapping[UUID, str],
    network: set[UUID],
    subjects: Mapping[UUID, tuple[str, str]],
    actor: Actor,
) -> Line:
    title, url = subjects.get(entry.object_id, ("", "")) if entry.object_id else ("", "")
    mine = entry.user_id in names
    if entry.user_id is None:
        who = _("Enlace, by rule")
    elif mine:
        who = names[entry.user_id]
    elif entry.organization_id in network:
        who = _("The Network")
    else:
        who = _("Somebody of another organisation")
    roles = "" if entry.service or not mine else permissions.role_words(entry.role.split("+"))
    return Line(
        entry=entry,
        action=words_for(entry.action),
        subject=title,
        url=url,
        who=who,
        role=roles,
        reason=_reason(entry),
        from_outside=entry.user_id is not None and not mine,
    )


def words_for(action: str) -> str:
    """What an action is called; its code, where no floor has a word for it."""
    if action in WORDS:
        return str(WORDS[action])
    for describer in describers:
        words = describer.words(action)
        if words:
            return words
    return action


def _reason(entry: AuditEntry) -> str:
    """Codes become words; what somebody wrote stays."""
    if entry.action.startswith(("membership.", "invitation.")):
        return " → ".join(permissions.role_words(part.split("+")) for part in entry.reason.split(" > ") if part)
    if entry.action.startswith("share."):
        return str(dict(Capacity.choices).get(entry.reason, entry.reason))
    return str(entry.reason)


def _subjects(entries: Iterable[AuditEntry]) -> dict[UUID, tuple[str, str]]:
    by_type: dict[str, set[UUID]] = defaultdict(set)
    for entry in entries:
        if entry.object_id is not None:
            by_type[entry.object_type].add(entry.object_id)
    found: dict[UUID, tuple[str, str]] = {}
    for object_type, ids in by_type.items():
        if object_type == "organizations.membership":
            rows = Membership.objects.filter(pk__in=ids).select_related("user")
            found |= {row.pk: (str(row.user), "") for row in rows}
        elif object_type == "organizations.invitation":
            found |= {row.pk: (row.email, "") for row in Invitation.objects.filter(pk__in=ids)}
        else:
            for describer in describers:
                found |= describer.subjects(object_type, ids)
    return found
