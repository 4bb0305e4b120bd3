"""Addresses of projects in the workspace (below /workspace/)."""

from django.urls import path

from .views import drafting, editing, executing, judging

app_name = "projects"

drafts = [
    path("projects/", drafting.project_list, name="list"),
    path("network/projects/", drafting.queue, name="queue"),
    path("needs/<uuid:pk>/project/", drafting.start, name="start"),
    path("projects/<uuid:pk>/", drafting.project_page, name="project"),
    path("projects/<uuid:pk>/section/<slug:section>/", editing.section, name="section"),
    path("projects/<uuid:pk>/rows/<slug:kind>/new/", editing.row, name="row_new"),
    path("projects/<uuid:pk>/rows/<slug:kind>/<uuid:row>/", editing.row, name="row"),
    path("projects/<uuid:pk>/rows/<slug:kind>/<uuid:row>/remove/", editing.row_remove, name="row_remove"),
    path("projects/<uuid:pk>/findings/", drafting.findings, name="findings"),
    path("projects/<uuid:pk>/fill/", drafting.fill, name="fill"),
    path("projects/<uuid:pk>/do/<slug:name>/", drafting.do_step, name="do"),
    path("projects/<uuid:pk>/review/", judging.review, name="review"),
    path("projects/<uuid:pk>/reviewers/", judging.reviewers, name="reviewers"),
    path("projects/<uuid:pk>/sign/", judging.sign, name="sign"),
    path("projects/<uuid:pk>/word/", drafting.word, name="word"),
]

execution = [
    path("projects/<uuid:pk>/execution/", executing.execution, name="execution"),
    path("projects/<uuid:pk>/execution/agreement/", executing.agreement, name="agreement"),
    path("projects/<uuid:pk>/execution/amend/", executing.amend, name="amend"),
    path("projects/<uuid:pk>/execution/practice/", executing.candidate, name="candidate"),
    path("projects/<uuid:pk>/execution/do/<slug:name>/", executing.do, name="execution_do"),
    path("projects/<uuid:pk>/execution/periods/<int:number>/", executing.report, name="report"),
    path("projects/<uuid:pk>/execution/periods/<int:number>/correct/", executing.correct, name="report_correct"),
    path("projects/<uuid:pk>/execution/periods/<int:number>/<slug:name>/", executing.report_do, name="report_do"),
]

urlpatterns = [*drafts, *execution]
