"""Addresses of offers, requests and negotiations in the workspace (below /workspace/)."""

from django.urls import path

from .views import offering, requests, rooms

app_name = "funders"

offers = [
    path("offers/", offering.offer_list, name="offers"),
    path("offers/new/", offering.new_offer, name="offer_new"),
    path("offers/profile/", offering.profile, name="profile"),
    path("offers/<uuid:pk>/", offering.offer_page, name="offer"),
    path("offers/<uuid:pk>/edit/", offering.edit_offer, name="offer_edit"),
    path("offers/<uuid:pk>/do/<slug:name>/", offering.do_step, name="offer_do"),
    path("offers/<uuid:pk>/rules/", offering.choose_rule, name="rules"),
    path("offers/<uuid:pk>/rules/new/<slug:kind>/", offering.new_rule, name="rule_new"),
    path("offers/<uuid:pk>/rules/<int:place>/", offering.edit_rule, name="rule"),
    path("requests/", requests.request_list, name="requests"),
    path("requests/<int:number>/", requests.request_detail, name="request"),
    path("followed/<uuid:pk>/", requests.followed, name="followed"),
    path("follow/<slug:kind>/<int:number>/", requests.follow, name="follow"),
]

negotiations = [
    path("rooms/", rooms.room_list, name="rooms"),
]

urlpatterns = [*offers, *negotiations]
