"""Addresses of diagnostics, needs and fit checks in the workspace (below /workspace/)."""

from django.urls import path

from .views import diagnosing, register

app_name = "needs"

diagnostics = [
    path("diagnostics/", diagnosing.diagnostics, name="diagnostics"),
]

needs = [
    path("needs/", register.need_list, name="list"),
    path("needs/new/", register.new_need, name="new"),
    path("needs/<uuid:pk>/", register.need_page, name="need"),
    path("needs/<uuid:pk>/check/", register.check_answers, name="check"),
    path("needs/<uuid:pk>/results/", register.results, name="results"),
    path("needs/<uuid:pk>/edit/<slug:step>/", register.edit_step, name="edit"),
    path("needs/<uuid:pk>/do/<slug:name>/", register.do_step, name="do"),
    path("network/needs/", register.queue, name="queue"),
    path("network/needs/<uuid:pk>/overlaps/", register.overlaps, name="overlaps"),
]

fit = []  # type: ignore[var-annotated]

urlpatterns = [*diagnostics, *needs, *fit]
