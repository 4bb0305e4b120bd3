"""Addresses of projects in the workspace (below /workspace/)."""

from django.urls import path

from .views import drafting, executing

app_name = "projects"

drafts = [
    path("projects/", drafting.project_list, name="list"),
    path("network/projects/", drafting.queue, name="queue"),
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
