"""Addresses that badges name: without a language, and the same for ever (below /credentials/)."""

from django.urls import path

from .views import certificates

app_name = "credentials"

urlpatterns = [
    path("", certificates.issuer, name="issuer"),
    path("keys/", certificates.key_set, name="keys"),
    path("keys/<slug:kid>/", certificates.key, name="key"),
    path("courses/<int:number>/", certificates.course, name="course"),
    path("<str:code>/", certificates.credential, name="certificate"),
    path("<str:code>/status/", certificates.status, name="status"),
]
