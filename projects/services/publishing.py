"""Publication: a snapshot of the project as it is now, on the public plane."""

from __future__ import annotations

from django.db import transaction

from needs import services as needs
from network_site.common import outbox
from network_site.publishing import services as publishing
from network_site.publishing.models import PublishedRecord

from ..amounts import totals
from ..enums import PUBLIC, SEEKING, ProjectStatus
from ..models import Funding, Project
from ..selectors.execution import execution_part
from ..snapshot import JSON_SCHEMA, KIND, SCHEMA, build_snapshot, public_annexes, terms_of


class NotPublic(Exception):
    """A project in a state that the public does not see."""


@transaction.atomic
def publish_edition(project: Project) -> PublishedRecord:
    """Publish the next edition of a project, by whoever made the step that the public may see.

    In order: the row locked, what is asked for and the counterpart written into the sums, the edition counted, the
    snapshot and its files published, the need told (funding is sought, or the work has begun), donors and matches
    told through the outbox. Asks nobody for permission: it is called by verbs that have asked.
    Raises NotPublic in a state that is not public.
    """
    locked: Project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if locked.status not in PUBLIC:
        raise NotPublic(locked.status)
    sums = totals(locked.budget.all())
    funding = Funding.objects.select_for_update(of=("self",)).get(project=locked)
    funding.needed, funding.counterpart = sums.requested, sums.counterpart
    if locked.is_documented and locked.source.get("funded"):
        # The publication says who pays for it all; nobody pledges here.
        funding.committed = funding.needed
    funding.save(update_fields=["needed", "counterpart", "committed"])
    locked.edition += 1
    locked.save(update_fields=["edition", "changed_at"])
    snapshot = build_snapshot(locked, execution=execution_part(locked))
    record = publishing.publish(
        kind=KIND,
        record_id=locked.pk,
        owner=locked.owner,
        country_id=locked.country_id,
        version=locked.edition,
        schema=SCHEMA,
        json_schema=JSON_SCHEMA,
        snapshot=snapshot,
        terms=[code for codes in terms_of(locked).values() for code in codes],
        is_demo=locked.is_demo,
        files=[
            publishing.OfferedFile(annex.pk, str(annex.file.name), annex.name, annex.content_type)
            for annex in public_annexes(locked)
            if annex.file
        ],
    )
    project.edition = locked.edition
    if locked.need_id and locked.status in SEEKING:
        needs.follow_project(locked.need_id, "advertise")
    if locked.need_id and locked.status == ProjectStatus.EXECUTION:
        needs.follow_project(locked.need_id, "start_execution")
    outbox.enqueue("project.changed", subject=locked, version=locked.edition, tenant_id=locked.owner_id)
    return record
