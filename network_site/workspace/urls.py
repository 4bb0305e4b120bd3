"""Addresses of the workspace."""

from django.urls import path

from network_site.organizations.views import switch_organization

from . import views

app_name = "workspace"

urlpatterns = [
    path("", views.home, name="home"),
    path("notices/", views.notice_list, name="notices"),
    path("notices/<uuid:pk>/", views.open_notice, name="notice"),
    path("mail/", views.mail_settings, name="mail_settings"),
    path("switch/", switch_organization, name="switch"),
]
