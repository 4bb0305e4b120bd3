"""Verbs of this floor. Each is atomic, and told in order."""

from .diagnostic import draft_needs as draft_needs
from .diagnostic import finish_diagnostic as finish_diagnostic
from .diagnostic import reopen_diagnostic as reopen_diagnostic
from .diagnostic import save_answers as save_answers
from .diagnostic import start_diagnostic as start_diagnostic
from .fit import answer_fit_check as answer_fit_check
from .fit import finish_fit_check as finish_fit_check
from .fit import fit_tasks as fit_tasks
from .fit import reopen_fit_check as reopen_fit_check
from .fit import save_tasks as save_tasks
from .fit import start_fit_check as start_fit_check
from .register import answer_overlaps as answer_overlaps
from .register import ask_to_merge as ask_to_merge
from .register import create_need as create_need
from .register import follow_project as follow_project
from .register import mark_unmet as mark_unmet
from .register import perform as perform
from .register import refuse_merge as refuse_merge
from .register import save_need as save_need
from .register import state_results as state_results
