"""Floor 7: courses and certificates."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "learning"
