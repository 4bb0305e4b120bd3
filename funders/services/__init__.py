"""Verbs of this floor. Each is atomic, and told in order."""

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
