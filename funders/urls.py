"""Addresses of offers, requests and negotiations in the workspace (below /workspace/)."""

from django.urls import path

from .views import offering, requests, rooms

app_name = "funders"

offers = [
    path("offers/", offering.offer_list, name="offers"),
    path("requests/", requests.request_list, name="requests"),
]

negotiations = [
    path("rooms/", rooms.room_list, name="rooms"),
]

urlpatterns = [*offers, *negotiations]
