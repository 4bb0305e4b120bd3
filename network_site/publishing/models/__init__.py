"""Published records, and the pages of the site."""

from .pages import HomePage, OrganizationsPage, RecordIndexPage, TextPage
from .records import Audience, PublishedRecord, PublishedVersion, RecordNumber, RecordTerm

__all__ = [
    "Audience",
    "HomePage",
    "OrganizationsPage",
    "PublishedRecord",
    "PublishedVersion",
    "RecordIndexPage",
    "RecordNumber",
    "RecordTerm",
    "TextPage",
]
