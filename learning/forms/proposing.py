"""Forms of an organisation's people: the proposal of a course, and the list of those who should take one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.common.files import check_upload
from network_site.common.html import plain
from network_site.common.language import fold

from ..models import Proposal
from .keeping import PlainField, area

MOST = 500
ADDRESS = 254
SHOWN = 60
# Between addresses on one line, and around the address of a name.
BETWEEN = re.compile(r"[,;\t]")
BRACKETS = re.compile(r"<([^<>]*)>")

# How the column of addresses is called, in four languages.
HEADINGS = ("mail", "correo", "courriel", "address", "direccion", "adresse", "endereco")


class ProposalForm(forms.Form):
    """A course that an organisation would like to see, or to bring in."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, required=False)
    title = PlainField(max_length=100, label=gettext_lazy("Title"))
    purpose = PlainField(
        max_length=1500,
        widget=area(6),
        label=gettext_lazy("What officials will do differently"),
        help_text=gettext_lazy("Begin with what they do today, and say what should change."),
    )
    learners = PlainField(
        max_length=300, widget=area(2), label=gettext_lazy("For whom"), help_text=gettext_lazy("Posts, not names.")
    )
    material = PlainField(
        required=False,
        max_length=1500,
        widget=area(5),
        label=gettext_lazy("What there is already"),
        help_text=gettext_lazy("Manuals, slides, a course that you give, people who could teach."),
    )

    WRITTEN = ("title", "purpose", "learners", "material")

    @classmethod
    def of(cls, proposal: Proposal) -> ProposalForm:
        """The form as the proposal stands."""
        held = {name: getattr(proposal, name) for name in cls.WRITTEN}
        return cls(initial=held | {"version": proposal.lock_version})

    @property
    def fields_given(self) -> dict[str, str]:
        """What the service wants."""
        return {name: self.cleaned_data[name] for name in self.WRITTEN}


class PeopleForm(forms.Form):
    """Addresses of people for a course, typed or in a file; each line that is wrong is named."""

    addresses = forms.CharField(
        required=False,
        widget=area(8),
        label=gettext_lazy("E-mail addresses"),
        help_text=gettext_lazy("One on each line."),
    )
    upload = forms.FileField(
        required=False,
        label=gettext_lazy("Or a list as a CSV file"),
        help_text=gettext_lazy("One person on each line; the first cell with an address counts."),
    )

    def clean_addresses(self) -> list[str]:
        lines = enumerate(self.cleaned_data["addresses"].splitlines(), start=1)
        return _addresses(lines, _("Line %(number)d: “%(text)s” is no e-mail address."))

    def clean_upload(self) -> list[str]:
        upload = self.cleaned_data["upload"]
        if not upload:
            return []
        if not (upload.name or "").lower().endswith((".csv", ".txt")):
            raise ValidationError(_("Choose a file of the kind CSV."))
        check_upload(upload)
        return _addresses(_rows(upload.read()), _("Line %(number)d of the file: “%(text)s” is no e-mail address."))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        typed, sent = given.get("addresses", []), given.get("upload", [])
        given["emails"] = list(dict.fromkeys([*typed, *sent]))
        if self.errors:
            if sent:
                self.add_error("upload", _("Choose the file once more: browsers do not keep it."))
        elif not given["emails"]:
            self.add_error("addresses", _("Give at least one address, or a file with some."))
        elif len(given["emails"]) > MOST:
            self.add_error("upload" if sent else "addresses", _too_many())
        return given


def _too_many() -> str:
    return _("At most %(most)d addresses at once.") % {"most": MOST}


def _addresses(lines: Iterable[tuple[int, str]], words: str) -> list[str]:
    """The addresses of these lines. Raises ValidationError with a sentence for each that is none."""
    found: list[str] = []
    wrong: list[str] = []
    for number, line in lines:
        for part in BETWEEN.split(line):
            bracketed = BRACKETS.search(part)
            address = plain(bracketed[1] if bracketed else part).strip().lower()
            if _is_address(address):
                found.append(address)
            elif address:
                wrong.append(words % {"number": number, "text": Truncator(part.strip()).chars(SHOWN)})
        if len(found) + len(wrong) > MOST:
            raise ValidationError(_too_many())
    if wrong:
        raise ValidationError(wrong)
    return found


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= ADDRESS


def _rows(content: bytes) -> Iterator[tuple[int, str]]:
    """The cell of each row of a file that should hold its address; a first row with headings is left out."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    column = 0
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            address = next((cell for cell in cells if "@" in cell), "")
            named = [place for place, cell in enumerate(cells) if any(word in fold(cell) for word in HEADINGS)]
            if reader.line_num == 1 and named and not address:
                column = named[0]
            elif any(cells):
                # Where nothing looks like an address, the cell in which one should stand is named.
                yield reader.line_num, address or "".join(cells[column : column + 1]) or next(filter(None, cells))
    except csv.Error:
        raise ValidationError(_("This file cannot be read as a list.")) from None
