"""Addresses of the databank in the workspace."""

from django.urls import path

from .views import assisting, autosaving, life, reviewing, word, writing

app_name = "practices"

urlpatterns = [
    path("practices/", writing.practice_list, name="list"),
    path("practices/new/", writing.new_practice, name="new"),
    path("practices/<uuid:pk>/", life.version_page, name="version"),
    path("practices/<uuid:pk>/check/", writing.check_answers, name="check"),
    path("practices/<uuid:pk>/next-version/", life.next_version, name="next_version"),
    path("practices/<uuid:pk>/screening/", life.screening, name="screening"),
    path("practices/<uuid:pk>/reviewers/", life.reviewers, name="reviewers"),
    path("practices/<uuid:pk>/adjudication/", life.adjudication, name="adjudication"),
    path("practices/<uuid:pk>/text/<str:language>/", writing.translate, name="translate"),
    path("practices/<uuid:pk>/do/<slug:name>/", life.do_step, name="step"),
    path("practices/<uuid:pk>/edit/<slug:step>/", writing.edit_step, name="edit"),
    path("practices/<uuid:pk>/edit/<slug:step>/autosave/", autosaving.autosave, name="autosave"),
    path("practices/<uuid:pk>/word/", word.word, name="word"),
    path("practices/<uuid:pk>/word/form/", word.download, name="word_download"),
    path("practices/<uuid:pk>/word/take/", word.take, name="word_take"),
    path("practices/<uuid:pk>/assistance/", assisting.assistance, name="assistance"),
    path("practices/<uuid:pk>/assistance/<slug:what>/", assisting.answer, name="assistance_answer"),
    path("practices/<uuid:pk>/interview/", assisting.interview, name="interview"),
    path("practices/<uuid:pk>/confirm/", assisting.confirm, name="confirm"),
    path("network/assistance/<uuid:pk>/", assisting.helped, name="helped"),
    path("reviews/", reviewing.review_list, name="reviews"),
    path("reviews/<uuid:pk>/", reviewing.review_page, name="review"),
    path("network/queue/", life.network_queue, name="queue"),
]
