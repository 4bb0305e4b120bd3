"""Where people check a certificate (below /<language>/certificates/)."""

from django.urls import path

from .views import certificates

app_name = "certificates"

urlpatterns = [
    path("", certificates.check, name="check"),
    path("<str:code>/", certificates.certificate, name="certificate"),
    path("<str:code>/pdf/", certificates.paper, name="pdf"),
    path("<str:code>/name/", certificates.name, name="name"),
]
