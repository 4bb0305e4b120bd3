"""What `planting.py` plants and names besides: writing together, exports, accounts, the console, pages for machines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from . import (
    execution_screens,
    learning_screens,
    match_screens,
    needs_screens,
    plant_offers,
    project_screens,
    room_screens,
)

# Nothing of this is a person's, a ministry's or a server's: addresses that the site must refuse in its own look.
NOBODYS = UUID(int=0)
PROVIDER = "demo-university"
LANGUAGE = re.compile(r"^(?:en|es|fr|pt-br)/")


def plant(places: dict[str, Any]) -> None:
    """Rows for these screens; their ids join the places."""
    plant_assistance(places)
    plant_exports(places)
    plant_console(places)
    plant_provider()
    plant_searches()
    plant_diagnostics(places)
    needs_screens.plant(places)
    match_screens.plant(places)
    plant_offers.plant(places)
    execution_screens.plant(places)
    project_screens.plant(places)
    room_screens.plant(places)
    learning_screens.plant(places)


def person(name: str) -> Any:
    from network_site.organizations.models import User

    return User.objects.get(email=f"{name}@demo.enlace.example")


def plant_searches() -> None:
    """What a contributor saved for herself, and for her ministry."""
    from network_site.organizations.actor import acting_as
    from network_site.organizations.selectors import actor_for
    from search import services
    from search.asked import SearchQuery
    from search.models import SavedSearch

    with acting_as(actor_for(person("contributor"))):
        if not SavedSearch.objects.exists():
            query = SearchQuery(text="inspection", kinds=("practice",), filters={"country": ("UY",)})
            services.save_search(name="Inspection in the country", query=query, rhythm="weekly")
            services.save_search(name="Everything on profiling", query=SearchQuery(text="profiling"), is_shared=True)


def plant_diagnostics(places: dict[str, Any]) -> None:
    """A ministry's third diagnostic, finished, and one that its neighbour is answering."""
    from needs import services
    from needs.services.diagnostic import Given

    from ..people import acting

    with acting(person("focal")):
        for title, scores in (
            ("Autumn 2022", {"D1.1": 1}),
            ("Autumn 2024", {"D1.1": 1, "D3.3": 2}),
            ("Autumn 2025", {"D1.1": 0, "D3.3": 2, "D5.1": 3, "D6.1": 1, "D8.1": 4}),
        ):
            made = services.start_diagnostic(title=title, is_demo=True)
            given = [Given(item, 1, score, "As seen in three offices.") for item, score in scores.items()]
            services.save_answers(made, given=given)
            services.finish_diagnostic(made)
        services.draft_needs(made, ["D6.1"])
        places["diagnostic"] = made.pk
    with acting(person("contributor-b")):
        open_one = services.start_diagnostic(title="2026", is_demo=True)
        services.save_answers(open_one, given=[Given("D3.1", 1, 2, "In most offices.")])
        places["diagnostic_open"] = open_one.pk


def plant_assistance(places: dict[str, Any]) -> None:
    """A draft that the Network writes with its ministry, and one that waits for somebody of the Network."""
    from practices import services
    from practices.models import Assistance

    from ..people import acting, draft, get

    asked = {"reason": "Nobody of us has written such a text.", "languages": ["en"], "call_when": "Mondays, 9 to 12"}
    waiting = draft(person("focal"), title="Rest rooms for drivers")
    assisted = draft(person("focal"), title="Contracts read aloud")
    with acting(person("focal")):
        for version in (waiting, assisted):
            services.ask_for_assistance(get(version.pk), **asked)
    with acting(person("specialist")):
        services.accept_assistance(Assistance.objects.get(version_id=assisted.pk))
        version = get(assisted.pk)
        services.save_version(
            version,
            lock_version=version.lock_version,
            fields={"one_line": "Whoever cannot read hears the contract before signing it.", "region": "South"},
        )
    places |= {"assistance_waiting": waiting.pk, "assisted": assisted.pk}


