"""Kinds of organisation, roles, and capacities in which a record is shared."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrganizationKind(models.TextChoices):
    """Architecture, section 4."""

    MINISTRY = "ministry", _("Ministry")
    DONOR = "donor", _("Donor")
    INTERNATIONAL = "international_organization", _("International organisation")
    PROVIDER = "provider", _("Provider")
    SOCIAL_PARTNER = "social_partner", _("Social partner")
    ACADEMIC = "academic", _("University or research institute")
    NETWORK = "network", _("The Network")


class Role(models.TextChoices):
    """The first four exist in every organisation, the others in the Network only."""

    ADMINISTRATOR = "administrator", _("administrator")
    FOCAL_POINT = "focal_point", _("focal point")
    CONTRIBUTOR = "contributor", _("contributor")
    LEARNER = "learner", _("learner")
    LEAD = "lead", pgettext_lazy("role", "lead")
    SPECIALIST = "specialist", _("specialist")
    PUBLISHER = "publisher", _("publisher")
    WEB_EDITOR = "web_editor", _("web editor")


NETWORK_ROLES = frozenset(
    {Role.LEAD.value, Role.SPECIALIST.value, Role.PUBLISHER.value, Role.WEB_EDITOR.value, Role.ADMINISTRATOR.value}
)
TENANT_ROLES = frozenset({Role.ADMINISTRATOR.value, Role.FOCAL_POINT.value, Role.CONTRIBUTOR.value, Role.LEARNER.value})


class VerificationState(models.TextChoices):
    """Whether the Network has made sure that an organisation is who it says it is."""

    UNVERIFIED = "unverified", pgettext_lazy("organisation", "not verified")
    VERIFIED = "verified", pgettext_lazy("organisation", "verified")
    REFUSED = "refused", pgettext_lazy("organisation", "refused")


class Capacity(models.TextChoices):
    """What somebody with whom a record is shared is there for."""

    NETWORK = "network", _("network staff")
    DRAFT = "draft", _("drafting assistant")
    REVIEW = "review", pgettext_lazy("capacity", "reviewer")
    # A ministry with which a donor talks, in the donor's own room; and the agency that carries a project out.
    NEGOTIATION = "negotiation", _("partner in a negotiation")
    EXECUTION = "execution", _("executing agency")
