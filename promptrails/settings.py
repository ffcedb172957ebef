"""Every environment variable of the app is read here, once (the README lists them all)."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from botocore.config import Config
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from promptrails.environment import Environment, Mode, StorageSettings
from promptrails.monitoring import logs
from promptrails.private_files import secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)
MODE = env.mode()
PRODUCTION = MODE is Mode.PRODUCTION
DEBUG = MODE is Mode.DEVELOPMENT

SERVES_PAGES = env.flag("SERVES_PAGES", False)  # set by promptrails.wsgi: short time-outs, few retries

DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / ".data"))).resolve()
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, 1, 65535)
WEB_WORKERS = env.number("WEB_WORKERS", 1, 1, 64)
WEB_THREADS = env.number("WEB_THREADS", 4, 1, 64)


def secret_key() -> str:
    """SECRET_KEY; a local run makes one at the first start and keeps it under DATA_DIR (mode 0600)."""
    if PRODUCTION:
        return env.required("SECRET_KEY", "It signs sessions; make one with `openssl rand -base64 48`.")
    if given := env.text("SECRET_KEY"):
        return given
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    return secret(DATA_DIR / "secret-key", 48)


SECRET_KEY = secret_key()
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS")
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set. Name the hosts that serve this app, with commas.")
if not ALLOWED_HOSTS:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "procrastinate.contrib.django",
    "promptrails",
    "promptrails.workspaces",
    "assets",
]
MIDDLEWARE = [
    "promptrails.monitoring.requests.RequestsMiddleware",
    "assets.api.faults.EnvelopeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "assets.pages.policy.ContentPolicyMiddleware",
    "promptrails.compression.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "promptrails.workspaces.signed_in.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "assets.pages.faults.FaultsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "promptrails.urls"
WSGI_APPLICATION = "promptrails.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "promptrails.workspaces.context.workspaces",
            ],
        },
    }
]

# Database. The pool hands out checked connections, so a restarted PostgreSQL costs no request.
STATEMENT_TIMEOUT = env.number("DATABASE_STATEMENT_TIMEOUT", 10, 0, 3600)  # seconds; 0: none
_database = env.database()
_options = (
    {"options": f"-c statement_timeout={STATEMENT_TIMEOUT}s"} if SERVES_PAGES and STATEMENT_TIMEOUT else {}
)
_pool = {"min_size": 1, "max_size": WEB_THREADS + 2, "timeout": 5}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **_database,
        "OPTIONS": {"connect_timeout": 5, "pool": _pool, **_options, **_database["OPTIONS"]},
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Storage: assets.storage is the only module that uses these.
STORAGE = env.storage()
STORAGE_TIMEOUT = env.number("STORAGE_TIMEOUT", 2 if SERVES_PAGES else 30, 1, 600)  # seconds


def object_storage(storage: StorageSettings, timeout: int, attempts: int) -> dict[str, Any]:
    """django-storages' configuration; `timeout` in seconds, `attempts` of each request."""
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path" if storage.force_path_style else "virtual"},
        connect_timeout=2,
        read_timeout=timeout,
        # Standard retries count attempts; legacy ones hold a caller of a frozen server far longer.
        retries={"mode": "standard", "total_max_attempts": attempts},
        request_checksum_calculation="when_required",  # several services refuse CRC32
        response_checksum_validation="when_required",
        max_pool_connections=20,
    )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": storage.bucket,
            "endpoint_url": storage.endpoint,
            "region_name": storage.region,
            "access_key": storage.access_key_id,
            "secret_key": storage.secret_key,
            "client_config": config,
        },
    }


STORAGES = {
    "default": object_storage(STORAGE, STORAGE_TIMEOUT, 1 if SERVES_PAGES else 3),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# People, sessions, sign-in.
AUTH_USER_MODEL = "workspaces.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # emails are unique by a constraint on Lower("email")
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
# Sign-in: five failures of one email from one address, then a pause (django-axes, kept in PostgreSQL).
SIGN_IN_PAUSE = 15 * 60  # seconds
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(seconds=SIGN_IN_PAUSE)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the pause ends when it was said to
AXES_USERNAME_FORM_FIELD = "username"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # it would keep who signed in from where, for ever
AXES_ENABLE_ADMIN = False
AXES_USERNAME_CALLABLE = "promptrails.workspaces.pages.accounts.attempted_email"
AXES_CLIENT_IP_CALLABLE = "promptrails.workspaces.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "promptrails.workspaces.pages.accounts.locked_out"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
# Bytes that one file may have, whichever way it comes in; storage itself takes 5 GiB in one PUT.
UPLOAD_MAX_BYTES = env.number("UPLOAD_MAX_BYTES", 5 * 1024**3, 1, 80 * 10**9)
# Requests a minute that one API key may make.
API_RATE_LIMIT = env.number("API_RATE_LIMIT", 600, 1, 1_000_000)
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Behind a proxy that ends TLS: TRUST_PROXY=1 believes its X-Forwarded-For and X-Forwarded-Proto.
TRUST_PROXY = env.flag("TRUST_PROXY", False)
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
HTTPS_ONLY = env.flag("HTTPS_ONLY", PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS_ONLY else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "img-src": [SELF],  # and storage, which assets.pages.policy adds
        "media-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# The JSON API.
REST_FRAMEWORK = {
    # Who may, and what is parsed, stands on assets.api.views.ApiView.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "assets.api.faults.handle",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "PromptRails Assets",
    "DESCRIPTION": "The media that agents generate: list, fetch, upload, delete.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "TypeEnum": "assets.kinds.Kind.choices",
        "SentTypeEnum": ["audio", "image", "video", "speech"],
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # it would say of each value what the value says
    "SORT_OPERATION_PARAMETERS": False,
    "TAGS": [
        {"name": "Reading", "description": "Finding assets, and getting at their files."},
        {"name": "Uploading", "description": "Bringing files in, through the server or directly to storage."},
        {"name": "Deleting", "description": "For good: there is no bin to take things out of again."},
    ],
}

# Language, time, static files.
LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]

# What an operator sees: docs/monitoring.md.
LOG_FORMAT = env.choice("LOG_FORMAT", "json" if PRODUCTION else "text", logs.FORMATS)
LOGGING = logs.configuration(LOG_FORMAT, env.choice("LOG_LEVEL", "INFO", logs.LEVELS))
METRICS_TOKEN = env.text("METRICS_TOKEN")
METRICS_DIR = env.folder("PROMETHEUS_MULTIPROC_DIR")  # read by prometheus_client itself
if METRICS_TOKEN and PRODUCTION and SERVES_PAGES and not METRICS_DIR:
    raise ImproperlyConfigured(
        "PROMETHEUS_MULTIPROC_DIR is not set. With METRICS_TOKEN, name a folder in which the web processes "
        "of this machine count together, and empty it before each start."
    )
# A worker that is told to stop lets its jobs end; after a second they are asked to end early. It has three at
# a time: deletions wait neither for the nightly comparison, which may take hours, nor for previews.
PROCRASTINATE_WORKER_DEFAULTS = {
    "worker_middleware": [logs.name_job],
    "shutdown_graceful_timeout": 1,
    "concurrency": 3,
}
