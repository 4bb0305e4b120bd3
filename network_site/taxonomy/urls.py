"""Stable addresses of schemes and terms: no language in them, no slash at their end."""

from django.urls import path

from . import views

app_name = "vocab"

urlpatterns = [
    path("", views.index, name="index"),
    path("all.ttl", views.index, {"kind": "ttl"}, name="index_ttl"),
    path("all.jsonld", views.index, {"kind": "jsonld"}, name="index_jsonld"),
    path("<slug:code>", views.scheme, name="scheme"),
    path("<slug:code>.ttl", views.scheme, {"kind": "ttl"}, name="scheme_ttl"),
    path("<slug:code>.jsonld", views.scheme, {"kind": "jsonld"}, name="scheme_jsonld"),
    path("<slug:scheme>/<str:code>", views.term, name="term"),
]
