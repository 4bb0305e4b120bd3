"""Published records, and the pages of the site."""

from .editorial import (
    CountryIndexPage,
    CountryPage,
    NewsIndexPage,
    NewsPage,
    PublicationIndexPage,
    PublicationPage,
)
from .pages import HomePage, OrganizationsPage, RecordIndexPage, TextPage
from .records import Audience, PublishedFile, PublishedRecord, PublishedVersion, RecordNumber, RecordTerm

__all__ = [
    "Audience",
    "CountryIndexPage",
    "CountryPage",
    "HomePage",
    "NewsIndexPage",
    "NewsPage",
    "OrganizationsPage",
    "PublicationIndexPage",
    "PublicationPage",
    "PublishedFile",
    "PublishedRecord",
    "PublishedVersion",
    "RecordIndexPage",
    "RecordNumber",
    "RecordTerm",
    "TextPage",
]
