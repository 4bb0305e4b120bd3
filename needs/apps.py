"""Floor 5: diagnostics and the register of needs."""

from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "needs"
