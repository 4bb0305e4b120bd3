"""Run as a program in a seeded database: practices in the states that the seed leaves out, and where every screen is.

Prints one line of JSON: for each language the address of each screen, and who looks at it; and each screen's pattern.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from . import backrooms

DOUBLE = "double@demo.enlace.example"


def main() -> None:
    import django

    django.setup()
    from network_site.common import outbox

    plant_double()
    plant_invitation()
    places = plant_practices()
    backrooms.plant(places)
    outbox.drain()
    sys.stdout.write(json.dumps(addresses(places)) + "\n")


def plant_invitation() -> None:
    """Somebody whom the administrator of the first ministry has asked to join."""
    from network_site.organizations import services
    from network_site.organizations.actor import acting_as
    from network_site.organizations.models import Invitation, User
    from network_site.organizations.selectors import actor_for

    with acting_as(actor_for(User.objects.get(email="admin@demo.enlace.example"))):
        if not Invitation.objects.exists():
            services.invite(email="waiting@ministry.example", roles=["contributor", "learner"], language="es")


def plant_double() -> None:
    """A person of the demonstration's university who also belongs to its first ministry."""
    from allauth.account.models import EmailAddress

    from network_site.organizations import services
    from network_site.organizations.actor import acting_as, service_actor
    from network_site.organizations.enums import Role
    from network_site.organizations.models import Organization, User

    if User.objects.filter(email=DOUBLE).exists():
        return
    known = User.objects.get(email="reviewer-a@demo.enlace.example")
    user = User.objects.create(
        email=DOUBLE, password=known.password, first_name="Ruth", last_name="Okoye", language="en", is_demo=True
    )
    EmailAddress.objects.create(user=user, email=DOUBLE, verified=True, primary=True)
    with acting_as(service_actor("seeding"), reason="browser tests"):
        for key in ("demo-university", "demo-ministry-a"):
            services.grant_membership(
                user=user, organization=Organization.objects.get(key=key), roles=[Role.CONTRIBUTOR]
            )


def plant_practices() -> dict[str, Any]:
    """One practice in each state that the screens need; their ids by the screen's name."""
    from network_site.organizations.models import Membership, User
    from practices.models import PracticeVersion, Review

    from ..people import acting, assign, draft, in_review, review, step, submitted

    def person(name: str) -> User:
        return User.objects.get(email=f"{name}@demo.enlace.example")

    focal, specialist, publisher = person("focal"), person("specialist"), person("publisher")
    reviewers = [person("reviewer-a"), person("reviewer-b")]

    def title(words: str) -> dict[str, str]:
        return {"title": words}

    def asked(words: str) -> PracticeVersion:
        version = in_review(focal, specialist, **title(words))
        for reviewer in reviewers:
            assign(specialist, version, reviewer)
        return version

    places: dict[str, Any] = {}
    written = draft(focal, **title("Job advice in public libraries"))
    places["draft"] = written.pk
    screened = step(specialist, submitted(focal, **title("A calendar of seasonal work")), "start_screening")
    places["screening"] = screened.pk

    open_one = asked("Wage complaints by telephone")
    places["in_review"] = open_one.pk
    with acting(reviewers[0]):
        from practices import services

        mine = Review.objects.get(version_id=open_one.pk, reviewer=reviewers[0])
        services.declare_interest(mine, interest="none")
        places["review_open"] = mine.pk
    with acting(reviewers[1]):
        places["review_closed"] = Review.objects.get(version_id=open_one.pk, reviewer=reviewers[1]).pk

    disputed = asked("Vouchers for tools")
    review(reviewers[0], disputed, score=1)
    review(reviewers[1], disputed, score=4)
    places["adjudication"] = disputed.pk
    with acting(reviewers[0]):
        places["review_filed"] = Review.objects.get(version_id=disputed.pk, reviewer=reviewers[0]).pk

    gone = asked("A register on paper")
    for reviewer in reviewers:
        review(reviewer, gone)
    step(publisher, gone, "publish")
    step(publisher, gone, "withdraw", note="The ministry asked for it, because the law behind it was repealed.")
    ready = asked("Apprentices in small workshops")
    for reviewer in reviewers:
        review(reviewer, ready)
    places["endorsed"] = ready.pk

    with acting(person("contributor")):
        places["revision"] = PracticeVersion.objects.filter(status="revision").values_list("pk", flat=True)[0]
    with acting(person("focal-b")):
        places["foreign"] = PracticeVersion.objects.filter(status="submitted").values_list("pk", flat=True)[0]
    with acting(person("contributor")):
        places["membership"] = Membership.objects.get(user__email="contributor@demo.enlace.example").pk
    places["withdrawn_practice"] = gone.practice_id
    return places


