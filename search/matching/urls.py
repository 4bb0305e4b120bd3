"""Addresses of matches in the workspace (below /workspace/matches/)."""

from django.urls import path

from . import views

app_name = "matching"

urlpatterns = [
    path("help/", views.help_i_could_give, name="help"),
    path("needs/<uuid:pk>/", views.need, name="need"),
    path("needs/<uuid:pk>/again/", views.need_again, name="need_again"),
    path("projects/<uuid:pk>/", views.project, name="project"),
    path("projects/<uuid:pk>/again/", views.project_again, name="project_again"),
    path("<uuid:pk>/judge/", views.judge, name="judge"),
]
