"""Models of the databank, by aggregate."""

from .adaptation import Adaptation
from .assistance import Assistance, ProposedField
from .pages import DatabankPage
from .practice import Practice, PracticeVersion
from .review import Adjudication, Review, ReviewScore, Screening, StudyJudgement
from .rows import (
    Attachment,
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
    "Adaptation",
    "Adjudication",
    "Assistance",
    "Attachment",
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
    "ProposedField",
    "Review",
    "ReviewScore",
    "Screening",
    "StudyJudgement",
    "Translation",
    "VersionTerm",
]
