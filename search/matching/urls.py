"""Addresses of matches in the workspace (below /workspace/matches/)."""

from django.urls import URLPattern

app_name = "matching"

urlpatterns: list[URLPattern] = []
