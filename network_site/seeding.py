"""Fill a new site with real content, in the order in which one thing needs another."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from funders import seeding as funders
from funders.models import OffersPage
from learning import seeding as learning
from learning.models import CoursesPage
from needs import seeding as needs
from needs.models import NeedsPage
from network_site.organizations import seeding as organizations
from network_site.organizations.actor import acting_as, service_actor
from network_site.publishing import seeding as publishing
from network_site.taxonomy import services as taxonomy
from network_site.taxonomy.glossary import load_glossary
from practices import seeding as practices
from practices.models import DatabankPage
from projects import seeding as projects
from projects.models import ProjectsPage
from search.models import SearchPage

# The pages that the floors above `publishing` bring into the tree of each language.
PAGES = {
    "databank": DatabankPage,
    "needs": NeedsPage,
    "projects": ProjectsPage,
    "offers": OffersPage,
    "courses": CoursesPage,
    "search": SearchPage,
}


def seed(progress: Callable[[str], object]) -> None:
    """Load schemes, countries, organisations, pages; in a demonstration also accounts and practices.

    Idempotent. In production no account exists at first, so practices come in later, with
    `manage.py import_documented` by the Network's own staff.
    """
    progress(f"{taxonomy.load_schemes()} terms of the common schemes")
    progress(f"{taxonomy.load_countries()} countries, {taxonomy.load_context_figures()} context figures")
    progress(f"{load_glossary()} concepts of the glossary")
    with acting_as(service_actor("seeding"), reason="seed"):
        progress(f"{organizations.load_organizations()} organisations")
        progress(f"{publishing.load_pages(PAGES)} new pages")
        if settings.DEMO:
            progress(f"{organizations.load_demo_accounts()} demonstration accounts")
    if settings.DEMO:
        result = practices.load_documented(progress)
        if result.errors:
            raise RuntimeError("; ".join(str(error) for error in result.errors[:10]))
        progress(f"{result.written} documented practices written, {result.unchanged} unchanged")
        progress(f"{practices.load_demonstration(progress)} new demonstration practices")
        # In this order: offers are matched with needs, projects answer needs.
        progress(f"{funders.load(progress)} new offers and negotiations")
        progress(f"{needs.load(progress)} new diagnostics and needs")
        progress(f"{projects.load(progress)} new projects")
        progress(f"{learning.load(progress)} new courses")
