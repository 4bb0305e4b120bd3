"""Models of floor 6."""

from .execution import Agreement, Amendment, Candidate, Period, Update, Value
from .funding import Funding
from .pages import ProjectsPage
from .project import Annex, Party, Project, ProjectTerm, QualityReview, SignOff, Writer
from .terms import Activity, Assignment, BudgetLine, Dismissed, ProcurementItem, ResultRow, Risk, Target, Text

__all__ = [
    "Activity",
    "Agreement",
    "Amendment",
    "Annex",
    "Assignment",
    "BudgetLine",
    "Candidate",
    "Dismissed",
    "Funding",
    "Party",
    "Period",
    "ProcurementItem",
    "Project",
    "ProjectTerm",
    "ProjectsPage",
    "QualityReview",
    "ResultRow",
    "Risk",
    "SignOff",
    "Target",
    "Text",
    "Update",
    "Value",
    "Writer",
]
