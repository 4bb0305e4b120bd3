"""Addresses of those who keep courses, and of organisations that report, name people and propose.

Part of learning/urls.py, below /workspace/learning/.
"""

from django.urls import path

from . import writing_urls
from .views import keeping, proposing, reporting

keepers = [
    path("keep/", keeping.courses, name="keep"),
    path("keep/requests/", keeping.requests, name="requests"),
    path("keep/answers/", keeping.answers, name="answers"),
    path("keep/answers/<uuid:pk>/", keeping.answer, name="answer"),
    path("keep/proposals/", proposing.proposed, name="proposed"),
    path("keep/report/", reporting.network_report, name="network_report"),
    path("keep/courses/<uuid:pk>/", keeping.course, name="course"),
    path("keep/courses/<uuid:pk>/do/<slug:name>/", keeping.course_do, name="course_do"),
    path("keep/courses/<uuid:pk>/questions/", keeping.questions, name="questions"),
    path("keep/courses/<uuid:pk>/learners/", keeping.learners, name="learners"),
    path("keep/courses/<uuid:pk>/certificates/", keeping.certificates, name="course_certificates"),
    path("keep/enrolments/<uuid:pk>/", keeping.enrolment, name="enrolment"),
    path("keep/enrolments/<uuid:pk>/do/<slug:name>/", keeping.enrolment_do, name="enrolment_do"),
    path("keep/enrolments/<uuid:pk>/time/", keeping.enrolment_time, name="enrolment_time"),
    path("keep/certificates/<uuid:pk>/", keeping.revoke, name="revoke"),
]

organizations = [
    path("report/", reporting.report, name="report"),
    path("lists/", reporting.lists, name="lists"),
    path("lists/<uuid:pk>/", reporting.people, name="people"),
    path("proposals/", proposing.proposals, name="proposals"),
    path("proposals/new/", proposing.proposal_new, name="proposal_new"),
    path("proposals/<uuid:pk>/", proposing.proposal, name="proposal"),
    path("proposals/<uuid:pk>/edit/", proposing.proposal_edit, name="proposal_edit"),
    path("proposals/<uuid:pk>/do/<slug:name>/", proposing.proposal_do, name="proposal_do"),
]

urlpatterns = [*keepers, *writing_urls.urlpatterns, *organizations]
