"""Models of the databank, by aggregate."""

from .pages import DatabankPage
from .practice import Practice, PracticeVersion
from .review import Adjudication, Review, ReviewScore, Screening, StudyJudgement
from .rows import (
    BuildingBlock,
    Contact,
    Contribution,
    CostLine,
    Edit,
    EvidenceItem,
    Outcome,
    Precondition,
    Translation,
    VersionTerm,
)

__all__ = [
    "Adjudication",
    "BuildingBlock",
    "Contact",
    "Contribution",
    "CostLine",
    "DatabankPage",
    "Edit",
    "EvidenceItem",
    "Outcome",
    "Practice",
    "PracticeVersion",
    "Precondition",
    "Review",
    "ReviewScore",
    "Screening",
    "StudyJudgement",
    "Translation",
    "VersionTerm",
]
