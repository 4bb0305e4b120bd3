"""Questions to this floor; everything is filtered by who asks."""

from ..workflow.overlaps import merge_targets as merge_targets
from ..workflow.overlaps import possible_overlaps as possible_overlaps
from .diagnostic import find_answer_file as find_answer_file
from .diagnostic import unfinished_diagnostics as unfinished_diagnostics
from .fit import context_distances as context_distances
from .profile import NeedProfile as NeedProfile
from .profile import need_profile as need_profile
from .profile import open_needs as open_needs
from .public import NeedQuery as NeedQuery
from .public import UnmetReport as UnmetReport
from .public import find_needs as find_needs
from .public import list_registered as list_registered
from .public import unmet_report as unmet_report
from .register import get_need as get_need
from .register import history_of as history_of
from .register import last_note as last_note
from .register import list_needs as list_needs
from .register import list_tasks as list_tasks
from .register import list_with_network as list_with_network
from .register import other_need as other_need
from .register import public_record as public_record
