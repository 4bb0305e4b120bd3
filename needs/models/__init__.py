"""Models of floor 5."""

from .diagnostic import Answer, Diagnostic
from .fit import AdaptationTask, FitAnswer, FitCheck
from .need import Competence, Need, NeedTerm, Overlap, SuccessMeasure
from .pages import NeedsPage

__all__ = [
    "AdaptationTask",
    "Answer",
    "Competence",
    "Diagnostic",
    "FitAnswer",
    "FitCheck",
    "Need",
    "NeedTerm",
    "NeedsPage",
    "Overlap",
    "SuccessMeasure",
]
