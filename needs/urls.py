"""Addresses of diagnostics, needs and fit checks in the workspace (below /workspace/)."""

from django.urls import path

from .views import diagnosing, register

app_name = "needs"

diagnostics = [
    path("diagnostics/", diagnosing.diagnostics, name="diagnostics"),
]

needs = [
    path("needs/", register.need_list, name="list"),
    path("network/needs/", register.queue, name="queue"),
]

fit = []  # type: ignore[var-annotated]

urlpatterns = [*diagnostics, *needs, *fit]
