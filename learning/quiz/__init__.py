"""Quizzes as rules: types of questions, forms, drawing, marks. No model and no query; the app around it keeps rows."""

from .types import TYPES

__all__ = ["TYPES"]
