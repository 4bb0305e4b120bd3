"""Closed lists of the search floor."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sort(models.TextChoices):
    """Orders of a result."""

    RELEVANCE = "relevance", _("Best match")
    NEWEST = "newest", _("Newest")
    EVIDENCE = "evidence", _("Strength of evidence")
    TITLE = "title", _("Title")
