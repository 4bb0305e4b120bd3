"""Verbs of this floor. Each is atomic, and told in order."""

# Calls for an executing agency.
from .agencies import CALLABLE as CALLABLE
from .agencies import answer_selection as answer_selection
from .agencies import call_part as call_part
from .agencies import close_calls as close_calls
from .agencies import decide_call as decide_call
from .agencies import hand_in as hand_in
from .agencies import judge_proposal as judge_proposal
from .agencies import open_call as open_call
from .agencies import open_call_of as open_call_of
from .agencies import save_proposal as save_proposal
from .agencies import score_proposal as score_proposal
from .agencies import take_back as take_back
from .agencies import write_proposal as write_proposal

# Rooms, pledges and what was paid.
from .negotiating import Promise as Promise
from .negotiating import add_file as add_file
from .negotiating import commit_money as commit_money
from .negotiating import express_interest as express_interest
from .negotiating import make_pledge as make_pledge
from .negotiating import record_receipt as record_receipt
from .negotiating import reduce_pledge as reduce_pledge
from .negotiating import say as say
from .negotiating import seeks_money as seeks_money
from .negotiating import take_step as take_step
from .negotiating import watch_pledges as watch_pledges
from .offers import close_ended as close_ended
from .offers import create_offer as create_offer
from .offers import follow as follow
from .offers import hide_stale as hide_stale
from .offers import look_after_offers as look_after_offers
from .offers import perform as perform_offer  # noqa: F401  other life cycles have their own
from .offers import remind_of_ends as remind_of_ends
from .offers import remove_rule as remove_rule
from .offers import save_offer as save_offer
from .offers import save_profile as save_profile
from .offers import save_rule as save_rule
from .offers import unfollow as unfollow
