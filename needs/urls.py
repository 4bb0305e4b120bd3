"""Addresses of diagnostics, needs and fit checks in the workspace (below /workspace/)."""

from django.urls import path

from .views import diagnosing, fitting, register

app_name = "needs"

diagnostics = [
    path("diagnostics/", diagnosing.diagnostics, name="diagnostics"),
]

needs = [
    path("needs/", register.need_list, name="list"),
    path("network/needs/", register.queue, name="queue"),
]

fit = [
    path("needs/<uuid:pk>/fit/", fitting.start_fit, name="fit_start"),
    path("needs/<uuid:pk>/fit/<uuid:check>/", fitting.fit_check, name="fit"),
]

urlpatterns = [*diagnostics, *needs, *fit]
