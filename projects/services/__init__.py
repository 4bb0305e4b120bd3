"""Verbs of this floor. Each is atomic, and told in order."""

from .execution import amend_project as amend_project
from .execution import begin_execution as begin_execution
from .execution import complete_project as complete_project
from .execution import open_candidate as open_candidate
from .execution import open_correction as open_correction
from .execution import perform_execution as perform_execution
from .execution import perform_report as perform_report
from .execution import save_report as save_report
from .execution import sign_agreement as sign_agreement
