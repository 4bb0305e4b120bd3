"""The roof's workspace: what one person sees over all features."""

from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "network_site.workspace"
    label = "workspace"
