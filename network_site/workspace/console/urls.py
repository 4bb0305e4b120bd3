"""Addresses of the console, below /admin/console/."""

from django.urls import path

from . import announcements, glossary, letters, organizations, terms

app_name = "console"

urlpatterns = [
    path("letters/", letters.index, name="letters"),
    path("letters/retry/", letters.retry_kind, name="letters_retry"),
    path("letters/<uuid:pk>/retry/", letters.retry, name="letter_retry"),
    path("letters/<uuid:pk>/discard/", letters.discard, name="letter_discard"),
    path("organisations/", organizations.index, name="organizations"),
    path("organisations/new/", organizations.create, name="organization_new"),
    path("organisations/<uuid:pk>/", organizations.edit, name="organization"),
    path("organisations/<uuid:pk>/verification/", organizations.verify, name="organization_verify"),
    path("terms/", terms.schemes, name="schemes"),
    path("terms/<slug:scheme>/", terms.index, name="terms"),
    path("terms/<slug:scheme>/new/", terms.create, name="term_new"),
    path("term/<str:code>/", terms.edit, name="term"),
    path("term/<str:code>/restore/", terms.restore, name="term_restore"),
    path("term/<str:code>/out-of-use/", terms.deprecate, name="term_deprecate"),
    path("term/<str:code>/back-in-use/", terms.revive, name="term_revive"),
    path("announcements/", announcements.index, name="announcements"),
    path("announcements/new/", announcements.write, name="announcement_new"),
    path("announcements/<uuid:pk>/", announcements.write, name="announcement"),
    path("announcements/<uuid:pk>/end/", announcements.end, name="announcement_end"),
    path("glossary/", glossary.index, name="glossary"),
    path("glossary/new/", glossary.write, name="concept_new"),
    path("glossary/<uuid:pk>/", glossary.write, name="concept"),
]
