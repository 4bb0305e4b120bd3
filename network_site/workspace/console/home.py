"""What waits for staff, on the admin's front page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from network_site.common import deadletters, scanning, staff
from network_site.organizations.enums import VerificationState
from practices.selectors import count_with_network_by_status

from .organizations import _with_state


def _scanner(url: str) -> dict[str, Any]:
    """Whether uploads are shown to a virus scanner: said either way, never implied."""
    if not scanning.scanner_is_set():
        value = _("none is set")
    else:
        value = _("answers") if scanning.scanner_answers() else _("does not answer: uploads are refused")
    return {
        "label": _("Virus scanner for uploads"),
        "value": value,
        "is_warning": scanning.scanner_is_set() and not scanning.scanner_answers(),
        "purpose": _("Kinds, sizes, macros and scripts are checked in any case. CLAMD_ADDRESS adds a scanner."),
        "url": url,
    }


class ConsolePanel(Component):
    """Numbers with the way to what they count; each person sees those of her own tasks."""

    name = "enlace_console"
    order = 50
    template_name = "console/panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """The lines of the panel: what, how much, what it is for, where."""
        lines: list[dict[str, Any]] = []
        if staff.may(staff.DEAD_LETTERS):
            totals = deadletters.totals()
            url = reverse("console:letters")
            lines.append(
                {
                    "label": _("Work that failed"),
                    "value": totals.dead,
                    "is_warning": totals.dead > 0,
                    "purpose": _("Notices, mail or index entries that did not come through after eight tries."),
                    "url": url,
                }
            )
            since = totals.oldest_waiting
            lines.append(
                {
                    "label": _("Oldest work that waits"),
                    "value": timesince(since, timezone.now()) if since else _("nothing waits"),
                    "purpose": _("Minutes are usual. Hours mean that the relay does not run."),
                    "url": url,
                }
            )
            lines.append(_scanner(url))
        if staff.may(staff.ORGANIZATIONS):
            unverified = _with_state().filter(verification=VerificationState.UNVERIFIED).count()
            lines.append(
                {
                    "label": _("Organisations not verified"),
                    "value": unverified,
                    "purpose": _("The tick on an organisation's page tells readers that the Network knows who it is."),
                    "url": f"{reverse('console:organizations')}?state=unverified",
                }
            )
        states: list[tuple[str, int]] = []
        if staff.may(staff.PRACTICES):
            states = count_with_network_by_status()
        return {"lines": lines, "states": states, "queue_url": reverse("practices:queue")}
