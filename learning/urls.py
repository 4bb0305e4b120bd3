"""Addresses of courses in the workspace (below /workspace/learning/)."""

from django.urls import path

from . import keeping_urls
from .views import certificates, working

app_name = "learning"

urlpatterns = [
    path("", working.my_courses, name="mine"),
    path("certificates/", certificates.certificates, name="certificates"),
    path("enrol/<uuid:pk>/", working.enrol, name="enrol"),
    path("taking/<uuid:pk>/", working.outline, name="outline"),
    path("taking/<uuid:pk>/go-on/", working.go_on, name="go_on"),
    path("taking/<uuid:pk>/leave/", working.leave, name="leave"),
    path("taking/<uuid:pk>/newer/", working.take_newer, name="newer"),
    path("taking/<uuid:pk>/finish/", working.finish, name="finish"),
    path("taking/<uuid:pk>/<uuid:item>/", working.item, name="item"),
    path("taking/<uuid:pk>/<uuid:item>/attempt/<int:n>/", working.attempt, name="attempt"),
    *keeping_urls.urlpatterns,
]
