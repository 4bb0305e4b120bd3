"""Answer the same form once, however often it is sent."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction

from .models import IdempotencyKey
from .scoping import current_actor

M = TypeVar("M", bound=models.Model)


def new_key() -> str:
    """A key for the hidden field of a create form."""
    return str(uuid.uuid4())


def once(key: str | None, purpose: str, create: Callable[[], M], find: Callable[[UUID], M]) -> M:
    """Run `create` the first time a key is seen, and `find` its result every other time.

    Of ten requests at once with the same key one creates; the others wait for its transaction and
    are given what it made. A key that is missing or no UUID is nobody's second click: it creates.
    """
    user_id = current_actor().user_id
    try:
        given = UUID(str(key))
    except ValueError:
        return create()
    if user_id is None:
        return create()
    try:
        with transaction.atomic():
            entry = IdempotencyKey.objects.create(key=given, user_id=user_id, purpose=purpose)
            made = create()
            IdempotencyKey.objects.filter(pk=entry.pk).update(object_id=made.pk)
            return made
    except IntegrityError:
        known = IdempotencyKey.objects.filter(key=given, user_id=user_id, purpose=purpose).first()
        if known is None or known.object_id is None:
            raise
        return find(known.object_id)
