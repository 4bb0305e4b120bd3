"""The nine types of questions, by the word that files and rows use for them."""

from __future__ import annotations

from .base import QuestionType
from .choosing import Multiple, Single, TrueFalse
from .placing import Classify, Match, Order
from .writing import Number, Open, Text

TYPES: dict[str, QuestionType] = {
    "single": Single(),
    "multiple": Multiple(),
    "truefalse": TrueFalse(),
    "number": Number(),
    "text": Text(),
    "match": Match(),
    "order": Order(),
    "classify": Classify(),
    "open": Open(),
}
