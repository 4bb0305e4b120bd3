"""Places on pages of projects that floors above fill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from network_site.common.slots import Slot

# What stands on the workspace page of a project: a function of the project and the actor that returns a template and
# its context, or None (negotiations, matches, agency calls).
project_panels: Slot[Callable[[Any, Any], tuple[str, dict[str, Any]] | None]] = Slot("sections of a project's page")

# What a reader can do with a published request: a function of the published record and the actor that returns a
# template and its context, or None (follow, express interest, propose).
request_actions: Slot[Callable[[Any, Any], tuple[str, dict[str, Any]] | None]] = Slot("actions on a published request")

# Parts of a published snapshot that floors above know: a function of the project that returns keys of the snapshot and
# their values (the call for proposals of agencies).
snapshot_parts: Slot[Callable[[Any], dict[str, Any]]] = Slot("parts of a project's snapshot")
