"""Verbs of this floor. Each is atomic, and told in order."""

from .register import answer_overlaps as answer_overlaps
from .register import ask_to_merge as ask_to_merge
from .register import create_need as create_need
from .register import follow_project as follow_project
from .register import mark_unmet as mark_unmet
from .register import perform as perform
from .register import refuse_merge as refuse_merge
from .register import save_need as save_need
from .register import state_results as state_results
