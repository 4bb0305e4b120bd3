"""Forms of the console: they take what is typed; services say what is wrong with it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from network_site.common.deadletters import MAX_REASON
from network_site.common.language import CODES
from network_site.common.models import Announcement
from network_site.organizations.enums import OrganizationKind, VerificationState
from network_site.organizations.models import Organization
from network_site.taxonomy.glossary import Words
from network_site.taxonomy.models import Country, GlossaryConcept, GlossaryTerm, Term

from .access import in_language

MOMENT = "%Y-%m-%dT%H:%M"


def _text(label: Any, *, lines: int = 0, help_text: Any = "", limit: int = 0) -> forms.CharField:
    # Services ask for what is missing, so that one place says it, in one voice.
    return forms.CharField(
        label=label,
        required=False,
        help_text=help_text,
        strip=True,
        max_length=limit or None,
        widget=forms.Textarea(attrs={"rows": lines}) if lines else forms.TextInput(),
    )


class ByLanguage(forms.Form):
    """A form whose fields come once for each of the four languages."""

    def texts(self, prefix: str) -> dict[str, str]:
        """What was typed into the fields of this prefix, by language."""
        return {code: self.cleaned_data.get(f"{prefix}_{code}", "") for code in CODES}

    def _each(self, prefix: str, label: Any, *, lines: int = 0, help_text: Any = "") -> None:
        for code in CODES:
            field = _text(in_language(label, code), lines=lines, help_text=help_text)
            field.widget.attrs["lang"] = code
            self.fields[f"{prefix}_{code}"] = field


class TermForm(ByLanguage):
    """The words of a term."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._each("label", pgettext_lazy("of a term", "Label"))
        self._each("definition", _("Definition"), lines=3)

    @staticmethod
    def of(term: Term) -> dict[str, str]:
        """Initial values."""
        return {f"label_{code}": term.labels.get(code, "") for code in CODES} | {
            f"definition_{code}": term.definition.get(code, "") for code in CODES
        }

    def arguments(self) -> dict[str, Any]:
        """What the service takes."""
        return {"labels": self.texts("label"), "definition": self.texts("definition")}


