"""The world of the isolation suite: two ministries, everybody else, and a canary in every text that could leak.

A canary is a made-up word that stands in every text field of one thing and nowhere else. Whoever may
not read that thing must not meet its word anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.http import QueryDict
from django.utils import timezone

from network_site.common import exports, outbox, rhythms
from network_site.common.files import private_storage
from network_site.common.models import Export, Notice
from network_site.common.scoping import unscoped
from network_site.organizations import services as organizations
from network_site.organizations.actor import ANONYMOUS, Actor, acting_as, service_actor
from network_site.organizations.enums import Capacity, OrganizationKind, Role
from network_site.organizations.models import Invitation, Organization, Share, SignedInSession, User
from network_site.organizations.selectors import actor_for
from network_site.publishing import services as publishing
from network_site.publishing.models import Audience, PublishedRecord
from practices import services
from practices.enums import Aspect, Criterion, Exclusion
from practices.models import Assistance, Attachment, EvidenceItem, PracticeVersion, ProposedField, Review
from practices.snapshot import JSON_SCHEMA, SCHEMA
from search import services as searching
from search.asked import SearchQuery
from search.models import SavedSearch

from ..people import ROWS, People, acting, assign, draft, get, in_review, step
from . import (
    plant_diagnostics,
    plant_execution,
    plant_fit,
    plant_learning,
    plant_matches,
    plant_needs,
    plant_offers,
    plant_projects,
    plant_rooms,
)  # fmt: skip

SCORES = dict.fromkeys(Criterion.values, 3)


def texts(word: str) -> dict[str, Any]:
    """All texts of a practice, each with the word in it."""
    return {
        "title": f"{word} title",
        "one_line": f"{word} in one sentence.",
        "problem": f"{word} problem.",
        "description": f"{word} was done. " * 20,
        "region": f"{word} region",
        "coverage_unit": f"{word} offices",
        "objectives": [f"{word} objective"],
        "theory_of_change": [
            {"activity": f"{word} act", "output": f"{word} put", "outcome": f"{word} come", "assumption": f"{word} if"}
        ],
        "where_to_read": f"{word} decree",
        "reach": f"{word} reach",
        "negative_effects": f"{word} side effects",
        "risks_if_copied": f"{word} risks",
        "transfer_offer": f"{word} offer",
        "rows": rows(word),
    }


def rows(word: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of a practice, each with the word in it; one contact that is not to be shown."""
    return {
        "contacts": [
            *ROWS["contacts"],
            {"name": f"{word}hidden", "email": f"{word}hidden@example.org", "language": "en", "is_public": False},
        ],
        "contributions": [{"name": f"{word} Inspectorate", "role": "lead"}],
        "preconditions": [
            {"statement": f"{word} condition {number}", "strength": "must", "verification": f"{word} check"}
            for number in range(3)
        ],
        "building_blocks": [{"title": f"{word} part", "text": f"{word} part in words", "kind": "core"}],
        "outcomes": [{"indicator": f"{word} outcome", "unit": f"{word} unit", "source": f"{word} register"}],
        "evidence_items": [
            {
                "type": "survey",
                "title": f"{word} study",
                "author": f"{word} author",
                "url": f"https://example.org/{word}",
                "file": ContentFile(f"%PDF-1.4 {word} in the file".encode(), name=f"{word}.pdf"),
                "file_name": f"{word}file.pdf",
                "content_type": "application/pdf",
            }
        ],
        "attachments": [
            {
                "title": f"{word} form",
                "file": ContentFile(f"%PDF-1.4 {word} in the form".encode(), name=f"{word}.pdf"),
                "file_name": f"{word}file.pdf",
                "content_type": "application/pdf",
            }
        ],
        "costs": [{"category": f"{word} wages", "amount": "10.00", "currency": "USD", "year": 2022}],
    }


def handout(word: str) -> dict[str, Any]:
    """An attachment that everybody may have once it is published."""
    return {
        "title": f"{word} handout",
        "is_public": True,
        "file": ContentFile(f"%PDF-1.4 {word} in the handout".encode(), name=f"{word}.pdf"),
        "file_name": f"{word}handout.pdf",
        "content_type": "application/pdf",
    }


def rename(user: User, word: str) -> User:
    """Give a person a name that can be found."""
    user.first_name, user.last_name = word, f"{word}son"
    user.save(update_fields=["first_name", "last_name"])
    return user


