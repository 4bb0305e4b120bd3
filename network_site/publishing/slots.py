"""Places in public pages that floors above fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from network_site.common.slots import Slot

# What the front page shows: a function that returns a template's name and its context.
home_sections: Slot[Callable[[], tuple[str, dict[str, Any]]]] = Slot("sections of the front page")

# What an organisation's page lists: a function of the organisation that returns a template and context.
organization_sections: Slot[Callable[[Any], tuple[str, dict[str, Any]]]] = Slot("sections of an organisation's page")

# What a country's page lists: a function of the country that returns a template and context.
country_sections: Slot[Callable[[Any], tuple[str, dict[str, Any]]]] = Slot("sections of a country's page")

# How many records each country has, for the list of countries: a function that returns counts by ISO code.
country_counts: Slot[Callable[[], dict[str, int]]] = Slot("records of each country")

# How records of a kind look in a list: the kind's name, and a function of records that returns their cards by key.
record_cards: Slot[Callable[[list[Any]], dict[UUID, dict[str, Any]]]] = Slot("cards of records on pages of the CMS")
# What stands below a published record on its own page, never in its PDF: a function of the record that returns a
# template and context; None where there is nothing to show.
record_sections: Slot[Callable[[Any], tuple[str, dict[str, Any]] | None]] = Slot("sections below a published record")

# An organisation's feed: a function of the request, the organisation and the path of its page.
organization_feeds: Slot[Callable[[Any, Any, str], Any]] = Slot("feeds of what an organisation published")


@dataclass(frozen=True)
class Matches:
    """Records in which somebody's words were found, the best first."""

    ids: tuple[UUID, ...] = ()
    # The search engine is away: plain search by words.
    is_reduced: bool = False


# Where words are looked for in records of a kind: a function of the text, the reader's language, the kind, and
# whether only what everybody may read counts.
record_words: Slot[Callable[[str, str, str, bool], Matches]] = Slot("words looked for in published records")

# What the sitemap lists beside the pages of the CMS.
sitemap_sections: Slot[Callable[[], Iterable[Any]]] = Slot("addresses for the sitemap")

# Pages in which something is written that readers meet elsewhere: their own addresses only lead there.
manuscripts: Slot[type[Any]] = Slot("kinds of pages that are not listed anywhere")
