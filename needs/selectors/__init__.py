"""Questions of this floor."""

from .diagnostic import find_answer_file as find_answer_file
from .diagnostic import unfinished_diagnostics as unfinished_diagnostics
