"""Draft projects in the workspace."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@login_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    raise Http404


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    raise Http404
