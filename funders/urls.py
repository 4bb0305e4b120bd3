"""Addresses of offers, requests and negotiations in the workspace (below /workspace/)."""

from django.urls import path

from .views import agencies, offering, requests, rooms

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

calls = [
    path("projects/<uuid:pk>/call/", agencies.call_new, name="call_new"),
    path("calls/<uuid:pk>/", agencies.call, name="call"),
    path("calls/<uuid:pk>/decide/", agencies.call_decide, name="call_decide"),
    path("requests/<int:number>/propose/", agencies.propose, name="propose"),
    path("proposals/", agencies.proposal_list, name="proposals"),
    path("proposals/<uuid:pk>/", agencies.proposal, name="proposal"),
    path("proposals/<uuid:pk>/score/", agencies.score, name="proposal_score"),
    path("proposals/<uuid:pk>/do/<slug:name>/", agencies.proposal_do, name="proposal_do"),
]

urlpatterns = [*offers, *negotiations, *calls]