def addresses(places: dict[str, Any]) -> dict[str, Any]:
    """The address of every screen in every language, with the account that looks at it ("" for nobody)."""
    from uuid import uuid5

    from django.conf import settings
    from django.urls import reverse
    from django.utils import translation
    from wagtail.models import Page

    from network_site.publishing.models import (
        CountryIndexPage,
        CountryPage,
        NewsIndexPage,
        NewsPage,
        OrganizationsPage,
        PublicationIndexPage,
        PublicationPage,
        PublishedRecord,
        TextPage,
    )
    from network_site.publishing.seeding import NAMESPACE
    from practices.models import DatabankPage
    from search.models import SearchPage

    gone = PublishedRecord.objects.get(pk=places["withdrawn_practice"])
    live = PublishedRecord.objects.live().of_kind("practice")
    documented = live.filter(is_demo=False).order_by("number")[0]
    reviewed = [record for record in live.order_by("number") if record.snapshot["review"].get("reviews")]
    settled = next(record for record in reviewed if record.snapshot["review"].get("adjudication"))

    def path(page: Page) -> str:
        parts = page.get_url_parts()
        return str(parts[2])

    screens: dict[str, dict[str, list[str]]] = {}
    for code, _label in settings.LANGUAGES:
        with translation.override(code):
            base = path(DatabankPage.objects.get(locale__language_code=code))
            directory = path(OrganizationsPage.objects.get(locale__language_code=code))
            looking = path(SearchPage.objects.get(locale__language_code=code))
            about = path(TextPage.objects.live().filter(locale__language_code=code).order_by("path")[0])

            cms = {
                name: ("", path(model.objects.live().filter(locale__language_code=code).order_by("path")[0]))
                for name, model in {
                    "news_list": NewsIndexPage,
                    "news": NewsPage,
                    "publications": PublicationIndexPage,
                    "publication": PublicationPage,
                    "countries": CountryIndexPage,
                    "country": CountryPage,
                }.items()
            }
            functions = TextPage.objects.live().get(
                locale__language_code=code, translation_key=uuid5(NAMESPACE, "functions")
            )

            def at(name: str, *given: Any) -> str:
                return str(reverse(name, args=given))

            found = {
                "home": ("", f"/{code}/"),
                "databank": ("", base),
                "databank_narrowed": ("", f"{base}?q=work&evidence=0&evidence=3&sort=evidence"),
                "databank_map": ("", f"{base}?view=map&evidence=0&evidence=3"),
                "databank_empty": ("", f"{base}?q=nothing+at+all+like+this"),
                "practice_documented": ("", f"{base}{documented.path}"),
                "practice_reviewed": ("", f"{base}{reviewed[0].path}"),
                "practice_settled": ("", f"{base}{settled.path}"),
                "practice_version": ("", f"{base}{reviewed[0].path}v1/"),
                "withdrawn": ("", f"{base}{gone.path}"),
                "organizations": ("", directory),
                "organization": ("", f"{directory}demo-ministry-a/"),
                "about": ("", about),
                "functions": ("", path(functions)),
                **cms,
                "sign_in": ("", at("account_login")),
                "missing": ("", f"/{code}/no-such-page/"),
                **{
                    f"components_{chapter}": ("", at("dev_components") + f"?chapter={chapter}")
                    for chapter in ("finding", "judging", "figures", "writing", "telling")
                },
                "component_map": ("", at("dev_component", "map")),
                "component_compare": ("", at("dev_component", "compare")),
                **{
                    f"frame_{frame}": ("", at("dev_frame", frame))
                    for frame in ("public", "entrance", "workspace", "form-step", "check", "editor", "player")
                },
                "frame_form-step_refused": ("", at("dev_frame", "form-step") + "?state=refused"),
                "workspace": ("contributor", at("workspace:home")),
                "workspace_network": ("specialist", at("workspace:home")),
                "notices": ("focal", at("workspace:notices")),
                "list": ("contributor", at("practices:list")),
                "new": ("contributor", at("practices:new")),
                **{
                    f"step_{step}": ("contributor", at("practices:edit", places["draft"], step))
                    for step in ("brief", "where", "story", "results", "needs", "contact")
                },
                "step_with_questions": ("contributor", at("practices:edit", places["revision"], "brief")),
                "check": ("contributor", at("practices:check", places["draft"])),
                "version": ("focal", at("practices:version", places["draft"])),
                "version_in_review": ("focal", at("practices:version", places["in_review"])),
                "version_for_staff": ("specialist", at("practices:version", places["screening"])),
                "version_to_publish": ("publisher", at("practices:version", places["endorsed"])),
                "translate": ("contributor", at("practices:translate", places["draft"], "fr")),
                "screening": ("specialist", at("practices:screening", places["screening"])),
                "reviewers": ("specialist", at("practices:reviewers", places["in_review"])),
                "adjudication": ("specialist", at("practices:adjudication", places["adjudication"])),
                "queue": ("specialist", at("practices:queue")),
                "reviews": ("reviewer-a", at("practices:reviews")),
                "review_closed": ("reviewer-b", at("practices:review", places["review_closed"])),
                "review_open": ("reviewer-a", at("practices:review", places["review_open"])),
                "review_filed": ("reviewer-a", at("practices:review", places["review_filed"])),
                "people": ("admin", at("organizations:people")),
                "people_for_members": ("contributor", at("organizations:people")),
                "person": ("admin", at("organizations:person", places["membership"])),
                "farewell": ("admin", at("organizations:end", places["membership"])),
                "leave": ("contributor", at("organizations:leave")),
                "invite": ("admin", at("organizations:invite")),
                "trail": ("admin", at("organizations:trail")),
                "my_sessions": ("contributor", at("my_sessions")),
                "safety": ("admin", at("mfa_index")),
                "forbidden": ("contributor", at("practices:queue")),
                "foreign": ("contributor", at("practices:version", places["foreign"])),
                **backrooms.addresses(code, places),
                "search": ("", looking),
                "search_words": ("", f"{looking}?q=work"),
                "search_practices": ("", f"{looking}?q=work&kind=practice&language=en&evidence=0&evidence=3"),
                "search_table": ("", f"{looking}?view=table"),
                "search_map": ("", f"{looking}?view=map"),
                "search_nothing": ("", f"{looking}?q=nothing+at+all+like+this&kind=page&country=UY"),
            }
            screens[code] = {name: list(where) for name, where in found.items()}
    return {
        "places": {name: str(pk) for name, pk in places.items()},
        "screens": screens,
        "routes": backrooms.routes(screens["en"]),
    }


if __name__ == "__main__":
    main()
