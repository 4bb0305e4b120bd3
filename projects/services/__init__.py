"""Verbs of this floor. Each is atomic, and told in order."""

from .drafting import accept as accept
from .drafting import accept_section as accept_section
from .drafting import add_annex as add_annex
from .drafting import dismiss as dismiss
from .drafting import fill_in as fill_in
from .drafting import replace_rows as replace_rows
from .drafting import save_facts as save_facts
from .drafting import save_rows as save_rows
from .drafting import set_text as set_text
from .drafting import set_texts as set_texts
from .drafting import start_documented as start_documented
from .drafting import start_project as start_project
from .funding import OverFunded as OverFunded
from .funding import choose_agency as choose_agency
from .funding import move_sums as move_sums
from .funding import open_talks as open_talks
from .funding import show_sums as show_sums
from .publishing import NotPublic as NotPublic
from .publishing import publish_edition as publish_edition
from .reviewing import ask_reviewer as ask_reviewer
from .reviewing import file_quality_review as file_quality_review
from .reviewing import perform as perform
from .reviewing import publish_documented as publish_documented
from .reviewing import sign as sign
from .reviewing import signing_unmet as signing_unmet
from .reviewing import ties_of as ties_of
