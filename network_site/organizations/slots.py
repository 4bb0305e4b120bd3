"""Places in everybody's workspace that floors above fill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from network_site.common.slots import Slot

# What waits for the actor: a function of the actor that returns tasks as the page "My work" lists them:
# {title, subject, url_name, pk, status, tag, due_on, is_demo}.
tasks: Slot[Callable[[Any], list[dict[str, Any]]]] = Slot("tasks that wait for somebody")

# What an organisation has, below the tasks: a function of the actor that returns a template and its context, or
# None where there is nothing to show.
panels: Slot[Callable[[Any], tuple[str, dict[str, Any]] | None]] = Slot("sections of the page My work")
