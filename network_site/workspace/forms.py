"""The form of a person's notices and mail."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import format_date
from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from network_site.common import notices, rhythms
from network_site.common.language import current_language
from network_site.common.models import Rhythm


@cache
def zone_choices(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones by country, countries and cities named in this language."""
    locale = Locale.parse(language.replace("-", "_"), sep="_")
    known = available_timezones()
    groups = []
    for code, zones in get_global("territory_zones").items():
        country = locale.territories.get(code)
        cities = sorted((_city(locale, zone), zone) for zone in zones if zone in known)
        if country and cities and len(code) == 2 and code != "ZZ":
            groups.append((country, [(zone, city) for city, zone in cities]))
    return sorted(groups)


def _city(locale: Locale, zone: str) -> str:
    return str(locale.time_zones.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " "))


def weekdays(language: str) -> list[tuple[int, str]]:
    """Monday to Sunday in this language."""
    locale = language.replace("-", "_")
    monday = datetime.date(2026, 11, 2)
    return [
        (day, format_date(monday + datetime.timedelta(days=day), "EEEE", locale=locale).capitalize())
        for day in range(7)
    ]


class MailForm(forms.Form):
    """How soon each kind of notice comes by mail, when digests do, and in which language."""

    language = forms.ChoiceField(label=_("Language of mails and of your workspace"), choices=settings.LANGUAGES)
    hour = forms.TypedChoiceField(
        label=_("Hour of the daily and weekly mail"),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
    )
    weekday = forms.TypedChoiceField(label=_("Day of the weekly mail"), coerce=int)
    time_zone = forms.ChoiceField(label=_("Your time zone"), required=False)

    def __init__(self, *args: Any, kinds: Iterable[str], zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = list(kinds)
        language = current_language()
        self.fields["weekday"].choices = weekdays(language)  # type: ignore[attr-defined]
        place = _("That of your organisation (%(zone)s)") % {"zone": zone.replace("_", " ")}
        self.fields["time_zone"].choices = [("", place), *zone_choices(language)]  # type: ignore[attr-defined]
        for kind in self.kinds:
            self.fields[kind] = forms.ChoiceField(
                label=notices.name_of(kind), choices=Rhythm.choices, widget=forms.RadioSelect
            )

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The kinds under their headings."""
        grouped: dict[rhythms.Group, list[BoundField]] = {}
        for kind in self.kinds:
            grouped.setdefault(rhythms.group_of(kind), []).append(self[kind])
        return [{"name": group.value, "title": group.label, "fields": fields} for group, fields in grouped.items()]

    @property
    def rhythms(self) -> Mapping[str, str]:
        """What was chosen, kind by kind."""
        return {kind: self.cleaned_data[kind] for kind in self.kinds}
