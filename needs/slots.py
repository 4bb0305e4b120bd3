"""Places on pages of needs that floors above fill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from network_site.common.slots import Slot

# What stands on the workspace page of a need: a function of the need and the actor that returns a template and its
# context, or None where there is nothing to show (matches, projects).
need_panels: Slot[Callable[[Any, Any], tuple[str, dict[str, Any]] | None]] = Slot("sections of a need's page")
