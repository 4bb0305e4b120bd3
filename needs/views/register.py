"""Needs in the workspace."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@login_required
@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    raise Http404


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    raise Http404


@login_required
@require_safe
def new_need(request: HttpRequest) -> HttpResponse:
    raise Http404


@login_required
@require_safe
def need_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    raise Http404


check_answers = results = overlaps = need_page


@login_required
@require_safe
def edit_step(request: HttpRequest, pk: UUID, step: str) -> HttpResponse:
    raise Http404


@login_required
@require_safe
def do_step(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    raise Http404
