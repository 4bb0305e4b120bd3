"""Questions to this floor; everything is filtered by who asks."""

from .diagnostic import find_answer_file as find_answer_file
from .diagnostic import unfinished_diagnostics as unfinished_diagnostics
from .profile import NeedProfile as NeedProfile
from .profile import need_profile as need_profile
from .profile import open_needs as open_needs
