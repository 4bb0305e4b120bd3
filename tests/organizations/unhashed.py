"""The site for a test of limits: as `make run` starts it, with quick passwords and plain static names."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "network_site.settings.dev")

from django.conf import settings

settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

from network_site.wsgi import application  # noqa: E402  (after the settings it starts with)

__all__ = ["application"]
