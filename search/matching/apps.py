"""What matching fills in other floors and rooms."""

from __future__ import annotations


def ready() -> None:
    """Called once, when the app is ready."""
    from needs.slots import need_panels
    from network_site.organizations import slots, trail
    from projects.slots import project_panels

    from . import describing, panels, receivers

    receivers.connect()
    need_panels.fill("search: matches", panels.of_need)
    project_panels.fill("search: matches", panels.of_project)
    slots.panels.fill("search: help I could give", panels.of_workspace)
    trail.describers.fill("matching", describing.Describer())
