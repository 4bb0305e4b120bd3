"""Enlace: the network where ministries of labour share what works and get what they lack."""

from .celery import app as celery_app

__all__ = ["celery_app"]
