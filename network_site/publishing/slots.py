"""Places in public pages that floors above fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from network_site.common.slots import Slot

# What the front page shows: a function that returns a template's name and its context.
home_sections: Slot[Callable[[], tuple[str, dict[str, Any]]]] = Slot("sections of the front page")

# What an organisation's page lists: a function of the organisation that returns a template and context.
organization_sections: Slot[Callable[[Any], tuple[str, dict[str, Any]]]] = Slot("sections of an organisation's page")

# An organisation's feed: a function of the request, the organisation and the path of its page.
organization_feeds: Slot[Callable[[Any, Any, str], Any]] = Slot("feeds of what an organisation published")

# What the sitemap lists beside the pages of the CMS.
sitemap_sections: Slot[Callable[[], Iterable[Any]]] = Slot("addresses for the sitemap")
