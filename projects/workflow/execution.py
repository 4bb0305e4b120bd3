"""Steps of a project that is carried out, merged into the life of a project (workflow/project.py)."""

from __future__ import annotations

from network_site.common.workflow import Transition

STEPS: dict[str, Transition] = {}
