"""Floor 7: offers, interest, pledges."""

from django.apps import AppConfig


class FundersConfig(AppConfig):
    name = "funders"
