"""Addresses of "My organisation" in the workspace."""

from django.urls import path

from .views import people, trail

app_name = "organizations"

urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/end/", people.end, name="end"),
    path("leave/", people.leave, name="leave"),
    path("invitations/new/", people.invite, name="invite"),
    path("invitations/<uuid:pk>/send/", people.send_again, name="send_again"),
    path("invitations/<uuid:pk>/revoke/", people.revoke, name="revoke"),
    path("trail/", trail.trail, name="trail"),
    path("trail/csv/", trail.trail_csv, name="trail_csv"),
]
