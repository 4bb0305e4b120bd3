"""The embedded profile: what `make run` starts on a laptop. Relaxes production, adds nothing to it."""

import os

os.environ.setdefault("SECRET_KEY", "embedded-profile-only-not-for-production")
os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
os.environ.setdefault("ENLACE_DEMO", "1")
os.environ.setdefault("PRIVATE_ACCEL_LOCATION", "")
os.environ.setdefault("SITE_URL", "http://localhost:" + os.environ.get("PORT", "8000"))

from .base import *  # noqa: F403  (production first, then what a laptop needs)
from .base import VAR_DIR, env

DEBUG = env.flag("DEBUG", False)
DEVELOPER_PAGES = True
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
MAIL_VIEWER = True
