"""Addresses about one's own account, beside allauth's."""

from django.urls import path

from .views import accounts

urlpatterns = [
    path("invitation/", accounts.invitation, name="invitation"),
    path("invitation/<str:token>/", accounts.invitation_link, name="invitation_link"),
    path("data/", accounts.my_data, name="my_data"),
    path("sessions/", accounts.sessions, name="my_sessions"),
    path("sessions/others/end/", accounts.end_other_sessions, name="end_other_sessions"),
    path("sessions/<uuid:pk>/end/", accounts.end_session, name="end_session"),
]
