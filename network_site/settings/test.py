"""Settings of the test suite: quick hashing, mail in memory, no redirect to https."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "tests-only")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("ENLACE_VAR", os.path.join(tempfile.gettempdir(), f"enlace-tests-{os.getuid()}"))
os.environ.setdefault("ENLACE_DEMO", "1")
os.environ.setdefault("PRIVATE_ACCEL_LOCATION", "")
# The suite never talks to a broker: consumers run in the test's own process.
os.environ["TEST_REDIS_URL"] = os.environ.pop("REDIS_URL", os.environ.get("TEST_REDIS_URL", ""))
# Tests of Elasticsearch set this for themselves (tests/search); all others search in the database.
os.environ["TEST_ELASTICSEARCH_URL"] = os.environ.pop("ELASTICSEARCH_URL", os.environ.get("TEST_ELASTICSEARCH_URL", ""))

from .base import *  # noqa: F403  (production first, then what tests need)
from .base import LOGGING, SEARCH_ENCODER, STORAGES

TEST_ELASTICSEARCH_URL = os.environ["TEST_ELASTICSEARCH_URL"]
DEVELOPER_PAGES = True
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {
    # No collectstatic before a test run.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Hundreds of sign-ins a minute from one address are the suite, not an attack; limits have their own tests.
ACCOUNT_RATE_LIMITS = False
LOGGING = LOGGING | {"root": {"handlers": ["console"], "level": "WARNING"}}
# Tests of the API ask thousands of times from one address; the limit has its own test.
API_REQUESTS_PER_MINUTE = 1_000_000
# Meaning has its own tests (tests/search); everywhere else it would be worked out for every practice that a test makes.
TEST_SEARCH_ENCODER, SEARCH_ENCODER = SEARCH_ENCODER, ""
