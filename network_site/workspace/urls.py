"""Addresses of the workspace."""

from django.urls import path

from network_site.common.views import export_list, export_page
from network_site.organizations.views import switch_organization

from . import views

app_name = "workspace"

urlpatterns = [
    path("", views.home, name="home"),
    path("notices/", views.notice_list, name="notices"),
    path("notices/<uuid:pk>/", views.open_notice, name="notice"),
    path("exports/", export_list, name="exports"),
    path("exports/<uuid:pk>/", export_page, name="export"),
    path("mail/", views.mail_settings, name="mail_settings"),
    path("switch/", switch_organization, name="switch"),
]
