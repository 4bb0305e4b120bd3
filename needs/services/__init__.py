"""Verbs of this floor."""

from .diagnostic import draft_needs as draft_needs
from .diagnostic import finish_diagnostic as finish_diagnostic
from .diagnostic import reopen_diagnostic as reopen_diagnostic
from .diagnostic import save_answers as save_answers
from .diagnostic import start_diagnostic as start_diagnostic