@dataclass
class House:
    """A ministry with its people and its practices by name."""

    letter: str
    organization: Organization
    focal_point: User
    contributor: User
    learner: User
    administrator: User
    versions: dict[str, PracticeVersion] = field(default_factory=dict)
    reviews: dict[str, Review] = field(default_factory=dict)
    invitation: Invitation | None = None
    export: Export = field(init=False)
    searches: dict[str, SavedSearch] = field(default_factory=dict)

    def word(self, thing: str) -> str:
        """The canary of one of the ministry's things."""
        return f"zq{self.letter}{thing}qz"

    def words(self, *things: str) -> set[str]:
        """Canaries of several of them, with those of their hidden contacts and their files."""
        endings = ("", "hidden", "file") if things else ()
        return {self.word(thing) + ending for thing in things for ending in endings}


def fill_review(reviewer: User, version: PracticeVersion, word: str, **scores: int) -> Review:
    """Declare and fill in a review, with the word in its reasons; it is not filed."""
    with acting(reviewer):
        own = Review.objects.get(version_id=version.pk, reviewer=reviewer)
        own = services.declare_interest(own, interest="none", note=f"{word} interest")
        return services.save_review(
            own,
            exclusions=dict.fromkeys(Exclusion.values, True),
            scores=SCORES | scores,
            studies={item.pk: "moderate" for item in own.version.evidence_items.all()},
            completeness=dict.fromkeys(Aspect.values, "partly"),
            rationale=f"{word} rationale",
        )


def file(reviewer: User, review: Review) -> Review:
    """File a review that is filled in."""
    with acting(reviewer):
        return services.file_review(Review.objects.get(pk=review.pk))


def publish(house: House, thing: str, specialist: User, publisher: User, reviewers: list[User]) -> None:
    """Bring one practice of a ministry the whole way."""
    fields = texts(house.word(thing))
    fields["rows"]["attachments"].append(handout(house.word(thing)))
    version = in_review(house.focal_point, specialist, **fields)
    for reviewer in reviewers:
        assign(specialist, version, reviewer)
    for reviewer in reviewers:
        file(reviewer, fill_review(reviewer, version, "Public"))
    step(publisher, version, "publish")
    house.versions[thing] = version


def open_next(house: House, thing: str) -> PracticeVersion:
    """Begin the next version of a published practice; its new texts are private."""
    word = house.word("next")
    with acting(house.focal_point):
        following = services.open_next_version(get(house.versions[thing].pk))
        fields = texts(word)
        given = fields.pop("rows")
        services.save_version(following, lock_version=following.lock_version, fields=fields, rows=given)
        return get(following.pk)


def share_version(
    house: House, version: PracticeVersion, capacity: str, changes: dict[str, Any] | None = None, **party: Any
) -> None:
    """Share a version (and the practice that it belongs to), then change the shares as told."""
    with acting(house.focal_point):
        for record in (version.practice, version):
            share = organizations.share(record, capacity=capacity, **party)
            if changes:
                Share.objects.filter(pk=share.pk).update(**changes)