class NewTermForm(TermForm):
    """A term that no file has."""

    code = _text(_("Code"), help_text=_("For ever: records, links and other systems quote it. For example LAF1.8."))
    parent = forms.ModelChoiceField(
        Term.objects.none(), label=_("Broader term"), required=False, help_text=_("Empty: at the top of the scheme.")
    )

    def __init__(self, *args: Any, terms: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_term(self.fields["parent"], terms)

    def arguments(self) -> dict[str, Any]:
        """What the service takes."""
        return super().arguments() | {name: self.cleaned_data[name] for name in ("code", "parent")}


class DeprecateForm(forms.Form):
    """What stands in the place of a term that goes out of use."""

    replaced_by = forms.ModelChoiceField(
        Term.objects.none(),
        label=_("Replacement"),
        required=False,
        help_text=_("Readers of old records are led to it. Leave it empty only where nothing fits."),
    )

    def __init__(self, *args: Any, terms: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_term(self.fields["replaced_by"], terms)


def _choose_term(field: Any, terms: Any) -> None:
    field.queryset = terms
    field.label_from_instance = lambda term: f"{term.pk} {term.label}"


class OrganizationForm(ByLanguage):
    """What is public of an organisation."""

    kind = forms.ChoiceField(label=_("Kind"), choices=OrganizationKind.choices)
    country = forms.ModelChoiceField(
        Country.objects.all(), label=_("Country"), required=False, help_text=_("Empty for an international body.")
    )
    region = _text(_("Region or seat, where there is no country"), limit=80)
    acronym = _text(_("Acronym"), limit=20)
    website = _text(_("Website"), help_text=_("With https:// in front."), limit=200)
    domains = _text(
        _("Domains of its mail"),
        lines=3,
        help_text=_("What stands after the @ in the addresses of its people, one on each line."),
    )
    listed = forms.BooleanField(label=_("Shown in the public directory"), required=False, initial=True)

    field_order = [*(f"name_{code}" for code in CODES), "kind", "country"]

    def __init__(self, *args: Any, is_network: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._each("name", _("Name"))
        self.order_fields(self.field_order)
        only = OrganizationKind.NETWORK
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (value, label) for value, label in OrganizationKind.choices if (value == only) == is_network
        ]

    @staticmethod
    def of(organization: Organization) -> dict[str, Any]:
        """Initial values."""
        return {f"name_{code}": organization.names.get(code, "") for code in CODES} | {
            "kind": organization.kind,
            "country": organization.country_id,
            "region": organization.region,
            "acronym": organization.acronym,
            "website": organization.website,
            "domains": "\n".join(organization.domains),
            "listed": organization.listed,
        }

    def arguments(self) -> dict[str, Any]:
        """What the service takes."""
        given = self.cleaned_data
        names = ("kind", "country", "region", "acronym", "website", "listed")
        return {name: given[name] for name in names} | {
            "names": self.texts("name"),
            "domains": given["domains"].replace(",", " ").split(),
        }


class VerificationForm(forms.Form):
    """A decision on who an organisation is."""

    state = forms.ChoiceField(label=_("Decision"), choices=VerificationState.choices, widget=forms.RadioSelect)
    grounds = _text(
        _("Grounds"),
        lines=4,
        help_text=_("What was seen and who confirmed it. Only staff of the Network read this."),
        limit=2000,
    )


class DiscardForm(forms.Form):
    """Why a dead letter is given up."""

    reason = _text(_("Reason"), lines=3, help_text=_("It stands in the audit trail."), limit=MAX_REASON)


class AnnouncementForm(ByLanguage):
    """An announcement, and who sees it when."""

    level = forms.ChoiceField(label=_("Look"), choices=Announcement.Level.choices, widget=forms.RadioSelect)
    audience = forms.ChoiceField(label=_("Seen by"), choices=Announcement.Audience.choices, widget=forms.RadioSelect)
    starts_at = forms.DateTimeField(
        label=_("From (UTC)"), widget=forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT)
    )
    ends_at = forms.DateTimeField(
        label=_("Until (UTC)"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT),
        help_text=_("Empty: until somebody ends it."),
    )

    field_order = [*(f"text_{code}" for code in CODES), "level", "audience", "starts_at", "ends_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._each("text", _("Text"), lines=2)
        self.order_fields(self.field_order)

    @staticmethod
    def of(announcement: Announcement) -> dict[str, Any]:
        """Initial values."""
        names = ("level", "audience", "starts_at", "ends_at")
        return {name: getattr(announcement, name) for name in names} | {
            f"text_{code}": announcement.texts.get(code, "") for code in CODES
        }

    def arguments(self) -> dict[str, Any]:
        """What the service takes."""
        names = ("level", "audience", "starts_at", "ends_at")
        return {name: self.cleaned_data[name] for name in names} | {"texts": self.texts("text")}


class ConceptForm(ByLanguage):
    """A concept with its words in four languages."""

    source = _text(_("Source"), help_text=_("Where the definition was read, or that it is our own."), limit=300)
    listed = forms.BooleanField(label=_("Shown in the public glossary"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one_each = _("One on each line.")
        for code in CODES:
            for name, label, lines, help_text in (
                ("term", _("Preferred term"), 0, ""),
                ("definition", _("Definition"), 3, ""),
                ("also", _("Other terms"), 2, one_each),
                ("acronyms", _("Acronyms"), 2, one_each),
            ):
                field = _text(in_language(label, code), lines=lines, help_text=help_text)
                field.widget.attrs["lang"] = code
                self.fields[f"{name}_{code}"] = field
        self.order_fields([name for name in self.fields if name not in {"source", "listed"}])

    @staticmethod
    def of(concept: GlossaryConcept) -> dict[str, Any]:
        """Initial values."""
        found: dict[str, Any] = {"source": concept.source, "listed": concept.listed}
        for code in CODES:
            found |= {
                f"term_{code}": concept.preferred(code),
                f"definition_{code}": concept.definition.get(code, ""),
                f"also_{code}": "\n".join(concept.words(GlossaryTerm.Kind.ALTERNATIVE, code)),
                f"acronyms_{code}": "\n".join(concept.words(GlossaryTerm.Kind.ACRONYM, code)),
            }
        return found

    def arguments(self) -> dict[str, Any]:
        """What the service takes."""
        also, acronyms, terms = self.texts("also"), self.texts("acronyms"), self.texts("term")
        return {
            "words": {
                code: Words(terms[code], tuple(also[code].splitlines()), tuple(acronyms[code].splitlines()))
                for code in CODES
            },
            "definition": self.texts("definition"),
            "source": self.cleaned_data["source"],
            "listed": self.cleaned_data["listed"],
        }