def plant_exports(places: dict[str, Any]) -> None:
    """A file that is ready, and one that is being written."""
    from django.utils import timezone

    from network_site.common.models import Export

    from ..people import acting

    now = timezone.now()
    with acting(person("contributor")) as actor:
        for name, state in (("export_ready", Export.State.DONE), ("export_running", Export.State.RUNNING)):
            ready = state == Export.State.DONE
            export = Export.objects.create(
                person_id=actor.user_id,
                organization_id=actor.organization_id,
                source="practices",
                format="csv",
                language="en",
                state=state,
                rows_done=2_400 if ready else 800,
                rows_all=2_400,
                done_at=now if ready else None,
                expires_at=now + timedelta(days=7),
            )
            places[name] = export.pk


def plant_console(places: dict[str, Any]) -> None:
    """Work that failed, an announcement of last week, an organisation with a decision, a term out of use."""
    from django.utils import timezone

    from network_site.common.models import Announcement, Outbox
    from network_site.organizations.models import Organization
    from network_site.taxonomy.models import GlossaryConcept

    from ..people import submitted

    late = submitted(person("focal"), title="Safety talks at the gate")
    letters = Outbox.objects.filter(kind="practice.submitted", object_id=late.pk)
    letters.update(state="dead", tries=8, last_error="OperationalError")
    then = timezone.now() - timedelta(days=7)
    past = Announcement.objects.create(
        texts={"en": "Maintenance on Sunday", "es": "Mantenimiento el domingo"},
        starts_at=then,
        ends_at=then + timedelta(days=1),
    )
    places |= {
        "letter": letters.get().pk,
        "announcement": past.pk,
        "organization": Organization.objects.get(key="demo-ministry-a").pk,
        "concept": GlossaryConcept.objects.order_by("pk")[0].pk,
    }


def plant_provider() -> None:
    """An organisation that signs its people in; nobody ever asks its server."""
    import yaml

    from network_site.organizations.actor import acting_as, service_actor
    from network_site.organizations.sso import configuring

    described = {
        "key": PROVIDER, "organization": PROVIDER, "domains": ["university.example"], "protocol": "oidc",
        "issuer": "https://login.university.example", "client_id": "enlace", "client_secret": "planted",
    }  # fmt: skip
    with acting_as(service_actor("sign_in"), reason="browser tests"):
        configuring.load(yaml.safe_dump(described))


