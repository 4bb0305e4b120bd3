"""Addresses of diagnostics, needs and fit checks in the workspace (below /workspace/)."""

from django.urls import path

from .views import diagnosing, fitting, register

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
    path("needs/new/", register.new_need, name="new"),
    path("needs/<uuid:pk>/", register.need_page, name="need"),
    path("needs/<uuid:pk>/check/", register.check_answers, name="check"),
    path("needs/<uuid:pk>/results/", register.results, name="results"),
    path("needs/<uuid:pk>/edit/<slug:step>/", register.edit_step, name="edit"),
    path("needs/<uuid:pk>/do/<slug:name>/", register.do_step, name="do"),
    path("network/needs/", register.queue, name="queue"),
    path("network/needs/<uuid:pk>/overlaps/", register.overlaps, name="overlaps"),
]

fit = [
    path("needs/<uuid:pk>/fit/", fitting.start_fit, name="fit_start"),
    path("needs/<uuid:pk>/fit/<uuid:check>/", fitting.fit_check, name="fit"),
]

urlpatterns = [*diagnostics, *needs, *fit]
