"""Until the table of drafting is merged: the steps of execution alone."""

from network_site.common.workflow import Workflow

from .execution import STEPS

PROJECT = Workflow("project", STEPS)
