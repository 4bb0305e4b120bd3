"""Quality reviews and the ministry's signature."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet
from network_site.organizations.actor import current
from network_site.organizations.proving import ask_to_prove
from practices.forms import AssignForm
from practices.selectors import reviewer_candidates

from .. import linter, permissions, services
from ..amounts import totals
from ..cards import Money, plan_of
from ..enums import AnnexKind, ProjectStatus
from ..forms.drafting import QualityForm, SignForm
from ..models import Project
from ..selectors import read_sections
from ..services.reviewing import signing_unmet, ties_of
from ..workflow.project import missing_signatures
from .drafting import get_project_or_404
from .editing import row_table
