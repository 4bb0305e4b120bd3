"""What every row must pass before it is stored, whichever form or file it came from."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models


def check_fields(row: models.Model, *, exclude: Collection[str]) -> None:
    """Raise ValidationError for values that do not fit. Django measures long texts in forms only; here they are too."""
    row.clean_fields(exclude=set(exclude))
    for one in row._meta.concrete_fields:
        if isinstance(one, models.TextField) and one.max_length and one.name not in exclude:
            try:
                MaxLengthValidator(one.max_length)(getattr(row, one.attname))
            except ValidationError as error:
                raise ValidationError({one.name: error.messages}) from error
