"""Production settings. `dev` and `test` start from here and relax what they must."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from . import env

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env.text("ENLACE_VAR", str(BASE_DIR / "var")))

SECRET_KEY = env.text("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")
SITE_URL = env.text("SITE_URL", "http://localhost:8000")
# The Network's own number in IATI's register of organisations; XX stands for none yet.
IATI_REFERENCE = env.text("IATI_REFERENCE", "XX-ENLACE")
DEMO = env.flag("ENLACE_DEMO")
# The gallery of components and page frames (/dev/…): for whoever builds the site, never for those who use it.
DEVELOPER_PAGES = False

INSTALLED_APPS = [
    "network_site.common",
    "network_site.taxonomy",
    "network_site.organizations",
    "network_site.publishing",
    "practices",
    "needs",
    "projects",
    "funders",
    "learning",
    "search",
    "network_site.workspace",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "csp",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "network_site.common.middleware.RefuseUnreadableRequests",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "network_site.common.middleware.ContentSecurityByArea",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "network_site.common.middleware.LanguageOfReader",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "network_site.organizations.middleware.ActorMiddleware",
    "network_site.organizations.middleware.SeenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "network_site.organizations.middleware.RateLimitByPath",
    "network_site.organizations.middleware.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "network_site.common.middleware.PrivateByDefault",
    # Last: it looks at answers of 404 before anything else does (an address without a language is one).
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "network_site.urls"
WSGI_APPLICATION = "network_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "network_site.workspace.context.frame",
            ],
        },
    },
]

# --- Database --------------------------------------------------------------------------------
# "default" is the role `app`: neither owner of the tables nor superuser, so row-level security
# holds for it. "owner" migrates and is never used by the site.
DATABASES = {"default": env.database(env.text("DATABASE_URL", ""), sqlite_default=VAR_DIR / "enlace.sqlite3")}
if env.text("DATABASE_OWNER_URL", ""):
    DATABASES["owner"] = env.database(env.text("DATABASE_OWNER_URL"), sqlite_default=VAR_DIR / "enlace.sqlite3")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    # Shared by all worker processes, because rate limits must not be counted per process.
    CACHES = {
        "default": {
            "BACKEND": "network_site.common.cache.SharedFileCache",
            "LOCATION": str(VAR_DIR / "cache"),
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# --- Accounts --------------------------------------------------------------------------------
AUTH_USER_MODEL = "organizations.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    # Signs nobody in: opens the admin to staff of the Network.
    "network_site.organizations.backends.NetworkStaffBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace:home"
ACCOUNT_ADAPTER = "network_site.organizations.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ALLAUTH_TRUSTED_PROXY_COUNT = int(env.text("TRUSTED_PROXY_COUNT", "0"))
# How often something may be tried: by address of the client (ip) and by account (key), over all workers.
# No window is longer than five minutes, which is what Retry-After on the page 429 says (decision 0019).
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",  # passwords, and codes of the second factor
    "reauthenticate": "10/m/user",
    "signup": "20/m/ip",
    "confirm_email": "1/3m/key",
    "request_login_code": "20/m/ip,3/5m/key",
    "reset_password": "20/m/ip,3/5m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "invitation": "20/m/ip",
    "single_sign_on": "30/m/ip",
}
# Addresses (without language) that are limited whatever their view does.
RATE_LIMITED_PATHS = {
    "/accounts/invitation": "invitation",
    "/accounts/organisation/": "single_sign_on",
    "/accounts/oidc/": "single_sign_on",
    "/accounts/saml/": "single_sign_on",
}
SOCIALACCOUNT_STORE_TOKENS = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "network_site.organizations.forms.AddPasskeyForm"}
MFA_TOTP_ISSUER = "Enlace"
MFA_ADAPTER = "network_site.organizations.adapters.SecondFactorAdapter"
SESSION_COOKIE_AGE = 14 * 24 * 3600

# --- Wagtail ---------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Enlace"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_I18N_ENABLED = True
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "xlsx"]
# No SVG (it is a program in disguise); what readers get is always a picture drawn anew from the upload.
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpeg", "jpg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# --- Search ----------------------------------------------------------------------------------
# Empty: the engine on the database answers. Index names begin with the prefix, so that two sites can share a cluster.
ELASTICSEARCH_URL = env.text("ELASTICSEARCH_URL", "")
ELASTICSEARCH_PREFIX = env.text("ELASTICSEARCH_PREFIX", "net")
# Seconds before a search goes on without Elasticsearch.
ELASTICSEARCH_TIMEOUT = 0.8
# The encoder of meaning as "module:Class"; empty: words alone (decision 0030).
SEARCH_ENCODER = env.text("SEARCH_ENCODER", "search.meaning:SentenceEncoder")
# From this weighted share of the competences that a need asks for somebody can be relevant (source 001, box 12).
MATCHING_THRESHOLD = 0.5
# Read by numpy when it is loaded. Its threads wait for each other by spinning: with more than one, and a busy machine,
# a question that takes 2 ms takes 400 (tried).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# --- Languages -------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("pt-br", "Português"),
]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_NAME = "enlace_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- Public API ------------------------------------------------------------------------------
# For each client address, over all workers (common/limits.py).
API_REQUESTS_PER_MINUTE = int(env.text("API_REQUESTS_PER_MINUTE", "120"))

# --- Files -----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR_DIR / "static")))
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
PRIVATE_ROOT = VAR_DIR / "private"
# Keys that sign certificates, outside of the database; how to back them up stands in learning/credentials/keys.py.
LEARNING_KEYS_DIR = Path(env.text("LEARNING_KEYS_DIR", str(VAR_DIR / "keys")))
# nginx serves private files from this internal location; empty means Django streams them itself.
PRIVATE_ACCEL_LOCATION = env.text("PRIVATE_ACCEL_LOCATION", "/protected/")
# A virus scanner (clamd) that is shown every upload: host:port or unix:/path. Empty: nobody scans for viruses.
CLAMD_ADDRESS = env.text("CLAMD_ADDRESS", "")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    "private": {
        "BACKEND": "network_site.common.files.PrivateStorage",
        "OPTIONS": {"location": str(PRIVATE_ROOT)},
    },
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- Security --------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if env.flag("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_FAILURE_VIEW = "network_site.common.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
# The workspace may carry inline data islands; public pages never do, so that they can be cached whole.
CONTENT_SECURITY_POLICY_WORKSPACE = {"script-src": [SELF, NONCE]}
# Wagtail's admin needs inline scripts and styles; only network staff ever reach it.
CONTENT_SECURITY_POLICY_ADMIN = {
    "script-src": [SELF, "'unsafe-inline'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
}

# --- Mail and logs ---------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = int(env.text("EMAIL_PORT", "25"))
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
# Shorter than the lease of an outbox row: a server that hangs must not let a second relay send the same mail.
EMAIL_TIMEOUT = 30
# The embedded profile's viewer of mails (/dev/mail/); there is no such address anywhere else.
MAIL_VIEWER = False
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Enlace <no-reply@localhost>")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Wagtail reports every reindexed page; nobody reads that.
    "loggers": {name: {"level": "WARNING"} for name in ("django_tasks", "wagtail", "modelsearch")}
    # Both tell each step of a drawing.
    | {name: {"level": "WARNING"} for name in ("weasyprint", "fontTools")}
    # It tells of every single question.
    | {"elastic_transport": {"level": "WARNING"}},
}

# Shown to readers where a label is needed for the reviewing body.
NETWORK_NAME = _("the Network")
