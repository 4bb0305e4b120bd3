"""Forms of profiles, offers and their rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from network_site.common.language import CODES, language_name
from network_site.common.money import AmountField, CurrencyField
from network_site.organizations.enums import OrganizationKind
from network_site.taxonomy.models import Country, Term

from ..enums import OfferForm, RuleKind
from ..models import Offer, OfferRule, Profile

AREAS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
MAX_COMPETENCES = 25


class PlainForm(forms.Form):
    """A form whose errors say what is wanted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            chosen = isinstance(field, forms.ChoiceField)
            field.error_messages["required"] = _("Choose an answer.") if chosen else _("Fill this in.")


def terms_of_scheme(scheme: str, *, with_areas: bool = False) -> list[tuple[str, Any]]:
    """Terms in use, grouped by their area; with areas one can choose the whole area too."""
    terms = list(Term.objects.of(scheme).in_use())
    labels = {term.pk: term.label for term in terms}
    groups: dict[str, list[tuple[str, str]]] = {}
    single: list[tuple[str, str]] = []
    parents = {term.parent_id for term in terms if term.parent_id}
    for term in terms:
        if term.parent_id is None:
            if term.pk in parents:
                groups[term.pk] = [(term.pk, str(_("all of it")))] if with_areas else []
            else:
                single.append((term.pk, term.label))
        elif term.parent_id in groups:
            groups[term.parent_id].append((term.pk, term.label))
    return [*single, *((labels[code], entries) for code, entries in groups.items() if entries)]


def country_choices() -> list[tuple[str, str]]:
    """Member states by name in the reader's language."""
    return sorted(((country.pk, country.name) for country in Country.objects.members()), key=lambda pair: pair[1])


def language_choices() -> list[tuple[str, str]]:
    return [(code, language_name(code)) for code in CODES]


def zone_choices() -> list[tuple[str, str]]:
    zones = sorted(zone for zone in available_timezones() if zone.startswith(AREAS))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ").replace("/", " / ")) for zone in zones)]


class Codes(forms.MultipleChoiceField):
    """Several of a list, as boxes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)


class OfferAnswers(PlainForm):
    """What is offered, to whom, until when."""

    form = forms.ChoiceField(label=_("What is offered"), choices=OfferForm.choices, widget=forms.RadioSelect)
    source_language = forms.ChoiceField(label=_("Language of your text"), choices=settings.LANGUAGES)
    title = forms.CharField(label=_("Title"), max_length=150)
    summary = forms.CharField(label=_("In one sentence"), max_length=300)
    description = forms.CharField(
        label=_("Description"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("What you give, what you expect, and how one applies."),
    )
    functions = Codes(label=_("Function"), help_text=_("What the help is for."))
    competences = Codes(
        label=_("What you can do"),
        required=False,
        help_text=_("For assistance and experts. The same list as the needs of ministries, so that they meet."),
    )
    person = forms.CharField(
        label=_("Name of the expert"),
        max_length=120,
        required=False,
        help_text=_("Only where you offer one person. The name is public with the offer."),
    )
    person_agrees = forms.BooleanField(
        label=_("She or he agrees that the name and what is written here are public."), required=False
    )
    least = AmountField(label=_("Smallest amount"), required=False, min_value=0)
    most = AmountField(label=_("Largest amount"), required=False, min_value=0)
    currency = CurrencyField(
        label=_("Currency"), required=False, max_length=3, help_text=_("Three letters, for example USD.")
    )
    capacity = forms.IntegerField(
        label=_("How many a year"), required=False, min_value=1, max_value=1000, help_text=_("If you know it.")
    )
    languages = Codes(label=_("Languages in which one can ask"))
    countries = Codes(
        label=_("For which countries"), required=False, help_text=_("Leave all empty if it is for any country.")
    )
    closes_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("It closes by itself when this day ends. Leave it empty if there is none."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone of the last day"), initial="UTC")
    url = forms.URLField(
        assume_scheme="https", label=_("Where it stands"), required=False, help_text=_("Its own page, if it has one.")
    )

    PARTS = (
        (_("The offer"), ("form", "source_language", "title", "summary", "description")),
        (_("What it is for"), ("functions", "competences", "person", "person_agrees")),
        (_("How much"), ("least", "most", "currency", "capacity")),
        (_("For whom, and until when"), ("languages", "countries", "closes_on", "time_zone", "url")),
    )

    def __init__(self, *args: Any, offer: Offer | None = None, language: str = "en", **kwargs: Any) -> None:
        self.offer = offer
        initial = _initial(offer) if offer else {"source_language": language, "languages": [language]}
        super().__init__(*args, initial=initial, **kwargs)
        choices: dict[str, Any] = {
            "functions": terms_of_scheme("LAF"),
            "competences": terms_of_scheme("DI"),
            "languages": language_choices(),
            "countries": country_choices(),
            "time_zone": zone_choices(),
        }
        for name, given in choices.items():
            self.fields[name].choices = given  # type: ignore[attr-defined]
        known = {row.term_id: row for row in offer.competences.select_related("term")} if offer else {}
        self.evidence = {f"evidence_{code}": code for code in known}
        for name, code in self.evidence.items():
            self.fields[name] = forms.CharField(
                label=_("How one knows: %(what)s") % {"what": known[code].term.label},
                max_length=300,
                required=False,
                initial=known[code].evidence,
            )

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The questions under their headings."""
        return [
            {
                "title": title,
                "fields": [self[name] for name in names]
                + ([self[name] for name in self.evidence] if "competences" in names else []),
            }
            for title, names in self.PARTS
        ]

    def clean_competences(self) -> list[str]:
        codes: list[str] = self.cleaned_data["competences"]
        if len(codes) > MAX_COMPETENCES:
            raise ValidationError(
                _("Choose %(most)d at most. You chose %(given)d."),
                params={"most": MAX_COMPETENCES, "given": len(codes)},
            )
        return codes

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        least, most = given.get("least"), given.get("most")
        if least is not None and most is not None and most < least:
            self.add_error("most", _("The largest amount is below the smallest one."))
        if (least is not None or most is not None) and not given.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Name the currency of the amount."))
        if given.get("person") and not given.get("person_agrees"):
            self.add_error("person_agrees", _("A name is public only if the person agrees. Ask first, then tick this."))
        return given

    @property
    def fields_given(self) -> dict[str, Any]:
        """The columns of the offer."""
        names = ("form", "source_language", "title", "summary", "description", "person", "least", "most", "languages")
        more = ("countries", "capacity", "closes_on", "time_zone", "url")
        amount = self.cleaned_data["least"] is not None or self.cleaned_data["most"] is not None
        return {name: self.cleaned_data[name] for name in (*names, *more)} | {
            "currency": self.cleaned_data["currency"] if amount else ""
        }

    @property
    def terms_given(self) -> dict[str, list[str]]:
        return {"LAF": self.cleaned_data["functions"]}

    @property
    def competences_given(self) -> dict[str, str]:
        return {code: self.cleaned_data.get(f"evidence_{code}", "") for code in self.cleaned_data["competences"]}