class World:
    """Ministry B, whose secrets are looked for; ministry A, its rival; reviewers, a donor, the Network."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.a = self._house("a", "PY")
        self.b = self._house("b", "UY")
        self.specialist, self.publisher = people.specialist(), people.publisher()
        self.first = rename(people.reviewer(), "zqfirstreviewerqz")
        self.second = rename(people.reviewer(OrganizationKind.INTERNATIONAL), "zqsecondreviewerqz")
        self.colleague = people.member(self.organization_of(self.first), Role.FOCAL_POINT)
        self.unassigned = people.reviewer()
        self.donor = people.member(people.organization(OrganizationKind.DONOR), Role.FOCAL_POINT)
        self.spare = [people.reviewer(), people.reviewer()]
        self.loner = people.user("loner")
        self.operator = User.objects.create_superuser("operator@example.org", "a long enough password")
        for house in (self.a, self.b):
            self._fill(house)
        self._share_in_every_way()
        for house in (self.a, self.b):
            with acting(house.administrator):
                house.invitation = organizations.invite(
                    email=f"{house.word('invited')}@example.org", roles=[Role.CONTRIBUTOR], language="en"
                )
        self.sessions = [
            self._session(user) for user in (self.b.focal_point, self.first, self.specialist, self.a.focal_point)
        ]
        self.hidden = people.organization(
            OrganizationKind.ACADEMIC, listed=False, names={"en": "zqhiddenqz institute"}, about={"en": "zqhiddenqz"}
        )
        self.members_only = self._publish_for_members()
        self.keeper = people.member(people.network(), Role.ADMINISTRATOR)
        with acting(self.keeper):
            organizations.decide_verification(
                organization=self.b.organization, state="verified", grounds="zqgroundsqz, a letter of the minister"
            )
        for person in (self.a.focal_point, self.b.focal_point, self.first):
            with acting(person):
                rhythms.choose(person_id=person.pk, rhythms={"practice.published": "weekly"})
                rhythms.set_digest_time(person_id=person.pk, hour=18, weekday=4, time_zone="America/Lima")
        plant_offers.plant(self)
        plant_rooms.plant(self)
        plant_learning.plant(self)
        outbox.drain()

    def organization_of(self, user: User) -> Organization:
        return Organization.objects.get(pk=actor_for(user).organization_id)

    def _session(self, user: User) -> SignedInSession:
        with acting(user):
            return SignedInSession.objects.create(user=user, session_key=f"world-{user.pk}"[:40])

    def _house(self, letter: str, country: str) -> House:
        people = self.people
        ministry = people.organization(country=country)
        return House(
            letter=letter,
            organization=ministry,
            focal_point=people.focal_point(ministry),
            contributor=people.contributor(ministry),
            learner=people.member(ministry, Role.LEARNER),
            administrator=people.member(ministry, Role.ADMINISTRATOR),
        )

    def _fill(self, house: House) -> None:
        focal, word = house.focal_point, house.word
        house.versions["draft"] = draft(focal, **texts(word("draft")))
        with acting(focal):
            services.translate_version(
                get(house.versions["draft"].pk),
                language="es",
                texts={name: f"{word('draft')} {name}" for name in ("title", "one_line", "problem", "description")},
            )
        dossier = in_review(focal, self.specialist, **texts(word("dossier")))
        house.versions["dossier"] = dossier
        for name, reviewer in (("first", self.first), ("second", self.second)):
            assign(self.specialist, dossier, reviewer)
            house.reviews[name] = fill_review(reviewer, dossier, word(f"{name}review"))
        house.reviews["first"] = file(self.first, house.reviews["first"])

        dispute = in_review(focal, self.specialist, **texts(word("dispute")))
        house.versions["dispute"] = dispute
        for name, reviewer, score in (("first", self.first, 0), ("second", self.second, 4)):
            assign(self.specialist, dispute, reviewer)
            file(reviewer, fill_review(reviewer, dispute, word(f"{name}dispute"), equity=score))
        if house is self.a:
            with acting(self.specialist):
                services.adjudicate(
                    get(dispute.pk), scores={"equity": 2}, study_ratings={}, rationale=f"{word('ruling')} rationale"
                )

        returned = in_review(focal, self.specialist, **texts(word("returned")))
        house.versions["returned"] = step(
            self.specialist, returned, "request_revision", note=f"{word('note')} what do you mean?"
        )
        publish(house, "public", self.specialist, self.publisher, [self.first, self.second])
        house.versions["next"] = open_next(house, "public")
        # The ministry's practices as a file, written by the relay when the world is built.
        with acting(focal):
            house.export = exports.request_export(source="our-practices", kind="csv", params=QueryDict(), rows=6)

            for name, is_shared in (("search", False), ("commonsearch", True)):
                house.searches[name] = searching.save_search(
                    name=word(name), query=SearchQuery(text=word(name)), is_shared=is_shared
                )
        plant_needs.plant(house, self.specialist)
        plant_diagnostics.plant(house)
        plant_matches.plant(house)
        plant_fit.plant(house)
        plant_execution.plant(house, self.people, self.specialist)
        plant_projects.plant(house)

    def _share_in_every_way(self) -> None:
        """A draft of B with shares as they occur: for a person, for an organisation, open, revoked, expired."""
        now = timezone.now()
        version = draft(self.b.focal_point, **texts(self.b.word("shared")))
        self.b.versions["shared"] = version
        for capacity, party, changes in (
            (Capacity.DRAFT, {"user": self.loner}, {}),
            (Capacity.NETWORK, {"user": self.operator}, {}),
            (Capacity.DRAFT, {"organization": self.organization_of(self.donor)}, {"revoked_at": now}),
            (Capacity.DRAFT, {"organization": self.organization_of(self.unassigned)}, {"valid_to": now}),
            (Capacity.NETWORK, {"organization": self.people.network()}, {"valid_to": now}),
        ):
            share_version(self.b, version, capacity, changes, **party)
        with acting(self.b.focal_point):
            # The Network wrote with B once: it is over, and who reads the draft reads of it.
            Assistance.objects.create(
                version=version,
                reason=f"{self.b.word('shared')} reason",
                call_when=f"{self.b.word('shared')} o'clock",
                asked_by=self.b.focal_point,
                ended_at=now,
                ended_by=self.b.focal_point,
            )
            ProposedField.objects.create(version=version, name="title", proposed_by=self.specialist)

    def _publish_for_members(self) -> PublishedRecord:
        """A record that only signed-in members of an organisation may read."""
        public = PublishedRecord.objects.get(pk=self.b.versions["public"].practice_id)
        snapshot = public.snapshot | {"id": str(uuid4())}
        word = "zqmembersqz"
        snapshot["texts"] = {"en": snapshot["texts"]["en"] | {"title": f"{word} title", "one_line": f"{word} line"}}
        file, path = uuid4(), private_storage().save("zz/members.pdf", handout(word)["file"])
        snapshot["attachments"] = [snapshot["attachments"][0] | {"id": str(file), "name": f"{word}.pdf"}]
        with acting(self.publisher):
            return publishing.publish(
                kind="practice",
                record_id=uuid4(),
                owner=self.b.organization,
                country_id="UY",
                version=1,
                schema=SCHEMA,
                json_schema=JSON_SCHEMA,
                snapshot=snapshot,
                terms=["LAF1.1"],
                audience=Audience.NETWORK,
                files=[publishing.OfferedFile(id=file, path=path, name=f"{word}.pdf", content_type="application/pdf")],
            )

    # --- Who is who --------------------------------------------------------------------------

    @property
    def users(self) -> dict[str, User | None]:
        """Every kind of person who may come to the site."""
        return {
            "anonymous": None,
            "owner's contributor": self.b.contributor,
            "owner's focal point": self.b.focal_point,
            "owner's learner": self.b.learner,
            "owner's administrator": self.b.administrator,
            "rival focal point": self.a.focal_point,
            "rival contributor": self.a.contributor,
            "rival learner": self.a.learner,
            "rival administrator": self.a.administrator,
            "first reviewer": self.first,
            "second reviewer": self.second,
            "reviewer's colleague": self.colleague,
            "reviewer of something else": self.unassigned,
            "donor": self.donor,
            "specialist": self.specialist,
            "publisher": self.publisher,
            "superuser without membership": self.operator,
            "user without membership": self.loner,
        }

    def actors(self) -> dict[str, Actor]:
        """Every kind of actor, the site's own services too."""
        people = {name: ANONYMOUS if user is None else actor_for(user) for name, user in self.users.items()}
        return people | {f"service {name}": service_actor(name) for name in SERVICES}

    def evidence(self, version: PracticeVersion) -> UUID:
        """The evidence item with a file of one practice."""
        with acting_as(service_actor("relay")):
            found: UUID = unscoped(EvidenceItem).filter(version_id=version.pk).values_list("pk", flat=True)[0]
            return found

    def attached(self, version: PracticeVersion, *, is_public: bool) -> UUID:
        """The attachment of one practice that is for everybody, or the one that is not."""
        with acting_as(service_actor("relay")):
            found = unscoped(Attachment).filter(version_id=version.pk, is_public=is_public)
            return cast(UUID, found.values_list("pk", flat=True)[0])

    def notices(self, user: User | None) -> list[UUID]:
        """The notices to somebody."""
        with acting_as(service_actor("relay")):
            return list(unscoped(Notice).filter(recipient_id=user.pk if user else None).values_list("pk", flat=True))

    # --- Who may meet which word -------------------------------------------------------------

    @property
    def all_words(self) -> set[str]:
        """Every canary there is."""
        private = plant_rooms.words()
        for house in (self.a, self.b):
            private |= house.words(*house.versions) | plant_needs.words(house) | plant_diagnostics.words(house)
            private |= plant_matches.words(house) | plant_fit.words(house)
            private |= plant_projects.words(house)
            private |= plant_execution.words(house)
            private |= {house.word(thing) for thing in (*OF_REVIEWS, *SEARCHES, "note", "ruling", "invited")}
        private |= plant_offers.all_words(self) | plant_learning.words(self)
        return private | {"zqfirstreviewerqz", "zqsecondreviewerqz", "zqhiddenqz", "zqmembersqz", "zqgroundsqz"}

    def rows_words(self, name: str) -> set[str]:
        """The canaries in the private rows that this actor may read (architecture, section 4)."""
        words = self._practice_words(name) | plant_offers.rows_words(self, name) | plant_rooms.words_of(name)
        return words | plant_learning.rows_words(self, name)

    def _practice_words(self, name: str) -> set[str]:
        a, b = self.a, self.b
        judged = {word for house in (a, b) for word in house.words(*SUBMITTED)}
        # Two practices are in review; of the others a reviewer keeps the title, as the subject of her review.
        in_review = {word for house in (a, b) for word in house.words("dossier", "dispute")}
        titles = {house.word("public") for house in (a, b)}
        of_reviews = {house.word(thing) for house in (a, b) for thing in OF_REVIEWS}
        notes = {house.word("note") for house in (a, b)}
        rulings = {house.word("ruling") for house in (a, b)}
        everything = a.words(*a.versions) | b.words(*b.versions) | of_reviews | notes | rulings
        if name.startswith(("owner's", "rival")):
            house = b if name.startswith("owner's") else a
            invited = {house.word("invited")} if name.endswith("administrator") else set()
            # A saved search is its keeper's, or everybody's in her organisation.
            searches = {house.word("commonsearch")} | (
                {house.word("search")} if name.endswith("focal point") else set()
            )
            searches |= plant_needs.words(house)
            searches |= plant_diagnostics.words(house)
            searches |= plant_matches.words_for(self, name) | plant_fit.words(house)
            searches |= plant_projects.words(house) | plant_execution.words(house)
            return house.words(*house.versions) | {house.word("note"), house.word("ruling")} | invited | searches
        needs = {word for house in (a, b) for word in plant_needs.words(house)}
        sent = {word for house in (a, b) for word in plant_needs.words(house, *plant_needs.SENT)}
        # The Network reads drafts of projects from their first moment; "relay" tells of them.
        drafts = {word for house in (a, b) for word in plant_projects.words(house)}
        needs |= drafts
        sent |= drafts
        # The Network reads what is carried out; "relay" tells of it.
        executed = {word for house in (a, b) for word in plant_execution.words(house)}
        sent |= executed
        needs |= executed
        own = name.split()[0]
        of_own_reviews = {house.word(f"{own}{part}") for house in (a, b) for part in ("review", "dispute")}
        return (
            {
                "first reviewer": in_review | titles | of_own_reviews | rulings,
                "second reviewer": in_review | titles | of_own_reviews | rulings,
                # Of decisions on organisations the whole Network may know the grounds.
                "specialist": judged | notes | of_reviews | rulings | {"zqgroundsqz"} | sent,
                "publisher": judged | notes | of_reviews | rulings | {"zqgroundsqz"} | sent,
                "superuser without membership": b.words("shared"),
                "user without membership": b.words("shared"),
                # Notices and the comparison of two reviews need all practices; histories are open to every service.
                "service relay": everything | needs | {house.word(thing) for house in (a, b) for thing in SEARCHES},
                "service reviews": everything,
                "service auditor": notes | rulings | {"zqgroundsqz"},
                # Whoever shows the token of an invitation is let in by it.
                "service accounts": notes | rulings | {house.word("invited") for house in (a, b)},
                "service seeding": notes | rulings,
                "service grader": notes | rulings,
                "service registrar": notes | rulings,
            }.get(name, set())
            | plant_matches.words_for(self, name)
            | plant_fit.words_for(self, name)
        )

    def page_words(self, name: str) -> set[str]:
        """The canaries that may stand on a page that this person opens."""
        a, b = self.a, self.b
        seen = self.rows_words(name) | {a.word("public"), b.word("public")}
        seen |= plant_offers.public_words(self)
        is_member = name not in {"anonymous", "superuser without membership", "user without membership"}
        seen |= plant_needs.public_words(self, is_member=is_member)
        seen |= plant_execution.public_words(self) | plant_learning.page_words(self, name)
        if is_member:
            seen |= {"zqmembersqz"}
        if name in {"specialist", "publisher"}:
            # Reviews are shown to staff where two of them differ, and nowhere before.
            seen -= {house.word(f"{which}review") for house in (a, b) for which in ("first", "second")}
            seen |= {"zqfirstreviewerqz", "zqsecondreviewerqz"}
        # Colleagues see each other's names; that one of them reviews something is another matter.
        own_name = {
            "first reviewer": "zqfirstreviewerqz",
            "reviewer's colleague": "zqfirstreviewerqz",
            "second reviewer": "zqsecondreviewerqz",
        }.get(name)
        return seen | ({own_name} if own_name else set())

    def may_read(self, name: str, house: House, thing: str) -> bool:
        """Whether somebody may open a practice's version in the workspace."""
        return house.word(thing) + "file" in self.rows_words(name)


SERVICES = ("accounts", "auditor", "grader", "registrar", "relay", "reviews", "seeding")
SUBMITTED = ("dossier", "dispute", "returned", "public")
SEARCHES = ("search", "commonsearch")
OF_REVIEWS = ("firstreview", "secondreview", "firstdispute", "seconddispute")
