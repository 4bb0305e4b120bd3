"""Questions to this floor; everything is filtered by who asks."""

from .execution import execution_part as execution_part
from .funding import funding_of as funding_of
from .projects import KINDS as KINDS
from .projects import SectionView as SectionView
from .projects import TextView as TextView
from .projects import find_annex as find_annex
from .projects import get_project as get_project
from .projects import list_projects as list_projects
from .projects import list_queue as list_queue
from .projects import list_tasks as list_tasks
from .projects import read_section as read_section
from .projects import read_sections as read_sections
from .projects import unread as unread
from .projects import unread_by_section as unread_by_section