def _initial(offer: Offer) -> dict[str, Any]:
    names = ("form", "source_language", "title", "summary", "description", "person", "least", "most", "currency")
    more = ("languages", "countries", "closes_on", "time_zone", "capacity", "url")
    return {name: getattr(offer, name) for name in (*names, *more)} | {
        "person_agrees": bool(offer.person),
        "functions": list(offer.offer_terms.filter(term__scheme_id="LAF").values_list("term_id", flat=True)),
        "competences": list(offer.competences.values_list("term_id", flat=True)),
    }


# --- Rules ---------------------------------------------------------------------------------------


class RuleForm(PlainForm):
    """One rule of one kind: what a program judges, the funder's own sentence, and its date."""

    kind = ""

    sentence = forms.CharField(
        label=_("The rule in your own words"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Readers see exactly this."),
    )
    stated_on = forms.DateField(
        label=_("As of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The day of the document in which it stands."),
    )
    field_order: list[str] | None = None

    def __init__(self, *args: Any, rule: OfferRule | None = None, **kwargs: Any) -> None:
        initial = {"sentence": rule.sentence, "stated_on": rule.stated_on} | self.read(rule.value) if rule else {}
        super().__init__(*args, initial=initial, **kwargs)
        self.order_fields([name for name in self.fields if name not in {"sentence", "stated_on"}])
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices that need the database."""

    def read(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """What the fields show of a stored value."""
        return {}

    def clean_stated_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["stated_on"]
        if day is not None and day > dt.date.today() + dt.timedelta(days=1):
            raise ValidationError(_("This day is still to come."))
        return day

    @property
    def value(self) -> dict[str, Any]:
        """What is stored."""
        return {}


class AmountRule(RuleForm):
    amount = AmountField(label=_("Amount"), min_value=Decimal("0.01"))
    currency = CurrencyField(label=_("Currency"), max_length=3, help_text=_("Three letters, for example USD."))
    of = forms.ChoiceField(
        label=_("Of what"),
        choices=[("asked", _("what is asked of donors")), ("total", _("the whole cost, own contribution included"))],
        widget=forms.RadioSelect,
        initial="asked",
    )

    def read(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return {"amount": Decimal(value["amount"]), "currency": value["currency"], "of": value["of"]}

    @property
    def value(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"amount": f"{given['amount']:f}", "currency": given["currency"], "of": given["of"]}


class MonthsRule(RuleForm):
    months = forms.IntegerField(label=_("Months at most"), min_value=1, max_value=240)

    def read(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return {"months": value["months"]}

    @property
    def value(self) -> dict[str, Any]:
        return {"months": self.cleaned_data["months"]}


class ShareRule(RuleForm):
    percent = AmountField(label=_("Per cent of the whole cost"), min_value=Decimal("0.01"), max_value=100, max_digits=5)

    def read(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return {"percent": Decimal(value["percent"])}

    @property
    def value(self) -> dict[str, Any]:
        return {"percent": f"{self.cleaned_data['percent']:f}"}


class CodesRule(RuleForm):
    codes = Codes(label=_("Which"))

    def read(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return dict(value)

    def choices(self) -> list[tuple[str, Any]]:
        raise NotImplementedError

    def prepare(self) -> None:
        self.fields["codes"].choices = self.choices()  # type: ignore[attr-defined]

    @property
    def value(self) -> dict[str, Any]:
        return {"codes": self.cleaned_data["codes"]}


class CountriesRule(CodesRule):
    def choices(self) -> list[tuple[str, Any]]:
        return country_choices()


class OrganizationsRule(CodesRule):
    def choices(self) -> list[tuple[str, Any]]:
        return [(value, label) for value, label in OrganizationKind.choices if value != OrganizationKind.NETWORK]


class ThemesRule(CodesRule):
    def choices(self) -> list[tuple[str, Any]]:
        return terms_of_scheme("LAF", with_areas=True)


class LanguagesRule(CodesRule):
    all = forms.BooleanField(label=_("In all of them, not in one"), required=False)

    def choices(self) -> list[tuple[str, Any]]:
        return language_choices()

    @property
    def value(self) -> dict[str, Any]:
        return {"codes": self.cleaned_data["codes"], "all": self.cleaned_data["all"]}


RULE_FORMS: dict[str, type[RuleForm]] = {
    RuleKind.COUNTRIES: CountriesRule,
    RuleKind.ORGANIZATIONS: OrganizationsRule,
    RuleKind.THEMES: ThemesRule,
    RuleKind.NOT_THEMES: ThemesRule,
    RuleKind.MOST: AmountRule,
    RuleKind.LEAST: AmountRule,
    RuleKind.MONTHS: MonthsRule,
    RuleKind.LANGUAGES: LanguagesRule,
    RuleKind.SHARE: ShareRule,
    RuleKind.LETTER: RuleForm,
    RuleKind.OTHER: RuleForm,
}


# --- Profile -------------------------------------------------------------------------------------


class ProfileForm(PlainForm):
    """What an organisation says of itself as a partner."""

    themes = Codes(label=_("What you support"), required=False)
    countries = Codes(label=_("Where"), required=False, help_text=_("Leave all empty for any country."))
    languages = Codes(label=_("Languages in which one can write to you"), required=False)
    contact_email = forms.EmailField(
        label=_("E-mail address"), required=False, help_text=_("Of an office, not of a person. It is public.")
    )
    url = forms.URLField(assume_scheme="https", label=_("Address on the web"), required=False)

    def __init__(self, *args: Any, profile: Profile | None = None, **kwargs: Any) -> None:
        names = ("themes", "countries", "languages", "contact_email", "url")
        initial = {name: getattr(profile, name) for name in names} if profile else {}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["themes"].choices = terms_of_scheme("LAF", with_areas=True)  # type: ignore[attr-defined]
        self.fields["countries"].choices = country_choices()  # type: ignore[attr-defined]
        self.fields["languages"].choices = language_choices()  # type: ignore[attr-defined]
        texts = profile.texts if profile else {}
        for code in CODES:
            for name, label in (("supports", _("What you support, in words")), ("how", _("How one asks"))):
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=label,
                    max_length=1500,
                    required=False,
                    widget=forms.Textarea(attrs={"rows": 3, "lang": code}),
                    initial=texts.get(code, {}).get(name, ""),
                )

    @property
    def text_parts(self) -> list[dict[str, Any]]:
        """The texts, language by language."""
        return [
            {"title": language_name(code), "fields": [self[f"supports_{code}"], self[f"how_{code}"]]} for code in CODES
        ]

    @property
    def rest(self) -> list[Any]:
        return [self[name] for name in ("themes", "countries", "languages", "contact_email", "url")]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        texts = [given.get(f"supports_{code}") for code in CODES]
        if not any(texts) and not self.errors:
            self.add_error("supports_en", _("Say in one language at least what you support."))
        return given

    @property
    def fields_given(self) -> dict[str, Any]:
        names = ("themes", "countries", "languages", "contact_email", "url")
        texts = {code: {name: self.cleaned_data[f"{name}_{code}"] for name in ("supports", "how")} for code in CODES}
        return {name: self.cleaned_data[name] for name in names} | {"texts": texts}


class NoteForm(forms.Form):
    """A step of an offer, on the version that was seen."""

    version = forms.IntegerField(min_value=1)
    note = forms.CharField(max_length=2000, required=False)
