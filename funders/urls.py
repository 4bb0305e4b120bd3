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
    path("rooms/<uuid:pk>/", rooms.room, name="room"),
    path("rooms/<uuid:pk>/message/", rooms.say, name="room_say"),
    path("rooms/<uuid:pk>/file/", rooms.add_file, name="room_file"),
    path("rooms/<uuid:pk>/pledge/", rooms.pledge, name="pledge"),
    path("rooms/<uuid:pk>/commitment/", rooms.commit, name="commit"),
    path("rooms/<uuid:pk>/received/", rooms.receipt, name="receipt"),
    path("rooms/<uuid:pk>/do/<slug:name>/", rooms.do, name="room_do"),
    path("requests/<int:number>/interest/", rooms.express, name="express"),
    path("projects/<uuid:pk>/funding/", rooms.funding, name="funding"),
]

urlpatterns = [*offers, *negotiations]
