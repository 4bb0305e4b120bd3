"""Who may do what on this floor, as sentences."""

from __future__ import annotations

from typing import Any

import rules

from network_site.organizations.actor import Actor
from network_site.organizations.enums import Role

# --- Fit checks ------------------------------------------------------------------------------


@rules.predicate
def is_of_needing_ministry(actor: Actor, check: Any) -> bool:
    return actor.organization_id is not None and actor.organization_id == check.need.owner_id


@rules.predicate
def writes_for_it(actor: Actor, check: Any) -> bool:
    return actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)


can_check_fit = is_of_needing_ministry & writes_for_it
