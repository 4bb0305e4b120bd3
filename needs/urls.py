"""Addresses of diagnostics, needs and fit checks in the workspace (below /workspace/)."""

from django.urls import path

from .views import diagnosing, register

app_name = "needs"

diagnostics = [
    path("diagnostics/", diagnosing.diagnostics, name="diagnostics"),
    path("diagnostics/new/", diagnosing.start, name="diagnostic_new"),
    path("diagnostics/<uuid:pk>/", diagnosing.result, name="diagnostic"),
    path("diagnostics/<uuid:pk>/area/<slug:area>/", diagnosing.area, name="diagnostic_area"),
    path("diagnostics/<uuid:pk>/do/<slug:name>/", diagnosing.step, name="diagnostic_do"),
    path("diagnostics/<uuid:pk>/needs/", diagnosing.draft, name="diagnostic_needs"),
]

needs = [
    path("needs/", register.need_list, name="list"),
    path("network/needs/", register.queue, name="queue"),
]

fit = []  # type: ignore[var-annotated]

urlpatterns = [*diagnostics, *needs, *fit]
