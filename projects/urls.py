"""Addresses of projects in the workspace (below /workspace/)."""

from django.urls import path

from .views import drafting

app_name = "projects"

drafts = [
    path("projects/", drafting.project_list, name="list"),
    path("network/projects/", drafting.queue, name="queue"),
]

execution = []  # type: ignore[var-annotated]

urlpatterns = [*drafts, *execution]
