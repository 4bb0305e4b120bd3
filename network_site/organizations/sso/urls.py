"""Addresses of signing in through one's organisation."""

from django.urls import path

from . import views

# For people, in their language.
page_patterns = [
    path("organisation/", views.start, name="sso_start"),
]
# For the organisations' servers, which know them by heart.
machine_patterns = [
    path("oidc/<slug:key>/callback/", views.openid_answer, name="sso_openid"),
    path("saml/<slug:key>/acs/", views.saml_answer, name="sso_saml"),
    path("saml/<slug:key>/acs/finish/", views.saml_finish, name="sso_saml_finish"),
    path("saml/<slug:key>/metadata/", views.saml_metadata, name="sso_saml_metadata"),
]
