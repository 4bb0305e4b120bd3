"""Addresses of saved searches in the workspace."""

from django.urls import path

from .views import saved

app_name = "searches"

urlpatterns = [
    path("", saved.saved_list, name="list"),
    path("new/", saved.save_search, name="new"),
    path("<uuid:pk>/follow/", saved.follow, name="follow"),
    path("<uuid:pk>/remove/", saved.remove, name="remove"),
    path("found/<uuid:pk>/", saved.found, name="found"),
]