def addresses(code: str, places: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The account that looks at each of these screens, and its address in the active language."""
    from django.urls import reverse

    from network_site.common import letters

    def at(name: str, *given: Any) -> str:
        return str(reverse(name, args=given))

    def told(name: str, *given: Any) -> str:
        return f"{at(name, *given)}?lang={code}"

    own = {
        # Public pages, and pages that refuse.
        "glossary": ("", at("glossary")),
        "vocabulary": ("", told("vocab:index")),
        "vocabulary_scheme": ("", told("vocab:scheme", "LAF")),
        "vocabulary_term": ("", told("vocab:term", "LAF", "LAF1.1")),
        "api": ("", told("api:front")),
        "sso_start": ("", at("sso_start")),
        "sso_refused": ("", at("sso_openid", PROVIDER)),
        "mail_stop": ("", at("mail_stop", letters.stop_token(person("focal").pk, "practice.returned"))),
        "mail_stop_unknown": ("", at("mail_stop", "forged")),
        "invitation_closed": ("", at("invitation")),
        "invitation_unknown": ("", at("invitation_link", "0" * 64)),
        "file_missing": ("contributor", at("private_file", NOBODYS)),
        "unreadable": ("", f"/{code}/?q=%00"),
        # Accounts.
        "sign_out": ("contributor", at("account_logout")),
        "sign_up": ("", at("account_signup")),
        "inactive": ("", at("account_inactive")),
        "addresses": ("contributor", at("account_email")),
        "address_sent": ("", at("account_email_verification_sent")),
        "address_confirm": ("", at("account_confirm_email", "no-such-key")),
        "password_change": ("contributor", at("account_change_password")),
        "password_reset": ("", at("account_reset_password")),
        "password_reset_sent": ("", at("account_reset_password_done")),
        "password_reset_key": ("", at("account_reset_password_from_key", "1", "no-such-key")),
        "password_reset_done": ("", at("account_reset_password_from_key_done")),
        "prove_by_password": ("contributor", at("account_reauthenticate")),
        "prove_by_code": ("admin", at("mfa_reauthenticate")),
        "passkeys": ("contributor", at("mfa_list_webauthn")),
        "my_data": ("contributor", at("my_data")),
        # The workspace.
        "mail_settings": ("focal", at("workspace:mail_settings")),
        "exports": ("contributor", at("workspace:exports")),
        "diagnostics": ("focal", at("needs:diagnostics")),
        "diagnostics_none": ("specialist", at("needs:diagnostics")),
        "diagnostic_new": ("focal", at("needs:diagnostic_new")),
        "diagnostic": ("focal", at("needs:diagnostic", places["diagnostic"])),
        "diagnostic_open": ("focal-b", at("needs:diagnostic", places["diagnostic_open"])),
        "diagnostic_area": ("contributor-b", at("needs:diagnostic_area", places["diagnostic_open"], "D3")),
        "searches": ("contributor", at("searches:list")),
        "searches_none": ("specialist", at("searches:list")),
        "save_search": ("contributor", f"{at('searches:new')}?q=inspection&kind=practice&country=UY"),
        "export_ready": ("contributor", at("workspace:export", places["export_ready"])),
        "export_running": ("contributor", at("workspace:export", places["export_running"])),
        "word": ("contributor", at("practices:word", places["draft"])),
        "interview": ("contributor", at("practices:interview", places["draft"])),
        "assistance": ("contributor", at("practices:assistance", places["draft"])),
        "assistance_waiting": ("specialist", at("practices:assistance", places["assistance_waiting"])),
        "assistance_open": ("focal", at("practices:assistance", places["assisted"])),
        "confirm": ("focal", at("practices:confirm", places["assisted"])),
        # The console.
        "console_home": ("operator", at("wagtailadmin_home")),
        "console_letters": ("operator", at("console:letters")),
        "console_discard": ("operator", at("console:letter_discard", places["letter"])),
        "console_organizations": ("operator", at("console:organizations")),
        "console_organization_new": ("operator", at("console:organization_new")),
        "console_organization": ("operator", at("console:organization", places["organization"])),
        "console_verification": ("operator", at("console:organization_verify", places["organization"])),
        "console_schemes": ("operator", at("console:schemes")),
        "console_terms": ("operator", at("console:terms", "LAF")),
        "console_term_new": ("operator", at("console:term_new", "LAF")),
        "console_term": ("operator", at("console:term", "LAF1.1")),
        "console_term_out": ("operator", at("console:term_deprecate", "LAF1.1")),
        "console_announcements": ("operator", at("console:announcements")),
        "console_announcement_new": ("operator", at("console:announcement_new")),
        "console_announcement": ("operator", at("console:announcement", places["announcement"])),
        "console_glossary": ("operator", at("console:glossary")),
        "console_concept_new": ("operator", at("console:concept_new")),
        "console_concept": ("operator", at("console:concept", places["concept"])),
    }
    screens = (needs_screens, match_screens, execution_screens, project_screens, room_screens, learning_screens)
    return (
        own
        | plant_offers.addresses(places)
        | {name: where for part in screens for name, where in part.addresses(code, places).items()}
    )


def routes(screens: dict[str, list[str]]) -> dict[str, str]:
    """For each screen the pattern that answers it, as the isolation matrix writes it, or the kind of its page."""
    return dict(_routes(screens))


def _routes(screens: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    from django.urls import resolve
    from wagtail.contrib.routable_page.models import RoutablePageMixin
    from wagtail.models import Locale, Page, Site
    from wagtail.views import serve

    home = Site.objects.get(is_default_site=True).root_page
    homes = {
        locale.language_code: home.get_translation(locale) if locale != home.locale else home
        for locale in Locale.objects.all()
    }
    for name, (_who, address) in screens.items():
        path = address.partition("?")[0]
        match = resolve(path)
        if match.func is not serve:
            yield name, LANGUAGE.sub("*/", match.route)
            continue
        code, *parts = path.strip("/").split("/")
        page: Page = homes[code].specific
        while parts and (below := page.get_children().filter(slug=parts[0]).first()):
            page, parts = below.specific, parts[1:]
        kind = page._meta.label
        if isinstance(page, RoutablePageMixin) and name != "missing":
            rest = "/".join(["", *parts, ""]) if parts else "/"
            yield name, f"{kind}: {type(page).get_resolver().resolve(rest).route if parts else ''}"
        else:
            yield name, kind
